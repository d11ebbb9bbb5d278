/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed files: the rows of the plain ones, or an error that names the file. */
#include "config.h"

#include "base/error.h"
#include "base/limits.h"
#include "io/file-inflate.h"

#include "source-util.h"
#include "support/temp-dir.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/resource.h>

static GBytes *
pack (const char *text,
      gsize       len,
      gboolean    gzip)
{
  g_autoptr (GConverter)    converter = G_CONVERTER (g_zlib_compressor_new (gzip ? G_ZLIB_COMPRESSOR_FORMAT_GZIP : G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 6));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, converter);

  g_assert_true (g_output_stream_write_all (stream, text, len, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
write_bytes (const char *path,
             const void *data,
             gsize       len)
{
  g_assert_true (g_file_set_contents (path, data, (gssize)len, NULL));
}

static void
write_packed (const char *path,
              const char *text,
              gsize       len)
{
  g_autoptr (GBytes) bytes = pack (text, len, g_str_has_suffix (path, ".gz"));

  write_bytes (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Rows of a file, or one line with the condition. (transfer full) (element-type char*) */
static GPtrArray *
read_file (const char *format,
           const char *ddl,
           const char *path,
           const char *key,
           const char *value)
{
  g_autoptr (GError) error = NULL;
  WeirSource        *source = source_make (format, ddl, TRUE, NULL, NULL, 0, &error, "path", path, key != NULL ? key : "mode", key != NULL ? value : "PERMISSIVE", NULL);
  GPtrArray         *rows;
  Drain              drain;

  if (source != NULL)
    {
      drain_init (&drain, source);
      drain_batch (&drain, &error);
      rows = g_ptr_array_ref (drain.rows);
      drain_clear (&drain);
    }
  else
    rows = g_ptr_array_new_with_free_func (g_free);
  if (error != NULL)
    {
      g_assert_nonnull (strstr (error->message, path));
      g_ptr_array_add (rows, g_strdup (weir_error_get_condition (error)));
    }
  return rows;
}

static void
assert_rows (const char *format,
             const char *ddl,
             const char *path,
             const char *key,
             const char *value,
             const char *expected)
{
  g_autoptr (GPtrArray) rows = read_file (format, ddl, path, key, value);
  g_autofree char      *text = NULL;

  g_ptr_array_add (rows, NULL);
  text = g_strjoinv (" ", (char **)rows->pdata);
  g_assert_cmpstr (text, ==, expected);
}

/* The rows of @text are the same, packed and plain. */
static void
assert_same (const char *format,
             const char *ddl,
             const char *text,
             gsize       len,
             const char *key,
             const char *value)
{
  static const char *const suffixes[] = { ".gz", ".deflate" };
  g_autoptr (WeirTempDir)  dir = weir_temp_dir_new ();
  g_autofree char         *plain = g_build_filename (weir_temp_dir_get_path (dir), "a", NULL);
  g_autoptr (GPtrArray)    expected = NULL;

  write_bytes (plain, text, len);
  expected = read_file (format, ddl, plain, key, value);
  g_assert_cmpuint (expected->len, >, 0);
  for (guint s = 0; s < G_N_ELEMENTS (suffixes); s++)
    {
      g_autofree char      *path = g_strconcat (plain, suffixes[s], NULL);
      g_autoptr (GPtrArray) rows = NULL;

      write_packed (path, text, len);
      rows = read_file (format, ddl, path, key, value);
      g_assert_cmpuint (rows->len, ==, expected->len);
      for (guint i = 0; i < rows->len; i++)
        g_assert_cmpstr (rows->pdata[i], ==, expected->pdata[i]);
    }
}

/* Records of all lengths, so that they lie across the borders of blocks in all ways. */
static void
test_blocks (void)
{
  static const char *const separators[] = { "\n", "\r\n", "\r", "<|>" };

  for (guint s = 0; s < G_N_ELEMENTS (separators); s++)
    {
      g_autoptr (GString) text = g_string_new ("\xef\xbb\xbf");

      for (guint i = 0; text->len < 5 * WEIR_CHUNK_BYTES / 2; i++)
        {
          g_string_append_printf (text, "%u:", i);
          for (guint k = 0; k < i * 7919 % (i % 50 == 0 ? 50000 : 300); k++)
            g_string_append_c (text, (char)('a' + k % 26));
          g_string_append (text, separators[s]);
        }
      assert_same ("text", NULL, text->str, text->len, s == 3 ? "linesep" : NULL, separators[s]);
      assert_same ("text", NULL, text->str, text->len - strlen (separators[s]), s == 3 ? "linesep" : NULL, separators[s]);
    }
}

/* Records longer than a block, and those that fill it exactly. */
static void
test_long (void)
{
  static const int sizes[] = { -2, -1, 0, 1, 3 * WEIR_CHUNK_BYTES };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gsize               len = (gsize)((int)WEIR_CHUNK_BYTES + sizes[i]);
      g_autofree char    *fill = g_strnfill (len, 'x');
      g_autoptr (GString) text = g_string_new (fill);

      assert_same ("text", NULL, text->str, text->len, NULL, NULL);
      g_string_append (text, "\nlast\n");
      assert_same ("text", NULL, text->str, text->len, NULL, NULL);
    }
}

static void
test_formats (void)
{
  static const char csv[] = "# none\na,b\n1,\"x, y\"\n2\n";
  static const char multi[] = "a,b\n1,\"x\ny\"\n2,z\n";
  static const char json[] = "[{\"a\":1},\n{\"a\":2}]\n";

  assert_same ("csv", "a INT, b STRING", csv, strlen (csv), "comment", "#");
  assert_same ("csv", NULL, csv, strlen (csv), "comment", "#");
  assert_same ("csv", NULL, multi, strlen (multi), "multiline", "true");
  assert_same ("json", "a INT", json, strlen (json), "multiline", "true");
  assert_same ("json", "a INT, _corrupt_record STRING", "{\"a\":1}\nx\n", 10, NULL, NULL);
  assert_same ("json", "a INT", "{\"a\":1}\nx\n", 10, "mode", "DROPMALFORMED");
  assert_same ("json", NULL, "{\"a\":1,\"b\":\"c\"}\n", 16, NULL, NULL);
  assert_same ("text", NULL, "one\ntwo\n", 8, "wholetext", "true");
}

/* A whole file of several blocks is one record. */
static void
test_whole (void)
{
  g_autofree char *text = g_strnfill (5 * WEIR_CHUNK_BYTES + 17, 'x');

  assert_same ("text", NULL, text, strlen (text), "wholetext", "true");
}

/* As gunzip and Spark: members one behind the other are one file, zeros behind them padding. */
static void
test_members (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (dir), "a.txt.gz", NULL);
  g_autoptr (GBytes)      one = pack ("one\nt", 5, TRUE), empty = pack ("", 0, TRUE), two = pack ("wo\n", 3, TRUE);
  g_autoptr (GByteArray)  all = g_byte_array_new ();
  g_autofree guint8      *zeros = g_malloc0 (200000);

  g_byte_array_append (all, g_bytes_get_data (one, NULL), (guint)g_bytes_get_size (one));
  g_byte_array_append (all, g_bytes_get_data (empty, NULL), (guint)g_bytes_get_size (empty));
  g_byte_array_append (all, g_bytes_get_data (two, NULL), (guint)g_bytes_get_size (two));
  write_bytes (path, all->data, all->len);
  assert_rows ("text", NULL, path, NULL, NULL, "{\"value\":\"one\"} {\"value\":\"two\"}");
  assert_rows ("text", NULL, path, "wholetext", "true", "{\"value\":\"one\\ntwo\\n\"}");
  g_byte_array_append (all, zeros, 200000);
  write_bytes (path, all->data, all->len);
  assert_rows ("text", NULL, path, NULL, NULL, "{\"value\":\"one\"} {\"value\":\"two\"}");
  g_byte_array_append (all, (const guint8 *)"x", 1);
  write_bytes (path, all->data, all->len);
  assert_rows ("text", NULL, path, "wholetext", "true", "FAILED_READ_FILE.NO_HINT");
  write_bytes (path, g_bytes_get_data (empty, NULL), g_bytes_get_size (empty));
  assert_rows ("text", NULL, path, NULL, NULL, "");
  write_bytes (path, "", 0);
  assert_rows ("text", NULL, path, NULL, NULL, "");
}

/* Cut anywhere, or with any byte changed, a file is never taken for a shorter one. */
static void
test_damage (void)
{
  static const char        text[] = "one line\nand another line, which is longer\n";
  static const char *const names[] = { "a.gz", "a.deflate" };

  for (guint s = 0; s < G_N_ELEMENTS (names); s++)
    {
      g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
      g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (dir), names[s], NULL);
      g_autoptr (GBytes)      bytes = pack (text, strlen (text), s == 0);
      gsize                   len = g_bytes_get_size (bytes);
      g_autofree guint8      *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), len);

      for (gsize i = 1; i < len; i++)
        {
          write_bytes (path, copy, i);
          assert_rows ("text", NULL, path, NULL, NULL, "FAILED_READ_FILE.NO_HINT");
        }
      for (gsize i = s == 0 ? 10 : 0; i < len; i++)
        {
          g_autoptr (GPtrArray) rows = NULL;

          copy[i] ^= 0x10;
          write_bytes (path, copy, len);
          rows = read_file ("text", NULL, path, NULL, NULL);
          copy[i] ^= 0x10;
          if (rows->len == 1)
            g_assert_cmpstr (rows->pdata[0], ==, "FAILED_READ_FILE.NO_HINT");
          else /* a bit that nobody looks at, between the data and its checksum */
            g_assert_true (i == len - (s == 0 ? 9 : 5) && rows->len == 2);
        }
      write_bytes (path, text, strlen (text));
      assert_rows ("text", NULL, path, NULL, NULL, "FAILED_READ_FILE.NO_HINT");
      assert_rows ("csv", NULL, path, NULL, NULL, "FAILED_READ_FILE.NO_HINT");
    }
}

