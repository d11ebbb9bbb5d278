/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-log.h"

#include "base/crc32c.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * Identity of files
 *
 * Between plan and read of one run a file is the same while device, inode, size and time of modification are. A restart may find a
 * copy under another inode: there the content decides, as far as a fingerprint of both ends shows it. A file longer than both ends
 * whose time changed too is not trusted.
 */

WeirFileBatch *
weir_file_batch_new (gint64     number,
                     GPtrArray *files)
{
  WeirFileBatch *batch = g_new0 (WeirFileBatch, 1);

  batch->number = number;
  batch->files = files;
  return batch;
}

void
weir_file_batch_free (WeirFileBatch *batch)
{
  g_ptr_array_unref (batch->files);
  g_free (batch);
}

gboolean
weir_file_fail_read (const char *path,
                     int         code,
                     GError    **error)
{
  const char *remedy = "";

  if (code == EACCES)
    remedy = " Give this user read permission on it.";
  else if (code == ENOENT)
    remedy = " Put it back, or go on without it by the option ignoreMissingFiles 'true'.";
  weir_fail (error, WEIR_ERROR_RUN, code == ENOENT ? "FAILED_READ_FILE.FILE_NOT_EXIST" : "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE,
             "Encountered error while reading file %s: %s.%s", path, g_strerror (code), remedy);
  if (error != NULL)
    weir_error_add_param (*error, "path", path);
  return FALSE;
}

gboolean
weir_file_fail_changed (const char *path,
                        GError    **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "FAILED_READ_FILE.FILE_CHANGED", WEIR_SPAN_NONE,
                    "File %s changed after it was planned to be read. Files must appear whole: write to a name that ends in .tmp and rename it. "
                    "Put the old content back, or start from a new checkpoint.",
                    path);
}

gboolean
weir_file_is_missing (const GError *error)
{
  return g_strcmp0 (weir_error_get_condition (error), "FAILED_READ_FILE.FILE_NOT_EXIST") == 0;
}

int
weir_file_open (const char *path,
                GError    **error)
{
  int         fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat status;

  if (fd < 0)
    {
      weir_file_fail_read (path, errno, error);
      return -1;
    }
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    return fd;
  close (fd);
  weir_file_fail_changed (path, error);
  return -1;
}

gboolean
weir_file_is_same (int                  fd,
                   const WeirFileEntry *entry)
{
  WeirFileEntry now = { 0 };
  struct stat   status;

  if (fstat (fd, &status) != 0)
    return FALSE;
  weir_file_entry_set_status (&now, &status);
  return now.size == entry->size && now.mtime_ns == entry->mtime_ns && now.device == entry->device && now.inode == entry->inode;
}

static gboolean
add_part (int         fd,
          const char *path,
          guint64     offset,
          gsize       len,
          guint32    *crc,
          GError    **error)
{
  g_autofree guint8 *data = g_malloc (MAX (len, 1));
  gsize              got = 0;

  while (got < len)
    {
      gssize n = pread (fd, data + got, len - got, (off_t)(offset + got));

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return weir_file_fail_read (path, errno, error);
      if (n == 0)
        return weir_file_fail_changed (path, error);
      got += (gsize)n;
    }
  *crc = weir_crc32c (*crc, data, len);
  return TRUE;
}

gboolean
weir_file_fingerprint (int         fd,
                       const char *path,
                       guint64     size,
                       guint32    *fingerprint,
                       GError    **error)
{
  gsize   first = (gsize)MIN (size, WEIR_FILE_PRINT_BYTES);
  guint64 last_at = MAX (first, size - MIN (size, WEIR_FILE_PRINT_BYTES));

  *fingerprint = 0;
  return add_part (fd, path, 0, first, fingerprint, error) && add_part (fd, path, last_at, (gsize)(size - last_at), fingerprint, error);
}

/* @size: bytes that count; G_MAXUINT64: all there are. */
static gboolean
identify (WeirFileEntry *entry,
          guint64        size,
          GError       **error)
{
  int         fd = weir_file_open (entry->path, error);
  struct stat status;
  gboolean    ok;

  if (fd < 0)
    return FALSE;
  ok = fstat (fd, &status) == 0 || weir_file_fail_read (entry->path, errno, error);
  if (ok)
    {
      weir_file_entry_set_status (entry, &status);
      entry->size = MIN (entry->size, size);
      ok = weir_file_fingerprint (fd, entry->path, entry->size, &entry->fingerprint, error);
    }
  close (fd);
  return ok;
}

gboolean
weir_file_entry_identify (WeirFileEntry *entry,
                          GError       **error)
{
  return identify (entry, G_MAXUINT64, error);
}

gboolean
weir_file_entry_verify (WeirFileEntry *entry,
                        gboolean       may_grow,
                        GError       **error)
{
  WeirFileEntry now = *entry;

  if (!identify (&now, may_grow ? entry->size : G_MAXUINT64, error))
    return FALSE;
  if (now.size != entry->size || now.fingerprint != entry->fingerprint ||
      (!may_grow && now.mtime_ns != entry->mtime_ns && now.size > 2 * WEIR_FILE_PRINT_BYTES))
    return weir_file_fail_changed (entry->path, error);
  *entry = now;
  return TRUE;
}

void
weir_file_batch_write (const WeirFileBatch *batch,
                       gsize                root_len,
                       WeirWriter          *writer)
{
  weir_writer_varint (writer, (guint64)batch->number);
  weir_writer_varint (writer, batch->files->len);
  for (guint i = 0; i < batch->files->len; i++)
    {
      const WeirFileEntry *file = batch->files->pdata[i];

      weir_writer_bytes (writer, file->path + root_len, strlen (file->path) - root_len);
      weir_writer_u64 (writer, file->device);
      weir_writer_u64 (writer, file->inode);
      weir_writer_u64 (writer, file->size);
      weir_writer_u64 (writer, (guint64)file->mtime_ns);
      weir_writer_u32 (writer, file->fingerprint);
    }
}

WeirFileBatch *
weir_file_batch_read (WeirReader *reader,
                      const char *root)
{
  gint64                    number = (gint64)weir_reader_varint (reader);
  guint64                   n = weir_reader_varint (reader);
  g_autoptr (WeirFileBatch) batch = weir_file_batch_new (number, g_ptr_array_new_with_free_func ((GDestroyNotify)weir_file_entry_free));

  batch->is_replayed = TRUE;
  for (guint64 i = 0; i < n && !reader->failed; i++)
    {
      WeirFileEntry *file = g_new0 (WeirFileEntry, 1);
      gsize          len = 0;
      const guint8  *name = weir_reader_bytes (reader, &len);

      file->path = g_strdup_printf ("%s%.*s", root, (int)len, name != NULL ? (const char *)name : "");
      file->device = weir_reader_u64 (reader);
      file->inode = weir_reader_u64 (reader);
      file->size = weir_reader_u64 (reader);
      file->mtime_ns = (gint64)weir_reader_u64 (reader);
      file->fingerprint = weir_reader_u32 (reader);
      g_ptr_array_add (batch->files, file);
    }
  return reader->failed || number < 0 ? NULL : g_steal_pointer (&batch);
}
