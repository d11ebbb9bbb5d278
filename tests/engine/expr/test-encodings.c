/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr-test.h"
#include "expr/function.h"

/*
 * Every function gives the same values whatever the encoding of its arguments and whatever is selected, and only selected rows can
 * fail. The reference is the function called on one row at a time.
 */

#define ROWS   40
#define TRIALS 6

static const char *const types[] = { "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(10,2)", "decimal(38,6)", "string", "binary", "date", "timestamp", "timestamp_ntz", "interval day to second", "interval year to month", "array<int>", "array<string>", "map<string,int>", "struct<a:int,b:string>" };

static const char *const words[] = { "", "a", "Spark", "2021-03-04", "12", "-7.5", "a longer text than twelve bytes", "äöü €", "%a_", "utf-8", "HOUR", "{\"a\":1}", "$.a", "yyyy", "UTC", "1 2:03:04", "(a)" };

static void
append_random (WeirColumnBuilder *builder,
               WeirType          *type)
{
  guint n;

  if (g_test_rand_int_range (0, 5) == 0)
    {
      weir_column_builder_append_null (builder);
      return;
    }
  switch ((int)type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      weir_column_builder_append_bool (builder, g_test_rand_int_range (0, 2));
      break;
    case WEIR_TYPE_FLOAT:
    case WEIR_TYPE_DOUBLE:
      n = (guint)g_test_rand_int_range (0, 12);
      weir_column_builder_append_double (builder, n == 0 ? G_MAXDOUBLE * 10 : n == 1 ? -0.0
                                                                            : n == 2 ? 0.0 / 0.0
                                                                                     : g_test_rand_int_range (-40, 40) / 4.0);
      break;
    case WEIR_TYPE_DECIMAL:
      weir_column_builder_append_i128 (builder, g_test_rand_int_range (-99999, 99999));
      break;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      n = (guint)g_test_rand_int_range (0, G_N_ELEMENTS (words));
      weir_column_builder_append_bytes (builder, words[n], strlen (words[n]));
      break;
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
      n = (guint)g_test_rand_int_range (0, type->kind == WEIR_TYPE_MAP ? 2 : 4);
      for (guint i = 0; i < n; i++)
        {
          if (type->kind == WEIR_TYPE_MAP)
            weir_column_builder_append_bytes (builder->children[0], "key", 3);
          append_random (builder->children[type->kind == WEIR_TYPE_MAP], type->fields[type->kind == WEIR_TYPE_MAP].type);
        }
      weir_column_builder_append_list (builder, n);
      break;
    case WEIR_TYPE_STRUCT:
      for (guint i = 0; i < type->n_fields; i++)
        append_random (builder->children[i], type->fields[i].type);
      weir_column_builder_append_struct (builder);
      break;
    case WEIR_TYPE_TINYINT:
      weir_column_builder_append_i64 (builder, g_test_rand_int_range (-128, 128));
      break;
    default:
      weir_column_builder_append_i64 (builder, g_test_rand_int_range (-5, 9));
      break;
    }
}

static WeirColumn *
random_column (WeirType *type,
               guint     n)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, n);

  for (guint i = 0; i < n; i++)
    append_random (builder, type);
  return weir_column_builder_finish (builder);
}

/* A column of ROWS rows: FLAT, CONST or DICT. */
static WeirColumn *
encoded (WeirType *type)
{
  int                    kind = g_test_rand_int_range (0, 3);
  g_autoptr (WeirColumn) values = random_column (type, kind == 0 ? ROWS : kind == 1 ? 1
                                                                                    : 5);
  g_autoptr (WeirBuffer) codes = NULL;

  if (kind == 0)
    return weir_column_ref (values);
  if (kind == 1)
    return weir_column_new_const (values, ROWS);
  codes = weir_buffer_new (ROWS * sizeof (guint32));
  for (guint i = 0; i < ROWS; i++)
    ((guint32 *)codes->data)[i] = (guint32)g_test_rand_int_range (0, 4); /* row 4 of the dictionary is never used */
  return weir_column_new_dict (values, codes, ROWS);
}

static char *
text_of (WeirColumn *column,
         guint       row)
{
  GString *out = g_string_new (NULL);

  if (weir_column_is_null (column, row))
    g_string_append (out, "NULL");
  else
    weir_value_append_text (out, column, row, WEIR_TEXT_CAST, weir_zone_utc ());
  return g_string_free (out, FALSE);
}

