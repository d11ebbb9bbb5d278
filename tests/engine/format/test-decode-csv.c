/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

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
  g_autofree char *rows = decode_help_rows ("csv", ddl, needed, text, options);

  g_assert_cmpstr (rows, ==, wanted);
}

#define KVD "k STRING, v INT, d DOUBLE"
static const char lines[] = "a,1,1.5\nb,,\nc\nd,x,2\n\"e, \"\"q\"\"\",5,\"6\"\nf,7,8,9\n\"\",1,\n g , 2 , 3 \n\"unclosed,1,2\n\nh,3,NaN\ni,4,Infinity\n#j,1,1\nk\\,l,1,2\n";

static void
test_permissive (void)
{
  check (KVD, NULL, NONE, lines,
         "{\"k\":\"a\",\"v\":1,\"d\":1.5}\n{\"k\":\"b\",\"v\":null,\"d\":null}\n{\"k\":\"c\",\"v\":null,\"d\":null}\n{\"k\":\"d\",\"v\":null,\"d\":2.0}\n"
         "{\"k\":\"\\\"e, \\\"\\\"q\\\"\\\"\\\"\",\"v\":5,\"d\":6.0}\n{\"k\":\"f\",\"v\":7,\"d\":8.0}\n{\"k\":null,\"v\":1,\"d\":null}\n{\"k\":\" g \",\"v\":null,\"d\":3.0}\n"
         "{\"k\":\"unclosed,1,2\",\"v\":null,\"d\":null}\n{\"k\":\"h\",\"v\":3,\"d\":\"NaN\"}\n{\"k\":\"i\",\"v\":4,\"d\":\"Infinity\"}\n{\"k\":\"#j\",\"v\":1,\"d\":1.0}\n{\"k\":\"k\\\\\",\"v\":null,\"d\":1.0}\n");
  check (KVD, "k", OPTIONS ("mode", "FAILFAST"), "a,1,1.5\nc\nd,x,2\nf,7,8,9\n", "{\"k\":\"a\"}\n{\"k\":\"c\"}\n{\"k\":\"d\"}\n{\"k\":\"f\"}\n");
}

static void
test_modes (void)
{
  check (KVD, NULL, OPTIONS ("mode", "DROPMALFORMED"), lines,
         "{\"k\":\"a\",\"v\":1,\"d\":1.5}\n{\"k\":\"b\",\"v\":null,\"d\":null}\n{\"k\":\"\\\"e, \\\"\\\"q\\\"\\\"\\\"\",\"v\":5,\"d\":6.0}\n{\"k\":null,\"v\":1,\"d\":null}\n"
         "{\"k\":\"h\",\"v\":3,\"d\":\"NaN\"}\n{\"k\":\"i\",\"v\":4,\"d\":\"Infinity\"}\n{\"k\":\"#j\",\"v\":1,\"d\":1.0}\n");
  check (KVD, NULL, OPTIONS ("mode", "FAILFAST"), lines, "[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION]\n");
  check ("k STRING, bad STRING, v INT", NULL, OPTIONS ("columnNameOfCorruptRecord", "bad"), "a,1\nb,x\nc\n",
         "{\"k\":\"a\",\"bad\":null,\"v\":1}\n{\"k\":\"b\",\"bad\":\"b,x\",\"v\":null}\n{\"k\":\"c\",\"bad\":\"c\",\"v\":null}\n");
}

