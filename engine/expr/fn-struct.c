/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/families-private.h"
#include "expr/list-private.h"

/* Structs, and the generators of rows out of collections. */

static WeirColumn *
flat_of (WeirColumn *column,
         WeirType   *type)
{
  g_autoptr (WeirColumn) flat = weir_column_flatten (column);

  return weir_type_equal (flat->type, type) ? weir_column_ref (flat) : weir_column_retype (flat, type);
}

/* struct(a, b): every argument; named_struct(name, a, …): every second. */
static WeirColumn *
eval_struct (const WeirExpr *expr,
             WeirEval       *eval,
             WeirColumn    **args,
             WeirSel         sel,
             guint           n_rows)
{
  guint                   step = expr->n_args / MAX (expr->type->n_fields, 1);
  g_autofree WeirColumn **fields = g_new (WeirColumn *, MAX (expr->type->n_fields, 1));
  WeirOut                 out;

  _weir_out_init (&out, expr->type, n_rows);
  for (guint i = 0; i < expr->type->n_fields; i++)
    fields[i] = flat_of (args[i * step + step - 1], expr->type->fields[i].type);
  return _weir_out_finish_nested (&out, fields);
}

/* A column or field lends its name; anything else is colN. */
static WeirType *
bind_struct (WeirBind *bind,
             GError  **error)
{
  g_autofree WeirField *fields = g_new0 (WeirField, MAX (bind->n_args, 1));
  WeirType             *type;

  for (guint i = 0; i < bind->n_args; i++)
    {
      WeirExpr *arg = bind->args[i];

      if (arg->kind == WEIR_EXPR_COLUMN && arg->name != NULL)
        fields[i].name = g_strdup (arg->name);
      else if (arg->kind == WEIR_EXPR_FIELD)
        fields[i].name = g_strdup (arg->args[0]->type->fields[arg->index].name);
      else
        fields[i].name = g_strdup_printf ("col%u", i + 1);
      fields[i].type = arg->type;
      fields[i].nullable = arg->nullable;
    }
  type = weir_type_new_struct (fields, bind->n_args);
  for (guint i = 0; i < bind->n_args; i++)
    g_free (fields[i].name);
  bind->nullable = FALSE;
  return type;
}

static WeirType *
bind_named_struct (WeirBind *bind,
                   GError  **error)
{
  g_autofree WeirField *fields = g_new0 (WeirField, MAX (bind->n_args, 1));
  WeirType             *type = NULL;
  guint                 n = bind->n_args / 2;
  gboolean              fine = bind->n_args % 2 == 0;

  if (!fine)
    weir_fail (error, WEIR_ERROR_ANALYZE, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", bind->span,
               "The `named_struct` requires 2n (n > 0) parameters but the actual number is %u.", bind->n_args);
  for (guint i = 0; fine && i < n; i++)
    {
      fields[i].name = _weir_bind_constant_string (bind, 2 * i);
      fields[i].type = bind->args[2 * i + 1]->type;
      fields[i].nullable = bind->args[2 * i + 1]->nullable;
      if (fields[i].name == NULL)
        fine = weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", bind->span,
                          "Only foldable \"STRING\" expressions are allowed to appear at odd position, but they are [\"%s\"].", _weir_expr_name (bind->args[2 * i]));
    }
  if (fine)
    type = weir_type_new_struct (fields, n);
  for (guint i = 0; i < n; i++)
    g_free (fields[i].name);
  bind->nullable = FALSE;
  return type;
}

/* arrays_zip() ---------------------------------------------------------------------------------------------------- */

