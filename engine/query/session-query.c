/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "base/memory-limit.h"
#include "query/session-private.h"

#include "query/formats.h"

/*
 * From an analysed statement to a query that can be started. The specification holds copies of all that the query needs: it runs in a thread of
 * its own, and settings that change later are for later queries. A query that goes on from a checkpoint keeps the settings it was begun with;
 * they stand in the session while the specification is filled in.
 */

gboolean
_weir_session_choose_trigger (WeirSession             *self,
                              const WeirAnalyzedQuery *analyzed,
                              WeirTrigger             *trigger,
                              GError                 **error)
{
  *trigger = analyzed->trigger;
  if (!analyzed->is_streaming)
    return TRUE;
  if (self->options.trigger != NULL)
    return weir_trigger_parse (self->options.trigger, trigger, error);
  if (!analyzed->has_trigger && analyzed->name == NULL && self->options.default_trigger != NULL)
    return weir_trigger_parse (self->options.default_trigger, trigger, error);
  return TRUE;
}

/* Unset: three quarters of the memory there is, so that a query ends with an error before everything else suffers. */
static guint64
state_budget (WeirCatalog *catalog)
{
  gint64 bytes = weir_catalog_get_int (catalog, "weir.state.maxBytes");

  return bytes > 0 ? (guint64)bytes : weir_memory_limit () / 4 * 3;
}

/* What the settings say, at the time the query is made. */
static void
fill_settings (WeirCatalog   *catalog,
               WeirQuerySpec *spec)
{
  const char *policy = weir_catalog_get (catalog, "spark.sql.streaming.multipleWatermarkPolicy");

  spec->ansi = weir_catalog_get_bool (catalog, "spark.sql.ansi.enabled");
  spec->policy_max = policy != NULL && g_ascii_strcasecmp (policy, "max") == 0;
  spec->no_data_batches = weir_catalog_get_bool (catalog, "spark.sql.streaming.noDataMicroBatches.enabled");
  spec->ignore_missing_files = weir_catalog_get_bool (catalog, "spark.sql.files.ignoreMissingFiles");
  spec->state_max_bytes = state_budget (catalog);
  spec->result_rows_max = (guint)weir_catalog_get_int (catalog, "weir.result.maxRows");
  spec->result_bytes_max = (guint64)weir_catalog_get_int (catalog, "weir.result.maxBytes");
  spec->idle_us = weir_catalog_get_int (catalog, "spark.sql.streaming.noDataProgressEventInterval") * 1000;
  spec->n_recent_max = (guint)CLAMP (weir_catalog_get_int (catalog, "spark.sql.streaming.numRecentProgressUpdates"), 1, WEIR_RECENT_PROGRESS_MAX * 10);
}

static gboolean
fill_spec (WeirSession            *self,
           const WeirSqlStatement *statement,
           const char             *text,
           WeirAnalyzedQuery      *analyzed,
           WeirQuerySpec          *spec,
           GError                **error)
{
  if (!_weir_session_collect_secrets (self, analyzed, spec, error) || !_weir_session_choose_trigger (self, analyzed, &spec->trigger, error))
    return FALSE;
  spec->name = g_strdup (analyzed->name);
  spec->script = g_strdup (text);
  spec->sql = g_strndup (text + statement->span.start, statement->span.end - statement->span.start);
  spec->plan = weir_plan_ref (analyzed->plan);
  spec->analyzed = weir_plan_to_string (analyzed->plan);
  spec->is_streaming = analyzed->is_streaming;
  spec->mode = analyzed->is_streaming ? analyzed->mode : WEIR_OUTPUT_APPEND;
  spec->zone = weir_zone_ref (weir_catalog_get_zone (self->catalog));
  spec->clock = weir_clock_ref (self->clock);
  spec->retain_batches = (guint64)weir_catalog_get_int (self->catalog, "spark.sql.streaming.minBatchesToRetain");
  spec->retry_us = self->options.retry_us;
  spec->max_run_us = self->options.max_run_us;
  spec->max_batches = self->options.max_batches;
  spec->sinks = g_ptr_array_ref (analyzed->sinks);
  spec->hub = self->hub;
  fill_settings (self->catalog, spec);
  return TRUE;
}

static void
forget_query (WeirSession *self,
              const char  *name)
{
  for (guint i = 0; i < self->queries->len; i++)
    if (g_strcmp0 (weir_query_get_name (self->queries->pdata[i]), name) == 0)
      {
        g_ptr_array_remove_index (self->queries, i);
        return;
      }
}

/* Options of WITH; those of the table itself were told of when it was made. */
static void
warn_of_with (WeirPlan *plan,
              gpointer  data)
{
  GHashTableIter iter;
  gpointer       key, value;

  if (plan->kind != WEIR_PLAN_SCAN || plan->scan.options == NULL)
    return;
  g_hash_table_iter_init (&iter, plan->scan.options);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      g_autofree char *message = NULL;

      if (g_strcmp0 (g_hash_table_lookup (plan->scan.table->options, key), value) != 0)
        message = weir_format_option_warning (plan->scan.table->format, key, value);
      if (message != NULL)
        _weir_session_message (data, message);
    }
}

WeirQuery *
_weir_session_make_query (WeirSession            *self,
                          const WeirSqlStatement *statement,
                          const char             *text,
                          WeirAnalyzedQuery      *analyzed,
                          GError                **error)
{
  WeirQuerySpec spec = { 0 };
  WeirQuery    *query = NULL;
  WeirQuery    *old = analyzed->name != NULL ? weir_session_get_query (self, analyzed->name) : NULL;
  GPtrArray    *replaced = NULL;

  if (!_weir_session_choose_checkpoint (self, statement, text, analyzed, &spec, &replaced, error))
    goto out;
  if (old != NULL && _weir_query_state_is_active (weir_query_get_state (old)))
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "STREAMING_QUERY_ALREADY_RUNNING", statement->create_query.name.span,
                 "Cannot start query with name %s as a query with that name is already active in this session. Stop it first.",
                 analyzed->name);
      goto out;
    }
  if (!fill_spec (self, statement, text, analyzed, &spec, error))
    goto out;
  weir_plan_foreach (analyzed->plan, warn_of_with, self);
  if (old != NULL)
    forget_query (self, analyzed->name);
  query = _weir_query_new (&spec, self->context);
  if (analyzed->is_streaming)
    _weir_session_add_query (self, query);
out:
  _weir_session_restore_settings (self, replaced);
  weir_query_spec_clear (&spec);
  return query;
}
