/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "query/rows.h"

G_BEGIN_DECLS

/**
 * WeirPreviewRows:
 *
 * The rows that come out of one step of a preview: counts all, keeps the first.
 */
typedef struct _WeirPreviewRows WeirPreviewRows;

WeirPreviewRows *_weir_preview_rows_new (WeirSchema *schema);
void             _weir_preview_rows_free (WeirPreviewRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPreviewRows, _weir_preview_rows_free)

/* Takes rows: @data is the object. FALSE: there are more than are counted, and @error is nobody's business. */
gboolean _weir_preview_rows_add (gpointer data, WeirBatch *batch, GError **error);
gboolean _weir_preview_rows_is_full (WeirPreviewRows *rows);
guint64  _weir_preview_rows_get_n (WeirPreviewRows *rows);
/* Once. @is_ordered: by the query; else the newest rows come first. (transfer full) */
WeirSnapshot *_weir_preview_rows_finish (WeirPreviewRows *rows, WeirPlan *plan, WeirZone *zone, gboolean is_ordered);

G_END_DECLS
