/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec-help.h"

#include "base/limits.h"
#include "column/value.h"
#include "format/decoder.h"
#include "plan/analyzer.h"
#include "sql/parser.h"

#include <string.h>

static WeirSchema *
resolve_schema (const char *name,
                WeirSchema *declared,
                GHashTable *options,
                const char *base_dir,
                GError    **error)
{
  return declared != NULL ? weir_type_ref (declared) : weir_type_parse_ddl ("value STRING", error);
}

#define FORMAT(format_name)                                                                      \
  {                                                                                              \
    .name = format_name, .can_stream = TRUE, .can_batch = TRUE, .resolve_schema = resolve_schema \
  }
static const WeirFormatInfo formats[] = { FORMAT ("test"), FORMAT ("json"), FORMAT ("text"), FORMAT ("csv") };

WeirPlan *
scan (const char *table,
      const char *ddl,
      gboolean    is_streaming)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (WeirSchema) schema = weir_type_parse_ddl (ddl, &error);
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);

  g_assert_no_error (error);
  return _weir_plan_new_scan (weir_table_new (table, &formats[0], schema, options, "."), weir_type_ref (schema), NULL, is_streaming);
}

WeirExpr *
column (WeirPlan   *plan,
        const char *name)
{
  int index = weir_type_field_index (plan->schema, name);

  g_assert_cmpint (index, >=, 0);
  return _weir_plan_column (plan, (guint)index);
}

WeirExpr *
call (const char *name,
      ...)
{
  g_autoptr (GError) error = NULL;
  WeirExpr          *args[16], *expr;
  guint              n = 0;
  va_list            list;

  va_start (list, name);
  for (WeirExpr *arg; (arg = va_arg (list, WeirExpr *)) != NULL;)
    args[n++] = arg;
  va_end (list);
  expr = weir_expr_new_call (name, args, n, WEIR_SPAN_NONE, weir_zone_utc (), &error);
  g_assert_no_error (error);
  return expr;
}

WeirPlan *
filter (WeirPlan *child,
        WeirExpr *condition)
{
  return _weir_plan_new_filter (child, condition);
}

WeirPlan *
project (WeirPlan *child,
         ...)
{
  WeirExpr   *exprs[16];
  const char *names[16];
  guint       n = 0;
  va_list     list;

  va_start (list, child);
  for (WeirExpr *expr; (expr = va_arg (list, WeirExpr *)) != NULL; n++)
    {
      exprs[n] = expr;
      names[n] = va_arg (list, const char *);
    }
  va_end (list);
  return _weir_plan_new_project (child, exprs, n, names);
}

WeirPlan *
watermark (WeirPlan   *child,
           const char *name,
           gint64      delay_ms)
{
  return _weir_plan_new_event_time (child, (guint)weir_type_field_index (child->schema, name), delay_ms);
}

WeirAggCall *
agg (const char *name,
     ...)
{
  g_autoptr (GError) error = NULL;
  WeirExpr          *args[8];
  guint              n = 0;
  WeirAggCall       *self;
  va_list            list;

  va_start (list, name);
  for (WeirExpr *arg; (arg = va_arg (list, WeirExpr *)) != NULL;)
    args[n++] = arg;
  va_end (list);
  self = weir_agg_call_new (weir_aggregate_lookup (name), args, n, FALSE, FALSE, NULL, WEIR_SPAN_NONE, weir_zone_utc (), &error);
  g_assert_no_error (error);
  return self;
}

WeirPlan *
group_by (WeirPlan   *child,
          const char *time,
          gint64      size_s,
          gint64      slide_s,
          gint64      start_s,
          const char *keys,
          ...)
{
  g_auto (GStrv)     names = g_strsplit (keys, ",", -1);
  WeirExpr          *exprs[16];
  const char        *key_names[16];
  WeirAggCall       *aggs[16];
  WeirAggregateParts parts = { .keys = exprs, .key_names = key_names, .aggs = aggs, .window_key = -1 };
  va_list            list;

  if (size_s > 0)
    {
      parts.window_key = 0;
      parts.window = (WeirWindowSpec){ column (child, time), size_s * 1000000, slide_s * 1000000, start_s * 1000000 };
      key_names[parts.n_keys] = "window";
      exprs[parts.n_keys++] = NULL;
    }
  for (guint i = 0; names[i] != NULL; i++)
    {
      key_names[parts.n_keys] = names[i];
      exprs[parts.n_keys++] = column (child, names[i]);
    }
  va_start (list, keys);
  for (WeirAggCall *one; (one = va_arg (list, WeirAggCall *)) != NULL;)
    aggs[parts.n_aggs++] = one;
  va_end (list);
  return _weir_plan_new_aggregate (child, &parts);
}

