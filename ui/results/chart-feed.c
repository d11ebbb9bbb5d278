/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "ui/results/chart-feed.h"

struct _WeirChartFeed
{
  WeirChartModel  *model;        /* Owned */
  WeirRowsView    *view;         /* Owned, nullable */
  GArray          *versions;     /* Owned: of the pages that were read */
  guint64          open_version; /* of the open windows that were read; 0: none */
  WeirChartBinding binding;
  gboolean         drawable;
  gint64           window_us;
};

WeirChartFeed *
weir_chart_feed_new (WeirChartModel *model)
{
  WeirChartFeed *feed = g_new0 (WeirChartFeed, 1);

  feed->model = g_object_ref (model);
  feed->versions = g_array_new (FALSE, TRUE, sizeof (guint64));
  return feed;
}

void
weir_chart_feed_free (WeirChartFeed *feed)
{
  g_object_unref (feed->model);
  g_array_unref (feed->versions);
  g_clear_pointer (&feed->view, weir_rows_view_unref);
  g_free (feed);
}

static WeirChartColumnRole
role_of (const WeirColumnInfo *info)
{
  switch (info->shape)
    {
    case WEIR_COLUMN_WINDOW:
      return WEIR_CHART_COLUMN_WINDOW;
    case WEIR_COLUMN_TIME:
      return WEIR_CHART_COLUMN_TIME;
    case WEIR_COLUMN_NUMBER:
      return WEIR_CHART_COLUMN_NUMBER;
    case WEIR_COLUMN_TEXT:
    case WEIR_COLUMN_BOOLEAN:
      return WEIR_CHART_COLUMN_TEXT;
    case WEIR_COLUMN_OTHER:
    default:
      return WEIR_CHART_COLUMN_OTHER;
    }
}

static guint
n_columns (WeirChartFeed *feed)
{
  return feed->view != NULL ? feed->view->klass->get_n_columns (feed->view->data) : 0;
}

static const WeirColumnInfo *
column_info (WeirChartFeed *feed,
             int            i)
{
  return i >= 0 && (guint)i < n_columns (feed) ? feed->view->klass->get_column (feed->view->data, (guint)i) : NULL;
}

/* Averages do not add up. */
static WeirChartFold
fold_of (const WeirColumnInfo *info)
{
  static const struct
  {
    const char   *start;
    WeirChartFold fold;
  } folds[] = { { "avg", WEIR_FOLD_MEAN }, { "mean", WEIR_FOLD_MEAN }, { "min", WEIR_FOLD_MIN }, { "max", WEIR_FOLD_MAX } };
  g_autofree char *name = NULL;

  if (info == NULL)
    return WEIR_FOLD_SUM;
  name = g_ascii_strdown (info->name, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (folds); i++)
    if (g_str_has_prefix (name, folds[i].start))
      return folds[i].fold;
  return WEIR_FOLD_SUM;
}

static void
read_again (WeirChartFeed *feed)
{
  g_array_set_size (feed->versions, 0);
  feed->open_version = 0;
  weir_chart_model_forget_cells (feed->model);
  weir_chart_model_set_fold (feed->model, fold_of (column_info (feed, feed->binding.value)));
}

static void
choose_columns (WeirChartFeed *feed)
{
  guint                       n = n_columns (feed);
  g_autofree WeirChartColumn *columns = g_new0 (WeirChartColumn, n + 1);

  for (guint i = 0; i < n; i++)
    {
      const WeirColumnInfo *info = column_info (feed, (int)i);

      columns[i] = (WeirChartColumn){ info->name, role_of (info), info->is_key };
    }
  feed->drawable = weir_chart_binding_guess (&feed->binding, columns, n);
  feed->window_us = 0;
  weir_chart_model_clear (feed->model);
  read_again (feed);
  if (feed->binding.kind != weir_chart_model_get_kind (feed->model) &&
      (feed->binding.kind == WEIR_CHART_BAR || weir_chart_model_get_kind (feed->model) == WEIR_CHART_BAR))
    weir_chart_model_set_kind (feed->model, feed->binding.kind);
}

static gboolean
read_place (WeirChartFeed *feed,
            WeirRowsView  *view,
            guint          row,
            WeirChartCell *cell)
{
  const WeirColumnInfo *info = column_info (feed, feed->binding.x);

  cell->start_us = cell->end_us = 0;
  if (info == NULL)
    return TRUE;
  if ((info->shape == WEIR_COLUMN_WINDOW || info->is_window_start) &&
      view->klass->get_window (view->data, row, &cell->start_us, &cell->end_us))
    {
      feed->window_us = cell->end_us - cell->start_us;
      return TRUE;
    }
  cell->start_us = cell->end_us = view->klass->get_time_us (view->data, row, (guint)feed->binding.x);
  if (feed->binding.x_end >= 0)
    {
      cell->end_us = view->klass->get_time_us (view->data, row, (guint)feed->binding.x_end);
      feed->window_us = cell->end_us - cell->start_us;
    }
  return cell->start_us != WEIR_TIME_NONE && cell->end_us != WEIR_TIME_NONE;
}

/* Rows [first, end) become chunk @chunk. */
static void
read_rows (WeirChartFeed *feed,
           WeirRowsView  *view,
           guint          first,
           guint          end,
           guint          chunk,
           gboolean       is_open)
{
  WeirChartCell *cells = g_new (WeirChartCell, MAX (end - first, 1));
  guint          n = 0;

  for (guint row = first; row < end; row++)
    {
      WeirChartCell    cell = { .is_open = is_open };
      g_autofree char *key = NULL;

      cell.value = view->klass->get_number (view->data, row, (guint)feed->binding.value);
      if (!isfinite (cell.value) || !read_place (feed, view, row, &cell))
        continue;
      if (feed->binding.series >= 0)
        {
          key = view->klass->dup_text (view->data, row, (guint)feed->binding.series, NULL);
          cell.key = weir_chart_model_intern (feed->model, key != NULL ? key : "NULL");
        }
      else
        cell.key = weir_chart_model_intern (feed->model, "");
      cells[n++] = cell;
    }
  weir_chart_model_set_chunk (feed->model, chunk, cells, n);
  g_free (cells);
}

