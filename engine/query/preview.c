/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine-preview.h"

#include "query/preview-sample.h"
#include "query/session-private.h"
#include "query/snapshot-private.h"
#include "query/worker.h"

#include "column/column-builder.h"
#include "sql/steps-prefix.h"

#include <string.h>

/*
 * A preview runs the query up to each card over the same few rows: the catalogue reads streams as tables at rest, so every prefix is a
 * batch query, and the scans are given samples instead of what their sources would read (preview-sample.c). A prefix that is no query of its own
 * shows nothing; only an error of the whole query is one of the text.
 *
 * What comes out is copied into columns of its own, so a preview holds its rows and not the blocks they were cut from.
 */

/* A join or explode() of the sample may be large: counting ends here. */
#define COUNT_MAX 100000

/* For aggregates over a sample: beyond this a preview would be felt. */
#define STATE_BYTES_MAX (64u << 20)

typedef struct
{
  WeirSnapshot *rows;  /* Owned, nullable */
  GError       *error; /* Owned, nullable */
  guint64       n_rows;
} Step;

struct _WeirPreview
{
  gatomicrefcount ref_count;
  guint           n_sampled;
  char          **unread; /* Owned */
  guint           n_steps;
  Step           *steps; /* Owned */
};

WeirPreview *
weir_preview_ref (WeirPreview *preview)
{
  g_atomic_ref_count_inc (&preview->ref_count);
  return preview;
}

void
weir_preview_unref (WeirPreview *preview)
{
  if (preview == NULL || !g_atomic_ref_count_dec (&preview->ref_count))
    return;
  for (guint i = 0; i < preview->n_steps; i++)
    {
      weir_snapshot_unref (preview->steps[i].rows);
      g_clear_error (&preview->steps[i].error);
    }
  g_free (preview->steps);
  g_strfreev (preview->unread);
  g_free (preview);
}

/* ---- rows of a step ----------------------------------------------------------------------------------------------- */

typedef struct
{
  WeirColumnBuilder **builders;
  guint               n_columns, n_kept;
  guint64             n_rows;
} Collector;

static gboolean
collect (gpointer   data,
         WeirBatch *batch,
         GError   **error)
{
  Collector *self = data;

  for (guint r = 0; r < batch->n_rows && self->n_kept < WEIR_PREVIEW_ROWS; r++, self->n_kept++)
    for (guint c = 0; c < self->n_columns; c++)
      weir_column_builder_append_from (self->builders[c], batch->columns[c], r);
  self->n_rows += batch->n_rows;
  if (self->n_rows < COUNT_MAX)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "enough");
  return FALSE;
}

/* Ids are positions, so that a row of the list stays while its values change. Takes @columns. */
static WeirSnapshot *
make_snapshot (WeirSchema  *schema,
               WeirPlan    *plan,
               WeirZone    *zone,
               WeirColumn **columns,
               guint        n_rows)
{
  static gint                 versions;
  g_autoptr (WeirResultShape) shape = weir_result_shape_new (schema, plan, zone, WEIR_OUTPUT_UPDATE, NULL, 0);
  g_autoptr (GPtrArray)       pages = g_ptr_array_new_with_free_func ((GDestroyNotify)_weir_result_page_unref);
  WeirResultPage             *page = g_new0 (WeirResultPage, 1);
  WeirSnapshot               *snapshot;

  g_atomic_ref_count_init (&page->ref_count);
  page->version = (guint64)(guint)g_atomic_int_add (&versions, 1) + 1;
  page->n_rows = n_rows;
  page->batch = weir_batch_new (schema, n_rows, columns);
  page->bytes = weir_batch_bytes (page->batch);
  page->ids = g_new (guint64, MAX (n_rows, 1));
  page->updated_us = g_new0 (gint64, MAX (n_rows, 1));
  for (guint i = 0; i < n_rows; i++)
    page->ids[i] = i;
  if (n_rows > 0)
    g_ptr_array_add (pages, page);
  snapshot = _weir_snapshot_new (shape, pages);
  snapshot->version = page->version;
  snapshot->layout_version = n_rows + 1;
  snapshot->n_rows = n_rows;
  snapshot->batch_id = G_MAXUINT64;
  snapshot->watermark_us = snapshot->newest_event_us = G_MININT64;
  if (n_rows == 0)
    _weir_result_page_unref (page);
  return snapshot;
}

/* The column rows are as new as: a window, or the first time. −1: none */
static int
time_column (WeirSnapshot *rows)
{
  int time = -1;

  for (guint i = 0; i < weir_snapshot_get_n_columns (rows); i++)
    {
      WeirColumnShape shape = weir_snapshot_get_column (rows, i)->shape;

      if (shape == WEIR_COLUMN_WINDOW)
        return (int)i;
      if (shape == WEIR_COLUMN_TIME && time < 0)
        time = (int)i;
    }
  return time;
}

static int
compare_times (gconstpointer a,
               gconstpointer b,
               gpointer      times)
{
  guint  i = *(const guint16 *)a, j = *(const guint16 *)b;
  gint64 x = times != NULL ? ((gint64 *)times)[i] : 0, y = times != NULL ? ((gint64 *)times)[j] : 0;

  return x != y ? (x < y) - (x > y) : (i < j) - (i > j);
}

