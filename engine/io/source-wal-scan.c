/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/durable-file.h"
#include "io/source-wal-private.h"

/*
 * Segments of a write-ahead log as source-wal.h describes them, read record by record. What is no whole record is told apart: an append that
 * did not end has a block of zeros that no record has, everything else is damage.
 */

#define MASK_WORD G_GUINT64_CONSTANT (0xa5a5a5a5a5a5a5a5)
#define BLOCK_LEN 512

static gboolean
fail_damaged (const char *path,
              gsize       at,
              GError    **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE,
                    "%s is damaged at byte %" G_GSIZE_FORMAT ": rows that had arrived cannot be read back. Restore the file, or start from a new "
                    "checkpoint without them.",
                    path, at);
}

static gboolean
is_zero (const guint8 *data,
         gsize         len)
{
  return len == 0 || (data[0] == 0 && memcmp (data, data + 1, len - 1) == 0);
}

/* Of a whole record no part that lies in one block is zeros: it begins with its length and ends with the end byte. */
static gboolean
has_zero_block (const guint8 *data,
                gsize         from,
                gsize         to)
{
  for (gsize start = from, next; start < to; start = next)
    {
      next = MIN (start / BLOCK_LEN * BLOCK_LEN + BLOCK_LEN, to);
      if (is_zero (data + start, next - start))
        return TRUE;
    }
  return FALSE;
}

typedef struct
{
  const guint8 *data;
  gsize         len, pos; /* pos: behind the whole records */
  guint64       next;     /* number of the next row */
  gboolean      is_cut;
} Scan;

gsize
_weir_wal_align (gsize len)
{
  return (len + WEIR_WAL_ALIGN - 1) / WEIR_WAL_ALIGN * WEIR_WAL_ALIGN;
}

/* What is no whole record at `pos`: an append that did not end, or damage. Always FALSE. */
static gboolean
end_scan (Scan       *scan,
          const char *path,
          gboolean    is_cut,
          GError    **error)
{
  scan->is_cut = is_cut;
  return is_cut ? FALSE : fail_damaged (path, MIN (scan->pos, scan->len), error);
}

/* The record at `pos`. FALSE at the end, with @error when it is damage. */
static gboolean
next_record (Scan          *scan,
             const char    *path,
             WeirWalRecord *record,
             const guint8 **payload,
             gsize         *payload_len,
             GError       **error)
{
  const guint8 *at = scan->data + scan->pos;
  gsize         left = scan->len > scan->pos ? scan->len - scan->pos : 0, whole;
  guint32       length, crc, header_crc;
  WeirReader    reader;

  if (left > 0 && is_zero (at, left))
    return FALSE;
  weir_reader_init (&reader, at, left);
  length = weir_reader_u32 (&reader);
  crc = weir_reader_u32 (&reader);
  header_crc = weir_reader_u32 (&reader);
  if (reader.failed || weir_crc32c (0, at, 8) != header_crc)
    return end_scan (scan, path, !reader.failed && is_zero (at, WEIR_WAL_FRAME_LEN), error);
  whole = _weir_wal_align (WEIR_WAL_FRAME_LEN + (gsize)length);
  if (length <= WEIR_WAL_HEAD_LEN || length > WEIR_WAL_BODY_MAX || whole >= left)
    return end_scan (scan, path, FALSE, error);
  if (weir_crc32c (0, at + WEIR_WAL_FRAME_LEN, length) != crc)
    return end_scan (scan, path, has_zero_block (scan->data, scan->pos, scan->pos + WEIR_WAL_FRAME_LEN + length), error);
  record->first = weir_reader_u64 (&reader);
  record->count = weir_reader_u32 (&reader);
  record->arrived_us = (gint64)weir_reader_u64 (&reader);
  *payload = at + WEIR_WAL_FRAME_LEN + WEIR_WAL_HEAD_LEN;
  *payload_len = length - WEIR_WAL_HEAD_LEN - 1;
  if (record->first != scan->next || record->count == 0 || !is_zero (at + WEIR_WAL_FRAME_LEN + length, whole - WEIR_WAL_FRAME_LEN - length))
    return end_scan (scan, path, FALSE, error);
  scan->next += record->count;
  scan->pos += whole;
  return TRUE;
}

/* A segment's bytes, begun to be scanned. */
static gboolean
begin_scan (const WeirWalSegment *segment,
            Scan                 *scan,
            char                **contents,
            GError              **error)
{
  g_autoptr (GError) local = NULL;

  if (!weir_durable_read (segment->path, contents, &scan->len, &local))
    return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "Cannot read rows that had arrived: %s.", local->message);
  scan->data = (const guint8 *)*contents;
  scan->next = segment->first;
  scan->pos = WEIR_WAL_MAGIC_LEN;
  return (scan->len > WEIR_WAL_MAGIC_LEN && memcmp (scan->data, WEIR_WAL_MAGIC, WEIR_WAL_MAGIC_LEN) == 0) || fail_damaged (segment->path, 0, error);
}

/* Checks a segment; @follower: number the next one begins with, G_MAXUINT64 for the last. */
gboolean
_weir_wal_check_segment (WeirWalSegment *segment,
                         guint64         follower,
                         GError        **error)
{
  g_autofree char *contents = NULL;
  Scan             scan = { 0 };
  WeirWalRecord    record;
  const guint8    *payload;
  gsize            len;
  GError          *local = NULL;

  if (begin_scan (segment, &scan, &contents, &local))
    while (scan.next < follower && next_record (&scan, segment->path, &record, &payload, &len, &local))
      ;
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  segment->end = MIN (scan.next, follower);
  return follower == G_MAXUINT64 || !scan.is_cut || fail_damaged (segment->path, scan.pos, error);
}

/* A payload on its way to the disk or back. (transfer full) */
guint8 *
_weir_wal_mask (const guint8 *data,
                gsize         len)
{
  guint8 *copy = g_malloc (MAX (len, 1));
  gsize   i = 0;

  for (; i + sizeof (guint64) <= len; i += sizeof (guint64))
    {
      guint64 word;

      memcpy (&word, data + i, sizeof word);
      word ^= MASK_WORD;
      memcpy (copy + i, &word, sizeof word);
    }
  for (; i < len; i++)
    copy[i] = data[i] ^ (guint8)MASK_WORD;
  return copy;
}

gboolean
_weir_wal_read_segment (const WeirWalSegment *segment,
                        guint64               from,
                        guint64               to,
                        GPtrArray            *records,
                        GError              **error)
{
  g_autofree char *contents = NULL;
  Scan             scan = { 0 };
  WeirWalRecord    record;
  const guint8    *payload = NULL;
  gsize            len = 0;
  GError          *local = NULL;

  if (begin_scan (segment, &scan, &contents, &local))
    while (scan.next < segment->end && next_record (&scan, segment->path, &record, &payload, &len, &local))
      if (record.first < to && record.first + record.count > from)
        {
          record.payload = g_bytes_new_take (_weir_wal_mask (payload, len), len);
          g_ptr_array_add (records, g_memdup2 (&record, sizeof record));
        }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}
