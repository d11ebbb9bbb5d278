/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/hash.h"
#include "column/value.h"
#include "random-column.h"

#include <math.h>
#include <string.h>

/* Order, equality and hash fit together, whatever the encoding. */
static void
test_order (void)
{
  for (guint i = 0; i < 400; i++)
    {
      g_autoptr (WeirType)   type = random_type (2);
      g_autoptr (WeirColumn) a = random_column (type, 12);
      g_autoptr (WeirColumn) b = random_column (type, 12);

      for (guint x = 0; x < 12; x++)
        for (guint y = 0; y < 12; y++)
          {
            int order = weir_value_compare (a, x, b, y);

            g_assert_cmpint (CLAMP (weir_value_compare (b, y, a, x), -1, 1), ==, -CLAMP (order, -1, 1));
            g_assert_true (weir_value_equal (a, x, b, y) == (order == 0));
            if (order == 0)
              g_assert_cmphex (weir_value_hash (a, x), ==, weir_value_hash (b, y));
            for (guint z = 0; z < 12; z += 5)
              if (order <= 0 && weir_value_compare (b, y, a, z) <= 0)
                g_assert_cmpint (weir_value_compare (a, x, a, z), <=, 0);
          }
    }
}

static void
test_special_doubles (void)
{
  static const double           sorted[] = { -INFINITY, -1, -0.0, 0.0, 1, INFINITY, NAN, -NAN };
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (WEIR_DOUBLE, 0);
  g_autoptr (WeirColumn)        column = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (sorted); i++)
    weir_column_builder_append_double (builder, sorted[i]);
  weir_column_builder_append_null (builder);
  column = weir_column_builder_finish (builder);
  for (guint i = 0; i + 1 < G_N_ELEMENTS (sorted); i++)
    {
      gboolean same = i == 2 || i == 6;

      g_assert_cmpint (CLAMP (weir_value_compare (column, i, column, i + 1), -1, 1), ==, same ? 0 : -1);
      g_assert_true ((weir_value_hash (column, i) == weir_value_hash (column, i + 1)) == same);
      g_assert_cmpint (weir_value_compare (column, 8, column, i), <, 0);
    }
  g_assert_cmphex (weir_value_hash (column, 8), ==, WEIR_HASH_NULL);
}

/* The vectorised hash is the hash of each value. */
static void
test_column_hash (void)
{
  for (guint i = 0; i < 600; i++)
    {
      g_autoptr (WeirType)   type = random_type (2);
      g_autoptr (WeirType)   other_type = random_type (1);
      guint                  n = (guint)g_test_rand_int_range (1, 120), n_selected = 0;
      g_autoptr (WeirColumn) column = random_column (type, n);
      g_autoptr (WeirColumn) other = random_column (other_type, n);
      guint16                idx[120];
      guint64                hashes[120];
      WeirSel                sel;
      gboolean               all = g_test_rand_bit ();

      for (guint row = 0; row < n; row++)
        if (g_test_rand_bit ())
          idx[n_selected++] = (guint16)row;
      sel = all ? weir_sel_all (n) : (WeirSel){ idx, n_selected };
      weir_column_hash (column, sel, hashes, TRUE);
      for (guint s = 0; s < sel.n; s++)
        g_assert_cmphex (hashes[s], ==, weir_value_hash (column, weir_sel_row (sel, s)));
      weir_column_hash (other, sel, hashes, FALSE);
      for (guint s = 0; s < sel.n; s++)
        g_assert_cmphex (hashes[s], ==, weir_hash_combine (weir_value_hash (column, weir_sel_row (sel, s)), weir_value_hash (other, weir_sel_row (sel, s))));
    }
}

/* Values of checkpointed tables: they never change. */
static void
test_hash_vectors (void)
{
  g_autoptr (WeirColumnBuilder) integers = weir_column_builder_new (WEIR_INT, 0);
  g_autoptr (WeirColumnBuilder) texts = weir_column_builder_new (WEIR_STRING, 0);
  g_autoptr (WeirColumn)        integer = NULL;
  g_autoptr (WeirColumn)        text = NULL;

  weir_column_builder_append_i64 (integers, -1);
  weir_column_builder_append_bytes (texts, "The quick brown fox jumps over the lazy dog", 43);
  integer = weir_column_builder_finish (integers);
  text = weir_column_builder_finish (texts);
  g_assert_cmphex (weir_value_hash (integer, 0), ==, weir_hash_u64 (G_MAXUINT64));
  g_assert_cmphex (weir_value_hash (text, 0), ==, weir_hash_bytes ("The quick brown fox jumps over the lazy dog", 43));
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

static WeirColumn *
one_string (WeirType   *type,
            const char *text,
            gsize       len)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, 1);

  weir_column_builder_append_bytes (builder, text, len);
  return weir_column_builder_finish (builder);
}

