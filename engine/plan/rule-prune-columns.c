/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/*
 * Only what somebody reads is computed and decoded: needs go down from the root, column by column and for structs field by field; on
 * the way back up every expression follows the columns to their new places. Scans end with `needed`, and from_json() with a schema
 * of the fields that are read.
 */

/* What is read of one column. */
typedef struct
{
  gboolean  whole;
  gboolean *fields; /* Owned, nullable: n_fields of a struct */
} Need;

/* Where a column went. */
typedef struct
{
  guint  index;  /* G_MAXUINT: gone */
  guint *fields; /* Owned, nullable: new places of the fields; G_MAXUINT: gone */
} Place;

typedef struct
{
  guint n;
  Need *needs;
} Needs;

typedef struct
{
  guint  n;
  Place *places;
} Places;

static WeirPlan *prune (WeirPlan *plan, const Needs *needs, Places *places, WeirZone *zone);

/* ---- needs ------------------------------------------------------------------------------------------------------ */

static Needs
new_needs (const WeirPlan *plan)
{
  return (Needs){ plan->schema->n_fields, g_new0 (Need, MAX (plan->schema->n_fields, 1)) };
}

static void
clear_needs (Needs *needs)
{
  for (guint i = 0; i < needs->n; i++)
    g_free (needs->needs[i].fields);
  g_free (needs->needs);
}

static void
clear_places (Places *places)
{
  for (guint i = 0; i < places->n; i++)
    g_free (places->places[i].fields);
  g_free (places->places);
}

static gboolean
is_needed (const Need *need)
{
  return need->whole || need->fields != NULL;
}

static void
need_field (Need           *need,
            const WeirType *type,
            guint           field)
{
  if (need->fields == NULL)
    need->fields = g_new0 (gboolean, MAX (type->n_fields, 1));
  need->fields[field] = TRUE;
}

/* Column @index of the child is needed as much as @need says. */
static void
merge_need (Needs          *needs,
            guint           index,
            const Need     *need,
            const WeirType *type)
{
  needs->needs[index].whole |= need->whole;
  for (guint i = 0; need->fields != NULL && i < type->n_fields; i++)
    if (need->fields[i])
      need_field (&needs->needs[index], type, i);
}

/* Columns from @offset on are those of @needs. */
static void
need_expr (const WeirExpr *expr,
           Needs          *needs,
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
    need_expr (expr->args[i], needs, offset);
}

static void
pass_needs (const Needs    *from,
            guint           first,
            Needs          *to,
            const WeirPlan *child)
{
  for (guint i = 0; i < to->n; i++)
    merge_need (to, i, &from->needs[first + i], child->schema->fields[i].type);
}

/* ---- places ----------------------------------------------------------------------------------------------------- */

static Places
new_places (guint n)
{
  Places places = { n, g_new0 (Place, MAX (n, 1)) };

  for (guint i = 0; i < n; i++)
    places.places[i].index = i;
  return places;
}

static guint *
copy_fields (const guint    *fields,
             const WeirType *type)
{
  return fields != NULL ? g_memdup2 (fields, MAX (type->n_fields, 1) * sizeof *fields) : NULL;
}

typedef struct
{
  const Places   *left;
  const WeirPlan *left_child;
  const Places   *right; /* nullable: columns behind those of left */
  const WeirPlan *right_child;
} Move;

