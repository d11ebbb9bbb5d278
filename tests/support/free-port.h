/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

/**
 * weir_test_free_port:
 *
 * A port of the loopback interface on which nobody listens, for a program that wants to be told one. Another program may
 * take it in between: where a test itself listens, g_socket_listener_add_any_inet_port() is the better way.
 *
 * Returns: the port
 */
guint16 weir_test_free_port (void);
