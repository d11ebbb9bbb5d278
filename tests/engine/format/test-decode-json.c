/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "decode-help.h"

#include <string.h>

#define NONE         ((const char *const[]){ NULL })
#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
check (const char        *ddl,
       const char        *needed,
       const char *const *options,
       const char        *text,
       const char        *wanted)
{
  g_autofree char *rows = decode_help_rows ("json", ddl, needed, text, options);

  g_assert_cmpstr (rows, ==, wanted);
}

static void
test_malformed (void)
{
  check ("k STRING, v INT, _corrupt_record STRING", NULL, NONE,
         "{\"k\":\"a\",\"v\":1}\n{\"k\":\"b\",\"v\":\nnot json\n{\"k\":\"c\",\"v\":\"x\"}\n\n{\"k\":5,\"v\":\"6\"}\n[{\"k\":\"e\",\"v\":7},{\"k\":\"f\",\"v\":8}]\nnull\n42\n\"text\"\n",
         "{\"k\":\"a\",\"v\":1,\"_corrupt_record\":null}\n"
         "{\"k\":null,\"v\":null,\"_corrupt_record\":\"{\\\"k\\\":\\\"b\\\",\\\"v\\\":\"}\n"
         "{\"k\":null,\"v\":null,\"_corrupt_record\":\"not json\"}\n"
         "{\"k\":\"c\",\"v\":null,\"_corrupt_record\":\"{\\\"k\\\":\\\"c\\\",\\\"v\\\":\\\"x\\\"}\"}\n"
         "{\"k\":\"5\",\"v\":null,\"_corrupt_record\":\"{\\\"k\\\":5,\\\"v\\\":\\\"6\\\"}\"}\n"
         "{\"k\":\"e\",\"v\":7,\"_corrupt_record\":null}\n"
         "{\"k\":\"f\",\"v\":8,\"_corrupt_record\":null}\n"
         "{\"k\":null,\"v\":null,\"_corrupt_record\":\"null\"}\n"
         "{\"k\":null,\"v\":null,\"_corrupt_record\":\"42\"}\n"
         "{\"k\":null,\"v\":null,\"_corrupt_record\":\"\\\"text\\\"\"}\n");
  check ("k STRING, v INT", NULL, NONE,
         "{'k':'g','v':9}\n{\"k\":\"h\",\"v\":9.0}\n{\"k\":\"j\",\"v\":99999999999}\n{\"k\":\"l\",\"v\":true}\n{\"k\":null}\n{\"z\":1}\n",
         "{\"k\":\"g\",\"v\":9}\n{\"k\":\"h\",\"v\":null}\n{\"k\":\"j\",\"v\":null}\n{\"k\":\"l\",\"v\":null}\n{\"k\":null,\"v\":null}\n{\"k\":null,\"v\":null}\n");
  check ("k STRING, v INT", NULL, NONE,
         "{\"k\":\"m\",\"v\":10,\"v\":11}\n{\"K\":\"n\",\"V\":12}\n{\"k\":\"o\",\"v\":13} trailing\n{\"k\":\"p\",\"v\":14,}\n{\"k\":{\"x\":1},\"v\":[1]}\n{\"k\":\"q\\u00e9\",\"v\":-0}\n",
         "{\"k\":\"m\",\"v\":11}\n{\"k\":null,\"v\":null}\n{\"k\":\"o\",\"v\":13}\n{\"k\":null,\"v\":null}\n{\"k\":\"{\\\"x\\\":1}\",\"v\":null}\n{\"k\":\"q\u00e9\",\"v\":0}\n");
}

