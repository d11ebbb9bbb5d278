/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/analyzer-private.h"

/*
 * The order of the rules. Each works on the whole tree and changes nodes in place: nobody else has seen the plan yet. An expression
 * that can fail never moves to where it would see other rows; one that is not deterministic does not move at all.
 */

WeirPlan *
_weir_optimize (WeirPlan *plan,
                WeirZone *zone)
{
  plan = _weir_rule_fold_constants (plan, zone);
  plan = _weir_rule_split_join (plan);
  plan = _weir_rule_push_filter (plan, zone);
  plan = _weir_rule_collapse_project (plan);
  plan = _weir_rule_fuse_window (plan);
  plan = _weir_rule_prune_columns (plan, zone);
  return _weir_rule_collapse_project (plan);
}
