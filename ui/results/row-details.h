/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/results/result-format.h"

G_BEGIN_DECLS

#define WEIR_TYPE_ROW_DETAILS (weir_row_details_get_type ())
G_DECLARE_FINAL_TYPE (WeirRowDetails, weir_row_details, WEIR, ROW_DETAILS, GtkWidget)

/* All of one row, whole. Signal: `closed` (). */
GtkWidget *weir_row_details_new (void);
/* Over the page rather than beside it: as wide as leaves a strip of the page to go back by. */
void weir_row_details_set_narrow (WeirRowDetails *self,
                                  gboolean        narrow);

/* @view: (nullable): NULL when the row is gone. @measure: column whose last values are listed, -1 for none; the list starts anew with
 * another row id. */
void weir_row_details_set_row (WeirRowDetails      *self,
                               WeirRowsView        *view,
                               guint                row,
                               int                  measure,
                               gint64               wait_us,
                               const WeirCellStyle *style);

G_END_DECLS
