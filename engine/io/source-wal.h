/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a source that cannot be asked for them again (socket, HTTP, queue), kept in the checkpoint until they are committed.
 *
 * A folder of segment files `<number of its first row, 20 digits>.wal`. All numbers little-endian.
 *
 *   segment = "WEIRWAL2" zero{8} record* zero+
 *   record  = length crc header_crc body zero*    begins at a multiple of 16
 *               length      u32, of body in bytes
 *               crc         u32, CRC32C of body
 *               header_crc  u32, CRC32C of the eight bytes before it
 *   body    = first count arrived payload end
 *               first       u64, number of the first row
 *               count       u32, rows in payload
 *               arrived     i64, µs since 1970
 *               payload     the source's bytes, each XOR 0xa5: lines with their ends; a batch as source-queue.c says
 *               end         one byte, 10: the last byte of a record is never zero
 *
 * Numbers are dense within a segment; a segment may begin above the end of the one before when all between was committed. Records are
 * durable when weir_source_wal_sync() has come back.
 *
 * A segment gets its name when its first zeros are on the disk, and is longer, durably, before a record is written that needs the room.
 * So no crash leaves one without zeros behind its last record: a file that was cut off anywhere is told from one whose last append did
 * not end. Blocks of 512 bytes that an append did not bring to the disk are zeros still, which no block of a record is (that is what the
 * XOR is for), and a record's header does not cross one.
 *
 * Opening: a last record that lacks such a block is an append that did not end, and counts as not there; if later rows stand in a next
 * segment, that one must begin where the whole records end. What a segment holds from the first row of the next on was given up by a
 * failed write. Anything else that does not fit is damage, and an error that names the file.
 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

#define WEIR_WAL_SEGMENT_BYTES (16u << 20) /* then the next segment is begun */

typedef struct
{
  guint64 first;
  guint32 count;
  gint64  arrived_us;
  GBytes *payload; /* Owned */
} WeirWalRecord;

void weir_wal_record_free (WeirWalRecord *record);

/**
 * WeirSourceWal:
 *
 * Not thread-safe. After a failed write or sync the rows of that call are not in the log, and the log goes on in a new segment.
 */
typedef struct _WeirSourceWal WeirSourceWal;

/* @dir is made when it is not there. (transfer full) (nullable) */
WeirSourceWal *weir_source_wal_open (const char *dir, GError **error);
void           weir_source_wal_free (WeirSourceWal *wal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSourceWal, weir_source_wal_free)

/* A segment of a log that is only looked at. @error: nullable, what is damaged in it. */
typedef void (*WeirWalSegmentFunc) (gpointer data, const char *path, guint64 first, guint64 end, const GError *error);
/* Calls @func for every segment of @dir, in order; changes nothing. FALSE with @error when the folder cannot be read. */
gboolean weir_source_wal_look (const char *dir, WeirWalSegmentFunc func, gpointer data, GError **error);

guint64 weir_source_wal_get_end (const WeirSourceWal *wal); /* number behind the last row */
/* STREAM_FAILED: rows up to @needed were in the log and it ends before, naming the file that does. Returns FALSE. */
gboolean weir_source_wal_fail_short (const WeirSourceWal *wal, guint64 needed, GError **error);
/* Rows before @number are known to be committed: the next is not below it. */
void weir_source_wal_skip_to (WeirSourceWal *wal, guint64 number);

/* @count rows numbered from the end on. */
gboolean weir_source_wal_append (WeirSourceWal *wal, guint32 count, gint64 arrived_us, const void *payload, gsize len, GError **error);
gboolean weir_source_wal_sync (WeirSourceWal *wal, GError **error);

/* Records with rows of [from, to), which must be there whole. (transfer full) (element-type WeirWalRecord) */
GPtrArray *weir_source_wal_read (WeirSourceWal *wal, guint64 from, guint64 to, GError **error);
/* Segments whose rows are all before @to go. What cannot be removed stays for the next time. */
void weir_source_wal_drop (WeirSourceWal *wal, guint64 to);

G_END_DECLS
