/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's own result table seen through the window's eyes. Looks inside the engine to make one without a query. */
#include "config.h"

#include <string.h>

#include "column/column-builder.h"
#include "query/result-table.h"
#include "support/wait.h"

#include "ui/results/chart-feed.h"
#include "ui/results/result-format.h"
#include "ui/results/result-model.h"

#define SECOND G_GINT64_CONSTANT (1000000)
#define T0     (1714725720 * SECOND)

typedef struct
{
  WeirSchema      *schema;
  WeirResultShape *shape;
  WeirResultTable *table;
} Fixture;

static void
fixture_init (Fixture *fixture)
{
  static const guint key[] = { 0, 1 };
  g_autoptr (GError) error = NULL;

  fixture->schema = weir_type_parse_ddl ("window STRUCT<start: TIMESTAMP, end: TIMESTAMP>, channel STRING, bids BIGINT, price DECIMAL(10,2)", &error);
  g_assert_no_error (error);
  fixture->shape = weir_result_shape_new (fixture->schema, NULL, weir_zone_utc (), WEIR_OUTPUT_UPDATE, key, 2);
  /* What a plan with window() would have said. */
  fixture->shape->columns[0].shape = WEIR_COLUMN_WINDOW;
  fixture->shape->window_column = 0;
  fixture->table = weir_result_table_new (fixture->shape, key, 2, 100000, G_MAXUINT32);
}

static void
fixture_clear (Fixture *fixture)
{
  weir_result_table_free (fixture->table);
  weir_result_shape_unref (fixture->shape);
  weir_type_unref (fixture->schema);
}

/* Rows of windows @from to @to, four channels each. */
static void
write_batch (Fixture *fixture,
             guint64  batch_id,
             int      from,
             int      to,
             gint64   bids)
{
  static const char *const channels[] = { "Google", "Facebook", "Baidu", NULL };
  g_autoptr (GPtrArray)    batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  WeirColumnBuilder       *builders[4];
  WeirColumn              *columns[4];
  guint                    n_rows = (guint)(to - from) * 4;

  for (guint c = 0; c < 4; c++)
    builders[c] = weir_column_builder_new (fixture->schema->fields[c].type, n_rows);
  for (int w = from; w < to; w++)
    for (int k = 0; k < 4; k++)
      {
        weir_column_builder_append_i64 (builders[0]->children[0], T0 + w * 10 * SECOND);
        weir_column_builder_append_i64 (builders[0]->children[1], T0 + (w + 1) * 10 * SECOND);
        weir_column_builder_append_struct (builders[0]);
        if (channels[k] != NULL)
          weir_column_builder_append_bytes (builders[1], channels[k], strlen (channels[k]));
        else
          weir_column_builder_append_null (builders[1]);
        weir_column_builder_append_i64 (builders[2], bids + k);
        weir_column_builder_append_i128 (builders[3], 123456 + k);
      }
  for (guint c = 0; c < 4; c++)
    {
      columns[c] = weir_column_builder_finish (builders[c]);
      weir_column_builder_free (builders[c]);
    }
  g_ptr_array_add (batches, weir_batch_new (fixture->schema, n_rows, columns));
  weir_result_table_apply (fixture->table, batch_id, batches, T0, T0 + (to - 2) * 10 * SECOND, T0 + to * 10 * SECOND - 1);
}

static WeirRowsView *
view_of (Fixture *fixture)
{
  return weir_rows_view_new_for_snapshot (weir_result_table_snapshot (fixture->table));
}

static void
test_cells (void)
{
  Fixture                  fixture;
  g_autoptr (WeirRowsView) view = NULL;
  g_autoptr (GTimeZone)    zone = g_time_zone_new_identifier ("Europe/Berlin");
  WeirCellStyle            style = { zone, "Europe/Berlin", T0, FALSE };
  g_autofree char         *window = NULL;
  g_autofree char         *bids = NULL;
  g_autofree char         *price = NULL;

  fixture_init (&fixture);
  write_batch (&fixture, 0, 0, 3, 36854);
  view = view_of (&fixture);
  window = weir_result_cell_text (view, 4, 0, &style);
  bids = weir_result_cell_text (view, 4, 2, &style);
  price = weir_result_cell_text (view, 4, 3, &style);
  g_assert_cmpstr (window, ==, "10:42:10\xe2\x80\xaf\xe2\x80\x93\xe2\x80\xaf"
                               "10:42:20");
  g_assert_cmpstr (bids, ==, "36,854");
  g_assert_cmpstr (price, ==, "1,234.56");
  g_assert_null (weir_result_cell_text (view, 3, 1, &style));
  g_assert_true (view->klass->is_final (view->data, 0));
  g_assert_false (view->klass->is_final (view->data, 11));
  g_assert_true (weir_rows_view_has_window (view));
  fixture_clear (&fixture);
}

