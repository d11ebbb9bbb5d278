/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "decode-help.h"

#include <string.h>

#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static WeirColumn *
texts_column (const char *const *texts,
              guint              n)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (WEIR_STRING, n);

  for (guint i = 0; i < n; i++)
    if (texts[i] != NULL)
      weir_column_builder_append_bytes (builder, texts[i], strlen (texts[i]));
    else
      weir_column_builder_append_null (builder);
  return weir_column_builder_finish (builder);
}

/* The values of the column as JSON lines, or the condition of the error; fast and strict must agree. */
static char *
decode (const char        *format,
        const char        *type_text,
        const char *const *options,
        const gboolean    *needed,
        WeirSel            sel,
        const char *const *texts,
        guint              n)
{
  g_autoptr (WeirType)   type = g_str_has_prefix (type_text, "array<") || g_str_has_prefix (type_text, "map<") ? weir_type_parse (type_text, NULL) : weir_type_parse_ddl (type_text, NULL);
  g_autoptr (GHashTable) table = decode_help_options (options);
  g_autoptr (WeirColumn) column = texts_column (texts, n);
  char                  *result = NULL;

  for (guint strict = 0; strict < 2; strict++)
    {
      g_autoptr (GError)          error = NULL;
      g_autoptr (WeirDecoder)     decoder = weir_column_decoder_new (format, type, needed, table, weir_zone_utc (), &error);
      g_autoptr (WeirDecodeState) state = NULL;
      g_autoptr (WeirColumn)      values = NULL;
      g_autoptr (GString)         out = g_string_new (NULL);
      WeirDecodeStats             stats = { 0 };

      g_assert_no_error (error);
      _weir_decoder_set_strict (decoder, strict == 1);
      state = weir_decode_state_new (decoder);
      values = weir_decoder_decode_column (decoder, state, column, sel, &stats, &error);
      if (values == NULL)
        g_string_append_printf (out, "[%s]", weir_error_get_condition (error));
      for (guint i = 0; values != NULL && i < sel.n; i++)
        {
          weir_value_append_text (out, values, weir_sel_row (sel, i), WEIR_TEXT_JSON, weir_zone_utc ());
          g_string_append_c (out, '\n');
        }
      if (values != NULL)
        g_assert_cmpuint (values->n_rows, ==, n);
      g_string_append_printf (out, "bad %u", (guint)stats.bad_rows);
      weir_decode_stats_clear (&stats);
      if (result != NULL)
        g_assert_cmpstr (out->str, ==, result);
      g_free (result);
      result = g_string_free (g_steal_pointer (&out), FALSE);
    }
  return result;
}

static void
test_struct (void)
{
  static const char *const texts[] = { "{\"a\":1,\"b\":\"x\",\"c\":[1,2]}", "{\"a\":\"2\",\"b\":3}", "broken", NULL, "{\"a\":1", "[1]", "{}", "{\"A\":5,\"b\":null,\"c\":[\"x\"]}", "", "  ", "{\"a\":\n7}", "{\"a\":1} x", "null" };
  g_autofree char         *all = decode ("json", "a INT, b STRING, c ARRAY<INT>", NULL, NULL, weir_sel_all (G_N_ELEMENTS (texts)), texts, G_N_ELEMENTS (texts));
  g_autofree char         *corrupt = decode ("json", "a INT, _corrupt_record STRING", NULL, NULL, weir_sel_all (3), texts, 3);
  g_autofree char         *failfast = decode ("json", "a INT", OPTIONS ("mode", "FAILFAST"), NULL, weir_sel_all (3), texts, 3);

  g_assert_cmpstr (all, ==,
                   "{\"a\":1,\"b\":\"x\",\"c\":[1,2]}\n{\"a\":null,\"b\":\"3\",\"c\":null}\n{\"a\":null,\"b\":null,\"c\":null}\nnull\n{\"a\":null,\"b\":null,\"c\":null}\n"
                   "{\"a\":null,\"b\":null,\"c\":null}\n{\"a\":null,\"b\":null,\"c\":null}\n{\"a\":null,\"b\":null,\"c\":null}\nnull\nnull\n{\"a\":7,\"b\":null,\"c\":null}\n{\"a\":1,\"b\":null,\"c\":null}\n"
                   "{\"a\":null,\"b\":null,\"c\":null}\nbad 6");
  g_assert_cmpstr (corrupt, ==, "{\"a\":1,\"_corrupt_record\":null}\n{\"a\":null,\"_corrupt_record\":\"{\\\"a\\\":\\\"2\\\",\\\"b\\\":3}\"}\n{\"a\":null,\"_corrupt_record\":\"broken\"}\nbad 2");
  g_assert_cmpstr (failfast, ==, "[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION]bad 2");
}

