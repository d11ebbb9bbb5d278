/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "sql/parser.h"

/* The bytes of @span in @text. */
static char *
cut (const char *text,
     WeirSpan    span)
{
  g_assert_cmpuint (span.start, <=, span.end);
  g_assert_cmpuint (span.end, <=, strlen (text));
  return g_strndup (text + span.start, span.end - span.start);
}

static void
assert_span (const char *text,
             WeirSpan    span,
             const char *expected)
{
  g_autofree char *got = cut (text, span);

  g_assert_cmpstr (got, ==, expected);
}

static void
test_errors (void)
{
  static const struct
  {
    const char *sql, *condition, *at, *message; /* @at: the marked text; @message: a part of it */
  } cases[] = {
    { "SELECT", "PARSE_SYNTAX_ERROR", "", "Syntax error at or near end of input." },
    { "SELECT FROM t", "PARSE_SYNTAX_ERROR", "FROM", "Syntax error at or near 'FROM'." },
    { "SELECT a,, b", "PARSE_SYNTAX_ERROR", ",", "at or near ','" },
    { "SELECT (a", "PARSE_SYNTAX_ERROR", "", "end of input" },
    { "SELECT a)", "PARSE_SYNTAX_ERROR", ")", "near ')'" },
    { "SELECT a b c", "PARSE_SYNTAX_ERROR", "c", "near 'c'" },
    { "SELECT a FROM t WHERE", "PARSE_SYNTAX_ERROR", "", "end of input" },
    { "SELECT a IS NULL IS NULL", "PARSE_SYNTAX_ERROR", "IS", "near 'IS'" },
    { "SELECT a = NOT b", "PARSE_SYNTAX_ERROR", "NOT", "near 'NOT'" },
    { "SELECT * FROM a LEFT b", "PARSE_SYNTAX_ERROR", "b", "near 'b'" },
    { "SELECT a IN ()", "PARSE_SYNTAX_ERROR", ")", "near ')'" },
    { "SELECT f(a b)", "PARSE_SYNTAX_ERROR", "b", "near 'b'" },
    { "SELECT (a AS b)", "PARSE_SYNTAX_ERROR", ")", "near ')'" },
    { "SELECT ()", "PARSE_SYNTAX_ERROR", ")", "near ')'" },
    { "SELECT CAST(a AS)", "PARSE_SYNTAX_ERROR", ")", "near ')'" },
    { "SELECT CASE WHEN a END", "PARSE_SYNTAX_ERROR", "END", "near 'END'" },
    { "SELECT a # b", "PARSE_SYNTAX_ERROR", "#", "near '#'" },
    { "SELECT 'abc", "PARSE_SYNTAX_ERROR", "'abc", "string is not closed" },
    { "SELECT `abc", "PARSE_SYNTAX_ERROR", "`abc", "identifier is not closed" },
    { "SELECT 1 /* x", "UNCLOSED_BRACKETED_COMMENT", "/* x", "*/" },
    { "FOO BAR", "PARSE_SYNTAX_ERROR", "FOO", "near 'FOO'" },
    { "CREATE", "PARSE_SYNTAX_ERROR", "", "end of input" },
    { "CREATE FOO", "PARSE_SYNTAX_ERROR", "FOO", "near 'FOO'" },
    { "MERGE INTO t", "UNSUPPORTED_FEATURE", "MERGE", "MERGE" },
    { "CREATE SCHEMA f", "UNSUPPORTED_FEATURE", "CREATE SCHEMA", "CREATE SCHEMA" },
    { "DROP DATABASE d", "UNSUPPORTED_FEATURE", "DROP DATABASE", "DROP DATABASE" },
    { "SHOW DATABASES", "UNSUPPORTED_FEATURE", "SHOW DATABASES", "SHOW DATABASES" },
    { "SELECT * FROM t TABLESAMPLE (5 ROWS)", "UNSUPPORTED_FEATURE", "TABLESAMPLE", "TABLESAMPLE" },
    { "SELECT * FROM STREAM t TABLESAMPLE (5 ROWS)", "PARSE_SYNTAX_ERROR", "TABLESAMPLE", "TABLESAMPLE" },
    { "FROM t |> JOIN u", "UNSUPPORTED_FEATURE", "JOIN", "pipe operator" },
    { "FROM t |> foo", "PARSE_SYNTAX_ERROR", "foo", "near 'foo'" },
    { "FROM t |>", "PARSE_SYNTAX_ERROR", "", "end of input" },
    { "SELECT ?", "UNSUPPORTED_FEATURE", "?", "parameter markers" },
    { "SELECT 128Y", "INVALID_NUMERIC_LITERAL_RANGE", "128Y", "tinyint" },
    { "SELECT -129Y", "INVALID_NUMERIC_LITERAL_RANGE", "-129Y", "tinyint" },
    { "SELECT 9223372036854775808L", "INVALID_NUMERIC_LITERAL_RANGE", "9223372036854775808L", "bigint" },
    { "SELECT 1e999", "INVALID_NUMERIC_LITERAL_RANGE", "1e999", "double" },
    { "SELECT 123456789012345678901234567890123456789", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "123456789012345678901234567890123456789", "39" },
    { "SELECT X'zz'", "INVALID_TYPED_LITERAL", "X'zz'", "zz" },
    { "SELECT INTERVAL 'x'", "INVALID_TYPED_LITERAL", "INTERVAL 'x'", "INTERVAL" },
    { "SELECT FOO 'x'", "UNSUPPORTED_TYPED_LITERAL", "FOO 'x'", "FOO" },
    { "SELECT INTERVAL 1 MONTH 1 DAY", "INVALID_INTERVAL_FORMAT", "INTERVAL 1 MONTH 1 DAY", "mix" },
    { "SELECT INTERVAL '1:61' HOUR TO MINUTE", "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", "'1:61' HOUR TO MINUTE", "range" },
    { "SELECT timestampadd('HOUR', 1, a)", "INVALID_PARAMETER_VALUE.DATETIME_UNIT", "'HOUR'", "unit" },
    { "SELECT a LIKE 'x' ESCAPE 'ab'", "INVALID_ESCAPE_CHAR", "'ab'", "length one" },
    { "SELECT * FROM STREAM t WATERMARK a DELAY OF INTERVAL '10 seconds'", "PARSE_SYNTAX_ERROR", "", "end of input" },
    { "CREATE STREAMING QUERY q OUTPUT MODE APPEND OUTPUT MODE UPDATE AS SELECT 1", "DUPLICATE_CLAUSES", "OUTPUT MODE UPDATE", "OUTPUT MODE" },
    { "CREATE STREAMING QUERY q TRIGGER PROCESSING TIME '1 month' AS SELECT 1", "INVALID_INTERVAL_FORMAT", "'1 month'", "trigger" },
    { "CREATE STREAMING QUERY q TRIGGER PROCESSING TIME 'x' AS SELECT 1", "INVALID_INTERVAL_FORMAT.INVALID_VALUE", "'x'", "x" },
    { "SET a b = c", "INVALID_SET_SYNTAX", "a b", "SET key=value" },
    { "", "PARSE_EMPTY_STATEMENT", "", "empty statement" },
    { " ; -- x\n;", "PARSE_EMPTY_STATEMENT", "", "empty statement" },
    { "SELECT 1; SELECT 2", "PARSE_SYNTAX_ERROR", "SELECT 2", "one statement" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError)        error = NULL;
      g_autoptr (WeirSqlScript) script = weir_sql_parse_statement (cases[i].sql, -1, &error);

      if (script != NULL)
        g_error ("accepted: %s", cases[i].sql);
      g_assert_error (error, WEIR_ERROR, WEIR_ERROR_PARSE);
      if (strcmp (weir_error_get_condition (error), cases[i].condition) != 0)
        g_test_message ("%s", cases[i].sql);
      g_assert_cmpstr (weir_error_get_condition (error), ==, cases[i].condition);
      assert_span (cases[i].sql, weir_error_get_span (error), cases[i].at);
      if (strstr (error->message, cases[i].message) == NULL)
        g_error ("%s: %s", cases[i].sql, error->message);
    }
}

