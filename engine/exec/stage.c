/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/stage.h"

#include "base/hash.h"

/*
 * Parts are handed to the pool a few ahead of the merging, so that memory is bounded by the number of workers. Whoever completes a
 * part merges it, and all that wait behind it, if it is next in order and nobody else is merging. An error is kept with its part:
 * parts before it still run, parts behind it do not, so the reported one is the first in input order.
 */

typedef struct
{
  GMutex     lock;
  GCond      cond;
  WeirStage *stage;
  WeirExec  *exec;
  guint      n_parts;
  guint      n_merged;
  guint      n_submitted, n_done; /* on the pool */
  guint      window;              /* parts handed out before they are merged; 0: no pool */
  guint      failed_part;         /* lowest part that failed; G_MAXUINT */
  GError    *error;               /* of that part */
  gboolean   is_merging;
  gboolean   is_full;
  gboolean   stop; /* a merge failed */
  gpointer  *results;
  guint8    *done;
} Run;

typedef struct
{
  Run       *run;
  WeirChain *chain;
  guint      source_part;
  guint      part;
  guint      chain_number;
} Task;

WeirChain *
_weir_chain_new (WeirOp *source)
{
  WeirChain *self = g_new0 (WeirChain, 1);

  self->source = source;
  self->ops = g_ptr_array_new ();
  return self;
}

static void
free_links (WeirChain *self,
            WeirLink **links)
{
  if (links == NULL)
    return;
  weir_eval_free (links[0]->eval);
  for (guint i = 0; i <= self->ops->len; i++)
    {
      if (links[i]->op->klass->link_clear != NULL)
        links[i]->op->klass->link_clear (links[i]);
      g_free (links[i]);
    }
  g_free (links);
}

static void
chain_free (gpointer data)
{
  WeirChain *self = data;

  for (guint i = 0; i < self->n_workers; i++)
    free_links (self, self->links[i]);
  g_free (self->links);
  g_ptr_array_unref (self->ops);
  g_free (self);
}

WeirStage *
_weir_stage_new (GPtrArray *chains,
                 WeirOp    *sink)
{
  WeirStage *self = g_new0 (WeirStage, 1);

  self->chains = chains;
  g_ptr_array_set_free_func (chains, chain_free);
  self->sink = sink;
  return self;
}

void
_weir_stage_free (WeirStage *stage)
{
  g_ptr_array_unref (stage->chains);
  g_free (stage);
}

static WeirLink *
link_new (WeirOp   *op,
          WeirEval *eval)
{
  WeirLink *link = g_malloc0 (MAX (op->klass->link_size, sizeof (WeirLink)));

  link->op = op;
  link->eval = eval;
  return link;
}

/* Only the worker itself uses its entry, so there is nothing to lock. */
static WeirLink **
ensure_links (WeirChain *self,
              WeirOp    *sink,
              WeirExec  *exec,
              guint      worker)
{
  WeirLink **links = self->links[worker];
  WeirEval  *eval;

  if (links == NULL)
    {
      eval = weir_eval_new (exec->options->zone);
      links = g_new0 (WeirLink *, self->ops->len + 1);
      for (guint i = 0; i < self->ops->len; i++)
        links[i] = link_new (g_ptr_array_index (self->ops, i), eval);
      links[self->ops->len] = link_new (sink, eval);
      for (guint i = 0; i < self->ops->len; i++)
        links[i]->next = links[i + 1];
      for (guint i = 0; i <= self->ops->len; i++)
        if (links[i]->op->klass->link_init != NULL)
          links[i]->op->klass->link_init (links[i]);
      self->links[worker] = links;
    }
  for (guint i = 0; i <= self->ops->len; i++)
    links[i]->exec = exec;
  return links;
}

static void
prepare_eval (WeirEval   *eval,
              WeirExec   *exec,
              const Task *task)
{
  guint64 place = (guint64)task->chain_number << 32 | task->source_part;

  eval->now_us = exec->input->now_us;
  eval->seed = weir_hash_combine (exec->input->seed, place);
  eval->row_base = 0;
  _weir_eval_set_options (eval, exec->options);
}

static gboolean
should_skip (Run  *run,
             guint part)
{
  gboolean skip;

  g_mutex_lock (&run->lock);
  skip = run->stop || run->is_full || part > run->failed_part;
  g_mutex_unlock (&run->lock);
  return skip;
}

