/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-inflate.h"

#include "io/file-log.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As much as is read of a file at once; output goes straight into the caller's buffer. */
#define INPUT_BYTES (64u << 10)

struct _WeirFileInflate
{
  int         fd;
  const char *path;
  guint64     left; /* input not read yet */
  GConverter *converter;
  guint8     *input; /* Owned: INPUT_BYTES */
  gsize       input_at, input_len;
  gboolean    in_member, has_member, has_ended;
};

gboolean
weir_file_codec (const char    *path,
                 WeirFileCodec *codec,
                 GError       **error)
{
  static const char *const others[] = { ".bz2", ".lz4", ".snappy", ".xz", ".zst" };

  *codec = g_str_has_suffix (path, ".gz") ? WEIR_CODEC_GZIP : g_str_has_suffix (path, ".deflate") ? WEIR_CODEC_DEFLATE
                                                                                                  : WEIR_CODEC_NONE;
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_has_suffix (path, others[i]))
      return weir_fail (error, WEIR_ERROR_RUN, "CODEC_NOT_AVAILABLE", WEIR_SPAN_NONE,
                        "The codec %s of the file %s is not available; available codecs are gzip (.gz) and deflate (.deflate). Unpack the file, pack it "
                        "with gzip, or leave it out with the option pathGlobFilter.",
                        others[i] + 1, path);
  return TRUE;
}

WeirFileInflate *
weir_file_inflate_new (int           fd,
                       const char   *path,
                       guint64       size,
                       WeirFileCodec codec)
{
  WeirFileInflate *self = g_new0 (WeirFileInflate, 1);

  self->fd = fd;
  self->path = path;
  self->left = size;
  self->input = g_malloc (INPUT_BYTES);
  self->converter = G_CONVERTER (g_zlib_decompressor_new (codec == WEIR_CODEC_GZIP ? G_ZLIB_COMPRESSOR_FORMAT_GZIP : G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  return self;
}

void
weir_file_inflate_free (WeirFileInflate *inflate)
{
  if (inflate == NULL)
    return;
  g_object_unref (inflate->converter);
  g_free (inflate->input);
  g_free (inflate);
}

static gboolean
fail_data (const WeirFileInflate *self,
           const char            *what,
           GError               **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE,
                    "Encountered error while reading file %s: its compressed data %s. Take it away and go on without it by the option ignoreMissingFiles 'true'; "
                    "a whole copy is read under another name.",
                    self->path, what);
}

/* More input behind what is left of it. */
static gboolean
refill (WeirFileInflate *self,
        GError         **error)
{
  gssize n;

  memmove (self->input, self->input + self->input_at, self->input_len - self->input_at);
  self->input_len -= self->input_at;
  self->input_at = 0;
  do
    n = read (self->fd, self->input + self->input_len, (gsize)MIN (self->left, INPUT_BYTES - self->input_len));
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return weir_file_fail_read (self->path, errno, error);
  self->input_len += (gsize)n;
  self->left = n > 0 ? self->left - (guint64)n : 0;
  return TRUE;
}

/* Behind a member: another one, zeros, or the end. */
static gboolean
begin_member (WeirFileInflate *self,
              GError         **error)
{
  for (;;)
    {
      while (self->has_member && self->input_at < self->input_len && self->input[self->input_at] == 0)
        self->input_at++;
      if (self->input_at < self->input_len)
        break;
      if (self->left == 0)
        {
          self->has_ended = TRUE;
          return self->has_member || fail_data (self, "ends too early", error);
        }
      if (!refill (self, error))
        return FALSE;
    }
  g_converter_reset (self->converter);
  self->in_member = self->has_member = TRUE;
  return TRUE;
}

/* Some of the member's bytes, perhaps none, into @data. −1 with @error. */
static gssize
convert (WeirFileInflate *self,
         guint8          *data,
         gsize            len,
         GError         **error)
{
  gsize              n_read = 0, n_written = 0;
  g_autoptr (GError) local = NULL;
  GConverterResult   result = g_converter_convert (self->converter, self->input + self->input_at, self->input_len - self->input_at, data, len,
                                                   G_CONVERTER_NO_FLAGS, &n_read, &n_written, &local);

  if (result == G_CONVERTER_ERROR && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
    {
      fail_data (self, "is damaged", error);
      return -1;
    }
  if (result == G_CONVERTER_ERROR && self->left == 0)
    {
      fail_data (self, "ends too early", error);
      return -1;
    }
  if (result == G_CONVERTER_ERROR)
    return refill (self, error) ? 0 : -1;
  self->input_at += n_read;
  self->in_member = result != G_CONVERTER_FINISHED;
  return (gssize)n_written;
}

gssize
weir_file_inflate_read (WeirFileInflate *inflate,
                        guint8          *data,
                        gsize            len,
                        GError         **error)
{
  gsize got = 0;

  while (got < len && !inflate->has_ended)
    {
      gssize n;

      if (!inflate->in_member && !begin_member (inflate, error))
        return -1;
      if (inflate->has_ended)
        break;
      n = convert (inflate, data + got, len - got, error);
      if (n < 0)
        return -1;
      got += (gsize)n;
    }
  return (gssize)got;
}

gssize
weir_file_read_start (const char *path,
                      char       *data,
                      gsize       len,
                      GError    **error)
{
  g_autoptr (WeirFileInflate) inflate = NULL;
  WeirFileCodec               codec;
  struct stat                 status;
  gssize                      n;
  int                         fd = weir_file_codec (path, &codec, error) ? weir_file_open (path, error) : -1;

  if (fd < 0)
    return -1;
  if (codec != WEIR_CODEC_NONE && fstat (fd, &status) == 0 && status.st_size > 0)
    {
      inflate = weir_file_inflate_new (fd, path, (guint64)status.st_size, codec);
      n = weir_file_inflate_read (inflate, (guint8 *)data, len, error);
    }
  else
    {
      n = read (fd, data, len);
      if (n < 0)
        weir_file_fail_read (path, errno, error);
    }
  close (fd);
  return n;
}
