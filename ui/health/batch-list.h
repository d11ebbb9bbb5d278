/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "engine/engine.h"

G_BEGIN_DECLS

#define WEIR_TYPE_BATCH_LIST (weir_batch_list_get_type ())
G_DECLARE_FINAL_TYPE (WeirBatchList, weir_batch_list, WEIR, BATCH_LIST, GtkWidget)

/**
 * WeirBatchList:
 *
 * The newest batches of a query, newest first: one row a batch, its phases as a bar; all bars have one scale. A row never changes;
 * rows only come and go. Signal: `selected` () when another batch is selected.
 */
GtkWidget *weir_batch_list_new (void);

/* Batches that ran, oldest first; idle records are left out. */
void weir_batch_list_add (WeirBatchList *self, WeirProgress *const *batches, guint n);
void weir_batch_list_clear (WeirBatchList *self);
void weir_batch_list_set_zone (WeirBatchList *self, GTimeZone *zone);
/* Only what fits 360 pixels. */
void  weir_batch_list_set_narrow (WeirBatchList *self, gboolean narrow);
guint weir_batch_list_get_n (WeirBatchList *self);
/* (transfer none) (nullable): NULL follows the newest */
WeirProgress *weir_batch_list_get_selected (WeirBatchList *self);

G_END_DECLS
