/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/background.h"

typedef struct
{
  GThreadFunc func;
  gpointer    data;
} Work;

static GMutex lock;
static GCond  ended;
static guint  n_running;

static gpointer
background_thread (gpointer data)
{
  Work *work = data;

  work->func (work->data);
  g_free (work);
  g_mutex_lock (&lock);
  n_running--;
  g_cond_broadcast (&ended);
  g_mutex_unlock (&lock);
  return NULL;
}

void
weir_background_run (const char *name,
                     GThreadFunc func,
                     gpointer    data)
{
  Work *work = g_new (Work, 1);

  *work = (Work){ func, data };
  g_mutex_lock (&lock);
  n_running++;
  g_mutex_unlock (&lock);
  g_thread_unref (g_thread_new (name, background_thread, work));
}

gboolean
weir_background_wait (gint64 timeout_us)
{
  gint64   end_us = g_get_monotonic_time () + timeout_us;
  gboolean none_left;

  g_mutex_lock (&lock);
  while (n_running > 0 && g_cond_wait_until (&ended, &lock, end_us))
    ;
  none_left = n_running == 0;
  g_mutex_unlock (&lock);
  return none_left;
}
