/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-preview.h"

#include "base/clock.h"
#include "exec/pipeline.h"
#include "io/hub.h"

G_BEGIN_DECLS

/**
 * WeirSamples of a preview: the rows of each table that the query's plans scan, taken once, so that all steps see the same.
 */
typedef struct _WeirPreviewTables WeirPreviewTables;

WeirPreviewTables *_weir_preview_tables_new (WeirReaderHub *hub, WeirZone *zone, WeirClock *clock, WeirPreviewFlags flags);
void               _weir_preview_tables_free (WeirPreviewTables *tables);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPreviewTables, _weir_preview_tables_free)

/* Rows of the tables of @plan that are not there yet; cancelled: FALSE with @error. A table that cannot be read has none. */
gboolean _weir_preview_tables_take (WeirPreviewTables *tables, WeirPlan *plan, GCancellable *cancellable, GError **error);
/* What @scan reads. Borrows; valid as long as @tables. */
WeirScanInput _weir_preview_tables_input (WeirPreviewTables *tables, WeirPlan *scan);

guint    _weir_preview_tables_get_n_rows (WeirPreviewTables *tables);  /* of streams; without streams of all */
char   **_weir_preview_tables_list_unread (WeirPreviewTables *tables); /* names; (transfer full) */
gboolean _weir_preview_tables_is_empty (WeirPreviewTables *tables);    /* there are tables, and no row of any */

G_END_DECLS