static void
test_modes (void)
{
  const char *text = "{\"k\":\"a\",\"v\":1}\n{\"k\":\"b\",\"v\":\"x\"}\n[{\"k\":\"c\",\"v\":2},{\"k\":\"d\",\"v\":[]}]\n{\"k\":\"e\",\"v\":3}";

  check ("k STRING, v INT", NULL, OPTIONS ("mode", "DROPMALFORMED"), text, "{\"k\":\"a\",\"v\":1}\n{\"k\":\"e\",\"v\":3}\n");
  check ("k STRING, v INT", NULL, OPTIONS ("mode", "failfast"), text, "[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION]\n");
  check ("k STRING, v INT", "k", OPTIONS ("mode", "failfast"), text, "{\"k\":\"a\"}\n{\"k\":\"b\"}\n{\"k\":\"c\"}\n{\"k\":\"d\"}\n{\"k\":\"e\"}\n");
  check ("k STRING, bad STRING", NULL, OPTIONS ("columnNameOfCorruptRecord", "bad"), "{\"k\":1}\n{\"k\"\n", "{\"k\":\"1\",\"bad\":null}\n{\"k\":null,\"bad\":\"{\\\"k\\\"\"}\n");
}

static void
test_options (void)
{
  const char *text = "{\"k\":\"a\" /* c */,\"v\":1}\n{k:\"b\",v:2}\n{\"k\":\"c\",\"v\":007}\n{\"k\":\"\\d\"}\n{\"k\":\"\t\"}\n";

  check ("k STRING, v INT", NULL, NONE, text, "{\"k\":null,\"v\":null}\n{\"k\":null,\"v\":null}\n{\"k\":null,\"v\":null}\n{\"k\":null,\"v\":null}\n{\"k\":null,\"v\":null}\n");
  check ("k STRING, v INT", NULL, OPTIONS ("allowComments", "true", "allowUnquotedFieldNames", "true", "allowNumericLeadingZeros", "true", "allowBackslashEscapingAnyCharacter", "true", "allowUnquotedControlChars", "true"), text,
         "{\"k\":\"a\",\"v\":1}\n{\"k\":\"b\",\"v\":2}\n{\"k\":\"c\",\"v\":7}\n{\"k\":\"d\",\"v\":null}\n{\"k\":\"\\t\",\"v\":null}\n");
  check ("k STRING", NULL, OPTIONS ("allowSingleQuotes", "false"), "{'k':'g'}\n", "{\"k\":null}\n");
  check ("k STRING, v INT", NULL, OPTIONS ("multiLine", "true"), "{\n\"k\": \"a\",\n\"v\": 1\n}\n", "{\"k\":\"a\",\"v\":1}\n");
  check ("k STRING, v INT", NULL, OPTIONS ("multiLine", "true"), "[{\"k\":\"b\"},\n{\"k\":\"c\",\"v\":3}]\n", "{\"k\":\"b\",\"v\":null}\n{\"k\":\"c\",\"v\":3}\n");
  check ("k STRING, v INT", NULL, OPTIONS ("multiLine", "true"), "{\"k\":\"d\"\n\"v\":4}\n", "{\"k\":null,\"v\":null}\n");
  check ("k STRING, v INT", NULL, OPTIONS ("multiLine", "true"), "", "");
  check ("k STRING", NULL, OPTIONS ("lineSep", "|"), "{\"k\":\"a\"}|{\"k\":\"b\"}", "{\"k\":\"a\"}\n{\"k\":\"b\"}\n");
  check ("k STRING", NULL, NONE, "{\"k\":\"a\"}\r\n{\"k\":\"b\"}\r{\"k\":\"c\"}\n\r\n{\"k\":\"d\"}\r\n", "{\"k\":\"a\"}\n{\"k\":\"b\"}\n{\"k\":\"c\"}\n{\"k\":\"d\"}\n");
}

