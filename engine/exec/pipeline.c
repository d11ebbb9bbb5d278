/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/pipeline-private.h"

#include "state/state-frame.h"

/*
 * A pipeline is run stage by stage on the calling thread, which waits for the pool. The rows of the last stage are handed out as
 * its parts complete. Operators keep what they changed apart until commit.
 */

WeirPipeline *
weir_pipeline_new (WeirPlan                  *plan,
                   const WeirPipelineOptions *options,
                   GError                   **error)
{
  g_autoptr (WeirPipeline) self = g_new0 (WeirPipeline, 1);

  self->plan = weir_plan_ref (plan);
  self->options = *options;
  self->zone = weir_zone_ref (options->zone != NULL ? options->zone : weir_zone_utc ());
  self->options.zone = self->zone;
  self->group = options->pool != NULL ? weir_task_group_new (options->pool) : NULL;
  self->ops = g_ptr_array_new_with_free_func ((GDestroyNotify)_weir_op_free);
  self->stages = g_ptr_array_new_with_free_func ((GDestroyNotify)_weir_stage_free);
  self->scans = g_ptr_array_new ();
  self->watermarks = g_ptr_array_new ();
  self->stateful = g_ptr_array_new ();
  self->frames = g_ptr_array_new ();
  if (!_weir_pipeline_plan (self, error))
    return NULL;
  _weir_pipeline_find_result_key (self);
  return g_steal_pointer (&self);
}

void
weir_pipeline_free (WeirPipeline *pipeline)
{
  if (pipeline == NULL)
    return;
  g_clear_pointer (&pipeline->group, weir_task_group_free);
  g_ptr_array_unref (pipeline->stages);
  g_ptr_array_unref (pipeline->ops);
  g_ptr_array_unref (pipeline->scans);
  g_ptr_array_unref (pipeline->watermarks);
  g_ptr_array_unref (pipeline->stateful);
  g_ptr_array_unref (pipeline->frames);
  weir_plan_unref (pipeline->plan);
  weir_zone_unref (pipeline->zone);
  g_free (pipeline->result_key);
  g_free (pipeline);
}

WeirSchema *
weir_pipeline_get_schema (WeirPipeline *pipeline)
{
  return pipeline->plan->schema;
}

guint
weir_pipeline_get_n_scans (WeirPipeline *pipeline)
{
  return pipeline->scans->len;
}

WeirPlan *
weir_pipeline_get_scan (WeirPipeline *pipeline,
                        guint         scan_id)
{
  WeirOp *op = scan_id < pipeline->scans->len ? g_ptr_array_index (pipeline->scans, scan_id) : NULL;

  return op != NULL ? op->plan : NULL;
}

/* ---- run -------------------------------------------------------------------------------------------------------- */

static gboolean
begin (WeirPipeline *self,
       WeirExec     *exec,
       GError      **error)
{
  for (guint i = 0; i < self->ops->len; i++)
    {
      WeirOp *op = g_ptr_array_index (self->ops, i);

      op->rows_in = op->rows_out = 0;
      op->busy_ns = 0;
      op->eval->now_us = exec->input->now_us;
      op->eval->seed = exec->input->seed;
      if (op->klass->begin != NULL && !op->klass->begin (op, exec, error))
        return FALSE;
    }
  return TRUE;
}

static void
collect_watermarks (WeirPipeline   *self,
                    WeirBatchStats *stats)
{
  stats->n_watermarks = self->n_watermarks;
  stats->max_event_ms = g_new (gint64, MAX (self->n_watermarks, 1));
  stats->newest_row = g_new0 (char *, MAX (self->n_watermarks, 1));
  stats->min_event_ms = g_new (gint64, MAX (self->n_watermarks, 1));
  stats->sum_event_ms = g_new0 (gint64, MAX (self->n_watermarks, 1));
  stats->count_event = g_new0 (guint64, MAX (self->n_watermarks, 1));
  for (guint i = 0; i < self->n_watermarks; i++)
    {
      stats->max_event_ms[i] = G_MININT64;
      stats->min_event_ms[i] = G_MAXINT64;
    }
  for (guint i = 0; i < self->watermarks->len; i++)
    _weir_op_event_time_collect (g_ptr_array_index (self->watermarks, i), stats);
}

