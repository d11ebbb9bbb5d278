/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan-fixture.h"

/* Queries to plans, schemas and errors, over a few tables. */

static const char definitions[] =
  "CREATE TABLE t (k STRING, v INT, ts TIMESTAMP, o STRUCT<a: INT, b: STRING>, xs ARRAY<INT>, ss ARRAY<STRUCT<c: INT>>, m MAP<STRING, INT>) USING json;"
  "CREATE TABLE d (k STRING, v INT, name STRING) USING json;"
  "CREATE TABLE kf USING kafka;"
  "CREATE TABLE undeclared USING json;"
  "CREATE TEMPORARY VIEW w AS SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS;"
  "CREATE TEMPORARY VIEW raw AS SELECT from_json(CAST(value AS STRING), 'a INT, b STRING, ts TIMESTAMP, c DOUBLE, _corrupt_record STRING') AS j FROM STREAM kf;";

typedef struct
{
  const char *sql;
  const char *plan;
} PlanCase;

typedef struct
{
  const char *sql;
  const char *schema;
} SchemaCase;

typedef struct
{
  const char *sql;
  const char *condition;
  const char *fragment; /* what the error points at */
} ErrorCase;

static const PlanCase plans[] = {
  { "SELECT j.a, j.ts FROM raw WHERE j.b = 'x'",
    "Project [j.a AS a, j.ts AS ts]\n"
    "+- Filter (j.b = 'x')\n"
    "   +- Project [from_json(value, '`a` int, `b` string, `ts` timestamp') AS j]\n"
    "      +- StreamScan kafka kf [value]" },
  { "SELECT window.start s, count(*) n, sum(j.a) FROM (SELECT j, j.ts ts FROM raw) WATERMARK ts DELAY OF INTERVAL 10 SECONDS WHERE j.b = 'x' GROUP BY window(ts, '10 seconds')",
    "Project [window.start AS s, count(1) AS n, sum(j.a)]\n"
    "+- Aggregate [window(ts, 10 s)*] [count(), sum(j.a)]\n"
    "   +- EventTime ts, 10 s\n"
    "      +- Project [j, j.ts AS ts]\n"
    "         +- Filter (j.b = 'x')\n"
    "            +- Project [from_json(value, '`a` int, `b` string, `ts` timestamp') AS j]\n"
    "               +- StreamScan kafka kf [value]" },
  { "SELECT window.start s, k, count(*) n FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS WHERE k = 'a' AND ts > TIMESTAMP '2020-01-01' AND 10 / v > 1 GROUP BY window(ts, '10 seconds', '5 seconds'), k",
    "Project [window.start AS s, k, count(1) AS n]\n"
    "+- Aggregate [window(ts, 10 s, 5 s)*, k] [count()]\n"
    "   +- Filter ((ts > TIMESTAMP '2020-01-01 00:00:00') AND ((10.0 / cast(v AS DOUBLE)) > 1.0))\n"
    "      +- EventTime ts, 10 s\n"
    "         +- Filter (k = 'a')\n"
    "            +- StreamScan json t [k, v, ts]" },
  { "SELECT count(*) c FROM w WHERE k = 'a' GROUP BY window(ts, '5 seconds') HAVING c > 1",
    "Project [count(1) AS c]\n"
    "+- Filter (count(1) > 1)\n"
    "   +- Aggregate [window(ts, 5 s)*] [count()]\n"
    "      +- EventTime ts, 10 s\n"
    "         +- Filter (k = 'a')\n"
    "            +- StreamScan json t [k, ts]" },
  { "SELECT t.k, d.name FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 MINUTE JOIN d ON t.k = d.k AND t.v > 3 AND d.v < 4 WHERE t.v < d.v",
    "Project [k, name]\n"
    "+- Join Inner [k = k] (v < v)\n"
    "   :- EventTime ts, 1 min\n"
    "   :  +- Filter ((v > 3) AND isnotnull(k))\n"
    "   :     +- StreamScan json t [k, v, ts]\n"
    "   +- Filter (v < 4)\n"
    "      +- Scan json d [k, v, name]" },
  { "SELECT l.k, r.k FROM t l LEFT JOIN d r ON l.k = r.k WHERE r.v IS NULL AND l.v > 1",
    "Project [k, k]\n"
    "+- Filter isnull(v)\n"
    "   +- Join Left [k = k]\n"
    "      :- Filter (v > 1)\n"
    "      :  +- Scan json t [k, v]\n"
    "      +- Scan json d [k, v]" },
  { "SELECT t.k FROM t CROSS JOIN d WHERE t.k = d.k",
    "Project [k]\n"
    "+- Join Inner [k = k]\n"
    "   :- Scan json t [k]\n"
    "   +- Scan json d [k]" },
  { "SELECT * FROM d AS a FULL JOIN d AS b USING (k)",
    "Project [coalesce(k, k) AS k, v, name, v, name]\n"
    "+- Join Full [k = k]\n"
    "   :- Scan json d [k, v, name]\n"
    "   +- Scan json d [k, v, name]" },
  { "SELECT k, x FROM t LATERAL VIEW explode(xs) e AS x WHERE x > 1 AND k = 'a'",
    "Project [k, x]\n"
    "+- Filter (x > 1)\n"
    "   +- Generate explode(xs) [x]\n"
    "      +- Filter (k = 'a')\n"
    "         +- Scan json t [k, xs]" },
  { "SELECT k, count(*) c FROM t GROUP BY k HAVING count(*) > 1 AND k > 'z' ORDER BY c DESC, max(v) LIMIT 3",
    "Limit 3\n"
    "+- Project [k, c]\n"
    "   +- Sort [c DESC NULLS LAST, max(v) ASC NULLS FIRST]\n"
    "      +- Project [k, count(1) AS c, max(v)]\n"
    "         +- Filter (count(1) > 1)\n"
    "            +- Aggregate [k] [count(), max(v)]\n"
    "               +- Filter (k > 'z')\n"
    "                  +- Scan json t [k, v]" },
  { "SELECT k, sum(v) s FROM t GROUP BY k ORDER BY sum(v) + 1, s",
    "Sort [(s + 1) ASC NULLS FIRST, s ASC NULLS FIRST]\n"
    "+- Project [k, sum(v) AS s]\n"
    "   +- Aggregate [k] [sum(v)]\n"
    "      +- Scan json t [k, v]" },
  { "SELECT DISTINCT k FROM t ORDER BY k",
    "Sort [k ASC NULLS FIRST]\n"
    "+- Distinct [k]\n"
    "   +- Scan json t [k]" },
  { "SELECT k FROM t UNION SELECT name FROM d ORDER BY 1",
    "Sort [k ASC NULLS FIRST]\n"
    "+- Distinct [k]\n"
    "   +- Union\n"
    "      :- Scan json t [k]\n"
    "      +- Scan json d [name]" },
  { "SELECT k FROM t EXCEPT SELECT k FROM d",
    "Distinct [k]\n"
    "+- Join Anti [k <=> k]\n"
    "   :- Scan json t [k]\n"
    "   +- Scan json d [k]" },
  { "SELECT k FROM t WHERE v IN (SELECT v FROM d) AND NOT EXISTS (SELECT 1 FROM d WHERE d.k = t.k AND d.v > t.v)",
    "Project [k]\n"
    "+- Join Anti [k = k] (v > v)\n"
    "   :- Join Semi [v = v]\n"
    "   :  :- Scan json t [k, v]\n"
    "   :  +- Scan json d [v]\n"
    "   +- Scan json d [k, v]" },
  { "SELECT k FROM t WHERE v NOT IN (SELECT v FROM d)",
    "Project [k]\n"
    "+- Join Anti coalesce((v = v), true)\n"
    "   :- Scan json t [k, v]\n"
    "   +- Scan json d [v]" },
  { "SELECT k, v + (SELECT max(v) FROM d) FROM t",
    "Project [k, (v + max(v)) AS (v + scalarsubquery())]\n"
    "+- Join Left scalar\n"
    "   :- Scan json t [k, v]\n"
    "   +- Aggregate [] [max(v)]\n"
    "      +- Scan json d [v]" },
  { "SELECT max(window.end) FROM STREAM t GROUP BY window(ts, '5 seconds')",
    "Project [max(window.end)]\n"
    "+- Aggregate [window] [max(window.end)]\n"
    "   +- TimeWindow window(ts, 5 s)\n"
    "      +- StreamScan json t [ts]" },
  { "SELECT window_time(w5) wt, count(*) FROM (SELECT window AS w5, count(*) n FROM w GROUP BY window(ts, '5 seconds')) GROUP BY window(w5, '10 seconds'), window_time(w5)",
    "Project [window_time(w5) AS wt*, count(1)]\n"
    "+- Aggregate [window((window.end - INTERVAL '00.000001' SECOND), 10 s)*, (window.end - INTERVAL '00.000001' SECOND)*] [count()]\n"
    "   +- Aggregate [window(ts, 5 s)*]\n"
    "      +- EventTime ts, 10 s\n"
    "         +- StreamScan json t [ts]" },
  { "SELECT k, session_window.start, count(*) FROM w GROUP BY k, session_window(ts, '5 minutes')",
    "Project [k, session_window.start AS start, count(1)]\n"
    "+- Aggregate [k, session_window(ts, '5 minutes')*] [count()]\n"
    "   +- EventTime ts, 10 s\n"
    "      +- StreamScan json t [k, ts]" },
  { "SELECT count(*) FROM (SELECT k, v + 1 FROM STREAM t)",
    "Aggregate [] [count()]\n"
    "+- StreamScan json t []" },
  { "SELECT v FROM t WHERE 1 = 1",
    "Scan json t [v]" },
  { "SELECT v AS a, a + 1 AS b, b * 2 FROM t",
    "Project [v AS a, (v + 1) AS b, ((v + 1) * 2) AS (b * 2)]\n"
    "+- Scan json t [v]" },
  { "SELECT * FROM STREAM t WATERMARK ts + INTERVAL 1 SECOND AS et DELAY OF INTERVAL 2 MONTHS",
    "EventTime et, 62 d\n"
    "+- Project [(ts + INTERVAL '01' SECOND) AS et, k, v, ts, o, xs, ss, m]\n"
    "   +- StreamScan json t [k, v, ts, o, xs, ss, m]" },
  { "SELECT k, v FROM STREAM t DROP DUPLICATES (k) WITHIN WATERMARK",
    "Dedup within watermark [k]\n"
    "+- StreamScan json t [k, v]" },
  { "WITH a AS (SELECT k FROM t), b(z) AS (SELECT k FROM a) SELECT z FROM b",
    "Project [k AS z]\n"
    "+- Scan json t [k]" },
  { "SELECT k, v, count(*) FROM d GROUP BY ROLLUP (k, v)",
    "Project [k, v, count(1)]\n"
    "+- Aggregate [k0, k1, grouping_id, set] [count()]\n"
    "   +- Generate inline(array(named_struct('k0', k, 'k1', v, 'grouping_id', 0, 'set', 0), named_struct('k0', k, 'k1', NULL, 'grouping_id', 1, 'set', 1), {null, null, 3, 2})) [k0, k1, grouping_id, set]\n"
    "      +- Scan json d [k, v]" },
};