static void
test_recovery (void)
{
  static const char         sql[] = "SELECT 1;\nSELECT FROM; ;;\n-- only a comment\nFOO; SELECT ';' /* ; */ , `;`";
  g_autoptr (WeirSqlScript) script = weir_sql_parse (sql, -1);

  g_assert_cmpstr (weir_sql_script_get_text (script), ==, sql);
  g_assert_cmpuint (weir_sql_script_get_n_statements (script), ==, 4);
  g_assert_nonnull (weir_sql_script_get_statement (script, 0));
  g_assert_null (weir_sql_script_get_error (script, 0));
  g_assert_null (weir_sql_script_get_statement (script, 1));
  g_assert_nonnull (weir_sql_script_get_error (script, 1));
  g_assert_true (weir_sql_script_get_error (script, 1) == weir_sql_script_get_first_error (script));
  g_assert_nonnull (weir_sql_script_get_error (script, 2));
  g_assert_nonnull (weir_sql_script_get_statement (script, 3));
  assert_span (sql, weir_sql_script_get_span (script, 0), "SELECT 1");
  assert_span (sql, weir_sql_script_get_span (script, 1), "SELECT FROM");
  assert_span (sql, weir_sql_script_get_span (script, 2), "FOO");
  assert_span (sql, weir_sql_script_get_span (script, 3), "SELECT ';' /* ; */ , `;`");
}

