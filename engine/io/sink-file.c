/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/crc32c.h"
#include "base/durable-file.h"
#include "base/effects.h"
#include "format/encoder.h"
#include "io/file-inflate.h"
#include "io/file-list.h"
#include "io/file-manifest.h"
#include "io/sink-private.h"
#include "io/source-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

/*
 * json and csv files below `path`, one a batch with rows
 *
 * Rows go into a file whose name starts with a dot, which readers skip. Commit syncs it, moves it to its final name, syncs the folder, and then
 * appends the batch to the manifest: from there on the batch is committed. Name and content depend on the query and the batch alone, so a batch
 * that is run again after a crash replaces like with like. The staged file stands for the OUTPUT record of the checkpoint.
 *
 * A run without a checkpoint has no identity that a later run could share: its files carry a random writer, there is no manifest, and
 * running it again writes its rows again.
 */

#define BUFFER_BYTES (1u << 20)

typedef struct
{
  WeirSink      parent;
  WeirEncoder  *encoder;   /* Owned */
  char         *folder;    /* Owned */
  char         *extension; /* Owned */
  WeirFileCodec codec;
  GConverter   *packer;    /* Owned, nullable: of the file being written */
  GString      *packed;    /* Owned */
  char         *writer;    /* Owned */
  WeirManifest *manifest;  /* Owned, nullable: the run has no checkpoint */
  char         *open_path; /* Owned, nullable: the file being written */
  GString      *buffer;    /* Owned */
  int           fd;
  guint64       size; /* of what was written, and its checksum */
  guint32       crc;
  guint64       batch_id;
  gint64        last; /* batch of this run; −1: none */
  gboolean      skip;
} FileSink;

/* ---- compression ------------------------------------------------------------------------------------------------ */

static gboolean
read_codec (GHashTable    *options,
            WeirFileCodec *codec,
            GError       **error)
{
  static const struct
  {
    const char   *name;
    WeirFileCodec codec;
  } codecs[] = { { "none", WEIR_CODEC_NONE }, { "uncompressed", WEIR_CODEC_NONE }, { "gzip", WEIR_CODEC_GZIP }, { "deflate", WEIR_CODEC_DEFLATE } };
  const char *name = _weir_io_option_get (options, "compression");

  if (name == NULL)
    name = _weir_io_option_get (options, "codec");
  *codec = WEIR_CODEC_NONE;
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (name == NULL || g_ascii_strcasecmp (name, codecs[i].name) == 0)
      {
        *codec = codecs[i].codec;
        return TRUE;
      }
  return weir_fail (error, WEIR_ERROR_ANALYZE, "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", WEIR_SPAN_NONE,
                    "The codec %s is not available. Available codecs are none, gzip and deflate.", name);
}

static GConverter *
packer_new (WeirFileCodec codec)
{
  if (codec == WEIR_CODEC_NONE)
    return NULL;
  return G_CONVERTER (g_zlib_compressor_new (codec == WEIR_CODEC_GZIP ? G_ZLIB_COMPRESSOR_FORMAT_GZIP : G_ZLIB_COMPRESSOR_FORMAT_ZLIB, -1));
}

/* Moves what is buffered, compressed, to `packed`; the bytes are those of the rows alone, however they came in pieces. */
static gboolean
pack (FileSink *self,
      gboolean  is_end,
      GError  **error)
{
  g_autoptr (GError) local = NULL;
  GConverterResult   result = G_CONVERTER_CONVERTED;
  gsize              at = 0, n_read, n_written;
  char               out[16384];

  while (result != G_CONVERTER_FINISHED && (at < self->buffer->len || is_end))
    {
      result = g_converter_convert (self->packer, self->buffer->str + at, self->buffer->len - at, out, sizeof out,
                                    is_end ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS, &n_read, &n_written, &local);
      if (result == G_CONVERTER_ERROR)
        return weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "Cannot compress %s: %s", self->open_path, local->message);
      g_string_append_len (self->packed, out, (gssize)n_written);
      at += n_read;
    }
  g_string_truncate (self->buffer, 0);
  return TRUE;
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

static gboolean
file_open (WeirSink             *sink,
           const WeirSinkConfig *config,
           GError              **error)
{
  FileSink   *self = (FileSink *)sink;
  const char *path;

  self->fd = -1;
  self->last = -1;
  self->buffer = g_string_new (NULL);
  self->packed = g_string_new (NULL);
  if (!_weir_io_option_required (config->options, "path", "path 'out'", &path, error))
    return FALSE;
  self->folder = weir_file_path (path, config->base_dir);
  if (!read_codec (config->options, &self->codec, error))
    return FALSE;
  self->extension = g_strconcat (sink->klass->format, self->codec == WEIR_CODEC_GZIP ? ".gz" : self->codec == WEIR_CODEC_DEFLATE ? ".deflate"
                                                                                                                                 : "",
                                 NULL);
  self->encoder = weir_encoder_new (sink->klass->format, config->schema, config->options, config->zone, NULL, error);
  if (self->encoder == NULL)
    return FALSE;
  sink->description = g_strdup_printf ("FileSink[%s]", self->folder);
  self->writer = config->query_id != NULL ? weir_manifest_writer (config->query_id, config->sink_index) : g_uuid_string_random ();
  if (config->query_id != NULL)
    {
      self->manifest = weir_manifest_open (self->folder, self->writer, error);
      if (self->manifest == NULL)
        return FALSE;
      self->last = weir_manifest_get_last (self->manifest);
    }
  return TRUE;
}