/* ---- SQL -------------------------------------------------------------------------------------------------------- */

static gboolean
define_table (WeirCatalog              *catalog,
              const WeirSqlCreateTable *create,
              GError                  **error)
{
  g_autofree WeirField  *fields = g_new0 (WeirField, create->n_columns + 1);
  g_autoptr (WeirSchema) schema = NULL;
  g_autoptr (GHashTable) options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (WeirTable)  table = NULL;
  const WeirFormatInfo  *format = weir_catalog_get_format (catalog, create->format.name);

  for (guint i = 0; i < create->n_columns; i++)
    {
      fields[i] = (WeirField){ (char *)create->columns[i].name.name, weir_type_parse (create->columns[i].type, error), TRUE, NULL };
      if (fields[i].type == NULL)
        return FALSE;
    }
  for (guint i = 0; i < create->n_options; i++)
    g_hash_table_insert (options, g_ascii_strdown (create->options[i].key, -1), g_strdup (create->options[i].value));
  schema = create->n_columns > 0 ? weir_type_new_struct (fields, create->n_columns) : NULL;
  for (guint i = 0; i < create->n_columns; i++)
    weir_type_unref (fields[i].type);
  table = weir_table_new (create->name.parts[create->name.n_parts - 1].name, format, schema, options, ".");
  return weir_catalog_add_table (catalog, table, TRUE, error);
}

static gboolean
define_view (WeirCatalog             *catalog,
             const WeirSqlCreateView *create,
             const char              *text,
             GError                 **error)
{
  g_autofree char *sql = g_strndup (text + create->query->span.start, create->query->span.end - create->query->span.start);
  g_auto (GStrv)   names = NULL;

  if (create->n_columns > 0)
    {
      names = g_new0 (char *, create->n_columns + 1);
      for (guint i = 0; i < create->n_columns; i++)
        names[i] = g_strdup (create->columns[i].name);
    }
  return weir_catalog_add_view (catalog, create->name.parts[create->name.n_parts - 1].name, sql, names, TRUE, error);
}

static WeirPlan *
plan_statement (WeirCatalog            *catalog,
                const WeirSqlStatement *statement,
                const char             *text,
                WeirOutputMode         *mode,
                gboolean               *is_streaming,
                GError                **error)
{
  const WeirSqlQuery  *query = statement->kind == WEIR_SQL_STATEMENT_QUERY ? statement->query : statement->create_query.query;
  g_autoptr (WeirPlan) plan = weir_analyze_query (catalog, query, text, error);

  *mode = WEIR_OUTPUT_APPEND;
  if (statement->kind == WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY && statement->create_query.output_mode == WEIR_SQL_OUTPUT_MODE_UPDATE)
    *mode = WEIR_OUTPUT_UPDATE;
  if (statement->kind == WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY && statement->create_query.output_mode == WEIR_SQL_OUTPUT_MODE_COMPLETE)
    *mode = WEIR_OUTPUT_COMPLETE;
  *is_streaming = statement->kind == WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY;
  if (plan == NULL || (*is_streaming && !weir_check_streaming (plan, *mode, catalog, error)))
    return NULL;
  return g_steal_pointer (&plan);
}

static void
add_setting (gpointer key,
             gpointer value,
             gpointer catalog)
{
  weir_catalog_set (catalog, key, value, NULL);
}

