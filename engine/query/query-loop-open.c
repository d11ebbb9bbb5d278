/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/query-loop-private.h"

#include "plan/catalog.h"
#include "query/plan-shape.h"
#include "query/worker.h"

#include <string.h>

/*
 * Opened in the order checkpoint, sinks, sources, all of it or nothing: a query that does not fit its checkpoint writes nothing and reads
 * nothing.
 */

static void
warn_cb (const char *text,
         gpointer    data)
{
  WeirQueryLoop *self = data;

  /* Sinks are opened again while another one cannot be. */
  if (g_strcmp0 (self->warned, text) == 0)
    return;
  g_free (self->warned);
  self->warned = g_strdup (text);
  _weir_query_message (self->query, text);
}

static gboolean
open_sinks (WeirQueryLoop *self,
            GError       **error)
{
  const WeirQuerySpec *spec = &self->query->spec;

  self->sinks = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_sink_unref);
  for (guint i = 0; spec->sinks != NULL && i < spec->sinks->len; i++)
    {
      WeirTable             *table = spec->sinks->pdata[i];
      g_autoptr (GHashTable) options = _weir_resolve_options (table, NULL, spec->secrets);
      WeirSinkConfig         config = { 0 };
      WeirSink              *sink;

      config.format = table->format->name;
      config.table = table->name;
      config.hub = spec->hub;
      config.schema = spec->plan->schema;
      config.options = options;
      config.base_dir = table->base_dir;
      config.zone = spec->zone;
      config.mode = spec->is_streaming ? _weir_output_mode_to_string (spec->mode) : NULL;
      config.cancellable = self->query->cancellable;
      config.query_name = spec->name;
      config.query_id = self->checkpoint != NULL ? weir_checkpoint_get_id (self->checkpoint) : NULL;
      config.sink_index = i;
      config.retry_us = spec->retry_us;
      config.warn = warn_cb;
      config.warn_data = self;
      sink = weir_sink_new (&config, error);
      if (sink == NULL)
        return FALSE;
      g_ptr_array_add (self->sinks, sink);
    }
  return TRUE;
}

/* Before sinks and sources: they may write, and a query that does not fit its checkpoint writes nothing. */
static gboolean
open_checkpoint (WeirQueryLoop *self,
                 GError       **error)
{
  WeirQuery            *query = self->query;
  const WeirQuerySpec  *spec = &query->spec;
  g_autoptr (GPtrArray) shape = NULL;

  if (spec->checkpoint == NULL)
    return TRUE;
  self->checkpoint = weir_checkpoint_open (spec->checkpoint, query->id, query->run_id, error);
  if (self->checkpoint == NULL)
    return FALSE;
  weir_checkpoint_set_retention (self->checkpoint, spec->retain_batches);
  shape = weir_plan_shape (spec->plan, spec->mode, spec->sinks);
  if (!weir_checkpoint_adopt (self->checkpoint, spec->settings, shape, error))
    return FALSE;
  if (strcmp (query->id, weir_checkpoint_get_id (self->checkpoint)) != 0)
    {
      g_free (query->first_id);
      query->first_id = query->id;
      g_atomic_pointer_set (&query->id, g_strdup (weir_checkpoint_get_id (self->checkpoint)));
    }
  return TRUE;
}

static gboolean
open_run (WeirQueryLoop *self,
          GError       **error)
{
  const WeirQuerySpec *spec = &self->query->spec;
  WeirStreamConfig     config = { 0 };
  const guint         *key;
  guint                n_key = 0;

  if (!open_checkpoint (self, error) || !open_sinks (self, error))
    return FALSE;
  config.plan = spec->plan;
  config.is_streaming = spec->is_streaming;
  config.mode = spec->mode;
  config.zone = spec->zone;
  config.clock = spec->clock;
  config.pool = weir_worker_pool_shared ();
  config.ansi = spec->ansi;
  config.policy_max = spec->policy_max;
  config.no_data_batches = spec->no_data_batches;
  config.ignore_missing_files = spec->ignore_missing_files;
  config.state_max_bytes = spec->state_max_bytes;
  config.retry_us = spec->retry_us;
  config.hub = spec->hub;
  config.sinks = self->sinks;
  config.secrets = spec->secrets;
  config.checkpoint = self->checkpoint;
  config.forget_watermarks = spec->forget_watermarks;
  self->run = weir_stream_run_new (&config, error);
  if (self->run == NULL)
    return FALSE;
  /* Not before all else has agreed: a query that is refused leaves the text of the one before. */
  if (self->checkpoint != NULL && !weir_checkpoint_keep_script (self->checkpoint, spec->kept_script, error))
    return FALSE;
  self->arrivals = g_new0 (WeirArrivals, MAX (weir_stream_run_get_n_scans (self->run), 1));
  key = weir_pipeline_get_result_key (weir_stream_run_get_pipeline (self->run), &n_key);
  self->shape = weir_result_shape_new (spec->plan->schema, spec->plan, spec->zone, spec->mode, key, key != NULL ? n_key : 0);
  if (self->query->keep_result)
    self->table = weir_result_table_new (self->shape, key, key != NULL ? n_key : 0, spec->result_rows_max, spec->result_bytes_max);
  g_mutex_lock (&self->query->lock);
  g_free (self->query->explained);
  self->query->explained = weir_pipeline_explain (weir_stream_run_get_pipeline (self->run));
  g_mutex_unlock (&self->query->lock);
  return TRUE;
}

void
_weir_query_loop_close (WeirQueryLoop *self)
{
  g_clear_pointer (&self->run, weir_stream_run_free);
  g_clear_pointer (&self->arrivals, g_free);
  g_clear_pointer (&self->last, weir_progress_unref);
  g_clear_pointer (&self->sinks, g_ptr_array_unref);
  g_clear_pointer (&self->checkpoint, weir_checkpoint_free);
  g_clear_pointer (&self->table, weir_result_table_free);
  g_clear_pointer (&self->shape, weir_result_shape_unref);
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/* FALSE: it was stopped meanwhile, or its time is over. */
static gboolean
wait_to_open (WeirQueryLoop *self,
              gint64         delay_us,
              gint64         end_us)
{
  gint64   left_us = end_us - g_get_monotonic_time ();
  gboolean is_over = end_us > 0 && left_us <= delay_us;
  GSource *timer = g_timeout_source_new ((guint)(MAX (is_over ? left_us : delay_us, 0) / 1000));

  g_source_set_callback (timer, quit_cb, self->query->loop, NULL);
  g_source_attach (timer, self->query->loop_context);
  g_main_loop_run (self->query->loop);
  g_source_destroy (timer);
  g_source_unref (timer);
  return !is_over && weir_query_get_state (self->query) != WEIR_QUERY_STOPPING && !g_cancellable_is_cancelled (self->query->cancellable);
}

/* A checkpoint or a file that cannot be made for now is tried again, as a batch is. */
gboolean
_weir_query_loop_open (WeirQueryLoop *self)
{
  const WeirQuerySpec *spec = &self->query->spec;
  gint64               end_us = spec->max_run_us > 0 ? g_get_monotonic_time () + spec->max_run_us : 0;
  GError              *error = NULL;
  gint64               delay_us;

  while (!open_run (self, &error))
    {
      _weir_query_loop_close (self);
      if (!_weir_retry_failed (&self->retry, self->query, error, &delay_us))
        {
          self->error = error;
          return FALSE;
        }
      g_clear_error (&error);
      if (!wait_to_open (self, delay_us, end_us))
        return FALSE;
    }
  _weir_retry_done (&self->retry, self->query);
  return TRUE;
}