/* Open windows that are not among the rows are the last chunk; a page that comes takes its place. */
static void
read_open (WeirChartFeed *feed,
           gboolean       moved)
{
  g_autoptr (WeirRowsView) open = feed->view->klass->get_open (feed->view->data);
  guint                    n_pages = weir_rows_view_get_n_pages (feed->view);
  guint64                  version = open != NULL ? open->klass->get_version (open->data) : 0;

  weir_chart_model_set_n_chunks (feed->model, n_pages + (open != NULL ? 1 : 0));
  if (open != NULL && (moved || version != feed->open_version))
    read_rows (feed, open, 0, open->klass->get_n_rows (open->data), n_pages, TRUE);
  feed->open_version = version;
}

static void
read_pages (WeirChartFeed *feed)
{
  WeirRowsView *view = feed->view;
  guint         n_rows = view->klass->get_n_rows (view->data), n_pages = weir_rows_view_get_n_pages (view);
  gboolean      moved;

  /* Keys of rows that went away are not forgotten one by one. */
  if (weir_chart_model_get_n_keys (feed->model) > 2 * n_rows + 8192)
    read_again (feed);
  moved = feed->versions->len != n_pages;
  if (feed->versions->len > n_pages)
    g_array_set_size (feed->versions, n_pages);
  for (guint page = 0; page < n_pages; page++)
    {
      guint64 version = view->klass->get_page_version (view->data, page);

      if (page < feed->versions->len && g_array_index (feed->versions, guint64, page) == version)
        continue;
      read_rows (feed, view, page * WEIR_SNAPSHOT_PAGE_ROWS, MIN ((page + 1) * WEIR_SNAPSHOT_PAGE_ROWS, n_rows), page, FALSE);
      if (page >= feed->versions->len)
        g_array_set_size (feed->versions, page + 1);
      g_array_index (feed->versions, guint64, page) = version;
    }
  read_open (feed, moved);
}

void
weir_chart_feed_set_view (WeirChartFeed *feed,
                          WeirRowsView  *view)
{
  gboolean fresh = view != NULL && (feed->view == NULL || !weir_rows_view_same_columns (feed->view, view));

  g_clear_pointer (&feed->view, weir_rows_view_unref);
  if (view == NULL)
    {
      feed->drawable = FALSE;
      g_array_set_size (feed->versions, 0);
      feed->open_version = 0;
      weir_chart_model_clear (feed->model);
      return;
    }
  feed->view = weir_rows_view_ref (view);
  if (fresh)
    choose_columns (feed);
  if (feed->drawable)
    read_pages (feed);
  weir_chart_model_update (feed->model);
}

gboolean
weir_chart_feed_is_drawable (WeirChartFeed *feed)
{
  return feed->drawable;
}

static void
set_column (WeirChartFeed *feed,
            int           *column,
            const char    *name)
{
  int chosen = -1;

  for (guint i = 0; i < n_columns (feed); i++)
    if (strcmp (column_info (feed, (int)i)->name, name) == 0)
      chosen = (int)i;
  if (*column == chosen)
    return;
  *column = chosen;
  feed->drawable = feed->binding.value >= 0;
  read_again (feed);
  if (feed->drawable)
    read_pages (feed);
  weir_chart_model_update (feed->model);
}

void
weir_chart_feed_set_value (WeirChartFeed *feed,
                           const char    *name)
{
  set_column (feed, &feed->binding.value, name);
}

void
weir_chart_feed_set_series (WeirChartFeed *feed,
                            const char    *name)
{
  set_column (feed, &feed->binding.series, name);
}

static const char *
name_of (WeirChartFeed *feed,
         int            column)
{
  const WeirColumnInfo *info = column_info (feed, column);

  return info != NULL ? info->name : "";
}

const char *
weir_chart_feed_get_value (WeirChartFeed *feed)
{
  return feed->drawable ? name_of (feed, feed->binding.value) : "";
}

const char *
weir_chart_feed_get_series (WeirChartFeed *feed)
{
  return feed->drawable ? name_of (feed, feed->binding.series) : "";
}

int
weir_chart_feed_get_value_column (WeirChartFeed *feed)
{
  return feed->drawable ? feed->binding.value : -1;
}

int
weir_chart_feed_get_series_column (WeirChartFeed *feed)
{
  return feed->drawable ? feed->binding.series : -1;
}

static char **
list_columns (WeirChartFeed *feed,
              gboolean       values)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < n_columns (feed); i++)
    {
      const WeirColumnInfo *info = column_info (feed, (int)i);
      WeirChartColumnRole   role = role_of (info);

      if (role == WEIR_CHART_COLUMN_NUMBER || (!values && role == WEIR_CHART_COLUMN_TEXT))
        g_ptr_array_add (names, g_strdup (info->name));
    }
  g_ptr_array_add (names, NULL);
  return (char **)g_ptr_array_free (names, FALSE);
}

char **
weir_chart_feed_list_values (WeirChartFeed *feed)
{
  return list_columns (feed, TRUE);
}

char **
weir_chart_feed_list_series (WeirChartFeed *feed)
{
  return list_columns (feed, FALSE);
}

gint64
weir_chart_feed_get_window_us (WeirChartFeed *feed)
{
  return feed->window_us;
}