WeirPlan *
sql_plan (const char     *script,
          GHashTable     *settings,
          WeirOutputMode *mode,
          gboolean       *is_streaming,
          WeirZone      **zone,
          GError        **error)
{
  g_autoptr (WeirSqlScript) parsed = weir_sql_parse (script, -1);
  g_autoptr (WeirCatalog)   catalog = weir_catalog_new ();
  g_autoptr (WeirPlan)      plan = NULL;
  gboolean                  ok = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    weir_catalog_add_format (catalog, &formats[i]);
  weir_catalog_set (catalog, "spark.sql.session.timeZone", "UTC", NULL);
  if (settings != NULL)
    g_hash_table_foreach (settings, add_setting, catalog);
  if (zone != NULL)
    *zone = weir_zone_ref (weir_catalog_get_zone (catalog));
  for (guint i = 0; ok && i < weir_sql_script_get_n_statements (parsed); i++)
    {
      const WeirSqlStatement *statement = weir_sql_script_get_statement (parsed, i);

      if (statement == NULL)
        {
          g_propagate_error (error, g_error_copy (weir_sql_script_get_error (parsed, i)));
          return NULL;
        }
      if (statement->kind == WEIR_SQL_STATEMENT_CREATE_TABLE)
        ok = define_table (catalog, &statement->create_table, error);
      else if (statement->kind == WEIR_SQL_STATEMENT_CREATE_VIEW)
        ok = define_view (catalog, &statement->create_view, script, error);
      else
        {
          plan = plan_statement (catalog, statement, script, mode, is_streaming, error);
          ok = plan != NULL;
        }
    }
  return ok ? g_steal_pointer (&plan) : NULL;
}