static void
test_types (void)
{
  check ("b BOOLEAN, t TINYINT, d DOUBLE, f FLOAT, m DECIMAL(5,1), x BINARY", NULL, NONE,
         "{\"b\":true,\"t\":127,\"d\":1.5e3,\"f\":0.1,\"m\":\"4.55\",\"x\":\"AAEC\"}\n{\"b\":\"true\",\"t\":128,\"d\":\"3.5\",\"f\":\"NaN\",\"m\":1e9,\"x\":1}\n{\"d\":NaN,\"f\":-Infinity,\"m\":4.25}\n",
         "{\"b\":true,\"t\":127,\"d\":1500.0,\"f\":0.1,\"m\":4.6,\"x\":\"AAEC\"}\n{\"b\":null,\"t\":null,\"d\":null,\"f\":\"NaN\",\"m\":null,\"x\":null}\n{\"b\":null,\"t\":null,\"d\":\"NaN\",\"f\":\"-Infinity\",\"m\":4.3,\"x\":null}\n");
  check ("s TIMESTAMP, n TIMESTAMP_NTZ, d DATE", NULL, NONE,
         "{\"s\":\"2024-02-29T10:00:00.25+01:00\",\"n\":\"2024-02-29 10:00:00\",\"d\":\"2024-02-29\"}\n{\"s\":1700000000,\"n\":1,\"d\":1}\n{\"s\":1.5,\"n\":\"2024-02-30 10:00:00\",\"d\":\"2024-02-30\"}\n",
         "{\"s\":\"2024-02-29T09:00:00.25Z\",\"n\":\"2024-02-29T10:00:00\",\"d\":\"2024-02-29\"}\n{\"s\":\"2023-11-14T22:13:20Z\",\"n\":null,\"d\":null}\n{\"s\":null,\"n\":null,\"d\":null}\n");
}

static void
test_nested (void)
{
  check ("a ARRAY<INT>, s STRUCT<x: INT, y: STRING>, m MAP<STRING, INT>", NULL, NONE,
         "{\"a\":[1,null,3],\"s\":{\"x\":1,\"y\":[2]},\"m\":{\"p\":1,\"q\":null}}\n{\"a\":[1,\"x\"],\"s\":{\"x\":\"bad\",\"y\":\"k\"},\"m\":{\"p\":\"x\"}}\n{\"a\":[],\"s\":{},\"m\":{}}\n{\"a\":1,\"s\":[],\"m\":[]}\n",
         "{\"a\":[1,null,3],\"s\":{\"x\":1,\"y\":\"[2]\"},\"m\":{\"p\":1,\"q\":null}}\n{\"a\":null,\"s\":{\"x\":null,\"y\":\"k\"},\"m\":null}\n{\"a\":[],\"s\":{\"x\":null,\"y\":null},\"m\":{}}\n{\"a\":null,\"s\":null,\"m\":null}\n");
}

static void
test_depth (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char    *rows = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append_c (text, '[');
  g_string_append (text, "\n{\"k\":\"after\"}\n");
  rows = decode_help_rows ("json", "k STRING", NULL, text->str, NONE);
  g_assert_cmpstr (rows, ==, "{\"k\":null}\n{\"k\":\"after\"}\n");
}

static void
test_no_columns (void)
{
  g_autoptr (WeirDecoder) decoder = decode_help_decoder ("json", "k STRING", "", FALSE, NONE);
  const char             *text = "{\"k\":1}\n\n[{},{}]\nx\n";
  g_autoptr (Decoded)     decoded = decode_help_run (decoder, text, strlen (text), TRUE);

  g_assert_cmpuint (decoded->n_rows, ==, 4);
  g_assert_cmpuint (decoded->stats.bad_rows, ==, 1);
}

/* Random records --------------------------------------------------------------------------------------------- */

static void
append_value (GString *out,
              GRand   *rand,
              guint    depth)
{
  static const char *const scalars[] = { "0", "12", "-7", "123456789012", "12345678901234567890", "1.5", "-0.25e-3", "null", "true", "false", "\"\"", "\"abc\"", "\"longer than twelve bytes\"",
                                         "\"2024-01-02T03:04:05Z\"", "\"esc \\\" \\\\ \\n \\u00e9 \\ud83d\\ude00\"", "\"ünï\"", "NaN", "\"\\\\\"", "'single'", "01", "\"ctrl\x01\"" };
  guint                    pick = (guint)g_rand_int_range (rand, 0, 40);

  if (depth < 3 && pick == 39)
    {
      g_string_append_c (out, '[');
      append_value (out, rand, depth + 1);
      g_string_append (out, ", ");
      append_value (out, rand, depth + 1);
      g_string_append_c (out, ']');
    }
  else if (depth < 3 && pick == 38)
    {
      g_string_append (out, "{\"a\":");
      append_value (out, rand, depth + 1);
      g_string_append_c (out, '}');
    }
  else
    g_string_append (out, scalars[pick % (depth == 9 ? 14 : G_N_ELEMENTS (scalars))]);
}

