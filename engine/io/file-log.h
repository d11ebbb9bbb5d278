/* SPDX-License-Identifier: Apache-2.0 */
/* What a checkpoint keeps of the files of a batch: enough to read the same bytes again, or to say that they are gone. */
#pragma once

#include "base/bytes.h"
#include "io/file-list.h"

G_BEGIN_DECLS

/* One entry of a file source's log: the files behind offset `{"logOffset":number}`. */
typedef struct
{
  gint64     number;
  GPtrArray *files;       /* Owned: WeirFileEntry */
  gboolean   is_replayed; /* from a checkpoint: identities are compared by content before they are read */
} WeirFileBatch;

/* (transfer full) @files: taken */
WeirFileBatch *weir_file_batch_new (gint64 number, GPtrArray *files);
void           weir_file_batch_free (WeirFileBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirFileBatch, weir_file_batch_free)

/* Opens a file for reading; never waits, also not at a pipe that took the file's name. −1 with @error, which names file and remedy. */
int weir_file_open (const char *path, GError **error);

/* CRC32C of the first and the last WEIR_FILE_PRINT_BYTES of the first @size bytes. */
#define WEIR_FILE_PRINT_BYTES 16384
gboolean weir_file_fingerprint (int fd, const char *path, guint64 size, guint32 *fingerprint, GError **error);

/* TRUE when @fd is still what @entry says: device, inode, size, time. */
gboolean weir_file_is_same (int fd, const WeirFileEntry *entry);
/* FAILED_READ_FILE.… with the reason of errno @code and a remedy */
gboolean weir_file_fail_read (const char *path, int code, GError **error);
/* FAILED_READ_FILE.FILE_CHANGED */
gboolean weir_file_fail_changed (const char *path, GError **error);
gboolean weir_file_is_missing (const GError *error);

/* Takes identity and fingerprint of @entry from the file as it is now. */
gboolean weir_file_entry_identify (WeirFileEntry *entry, GError **error);
/* A replayed entry: the file must hold what it held; its identity becomes that of now (a copy has another inode).
 * @may_grow: what stands behind the logged size does not matter. */
gboolean weir_file_entry_verify (WeirFileEntry *entry, gboolean may_grow, GError **error);

/**
 * weir_file_batch_write:
 * @root_len: bytes of the folder that names are relative to, its slash included
 *
 * varint number, varint files, then per file: varint length and bytes of the relative name, u64 device, u64 inode, u64 size,
 * i64 time of modification (ns since 1970), u32 fingerprint. Little-endian.
 */
void weir_file_batch_write (const WeirFileBatch *batch, gsize root_len, WeirWriter *writer);
/* (transfer full) (nullable): broken bytes */
WeirFileBatch *weir_file_batch_read (WeirReader *reader, const char *root);

G_END_DECLS