static WeirBatch *
permute (WeirBatch     *batch,
         const guint16 *order)
{
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (batch->n_columns, 1));

  for (guint c = 0; c < batch->n_columns; c++)
    {
      g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (batch->schema->fields[c].type, batch->n_rows);

      for (guint r = 0; r < batch->n_rows; r++)
        weir_column_builder_append_from (builder, batch->columns[c], order[r]);
      columns[c] = weir_column_builder_finish (builder);
    }
  return weir_batch_new (batch->schema, batch->n_rows, columns);
}

/* The newest row first, so that its place does not move while values do; @rows is not given away yet. */
static void
order_rows (WeirSnapshot *rows)
{
  int                 column = time_column (rows);
  g_autofree guint16 *order = g_new (guint16, MAX (rows->n_rows, 1));
  g_autofree gint64  *times = column >= 0 ? g_new (gint64, MAX (rows->n_rows, 1)) : NULL;
  WeirBatch          *ordered;

  if (rows->n_rows == 0)
    return;
  for (guint i = 0; i < rows->n_rows; i++)
    {
      order[i] = (guint16)i;
      if (column >= 0)
        times[i] = weir_snapshot_get_time_us (rows, i, (guint)column);
    }
  g_qsort_with_data (order, (gint)rows->n_rows, sizeof *order, compare_times, times);
  ordered = permute (rows->pages[0]->batch, order);
  weir_batch_unref (rows->pages[0]->batch);
  rows->pages[0]->batch = ordered;
}

/* One request, on the worker. */
typedef struct
{
  WeirCatalog       *catalog;
  WeirClock         *clock;
  WeirPreviewTables *tables;
  const char        *text;
  GCancellable      *cancellable;
} Run;

static gboolean
run_pipeline (Run          *self,
              WeirPipeline *pipeline,
              Collector    *rows,
              GError      **error)
{
  guint                     n = weir_pipeline_get_n_scans (pipeline);
  g_autofree WeirScanInput *scans = g_new0 (WeirScanInput, MAX (n, 1));
  WeirBatchInput            input = { 0 };
  WeirBatchStats            stats = { 0 };
  GError                   *local = NULL;
  gboolean                  ok;

  for (guint i = 0; i < n; i++)
    scans[i] = _weir_preview_tables_input (self->tables, weir_pipeline_get_scan (pipeline, i));
  input.now_us = weir_clock_now_us (self->clock);
  input.seed = 42;
  input.late_watermark_ms = input.evict_watermark_ms = G_MININT64;
  input.n_scans = n;
  input.scans = scans;
  input.cancellable = self->cancellable;
  ok = weir_pipeline_run (pipeline, &input, collect, rows, &stats, &local);
  weir_batch_stats_clear (&stats);
  if (!ok && rows->n_rows >= COUNT_MAX)
    {
      g_clear_error (&local);
      ok = TRUE;
    }
  if (local != NULL)
    g_propagate_error (error, local);
  return ok;
}

static void
run_plan (Run      *self,
          WeirPlan *plan,
          Step     *step)
{
  WeirZone                *zone = weir_catalog_get_zone (self->catalog);
  WeirPipelineOptions      options = { .mode = WEIR_OUTPUT_APPEND, .zone = zone, .pool = weir_worker_pool_shared (), .state_max_bytes = STATE_BYTES_MAX };
  g_autoptr (WeirPipeline) pipeline = NULL;
  WeirSchema              *schema;
  g_autofree WeirColumn  **columns = NULL;
  Collector                rows = { 0 };
  gboolean                 ok;

  options.ansi = weir_catalog_get_bool (self->catalog, "spark.sql.ansi.enabled");
  pipeline = weir_pipeline_new (plan, &options, &step->error);
  if (pipeline == NULL)
    return;
  schema = weir_pipeline_get_schema (pipeline);
  rows.n_columns = schema->n_fields;
  rows.builders = g_new0 (WeirColumnBuilder *, MAX (rows.n_columns, 1));
  for (guint i = 0; i < rows.n_columns; i++)
    rows.builders[i] = weir_column_builder_new (schema->fields[i].type, WEIR_PREVIEW_ROWS);
  ok = run_pipeline (self, pipeline, &rows, &step->error);
  columns = g_new0 (WeirColumn *, MAX (rows.n_columns, 1));
  for (guint i = 0; i < rows.n_columns; i++)
    {
      columns[i] = weir_column_builder_finish (rows.builders[i]);
      weir_column_builder_free (rows.builders[i]);
      if (!ok)
        weir_column_unref (columns[i]);
    }
  g_free (rows.builders);
  if (!ok)
    return;
  step->n_rows = rows.n_rows;
  step->rows = make_snapshot (schema, plan, zone, columns, rows.n_kept);
}

