/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "engine-script.h"
#include "sql/parser.h"

static void
test_split (void)
{
  static const char  text[] = "SELECT 1;; SELECT ';'; -- x\n";
  g_autoptr (GArray) ranges = weir_script_split (text);
  g_autoptr (GArray) bad = weir_script_split ("\xff;");

  g_assert_cmpuint (ranges->len, ==, 2);
  g_assert_cmpuint (g_array_index (ranges, WeirRange, 1).start, ==, 11);
  g_assert_cmpuint (g_array_index (ranges, WeirRange, 1).end, ==, 21);
  g_assert_cmpuint (bad->len, ==, 1);
  g_assert_true (weir_script_is_complete ("SELECT ';';"));
  g_assert_false (weir_script_is_complete ("SELECT ';"));
  g_assert_false (weir_script_is_complete (""));
}

static void
test_inspect (void)
{
  g_autofree char   *json = g_strnfill (70000, 'x');
  g_autofree char   *text = g_strconcat ("-- weir: 2\n-- weir:chart q ", json, NULL);
  g_autoptr (GError) error = NULL;
  guint              version = 9;

  g_assert_true (weir_script_inspect ("SELECT 1", 8, &version, NULL));
  g_assert_cmpuint (version, ==, 0);
  g_assert_true (weir_script_inspect ("-- weir: 2", 10, &version, NULL));
  g_assert_cmpuint (version, ==, 2);
  g_assert_false (weir_script_inspect (text, strlen (text), &version, &error));
  g_assert_nonnull (strstr (error->message, "annotation"));
  g_assert_false (weir_script_inspect ("a\0b", 3, &version, NULL));
}

static void
test_annotations (void)
{
  static const char text[] = "-- weir: 1\nCREATE TABLE t (a INT) USING rate;\nCREATE STREAMING QUERY Q AS SELECT 1;\n";
  g_autofree char  *with = weir_script_set_annotation (text, "chart", "q", "{\"a\":1}");
  g_autofree char  *json = weir_script_get_annotation (with, "chart", "q");
  g_autofree char  *without = weir_script_set_annotation (with, "chart", "q", NULL);
  g_autofree char  *refused = weir_script_set_annotation ("-- weir: 2\n", "chart", "q", "{}");

  g_assert_cmpstr (with, ==,
                   "-- weir: 1\nCREATE TABLE t (a INT) USING rate;\n-- weir:chart q {\"a\":1}\nCREATE STREAMING QUERY Q AS SELECT 1;\n");
  g_assert_cmpstr (json, ==, "{\"a\":1}");
  g_assert_cmpstr (without, ==, text);
  g_assert_null (weir_script_get_annotation (text, "chart", "q"));
  g_assert_cmpstr (refused, ==, "-- weir: 2\n");
}

static void
test_add_query (void)
{
  static const struct
  {
    const char *text, *expected;
  } cases[] = {
    { "", "-- weir: 1\n\nCREATE STREAMING QUERY q\n  OUTPUT MODE APPEND\nAS SELECT *\nFROM STREAM `a b`;\n" },
    { "SELECT 1 -- x", "SELECT 1; -- x\n\nCREATE STREAMING QUERY q\n  OUTPUT MODE APPEND\nAS SELECT *\nFROM STREAM `a b`;\n" },
    { "SELECT 1;\n", "SELECT 1;\n\nCREATE STREAMING QUERY q\n  OUTPUT MODE APPEND\nAS SELECT *\nFROM STREAM `a b`;\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WeirRange        range;
      g_autofree char *got = weir_script_add_query (cases[i].text, "q", "a b", &range);
      g_autofree char *there = g_strndup (got + range.start, range.end - range.start);

      g_assert_cmpstr (got, ==, cases[i].expected);
      g_assert_cmpstr (there, ==, "CREATE STREAMING QUERY q\n  OUTPUT MODE APPEND\nAS SELECT *\nFROM STREAM `a b`");
    }
}

static void
assert_parses (const char *text)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse (text, -1);
  const GError             *error = weir_sql_script_get_first_error (script);

  if (error != NULL)
    g_error ("%s: %s", text, error->message);
}

static void
test_put_table (void)
{
  static const char *const file_options[] = { "path", "/tmp/it's", "header.X-A", "1", NULL };
  static const char *const kafka_options[] = { "kafka.bootstrap.servers", "b:9092", "subscribe", "t", NULL };
  WeirTableDef             file = { .name = "f", .format = "json", .options = file_options, .columns = "ts TIMESTAMP, k STRING" };
  WeirTableDef             kafka = { .name = "f", .format = "kafka", .options = kafka_options, .columns = "k STRING", .value_format = "json" };
  g_autofree char         *first = weir_script_put_table ("", &file);
  g_autofree char         *same = weir_script_put_table (first, &file);
  g_autofree char         *with_query = weir_script_add_query (first, "q", "f", NULL);
  g_autofree char         *as_kafka = weir_script_put_table (with_query, &kafka);
  g_autofree char         *back = weir_script_put_table (as_kafka, &file);
  g_autofree char         *removed = weir_script_remove_table (as_kafka, "F");

  g_assert_cmpstr (first, ==,
                   "-- weir: 1\nCREATE TABLE f (ts TIMESTAMP, k STRING) USING json\nOPTIONS (path '/tmp/it\\'s', header.`X-A` '1');\n");
  g_assert_cmpstr (same, ==, first);
  assert_parses (as_kafka);
  g_assert_cmpstr (as_kafka, ==,
                   "-- weir: 1\n\nCREATE TABLE f_raw USING kafka\nOPTIONS (kafka.bootstrap.servers 'b:9092', subscribe 't');\n"
                   "CREATE TEMPORARY VIEW f AS\nSELECT data.*\nFROM (SELECT from_json(CAST(value AS STRING), 'k STRING, _corrupt_record STRING') AS data "
                   "FROM STREAM f_raw);\n\nCREATE STREAMING QUERY q\n  OUTPUT MODE APPEND\nAS SELECT *\nFROM STREAM f;\n");
  assert_parses (back);
  g_assert_nonnull (strstr (back, "USING json"));
  g_assert_null (strstr (back, "f_raw"));
  g_assert_cmpstr (removed, ==, "-- weir: 1\n\nCREATE STREAMING QUERY q\n  OUTPUT MODE APPEND\nAS SELECT *\nFROM STREAM f;\n");
}