static gpointer
compute_part (Task    *task,
              guint    worker,
              GError **error)
{
  Run       *run = task->run;
  WeirOp    *sink = run->stage->sink;
  WeirLink **links = ensure_links (task->chain, sink, run->exec, worker);
  WeirLink  *last = links[task->chain->ops->len];
  gpointer   result;
  gboolean   ok;

  prepare_eval (links[0]->eval, run->exec, task);
  ok = _weir_exec_check_stop (run->exec, error) && task->chain->source->klass->read (task->chain->source, task->source_part, links[0], error);
  result = sink->klass->take (last);
  if (!ok && result != NULL)
    {
      sink->klass->drop (sink, result);
      result = NULL;
    }
  return result;
}

/* With the lock held, which is given back meanwhile. FALSE: stop. */
static void
merge_next (Run *run)
{
  guint    part = run->n_merged;
  gpointer result = g_steal_pointer (&run->results[part]);
  WeirOp  *sink = run->stage->sink;
  GError  *error = NULL;
  gint64   start = _weir_now_ns ();
  gboolean ok = TRUE, full;

  if (part >= run->failed_part || run->is_full)
    {
      run->stop = run->stop || part >= run->failed_part;
      if (result != NULL)
        sink->klass->drop (sink, result);
      run->n_merged++;
      return;
    }
  g_mutex_unlock (&run->lock);
  if (result != NULL)
    ok = sink->klass->merge (sink, run->exec, result, &error);
  full = sink->klass->is_full != NULL && sink->klass->is_full (sink);
  g_mutex_lock (&run->lock);
  sink->busy_ns += _weir_now_ns () - start;
  run->is_full = run->is_full || full;
  if (!ok)
    {
      g_clear_error (&run->error);
      run->error = error;
      run->failed_part = part;
      run->stop = TRUE;
    }
  run->n_merged++;
}

static void
merge_ready (Run *run)
{
  if (run->is_merging)
    return;
  run->is_merging = TRUE;
  while (run->n_merged < run->n_parts && run->done[run->n_merged])
    merge_next (run);
  run->is_merging = FALSE;
}

static void
run_part (gpointer data,
          guint    worker)
{
  Task    *task = data;
  Run     *run = task->run;
  GError  *error = NULL;
  gpointer result = NULL;

  if (!should_skip (run, task->part))
    result = compute_part (task, worker, &error);
  g_mutex_lock (&run->lock);
  run->results[task->part] = result;
  run->done[task->part] = 1;
  if (error != NULL && task->part < run->failed_part)
    {
      g_clear_error (&run->error);
      run->error = g_steal_pointer (&error);
      run->failed_part = task->part;
    }
  if (!run->stage->is_output)
    merge_ready (run);
  /* Whoever hands parts out is woken for several, while the workers still have some. */
  if (run->n_submitted - ++run->n_done <= run->window / 2)
    g_cond_signal (&run->cond);
  g_mutex_unlock (&run->lock);
  g_clear_error (&error);
}

static Task *
list_tasks (Run   *run,
            guint *n_tasks)
{
  GArray *tasks = g_array_new (FALSE, FALSE, sizeof (Task));

  for (guint c = 0; c < run->stage->chains->len; c++)
    {
      WeirChain *chain = g_ptr_array_index (run->stage->chains, c);
      guint      n = chain->source->klass->n_parts (chain->source, run->exec);

      for (guint i = 0; i < n; i++)
        {
          Task task = { run, chain, i, tasks->len, c };

          g_array_append_val (tasks, task);
        }
    }
  *n_tasks = tasks->len;
  return (Task *)(void *)g_array_free (tasks, FALSE);
}

static void
ensure_workers (WeirStage *stage,
                guint      n_workers)
{
  for (guint c = 0; c < stage->chains->len; c++)
    {
      WeirChain *chain = g_ptr_array_index (stage->chains, c);

      if (chain->n_workers >= n_workers)
        continue;
      chain->links = g_renew (WeirLink **, chain->links, n_workers);
      for (; chain->n_workers < n_workers; chain->n_workers++)
        chain->links[chain->n_workers] = NULL;
    }
}

static void
run_inline (Run  *run,
            Task *tasks)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      run_part (&tasks[i], 0);
      g_mutex_lock (&run->lock);
      merge_ready (run);
      g_mutex_unlock (&run->lock);
    }
}

static gboolean
may_submit (const Run  *run,
            const Task *tasks,
            guint       next)
{
  if (next == run->n_parts || next >= run->n_merged + run->window)
    return FALSE;
  return !tasks[next].chain->waits || run->n_merged >= next - tasks[next].source_part;
}

