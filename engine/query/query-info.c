/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/guarantee.h"
#include "query/query-private.h"

/* What can be asked of a query at any time; each takes the lock for a copy. */

const char *
_weir_output_mode_to_string (WeirOutputMode mode)
{
  static const char *const names[] = { "append", "update", "complete" };

  return names[mode];
}

gboolean
_weir_output_mode_parse (const char     *text,
                         WeirOutputMode *mode)
{
  for (guint i = 0; i <= WEIR_OUTPUT_COMPLETE; i++)
    if (g_ascii_strcasecmp (text, _weir_output_mode_to_string (i)) == 0)
      {
        *mode = i;
        return TRUE;
      }
  return FALSE;
}

const char *
weir_query_get_name (WeirQuery *query)
{
  return query->spec.name;
}

const char *
weir_query_get_id (WeirQuery *query)
{
  return g_atomic_pointer_get (&query->id);
}

const char *
weir_query_get_run_id (WeirQuery *query)
{
  return query->run_id;
}

WeirQueryState
weir_query_get_state (WeirQuery *query)
{
  WeirQueryState state;

  g_mutex_lock (&query->lock);
  state = query->state;
  g_mutex_unlock (&query->lock);
  return state;
}

gboolean
weir_query_get_is_streaming (WeirQuery *query)
{
  return query->spec.is_streaming;
}

const GError *
weir_query_get_error (WeirQuery *query)
{
  return weir_query_get_state (query) == WEIR_QUERY_FAILED ? query->error : NULL;
}

char *
weir_query_dup_error_text (WeirQuery *query)
{
  const GError *error = weir_query_get_error (query);

  return error != NULL ? weir_error_format (error, query->spec.script) : NULL;
}

const char *
weir_query_get_output_mode (WeirQuery *query)
{
  return _weir_output_mode_to_string (query->spec.mode);
}

const char *
weir_query_get_trigger (WeirQuery *query)
{
  static GMutex      lock;
  static GHashTable *interned;
  char              *text = weir_trigger_to_sql (&query->spec.trigger);
  const char        *shared;

  g_mutex_lock (&lock);
  if (interned == NULL)
    interned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add (interned, text);
  shared = g_hash_table_lookup (interned, text);
  g_mutex_unlock (&lock);
  return shared;
}

gint64
weir_query_get_interval_us (WeirQuery *query)
{
  return query->spec.trigger.kind == WEIR_TRIGGER_PROCESSING_TIME ? query->spec.trigger.interval_us : 0;
}

char *
weir_query_dup_newest_row (WeirQuery *query)
{
  char *row;

  g_mutex_lock (&query->lock);
  row = g_strdup (query->newest_row);
  g_mutex_unlock (&query->lock);
  return row;
}

const char *
weir_query_get_sql (WeirQuery *query)
{
  return query->spec.sql;
}

char *
weir_query_explain (WeirQuery *query,
                    gboolean   extended)
{
  GString *text = g_string_new (NULL);

  if (extended)
    g_string_append_printf (text, "== Optimized Logical Plan ==\n%s\n", query->spec.analyzed);
  g_mutex_lock (&query->lock);
  if (query->explained != NULL)
    g_string_append (text, query->explained);
  else
    g_string_append (text, "No physical plan. Waiting for data.");
  g_mutex_unlock (&query->lock);
  return g_string_free (text, FALSE);
}

gint64
weir_query_get_started_us (WeirQuery *query)
{
  return query->started_us;
}

WeirProgress *
weir_query_get_last_progress (WeirQuery *query)
{
  WeirProgress *progress = NULL;

  g_mutex_lock (&query->lock);
  if (query->progress.tail != NULL)
    progress = weir_progress_ref (query->progress.tail->data);
  g_mutex_unlock (&query->lock);
  return progress;
}

