/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "state/record-log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"

/*
 * The reading side. A record is believed when its checksum is right, and nothing of it is used before. A bad one in the last segment
 * is looked at twice: only when no append begins behind it can it be the end that was never acknowledged.
 */

#define RECORD_HEADER 24

gboolean
weir_log_fail (GError    **error,
               const char *path,
               guint64     offset,
               const char *what)
{
  return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE,
                    "An error occurred during loading state: %s is damaged at byte %" G_GUINT64_FORMAT ": %s. Restore the file from a copy, or start the query with a new checkpoint directory.",
                    path, offset, what);
}

static gboolean
fail_read (GError    **error,
           const char *path)
{
  int saved = errno;

  return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.CANNOT_READ_STREAMING_STATE_FILE", WEIR_SPAN_NONE, "Error reading streaming state file of %s: %s.", path, g_strerror (saved));
}

/* All of @len bytes at @at. FALSE with errno 0 when the file ends before. */
static gboolean
read_at (int     fd,
         guint64 at,
         guint8 *data,
         gsize   len)
{
  while (len > 0)
    {
      ssize_t done = pread (fd, data, len, (off_t)at);

      if (done < 0 && errno == EINTR)
        continue;
      if (done <= 0)
        {
          if (done == 0)
            errno = 0;
          return FALSE;
        }
      data += done;
      at += (guint64)done;
      len -= (gsize)done;
    }
  return TRUE;
}

static guint32
get_u32 (const guint8 *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return GUINT32_FROM_LE (value);
}

static guint64
get_u64 (const guint8 *at)
{
  guint64 value;

  memcpy (&value, at, sizeof value);
  return GUINT64_FROM_LE (value);
}

static gboolean
is_header (const guint8 *header)
{
  return memcmp (header, "WEIRCLOG", 8) == 0 && get_u32 (header + 44) == weir_crc32c (0, header, 44);
}

static gboolean
check_header (WeirLogReader *self,
              const guint8  *header,
              GError       **error)
{
  if (memcmp (header, "WEIRCLOG", 8) != 0)
    return weir_log_fail (error, self->path, 0, "this is no segment of a checkpoint's log");
  if (get_u32 (header + 44) != weir_crc32c (0, header, 44))
    return weir_log_fail (error, self->path, 0, "the checksum of its head does not match");
  if (header[8] != WEIR_LOG_VERSION)
    return weir_fail (error, WEIR_ERROR_RUN, "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION", WEIR_SPAN_NONE, "%s has version %u; this program reads version %d. Use the program that wrote it, or a newer one.", self->path, header[8], WEIR_LOG_VERSION);
  memcpy (self->id.bytes, header + 16, sizeof self->id.bytes);
  self->first_batch = get_u64 (header + 32);
  self->pos = WEIR_LOG_HEADER_SIZE;
  return TRUE;
}

WeirLogReader *
weir_log_reader_open (const char *path,
                      gboolean    is_last,
                      GError    **error)
{
  g_autoptr (WeirLogReader) self = g_new0 (WeirLogReader, 1);
  guint8                    header[WEIR_LOG_HEADER_SIZE];
  struct stat               info;

  self->path = g_strdup (path);
  self->is_last = is_last;
  self->fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (self->fd < 0 || fstat (self->fd, &info) < 0)
    {
      fail_read (error, path);
      return NULL;
    }
  if (!S_ISREG (info.st_mode) && !S_ISDIR (info.st_mode))
    {
      weir_log_fail (error, path, 0, "this is no regular file");
      return NULL;
    }
  self->size = (guint64)info.st_size;
  if (!read_at (self->fd, 0, header, sizeof header))
    {
      if (errno != 0)
        fail_read (error, path);
      else if (is_last)
        {
          self->size = 0;
          return g_steal_pointer (&self);
        }
      else
        weir_log_fail (error, path, self->size, "it ends within its head");
      return NULL;
    }
  /* Nothing is appended before the head is durable: one that is wrong, with nothing behind it, never was. */
  if (is_last && self->size == WEIR_LOG_HEADER_SIZE && !is_header (header))
    {
      self->size = 0;
      return g_steal_pointer (&self);
    }
  return check_header (self, header, error) ? g_steal_pointer (&self) : NULL;
}

static void
clear_records (WeirLogReader *self)
{
  for (guint i = 0; i < self->n_records; i++)
    g_clear_pointer (&self->records[i].payload, g_bytes_unref);
  self->n_records = 0;
}

void
weir_log_reader_free (WeirLogReader *reader)
{
  if (reader == NULL)
    return;
  clear_records (reader);
  if (reader->fd >= 0)
    close (reader->fd);
  g_free (reader->path);
  g_free (reader);
}

typedef enum
{
  READ_OK,
  READ_BAD,    /* no record, or a damaged one */
  READ_FAILED, /* @error */
} ReadResult;