static void
run_pooled (Run           *run,
            Task          *tasks,
            WeirTaskGroup *group)
{
  run->window = 2 * weir_worker_pool_get_n_threads (run->exec->options->pool) + 2;
  g_mutex_lock (&run->lock);
  while (run->n_merged < run->n_parts)
    if (may_submit (run, tasks, run->n_submitted))
      {
        Task *task = &tasks[run->n_submitted++];

        g_mutex_unlock (&run->lock);
        weir_task_group_submit (group, run_part, task);
        g_mutex_lock (&run->lock);
      }
    else if (run->stage->is_output && run->done[run->n_merged])
      merge_ready (run);
    else
      g_cond_wait (&run->cond, &run->lock);
  g_mutex_unlock (&run->lock);
  weir_task_group_wait (group);
}

gboolean
_weir_stage_run (WeirStage     *stage,
                 WeirExec      *exec,
                 WeirTaskGroup *group,
                 GError       **error)
{
  Run              run = { .stage = stage, .exec = exec, .failed_part = G_MAXUINT };
  g_autofree Task *tasks = NULL;
  gint64           start;
  gboolean         ok;

  g_mutex_init (&run.lock);
  g_cond_init (&run.cond);
  run.is_full = stage->sink->klass->is_full != NULL && stage->sink->klass->is_full (stage->sink);
  tasks = list_tasks (&run, &run.n_parts);
  run.results = g_new0 (gpointer, MAX (run.n_parts, 1));
  run.done = g_new0 (guint8, MAX (run.n_parts, 1));
  ensure_workers (stage, group != NULL ? weir_worker_pool_get_n_threads (exec->options->pool) : 1);
  if (run.n_parts > 0 && group == NULL)
    run_inline (&run, tasks);
  else if (run.n_parts > 0)
    run_pooled (&run, tasks, group);
  g_mutex_clear (&run.lock);
  g_cond_clear (&run.cond);
  g_free (run.results);
  g_free (run.done);
  if (run.error != NULL)
    {
      g_propagate_error (error, run.error);
      return FALSE;
    }
  start = _weir_now_ns ();
  ok = stage->sink->klass->finish == NULL || stage->sink->klass->finish (stage->sink, exec, error);
  stage->sink->busy_ns += _weir_now_ns () - start;
  return ok;
}

GPtrArray *
_weir_stage_read_aside (WeirStage *stage,
                        WeirExec  *exec,
                        guint      rows_max,
                        GError   **error)
{
  Run                   run = { .stage = stage, .exec = exec };
  WeirChain            *chain = g_ptr_array_index (stage->chains, 0);
  g_autoptr (GPtrArray) all = _weir_batches_new ();
  guint                 n_parts = chain->source->klass->n_parts (chain->source, exec), n_rows = 0;

  ensure_workers (stage, 1);
  for (guint i = 0; i < n_parts && n_rows < rows_max; i++)
    {
      Task                  task = { &run, chain, i, i, 0 };
      GError               *local = NULL;
      g_autoptr (GPtrArray) batches = compute_part (&task, 0, &local);

      if (local != NULL)
        {
          g_propagate_error (error, local);
          return NULL;
        }
      for (guint b = 0; batches != NULL && b < batches->len && n_rows < rows_max; b++)
        {
          WeirBatch *batch = g_ptr_array_index (batches, b);
          guint      n = MIN (batch->n_rows, rows_max - n_rows);

          n_rows += n;
          g_ptr_array_add (all, weir_batch_slice (batch, 0, n));
        }
    }
  return g_steal_pointer (&all);
}

static void
collect_chain (WeirChain *chain)
{
  for (guint w = 0; w < chain->n_workers; w++)
    {
      WeirLink **links = chain->links[w];

      if (links == NULL)
        continue;
      for (guint i = 0; i <= chain->ops->len; i++)
        {
          WeirLink *link = links[i];

          link->op->rows_in += link->rows_in;
          link->op->busy_ns += link->busy_ns - (link->next != NULL ? link->next->busy_ns : 0);
          if (link->next != NULL)
            link->op->rows_out += link->next->rows_in;
          if (i == 0)
            chain->source->rows_out += link->rows_in;
        }
      for (guint i = 0; i <= chain->ops->len; i++)
        links[i]->rows_in = 0, links[i]->busy_ns = 0;
    }
}

void
_weir_stage_collect_stats (WeirStage *stage)
{
  for (guint c = 0; c < stage->chains->len; c++)
    collect_chain (g_ptr_array_index (stage->chains, c));
}
