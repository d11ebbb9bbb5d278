/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "sql/parser.h"
#include "sql/sql-print.h"
#include "support/json-lines.h"
#include "support/shared-data.h"

static char *
print_of (const char *sql)
{
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirSqlScript) script = weir_sql_parse_statement (sql, -1, &error);

  if (error != NULL)
    g_test_message ("%s: %s", sql, error->message);
  g_assert_no_error (error);
  return weir_sql_print_statement (weir_sql_script_get_statement (script, 0));
}

static char *
print_expr_of (const char *sql)
{
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirSqlScript) script = weir_sql_parse_expression (sql, -1, &error);

  if (error != NULL)
    g_test_message ("%s: %s", sql, error->message);
  g_assert_no_error (error);
  return weir_sql_print_expr (weir_sql_script_get_expression (script));
}

static void
test_exprs (void)
{
  static const struct
  {
    const char *sql, *expected; /* NULL: as @sql */
  } cases[] = {
    /* precedence: parentheses only where needed */
    { "a + b * c", NULL },
    { "(a + b) * c", NULL },
    { "((a)) + (b * c)", "a + b * c" },
    { "a - (b - c)", NULL },
    { "(a - b) - c", "a - b - c" },
    { "a AND b AND c AND d AND e", NULL },
    { "(a OR b) AND NOT (c OR d)", NULL },
    { "NOT a = b", NULL },
    { "(NOT a) = b", NULL },
    { "a & b | c ^ d << 2 >> 1 >>> 3", NULL },
    { "(a | b) & c", NULL },
    { "a < b = c", NULL },
    { "a < (b = c)", NULL },
    { "a || b || c", NULL },
    { "a div b % c", "a DIV b % c" },
    { "-a", NULL },
    { "-(5)", NULL },
    { "-5", NULL },
    { "- -5", "-(-5)" },
    { "a - -1", NULL },
    { "a -1", "a - 1" },
    { "~a", NULL },
    { "+a", NULL },
    { "!a", "NOT a" },
    { "a == b", "a = b" },
    { "a != b AND c !> d AND e !< f AND g <=> h", "a <> b AND c <= d AND e >= f AND g <=> h" },
    /* predicates */
    { "a IS NOT NULL", NULL },
    { "(a = b) IS NOT TRUE", "a = b IS NOT TRUE" },
    { "a IS UNKNOWN", NULL },
    { "a IS NOT DISTINCT FROM b", NULL },
    { "a NOT BETWEEN 1 AND 2 AND c", NULL },
    { "a IN (1, 2)", NULL },
    { "(a, b) NOT IN (SELECT 1, 2)", NULL },
    { "a LIKE 'x%' ESCAPE '/'", NULL },
    { "a NOT ILIKE ANY ('a', 'b')", NULL },
    { "a LIKE ALL ('a')", NULL },
    { "a like some ('a')", "a LIKE ANY ('a')" },
    { "a REGEXP b", "a RLIKE b" },
    { "a ! like b", "a NOT LIKE b" },
    /* primaries */
    { "CASE WHEN a THEN b END", NULL },
    { "CASE a WHEN 1 THEN 'x' ELSE 'y' END", NULL },
    { "CASE 'a' WHEN 'a' THEN 1 END", NULL },
    { "CAST(a AS decimal(10, 2))", NULL },
    { "TRY_CAST(a AS ARRAY<STRUCT<x: INT, y: MAP<STRING, ARRAY<INT>>>>)", NULL },
    { "a::int::string", "a::int::string" },
    { "CAST(a AS interval day to second)", NULL },
    { "CAST(a AS STRUCT<>)", NULL },
    { "CAST(a AS timestamp without time zone)", NULL },
    { "a.b.c", NULL },
    { "(a).b", NULL },
    { "f(x).y[0].z", NULL },
    { "a[b + 1]", NULL },
    { "`a b`.`c``d`", NULL },
    { "t.*", NULL },
    { "* EXCEPT (a, b.c)", NULL },
    { "count(*)", NULL },
    { "count(DISTINCT a, b) FILTER (WHERE c > 0)", NULL },
    { "first(a) IGNORE NULLS", NULL },
    { "first(a IGNORE NULLS)", "first(a) IGNORE NULLS" },
    { "percentile_cont(0.5) WITHIN GROUP (ORDER BY a DESC)", NULL },
    { "sum(a) OVER (PARTITION BY b ORDER BY c)", "sum(a) OVER ()" },
    { "transform(a, x -> x + 1)", NULL },
    { "aggregate(a, 0, (x, y) -> x + y, z -> z)", NULL },
    { "f(a, n => 1)", NULL },
    { "struct(a AS x, b y)", "struct(a AS x, b AS y)" },
    { "left(a, 1)", NULL },
    { "if(a, b, c)", NULL },
    { "window(ts, '10 minutes').start", NULL },
    { "window.end", NULL },
    { "end", NULL },
    { "EXISTS (SELECT 1)", NULL },
    { "exists(a, x -> x)", NULL },
    { "(SELECT 1) + 1", NULL },
    { "((SELECT 1) UNION (SELECT 2))", NULL },
    { "(((SELECT 1)))", "(SELECT 1)" },
    { "((SELECT 1) LIMIT 1)", NULL },
    { "(a, b)", NULL },
    /* special forms */
    { "extract(YEAR FROM a)", NULL },
    { "substring(a FROM 1 FOR 2)", NULL },
    { "substr(a, 1)", NULL },
    { "trim(a)", NULL },
    { "trim(BOTH FROM a)", NULL },
    { "trim(LEADING 'x' FROM a)", NULL },
    { "trim('x' FROM a)", "trim(BOTH 'x' FROM a)" },
    { "position('a' IN b)", NULL },
    { "position('a', b)", NULL },
    { "overlay(a PLACING 'x' FROM 2 FOR 1)", NULL },
    { "CURRENT_DATE", NULL },
    { "current_date()", NULL },
    { "timestampadd(hour, 1, a)", "timestampadd(HOUR, 1, a)" },
    { "date_add(day, 5)", NULL },
    /* literals */
    { "1L", NULL },
    { "2147483648", "2147483648L" },
    { "9223372036854775808", "9223372036854775808BD" },
    { "-9223372036854775808L", NULL },
    { "128S", NULL },
    { "-128Y", NULL },
    { ".5", "0.5" },
    { "5.", "5BD" },
    { "1e3", "1e3D" },
    { "1.5E-2BD", NULL },
    { "1.5F", NULL },
    { "'it''s'", "'it\\'s'" },
    { "'a' 'b'", "'ab'" },
    { "\"x\\ty\\u00e9\\101\"", "'x\ty\303\251A'" },
    { "'\\uD83D\\uDE00 \\0 \\% \\_ \\\\ \\q'", "'\xf0\x9f\x98\x80 \\000 \\% \\_ \\\\ q'" },
    { "r'\\n'", "'\\\\n'" },
    { "X'1ff'", "X'01FF'" },
    { "date'2020-01-01'", "DATE '2020-01-01'" },
    { "TIMESTAMP_NTZ '2020-01-01'", NULL },
    { "interval 1 day", "INTERVAL '1' DAY" },
    { "interval '1 day 2 hours'", "INTERVAL '1 02' DAY TO HOUR" },
    { "INTERVAL '1-2' YEAR TO MONTH", NULL },
    { "interval -'1 2:3:4.5' day to second", "INTERVAL '-1 02:03:04.5' DAY TO SECOND" },
    { "interval 1 week 3 milliseconds", "INTERVAL '7 00:00:00.003' DAY TO SECOND" },
    { "interval -1 hour 90 minutes", "INTERVAL '0:30' HOUR TO MINUTE" },
    { "interval '.5' second", "INTERVAL '0.5' SECOND" },
    { "a - interval '2' month", "a - INTERVAL '2' MONTH" },
    { "NULL", NULL },
    { "true AND false", "TRUE AND FALSE" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = print_expr_of (cases[i].sql);
      g_autofree char *again = print_expr_of (got);

      g_assert_cmpstr (got, ==, cases[i].expected != NULL ? cases[i].expected : cases[i].sql);
      g_assert_cmpstr (again, ==, got);
    }
}

static void
test_statements (void)
{
  static const struct
  {
    const char *sql, *expected;
  } cases[] = {
    { "select 1", "SELECT 1" },
    { "select distinct a b, c as `d e` from t", "SELECT DISTINCT a AS b, c AS `d e` FROM t" },
    { "from t select a", "SELECT a FROM t" },
    { "SELECT a FROM t WHERE b GROUP BY c, 2 HAVING d ORDER BY e DESC NULLS LAST, f LIMIT 5 OFFSET 2", NULL },
    { "SELECT a FROM t GROUP BY ALL ORDER BY ALL", NULL },
    { "SELECT a FROM t GROUP BY a, b WITH ROLLUP", "SELECT a FROM t GROUP BY ROLLUP (a, b)" },
    { "SELECT a FROM t GROUP BY a, CUBE (a, (b, c)), GROUPING SETS ((), (a), b)", "SELECT a FROM t GROUP BY a, CUBE (a, (b, c)), GROUPING SETS ((), a, b)" },
    { "SELECT a FROM t GROUP BY a, b GROUPING SETS (a, b)", NULL },
    { "SELECT * FROM a, b AS x, LATERAL (SELECT 1) AS y (z)", NULL },
    { "select * from a left outer join b on a.x = b.x full join c using (x) natural join d cross join e left semi join f anti join g",
      "SELECT * FROM a LEFT JOIN b ON a.x = b.x FULL JOIN c USING (x) NATURAL JOIN d CROSS JOIN e LEFT SEMI JOIN f LEFT ANTI JOIN g" },
    { "SELECT * FROM (a JOIN b ON TRUE) AS t", NULL },
    { "SELECT * FROM ((SELECT 1) UNION ALL (SELECT 2)) AS t", NULL },
    { "SELECT * FROM t LATERAL VIEW OUTER explode(a) x AS y, z", NULL },
    { "SELECT * FROM range(1, 10) AS r", NULL },
    { "SELECT * FROM VALUES (1, 'a'), (2, 'b') AS t (x, y)", NULL },
    { "values 1, (2), struct(3)", "VALUES (1), (2), (3)" },
    { "SELECT * FROM VALUES (1) t JOIN u", "SELECT * FROM VALUES (1) AS t JOIN u" },
    { "SELECT r FROM VALUES WHERE a > 1", NULL },
    { "SELECT r FROM VALUES LEFT JOIN u ON a = b", NULL },
    { "SELECT * FROM VALUES left('ab', 1), NOT true", "SELECT * FROM VALUES (left('ab', 1)), (NOT TRUE)" },
    { "TABLE t", NULL },
    { "FROM STREAM t |> WHERE v > 0 |> SELECT k, v % 10 AS m", "SELECT k, v % 10 AS m FROM (SELECT * FROM (SELECT * FROM STREAM t) WHERE v > 0)" },
    { "FROM t |> AS u |> EXTEND u.a + 1 AS b |> DROP a |> AGGREGATE count(*) n GROUP BY b AS k |> ORDER BY n LIMIT 5",
      "SELECT * FROM (SELECT b AS k, count(*) AS n FROM (SELECT * EXCEPT (a) FROM (SELECT *, u.a + 1 AS b FROM (SELECT * FROM t) AS u)) GROUP BY b) ORDER BY n LIMIT 5" },
    { "SELECT 1 |> LIMIT 1", "SELECT * FROM (SELECT 1) LIMIT 1" },
    { "WITH a AS (SELECT 1), b (x) AS (SELECT 2) SELECT * FROM a UNION SELECT * FROM b INTERSECT ALL SELECT 3", NULL },
    { "(SELECT 1) EXCEPT DISTINCT (SELECT 2) ORDER BY 1", NULL },
    { "SELECT * FROM stream t", "SELECT * FROM STREAM t" },
    { "SELECT * FROM STREAM(t) AS x", "SELECT * FROM STREAM t AS x" },
    { "SELECT stream FROM stream", NULL },
    { "SELECT * FROM stream WHERE a", NULL },
    { "SELECT * FROM STREAM t WITH (maxFilesPerTrigger = 1, 'a.b' 'x') WATERMARK ts DELAY OF INTERVAL 10 SECONDS DROP DUPLICATES (a, b) WITHIN WATERMARK x",
      "SELECT * FROM STREAM t WITH ('maxFilesPerTrigger' = 1, 'a.b' = 'x') WATERMARK ts DELAY OF INTERVAL '10' SECOND DROP DUPLICATES (a, b) WITHIN WATERMARK AS x" },
    { "SELECT * FROM STREAM t WATERMARK to_timestamp(a) AS ts DELAY OF INTERVAL '1' MINUTE AS x", NULL },
    { "SELECT * FROM state('DIR', operator => 0, batch => 7)", NULL },
    { "create or replace temp table if not exists a.t (x int not null comment 'c', y: array<string>) using JSON options (path '/tmp', `header.X-A` 'b', n -5, f true)",
      "CREATE OR REPLACE TEMPORARY TABLE IF NOT EXISTS a.t (x int NOT NULL COMMENT 'c', y array<string>) USING JSON OPTIONS ('path' = '/tmp', 'header.X-A' = 'b', 'n' = -5, 'f' = true)" },
    { "CREATE TEMPORARY VIEW v (a, b) AS SELECT 1, 2", NULL },
    { "create streaming query q as select 1", "CREATE STREAMING QUERY q AS SELECT 1" },
    { "CREATE STREAMING QUERY q TRIGGER PROCESSING TIME '5 seconds' CHECKPOINT LOCATION '/c' OUTPUT MODE update INTO a, b.c AS SELECT 1",
      "CREATE STREAMING QUERY q INTO a, b.c OUTPUT MODE UPDATE CHECKPOINT LOCATION '/c' TRIGGER PROCESSING TIME '5000000 microseconds' AS SELECT 1" },
    { "CREATE STREAMING QUERY q TRIGGER AVAILABLE NOW AS SELECT 1", NULL },
    { "INSERT INTO t (a, b) VALUES (1, 2)", NULL },
    { "INSERT INTO table t (select 1)", "INSERT INTO t (SELECT 1)" },
    { "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "INSERT INTO t WITH x AS (SELECT 1) SELECT * FROM x" },
    { "SET a.b = some value 'x'", "SET `a.b` = 'some value \\'x\\''" },
    { "SET a.b = 'x'", "SET `a.b` = 'x'" },
    { "set", "SET" },
    { "SET -v", "SET" },
    { "SET TIME ZONE LOCAL", "SET `spark.sql.session.timeZone` = 'LOCAL'" },
    { "SET TIME ZONE INTERVAL '-5:30' HOUR TO MINUTE", "SET `spark.sql.session.timeZone` = '-05:30'" },
    { "RESET a.b", "RESET `a.b`" },
    { "SHOW TABLES LIKE 'a*'", NULL },
    { "SHOW VIEWS", NULL },
    { "SHOW COLUMNS FROM t", "SHOW COLUMNS IN t" },
    { "SHOW STREAMING QUERIES", NULL },
    { "desc t", "DESCRIBE TABLE t" },
    { "CREATE OR REPLACE TEMPORARY FUNCTION f(x INT, y STRING) RETURNS BIGINT RETURN x * 2", NULL },
    { "SELECT * FROM t UNPIVOT INCLUDE NULLS ((a, b) FOR n IN ((c, d) AS e, (f, g))) AS u", NULL },
    { "SELECT * FROM t UNPIVOT EXCLUDE NULLS (a FOR n IN (b, c d))", "SELECT * FROM t UNPIVOT (a FOR n IN (b, c AS d))" },
    { "DESCRIBE FUNCTION EXTENDED abs", NULL },
    { "DESC FUNCTION +", "DESCRIBE FUNCTION `+`" },
    { "DESCRIBE SELECT 1", "DESCRIBE QUERY SELECT 1" },
    { "EXPLAIN FORMATTED SELECT 1", NULL },
    { "STOP q", NULL },
    { "DROP VIEW IF EXISTS v", NULL },
    { "DROP TABLE t", NULL },
    { "DROP TEMPORARY FUNCTION IF EXISTS f", NULL },
    { "DROP FUNCTION f", "DROP TEMPORARY FUNCTION f" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = print_of (cases[i].sql);
      g_autofree char *again = print_of (got);

      g_assert_cmpstr (got, ==, cases[i].expected != NULL ? cases[i].expected : cases[i].sql);
      g_assert_cmpstr (again, ==, got);
    }
}

static const char *
condition_of (JsonObject *object)
{
  JsonNode *error = json_object_get_member (object, "error");

  if (error == NULL || !JSON_NODE_HOLDS_OBJECT (error))
    return NULL;
  return json_object_get_string_member_with_default (json_node_get_object (error), "condition", NULL);
}

/* Every reference statement that parses survives a round trip; those Spark cannot parse, neither can we. */
static void
test_reference (void)
{
  g_autofree char      *path = weir_test_shared ("data/spark-sql/statements.jsonl");
  g_autoptr (GPtrArray) objects = NULL;
  guint                 n_parsed = 0;

  if (path == NULL)
    return;
  objects = weir_test_read_objects (path);
  for (guint i = 0; i < objects->len; i++)
    {
      JsonObject               *object = objects->pdata[i];
      const char               *sql = json_object_get_string_member (object, "sql");
      g_autoptr (WeirSqlScript) script = weir_sql_parse_statement (sql, -1, NULL);
      g_autofree char          *printed = NULL;
      g_autofree char          *again = NULL;

      if (script == NULL)
        continue;
      n_parsed++;
      /* from_json's argument is an SQL text inside the SQL text. */
      if (g_strcmp0 (condition_of (object), "PARSE_SYNTAX_ERROR") == 0 && strstr (sql, "from_json") == NULL)
        g_error ("accepted: %s", sql);
      printed = weir_sql_print_statement (weir_sql_script_get_statement (script, 0));
      again = print_of (printed);
      g_assert_cmpstr (again, ==, printed);
    }
  g_test_message ("%u of %u statements parse", n_parsed, objects->len);
  g_assert_cmpuint (objects->len, >, 4000);
  g_assert_cmpuint (n_parsed, >=, 4290);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sql/print/exprs", test_exprs);
  g_test_add_func ("/sql/print/statements", test_statements);
  g_test_add_func ("/sql/print/reference", test_reference);
  return g_test_run ();
}