static const SchemaCase schemas[] = {
  { "SELECT K, T.o.A, ss.c, m.x, xs[1], m['y'] FROM t AS T",
    "struct<K:string,A:int,c:array<int>,x:int,xs[1]:int,m[y]:int>" },
  { "SELECT count(*), count(1), sum(v), max(v) FILTER (WHERE v > 1), count(DISTINCT k) FROM t",
    "struct<count(1):bigint,count(1):bigint,sum(v):bigint,max(v) FILTER (WHERE (v > 1)):int,count(DISTINCT k):bigint>" },
  { "SELECT (v + 1) * 2, -v, v / 2, v div 2, CAST(v AS BIGINT), CAST(v + 1 AS STRING), v::string FROM t",
    "struct<((v + 1) * 2):int,(- v):int,(v / 2):double,(v div 2):bigint,v:bigint,CAST((v + 1) AS STRING):string,v:string>" },
  { "SELECT CASE v WHEN 1 THEN 'a' ELSE 'b' END, v BETWEEN 1 AND 2, v NOT IN (1, 2), k LIKE 'a%', NOT v > 1, v IS NOT NULL FROM t",
    "struct<CASE WHEN (v = 1) THEN a ELSE b END:string,between(v, 1, 2):boolean,(NOT (v IN (1, 2))):boolean,k LIKE a%:boolean,(NOT (v > 1)):boolean,(v IS NOT NULL):boolean>" },
  { "SELECT extract(YEAR FROM ts), ts + INTERVAL 1 DAY, TIMESTAMP '2024-01-01 10:00:00', DATE '2024-01-01', 1.50, 1e3, X'1F', NULL FROM t",
    "struct<extract(YEAR FROM ts):int,ts + INTERVAL '1' DAY:timestamp,TIMESTAMP '2024-01-01 10:00:00':timestamp,DATE '2024-01-01':date,1.50:decimal(3,2),1000.0:double,X'1F':binary,NULL:void>" },
  { "SELECT transform(xs, x -> x + v) AS a, aggregate(xs, 0, (a, x) -> a + x) AS b FROM t",
    "struct<a:array<int>,b:int>" },
  { "SELECT struct(k, v + 1 AS w, 5), named_struct('a', 1), (k, v) FROM t",
    "struct<struct(k, (v + 1) AS w, 5):struct<k:string,w:int,col3:int>,named_struct(a, 1):struct<a:int>,named_struct(k, k, v, v):struct<k:string,v:int>>" },
  { "SELECT k, posexplode(xs) AS (p, e), v FROM t",
    "struct<k:string,p:int,e:int,v:int>" },
  { "SELECT window, window.start, count(*) FROM w GROUP BY window(ts, '5 seconds')",
    "struct<window:struct<start:timestamp,end:timestamp>,start:timestamp,count(1):bigint>" },
  { "SELECT * EXCEPT (o, xs, ss, m) FROM t",
    "struct<k:string,v:int,ts:timestamp>" },
  { "SELECT o.*, d.* FROM t JOIN d USING (k)",
    "struct<a:int,b:string,k:string,v:int,name:string>" },
  { "SELECT * FROM VALUES (1, 'a'), (2L, NULL) AS x(n, s)",
    "struct<n:bigint,s:string>" },
  { "SELECT id FROM range(3)",
    "struct<id:bigint>" },
  { "SELECT upper(k) u, count(*) FROM t GROUP BY u",
    "struct<u:string,count(1):bigint>" },
  { "SELECT 1 + v FROM t GROUP BY v + 1",
    "struct<(1 + v):int>" },
  { "SELECT upper(k), v % 2 FROM t GROUP BY 1, 2",
    "struct<upper(k):string,(v % 2):int>" },
  { "SELECT k, sum(v) s FROM t GROUP BY ALL",
    "struct<k:string,s:bigint>" },
  { "SELECT int('5'), date('2020-01-01'), if(v > 1, 'a', 'b'), coalesce(k, 'x'), k || 'y' FROM t",
    "struct<5:int,2020-01-01:date,(IF((v > 1), a, b)):string,coalesce(k, x):string,concat(k, y):string>" },
  { "SELECT v FROM d UNION ALL SELECT 1L",
    "struct<v:bigint>" },
};

