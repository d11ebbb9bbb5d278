/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/source-wal.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/durable-file.h"
#include "base/effects.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define MAGIC      "WEIRWAL1"
#define MAGIC_LEN  8
#define FRAME_LEN  12
#define HEAD_LEN   20 /* of a body, before the payload */
#define END_BYTE   '\n'
#define BODY_MAX   (1u << 30)
#define BLOCK_LEN  512
#define SUFFIX     ".wal"
#define NAME_CHARS 20

typedef struct
{
  guint64 first, end; /* rows */
  char   *path;       /* Owned */
} Segment;

struct _WeirSourceWal
{
  char      *dir;      /* Owned */
  GPtrArray *segments; /* Owned: Segment, in order */
  guint64    end;
  int        fd;    /* of the last segment; −1: the next append begins one */
  guint64    bytes; /* of the last segment */
  gboolean   unsynced;
  guint64    synced_end;
};

static void
segment_free (gpointer data)
{
  Segment *segment = data;

  g_free (segment->path);
  g_free (segment);
}

void
weir_wal_record_free (WeirWalRecord *record)
{
  g_bytes_unref (record->payload);
  g_free (record);
}

static Segment *
last_segment (const WeirSourceWal *self)
{
  return self->segments->len > 0 ? self->segments->pdata[self->segments->len - 1] : NULL;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

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
has_zero_block (const guint8 *data,
                gsize         from,
                gsize         to)
{
  static const guint8 zeros[BLOCK_LEN] = { 0 };

  for (gsize block = from / BLOCK_LEN * BLOCK_LEN; block < to; block += BLOCK_LEN)
    {
      gsize start = MAX (block, from), len = MIN (block + BLOCK_LEN, to) - start;

      /* Of a whole record neither the first four bytes nor the last are zeros. */
      if ((start == block || len >= 4) && memcmp (data + start, zeros, len) == 0)
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

/* The record at `pos`. FALSE at the end, with @error when it is damage. */
static gboolean
next_record (Scan          *scan,
             const char    *path,
             WeirWalRecord *record,
             const guint8 **payload,
             gsize         *payload_len,
             GError       **error)
{
  gsize      left = scan->len - scan->pos;
  guint32    length, crc, header_crc;
  WeirReader reader;
  gboolean   header_ok, ok;

  if (left == 0)
    return FALSE;
  weir_reader_init (&reader, scan->data + scan->pos, left);
  length = weir_reader_u32 (&reader);
  crc = weir_reader_u32 (&reader);
  header_crc = weir_reader_u32 (&reader);
  header_ok = !reader.failed && weir_crc32c (0, scan->data + scan->pos, 8) == header_crc && length > HEAD_LEN && length <= BODY_MAX;
  ok = header_ok && length <= left - FRAME_LEN && weir_crc32c (0, scan->data + scan->pos + FRAME_LEN, length) == crc;
  if (ok)
    {
      record->first = weir_reader_u64 (&reader);
      record->count = weir_reader_u32 (&reader);
      record->arrived_us = (gint64)weir_reader_u64 (&reader);
      *payload = scan->data + scan->pos + FRAME_LEN + HEAD_LEN;
      *payload_len = length - HEAD_LEN - 1;
      if (record->first != scan->next || record->count == 0)
        return fail_damaged (path, scan->pos, error);
      scan->next += record->count;
      scan->pos += FRAME_LEN + length;
      return TRUE;
    }
  scan->is_cut = reader.failed || (header_ok && length > left - FRAME_LEN) || has_zero_block (scan->data, scan->pos, scan->len);
  return scan->is_cut ? FALSE : fail_damaged (path, scan->pos, error);
}

/* A segment's bytes, begun to be scanned. FALSE without @error: it was never begun. */
static gboolean
begin_scan (const Segment *segment,
            Scan          *scan,
            char         **contents,
            GError       **error)
{
  g_autoptr (GError) local = NULL;

  if (!g_file_get_contents (segment->path, contents, &scan->len, &local))
    return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "Cannot read rows that had arrived: %s.", local->message);
  scan->data = (const guint8 *)*contents;
  scan->next = segment->first;
  if (scan->len < MAGIC_LEN)
    {
      scan->is_cut = TRUE;
      return FALSE;
    }
  if (memcmp (scan->data, MAGIC, MAGIC_LEN) != 0)
    {
      scan->is_cut = has_zero_block (scan->data, 0, scan->len);
      return scan->is_cut ? FALSE : fail_damaged (segment->path, 0, error);
    }
  scan->pos = MAGIC_LEN;
  return TRUE;
}

/* Checks a segment; @follower: number the next one begins with, G_MAXUINT64 for the last. */
static gboolean
check_segment (Segment *segment,
               guint64  follower,
               gsize   *whole,
               GError **error)
{
  g_autofree char *contents = NULL;
  Scan             scan = { 0 };
  WeirWalRecord    record;
  const guint8    *payload;
  gsize            len;
  GError          *local = NULL;

  if (begin_scan (segment, &scan, &contents, &local))
    while (next_record (&scan, segment->path, &record, &payload, &len, &local))
      ;
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  segment->end = MIN (scan.next, follower);
  *whole = scan.pos;
  return follower == G_MAXUINT64 || !scan.is_cut || scan.next >= follower ? TRUE : fail_damaged (segment->path, scan.pos, error);
}

static int
compare_segments (gconstpointer a,
                  gconstpointer b)
{
  const Segment *x = *(Segment *const *)a, *y = *(Segment *const *)b;

  return x->first < y->first ? -1 : x->first > y->first;
}

static gboolean
list_segments (WeirSourceWal *self,
               GError       **error)
{
  g_autoptr (GError) local = NULL;
  GDir              *dir = g_dir_open (self->dir, 0, &local);
  const char        *name;

  if (dir == NULL)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "Cannot read rows that had arrived: %s.", local->message);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      char   *end;
      guint64 first = g_ascii_strtoull (name, &end, 10);

      if (end == name + NAME_CHARS && strcmp (end, SUFFIX) == 0)
        {
          Segment *segment = g_new0 (Segment, 1);

          segment->first = segment->end = first;
          segment->path = g_build_filename (self->dir, name, NULL);
          g_ptr_array_add (self->segments, segment);
        }
    }
  g_dir_close (dir);
  g_ptr_array_sort (self->segments, compare_segments);
  return TRUE;
}