static void
test_pruned (void)
{
  static const char *const texts[] = { "{\"a\":1,\"b\":\"x\"}", "{\"a\":\"bad\",\"b\":\"y\"}", "{\"b\":\"z\",\"a\":2}", "{\"a\":1,\"b\":\"w\"}" };
  const gboolean           needed[] = { FALSE, TRUE };
  const guint16            idx[] = { 1, 3 };
  g_autofree char         *all = decode ("json", "a INT, b STRING", NULL, needed, weir_sel_all (4), texts, 4);
  g_autofree char         *some = decode ("json", "a INT, b STRING", NULL, NULL, (WeirSel){ idx, 2 }, texts, 4);

  g_assert_cmpstr (all, ==, "{\"a\":null,\"b\":\"x\"}\n{\"a\":null,\"b\":\"y\"}\n{\"a\":null,\"b\":\"z\"}\n{\"a\":null,\"b\":\"w\"}\nbad 0");
  g_assert_cmpstr (some, ==, "{\"a\":null,\"b\":\"y\"}\n{\"a\":1,\"b\":\"w\"}\nbad 1");
}

static void
test_roots (void)
{
  static const char *const arrays[] = { "[1, 2, 3]", "[1, \"2\", 3]", "[1, 2, null]", "{\"a\":1}", NULL, "[", "7" };
  static const char *const structs[] = { "[{\"a\": 1}, {\"a\":2}]", "{\"a\": 1}", "[null, {\"a\":2}]", "[{\"a\":\"x\"}]" };
  static const char *const maps[] = { "{\"a\":1, \"b\":2}", "{\"a\":\"x\"}", "[]" };
  g_autofree char         *ints = decode ("json", "array<int>", NULL, NULL, weir_sel_all (7), arrays, 7);
  g_autofree char         *rows = decode ("json", "array<struct<a:int>>", NULL, NULL, weir_sel_all (4), structs, 4);
  g_autofree char         *map = decode ("json", "map<string,int>", NULL, NULL, weir_sel_all (3), maps, 3);

  g_assert_cmpstr (ints, ==, "[1,2,3]\nnull\n[1,2,null]\nnull\nnull\nnull\nnull\nbad 4");
  g_assert_cmpstr (rows, ==, "[{\"a\":1},{\"a\":2}]\n[{\"a\":1}]\n[null,{\"a\":2}]\n[{\"a\":null}]\nbad 1");
  g_assert_cmpstr (map, ==, "{\"a\":1,\"b\":2}\nnull\nnull\nbad 2");
}

static void
test_csv (void)
{
  static const char *const texts[] = { "1, 0.8", "x,1", NULL, "26,2,3" };
  g_autofree char         *rows = decode ("csv", "a INT, b DOUBLE", NULL, NULL, weir_sel_all (4), texts, 4);

  g_assert_cmpstr (rows, ==, "{\"a\":1,\"b\":0.8}\n{\"a\":null,\"b\":1.0}\nnull\n{\"a\":26,\"b\":2.0}\nbad 2");
}

static void
test_patterns (void)
{
  static const char *const texts[] = { "{\"d\": \"12/15 2012\", \"t\": \"12/15 2012 15:15:15\"}", "{\"d\": \"2012-12-15\"}" };
  g_autofree char         *rows = decode ("json", "d DATE, t TIMESTAMP", OPTIONS ("dateFormat", "MM/dd yyyy", "timestampFormat", "MM/dd yyyy HH:mm:ss"), NULL, weir_sel_all (2), texts, 2);

  g_assert_cmpstr (rows, ==, "{\"d\":\"2012-12-15\",\"t\":\"2012-12-15T15:15:15Z\"}\n{\"d\":null,\"t\":null}\nbad 1");
}

static void
test_dropmalformed (void)
{
  g_autoptr (WeirType)   type = weir_type_parse_ddl ("a INT", NULL);
  g_autoptr (GHashTable) options = decode_help_options (OPTIONS ("mode", "DROPMALFORMED"));
  g_autoptr (GError)     error = NULL;

  g_assert_null (weir_column_decoder_new ("json", type, NULL, options, weir_zone_utc (), &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "PARSE_MODE_UNSUPPORTED");
}

static void
test_many (void)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString)   wanted = g_string_new (NULL);
  g_autofree char      *rows = NULL;

  for (guint i = 0; i < 12000; i++)
    {
      g_ptr_array_add (texts, i % 13 == 0 ? NULL : g_strdup_printf ("{\"i\":%u,%s\"s\":\"text number %u\"}", i, i % 7 == 0 ? "\n" : "", i));
      if (i % 13 == 0)
        g_string_append (wanted, "null\n");
      else
        g_string_append_printf (wanted, "{\"s\":\"text number %u\",\"i\":%u}\n", i, i);
    }
  g_string_append (wanted, "bad 0");
  rows = decode ("json", "s STRING, i BIGINT", NULL, NULL, weir_sel_all (texts->len), (const char *const *)texts->pdata, texts->len);
  g_assert_cmpstr (rows, ==, wanted->str);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/column/struct", test_struct);
  g_test_add_func ("/format/column/pruned", test_pruned);
  g_test_add_func ("/format/column/roots", test_roots);
  g_test_add_func ("/format/column/csv", test_csv);
  g_test_add_func ("/format/column/patterns", test_patterns);
  g_test_add_func ("/format/column/dropmalformed", test_dropmalformed);
  g_test_add_func ("/format/column/many", test_many);
  return g_test_run ();
}