static void
test_codecs (void)
{
  static const char *const names[] = { "a.json.bz2", "a.lz4", "a.snappy", "a.json.zst", "a.xz" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
      g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (dir), names[i], NULL);
      g_autoptr (GError)      error = NULL;
      WeirFileCodec           codec;

      write_bytes (path, "x", 1);
      assert_rows ("json", "a INT", path, NULL, NULL, "CODEC_NOT_AVAILABLE");
      assert_rows ("json", NULL, path, NULL, NULL, "CODEC_NOT_AVAILABLE");
      g_assert_false (weir_file_codec (path, &codec, &error));
      g_assert_cmpstr (weir_error_get_sqlstate (error), ==, "56038");
      g_assert_nonnull (strstr (error->message, strrchr (names[i], '.') + 1));
      g_assert_nonnull (strstr (error->message, "pathGlobFilter"));
    }
}

/* Writes @mib times a MiB of x without a line end, and a line behind it, packed. */
static void
write_bomb (const char *path,
            guint       mib)
{
  g_autoptr (GFile)         file = g_file_new_for_path (path);
  g_autoptr (GConverter)    converter = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1));
  g_autoptr (GOutputStream) raw = G_OUTPUT_STREAM (g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL));
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (raw, converter);
  g_autofree char          *fill = g_strnfill (1 << 20, 'x');

  for (guint i = 0; i < mib; i++)
    g_assert_true (g_output_stream_write_all (stream, fill, 1 << 20, NULL, NULL, NULL));
  g_assert_true (g_output_stream_write_all (stream, "\n{\"n\":1}\n", 9, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
}

/* A record without end is one malformed row, in the memory of the longest that may be, and what follows it is read. */
static void
test_bomb (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (dir), "a.json.gz", NULL);
  struct rusage           before, after;

  write_bomb (path, 600);
  g_assert_cmpint (getrusage (RUSAGE_SELF, &before), ==, 0);
  assert_rows ("json", "n INT", path, NULL, NULL, "{\"n\":null} {\"n\":1}");
  g_assert_cmpint (getrusage (RUSAGE_SELF, &after), ==, 0);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 4 * (WEIR_LINE_BYTES_MAX >> 10));
}