static const ErrorCase errors[] = {
  { "SELECT nope FROM t", "UNRESOLVED_COLUMN.WITH_SUGGESTION", "nope" },
  { "SELECT k FROM t, d", "AMBIGUOUS_REFERENCE", "k" },
  { "SELECT k, v FROM t GROUP BY k", "MISSING_AGGREGATION", "v" },
  { "SELECT k, count(*) FROM t", "MISSING_GROUP_BY", "k" },
  { "SELECT sum(sum(v)) FROM t", "NESTED_AGGREGATE_FUNCTION", "sum(v)" },
  { "SELECT k FROM t WHERE count(*) > 1", "INVALID_WHERE_CONDITION", "count(*)" },
  { "SELECT k FROM t GROUP BY count(*)", "GROUP_BY_AGGREGATE", "count(*)" },
  { "SELECT k, count(*) FROM t GROUP BY 3", "GROUP_BY_POS_OUT_OF_RANGE", "3" },
  { "SELECT k FROM t ORDER BY 2", "ORDER_BY_POS_OUT_OF_RANGE", "2" },
  { "SELECT foo(k) FROM t", "UNRESOLVED_ROUTINE", "foo(k)" },
  { "SELECT k FROM nope", "TABLE_OR_VIEW_NOT_FOUND", "nope" },
  { "SELECT * FROM STREAM undeclared", "UNABLE_TO_INFER_SCHEMA", "undeclared" },
  { "SELECT key FROM kf DROP DUPLICATES WITHIN WATERMARK", "UNSUPPORTED_FEATURE.BATCH_OPERATION", "DROP DUPLICATES WITHIN WATERMARK" },
  { "SELECT z.* FROM t", "CANNOT_RESOLVE_STAR_EXPAND", "z.*" },
  { "SELECT o.zz FROM t", "FIELD_NOT_FOUND", "o.zz" },
  { "SELECT k.zz FROM t", "INVALID_EXTRACT_BASE_FIELD_TYPE", "k.zz" },
  { "SELECT v + xs FROM t", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "v + xs" },
  { "SELECT k FROM t WHERE v", "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", "v" },
  { "SELECT CAST(v AS BINARY) FROM t", "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", "CAST(v AS BINARY)" },
  { "SELECT k FROM t UNION ALL SELECT k, v FROM d", "NUM_COLUMNS_MISMATCH", "SELECT k, v FROM d" },
  { "SELECT k FROM t UNION ALL SELECT xs FROM t", "INCOMPATIBLE_COLUMN_TYPE", "SELECT xs FROM t" },
  { "SELECT inline(ss), explode(xs) FROM t", "UNSUPPORTED_GENERATOR.MULTI_GENERATOR", "explode(xs)" },
  { "SELECT 1 + explode(xs) FROM t", "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", "explode(xs)" },
  { "SELECT posexplode(xs) AS (a, b, c) FROM t", "UDTF_ALIAS_NUMBER_MISMATCH", "posexplode(xs) AS (a, b, c)" },
  { "SELECT k FROM STREAM t WATERMARK v DELAY OF INTERVAL 5 SECONDS", "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", "v" },
  { "SELECT k FROM STREAM t WATERMARK ts + INTERVAL 1 SECOND DELAY OF INTERVAL 5 SECONDS", "REQUIRES_EXPLICIT_NAME_IN_WATERMARK_CLAUSE", "ts + INTERVAL 1 SECOND" },
  { "SELECT count(*) FROM t GROUP BY window(ts, '5 seconds'), window(ts, '6 seconds')", "UNSUPPORTED_FEATURE.MULTIPLE_WINDOW_EXPRESSIONS", "window(ts, '6 seconds')" },
  { "SELECT count(*) FROM t GROUP BY window(ts, '1 month')", "INVALID_INTERVAL_FORMAT.UNSUPPORTED_MONTHS", "'1 month'" },
  { "SELECT count(*) FROM t GROUP BY window(ts, '-5 seconds')", "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "window(ts, '-5 seconds')" },
  { "SELECT count(*) FROM t GROUP BY window(ts, '5 seconds', '6 seconds')", "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION", "window(ts, '5 seconds', '6 seconds')" },
  { "SELECT count(*) FROM t GROUP BY window(v, '5 seconds')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "v" },
  { "SELECT count(*) FROM t GROUP BY window(ts, 'abc')", "INVALID_INTERVAL_FORMAT.INVALID_VALUE", "'abc'" },
  { "SELECT k FROM t LIMIT -1", "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", "-1" },
  { "SELECT DATE '2024-13-01'", "INVALID_TYPED_LITERAL", "DATE '2024-13-01'" },
  { "WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a", "DUPLICATED_CTE_NAMES", "a" },
  { "SELECT k FROM t WHERE k = (SELECT k, v FROM d)", "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", "SELECT k, v FROM d" },
  { "SELECT k FROM t WHERE EXISTS (SELECT 1 FROM STREAM t AS u WHERE u.k = t.k)", "INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY", "SELECT 1 FROM STREAM t AS u WHERE u.k = t.k" },
  { "SELECT k, session_window(ts, '1 second') FROM t", "UNSUPPORTED_FEATURE", "session_window(ts, '1 second')" },
  { "SELECT k FROM t ORDER BY session_window(ts, '1 second')", "UNSUPPORTED_FEATURE", "session_window(ts, '1 second')" },
  { "SELECT *, count(*) FROM t", "MISSING_GROUP_BY", "*" },
  { "SELECT DISTINCT k FROM t ORDER BY v", "UNRESOLVED_COLUMN.WITH_SUGGESTION", "v" },
  { "SELECT k, row_number() OVER (ORDER BY ts) FROM STREAM t", "NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", "row_number() OVER (ORDER BY ts)" },
  { "SELECT k FROM STREAM t INTERSECT SELECT k FROM d", "UNSUPPORTED_FEATURE.STREAMING_OPERATION", "INTERSECT" },
  { "SELECT * FROM STREAM d AS s JOIN d USING (nope)", "UNRESOLVED_USING_COLUMN_FOR_JOIN", "nope" },
  { "SELECT max(v) FILTER (WHERE sum(v) > 1) FROM t", "INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE", "sum(v)" },
};

static WeirCatalog *
defined_catalog (void)
{
  WeirCatalog              *catalog = fixture_catalog_new ();
  g_autoptr (WeirSqlScript) script = weir_sql_parse (definitions, -1);
  g_autoptr (GError)        error = NULL;

  fixture_run (catalog, script, &error);
  g_assert_no_error (error);
  return catalog;
}

static WeirPlan *
analyze (WeirCatalog *catalog,
         const char  *sql,
         GError     **error)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse (sql, -1);

  return fixture_run (catalog, script, error);
}

static void
test_plans (void)
{
  g_autoptr (WeirCatalog) catalog = defined_catalog ();

  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autoptr (WeirPlan) plan = analyze (catalog, plans[i].sql, &error);
      g_autofree char     *text = NULL;

      g_test_message ("%s", plans[i].sql);
      g_assert_no_error (error);
      text = weir_plan_to_string (plan);
      g_assert_cmpstr (text, ==, plans[i].plan);
    }
}

