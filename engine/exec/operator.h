/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "expr/eval.h"
#include "exec/pipeline.h"

G_BEGIN_DECLS

/*
 * Operators and how rows flow through them.
 *
 * A plan is cut into stages. A stage has a sink and one or more chains: a source and stateless operators that push vectors into
 * each other and at last into the sink (UNION ALL gives a stage several chains). The parts of a source (morsels of a scan, chunks
 * of what a finished operator gives out) run on workers, several at a time; every worker has its own links, so a chain needs no
 * lock. What the sink's link made of one part is taken and merged into the operator in the order of the parts, by one thread at a
 * time: results do not depend on how many threads there are. When all parts are merged the sink is finished and may be the source
 * of a later stage.
 *
 * The plan is constant; WeirOp holds it with what was derived from it, and, for stateful operators, the state. A batch that is run
 * is not yet the state: commit makes it so, abort goes back.
 */

typedef struct _WeirOp      WeirOp;
typedef struct _WeirOpClass WeirOpClass;
typedef struct _WeirLink    WeirLink;

typedef struct _WeirStateList WeirStateList;

/* What holds for one run; shared and constant while it runs. */
typedef struct
{
  const WeirPipelineOptions *options;
  const WeirBatchInput      *input;
  gint64                     late_us;  /* rows and groups up to here are late */
  gint64                     evict_us; /* and up to here final */
  WeirPushFunc               emit;
  gpointer                   emit_data;
  GMutex                     lock;         /* of late_samples */
  GPtrArray                 *late_samples; /* WeirLateSample */
} WeirExec;

/* One operator of one chain on one worker. Operators extend it. */
struct _WeirLink
{
  WeirOp   *op;   /* Borrowed */
  WeirLink *next; /* Borrowed; NULL at the sink */
  WeirExec *exec; /* Borrowed; valid while a part runs */
  WeirEval *eval; /* Borrowed: the chain's */
  guint64   rows_in;
  gint64    busy_ns; /* with what comes after it */
};

struct _WeirOpClass
{
  const char *name;      /* as EXPLAIN prints it */
  gsize       link_size; /* 0: sizeof (WeirLink) */

  void (*free) (WeirOp *op);
  /* What EXPLAIN prints behind the name; (transfer full) (nullable) */
  char *(*describe) (WeirOp *op);
  /* Before a run, on the calling thread. */
  gboolean (*begin) (WeirOp *op, WeirExec *exec, GError **error);

  /* On workers. push gets at least one row, at most WEIR_VECTOR_ROWS; @batch and @sel are borrowed. */
  void (*link_init) (WeirLink *link);
  void (*link_clear) (WeirLink *link);
  gboolean (*push) (WeirLink *link, WeirBatch *batch, WeirSel sel, GError **error);

  /* Sinks: what a part gave, its merging in the order of the parts (frees it), and the end of the input. */
  gpointer (*take) (WeirLink *link);
  void (*drop) (WeirOp *op, gpointer result);
  gboolean (*merge) (WeirOp *op, WeirExec *exec, gpointer result, GError **error);
  gboolean (*finish) (WeirOp *op, WeirExec *exec, GError **error);
  gboolean (*is_full) (WeirOp *op); /* no more input is needed; nullable */

  /* Sources. */
  guint (*n_parts) (WeirOp *op, WeirExec *exec);
  gboolean (*read) (WeirOp *op, guint part, WeirLink *out, GError **error);
  void (*end) (WeirOp *op); /* what was kept for later stages may go; nullable */
  gboolean only_reads;      /* stateful ones: read changes no state */

  /* Stateful operators. */
  void (*commit) (WeirOp *op);
  void (*abort) (WeirOp *op);
  void (*snapshot) (WeirOp *op, WeirWriter *writer);
  gboolean (*restore) (WeirOp *op, WeirReader *reader, GError **error);
  /* Between run and commit: what the batch changes; applied to the state before, it gives the state after. */
  void (*delta) (WeirOp *op, WeirWriter *writer);
  gboolean (*apply) (WeirOp *op, WeirReader *reader, GError **error);
  /* Whether the state fits weir.state.maxBytes; asked when it was read back. nullable */
  gboolean (*check_budget) (WeirOp *op, GError **error);
  gboolean (*wants_no_data) (WeirOp *op, gint64 watermark_ms, gint64 used_ms);
  /* All of the state as rows, between begin and end; the operator is of no other use afterwards. */
  gboolean (*list_state) (WeirOp *op, WeirStateList *list, GError **error);
  /* After commit: the parts that are read next are groups that are not final yet, the newest, about @rows_max; what was left out is added to
   * @n_left_out. Reading them changes nothing. Nullable. */
  void (*list_open) (WeirOp *op, WeirExec *exec, guint rows_max, guint64 *n_left_out);
  void (*get_stats) (WeirOp *op, WeirStatefulStats *stats);
  /* How much further back the watermark of its output lies, µs ≤ 0; nullable. */
  gint64 (*output_shift) (WeirOp *op);
};

