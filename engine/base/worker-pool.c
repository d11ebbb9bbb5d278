/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/worker-pool.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * One lock, one queue a group. A worker takes the next task of the group that waited longest (the head of `ready`) and puts the
 * group back at the end if it has more: round-robin by task. A thread that waits for its group does not work itself, so
 * with n threads there are never more than n tasks at once.
 *
 * Threads and locks are those of POSIX: GLib's are futexes of its own, which a race detector does not see.
 */

/* More would only wait for each other. */
#define N_THREADS_MAX 256

typedef struct
{
  WeirTaskFunc func;
  gpointer     data;
} Task;

struct _WeirTaskGroup
{
  WeirWorkerPool *pool;   /* Borrowed */
  GQueue          tasks;  /* Task */
  guint           n_open; /* queued or running */
  pthread_cond_t  idle;
};

typedef struct
{
  WeirWorkerPool *pool;
  guint           number;
} Worker;

struct _WeirWorkerPool
{
  guint           n_threads;
  pthread_t      *threads;
  Worker         *workers;
  pthread_mutex_t lock;
  pthread_cond_t  work;
  GQueue          ready; /* WeirTaskGroup with queued tasks, each once */
  gboolean        stopping;
  int             polite; /* atomic */
};

static void
apply_nice (WeirWorkerPool *pool,
            gboolean       *polite)
{
  gboolean wanted = g_atomic_int_get (&pool->polite);

  if (*polite == wanted)
    return;
  *polite = wanted;
  /* Going back to 0 needs a privilege; without it the worker stays polite, which harms nobody. */
  setpriority (PRIO_PROCESS, (id_t)syscall (SYS_gettid), wanted ? 5 : 0);
}

static void
run_task (WeirWorkerPool *pool,
          guint           number)
{
  WeirTaskGroup *group = g_queue_pop_head (&pool->ready);
  Task          *task = g_queue_pop_head (&group->tasks);

  if (!g_queue_is_empty (&group->tasks))
    g_queue_push_tail (&pool->ready, group);
  pthread_mutex_unlock (&pool->lock);
  task->func (task->data, number);
  g_free (task);
  pthread_mutex_lock (&pool->lock);
  if (--group->n_open == 0)
    pthread_cond_broadcast (&group->idle);
}

static void *
worker_thread (gpointer data)
{
  Worker         *worker = data;
  WeirWorkerPool *pool = worker->pool;
  gboolean        polite = FALSE;

  /* By the thread itself: from outside it goes through /proc, and the kernel pays milliseconds for that when the process ends. */
  pthread_setname_np (pthread_self (), "weir-worker");
  pthread_mutex_lock (&pool->lock);
  for (;;)
    {
      while (g_queue_is_empty (&pool->ready) && !pool->stopping)
        pthread_cond_wait (&pool->work, &pool->lock);
      if (g_queue_is_empty (&pool->ready))
        break;
      apply_nice (pool, &polite);
      run_task (pool, worker->number);
    }
  pthread_mutex_unlock (&pool->lock);
  return NULL;
}

WeirWorkerPool *
weir_worker_pool_new (guint n_threads)
{
  WeirWorkerPool *self = g_new0 (WeirWorkerPool, 1);

  self->n_threads = MIN (n_threads > 0 ? n_threads : g_get_num_processors (), N_THREADS_MAX);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->work, NULL);
  self->threads = g_new (pthread_t, self->n_threads);
  self->workers = g_new (Worker, self->n_threads);
  for (guint i = 0; i < self->n_threads; i++)
    {
      self->workers[i] = (Worker){ self, i };
      if (pthread_create (&self->threads[i], NULL, worker_thread, &self->workers[i]) != 0)
        g_error ("cannot create worker thread %u", i);
    }
  return self;
}

void
weir_worker_pool_free (WeirWorkerPool *pool)
{
  if (pool == NULL)
    return;
  pthread_mutex_lock (&pool->lock);
  pool->stopping = TRUE;
  pthread_cond_broadcast (&pool->work);
  pthread_mutex_unlock (&pool->lock);
  for (guint i = 0; i < pool->n_threads; i++)
    pthread_join (pool->threads[i], NULL);
  pthread_mutex_destroy (&pool->lock);
  pthread_cond_destroy (&pool->work);
  g_free (pool->threads);
  g_free (pool->workers);
  g_free (pool);
}

guint
weir_worker_pool_get_n_threads (WeirWorkerPool *pool)
{
  return pool->n_threads;
}

void
weir_worker_pool_set_polite (WeirWorkerPool *pool,
                             gboolean        polite)
{
  g_atomic_int_set (&pool->polite, polite);
}

WeirTaskGroup *
weir_task_group_new (WeirWorkerPool *pool)
{
  WeirTaskGroup *self = g_new0 (WeirTaskGroup, 1);

  self->pool = pool;
  pthread_cond_init (&self->idle, NULL);
  return self;
}

void
weir_task_group_free (WeirTaskGroup *group)
{
  if (group == NULL)
    return;
  weir_task_group_wait (group);
  pthread_cond_destroy (&group->idle);
  g_free (group);
}

void
weir_task_group_submit (WeirTaskGroup *group,
                        WeirTaskFunc   func,
                        gpointer       data)
{
  Task *task = g_new (Task, 1);

  *task = (Task){ func, data };
  pthread_mutex_lock (&group->pool->lock);
  if (g_queue_is_empty (&group->tasks))
    g_queue_push_tail (&group->pool->ready, group);
  g_queue_push_tail (&group->tasks, task);
  group->n_open++;
  pthread_cond_signal (&group->pool->work);
  pthread_mutex_unlock (&group->pool->lock);
}

void
weir_task_group_wait (WeirTaskGroup *group)
{
  pthread_mutex_lock (&group->pool->lock);
  while (group->n_open > 0)
    pthread_cond_wait (&group->idle, &group->pool->lock);
  pthread_mutex_unlock (&group->pool->lock);
}
