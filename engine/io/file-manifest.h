/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a query with a checkpoint has committed to a folder of files.
 *
 * Each writer (a query's UUID and the number of its sink) has one log of its own, FOLDER/_weir_manifest/WRITER.log, and names its data files
 * part-BATCH-INDEX-WRITER.EXTENSION: 20 and 5 decimal digits and the writer's UUID. So a name says whose it is and of which batch, and a
 * batch that is run again replaces its own file.
 *
 *   log    = "WEIRMAN1" record*
 *   record = length crc header_crc body          3 × u32, little-endian
 *              length      of body in bytes, at most 16 MiB
 *              crc         CRC32C of body
 *              header_crc  CRC32C of the eight bytes before it
 *   body   = 1 batch batches files bytes         BASE: up to `batch` all is committed; totals since the first batch
 *          | 2 batch n file{n}                   BATCH: also when n is 0
 *   file   = name size content_crc               name: length and bytes; content_crc: u32, CRC32C of the whole file
 *
 * Numbers without a size are LEB128. A record is one durable append, made when its files are in place under their final names. Batch numbers
 * grow. BASE may only come first; compaction writes a new log with a BASE record and the newest WEIR_MANIFEST_KEEP batches beside the old
 * one, syncs it and moves it over the old one, so that a log never grows beyond some kilobytes, whatever the number of batches.
 *
 * Reading: a record that reaches past the end of the file, or the last one when the file ends with zeros, is an append that was cut short
 * and counts as not there. Anything else that does not fit is damage, and an error that names the log. A file of a writer with a log
 * is committed when its batch is not above the last of the log. One batch may be in doubt, so a file of the one after is not there yet for a reader, and one
 * of a later batch means that the log was cut.
 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

#define WEIR_MANIFEST_FOLDER "_weir_manifest"

/* Batches whose names, sizes and checksums are kept; a log has at most twice as many. */
#define WEIR_MANIFEST_KEEP 100

#define WEIR_MANIFEST_NAME_MAX 128

/* A file of a batch. */
typedef struct
{
  char    name[WEIR_MANIFEST_NAME_MAX]; /* without folder */
  guint64 size;
  guint32 crc;
} WeirManifestFile;

/**
 * WeirManifest:
 *
 * The log of one writer, open for appending. One thread.
 */
typedef struct _WeirManifest WeirManifest;

/* UUID (version 5) of a query's sink: the same after a restart. (transfer full) */
char *weir_manifest_writer (const char *query_id, guint sink_index);
/* part-00000000000000000007-00000-WRITER.json. (transfer full) */
char *weir_manifest_file_name (const char *writer, guint64 batch_id, guint index, const char *extension);

/**
 * weir_manifest_open:
 * @folder: absolute; made when it is not there
 *
 * Reads the log, makes it when it is not there, drops an append that was cut short and removes files of this writer that were staged.
 * All of it is durable on return. Files of the batch behind the last one stay: whether the log or the checkpoint is right about it is not
 * known here.
 *
 * Returns: (transfer full) (nullable): NULL with @error
 */
WeirManifest *weir_manifest_open (const char *folder, const char *writer, GError **error);
void          weir_manifest_free (WeirManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirManifest, weir_manifest_free)

/* Removes files of this writer that no batch committed, once. To be called when the batch behind the last one is begun. */
gboolean weir_manifest_settle (WeirManifest *manifest, GError **error);

gint64 weir_manifest_get_last (WeirManifest *manifest); /* −1: none */
/* Durable on return. After an error the same batch may be appended again. */
gboolean weir_manifest_append (WeirManifest *manifest, guint64 batch_id, const WeirManifestFile *files, guint n_files, GError **error);

/* Takes the files that are not committed out of @files (WeirFileEntry); a folder without logs takes none. */
gboolean weir_manifest_filter (GPtrArray *files, GError **error);

G_END_DECLS
