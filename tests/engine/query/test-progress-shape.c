/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <json-glib/json-glib.h>

#include "engine.h"
#include "support/shared-data.h"
#include "support/temp-dir.h"
#include "support/wait.h"

/*
 * The shape of StreamingQueryProgress: for every kind of query the same names, in the same order and with the same JSON types, at every
 * depth, as in records that Spark wrote. What the values are is test-progress's business.
 */

typedef struct
{
  const char *name;
  const char *mode;
  const char *query;
  guint       n_operators, n_sources;
  const char *operators; /* their names */
  const char *sink;      /* description; NULL: whatever */
} Case;

#define MARK "WATERMARK ts DELAY OF INTERVAL 10 SECONDS"

static const Case cases[] = {
  { "projection", "APPEND", "SELECT k FROM STREAM a", 0, 1, "", "MemorySink" },
  { "watermark", "APPEND", "SELECT k FROM STREAM a " MARK, 0, 1, "", NULL },
  { "aggregate", "COMPLETE", "SELECT k, count(*) AS n FROM STREAM a GROUP BY k", 1, 1, "stateStoreSave", NULL },
  { "window", "APPEND", "SELECT window(ts, '5 seconds') AS w, k, count(*) AS n FROM STREAM a " MARK " GROUP BY window(ts, '5 seconds'), k", 1, 1, "stateStoreSave", NULL },
  { "session", "APPEND", "SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM STREAM a " MARK " GROUP BY session_window(ts, '5 seconds'), k", 1, 1, "sessionWindowStateStoreSaveExec", NULL },
  { "distinct", "UPDATE", "SELECT DISTINCT k FROM STREAM a", 1, 1, "stateStoreSave", NULL },
  { "duplicates", "APPEND", "SELECT k FROM STREAM a DROP DUPLICATES (k)", 1, 1, "dedupe", NULL },
  { "within", "APPEND", "SELECT k FROM STREAM a " MARK " DROP DUPLICATES (k) WITHIN WATERMARK", 1, 1, "dedupeWithinWatermark", NULL },
  { "limit", "APPEND", "SELECT k FROM STREAM a LIMIT 1", 1, 1, "globalLimit", NULL },
  { "join", "APPEND", "SELECT l.k FROM STREAM a " MARK " l JOIN STREAM b " MARK " r ON l.k = r.k AND l.ts = r.ts", 1, 2, "symmetricHashJoin", NULL },
  { "join of aggregates", "APPEND", "SELECT l.k FROM (SELECT window(ts, '5 seconds') AS w, k, count(*) AS n FROM STREAM a " MARK " GROUP BY window(ts, '5 seconds'), k) l "
                                    "JOIN (SELECT window(ts, '5 seconds') AS w, k FROM STREAM b " MARK " DROP DUPLICATES (k, ts)) r ON l.k = r.k AND l.w = r.w",
    3, 2, "symmetricHashJoin stateStoreSave dedupe", NULL },
  { "several sources", "APPEND", "SELECT k FROM STREAM a UNION ALL SELECT k FROM STREAM b UNION ALL SELECT k FROM STREAM a", 0, 3, "", NULL },
  { "static side", "APPEND", "SELECT l.k FROM STREAM a l JOIN VALUES ('x') AS s (k) ON l.k = s.k", 0, 1, "", NULL },
  { "several sinks", "APPEND", NULL, 0, 1, "", "NoOpTable, NoOpTable" },
};

/* ---- shapes ----------------------------------------------------------------------------------------------------- */

/* What stands in it is the source's, and NULL before the first row. */
static gboolean
is_offset (const char *path,
           const char *name)
{
  static const char *const names[] = { "startOffset", "endOffset", "latestOffset", NULL };

  return strstr (path, ".sources[") != NULL && g_strv_contains (names, name);
}

/* Not in every record of Spark's, nor in every one of ours. */
static gboolean
is_optional (const char *name)
{
  static const char *const names[] = { "metrics", "numDroppedDuplicateRows", "avg", "max", "min", "eventTime", NULL };

  return g_strv_contains (names, name) || g_str_has_prefix (name, "SnapshotLastUploaded.");
}

static void compare (const char *path, JsonNode *theirs, JsonNode *ours);

static char *
required_names (JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);
  GString          *text = g_string_new (NULL);

  for (GList *link = names; link != NULL; link = link->next)
    if (!is_optional (link->data))
      g_string_append_printf (text, "%s ", (const char *)link->data);
  return g_string_free (text, FALSE);
}

static void
compare_objects (const char *path,
                 JsonObject *theirs,
                 JsonObject *ours)
{
  g_autofree char  *expected = required_names (theirs);
  g_autofree char  *have = required_names (ours);
  g_autoptr (GList) names = json_object_get_members (ours);

  g_test_message ("%s", path);
  g_assert_cmpstr (have, ==, expected);
  for (GList *link = names; link != NULL; link = link->next)
    {
      g_autofree char *below = g_strdup_printf ("%s.%s", path, (const char *)link->data);

      if (json_object_has_member (theirs, link->data) && !is_offset (path, link->data))
        compare (below, json_object_get_member (theirs, link->data), json_object_get_member (ours, link->data));
      else
        g_assert_true (is_optional (link->data) || is_offset (path, link->data));
    }
}

