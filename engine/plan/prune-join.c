/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/prune-private.h"

/*
 * Pruning of the nodes with two children. A join numbers the columns of its right side behind those of the left, so both sides' places are
 * put together; a union's sides must end with the same columns. _weir_prune_narrow() also serves other operations that keep what they get as state.
 */

static void
join_places (const WeirPlan   *plan,
             const WeirPlaces *left,
             const WeirPlaces *right,
             WeirPlaces       *places)
{
  *places = _weir_new_places (plan->schema->n_fields);
  for (guint i = 0; i < places->n; i++)
    {
      const WeirPlace *place = i < left->n ? &left->places[i] : &right->places[i - left->n];

      places->places[i].index = place->index;
      if (place->index != G_MAXUINT && i >= left->n)
        places->places[i].index += plan->children[0]->schema->n_fields;
      places->places[i].fields = _weir_copy_fields (place->fields, plan->schema->fields[i].type);
    }
}

static void
move_join (WeirPlan         *plan,
           const WeirPlaces *left,
           const WeirPlaces *right)
{
  WeirColumnMove sides[] = { { left, plan->children[0], NULL, NULL }, { right, plan->children[1], NULL, NULL } };
  WeirColumnMove both = { left, plan->children[0], right, plan->children[1] };

  for (guint i = 0; i < plan->join.n_equi; i++)
    for (guint side = 0; side < 2; side++)
      {
        WeirExpr **key = side == 0 ? &plan->join.left_keys[i] : &plan->join.right_keys[i];
        WeirExpr  *moved = weir_expr_map (*key, _weir_move_column, &sides[side]);

        weir_expr_unref (*key);
        *key = moved;
      }
  if (plan->join.residual != NULL)
    {
      WeirExpr *moved = weir_expr_map (plan->join.residual, _weir_move_column, &both);

      weir_expr_unref (plan->join.residual);
      plan->join.residual = moved;
    }
}

/* What an operation with state need not know it does not get, an event time least of all: the watermark is about the one that it knows. */
WeirPlan *
_weir_prune_narrow (WeirPlan        *child,
                    const WeirNeeds *needs,
                    WeirPlaces      *places)
{
  guint                   n_columns = child->schema->n_fields, n = 0;
  g_autofree gboolean    *kept = g_new0 (gboolean, MAX (n_columns, 1));
  g_autofree guint       *moved = g_new (guint, MAX (n_columns, 1));
  g_autofree WeirExpr   **exprs = g_new (WeirExpr *, MAX (n_columns, 1));
  g_autofree const char **names = g_new (const char *, MAX (n_columns, 1));
  WeirPlan               *project;

  for (guint i = 0; i < needs->n; i++)
    if (_weir_is_needed (&needs->needs[i]))
      kept[places->places[i].index] = TRUE;
  for (guint c = 0; c < n_columns; c++)
    {
      const WeirField *field = &child->schema->fields[c];

      moved[c] = kept[c] ? n : G_MAXUINT;
      if (!kept[c])
        continue;
      names[n] = field->name;
      exprs[n++] = weir_expr_new_column (c, field->type, field->nullable, field->name);
    }
  if (n == n_columns)
    {
      for (guint i = 0; i < n; i++)
        weir_expr_unref (exprs[i]);
      return child;
    }
  project = _weir_plan_new_project (child, exprs, n, names);
  project->span = child->span;
  for (guint i = 0; i < places->n; i++)
    if (places->places[i].index != G_MAXUINT)
      places->places[i].index = moved[places->places[i].index];
  return project;
}

WeirPlan *
_weir_prune_join (WeirPlan        *plan,
                  const WeirNeeds *needs,
                  WeirPlaces      *places,
                  WeirZone        *zone)
{
  WeirNeeds  left = _weir_new_needs (plan->children[0]), right = _weir_new_needs (plan->children[1]);
  WeirPlaces left_moved, right_moved;

  _weir_pass_needs (needs, 0, &left, plan->children[0]);
  if (needs->n > left.n)
    _weir_pass_needs (needs, left.n, &right, plan->children[1]);
  for (guint i = 0; i < plan->join.n_equi; i++)
    {
      _weir_need_expr (plan->join.left_keys[i], &left, 0);
      _weir_need_expr (plan->join.right_keys[i], &right, 0);
    }
  _weir_need_expr (plan->join.residual, &left, 0);
  _weir_need_expr (plan->join.residual, &right, left.n);
  plan->children[0] = _weir_prune (plan->children[0], &left, &left_moved, zone);
  plan->children[1] = _weir_prune (plan->children[1], &right, &right_moved, zone);
  if (plan->children[0]->is_streaming && plan->children[1]->is_streaming)
    {
      plan->children[0] = _weir_prune_narrow (plan->children[0], &left, &left_moved);
      plan->children[1] = _weir_prune_narrow (plan->children[1], &right, &right_moved);
    }
  join_places (plan, &left_moved, &right_moved, places);
  move_join (plan, &left_moved, &right_moved);
  _weir_plan_derive (plan);
  _weir_clear_needs (&left);
  _weir_clear_needs (&right);
  _weir_clear_places (&left_moved);
  _weir_clear_places (&right_moved);
  return plan;
}

/* Both sides must end with the same columns: exactly those that are needed. */
WeirPlan *
_weir_prune_union (WeirPlan        *plan,
                   const WeirNeeds *needs,
                   WeirPlaces      *places,
                   WeirZone        *zone)
{
  WeirNeeds whole = _weir_new_needs (plan);
  guint     n = 0;

  *places = _weir_new_places (needs->n);
  for (guint i = 0; i < needs->n; i++)
    {
      whole.needs[i].whole = _weir_is_needed (&needs->needs[i]);
      places->places[i].index = whole.needs[i].whole ? n++ : G_MAXUINT;
    }
  for (guint side = 0; side < 2; side++)
    {
      g_autofree WeirExpr **exprs = g_new0 (WeirExpr *, MAX (n, 1));
      WeirPlaces            moved;
      WeirPlan             *child = _weir_prune (plan->children[side], &whole, &moved, zone);

      if (child->schema->n_fields != n)
        {
          for (guint i = 0, k = 0; i < needs->n; i++)
            if (whole.needs[i].whole)
              exprs[k++] = _weir_plan_column (child, moved.places[i].index);
          child = _weir_plan_new_project (child, exprs, n, NULL);
        }
      plan->children[side] = child;
      _weir_clear_places (&moved);
    }
  _weir_clear_needs (&whole);
  _weir_plan_derive (plan);
  return plan;
}
