/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-types.h"

G_BEGIN_DECLS

/**
 * WeirSnapshot:
 *
 * The result table at one moment: immutable, refcounted, cheap to take and hold. Rows lie in pages of 1,024; a page that did not change
 * between two snapshots has the same version. Row ids stay with a row (a group) for its whole life. Any thread may read.
 */
WEIR_API WeirSnapshot *weir_snapshot_ref (WeirSnapshot *snapshot);
WEIR_API void          weir_snapshot_unref (WeirSnapshot *snapshot); /* the last one frees on a worker */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSnapshot, weir_snapshot_unref)

#define WEIR_SNAPSHOT_PAGE_ROWS 1024

WEIR_API guint64 weir_snapshot_get_version (WeirSnapshot *snapshot); /* grows with every change */
/* Changes when rows came or went, so positions may have moved; value changes alone leave it. */
WEIR_API guint64               weir_snapshot_get_layout_version (WeirSnapshot *snapshot);
WEIR_API guint                 weir_snapshot_get_n_rows (WeirSnapshot *snapshot);
WEIR_API guint64               weir_snapshot_get_n_dropped (WeirSnapshot *snapshot); /* rows beyond weir.result.maxRows, oldest first */
WEIR_API guint                 weir_snapshot_get_n_columns (WeirSnapshot *snapshot);
WEIR_API const WeirColumnInfo *weir_snapshot_get_column (WeirSnapshot *snapshot, guint column);
WEIR_API guint                 weir_snapshot_get_n_pages (WeirSnapshot *snapshot);
WEIR_API guint64               weir_snapshot_get_page_version (WeirSnapshot *snapshot, guint page);
WEIR_API guint64               weir_snapshot_get_batch_id (WeirSnapshot *snapshot);        /* last batch in it; G_MAXUINT64 before the first */
WEIR_API gint64                weir_snapshot_get_watermark_us (WeirSnapshot *snapshot);    /* G_MININT64: none */
WEIR_API gint64                weir_snapshot_get_newest_event_us (WeirSnapshot *snapshot); /* G_MININT64: none */

/**
 * weir_snapshot_get_open:
 *
 * Windows that are still open, with their values so far. In append mode the rows lack them until they are final; in the other modes they are among
 * the rows. Asked for with weir_query_set_shows_open().
 *
 * Returns: (transfer none) (nullable): a snapshot of its own with the same columns, none of its rows final; the newest 4,096 rows, its
 * weir_snapshot_get_n_dropped() the others
 */
WEIR_API WeirSnapshot *weir_snapshot_get_open (WeirSnapshot *snapshot);

/* What a batch did to a row of the result. */
typedef enum
{
  WEIR_CHANGE_NONE,
  WEIR_CHANGE_ADDED,
  WEIR_CHANGE_CHANGED,
  WEIR_CHANGE_REMOVED,
} WeirChange;

/**
 * weir_snapshot_get_changes:
 *
 * What the newest batches did to the result: a row for every row that came, changed or went, oldest first, about the newest 2,000. Asked for with
 * weir_query_set_shows_changes(), and kept from the next batch on.
 *
 * Returns: (transfer none) (nullable): a snapshot of its own with the same columns
 */
WEIR_API WeirSnapshot *weir_snapshot_get_changes (WeirSnapshot *snapshot);
/* NONE for rows that are not of weir_snapshot_get_changes(). */
WEIR_API WeirChange weir_snapshot_get_change (WeirSnapshot *snapshot, guint row);

WEIR_API guint64  weir_snapshot_get_row_id (WeirSnapshot *snapshot, guint row);
WEIR_API gint64   weir_snapshot_get_updated_us (WeirSnapshot *snapshot, guint row); /* clock time of the batch that wrote it */
WEIR_API gboolean weir_snapshot_is_null (WeirSnapshot *snapshot, guint row, guint column);
/* NUMBER and BOOLEAN (0, 1); NAN for NULL. */
WEIR_API double weir_snapshot_get_number (WeirSnapshot *snapshot, guint row, guint column);
/* TIME: µs since the epoch; WINDOW: its start. G_MININT64 for NULL. */
WEIR_API gint64 weir_snapshot_get_time_us (WeirSnapshot *snapshot, guint row, guint column);
/* Text as CAST to STRING gives it, times in @zone (a name; NULL: session time zone). (transfer full) (nullable): NULL for NULL */
WEIR_API char *weir_snapshot_dup_text (WeirSnapshot *snapshot, guint row, guint column, const char *zone);
/* The row's window, from a WINDOW column or from start and end columns. FALSE when it has none. */
WEIR_API gboolean weir_snapshot_get_window (WeirSnapshot *snapshot, guint row, gint64 *start_us, gint64 *end_us);
/* TRUE when its window's end is at or before the watermark; rows without a window are final in append mode only. */
WEIR_API gboolean weir_snapshot_is_final (WeirSnapshot *snapshot, guint row);
WEIR_API char    *weir_snapshot_dup_row_json (WeirSnapshot *snapshot, guint row); /* (transfer full) */

/**
 * weir_snapshot_order_async:
 * @sort_column: −1 for the engine's order, backwards with @descending
 * @filter: (nullable): rows with a cell that contains this text, without regard to case
 * @limit: 0 for all
 *
 * Sort, filter and top-N, computed on a worker. The result is row positions of @snapshot.
 */
WEIR_API void    weir_snapshot_order_async (WeirSnapshot *snapshot, int sort_column, gboolean descending, const char *filter, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
WEIR_API GArray *weir_snapshot_order_finish (GAsyncResult *result, GError **error); /* (element-type guint) (transfer full) */

/**
 * WeirRows:
 *
 * Output rows of one batch, as they go to a sink.
 */
WEIR_API WeirRows *weir_rows_ref (WeirRows *rows);
WEIR_API void      weir_rows_unref (WeirRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirRows, weir_rows_unref)

WEIR_API guint                 weir_rows_get_n_rows (WeirRows *rows);
WEIR_API guint                 weir_rows_get_n_columns (WeirRows *rows);
WEIR_API const WeirColumnInfo *weir_rows_get_column (WeirRows *rows, guint column);
WEIR_API char                 *weir_rows_dup_schema (WeirRows *rows); /* `struct<k:string,n:bigint>`; (transfer full) */
WEIR_API gboolean              weir_rows_is_null (WeirRows *rows, guint row, guint column);
/* Appends to @out. */
WEIR_API void weir_rows_append_json (WeirRows *rows, guint row, GString *out);               /* {"k":"a","n":1} */
WEIR_API void weir_rows_append_hive (WeirRows *rows, guint row, guint column, GString *out); /* tsv */
WEIR_API void weir_rows_append_text (WeirRows *rows, guint row, guint column, GString *out); /* as CAST to STRING; NULL: `NULL` */

G_END_DECLS