/* Theirs has one element that stands for all. */
static void
compare_arrays (const char *path,
                JsonArray  *theirs,
                JsonArray  *ours)
{
  for (guint i = 0; i < json_array_get_length (ours); i++)
    {
      g_autofree char *below = g_strdup_printf ("%s[%u]", path, i);

      compare (below, json_array_get_element (theirs, 0), json_array_get_element (ours, i));
    }
}

static void
compare (const char *path,
         JsonNode   *theirs,
         JsonNode   *ours)
{
  g_test_message ("%s", path);
  g_assert_cmpint (json_node_get_node_type (ours), ==, json_node_get_node_type (theirs));
  if (JSON_NODE_HOLDS_OBJECT (ours))
    compare_objects (path, json_node_get_object (theirs), json_node_get_object (ours));
  else if (JSON_NODE_HOLDS_ARRAY (ours))
    compare_arrays (path, json_node_get_array (theirs), json_node_get_array (ours));
  else if (JSON_NODE_HOLDS_VALUE (ours))
    g_assert_cmpstr (g_type_name (json_node_get_value_type (ours)), ==, g_type_name (json_node_get_value_type (theirs)));
}

/* ---- runs ------------------------------------------------------------------------------------------------------- */

/* Queries of cases, not started, of a session with two queues and two sinks. */
static WeirQuery *
make_query (WeirSession *session,
            const Case  *item)
{
  g_autoptr (GString) text = g_string_new ("CREATE TABLE a (k STRING, ts TIMESTAMP) USING queue;\nCREATE TABLE b (k STRING, ts TIMESTAMP) USING queue;\n"
                                           "CREATE TABLE x USING noop;\nCREATE TABLE y USING noop;\n");
  g_autoptr (GArray)  ranges = NULL;
  g_autoptr (GError)  error = NULL;
  WeirQuery          *query = NULL;

  g_string_append_printf (text, "CREATE STREAMING QUERY windowed %s OUTPUT MODE %s AS %s", item->query == NULL ? "INTO x, y" : "", item->mode,
                          item->query != NULL ? item->query : "SELECT k FROM STREAM a");
  ranges = weir_script_split (text->str);
  for (guint i = 0; i < ranges->len; i++)
    {
      g_autoptr (WeirOutcome) outcome = weir_session_execute (session, text->str, g_array_index (ranges, WeirRange, i), &error);

      g_assert_no_error (error);
      if (outcome->query != NULL)
        query = g_object_ref (outcome->query);
    }
  return query;
}

static void
push (WeirSession *session,
      WeirQuery   *query,
      const char  *rows)
{
  g_autoptr (GError) error = NULL;

  weir_session_push_rows (session, "a", rows, &error);
  g_assert_no_error (error);
  weir_session_push_rows (session, "b", rows, &error);
  g_assert_no_error (error);
  weir_query_process_all_available (query, WEIR_WAIT_US, &error);
  g_assert_no_error (error);
}

static void
check_case (const Case *item,
            JsonObject *record)
{
  JsonArray          *operators = json_object_get_array_member (record, "stateOperators");
  g_autoptr (GString) names = g_string_new (NULL);

  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (record, "sources")), ==, item->n_sources);
  for (guint i = 0; i < json_array_get_length (operators); i++)
    {
      JsonObject *op = json_array_get_object_element (operators, i);
      const char *name = json_object_get_string_member (op, "operatorName");

      g_string_append_printf (names, "%s%s", i > 0 ? " " : "", name);
      g_assert_cmpint (json_object_get_int_member (op, "numStateStoreInstances"), ==, strcmp (name, "symmetricHashJoin") == 0 ? 4 : 1);
      g_assert_cmpint (json_object_has_member (json_object_get_object_member (op, "customMetrics"), "numDroppedDuplicateRows"), ==,
                       g_str_has_prefix (name, "dedupe"));
    }
  g_assert_cmpstr (names->str, ==, item->operators);
  g_assert_cmpint (json_object_has_member (record, "eventTime"), ==, item->query != NULL && strstr (item->query, "WATERMARK") != NULL);
  if (item->sink != NULL)
    g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (record, "sink"), "description"), ==, item->sink);
}

/* One digit behind the point, whatever a double looks like. */
static void
check_rates (const char *text)
{
  g_autoptr (GRegex) all = g_regex_new ("RowsPerSecond\":", 0, 0, NULL);
  g_autoptr (GRegex) well = g_regex_new ("RowsPerSecond\":([0-9]+\\.[0-9]|[0-9]\\.[0-9]+E[0-9]+)[,}]", 0, 0, NULL);
  g_auto (GStrv)     parts = g_regex_split (all, text, 0);
  g_autofree char   *without = g_regex_replace_literal (well, text, -1, 0, "", 0, NULL);

  g_test_message ("%s", text);
  g_assert_cmpuint (g_strv_length (parts), >=, 3);
  g_assert_null (strstr (without, "RowsPerSecond"));
}