static void
test_clause_spans (void)
{
  static const char         sql[] = "CREATE STREAMING QUERY q INTO s OUTPUT MODE UPDATE TRIGGER PROCESSING TIME '1 second' AS\n"
                                    "WITH c AS (SELECT 1)\n"
                                    "SELECT DISTINCT a AS x, count(*) FROM STREAM t WATERMARK ts DELAY OF INTERVAL 5 SECONDS u\n"
                                    "WHERE a > 1 GROUP BY a, window(ts, '1 minute') HAVING b ORDER BY a LIMIT 3 OFFSET 4;";
  g_autoptr (WeirSqlScript) script = weir_sql_parse_statement (sql, -1, NULL);
  const WeirSqlStatement   *statement = weir_sql_script_get_statement (script, 0);
  const WeirSqlCreateQuery *create = &statement->create_query;
  const WeirSqlSelect      *select = &create->query->body->select;

  assert_span (sql, create->into_span, "INTO s");
  assert_span (sql, create->output_mode_span, "OUTPUT MODE UPDATE");
  assert_span (sql, create->trigger_span, "TRIGGER PROCESSING TIME '1 second'");
  assert_span (sql, create->as_span, "AS");
  g_assert_cmpint (create->trigger_us, ==, 1000000);
  g_assert_cmpuint (create->checkpoint_span.end, ==, 0);
  assert_span (sql, create->query->with_span, "WITH c AS (SELECT 1)");
  assert_span (sql, select->select_span, "SELECT DISTINCT a AS x, count(*)");
  assert_span (sql, select->items_span, "a AS x, count(*)");
  assert_span (sql, select->items[0].span, "a AS x");
  assert_span (sql, select->items[0].aliases[0].span, "x");
  assert_span (sql, select->from_span, "FROM STREAM t WATERMARK ts DELAY OF INTERVAL 5 SECONDS u");
  assert_span (sql, select->from[0]->table.span, "t");
  assert_span (sql, select->from[0]->watermark->span, "WATERMARK ts DELAY OF INTERVAL 5 SECONDS");
  assert_span (sql, select->from[0]->watermark->delay_span, "INTERVAL 5 SECONDS");
  assert_span (sql, select->from[0]->alias.span, "u");
  assert_span (sql, select->where_span, "WHERE a > 1");
  assert_span (sql, select->where->binary.op_span, ">");
  assert_span (sql, select->group_by_span, "GROUP BY a, window(ts, '1 minute')");
  assert_span (sql, select->group_by[1]->span, "window(ts, '1 minute')");
  assert_span (sql, select->having_span, "HAVING b");
  assert_span (sql, create->query->order_by_span, "ORDER BY a");
  assert_span (sql, create->query->limit_span, "LIMIT 3");
  assert_span (sql, create->query->offset_span, "OFFSET 4");
  g_assert_cmpuint (statement->span.end, ==, strlen (sql) - 1);
}

