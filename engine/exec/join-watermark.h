/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/plan.h"

G_BEGIN_DECLS

/**
 * WeirJoinBounds:
 *
 * When stored rows of a join of two streams can never match again (spark-semantics §1.6.3). A row goes when its time is not behind the
 * watermark shifted by `shift_us`. The time is that of a key pair, or of the side's event-time column.
 */
typedef struct
{
  gboolean is_bounded;
  int      key;    /* key pair that holds the time; −1: `column` */
  int      column; /* of the side */
  gint64   shift_us;
} WeirJoinBound;

typedef struct
{
  int           time_column[2]; /* column with an event-time mark, per side; −1 */
  WeirJoinBound bound[2];       /* left, right */
} WeirJoinBounds;

void _weir_join_bounds_init (WeirJoinBounds *bounds, WeirPlan *join);
/* How far the watermark of the join's output lies behind that of its input: ≤ 0. */
gint64 _weir_join_bounds_get_shift (const WeirJoinBounds *bounds);

G_END_DECLS
