/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr-test.h"

#define ARRAY(...) call ("array", __VA_ARGS__, NULL)
#define MAP(...)   call ("map", __VA_ARGS__, NULL)

static WeirExpr *
param (guint     level,
       guint     p,
       WeirType *type)
{
  return weir_expr_new_column (WEIR_LAMBDA_BASE + WEIR_LAMBDA_PARAMS_MAX * level + p, type, TRUE, "x");
}

#define X(p)         param (0, p, WEIR_INT)
#define LAMBDA(body) weir_expr_new_lambda (body, 2)

static void
test_arrays (void)
{
  g_autoptr (WeirType) ints = weir_type_new_array (WEIR_INT, TRUE);

  assert_value ("[1, 2, 3]", "array", I (1), I (2), I (3));
  assert_value ("[1, 2, 3, 4, 5, 6]", "concat", ARRAY (I (1), I (2), I (3)), ARRAY (I (4), I (5)), ARRAY (I (6)));
  assert_value ("[b, d, d]", "array_append", ARRAY (S ("b"), S ("d")), S ("d"));
  assert_value ("[null, 1]", "array_prepend", ARRAY (I (1)), N);
  assert_value ("NULL", "array_append", weir_expr_new_null (ints), I (2));
  assert_value ("[5, 4, 3, 2, 1]", "array_insert", ARRAY (I (5), I (3), I (2), I (1)), I (-4), I (4));
  assert_value ("[5, 4, 3, 2, 1]", "array_insert", ARRAY (I (5), I (4), I (3), I (2)), I (-1), I (1));
  assert_value ("[1, 2, 3, 4, 5]", "array_insert", ARRAY (I (1), I (2), I (3), I (4)), I (5), I (5));
  assert_value ("[1, 2, null]", "array_remove", ARRAY (I (1), I (2), I (3), N, I (3)), I (3));
  assert_value ("[1, 2, 3, null]", "array_distinct", ARRAY (I (1), I (2), I (3), N, I (3)));
  assert_value ("[1, 2, 3, 5]", "array_union", ARRAY (I (1), I (2), I (3)), ARRAY (I (1), I (3), I (5)));
  assert_value ("[1, 3]", "array_intersect", ARRAY (I (1), I (2), I (3)), ARRAY (I (1), I (3), I (5)));
  assert_value ("[2]", "array_except", ARRAY (I (1), I (2), I (3)), ARRAY (I (1), I (3), I (5)));
  assert_value ("[3, 4]", "slice", ARRAY (I (1), I (2), I (3), I (4)), I (-2), I (2));
  assert_value ("[null, a, b]", "sort_array", ARRAY (S ("b"), N, S ("a")));
  assert_value ("[a, b, null]", "array_sort", ARRAY (S ("b"), N, S ("a")));
  assert_value ("[3, 4, 1, 2]", "reverse", ARRAY (I (2), I (1), I (4), I (3)));
  assert_value ("[1, 2, 3, 4]", "flatten", ARRAY (ARRAY (I (1), I (2)), ARRAY (I (3), I (4))));
  assert_value ("[123, 123]", "array_repeat", S ("123"), I (2));
  assert_value ("[{1, 2}, {2, 3}, {3, null}]", "arrays_zip", ARRAY (I (1), I (2), I (3)), ARRAY (I (2), I (3)));
}

static void
test_values (void)
{
  assert_value ("2", "size", ARRAY (I (1), I (2)));
  assert_value ("NULL", "size", N);
  assert_value ("2", "element_at", ARRAY (I (1), I (2), I (3)), I (2));
  assert_value ("3", "element_at", ARRAY (I (1), I (2), I (3)), I (-1));
  assert_value ("[INVALID_ARRAY_INDEX_IN_ELEMENT_AT]", "element_at", ARRAY (I (1)), I (2));
  assert_value ("[INVALID_INDEX_OF_ZERO]", "element_at", ARRAY (I (1)), I (0));
  assert_value ("NULL", "try_element_at", ARRAY (I (1)), I (2));
  assert_value ("1", "[]", ARRAY (I (1), I (2)), I (0));
  assert_value ("[INVALID_ARRAY_INDEX]", "[]", ARRAY (I (1), I (2)), I (2));
  assert_value ("NULL", "get", ARRAY (I (1), I (2)), I (-1));
  assert_value ("b", "[]", MAP (I (1), S ("a"), I (2), S ("b")), I (2));
  assert_value ("NULL", "[]", MAP (I (1), S ("a")), I (3));
  assert_value ("20", "array_max", ARRAY (I (1), I (20), N));
  assert_value ("true", "array_contains", ARRAY (I (1), I (2)), I (2));
  assert_value ("NULL", "array_contains", ARRAY (I (1), N), I (2));
  assert_value ("3", "array_position", ARRAY (I (312), I (773), I (708)), I (708));
  assert_value ("true", "arrays_overlap", ARRAY (I (1), I (2)), ARRAY (I (2)));
  assert_value ("hello , world", "array_join", ARRAY (S ("hello"), N, S ("world")), S (" "), S (","));
}

