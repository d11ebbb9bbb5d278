/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/agg-state.h"

G_BEGIN_DECLS

/* agg-state.c */
void   _weir_agg_pane_free (const WeirAggLayout *layout, WeirAggPane *pane);
gint64 _weir_agg_pane_id (const WeirAggState *self, gint64 time);

/* agg-merge.c: groups get back what they held before the batch; what was kept for that, and which were touched, is forgotten. */
void _weir_agg_pane_undo (WeirAggState *self, WeirAggPane *pane);
void _weir_agg_pane_forget (WeirAggPane *pane);
/* Partitions instead of the one pane, once it is large and nothing ever leaves it. */
void _weir_agg_state_split (WeirAggState *self);

G_END_DECLS