static WeirColumn *
eval_zip (const WeirExpr *expr,
          WeirEval       *eval,
          WeirColumn    **args,
          WeirSel         sel,
          guint           n_rows)
{
  guint                   n = expr->n_args;
  WeirType               *entry = expr->type->fields[0].type;
  g_autofree GArray     **idx = g_new (GArray *, MAX (n, 1));
  g_autofree WeirArg     *own = g_new (WeirArg, MAX (n, 1));
  g_autofree WeirColumn **fields = g_new (WeirColumn *, MAX (n, 1));
  guint32                 total = 0, none = G_MAXUINT32;
  WeirOut                 out;
  WeirColumn             *child;

  _weir_out_init (&out, expr->type, n_rows);
  for (guint i = 0; i < n; i++)
    {
      idx[i] = g_array_new (FALSE, FALSE, sizeof (guint32));
      own[i] = weir_arg (args[i]);
    }
  WEIR_FOREACH_ROW (sel, row)
  {
    guint32 length = 0;

    for (guint i = 0; i < n; i++)
      length = MAX (length, weir_arg_at (own[i], WeirListView, row).length);
    for (guint i = 0; i < n; i++)
      {
        WeirListView view = weir_arg_at (own[i], WeirListView, row);

        for (guint32 k = 0; k < length; k++)
          {
            guint32 element = k < view.length ? view.offset + k : none;

            g_array_append_val (idx[i], element);
          }
      }
    weir_out_values (&out, WeirListView)[row] = (WeirListView){ total, length };
    total += length;
  }
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (WeirColumn) gathered = weir_column_gather_nullable (own[i].column->children[0], (const guint32 *)(void *)idx[i]->data, total);

      fields[i] = flat_of (gathered, entry->fields[i].type);
      g_array_unref (idx[i]);
    }
  child = weir_column_new_struct (entry, total, fields, NULL);
  for (guint i = 0; i < n; i++)
    weir_column_unref (fields[i]);
  return _weir_out_finish_nested (&out, &child);
}

static WeirType *
bind_zip (WeirBind *bind,
          GError  **error)
{
  g_autofree WeirField *fields = g_new0 (WeirField, MAX (bind->n_args, 1));
  g_autoptr (WeirType)  entry = NULL;

  for (guint i = 0; i < bind->n_args; i++)
    {
      if (bind->args[i]->type->kind != WEIR_TYPE_ARRAY)
        {
          for (guint k = 0; k < i; k++)
            g_free (fields[k].name);
          return _weir_bind_mismatch (bind, i, "ARRAY", error), NULL;
        }
      fields[i].name = bind->args[i]->kind == WEIR_EXPR_COLUMN ? g_strdup (_weir_expr_name (bind->args[i])) : g_strdup_printf ("%u", i);
      fields[i].type = bind->args[i]->type->fields[0].type;
      fields[i].nullable = TRUE;
    }
  entry = weir_type_new_struct (fields, bind->n_args);
  for (guint i = 0; i < bind->n_args; i++)
    g_free (fields[i].name);
  return weir_type_new_array (entry, FALSE);
}

/* Generators ------------------------------------------------------------------------------------------------------ */

static WeirType *
rows_type (WeirField *fields,
           guint      n)
{
  g_autoptr (WeirType) row = weir_type_new_struct (fields, n);

  return weir_type_new_array (row, FALSE);
}

static gboolean
with_position (const WeirFunction *function)
{
  return g_str_has_prefix (function->name, "pos");
}

static WeirType *
bind_explode (WeirBind *bind,
              GError  **error)
{
  WeirType *type = bind->args[0]->type;
  gboolean  outer = g_str_has_suffix (bind->function->name, "_outer");
  WeirField fields[3] = { { NULL } };
  guint     n = 0;

  if (type->kind != WEIR_TYPE_ARRAY && type->kind != WEIR_TYPE_MAP)
    return _weir_bind_mismatch (bind, 0, "ARRAY\" or \"MAP", error), NULL;
  if (with_position (bind->function))
    fields[n++] = (WeirField){ (char *)"pos", WEIR_INT, outer, NULL };
  if (type->kind == WEIR_TYPE_ARRAY)
    fields[n++] = (WeirField){ (char *)"col", type->fields[0].type, outer || type->fields[0].nullable, NULL };
  else
    {
      fields[n++] = (WeirField){ (char *)"key", type->fields[0].type, outer, NULL };
      fields[n++] = (WeirField){ (char *)"value", type->fields[1].type, outer || type->fields[1].nullable, NULL };
    }
  return rows_type (fields, n);
}

static WeirColumn *
positions (const WeirColumn *list,
           WeirSel           sel,
           guint             n)
{
  const WeirListView *views = list->values;
  WeirOut             out;

  _weir_out_init (&out, WEIR_INT, n);
  memset (out.values, 0, n * sizeof (gint32));
  WEIR_FOREACH_ROW (sel, row)
  {
    for (guint32 k = 0; k < views[row].length; k++)
      weir_out_values (&out, gint32)[views[row].offset + k] = (gint32)k;
  }
  return _weir_out_finish (&out);
}