GPtrArray *
weir_query_get_recent_progress (WeirQuery *query)
{
  GPtrArray *array = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_progress_unref);

  g_mutex_lock (&query->lock);
  for (GList *link = query->progress.head; link != NULL; link = link->next)
    g_ptr_array_add (array, weir_progress_ref (link->data));
  g_mutex_unlock (&query->lock);
  return array;
}

GPtrArray *
weir_query_get_samples (WeirQuery     *query,
                        WeirSampleKind kind)
{
  GPtrArray *array;

  g_mutex_lock (&query->lock);
  array = weir_samples_copy (&query->samples, kind);
  g_mutex_unlock (&query->lock);
  return array;
}

void
weir_query_set_shows_changes (WeirQuery *query,
                              gboolean   shows)
{
  g_atomic_int_set (&query->shows_changes, shows);
}

gint64
weir_query_get_newest_event_us (WeirQuery *query)
{
  gint64 newest_us;

  g_mutex_lock (&query->lock);
  newest_us = query->newest_event_us;
  g_mutex_unlock (&query->lock);
  return newest_us;
}

static guint64
read_counter (WeirQuery     *query,
              const guint64 *counter)
{
  guint64 value;

  g_mutex_lock (&query->lock);
  value = *counter;
  g_mutex_unlock (&query->lock);
  return value;
}

guint64
weir_query_get_n_late_rows (WeirQuery *query)
{
  return read_counter (query, &query->rows_late);
}

guint64
weir_query_get_n_bad_rows (WeirQuery *query)
{
  return read_counter (query, &query->rows_bad);
}

guint64
weir_query_get_n_input_rows (WeirQuery *query)
{
  return read_counter (query, &query->rows_in);
}

guint64
weir_query_get_n_output_rows (WeirQuery *query)
{
  return read_counter (query, &query->rows_out);
}

void
_weir_source_info_free (gpointer data)
{
  WeirSourceInfo *info = data;

  g_free ((char *)info->table);
  g_free ((char *)info->message);
  g_free (info);
}

GPtrArray *
weir_query_get_sources (WeirQuery *query)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (_weir_source_info_free);

  g_mutex_lock (&query->lock);
  for (guint i = 0; query->sources != NULL && i < query->sources->len; i++)
    {
      WeirSourceInfo *info = g_memdup2 (query->sources->pdata[i], sizeof *info);

      info->table = g_strdup (info->table);
      info->message = g_strdup (info->message);
      g_ptr_array_add (copy, info);
    }
  g_mutex_unlock (&query->lock);
  return copy;
}

static void
find_wait (WeirPlan *plan,
           gpointer  data)
{
  gint64 *wait_us = data;

  if (plan->is_streaming && plan->kind == WEIR_PLAN_EVENT_TIME)
    *wait_us = MAX (*wait_us, plan->event_time.delay_ms * 1000);
}

gint64
weir_query_get_wait_us (WeirQuery *query)
{
  gint64 wait_us = 0;

  weir_plan_foreach (query->spec.plan, find_wait, &wait_us);
  return wait_us;
}

gboolean
weir_query_has_sink (WeirQuery *query)
{
  return query->spec.sinks != NULL && query->spec.sinks->len > 0;
}

char *
weir_query_dup_schema (WeirQuery *query)
{
  return weir_type_to_string (query->spec.plan->schema);
}

gboolean
weir_query_get_is_bounded (WeirQuery *query)
{
  return !query->spec.is_streaming || query->spec.trigger.kind != WEIR_TRIGGER_PROCESSING_TIME;
}

guint64
weir_query_get_state_budget (WeirQuery *query)
{
  return query->spec.state_max_bytes;
}

const char *
weir_query_get_checkpoint (WeirQuery *query)
{
  return query->spec.checkpoint;
}

WeirGuaranteeInfo
weir_query_get_guarantee (WeirQuery *query)
{
  return _weir_guarantee_of (query->spec.plan, query->spec.sinks);
}