/* What a process that was killed wrote may not have reached the disk, and from now on counts as there. */
static gboolean
sync_segment (const Segment *segment,
              GError       **error)
{
  int fd = weir_fx_open (segment->path, O_RDONLY | O_CLOEXEC, 0), code = 0;

  if (fd < 0 || weir_fx_fdatasync (fd) != 0)
    code = errno;
  if (fd >= 0)
    weir_fx_close (fd);
  return code == 0 ? TRUE : weir_fail_file (error, "sync", segment->path, code);
}

WeirSourceWal *
weir_source_wal_open (const char *dir,
                      GError    **error)
{
  g_autoptr (WeirSourceWal) self = g_new0 (WeirSourceWal, 1);
  gsize                     whole = 0;

  self->fd = -1;
  self->dir = g_strdup (dir);
  self->segments = g_ptr_array_new_with_free_func (segment_free);
  if (!weir_durable_mkdir_with_parents (dir, error) || !list_segments (self, error))
    return NULL;
  for (guint i = 0; i < self->segments->len; i++)
    {
      guint64 follower = i + 1 < self->segments->len ? ((Segment *)self->segments->pdata[i + 1])->first : G_MAXUINT64;

      if (!check_segment (self->segments->pdata[i], follower, &whole, error))
        return NULL;
    }
  /* The last segment is not written to again: what was cut short stays behind its end and is passed over. */
  if (last_segment (self) != NULL && !sync_segment (last_segment (self), error))
    return NULL;
  self->end = last_segment (self) != NULL ? last_segment (self)->end : 0;
  self->synced_end = self->end;
  return g_steal_pointer (&self);
}

void
weir_source_wal_free (WeirSourceWal *wal)
{
  if (wal == NULL)
    return;
  if (wal->fd >= 0)
    weir_fx_close (wal->fd);
  g_ptr_array_unref (wal->segments);
  g_free (wal->dir);
  g_free (wal);
}

guint64
weir_source_wal_get_end (const WeirSourceWal *wal)
{
  return wal->end;
}

static void
end_segment (WeirSourceWal *self)
{
  if (self->fd >= 0)
    weir_fx_close (self->fd);
  self->fd = -1;
}

void
weir_source_wal_skip_to (WeirSourceWal *wal,
                         guint64        number)
{
  if (number <= wal->end)
    return;
  end_segment (wal);
  wal->end = wal->synced_end = number;
}

static gboolean
read_segment (const Segment *segment,
              guint64        from,
              guint64        to,
              GPtrArray     *records,
              GError       **error)
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
          record.payload = g_bytes_new (payload, len);
          g_ptr_array_add (records, g_memdup2 (&record, sizeof record));
        }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

GPtrArray *
weir_source_wal_read (WeirSourceWal *wal,
                      guint64        from,
                      guint64        to,
                      GError       **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_wal_record_free);
  guint64               at = from;
  gboolean              whole = TRUE;

  for (guint i = 0; i < wal->segments->len; i++)
    {
      const Segment *segment = wal->segments->pdata[i];

      if (segment->end > from && segment->first < to && !read_segment (segment, from, to, records, error))
        return NULL;
    }
  for (guint i = 0; i < records->len && whole; i++)
    {
      const WeirWalRecord *record = records->pdata[i];

      whole = record->first == at && record->first + record->count <= to;
      at += record->count;
    }
  if (whole && at == to)
    return g_steal_pointer (&records);
  weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE,
             "Rows %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " are not in %s: a file of the checkpoint is missing. Restore it, or start from a new "
             "checkpoint.",
             from + 1, to, wal->dir);
  return NULL;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static gboolean