static WeirColumn *
eval_explode (const WeirExpr *expr,
              WeirEval       *eval,
              WeirColumn    **args,
              WeirSel         sel,
              guint           n_rows)
{
  g_autoptr (WeirColumn) flat = weir_column_flatten (args[0]);
  WeirType              *row_type = expr->type->fields[0].type;
  guint                  n_elements = flat->n_children > 0 ? flat->children[0]->n_rows : 0, n = 0;
  WeirColumn            *fields[3];
  WeirOut                out;
  WeirColumn            *child;

  _weir_out_init (&out, expr->type, n_rows);
  if (n_rows > 0)
    memcpy (out.values, flat->values, n_rows * sizeof (WeirListView));
  if (with_position (expr->function))
    fields[n++] = positions (flat, sel, n_elements);
  for (guint i = 0; i < flat->n_children; i++)
    fields[n++] = weir_column_ref (flat->children[i]);
  child = weir_column_new_struct (row_type, n_elements, fields, NULL);
  for (guint i = 0; i < n; i++)
    weir_column_unref (fields[i]);
  return _weir_out_finish_nested (&out, &child);
}

static WeirType *
bind_inline (WeirBind *bind,
             GError  **error)
{
  WeirType *type = bind->args[0]->type;

  if (type->kind != WEIR_TYPE_ARRAY || type->fields[0].type->kind != WEIR_TYPE_STRUCT)
    return _weir_bind_mismatch (bind, 0, "ARRAY<STRUCT>", error), NULL;
  return weir_type_ref (type);
}

static WeirColumn *
eval_inline (const WeirExpr *expr,
             WeirEval       *eval,
             WeirColumn    **args,
             WeirSel         sel,
             guint           n_rows)
{
  return weir_column_ref (args[0]);
}

static gint32
constant_n (WeirBind *bind)
{
  g_autoptr (WeirColumn) column = _weir_bind_constant (bind, 0);

  return column == NULL || column->type->kind != WEIR_TYPE_INT || weir_column_is_null (column, 0) ? 0 : weir_column_values (column, gint32)[0];
}

/* stack(n, a, b, …): the values in n rows. Those of one column get one type; a missing last one is NULL. */
static WeirType *
bind_stack (WeirBind *bind,
            GError  **error)
{
  gint32                n_rows = constant_n (bind);
  guint                 n_values = bind->n_args - 1, n_columns;
  g_autofree WeirField *fields = NULL;
  WeirType             *type = NULL;
  gboolean              fine = TRUE;

  if (n_rows < 1)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", bind->span,
                      "Cannot resolve \"stack\" due to data type mismatch: the input `n` should be a foldable \"INT\" expression."),
           NULL;
  n_columns = (n_values + (guint)n_rows - 1) / (guint)n_rows;
  while (n_columns > 0 && (bind->n_args - 1) % n_columns != 0)
    _weir_bind_append (bind, weir_expr_new_null (WEIR_VOID));
  fields = g_new0 (WeirField, MAX (n_columns, 1));
  for (guint c = 0; c < n_columns; c++)
    {
      fields[c].name = g_strdup_printf ("col%u", c);
      fields[c].nullable = TRUE;
      fields[c].type = weir_type_ref (WEIR_VOID);
      for (guint i = 1 + c; fine && i < bind->n_args; i += n_columns)
        {
          WeirType *wider = weir_type_common (fields[c].type, bind->args[i]->type);

          if (wider == NULL)
            {
              g_autofree char *required = weir_type_to_sql (fields[c].type);

              fine = _weir_bind_mismatch (bind, i, required, error);
              break;
            }
          weir_type_unref (fields[c].type);
          fields[c].type = wider;
        }
      for (guint i = 1 + c; fine && i < bind->n_args; i += n_columns)
        bind->args[i] = _weir_expr_cast (bind->args[i], fields[c].type, FALSE);
    }
  if (fine)
    type = rows_type (fields, n_columns);
  for (guint c = 0; c < n_columns; c++)
    {
      g_free (fields[c].name);
      weir_type_unref (fields[c].type);
    }
  return type;
}

