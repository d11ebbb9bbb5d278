/* SPDX-License-Identifier: Apache-2.0 */
/* Needs a display. */
#include "config.h"

#include <string.h>

#include "fake-rows.h"
#include "ui/charts/chart-export.h"
#include "ui/results/result-cell.h"
#include "ui/results/results-pane-private.h"
#include "ui/widgets/breakpoint-bin.h"
#include "window-help.h"
#include "ui/ui-init.h"

#define SECOND G_GINT64_CONSTANT (1000000)
#define WINDOW (10 * SECOND)

typedef struct
{
  GtkWidget       *window;
  WeirResultsPane *pane;
  FakeTable       *table;
  guint64          n_written;
} Fixture;

static void
write_rows (Fixture *fixture,
            int      from,
            int      to,
            gint64   bids)
{
  static const char *const channels[] = { "Google", "Facebook", "Baidu", "Apple" };

  for (int w = from; w < to; w++)
    for (int c = 0; c < 4; c++)
      {
        fake_table_touch (fixture->table, w * WINDOW, (w + 1) * WINDOW, channels[c])->bids = bids + c;
        fixture->n_written++;
      }
  fixture->table->newest_us = to * WINDOW - SECOND;
  fixture->table->watermark_us = fixture->table->newest_us - WINDOW;
}

static void
show (Fixture *fixture)
{
  g_autoptr (WeirRowsView) view = fake_table_snapshot (fixture->table);

  _weir_results_pane_set_view (fixture->pane, view, fixture->n_written);
}

static void
fixture_init (Fixture *fixture,
              int      width)
{
  memset (fixture, 0, sizeof *fixture);
  fixture->table = fake_table_new ();
  fixture->pane = WEIR_RESULTS_PANE (weir_results_pane_new ());
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->pane));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), width, 640);
  gtk_window_present (GTK_WINDOW (fixture->window));
}

static void
fixture_clear (Fixture *fixture)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  fake_table_free (fixture->table);
}

static void
wait_for_rows (Fixture *fixture,
               guint    n)
{
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->pane->model)) == n);
}