/* The record at @at; @flags of it. */
static ReadResult
read_record (WeirLogReader *self,
             guint64        at,
             WeirRecord    *record,
             guint         *flags,
             const char   **what,
             GError       **error)
{
  guint8             header[RECORD_HEADER];
  guint64            len;
  g_autofree guint8 *body = NULL;

  *what = "a record is cut off";
  if (self->size - at < RECORD_HEADER + 4)
    return READ_BAD;
  if (!read_at (self->fd, at, header, sizeof header))
    return errno != 0 ? (fail_read (error, self->path), READ_FAILED) : READ_BAD;
  *what = "no record begins here";
  if (get_u32 (header) != WEIR_LOG_RECORD_MAGIC)
    return READ_BAD;
  len = get_u64 (header + 16);
  *what = "a record is cut off";
  if (len > self->size - at - RECORD_HEADER - 4)
    return READ_BAD;
  body = g_try_malloc (len + 4);
  if (body == NULL)
    return (errno = ENOMEM, fail_read (error, self->path), READ_FAILED);
  if (!read_at (self->fd, at + RECORD_HEADER, body, len + 4))
    return errno != 0 ? (fail_read (error, self->path), READ_FAILED) : READ_BAD;
  *what = "the checksum of a record does not match";
  record->crc = weir_crc32c (weir_crc32c (0, header, sizeof header), body, len);
  if (get_u32 (body + len) != record->crc)
    return READ_BAD;
  record->kind = (WeirRecordKind)header[4];
  record->version = header[5];
  record->batch_id = get_u64 (header + 8);
  record->offset = at;
  record->payload = g_bytes_new_take (g_steal_pointer (&body), len);
  *flags = header[6];
  return READ_OK;
}

/* Whether a good record that begins an append lies anywhere behind @at. */
static gboolean
has_append_behind (WeirLogReader *self,
                   guint64        at,
                   gboolean      *found,
                   GError       **error)
{
  const gsize        step = 1 << 20;
  g_autofree guint8 *window = g_malloc (step + 3);

  *found = FALSE;
  for (guint64 from = at; from + RECORD_HEADER + 4 <= self->size; from += step)
    {
      gsize len = (gsize)MIN (step + 3, self->size - from);

      if (!read_at (self->fd, from, window, len))
        return errno == 0 || fail_read (error, self->path);
      for (gsize i = 0; i + 4 <= len; i++)
        {
          WeirRecord  record = { 0 };
          const char *what;
          guint       flags = 0;
          ReadResult  result;

          if (window[i] != 0x57 || get_u32 (window + i) != WEIR_LOG_RECORD_MAGIC)
            continue;
          result = read_record (self, from + i, &record, &flags, &what, error);
          if (result == READ_FAILED)
            return FALSE;
          g_clear_pointer (&record.payload, g_bytes_unref);
          *found = result == READ_OK && (flags & WEIR_LOG_FIRST) != 0;
          if (*found)
            return TRUE;
        }
    }
  return TRUE;
}

/* What stands at @at belongs to no whole append; @behind: where others may begin. Allowed at the very end only. FALSE; @error unless it is. */
static gboolean
end_of_log (WeirLogReader *self,
            guint64        at,
            guint64        behind,
            const char    *what,
            GError       **error)
{
  gboolean found = TRUE;

  clear_records (self);
  if (self->is_last && !has_append_behind (self, behind, &found, error))
    return FALSE;
  if (found)
    return weir_log_fail (error, self->path, at, what);
  self->torn = TRUE;
  return FALSE;
}

gboolean
weir_log_reader_next (WeirLogReader *reader,
                      GError       **error)
{
  guint64 at = reader->pos;
  guint   flags = 0;

  clear_records (reader);
  if (reader->torn || at >= reader->size)
    return FALSE;
  while ((flags & WEIR_LOG_LAST) == 0)
    {
      WeirRecord *record = &reader->records[reader->n_records];
      const char *what = "an append has too many records";
      ReadResult  result = READ_BAD;

      if (reader->n_records < WEIR_LOG_APPEND_MAX)
        result = read_record (reader, at, record, &flags, &what, error);
      if (result == READ_FAILED)
        return FALSE;
      if (result == READ_BAD)
        return end_of_log (reader, at, at + 1, what, error);
      reader->n_records++;
      if (((flags & WEIR_LOG_FIRST) != 0) != (reader->n_records == 1))
        return end_of_log (reader, at, reader->n_records == 1 ? at + 1 : at, "an append is not whole", error);
      at += RECORD_HEADER + g_bytes_get_size (record->payload) + 4;
    }
  reader->pos = at;
  return TRUE;
}

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;

  return x < y ? -1 : x > y;
}

GArray *
weir_record_log_list (const char *dir,
                      const char *suffix,
                      GError    **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GDir)   handle = NULL;
  GError            *local = NULL;
  const char        *name;

  handle = g_dir_open (dir, 0, &local);
  if (handle == NULL)
    {
      if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        {
          g_error_free (local);
          return g_steal_pointer (&ids);
        }
      weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.CANNOT_READ_STREAMING_STATE_FILE", WEIR_SPAN_NONE, "%s", local->message);
      g_error_free (local);
      return NULL;
    }
  while ((name = g_dir_read_name (handle)) != NULL)
    {
      char   *end;
      guint64 id = g_ascii_strtoull (name, &end, 10);

      if (end == name + 20 && strcmp (end, suffix) == 0)
        g_array_append_val (ids, id);
    }
  g_array_sort (ids, compare_ids);
  return g_steal_pointer (&ids);
}
