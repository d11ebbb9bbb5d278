/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/clock.h"

typedef enum
{
  CLOCK_KIND_REAL,
  CLOCK_KIND_FIXED,
  CLOCK_KIND_MANUAL,
} ClockKind;

struct _WeirClock
{
  gatomicrefcount ref_count;
  ClockKind       kind;
  GMutex          lock; /* guards now_us */
  gint64          now_us;
};

static WeirClock *
clock_new (ClockKind kind,
           gint64    now_us)
{
  WeirClock *self = g_new0 (WeirClock, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->kind = kind;
  self->now_us = now_us;
  return self;
}

WeirClock *
weir_clock_new_real (void)
{
  return clock_new (CLOCK_KIND_REAL, 0);
}

WeirClock *
weir_clock_new_fixed (gint64 now_us)
{
  return clock_new (CLOCK_KIND_FIXED, now_us);
}

WeirClock *
weir_clock_new_manual (gint64 now_us)
{
  return clock_new (CLOCK_KIND_MANUAL, now_us);
}

WeirClock *
weir_clock_ref (WeirClock *clock)
{
  g_atomic_ref_count_inc (&clock->ref_count);
  return clock;
}

void
weir_clock_unref (WeirClock *clock)
{
  if (clock == NULL || !g_atomic_ref_count_dec (&clock->ref_count))
    return;
  g_mutex_clear (&clock->lock);
  g_free (clock);
}

gint64
weir_clock_now_us (WeirClock *clock)
{
  gint64 now_us;

  if (clock->kind == CLOCK_KIND_REAL)
    return g_get_real_time ();
  g_mutex_lock (&clock->lock);
  now_us = clock->now_us;
  g_mutex_unlock (&clock->lock);
  return now_us;
}

gint64
weir_clock_monotonic_us (WeirClock *clock)
{
  return clock->kind == CLOCK_KIND_MANUAL ? weir_clock_now_us (clock) : g_get_monotonic_time ();
}

void
weir_clock_advance (WeirClock *clock,
                    gint64     delta_us)
{
  g_return_if_fail (clock->kind == CLOCK_KIND_MANUAL);
  g_mutex_lock (&clock->lock);
  clock->now_us += delta_us;
  g_mutex_unlock (&clock->lock);
}
