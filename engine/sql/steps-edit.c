/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/lexer.h"
#include "sql/sql-print.h"
#include "sql/steps-private.h"

/*
 * Edits of the cards, as splices of the text.
 *
 * An edit that needs several changes in one list (a key leaves GROUP BY and the SELECT list) does one after the other and
 * recognises in between: every intermediate text is a whole script, and no splice has to know of another.
 *
 * Arguments are checked by parsing them alone, so that nothing typed into a field can close a parenthesis or a statement.
 */

/* ---- checks --------------------------------------------------------------------------------------------------- */

/* A comment at the end would swallow what follows. */
static gboolean
has_comment (const char *text)
{
  gsize        len = strlen (text);
  WeirSqlToken token = _weir_sql_lex_one (text, len, 0, TRUE);

  while (token.kind != WEIR_SQL_TOKEN_END && token.kind != WEIR_SQL_TOKEN_COMMENT)
    token = _weir_sql_lex_one (text, len, token.end, TRUE);
  return token.kind == WEIR_SQL_TOKEN_COMMENT;
}

gboolean
_weir_sql_steps_is_expression (const char *text)
{
  g_autoptr (WeirSqlScript) script = text != NULL ? weir_sql_parse_expression (text, -1, NULL) : NULL;

  return script != NULL && !has_comment (text);
}

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
is_duration_text (const char *text)
{
  WeirSqlInterval interval;

  return text != NULL && weir_sql_parse_interval (text, WEIR_SPAN_NONE, &interval, NULL);
}

WeirSqlSteps *
_weir_sql_steps_after (WeirSqlSteps *steps,
                       const char   *text)
{
  WeirSpan statement = steps->statement;

  statement.end = statement.end + strlen (text) - strlen (steps->text);
  return weir_sql_steps_new (text, statement);
}

char *
_weir_sql_steps_replace (WeirSqlSteps *steps,
                         WeirSpan      span,
                         const char   *replacement)
{
  WeirSqlSplices splices;

  _weir_sql_splices_init (&splices);
  _weir_sql_splices_add (&splices, span, replacement);
  return _weir_sql_splices_apply (&splices, steps->text);
}

static char *
unchanged (WeirSqlSteps *steps)
{
  return g_strdup (steps->text);
}

static gboolean
is_at (WeirSqlSteps *steps,
       WeirSpan      span,
       const char   *text)
{
  return strlen (text) == span.end - span.start && strncmp (steps->text + span.start, text, span.end - span.start) == 0;
}

static char *
remove_clause (WeirSqlSteps *steps,
               WeirSpan      span)
{
  WeirSqlSplices splices;

  _weir_sql_splices_init (&splices);
  _weir_sql_steps_remove_clause (steps, &splices, span);
  return _weir_sql_splices_apply (&splices, steps->text);
}

static char *
insert_clause (WeirSqlSteps *steps,
               guint32       pos,
               const char   *clause)
{
  WeirSqlSplices splices;

  _weir_sql_splices_init (&splices);
  _weir_sql_steps_insert_clause (steps, &splices, pos, clause);
  return _weir_sql_splices_apply (&splices, steps->text);
}

/* ---- FROM, FILTER, EVENT TIME --------------------------------------------------------------------------------- */

char *
weir_sql_steps_set_source (WeirSqlSteps *steps,
                           const char   *table)
{
  const WeirSqlName *name;
  g_autofree char   *quoted = NULL;

  if (steps->relation == NULL || table == NULL || *table == '\0')
    return NULL;
  name = &steps->relation->table;
  if (name->n_parts == 1 && strcmp (name->parts[0].name, table) == 0)
    return unchanged (steps);
  quoted = weir_sql_quote_identifier (table);
  return _weir_sql_steps_replace (steps, name->span, quoted);
}

char *
weir_sql_steps_set_filter (WeirSqlSteps *steps,
                           const char   *condition)
{
  const WeirSqlSelect *select = steps->select;
  g_autofree char     *clause = NULL;

  if (select == NULL || select->n_from == 0)
    return NULL;
  if (condition == NULL)
    return select->where != NULL ? remove_clause (steps, select->where_span) : unchanged (steps);
  if (!_weir_sql_steps_is_expression (condition))
    return NULL;
  if (select->where != NULL)
    return _weir_sql_steps_replace (steps, select->where->span, condition);
  clause = g_strconcat ("WHERE ", condition, NULL);
  return insert_clause (steps, MAX (select->from_span.end, select->select_span.end), clause);
}

