/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-query"
#include "config.h"

#include "query/open-windows.h"

/*
 * Open windows are listed after a batch that closed some, so that none is in the result and among the open ones, and else at most ten times
 * a second: a batch that comes too soon leaves it to a timer, which hands over one more snapshot. Groups may be large (collected lists): what
 * takes long is done so seldom that it takes a tenth of the thread's time, and rather no open windows are shown than closed ones.
 */

#define ROWS_MAX    4096
#define BYTES_MAX   (32u << 20)
#define INTERVAL_US (G_USEC_PER_SEC / 10)
#define REST        10 /* times as long as it took */

static gboolean
fits (GPtrArray *batches)
{
  gsize bytes = 0;

  for (guint i = 0; i < batches->len; i++)
    bytes += weir_batch_bytes (batches->pdata[i]);
  return bytes <= BYTES_MAX;
}

static void
list (WeirOpenWindows *self)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) batches = NULL;
  guint64               n_left_out = 0;
  gint64                began_us = g_get_monotonic_time ();

  batches = weir_stream_run_list_open (self->run, self->now_us, ROWS_MAX, &n_left_out, &error);
  if (batches == NULL)
    g_debug ("Open windows of %s cannot be shown: %s", self->query->id, error->message);
  weir_result_table_set_open (self->table, batches != NULL && fits (batches) ? batches : NULL, n_left_out);
  self->listed_us = g_get_monotonic_time ();
  self->took_us = self->listed_us - began_us;
  self->is_stale = FALSE;
}

static void
catch_up (WeirOpenWindows *self)
{
  if (!self->is_stale || !g_atomic_int_get (&self->query->shows_open))
    return;
  list (self);
  _weir_query_publish_snapshot (self->query, self->table);
}

static gboolean
timer_cb (gpointer data)
{
  WeirOpenWindows *self = data;

  g_source_set_ready_time (self->timer, -1);
  catch_up (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
timer_dispatch (GSource    *source,
                GSourceFunc callback,
                gpointer    data)
{
  return callback (data);
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

void
_weir_open_windows_init (WeirOpenWindows *self,
                         WeirQuery       *query,
                         WeirStreamRun   *run,
                         WeirResultTable *table)
{
  *self = (WeirOpenWindows){ .query = query, .run = run, .table = table };
  if (table == NULL || !weir_pipeline_has_open (weir_stream_run_get_pipeline (run)))
    return;
  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, query->loop_context);
  g_mutex_lock (&query->lock);
  query->open_timer = g_source_ref (self->timer);
  g_mutex_unlock (&query->lock);
}

void
_weir_open_windows_clear (WeirOpenWindows *self)
{
  if (self->timer == NULL)
    return;
  catch_up (self);
  g_mutex_lock (&self->query->lock);
  g_clear_pointer (&self->query->open_timer, g_source_unref);
  g_mutex_unlock (&self->query->lock);
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

void
_weir_open_windows_update (WeirOpenWindows       *self,
                           const WeirBatchResult *result)
{
  gint64 due_us = self->listed_us + MAX (INTERVAL_US, REST * self->took_us);

  if (self->timer == NULL)
    return;
  self->is_stale = TRUE;
  self->now_us = result->started_us;
  if (!g_atomic_int_get (&self->query->shows_open))
    {
      if (weir_result_table_has_open (self->table))
        weir_result_table_set_open (self->table, NULL, 0);
    }
  else if (g_get_monotonic_time () >= due_us || (result->stats.rows_out > 0 && self->took_us <= INTERVAL_US / REST))
    list (self);
  else
    {
      if (result->stats.rows_out > 0)
        weir_result_table_set_open (self->table, NULL, 0);
      g_source_set_ready_time (self->timer, due_us);
    }
}

void
weir_query_set_shows_open (WeirQuery *query,
                           gboolean   shows)
{
  if (g_atomic_int_get (&query->shows_open) == shows)
    return;
  g_atomic_int_set (&query->shows_open, shows);
  g_mutex_lock (&query->lock);
  if (shows && query->open_timer != NULL)
    g_source_set_ready_time (query->open_timer, 0);
  g_mutex_unlock (&query->lock);
}
