/* SPDX-License-Identifier: Apache-2.0 */
/* Sinks that remember what they hold, and a table of records to read: for runs of a query without session. */
#pragma once

#include "column/value.h"
#include "query/formats.h"
#include "query/plan-shape.h"
#include "query/session-private.h"
#include "query/stream-run.h"
#include "query/worker.h"
#include "support/temp-dir.h"

/* What the database would hold; outlives the runs. */
typedef struct
{
  GString *rows; /* Owned: a line a batch, `id: json json …`, with `!` behind the id of a replay if the sink cannot tell */
  gint64   last;
  guint    n_begun; /* batches handed over, also those that failed */
  gboolean fail_before, fail_after;
} Store;

typedef struct
{
  WeirSink parent;
  Store   *store; /* Borrowed */
  GString *batch; /* Owned */
} StoreSink;

static inline void
store_init (Store *store)
{
  *store = (Store){ g_string_new (NULL), -1 };
}

static inline void
store_clear (Store *store)
{
  g_string_free (store->rows, TRUE);
}

static gboolean
store_begin (WeirSink *sink,
             guint64   batch_id,
             gboolean  is_replay,
             GError  **error)
{
  StoreSink *self = (StoreSink *)sink;

  self->store->n_begun++;
  g_string_printf (self->batch, "%" G_GUINT64_FORMAT "%s:", batch_id, is_replay && sink->klass->get_progress == NULL ? "!" : "");
  return TRUE;
}

static gboolean
store_write (WeirSink  *sink,
             WeirBatch *batch,
             GError   **error)
{
  for (guint row = 0; row < batch->n_rows; row++)
    {
      g_string_append_c (((StoreSink *)sink)->batch, ' ');
      weir_batch_append_json_row (((StoreSink *)sink)->batch, batch, row, weir_zone_utc ());
    }
  return TRUE;
}

static gboolean
store_commit (WeirSink *sink,
              guint64   batch_id,
              GError  **error)
{
  StoreSink *self = (StoreSink *)sink;

  if (self->store->fail_before)
    return weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "crash before");
  g_assert_cmpint (self->store->last, ==, (gint64)batch_id - 1);
  self->store->last = (gint64)batch_id;
  g_string_append_printf (self->store->rows, "%s\n", self->batch->str);
  if (self->store->fail_after)
    return weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "crash after");
  return TRUE;
}

static void
store_abort (WeirSink *sink)
{
}

static void
store_finalize (WeirSink *sink)
{
  g_string_free (((StoreSink *)sink)->batch, TRUE);
}

static gboolean
store_get_progress (WeirSink *sink,
                    gint64   *last,
                    GError  **error)
{
  *last = ((StoreSink *)sink)->store->last;
  return TRUE;
}

/* Says which batch it holds (strict), or cannot (plain). */
static inline WeirSink *
store_sink_new (Store   *store,
                gboolean is_strict)
{
  static const WeirSinkClass strict = { "strict", NULL, store_begin, store_write, store_commit, store_abort, store_finalize, store_get_progress, TRUE };
  static const WeirSinkClass plain = { "plain", NULL, store_begin, store_write, store_commit, store_abort, store_finalize };
  StoreSink                 *self = g_new0 (StoreSink, 1);

  self->parent.klass = is_strict ? &strict : &plain;
  g_atomic_ref_count_init (&self->parent.ref_count);
  self->parent.description = g_strdup (self->parent.klass->format);
  self->store = store;
  self->batch = g_string_new (NULL);
  return &self->parent;
}

/* A catalog with table `t`: @n_records records of a replayed topic, @step_ms of event time apart, @per_batch of them a batch. (transfer full) */
static inline WeirCatalog *
replay_catalog (WeirTempDir *dir,
                guint        n_records,
                guint        step_ms,
                guint        per_batch)
{
  WeirCatalog              *catalog = weir_catalog_new ();
  g_autoptr (GString)       records = g_string_new (NULL);
  g_autofree char          *path = NULL;
  g_autofree char          *sql = g_strdup_printf ("CREATE TABLE t USING kafka OPTIONS (replay '%s/in', subscribe 't', startingOffsets 'earliest', maxOffsetsPerTrigger %u)",
                                                   weir_temp_dir_get_path (dir), per_batch);
  g_autoptr (WeirSqlScript) script = weir_sql_parse (sql, -1);
  g_autoptr (GError)        error = NULL;

  for (guint i = 0; i < n_records; i++)
    g_string_append_printf (records, "{\"topic\":\"t\",\"partition\":0,\"offset\":%u,\"tstype\":\"create\",\"ts\":%u,\"key\":\"k\",\"payload\":\"v%u\"}\n", i, i * step_ms, i);
  path = weir_temp_dir_write (dir, "in/a.jsonl", records->str);
  weir_formats_register (catalog);
  g_assert_true (_weir_define (catalog, weir_sql_script_get_statement (script, 0), sql, ".", &error));
  g_assert_no_error (error);
  return catalog;
}

