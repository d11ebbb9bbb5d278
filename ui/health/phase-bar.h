/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/health/health-history.h"

G_BEGIN_DECLS

#define WEIR_TYPE_PHASE_BAR (weir_phase_bar_get_type ())
G_DECLARE_FINAL_TYPE (WeirPhaseBar, weir_phase_bar, WEIR, PHASE_BAR, GtkWidget)

/* Where the time of a batch went, in the colours of the chart. */
GtkWidget *weir_phase_bar_new (void);
/* @progress: nullable. @full_ms: what the whole width stands for */
void weir_phase_bar_set (WeirPhaseBar *self, WeirProgress *progress, double full_ms);

G_END_DECLS
