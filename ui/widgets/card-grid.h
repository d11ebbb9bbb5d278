/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define WEIR_TYPE_CARD_GRID (weir_card_grid_get_type ())
G_DECLARE_FINAL_TYPE (WeirCardGrid, weir_card_grid, WEIR, CARD_GRID, GtkWidget)

/**
 * WeirCardGrid:
 *
 * Children of one size in as many columns as their minimum width allows, at most @n_columns_max. Unlike a GtkFlowBox, Tab goes through what
 * is in all of them.
 */
GtkWidget *weir_card_grid_new (guint n_columns_max, int spacing, int row_spacing);
void       weir_card_grid_append (WeirCardGrid *self, GtkWidget *child);

G_END_DECLS