static void
collect_ops (WeirPipeline   *self,
             WeirBatchStats *stats)
{
  stats->n_ops = self->ops->len;
  stats->ops = g_new0 (WeirOpStats, MAX (stats->n_ops, 1));
  for (guint i = 0; i < self->ops->len; i++)
    {
      /* Leaves last */
      WeirOp      *op = g_ptr_array_index (self->ops, self->ops->len - 1 - i);
      WeirOpStats *out = &stats->ops[i];

      out->label = op->klass->name;
      out->rows_in = op->rows_in;
      out->rows_out = op->rows_out;
      out->busy_us = op->busy_ns / 1000;
    }
  stats->n_stateful = self->stateful->len;
  stats->stateful = g_new0 (WeirStatefulStats, MAX (stats->n_stateful, 1));
  for (guint i = 0; i < self->stateful->len; i++)
    {
      WeirOp *op = g_ptr_array_index (self->stateful, i);

      op->klass->get_stats (op, &stats->stateful[i]);
    }
}

static void
collect_stats (WeirPipeline   *self,
               WeirExec       *exec,
               WeirBatchStats *stats)
{
  memset (stats, 0, sizeof *stats);
  for (guint i = 0; i < self->stages->len; i++)
    _weir_stage_collect_stats (g_ptr_array_index (self->stages, i));
  stats->scan_rows = g_new0 (guint64, MAX (self->scans->len, 1));
  for (guint i = 0; i < self->scans->len; i++)
    {
      WeirOp *op = g_ptr_array_index (self->scans, i);

      if (op == NULL)
        continue;
      stats->scan_rows[i] = _weir_op_scan_get_rows (op);
      if (op->plan->is_streaming)
        stats->rows_in += stats->scan_rows[i];
    }
  collect_watermarks (self, stats);
  collect_ops (self, stats);
  stats->rows_out = self->output->rows_out;
  stats->late_samples = g_steal_pointer (&exec->late_samples);
}

gint64
_weir_ms_to_us (gint64 ms)
{
  if (ms > G_MAXINT64 / 1000)
    return G_MAXINT64;
  return ms < G_MININT64 / 1000 ? G_MININT64 + 1 : ms * 1000;
}

static void
late_sample_free (gpointer data)
{
  WeirLateSample *sample = data;

  g_free (sample->row_json);
  g_free (sample);
}

/* Before the last stage: whether nothing in it changes state. */
static gboolean
is_settled (WeirPipeline *self)
{
  WeirStage *stage = g_ptr_array_index (self->stages, self->stages->len - 1);

  for (guint c = 0; c < stage->chains->len; c++)
    {
      WeirChain *chain = g_ptr_array_index (stage->chains, c);

      if (g_ptr_array_find (self->stateful, chain->source, NULL) && !chain->source->klass->only_reads)
        return FALSE;
      for (guint i = 0; i < chain->ops->len; i++)
        if (g_ptr_array_find (self->stateful, g_ptr_array_index (chain->ops, i), NULL))
          return FALSE;
    }
  return !g_ptr_array_find (self->stateful, stage->sink, NULL);
}

gboolean
weir_pipeline_run (WeirPipeline         *pipeline,
                   const WeirBatchInput *input,
                   WeirPushFunc          emit,
                   gpointer              emit_data,
                   WeirBatchStats       *stats,
                   GError              **error)
{
  WeirExec exec = { .options = &pipeline->options, .input = input, .emit = emit, .emit_data = emit_data };
  gboolean ok;

  exec.late_us = _weir_ms_to_us (input->late_watermark_ms);
  exec.evict_us = _weir_ms_to_us (input->evict_watermark_ms);
  exec.late_samples = g_ptr_array_new_with_free_func (late_sample_free);
  g_mutex_init (&exec.lock);
  ok = begin (pipeline, &exec, error);
  for (guint i = 0; ok && i < pipeline->stages->len; i++)
    {
      if (input->settled != NULL && i + 1 == pipeline->stages->len && is_settled (pipeline))
        input->settled (input->settled_data);
      ok = _weir_stage_run (g_ptr_array_index (pipeline->stages, i), &exec, pipeline->group, error);
    }
  for (guint i = 0; i < pipeline->ops->len; i++)
    {
      WeirOp *op = g_ptr_array_index (pipeline->ops, i);

      if (op->klass->end != NULL)
        op->klass->end (op);
    }
  collect_stats (pipeline, &exec, stats);
  g_mutex_clear (&exec.lock);
  return ok;
}

void
weir_pipeline_commit (WeirPipeline *pipeline)
{
  for (guint i = 0; i < pipeline->stateful->len; i++)
    {
      WeirOp *op = g_ptr_array_index (pipeline->stateful, i);

      op->klass->commit (op);
    }
}

void
weir_pipeline_abort (WeirPipeline *pipeline)
{
  for (guint i = 0; i < pipeline->stateful->len; i++)
    {
      WeirOp *op = g_ptr_array_index (pipeline->stateful, i);

      op->klass->abort (op);
    }
}

