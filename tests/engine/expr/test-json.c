/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr-test.h"

#define MAP(...)    call ("map", __VA_ARGS__, NULL)
#define STRUCT(...) call ("named_struct", __VA_ARGS__, NULL)

static void
test_from (void)
{
  assert_value ("{1, 0.8}", "from_json", S ("{\"a\":1, \"b\":0.8}"), S ("a INT, b DOUBLE"));
  assert_value ("{null, null}", "from_json", S ("{"), S ("a INT, b DOUBLE"));
  assert_value ("NULL", "from_json", N, S ("a INT"));
  assert_value ("{2015-08-26 00:00:00}", "from_json", S ("{\"time\":\"26/08/2015\"}"), S ("time Timestamp"), MAP (S ("timestampFormat"), S ("dd/MM/yyyy")));
  assert_value ("[1, 2]", "from_json", S ("[1,2]"), S ("array<int>"));
  assert_value ("[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION]", "from_json", S ("{"), S ("a INT"), MAP (S ("mode"), S ("FAILFAST")));
  assert_value ("[INVALID_SCHEMA.NON_STRING_LITERAL]", "from_json", S ("{"), I (1));
  assert_value ("[INVALID_OPTIONS.NON_STRING_TYPE]", "from_json", S ("{"), S ("a INT"), MAP (S ("mode"), I (1)));
  assert_value ("{1, 0.8}", "from_csv", S ("1, 0.8"), S ("a INT, b DOUBLE"));
}

static void
test_to (void)
{
  assert_value ("{\"a\":1,\"b\":2}", "to_json", STRUCT (S ("a"), I (1), S ("b"), I (2)));
  assert_value ("[{\"a\":1}]", "to_json", call ("array", MAP (S ("a"), I (1)), NULL));
  assert_value ("1,2", "to_csv", STRUCT (S ("a"), I (1), S ("b"), I (2)));
  assert_value ("[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE]", "to_json", I (1));
  assert_value ("ARRAY<STRUCT<col: BIGINT>>", "schema_of_json", S ("[{\"col\":0}]"));
  assert_value ("[DATATYPE_MISMATCH.UNEXPECTED_NULL]", "schema_of_json", N);
}

static void
test_paths (void)
{
  assert_value ("b", "get_json_object", S ("{\"a\":\"b\"}"), S ("$.a"));
  assert_value ("[\"b\",\"c\"]", "get_json_object", S ("[{\"a\":\"b\"},{\"a\":\"c\"}]"), S ("$[*].a"));
  assert_value ("b", "get_json_object", S ("[{\"a\":\"b\"},{\"a\":\"c\"}]"), S ("$[0].a"));
  assert_value ("{\"x\":[1,2]}", "get_json_object", S ("{\"a\" : { \"x\" : [ 1 , 2 ] } }"), S ("$['a']"));
  assert_value ("NULL", "get_json_object", S ("{\"a\":null}"), S ("$.a"));
  assert_value ("NULL", "get_json_object", S ("{\"a\""), S ("$.a"));
  assert_value ("NULL", "get_json_object", S ("{\"a\":1}"), S ("a"));
  assert_value ("4", "json_array_length", S ("[1,2,3,{\"f1\":1}]"));
  assert_value ("NULL", "json_array_length", S ("[1,2"));
  assert_value ("[f1, f2]", "json_object_keys", S ("{\"f1\":\"abc\",\"f2\":{\"f3\":\"a\"}}"));
  assert_value ("[{1, x, null}]", "json_tuple", S ("{\"a\":1,\"b\":\"x\"}"), S ("a"), S ("b"), S ("c"));
}

#define STORE                                                                                                          \
  "{\"store\":{\"fruit\":[{\"weight\":8,\"type\":\"apple\"},{\"weight\":9,\"type\":\"pear\"}],"                        \
  "\"basket\":[[1,2,{\"b\":\"y\",\"a\":\"x\"}],[3,4],[5,6]],"                                                          \
  "\"book\":[{\"author\":\"Nigel Rees\",\"price\":8.95},{\"author\":\"Herman Melville\",\"isbn\":\"0-553-21311-3\"}]," \
  "\"bicycle\":{\"price\":19.95,\"color\":\"red\"}},\"email\":\"a@b\",\"zip code\":\"94025\",\"fb:testid\":\"1234\"}"

#define assert_path(expected, json, path) assert_value (expected, "get_json_object", S (json), S (path))

