/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "fake-rows.h"
#include "support/wait.h"
#include "ui/results/list-diff.h"
#include "ui/results/result-model.h"

#define SECOND G_GINT64_CONSTANT (1000000)

static void
apply_splice (guint    position,
              guint    n_removed,
              guint    new_position,
              guint    n_added,
              gpointer user_data)
{
  gpointer *pair = user_data;
  GArray   *list = pair[0];
  GArray   *after = pair[1];

  g_assert_cmpuint (position + n_removed, <=, list->len);
  if (n_removed > 0)
    g_array_remove_range (list, position, n_removed);
  if (n_added > 0)
    g_array_insert_vals (list, position, &g_array_index (after, guint64, new_position), n_added);
  *(guint *)pair[2] += 1;
}

static guint
diff (GArray *before,
      GArray *after)
{
  g_autoptr (GArray) list = g_array_copy (before);
  guint              n_splices = 0;
  gpointer           pair[] = { list, after, &n_splices };

  _weir_list_diff ((guint64 *)(gpointer)before->data, before->len, (guint64 *)(gpointer)after->data, after->len, apply_splice, pair);
  g_assert_cmpuint (list->len, ==, after->len);
  g_assert_true (list->len == 0 || memcmp (list->data, after->data, list->len * sizeof (guint64)) == 0);
  return n_splices;
}

static GArray *
numbers (guint64 from,
         guint64 to)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint64 i = from; i < to; i++)
    g_array_append_val (list, i);
  return list;
}

static void
test_diff_few (void)
{
  g_autoptr (GArray) empty = numbers (0, 0);
  g_autoptr (GArray) hundred = numbers (0, 100);
  g_autoptr (GArray) shifted = numbers (10, 120);
  g_autoptr (GArray) longer = numbers (0, 130);
  g_autoptr (GArray) holes = numbers (0, 130);
  g_autoptr (GArray) reversed = numbers (0, 0);

  g_array_remove_index (holes, 60);
  g_array_remove_index (holes, 20);
  for (guint64 i = 100; i-- > 0;)
    g_array_append_val (reversed, i);
  g_assert_cmpuint (diff (hundred, hundred), ==, 0);
  g_assert_cmpuint (diff (empty, hundred), ==, 1);
  g_assert_cmpuint (diff (hundred, empty), ==, 1);
  g_assert_cmpuint (diff (hundred, longer), ==, 1);
  g_assert_cmpuint (diff (hundred, shifted), ==, 2);
  g_assert_cmpuint (diff (longer, holes), ==, 2);
  g_assert_cmpuint (diff (hundred, holes), ==, 3);
  g_assert_cmpuint (diff (hundred, reversed), ==, 1);
}

static void
test_diff_any (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (int round = 0; round < 3000; round++)
    {
      g_autoptr (GArray) before = numbers (0, (guint64)g_rand_int_range (rand, 0, 40));
      g_autoptr (GArray) after = g_array_copy (before);
      int                n_edits = g_rand_int_range (rand, 0, 8);

      for (int i = 0; i < n_edits; i++)
        {
          guint64 fresh = 1000 + (guint64)i;
          guint   at = (guint)g_rand_int_range (rand, 0, (int)after->len + 1);

          if (at < after->len && g_rand_boolean (rand))
            g_array_remove_index (after, at);
          else if (at < after->len && g_rand_int_range (rand, 0, 4) == 0)
            {
              guint64 moved = g_array_index (after, guint64, at);

              g_array_remove_index (after, at);
              g_array_prepend_val (after, moved);
            }
          else
            g_array_insert_val (after, at, fresh);
        }
      diff (before, after);
    }
}

typedef struct
{
  guint n_items_changed;
  guint n_values_changed;
  guint n_values_all;
  guint n_columns_changed;
  guint n_items;
} Counts;

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  Counts     *counts)
{
  counts->n_items_changed++;
  counts->n_items = counts->n_items - n_removed + n_added;
  g_assert_cmpuint (counts->n_items, ==, g_list_model_get_n_items (model));
}

static void
values_changed_cb (WeirResultModel *model,
                   gboolean         all,
                   Counts          *counts)
{
  counts->n_values_changed++;
  counts->n_values_all += all;
}

static void
columns_changed_cb (WeirResultModel *model,
                    Counts          *counts)
{
  counts->n_columns_changed++;
}

static WeirResultModel *
counted_model (Counts *counts)
{
  WeirResultModel *model = weir_result_model_new ();

  memset (counts, 0, sizeof *counts);
  g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), counts);
  g_signal_connect (model, "values-changed", G_CALLBACK (values_changed_cb), counts);
  g_signal_connect (model, "columns-changed", G_CALLBACK (columns_changed_cb), counts);
  return model;
}

static void
show (WeirResultModel *model,
      FakeTable       *table)
{
  g_autoptr (WeirRowsView) view = fake_table_snapshot (table);

  weir_result_model_set_view (model, view);
}

/* Runs the main loop until the newest view is shown in its order. */
static void
settle (WeirResultModel *model,
        FakeTable       *table,
        Counts          *counts,
        guint            n_values_changed)
{
  wait_until (counts->n_values_changed >= n_values_changed);
  g_assert_cmpuint (weir_result_model_get_view (model)->klass->get_version (weir_result_model_get_view (model)->data), ==,
                    table->version);
}

