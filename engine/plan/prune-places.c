/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/prune-private.h"

/*
 * The book-keeping of column pruning: what an expression reads of the columns below it, and how it follows them to their new places.
 * A struct of which only fields are read stays a struct, perhaps a narrower one; its fields have places of their own.
 */

/* ---- needs ------------------------------------------------------------------------------------------------------ */

WeirNeeds
_weir_new_needs (const WeirPlan *plan)
{
  return (WeirNeeds){ plan->schema->n_fields, g_new0 (WeirNeed, MAX (plan->schema->n_fields, 1)) };
}

void
_weir_clear_needs (WeirNeeds *needs)
{
  for (guint i = 0; i < needs->n; i++)
    g_free (needs->needs[i].fields);
  g_free (needs->needs);
}

void
_weir_clear_places (WeirPlaces *places)
{
  for (guint i = 0; i < places->n; i++)
    g_free (places->places[i].fields);
  g_free (places->places);
}

gboolean
_weir_is_needed (const WeirNeed *need)
{
  return need->whole || need->fields != NULL;
}

static void
need_field (WeirNeed       *need,
            const WeirType *type,
            guint           field)
{
  if (need->fields == NULL)
    need->fields = g_new0 (gboolean, MAX (type->n_fields, 1));
  need->fields[field] = TRUE;
}

/* Column @index of the child is needed as much as @need says. */
void
_weir_merge_need (WeirNeeds      *needs,
                  guint           index,
                  const WeirNeed *need,
                  const WeirType *type)
{
  needs->needs[index].whole |= need->whole;
  for (guint i = 0; need->fields != NULL && i < type->n_fields; i++)
    if (need->fields[i])
      need_field (&needs->needs[index], type, i);
}

/* Columns from @offset on are those of @needs. */
void
_weir_need_expr (const WeirExpr *expr,
                 WeirNeeds      *needs,
                 guint           offset)
{
  if (expr == NULL)
    return;
  if (expr->kind == WEIR_EXPR_COLUMN)
    {
      if (expr->index >= offset && expr->index - offset < needs->n)
        needs->needs[expr->index - offset].whole = TRUE;
      return;
    }
  if (expr->kind == WEIR_EXPR_FIELD && expr->args[0]->kind == WEIR_EXPR_COLUMN && expr->args[0]->index < WEIR_LAMBDA_BASE)
    {
      const WeirExpr *column = expr->args[0];

      if (column->index >= offset && column->index - offset < needs->n)
        need_field (&needs->needs[column->index - offset], column->type, expr->index);
      return;
    }
  for (guint i = 0; i < expr->n_args; i++)
    _weir_need_expr (expr->args[i], needs, offset);
}

void
_weir_pass_needs (const WeirNeeds *from,
                  guint            first,
                  WeirNeeds       *to,
                  const WeirPlan  *child)
{
  for (guint i = 0; i < to->n; i++)
    _weir_merge_need (to, i, &from->needs[first + i], child->schema->fields[i].type);
}

/* ---- places ----------------------------------------------------------------------------------------------------- */

WeirPlaces
_weir_new_places (guint n)
{
  WeirPlaces places = { n, g_new0 (WeirPlace, MAX (n, 1)) };

  for (guint i = 0; i < n; i++)
    places.places[i].index = i;
  return places;
}

guint *
_weir_copy_fields (const guint    *fields,
                   const WeirType *type)
{
  return fields != NULL ? g_memdup2 (fields, MAX (type->n_fields, 1) * sizeof *fields) : NULL;
}

static const WeirPlace *
place_of (const WeirColumnMove *move,
          guint                 index,
          const WeirField     **field,
          guint                *new_index)
{
  const WeirPlace *place;
  const WeirPlan  *child = move->left_child;

  if (index < move->left->n)
    {
      place = &move->left->places[index];
      *new_index = place->index;
    }
  else if (move->right != NULL && index - move->left->n < move->right->n)
    {
      place = &move->right->places[index - move->left->n];
      child = move->right_child;
      *new_index = place->index + move->left_child->schema->n_fields;
    }
  else
    return NULL;
  *field = &child->schema->fields[place->index];
  return place;
}

WeirExpr *
_weir_move_column (const WeirExpr *expr,
                   gpointer        data)
{
  const WeirColumnMove *move = data;
  const WeirExpr       *column = expr->kind == WEIR_EXPR_FIELD ? expr->args[0] : expr;
  const WeirField      *field;
  const WeirPlace      *place;
  WeirExpr             *moved;
  guint                 index;

  if (column->kind != WEIR_EXPR_COLUMN || column->index >= WEIR_LAMBDA_BASE)
    return NULL;
  place = place_of (move, column->index, &field, &index);
  if (place == NULL || (expr == column && index == column->index && place->fields == NULL))
    return NULL;
  moved = weir_expr_new_column (index, field->type, column->nullable, column->name);
  moved->span = column->span;
  if (expr == column)
    return moved;
  moved = weir_expr_new_field (moved, place->fields != NULL ? place->fields[expr->index] : expr->index);
  moved = weir_expr_with_name (moved, expr->name);
  moved->span = expr->span;
  return moved;
}

void
_weir_move_exprs (WeirPlan         *plan,
                  const WeirPlaces *places)
{
  WeirColumnMove move = { places, plan->children[0], NULL, NULL };

  _weir_plan_map_exprs (plan, _weir_move_column, &move);
}
