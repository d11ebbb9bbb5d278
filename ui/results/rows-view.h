/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows to be shown: a table at one moment. The engine's snapshot is one; demos and tests make others. Everything below ui/results/ reads
 * rows through this. Immutable, refcounted, read by any thread.
 */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

typedef struct _WeirRowsView WeirRowsView;

/* The functions mean what those of #WeirSnapshot with the same name mean. */
typedef struct
{
  guint64 (*get_version) (gpointer data);
  guint64 (*get_layout_version) (gpointer data);
  guint (*get_n_rows) (gpointer data);
  guint64 (*get_n_dropped) (gpointer data);
  guint (*get_n_columns) (gpointer data);
  const WeirColumnInfo *(*get_column) (gpointer data, guint column);
  guint64 (*get_page_version) (gpointer data, guint page);
  guint64 (*get_batch_id) (gpointer data);
  gint64 (*get_watermark_us) (gpointer data);
  gint64 (*get_newest_event_us) (gpointer data);
  guint64 (*get_row_id) (gpointer data, guint row);
  gint64 (*get_updated_us) (gpointer data, guint row);
  gboolean (*is_null) (gpointer data, guint row, guint column);
  double (*get_number) (gpointer data, guint row, guint column);
  gint64 (*get_time_us) (gpointer data, guint row, guint column);
  char *(*dup_text) (gpointer data, guint row, guint column, const char *zone);
  gboolean (*get_window) (gpointer data, guint row, gint64 *start_us, gint64 *end_us);
  gboolean (*is_final) (gpointer data, guint row);
  char *(*dup_row_json) (gpointer data, guint row);
  struct _WeirRowsView *(*get_open) (gpointer data);    /* (transfer full) (nullable) */
  struct _WeirRowsView *(*get_changes) (gpointer data); /* (transfer full) (nullable) */
  WeirChange (*get_change) (gpointer data, guint row);
  void (*order_async) (gpointer data, int sort_column, gboolean descending, const char *filter, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
  GArray *(*order_finish) (GAsyncResult *result, GError **error);
  void (*free) (gpointer data);
} WeirRowsViewClass;

struct _WeirRowsView
{
  const WeirRowsViewClass *klass;
  gpointer                 data;
  gint                     ref_count;
};

/* @klass: static; @data: given to its functions, freed with its `free`. */
WeirRowsView *weir_rows_view_new (const WeirRowsViewClass *klass,
                                  gpointer                 data);

/* @snapshot: (transfer full) */
WeirRowsView *weir_rows_view_new_for_snapshot (WeirSnapshot *snapshot);
WeirRowsView *weir_rows_view_ref (WeirRowsView *view);
void          weir_rows_view_unref (WeirRowsView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirRowsView, weir_rows_view_unref)

/* Text of a cell; the zone is looked up only where it matters. (transfer full) (nullable) */
char *weir_rows_view_dup_text (WeirRowsView *view,
                               guint         row,
                               guint         column,
                               const char   *zone);

/* Whether both have the same columns in the same order. */
gboolean weir_rows_view_same_columns (WeirRowsView *a,
                                      WeirRowsView *b);
guint    weir_rows_view_get_n_pages (WeirRowsView *view);

/* Whether any of its columns gives rows a window. */
gboolean weir_rows_view_has_window (WeirRowsView *view);

G_END_DECLS