static void
test_get_table (void)
{
  static const char *const options[] = { "kafka.bootstrap.servers", "b:9092", "subscribe", "it's", NULL };
  WeirTableDef             kafka = { .name = "f", .format = "kafka", .options = options, .columns = "k STRING, `a b` INT", .value_format = "csv" };
  g_autofree char         *text = weir_script_put_table ("", &kafka);
  g_autofree char         *again = NULL;
  g_autoptr (WeirTableDef) got = weir_script_get_table (text, "F");
  g_autoptr (WeirTableDef) json = weir_script_get_table ("CREATE TABLE j (a INT, b STRUCT<c: INT>) USING JSON OPTIONS (path '/x')", "j");

  assert_parses (text);
  g_assert_nonnull (got);
  g_assert_cmpstr (got->format, ==, "kafka");
  g_assert_cmpstr (got->columns, ==, kafka.columns);
  g_assert_cmpstr (got->value_format, ==, "csv");
  g_assert_true (g_strv_equal (got->options, options));
  got->name = (g_free ((char *)got->name), g_strdup ("f"));
  again = weir_script_put_table ("", got);
  g_assert_cmpstr (again, ==, text);
  g_assert_nonnull (json);
  g_assert_cmpstr (json->format, ==, "json");
  g_assert_cmpstr (json->columns, ==, "a INT, b STRUCT<c: INT>");
  g_assert_null (weir_script_get_table (text, "g"));
  g_assert_null (weir_script_get_table ("CREATE TEMPORARY VIEW v AS SELECT 1", "v"));
  g_assert_null (weir_script_get_table ("CREATE TABLE", "v"));
}

static void
test_table_before_query (void)
{
  WeirTableDef     def = { .name = "u", .format = "rate" };
  g_autofree char *got = weir_script_put_table ("CREATE TABLE t USING rate;\n-- about q\nCREATE STREAMING QUERY q AS SELECT 1;\n", &def);
  g_autofree char *only = weir_script_put_table ("-- weir: 1\n-- about q\nSELECT 1", &def);

  g_assert_cmpstr (got, ==, "CREATE TABLE t USING rate;\n\nCREATE TABLE u USING rate;\n-- about q\nCREATE STREAMING QUERY q AS SELECT 1;\n");
  g_assert_cmpstr (only, ==, "-- weir: 1\n\nCREATE TABLE u USING rate;\n-- about q\nSELECT 1");
}

static void
test_effects (void)
{
  g_auto (GStrv)   effects = weir_script_list_effects ("CREATE TABLE a USING socket OPTIONS (host 'h', port 99);"
                                                         "CREATE TABLE b USING json OPTIONS (path '/out'); CREATE TABLE c USING rate;"
                                                         "CREATE STREAMING QUERY q INTO b CHECKPOINT LOCATION '/cp' AS SELECT 1");
  g_autofree char *joined = g_strjoinv ("|", effects);

  g_assert_cmpstr (joined, ==, "socket: host h|json: path /out|writes into b");
}

static void
test_cards (void)
{
  static const char     text[] = "CREATE STREAMING QUERY q AS SELECT k, count(*) n FROM STREAM t GROUP BY k";
  g_autoptr (WeirCards) cards = weir_cards_new (text, (WeirRange){ 0, strlen (text) });
  g_autofree char      *edited = weir_cards_set_filter (cards, "k > 1");

  g_assert_cmpuint (weir_cards_get_n (cards), ==, 4);
  g_assert_cmpint (weir_cards_get (cards, 0)->kind, ==, WEIR_CARD_FROM);
  g_assert_cmpstr (weir_cards_get (cards, 0)->source, ==, "t");
  g_assert_cmpstr (weir_cards_get (cards, 1)->keys[0], ==, "k");
  g_assert_cmpstr (weir_cards_get (cards, 2)->aggregates[0].function, ==, "count");
  g_assert_cmpint (weir_cards_get (cards, 3)->kind, ==, WEIR_CARD_OUTPUT);
  g_assert_cmpstr (edited, ==, "CREATE STREAMING QUERY q AS SELECT k, count(*) n FROM STREAM t WHERE k > 1 GROUP BY k");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/query/script-text/split", test_split);
  g_test_add_func ("/query/script-text/inspect", test_inspect);
  g_test_add_func ("/query/script-text/annotations", test_annotations);
  g_test_add_func ("/query/script-text/add-query", test_add_query);
  g_test_add_func ("/query/script-text/put-table", test_put_table);
  g_test_add_func ("/query/script-text/get-table", test_get_table);
  g_test_add_func ("/query/script-text/table-before-query", test_table_before_query);
  g_test_add_func ("/query/script-text/effects", test_effects);
  g_test_add_func ("/query/script-text/cards", test_cards);
  return g_test_run ();
}
