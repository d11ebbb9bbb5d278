/* SPDX-License-Identifier: Apache-2.0 */
/* Columns whose values stand in the names of folders: /data/day=2026-01-01/hour=7/part.json. */
#pragma once

#include "column/batch.h"
#include "column/timezone.h"
#include "io/file-list.h"

G_BEGIN_DECLS

/**
 * WeirFilePartitions:
 *
 * Which folders above a file are columns. Fixed by the first file: all others must lie below folders of the same names in the same order.
 */
typedef struct
{
  gboolean   enabled; /* FALSE: folders mean nothing (recursiveFileLookup) */
  guint      depth;   /* folders from the root of the file system that are the base path */
  gboolean   decided; /* a file was seen */
  GPtrArray *names;   /* Owned char*: empty: there are no such columns */
  char      *folder;  /* Owned: of the file that decided, for errors */
} WeirFilePartitions;

/**
 * weir_file_partitions_init:
 * @path: absolute: the folder, file or glob of the table
 * @options: (nullable): basePath and recursiveFileLookup matter
 *
 * Returns: FALSE with INVALID_PARAMETER_VALUE when basePath is no folder above @path
 */
gboolean weir_file_partitions_init (WeirFilePartitions *self, const char *path, GHashTable *options, const char *base_dir, GError **error);
void     weir_file_partitions_clear (WeirFilePartitions *self);

/* How far a table goes down into folders. FALSE when recursiveFileLookup is neither true nor false. */
gboolean weir_file_partitions_depth (GHashTable *options, WeirFileDepth *depth, GError **error);

/**
 * weir_file_partitions_add:
 *
 * Takes the names of the columns from the first file, and compares those of any other: nothing is read but the path.
 *
 * Returns: FALSE with CONFLICTING_PARTITION_COLUMN_NAMES or CONFLICTING_DIRECTORY_STRUCTURES, which name the folders
 */
gboolean weir_file_partitions_add (WeirFilePartitions *self, const char *path, GError **error);

/* As if no file had been seen. */
void weir_file_partitions_forget (WeirFilePartitions *self);

/* Is a folder above @path, below the base, `name=value`? */
gboolean weir_file_partitions_concern (const WeirFilePartitions *self, const char *path);

/* Index of the column @name, without regard to case; −1: it is none. */
int weir_file_partitions_find (const WeirFilePartitions *self, const char *name);

/* The columns, with the narrowest types that hold the values of all @files; STRING without @infer_types. (transfer full) */
WeirSchema *weir_file_partitions_schema (const WeirFilePartitions *self, GPtrArray *files, gboolean infer_types);

/**
 * weir_file_partitions_value:
 * @index: of the column
 * @zone: of a TIMESTAMP that names none
 *
 * Returns: (transfer full) (nullable): one row; INVALID_PARTITION_VALUE (42846) in @error when the folder's text is no @type
 */
WeirColumn *weir_file_partitions_value (const WeirFilePartitions *self, const char *path, guint index, WeirType *type, WeirZone *zone, GError **error);

/**
 * weir_file_partitions_merge:
 * @declared: (nullable): what CREATE TABLE says; its types and names win
 * @inferred: (nullable): else: what the files say
 * @found: columns of folders
 *
 * Columns of the table as Spark has them: declared columns of folders go behind the others; inferred ones that files have too keep their
 * place there.
 */
WeirSchema *weir_file_partitions_merge (WeirSchema *declared, WeirSchema *inferred, WeirSchema *found);

G_END_DECLS