static const Place *
place_of (const Move       *move,
          guint             index,
          const WeirField **field,
          guint            *new_index)
{
  const Place    *place;
  const WeirPlan *child = move->left_child;

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

static WeirExpr *
move_node (const WeirExpr *expr,
           gpointer        data)
{
  const Move      *move = data;
  const WeirExpr  *column = expr->kind == WEIR_EXPR_FIELD ? expr->args[0] : expr;
  const WeirField *field;
  const Place     *place;
  WeirExpr        *moved;
  guint            index;

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

static void
move_exprs (WeirPlan     *plan,
            const Places *places)
{
  Move move = { places, plan->children[0], NULL, NULL };

  _weir_plan_map_exprs (plan, move_node, &move);
}

/* ---- from_json -------------------------------------------------------------------------------------------------- */

static gboolean
is_plain_name (const char *name)
{
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '_')
      return FALSE;
  return *name != '\0' && !g_ascii_isdigit (*name);
}

static gboolean
is_from_json (const WeirExpr *expr)
{
  return expr->kind == WEIR_EXPR_CALL && strcmp (expr->function->name, "from_json") == 0 && expr->n_args == 2 && expr->type->kind == WEIR_TYPE_STRUCT;
}

/* DDL of the fields that are needed, and their new places; NULL when it cannot or need not be said. */
static char *
pruned_ddl (const WeirType *type,
            const gboolean *fields,
            guint          *moved)
{
  GString *ddl = g_string_new (NULL);
  guint    n = 0;
  gboolean fine = TRUE;

  for (guint i = 0; i < type->n_fields; i++)
    {
      g_autofree char *text = NULL;

      moved[i] = G_MAXUINT;
      if (!fields[i])
        continue;
      text = weir_type_to_string (type->fields[i].type);
      fine &= is_plain_name (type->fields[i].name) && type->fields[i].type->kind < WEIR_TYPE_ARRAY;
      g_string_append_printf (ddl, "%s`%s` %s", n > 0 ? ", " : "", type->fields[i].name, text);
      moved[i] = n++;
    }
  if (fine && n > 0 && n < type->n_fields)
    return g_string_free (ddl, FALSE);
  g_string_free (ddl, TRUE);
  return NULL;
}

/* @expr (taken) decoding only @fields; *@moved when it changed. */
static WeirExpr *
prune_json (WeirExpr       *expr,
            const gboolean *fields,
            guint         **moved,
            WeirZone       *zone)
{
  g_autofree guint *places = g_new (guint, MAX (expr->type->n_fields, 1));
  g_autofree char  *ddl = is_from_json (expr) ? pruned_ddl (expr->type, fields, places) : NULL;
  WeirExpr         *args[2], *pruned;

  if (ddl == NULL)
    return expr;
  args[0] = weir_expr_ref (expr->args[0]);
  args[1] = weir_expr_new_string (ddl);
  pruned = weir_expr_new_call ("from_json", args, 2, expr->span, zone, NULL);
  if (pruned == NULL)
    return expr;
  pruned = weir_expr_with_name (pruned, expr->name);
  weir_expr_unref (expr);
  *moved = g_steal_pointer (&places);
  return pruned;
}

/* from_json(…).field as such. */
static WeirExpr *
prune_field_of_json (const WeirExpr *expr,
                     gpointer        data)
{
  g_autofree gboolean *fields = NULL;
  g_autofree guint    *moved = NULL;
  WeirExpr            *json, *field;

  if (expr->kind != WEIR_EXPR_FIELD || !is_from_json (expr->args[0]) || expr->args[0]->type->n_fields < 2)
    return NULL;
  fields = g_new0 (gboolean, expr->args[0]->type->n_fields);
  fields[expr->index] = TRUE;
  json = prune_json (weir_expr_ref (expr->args[0]), fields, &moved, data);
  field = weir_expr_new_field (json, moved != NULL ? moved[expr->index] : expr->index);
  field = weir_expr_with_name (field, expr->name);
  field->span = expr->span;
  return field;
}

/* ---- nodes ------------------------------------------------------------------------------------------------------ */

static WeirPlan *
prune_scan (WeirPlan    *plan,
            const Needs *needs,
            Places      *places)
{
  guint column = 0, n = 0;

  *places = new_places (needs->n);
  for (guint i = 0; i < plan->scan.table_schema->n_fields; i++)
    {
      if (!plan->scan.needed[i])
        continue;
      plan->scan.needed[i] = is_needed (&needs->needs[column]);
      places->places[column].index = plan->scan.needed[i] ? n++ : G_MAXUINT;
      column++;
    }
  _weir_plan_derive (plan);
  return plan;
}

/* A column of columns only: what is needed of the output is needed of the input. */
static void
need_projection (WeirPlan    *plan,
                 const Needs *needs,
                 Needs       *inner)
{
  for (guint i = 0; i < plan->project.n_exprs; i++)
    {
      const WeirExpr *expr = plan->project.exprs[i];

      if (!is_needed (&needs->needs[i]))
        continue;
      if (expr->kind == WEIR_EXPR_COLUMN && expr->index < inner->n)
        merge_need (inner, expr->index, &needs->needs[i], expr->type);
      else
        need_expr (expr, inner, 0);
    }
}

static void
drop_exprs (WeirPlan    *plan,
            const Needs *needs,
            Places      *places,
            WeirZone    *zone)
{
  g_autofree WeirField *fields = g_new0 (WeirField, MAX (plan->project.n_exprs, 1));
  WeirSchema           *schema;
  guint                 n = 0;

  for (guint i = 0; i < plan->project.n_exprs; i++)
    {
      WeirExpr *expr = plan->project.exprs[i];

      if (!is_needed (&needs->needs[i]))
        {
          weir_expr_unref (expr);
          places->places[i].index = G_MAXUINT;
          continue;
        }
      if (!needs->needs[i].whole)
        expr = prune_json (expr, needs->needs[i].fields, &places->places[i].fields, zone);
      fields[n] = plan->schema->fields[i];
      places->places[i].index = n;
      plan->project.exprs[n++] = expr;
    }
  plan->project.n_exprs = n;
  schema = weir_type_new_struct (fields, n);
  weir_type_unref (plan->schema);
  plan->schema = schema;
}

/* Fields of a passed column may have moved. */
static void
follow_fields (WeirPlan     *plan,
               const Places *inner,
               Places       *places)
{
  for (guint i = 0; i < places->n; i++)
    {
      const WeirExpr *expr = places->places[i].index != G_MAXUINT ? plan->project.exprs[places->places[i].index] : NULL;

      if (expr != NULL && expr->kind == WEIR_EXPR_COLUMN && expr->index < inner->n)
        places->places[i].fields = copy_fields (inner->places[expr->index].fields, expr->type);
    }
}

static WeirPlan *
prune_project (WeirPlan    *plan,
               const Needs *needs,
               Places      *places,
               WeirZone    *zone)
{
  Needs  inner = new_needs (plan->children[0]);
  Places moved;

  need_projection (plan, needs, &inner);
  plan->children[0] = prune (plan->children[0], &inner, &moved, zone);
  *places = new_places (needs->n);
  drop_exprs (plan, needs, places, zone);
  follow_fields (plan, &moved, places);
  move_exprs (plan, &moved);
  _weir_plan_map_exprs (plan, prune_field_of_json, zone);
  _weir_plan_derive (plan);
  clear_needs (&inner);
  clear_places (&moved);
  if (plan->project.n_exprs == 0)
    {
      WeirPlan *child = _weir_plan_steal_child (plan, 0);

      weir_plan_unref (plan);
      return child;
    }
  return plan;
}

static WeirPlan *
prune_aggregate (WeirPlan    *plan,
                 const Needs *needs,
                 Places      *places,
                 WeirZone    *zone)
{
  Needs  inner = new_needs (plan->children[0]);
  Places moved;
  guint  n_keys = plan->aggregate.n_keys, n = 0;

  *places = new_places (needs->n);
  for (guint i = 0; i < plan->aggregate.n_aggs; i++)
    {
      WeirAggCall *call = plan->aggregate.aggs[i];

      /* An aggregation without a result would be none. */
      if (!is_needed (&needs->needs[n_keys + i]) && n_keys > 0)
        {
          places->places[n_keys + i].index = G_MAXUINT;
          weir_agg_call_unref (call);
          continue;
        }
      places->places[n_keys + i].index = n_keys + n;
      plan->aggregate.aggs[n++] = call;
      need_expr (call->filter, &inner, 0);
      for (guint k = 0; k < call->n_args; k++)
        need_expr (call->args[k], &inner, 0);
    }
  plan->aggregate.n_aggs = n;
  for (guint i = 0; i < n_keys; i++)
    need_expr (plan->aggregate.keys[i], &inner, 0);
  need_expr (plan->aggregate.window.time, &inner, 0);
  need_expr (plan->aggregate.session_gap, &inner, 0);
  plan->children[0] = prune (plan->children[0], &inner, &moved, zone);
  move_exprs (plan, &moved);
  _weir_plan_derive (plan);
  clear_needs (&inner);
  clear_places (&moved);
  return plan;
}

static void
join_places (const WeirPlan *plan,
             const Places   *left,
             const Places   *right,
             Places         *places)
{
  *places = new_places (plan->schema->n_fields);
  for (guint i = 0; i < places->n; i++)
    {
      const Place *place = i < left->n ? &left->places[i] : &right->places[i - left->n];

      places->places[i].index = place->index;
      if (place->index != G_MAXUINT && i >= left->n)
        places->places[i].index += plan->children[0]->schema->n_fields;
      places->places[i].fields = copy_fields (place->fields, plan->schema->fields[i].type);
    }
}

static void
move_join (WeirPlan     *plan,
           const Places *left,
           const Places *right)
{
  Move sides[] = { { left, plan->children[0], NULL, NULL }, { right, plan->children[1], NULL, NULL } };
  Move both = { left, plan->children[0], right, plan->children[1] };

  for (guint i = 0; i < plan->join.n_equi; i++)
    for (guint side = 0; side < 2; side++)
      {
        WeirExpr **key = side == 0 ? &plan->join.left_keys[i] : &plan->join.right_keys[i];
        WeirExpr  *moved = weir_expr_map (*key, move_node, &sides[side]);

        weir_expr_unref (*key);
        *key = moved;
      }
  if (plan->join.residual != NULL)
    {
      WeirExpr *moved = weir_expr_map (plan->join.residual, move_node, &both);

      weir_expr_unref (plan->join.residual);
      plan->join.residual = moved;
    }
}

/* What an operation with state need not know it does not get, an event time least of all: the watermark is about the one that it knows. */
static WeirPlan *
narrow (WeirPlan    *child,
        const Needs *needs,
        Places      *places)
{
  guint                   n_columns = child->schema->n_fields, n = 0;
  g_autofree gboolean    *kept = g_new0 (gboolean, MAX (n_columns, 1));
  g_autofree guint       *moved = g_new (guint, MAX (n_columns, 1));
  g_autofree WeirExpr   **exprs = g_new (WeirExpr *, MAX (n_columns, 1));
  g_autofree const char **names = g_new (const char *, MAX (n_columns, 1));
  WeirPlan               *project;

  for (guint i = 0; i < needs->n; i++)
    if (is_needed (&needs->needs[i]))
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

static WeirPlan *
prune_join (WeirPlan    *plan,
            const Needs *needs,
            Places      *places,
            WeirZone    *zone)
{
  Needs  left = new_needs (plan->children[0]), right = new_needs (plan->children[1]);
  Places left_moved, right_moved;

  pass_needs (needs, 0, &left, plan->children[0]);
  if (needs->n > left.n)
    pass_needs (needs, left.n, &right, plan->children[1]);
  for (guint i = 0; i < plan->join.n_equi; i++)
    {
      need_expr (plan->join.left_keys[i], &left, 0);
      need_expr (plan->join.right_keys[i], &right, 0);
    }
  need_expr (plan->join.residual, &left, 0);
  need_expr (plan->join.residual, &right, left.n);
  plan->children[0] = prune (plan->children[0], &left, &left_moved, zone);
  plan->children[1] = prune (plan->children[1], &right, &right_moved, zone);
  if (plan->children[0]->is_streaming && plan->children[1]->is_streaming)
    {
      plan->children[0] = narrow (plan->children[0], &left, &left_moved);
      plan->children[1] = narrow (plan->children[1], &right, &right_moved);
    }
  join_places (plan, &left_moved, &right_moved, places);
  move_join (plan, &left_moved, &right_moved);
  _weir_plan_derive (plan);
  clear_needs (&left);
  clear_needs (&right);
  clear_places (&left_moved);
  clear_places (&right_moved);
  return plan;
}

/* Both sides must end with the same columns: exactly those that are needed. */
static WeirPlan *
prune_union (WeirPlan    *plan,
             const Needs *needs,
             Places      *places,
             WeirZone    *zone)
{
  Needs whole = new_needs (plan);
  guint n = 0;

  *places = new_places (needs->n);
  for (guint i = 0; i < needs->n; i++)
    {
      whole.needs[i].whole = is_needed (&needs->needs[i]);
      places->places[i].index = whole.needs[i].whole ? n++ : G_MAXUINT;
    }
  for (guint side = 0; side < 2; side++)
    {
      g_autofree WeirExpr **exprs = g_new0 (WeirExpr *, MAX (n, 1));
      Places                moved;
      WeirPlan             *child = prune (plan->children[side], &whole, &moved, zone);

      if (child->schema->n_fields != n)
        {
          for (guint i = 0, k = 0; i < needs->n; i++)
            if (whole.needs[i].whole)
              exprs[k++] = _weir_plan_column (child, moved.places[i].index);
          child = _weir_plan_new_project (child, exprs, n, NULL);
        }
      plan->children[side] = child;
      clear_places (&moved);
    }
  clear_needs (&whole);
  _weir_plan_derive (plan);
  return plan;
}

/* Nodes that pass the columns of their child and perhaps append some. */
/* Late rows are told by the event time, whether somebody asks for it or not; of several the first will do, when nobody does. */
static void
need_event_time (const WeirPlan *dedup,
                 Needs          *inner)
{
  const gint64 *marks = dedup->children[0]->event_time_delay_us;
  gboolean      has_one = FALSE;

  for (guint i = 0; i < inner->n; i++)
    has_one |= marks[i] >= 0 && is_needed (&inner->needs[i]);
  for (guint i = 0; i < inner->n; i++)
    if (marks[i] >= 0 && (dedup->dedup.within_watermark || !has_one))
      {
        inner->needs[i].whole = TRUE;
        has_one = TRUE;
      }
}

static void
need_own (WeirPlan *plan,
          Needs    *inner)
{
  switch ((int)plan->kind)
    {
    case WEIR_PLAN_FILTER:
      need_expr (plan->filter.condition, inner, 0);
      break;
    case WEIR_PLAN_EVENT_TIME:
      inner->needs[plan->event_time.column].whole = TRUE;
      break;
    case WEIR_PLAN_TIME_WINDOW:
      need_expr (plan->time_window.window.time, inner, 0);
      break;
    case WEIR_PLAN_GENERATE:
      need_expr (plan->generate.generator, inner, 0);
      break;
    case WEIR_PLAN_SORT:
      for (guint i = 0; i < plan->sort.n_keys; i++)
        need_expr (plan->sort.keys[i].expr, inner, 0);
      break;
    case WEIR_PLAN_DEDUP:
      for (guint i = 0; i < plan->dedup.n_keys; i++)
        inner->needs[plan->dedup.keys[i]].whole = TRUE;
      if (plan->is_streaming)
        need_event_time (plan, inner);
      break;
    default:
      break;
    }
}

static WeirPlan *
prune_passing (WeirPlan    *plan,
               const Needs *needs,
               Places      *places,
               WeirZone    *zone)
{
  Needs  inner = new_needs (plan->children[0]);
  Places moved;
  guint  n_child = inner.n, n_new;

  pass_needs (needs, 0, &inner, plan->children[0]);
  need_own (plan, &inner);
  plan->children[0] = prune (plan->children[0], &inner, &moved, zone);
  if (plan->kind == WEIR_PLAN_DEDUP && plan->is_streaming)
    plan->children[0] = narrow (plan->children[0], &inner, &moved);
  n_new = plan->children[0]->schema->n_fields;
  *places = new_places (needs->n);
  for (guint i = 0; i < needs->n; i++)
    {
      places->places[i].index = i < n_child ? moved.places[i].index : i - n_child + n_new;
      if (i < n_child)
        places->places[i].fields = copy_fields (moved.places[i].fields, plan->schema->fields[i].type);
    }
  move_exprs (plan, &moved);
  if (plan->kind == WEIR_PLAN_EVENT_TIME)
    plan->event_time.column = moved.places[plan->event_time.column].index;
  for (guint i = 0; plan->kind == WEIR_PLAN_DEDUP && i < plan->dedup.n_keys; i++)
    plan->dedup.keys[i] = moved.places[plan->dedup.keys[i]].index;
  _weir_plan_derive (plan);
  clear_needs (&inner);
  clear_places (&moved);
  return plan;
}

/* @plan (taken) with at least what @needs asks for, and where its columns are now. */
static WeirPlan *
prune (WeirPlan    *plan,
       const Needs *needs,
       Places      *places,
       WeirZone    *zone)
{
  switch (plan->kind)
    {
    case WEIR_PLAN_SCAN:
      return prune_scan (plan, needs, places);
    case WEIR_PLAN_VALUES:
      *places = new_places (needs->n);
      return plan;
    case WEIR_PLAN_PROJECT:
      return prune_project (plan, needs, places, zone);
    case WEIR_PLAN_AGGREGATE:
      return prune_aggregate (plan, needs, places, zone);
    case WEIR_PLAN_JOIN:
      return prune_join (plan, needs, places, zone);
    case WEIR_PLAN_UNION:
      return prune_union (plan, needs, places, zone);
    case WEIR_PLAN_FILTER:
    case WEIR_PLAN_EVENT_TIME:
    case WEIR_PLAN_TIME_WINDOW:
    case WEIR_PLAN_GENERATE:
    case WEIR_PLAN_SORT:
    case WEIR_PLAN_LIMIT:
    case WEIR_PLAN_DEDUP:
      return prune_passing (plan, needs, places, zone);
    }
  g_return_val_if_reached (plan);
}

WeirPlan *
_weir_rule_prune_columns (WeirPlan *plan,
                          WeirZone *zone)
{
  Needs  needs = new_needs (plan);
  Places places;

  for (guint i = 0; i < needs.n; i++)
    needs.needs[i].whole = TRUE;
  plan = prune (plan, &needs, &places, zone);
  clear_needs (&needs);
  clear_places (&places);
  return plan;
}
