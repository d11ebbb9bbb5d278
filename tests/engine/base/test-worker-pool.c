/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/clock.h"
#include "base/worker-pool.h"

#include <pthread.h>
#include <sched.h>

typedef struct
{
  pthread_mutex_t lock;
  pthread_cond_t  changed;
  guint           running, most, done;
  GArray         *order; /* guint: which group each task was of */
  gboolean        gate_open;
} Log;

typedef struct
{
  Log  *log;
  guint group;
} Job;

static void
log_init (Log *log)
{
  *log = (Log){ .order = g_array_new (FALSE, FALSE, sizeof (guint)) };
  pthread_mutex_init (&log->lock, NULL);
  pthread_cond_init (&log->changed, NULL);
}

static void
log_clear (Log *log)
{
  g_array_unref (log->order);
  pthread_mutex_destroy (&log->lock);
  pthread_cond_destroy (&log->changed);
}

static void
run_job (gpointer data,
         guint    worker)
{
  Job *job = data;
  Log *log = job->log;

  pthread_mutex_lock (&log->lock);
  log->running++;
  log->most = MAX (log->most, log->running);
  g_array_append_val (log->order, job->group);
  pthread_mutex_unlock (&log->lock);
  sched_yield ();
  pthread_mutex_lock (&log->lock);
  log->running--;
  log->done++;
  pthread_mutex_unlock (&log->lock);
}

static void
wait_at_gate (gpointer data,
              guint    worker)
{
  Log *log = data;

  pthread_mutex_lock (&log->lock);
  while (!log->gate_open)
    pthread_cond_wait (&log->changed, &log->lock);
  pthread_mutex_unlock (&log->lock);
}

/* With one thread never two at once; the groups take turns, each in the order of submission. */
static void
test_one_thread (void)
{
  g_autoptr (WeirWorkerPool) pool = weir_worker_pool_new (1);
  WeirTaskGroup             *groups[3];
  Job                        jobs[3];
  Log                        log;

  log_init (&log);
  for (guint g = 0; g < 3; g++)
    {
      groups[g] = weir_task_group_new (pool);
      jobs[g] = (Job){ &log, g };
    }
  weir_task_group_submit (groups[0], wait_at_gate, &log);
  for (guint g = 0; g < 3; g++)
    for (guint i = 0; i < 10 + g; i++)
      weir_task_group_submit (groups[g], run_job, &jobs[g]);
  pthread_mutex_lock (&log.lock);
  log.gate_open = TRUE;
  pthread_cond_broadcast (&log.changed);
  pthread_mutex_unlock (&log.lock);
  for (guint g = 0; g < 3; g++)
    weir_task_group_free (groups[g]);
  g_assert_cmpuint (log.done, ==, 33);
  g_assert_cmpuint (log.most, ==, 1);
  /* As long as all three have tasks, three that follow each other are of three groups. */
  for (guint i = 0; i + 3 <= 27; i++)
    {
      guint *order = &g_array_index (log.order, guint, i);

      g_assert_true (order[0] != order[1] && order[1] != order[2] && order[0] != order[2]);
    }
  log_clear (&log);
}

static void
test_many_threads (void)
{
  g_autoptr (WeirWorkerPool) pool = weir_worker_pool_new (4);
  g_autoptr (WeirTaskGroup)  group = weir_task_group_new (pool);
  Job                        job;
  Log                        log;

  log_init (&log);
  job = (Job){ &log, 0 };
  g_assert_cmpuint (weir_worker_pool_get_n_threads (pool), ==, 4);
  weir_worker_pool_set_polite (pool, TRUE);
  for (guint round = 0; round < 20; round++)
    {
      for (guint i = 0; i < 100; i++)
        weir_task_group_submit (group, run_job, &job);
      weir_task_group_wait (group);
      g_assert_cmpuint (log.done, ==, (round + 1) * 100);
      weir_worker_pool_set_polite (pool, round % 2 == 0);
    }
  g_assert_cmpuint (log.most, <=, 4);
  log_clear (&log);
}

typedef struct
{
  WeirTaskGroup *group;
  int            left; /* atomic */
} Chain;

/* A task may submit the next one. */
static void
run_chain (gpointer data,
           guint    worker)
{
  Chain *chain = data;

  if (g_atomic_int_add (&chain->left, -1) > 1)
    weir_task_group_submit (chain->group, run_chain, chain);
}

static void
test_chain (void)
{
  g_autoptr (WeirWorkerPool) pool = weir_worker_pool_new (2);
  g_autoptr (WeirTaskGroup)  group = weir_task_group_new (pool);
  Chain                      chain = { group, 1000 };

  weir_task_group_submit (group, run_chain, &chain);
  weir_task_group_wait (group);
  g_assert_cmpint (g_atomic_int_get (&chain.left), ==, 0);
}

static void
test_clocks (void)
{
  g_autoptr (WeirClock) manual = weir_clock_new_manual (1000);
  g_autoptr (WeirClock) fixed = weir_clock_new_fixed (77);
  g_autoptr (WeirClock) real = weir_clock_new_real ();
  gint64                before = g_get_monotonic_time ();

  g_assert_cmpint (weir_clock_now_us (manual), ==, 1000);
  weir_clock_advance (manual, 500);
  g_assert_cmpint (weir_clock_now_us (manual), ==, 1500);
  g_assert_cmpint (weir_clock_monotonic_us (manual), ==, 1500);
  g_assert_cmpint (weir_clock_now_us (fixed), ==, 77);
  g_assert_cmpint (weir_clock_monotonic_us (fixed), >=, before);
  g_assert_cmpint (weir_clock_now_us (real), >, G_GINT64_CONSTANT (1700000000000000));
  g_assert_cmpint (weir_clock_monotonic_us (real), >=, before);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker-pool/one-thread", test_one_thread);
  g_test_add_func ("/worker-pool/many-threads", test_many_threads);
  g_test_add_func ("/worker-pool/chain", test_chain);
  g_test_add_func ("/worker-pool/clocks", test_clocks);
  return g_test_run ();
}