static void
test_json_strings (void)
{
  static const char *const cases[][2] = {
    { "", "\"\"" },
    { "plain", "\"plain\"" },
    { "a \"quoted\" word", "\"a \\\"quoted\\\" word\"" },
    { "back\\slash", "\"back\\\\slash\"" },
    { "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
    { "\x01\x1f\x7f", "\"\\u0001\\u001F\x7f\"" },
    { "한국어와 그 밖의 글자", "\"한국어와 그 밖의 글자\"" },
    { "eight by\"tes and more, then\na line", "\"eight by\\\"tes and more, then\\na line\"" },
    { "</script>", "\"</script>\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      weir_json_append_string (out, cases[i][0], strlen (cases[i][0]));
      g_assert_cmpstr (out->str, ==, cases[i][1]);
    }
}

/* Eight at a time finds what one at a time finds. */
static void
test_json_strings_every_byte (void)
{
  for (guint c = 0; c < 256; c++)
    for (guint at = 0; at < 24; at++)
      {
        char                text[24];
        guint               backslashes = 0;
        g_autoptr (GString) out = g_string_new (NULL);

        memset (text, 'x', sizeof text);
        text[at] = (char)c;
        weir_json_append_string (out, text, sizeof text);
        for (gsize i = 0; i < out->len; i++)
          backslashes += out->str[i] == '\\';
        g_assert_cmpuint (backslashes, ==, c == '\\' ? 2 : (c < 0x20 || c == '"'));
      }
}

static void
assert_text (const WeirColumn *column,
             WeirZone         *zone,
             WeirTextStyle     style,
             const char       *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);

  weir_value_append_text (out, column, 0, style, zone);
  g_assert_cmpstr (out->str, ==, expected);
}

static void
assert_texts (const WeirColumn *column,
              WeirZone         *zone,
              const char       *cast,
              const char       *hive,
              const char       *json,
              const char       *spark)
{
  assert_text (column, zone, WEIR_TEXT_CAST, cast);
  assert_text (column, zone, WEIR_TEXT_HIVE, hive);
  assert_text (column, zone, WEIR_TEXT_JSON, json);
  assert_text (column, zone, WEIR_TEXT_JSON_SPARK, spark);
}

static void
test_simple_texts (void)
{
  static const struct
  {
    const char *type;
    gint64      value;
    const char *cast, *hive, *json, *spark;
  } cases[] = {
    { "boolean", 1, "true", "true", "true", "true" },
    { "tinyint", -128, "-128", "-128", "-128", "-128" },
    { "smallint", 7, "7", "7", "7", "7" },
    { "int", G_MININT32, "-2147483648", "-2147483648", "-2147483648", "-2147483648" },
    { "bigint", G_MININT64, "-9223372036854775808", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808" },
    { "decimal(10,2)", 150, "1.50", "1.50", "1.50", "1.50" },
    { "date", 19754, "2024-02-01", "2024-02-01", "\"2024-02-01\"", "\"2024-02-01\"" },
    { "timestamp", 500123, "1970-01-01 09:00:00.500123", "1970-01-01 09:00:00.500123", "\"1970-01-01T09:00:00.500123+09:00\"", "\"1970-01-01T09:00:00.500+09:00\"" },
    { "timestamp", -1, "1970-01-01 08:59:59.999999", "1970-01-01 08:59:59.999999", "\"1970-01-01T08:59:59.999999+09:00\"", "\"1970-01-01T08:59:59.999+09:00\"" },
    { "timestamp_ntz", 0, "1970-01-01 00:00:00", "1970-01-01 00:00:00", "\"1970-01-01T00:00:00\"", "\"1970-01-01T00:00:00.000\"" },
    { "interval year to month", -14, "INTERVAL '-1-2' YEAR TO MONTH", "-1-2", "\"INTERVAL '-1-2' YEAR TO MONTH\"", "\"INTERVAL '-1-2' YEAR TO MONTH\"" },
    { "interval day to second", 93784500000, "INTERVAL '1 02:03:04.5' DAY TO SECOND", "1 02:03:04.500000000", "\"INTERVAL '1 02:03:04.5' DAY TO SECOND\"", "\"INTERVAL '1 02:03:04.5' DAY TO SECOND\"" },
  };
  g_autoptr (WeirZone) zone = weir_zone_new ("+09:00", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WeirType)          type = weir_type_parse (cases[i].type, NULL);
      g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, 1);
      g_autoptr (WeirColumn)        column = NULL;

      if (type->kind == WEIR_TYPE_BOOLEAN)
        weir_column_builder_append_bool (builder, cases[i].value != 0);
      else if (type->kind == WEIR_TYPE_DECIMAL)
        weir_column_builder_append_i128 (builder, cases[i].value);
      else
        weir_column_builder_append_i64 (builder, cases[i].value);
      column = weir_column_builder_finish (builder);
      assert_texts (column, zone, cases[i].cast, cases[i].hive, cases[i].json, cases[i].spark);
    }
}

