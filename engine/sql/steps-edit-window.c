/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/sql-print.h"
#include "sql/steps-private.h"

/*
 * Edits of the window that a query groups by. The call stands in GROUP BY and once or more in the list, whole, by field or by its alias: it
 * is put in, changed and taken out at all of these places. Of the two kinds of window a query has one.
 */

static gboolean
is_duration_text (const char *text)
{
  WeirSqlInterval interval;

  return text != NULL && weir_sql_parse_interval (text, WEIR_SPAN_NONE, &interval, NULL);
}

static char *
window_sql (const char *column,
            const char *size,
            const char *slide)
{
  g_autofree char *size_sql = NULL;
  g_autofree char *slide_sql = NULL;

  if (!_weir_sql_steps_is_expression (column) || !is_duration_text (size) || (slide != NULL && !is_duration_text (slide)))
    return NULL;
  size_sql = weir_sql_quote_string (size);
  slide_sql = slide != NULL ? weir_sql_quote_string (slide) : NULL;
  return g_strdup_printf ("window(%s, %s%s%s)", column, size_sql, slide != NULL ? ", " : "", slide != NULL ? slide_sql : "");
}

/* The window out of GROUP BY, and all that refers to it out of the list. */
static char *
remove_window (WeirSqlSteps *steps)
{
  g_autofree char         *text = NULL;
  g_autoptr (WeirSqlSteps) now = NULL;

  for (guint i = 0; i < steps->select->n_items; i++)
    if (_weir_sql_steps_item_is_window (steps, i))
      {
        g_autoptr (WeirSqlSteps) next = NULL;

        /* GROUP BY names the item by its alias: the group goes first, the window with it. */
        if (steps->window == steps->select->items[i].expr)
          break;
        if (steps->select->n_items == 1)
          break;
        text = _weir_sql_steps_without_item (steps, i);
        next = _weir_sql_steps_after (steps, text);
        return next->window != NULL ? remove_window (next) : g_steal_pointer (&text);
      }
  for (guint i = 0; i < steps->select->n_items; i++)
    if (_weir_sql_steps_item_is_window (steps, i))
      {
        g_autofree char *without_group = _weir_sql_steps_without_group (steps, steps->window_group);

        now = _weir_sql_steps_after (steps, without_group);
        return now->select != NULL ? _weir_sql_steps_without_item (now, i) : NULL;
      }
  return _weir_sql_steps_without_group (steps, steps->window_group);
}

static char *
add_window (WeirSqlSteps *steps,
            const char   *window,
            const char   *name)
{
  g_autofree char         *item = g_strconcat (window, " AS ", name, NULL);
  g_autofree char         *with_item = _weir_sql_steps_with_item (steps, 0, item);
  g_autoptr (WeirSqlSteps) now = _weir_sql_steps_after (steps, with_item);

  return now->select != NULL ? _weir_sql_steps_with_group (now, window, TRUE) : NULL;
}

/* One kind of window for the other: what named the old one in the list goes with it. */
static char *
exchange_window (WeirSqlSteps *steps,
                 const char   *window,
                 const char   *name)
{
  g_autofree char         *without = remove_window (steps);
  g_autoptr (WeirSqlSteps) now = without != NULL ? _weir_sql_steps_after (steps, without) : NULL;

  return now != NULL && _weir_sql_steps_lists_editable (now) && now->window == NULL ? add_window (now, window, name) : NULL;
}

/* Every occurrence of the call in the list and in GROUP BY. */
static char *
replace_window (WeirSqlSteps *steps,
                const char   *window)
{
  const WeirSqlSelect *select = steps->select;
  WeirSqlSplices       splices;

  _weir_sql_splices_init (&splices);
  for (guint i = 0; i < select->n_items; i++)
    {
      const WeirSqlExpr *expr = select->items[i].expr;

      if (!_weir_sql_steps_item_is_window (steps, i))
        continue;
      if (expr->kind == WEIR_SQL_EXPR_FIELD)
        expr = expr->field.base;
      if (expr->kind == WEIR_SQL_EXPR_CALL)
        _weir_sql_splices_add (&splices, expr->span, window);
    }
  if (select->group_by[steps->window_group]->expr->kind == WEIR_SQL_EXPR_CALL)
    _weir_sql_splices_add (&splices, select->group_by[steps->window_group]->span, window);
  return _weir_sql_splices_apply (&splices, steps->text);
}

static const WeirSqlStep *
find_card (WeirSqlSteps   *steps,
           WeirSqlStepKind kind)
{
  for (guint i = 0; i < steps->cards->len; i++)
    {
      const WeirSqlStep *card = &g_array_index (steps->cards, WeirSqlStep, i);

      if (card->kind == kind)
        return card;
    }
  return NULL;
}

char *
weir_sql_steps_set_window (WeirSqlSteps *steps,
                           const char   *column,
                           const char   *size,
                           const char   *slide)
{
  g_autofree char   *window = NULL;
  const WeirSqlStep *card = find_card (steps, WEIR_SQL_STEP_WINDOW);

  if (!_weir_sql_steps_lists_editable (steps))
    return NULL;
  if (size == NULL)
    return steps->window != NULL && !steps->is_session ? remove_window (steps) : _weir_sql_steps_unchanged (steps);
  window = column != NULL ? window_sql (column, size, slide) : NULL;
  if (window == NULL)
    return NULL;
  if (steps->window == NULL)
    return add_window (steps, window, "window");
  if (steps->is_session)
    return exchange_window (steps, window, "window");
  if (g_strcmp0 (card->column, column) == 0 && g_strcmp0 (card->size, size) == 0 && g_strcmp0 (card->slide, slide) == 0)
    return _weir_sql_steps_unchanged (steps);
  return replace_window (steps, window);
}

/* A gap that differs by row is an expression. */
static char *
session_sql (const char *column,
             const char *gap)
{
  g_autofree char *quoted = is_duration_text (gap) ? weir_sql_quote_string (gap) : NULL;

  if (!_weir_sql_steps_is_expression (column) || (quoted == NULL && !_weir_sql_steps_is_expression (gap)))
    return NULL;
  return g_strdup_printf ("session_window(%s, %s)", column, quoted != NULL ? quoted : gap);
}

char *
weir_sql_steps_set_session (WeirSqlSteps *steps,
                            const char   *column,
                            const char   *gap)
{
  g_autofree char   *window = NULL;
  const WeirSqlStep *card = find_card (steps, WEIR_SQL_STEP_SESSION);

  if (!_weir_sql_steps_lists_editable (steps))
    return NULL;
  if (gap == NULL)
    return steps->window != NULL && steps->is_session ? remove_window (steps) : _weir_sql_steps_unchanged (steps);
  window = column != NULL ? session_sql (column, gap) : NULL;
  if (window == NULL)
    return NULL;
  if (steps->window == NULL)
    return add_window (steps, window, "session");
  if (!steps->is_session)
    return exchange_window (steps, window, "session");
  if (g_strcmp0 (card->column, column) == 0 && g_strcmp0 (card->size, gap) == 0)
    return _weir_sql_steps_unchanged (steps);
  return replace_window (steps, window);
}