/* When a wildcard gives an array, and what is in it. */
static void
test_wildcards (void)
{
  assert_path ("[\"Nigel Rees\",\"Herman Melville\"]", STORE, "$.store.book[*].author");
  assert_path ("\"0-553-21311-3\"", STORE, "$.store.book[*].isbn");
  assert_path ("NULL", STORE, "$.store.book[*].nothing");
  assert_path ("[[1,2,{\"b\":\"y\",\"a\":\"x\"}],[3,4],[5,6]]", STORE, "$.store.basket[*]");
  assert_path ("[1,3,5]", STORE, "$.store.basket[*][0]");
  assert_path ("[1,2,{\"b\":\"y\",\"a\":\"x\"}]", STORE, "$.store.basket[0][*]");
  assert_path ("[1,2,{\"b\":\"y\",\"a\":\"x\"},3,4,5,6]", STORE, "$.store.basket[*][*]");
  assert_path ("[\"y\"]", STORE, "$.store.basket[0][*].b");
  /* Two wildcards are one walk, in which a name means nothing to the inner array. */
  assert_path ("NULL", STORE, "$.store.basket[*][*].b");
  assert_path ("y", STORE, "$.store.basket[0][2].b");
  assert_path ("[1,2,3]", "[[[1],[2]],[[3]]]", "$[*][*]");
  assert_path ("NULL", STORE, "$.store.*");
  assert_path ("NULL", STORE, "$.store['*']");
  assert_path ("NULL", "{\"a\":[]}", "$.a[*]");
}

static void
test_names (void)
{
  assert_path ("94025", STORE, "$.zip code");
  assert_path ("94025", STORE, "$['zip code']");
  assert_path ("1234", STORE, "$.fb:testid");
  assert_path ("19.95", STORE, "$.store.bicycle.price");
  assert_path ("{\"price\":19.95,\"color\":\"red\"}", STORE, "$['store'].bicycle");
  /* Names differ in case; a name means nothing to an array, an index nothing to an object. */
  assert_path ("NULL", STORE, "$.Email");
  assert_path ("NULL", STORE, "$.store.fruit.weight");
  assert_path ("NULL", STORE, "$.store[0]");
  assert_path ("NULL", STORE, "$.store.fruit[2]");
  assert_path ("2", "{\"a\":null,\"a\":2,\"a\":3}", "$.a");
  assert_path ("", "{\"a\":\"\"}", "$.a");
  assert_path ("NULL", "{\"\":1}", "$['']");
  assert_path ("NULL", "{\"a\":1}", "$.");
  assert_path ("NULL", "{\"a\":1}", "$.a[x]");
  assert_path ("NULL", "{\"a\":1}", "$a");
}

/* A null is no member, but it is an element. */
static void
test_nulls (void)
{
  assert_path ("NULL", "{\"a\":null}", "$.a");
  assert_path ("[1,null,2]", "[1,null,2]", "$[*]");
  assert_path ("null", "[1,null]", "$[1]");
  assert_path ("[1,2]", "[{\"a\":1},{\"a\":null},{\"a\":2}]", "$[*].a");
}

static void
test_texts (void)
{
  assert_path ("a\"b\\/\b\f\n\r\t\u20ac\U0001F600", "{\"a\":\"a\\\"b\\\\\\/\\b\\f\\n\\r\\t\\u20ac\\ud83d\\ude00\"}", "$.a");
  assert_path ("it", "{'a':'it'}", "$.a");
  assert_path ("-1.5e+10", "{\"a\":-1.5e+10}", "$.a");
  assert_path ("true", "{\"a\":true}", "$.a");
  assert_path ("NULL", "{\"a\":\"\\x\"}", "$.a");
  assert_path ("NULL", "{\"a\":\"\\u12g4\"}", "$.a");
  assert_path ("NULL", "{\"a\":1.}", "$.a");
  assert_path ("NULL", "{\"a\":1e}", "$.a");
  assert_path ("NULL", "{\"a\":tru}", "$.a");
  assert_path ("NULL", "{\"a\":1,}", "$.a");
  assert_path ("NULL", "{\"a\" 1}", "$.a");
}

/* Depth is bounded, whatever the text. */
static void
test_depth (void)
{
  g_autofree char *deep = g_malloc (100001);

  memset (deep, '[', 100000);
  deep[100000] = '\0';
  assert_value ("NULL", "json_array_length", S (deep));
  assert_value ("NULL", "get_json_object", S (deep), S ("$[0]"));
}

static void
test_prune (void)
{
  g_autoptr (WeirBatch) batch = no_columns (1);
  g_autoptr (WeirExpr)  expr = call ("from_json", S ("{\"a\":1,\"b\":2}"), S ("a INT, b INT"), NULL);
  g_autofree char      *text = NULL;

  g_assert_true (weir_expr_is_from_json (expr));
  text = row_text (weir_expr_from_json_prune (expr, (gboolean[]){ FALSE, TRUE }), batch, 0);
  g_assert_cmpstr (text, ==, "{null, 2}");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/expr/json/from", test_from);
  g_test_add_func ("/expr/json/to", test_to);
  g_test_add_func ("/expr/json/paths", test_paths);
  g_test_add_func ("/expr/json/depth", test_depth);
  g_test_add_func ("/expr/json/wildcards", test_wildcards);
  g_test_add_func ("/expr/json/names", test_names);
  g_test_add_func ("/expr/json/nulls", test_nulls);
  g_test_add_func ("/expr/json/texts", test_texts);
  g_test_add_func ("/expr/json/prune", test_prune);
  return g_test_run ();
}
