/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine-preview.h"

#include "query/preview-rows.h"
#include "query/preview-sample.h"
#include "query/session-private.h"
#include "query/worker.h"

#include "base/limits.h"
#include "sql/steps-prefix.h"

#include <string.h>

/*
 * A preview runs the query up to each card over the same few rows: the catalogue reads streams as tables at rest, so every prefix is a
 * batch query, and the scans are given samples instead of what their sources would read (preview-sample.c). A prefix that is no query of its own
 * shows nothing; only an error of the whole query is one of the text.
 *
 * It runs while the query is being typed: a value that a function makes has a bound far below that of a run, as do state and rows that are kept.
 */

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

/* ---- steps --------------------------------------------------------------------------------------------------------- */

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
run_pipeline (Run             *self,
              WeirPipeline    *pipeline,
              WeirPreviewRows *rows,
              GError         **error)
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
  ok = weir_pipeline_run (pipeline, &input, _weir_preview_rows_add, rows, &stats, &local);
  weir_batch_stats_clear (&stats);
  if (!ok && _weir_preview_rows_is_full (rows))
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
          gboolean  is_ordered,
          Step     *step)
{
  WeirZone                   *zone = weir_catalog_get_zone (self->catalog);
  WeirPipelineOptions         options = { .mode = WEIR_OUTPUT_APPEND, .zone = zone, .pool = weir_worker_pool_shared () };
  g_autoptr (WeirPipeline)    pipeline = NULL;
  g_autoptr (WeirPreviewRows) rows = NULL;

  options.ansi = weir_catalog_get_bool (self->catalog, "spark.sql.ansi.enabled");
  options.state_max_bytes = STATE_BYTES_MAX;
  options.value_bytes_max = WEIR_PREVIEW_VALUE_BYTES_MAX;
  pipeline = weir_pipeline_new (plan, &options, &step->error);
  if (pipeline == NULL)
    return;
  rows = _weir_preview_rows_new (weir_pipeline_get_schema (pipeline));
  if (!run_pipeline (self, pipeline, rows, &step->error))
    return;
  step->n_rows = _weir_preview_rows_get_n (rows);
  step->rows = _weir_preview_rows_finish (rows, plan, zone, is_ordered);
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
    run_plan (self, plan, prefix->n_order_by > 0, step);
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

/* ---- the request -------------------------------------------------------------------------------------------------- */

typedef struct
{
  char            *text;
  WeirRange        range;
  WeirPreviewFlags flags;
  char            *base_dir;
  GHashTable      *conf;
  WeirReaderHub   *hub;
  WeirClock       *clock;
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

/* Tables whose columns only a server, or a file or folder that is not to be read, knows. */
static char **
list_unknown (WeirCatalog *catalog)
{
  g_auto (GStrv)           names = weir_catalog_list (catalog, FALSE);
  g_autoptr (GStrvBuilder) unknown = g_strv_builder_new ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      const WeirTable *table = weir_catalog_get_table (catalog, names[i]);

      if (table->declared == NULL ? table->format->infers : table->format->has_folders && weir_catalog_has_unlisted (catalog))
        g_strv_builder_add (unknown, table->name);
    }
  return g_strv_builder_end (unknown);
}

static WeirPreview *
preview_new (WeirSqlSteps *steps)
{
  WeirPreview *preview = g_new0 (WeirPreview, 1);

  g_atomic_ref_count_init (&preview->ref_count);
  preview->n_steps = weir_sql_steps_get_n (steps);
  preview->steps = g_new0 (Step, MAX (preview->n_steps, 1));
  return preview;
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
  g_autoptr (GError)            local = NULL;
  Run                           run = { 0 };

  weir_catalog_set_at_rest (catalog);
  if ((request->flags & WEIR_PREVIEW_NO_FILES) != 0)
    weir_catalog_forbid_reading (catalog);
  _weir_fill_catalog (catalog, script, request->base_dir, request->conf, cancellable);
  if (!check_query (catalog, script, request->range, steps, &local))
    {
      if (!weir_catalog_excuses (catalog, local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      preview = preview_new (steps);
      preview->unread = list_unknown (catalog);
      return g_steal_pointer (&preview);
    }
  tables = _weir_preview_tables_new (request->hub, weir_catalog_get_zone (catalog), request->clock, request->flags);
  run = (Run){ catalog, request->clock, tables, weir_sql_steps_get_text (steps), cancellable };
  preview = preview_new (steps);
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
                            WeirPreviewFlags    flags,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (session, cancellable, callback, user_data);
  Request          *request = g_new0 (Request, 1);

  request->text = g_strdup (text);
  request->range = range;
  request->flags = flags;
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
