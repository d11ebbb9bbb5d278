/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/snapshot-private.h"

#include "column/decimal.h"
#include "column/timestamp.h"

#include <math.h>

G_STATIC_ASSERT (WEIR_SNAPSHOT_PAGE_ROWS == 1024);

WeirResultPage *
_weir_result_page_ref (WeirResultPage *page)
{
  g_atomic_ref_count_inc (&page->ref_count);
  return page;
}

void
_weir_result_page_unref (WeirResultPage *page)
{
  if (page == NULL || !g_atomic_ref_count_dec (&page->ref_count))
    return;
  weir_batch_unref (page->batch);
  g_free (page->ids);
  g_free (page->updated_us);
  g_free (page->changes);
  g_free (page);
}

WeirSnapshot *
_weir_snapshot_new (WeirResultShape *shape,
                    GPtrArray       *pages)
{
  WeirSnapshot *self = g_new0 (WeirSnapshot, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->shape = weir_result_shape_ref (shape);
  self->n_pages = pages->len;
  self->pages = g_new (WeirResultPage *, MAX (pages->len, 1));
  for (guint i = 0; i < pages->len; i++)
    self->pages[i] = _weir_result_page_ref (pages->pdata[i]);
  return self;
}

WeirSnapshot *
weir_snapshot_ref (WeirSnapshot *snapshot)
{
  g_atomic_ref_count_inc (&snapshot->ref_count);
  return snapshot;
}

static void
snapshot_free (gpointer data,
               gpointer unused)
{
  WeirSnapshot *self = data;

  for (guint i = 0; i < self->n_pages; i++)
    _weir_result_page_unref (self->pages[i]);
  weir_result_shape_unref (self->shape);
  weir_snapshot_unref (self->open);
  weir_snapshot_unref (self->changes);
  g_free (self->pages);
  g_free (self);
}

void
weir_snapshot_unref (WeirSnapshot *snapshot)
{
  static GThreadPool *reaper;
  static gsize        once;

  if (snapshot == NULL || !g_atomic_ref_count_dec (&snapshot->ref_count))
    return;
  if (g_once_init_enter (&once))
    {
      reaper = g_thread_pool_new (snapshot_free, NULL, 1, FALSE, NULL);
      g_once_init_leave (&once, 1);
    }
  /* A large table is thousands of allocations: never on the main loop. */
  if (snapshot->n_pages < 4 || !g_thread_pool_push (reaper, snapshot, NULL))
    snapshot_free (snapshot, NULL);
}

guint64
weir_snapshot_get_version (WeirSnapshot *snapshot)
{
  return snapshot->version;
}

guint64
weir_snapshot_get_layout_version (WeirSnapshot *snapshot)
{
  return snapshot->layout_version;
}

guint
weir_snapshot_get_n_rows (WeirSnapshot *snapshot)
{
  return snapshot->n_rows;
}

guint64
weir_snapshot_get_n_dropped (WeirSnapshot *snapshot)
{
  return snapshot->n_dropped;
}

guint
weir_snapshot_get_n_columns (WeirSnapshot *snapshot)
{
  return snapshot->shape->schema->n_fields;
}

const WeirColumnInfo *
weir_snapshot_get_column (WeirSnapshot *snapshot,
                          guint         column)
{
  return &snapshot->shape->columns[column];
}

guint
weir_snapshot_get_n_pages (WeirSnapshot *snapshot)
{
  return snapshot->n_pages;
}

guint64
weir_snapshot_get_page_version (WeirSnapshot *snapshot,
                                guint         page)
{
  return snapshot->pages[page]->version;
}

guint64
weir_snapshot_get_batch_id (WeirSnapshot *snapshot)
{
  return snapshot->batch_id;
}

gint64
weir_snapshot_get_watermark_us (WeirSnapshot *snapshot)
{
  return snapshot->watermark_us;
}

gint64
weir_snapshot_get_newest_event_us (WeirSnapshot *snapshot)
{
  return snapshot->newest_event_us;
}

/* The page of @row, which becomes the row within it. */
static const WeirResultPage *
find_page (WeirSnapshot *self,
           guint        *row)
{
  const WeirResultPage *page = self->pages[*row / WEIR_SNAPSHOT_PAGE_ROWS];

  *row %= WEIR_SNAPSHOT_PAGE_ROWS;
  return page;
}

/* The flat column and row of a cell; NULL when the cell is NULL. */
static const WeirColumn *
find_cell (WeirSnapshot *self,
           guint        *row,
           guint         column)
{
  const WeirColumn *cells = find_page (self, row)->batch->columns[column];

  return weir_column_is_null (cells, *row) ? NULL : weir_column_resolve (cells, row);
}

guint64
weir_snapshot_get_row_id (WeirSnapshot *snapshot,
                          guint         row)
{
  const WeirResultPage *page = find_page (snapshot, &row);

  return page->ids[row];
}

gint64
weir_snapshot_get_updated_us (WeirSnapshot *snapshot,
                              guint         row)
{
  const WeirResultPage *page = find_page (snapshot, &row);

  return page->updated_us[row];
}

gboolean
weir_snapshot_is_null (WeirSnapshot *snapshot,
                       guint         row,
                       guint         column)
{
  return find_cell (snapshot, &row, column) == NULL;
}

double
weir_snapshot_get_number (WeirSnapshot *snapshot,
                          guint         row,
                          guint         column)
{
  const WeirColumn *cell = find_cell (snapshot, &row, column);

  if (cell == NULL)
    return NAN;
  switch ((int)cell->type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      return weir_bit (cell->values, row);
    case WEIR_TYPE_TINYINT:
      return weir_column_values (cell, gint8)[row];
    case WEIR_TYPE_SMALLINT:
      return weir_column_values (cell, gint16)[row];
    case WEIR_TYPE_INT:
      return weir_column_values (cell, gint32)[row];
    case WEIR_TYPE_BIGINT:
      return (double)weir_column_values (cell, gint64)[row];
    case WEIR_TYPE_FLOAT:
      return (double)weir_column_values (cell, float)[row];
    case WEIR_TYPE_DOUBLE:
      return weir_column_values (cell, double)[row];
    case WEIR_TYPE_DECIMAL:
      return weir_decimal_to_double (weir_column_values (cell, WeirInt128)[row], cell->type->scale);
    default:
      return NAN;
    }
}

gint64
weir_snapshot_get_time_us (WeirSnapshot *snapshot,
                           guint         row,
                           guint         column)
{
  const WeirColumn *cell = find_cell (snapshot, &row, column);

  if (cell == NULL)
    return G_MININT64;
  if (cell->type->kind == WEIR_TYPE_DATE)
    return weir_column_values (cell, gint32)[row] * WEIR_US_PER_DAY;
  if (cell->type->kind == WEIR_TYPE_STRUCT)
    cell = weir_column_resolve (cell->children[0], &row);
  if (cell->type->kind == WEIR_TYPE_TIMESTAMP || cell->type->kind == WEIR_TYPE_TIMESTAMP_NTZ)
    return weir_column_values (cell, gint64)[row];
  return G_MININT64;
}

char *
weir_snapshot_dup_text (WeirSnapshot *snapshot,
                        guint         row,
                        guint         column,
                        const char   *zone)
{
  const WeirColumn    *cells = find_page (snapshot, &row)->batch->columns[column];
  g_autoptr (WeirZone) other = zone != NULL ? weir_zone_new (zone, NULL) : NULL;
  GString             *text;

  if (weir_column_is_null (cells, row))
    return NULL;
  text = g_string_new (NULL);
  weir_value_append_text (text, cells, row, WEIR_TEXT_CAST, other != NULL ? other : snapshot->shape->zone);
  return g_string_free (text, FALSE);
}

gboolean
weir_snapshot_get_window (WeirSnapshot *snapshot,
                          guint         row,
                          gint64       *start_us,
                          gint64       *end_us)
{
  const WeirResultShape *shape = snapshot->shape;

  *start_us = *end_us = G_MININT64;
  if (shape->window_column >= 0)
    {
      guint             at = row;
      const WeirColumn *cell = find_cell (snapshot, &at, (guint)shape->window_column);
      guint             start = at, end = at;

      if (cell == NULL)
        return FALSE;
      *start_us = weir_column_values (weir_column_resolve (cell->children[0], &start), gint64)[start];
      *end_us = weir_column_values (weir_column_resolve (cell->children[1], &end), gint64)[end];
      return TRUE;
    }
  if (shape->window_start >= 0)
    *start_us = weir_snapshot_get_time_us (snapshot, row, (guint)shape->window_start);
  if (shape->window_end >= 0)
    *end_us = weir_snapshot_get_time_us (snapshot, row, (guint)shape->window_end);
  return *start_us != G_MININT64 || *end_us != G_MININT64;
}

WeirSnapshot *
weir_snapshot_get_open (WeirSnapshot *snapshot)
{
  return snapshot->open;
}

WeirSnapshot *
weir_snapshot_get_changes (WeirSnapshot *snapshot)
{
  return snapshot->changes;
}

WeirChange
weir_snapshot_get_change (WeirSnapshot *snapshot,
                          guint         row)
{
  const WeirResultPage *page = find_page (snapshot, &row);

  return page->changes != NULL ? page->changes[row] : WEIR_CHANGE_NONE;
}

gboolean
weir_snapshot_is_final (WeirSnapshot *snapshot,
                        guint         row)
{
  gint64 start_us, end_us;

  if (snapshot->is_open)
    return FALSE;
  if (snapshot->shape->mode == WEIR_OUTPUT_APPEND)
    return TRUE;
  if (!weir_snapshot_get_window (snapshot, row, &start_us, &end_us) || snapshot->watermark_us == G_MININT64)
    return FALSE;
  return (end_us != G_MININT64 ? end_us : start_us) <= snapshot->watermark_us;
}

char *
weir_snapshot_dup_row_json (WeirSnapshot *snapshot,
                            guint         row)
{
  const WeirResultPage *page = find_page (snapshot, &row);
  GString              *text = g_string_new (NULL);

  weir_batch_append_json_row (text, page->batch, row, snapshot->shape->zone);
  return g_string_free (text, FALSE);
}