/* A preview stops when it has enough; of one record that unpacks to much it shows none. */
static void
test_peek (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (dir), "a.json.gz", NULL);
  g_autoptr (GError)      error = NULL;
  g_autoptr (WeirSource)  lines = NULL, whole = NULL;
  g_autoptr (GPtrArray)   rows = NULL, none = NULL;

  write_bomb (path, 0);
  lines = source_make ("text", NULL, FALSE, NULL, NULL, 0, &error, "path", path, NULL);
  rows = lines->klass->peek (lines, 10, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (((WeirBatch *)rows->pdata[0])->n_rows, ==, 2);
  write_bomb (path, 20);
  whole = source_make ("text", NULL, FALSE, NULL, NULL, 0, &error, "path", path, "wholetext", "true", NULL);
  none = whole->klass->peek (whole, 10, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
}

/* A stop does not wait for the end of a large file. */
static void
test_stop (void)
{
  g_autoptr (WeirTempDir)  dir = weir_temp_dir_new ();
  g_autofree char         *path = g_build_filename (weir_temp_dir_get_path (dir), "a.json.gz", NULL), *to = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error = NULL;
  g_autoptr (GPtrArray)    chunks = NULL;
  WeirDecodeStats          stats = { 0 };
  Drain                    drain;

  write_bomb (path, 1);
  drain_init (&drain, source_make ("text", NULL, TRUE, NULL, NULL, 0, &error, "path", path, NULL));
  to = drain.source->klass->latest (drain.source, "", FALSE, &error);
  chunks = drain.source->klass->plan (drain.source, "", to, &error);
  g_assert_cmpuint (chunks->len, ==, 1);
  g_cancellable_cancel (cancellable);
  g_assert_false (drain.source->klass->read (drain.source, chunks->pdata[0], drain_push_cb, &drain, &stats, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  drain_clear (&drain);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/file-inflate/blocks", test_blocks);
  g_test_add_func ("/engine/io/file-inflate/long", test_long);
  g_test_add_func ("/engine/io/file-inflate/formats", test_formats);
  g_test_add_func ("/engine/io/file-inflate/whole", test_whole);
  g_test_add_func ("/engine/io/file-inflate/members", test_members);
  g_test_add_func ("/engine/io/file-inflate/damage", test_damage);
  g_test_add_func ("/engine/io/file-inflate/codecs", test_codecs);
  g_test_add_func ("/engine/io/file-inflate/bomb", test_bomb);
  g_test_add_func ("/engine/io/file-inflate/peek", test_peek);
  g_test_add_func ("/engine/io/file-inflate/stop", test_stop);
  return g_test_run ();
}