static void
test_expr_spans (void)
{
  static const struct
  {
    const char *sql, *span;
  } cases[] = {
    { " ((a)) ", "((a))" },
    { " - 5 ", "- 5" },
    { "a + (b)", "a + (b)" },
    { " f(x).y[0] ", "f(x).y[0]" },
    { " NOT a IS NULL ", "NOT a IS NULL" },
    { " CASE WHEN a THEN b END ", "CASE WHEN a THEN b END" },
    { " a::int ", "a::int" },
    { " 'a' 'b' ", "'a' 'b'" },
    { " INTERVAL 1 DAY 2 HOURS ", "INTERVAL 1 DAY 2 HOURS" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WeirSqlScript) script = weir_sql_parse_expression (cases[i].sql, -1, NULL);

      g_assert_nonnull (script);
      assert_span (cases[i].sql, weir_sql_script_get_expression (script)->span, cases[i].span);
    }
}

/* @head repeated @n times around @middle. */
static char *
nest (const char *head,
      const char *middle,
      const char *tail,
      guint       n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, head);
  g_string_append (text, middle);
  for (guint i = 0; i < n; i++)
    g_string_append (text, tail);
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  static const struct
  {
    const char *head, *middle, *tail;
  } cases[] = {
    { "(", "1", ")" },
    { "- ", "a", "" },
    { "NOT ", "a", "" },
    { "~", "a", "" },
    { "f(", "1", ")" },
    { "", "1", "+1" },
    { "", "a", "[0]" },
    { "", "f()", ".x" },
    { "", "a", "::int" },
    { "x -> ", "1", "" },
    { "(SELECT ", "1", ")" },
    { "(SELECT * FROM (", "SELECT 1", "))" },
    { "CASE WHEN ", "a", " THEN 1 END" },
    { "CAST(1 AS ARRAY<", "INT", ">)" },
    { "a IN (", "1", ")" },
    { "(((((", "a", ")+1)+1)" },
    { "((((((((((((((((((((((((((((((((", "SELECT 1", ")" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char          *deep = nest (cases[i].head, cases[i].middle, cases[i].tail, 100000);
      g_autofree char          *call = g_strdup_printf ("f(%s)", deep);
      g_autoptr (GError)        error = NULL;
      g_autoptr (WeirSqlScript) script = weir_sql_parse_expression (call, -1, &error);

      g_assert_null (script);
      g_assert_nonnull (error);
    }
}