void
weir_batch_stats_clear (WeirBatchStats *stats)
{
  for (guint i = 0; i < stats->n_watermarks; i++)
    g_free (stats->newest_row[i]);
  g_free (stats->newest_row);
  g_free (stats->scan_rows);
  g_free (stats->max_event_ms);
  g_free (stats->min_event_ms);
  g_free (stats->sum_event_ms);
  g_free (stats->count_event);
  g_free (stats->stateful);
  g_free (stats->ops);
  g_clear_pointer (&stats->late_samples, g_ptr_array_unref);
  memset (stats, 0, sizeof *stats);
}

gboolean
weir_pipeline_wants_no_data_batch (WeirPipeline *pipeline,
                                   gint64        watermark_ms,
                                   gint64        used_ms)
{
  for (guint i = 0; i < pipeline->stateful->len; i++)
    {
      WeirOp *op = g_ptr_array_index (pipeline->stateful, i);

      if (op->klass->wants_no_data != NULL && op->klass->wants_no_data (op, watermark_ms, used_ms))
        return TRUE;
    }
  return FALSE;
}

/* ---- state ------------------------------------------------------------------------------------------------------ */

GPtrArray *
weir_pipeline_snapshot (WeirPipeline *pipeline)
{
  WeirStateWriter writer;

  weir_state_writer_init (&writer, WEIR_STATE_SNAPSHOT);
  for (guint i = 0; i < pipeline->frames->len; i++)
    {
      WeirOp *op = g_ptr_array_index (pipeline->frames, i);

      op->klass->snapshot (op, weir_state_writer_begin_frame (&writer, op->klass->name));
      weir_state_writer_end_frame (&writer);
    }
  return weir_state_writer_finish (&writer);
}

GPtrArray *
weir_pipeline_delta (WeirPipeline *pipeline)
{
  WeirStateWriter writer;

  weir_state_writer_init (&writer, WEIR_STATE_DELTA);
  for (guint i = 0; i < pipeline->frames->len; i++)
    {
      WeirOp *op = g_ptr_array_index (pipeline->frames, i);

      op->klass->delta (op, weir_state_writer_begin_frame (&writer, op->klass->name));
      weir_state_writer_end_frame (&writer);
    }
  return weir_state_writer_finish (&writer);
}

static gboolean
restore_op (WeirOp          *op,
            WeirStateReader *reader,
            GError         **error)
{
  const char *name;
  gsize       name_len;
  WeirReader  body;

  if (!weir_state_reader_next (reader, &name, &name_len, &body, error))
    return FALSE;
  if (name_len != strlen (op->klass->name) || memcmp (name, op->klass->name, name_len) != 0)
    return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", op->plan->span, "The state is of another plan: `%.*s` stands where `%s` is expected.", (int)name_len, name, op->klass->name);
  if (!(reader->kind == WEIR_STATE_DELTA ? op->klass->apply : op->klass->restore) (op, &body, error))
    return FALSE;
  return op->klass->check_budget == NULL || op->klass->check_budget (op, error);
}

gboolean
weir_pipeline_restore (WeirPipeline *pipeline,
                       GBytes       *state,
                       GError      **error)
{
  WeirStateReader reader;
  gsize           len;
  const guint8   *data = g_bytes_get_data (state, &len);

  if (!weir_state_reader_init (&reader, data, len, error))
    return FALSE;
  for (guint i = 0; i < pipeline->frames->len; i++)
    if (!restore_op (g_ptr_array_index (pipeline->frames, i), &reader, error))
      return FALSE;
  return TRUE;
}

const guint *
weir_pipeline_get_result_key (WeirPipeline *pipeline,
                              guint        *n_columns)
{
  *n_columns = pipeline->n_result_key;
  return pipeline->result_key;
}

/* ---- explain ---------------------------------------------------------------------------------------------------- */

static void
explain_op (WeirOp  *op,
            guint    depth,
            GString *out)
{
  g_autofree char *detail = op->klass->describe != NULL ? op->klass->describe (op) : NULL;

  for (guint i = 1; i < depth; i++)
    g_string_append (out, "   ");
  if (depth > 0)
    g_string_append (out, "+- ");
  g_string_append (out, op->klass->name);
  if (detail != NULL)
    g_string_append_printf (out, " %s", detail);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < op->n_inputs; i++)
    explain_op (op->inputs[i], depth + 1, out);
}

char *
weir_pipeline_explain (WeirPipeline *pipeline)
{
  GString *out = g_string_new ("== Physical Plan ==\n");

  explain_op (pipeline->top, 0, out);
  return g_string_free (out, FALSE);
}