static void
test_options (void)
{
  check (KVD, NULL, OPTIONS ("ignoreLeadingWhiteSpace", "true", "ignoreTrailingWhiteSpace", "true"), " g , 2 , 3 \n\" q \",1,1\n", "{\"k\":\"g\",\"v\":2,\"d\":3.0}\n{\"k\":\" q \",\"v\":1,\"d\":1.0}\n");
  check ("a STRING, b INT", NULL, OPTIONS ("header", "true", "sep", "\\t"), "\n a\tb\nx\t1\n", "{\"a\":\"x\",\"b\":1}\n");
  check ("a STRING, b INT", NULL, OPTIONS ("header", "true", "enforceSchema", "false"), "a,c\nx,1\n", "[FAILED_READ_FILE.NO_HINT]\n");
  check ("a STRING, b INT", NULL, OPTIONS ("sep", "||"), "x||1\n\"y||z\"||2\n", "{\"a\":\"x\",\"b\":1}\n{\"a\":\"y||z\",\"b\":2}\n");
  check ("a STRING, b INT", NULL, OPTIONS ("comment", "#", "nullValue", "NA"), "#x,1\nNA,NA\n,3\n\"\",4\n", "{\"a\":null,\"b\":null}\n{\"a\":null,\"b\":3}\n{\"a\":\"\",\"b\":4}\n");
  check ("a STRING, b INT", NULL, OPTIONS ("escape", "\""), "\"x\"\"y\",1\n\"\"\"\",2\n", "{\"a\":\"x\\\"y\",\"b\":1}\n{\"a\":\"\\\"\",\"b\":2}\n");
  check ("a STRING, b INT", NULL, OPTIONS ("quote", ""), "\"x\",1\n", "{\"a\":\"\\\"x\\\"\",\"b\":1}\n");
  check ("a STRING, b INT", NULL, NONE, "\"x\\\"y\",1\n\"a\\\\\",2\n\"a\" b,3\n\"a\"  ,4\n", "{\"a\":\"x\\\"y\",\"b\":1}\n{\"a\":\"a\\\\\",\"b\":2}\n{\"a\":\"\\\"a\\\" b\",\"b\":3}\n{\"a\":\"a\",\"b\":4}\n");
  check ("a STRING, b INT", NULL, OPTIONS ("multiLine", "true", "header", "true"), "a,b\n\"x\ny\",1\n\n\"z\",2\r\n", "{\"a\":\"x\\ny\",\"b\":1}\n{\"a\":\"z\",\"b\":2}\n");
  check ("a STRING, b INT", NULL, OPTIONS ("maxColumns", "2"), "x,1,2\ny,3\n", "{\"a\":null,\"b\":null}\n{\"a\":\"y\",\"b\":3}\n");
  check ("a STRING, b INT", NULL, NONE, "x,1\r\ny,2\rz,3\n", "{\"a\":\"x\",\"b\":1}\n{\"a\":\"y\",\"b\":2}\n{\"a\":\"z\",\"b\":3}\n");
  check ("a STRING", NULL, NONE, "\xff\xc3\xa9\n", "{\"a\":\"\uFFFD\u00e9\"}\n");
}

static void
test_types (void)
{
  check ("t TINYINT, b BOOLEAN, m DECIMAL(5,1), d DATE, f DOUBLE", NULL, NONE,
         "+7,TRUE,1.25,2024-02-29,1e3\n128,yes,12345.6,2024-02-30,-Inf\n,,,,0x1\n",
         "{\"t\":7,\"b\":true,\"m\":1.3,\"d\":\"2024-02-29\",\"f\":1000.0}\n{\"t\":null,\"b\":null,\"m\":null,\"d\":null,\"f\":\"-Infinity\"}\n{\"t\":null,\"b\":null,\"m\":null,\"d\":null,\"f\":null}\n");
  check ("a BIGINT", NULL, NONE, "1\n12345678\n123456789\n1234567890123456\n12345678901234567\n9223372036854775807\n9223372036854775808\n-9223372036854775808\n00000000000000000012\n1 \n",
         "{\"a\":1}\n{\"a\":12345678}\n{\"a\":123456789}\n{\"a\":1234567890123456}\n{\"a\":12345678901234567}\n{\"a\":9223372036854775807}\n{\"a\":null}\n{\"a\":-9223372036854775808}\n{\"a\":12}\n{\"a\":null}\n");
}

static void
append_field (GString *out,
              GRand   *rand)
{
  static const char *const fields[] = { "1", "abc", "", "12345678901", "\"quoted\"", "\"a,b\"", "\"\"", "\"x\"\"y\"", "\"esc\\\"aped\"", "longer than twelve", "1.5", "ünï", "a\"b", "\\", "\"open", "\"a\" b" };

  g_string_append (out, fields[g_rand_int_range (rand, 0, g_rand_int_range (rand, 0, 4) == 0 ? G_N_ELEMENTS (fields) : 6)]);
}