static void
append_record (GString *out,
               GRand   *rand)
{
  static const char *const names[] = { "a", "b", "c", "d", "e" };
  static const char *const blanks[] = { ":", ": ", ":", " : " };
  guint                    shape = (guint)g_rand_int_range (rand, 0, 5);
  const char              *blank = blanks[shape % 4];

  g_string_append_c (out, '{');
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (shape == 3 && i == 2)
        continue;
      g_string_append_printf (out, "%s\"%s\"%s", i > 0 ? "," : "", names[shape == 4 ? 4 - i : i], blank);
      append_value (out, rand, g_rand_int_range (rand, 0, 3) == 0 ? 0 : 9);
    }
  g_string_append (out, g_rand_int_range (rand, 0, 30) == 0 ? "}\r\n" : "}\n");
}

static void
mutate (GString *text,
        GRand   *rand)
{
  static const char bytes[] = "\"{}[]:,\\\n\r\t 0-.eEtnN'/\x01\x80\xff";
  guint             n = (guint)g_rand_int_range (rand, 0, 12);

  for (guint i = 0; i < n && text->len > 0; i++)
    {
      gssize at = g_rand_int_range (rand, 0, (gint32)text->len);

      switch (g_rand_int_range (rand, 0, 3))
        {
        case 0:
          text->str[at] = bytes[g_rand_int_range (rand, 0, sizeof bytes - 1)];
          break;
        case 1:
          g_string_erase (text, at, 1);
          break;
        default:
          g_string_insert_c (text, at, bytes[g_rand_int_range (rand, 0, sizeof bytes - 1)]);
        }
    }
}

static void
test_differential (void)
{
  static const char *const needed[] = { NULL, "a", "b,e", "c,_corrupt_record", "" };
  g_autoptr (GRand)        rand = g_rand_new_with_seed (42);

  for (guint round = 0; round < 400; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      guint               n = (guint)g_rand_int_range (rand, 1, 60);

      for (guint i = 0; i < n; i++)
        append_record (text, rand);
      if (round % 3 != 0)
        mutate (text, rand);
      decode_help_compare ("json", "a STRING, b BIGINT, c DOUBLE, d TIMESTAMP, e ARRAY<INT>, f INT, _corrupt_record STRING", needed[round % 5], text->str, text->len,
                           round % 7 == 0 ? OPTIONS ("mode", "DROPMALFORMED") : NONE);
    }
}

static void
test_many_rows (void)
{
  g_autoptr (GString)     text = g_string_new (NULL);
  g_autoptr (WeirDecoder) decoder = decode_help_decoder ("json", "i BIGINT", NULL, FALSE, NONE);
  g_autoptr (GString)     wanted = g_string_new (NULL);
  g_autoptr (Decoded)     decoded = NULL;

  for (guint i = 0; i < 50000; i++)
    {
      g_string_append_printf (text, "{\"s\": \"%u\", \"i\": %u}\n", i * 7, i);
      g_string_append_printf (wanted, "{\"i\":%u}\n", i);
    }
  decoded = decode_help_run (decoder, text->str, text->len, TRUE);
  g_assert_no_error (decoded->error);
  g_assert_cmpstr (decoded->rows->str, ==, wanted->str);
  g_assert_cmpuint (decoded->n_batches, >, 1);
  g_assert_cmpuint (decoded->stats.rows, ==, 50000);
  g_assert_cmpuint (decoded->stats.bytes, ==, text->len);
}

static gboolean
append_rows (gpointer   data,
             WeirBatch *batch,
             GError   **error)
{
  for (guint i = 0; i < batch->n_rows; i++)
    weir_batch_append_json_row (data, batch, i, weir_zone_utc ());
  return TRUE;
}

