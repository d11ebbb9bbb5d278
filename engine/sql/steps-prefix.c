/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sql/steps-prefix.h"

#include "sql/steps-private.h"

/*
 * A prefix is a shallow copy of the statement's tree with the later clauses taken out. Where nothing of the list is left there is `*`, so
 * that a step shows all that goes on to the next. A session window exists only while rows are grouped: it shows what the groups are.
 */

static gpointer
keep_copy (WeirSqlSteps *steps,
           gconstpointer data,
           gsize         size)
{
  gpointer copy = g_memdup2 (data, size);

  g_ptr_array_add (steps->prefixes, copy);
  return copy;
}

static WeirSqlExpr *
make_star (WeirSqlSteps *steps)
{
  WeirSqlExpr star = { .kind = WEIR_SQL_EXPR_STAR, .span = steps->select->items_span };

  return keep_copy (steps, &star, sizeof star);
}

static void
set_items (WeirSqlSteps  *steps,
           WeirSqlSelect *select,
           GArray        *items)
{
  select->items = keep_copy (steps, items->data, items->len * sizeof (WeirSqlSelectItem));
  select->n_items = items->len;
  select->distinct = FALSE;
}

/* [window AS name, ] * */
static void
set_star (WeirSqlSteps  *steps,
          WeirSqlSelect *select,
          gboolean       with_window)
{
  g_autoptr (GArray) items = g_array_new (FALSE, TRUE, sizeof (WeirSqlSelectItem));
  WeirSqlSelectItem  star = { .expr = make_star (steps), .span = select->items_span };

  if (with_window)
    {
      WeirSqlIdent      name = { .name = steps->window_name, .span = steps->window->span };
      WeirSqlSelectItem window = { .expr = steps->window, .span = steps->window->span, .n_aliases = 1 };

      window.aliases = keep_copy (steps, &name, sizeof name);
      g_array_append_val (items, window);
    }
  g_array_append_val (items, star);
  set_items (steps, select, items);
}

static void
drop_groups (WeirSqlSelect *select)
{
  select->group_by = NULL;
  select->n_group_by = 0;
  select->group_by_all = FALSE;
}

/* Without WATERMARK or DROP DUPLICATES of the first table. */
static const WeirSqlRelation *
strip_relation (WeirSqlSteps          *steps,
                const WeirSqlRelation *relation,
                gboolean               keep_watermark,
                gboolean               keep_dedup)
{
  WeirSqlRelation copy = *relation;

  if (!keep_watermark)
    copy.watermark = NULL;
  if (!keep_dedup)
    copy.dedup = NULL;
  return keep_copy (steps, &copy, sizeof copy);
}

static void
set_from (WeirSqlSteps          *steps,
          WeirSqlSelect         *select,
          const WeirSqlRelation *relation)
{
  select->from = keep_copy (steps, &relation, sizeof relation);
  select->n_from = 1;
}

static GArray *
list_keys (WeirSqlSteps *steps)
{
  GArray *items = g_array_new (FALSE, TRUE, sizeof (WeirSqlSelectItem));
  guint   next = 0;

  for (guint i = 0; i < steps->select->n_items; i++)
    if (next < steps->aggregate_items->len && g_array_index (steps->aggregate_items, guint, next) == i)
      next++;
    else
      g_array_append_val (items, steps->select->items[i]);
  for (guint i = 0, n = items->len; n == 0 && i < steps->select->n_group_by; i++)
    {
      WeirSqlSelectItem item = { .expr = _weir_sql_steps_group_expr (steps, i), .span = steps->select->group_by[i]->span };

      if (item.expr != NULL)
        g_array_append_val (items, item);
    }
  return items;
}

/* The items that are keys, or the keys themselves when the list has none of them; positions and aliases become what they stand for. */
static void
set_keys (WeirSqlSteps  *steps,
          WeirSqlSelect *select)
{
  g_autoptr (GArray)        items = list_keys (steps);
  g_autofree gconstpointer *groups = g_new0 (gconstpointer, MAX (select->n_group_by, 1));

  if (items->len == 0)
    return;
  for (guint i = 0; i < select->n_group_by; i++)
    {
      WeirSqlGroupItem group = *select->group_by[i];

      if (_weir_sql_steps_group_expr (steps, i) != NULL)
        group.expr = _weir_sql_steps_group_expr (steps, i);
      groups[i] = keep_copy (steps, &group, sizeof group);
    }
  select->group_by = keep_copy (steps, groups, MAX (select->n_group_by, 1) * sizeof *groups);
  set_items (steps, select, items);
}

