/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the write-ahead log share. */
#pragma once

#include "io/source-wal.h"

G_BEGIN_DECLS

#define WEIR_WAL_MAGIC     "WEIRWAL2\0\0\0\0\0\0\0"
#define WEIR_WAL_MAGIC_LEN 16
#define WEIR_WAL_FRAME_LEN 12
#define WEIR_WAL_HEAD_LEN  20 /* of a body, before the payload */
#define WEIR_WAL_ALIGN     16 /* of records; divides the 512 of a block */
#define WEIR_WAL_BODY_MAX  (1u << 30)

typedef struct
{
  guint64 first, end; /* rows */
  char   *path;       /* Owned */
} WeirWalSegment;

/* Room that so many bytes of a record take. */
gsize _weir_wal_align (gsize len);
/* Payload as it is in a file, and the other way round. (transfer full) */
guint8 *_weir_wal_mask (const guint8 *data, gsize len);
/* Finds the end of a segment; @follower: number the next one begins with, G_MAXUINT64 for the last. FALSE with @error: it is damaged. */
gboolean _weir_wal_check_segment (WeirWalSegment *segment, guint64 follower, GError **error);
/* Adds the records with rows of [from, to) to (element-type WeirWalRecord) @records. */
gboolean _weir_wal_read_segment (const WeirWalSegment *segment, guint64 from, guint64 to, GPtrArray *records, GError **error);

G_END_DECLS