/* A foreign buffer ends with its last byte: nothing behind it is read. */
static void
test_foreign_buffer (void)
{
  const char                 *text = "{\"k\":\"a\",\"v\":1}\n{\"k\":\"b\",\"v\":2}\n{\"k\":\"c\",\"v\":3}";
  gsize                       len = strlen (text);
  guint8                     *exact = g_memdup2 (text, len);
  g_autoptr (WeirBuffer)      buffer = weir_buffer_new_foreign (exact, len, g_free, exact);
  g_autoptr (WeirDecoder)     decoder = decode_help_decoder ("json", "k STRING, v INT", NULL, FALSE, NONE);
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (decoder);
  g_autoptr (GString)         rows = g_string_new (NULL);
  WeirDecodeBlock             block = { buffer, 0, len, TRUE, 0, NULL };

  g_assert_true (weir_decoder_decode (decoder, state, &block, append_rows, rows, NULL, NULL));
  g_assert_cmpstr (rows->str, ==, "{\"k\":\"a\",\"v\":1}{\"k\":\"b\",\"v\":2}{\"k\":\"c\",\"v\":3}");
}

static void
test_oversized (void)
{
  g_autoptr (WeirBuffer)      buffer = weir_buffer_new (5);
  g_autoptr (WeirDecoder)     decoder = decode_help_decoder ("json", "k STRING, _corrupt_record STRING", NULL, FALSE, NONE);
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (decoder);
  g_autoptr (GString)         rows = g_string_new (NULL);
  WeirDecodeStats             stats = { 0 };
  WeirDecodeBlock             block = { buffer, 0, 5, FALSE, 77, NULL };

  memcpy (buffer->data, "{\"k\":", 5);
  g_assert_true (weir_decoder_decode_oversized (decoder, state, &block, append_rows, rows, &stats, NULL));
  g_assert_cmpstr (rows->str, ==, "{\"k\":null,\"_corrupt_record\":\"{\\\"k\\\":\"}");
  g_assert_cmpuint (stats.bad_rows, ==, 1);
  g_assert_cmpuint (stats.samples[0].offset, ==, 77);
  weir_decode_stats_clear (&stats);
}

/* Counts add up; the newest samples stay. */
static void
test_stats (void)
{
  WeirDecodeStats all = { 0 };
  WeirDecodeStats one = { 0 };

  for (guint i = 0; i < WEIR_DECODE_SAMPLES + 4; i++)
    weir_decode_stats_add_bad (&all, "old", 3, i, NULL);
  all.rows = 100;
  weir_decode_stats_add_bad (&one, "n\0w\xff", 4, 1000, "because");
  one.rows = 5;
  weir_decode_stats_merge (&all, &one);
  g_assert_cmpuint (all.rows, ==, 105);
  g_assert_cmpuint (all.bad_rows, ==, WEIR_DECODE_SAMPLES + 5);
  g_assert_cmpuint (all.n_samples, ==, WEIR_DECODE_SAMPLES);
  g_assert_cmpuint (all.samples[4].offset, ==, 1000);
  g_assert_cmpmem (g_bytes_get_data (all.samples[4].raw, NULL), g_bytes_get_size (all.samples[4].raw), "n\0w\xff", 4);
  g_assert_cmpstr (all.samples[4].reason, ==, "because");
  weir_decode_stats_clear (&one);
  weir_decode_stats_clear (&all);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/json/malformed", test_malformed);
  g_test_add_func ("/format/json/modes", test_modes);
  g_test_add_func ("/format/json/options", test_options);
  g_test_add_func ("/format/json/types", test_types);
  g_test_add_func ("/format/json/nested", test_nested);
  g_test_add_func ("/format/json/depth", test_depth);
  g_test_add_func ("/format/json/no-columns", test_no_columns);
  g_test_add_func ("/format/json/foreign-buffer", test_foreign_buffer);
  g_test_add_func ("/format/json/oversized", test_oversized);
  g_test_add_func ("/format/json/stats", test_stats);
  g_test_add_func ("/format/json/differential", test_differential);
  g_test_add_func ("/format/json/many-rows", test_many_rows);
  return g_test_run ();
}
