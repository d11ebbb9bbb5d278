/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/analyzer-private.h"

/* UNION, INTERSECT, EXCEPT. The last two are null-safe semi and anti joins of distinct rows. */

static const char *const names[] = { "UNION", "INTERSECT", "EXCEPT" };

static gboolean
fail_width (WeirAnalyzer      *self,
            const WeirSqlBody *body,
            guint              left,
            guint              right,
            GError           **error)
{
  g_autofree char *first = g_strdup_printf ("%u", left);
  g_autofree char *second = g_strdup_printf ("%u", right);

  return _weir_an_fail (self, error, "NUM_COLUMNS_MISMATCH", body->set_op.right->span,
                        "%s can only be performed on inputs with the same number of columns, but the first input has %s columns and the second input has "
                        "%s columns.",
                        (const char *[]){ "operator", names[body->set_op.op], "firstNumColumns", first, "invalidNumColumns", second, NULL });
}

static gboolean
fail_type (WeirAnalyzer      *self,
           const WeirSqlBody *body,
           guint              column,
           WeirType          *left,
           WeirType          *right,
           GError           **error)
{
  g_autofree char *index = g_strdup_printf ("%u", column + 1);
  g_autofree char *a = weir_type_to_sql (left);
  g_autofree char *b = weir_type_to_sql (right);

  return _weir_an_fail (self, error, "INCOMPATIBLE_COLUMN_TYPE", body->set_op.right->span,
                        "%s can only be performed on tables with compatible column types. Column %s of the second table is \"%s\" type which is not "
                        "compatible with \"%s\" at the same column of the first table.",
                        (const char *[]){ "operator", names[body->set_op.op], "columnOrdinalNumber", index, "dataType1", b, "dataType2", a, NULL });
}

/* @plan with its columns cast to @types. Takes @plan. */
static WeirPlan *
cast_columns (WeirPlan  *plan,
              WeirType **types)
{
  guint                   n = plan->schema->n_fields;
  g_autofree WeirExpr   **exprs = g_new0 (WeirExpr *, MAX (n, 1));
  g_autofree const char **own = g_new0 (const char *, MAX (n, 1));
  gboolean                same = TRUE;

  for (guint i = 0; i < n; i++)
    same &= weir_type_equal (plan->schema->fields[i].type, types[i]);
  if (same)
    return plan;
  for (guint i = 0; i < n; i++)
    {
      own[i] = plan->schema->fields[i].name;
      exprs[i] = weir_expr_coerce (_weir_plan_column (plan, i), types[i]);
      if (exprs[i] == NULL)
        exprs[i] = weir_expr_new_cast (_weir_plan_column (plan, i), types[i], FALSE);
    }
  return _weir_plan_new_project (plan, exprs, n, own);
}

/* Both sides to common types. They stay the caller's, in place. */
static gboolean
unify (WeirAnalyzer      *self,
       const WeirSqlBody *body,
       WeirPlan         **left,
       WeirPlan         **right,
       GError           **error)
{
  guint                 n = (*left)->schema->n_fields;
  g_autoptr (GPtrArray) types = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_type_unref);

  if (n != (*right)->schema->n_fields)
    return fail_width (self, body, n, (*right)->schema->n_fields, error);
  for (guint i = 0; i < n; i++)
    {
      WeirType *a = (*left)->schema->fields[i].type, *b = (*right)->schema->fields[i].type;
      WeirType *common = weir_type_common (a, b);

      if (common == NULL)
        return fail_type (self, body, i, a, b, error);
      g_ptr_array_add (types, common);
    }
  *left = cast_columns (*left, (WeirType **)types->pdata);
  *right = cast_columns (*right, (WeirType **)types->pdata);
  return TRUE;
}

static WeirPlan *
keep_rows (WeirPlan *left,
           WeirPlan *right,
           gboolean  present)
{
  guint     n = left->schema->n_fields;
  WeirPlan *join = _weir_plan_new_join (left, right, present ? WEIR_JOIN_SEMI : WEIR_JOIN_ANTI, NULL);

  join->join.n_equi = n;
  join->join.left_keys = g_new0 (WeirExpr *, n);
  join->join.right_keys = g_new0 (WeirExpr *, n);
  join->join.null_safe = g_new0 (gboolean, n);
  for (guint i = 0; i < n; i++)
    {
      join->join.left_keys[i] = _weir_plan_column (left, i);
      join->join.right_keys[i] = _weir_plan_column (right, i);
      join->join.null_safe[i] = TRUE;
    }
  return _weir_plan_distinct (join);
}

static gboolean
check_kind (WeirAnalyzer      *self,
            const WeirSqlBody *body,
            const WeirPlan    *left,
            const WeirPlan    *right,
            GError           **error)
{
  if (body->set_op.op == WEIR_SQL_SET_OP_UNION)
    return TRUE;
  if (body->set_op.op == WEIR_SQL_SET_OP_INTERSECT && (left->is_streaming || right->is_streaming))
    return _weir_an_fail (self, error, "UNSUPPORTED_FEATURE.STREAMING_OPERATION", body->set_op.op_span,
                          "Intersect of streaming DataFrames/Datasets is not supported", NULL);
  if (body->set_op.op == WEIR_SQL_SET_OP_EXCEPT && right->is_streaming)
    return _weir_an_fail (self, error, "UNSUPPORTED_FEATURE.STREAMING_OPERATION", body->set_op.op_span,
                          "Except on a streaming DataFrame/Dataset on the right is not supported", NULL);
  if (body->set_op.all)
    return _weir_fail_unsupported_here (self, error, body->set_op.op_span, "INTERSECT ALL and EXCEPT ALL");
  return TRUE;
}

WeirRel *
_weir_analyze_set_op (WeirAnalyzer      *self,
                      const WeirSqlBody *body,
                      GError           **error)
{
  WeirRel             *rel = _weir_analyze_body (self, body->set_op.left, error);
  g_autoptr (WeirPlan) left = rel != NULL ? _weir_rel_finish (rel) : NULL;
  g_autoptr (WeirPlan) right = NULL;
  WeirPlan            *plan;

  if (left == NULL)
    return NULL;
  rel = _weir_analyze_body (self, body->set_op.right, error);
  if (rel == NULL)
    return NULL;
  right = _weir_rel_finish (rel);
  if (!unify (self, body, &left, &right, error) || !check_kind (self, body, left, right, error))
    return NULL;
  if (body->set_op.op != WEIR_SQL_SET_OP_UNION)
    plan = keep_rows (g_steal_pointer (&left), g_steal_pointer (&right), body->set_op.op == WEIR_SQL_SET_OP_INTERSECT);
  else
    {
      plan = _weir_plan_new_union (g_steal_pointer (&left), g_steal_pointer (&right));
      plan->span = _weir_an_span (self, body->set_op.op_span);
      if (!body->set_op.all)
        plan = _weir_plan_distinct (plan);
    }
  plan->span = _weir_an_span (self, body->set_op.op_span);
  return _weir_rel_new (plan, NULL);
}