static void
test_maps (void)
{
  assert_value ("{1 -> a, 2 -> b}", "map", I (1), S ("a"), I (2), S ("b"));
  assert_value ("[DUPLICATED_MAP_KEY]", "map", I (1), S ("a"), I (1), S ("b"));
  assert_value ("[NULL_MAP_KEY]", "map", lit ("int", NULL), S ("a"));
  assert_value ("[1, 2]", "map_keys", MAP (I (1), S ("a"), I (2), S ("b")));
  assert_value ("[{1, a}]", "map_entries", MAP (I (1), S ("a")));
  assert_value ("{1 -> a, 3 -> c}", "map_concat", MAP (I (1), S ("a")), MAP (I (3), S ("c")));
  assert_value ("{1 -> 2, 3 -> 4}", "map_from_arrays", ARRAY (I (1), I (3)), ARRAY (S ("2"), S ("4")));
  assert_value ("{1 -> a}", "map_from_entries", ARRAY (call ("struct", I (1), S ("a"), NULL)));
  assert_value ("{a -> 1, b -> null}", "str_to_map", S ("a:1,b"));
  assert_value ("true", "map_contains_key", MAP (I (1), S ("a")), I (1));
  assert_value ("{1, x}", "named_struct", S ("a"), I (1), S ("b"), S ("x"));
  assert_value ("[{0, 10}, {1, 20}]", "posexplode", ARRAY (I (10), I (20)));
  assert_value ("[{1, 2}, {3, null}]", "stack", I (2), I (1), I (2), I (3));
}

static void
test_lambdas (void)
{
  assert_value ("[2, 3, 4]", "transform", ARRAY (I (1), I (2), I (3)), LAMBDA (call ("+", X (0), I (1), NULL)));
  assert_value ("[1, 3, 5]", "transform", ARRAY (I (1), I (2), I (3)), LAMBDA (call ("+", X (0), X (1), NULL)));
  assert_value ("[1, 3]", "filter", ARRAY (I (1), I (2), I (3)), LAMBDA (call ("=", call ("%", X (0), I (2), NULL), I (1), NULL)));
  assert_value ("NULL", "exists", ARRAY (I (1), N, I (3)), LAMBDA (call ("=", call ("%", X (0), I (2), NULL), I (0), NULL)));
  assert_value ("true", "exists", ARRAY (I (0), N), LAMBDA (call ("isnull", X (0), NULL)));
  assert_value ("false", "forall", ARRAY (I (1), N), LAMBDA (call ("=", X (0), I (2), NULL)));
  assert_value ("6", "aggregate", ARRAY (I (1), I (2), I (3)), I (0), LAMBDA (call ("+", X (0), X (1), NULL)));
  assert_value ("60", "reduce", ARRAY (I (1), I (2), I (3)), I (0), LAMBDA (call ("+", X (0), X (1), NULL)), LAMBDA (call ("*", X (0), I (10), NULL)));
  assert_value ("[4, 6]", "zip_with", ARRAY (I (1), I (2)), ARRAY (I (3), I (4)), LAMBDA (call ("+", X (0), X (1), NULL)));
  assert_value ("{2 -> 1}", "transform_keys", MAP (I (1), I (1)), LAMBDA (call ("+", X (0), I (1), NULL)));
  assert_value ("{1 -> 0, 3 -> -1}", "map_filter", MAP (I (1), I (0), I (2), I (2), I (3), I (-1)), LAMBDA (call (">", X (0), X (1), NULL)));
  assert_value ("[6, 5, 1]", "array_sort", ARRAY (I (5), I (6), I (1)), LAMBDA (call ("-", X (1), X (0), NULL)));
  assert_value ("[DIVIDE_BY_ZERO]", "transform", ARRAY (I (1), I (0)), LAMBDA (call ("/", I (1), X (0), NULL)));
}

/* transform(array(1, 2), x -> aggregate(array(10, 20), x, (acc, y) -> acc + y)) */
static void
test_nested_lambdas (void)
{
  WeirExpr *sum = LAMBDA (call ("+", param (1, 0, WEIR_INT), param (1, 1, WEIR_INT), NULL));
  WeirExpr *body = call ("aggregate", ARRAY (I (10), I (20)), X (0), sum, NULL);

  assert_value ("[31, 32]", "transform", ARRAY (I (1), I (2)), LAMBDA (body));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/expr/collections/arrays", test_arrays);
  g_test_add_func ("/expr/collections/values", test_values);
  g_test_add_func ("/expr/collections/maps", test_maps);
  g_test_add_func ("/expr/collections/lambdas", test_lambdas);
  g_test_add_func ("/expr/collections/nested-lambdas", test_nested_lambdas);
  return g_test_run ();
}
