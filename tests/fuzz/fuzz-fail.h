/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stdlib.h>

/* libFuzzer keeps the input of an abort, not that of the trap of g_error(). */
static inline void G_GNUC_PRINTF (1, 2)
  fuzz_fail (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("%s\n", message);
  abort ();
}