static void
test_schemas (void)
{
  g_autoptr (WeirCatalog) catalog = defined_catalog ();

  for (guint i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autoptr (WeirPlan) plan = analyze (catalog, schemas[i].sql, &error);
      g_autofree char     *text = NULL;

      g_test_message ("%s", schemas[i].sql);
      g_assert_no_error (error);
      text = weir_type_to_string (plan->schema);
      g_assert_cmpstr (text, ==, schemas[i].schema);
    }
}

static void
test_errors (void)
{
  g_autoptr (WeirCatalog) catalog = defined_catalog ();

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autoptr (WeirPlan) plan = analyze (catalog, errors[i].sql, &error);
      WeirSpan             span;
      g_autofree char     *fragment = NULL;

      g_test_message ("%s", errors[i].sql);
      g_assert_null (plan);
      g_assert_cmpstr (weir_error_get_condition (error), ==, errors[i].condition);
      span = weir_error_get_span (error);
      fragment = g_strndup (errors[i].sql + span.start, span.end - span.start);
      g_assert_cmpstr (fragment, ==, errors[i].fragment);
      g_assert_cmpstr (weir_error_get_sqlstate (error), !=, "XX000");
    }
}

static void
test_suggestions (void)
{
  g_autoptr (WeirCatalog) catalog = defined_catalog ();
  g_autoptr (GError)      error = NULL;
  const char             *name, *value;

  g_assert_null (analyze (catalog, "SELECT nam FROM d", &error));
  weir_error_get_param (error, 0, &name, &value);
  g_assert_cmpstr (name, ==, "objectName");
  g_assert_cmpstr (value, ==, "`nam`");
  weir_error_get_param (error, 1, &name, &value);
  g_assert_cmpstr (value, ==, "`name`, `k`, `v`");
}

