/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/background.h"

typedef struct
{
  GMutex lock;
  GCond  opened;
  guint  n_let_in, n_over;
} Gate;

/* One is let in at a time. */
static gpointer
pass_gate (gpointer data)
{
  Gate *gate = data;

  g_mutex_lock (&gate->lock);
  while (gate->n_let_in == gate->n_over)
    g_cond_wait (&gate->opened, &gate->lock);
  gate->n_over++;
  g_mutex_unlock (&gate->lock);
  return NULL;
}

static void
open_gate (Gate *gate,
           guint n_let_in)
{
  g_mutex_lock (&gate->lock);
  gate->n_let_in = n_let_in;
  g_cond_broadcast (&gate->opened);
  g_mutex_unlock (&gate->lock);
}

static void
test_wait (void)
{
  Gate gate = { 0 };

  g_mutex_init (&gate.lock);
  g_cond_init (&gate.opened);
  g_assert_true (weir_background_wait (0));
  weir_background_run ("first", pass_gate, &gate);
  weir_background_run ("second", pass_gate, &gate);
  g_assert_false (weir_background_wait (1000));
  open_gate (&gate, 1);
  g_assert_false (weir_background_wait (1000));
  open_gate (&gate, 2);
  g_assert_true (weir_background_wait (60 * G_USEC_PER_SEC));
  g_assert_cmpuint (gate.n_over, ==, 2);
  g_mutex_clear (&gate.lock);
  g_cond_clear (&gate.opened);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/background/wait", test_wait);
  return g_test_run ();
}