static void
fill (FakeTable *table,
      int        from,
      int        to)
{
  static const char *const channels[] = { "Google", "Facebook", "Baidu", "Apple" };

  for (int w = from; w < to; w++)
    for (gsize c = 0; c < G_N_ELEMENTS (channels); c++)
      {
        FakeRow *row = fake_table_touch (table, w * 10 * SECOND, (w + 1) * 10 * SECOND, channels[c]);

        row->bids = w * 100 + (gint64)c;
      }
}

static guint64
id_at (WeirResultModel *model,
       guint            position)
{
  g_autoptr (WeirResultRow) row = g_list_model_get_item (G_LIST_MODEL (model), position);

  return weir_result_row_get_id (row);
}

static void
test_values_never_move_items (void)
{
  Counts                      counts;
  g_autoptr (WeirResultModel) model = counted_model (&counts);
  FakeTable                  *table = fake_table_new ();
  guint                       n;

  fill (table, 0, 10);
  show (model, table);
  settle (model, table, &counts, 1);
  g_assert_cmpuint (counts.n_items_changed, ==, 1);
  g_assert_cmpuint (counts.n_columns_changed, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 40);

  n = counts.n_values_changed;
  for (guint i = 1; i <= 5; i++)
    {
      fake_table_touch (table, 90 * SECOND, 100 * SECOND, "Apple")->bids = i;
      show (model, table);
      settle (model, table, &counts, n + i);
    }
  g_assert_cmpuint (counts.n_items_changed, ==, 1);
  g_assert_cmpuint (counts.n_values_all, ==, 1);
  fake_table_free (table);
}

static void
test_many_views_are_coalesced (void)
{
  Counts                      counts;
  g_autoptr (WeirResultModel) model = counted_model (&counts);
  FakeTable                  *table = fake_table_new ();
  guint                       n;

  fill (table, 0, 10);
  show (model, table);
  settle (model, table, &counts, 1);
  n = counts.n_values_changed;
  for (int i = 0; i < 100; i++)
    {
      fake_table_touch (table, 90 * SECOND, 100 * SECOND, "Apple")->bids = i;
      show (model, table);
    }
  settle (model, table, &counts, n + 1);
  g_assert_cmpuint (counts.n_values_changed, <=, n + 2);
  fake_table_free (table);
}

static void
test_rows_come_and_go (void)
{
  Counts                      counts;
  g_autoptr (WeirResultModel) model = counted_model (&counts);
  g_autoptr (WeirResultRow)   held = NULL;
  FakeTable                  *table = fake_table_new ();
  guint                       index;

  fill (table, 0, 10);
  show (model, table);
  settle (model, table, &counts, 1);
  held = g_list_model_get_item (G_LIST_MODEL (model), 39);
  fill (table, 10, 12);
  fake_table_remove_front (table, 4);
  show (model, table);
  settle (model, table, &counts, 2);
  g_assert_cmpuint (counts.n_items_changed, ==, 3);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 44);
  g_assert_true (weir_result_row_get_index (held, &index));
  g_assert_cmpuint (index, ==, 35);
  g_assert_cmpuint (id_at (model, 35), ==, weir_result_row_get_id (held));
  fake_table_remove_front (table, 40);
  show (model, table);
  settle (model, table, &counts, 3);
  g_assert_false (weir_result_row_get_index (held, &index));
  fake_table_free (table);
}

static void
test_order_and_filter (void)
{
  Counts                      counts;
  g_autoptr (WeirResultModel) model = counted_model (&counts);
  FakeTable                  *table = fake_table_new ();
  guint64                     newest;

  fill (table, 0, 10);
  newest = g_array_index (table->rows, FakeRow, 36).id;
  show (model, table);
  weir_result_model_set_sort (model, 0, TRUE);
  wait_until (id_at (model, 0) == newest);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 40);

  weir_result_model_set_filter (model, "Baidu");
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (model)) == 10);
  g_assert_cmpuint (weir_result_model_get_n_total (model), ==, 40);
  weir_result_model_set_filter (model, "nothing like it");
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (model)) == 0);
  fake_table_free (table);
}

static void
test_reset (void)
{
  Counts                      counts;
  g_autoptr (WeirResultModel) model = counted_model (&counts);
  FakeTable                  *table = fake_table_new ();

  fill (table, 0, 10);
  show (model, table);
  settle (model, table, &counts, 1);
  weir_result_model_set_view (model, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 0);
  g_assert_null (weir_result_model_get_view (model));
  g_assert_cmpuint (counts.n_columns_changed, ==, 2);
  show (model, table);
  settle (model, table, &counts, 2);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 40);
  fake_table_free (table);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/list-diff/few", test_diff_few);
  g_test_add_func ("/list-diff/any", test_diff_any);
  g_test_add_func ("/result-model/values-never-move-items", test_values_never_move_items);
  g_test_add_func ("/result-model/coalesced", test_many_views_are_coalesced);
  g_test_add_func ("/result-model/come-and-go", test_rows_come_and_go);
  g_test_add_func ("/result-model/order-and-filter", test_order_and_filter);
  g_test_add_func ("/result-model/reset", test_reset);
  return g_test_run ();
}