/* What the row alone gives: its text, or its error. */
static char *
reference (const WeirExpr *expr,
           WeirBatch      *batch,
           guint           row)
{
  g_autoptr (WeirEval)   eval = weir_eval_new (weir_zone_utc ());
  g_autoptr (WeirBatch)  one = weir_batch_slice (batch, row, 1);
  g_autoptr (WeirColumn) column = NULL;
  g_autoptr (GError)     error = NULL;

  for (guint i = 0; i < one->n_columns; i++)
    {
      WeirColumn *flat = weir_column_flatten (one->columns[i]);

      weir_column_unref (one->columns[i]);
      one->columns[i] = flat;
    }
  column = weir_expr_eval (expr, eval, one, weir_sel_all (1));
  if (weir_eval_take_error (eval, &error))
    return g_strdup_printf ("error: %s", weir_error_get_condition (error));
  return text_of (column, 0);
}

static void
check_selection (const WeirExpr *expr,
                 WeirBatch      *batch,
                 WeirSel         sel,
                 char          **wanted)
{
  g_autoptr (WeirEval)   eval = weir_eval_new (weir_zone_utc ());
  g_autoptr (WeirColumn) column = weir_expr_eval (expr, eval, batch, sel);
  g_autoptr (GError)     error = NULL;
  guint                  failed_row = G_MAXUINT, held_row = eval->error_row;

  for (guint i = 0; i < sel.n && failed_row == G_MAXUINT; i++)
    if (g_str_has_prefix (wanted[weir_sel_row (sel, i)], "error: "))
      failed_row = weir_sel_row (sel, i);
  if (weir_eval_take_error (eval, &error))
    {
      g_autofree char *got = g_strdup_printf ("error: %s", weir_error_get_condition (error));

      g_assert_cmpuint (failed_row, ==, held_row);
      g_assert_cmpstr (got, ==, wanted[failed_row]);
      return;
    }
  g_assert_cmpuint (failed_row, ==, G_MAXUINT);
  for (guint i = 0; i < sel.n; i++)
    {
      guint            row = weir_sel_row (sel, i);
      g_autofree char *got = text_of (column, row);

      g_assert_cmpstr (got, ==, wanted[row]);
    }
}

static void
check_filter (const WeirExpr *expr,
              WeirBatch      *batch,
              WeirSel         sel,
              char          **wanted)
{
  g_autoptr (WeirEval) eval = weir_eval_new (weir_zone_utc ());
  guint16              out[ROWS];
  guint                n = weir_expr_select (expr, eval, batch, sel, out), k = 0;

  if (weir_eval_take_error (eval, NULL))
    return;
  for (guint i = 0; i < sel.n; i++)
    if (strcmp (wanted[weir_sel_row (sel, i)], "true") == 0)
      {
        g_assert_cmpuint (k, <, n);
        g_assert_cmpuint (out[k++], ==, weir_sel_row (sel, i));
      }
  g_assert_cmpuint (k, ==, n);
}

static void
check_expr (const WeirExpr *expr,
            WeirBatch      *batch)
{
  char   *wanted[ROWS];
  guint16 idx[ROWS];
  guint   n = 0;

  for (guint i = 0; i < ROWS; i++)
    wanted[i] = reference (expr, batch, i);
  for (guint i = 0; i < ROWS; i++)
    if (g_test_rand_int_range (0, 3) == 0)
      idx[n++] = (guint16)i;
  check_selection (expr, batch, weir_sel_all (ROWS), wanted);
  check_selection (expr, batch, (WeirSel){ idx, n }, wanted);
  if (expr->type->kind == WEIR_TYPE_BOOLEAN)
    {
      check_filter (expr, batch, weir_sel_all (ROWS), wanted);
      check_filter (expr, batch, (WeirSel){ idx, n }, wanted);
    }
  for (guint i = 0; i < ROWS; i++)
    g_free (wanted[i]);
}

static WeirBatch *
random_batch (guint      n,
              WeirExpr **args)
{
  WeirField            fields[4] = { { NULL } };
  WeirColumn          *columns[4];
  g_autoptr (WeirType) schema = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (WeirType) type = weir_type_parse (types[g_test_rand_int_range (0, G_N_ELEMENTS (types))], NULL);

      columns[i] = encoded (type);
      fields[i] = (WeirField){ (char *)"c", columns[i]->type, TRUE, NULL };
      args[i] = weir_expr_new_column (i, type, TRUE, "c");
    }
  schema = weir_type_new_struct (fields, n);
  return weir_batch_new (schema, ROWS, columns);
}