static void
test_depth_allowed (void)
{
  static const struct
  {
    const char *head, *middle, *tail;
    guint       n;
  } cases[] = {
    { "(", "1", ")", 190 },
    { "", "1", "+1", 190 },
    { "", "a", " AND a", 100000 },
    { "", "a", " OR a AND b", 50000 },
    { "f(", "1", ")", 190 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char          *text = nest (cases[i].head, cases[i].middle, cases[i].tail, cases[i].n);
      g_autoptr (GError)        error = NULL;
      g_autoptr (WeirSqlScript) script = weir_sql_parse_expression (text, -1, &error);

      g_assert_no_error (error);
      g_assert_nonnull (script);
    }
}

static void
test_many_unions (void)
{
  g_autofree char          *few = nest ("SELECT 1 UNION ALL ", "SELECT 1", "", 150);
  g_autofree char          *many = nest ("SELECT 1 UNION ALL ", "SELECT 1", "", 10000);
  g_autofree char          *joins = nest ("", "SELECT * FROM t", " JOIN t", 10000);
  g_autoptr (WeirSqlScript) script = weir_sql_parse_statement (few, -1, NULL);
  g_autoptr (GError)        error = NULL;

  g_assert_nonnull (script);
  g_assert_null (weir_sql_parse_statement (many, -1, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "LIMIT_EXCEEDED");
  g_clear_error (&error);
  g_assert_null (weir_sql_parse_statement (joins, -1, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "LIMIT_EXCEEDED");
}

static void
test_bad_text (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *huge = NULL;

  g_assert_null (weir_sql_parse_statement ("SELECT '\xff'", -1, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "INVALID_UTF8_STRING");
  g_assert_cmpuint (weir_error_get_span (error).start, ==, 8);
  g_clear_error (&error);
  g_assert_null (weir_sql_parse_statement ("SELECT 1\0 2", 11, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "INVALID_UTF8_STRING");
  g_clear_error (&error);
  huge = g_strnfill (WEIR_SCRIPT_BYTES_MAX + 1, ' ');
  g_assert_null (weir_sql_parse_statement (huge, -1, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "LIMIT_EXCEEDED");
}

static void
test_many_statements (void)
{
  g_autofree char          *text = nest ("a;", "", "", 100000);
  g_autoptr (WeirSqlScript) script = weir_sql_parse (text, -1);

  g_assert_cmpuint (weir_sql_script_get_n_statements (script), <=, 1000);
}

static void
test_and_balance (void)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse_expression ("a AND b AND c", -1, NULL);
  const WeirSqlExpr        *expr = weir_sql_script_get_expression (script);

  /* The shape Spark gives it: ((a AND b) AND c). */
  g_assert_cmpint (expr->binary.left->kind, ==, WEIR_SQL_EXPR_BINARY);
  g_assert_cmpint (expr->binary.right->kind, ==, WEIR_SQL_EXPR_COLUMN);
  g_assert_cmpuint (expr->span.end, ==, 13);
}

static void
test_interval (void)
{
  static const struct
  {
    const char  *text;
    gint32       months, days;
    gint64       us;
    WeirSqlField first, last;
  } cases[] = {
    { "10 seconds", 0, 0, 10000000, WEIR_SQL_FIELD_SECOND, WEIR_SQL_FIELD_SECOND },
    { "  interval 1 Day  2 HOURS ", 0, 1, 7200000000, WEIR_SQL_FIELD_DAY, WEIR_SQL_FIELD_HOUR },
    { "1 year -3 months 2 weeks", 9, 14, 0, WEIR_SQL_FIELD_YEAR, WEIR_SQL_FIELD_DAY },
    { "INTERVAL '5' MINUTE", 0, 0, 300000000, WEIR_SQL_FIELD_MINUTE, WEIR_SQL_FIELD_MINUTE },
    { "1.5 seconds", 0, 0, 1500000, WEIR_SQL_FIELD_SECOND, WEIR_SQL_FIELD_SECOND },
    { "-.123456789 second", 0, 0, -123456, WEIR_SQL_FIELD_SECOND, WEIR_SQL_FIELD_SECOND },
    { "5 milliseconds 7 microsecond", 0, 0, 5007, WEIR_SQL_FIELD_SECOND, WEIR_SQL_FIELD_SECOND },
    { "-2147483648 months", G_MININT32, 0, 0, WEIR_SQL_FIELD_MONTH, WEIR_SQL_FIELD_MONTH },
  };
  static const struct
  {
    const char *text, *condition;
  } bad[] = {
    { "", "INVALID_INTERVAL_FORMAT.INVALID_VALUE" },
    { "interval", "INVALID_INTERVAL_FORMAT.INVALID_VALUE" },
    { "10", "INVALID_INTERVAL_FORMAT.INVALID_VALUE" },
    { "10seconds", "INVALID_INTERVAL_FORMAT.INVALID_VALUE" },
    { "1.5 days", "INVALID_INTERVAL_FORMAT.INVALID_VALUE" },
    { "1. 2 days", "INVALID_INTERVAL_FORMAT.INVALID_VALUE" },
    { ". second", "INVALID_INTERVAL_FORMAT.INVALID_VALUE" },
    { "'1 second", "INVALID_INTERVAL_FORMAT.INVALID_VALUE" },
    { "'", "INVALID_INTERVAL_FORMAT.INVALID_VALUE" },
    { "10 fortnights", "INVALID_INTERVAL_FORMAT.INVALID_UNIT" },
    { "2147483648 months", "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION" },
    { "99999999999999999999 seconds", "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION" },
    { "9223372036854775807 seconds", "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      WeirSqlInterval    interval;

      weir_sql_parse_interval (cases[i].text, WEIR_SPAN_NONE, &interval, &error);
      g_assert_no_error (error);
      g_assert_cmpint (interval.months, ==, cases[i].months);
      g_assert_cmpint (interval.days, ==, cases[i].days);
      g_assert_cmpint (interval.us, ==, cases[i].us);
      g_assert_cmpint (interval.first, ==, cases[i].first);
      g_assert_cmpint (interval.last, ==, cases[i].last);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      WeirSqlInterval    interval;

      g_assert_false (weir_sql_parse_interval (bad[i].text, (WeirSpan){ 3, 4 }, &interval, &error));
      g_assert_cmpstr (weir_error_get_condition (error), ==, bad[i].condition);
      g_assert_cmpuint (weir_error_get_span (error).start, ==, 3);
    }
}

static void
test_quoting (void)
{
  static const char *const names[] = { "a", "a b", "1a", "select", "ts", "window", "timestamp", "a`b", "ü", "value", "from", "" };

  for (guint i = 0; i + 1 < G_N_ELEMENTS (names); i++)
    {
      g_autofree char          *quoted = weir_sql_quote_identifier (names[i]);
      g_autofree char          *sql = g_strdup_printf ("SELECT 1 AS %s, t.%s FROM %s %s", quoted, quoted, quoted, quoted);
      g_autoptr (WeirSqlScript) script = weir_sql_parse_statement (sql, -1, NULL);

      g_assert_nonnull (script);
      g_assert_cmpstr (weir_sql_script_get_statement (script, 0)->query->body->select.items[0].aliases[0].name, ==, names[i]);
    }
  g_assert_true (weir_sql_is_keyword ("Watermark"));
  g_assert_false (weir_sql_is_keyword ("orders"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sql/parser/errors", test_errors);
  g_test_add_func ("/sql/parser/recovery", test_recovery);
  g_test_add_func ("/sql/parser/clause-spans", test_clause_spans);
  g_test_add_func ("/sql/parser/expr-spans", test_expr_spans);
  g_test_add_func ("/sql/parser/depth", test_depth);
  g_test_add_func ("/sql/parser/depth-allowed", test_depth_allowed);
  g_test_add_func ("/sql/parser/many-unions", test_many_unions);
  g_test_add_func ("/sql/parser/bad-text", test_bad_text);
  g_test_add_func ("/sql/parser/many-statements", test_many_statements);
  g_test_add_func ("/sql/parser/and-balance", test_and_balance);
  g_test_add_func ("/sql/parser/interval", test_interval);
  g_test_add_func ("/sql/parser/quoting", test_quoting);
  return g_test_run ();
}