static WeirResultCell *
find_cell (GtkWidget  *widget,
           const char *text)
{
  if (GTK_IS_INSCRIPTION (widget) && g_strcmp0 (gtk_inscription_get_text (GTK_INSCRIPTION (widget)), text) == 0)
    return (WeirResultCell *)gtk_widget_get_parent (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      WeirResultCell *found = find_cell (child, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static WeirResultCell *
wait_for_cell (GtkWidget  *widget,
               const char *text)
{
  WeirResultCell *cell;

  wait_until ((cell = find_cell (widget, text)) != NULL);
  return cell;
}

static void
wait_for_page (Fixture    *fixture,
               const char *name)
{
  wait_until (g_strcmp0 (gtk_stack_get_visible_child_name (fixture->pane->stack), name) == 0);
}

static void
count_cb (GListModel *model,
          guint       position,
          guint       n_removed,
          guint       n_added,
          guint      *count)
{
  (*count)++;
}

static void
test_values_are_written_in_place (void)
{
  Fixture         fixture;
  WeirResultCell *cell;
  guint           n_items_changed = 0;

  fixture_init (&fixture, 1000);
  write_rows (&fixture, 100, 110, 1000);
  show (&fixture);
  wait_for_rows (&fixture, 40);
  wait_for_page (&fixture, "table");
  wait_for_cell (GTK_WIDGET (fixture.pane->table), "1,003");
  g_signal_connect (fixture.pane->model, "items-changed", G_CALLBACK (count_cb), &n_items_changed);

  cell = find_cell (GTK_WIDGET (fixture.pane->table), "1,000");
  g_assert_nonnull (cell);
  write_rows (&fixture, 100, 110, 7000);
  show (&fixture);
  wait_for_cell (GTK_WIDGET (cell), "7,000");
  g_assert_cmpuint (n_items_changed, ==, 0);
  g_assert_null (find_cell (GTK_WIDGET (fixture.pane->table), "1,000"));
  fixture_clear (&fixture);
}

/* Values of open windows move in the chart alone; when one is final, its row comes into the table once. */
static void
test_open_windows (void)
{
  Fixture fixture;
  guint   n_items_changed = 0;

  fixture_init (&fixture, 1000);
  write_rows (&fixture, 100, 110, 1000);
  fixture.table->open = fake_table_new ();
  fake_table_touch (fixture.table->open, 110 * WINDOW, 111 * WINDOW, "Google")->bids = 5;
  show (&fixture);
  wait_for_rows (&fixture, 40);
  wait_for_page (&fixture, "table");
  g_signal_connect (fixture.pane->model, "items-changed", G_CALLBACK (count_cb), &n_items_changed);
  for (int bids = 6; bids < 30; bids++)
    {
      WeirChartSeries *const *series;
      guint                   n_series, n_windows, google = 0;

      fake_table_touch (fixture.table->open, 110 * WINDOW, 111 * WINDOW, "Google")->bids = bids;
      fixture.table->version++;
      show (&fixture);
      series = weir_chart_model_get_series (fixture.pane->chart_model, &n_series);
      weir_chart_model_get_windows (fixture.pane->chart_model, &n_windows);
      while (g_strcmp0 (series[google]->name, "Google") != 0)
        google++;
      g_assert_cmpfloat (series[google]->values[n_windows - 1], ==, bids);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_assert_cmpuint (n_items_changed, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture.pane->model)), ==, 40);
  g_clear_pointer (&fixture.table->open, fake_table_free);
  write_rows (&fixture, 110, 111, 1000);
  show (&fixture);
  wait_for_rows (&fixture, 44);
  g_assert_cmpuint (n_items_changed, ==, 1);
  fixture_clear (&fixture);
}

static void
choose_rows (Fixture    *fixture,
             const char *rows)
{
  g_action_group_activate_action (G_ACTION_GROUP (fixture->pane->actions), "rows", g_variant_new_string (rows));
}

static void
add_change (Fixture    *fixture,
            int         window,
            const char *channel,
            gint64      bids,
            WeirChange  change)
{
  FakeRow *row = fake_table_touch (fixture->table->changes, window * WINDOW, (window + 1) * WINDOW, channel);

  row->bids = bids;
  row->max_price = change;
}

static gboolean
shows_label (GtkWidget  *widget,
             const char *text)
{
  if (GTK_IS_LABEL (widget) && g_strcmp0 (gtk_label_get_text (GTK_LABEL (widget)), text) == 0 && gtk_widget_get_mapped (widget))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (shows_label (child, text))
      return TRUE;
  return FALSE;
}

/* A query that was never run has no facts; the answer is that. */
static void
test_not_started (void)
{
  Fixture fixture;

  fixture_init (&fixture, 1000);
  wait_until (shows_label (GTK_WIDGET (fixture.pane), "Not running"));
  write_rows (&fixture, 100, 110, 1000);
  show (&fixture);
  wait_for_rows (&fixture, 40);
  _weir_results_pane_reset (fixture.pane);
  wait_until (shows_label (GTK_WIDGET (fixture.pane), "Not running"));
  fixture_clear (&fixture);
}

/* Changes stand in the table with their marks, the newest on top; the chart goes on with the rows. */
static void
test_changes (void)
{
  Fixture fixture;
  guint   n_windows, n_before;

  fixture_init (&fixture, 1000);
  write_rows (&fixture, 100, 110, 1000);
  show (&fixture);
  wait_for_rows (&fixture, 40);
  weir_chart_model_get_windows (fixture.pane->chart_model, &n_before);
  choose_rows (&fixture, "changes");
  wait_for_page (&fixture, "unchanged");
  fixture.table->changes = fake_table_new ();
  add_change (&fixture, 109, "Google", 77001, WEIR_CHANGE_ADDED);
  add_change (&fixture, 109, "Apple", 77002, WEIR_CHANGE_CHANGED);
  add_change (&fixture, 100, "Baidu", 77003, WEIR_CHANGE_REMOVED);
  show (&fixture);
  wait_for_rows (&fixture, 3);
  wait_for_page (&fixture, "table");
  wait_for_cell (GTK_WIDGET (fixture.pane->table), "+ New");
  wait_for_cell (GTK_WIDGET (fixture.pane->table), "~ Changed");
  wait_for_cell (GTK_WIDGET (fixture.pane->table), "− Gone");
  g_assert_null (find_cell (GTK_WIDGET (fixture.pane->table), "1,003"));
  {
    g_autoptr (GArray) rows = weir_result_model_dup_rows (fixture.pane->model);

    g_assert_cmpuint (g_array_index (rows, guint, 0), ==, 2);
    g_assert_cmpuint (g_array_index (rows, guint, 2), ==, 0);
  }
  weir_chart_model_get_windows (fixture.pane->chart_model, &n_windows);
  g_assert_cmpuint (n_windows, ==, n_before);
  choose_rows (&fixture, "table");
  wait_for_rows (&fixture, 40);
  wait_for_cell (GTK_WIDGET (fixture.pane->table), "1,003");
  g_assert_null (find_cell (GTK_WIDGET (fixture.pane->table), "− Gone"));
  choose_rows (&fixture, "last-batch");
  choose_rows (&fixture, "nonsense");
  g_assert_cmpstr (g_variant_get_string (g_action_group_get_action_state (G_ACTION_GROUP (fixture.pane->actions), "rows"), NULL), ==, "last-batch");
  fixture_clear (&fixture);
}

static guint64
first_id (Fixture *fixture)
{
  g_autoptr (WeirResultRow) row = g_list_model_get_item (G_LIST_MODEL (fixture->pane->model), 0);

  return weir_result_row_get_id (row);
}

static void
test_newest_window_on_top (void)
{
  Fixture fixture;

  fixture_init (&fixture, 1000);
  write_rows (&fixture, 100, 110, 1000);
  show (&fixture);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture.pane->model)) == 40 &&
              first_id (&fixture) == g_array_index (fixture.table->rows, FakeRow, 36).id);
  write_rows (&fixture, 110, 111, 1000);
  show (&fixture);
  wait_for_rows (&fixture, 44);
  g_assert_cmpuint (first_id (&fixture), ==, g_array_index (fixture.table->rows, FakeRow, 40).id);
  fixture_clear (&fixture);
}

