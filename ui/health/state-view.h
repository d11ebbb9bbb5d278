/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "engine/engine.h"

G_BEGIN_DECLS

#define WEIR_TYPE_STATE_VIEW (weir_state_view_get_type ())
G_DECLARE_FINAL_TYPE (WeirStateView, weir_state_view, WEIR, STATE_VIEW, GtkWidget)

/* What each stateful operator kept after a batch: rows, bytes, and what the batch did to them. */
GtkWidget *weir_state_view_new (void);
/* @progress: nullable */
void weir_state_view_set (WeirStateView *self, WeirProgress *progress);
/* An operator in people's words: "Aggregate", "Join"; Spark's name when there is none. (transfer none) */
const char *weir_state_operator_title (const char *name);

G_END_DECLS
