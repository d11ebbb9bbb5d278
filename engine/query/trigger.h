/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_TRIGGER_PROCESSING_TIME, /* interval_us 0: as soon as there is something to do */
  WEIR_TRIGGER_ONCE,
  WEIR_TRIGGER_AVAILABLE_NOW,
} WeirTriggerKind;

typedef struct
{
  WeirTriggerKind kind;
  gint64          interval_us;
} WeirTrigger;

/* `available-now`, `once`, `processing-time=5s` as --trigger has it (also `processing-time=5 seconds`). */
gboolean weir_trigger_parse (const char *text, WeirTrigger *trigger, GError **error);
/* `PROCESSING TIME '5 seconds'`, `ONCE`, `AVAILABLE NOW`. (transfer full) */
char *weir_trigger_to_sql (const WeirTrigger *trigger);
/* Number and ms|s|m|h, as `100ms`; FALSE when it is none. */
gboolean weir_duration_parse (const char *text, gint64 *us);

/**
 * weir_trigger_next:
 * @last_start_us: when the last batch started, wall clock
 * @now_us: wall clock
 *
 * Batches start at multiples of the interval since the Unix epoch; one that overran is followed at once.
 *
 * Returns: when the next may start, wall clock µs
 */
gint64 weir_trigger_next (const WeirTrigger *trigger, gint64 last_start_us, gint64 now_us);

G_END_DECLS