static WeirColumn *
eval_stack (const WeirExpr *expr,
            WeirEval       *eval,
            WeirColumn    **args,
            WeirSel         sel,
            guint           n_rows)
{
  WeirType               *row_type = expr->type->fields[0].type;
  guint                   n_columns = row_type->n_fields;
  guint                   n_lines = n_columns > 0 ? (expr->n_args - 1) / n_columns : 0;
  g_autofree guint32     *idx = g_new (guint32, MAX (n_rows * n_lines, 1));
  g_autofree WeirColumn **fields = g_new (WeirColumn *, MAX (n_columns, 1));
  g_autofree WeirColumn **lines = g_new (WeirColumn *, MAX (n_lines, 1));
  WeirOut                 out;
  WeirColumn             *child;

  _weir_out_init (&out, expr->type, n_rows);
  for (guint row = 0; row < n_rows; row++)
    {
      weir_out_values (&out, WeirListView)[row] = (WeirListView){ row * n_lines, n_lines };
      for (guint line = 0; line < n_lines; line++)
        idx[row * n_lines + line] = line * n_rows + row;
    }
  for (guint c = 0; c < n_columns; c++)
    {
      g_autoptr (WeirColumn) all = NULL;

      for (guint line = 0; line < n_lines; line++)
        lines[line] = flat_of (args[1 + line * n_columns + c], row_type->fields[c].type);
      all = weir_column_concat (lines, n_lines);
      fields[c] = weir_column_gather (all, idx, n_rows * n_lines);
      for (guint line = 0; line < n_lines; line++)
        weir_column_unref (lines[line]);
    }
  child = weir_column_new_struct (row_type, n_rows * n_lines, fields, NULL);
  for (guint c = 0; c < n_columns; c++)
    weir_column_unref (fields[c]);
  return _weir_out_finish_nested (&out, &child);
}

#define EXPLODE(name_, doc_)                                                                                                                                                                                                                                                 \
  {                                                                                                                                                                                                                                                                          \
    .name = name_, .group = "generator", .signature = name_ "(collection)", .doc = doc_, .example = "SELECT " name_ "(array(10, 20))", .n_args_min = 1, .n_args_max = 1, .flags = WEIR_FUNCTION_GENERATOR | WEIR_FUNCTION_STRICT, .bind = bind_explode, .eval = eval_explode \
  }
#define INLINE(name_, doc_)                                                                                                                                                                                                                                                                     \
  {                                                                                                                                                                                                                                                                                             \
    .name = name_, .group = "generator", .signature = name_ "(structs)", .doc = doc_, .example = "SELECT " name_ "(array(struct(1, 'a'), struct(2, 'b')))", .n_args_min = 1, .n_args_max = 1, .flags = WEIR_FUNCTION_GENERATOR | WEIR_FUNCTION_STRICT, .bind = bind_inline, .eval = eval_inline \
  }

static const WeirFunction functions[] = {
  { .name = "struct", .group = "struct", .signature = "struct(a, b, …)", .doc = "A struct of the values.", .example = "SELECT struct(1, 2, 3)", .n_args_min = 0, .n_args_max = -1, .bind = bind_struct, .eval = eval_struct },
  { .name = "named_struct", .group = "struct", .signature = "named_struct(name, value, …)", .doc = "A struct of named values.", .example = "SELECT named_struct('a', 1, 'b', 2)", .n_args_min = 0, .n_args_max = -1, .bind = bind_named_struct, .eval = eval_struct },
  { .name = "arrays_zip", .group = "array", .signature = "arrays_zip(a, b, …)", .doc = "An array of structs, one of the elements at each place.", .example = "SELECT arrays_zip(array(1, 2, 3), array(2, 3, 4))", .n_args_min = 0, .n_args_max = -1, .flags = WEIR_FUNCTION_STRICT, .bind = bind_zip, .eval = eval_zip },
  EXPLODE ("explode", "A row for each element or entry."),
  EXPLODE ("explode_outer", "A row for each element or entry; a row of NULLs when there is none."),
  EXPLODE ("posexplode", "A row for each element or entry, with its position from 0."),
  EXPLODE ("posexplode_outer", "A row for each element or entry, with its position; a row of NULLs when there is none."),
  INLINE ("inline", "A row for each struct."),
  INLINE ("inline_outer", "A row for each struct; a row of NULLs when there is none."),
  { .name = "stack", .group = "generator", .signature = "stack(n, a, b, …)", .doc = "The values in n rows.", .example = "SELECT stack(2, 1, 2, 3)", .n_args_min = 2, .n_args_max = -1, .flags = WEIR_FUNCTION_GENERATOR, .bind = bind_stack, .eval = eval_stack },
};

const WeirFamily _weir_family_struct = { functions, G_N_ELEMENTS (functions) };
