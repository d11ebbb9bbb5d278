/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"
#include "decode-help.h"
#include "support/shared-data.h"

#include <string.h>

/*
 * Input made to break parsers: no crash, the other rows intact, fast and strict reader agree.
 */

static GPtrArray *
list_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray       *paths = g_ptr_array_new_with_free_func (g_free);
  const char      *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  return paths;
}

/* A record before and one behind the text survive, in every mode. */
static void
check_neighbours (const char *text,
                  gsize       len)
{
  static const char *const drop[] = { "mode", "DROPMALFORMED", NULL };
  g_autoptr (GString)      all = g_string_new ("{\"k\":\"before\"}\n");
  g_autoptr (WeirDecoder)  decoder = decode_help_decoder ("json", "k STRING, a ARRAY<STRING>, m MAP<STRING, DOUBLE>, _corrupt_record STRING", NULL, FALSE, NULL);
  g_autoptr (Decoded)      decoded = NULL;

  g_string_append_len (all, text, (gssize)len);
  g_string_append (all, "\n{\"k\":\"after\"}\n");
  decode_help_compare ("json", "k STRING, a ARRAY<STRING>, m MAP<STRING, DOUBLE>, _corrupt_record STRING", NULL, all->str, all->len, NULL);
  decode_help_compare ("json", "k STRING", NULL, all->str, all->len, drop);
  decoded = decode_help_run (decoder, all->str, all->len, TRUE);
  g_assert_no_error (decoded->error);
  g_assert_true (g_str_has_prefix (decoded->rows->str, "{\"k\":\"before\","));
  g_assert_nonnull (g_strrstr (decoded->rows->str, "{\"k\":\"after\",\"a\":null,\"m\":null,\"_corrupt_record\":null}\n"));
  g_assert_true (g_utf8_validate (decoded->rows->str, (gssize)decoded->rows->len, NULL));
}

static void
test_json_suite (void)
{
  static const char *const multi_line[] = { "multiLine", "true", NULL };
  g_autofree char         *folder = weir_test_shared ("data/bad-input/JSONTestSuite/test_parsing");
  g_autoptr (GPtrArray)    paths = NULL;

  if (folder == NULL)
    return;
  paths = list_files (folder);
  g_assert_cmpuint (paths->len, >, 300);
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char        *text = NULL;
      g_autofree char        *name = g_path_get_basename (paths->pdata[i]);
      g_autofree char        *wrapped = NULL;
      g_autoptr (WeirDecoder) decoder = decode_help_decoder ("json", "v STRING", NULL, FALSE, multi_line);
      g_autoptr (Decoded)     decoded = NULL;
      gsize                   len;
      gsize                   prefix = strlen ("{\"v\":");

      g_assert_true (g_file_get_contents (paths->pdata[i], &text, &len, NULL));
      check_neighbours (text, len);
      /* As a value: what must parse is no malformed record. */
      wrapped = g_malloc (len + prefix + 1);
      memcpy (wrapped, "{\"v\":", prefix);
      memcpy (wrapped + prefix, text, len);
      wrapped[prefix + len] = '}';
      decoded = decode_help_run (decoder, wrapped, prefix + len + 1, FALSE);
      if (g_str_has_prefix (name, "y_") && decoded->stats.bad_rows > 0)
        g_error ("%s must parse: %s", name, decoded->stats.samples[0].reason);
    }
}

static void
test_csv_spectrum (void)
{
  static const char *const rfc[] = { "multiLine", "true", "header", "true", "escape", "\"", NULL };
  g_autofree char         *folder = weir_test_shared ("data/bad-input/csv-spectrum/csvs");
  g_autoptr (GPtrArray)    paths = NULL;

  if (folder == NULL)
    return;
  paths = list_files (folder);
  g_assert_cmpuint (paths->len, ==, 11);
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *text = NULL;
      gsize            len;

      g_assert_true (g_file_get_contents (paths->pdata[i], &text, &len, NULL));
      decode_help_compare ("csv", "a STRING, b STRING, c STRING, _corrupt_record STRING", NULL, text, len, NULL);
      decode_help_compare ("csv", "a STRING, b STRING, c STRING", "b", text, len, NULL);
      decode_help_compare ("csv", "a STRING, b STRING, c STRING", NULL, text, len, rfc);
    }
}

static void
check_csv_rows (const char *file,
                const char *ddl,
                const char *wanted)
{
  static const char *const rfc[] = { "multiLine", "true", "header", "true", "escape", "\"", NULL };
  g_autofree char         *relative = g_strdup_printf ("data/bad-input/csv-spectrum/csvs/%s", file);
  g_autofree char         *path = weir_test_shared (relative);
  g_autofree char         *text = NULL;
  g_autofree char         *rows = NULL;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  rows = decode_help_rows ("csv", ddl, NULL, text, rfc);
  g_assert_cmpstr (rows, ==, wanted);
}

static void
test_csv_values (void)
{
  check_csv_rows ("simple.csv", "a STRING, b STRING, c STRING", "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}\n");
  check_csv_rows ("simple_crlf.csv", "a STRING, b STRING, c STRING", "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}\n");
  check_csv_rows ("quotes_and_newlines.csv", "a STRING, b STRING", "{\"a\":\"1\",\"b\":\"ha \\n\\\"ha\\\" \\nha\"}\n{\"a\":\"3\",\"b\":\"4\"}\n");
  check_csv_rows ("escaped_quotes.csv", "a STRING, b STRING", "{\"a\":\"1\",\"b\":\"ha \\\"ha\\\" ha\"}\n{\"a\":\"3\",\"b\":\"4\"}\n");
}

static void
test_utf8 (void)
{
  g_autofree char *path = weir_test_shared ("data/bad-input/utf8tests/utf8tests.bin");
  g_autofree char *text = NULL;
  gsize            len;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &text, &len, NULL));
  for (const char *line = text, *end; line < text + len; line = end + 1)
    {
      g_autoptr (GString) record = g_string_new ("{\"k\":\"");
      g_autofree char    *csv = NULL;

      end = memchr (line, '\n', (gsize)(text + len - line));
      if (end == NULL)
        end = text + len;
      /* GLib takes a zero byte for an end. */
      if (memchr (line, 0, (gsize)(end - line)) == NULL)
        g_assert_cmpint (weir_utf8_valid (line, (gsize)(end - line)), ==, g_utf8_validate_len (line, (gsize)(end - line), NULL));
      for (const char *p = line; p < end; p++)
        if (*p != '"' && *p != '\\')
          g_string_append_c (record, *p);
      g_string_append (record, "\"}");
      check_neighbours (record->str, record->len);
    }
  decode_help_compare ("csv", "a STRING, b STRING", NULL, text, len, NULL);
  decode_help_compare ("text", "value STRING", NULL, text, len, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/bad-input/json-suite", test_json_suite);
  g_test_add_func ("/format/bad-input/csv-spectrum", test_csv_spectrum);
  g_test_add_func ("/format/bad-input/csv-values", test_csv_values);
  g_test_add_func ("/format/bad-input/utf8", test_utf8);
  return g_test_run ();
}