static void
test_pause_counts (void)
{
  Fixture  fixture;
  GAction *go_live;

  fixture_init (&fixture, 1000);
  write_rows (&fixture, 100, 110, 1000);
  show (&fixture);
  wait_for_rows (&fixture, 40);
  weir_results_pane_set_paused (fixture.pane, TRUE);
  write_rows (&fixture, 110, 113, 1000);
  show (&fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture.pane->model)), ==, 40);
  g_assert_cmpuint (fixture.pane->n_written - fixture.pane->n_written_at_pause, ==, 12);
  go_live = g_action_map_lookup_action (G_ACTION_MAP (fixture.pane->actions), "go-live");
  g_assert_true (g_action_get_enabled (go_live));
  g_action_activate (go_live, NULL);
  wait_for_rows (&fixture, 52);
  g_assert_false (weir_results_pane_get_paused (fixture.pane));
  fixture_clear (&fixture);
}

static void
test_empty_answers (void)
{
  Fixture fixture;
  WeirWhy why = { .cause = WEIR_WHY_NO_INPUT, .retry_in_us = -1 };

  fixture_init (&fixture, 1000);
  _weir_results_pane_set_why (fixture.pane, &why);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture.pane->stack), ==, "why");
  write_rows (&fixture, 100, 101, 1);
  show (&fixture);
  wait_for_page (&fixture, "table");
  weir_result_model_set_filter (fixture.pane->model, "nothing like it");
  wait_for_page (&fixture, "nothing");
  fixture_clear (&fixture);
}

