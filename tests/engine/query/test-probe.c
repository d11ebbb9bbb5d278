/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine.h"

#include "support/wait.h"

#include <string.h>

/* Connection tests that need no service. */

static gboolean
is_connected (WeirProbe *probe)
{
  for (guint i = 0; i < weir_probe_get_n_stages (probe); i++)
    if (strcmp (weir_probe_get_stage (probe, i)->id, "connect") == 0)
      return weir_probe_get_stage (probe, i)->state == WEIR_STAGE_OK;
  return FALSE;
}

/* The thread of a cancelled test is in the reader of a session that is gone already. */
static void
test_outlives_session (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError)          error = NULL;
  guint16                     number = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  g_autofree char            *port = g_strdup_printf ("%u", number);
  const char                 *options[] = { "host", "127.0.0.1", "port", port, NULL };
  WeirTableDef                def = { .name = "t", .format = "socket", .options = options };
  WeirSession                *session = weir_session_new ();
  WeirProbe                  *probe = weir_probe_new (session, &def);

  g_assert_no_error (error);
  weir_probe_start (probe);
  wait_until (is_connected (probe));
  g_object_unref (probe);
  g_object_unref (session);
  g_assert_true (weir_wait_background (WEIR_WAIT_US));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/query/probe/outlives-session", test_outlives_session);
  return g_test_run ();
}