struct _WeirOp
{
  const WeirOpClass         *klass;
  WeirPlan                  *plan;    /* Owned, nullable: operators the planner adds */
  WeirSchema                *schema;  /* Owned: of what it gives out */
  const WeirPipelineOptions *options; /* Borrowed from the pipeline */
  guint                      n_inputs;
  WeirOp                    *inputs[2];          /* Borrowed: for EXPLAIN */
  WeirEval                  *eval;               /* Owned: for work outside chains (merge, finish) */
  gint64                     watermark_shift_us; /* ≤ 0: a join below holds the watermark back */
  /* Of the last run */
  guint64 rows_in;
  guint64 rows_out;
  gint64  busy_ns;
};

/* What the options say of evaluating. */
static inline void
_weir_eval_set_options (WeirEval                  *eval,
                        const WeirPipelineOptions *options)
{
  eval->ansi = options->ansi;
  if (options->value_bytes_max > 0)
    eval->bytes_max = options->value_bytes_max;
}

/* @size bytes that start with a WeirOp; references @plan and @schema (default: the plan's). */
gpointer _weir_op_new (gsize size, const WeirOpClass *klass, WeirPlan *plan, WeirSchema *schema, const WeirPipelineOptions *options);
void     _weir_op_free (WeirOp *op);

/* The watermarks as this operator sees them. A watermark that has not moved stays at the epoch. */
static inline gint64
_weir_op_late_us (const WeirOp *op, const WeirExec *exec)
{
  return exec->late_us == 0 ? 0 : MAX (exec->late_us + op->watermark_shift_us, 0);
}

static inline gint64
_weir_op_evict_us (const WeirOp *op, const WeirExec *exec)
{
  return exec->evict_us == 0 ? 0 : MAX (exec->evict_us + op->watermark_shift_us, 0);
}

static inline gint64
_weir_now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* FALSE with OPERATION_CANCELED once the query was stopped. */
gboolean _weir_exec_check_stop (WeirExec *exec, GError **error);

/* Looks at the stop for every vector: an operator that makes many rows of few ends within a vector's time. */
static inline gboolean
_weir_link_push (WeirLink  *link,
                 WeirBatch *batch,
                 WeirSel    sel,
                 GError   **error)
{
  gint64   start;
  gboolean ok;

  if (sel.n == 0)
    return TRUE;
  if (!_weir_exec_check_stop (link->exec, error))
    return FALSE;
  link->rows_in += sel.n;
  start = _weir_now_ns ();
  ok = link->op->klass->push (link, batch, sel, error);
  link->busy_ns += _weir_now_ns () - start;
  return ok;
}

/* Evaluates @expr and takes the error. (transfer full) (nullable) */
WeirColumn *_weir_link_eval (WeirLink *link, const WeirExpr *expr, const WeirBatch *batch, WeirSel sel, GError **error);
/* The same, flattened. */
WeirColumn *_weir_link_eval_flat (WeirLink *link, const WeirExpr *expr, const WeirBatch *batch, WeirSel sel, GError **error);
/* Pushes @batch of any length in vectors. */
gboolean _weir_link_push_all (WeirLink *link, WeirBatch *batch, GError **error);

/* Operators; @child is the schema of the input. */
WeirOp *_weir_op_scan_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_values_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_filter_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_project_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_event_time_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_window_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_generate_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_union_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_sort_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_limit_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_dedup_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_output_new (WeirSchema *schema, const WeirPipelineOptions *options);
WeirOp *_weir_op_aggregate_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_session_new (WeirPlan *plan, const WeirPipelineOptions *options);
/* The build side of a static join is a sink of its own; the probe side a stateless operator. @build_right: which child is built. */
WeirOp *_weir_op_join_build_new (WeirPlan *plan, gboolean build_right, const WeirPipelineOptions *options);
WeirOp *_weir_op_join_probe_new (WeirPlan *plan, gboolean build_right, WeirOp *build, const WeirPipelineOptions *options);

/* A join of two streams and the sinks of its inputs; the right input's stage comes last and does the work. */
WeirOp *_weir_op_join_stream_new (WeirPlan *plan, const WeirPipelineOptions *options);
WeirOp *_weir_op_join_input_new (WeirPlan *plan, guint side, WeirOp *join, const WeirPipelineOptions *options);

/* Keys and kind of a join, as EXPLAIN prints them. (transfer full) */
char *_weir_join_describe (const WeirPlan *plan);

/* Watermark nodes add what they saw. */
void    _weir_op_event_time_collect (WeirOp *op, WeirBatchStats *stats);
guint64 _weir_op_scan_get_rows (WeirOp *op);

/* Rows that a sink keeps as batches: one part's, and all in order. */
GPtrArray *_weir_batches_new (void);
void       _weir_batches_add (GPtrArray *batches, WeirBatch *batch, WeirSel sel);

/* The link of a sink that keeps its rows: taken is a GPtrArray of WeirBatch. */
typedef struct
{
  WeirLink   link;
  GPtrArray *batches; /* Owned, nullable */
} WeirCollectLink;

/* Of WeirOpClass; the merging is the operator's. */
gboolean _weir_collect_push (WeirLink *link, WeirBatch *batch, WeirSel sel, GError **error);
gpointer _weir_collect_take (WeirLink *link);
void     _weir_collect_drop (WeirOp *op, gpointer batches);

G_END_DECLS
