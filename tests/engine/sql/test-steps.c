/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser.h"
#include "sql/steps.h"

static WeirSqlSteps *
steps_of (const char *text)
{
  gsize    offset = 0;
  WeirSpan span = WEIR_SPAN_NONE;

  /* The last statement of the text. */
  while (weir_sql_next_statement (text, strlen (text), &offset, &span))
    ;
  return weir_sql_steps_new (text, span);
}

static const WeirSqlStep *
card_of (WeirSqlSteps   *steps,
         WeirSqlStepKind kind)
{
  for (guint i = 0; i < weir_sql_steps_get_n (steps); i++)
    if (weir_sql_steps_get (steps, i)->kind == kind)
      return weir_sql_steps_get (steps, i);
  return NULL;
}

/* One line a card: `FROM orders stream`. */
static char *
describe (WeirSqlSteps *steps)
{
  static const char *const kinds[] = { "from", "join", "filter", "time", "distinct", "window", "session", "group", "aggregate", "output", "sql" };
  GString                 *out = g_string_new (NULL);

  for (guint i = 0; i < weir_sql_steps_get_n (steps); i++)
    {
      const WeirSqlStep *card = weir_sql_steps_get (steps, i);

      g_string_append_printf (out, "%s%s", i > 0 ? " | " : "", kinds[card->kind]);
      if (card->kind == WEIR_SQL_STEP_SQL)
        g_string_append_printf (out, " %s", card->sql);
      if (card->join_type != NULL)
        g_string_append_printf (out, " %s", card->join_type);
      if (card->source != NULL)
        g_string_append_printf (out, " %s%s", card->source, card->is_stream ? " stream" : "");
      if (card->condition != NULL)
        g_string_append_printf (out, " %s", card->condition);
      if (card->column != NULL)
        g_string_append_printf (out, " %s %s", card->column, card->kind == WEIR_SQL_STEP_EVENT_TIME ? card->delay : card->size);
      if (card->slide != NULL)
        g_string_append_printf (out, " %s", card->slide);
      for (guint k = 0; card->keys != NULL && card->keys[k] != NULL; k++)
        g_string_append_printf (out, " [%s]", card->keys[k]);
      if (card->within)
        g_string_append (out, " within");
      for (guint k = 0; k < card->n_aggregates; k++)
        g_string_append_printf (out, " [%s:%s:%s]", card->aggregates[k].function != NULL ? card->aggregates[k].function : card->aggregates[k].sql,
                                card->aggregates[k].argument != NULL ? card->aggregates[k].argument : "-",
                                card->aggregates[k].alias != NULL ? card->aggregates[k].alias : "-");
      if (card->kind == WEIR_SQL_STEP_OUTPUT)
        g_string_append_printf (out, " %s %s %s", card->mode != NULL ? card->mode : "-", card->trigger != NULL ? card->trigger : "-",
                                card->sink != NULL ? card->sink : "-");
    }
  return g_string_free (out, FALSE);
}

#define FULL                                                                                    \
  "CREATE STREAMING QUERY q INTO s OUTPUT MODE UPDATE TRIGGER PROCESSING TIME '2 seconds' AS\n" \
  "SELECT window(ts, '1 minute') AS w, region, count(*) AS n, sum(price) total -- the sums\n"   \
  "FROM STREAM orders WATERMARK ts DELAY OF INTERVAL 30 SECONDS o\n"                            \
  "WHERE status = 'paid'\n"                                                                     \
  "GROUP BY window(ts, '1 minute'), region"