static gboolean
check_file (const char           *format,
            const WeirSinkConfig *config,
            GError              **error)
{
  g_autoptr (WeirEncoder) encoder = NULL;
  const char             *path;
  WeirFileCodec           codec;

  if (!_weir_io_option_required (config->options, "path", "path 'out'", &path, error) || !read_codec (config->options, &codec, error))
    return FALSE;
  encoder = weir_encoder_new (format, config->schema, config->options, weir_zone_utc (), NULL, error);
  return encoder != NULL;
}

static gboolean
json_check (const WeirSinkConfig *config,
            GError              **error)
{
  return check_file ("json", config, error);
}

static gboolean
csv_check (const WeirSinkConfig *config,
           GError              **error)
{
  return check_file ("csv", config, error);
}

static gboolean
file_get_progress (WeirSink *sink,
                   gint64   *last,
                   GError  **error)
{
  FileSink *self = (FileSink *)sink;

  *last = self->last;
  return TRUE;
}

static void
drop_staged (FileSink *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  if (self->open_path != NULL)
    weir_fx_unlink (self->open_path);
  g_clear_pointer (&self->open_path, g_free);
}

static gboolean
file_begin (WeirSink *sink,
            guint64   batch_id,
            gboolean  is_replay,
            GError  **error)
{
  FileSink *self = (FileSink *)sink;

  drop_staged (self);
  self->batch_id = batch_id;
  self->skip = self->last >= 0 && batch_id <= (guint64)self->last;
  g_string_truncate (self->buffer, 0);
  return self->skip || self->manifest == NULL || weir_manifest_settle (self->manifest, error);
}

static gboolean
flush (FileSink *self,
       gboolean  is_end,
       GError  **error)
{
  GString *bytes = self->packer != NULL ? self->packed : self->buffer;

  if (self->packer != NULL && !pack (self, is_end, error))
    return FALSE;
  if (!weir_fx_write_all (self->fd, bytes->str, bytes->len))
    return weir_fail_file (error, "write", self->open_path, errno);
  self->crc = weir_crc32c (self->crc, bytes->str, bytes->len);
  self->size += bytes->len;
  g_string_truncate (bytes, 0);
  return TRUE;
}

static gboolean
open_file (FileSink *self,
           GError  **error)
{
  g_autofree char *name = weir_manifest_file_name (self->writer, self->batch_id, 0, self->extension);

  if (g_mkdir_with_parents (self->folder, 0755) != 0)
    return weir_fail_file (error, "make the folder", self->folder, errno);
  self->open_path = g_strdup_printf ("%s/.%s", self->folder, name);
  self->fd = weir_fx_open (self->open_path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (self->fd < 0)
    return weir_fail_file (error, "create", self->open_path, errno);
  self->size = 0;
  self->crc = 0;
  g_clear_object (&self->packer);
  self->packer = packer_new (self->codec);
  g_string_truncate (self->packed, 0);
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
  return self->buffer->len < BUFFER_BYTES || flush (self, FALSE, error);
}

/* The staged file under its final name, durable. */
static gboolean
publish (FileSink         *self,
         WeirManifestFile *file,
         GError          **error)
{
  g_autofree char *name = weir_manifest_file_name (self->writer, self->batch_id, 0, self->extension);
  g_autofree char *final = g_build_filename (self->folder, name, NULL);
  int              fd = self->fd;

  if (!flush (self, TRUE, error))
    return FALSE;
  if (weir_fx_fsync (fd) != 0)
    return weir_fail_file (error, "sync", self->open_path, errno);
  self->fd = -1;
  if (weir_fx_close (fd) != 0)
    return weir_fail_file (error, "close", self->open_path, errno);
  if (weir_durable_rename (AT_FDCWD, self->open_path, AT_FDCWD, final, 0) != 0)
    return weir_fail_file (error, "rename", self->open_path, errno);
  g_clear_pointer (&self->open_path, g_free);
  g_strlcpy (file->name, name, sizeof file->name);
  file->size = self->size;
  file->crc = self->crc;
  return weir_durable_sync_dir (self->folder, error);
}

static gboolean
file_commit (WeirSink *sink,
             guint64   batch_id,
             GError  **error)
{
  FileSink        *self = (FileSink *)sink;
  WeirManifestFile file;
  guint            n = self->fd >= 0 ? 1 : 0;

  if (self->skip)
    return TRUE;
  if ((n > 0 && !publish (self, &file, error)) ||
      (self->manifest != NULL && !weir_manifest_append (self->manifest, batch_id, &file, n, error)))
    {
      drop_staged (self);
      return FALSE;
    }
  self->last = (gint64)batch_id;
  return TRUE;
}

static void
file_abort (WeirSink *sink)
{
  drop_staged ((FileSink *)sink);
}

static void
file_finalize (WeirSink *sink)
{
  FileSink *self = (FileSink *)sink;

  drop_staged (self);
  g_clear_pointer (&self->manifest, weir_manifest_free);
  g_clear_pointer (&self->encoder, weir_encoder_free);
  g_clear_object (&self->packer);
  g_string_free (self->buffer, TRUE);
  g_string_free (self->packed, TRUE);
  g_free (self->extension);
  g_free (self->folder);
  g_free (self->writer);
}

#define FILE_SINK_CLASS(format_name)                                                                                 \
  {                                                                                                                  \
    .format = format_name, .open = file_open, .begin = file_begin, .write = file_write, .commit = file_commit,       \
    .abort = file_abort, .finalize = file_finalize, .get_progress = file_get_progress, .needs_output_record = FALSE, \
  }

static const WeirSinkClass json_class = FILE_SINK_CLASS ("json"), csv_class = FILE_SINK_CLASS ("csv");

const WeirSinkKind _weir_sink_json = { &json_class, sizeof (FileSink), json_check };
const WeirSinkKind _weir_sink_csv = { &csv_class, sizeof (FileSink), csv_check };
