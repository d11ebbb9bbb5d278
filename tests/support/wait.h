/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * wait_until:
 *
 * Runs the main loop until @condition holds. It is looked at after every event and every few milliseconds, since what other threads do wakes
 * nobody here. When it does not hold for a minute, nothing will come: the test ends and says which condition it was.
 */
#define wait_until(condition)                           \
  G_STMT_START                                          \
  {                                                     \
    WeirWait wait_;                                     \
                                                        \
    weir_wait_begin (&wait_, G_STRLOC ": " #condition); \
    while (!(condition))                                \
      weir_wait_step (&wait_);                          \
    weir_wait_end (&wait_);                             \
  }                                                     \
  G_STMT_END

/* How long a test may wait for what has to come, in seconds. A slow machine under load is no failure. */
#define WEIR_WAIT_S  60
#define WEIR_WAIT_US (WEIR_WAIT_S * G_USEC_PER_SEC)

/* For loops that wait_until() is not enough for. */
typedef struct
{
  const char *what; /* static */
  gint64      end_us;
  guint       tick;
} WeirWait;

void weir_wait_begin (WeirWait   *self,
                      const char *what);
void weir_wait_step (WeirWait *self);
void weir_wait_end (WeirWait *self);
