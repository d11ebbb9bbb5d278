/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/file-manifest.h"

G_BEGIN_DECLS

#define _WEIR_MANIFEST_MAGIC     "WEIRMAN1"
#define _WEIR_MANIFEST_MAGIC_LEN 8
#define _WEIR_MANIFEST_FRAME_LEN 12
#define _WEIR_MANIFEST_BODY_MAX  (16u << 20)

enum
{
  _WEIR_MANIFEST_BASE = 1,
  _WEIR_MANIFEST_BATCH = 2,
};

/* A log as it was read. */
typedef struct
{
  gint64  last;                        /* batch; −1: none */
  guint64 n_batches, n_files, n_bytes; /* since the first batch */
  GQueue  records;                     /* Owned: GBytes, bodies of the BATCH records, oldest first */
  gsize   length;                      /* bytes of the file that are whole records; 0: no log */
} WeirManifestLog;

void _weir_manifest_log_init (WeirManifestLog *log);
void _weir_manifest_log_clear (WeirManifestLog *log);
/* A file that does not exist, or was not begun yet, is an empty log. */
gboolean _weir_manifest_log_read (WeirManifestLog *log, const char *path, GError **error);
/* One more BATCH body. */
void _weir_manifest_log_add (WeirManifestLog *log, gint64 batch, guint64 n_files, guint64 n_bytes, GBytes *body);

/* Batch and writer of a data file's name (no folder). FALSE: it is not of our form. @writer: 37 bytes. */
gboolean _weir_manifest_parse_name (const char *name, guint64 *batch_id, char *writer);

G_END_DECLS
