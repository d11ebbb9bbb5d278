/* SPDX-License-Identifier: Apache-2.0 */
#include "support/wait.h"

#define TICK_MS 5

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
weir_wait_begin (WeirWait   *self,
                 const char *what)
{
  self->what = what;
  self->end_us = g_get_monotonic_time () + WEIR_WAIT_US;
  self->tick = g_timeout_add (TICK_MS, tick_cb, NULL);
}

void
weir_wait_step (WeirWait *self)
{
  if (g_get_monotonic_time () >= self->end_us)
    g_error ("not within %d s: %s", WEIR_WAIT_S, self->what);
  g_main_context_iteration (NULL, TRUE);
}

void
weir_wait_end (WeirWait *self)
{
  g_source_remove (self->tick);
}