static void
test_recognise (void)
{
  static const struct
  {
    const char *sql, *cards;
  } cases[] = {
    { FULL, "from orders stream | filter status = 'paid' | time ts 30 SECONDS | window ts 1 minute | group [region] | "
            "aggregate [count:*:n] [sum:price:total] | output update 2 seconds s" },
    { "CREATE STREAMING QUERY q AS SELECT * FROM STREAM t", "from t stream | output - - -" },
    { "CREATE STREAMING QUERY q TRIGGER ONCE OUTPUT MODE COMPLETE INTO a, b AS SELECT * FROM STREAM t", "from t stream | output complete once a, b" },
    { "CREATE STREAMING QUERY q TRIGGER PROCESSING TIME INTERVAL 5 SECONDS AS SELECT * FROM STREAM t", "from t stream | output - 5 SECONDS -" },
    { "SELECT * FROM t", "from t" },
    { "SELECT a, b FROM t WHERE c", "from t | filter c | sql SELECT a, b" },
    { "SELECT DISTINCT * FROM t", "from t | distinct" },
    { "SELECT DISTINCT a, b + 1 FROM t", "from t | distinct [a] [b + 1]" },
    { "SELECT DISTINCT a, count(*) FROM t GROUP BY a", "from t | group [a] | aggregate [count:*:-] | distinct" },
    { "SELECT DISTINCT a FROM t WHERE b LIMIT 3", "from t | filter b | distinct [a] | sql LIMIT 3" },
    { "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 MINUTE DROP DUPLICATES (id) WHERE a", "from t stream | time ts 1 MINUTE | distinct [id] | filter a" },
    { "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 MINUTE DROP DUPLICATES (id) WITHIN WATERMARK JOIN u USING (k) WHERE a",
      "from t stream | time ts 1 MINUTE | distinct [id] within | join inner u USING (k) | filter a" },
    { "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 MINUTE DROP DUPLICATES (id, `my key`) WITHIN WATERMARK",
      "from t stream | time ts 1 MINUTE | distinct [id] [my key] within" },
    { "SELECT a FROM STREAM t DROP DUPLICATES", "from t stream | distinct | sql SELECT a" },
    { "INSERT INTO s SELECT * FROM STREAM t", "from t stream | output - - s" },
    { "SELECT count(*) FROM STREAM t", "from t stream | aggregate [count:*:-]" },
    { "SELECT a, count(DISTINCT b), sum(c) + 1 AS d FROM t GROUP BY a", "from t | group [a] | aggregate [count:DISTINCT b:-] [sum(c) + 1 AS d:-:d]" },
    { "SELECT count(*) FILTER (WHERE a) FROM t", "from t | aggregate [count(*) FILTER (WHERE a):-:-]" },
    { "SELECT window.start, t.a, max(b) FROM t GROUP BY window(ts, '10 minutes', '5 minutes'), a HAVING max(b) > 1 ORDER BY a LIMIT 5",
      "from t | window ts 10 minutes 5 minutes | group [a] | aggregate [max:b:-] | sql HAVING max(b) > 1 ORDER BY a LIMIT 5" },
    { "SELECT window(ts, INTERVAL 1 MINUTE) w, count(*) FROM t GROUP BY w", "from t | window ts 1 MINUTE | aggregate [count:*:-]" },
    { "SELECT date_trunc('hour', ts) AS h, count(*) FROM t GROUP BY 1", "from t | group [date_trunc('hour', ts)] | aggregate [count:*:-]" },
    { "SELECT a, count(*) FROM t GROUP BY ALL", "from t | group [ALL] | aggregate [a:-:-] [count:*:-]" },
    { "SELECT a, count(*) FROM t GROUP BY ROLLUP (a, b)", "from t | group [ROLLUP (a, b)] | aggregate [a:-:-] [count:*:-]" },
    { "SELECT a, count(*) FROM t JOIN u ON t.x = u.x WHERE y GROUP BY a", "from t | join inner u t.x = u.x | filter y | group [a] | aggregate [count:*:-]" },
    { "SELECT * FROM STREAM a WATERMARK ts DELAY OF INTERVAL 1 MINUTE x LEFT OUTER JOIN STREAM b WATERMARK t DELAY OF INTERVAL 2 MINUTES y USING (id, k)",
      "from a stream | time ts 1 MINUTE | join left b stream USING (id, k)" },
    { "SELECT * FROM (SELECT * FROM STREAM a WHERE x) a JOIN b USING (k) WHERE y", "sql FROM (SELECT * FROM STREAM a WHERE x) a JOIN b USING (k) | filter y" },
    { "SELECT * FROM a CROSS JOIN b", "from a | join cross b" },
    { "SELECT * FROM a LEFT SEMI JOIN b ON a.x = b.x", "from a | join left semi b a.x = b.x" },
    { "SELECT * FROM a JOIN b ON x JOIN c ON y", "sql FROM a JOIN b ON x JOIN c ON y" },
    { "SELECT * FROM a NATURAL JOIN b", "sql FROM a NATURAL JOIN b" },
    { "SELECT * FROM a JOIN (SELECT 1) b ON x", "sql FROM a JOIN (SELECT 1) b ON x" },
    { "WITH c AS (SELECT 1) SELECT * FROM c", "sql WITH c AS (SELECT 1) SELECT * FROM c" },
    { "SELECT 1 UNION SELECT 2", "sql SELECT 1 UNION SELECT 2" },
    { "FROM t |> WHERE a", "sql FROM t |> WHERE a" },
    { "SELECT FROM", "sql SELECT FROM" },
    { "CREATE TABLE t (a INT) USING rate", "sql CREATE TABLE t (a INT) USING rate" },
    { "SET a = b; /* x */ SELECT * FROM `my table`;", "from `my table`" },
    { "SELECT session_window(ts, '5 minutes'), count(*) FROM t GROUP BY session_window(ts, '5 minutes')",
      "from t | session ts 5 minutes | aggregate [count:*:-]" },
    { "SELECT session_window.start, k, count(*) FROM t GROUP BY session_window(ts, CASE WHEN k THEN '1 minute' ELSE gap END), k",
      "from t | session ts CASE WHEN k THEN '1 minute' ELSE gap END | group [k] | aggregate [count:*:-]" },
    { "SELECT *", "sql SELECT *" },
    { "", "sql " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WeirSqlSteps) steps = steps_of (cases[i].sql);
      g_autofree char         *got = describe (steps);

      g_assert_cmpstr (got, ==, cases[i].cards);
    }
}

