/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec-help.h"

#include "support/json-lines.h"
#include "support/shared-data.h"

#include <json-glib/json-glib.h>
#include <string.h>

/*
 * Streaming queries with what Spark 4.2 gave out, batch by batch (data/streaming/cases.jsonl): rows, late groups, watermarks and numbers of
 * groups. Every case runs four times: with one and several workers, and with the state taken out and put back after every batch.
 */

/* Groups (with their slash) and cases that are not run here, with the reason. */
static const char *const later[][2] = {
  { "malformed/", "readers have tests of their own" },
  { "expr/metadata-column", "the file source makes the column" },
  { "sql/view-static", "the session refuses it, not the pipeline" },
  { "sql/options", "the session reads the options" },
  { "sql/sql-function", "the session makes the function" },
  { "sql/max-files-2", "the source cuts the batches" },
};

typedef struct
{
  JsonObject *object;
  guint       way;
  char       *reason; /* why it differs */
} Case;

/* Partial sums of single rows add up in another order: the last digits of doubles do not count then. */
static void
round_doubles (JsonObject *object,
               const char *name,
               JsonNode   *node,
               gpointer    data)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_DOUBLE)
    json_object_set_string_member (object, name, g_ascii_formatd (text, sizeof text, "%.12g", json_node_get_double (node)));
}

static char *
canonical (JsonNode *node,
           gboolean  rounded)
{
  if (rounded && JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autofree char     *text = json_to_string (node, FALSE);
      g_autoptr (JsonNode) own = json_from_string (text, NULL);

      json_object_foreach_member (json_node_get_object (own), round_doubles, NULL);
      return json_to_string (own, FALSE);
    }
  return json_to_string (node, FALSE);
}

static int
compare_lines (const void *a,
               const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static char *
join_sorted (GPtrArray *lines,
             gboolean   sorted)
{
  if (sorted)
    g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **)lines->pdata);
}

static char *
expected_rows (JsonObject *batch,
               gboolean    sorted,
               gboolean    rounded)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  JsonArray            *rows = json_object_get_array_member (batch, "rows");

  for (guint i = 0; i < json_array_get_length (rows); i++)
    g_ptr_array_add (lines, canonical (json_array_get_element (rows, i), rounded));
  return join_sorted (lines, sorted);
}

static char *
actual_rows (const char *text,
             gboolean    sorted,
             gboolean    rounded)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv)        rows = g_strsplit (text, "\n", -1);

  for (guint i = 0; rows[i] != NULL; i++)
    if (*rows[i] != '\0')
      {
        g_autoptr (GError)   error = NULL;
        g_autoptr (JsonNode) node = json_from_string (rows[i], &error);

        g_assert_no_error (error);
        g_ptr_array_add (lines, canonical (node, rounded));
      }
  return join_sorted (lines, sorted);
}

/* The lines of file @k of the directory a scan reads; all files of it for a static table. NULL: none. */
static char *
scan_input (JsonObject *inputs,
            WeirPlan   *scan,
            guint       k)
{
  const char *path = g_hash_table_lookup (scan->scan.table->options, "path");
  const char *name = path != NULL && strrchr (path, '/') != NULL ? strrchr (path, '/') + 1 : scan->scan.table->name;
  GString    *text = g_string_new (NULL);
  JsonArray  *files = json_object_has_member (inputs, name) ? json_object_get_array_member (inputs, name) : NULL;

  for (guint f = 0; files != NULL && f < json_array_get_length (files); f++)
    {
      JsonArray *lines = json_array_get_array_element (files, f);

      if (scan->is_streaming && f != k)
        continue;
      for (guint i = 0; i < json_array_get_length (lines); i++)
        g_string_append_printf (text, "%s\n", json_array_get_string_element (lines, i));
    }
  return g_string_free (text, FALSE);
}

