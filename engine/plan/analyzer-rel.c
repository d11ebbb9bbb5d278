/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/analyzer-private.h"

/* Relations during analysis: a plan and the names of its columns. */

static void
clear_column (gpointer data)
{
  WeirRelColumn *column = data;

  g_free (column->qualifier);
  g_free (column->name);
}

GArray *
_weir_rel_columns_new (void)
{
  GArray *columns = g_array_new (FALSE, TRUE, sizeof (WeirRelColumn));

  g_array_set_clear_func (columns, clear_column);
  return columns;
}

WeirRel *
_weir_rel_new (WeirPlan   *plan,
               const char *qualifier)
{
  WeirRel *rel = g_new0 (WeirRel, 1);

  rel->plan = plan;
  rel->window_column = -1;
  rel->columns = _weir_rel_columns_new ();
  for (guint i = 0; i < plan->schema->n_fields; i++)
    _weir_rel_add (rel, qualifier, plan->schema->fields[i].name, i, FALSE);
  return rel;
}

void
_weir_rel_free (WeirRel *rel)
{
  g_clear_pointer (&rel->plan, weir_plan_unref);
  g_array_unref (rel->columns);
  g_free (rel);
}

void
_weir_rel_add (WeirRel    *rel,
               const char *qualifier,
               const char *name,
               guint       index,
               guint       hidden)
{
  WeirRelColumn column = { g_strdup (qualifier), g_strdup (name), index, hidden };

  g_array_append_val (rel->columns, column);
}

WeirPlan *
_weir_rel_steal_plan (WeirRel *rel)
{
  return g_steal_pointer (&rel->plan);
}

WeirExpr *
_weir_rel_expr (const WeirRel *rel,
                guint          index)
{
  const WeirPlan *plan = rel->plan;

  if (plan->kind == WEIR_PLAN_JOIN && index >= plan->schema->n_fields)
    {
      const WeirField *field = &plan->children[1]->schema->fields[index - plan->schema->n_fields];

      return weir_expr_new_column (index, field->type, field->nullable, field->name);
    }
  return _weir_plan_column (plan, index);
}

gboolean
_weir_name_equal (const char *a,
                  const char *b)
{
  g_autofree char *x = NULL;
  g_autofree char *y = NULL;

  if (g_ascii_strcasecmp (a, b) == 0)
    return TRUE;
  if (g_str_is_ascii (a) && g_str_is_ascii (b))
    return FALSE;
  x = g_utf8_casefold (a, -1);
  y = g_utf8_casefold (b, -1);
  return g_str_equal (x, y);
}

static gboolean
fail_count (WeirAnalyzer *self,
            guint         expected,
            guint         given,
            WeirSpan      span,
            GError      **error)
{
  g_autofree char *columns = g_strdup_printf ("%u", expected);
  g_autofree char *names = g_strdup_printf ("%u", given);

  return _weir_an_fail (self, error, "ASSIGNMENT_ARITY_MISMATCH", span,
                        "Number of column aliases does not match number of columns. Number of column aliases: %s; number of columns: %s.",
                        (const char *[]){ "numExpr", names, "numTarget", columns, NULL });
}

gboolean
_weir_rel_rename (WeirAnalyzer       *self,
                  WeirRel            *rel,
                  const char         *qualifier,
                  const WeirSqlIdent *names,
                  guint               n_names,
                  WeirSpan            span,
                  GError            **error)
{
  g_autoptr (GArray) old = g_steal_pointer (&rel->columns);
  guint              n = 0;

  rel->columns = _weir_rel_columns_new ();
  rel->window_column = -1;
  for (guint i = 0; i < old->len; i++)
    {
      const WeirRelColumn *column = &g_array_index (old, WeirRelColumn, i);

      if (column->hidden == WEIR_REL_METADATA)
        _weir_rel_add (rel, qualifier, column->name, column->index, column->hidden);
      if (column->hidden)
        continue;
      _weir_rel_add (rel, qualifier, n < n_names ? names[n].name : column->name, column->index, FALSE);
      n++;
    }
  if (n_names > 0 && n_names != n)
    return fail_count (self, n, n_names, span, error);
  return TRUE;
}

WeirPlan *
_weir_rel_finish (WeirRel *rel)
{
  g_autoptr (GPtrArray) exprs = g_ptr_array_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  WeirPlan             *plan = rel->plan;
  gboolean              same = TRUE;

  for (guint i = 0; i < rel->columns->len; i++)
    {
      const WeirRelColumn *column = &g_array_index (rel->columns, WeirRelColumn, i);

      if (column->hidden)
        continue;
      same &= column->index == exprs->len && g_strcmp0 (column->name, plan->schema->fields[column->index].name) == 0;
      g_ptr_array_add (exprs, _weir_plan_column (plan, column->index));
      g_ptr_array_add (names, column->name);
    }
  plan = _weir_rel_steal_plan (rel);
  if (!same || exprs->len != plan->schema->n_fields)
    plan = _weir_plan_new_project (plan, (WeirExpr **)exprs->pdata, exprs->len, (const char *const *)names->pdata);
  else
    g_ptr_array_set_free_func (exprs, (GDestroyNotify)weir_expr_unref);
  _weir_rel_free (rel);
  return plan;
}
