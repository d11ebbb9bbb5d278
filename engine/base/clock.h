/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * WeirClock:
 *
 * Where a query gets its time from: the real clock, a fixed one (`--now`) or a manual one (tests). Plain, refcounted,
 * safe to use from every thread.
 */
typedef struct _WeirClock WeirClock;

WeirClock *weir_clock_new_real (void);
WeirClock *weir_clock_new_fixed (gint64 now_us);  /* wall time stands still; the monotonic clock runs */
WeirClock *weir_clock_new_manual (gint64 now_us); /* both stand still until advanced */
WeirClock *weir_clock_ref (WeirClock *clock);
void       weir_clock_unref (WeirClock *clock);
gint64     weir_clock_now_us (WeirClock *clock);       /* µs since 1970-01-01 UTC */
gint64     weir_clock_monotonic_us (WeirClock *clock); /* for triggers and durations */
void       weir_clock_advance (WeirClock *clock, gint64 delta_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirClock, weir_clock_unref)

G_END_DECLS
