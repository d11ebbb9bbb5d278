/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/worker.h"

#include "engine-session.h"

#include "base/background.h"

static GMutex          lock;
static WeirWorkerPool *pool; /* lives as long as the process */
static guint           n_threads_wanted;

void
weir_set_threads (guint n_threads)
{
  g_mutex_lock (&lock);
  n_threads_wanted = n_threads;
  g_mutex_unlock (&lock);
}

WeirWorkerPool *
weir_worker_pool_shared (void)
{
  g_mutex_lock (&lock);
  if (pool == NULL)
    pool = weir_worker_pool_new (n_threads_wanted);
  g_mutex_unlock (&lock);
  return pool;
}

void
weir_set_polite (gboolean polite)
{
  weir_worker_pool_set_polite (weir_worker_pool_shared (), polite);
}

gboolean
weir_wait_background (gint64 timeout_us)
{
  return weir_background_wait (timeout_us);
}
