/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/sql-print.h"
#include "sql/steps-private.h"

/*
 * Edits of the SELECT list and of GROUP BY, item by item: keys and aggregates.
 *
 * A key stands in both lists. An edit that needs several changes in one list (a key leaves GROUP BY and the SELECT list) does one after the
 * other and recognises in between: every intermediate text is a whole script, and no splice has to know of another.
 */

/* ---- lists ---------------------------------------------------------------------------------------------------- */

static WeirSpan *
item_spans (WeirSqlSteps *steps)
{
  WeirSpan *spans = g_new (WeirSpan, steps->select->n_items);

  for (guint i = 0; i < steps->select->n_items; i++)
    spans[i] = steps->select->items[i].span;
  return spans;
}

static gboolean
is_star_list (const WeirSqlSelect *select)
{
  return select->n_items == 1 && select->items[0].expr->kind == WEIR_SQL_EXPR_STAR;
}

/* A SELECT list may not be empty: the last item makes room for a star, or a count where there are groups. */
char *
_weir_sql_steps_without_item (WeirSqlSteps *steps,
                              guint         i)
{
  g_autofree WeirSpan *spans = item_spans (steps);
  WeirSqlSplices       splices;

  if (steps->select->n_items == 1)
    return _weir_sql_steps_replace (steps, spans[0], steps->select->n_group_by > 0 ? "count(*)" : "*");
  _weir_sql_splices_init (&splices);
  _weir_sql_steps_remove_item (&splices, spans, steps->select->n_items, i);
  return _weir_sql_splices_apply (&splices, steps->text);
}

/* As item @i, behind the one before it; in place of a lone star. */
char *
_weir_sql_steps_with_item (WeirSqlSteps *steps,
                           guint         i,
                           const char   *sql)
{
  const WeirSqlSelect *select = steps->select;
  g_autofree char     *text = NULL;
  guint32              pos;

  if (is_star_list (select))
    return _weir_sql_steps_replace (steps, select->items[0].span, sql);
  if (i == 0)
    {
      pos = select->items[0].span.start;
      text = g_strconcat (sql, ", ", NULL);
    }
  else
    {
      pos = select->items[i - 1].span.end;
      text = g_strconcat (", ", sql, NULL);
    }
  return _weir_sql_steps_replace (steps, (WeirSpan){ pos, pos }, text);
}

char *
_weir_sql_steps_without_group (WeirSqlSteps *steps,
                               guint         i)
{
  const WeirSqlSelect *select = steps->select;
  g_autofree WeirSpan *spans = g_new (WeirSpan, select->n_group_by);
  WeirSqlSplices       splices;

  for (guint k = 0; k < select->n_group_by; k++)
    spans[k] = select->group_by[k]->span;
  _weir_sql_splices_init (&splices);
  if (select->n_group_by == 1)
    _weir_sql_steps_remove_clause (steps, &splices, select->group_by_span);
  else
    _weir_sql_steps_remove_item (&splices, spans, select->n_group_by, i);
  return _weir_sql_splices_apply (&splices, steps->text);
}

/* In front when @first, else at the end; a new clause when there is none. */
char *
_weir_sql_steps_with_group (WeirSqlSteps *steps,
                            const char   *sql,
                            gboolean      first)
{
  const WeirSqlSelect *select = steps->select;
  g_autofree char     *text = NULL;
  guint32              pos;

  if (select->n_group_by == 0)
    {
      text = g_strconcat ("GROUP BY ", sql, NULL);
      return _weir_sql_steps_with_clause (steps, MAX (MAX (select->from_span.end, select->select_span.end), select->where_span.end), text);
    }
  pos = first ? select->group_by[0]->span.start : select->group_by[select->n_group_by - 1]->span.end;
  text = first ? g_strconcat (sql, ", ", NULL) : g_strconcat (", ", sql, NULL);
  return _weir_sql_steps_replace (steps, (WeirSpan){ pos, pos }, text);
}

/* TRUE when lists of this query can be edited item by item. */
gboolean
_weir_sql_steps_lists_editable (WeirSqlSteps *steps)
{
  return steps->select != NULL && steps->select->n_from > 0 && !steps->has_ordinals && !steps->select->group_by_all;
}