/* An error inside a view points at the view's name in the query that uses it. */
static void
test_error_in_view (void)
{
  g_autoptr (WeirCatalog) catalog = defined_catalog ();
  g_autoptr (GError)      error = NULL;
  const char             *sql = "SELECT k FROM w WHERE k = 'a'";

  weir_catalog_remove (catalog, "t");
  g_assert_null (analyze (catalog, sql, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TABLE_OR_VIEW_NOT_FOUND");
  g_assert_cmpuint (weir_error_get_span (error).start, ==, 14);
  g_assert_cmpuint (weir_error_get_span (error).end, ==, 15);
}

/* A join of streams gets the columns that are read, and no more. */
static WeirPlan *
narrowed (WeirPlan *plan)
{
  g_assert_cmpint (plan->kind, ==, WEIR_PLAN_PROJECT);
  return plan->children[0];
}

/* Numbers of scans, sources, watermarks and stateful operators. */
static void
test_numbers (void)
{
  g_autoptr (WeirCatalog) catalog = defined_catalog ();
  g_autoptr (GError)      error = NULL;
  g_autoptr (WeirPlan)    plan = analyze (catalog,
                                          "SELECT window.start, count(*) FROM w JOIN d ON w.k = d.k JOIN w AS x ON w.k = x.k "
                                             "GROUP BY window(w.ts, '5 seconds')",
                                          &error);
  WeirPlan               *aggregate, *streams, *mixed;

  g_assert_no_error (error);
  aggregate = plan->children[0];
  g_assert_cmpint (aggregate->kind, ==, WEIR_PLAN_AGGREGATE);
  g_assert_cmpuint (aggregate->aggregate.stateful_id, ==, 0);
  streams = aggregate->children[0];
  g_assert_cmpint (streams->kind, ==, WEIR_PLAN_JOIN);
  g_assert_cmpuint (streams->join.stateful_id, ==, 1);
  mixed = narrowed (streams->children[0]);
  g_assert_cmpint (mixed->kind, ==, WEIR_PLAN_JOIN);
  g_assert_cmpuint (mixed->join.stateful_id, ==, G_MAXUINT);
  g_assert_cmpint (mixed->children[0]->kind, ==, WEIR_PLAN_EVENT_TIME);
  g_assert_cmpuint (mixed->children[0]->event_time.watermark_id, ==, 0);
  g_assert_cmpint (mixed->children[1]->kind, ==, WEIR_PLAN_SCAN);
  g_assert_cmpuint (mixed->children[1]->scan.scan_id, ==, 1);
  g_assert_cmpuint (mixed->children[1]->scan.source_id, ==, G_MAXUINT);
  g_assert_cmpuint (narrowed (streams->children[1])->event_time.watermark_id, ==, 1);
}

/* Which columns of the result still carry the event time. */
static void
test_marks (void)
{
  g_autoptr (WeirCatalog) catalog = defined_catalog ();
  g_autoptr (GError)      error = NULL;
  g_autoptr (WeirPlan)    plan = analyze (catalog, "SELECT ts AS a, ts + INTERVAL 1 DAY AS b, window(ts, '1 day') AS c, k FROM w", &error);

  g_assert_no_error (error);
  g_assert_cmpint (plan->event_time_delay_us[0], ==, 10000000);
  g_assert_cmpint (plan->event_time_delay_us[1], ==, -1);
  g_assert_cmpint (plan->event_time_delay_us[2], ==, 10000000);
  g_assert_cmpint (plan->event_time_delay_us[3], ==, -1);
}

static void
test_expression (void)
{
  g_autoptr (WeirCatalog)   catalog = defined_catalog ();
  g_autoptr (WeirSchema)    schema = weir_type_parse_ddl ("a INT, b STRING", NULL);
  g_autoptr (WeirSqlScript) script = weir_sql_parse_expression ("a + 1 > 2 AND b = 'x'", -1, NULL);
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirExpr)      expr = weir_analyze_expr (catalog, weir_sql_script_get_expression (script), schema, weir_sql_script_get_text (script), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (expr->name, ==, "(((a + 1) > 2) AND (b = x))");
  g_assert_true (expr->type == WEIR_BOOLEAN);
}

/* Views that stand on each other stop at a bound instead of the end of the stack. */
static void
test_depth (void)
{
  g_autoptr (WeirCatalog) catalog = defined_catalog ();
  g_autoptr (GError)      error = NULL;

  g_assert_true (weir_catalog_add_view (catalog, "loop", "SELECT * FROM loop", NULL, TRUE, NULL));
  g_assert_null (analyze (catalog, "SELECT * FROM loop", &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "LIMIT_EXCEEDED");
}

static void
check_too_much (const char *sql)
{
  g_autoptr (WeirCatalog) catalog = defined_catalog ();
  g_autoptr (GError)      error = NULL;

  g_assert_null (analyze (catalog, sql, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "LIMIT_EXCEEDED");
}

/* Short texts that would double with each step. */
static void
test_growth (void)
{
  g_autoptr (GString) aliases = g_string_new ("SELECT v a0");
  g_autoptr (GString) calls = g_string_new ("v");
  g_autoptr (GString) ctes = g_string_new ("WITH c0 AS (SELECT v FROM t)");

  for (guint i = 0; i < 40; i++)
    {
      g_string_append_printf (aliases, ", a%u + a%u a%u", i, i, i + 1);
      g_string_append_printf (ctes, ", c%u AS (SELECT x.v FROM c%u x JOIN c%u y ON x.v = y.v)", i + 1, i, i);
      g_string_prepend (calls, "nullif(");
      g_string_append (calls, ", 0)");
    }
  g_string_append (aliases, " FROM t");
  g_string_append (ctes, " SELECT * FROM c40");
  g_string_prepend (calls, "SELECT ");
  g_string_append (calls, " FROM t");
  check_too_much (aliases->str);
  check_too_much (calls->str);
  check_too_much (ctes->str);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/analyzer/plans", test_plans);
  g_test_add_func ("/plan/analyzer/schemas", test_schemas);
  g_test_add_func ("/plan/analyzer/errors", test_errors);
  g_test_add_func ("/plan/analyzer/suggestions", test_suggestions);
  g_test_add_func ("/plan/analyzer/error-in-view", test_error_in_view);
  g_test_add_func ("/plan/analyzer/numbers", test_numbers);
  g_test_add_func ("/plan/analyzer/marks", test_marks);
  g_test_add_func ("/plan/analyzer/expression", test_expression);
  g_test_add_func ("/plan/analyzer/depth", test_depth);
  g_test_add_func ("/plan/analyzer/growth", test_growth);
  return g_test_run ();
}