static void
compare_run (const Case *item,
             JsonNode   *theirs,
             WeirQuery  *query)
{
  g_autoptr (GPtrArray) recent = weir_query_get_recent_progress (query);
  guint                 n_batches = 0;

  for (guint i = 0; i < recent->len; i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autoptr (JsonNode) ours = json_from_string (weir_progress_get_json (recent->pdata[i]), &error);

      g_assert_no_error (error);
      if (weir_progress_get_is_idle (recent->pdata[i]))
        continue;
      compare (item->name, theirs, ours);
      check_rates (weir_progress_get_json (recent->pdata[i]));
      check_case (item, json_node_get_object (ours));
      n_batches++;
    }
  g_assert_cmpuint (n_batches, >=, 2);
}

/* A record of Spark's with rows and all there can be in it. (transfer full) (nullable) */
static JsonNode *
load_reference (const char *name)
{
  g_autofree char       *relative = g_strdup_printf ("data/spark-progress/%s.json", name);
  g_autofree char       *path = weir_test_shared (relative);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError)     error = NULL;

  if (path == NULL)
    return NULL;
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_node_copy (json_array_get_element (json_node_get_array (json_parser_get_root (parser)), 1));
}

static void
test_shapes (gconstpointer name)
{
  g_autoptr (JsonNode) theirs = load_reference (name);

  for (guint i = 0; theirs != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WeirSession) session = weir_session_new ();
      g_autoptr (WeirQuery)   query = make_query (session, &cases[i]);

      weir_query_start (query);
      push (session, query, "{\"k\":\"x\",\"ts\":\"2026-01-31T10:00:00Z\"}\n{\"k\":\"x\",\"ts\":\"2026-01-31T10:00:01Z\"}");
      push (session, query, "{\"k\":\"x\",\"ts\":\"2026-01-31T10:01:00Z\"}");
      compare_run (&cases[i], theirs, query);
      weir_query_stop (query);
      weir_query_await_termination (query, WEIR_WAIT_US, NULL);
    }
}

/* Duplicates are counted; how far Kafka could go is told although a batch takes less. */
static void
test_values (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (WeirSession) session = weir_session_new ();
  g_autofree char        *log = weir_temp_dir_write (dir, "log/a.jsonl", "{\"topic\":\"t\",\"partition\":0,\"offset\":0,\"key\":\"a\",\"payload\":\"x\"}\n"
                                                                                "{\"topic\":\"t\",\"partition\":0,\"offset\":1,\"key\":\"b\",\"payload\":\"x\"}\n"
                                                                                "{\"topic\":\"t\",\"partition\":0,\"offset\":2,\"key\":\"c\",\"payload\":\"y\"}\n");
  g_autofree char        *text = g_strdup_printf ("CREATE TABLE r USING kafka OPTIONS (replay '%s/log', subscribe 't', startingOffsets 'earliest', maxOffsetsPerTrigger 2);\n"
                                                         "CREATE STREAMING QUERY q TRIGGER AVAILABLE NOW AS SELECT value FROM STREAM r DROP DUPLICATES (value)",
                                                  weir_temp_dir_get_path (dir));
  g_autoptr (GArray)      ranges = weir_script_split (text);
  g_autoptr (GError)      error = NULL;
  g_autoptr (GPtrArray)   recent = NULL;
  WeirStateOperator       op;

  for (guint i = 0; i < ranges->len; i++)
    {
      g_autoptr (WeirOutcome) outcome = weir_session_execute (session, text, g_array_index (ranges, WeirRange, i), &error);

      g_assert_no_error (error);
      if (outcome->query == NULL)
        continue;
      weir_query_start (outcome->query);
      weir_query_await_termination (outcome->query, WEIR_WAIT_US, &error);
      g_assert_no_error (error);
      recent = weir_query_get_recent_progress (outcome->query);
    }
  g_assert_cmpuint (recent->len, >=, 2);
  g_assert_nonnull (strstr (weir_progress_get_json (recent->pdata[0]),
                            "\"startOffset\":null,\"endOffset\":{\"t\":{\"0\":2}},\"latestOffset\":{\"t\":{\"0\":3}}"));
  g_assert_nonnull (strstr (weir_progress_get_json (recent->pdata[1]),
                            "\"startOffset\":{\"t\":{\"0\":2}},\"endOffset\":{\"t\":{\"0\":3}},\"latestOffset\":{\"t\":{\"0\":3}}"));
  g_assert_nonnull (strstr (weir_progress_get_json (recent->pdata[0]), "\"numDroppedDuplicateRows\":1"));
  g_assert_true (weir_progress_get_state_operator (recent->pdata[0], 0, &op));
  g_assert_cmpuint (op.duplicate_rows, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/progress-shape/as-an-aggregation", "windowed-aggregation", test_shapes);
  g_test_add_data_func ("/progress-shape/as-a-join", "stream-stream-join", test_shapes);
  g_test_add_func ("/progress-shape/values", test_values);
  return g_test_run ();
}
