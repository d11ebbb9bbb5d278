/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/widgets/state-glyph.h"

G_BEGIN_DECLS

#define WEIR_TYPE_STATUS_LINE (weir_status_line_get_type ())
G_DECLARE_FINAL_TYPE (WeirStatusLine, weir_status_line, WEIR, STATUS_LINE, GtkWidget)

/* The line below a page, 28 px: glyph, verdict, details, time zone. */
GtkWidget *weir_status_line_new (void);

/* @verdict: "Keeping up"; @details: "Batch 132 · 12,480 rows/s · 3 ms" */
void weir_status_line_set (WeirStatusLine *self,
                           WeirGlyph       glyph,
                           const char     *verdict,
                           const char     *details);
/* A button behind the details. @label: nullable: none; @action: what it activates; @is_warning: it is to be noticed */
void weir_status_line_set_button (WeirStatusLine *self,
                                  const char     *label,
                                  const char     *tooltip,
                                  const char     *action,
                                  gboolean        is_warning);
void weir_status_line_set_zone (WeirStatusLine *self,
                                const char     *zone_name);

G_END_DECLS