static gboolean
run_step (Run                *self,
          const WeirSqlQuery *prefix,
          Step               *step,
          GError            **error)
{
  g_autoptr (WeirPlan) plan = prefix != NULL ? weir_analyze_query (self->catalog, prefix, self->text, NULL) : NULL;

  if (plan == NULL)
    return TRUE;
  if (!_weir_preview_tables_take (self->tables, plan, self->cancellable, error))
    return FALSE;
  if (!_weir_preview_tables_is_empty (self->tables))
    run_plan (self, plan, step);
  if (step->rows != NULL && prefix->n_order_by == 0)
    order_rows (step->rows);
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

/* ---- the request -------------------------------------------------------------------------------------------------- */

typedef struct
{
  char          *text;
  WeirRange      range;
  char          *base_dir;
  GHashTable    *conf;
  WeirReaderHub *hub;
  WeirClock     *clock;
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_free (self->text);
  g_free (self->base_dir);
  g_hash_table_unref (self->conf);
  weir_reader_hub_unref (self->hub);
  weir_clock_unref (self->clock);
  g_free (self);
}

/* Is the whole query right? */
static gboolean
check_query (WeirCatalog   *catalog,
             WeirSqlScript *script,
             WeirRange      range,
             WeirSqlSteps  *steps,
             GError       **error)
{
  const WeirSqlQuery  *query;
  g_autoptr (WeirPlan) plan = NULL;

  if (_weir_find_statement (script, range, error) == NULL)
    return FALSE;
  query = weir_sql_steps_get_query (steps);
  if (query == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", WEIR_SPAN_NONE, "This statement is no query that has rows.");
  plan = weir_analyze_query (catalog, query, weir_sql_steps_get_text (steps), error);
  return plan != NULL;
}

static WeirPreview *
make_preview (Request      *request,
              GCancellable *cancellable,
              GError      **error)
{
  g_autoptr (WeirSqlScript)     script = weir_sql_parse (request->text, -1);
  g_autoptr (WeirSqlSteps)      steps = weir_sql_steps_new (request->text, (WeirSpan){ request->range.start, request->range.end });
  g_autoptr (WeirCatalog)       catalog = weir_catalog_new ();
  g_autoptr (WeirPreviewTables) tables = NULL;
  g_autoptr (WeirPreview)       preview = NULL;
  Run                           run = { 0 };

  weir_catalog_set_at_rest (catalog);
  _weir_fill_catalog (catalog, script, request->base_dir, request->conf, cancellable);
  if (!check_query (catalog, script, request->range, steps, error))
    return NULL;
  tables = _weir_preview_tables_new (request->hub, weir_catalog_get_zone (catalog), request->clock);
  run = (Run){ catalog, request->clock, tables, weir_sql_steps_get_text (steps), cancellable };
  preview = g_new0 (WeirPreview, 1);
  g_atomic_ref_count_init (&preview->ref_count);
  preview->n_steps = weir_sql_steps_get_n (steps);
  preview->steps = g_new0 (Step, MAX (preview->n_steps, 1));
  for (guint i = 0; i < preview->n_steps; i++)
    if (!run_step (&run, weir_sql_steps_get_prefix (steps, i), &preview->steps[i], error))
      return NULL;
  preview->n_sampled = _weir_preview_tables_get_n_rows (tables);
  preview->unread = _weir_preview_tables_list_unread (tables);
  return g_steal_pointer (&preview);
}

static void
preview_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  GError      *error = NULL;
  WeirPreview *preview = make_preview (data, cancellable, &error);

  if (preview != NULL)
    g_task_return_pointer (task, preview, (GDestroyNotify)weir_preview_unref);
  else
    g_task_return_error (task, error);
}

void
weir_session_preview_async (WeirSession        *session,
                            const char         *text,
                            WeirRange           range,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (session, cancellable, callback, user_data);
  Request          *request = g_new0 (Request, 1);

  request->text = g_strdup (text);
  request->range = range;
  request->base_dir = g_strdup (session->base_dir);
  request->conf = _weir_session_copy_conf (session);
  request->hub = weir_reader_hub_ref (session->hub);
  request->clock = weir_clock_ref (session->clock);
  g_task_set_source_tag (task, weir_session_preview_async);
  g_task_set_task_data (task, request, request_free);
  g_task_run_in_thread (task, preview_thread);
}

WeirPreview *
weir_session_preview_finish (WeirSession  *session,
                             GAsyncResult *result,
                             GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

guint
weir_preview_get_n_sampled (WeirPreview *preview)
{
  return preview->n_sampled;
}

const char *const *
weir_preview_get_unread (WeirPreview *preview)
{
  return (const char *const *)preview->unread;
}

guint
weir_preview_get_n_steps (WeirPreview *preview)
{
  return preview->n_steps;
}

WeirSnapshot *
weir_preview_get_rows (WeirPreview *preview,
                       guint        step)
{
  return step < preview->n_steps ? preview->steps[step].rows : NULL;
}

guint64
weir_preview_get_n_rows (WeirPreview *preview,
                         guint        step)
{
  return step < preview->n_steps ? preview->steps[step].n_rows : 0;
}

const GError *
weir_preview_get_error (WeirPreview *preview,
                        guint        step)
{
  return step < preview->n_steps ? preview->steps[step].error : NULL;
}