static guint
count_files (JsonObject *inputs)
{
  g_autoptr (GList) names = json_object_get_members (inputs);
  guint             n = 0;

  for (GList *at = names; at != NULL; at = at->next)
    n = MAX (n, json_array_get_length (json_object_get_array_member (inputs, at->data)));
  return n;
}

static gint64
total (WeirBatchStats *stats)
{
  gint64 n = 0;

  for (guint i = 0; i < stats->n_stateful; i++)
    n += (gint64)stats->stateful[i].rows_dropped_by_watermark;
  return n;
}

/* NULL when the batch is as expected. */
static char *
check_batch (Case *self,
             Run  *run,
             guint i,
             guint b)
{
  JsonObject      *batch = json_array_get_object_element (json_object_get_array_member (self->object, "expected"), b);
  gboolean         sorted = !json_object_get_boolean_member_with_default (self->object, "ordered", FALSE);
  g_autofree char *wanted = expected_rows (batch, sorted, self->way > 1);
  g_autofree char *got = actual_rows (run->rows->str, sorted, self->way > 1);
  JsonArray       *states = json_array_get_array_element (json_object_get_array_member (self->object, "state_rows"), b);
  gint64           dropped = json_array_get_int_element (json_object_get_array_member (self->object, "dropped_late"), b);

  if (strcmp (wanted, got) != 0)
    return g_strdup_printf ("batch %u: wanted\n%s\ngot\n%s", b, wanted, got);
  if (dropped != total (&run->stats))
    return g_strdup_printf ("batch %u: %d late groups, wanted %d", b, (int)total (&run->stats), (int)dropped);
  if (json_array_get_length (states) != run->stats.n_stateful)
    return g_strdup_printf ("batch %u: %u stateful operators, wanted %u", b, run->stats.n_stateful, json_array_get_length (states));
  for (guint s = 0; s < run->stats.n_stateful; s++)
    if (json_array_get_int_element (states, s) != (gint64)run->stats.stateful[s].rows_total)
      return g_strdup_printf ("batch %u: %d groups in operator %u, wanted %d", b, (int)run->stats.stateful[s].rows_total, s, (int)json_array_get_int_element (states, s));
  return NULL;
}

static char *
check_run (Case *self,
           Run  *run)
{
  JsonObject *inputs = json_object_get_object_member (self->object, "inputs");
  JsonArray  *expected = json_object_get_array_member (self->object, "expected");
  guint       n_files = count_files (inputs), n_scans = weir_pipeline_get_n_scans (run->pipeline), b = 0;
  JsonNode   *failure = json_object_get_member (self->object, "error");

  for (guint k = 0; k <= n_files; k++)
    {
      g_auto (GStrv) texts = g_new0 (char *, n_scans + 1);
      char          *difference;

      if (k == n_files && (n_files == 0 || !weir_pipeline_wants_no_data_batch (run->pipeline, run->watermark_ms, run->used_ms)))
        break;
      for (guint i = 0; i < n_scans; i++)
        texts[i] = scan_input (inputs, weir_pipeline_get_scan (run->pipeline, i), k);
      if (run_batch (run, FALSE, (const char *const *)texts) == NULL)
        {
          const char *wanted = JSON_NODE_HOLDS_OBJECT (failure) ? json_object_get_string_member_with_default (json_node_get_object (failure), "condition", NULL) : NULL;

          if (JSON_NODE_HOLDS_OBJECT (failure) && (wanted == NULL || g_str_has_prefix (wanted, "_LEGACY") || strcmp (wanted, weir_error_get_condition (run->error)) == 0))
            return NULL;
          return g_strdup_printf ("batch %u: %s", b, run->error->message);
        }
      if (b >= json_array_get_length (expected))
        return g_strdup_printf ("batch %u too many: %s", b, run->rows->str);
      difference = check_batch (self, run, k, b++);
      if (difference != NULL)
        return difference;
    }
  if (JSON_NODE_HOLDS_OBJECT (failure))
    return g_strdup ("it should have failed");
  return b == json_array_get_length (expected) ? NULL : g_strdup_printf ("%u batches", b);
}