static void
test_bytes_and_doubles (void)
{
  g_autoptr (WeirColumn)        text = one_string (WEIR_STRING, "a\tb\"", 4);
  g_autoptr (WeirColumn)        bytes = one_string (WEIR_BINARY, "ab\xff", 3);
  g_autoptr (WeirColumn)        nulls = weir_column_new_nulls (WEIR_STRING, 1);
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (WEIR_DOUBLE, 2);
  g_autoptr (WeirColumn)        nan = NULL;
  g_autoptr (WeirColumn)        ten = NULL;

  weir_column_builder_append_double (builder, NAN);
  nan = weir_column_builder_finish (builder);
  weir_column_builder_append_double (builder, 1e10);
  ten = weir_column_builder_finish (builder);
  assert_texts (text, NULL, "a\tb\"", "a\tb\"", "\"a\\tb\\\"\"", "\"a\\tb\\\"\"");
  assert_texts (bytes, NULL, "ab\xff", "ab\xff", "\"YWL/\"", "\"YWL/\"");
  assert_texts (nulls, NULL, "NULL", "NULL", "null", "null");
  assert_text (text, NULL, WEIR_TEXT_SHOW, "a\tb\"");
  assert_text (bytes, NULL, WEIR_TEXT_SHOW, "[61 62 FF]");
  assert_text (nulls, NULL, WEIR_TEXT_SHOW, "NULL");
  assert_texts (nan, NULL, "NaN", "NaN", "\"NaN\"", "\"NaN\"");
  assert_texts (ten, NULL, "1.0E10", "1.0E10", "1.0E10", "1.0E10");
}

/* struct<s:string,n:int (NULL),l:array<string>,m:map<int,string>,t:map<string,int>> */
static WeirColumn *
nested_value (void)
{
  g_autoptr (WeirType)          type = weir_type_parse ("struct<s:string,n:int,l:array<string>,m:map<int,string>,t:map<string,int>>", NULL);
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, 1);
  WeirColumnBuilder           **fields = builder->children;

  weir_column_builder_append_bytes (fields[0], "x\"y", 3);
  weir_column_builder_append_null (fields[1]);
  weir_column_builder_append_bytes (fields[2]->children[0], "a", 1);
  weir_column_builder_append_null (fields[2]->children[0]);
  weir_column_builder_append_list (fields[2], 2);
  weir_column_builder_append_i64 (fields[3]->children[0], 7);
  weir_column_builder_append_bytes (fields[3]->children[1], "seven", 5);
  weir_column_builder_append_list (fields[3], 1);
  weir_column_builder_append_bytes (fields[4]->children[0], "k", 1);
  weir_column_builder_append_null (fields[4]->children[1]);
  weir_column_builder_append_list (fields[4], 1);
  weir_column_builder_append_struct (builder);
  return weir_column_builder_finish (builder);
}

static void
test_nested_texts (void)
{
  g_autoptr (WeirColumn) column = nested_value ();
  g_autoptr (WeirSchema) schema = weir_type_parse_ddl ("v STRUCT<s:string,n:int,l:array<string>,m:map<int,string>,t:map<string,int>>", NULL);
  WeirColumn            *columns[] = { weir_column_ref (column) };
  g_autoptr (WeirBatch)  batch = weir_batch_new (schema, 1, columns);
  g_autoptr (GString)    out = g_string_new (NULL);

  assert_texts (column, NULL,
                "{x\"y, null, [a, null], {7 -> seven}, {k -> null}}",
                "{\"s\":\"x\"y\",\"n\":null,\"l\":[\"a\",null],\"m\":{7:\"seven\"},\"t\":{\"k\":null}}",
                "{\"s\":\"x\\\"y\",\"n\":null,\"l\":[\"a\",null],\"m\":[[7,\"seven\"]],\"t\":{\"k\":null}}",
                "{\"s\":\"x\\\"y\",\"l\":[\"a\",null],\"m\":{\"7\":\"seven\"},\"t\":{\"k\":null}}");
  assert_text (column, NULL, WEIR_TEXT_SHOW, "{x\"y, NULL, [a, NULL], {7 -> seven}, {k -> NULL}}");
  weir_batch_append_json_row (out, batch, 0, NULL);
  g_assert_cmpstr (out->str, ==, "{\"v\":{\"s\":\"x\\\"y\",\"n\":null,\"l\":[\"a\",null],\"m\":[[7,\"seven\"]],\"t\":{\"k\":null}}}");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value/order", test_order);
  g_test_add_func ("/value/special-doubles", test_special_doubles);
  g_test_add_func ("/value/column-hash", test_column_hash);
  g_test_add_func ("/value/hash-vectors", test_hash_vectors);
  g_test_add_func ("/value/json-strings", test_json_strings);
  g_test_add_func ("/value/json-strings-every-byte", test_json_strings_every_byte);
  g_test_add_func ("/value/simple-texts", test_simple_texts);
  g_test_add_func ("/value/bytes-and-doubles", test_bytes_and_doubles);
  g_test_add_func ("/value/nested-texts", test_nested_texts);
  return g_test_run ();
}
