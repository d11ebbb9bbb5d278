/* SPDX-License-Identifier: Apache-2.0 */
/* Plans put together by hand, and pipelines fed with NDJSON. */
#pragma once

#include "exec/pipeline.h"
#include "plan/catalog.h"
#include "plan/plan-private.h"

/* Plans; all constructors take their arguments. Numbers are assigned by run_new(). */
WeirPlan    *scan (const char *table, const char *ddl, gboolean is_streaming);
WeirExpr    *column (WeirPlan *plan, const char *name);
WeirExpr    *call (const char *name, ...) G_GNUC_NULL_TERMINATED;
WeirPlan    *filter (WeirPlan *child, WeirExpr *condition);
WeirPlan    *project (WeirPlan *child, ...) G_GNUC_NULL_TERMINATED; /* expression, name, … */
WeirPlan    *watermark (WeirPlan *child, const char *column, gint64 delay_ms);
WeirAggCall *agg (const char *name, ...) G_GNUC_NULL_TERMINATED; /* arguments */
/* GROUP BY @keys (names between commas) and, with @size_s > 0, window(@time, …) in front of them. */
WeirPlan *group_by (WeirPlan *child, const char *time, gint64 size_s, gint64 slide_s, gint64 start_s, const char *keys, ...) G_GNUC_NULL_TERMINATED;

/**
 * sql_plan:
 * @script: CREATE TABLE and CREATE VIEW statements, then one SELECT or CREATE STREAMING QUERY
 *
 * Returns: (transfer full) (nullable): its plan
 */
WeirPlan *sql_plan (const char *script, GHashTable *settings, WeirOutputMode *mode, gboolean *is_streaming, WeirZone **zone, GError **error);
/* The rows of a batch SELECT without tables, unsorted; `[CONDITION]` when it fails. (transfer full) */
char *sql_rows (const char *query);

/* A pipeline with a watermark driver: batches follow each other as Spark's file source with one file a trigger makes them. */
typedef struct
{
  WeirPlan           *plan;
  WeirPipelineOptions options;
  WeirPipeline       *pipeline;
  gint64              watermark_ms, used_ms;
  gint64             *node_ms; /* by watermark_id */
  gboolean            policy_max;
  guint64             batch_id;
  gboolean            restore_each; /* state goes out and into a fresh pipeline after every batch */
  guint               lines_per_morsel;
  gboolean            wants_delta; /* said to the pipeline */
  WeirBatchStats      stats;       /* of the last batch */
  GError             *error;       /* of the last batch */
  GString            *rows;        /* of the last batch: a JSON row a line */
} Run;

Run *run_new (WeirPlan *plan, WeirOutputMode mode, gboolean is_streaming, guint n_threads);
/* NULL with @error when there is no pipeline for the plan. */
Run *run_try_new (WeirPlan *plan, WeirOutputMode mode, gboolean is_streaming, WeirZone *zone, guint n_threads, GError **error);
void run_free (Run *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_free)

/* Runs one batch; @inputs: NDJSON a scan, by scan id; NULL: none. The rows, sorted if @sorted. (transfer none) */
const char *run_batch (Run *run, gboolean sorted, const char *const *inputs);
#define run_one(run, text) run_batch (run, TRUE, (const char *const[]){ text, NULL })
/* Like run_batch() without commit. */
gboolean run_uncommitted (Run *run, const char *const *inputs);

WeirBatch *batch_from_json (WeirSchema *schema, const char *text);
/* The whole state. (transfer full) */
GBytes *snapshot_of (Run *run);