static GtkWidget *
find_check (GtkWidget  *widget,
            const char *label)
{
  if (GTK_IS_CHECK_BUTTON (widget) && g_strcmp0 (gtk_check_button_get_label (GTK_CHECK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_check (child, label);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Where there is no room for its buttons, the menu of the columns says which rows are shown. */
static void
check_narrow_menu (Fixture *fixture)
{
  GtkMenuButton *button = GTK_MENU_BUTTON (fixture->pane->columns_button);

  g_assert_false (gtk_widget_get_mapped (fixture->pane->modes));
  gtk_menu_button_popup (button);
  g_assert_true (gtk_check_button_get_active (GTK_CHECK_BUTTON (find_check (GTK_WIDGET (gtk_menu_button_get_popover (button)), "Table"))));
  gtk_widget_activate (find_check (GTK_WIDGET (gtk_menu_button_get_popover (button)), "Changes"));
  g_assert_true (fixture->pane->shows_changes);
  gtk_widget_activate (find_check (GTK_WIDGET (gtk_menu_button_get_popover (button)), "Table"));
  g_assert_false (fixture->pane->shows_changes);
  gtk_menu_button_popdown (button);
}

static void
test_narrow (void)
{
  Fixture fixture;
  int     minimum;

  fixture_init (&fixture, 360);
  write_rows (&fixture, 100, 110, 1000);
  show (&fixture);
  wait_until (weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (fixture.pane->bin)));
  wait_for_cell (GTK_WIDGET (fixture.pane->table), "1,003");
  gtk_widget_measure (GTK_WIDGET (fixture.pane), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 340);
  g_assert_cmpint (gtk_widget_get_width (fixture.window), <=, 360);
  check_narrow_menu (&fixture);
  fixture_clear (&fixture);
}

static void
test_cell_label (void)
{
  g_autoptr (WeirResultCell) cell = g_object_ref_sink (WEIR_RESULT_CELL (weir_result_cell_new (FALSE)));
  GtkAccessible             *text = GTK_ACCESSIBLE (gtk_widget_get_first_child (GTK_WIDGET (cell)));

  weir_result_cell_set_text (cell, "+", FALSE);
  gtk_test_accessible_assert_property (text, GTK_ACCESSIBLE_PROPERTY_LABEL, "+");
  weir_result_cell_set_label (cell, "New");
  weir_result_cell_set_text (cell, "+", FALSE);
  gtk_test_accessible_assert_property (text, GTK_ACCESSIBLE_PROPERTY_LABEL, "New");
  weir_result_cell_set_text (cell, "17", FALSE);
  gtk_test_accessible_assert_property (text, GTK_ACCESSIBLE_PROPERTY_LABEL, "17");
  weir_result_cell_set_text (cell, "+ New", FALSE);
  weir_result_cell_set_label (cell, "New");
  gtk_test_accessible_assert_property (text, GTK_ACCESSIBLE_PROPERTY_LABEL, "New");
}

/* The change is one sign there; who listens gets the word. */
static void
test_narrow_changes (void)
{
  static const char *const signs[] = { "+", "~", "−" };
  static const char *const words[] = { "New", "Changed", "Gone" };
  Fixture                  fixture;

  fixture_init (&fixture, 360);
  write_rows (&fixture, 100, 110, 1000);
  fixture.table->changes = fake_table_new ();
  add_change (&fixture, 109, "Google", 77001, WEIR_CHANGE_ADDED);
  add_change (&fixture, 109, "Apple", 77002, WEIR_CHANGE_CHANGED);
  add_change (&fixture, 100, "Baidu", 77003, WEIR_CHANGE_REMOVED);
  show (&fixture);
  wait_until (weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (fixture.pane->bin)));
  choose_rows (&fixture, "changes");
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    {
      GtkWidget *text = gtk_widget_get_first_child (GTK_WIDGET (wait_for_cell (GTK_WIDGET (fixture.pane->table), signs[i])));

      gtk_test_accessible_assert_property (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_PROPERTY_LABEL, words[i]);
    }
  fixture_clear (&fixture);
}

static gboolean
has_updated (Fixture *fixture)
{
  GListModel *columns = gtk_column_view_get_columns (GTK_COLUMN_VIEW (find_widget (GTK_WIDGET (fixture->pane->table), GTK_TYPE_COLUMN_VIEW)));

  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);

      if (g_strcmp0 (gtk_column_view_column_get_title (column), "updated") == 0)
        return gtk_column_view_column_get_visible (column);
    }
  return FALSE;
}