static void
test_differential (void)
{
  static const char *const needed[] = { NULL, "a", "b,d", "c,_corrupt_record", "" };
  static const char        bytes[] = "\",\\\n\r\t 0-.e\x01\x80\xff#";
  g_autoptr (GRand)        rand = g_rand_new_with_seed (42);

  for (guint round = 0; round < 600; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      guint               n = (guint)g_rand_int_range (rand, 1, 80);

      for (guint i = 0; i < n; i++)
        {
          guint n_fields = g_rand_int_range (rand, 0, 12) == 0 ? (guint)g_rand_int_range (rand, 0, 7) : 4;

          for (guint j = 0; j < n_fields; j++)
            {
              if (j > 0)
                g_string_append_c (text, ',');
              append_field (text, rand);
            }
          g_string_append (text, g_rand_int_range (rand, 0, 20) == 0 ? "\r\n" : "\n");
        }
      for (guint i = 0; round % 3 != 0 && i < 6; i++)
        g_string_insert_c (text, g_rand_int_range (rand, 0, (gint32)text->len), bytes[g_rand_int_range (rand, 0, sizeof bytes - 1)]);
      decode_help_compare ("csv", "a STRING, b BIGINT, c DOUBLE, d STRING, _corrupt_record STRING", needed[round % 5], text->str, text->len,
                           round % 7 == 0 ? OPTIONS ("mode", "DROPMALFORMED") : round % 11 == 0 ? OPTIONS ("nullValue", "abc")
                                                                                                : NONE);
    }
}

/* Long stretches of regular lines, as the fast reader likes them, with NULLs, wrong values and now and then another line. */
static void
test_regular (void)
{
  static const char *const needed[] = { NULL, "a", "b,d", "c,_corrupt_record", "i" };
  static const char *const numbers[] = { "1", "12345678", "123456789012", "-5", "", "x", "00000000000000000001", "70000", "2147483648" };
  static const char *const words[] = { "a", "", "exactly 12 b", "longer than twelve bytes", "ünï" };
  g_autoptr (GRand)        rand = g_rand_new_with_seed (11);

  for (guint round = 0; round < 60; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      guint               n = (guint)g_rand_int_range (rand, 1, round == 0 ? 20000 : 900);
      guint               clean = (guint)g_rand_int_range (rand, 1, 10);

      for (guint i = 0; i < n; i++)
        {
          if (g_rand_int_range (rand, 0, 200) == 0)
            g_string_append (text, "\"q,\",1,short\n\n");
          g_string_append_printf (text, "%s,%s,%s,%s,%s%s", words[g_rand_int_range (rand, 0, 5)], numbers[g_rand_int_range (rand, 0, (gint32)MIN (clean, G_N_ELEMENTS (numbers)))], i % 7 == 0 ? "1.5" : "2",
                                  words[i % 5], numbers[g_rand_int_range (rand, 0, (gint32)MIN (clean, G_N_ELEMENTS (numbers)))], round % 3 == 0 ? "\r\n" : "\n");
        }
      decode_help_compare ("csv", "a STRING, b BIGINT, c DOUBLE, d STRING, i INT, _corrupt_record STRING", needed[round % 5], text->str, text->len,
                           round % 7 == 0 ? OPTIONS ("mode", "DROPMALFORMED") : round % 11 == 0 ? OPTIONS ("nullValue", "a")
                                                                                                : NONE);
    }
}

static void
test_no_columns (void)
{
  g_autoptr (WeirDecoder) decoder = decode_help_decoder ("csv", KVD, "", FALSE, NONE);
  g_autoptr (Decoded)     decoded = decode_help_run (decoder, lines, strlen (lines), TRUE);

  g_assert_cmpuint (decoded->n_rows, ==, 13);
  g_assert_cmpuint (decoded->stats.bad_rows, ==, 0);
}

static void
test_text (void)
{
  g_autofree char *rows = decode_help_rows ("text", "value STRING", NULL, "a b\r\n\nc", NONE);
  g_autofree char *whole = decode_help_rows ("text", "value STRING", NULL, "a b\nc", OPTIONS ("wholetext", "true"));

  g_assert_cmpstr (rows, ==, "{\"value\":\"a b\"}\n{\"value\":\"\"}\n{\"value\":\"c\"}\n");
  g_assert_cmpstr (whole, ==, "{\"value\":\"a b\\nc\"}\n");
}

