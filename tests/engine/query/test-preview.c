/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include "base/error.h"
#include "session-util.h"
#include "support/temp-dir.h"

#include <gio/gio.h>
#include <string.h>

/* Rows after every card, over samples: of queues, files, generated rows and a socket; and that nothing is taken or connected to. */

#define DEADLINE_S 60

#define QUEUE "CREATE TABLE q (ts TIMESTAMP, k STRING, v INT) USING queue;\n"

#define GROUPED                                                                                                 \
  QUEUE "CREATE STREAMING QUERY g OUTPUT MODE update AS SELECT window(ts, '10 seconds') AS w, k, count(*) AS n" \
        " FROM STREAM q WATERMARK ts DELAY OF INTERVAL 10 SECONDS WHERE v >= 2 GROUP BY window(ts, '10 seconds'), k;"

#define COUNTED "CREATE STREAMING QUERY s TRIGGER AVAILABLE NOW AS SELECT v FROM STREAM q;"

typedef struct
{
  WeirPreview *preview;
  GError      *error;
  gboolean     done;
} Answer;

static void
preview_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  Answer *answer = data;

  answer->preview = weir_session_preview_finish (WEIR_SESSION (source), result, &answer->error);
  answer->done = TRUE;
}

static gboolean
deadline_cb (gpointer data)
{
  g_error ("no preview within %d s", DEADLINE_S);
  return G_SOURCE_REMOVE;
}

static WeirRange
last_statement (const char *text)
{
  g_autoptr (GArray) ranges = weir_script_split (text);

  return g_array_index (ranges, WeirRange, ranges->len - 1);
}