/* ---- GROUP BY ------------------------------------------------------------------------------------------------- */

static char *
comparable_text (const char *text)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse_expression (text, -1, NULL);
  g_autofree char          *printed = NULL;

  if (script == NULL)
    return g_strdup (text);
  printed = weir_sql_print_expr (weir_sql_script_get_expression (script));
  return g_ascii_strdown (printed, -1);
}

static gboolean
contains_key (const char *const *keys,
              const char        *key)
{
  g_autofree char *wanted = comparable_text (key);

  for (; *keys != NULL; keys++)
    {
      g_autofree char *text = comparable_text (*keys);

      if (strcmp (text, wanted) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Key @k out of GROUP BY and out of the list. An aliased item goes last, as GROUP BY names it. */
static char *
remove_key (WeirSqlSteps *steps,
            guint         k)
{
  guint                    group = g_array_index (steps->key_groups, guint, k);
  g_autofree char         *text = NULL;
  g_autoptr (WeirSqlSteps) now = NULL;

  for (guint i = 0; i < steps->select->n_items; i++)
    {
      if (!_weir_sql_steps_item_is_key (steps, i, group))
        continue;
      text = _weir_sql_steps_without_group (steps, group);
      now = _weir_sql_steps_after (steps, text);
      return now->select != NULL ? _weir_sql_steps_without_item (now, i) : NULL;
    }
  return _weir_sql_steps_without_group (steps, group);
}

/* Behind the window and the keys that are in the list. */
static guint
key_place (WeirSqlSteps *steps)
{
  guint place = 0;

  for (guint i = 0; i < steps->select->n_items && steps->is_aggregate; i++)
    {
      gboolean is_aggregate = FALSE;

      for (guint a = 0; a < steps->aggregate_items->len; a++)
        is_aggregate |= g_array_index (steps->aggregate_items, guint, a) == i;
      if (is_aggregate)
        break;
      place = i + 1;
    }
  return place;
}

static char *
add_key (WeirSqlSteps *steps,
         const char   *key)
{
  g_autofree char         *with_item = _weir_sql_steps_with_item (steps, key_place (steps), key);
  g_autoptr (WeirSqlSteps) now = _weir_sql_steps_after (steps, with_item);

  return now->select != NULL ? _weir_sql_steps_with_group (now, key, FALSE) : NULL;
}

/* One step towards @keys, or NULL when the keys are those, in any order. */
static char *
approach_keys (WeirSqlSteps      *steps,
               const char *const *keys)
{
  const char *const *present = (const char *const *)steps->keys->pdata;

  for (guint k = 0; present[k] != NULL; k++)
    if (!contains_key (keys, present[k]))
      return remove_key (steps, k);
  for (guint k = 0; keys[k] != NULL; k++)
    if (!contains_key (present, keys[k]))
      return add_key (steps, keys[k]);
  return NULL;
}

/* The keys are the same set: put each in its place. */
static char *
order_keys (WeirSqlSteps      *steps,
            const char *const *keys)
{
  WeirSqlSplices splices;

  _weir_sql_splices_init (&splices);
  for (guint k = 0; k < steps->key_groups->len && keys[k] != NULL; k++)
    {
      const WeirSqlGroupItem *item = steps->select->group_by[g_array_index (steps->key_groups, guint, k)];
      g_autofree char        *wanted = comparable_text (keys[k]);
      g_autofree char        *present = comparable_text (g_ptr_array_index (steps->keys, k));

      if (strcmp (wanted, present) != 0)
        _weir_sql_splices_add (&splices, item->span, keys[k]);
    }
  return _weir_sql_splices_apply (&splices, steps->text);
}

char *
weir_sql_steps_set_group_keys (WeirSqlSteps      *steps,
                               const char *const *keys)
{
  g_autoptr (WeirSqlSteps) now = NULL;
  guint                    n_steps = steps->keys->len + g_strv_length ((char **)keys) + 1;

  if (!_weir_sql_steps_lists_editable (steps))
    return NULL;
  for (guint k = 0; keys[k] != NULL; k++)
    if (!_weir_sql_steps_is_expression (keys[k]))
      return NULL;
  now = weir_sql_steps_new (steps->text, steps->statement);
  for (guint i = 0; i < n_steps; i++)
    {
      g_autofree char *text = approach_keys (now, keys);
      WeirSqlSteps    *next;

      if (text == NULL)
        break;
      next = _weir_sql_steps_after (now, text);
      weir_sql_steps_free (now);
      now = next;
      if (now->select == NULL)
        return NULL;
    }
  return order_keys (now, keys);
}

/* ---- AGGREGATE ------------------------------------------------------------------------------------------------ */

/* `function(argument)`; NULL when that is no one call. */
static char *
call_sql (const char *function,
          const char *argument)
{
  g_autofree char          *text = g_strdup_printf ("%s(%s)", function, argument != NULL ? argument : "");
  g_autoptr (WeirSqlScript) script = _weir_sql_steps_is_expression (text) ? weir_sql_parse_expression (text, -1, NULL) : NULL;

  if (script == NULL || weir_sql_script_get_expression (script)->kind != WEIR_SQL_EXPR_CALL)
    return NULL;
  return g_steal_pointer (&text);
}

static char *
change_aggregate (WeirSqlSteps               *steps,
                  const WeirSqlSelectItem    *item,
                  const WeirSqlStepAggregate *aggregate,
                  const char                 *call,
                  const char                 *alias)
{
  g_autofree char *quoted = alias != NULL ? weir_sql_quote_identifier (alias) : NULL;
  g_autofree char *suffix = alias != NULL ? g_strconcat (" AS ", quoted, NULL) : NULL;
  WeirSqlSplices   splices;

  _weir_sql_splices_init (&splices);
  if (!_weir_sql_steps_is_at (steps, item->expr->span, call))
    _weir_sql_splices_add (&splices, item->expr->span, call);
  if (g_strcmp0 (alias, aggregate->alias) != 0)
    {
      if (aggregate->alias == NULL)
        _weir_sql_splices_add (&splices, (WeirSpan){ item->expr->span.end, item->span.end }, suffix);
      else if (alias == NULL)
        _weir_sql_splices_add (&splices, (WeirSpan){ item->expr->span.end, item->span.end }, "");
      else
        _weir_sql_splices_add (&splices, item->aliases[0].span, quoted);
    }
  return _weir_sql_splices_apply (&splices, steps->text);
}

char *
weir_sql_steps_set_aggregate (WeirSqlSteps *steps,
                              guint         i,
                              const char   *function,
                              const char   *argument,
                              const char   *alias)
{
  const WeirSqlStepAggregate *aggregate;
  const WeirSqlSelectItem    *item;
  g_autofree char            *call = NULL;
  g_autofree char            *text = NULL;

  if (!_weir_sql_steps_lists_editable (steps) || i > steps->aggregates->len)
    return NULL;
  if (alias != NULL && *alias == '\0')
    alias = NULL;
  call = function != NULL ? call_sql (function, argument) : NULL;
  if (function != NULL && call == NULL)
    return NULL;
  if (i == steps->aggregates->len)
    {
      g_autofree char *quoted = alias != NULL ? weir_sql_quote_identifier (alias) : NULL;

      text = g_strconcat (call != NULL ? call : "", alias != NULL ? " AS " : "", alias != NULL ? quoted : "", NULL);
      return call != NULL ? _weir_sql_steps_with_item (steps, steps->select->n_items, text) : _weir_sql_steps_unchanged (steps);
    }
  aggregate = &g_array_index (steps->aggregates, WeirSqlStepAggregate, i);
  item = &steps->select->items[g_array_index (steps->aggregate_items, guint, i)];
  if (call == NULL)
    return _weir_sql_steps_without_item (steps, g_array_index (steps->aggregate_items, guint, i));
  if (g_strcmp0 (function, aggregate->function) == 0 && g_strcmp0 (argument != NULL ? argument : "", aggregate->argument) == 0 &&
      g_strcmp0 (alias, aggregate->alias) == 0)
    return _weir_sql_steps_unchanged (steps);
  return change_aggregate (steps, item, aggregate, call, alias);
}
