/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/encoder.h"
#include "io/file-list.h"
#include "io/sink-private.h"
#include "io/source-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/*
 * json and csv files below `path`, one a batch with rows: `part-00000-<batch>.json`. Rows go into a file whose name starts with a dot, which
 * readers skip; commit syncs it and moves it into place. A batch id that has its file already is ignored, so a batch that is
 * run again after a crash writes the same file once.
 */

#define BUFFER_BYTES (1u << 20)

typedef struct
{
  WeirSink     parent;
  WeirEncoder *encoder; /* Owned */
  char        *folder;  /* Owned */
  const char  *extension;
  char        *open_path; /* Owned, nullable: the file being written */
  GString     *buffer;    /* Owned */
  int          fd;
  guint64      batch_id;
  gboolean     skip;
} FileSink;

static gboolean
fail_write (FileSink   *self,
            const char *what,
            GError    **error)
{
  int code = errno;

  return weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "Cannot %s %s: %s.%s", what, self->folder, g_strerror (code),
                    code == ENOSPC ? " Free some space." : (code == EACCES ? " Give this user write permission." : ""));
}

static gboolean
file_open (WeirSink             *sink,
           const WeirSinkConfig *config,
           GError              **error)
{
  FileSink   *self = (FileSink *)sink;
  const char *path;

  self->fd = -1;
  self->buffer = g_string_new (NULL);
  self->extension = sink->klass->format;
  if (!_weir_io_option_required (config->options, "path", "path 'out'", &path, error))
    return FALSE;
  self->folder = weir_file_path (path, config->base_dir);
  self->encoder = weir_encoder_new (sink->klass->format, config->schema, config->options, config->zone, NULL, error);
  sink->description = g_strdup_printf ("FileSink[%s]", self->folder);
  return self->encoder != NULL;
}

static char *
final_path (FileSink *self)
{
  return g_strdup_printf ("%s/part-00000-%020" G_GUINT64_FORMAT ".%s", self->folder, self->batch_id, self->extension);
}

static gboolean
file_begin (WeirSink *sink,
            guint64   batch_id,
            GError  **error)
{
  FileSink        *self = (FileSink *)sink;
  g_autofree char *final = NULL;

  self->batch_id = batch_id;
  final = final_path (self);
  self->skip = g_file_test (final, G_FILE_TEST_EXISTS);
  g_string_truncate (self->buffer, 0);
  return TRUE;
}

static gboolean
flush (FileSink *self,
       GError  **error)
{
  gsize done = 0;

  while (done < self->buffer->len)
    {
      gssize n = write (self->fd, self->buffer->str + done, self->buffer->len - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail_write (self, "write into", error);
      done += (gsize)n;
    }
  g_string_truncate (self->buffer, 0);
  return TRUE;
}

static gboolean
open_file (FileSink *self,
           GError  **error)
{
  if (g_mkdir_with_parents (self->folder, 0755) != 0)
    return fail_write (self, "make the folder", error);
  self->open_path = g_strdup_printf ("%s/.part-00000-%020" G_GUINT64_FORMAT ".tmp", self->folder, self->batch_id);
  self->fd = open (self->open_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (self->fd < 0)
    return fail_write (self, "create a file in", error);
  weir_encoder_append_start (self->encoder, self->buffer);
  return TRUE;
}

static gboolean
file_write (WeirSink  *sink,
            WeirBatch *batch,
            GError   **error)
{
  FileSink *self = (FileSink *)sink;

  if (self->skip)
    return TRUE;
  if (self->fd < 0 && !open_file (self, error))
    return FALSE;
  weir_encoder_append_batch (self->encoder, self->buffer, batch);
  sink->rows_written += batch->n_rows;
  return self->buffer->len < BUFFER_BYTES || flush (self, error);
}

static void
close_file (FileSink *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  g_clear_pointer (&self->open_path, g_free);
}

static gboolean
sync_folder (FileSink *self,
             GError  **error)
{
  int      fd = open (self->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    fail_write (self, "sync", error);
  if (fd >= 0)
    close (fd);
  return ok;
}

static gboolean
file_commit (WeirSink *sink,
             guint64   batch_id,
             GError  **error)
{
  FileSink        *self = (FileSink *)sink;
  g_autofree char *final = final_path (self);

  if (self->fd < 0)
    return TRUE;
  if (!flush (self, error))
    return FALSE;
  if (fdatasync (self->fd) != 0)
    return fail_write (self, "sync a file in", error);
  if (g_rename (self->open_path, final) != 0)
    return fail_write (self, "rename a file in", error);
  close_file (self);
  return sync_folder (self, error);
}

static void
file_abort (WeirSink *sink)
{
  FileSink *self = (FileSink *)sink;

  if (self->open_path != NULL)
    g_unlink (self->open_path);
  close_file (self);
}

static void
file_finalize (WeirSink *sink)
{
  FileSink *self = (FileSink *)sink;

  file_abort (sink);
  g_clear_pointer (&self->encoder, weir_encoder_free);
  g_string_free (self->buffer, TRUE);
  g_free (self->folder);
}

static const WeirSinkClass json_class = { "json", file_open, file_begin, file_write, file_commit, file_abort, file_finalize };
static const WeirSinkClass csv_class = { "csv", file_open, file_begin, file_write, file_commit, file_abort, file_finalize };

const WeirSinkKind _weir_sink_json = { &json_class, sizeof (FileSink) };
const WeirSinkKind _weir_sink_csv = { &csv_class, sizeof (FileSink) };