/* Event time comes before the filter when a join or DROP DUPLICATES stands between them: see add_rows() of steps.c. */
static gboolean
is_filter_last (WeirSqlSteps *steps)
{
  return steps->join != NULL || steps->relation->dedup != NULL;
}

static void
cut_rows (WeirSqlSteps   *steps,
          WeirSqlSelect  *select,
          WeirSqlStepKind kind)
{
  set_star (steps, select, FALSE);
  drop_groups (select);
  if (kind == WEIR_SQL_STEP_FROM || (is_filter_last (steps) && kind != WEIR_SQL_STEP_FILTER))
    select->where = NULL;
  /* A filter may name the column that WATERMARK makes. */
  if (kind != WEIR_SQL_STEP_JOIN && kind != WEIR_SQL_STEP_FILTER)
    set_from (steps, select, strip_relation (steps, steps->relation, kind != WEIR_SQL_STEP_FROM, kind == WEIR_SQL_STEP_DISTINCT));
}

/* Which clause an SQL card shows. */
static void
cut_sql (WeirSqlSteps      *steps,
         WeirSqlSelect     *select,
         WeirSqlQuery      *query,
         const WeirSqlStep *card)
{
  if (card->span.start == steps->select->from_span.start && card->span.end == steps->select->from_span.end)
    {
      set_star (steps, select, FALSE);
      drop_groups (select);
      select->where = NULL;
    }
  else if (card->span.start != steps->select->select_span.start)
    *query = *steps->query;
}

static void
cut (WeirSqlSteps      *steps,
     WeirSqlSelect     *select,
     WeirSqlQuery      *query,
     const WeirSqlStep *card)
{
  switch (card->kind)
    {
    case WEIR_SQL_STEP_FROM:
    case WEIR_SQL_STEP_JOIN:
    case WEIR_SQL_STEP_EVENT_TIME:
      cut_rows (steps, select, card->kind);
      break;
    case WEIR_SQL_STEP_FILTER:
      if (steps->relation != NULL)
        cut_rows (steps, select, card->kind);
      else
        {
          set_star (steps, select, FALSE);
          drop_groups (select);
        }
      break;
    case WEIR_SQL_STEP_DISTINCT:
      if (steps->relation != NULL && steps->relation->dedup != NULL)
        cut_rows (steps, select, card->kind);
      break;
    case WEIR_SQL_STEP_WINDOW:
      set_star (steps, select, TRUE);
      drop_groups (select);
      break;
    case WEIR_SQL_STEP_SESSION:
    case WEIR_SQL_STEP_GROUP_BY:
      set_keys (steps, select);
      break;
    case WEIR_SQL_STEP_AGGREGATE:
      break;
    case WEIR_SQL_STEP_SQL:
      cut_sql (steps, select, query, card);
      break;
    case WEIR_SQL_STEP_OUTPUT:
    default:
      *query = *steps->query;
      break;
    }
}

const WeirSqlQuery *
weir_sql_steps_get_prefix (WeirSqlSteps *steps,
                           guint         i)
{
  const WeirSqlStep *card = weir_sql_steps_get (steps, i);
  WeirSqlQuery      *query;
  WeirSqlBody       *body;

  if (steps->query == NULL || steps->select == NULL)
    return steps->query;
  query = keep_copy (steps, steps->query, sizeof *query);
  body = keep_copy (steps, steps->query->body, sizeof *body);
  query->body = body;
  query->n_order_by = 0;
  query->order_by_all = FALSE;
  query->limit = query->offset = NULL;
  body->select.having = NULL;
  cut (steps, &body->select, query, card);
  return query;
}

const WeirSqlQuery *
weir_sql_steps_get_query (WeirSqlSteps *steps)
{
  return steps->query;
}

const char *
weir_sql_steps_get_text (WeirSqlSteps *steps)
{
  return steps->text;
}