char *
sql_rows (const char *query)
{
  g_autoptr (GError) error = NULL;
  WeirOutputMode     mode;
  gboolean           is_streaming;
  WeirPlan          *plan = sql_plan (query, NULL, &mode, &is_streaming, NULL, &error);
  Run               *run = plan != NULL ? run_try_new (plan, mode, FALSE, weir_zone_utc (), 2, &error) : NULL;
  char              *rows;

  if (run == NULL)
    return g_strdup_printf ("[%s]", weir_error_get_condition (error));
  rows = g_strdup (run_batch (run, FALSE, NULL));
  if (rows == NULL)
    rows = g_strdup_printf ("[%s]", weir_error_get_condition (run->error));
  run_free (run);
  return rows;
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */

static gboolean
keep_batch (gpointer   data,
            WeirBatch *batch,
            GError   **error)
{
  g_ptr_array_add (data, weir_batch_ref (batch));
  return TRUE;
}

WeirBatch *
batch_from_json (WeirSchema *schema,
                 const char *text)
{
  g_autoptr (GError)          error = NULL;
  g_autoptr (WeirDecoder)     decoder = weir_decoder_new ("json", schema, NULL, NULL, weir_zone_utc (), NULL, &error);
  g_autoptr (WeirDecodeState) state = NULL;
  g_autoptr (WeirBuffer)      buffer = weir_buffer_new (strlen (text) + 1);
  g_autoptr (GPtrArray)       batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  WeirDecodeBlock             block = { buffer, 0, strlen (text), FALSE, 0, NULL };
  WeirDecodeStats             stats = { 0 };

  g_assert_no_error (error);
  state = weir_decode_state_new (decoder);
  memcpy (buffer->data, text, strlen (text));
  weir_decoder_decode (decoder, state, &block, keep_batch, batches, &stats, &error);
  g_assert_no_error (error);
  weir_decode_stats_clear (&stats);
  if (batches->len == 0)
    {
      g_autofree WeirColumn **columns = g_new (WeirColumn *, schema->n_fields + 1);

      for (guint i = 0; i < schema->n_fields; i++)
        columns[i] = weir_column_new_nulls (schema->fields[i].type, 0);
      return weir_batch_new (schema, 0, columns);
    }
  return weir_batch_concat ((WeirBatch **)batches->pdata, batches->len);
}

/* ---- runs ------------------------------------------------------------------------------------------------------- */

static void
count_watermarks (WeirPlan *plan,
                  gpointer  data)
{
  if (plan->kind == WEIR_PLAN_EVENT_TIME)
    ++*(guint *)data;
}

Run *
run_new (WeirPlan      *plan,
         WeirOutputMode mode,
         gboolean       is_streaming,
         guint          n_threads)
{
  g_autoptr (GError) error = NULL;
  Run               *run;

  _weir_plan_number (plan);
  run = run_try_new (plan, mode, is_streaming, weir_zone_utc (), n_threads, &error);
  g_assert_no_error (error);
  return run;
}

Run *
run_try_new (WeirPlan      *plan,
             WeirOutputMode mode,
             gboolean       is_streaming,
             WeirZone      *zone,
             guint          n_threads,
             GError       **error)
{
  Run  *run = g_new0 (Run, 1);
  guint n_watermarks = 0;

  weir_plan_foreach (plan, count_watermarks, &n_watermarks);
  run->plan = plan;
  run->node_ms = g_new0 (gint64, n_watermarks + 1);
  run->options = (WeirPipelineOptions){ .mode = mode, .zone = zone, .ansi = TRUE, .is_streaming = is_streaming };
  run->options.pool = n_threads > 0 ? weir_worker_pool_new (n_threads) : NULL;
  run->lines_per_morsel = G_MAXUINT;
  run->rows = g_string_new (NULL);
  run->pipeline = weir_pipeline_new (plan, &run->options, error);
  if (run->pipeline == NULL)
    g_clear_pointer (&run, run_free);
  return run;
}

void
run_free (Run *run)
{
  weir_batch_stats_clear (&run->stats);
  weir_pipeline_free (run->pipeline);
  g_clear_pointer (&run->options.pool, weir_worker_pool_free);
  weir_plan_unref (run->plan);
  g_clear_error (&run->error);
  g_string_free (run->rows, TRUE);
  g_free (run->node_ms);
  g_free (run);
}

static gboolean
read_text (gpointer      source,
           gpointer      morsel,
           WeirPushFunc  push,
           gpointer      push_data,
           GCancellable *cancellable,
           GError      **error)
{
  g_autoptr (WeirBatch) batch = batch_from_json (source, morsel);

  for (guint offset = 0; offset < batch->n_rows; offset += WEIR_VECTOR_ROWS)
    {
      g_autoptr (WeirBatch) part = weir_batch_slice (batch, offset, MIN (WEIR_VECTOR_ROWS, batch->n_rows - offset));

      if (!push (push_data, part, error))
        return FALSE;
    }
  return TRUE;
}

static GPtrArray *
cut_morsels (const char *text,
             guint       n_lines)
{
  GPtrArray  *morsels = g_ptr_array_new_with_free_func (g_free);
  const char *last = text != NULL ? text + strlen (text) : NULL;

  while (text != NULL && *text != '\0')
    {
      const char *end = text;

      for (guint i = 0; i < n_lines && *end != '\0'; i++)
        {
          const char *newline = memchr (end, '\n', (gsize)(last - end));

          end = newline != NULL ? newline + 1 : last;
        }
      g_ptr_array_add (morsels, g_strndup (text, (gsize)(end - text)));
      text = end;
    }
  return morsels;
}

static gboolean
print_rows (gpointer   data,
            WeirBatch *batch,
            GError   **error)
{
  Run *run = data;

  for (guint i = 0; i < batch->n_rows; i++)
    {
      weir_batch_append_json_row (run->rows, batch, i, run->options.zone);
      g_string_append_c (run->rows, '\n');
    }
  return TRUE;
}

gboolean
run_uncommitted (Run               *run,
                 const char *const *inputs)
{
  guint          n_scans = weir_pipeline_get_n_scans (run->pipeline);
  WeirScanInput *scans = g_new0 (WeirScanInput, n_scans + 1);
  GPtrArray    **morsels = g_new0 (GPtrArray *, n_scans + 1);
  WeirBatchInput input = { .batch_id = run->batch_id++, .now_us = 1000000, .seed = 7, .n_scans = n_scans, .scans = scans };
  gboolean       ok, ended = inputs == NULL;

  input.wants_delta = run->wants_delta;
  input.late_watermark_ms = run->used_ms;
  input.evict_watermark_ms = run->watermark_ms;
  for (guint i = 0; i < n_scans; i++)
    {
      ended = ended || inputs[i] == NULL;
      morsels[i] = cut_morsels (ended ? NULL : inputs[i], run->lines_per_morsel);
      scans[i] = (WeirScanInput){ weir_pipeline_get_scan (run->pipeline, i)->schema, read_text, morsels[i]->len, morsels[i]->pdata };
    }
  g_string_set_size (run->rows, 0);
  g_clear_error (&run->error);
  weir_batch_stats_clear (&run->stats);
  ok = weir_pipeline_run (run->pipeline, &input, print_rows, run, &run->stats, &run->error);
  for (guint i = 0; i < n_scans; i++)
    g_ptr_array_unref (morsels[i]);
  g_free (morsels);
  g_free (scans);
  return ok;
}

static void
note_event_time (WeirPlan *plan,
                 gpointer  data)
{
  Run  *run = data;
  guint id;

  if (plan->kind != WEIR_PLAN_EVENT_TIME || plan->event_time.watermark_id >= run->stats.n_watermarks)
    return;
  id = plan->event_time.watermark_id;
  if (run->stats.max_event_ms[id] != G_MININT64)
    run->node_ms[id] = MAX (run->node_ms[id], run->stats.max_event_ms[id] - plan->event_time.delay_ms);
}

static void
move_watermark (Run *run)
{
  gint64 lowest = G_MAXINT64, highest = 0;

  run->used_ms = run->watermark_ms;
  weir_plan_foreach (run->plan, note_event_time, run);
  for (guint i = 0; i < run->stats.n_watermarks; i++)
    {
      lowest = MIN (lowest, run->node_ms[i]);
      highest = MAX (highest, run->node_ms[i]);
    }
  if (run->stats.n_watermarks > 0)
    run->watermark_ms = MAX (run->watermark_ms, run->policy_max ? highest : lowest);
}

GBytes *
snapshot_of (Run *run)
{
  g_autoptr (GPtrArray) pieces = weir_pipeline_snapshot (run->pipeline);

  return weir_pieces_join (pieces);
}

static void
renew_pipeline (Run *run)
{
  g_autoptr (GBytes) state = snapshot_of (run);
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GError) error = NULL;

  weir_pipeline_free (run->pipeline);
  run->pipeline = weir_pipeline_new (run->plan, &run->options, &error);
  g_assert_no_error (error);
  weir_pipeline_restore (run->pipeline, state, &error);
  g_assert_no_error (error);
  again = snapshot_of (run);
  g_assert_true (g_bytes_equal (state, again));
}

