/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/source-wal-private.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/durable-file.h"
#include "base/effects.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define END_BYTE   '\n'
#define FIRST_LEN  (64u << 10) /* of a segment that is begun; it grows by as much as it has */
#define STEP_MAX   (1u << 20)  /* but by no more than this at once, beside what a record needs */
#define SUFFIX     ".wal"
#define NAME_CHARS 20

struct _WeirSourceWal
{
  char      *dir;      /* Owned */
  GPtrArray *segments; /* Owned: WeirWalSegment, in order */
  guint64    end;
  int        fd;          /* of the last segment; −1: the next append begins one */
  guint64    bytes, size; /* of the last segment: records, file */
  gboolean   unsynced;
  guint64    synced_end;
};

static void
segment_free (gpointer data)
{
  WeirWalSegment *segment = data;

  g_free (segment->path);
  g_free (segment);
}

void
weir_wal_record_free (WeirWalRecord *record)
{
  g_bytes_unref (record->payload);
  g_free (record);
}

static WeirWalSegment *
last_segment (const WeirSourceWal *self)
{
  return self->segments->len > 0 ? self->segments->pdata[self->segments->len - 1] : NULL;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static int
compare_segments (gconstpointer a,
                  gconstpointer b)
{
  const WeirWalSegment *x = *(WeirWalSegment *const *)a, *y = *(WeirWalSegment *const *)b;

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
          WeirWalSegment *segment = g_new0 (WeirWalSegment, 1);

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
sync_segment (const WeirWalSegment *segment,
              GError              **error)
{
  int fd = weir_fx_open (segment->path, O_RDONLY | O_CLOEXEC, 0), code = 0;

  if (fd < 0 || weir_fx_fdatasync (fd) != 0)
    code = errno;
  if (fd >= 0)
    weir_fx_close (fd);
  return code == 0 ? TRUE : weir_fail_file (error, "sync", segment->path, code);
}

static guint64
follower_of (const WeirSourceWal *self,
             guint                i)
{
  return i + 1 < self->segments->len ? ((WeirWalSegment *)self->segments->pdata[i + 1])->first : G_MAXUINT64;
}

gboolean
weir_source_wal_look (const char        *dir,
                      WeirWalSegmentFunc func,
                      gpointer           data,
                      GError           **error)
{
  WeirSourceWal self = { .dir = (char *)dir, .segments = g_ptr_array_new_with_free_func (segment_free) };
  gboolean      ok = list_segments (&self, error);

  for (guint i = 0; ok && i < self.segments->len; i++)
    {
      g_autoptr (GError) local = NULL;
      WeirWalSegment    *segment = self.segments->pdata[i];

      _weir_wal_check_segment (segment, follower_of (&self, i), &local);
      func (data, segment->path, segment->first, segment->end, local);
    }
  g_ptr_array_unref (self.segments);
  return ok;
}

WeirSourceWal *
weir_source_wal_open (const char *dir,
                      GError    **error)
{
  g_autoptr (WeirSourceWal) self = g_new0 (WeirSourceWal, 1);

  self->fd = -1;
  self->dir = g_strdup (dir);
  self->segments = g_ptr_array_new_with_free_func (segment_free);
  if (!weir_durable_mkdir_with_parents (dir, error) || !list_segments (self, error))
    return NULL;
  weir_durable_remove_temporaries (dir);
  for (guint i = 0; i < self->segments->len; i++)
    if (!_weir_wal_check_segment (self->segments->pdata[i], follower_of (self, i), error))
      return NULL;
  /* The last segment is not written to again: an append that did not end stays behind its end and is passed over. */
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

gboolean
weir_source_wal_fail_short (const WeirSourceWal *wal,
                            guint64              needed,
                            GError             **error)
{
  const WeirWalSegment *last = last_segment (wal);

  return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE,
                    "%s ends with row %" G_GUINT64_FORMAT ", and rows up to %" G_GUINT64_FORMAT " had arrived: it is an older copy, or a file is "
                    "missing beside it. Restore the checkpoint whole, or start from a new one without them.",
                    last != NULL ? last->path : wal->dir, last != NULL ? last->end : 0, needed);
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
      const WeirWalSegment *segment = wal->segments->pdata[i];

      if (segment->end > from && segment->first < to && !_weir_wal_read_segment (segment, from, to, records, error))
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
  g_autofree char *name = g_strdup_printf ("%020" G_GUINT64_FORMAT SUFFIX, self->end), *path = g_build_filename (self->dir, name, NULL);
  g_autofree char *bytes = g_malloc0 (FIRST_LEN);
  WeirWalSegment  *segment;

  memcpy (bytes, WEIR_WAL_MAGIC, WEIR_WAL_MAGIC_LEN);
  /* One that was begun and holds no whole record is replaced. */
  if (!weir_durable_write (self->dir, name, bytes, FIRST_LEN, WEIR_DURABLE_REPLACE, error))
    return FALSE;
  self->fd = weir_fx_open (path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0);
  if (self->fd < 0)
    return weir_fail_file (error, "open", path, errno);
  lseek (self->fd, WEIR_WAL_MAGIC_LEN, SEEK_SET);
  if (last_segment (self) != NULL && last_segment (self)->first == self->end)
    g_ptr_array_remove_index (self->segments, self->segments->len - 1);
  segment = g_new0 (WeirWalSegment, 1);
  segment->first = segment->end = self->end;
  segment->path = g_steal_pointer (&path);
  g_ptr_array_add (self->segments, segment);
  self->bytes = WEIR_WAL_MAGIC_LEN;
  self->size = FIRST_LEN;
  return TRUE;
}

/* What was not made durable is given up: the next rows take their numbers in a new segment. */
static gboolean
give_up (WeirSourceWal *self,
         const char    *what,
         int            code,
         GError       **error)
{
  WeirWalSegment *segment = last_segment (self);

  weir_fail_file (error, what, segment->path, code);
  end_segment (self);
  self->end = self->synced_end;
  self->unsynced = FALSE;
  segment->end = MAX (segment->first, self->end);
  return FALSE;
}

/* Zeros behind the next @len bytes. */
static gboolean
make_room (WeirSourceWal *self,
           gsize          len,
           GError       **error)
{
  guint64 size = self->size;

  while (self->bytes + len >= size)
    size += MIN (size, STEP_MAX);
  if (size == self->size)
    return TRUE;
  if (weir_fx_ftruncate (self->fd, (off_t)size) != 0)
    return give_up (self, "write", errno, error);
  if (weir_fx_fdatasync (self->fd) != 0)
    return give_up (self, "sync", errno, error);
  self->size = size;
  return TRUE;
}

static gboolean
write_record (WeirSourceWal *self,
              guint32        count,
              gint64         arrived_us,
              const guint8  *payload,
              gsize          len,
              GError       **error)
{
  static const guint8    end[WEIR_WAL_ALIGN] = { END_BYTE };
  gsize                  whole = _weir_wal_align (WEIR_WAL_FRAME_LEN + WEIR_WAL_HEAD_LEN + len + 1);
  g_autoptr (GByteArray) frame = g_byte_array_new (), head = g_byte_array_new ();
  WeirWriter             frame_writer = { frame }, head_writer = { head };
  struct iovec           parts[4];
  guint32                crc;

  if (!make_room (self, whole, error))
    return FALSE;
  weir_writer_u64 (&head_writer, self->end);
  weir_writer_u32 (&head_writer, count);
  weir_writer_u64 (&head_writer, (guint64)arrived_us);
  crc = weir_crc32c (0, head->data, head->len);
  crc = weir_crc32c (weir_crc32c (crc, payload, len), end, 1);
  weir_writer_u32 (&frame_writer, (guint32)(WEIR_WAL_HEAD_LEN + len + 1));
  weir_writer_u32 (&frame_writer, crc);
  weir_writer_u32 (&frame_writer, weir_crc32c (0, frame->data, 8));
  parts[0] = (struct iovec){ frame->data, frame->len };
  parts[1] = (struct iovec){ head->data, head->len };
  parts[2] = (struct iovec){ (void *)payload, len };
  parts[3] = (struct iovec){ (void *)end, whole - WEIR_WAL_FRAME_LEN - WEIR_WAL_HEAD_LEN - len };
  self->unsynced = TRUE;
  if (!weir_fx_writev_all (self->fd, parts, 4))
    return give_up (self, "write", errno, error);
  self->bytes += whole;
  self->end += count;
  last_segment (self)->end = self->end;
  return TRUE;
}

gboolean
weir_source_wal_append (WeirSourceWal *wal,
                        guint32        count,
                        gint64         arrived_us,
                        const void    *payload,
                        gsize          len,
                        GError       **error)
{
  g_autofree guint8 *bytes = NULL;

  if (len > WEIR_WAL_BODY_MAX - WEIR_WAL_HEAD_LEN - 1)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "A batch of %" G_GSIZE_FORMAT " bytes is too large to be kept in %s.", len, wal->dir);
  if (wal->fd >= 0 && wal->bytes >= WEIR_WAL_SEGMENT_BYTES)
    {
      if (!weir_source_wal_sync (wal, error))
        return FALSE;
      end_segment (wal);
    }
  bytes = _weir_wal_mask (payload, len);
  return (wal->fd >= 0 || begin_segment (wal, error)) && write_record (wal, count, arrived_us, bytes, len, error);
}

gboolean
weir_source_wal_sync (WeirSourceWal *wal,
                      GError       **error)
{
  if (!wal->unsynced)
    return TRUE;
  if (weir_fx_fdatasync (wal->fd) != 0)
    return give_up (wal, "sync", errno, error);
  if (!weir_durable_is_at (wal->fd, last_segment (wal)->path))
    {
      weir_fail (error, WEIR_ERROR_RUN, "STREAMING_CHECKPOINT_REPLACED", WEIR_SPAN_NONE,
                 "%s was removed, moved or replaced while the query ran: it is not the file that this run opened. Put the checkpoint back, or start with a "
                 "new checkpoint directory.",
                 last_segment (wal)->path);
      return give_up (wal, "sync", ENOENT, NULL);
    }
  wal->unsynced = FALSE;
  wal->synced_end = wal->end;
  return TRUE;
}

void
weir_source_wal_drop (WeirSourceWal *wal,
                      guint64        to)
{
  WeirWalSegment *last = last_segment (wal);

  /* The one being written goes too when nothing of it is wanted and it is worth a new file. */
  if (last != NULL && last->end <= to && wal->fd >= 0 && !wal->unsynced && wal->bytes >= WEIR_WAL_SEGMENT_BYTES / 4)
    end_segment (wal);
  while (wal->segments->len > (wal->fd >= 0 ? 1 : 0))
    {
      WeirWalSegment *oldest = wal->segments->pdata[0];

      if (oldest->end > to || weir_fx_unlink (oldest->path) != 0)
        return;
      g_ptr_array_remove_index (wal->segments, 0);
    }
}
