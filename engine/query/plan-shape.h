/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/plan.h"

G_BEGIN_DECLS

/**
 * weir_plan_shape:
 * @sinks: (nullable) (element-type WeirTable)
 *
 * What has to stay when a query goes on from a checkpoint: a line each for sources, stateful operators (top-most first) and sinks. A
 * line is words with tabs between: kind, number, name, and FIELD=VALUE. Names of columns are not in it, types are.
 *
 * Returns: (transfer full) (element-type utf8)
 */
GPtrArray *weir_plan_shape (WeirPlan *plan, WeirOutputMode mode, GPtrArray *sinks);

G_END_DECLS