/* Whatever order cards are added in, the text is the same, and the cards stand in the order of the work; what was there keeps its meaning. */
static void
test_order_of_edits (void)
{
  static const char *const orders[][4] = { { "join", "filter", "time", "distinct" }, { "filter", "time", "join", "distinct" }, { "distinct", "join", "time", "filter" }, { "time", "filter", "distinct", "join" }, { "filter", "join", "distinct", "time" }, { "join", "distinct", "filter", "time" } };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autofree char         *text = g_strdup ("SELECT * FROM STREAM t AS x");
      g_autoptr (WeirSqlSteps) steps = NULL;
      g_autofree char         *cards = NULL;

      for (guint k = 0; k < 4; k++)
        {
          g_autoptr (WeirSqlSteps) before = steps_of (text);
          const char *const        columns[] = { "id", NULL };
          char                    *after;

          if (strcmp (orders[i][k], "join") == 0)
            after = weir_sql_steps_set_join (before, "left", "u", FALSE, "x.k = u.k");
          else if (strcmp (orders[i][k], "filter") == 0)
            after = weir_sql_steps_set_filter (before, "a > 1");
          else if (strcmp (orders[i][k], "time") == 0)
            after = weir_sql_steps_set_event_time (before, "ts", "10 seconds");
          else
            after = weir_sql_steps_set_distinct (before, columns, TRUE);
          g_assert_nonnull (after);
          g_free (text);
          text = after;
        }
      g_assert_cmpstr (text, ==, "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 seconds DROP DUPLICATES (id) WITHIN WATERMARK AS x LEFT JOIN u ON x.k = u.k WHERE a > 1");
      steps = steps_of (text);
      cards = describe (steps);
      g_assert_cmpstr (cards, ==, "from t stream | time ts 10 seconds | distinct [id] within | join left u x.k = u.k | filter a > 1");
    }
}

/* Every card's text is what stands at its place. */
static void
test_places (void)
{
  static const char        text[] = "-- weir: 1\nSET a = 'ü';\n" FULL ";\nSELECT 1";
  gsize                    offset = 0;
  WeirSpan                 span;
  g_autoptr (WeirSqlSteps) steps = NULL;

  weir_sql_next_statement (text, strlen (text), &offset, &span);
  weir_sql_next_statement (text, strlen (text), &offset, &span);
  steps = weir_sql_steps_new (text, span);
  g_assert_cmpuint (weir_sql_steps_get_n (steps), ==, 7);
  for (guint i = 0; i < 7; i++)
    {
      const WeirSqlStep *card = weir_sql_steps_get (steps, i);
      g_autofree char   *there = g_strndup (text + card->span.start, card->span.end - card->span.start);

      g_assert_cmpstr (card->sql, ==, there);
    }
}

/* An edit as one line: the call's name and its arguments. */
static char *
edit (const char *sql,
      const char *what,
      const char *a,
      const char *b,
      const char *c)
{
  g_autoptr (WeirSqlSteps) steps = steps_of (sql);
  g_auto (GStrv)           keys = a != NULL ? g_strsplit (a, "|", -1) : NULL;

  if (strcmp (what, "source") == 0)
    return weir_sql_steps_set_source (steps, a);
  if (strcmp (what, "filter") == 0)
    return weir_sql_steps_set_filter (steps, a);
  if (strcmp (what, "time") == 0)
    return weir_sql_steps_set_event_time (steps, a, b);
  if (strcmp (what, "window") == 0)
    return weir_sql_steps_set_window (steps, a, b, c);
  if (strcmp (what, "session") == 0)
    return weir_sql_steps_set_session (steps, a, b);
  if (strcmp (what, "distinct") == 0)
    return weir_sql_steps_set_distinct (steps, (const char *const *)keys, b != NULL);
  if (strcmp (what, "join") == 0)
    return weir_sql_steps_set_join (steps, a, b, FALSE, c);
  if (strcmp (what, "stream") == 0)
    return weir_sql_steps_set_join (steps, a, b, TRUE, c);
  if (strcmp (what, "keys") == 0)
    return weir_sql_steps_set_group_keys (steps, (const char *const *)keys);
  if (strcmp (what, "output") == 0)
    return weir_sql_steps_set_output (steps, a, b, c);
  if (strcmp (what, "checkpoint") == 0)
    return weir_sql_steps_set_checkpoint (steps, a);
  g_assert_true (g_ascii_isdigit (what[0]));
  return weir_sql_steps_set_aggregate (steps, what[0] - '0', a, b, c);
}