static void
check_error (const char *name,
             const char *value)
{
  g_autoptr (WeirSchema) schema = weir_type_parse_ddl ("a INT", NULL);
  g_autoptr (GHashTable) options = decode_help_options (OPTIONS (name, value));
  g_autoptr (GError)     error = NULL;

  g_assert_null (weir_decoder_new ("csv", schema, NULL, options, weir_zone_utc (), NULL, &error));
  g_assert_nonnull (error);
}

static void
test_wrong_options (void)
{
  g_autoptr (WeirSchema)  schema = weir_type_parse_ddl ("a INT", NULL);
  g_autoptr (WeirSchema)  nested = weir_type_parse_ddl ("a ARRAY<INT>", NULL);
  g_autoptr (WeirSchema)  corrupt = weir_type_parse_ddl ("a INT, _corrupt_record STRING", NULL);
  const gboolean          only_corrupt[] = { FALSE, TRUE };
  g_autoptr (GHashTable)  options = decode_help_options (OPTIONS ("path", "x", "colour", "blue", "allowComments", "true"));
  g_autoptr (GPtrArray)   unknown = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (WeirDecoder) decoder = weir_decoder_new ("csv", schema, NULL, options, weir_zone_utc (), unknown, NULL);
  g_autoptr (GError)      error = NULL;

  g_assert_nonnull (decoder);
  g_assert_cmpuint (unknown->len, ==, 2);
  g_assert_cmpstr (unknown->pdata[0], ==, "allowcomments");
  g_assert_cmpstr (unknown->pdata[1], ==, "colour");
  check_error ("header", "yes");
  check_error ("mode", "LAX");
  check_error ("sep", "");
  check_error ("quote", "''");
  check_error ("maxColumns", "0");
  check_error ("encoding", "UTF-16");
  g_assert_null (weir_decoder_new ("csv", nested, NULL, NULL, weir_zone_utc (), NULL, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
  g_clear_error (&error);
  g_assert_null (weir_decoder_new ("csv", corrupt, only_corrupt, NULL, weir_zone_utc (), NULL, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN");
}

static void
test_cut (void)
{
  g_autoptr (WeirDecoder) lf = decode_help_decoder ("csv", "a INT", NULL, FALSE, NONE);
  g_autoptr (WeirDecoder) bar = decode_help_decoder ("csv", "a INT", NULL, FALSE, OPTIONS ("lineSep", "||"));

#define CUT(decoder, text, at_end)   weir_decoder_cut (decoder, (const guint8 *)(text), strlen (text), at_end)
#define FIRST(decoder, text, at_end) weir_decoder_first_record (decoder, (const guint8 *)(text), strlen (text), at_end)
  g_assert_cmpuint (CUT (lf, "1\n2\n3", FALSE), ==, 4);
  g_assert_cmpuint (CUT (lf, "1\n2\n3", TRUE), ==, 5);
  g_assert_cmpuint (CUT (lf, "1\n2\n", FALSE), ==, 4);
  g_assert_cmpuint (CUT (lf, "1\n2\r", FALSE), ==, 2);
  g_assert_cmpuint (CUT (lf, "1\r2", FALSE), ==, 2);
  g_assert_cmpuint (CUT (lf, "12", FALSE), ==, 0);
  g_assert_cmpuint (CUT (bar, "1|||2||3|", FALSE), ==, 7);
  g_assert_cmpuint (FIRST (lf, "1\r\n2\n", FALSE), ==, 3);
  g_assert_cmpuint (FIRST (lf, "1\r", FALSE), ==, 0);
  g_assert_cmpuint (FIRST (lf, "1", TRUE), ==, 1);
  g_assert_cmpuint (FIRST (bar, "1||2", FALSE), ==, 3);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/csv/permissive", test_permissive);
  g_test_add_func ("/format/csv/modes", test_modes);
  g_test_add_func ("/format/csv/options", test_options);
  g_test_add_func ("/format/csv/types", test_types);
  g_test_add_func ("/format/csv/differential", test_differential);
  g_test_add_func ("/format/csv/regular", test_regular);
  g_test_add_func ("/format/csv/no-columns", test_no_columns);
  g_test_add_func ("/format/csv/wrong-options", test_wrong_options);
  g_test_add_func ("/format/csv/cut", test_cut);
  g_test_add_func ("/format/text/lines", test_text);
  return g_test_run ();
}