/* What the batch changed takes the state before to the state now. */
static void
check_delta (Run       *run,
             GBytes    *before,
             GPtrArray *pieces)
{
  g_autoptr (GBytes)       delta = weir_pieces_join (pieces);
  g_autoptr (GBytes)       now = snapshot_of (run);
  g_autoptr (GBytes)       after = NULL;
  g_autoptr (GPtrArray)    state = NULL;
  g_autoptr (WeirPipeline) other = NULL;
  g_autoptr (GError)       error = NULL;

  other = weir_pipeline_new (run->plan, &run->options, &error);
  g_assert_no_error (error);
  weir_pipeline_restore (other, before, &error);
  g_assert_no_error (error);
  weir_pipeline_restore (other, delta, &error);
  g_assert_no_error (error);
  state = weir_pipeline_snapshot (other);
  after = weir_pieces_join (state);
  g_assert_true (g_bytes_equal (after, now));
}

static int
compare_lines (const void *a,
               const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static void
sort_rows (GString *rows)
{
  g_auto (GStrv)   lines = g_strsplit (rows->str, "\n", -1);
  g_autofree char *joined = NULL;
  guint            n = g_strv_length (lines);

  qsort (lines, n > 0 ? n - 1 : 0, sizeof lines[0], compare_lines);
  joined = g_strjoinv ("\n", lines);
  g_string_assign (rows, joined);
}

const char *
run_batch (Run               *run,
           gboolean           sorted,
           const char *const *inputs)
{
  g_autoptr (GBytes)    before = run->restore_each ? snapshot_of (run) : NULL;
  g_autoptr (GPtrArray) delta = NULL;

  if (!run_uncommitted (run, inputs))
    {
      weir_pipeline_abort (run->pipeline);
      return NULL;
    }
  delta = run->restore_each ? weir_pipeline_delta (run->pipeline) : NULL;
  weir_pipeline_commit (run->pipeline);
  move_watermark (run);
  if (run->restore_each)
    {
      renew_pipeline (run);
      check_delta (run, before, delta);
    }
  if (sorted)
    sort_rows (run->rows);
  return run->rows->str;
}
