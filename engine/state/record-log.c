/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "state/record-log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/durable-file.h"
#include "base/effects.h"

/*
 * The writing side. A record is header, payload and checksum; the payload is never copied. One writev takes all records of an append,
 * unless they are large: then they go in slices, and its beginning may be written before the rest is known. After a failed write or sync
 * the segment is cut back to its last acknowledged byte, and what is appended next is written anew, so a sync that failed is never asked
 * again about the same pages.
 */

#define RECORD_HEADER 24
#define SLICE_BYTES   (1u << 20)

typedef struct
{
  guint8     header[RECORD_HEADER];
  GPtrArray *payload; /* Owned: GBytes */
  guint8     crc[4];
} Queued;

struct _WeirRecordLog
{
  int      fd;
  char    *path;     /* Owned */
  guint64  size;     /* acknowledged */
  guint64  begun;    /* bytes of the next append that lie behind it */
  gboolean is_dirty; /* bytes may lie behind `size` */
  guint    n_queued;
  Queued   queued[WEIR_LOG_APPEND_MAX];
};

gboolean
weir_log_id_parse (const char *text,
                   WeirLogId  *id)
{
  guint n = 0;

  if (!g_uuid_string_is_valid (text))
    return FALSE;
  for (const char *at = text; *at != '\0' && n < 32; at++)
    if (*at != '-')
      {
        int digit = g_ascii_xdigit_value (*at);

        id->bytes[n / 2] = (guint8)(n % 2 == 0 ? digit << 4 : id->bytes[n / 2] | digit);
        n++;
      }
  return n == 32;
}

char *
weir_log_id_to_string (const WeirLogId *id)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < 16; i++)
    g_string_append_printf (text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id->bytes[i]);
  return g_string_free (text, FALSE);
}

char *
weir_record_log_path (const char *dir,
                      guint64     first_batch)
{
  return g_strdup_printf ("%s/%020" G_GUINT64_FORMAT ".log", dir, first_batch);
}

static WeirRecordLog *
log_new (int   fd,
         char *path)
{
  WeirRecordLog *self = g_new0 (WeirRecordLog, 1);

  self->fd = fd;
  self->path = path;
  return self;
}

