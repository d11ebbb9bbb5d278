/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/check-private.h"
#include "query/checkpoint-private.h"
#include "query/formats.h"
#include "query/plan-shape.h"
#include "query/stream-run-private.h"

#include <string.h>

/*
 * What a run would refuse, beyond what its SQL says: its trigger, operators, options of sources, and the checkpoint that it would go on
 * from. Sources are made and never started; of a checkpoint everything is read and nothing written. A path that is not there is no
 * error: the script may be meant for another machine.
 */

static gboolean
check_pipeline (WeirSession             *session,
                const WeirAnalyzedQuery *analyzed,
                GError                 **error)
{
  WeirPipelineOptions options = {
    .mode = analyzed->mode,
    .zone = weir_catalog_get_zone (session->catalog),
    .ansi = weir_catalog_get_bool (session->catalog, "spark.sql.ansi.enabled"),
    .is_streaming = TRUE,
  };
  WeirPipeline *pipeline = weir_pipeline_new (analyzed->plan, &options, error);
  gboolean      ok = pipeline != NULL;

  weir_pipeline_free (pipeline);
  return ok;
}

typedef struct
{
  WeirSession *session;    /* Borrowed */
  const char  *checkpoint; /* nullable */
  GError      *error;      /* Owned */
} SourceWalk;

static void
check_source (WeirPlan *plan,
              gpointer  data)
{
  SourceWalk            *walk = data;
  WeirTable             *table;
  g_autoptr (GHashTable) options = NULL;
  g_autoptr (WeirSource) source = NULL;
  WeirSourceConfig       config = { 0 };
  gboolean               is_cached;

  if (plan->kind != WEIR_PLAN_SCAN || walk->error != NULL)
    return;
  table = plan->scan.table;
  options = _weir_resolve_options (table, plan->scan.options, NULL);
  if (!_weir_read_static_option (options, plan, &is_cached, &walk->error) || !plan->is_streaming || table->format->connects)
    return;
  config.format = table->format->name;
  config.table = table->name;
  config.schema = plan->scan.table_schema;
  config.is_declared = table->declared != NULL;
  config.needed = plan->scan.needed;
  config.options = options;
  config.base_dir = table->base_dir;
  config.zone = weir_catalog_get_zone (walk->session->catalog);
  config.clock = walk->session->clock;
  config.is_streaming = TRUE;
  config.wal_dir = walk->checkpoint;
  source = weir_source_new (&config, &walk->error);
  if (source != NULL)
    return;
  if (strcmp (weir_error_get_condition (walk->error), "PATH_NOT_FOUND") == 0)
    g_clear_error (&walk->error);
  else
    weir_error_set_span (walk->error, plan->span);
}

static gboolean
check_checkpoint (const WeirAnalyzedQuery *analyzed,
                  const WeirQuerySpec     *spec,
                  GError                 **error)
{
  g_autoptr (GPtrArray) shape = NULL;

  if (spec->checkpoint == NULL)
    return TRUE;
  shape = weir_plan_shape (analyzed->plan, analyzed->mode, analyzed->sinks);
  return weir_checkpoint_check (spec->checkpoint, spec->settings, shape, error);
}

gboolean
_weir_check_run (WeirSession            *session,
                 const WeirSqlStatement *statement,
                 const char             *text,
                 WeirAnalyzedQuery      *analyzed,
                 GError                **error)
{
  WeirQuerySpec spec = { 0 };
  GPtrArray    *replaced = NULL;
  SourceWalk    walk = { session, NULL, NULL };
  gboolean      ok;

  if (!analyzed->is_streaming)
    return TRUE;
  ok = _weir_session_choose_trigger (session, analyzed, &spec.trigger, error) &&
       _weir_session_choose_checkpoint (session, statement, text, analyzed, &spec, &replaced, error) && check_pipeline (session, analyzed, error);
  walk.checkpoint = spec.checkpoint;
  if (ok)
    weir_plan_foreach (analyzed->plan, check_source, &walk);
  if (walk.error != NULL)
    g_propagate_error (error, walk.error);
  ok = ok && walk.error == NULL && check_checkpoint (analyzed, &spec, error);
  _weir_session_restore_settings (session, replaced);
  weir_query_spec_clear (&spec);
  return ok;
}