/* Where the words after the table's name begin that stand behind a watermark: DROP DUPLICATES, the alias. */
guint32
_weir_sql_steps_watermark_place (WeirSqlSteps *steps)
{
  const WeirSqlRelation *relation = steps->relation;
  guint32                next = relation->span.end, before;

  if (relation->dedup != NULL)
    next = relation->dedup->span.start;
  else if (relation->alias.name != NULL)
    {
      next = relation->alias.span.start;
      before = _weir_sql_steps_token_end_before (steps, next);
      if (before >= 2 && before - 2 >= relation->table.span.end && g_ascii_strncasecmp (steps->text + before - 2, "AS", 2) == 0)
        next = before - 2;
    }
  return _weir_sql_steps_token_end_before (steps, next);
}

/* `10 seconds` as INTERVAL 10 seconds; NULL when SQL does not take it as it is. */
static char *
interval_sql (const char *delay)
{
  g_autofree char          *text = g_strdup_printf ("INTERVAL %s", delay);
  g_autoptr (WeirSqlScript) script = NULL;
  const WeirSqlExpr        *expr;
  WeirSqlInterval           interval;

  if (!_weir_sql_steps_is_expression (text))
    return NULL;
  script = weir_sql_parse_expression (text, -1, NULL);
  expr = weir_sql_script_get_expression (script);
  if (expr->kind != WEIR_SQL_EXPR_LITERAL || expr->literal.kind != WEIR_SQL_LITERAL_INTERVAL)
    return NULL;
  /* INTERVAL '10 seconds' is not allowed behind DELAY OF. */
  if (*delay == '\'' && weir_sql_parse_interval (text, WEIR_SPAN_NONE, &interval, NULL) == FALSE)
    return weir_sql_print_interval (&expr->literal.interval);
  return g_steal_pointer (&text);
}

