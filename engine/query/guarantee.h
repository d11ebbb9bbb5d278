/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-types.h"

#include "plan/plan.h"

G_BEGIN_DECLS

/* @sinks: WeirTable of INTO, may be empty. Strings are the tables'. */
WeirGuaranteeInfo _weir_guarantee_of (WeirPlan *plan, GPtrArray *sinks);

G_END_DECLS