static void
put_u32 (guint8 *at,
         guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

static void
put_u64 (guint8 *at,
         guint64 value)
{
  value = GUINT64_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

WeirRecordLog *
weir_record_log_create_at (const char      *path,
                           const WeirLogId *id,
                           guint64          first_batch,
                           GError         **error)
{
  g_autoptr (WeirRecordLog) self = NULL;
  guint8                    header[WEIR_LOG_HEADER_SIZE] = "WEIRCLOG";
  int                       fd = weir_fx_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

  self = log_new (fd, g_strdup (path));
  header[8] = WEIR_LOG_VERSION;
  memcpy (header + 16, id->bytes, sizeof id->bytes);
  put_u64 (header + 32, first_batch);
  put_u32 (header + 44, weir_crc32c (0, header, 44));
  if (fd < 0 || !weir_fx_write_all (fd, header, sizeof header) || weir_fx_fsync (fd) < 0)
    {
      weir_fail_file (error, "create", path, errno);
      return NULL;
    }
  self->size = WEIR_LOG_HEADER_SIZE;
  return g_steal_pointer (&self);
}

WeirRecordLog *
weir_record_log_create (const char      *dir,
                        const WeirLogId *id,
                        guint64          first_batch,
                        GError         **error)
{
  g_autofree char          *path = weir_record_log_path (dir, first_batch);
  g_autoptr (WeirRecordLog) self = weir_record_log_create_at (path, id, first_batch, error);

  if (self == NULL || !weir_durable_sync_dir (dir, error))
    return NULL;
  return g_steal_pointer (&self);
}

WeirRecordLog *
weir_record_log_open (const char *path,
                      guint64     size,
                      GError    **error)
{
  g_autoptr (WeirRecordLog) self = NULL;
  int                       fd = weir_fx_open (path, O_WRONLY | O_CLOEXEC, 0);

  self = log_new (fd, g_strdup (path));
  self->size = size;
  if (fd < 0)
    {
      weir_fail_file (error, "open", path, errno);
      return NULL;
    }
  self->is_dirty = TRUE;
  return g_steal_pointer (&self);
}

static void
clear_queue (WeirRecordLog *self)
{
  for (guint i = 0; i < self->n_queued; i++)
    g_clear_pointer (&self->queued[i].payload, g_ptr_array_unref);
  self->n_queued = 0;
}

void
weir_record_log_free (WeirRecordLog *log)
{
  if (log == NULL)
    return;
  clear_queue (log);
  if (log->fd >= 0)
    weir_fx_close (log->fd);
  g_free (log->path);
  g_free (log);
}

guint32
weir_record_log_add (WeirRecordLog *log,
                     WeirRecordKind kind,
                     guint64        batch_id,
                     GBytes        *payload,
                     gboolean       is_last)
{
  g_autoptr (GPtrArray) pieces = weir_pieces_new (payload);

  return weir_record_log_add_pieces (log, kind, batch_id, pieces, is_last);
}

guint32
weir_record_log_add_pieces (WeirRecordLog *log,
                            WeirRecordKind kind,
                            guint64        batch_id,
                            GPtrArray     *payload,
                            gboolean       is_last)
{
  Queued *queued = &log->queued[log->n_queued];
  guint32 crc;

  g_assert (log->n_queued < WEIR_LOG_APPEND_MAX);
  queued->payload = g_ptr_array_ref (payload);
  memset (queued->header, 0, RECORD_HEADER);
  put_u32 (queued->header, WEIR_LOG_RECORD_MAGIC);
  queued->header[4] = (guint8)kind;
  queued->header[5] = 1;
  queued->header[6] = (guint8)((log->n_queued == 0 && log->begun == 0 ? WEIR_LOG_FIRST : 0) | (is_last ? WEIR_LOG_LAST : 0));
  put_u64 (queued->header + 8, batch_id);
  put_u64 (queued->header + 16, weir_pieces_size (payload));
  crc = weir_crc32c (0, queued->header, RECORD_HEADER);
  for (guint i = 0; i < payload->len; i++)
    {
      gsize         len;
      gconstpointer data = g_bytes_get_data (payload->pdata[i], &len);

      crc = weir_crc32c (crc, data, len);
    }
  put_u32 (queued->crc, crc);
  log->n_queued++;
  return crc;
}

/* Bytes of an append that failed must not stand between two good ones. */
static gboolean
cut_back (WeirRecordLog *self,
          GError       **error)
{
  if (weir_fx_ftruncate (self->fd, (off_t)self->size) < 0 || weir_fx_fdatasync (self->fd) < 0 ||
      lseek (self->fd, (off_t)self->size, SEEK_SET) < 0)
    return weir_fail_file (error, "cut back", self->path, errno);
  self->is_dirty = FALSE;
  return TRUE;
}

static GArray *
list_queue (WeirRecordLog *self,
            guint64       *size)
{
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (struct iovec));

  *size = 0;
  for (guint i = 0; i < self->n_queued; i++)
    {
      Queued      *queued = &self->queued[i];
      struct iovec header = { queued->header, RECORD_HEADER }, crc = { queued->crc, 4 };

      g_array_append_val (parts, header);
      for (guint k = 0; k < queued->payload->len; k++)
        {
          gsize         len;
          gconstpointer data = g_bytes_get_data (queued->payload->pdata[k], &len);
          struct iovec  piece = { (gpointer)data, len };

          g_array_append_val (parts, piece);
          *size += len;
        }
      g_array_append_val (parts, crc);
      *size += RECORD_HEADER + 4;
    }
  return parts;
}

/* The disk begins with the first bytes of a large append while the next ones are still copied; whether they arrived only the sync says. */
static gboolean
write_parts (WeirRecordLog *self,
             GArray        *parts)
{
  struct iovec *all = (struct iovec *)(gpointer)parts->data;
  off_t         at = (off_t)(self->size + self->begun);

  for (guint i = 0, n; i < parts->len; i += n)
    {
      gsize size = 0;

      for (n = 0; i + n < parts->len && size < SLICE_BYTES; n++)
        size += all[i + n].iov_len;
      if (!weir_fx_writev_all (self->fd, all + i, (int)n))
        return FALSE;
      if (size >= SLICE_BYTES)
        sync_file_range (self->fd, at, (off_t)size, SYNC_FILE_RANGE_WRITE);
      at += (off_t)size;
    }
  return TRUE;
}

static gboolean
append (WeirRecordLog *log,
        GError       **error)
{
  guint64            size;
  g_autoptr (GArray) parts = list_queue (log, &size);
  gboolean           ok = !log->is_dirty || log->begun > 0 || cut_back (log, error);

  if (ok)
    {
      log->is_dirty = TRUE;
      ok = write_parts (log, parts) || weir_fail_file (error, "write", log->path, errno);
    }
  log->begun = ok ? log->begun + size : 0;
  clear_queue (log);
  return ok;
}

/* Who writes ahead has the time to wait for the disk: the sync of the rest then waits for little. */
gboolean
weir_record_log_write (WeirRecordLog *log,
                       GError       **error)
{
  if (!append (log, error))
    return FALSE;
  sync_file_range (log->fd, (off_t)log->size, (off_t)log->begun, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
  return TRUE;
}

void
weir_record_log_drop (WeirRecordLog *log)
{
  clear_queue (log);
  log->begun = 0;
}

gboolean
weir_record_log_sync (WeirRecordLog *log,
                      GError       **error)
{
  if (!append (log, error))
    return FALSE;
  if (weir_fx_fdatasync (log->fd) < 0)
    {
      log->begun = 0;
      return weir_fail_file (error, "write", log->path, errno);
    }
  log->size += log->begun;
  log->begun = 0;
  log->is_dirty = FALSE;
  return TRUE;
}

guint64
weir_record_log_get_size (WeirRecordLog *log)
{
  return log->size;
}

gboolean
weir_record_log_is_in_place (WeirRecordLog *log)
{
  return weir_durable_is_at (log->fd, log->path);
}

const char *
weir_record_log_get_path (WeirRecordLog *log)
{
  return log->path;
}