char *
weir_sql_steps_set_event_time (WeirSqlSteps *steps,
                               const char   *column,
                               const char   *delay)
{
  const WeirSqlWatermark *watermark = steps->relation != NULL ? steps->relation->watermark : NULL;
  g_autofree char        *interval = NULL;
  g_autofree char        *clause = NULL;
  WeirSqlSplices          splices;

  if (steps->relation == NULL)
    return NULL;
  if (column == NULL)
    return watermark != NULL ? remove_clause (steps, watermark->span) : unchanged (steps);
  interval = delay != NULL ? interval_sql (delay) : NULL;
  if (!_weir_sql_steps_is_expression (column) || interval == NULL)
    return NULL;
  if (watermark == NULL)
    {
      guint32 pos = _weir_sql_steps_watermark_place (steps);

      clause = g_strdup_printf (" WATERMARK %s DELAY OF %s", column, interval);
      return _weir_sql_steps_replace (steps, (WeirSpan){ pos, pos }, clause);
    }
  _weir_sql_splices_init (&splices);
  if (!is_at (steps, watermark->expr->span, column))
    _weir_sql_splices_add (&splices, watermark->expr->span, column);
  if (g_ascii_strncasecmp (steps->text + watermark->delay_span.start, interval, watermark->delay_span.end - watermark->delay_span.start) != 0 ||
      strlen (interval) != watermark->delay_span.end - watermark->delay_span.start)
    _weir_sql_splices_add (&splices, watermark->delay_span, interval);
  return _weir_sql_splices_apply (&splices, steps->text);
}

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
static char *
remove_item (WeirSqlSteps *steps,
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
static char *
insert_item (WeirSqlSteps *steps,
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

static char *
remove_group (WeirSqlSteps *steps,
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
static char *
insert_group (WeirSqlSteps *steps,
              const char   *sql,
              gboolean      first)
{
  const WeirSqlSelect *select = steps->select;
  g_autofree char     *text = NULL;
  guint32              pos;

  if (select->n_group_by == 0)
    {
      text = g_strconcat ("GROUP BY ", sql, NULL);
      return insert_clause (steps, MAX (MAX (select->from_span.end, select->select_span.end), select->where_span.end), text);
    }
  pos = first ? select->group_by[0]->span.start : select->group_by[select->n_group_by - 1]->span.end;
  text = first ? g_strconcat (sql, ", ", NULL) : g_strconcat (", ", sql, NULL);
  return _weir_sql_steps_replace (steps, (WeirSpan){ pos, pos }, text);
}

/* TRUE when lists of this query can be edited item by item. */
static gboolean
lists_editable (WeirSqlSteps *steps)
{
  return steps->select != NULL && steps->select->n_from > 0 && !steps->has_ordinals && !steps->select->group_by_all;
}

/* ---- WINDOW --------------------------------------------------------------------------------------------------- */

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
        text = remove_item (steps, i);
        next = _weir_sql_steps_after (steps, text);
        return next->window != NULL ? remove_window (next) : g_steal_pointer (&text);
      }
  for (guint i = 0; i < steps->select->n_items; i++)
    if (_weir_sql_steps_item_is_window (steps, i))
      {
        g_autofree char *without_group = remove_group (steps, steps->window_group);

        now = _weir_sql_steps_after (steps, without_group);
        return now->select != NULL ? remove_item (now, i) : NULL;
      }
  return remove_group (steps, steps->window_group);
}

static char *
add_window (WeirSqlSteps *steps,
            const char   *window,
            const char   *name)
{
  g_autofree char         *item = g_strconcat (window, " AS ", name, NULL);
  g_autofree char         *with_item = insert_item (steps, 0, item);
  g_autoptr (WeirSqlSteps) now = _weir_sql_steps_after (steps, with_item);

  return now->select != NULL ? insert_group (now, window, TRUE) : NULL;
}

/* One kind of window for the other: what named the old one in the list goes with it. */
static char *
exchange_window (WeirSqlSteps *steps,
                 const char   *window,
                 const char   *name)
{
  g_autofree char         *without = remove_window (steps);
  g_autoptr (WeirSqlSteps) now = without != NULL ? _weir_sql_steps_after (steps, without) : NULL;

  return now != NULL && lists_editable (now) && now->window == NULL ? add_window (now, window, name) : NULL;
}

static gboolean
same_text (const char *a,
           const char *b)
{
  return (a == NULL && b == NULL) || (a != NULL && b != NULL && strcmp (a, b) == 0);
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

  if (!lists_editable (steps))
    return NULL;
  if (size == NULL)
    return steps->window != NULL && !steps->is_session ? remove_window (steps) : unchanged (steps);
  window = column != NULL ? window_sql (column, size, slide) : NULL;
  if (window == NULL)
    return NULL;
  if (steps->window == NULL)
    return add_window (steps, window, "window");
  if (steps->is_session)
    return exchange_window (steps, window, "window");
  if (same_text (card->column, column) && same_text (card->size, size) && same_text (card->slide, slide))
    return unchanged (steps);
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

  if (!lists_editable (steps))
    return NULL;
  if (gap == NULL)
    return steps->window != NULL && steps->is_session ? remove_window (steps) : unchanged (steps);
  window = column != NULL ? session_sql (column, gap) : NULL;
  if (window == NULL)
    return NULL;
  if (steps->window == NULL)
    return add_window (steps, window, "session");
  if (!steps->is_session)
    return exchange_window (steps, window, "session");
  if (same_text (card->column, column) && same_text (card->size, gap))
    return unchanged (steps);
  return replace_window (steps, window);
}

/* ---- GROUP BY ------------------------------------------------------------------------------------------------- */

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
      text = remove_group (steps, group);
      now = _weir_sql_steps_after (steps, text);
      return now->select != NULL ? remove_item (now, i) : NULL;
    }
  return remove_group (steps, group);
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
  g_autofree char         *with_item = insert_item (steps, key_place (steps), key);
  g_autoptr (WeirSqlSteps) now = _weir_sql_steps_after (steps, with_item);

  return now->select != NULL ? insert_group (now, key, FALSE) : NULL;
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

  if (!lists_editable (steps))
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
  if (!is_at (steps, item->expr->span, call))
    _weir_sql_splices_add (&splices, item->expr->span, call);
  if (!same_text (alias, aggregate->alias))
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

  if (!lists_editable (steps) || i > steps->aggregates->len)
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
      return call != NULL ? insert_item (steps, steps->select->n_items, text) : unchanged (steps);
    }
  aggregate = &g_array_index (steps->aggregates, WeirSqlStepAggregate, i);
  item = &steps->select->items[g_array_index (steps->aggregate_items, guint, i)];
  if (call == NULL)
    return remove_item (steps, g_array_index (steps->aggregate_items, guint, i));
  if (same_text (function, aggregate->function) && same_text (argument != NULL ? argument : "", aggregate->argument) &&
      same_text (alias, aggregate->alias))
    return unchanged (steps);
  return change_aggregate (steps, item, aggregate, call, alias);
}