static void
describe (const WeirExpr *expr,
          WeirBatch      *batch)
{
  g_autofree char *schema = weir_type_to_string (batch->schema);
  g_autofree char *text = weir_expr_to_string (expr, NULL);

  g_test_message ("%s over %s", text, schema);
}

static gboolean
is_tested (const WeirFunction *function)
{
  return !(function->flags & (WEIR_FUNCTION_NONDETERMINISTIC | WEIR_FUNCTION_BATCH_CONSTANT)) && function->lambda_params == NULL && function->n_args_min <= 4 && function->n_args_max != 0;
}

static void
test_all_functions (void)
{
  guint                      n_functions, n_checked = 0;
  const WeirFunction *const *functions = weir_function_list (&n_functions);

  for (guint f = 0; f < n_functions; f++)
    for (guint trial = 0; is_tested (functions[f]) && trial < TRIALS * 4; trial++)
      {
        guint                 n = (guint)MAX (functions[f]->n_args_min, 1);
        WeirExpr             *args[4];
        g_autoptr (WeirBatch) batch = random_batch (n, args);
        g_autoptr (WeirExpr)  expr = weir_expr_new_call (functions[f]->name, args, n, WEIR_SPAN_NONE, weir_zone_utc (), NULL);

        if (expr == NULL)
          continue;
        describe (expr, batch);
        check_expr (expr, batch);
        n_checked++;
      }
  g_test_message ("%u calls of %u functions", n_checked, n_functions);
  g_assert_cmpuint (n_checked, >, 500);
}

static void
test_all_casts (void)
{
  for (guint from = 0; from < G_N_ELEMENTS (types); from++)
    for (guint to = 0; to < G_N_ELEMENTS (types); to++)
      {
        g_autoptr (WeirType)  a = weir_type_parse (types[from], NULL);
        g_autoptr (WeirType)  b = weir_type_parse (types[to], NULL);
        WeirField             field = { (char *)"c", a, TRUE, NULL };
        g_autoptr (WeirType)  schema = weir_type_new_struct (&field, 1);
        WeirColumn           *column;
        g_autoptr (WeirBatch) batch = NULL;
        g_autoptr (WeirExpr)  expr = NULL;

        if (!weir_cast_is_allowed (a, b, FALSE))
          continue;
        column = encoded (a);
        batch = weir_batch_new (schema, ROWS, &column);
        expr = weir_expr_new_cast (weir_expr_new_column (0, a, TRUE, "c"), b, FALSE);
        check_expr (expr, batch);
      }
}

/* Narrowing: a row that AND, CASE or COALESCE has decided is not looked at again. */
static void
test_narrowing (void)
{
  g_autoptr (WeirType)          type = weir_type_parse ("int", NULL);
  WeirField                     field = { (char *)"c", type, FALSE, NULL };
  g_autoptr (WeirType)          schema = weir_type_new_struct (&field, 1);
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, 4);
  WeirColumn                   *column;
  g_autoptr (WeirBatch)         batch = NULL;
  g_autoptr (WeirEval)          eval = weir_eval_new (weir_zone_utc ());
  g_autoptr (WeirExpr)          guarded = NULL;
  g_autoptr (WeirExpr)          bare = NULL;
  guint16                       out[4];

  for (int i = 0; i < 4; i++)
    weir_column_builder_append_i64 (builder, i % 2);
  column = weir_column_builder_finish (builder);
  batch = weir_batch_new (schema, 4, &column);
#define C weir_expr_new_column (0, type, FALSE, "c")
  guarded = call ("and", call ("!=", C, I (0), NULL), call ("=", call ("/", I (1), C, NULL), I (1), NULL), NULL);
  g_assert_cmpuint (weir_expr_select (guarded, eval, batch, weir_sel_all (4), out), ==, 2);
  g_assert_false (weir_eval_take_error (eval, NULL));
  bare = call ("/", I (1), C, NULL);
  weir_column_unref (weir_expr_eval (bare, eval, batch, (WeirSel){ (const guint16[]){ 1, 2, 3 }, 3 }));
  g_assert_cmpuint (eval->error_row, ==, 2);
  g_assert_true (weir_eval_take_error (eval, NULL));
#undef C
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/expr/encodings/narrowing", test_narrowing);
  g_test_add_func ("/expr/encodings/casts", test_all_casts);
  g_test_add_func ("/expr/encodings/functions", test_all_functions);
  return g_test_run ();
}