/* Where not all columns fit, the last one goes rather than be cut; the chart has its share of the height. */
static void
test_fit (void)
{
  static const struct
  {
    int      width;
    gboolean updated;
  } cases[] = { { 1200, TRUE }, { 640, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture fixture;

      fixture_init (&fixture, cases[i].width);
      write_rows (&fixture, 100, 110, 1000);
      show (&fixture);
      wait_for_cell (GTK_WIDGET (fixture.pane->table), "1,003");
      wait_until (has_updated (&fixture) == cases[i].updated);
      wait_until (gtk_paned_get_position (fixture.pane->paned) > 0);
      g_assert_cmpint (gtk_paned_get_position (fixture.pane->paned), >, 640 / 2);
      g_assert_cmpint (gtk_paned_get_position (fixture.pane->paned), <, 640 * 3 / 5);
      fixture_clear (&fixture);
    }
}

/* Rows that come in front are seen by who looks at the top, and do not move who has scrolled. */
static void
test_top_stays_top (void)
{
  Fixture        fixture;
  GtkAdjustment *adjustment;
  double         value;

  fixture_init (&fixture, 1000);
  write_rows (&fixture, 100, 140, 1000);
  show (&fixture);
  wait_for_cell (GTK_WIDGET (fixture.pane->table), "1,003");
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (gtk_widget_get_first_child (GTK_WIDGET (fixture.pane->table))));
  write_rows (&fixture, 140, 150, 2000);
  show (&fixture);
  wait_for_cell (GTK_WIDGET (fixture.pane->table), "2,003");
  wait_until (gtk_adjustment_get_upper (adjustment) >= 50 * 4 * 16);
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), <=, 1);
  gtk_adjustment_set_value (adjustment, 400);
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, 400);
  write_rows (&fixture, 150, 160, 3000);
  show (&fixture);
  wait_for_rows (&fixture, 60 * 4);
  wait_until (gtk_adjustment_get_upper (adjustment) >= 60 * 4 * 16);
  value = gtk_adjustment_get_value (adjustment);
  g_assert_cmpfloat (value, >=, 400);
  fixture_clear (&fixture);
}

static gboolean
has_label (GtkWidget  *widget,
           const char *text)
{
  gboolean found = GTK_IS_LABEL (widget) && g_strcmp0 (gtk_label_get_text (GTK_LABEL (widget)), text) == 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && !found; child = gtk_widget_get_next_sibling (child))
    found = has_label (child, text);
  return found;
}

/* Beside the details of a row there is still room for the page as it is, at 1,280 pixels with a sidebar. */
static void
test_beside_details (void)
{
  Fixture                   fixture;
  g_autoptr (WeirResultRow) row = NULL;
  int                       minimum;

  fixture_init (&fixture, 1000);
  write_rows (&fixture, 100, 110, 1000);
  show (&fixture);
  wait_for_cell (GTK_WIDGET (fixture.pane->table), "1,003");
  gtk_widget_measure (gtk_widget_get_first_child (fixture.pane->bin), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 750);
  weir_results_pane_set_paused (fixture.pane, TRUE);
  row = g_list_model_get_item (G_LIST_MODEL (fixture.pane->model), 0);
  g_signal_emit_by_name (fixture.pane->table, "row-activated", row);
  g_assert_true (has_label (GTK_WIDGET (fixture.pane->details), "bids"));
  g_assert_false (adw_flap_get_folded (ADW_FLAP (fixture.pane->flap)));
  fixture_clear (&fixture);
}

static void
test_copy (void)
{
  Fixture          fixture;
  g_autofree char *text = NULL;
  g_auto (GStrv)   lines = NULL;

  fixture_init (&fixture, 1000);
  write_rows (&fixture, 100, 101, 1000);
  show (&fixture);
  wait_for_rows (&fixture, 4);
  text = weir_result_grid_dup_text (fixture.pane->table);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpstr (lines[0], ==, "window\tchannel\tbids\tavg_price\tmax_price");
  g_assert_cmpuint (g_strv_length (lines), ==, 6);
  g_assert_nonnull (strstr (lines[1], "\tGoogle\t1000\t"));
  fixture_clear (&fixture);
}

static void
test_chart_json (void)
{
  Fixture          fixture;
  g_autofree char *json = NULL;

  fixture_init (&fixture, 1000);
  weir_results_pane_set_chart_json (fixture.pane, "{\"kind\":\"stacked\",\"value\":\"max_price\",\"series\":\"channel\",\"range_s\":60}");
  write_rows (&fixture, 100, 101, 1000);
  show (&fixture);
  json = weir_results_pane_dup_chart_json (fixture.pane);
  g_assert_cmpstr (json, ==, "{\"kind\":\"stacked\",\"value\":\"max_price\",\"series\":\"channel\",\"range_s\":60}");
  weir_results_pane_set_chart_json (fixture.pane, "[not a chart");
  weir_results_pane_set_chart_json (fixture.pane, "{\"kind\":7,\"value\":[],\"range_s\":\"x\"}");
  fixture_clear (&fixture);
}