static void
test_edits (void)
{
  static const struct
  {
    const char *sql, *what, *a, *b, *c, *expected;
  } cases[] = {
    { "SELECT * FROM STREAM t x", "source", "my table", NULL, NULL, "SELECT * FROM STREAM `my table` x" },
    { "SELECT * FROM t JOIN u", "source", "x", NULL, NULL, "SELECT * FROM x JOIN u" },
    { "SELECT * FROM t JOIN u JOIN v", "source", "x", NULL, NULL, NULL },
    /* join */
    { "SELECT * FROM STREAM t x\nWHERE a", "join", "inner", "my u", "x.id = u.id", "SELECT * FROM STREAM t x JOIN `my u` ON x.id = u.id\nWHERE a" },
    { "SELECT *\nFROM t", "stream", "left", "u", "USING (id)", "SELECT *\nFROM t\nLEFT JOIN STREAM u USING (id)" },
    { "SELECT * FROM t", "join", "cross", "u", NULL, "SELECT * FROM t CROSS JOIN u" },
    { "SELECT * FROM t", "join", "inner", "u", NULL, NULL },
    { "SELECT * FROM t", "join", "inner", "u", "a = b WHERE c", NULL },
    { "SELECT * FROM t", "join", "inner", "u", "USING (id) WHERE c", NULL },
    { "SELECT * FROM t", "join", "inner", "u", "USING (id) JOIN v", NULL },
    { "SELECT * FROM t", "join", "inner", "u", "USING (id); DROP TABLE t", NULL },
    { "SELECT * FROM t", "join", "inner", "u", "a -- b", NULL },
    { "SELECT * FROM t", "join", "sideways", "u", "a", NULL },
    { "SELECT * FROM t /* l */ JOIN /* r */ u ON a WHERE b", "join", NULL, NULL, NULL, "SELECT * FROM t /* l */ WHERE b" },
    { "SELECT * FROM t JOIN u ON a WHERE b", "join", NULL, NULL, NULL, "SELECT * FROM t WHERE b" },
    { "SELECT * FROM t", "join", NULL, NULL, NULL, "SELECT * FROM t" },
    { "SELECT * FROM t inner  join u x on a=b", "join", "inner", "u", "a=b", "SELECT * FROM t inner  join u x on a=b" },
    { "SELECT * FROM t JOIN u x ON a", "join", "left anti", "v", "b", "SELECT * FROM t LEFT ANTI JOIN v x ON b" },
    { "SELECT * FROM t JOIN u x ON a", "stream", "inner", "u", "a", "SELECT * FROM t JOIN STREAM u x ON a" },
    { "SELECT * FROM t JOIN STREAM u x ON a", "join", "inner", "u", "USING (id)", "SELECT * FROM t JOIN u x USING (id)" },
    { "SELECT * FROM t JOIN STREAM(u) x ON a", "join", "inner", "u", "a", NULL },
    { "SELECT * FROM t JOIN u x ON a", "join", "cross", "u", NULL, "SELECT * FROM t CROSS JOIN u x" },
    /* duplicates */
    { "SELECT * FROM STREAM t", "distinct", "", NULL, NULL, "SELECT * FROM STREAM t DROP DUPLICATES" },
    { "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 MINUTE AS x", "distinct", "id|my_key", "within", NULL,
      "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 MINUTE DROP DUPLICATES (id, my_key) WITHIN WATERMARK AS x" },
    { "SELECT * FROM STREAM t DROP DUPLICATES (a) WITHIN WATERMARK x", "distinct", "a|b", NULL, NULL, "SELECT * FROM STREAM t DROP DUPLICATES (a, b) x" },
    { "SELECT * FROM STREAM t DROP  DUPLICATES (a) x", "distinct", "a", NULL, NULL, "SELECT * FROM STREAM t DROP  DUPLICATES (a) x" },
    { "SELECT * FROM STREAM t DROP DUPLICATES (a) x", "distinct", NULL, NULL, NULL, "SELECT * FROM STREAM t x" },
    { "SELECT * FROM STREAM t", "distinct", "a + b", NULL, NULL, NULL },
    { "SELECT * FROM STREAM t", "distinct", "a) WATERMARK (b", NULL, NULL, NULL },
    { "SELECT DISTINCT a FROM t", "distinct", NULL, NULL, NULL, "SELECT a FROM t" },
    { "SELECT DISTINCT a FROM t", "distinct", "a|b + 1 AS c", NULL, NULL, "SELECT DISTINCT a, b + 1 AS c FROM t" },
    { "SELECT DISTINCT a FROM t", "distinct", "", NULL, NULL, "SELECT DISTINCT * FROM t" },
    { "SELECT DISTINCT a FROM t", "distinct", "a FROM u", NULL, NULL, NULL },
    { "SELECT DISTINCT a FROM t", "distinct", "a", "within", NULL, NULL },
    /* sessions */
    { "SELECT * FROM t", "session", "ts", "5 minutes", NULL, "SELECT session_window(ts, '5 minutes') AS session FROM t GROUP BY session_window(ts, '5 minutes')" },
    { "SELECT session_window(ts, '5 minutes') s, count(*) FROM t GROUP BY s", "session", "ts", "gap", NULL,
      "SELECT session_window(ts, gap) s, count(*) FROM t GROUP BY s" },
    { "SELECT session_window.start, a, count(*) FROM t GROUP BY session_window(ts, '5 minutes'), a", "session", NULL, NULL, NULL, "SELECT a, count(*) FROM t GROUP BY a" },
    { "SELECT window(ts, '1 minute') AS w, a, count(*) FROM t GROUP BY window(ts, '1 minute'), a", "session", "ts", "5 minutes", NULL,
      "SELECT session_window(ts, '5 minutes') AS session, a, count(*) FROM t GROUP BY session_window(ts, '5 minutes'), a" },
    { "SELECT session_window(ts, '5 minutes') AS s, count(*) FROM t GROUP BY s", "window", "ts", "1 minute", NULL,
      "SELECT window(ts, '1 minute') AS window, count(*) FROM t GROUP BY window(ts, '1 minute')" },
    { "SELECT session_window(ts, '5 minutes') AS s, count(*) FROM t GROUP BY s", "window", NULL, NULL, NULL,
      "SELECT session_window(ts, '5 minutes') AS s, count(*) FROM t GROUP BY s" },
    { "SELECT * FROM t", "session", "ts", "5 minutes)", NULL, NULL },
    /* filter */
    { "SELECT * FROM t", "filter", "a > 1", NULL, NULL, "SELECT * FROM t WHERE a > 1" },
    { "SELECT *\n  FROM t\nLIMIT 5;", "filter", "a = '--'", NULL, NULL, "SELECT *\n  FROM t\n  WHERE a = '--'\nLIMIT 5;" },
    { "SELECT * FROM t WHERE /* x */ a /* y */ LIMIT 1", "filter", "b", NULL, NULL, "SELECT * FROM t WHERE /* x */ b /* y */ LIMIT 1" },
    { "SELECT * FROM t WHERE a GROUP BY b", "filter", NULL, NULL, NULL, "SELECT * FROM t GROUP BY b" },
    { "SELECT * FROM t -- c\nWHERE a\nGROUP BY b", "filter", NULL, NULL, NULL, "SELECT * FROM t -- c\nGROUP BY b" },
    { "SELECT * FROM t WHERE(a)GROUP BY b", "filter", NULL, NULL, NULL, "SELECT * FROM t GROUP BY b" },
    { "SELECT * FROM t", "filter", "a; DROP TABLE t", NULL, NULL, NULL },
    { "SELECT * FROM t", "filter", "a -- x", NULL, NULL, NULL },
    { "SELECT * FROM t", "filter", "a)", NULL, NULL, NULL },
    { "SELECT 1", "filter", "a", NULL, NULL, NULL },
    /* event time */
    { "SELECT * FROM STREAM t", "time", "ts", "10 seconds", NULL, "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 seconds" },
    { "SELECT * FROM STREAM(t) AS x", "time", "ts", "1 minute 5 seconds", NULL, "SELECT * FROM STREAM(t) WATERMARK ts DELAY OF INTERVAL 1 minute 5 seconds AS x" },
    { "SELECT * FROM STREAM t WITH (a = 1) DROP DUPLICATES x", "time", "ts", "10 seconds", NULL,
      "SELECT * FROM STREAM t WITH (a = 1) WATERMARK ts DELAY OF INTERVAL 10 seconds DROP DUPLICATES x" },
    { "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS x", "time", "ts", "10 seconds", NULL,
      "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS x" },
    { "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS x", "time", "ts2", "5 minutes", NULL,
      "SELECT * FROM STREAM t WATERMARK ts2 DELAY OF INTERVAL 5 minutes x" },
    { "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS x", "time", NULL, NULL, NULL, "SELECT * FROM STREAM t x" },
    { "SELECT * FROM STREAM t", "time", "ts", "soon", NULL, NULL },
    { "SELECT * FROM STREAM t", "time", "ts", "'10 seconds'", NULL, "SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL '10' SECOND" },
    /* window */
    { "SELECT * FROM t", "window", "ts", "1 minute", NULL, "SELECT window(ts, '1 minute') AS window FROM t GROUP BY window(ts, '1 minute')" },
    { "SELECT a, count(*) FROM t WHERE b GROUP BY a", "window", "ts", "10 minutes", "5 minutes",
      "SELECT window(ts, '10 minutes', '5 minutes') AS window, a, count(*) FROM t WHERE b GROUP BY window(ts, '10 minutes', '5 minutes'), a" },
    { "SELECT window(ts,'1 minute') w, count(*) FROM t GROUP BY window( ts, '1 minute' )", "window", "ts", "2 minutes", NULL,
      "SELECT window(ts, '2 minutes') w, count(*) FROM t GROUP BY window(ts, '2 minutes')" },
    { "SELECT window(ts,'1 minute').start, count(*) FROM t GROUP BY window(ts, '1 minute')", "window", "ts", "2 minutes", NULL,
      "SELECT window(ts, '2 minutes').start, count(*) FROM t GROUP BY window(ts, '2 minutes')" },
    { "SELECT window(ts,'1 minute') w, count(*) FROM t GROUP BY w", "window", "ts", "2 minutes", NULL, "SELECT window(ts, '2 minutes') w, count(*) FROM t GROUP BY w" },
    { "SELECT window(ts,'1 minute') w, count(*) FROM t GROUP BY w", "window", "ts", "1 minute", NULL, "SELECT window(ts,'1 minute') w, count(*) FROM t GROUP BY w" },
    { "SELECT window(ts,'1 minute') w, count(*) FROM t GROUP BY w", "window", NULL, NULL, NULL, "SELECT count(*) FROM t" },
    { "SELECT window.start, a, window.end FROM t GROUP BY window(ts, '1 minute'), a", "window", NULL, NULL, NULL, "SELECT a FROM t GROUP BY a" },
    { "SELECT window(ts,'1 minute') FROM t GROUP BY window(ts, '1 minute')", "window", NULL, NULL, NULL, "SELECT * FROM t" },
    { "SELECT * FROM t", "window", "ts", "soon", NULL, NULL },
    { "SELECT a FROM t GROUP BY 1", "window", "ts", "1 minute", NULL, NULL },
    /* keys */
    { "SELECT * FROM t", "keys", "a", NULL, NULL, "SELECT a FROM t GROUP BY a" },
    { "SELECT count(*) FROM t", "keys", "a|b.c", NULL, NULL, "SELECT a, b.c, count(*) FROM t GROUP BY a, b.c" },
    { "SELECT a, /* keep */ count(*) FROM t GROUP BY a", "keys", "a|b", NULL, NULL, "SELECT a, b, /* keep */ count(*) FROM t GROUP BY a, b" },
    { "SELECT a, b, count(*) FROM t GROUP BY a, b", "keys", "b", NULL, NULL, "SELECT b, count(*) FROM t GROUP BY b" },
    { "SELECT a, b, count(*) FROM t GROUP BY a, b", "keys", "b|a", NULL, NULL, "SELECT a, b, count(*) FROM t GROUP BY b, a" },
    { "SELECT a, count(*) FROM t GROUP BY a", "keys", "", NULL, NULL, "SELECT count(*) FROM t" },
    { "SELECT x AS k, count(*) FROM t GROUP BY k", "keys", "y", NULL, NULL, "SELECT y, count(*) FROM t GROUP BY y" },
    /* aggregates */
    { "SELECT * FROM t", "0", "count", "*", NULL, "SELECT count(*) FROM t" },
    { "SELECT count(*) FROM t", "1", "sum", "price * n", "my total", "SELECT count(*), sum(price * n) AS `my total` FROM t" },
    { "SELECT count(*) n FROM t", "0", "sum", "x", "n", "SELECT sum(x) n FROM t" },
    { "SELECT count(*) n FROM t", "0", "count", "*", "m", "SELECT count(*) m FROM t" },
    { "SELECT count(*) AS n FROM t", "0", "count", "*", NULL, "SELECT count(*) FROM t" },
    { "SELECT count(*) FROM t", "0", "count", "*", "n", "SELECT count(*) AS n FROM t" },
    { "SELECT count( * ) FROM t", "0", "count", "*", NULL, "SELECT count( * ) FROM t" },
    { "SELECT a, count(*), sum(b) FROM t GROUP BY a", "0", NULL, NULL, NULL, "SELECT a, sum(b) FROM t GROUP BY a" },
    { "SELECT count(*) FROM t", "0", NULL, NULL, NULL, "SELECT * FROM t" },
    { "SELECT count(*) FROM t", "0", "sum", "a), (b", NULL, NULL },
    { "SELECT count(*) FROM t", "0", "sum", "a) + (b", NULL, NULL },
    { "SELECT count(*) FROM t", "5", "sum", "a", NULL, NULL },
    /* output */
    { "CREATE STREAMING QUERY q AS SELECT a FROM STREAM t", "checkpoint", "/var/ck/it's", NULL, NULL,
      "CREATE STREAMING QUERY q CHECKPOINT LOCATION '/var/ck/it\\'s' AS SELECT a FROM STREAM t" },
    { "CREATE STREAMING QUERY q\nCHECKPOINT LOCATION 'a' -- here\nOUTPUT MODE UPDATE\nAS SELECT a FROM STREAM t", "checkpoint", "b", NULL, NULL,
      "CREATE STREAMING QUERY q\nCHECKPOINT LOCATION 'b' -- here\nOUTPUT MODE UPDATE\nAS SELECT a FROM STREAM t" },
    { "CREATE STREAMING QUERY q CHECKPOINT LOCATION 'a' OUTPUT MODE UPDATE AS SELECT a FROM STREAM t", "checkpoint", NULL, NULL, NULL,
      "CREATE STREAMING QUERY q OUTPUT MODE UPDATE AS SELECT a FROM STREAM t" },
    { "SELECT a FROM STREAM t", "checkpoint", "b", NULL, NULL, NULL },
    { "CREATE STREAMING QUERY q AS SELECT 1", "output", "update", "5 seconds", "s",
      "CREATE STREAMING QUERY q INTO s OUTPUT MODE UPDATE TRIGGER PROCESSING TIME '5 seconds' AS SELECT 1" },
    { "CREATE STREAMING QUERY q\n  output mode append\nAS SELECT 1", "output", "append", "once", NULL, "CREATE STREAMING QUERY q\n  output mode append TRIGGER ONCE\nAS SELECT 1" },
    { "CREATE STREAMING QUERY q INTO s OUTPUT MODE UPDATE TRIGGER AVAILABLE NOW CHECKPOINT LOCATION 'c' AS SELECT 1", "output", NULL, NULL, NULL,
      "CREATE STREAMING QUERY q CHECKPOINT LOCATION 'c' AS SELECT 1" },
    { "CREATE STREAMING QUERY q /* c */ INTO s OUTPUT MODE UPDATE AS SELECT 1", "output", NULL, NULL, NULL, "CREATE STREAMING QUERY q /* c */  AS SELECT 1" },
    { "CREATE STREAMING QUERY q INTO a, b AS SELECT 1", "output", NULL, NULL, "a, b", "CREATE STREAMING QUERY q INTO a, b AS SELECT 1" },
    { "CREATE STREAMING QUERY q AS SELECT 1", "output", "sometimes", NULL, NULL, NULL },
    { "CREATE STREAMING QUERY q AS SELECT 1", "output", NULL, "-1 second", NULL, NULL },
    { "INSERT INTO a SELECT 1", "output", NULL, NULL, "b", "INSERT INTO b SELECT 1" },
    { "SELECT 1", "output", "update", NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = edit (cases[i].sql, cases[i].what, cases[i].a, cases[i].b, cases[i].c);

      g_assert_cmpstr (got, ==, cases[i].expected);
    }
}

/* ---- properties ----------------------------------------------------------------------------------------------- */

static const char *
pick (const char *const *items,
      guint              n)
{
  return items[g_test_rand_int_range (0, n)];
}

#define PICK(items) pick ((items), G_N_ELEMENTS (items))

/* One random edit; checks that the card then says what was asked. */
static char *
random_edit (const char *text,
             WeirSpan    statement)
{
  static const char *const conditions[] = { "a > 1", "status = 'paid' OR b", "x IN (1, 2)", NULL };
  static const char *const columns[] = { "ts", "event_time", NULL };
  static const char *const joins[] = { "inner", "left", NULL };
  static const char *const delays[] = { "10 seconds", "1 minute 30 seconds" };
  static const char *const slides[] = { "30 seconds", NULL };
  static const char *const functions[] = { "count", "sum", "avg", NULL };
  static const char *const arguments[] = { "price", "a + b", "DISTINCT x" };
  static const char *const aliases[] = { "n", "my total", NULL };
  static const char *const modes[] = { "append", "update", NULL };
  static const char *const triggers[] = { "once", "5 seconds", NULL };
  static const char *const sinks[] = { "s", "my sink", NULL };
  static const char *const checkpoints[] = { "/tmp/ck", "it's\\here", "", NULL };
  static const char *const keys[][3] = { { "region", NULL }, { "a", "region", NULL }, { "region", "a", NULL }, { NULL } };
  g_autoptr (WeirSqlSteps) steps = weir_sql_steps_new (text, statement);

  switch (g_test_rand_int_range (0, 11))
    {
    case 7:
      return weir_sql_steps_set_join (steps, PICK (joins), PICK (sinks), g_test_rand_bit (), "a.id = b.id");
    case 8:
      return weir_sql_steps_set_distinct (steps, g_test_rand_bit () ? keys[g_test_rand_int_range (0, G_N_ELEMENTS (keys))] : NULL, g_test_rand_bit ());
    case 9:
      return weir_sql_steps_set_session (steps, "ts", g_test_rand_bit () ? PICK (delays) : NULL);
    case 0:
      return weir_sql_steps_set_source (steps, PICK (sinks));
    case 1:
      return weir_sql_steps_set_filter (steps, PICK (conditions));
    case 2:
      return weir_sql_steps_set_event_time (steps, PICK (columns), PICK (delays));
    case 3:
      return weir_sql_steps_set_window (steps, "ts", g_test_rand_bit () ? PICK (delays) : NULL, PICK (slides));
    case 4:
      return weir_sql_steps_set_group_keys (steps, keys[g_test_rand_int_range (0, G_N_ELEMENTS (keys))]);
    case 5:
      return weir_sql_steps_set_aggregate (steps, g_test_rand_int_range (0, 4), PICK (functions), PICK (arguments), PICK (aliases));
    case 6:
      return weir_sql_steps_set_checkpoint (steps, PICK (checkpoints));
    default:
      return weir_sql_steps_set_output (steps, PICK (modes), PICK (triggers), PICK (sinks));
    }
}

static void
test_random_edits (void)
{
  static const char *const starts[] = {
    FULL,
    "CREATE STREAMING QUERY q AS SELECT * FROM STREAM t",
    "CREATE STREAMING QUERY q /* x */ INTO s -- y\nOUTPUT MODE UPDATE -- z\nAS SELECT /* b */ * FROM STREAM t -- end\n",
    "INSERT INTO s SELECT window.start, count(*) FROM STREAM t GROUP BY window(ts, '5 minutes')",
    "SELECT a, region, count(*) FROM t GROUP BY region, a HAVING count(*) > 1 LIMIT 5",
  };
  static const char before[] = "-- weir: 1\n-- weir:chart q {}\n", after[] = ";\n-- tail\nSELECT 1;\n";

  for (guint round = 0; round < 400; round++)
    {
      g_autofree char *text = g_strconcat (before, PICK (starts), after, NULL);

      for (guint i = 0; i < 10; i++)
        {
          WeirSpan                  statement = { strlen (before), strlen (text) - strlen (after) };
          g_autofree char          *edited = random_edit (text, statement);
          g_autoptr (WeirSqlScript) script = NULL;

          if (edited == NULL)
            continue;
          g_assert_true (g_str_has_prefix (edited, before));
          g_assert_true (g_str_has_suffix (edited, after));
          script = weir_sql_parse (edited, -1);
          if (weir_sql_script_get_first_error (script) != NULL)
            g_error ("%s\nbecame\n%s", text, edited);
          g_assert_cmpuint (weir_sql_script_get_n_statements (script), ==, 2);
          g_free (text);
          text = g_steal_pointer (&edited);
        }
    }
}

/* Setting what is there already changes no byte. */
static void
test_same_is_same (void)
{
  static const char *const region[] = { "region", NULL };
  g_autoptr (WeirSqlSteps) steps = steps_of (FULL);
  g_autofree char         *source = weir_sql_steps_set_source (steps, card_of (steps, WEIR_SQL_STEP_FROM)->source);
  g_autofree char         *filter = weir_sql_steps_set_filter (steps, card_of (steps, WEIR_SQL_STEP_FILTER)->condition);
  g_autofree char         *event_time = weir_sql_steps_set_event_time (steps, "ts", card_of (steps, WEIR_SQL_STEP_EVENT_TIME)->delay);
  g_autofree char         *window = weir_sql_steps_set_window (steps, "ts", card_of (steps, WEIR_SQL_STEP_WINDOW)->size, NULL);
  g_autofree char         *keys = weir_sql_steps_set_group_keys (steps, region);
  g_autofree char         *first = weir_sql_steps_set_aggregate (steps, 0, "count", "*", "n");
  g_autofree char         *second = weir_sql_steps_set_aggregate (steps, 1, "sum", "price", "total");
  g_autofree char         *output = weir_sql_steps_set_output (steps, "update", "2 seconds", "s");
  g_autofree char         *checkpoint = weir_sql_steps_set_checkpoint (steps, card_of (steps, WEIR_SQL_STEP_OUTPUT)->checkpoint);

  g_assert_cmpstr (source, ==, FULL);
  g_assert_cmpstr (filter, ==, FULL);
  g_assert_cmpstr (event_time, ==, FULL);
  g_assert_cmpstr (window, ==, FULL);
  g_assert_cmpstr (keys, ==, FULL);
  g_assert_cmpstr (first, ==, FULL);
  g_assert_cmpstr (second, ==, FULL);
  g_assert_cmpstr (output, ==, FULL);
  g_assert_cmpstr (checkpoint, ==, FULL);
}

/* An edit of one card leaves the others as they were. */
static void
test_others_stay (void)
{
  static const char *const keys[] = { "region", "city", NULL };
  g_autoptr (WeirSqlSteps) steps = steps_of (FULL);
  g_autofree char         *text = weir_sql_steps_set_group_keys (steps, keys);
  g_autoptr (WeirSqlSteps) after = steps_of (text);
  g_autofree char         *cards = describe (after);
  WeirSpan                 changed = weir_text_changed_span (FULL, text);

  g_assert_cmpstr (cards, ==,
                   "from orders stream | filter status = 'paid' | time ts 30 SECONDS | window ts 1 minute | group [region] [city] | "
                   "aggregate [count:*:n] [sum:price:total] | output update 2 seconds s");
  g_assert_cmpint (strncmp (text + changed.start, "ity, c", 6), ==, 0);
  g_assert_cmpuint (changed.end, ==, strlen (text));
  g_assert_nonnull (strstr (text, "total -- the sums\n"));
}

static void
test_changed_span (void)
{
  static const struct
  {
    const char *before, *after;
    guint32     start, end;
  } cases[] = {
    { "abc", "abc", 3, 3 },
    { "abc", "abXc", 2, 3 },
    { "abXc", "abc", 2, 2 },
    { "", "x", 0, 1 },
    { "aaa", "aa", 2, 2 },
    { "abcd", "axyd", 1, 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WeirSpan span = weir_text_changed_span (cases[i].before, cases[i].after);

      g_assert_cmpuint (span.start, ==, cases[i].start);
      g_assert_cmpuint (span.end, ==, cases[i].end);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sql/steps/recognise", test_recognise);
  g_test_add_func ("/sql/steps/places", test_places);
  g_test_add_func ("/sql/steps/order-of-edits", test_order_of_edits);
  g_test_add_func ("/sql/steps/edits", test_edits);
  g_test_add_func ("/sql/steps/random-edits", test_random_edits);
  g_test_add_func ("/sql/steps/same-is-same", test_same_is_same);
  g_test_add_func ("/sql/steps/others-stay", test_others_stay);
  g_test_add_func ("/sql/steps/changed-span", test_changed_span);
  return g_test_run ();
}