static char *
check_case (Case *self)
{
  g_autoptr (GHashTable) settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  JsonObject            *conf = json_object_get_object_member (self->object, "conf");
  g_autoptr (GList)      keys = json_object_get_members (conf);
  g_autoptr (GError)     error = NULL;
  g_autoptr (Run)        run = NULL;
  g_autoptr (WeirZone)   zone = NULL;
  WeirOutputMode         mode;
  gboolean               is_streaming;
  WeirPlan              *plan;
  JsonNode              *failure = json_object_get_member (self->object, "error");
  const char            *policy;

  for (GList *at = keys; at != NULL; at = at->next)
    g_hash_table_insert (settings, g_strdup (at->data), g_strdup (json_object_get_string_member (conf, at->data)));
  plan = sql_plan (json_object_get_string_member (self->object, "script"), settings, &mode, &is_streaming, &zone, &error);
  if (plan != NULL)
    run = run_try_new (plan, mode, is_streaming, zone, self->way % 3, &error);
  if (run == NULL)
    {
      const char *wanted = JSON_NODE_HOLDS_OBJECT (failure) ? json_object_get_string_member_with_default (json_node_get_object (failure), "condition", NULL) : NULL;

      if (JSON_NODE_HOLDS_OBJECT (failure) && (wanted == NULL || g_str_has_prefix (wanted, "_LEGACY") || g_str_has_prefix (wanted, weir_error_get_condition (error))))
        return NULL;
      return g_strdup_printf ("[%s] %s", weir_error_get_condition (error), error->message);
    }
  policy = g_hash_table_lookup (settings, "spark.sql.streaming.multipleWatermarkPolicy");
  run->policy_max = policy != NULL && strcmp (policy, "max") == 0;
  run->options.ansi = g_strcmp0 (g_hash_table_lookup (settings, "spark.sql.ansi.enabled"), "false") != 0;
  run->restore_each = self->way % 2 == 1;
  run->lines_per_morsel = self->way > 1 ? 1 : G_MAXUINT;
  return check_run (self, run);
}

static void
test_case (gconstpointer data)
{
  const char *id = json_object_get_string_member ((JsonObject *)data, "id");

  for (guint i = 0; i < G_N_ELEMENTS (later); i++)
    if (strcmp (later[i][0], id) == 0 || (g_str_has_suffix (later[i][0], "/") && g_str_has_prefix (id, later[i][0])))
      {
        g_test_skip (later[i][1]);
        return;
      }
  for (guint way = 0; way < 4; way++)
    {
      Case             self = { (JsonObject *)data, way, NULL };
      g_autofree char *difference = check_case (&self);

      if (difference != NULL)
        {
          g_test_message ("%s", json_object_get_string_member ((JsonObject *)data, "script"));
          g_test_message ("way %u: %s", way, difference);
          g_test_fail ();
          return;
        }
    }
}

static void
add_cases (GPtrArray *cases)
{
  for (guint i = 0; i < cases->len; i++)
    {
      JsonObject      *object = cases->pdata[i];
      g_autofree char *name = g_strdup_printf ("/exec/spark-cases/%s", json_object_get_string_member (object, "id"));

      g_test_add_data_func (name, object, test_case);
    }
}

static void
test_absent (void)
{
  g_autofree char *path = weir_test_shared ("data/streaming/cases.jsonl");

  if (path != NULL)
    g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GPtrArray) cases = NULL;
  const char           *shared = g_getenv ("WEIR_SHARED");
  g_autofree char      *path = shared != NULL ? g_build_filename (shared, "data/streaming/cases.jsonl", NULL) : NULL;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exec/spark-cases/data", test_absent);
  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      cases = weir_test_read_objects (path);
      add_cases (cases);
    }
  return g_test_run ();
}