begin_segment (WeirSourceWal *self,
               GError       **error)
{
  Segment *segment = g_new0 (Segment, 1);

  segment->first = segment->end = self->end;
  segment->path = g_strdup_printf ("%s/%020" G_GUINT64_FORMAT SUFFIX, self->dir, self->end);
  /* One that was begun and holds no whole record is written over. */
  if (last_segment (self) != NULL && last_segment (self)->first == self->end)
    g_ptr_array_remove_index (self->segments, self->segments->len - 1);
  self->fd = weir_fx_open (segment->path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->fd < 0 || !weir_fx_write_all (self->fd, MAGIC, MAGIC_LEN))
    {
      int code = errno;

      weir_fail_file (error, "write", segment->path, code);
      end_segment (self);
      segment_free (segment);
      return FALSE;
    }
  self->bytes = MAGIC_LEN;
  g_ptr_array_add (self->segments, segment);
  if (weir_durable_sync_dir (self->dir, error))
    return TRUE;
  end_segment (self);
  return FALSE;
}

/* What was not made durable is given up: the next rows take their numbers in a new segment. */
static gboolean
give_up (WeirSourceWal *self,
         const char    *what,
         int            code,
         GError       **error)
{
  Segment *segment = last_segment (self);

  weir_fail_file (error, what, segment->path, code);
  end_segment (self);
  self->end = self->synced_end;
  self->unsynced = FALSE;
  segment->end = MAX (segment->first, self->end);
  return FALSE;
}

gboolean
weir_source_wal_append (WeirSourceWal *wal,
                        guint32        count,
                        gint64         arrived_us,
                        const void    *payload,
                        gsize          len,
                        GError       **error)
{
  static const guint8    end = END_BYTE;
  g_autoptr (GByteArray) frame = g_byte_array_new (), head = g_byte_array_new ();
  WeirWriter             frame_writer = { frame }, head_writer = { head };
  struct iovec           parts[4];
  guint32                crc;

  if (len > BODY_MAX - HEAD_LEN - 1)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "A batch of %" G_GSIZE_FORMAT " bytes is too large to be kept in %s.", len, wal->dir);
  if (wal->fd >= 0 && wal->bytes >= WEIR_WAL_SEGMENT_BYTES)
    {
      if (!weir_source_wal_sync (wal, error))
        return FALSE;
      end_segment (wal);
    }
  if (wal->fd < 0 && !begin_segment (wal, error))
    return FALSE;
  weir_writer_u64 (&head_writer, wal->end);
  weir_writer_u32 (&head_writer, count);
  weir_writer_u64 (&head_writer, (guint64)arrived_us);
  crc = weir_crc32c (0, head->data, head->len);
  crc = weir_crc32c (weir_crc32c (crc, payload, len), &end, 1);
  weir_writer_u32 (&frame_writer, (guint32)(HEAD_LEN + len + 1));
  weir_writer_u32 (&frame_writer, crc);
  weir_writer_u32 (&frame_writer, weir_crc32c (0, frame->data, 8));
  parts[0] = (struct iovec){ frame->data, frame->len };
  parts[1] = (struct iovec){ head->data, head->len };
  parts[2] = (struct iovec){ (void *)payload, len };
  parts[3] = (struct iovec){ (void *)&end, 1 };
  wal->unsynced = TRUE;
  if (!weir_fx_writev_all (wal->fd, parts, 4))
    return give_up (wal, "write", errno, error);
  wal->bytes += FRAME_LEN + HEAD_LEN + len + 1;
  wal->end += count;
  last_segment (wal)->end = wal->end;
  return TRUE;
}

gboolean
weir_source_wal_sync (WeirSourceWal *wal,
                      GError       **error)
{
  if (!wal->unsynced)
    return TRUE;
  if (weir_fx_fdatasync (wal->fd) != 0)
    return give_up (wal, "sync", errno, error);
  wal->unsynced = FALSE;
  wal->synced_end = wal->end;
  return TRUE;
}

void
weir_source_wal_drop (WeirSourceWal *wal,
                      guint64        to)
{
  Segment *last = last_segment (wal);

  /* The one being written goes too when nothing of it is wanted and it is worth a new file. */
  if (last != NULL && last->end <= to && wal->fd >= 0 && !wal->unsynced && wal->bytes >= WEIR_WAL_SEGMENT_BYTES / 4)
    end_segment (wal);
  while (wal->segments->len > (wal->fd >= 0 ? 1 : 0))
    {
      Segment *oldest = wal->segments->pdata[0];

      if (oldest->end > to || weir_fx_unlink (oldest->path) != 0)
        return;
      g_ptr_array_remove_index (wal->segments, 0);
    }
}