/* Of the last statement. (transfer full) (nullable) */
static WeirPreview *
try_preview (WeirSession     *session,
             const char      *text,
             WeirPreviewFlags flags,
             GCancellable    *cancellable,
             GError         **error)
{
  Answer answer = { 0 };
  guint  deadline = g_timeout_add_seconds (DEADLINE_S, deadline_cb, NULL);

  weir_session_preview_async (session, text, last_statement (text), flags, cancellable, preview_cb, &answer);
  while (!answer.done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.preview;
}

static WeirPreview *
preview_of (WeirSession *session,
            const char  *text)
{
  g_autoptr (GError) error = NULL;
  WeirPreview       *preview = try_preview (session, text, WEIR_PREVIEW_DEFAULT, NULL, &error);

  g_assert_no_error (error);
  return preview;
}

/* `w,k,n: a b c | d e f`, or `-` without rows; at most three rows. */
static char *
describe (WeirPreview *preview,
          guint        step)
{
  WeirSnapshot *rows = weir_preview_get_rows (preview, step);
  GString      *out = g_string_new (NULL);

  if (rows == NULL)
    return g_string_free (g_string_append (out, "-"), FALSE);
  for (guint c = 0; c < weir_snapshot_get_n_columns (rows); c++)
    g_string_append_printf (out, "%s%s", c > 0 ? "," : "", weir_snapshot_get_column (rows, c)->name);
  for (guint r = 0; r < MIN (3, weir_snapshot_get_n_rows (rows)); r++)
    {
      g_string_append (out, r > 0 ? " |" : ":");
      for (guint c = 0; c < weir_snapshot_get_n_columns (rows); c++)
        {
          g_autofree char *text = weir_snapshot_dup_text (rows, r, c, NULL);

          g_string_append_printf (out, " %s", text);
        }
    }
  return g_string_free (out, FALSE);
}

static void
assert_step (WeirPreview *preview,
             guint        step,
             const char  *expected)
{
  g_autofree char *text = describe (preview, step);

  g_assert_cmpstr (text, ==, expected);
}

static WeirSession *
session_with_rows (const char *rows)
{
  WeirSession       *session = weir_session_new ();
  g_autoptr (GError) error = NULL;

  weir_session_set_conf (session, "spark.sql.session.timeZone", "UTC", NULL);
  if (rows == NULL)
    return session;
  g_object_unref (session_make_query (session, QUEUE "SELECT * FROM STREAM q;"));
  g_assert_true (weir_session_push_rows (session, "q", rows, &error));
  g_assert_no_error (error);
  return session;
}

#define THREE                                                    \
  "{\"ts\": \"2024-05-03T10:00:01Z\", \"k\": \"a\", \"v\": 1}\n" \
  "{\"ts\": \"2024-05-03T10:00:02Z\", \"k\": \"a\", \"v\": 2}\n" \
  "{\"ts\": \"2024-05-03T10:00:13Z\", \"k\": \"b\", \"v\": 3}\n"

static void
test_steps (void)
{
  g_autoptr (WeirSession) session = session_with_rows (THREE);
  g_autoptr (WeirPreview) preview = preview_of (session, GROUPED);
  g_autofree char        *grouped = describe (preview, 5);

  g_assert_cmpuint (weir_preview_get_n_sampled (preview), ==, 3);
  g_assert_null (weir_preview_get_unread (preview)[0]);
  g_assert_cmpuint (weir_preview_get_n_steps (preview), ==, 7);
  /* Source, filter, event time, window, keys, aggregate, output */
  assert_step (preview, 0, "ts,k,v: 2024-05-03 10:00:13 b 3 | 2024-05-03 10:00:02 a 2 | 2024-05-03 10:00:01 a 1");
  g_assert_cmpuint (weir_preview_get_n_rows (preview, 0), ==, 3);
  assert_step (preview, 1, "ts,k,v: 2024-05-03 10:00:13 b 3 | 2024-05-03 10:00:02 a 2");
  g_assert_cmpuint (weir_preview_get_n_rows (preview, 1), ==, 2);
  assert_step (preview, 2, "ts,k,v: 2024-05-03 10:00:13 b 3 | 2024-05-03 10:00:02 a 2");
  assert_step (preview, 3, "w,ts,k,v: {2024-05-03 10:00:10, 2024-05-03 10:00:20} 2024-05-03 10:00:13 b 3 | "
                           "{2024-05-03 10:00:00, 2024-05-03 10:00:10} 2024-05-03 10:00:02 a 2");
  g_assert_cmpuint (weir_preview_get_n_rows (preview, 4), ==, 2);
  g_assert_true (g_str_has_prefix (grouped, "w,k,n: {"));
  g_assert_nonnull (strstr (grouped, "{2024-05-03 10:00:00, 2024-05-03 10:00:10} a 1"));
  g_assert_nonnull (strstr (grouped, "{2024-05-03 10:00:10, 2024-05-03 10:00:20} b 1"));
  g_assert_cmpint (weir_snapshot_get_column (weir_preview_get_rows (preview, 5), 0)->shape, ==, WEIR_COLUMN_WINDOW);
}

/* Shapes whose prefixes are not simply the clauses up to there. */
static void
test_shapes (void)
{
  g_autoptr (WeirSession) session = session_with_rows (THREE);
  g_autoptr (WeirPreview) preview = preview_of (session, QUEUE "SELECT k, sum(v) AS s FROM STREAM q GROUP BY 1 HAVING sum(v) > 10;");

  assert_step (preview, 1, "k: b | a");
  assert_step (preview, 2, "k,s: b 3 | a 3");
  assert_step (preview, 3, "k,s");
  g_clear_pointer (&preview, weir_preview_unref);

  preview = preview_of (session, QUEUE "SELECT k AS key, count(*) AS n FROM STREAM q WATERMARK ts DELAY OF INTERVAL 1 SECOND GROUP BY key, session_window(ts, '5 seconds');");
  assert_step (preview, 2, "key: b | a");
  assert_step (preview, 4, "key,n: b 1 | a 2");
  g_clear_pointer (&preview, weir_preview_unref);

  preview = preview_of (session, QUEUE "SELECT k FROM STREAM q WATERMARK ts DELAY OF INTERVAL 1 SECOND DROP DUPLICATES (k) WITHIN WATERMARK WHERE v = 3;");
  assert_step (preview, 1, "ts,k,v: 2024-05-03 10:00:13 b 3 | 2024-05-03 10:00:02 a 2 | 2024-05-03 10:00:01 a 1");
  assert_step (preview, 2, "ts,k,v: 2024-05-03 10:00:13 b 3 | 2024-05-03 10:00:01 a 1");
  assert_step (preview, 3, "ts,k,v: 2024-05-03 10:00:13 b 3");
  assert_step (preview, 4, "k: b");
  g_clear_pointer (&preview, weir_preview_unref);

  /* The order that the query asks for stays. */
  preview = preview_of (session, QUEUE "SELECT v FROM STREAM q ORDER BY v;");
  assert_step (preview, 1, "v: 3 | 2 | 1");
  assert_step (preview, 2, "v: 1 | 2 | 3");
  g_clear_pointer (&preview, weir_preview_unref);

  /* A view over the stream, and what no card can show. */
  preview = preview_of (session, QUEUE "CREATE TEMPORARY VIEW big AS SELECT k, v FROM STREAM q WHERE v > 1;\n"
                                       "WITH c AS (SELECT k FROM STREAM big) SELECT k, count(*) AS n FROM c GROUP BY k;");
  g_assert_cmpuint (weir_preview_get_n_steps (preview), ==, 1);
  assert_step (preview, 0, "k,n: b 1 | a 1");
}

static void
test_joins (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_write (dir, "names.csv", "a,Anna\nc,Carl\n");
  g_autoptr (WeirSession) session = session_with_rows (THREE);
  g_autofree char        *text = g_strdup_printf (QUEUE "CREATE TABLE names (k STRING, name STRING) USING csv OPTIONS (path '%s');\n"
                                                               "SELECT name, v FROM STREAM q LEFT JOIN names ON q.k = names.k WHERE v < 3;",
                                                  path);
  g_autoptr (WeirPreview) preview = NULL;

  preview = preview_of (session, text);
  g_assert_cmpuint (weir_preview_get_n_sampled (preview), ==, 3);
  g_assert_cmpuint (weir_preview_get_n_rows (preview, 1), ==, 3);
  assert_step (preview, 3, "name,v: Anna 2 | Anna 1");
}

/* What a stranger's document names by a path is not looked at, its columns included. */
static void
test_no_files (void)
{
  static const char *const columns[] = { "(k STRING, name STRING)", "", "(k STRING)" };
  static const char *const selected[] = { "v", "v", "v, day" }; /* a folder may have it */
  g_autoptr (WeirTempDir)  dir = weir_temp_dir_new ();
  g_autofree char         *path = weir_temp_dir_write (dir, "names.csv", "k,name\na,Anna\n");
  g_autoptr (WeirSession)  session = session_with_rows (THREE);

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autofree char        *text = g_strdup_printf (QUEUE "CREATE TABLE names %s USING csv OPTIONS (path '%s', header 'true');\n"
                                                                   "SELECT %s FROM STREAM q LEFT JOIN names USING (k);",
                                                      columns[i], path, selected[i]);
      g_autoptr (GError)      error = NULL;
      g_autoptr (WeirPreview) preview = try_preview (session, text, WEIR_PREVIEW_NO_FILES, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (weir_preview_get_unread (preview)[0], ==, "names");
    }
}

/* The newest rows, never more than is said. */
static void
test_bounds (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = NULL;
  g_autoptr (GString)     lines = g_string_new (NULL);
  g_autoptr (WeirSession) session = session_with_rows (NULL);
  g_autofree char        *text = g_strdup_printf ("CREATE TABLE f (n INT) USING json OPTIONS (path '%s');\nSELECT explode(sequence(1, n)) AS x FROM STREAM f;",
                                                  weir_temp_dir_get_path (dir));
  g_autoptr (WeirPreview) preview = NULL;

  for (guint i = 1; i <= 5000; i++)
    g_string_append_printf (lines, "{\"n\": %u}\n", i);
  path = weir_temp_dir_write (dir, "many.json", lines->str);
  preview = preview_of (session, text);
  g_assert_cmpuint (weir_preview_get_n_sampled (preview), ==, WEIR_PREVIEW_ROWS);
  assert_step (preview, 0, "n: 5000 | 4999 | 4998");
  g_assert_cmpuint (weir_snapshot_get_n_rows (weir_preview_get_rows (preview, 1)), ==, WEIR_PREVIEW_ROWS);
  g_assert_cmpuint (weir_preview_get_n_rows (preview, 1), >, WEIR_PREVIEW_ROWS);
}

/* A file that is one row is not read when it is large. */
static void
test_large_file (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *lines = g_strnfill (9 << 20, 'x');
  g_autofree char        *large = weir_temp_dir_write (dir, "large.txt", lines), *small = NULL;
  g_autoptr (WeirSession) session = session_with_rows (NULL);
  g_autofree char        *text = g_strdup_printf ("CREATE TABLE f USING text OPTIONS (path '%s', wholetext 'true');\nSELECT length(value) AS n FROM STREAM f;",
                                                  weir_temp_dir_get_path (dir));
  g_autoptr (WeirPreview) preview = preview_of (session, text);

  g_assert_null (weir_preview_get_unread (preview)[0]);
  g_assert_cmpuint (weir_preview_get_n_sampled (preview), ==, 0);
  small = weir_temp_dir_write (dir, "small.txt", "abc");
  g_clear_pointer (&preview, weir_preview_unref);
  preview = preview_of (session, text);
  assert_step (preview, 1, "n: 3");
}

/* Rows of today, whose ids stay while the values go on. */
static void
test_generated (void)
{
  static const char *const tables[] = { "demo OPTIONS (kind 'orders')", "rate OPTIONS (rowsPerSecond '1')", "rate OPTIONS (rowsPerSecond '1000000000')",
                                        "`rate-micro-batch` OPTIONS (rowsPerBatch '10')" };
  g_autoptr (WeirSession)  session = session_with_rows (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char        *text = g_strdup_printf ("CREATE TABLE t USING %s;\nSELECT * FROM STREAM t;", tables[i]);
      g_autoptr (WeirPreview) preview = preview_of (session, text);
      g_autoptr (WeirPreview) again = preview_of (session, text);
      WeirSnapshot           *rows = weir_preview_get_rows (preview, 0), *later = weir_preview_get_rows (again, 0);

      g_assert_nonnull (rows);
      g_assert_cmpuint (weir_snapshot_get_n_rows (rows), ==, i == 3 ? 10 : WEIR_PREVIEW_ROWS);
      g_assert_cmpuint (weir_snapshot_get_row_id (rows, 5), ==, weir_snapshot_get_row_id (later, 5));
      g_assert_cmpuint (weir_snapshot_get_layout_version (rows), ==, weir_snapshot_get_layout_version (later));
      g_assert_cmpuint (weir_snapshot_get_page_version (rows, 0), !=, weir_snapshot_get_page_version (later, 0));
    }
}

static void
test_errors (void)
{
  g_autoptr (WeirSession) session = session_with_rows (THREE);
  g_autoptr (GError)      error = NULL;
  g_autoptr (WeirPreview) preview = try_preview (session, QUEUE "SELECT pirce FROM STREAM q;", WEIR_PREVIEW_DEFAULT, NULL, &error);

  g_assert_null (preview);
  g_assert_cmpstr (weir_error_get_condition (error), ==, "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  g_clear_error (&error);
  preview = try_preview (session, QUEUE "SELECT k FROM STREAM q WHERE;", WEIR_PREVIEW_DEFAULT, NULL, &error);
  g_assert_null (preview);
  g_assert_cmpstr (weir_error_get_condition (error), ==, "PARSE_SYNTAX_ERROR");
  g_clear_error (&error);
  /* A value that an expression cannot take is not the text's fault: steps before it have their rows. */
  preview = preview_of (session, QUEUE "SELECT 1 / (v - 3) AS x FROM STREAM q WHERE v > 1;");
  g_assert_nonnull (weir_preview_get_rows (preview, 1));
  g_assert_null (weir_preview_get_rows (preview, 2));
  g_assert_cmpstr (weir_error_get_condition (weir_preview_get_error (preview, 2)), ==, "DIVIDE_BY_ZERO");
}

static void
test_cancel (void)
{
  g_autoptr (WeirSession)  session = session_with_rows (THREE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (try_preview (session, GROUPED, WEIR_PREVIEW_DEFAULT, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* What would fill the memory of a run is not tried while it is typed; rows of long values are fewer. */
static void
test_large_values (void)
{
  static const char *const large[] = { "repeat(k, 100000000)", "size(sequence(1, v * 9000000))", "size(array_repeat(v, 90000000))", "length(lpad(k, 100000000, 'x'))" };
  g_autoptr (WeirSession)  session = session_with_rows (THREE);
  g_autoptr (WeirPreview)  preview = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (large); i++)
    {
      g_autofree char *text = g_strdup_printf (QUEUE "SELECT %s AS x FROM STREAM q;", large[i]);

      preview = preview_of (session, text);
      g_assert_nonnull (weir_preview_get_rows (preview, 0));
      g_assert_null (weir_preview_get_rows (preview, 1));
      g_assert_nonnull (strstr (weir_error_get_condition (weir_preview_get_error (preview, 1)), "LIMIT_EXCEEDED"));
      g_clear_pointer (&preview, weir_preview_unref);
    }
  preview = preview_of (session, QUEUE "SELECT repeat(k, 100000) AS x, explode(sequence(1, 200)) AS y FROM STREAM q;");
  g_assert_cmpuint (weir_preview_get_n_rows (preview, 1), ==, 600);
  g_assert_cmpuint (weir_snapshot_get_n_rows (weir_preview_get_rows (preview, 1)), >, 0);
  g_assert_cmpuint (weir_snapshot_get_n_rows (weir_preview_get_rows (preview, 1)), <, WEIR_PREVIEW_ROWS);
}

static gboolean
cancel_cb (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

/* A query that would take for ever lets go in the middle of its work. */
static void
test_cancel_running (void)
{
  g_autoptr (WeirSession)  session = session_with_rows (THREE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error = NULL;

  g_timeout_add (100, cancel_cb, cancellable);
  g_assert_null (try_preview (session,
                              QUEUE "SELECT sum(x * y * z) FROM (SELECT explode(sequence(1, 30000)) AS x FROM STREAM q)"
                                    " CROSS JOIN (SELECT explode(sequence(1, 30000)) AS y FROM STREAM q)"
                                    " CROSS JOIN (SELECT explode(sequence(1, 30000)) AS z FROM STREAM q);",
                              WEIR_PREVIEW_DEFAULT, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* What was shown in a preview is there for the query that starts afterwards. */
static void
test_takes_nothing (void)
{
  g_autoptr (WeirSession)  session = session_with_rows (THREE);
  g_autoptr (WeirPreview)  before = preview_of (session, QUEUE COUNTED);
  g_autoptr (WeirPreview)  after = NULL;
  g_autoptr (WeirQuery)    query = session_make_query (session, COUNTED);
  g_autoptr (GError)       error = NULL;
  g_autoptr (WeirSnapshot) result = NULL;

  weir_query_keep_result (query);
  weir_query_start (query);
  g_assert_true (weir_query_await_termination (query, -1, &error));
  g_assert_no_error (error);
  result = weir_query_take_snapshot (query);
  g_assert_cmpuint (weir_snapshot_get_n_rows (result), ==, 3);
  /* And what queries have read and forgotten is there for the preview. */
  after = preview_of (session, QUEUE COUNTED);
  assert_step (after, 1, "v: 3 | 2 | 1");
}

typedef struct
{
  GSocketConnection *peer;
  gboolean           accepted;
} Accept;

static void
accept_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  Accept *accept = data;

  accept->peer = g_socket_listener_accept_finish (G_SOCKET_LISTENER (source), result, NULL, NULL);
  accept->accepted = accept->peer != NULL;
}

static void
test_socket (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (WeirSession)     session = session_with_rows (NULL);
  guint16                     port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char            *text = g_strdup_printf ("CREATE TABLE t USING socket OPTIONS (host '127.0.0.1', port %u);\n"
                                                                 "CREATE STREAMING QUERY s AS SELECT upper(value) AS u FROM STREAM t;",
                                                      port);
  g_autoptr (WeirPreview)     preview = preview_of (session, text);
  g_autoptr (WeirQuery)       query = NULL;
  Accept                      accept = { 0 };
  guint                       deadline;

  g_assert_cmpstr (weir_preview_get_unread (preview)[0], ==, "t");
  g_assert_cmpuint (weir_preview_get_n_sampled (preview), ==, 0);
  g_assert_null (weir_preview_get_rows (preview, 0));
  /* Who comes first is the query, not the preview. */
  g_socket_listener_accept_async (listener, NULL, accept_cb, &accept);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (accept.accepted);
  query = session_make_query (session, text);
  weir_query_start (query);
  deadline = g_timeout_add_seconds (DEADLINE_S, deadline_cb, NULL);
  while (!accept.accepted)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (accept.peer)), "one\ntwo\n", 8, NULL, NULL, NULL));
  while (weir_preview_get_n_sampled (preview) < 2)
    {
      g_clear_pointer (&preview, weir_preview_unref);
      preview = preview_of (session, text);
    }
  g_source_remove (deadline);
  assert_step (preview, 0, "value: two | one");
  assert_step (preview, 1, "u: TWO | ONE");
  weir_query_stop (query);
  weir_query_await_termination (query, -1, NULL);
  g_clear_pointer (&preview, weir_preview_unref);
  preview = preview_of (session, text);
  assert_step (preview, 1, "u: TWO | ONE");
  g_object_unref (accept.peer);
}

/* A server that alone knows the columns is not asked for them. */
static void
test_unknown (void)
{
  g_autoptr (WeirSession) session = session_with_rows (THREE);
  g_autoptr (WeirPreview) preview = preview_of (session, QUEUE "CREATE TABLE p USING postgresql OPTIONS (url 'postgresql://127.0.0.1:1/x', dbtable 't');\n"
                                                               "SELECT name FROM STREAM q JOIN p ON q.k = p.k;");

  g_assert_cmpstr (weir_preview_get_unread (preview)[0], ==, "p");
  g_assert_cmpuint (weir_preview_get_n_steps (preview), ==, 3);
  g_assert_null (weir_preview_get_rows (preview, 0));
}

/* Records of Kafka, decoded by a view: some of those a query has read, whatever columns it needed. */
static void
test_kafka (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (GString)     lines = g_string_new (NULL);
  g_autofree char        *path = NULL, *tables = NULL, *text = NULL;
  const char             *statement = "CREATE STREAMING QUERY s TRIGGER AVAILABLE NOW AS SELECT n FROM STREAM numbers WHERE n < 4;";
  g_autoptr (WeirSession) session = session_with_rows (NULL);
  g_autoptr (WeirPreview) preview = NULL;
  g_autoptr (WeirQuery)   query = NULL;

  for (int i = 0; i < 6; i++)
    g_string_append_printf (lines, "{\"topic\":\"t\",\"partition\":0,\"offset\":%d,\"tstype\":\"create\",\"ts\":%d,\"key\":\"k%d\",\"payload\":\"{\\\"n\\\":%d}\"}\n",
                            i, 1000 + i, i, i);
  path = weir_temp_dir_write (dir, "lines.json", lines->str);
  tables = g_strdup_printf ("CREATE TABLE raw USING kafka OPTIONS (replay '%s', subscribe 't', startingOffsets 'earliest');\n"
                            "CREATE TEMPORARY VIEW numbers AS SELECT CAST(key AS STRING) AS k, offset, r.n FROM"
                            " (SELECT key, offset, from_json(CAST(value AS STRING), 'n INT') AS r FROM STREAM raw);\n",
                            weir_temp_dir_get_path (dir));
  text = g_strconcat (tables, statement, NULL);
  preview = preview_of (session, text);
  g_assert_cmpstr (weir_preview_get_unread (preview)[0], ==, "raw");
  query = session_make_query (session, text);
  weir_query_start (query);
  g_assert_true (weir_query_await_termination (query, -1, NULL));
  g_clear_pointer (&preview, weir_preview_unref);
  preview = preview_of (session, text);
  g_assert_null (weir_preview_get_unread (preview)[0]);
  assert_step (preview, 0, "k,offset,n: k5 5 5 | k4 4 4 | k3 3 3");
  assert_step (preview, 2, "n: 3 | 2 | 1");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/query/preview/steps", test_steps);
  g_test_add_func ("/engine/query/preview/shapes", test_shapes);
  g_test_add_func ("/engine/query/preview/joins", test_joins);
  g_test_add_func ("/engine/query/preview/no-files", test_no_files);
  g_test_add_func ("/engine/query/preview/bounds", test_bounds);
  g_test_add_func ("/engine/query/preview/large-file", test_large_file);
  g_test_add_func ("/engine/query/preview/generated", test_generated);
  g_test_add_func ("/engine/query/preview/errors", test_errors);
  g_test_add_func ("/engine/query/preview/cancel", test_cancel);
  g_test_add_func ("/engine/query/preview/cancel-running", test_cancel_running);
  g_test_add_func ("/engine/query/preview/large-values", test_large_values);
  g_test_add_func ("/engine/query/preview/takes-nothing", test_takes_nothing);
  g_test_add_func ("/engine/query/preview/socket", test_socket);
  g_test_add_func ("/engine/query/preview/unknown", test_unknown);
  g_test_add_func ("/engine/query/preview/kafka", test_kafka);
  return g_test_run ();
}