static void
test_chart (void)
{
  Fixture                    fixture;
  g_autoptr (WeirRowsView)   view = NULL;
  g_autoptr (WeirChartModel) chart = weir_chart_model_new (NULL);
  g_autoptr (WeirChartFeed)  feed = weir_chart_feed_new (chart);
  WeirChartSeries *const    *series;
  const WeirChartWindow     *windows;
  guint                      n_series;
  guint                      n_windows;

  fixture_init (&fixture);
  write_batch (&fixture, 0, 0, 20, 1000);
  view = view_of (&fixture);
  weir_chart_model_set_times (chart, view->klass->get_watermark_us (view->data), view->klass->get_newest_event_us (view->data), 10 * SECOND);
  weir_chart_feed_set_view (feed, view);
  g_assert_cmpstr (weir_chart_feed_get_value (feed), ==, "bids");
  g_assert_cmpstr (weir_chart_feed_get_series (feed), ==, "channel");
  series = weir_chart_model_get_series (chart, &n_series);
  windows = weir_chart_model_get_windows (chart, &n_windows);
  g_assert_cmpuint (n_series, ==, 4);
  g_assert_cmpuint (n_windows, ==, 20);
  g_assert_cmpint (windows[19].start_us, ==, T0 + 190 * SECOND);
  g_assert_cmpfloat (series[0]->values[19], >=, 1000);
  fixture_clear (&fixture);
}

static void
count_cb (gpointer model,
          guint    position,
          guint    n_removed,
          guint    n_added,
          guint   *count)
{
  (*count)++;
}

static void
told_cb (gpointer model,
         gboolean all,
         guint   *count)
{
  (*count)++;
}

static void
wait_for (const guint *count,
          guint        n)
{
  wait_until (*count >= n);
}

static guint64
id_at (WeirResultModel *model,
       guint            position)
{
  g_autoptr (WeirResultRow) row = g_list_model_get_item (G_LIST_MODEL (model), position);

  return weir_result_row_get_id (row);
}

static void
test_updates (void)
{
  Fixture                     fixture;
  g_autoptr (WeirResultModel) model = weir_result_model_new ();
  g_autoptr (WeirRowsView)    first = NULL;
  g_autoptr (WeirRowsView)    second = NULL;
  g_autoptr (WeirRowsView)    third = NULL;
  guint                       n_items_changed = 0;
  guint                       n_told = 0;
  guint64                     old_top;

  fixture_init (&fixture);
  g_signal_connect (model, "items-changed", G_CALLBACK (count_cb), &n_items_changed);
  g_signal_connect (model, "values-changed", G_CALLBACK (told_cb), &n_told);
  write_batch (&fixture, 0, 0, 300, 1000);
  first = view_of (&fixture);
  weir_result_model_set_view (model, first);
  wait_for (&n_told, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 1200);

  write_batch (&fixture, 1, 299, 300, 2000);
  second = view_of (&fixture);
  /* Only the page of the rows that were written has another version. */
  g_assert_cmpuint (first->klass->get_page_version (first->data, 0), ==, second->klass->get_page_version (second->data, 0));
  g_assert_cmpuint (first->klass->get_page_version (first->data, 1), !=, second->klass->get_page_version (second->data, 1));
  weir_result_model_set_view (model, second);
  wait_for (&n_told, 2);
  g_assert_cmpuint (n_items_changed, ==, 1);

  weir_result_model_set_sort (model, 0, TRUE);
  wait_for (&n_told, 3);
  old_top = id_at (model, 0);
  write_batch (&fixture, 2, 300, 301, 3000);
  third = view_of (&fixture);
  weir_result_model_set_view (model, third);
  wait_for (&n_told, 4);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 1204);
  g_assert_cmpuint (id_at (model, 4), ==, old_top);
  fixture_clear (&fixture);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine-rows/cells", test_cells);
  g_test_add_func ("/engine-rows/chart", test_chart);
  g_test_add_func ("/engine-rows/updates", test_updates);
  return g_test_run ();
}