static inline void
analyze_query (WeirCatalog       *catalog,
               const char        *sql,
               const char        *mode,
               WeirAnalyzedQuery *analyzed)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse (sql, -1);
  g_autoptr (GError)        error = NULL;

  _weir_analyzed_query_clear (analyzed);
  _weir_analyze_statement (catalog, weir_sql_script_get_statement (script, 0), sql, mode, analyzed, &error);
  g_assert_no_error (error);
}

/* How a run of @analyzed is set up, but for sinks and checkpoint. */
static inline WeirStreamConfig
run_config (const WeirAnalyzedQuery *analyzed,
            WeirClock               *clock)
{
  return (WeirStreamConfig){
    .plan = analyzed->plan,
    .is_streaming = TRUE,
    .mode = analyzed->mode,
    .zone = weir_zone_utc (),
    .clock = clock,
    .pool = weir_worker_pool_shared (),
    .ansi = TRUE,
  };
}

/* A query over `t`, a folder of its own and what its runs need; sinks are added to `sinks` before each. */
typedef struct
{
  WeirTempDir      *dir;     /* Owned */
  WeirCatalog      *catalog; /* Owned */
  WeirClock        *clock;   /* Owned */
  WeirAnalyzedQuery analyzed;
  Store             plain, strict;
  char             *path;       /* Owned, nullable: of the checkpoint */
  GPtrArray        *sinks;      /* Owned */
  WeirCheckpoint   *checkpoint; /* Owned, nullable */
  WeirStreamRun    *run;        /* Owned, nullable */
} StoreRun;

/* Takes @catalog, which reads from @dir, which it takes too. */
static inline StoreRun *
store_run_new (WeirTempDir *dir,
               WeirCatalog *catalog,
               const char  *sql,
               gboolean     has_checkpoint)
{
  StoreRun *self = g_new0 (StoreRun, 1);

  self->dir = dir;
  self->catalog = catalog;
  self->path = has_checkpoint ? weir_temp_dir_build (dir, "cp") : NULL;
  self->clock = weir_clock_new_fixed (0);
  self->sinks = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_sink_unref);
  store_init (&self->plain);
  store_init (&self->strict);
  analyze_query (catalog, sql, NULL, &self->analyzed);
  return self;
}

static inline void
store_run_close (StoreRun *self)
{
  g_clear_pointer (&self->run, weir_stream_run_free);
  g_clear_pointer (&self->checkpoint, weir_checkpoint_free);
  g_ptr_array_set_size (self->sinks, 0);
}

static inline void
store_run_free (StoreRun *self)
{
  store_run_close (self);
  g_ptr_array_unref (self->sinks);
  _weir_analyzed_query_clear (&self->analyzed);
  weir_catalog_free (self->catalog);
  weir_clock_unref (self->clock);
  store_clear (&self->plain);
  store_clear (&self->strict);
  g_free (self->path);
  weir_temp_dir_free (self->dir);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreRun, store_run_free)

/* With the sinks that were added; up to what there is to read now. */
static inline gboolean
store_run_open (StoreRun *self,
                GError  **error)
{
  g_autoptr (GPtrArray) settings = g_ptr_array_new ();
  g_autoptr (GPtrArray) shape = weir_plan_shape (self->analyzed.plan, self->analyzed.mode, NULL);
  WeirStreamConfig      config = run_config (&self->analyzed, self->clock);

  g_ptr_array_add (settings, (gpointer) "spark.sql.ansi.enabled=true");
  if (self->path != NULL)
    {
      self->checkpoint = weir_checkpoint_open (self->path, NULL, "test", error);
      if (self->checkpoint == NULL || !weir_checkpoint_adopt (self->checkpoint, settings, shape, error))
        return FALSE;
    }
  config.no_data_batches = TRUE;
  config.sinks = self->sinks;
  config.checkpoint = self->checkpoint;
  self->run = weir_stream_run_new (&config, error);
  if (self->run == NULL)
    return FALSE;
  weir_stream_run_start (self->run, NULL, NULL);
  return weir_stream_run_freeze (self->run, error);
}