static void
check_picture (WeirChart        *chart,
               WeirPictureFormat format,
               const char       *start)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = weir_chart_render (chart, "bids", 800, 400, format, 2, &error);
  gsize              size;
  const char        *data;

  g_assert_no_error (error);
  data = g_bytes_get_data (bytes, &size);
  g_assert_cmpuint (size, >, 2000);
  g_assert_cmpint (memcmp (data, start, strlen (start)), ==, 0);
  if (format == WEIR_PICTURE_SVG)
    {
      g_autofree char *text = g_strndup (data, size);

      g_assert_null (strstr (text, "<image"));
      g_assert_nonnull (strstr (text, "</svg>"));
    }
  if (format == WEIR_PICTURE_PNG)
    {
      g_autoptr (GdkTexture) texture = gdk_texture_new_from_bytes (bytes, &error);

      g_assert_no_error (error);
      g_assert_cmpint (gdk_texture_get_width (texture), ==, 1600);
    }
}

static void
test_pictures (void)
{
  Fixture fixture;

  fixture_init (&fixture, 1000);
  write_rows (&fixture, 100, 120, 1000);
  show (&fixture);
  for (int kind = 0; kind < WEIR_CHART_N_KINDS; kind++)
    {
      WeirChart *chart = weir_chart_card_get_chart (fixture.pane->card);

      weir_chart_model_set_kind (fixture.pane->chart_model, (WeirChartKind)kind);
      check_picture (chart, WEIR_PICTURE_PNG, "\x89PNG");
      check_picture (chart, WEIR_PICTURE_SVG, "<?xml");
      check_picture (chart, WEIR_PICTURE_PDF, "%PDF");
    }
  fixture_clear (&fixture);
}

static void
test_accessible (void)
{
  Fixture fixture;

  fixture_init (&fixture, 1000);
  write_rows (&fixture, 100, 110, 1000);
  show (&fixture);
  wait_for_cell (GTK_WIDGET (fixture.pane->table), "1,003");
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (weir_chart_card_get_chart (fixture.pane->card)), GTK_ACCESSIBLE_ROLE_IMG);
  g_assert_true (gtk_test_accessible_has_property (GTK_ACCESSIBLE (weir_chart_card_get_chart (fixture.pane->card)),
                                                   GTK_ACCESSIBLE_PROPERTY_DESCRIPTION));
  fixture_clear (&fixture);
}

static void
test_other_columns (void)
{
  Fixture fixture;

  fixture_init (&fixture, 1000);
  for (int i = 0; i < 3; i++)
    {
      write_rows (&fixture, 100 + i, 101 + i, 1000);
      show (&fixture);
      wait_for_rows (&fixture, 4 * (guint)(i + 1));
      _weir_results_pane_reset (fixture.pane);
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture.pane->model)), ==, 0);
    }
  fixture_clear (&fixture);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  weir_ui_init ();
  g_test_add_func ("/results-pane/values-in-place", test_values_are_written_in_place);
  g_test_add_func ("/results-pane/open-windows", test_open_windows);
  g_test_add_func ("/results-pane/not-started", test_not_started);
  g_test_add_func ("/results-pane/changes", test_changes);
  g_test_add_func ("/results-pane/newest-window-on-top", test_newest_window_on_top);
  g_test_add_func ("/results-pane/pause", test_pause_counts);
  g_test_add_func ("/results-pane/empty", test_empty_answers);
  g_test_add_func ("/results-pane/narrow", test_narrow);
  g_test_add_func ("/results-pane/cell-label", test_cell_label);
  g_test_add_func ("/results-pane/narrow-changes", test_narrow_changes);
  g_test_add_func ("/results-pane/fit", test_fit);
  g_test_add_func ("/results-pane/top-stays-top", test_top_stays_top);
  g_test_add_func ("/results-pane/beside-details", test_beside_details);
  g_test_add_func ("/results-pane/copy", test_copy);
  g_test_add_func ("/results-pane/chart-json", test_chart_json);
  g_test_add_func ("/results-pane/pictures", test_pictures);
  g_test_add_func ("/results-pane/accessible", test_accessible);
  g_test_add_func ("/results-pane/reset", test_other_columns);
  return g_test_run ();
}
