/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/* A file and what tells it from another one that took its name later. */
typedef struct
{
  char   *path; /* Owned, absolute */
  gint64  mtime_ns;
  guint64 size, device, inode;
  guint32 fingerprint; /* CRC32C of its ends; 0 until weir_file_print() */
} WeirFileEntry;

void weir_file_entry_free (WeirFileEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirFileEntry, weir_file_entry_free)

/* Takes size, time, device and inode from @status. */
void weir_file_entry_set_status (WeirFileEntry *entry, const struct stat *status);

/* A path made absolute: relative ones start at @base_dir, `file:` is taken off. (transfer full) */
char    *weir_file_path (const char *path, const char *base_dir);
gboolean weir_path_is_glob (const char *path);

/* Which folders below a path are looked into. */
typedef enum
{
  WEIR_FILES_FLAT,        /* none */
  WEIR_FILES_PARTITIONED, /* `name=value`, and all below such a one */
  WEIR_FILES_RECURSIVE,   /* all */
} WeirFileDepth;

/* TRUE: leave this file out, without asking the file system about it. @path is absolute. */
typedef gboolean (*WeirFileSkip) (gpointer data, const char *path);

/**
 * weir_file_list:
 * @path: absolute: a file, a directory or a glob
 * @name_filter: (nullable): a glob that file names must match
 *
 * Regular files in order of modification time, then name. What a writer has not finished is left out below @path: names starting with
 * `_` (but `_key=value`) or `.`, names ending in `.tmp`, `.part` or `._COPYING_`, and files that a query with a checkpoint has not
 * committed (file-manifest.h), or one of Spark (file-spark-log.h).
 *
 * Returns: (transfer full) (nullable) (element-type WeirFileEntry): PATH_NOT_FOUND (42K03) for a path that is no glob and does not exist;
 *   a folder that may not be read, and a pipe or device, is an error that says so
 */
GPtrArray *weir_file_list (const char *path, const char *name_filter, WeirFileDepth depth, GError **error);

/* The same without the files for which @skip, asked before their status, says TRUE. */
GPtrArray *weir_file_list_except (const char *path, const char *name_filter, WeirFileDepth depth, WeirFileSkip skip, gpointer skip_data, GError **error);

G_END_DECLS
