/* SPDX-License-Identifier: Apache-2.0 */
/* Needs a display. */
#include "config.h"
#include "support/wait.h"

#include <math.h>

#include <adwaita.h>

#include "ui/charts/chart-card.h"
#include "ui/charts/chart-legend.h"
#include "ui/charts/chart-private.h"
#include "ui/ui-init.h"
#include "ui/widgets/number-format.h"

#define SECOND G_GINT64_CONSTANT (1000000)
#define T0     (1714725500 * SECOND)

static void
fill (WeirChartModel *model,
      int             n_windows)
{
  static const char *const names[] = { "Google", "Facebook", "Baidu", "Apple" };
  g_autoptr (GArray)       cells = g_array_new (FALSE, FALSE, sizeof (WeirChartCell));

  for (int w = 0; w < n_windows; w++)
    for (int k = 0; k < 4; k++)
      {
        WeirChartCell cell = { T0 + w * 10 * SECOND, T0 + (w + 1) * 10 * SECOND, 40000 - k * 5000, 0 };

        cell.key = weir_chart_model_intern (model, names[k]);
        g_array_append_val (cells, cell);
      }
  weir_chart_model_set_chunk (model, 0, (WeirChartCell *)(gpointer)cells->data, cells->len);
  weir_chart_model_set_times (model, T0 + (n_windows - 2) * 10 * SECOND, T0 + n_windows * 10 * SECOND - SECOND, 10 * SECOND);
  weir_chart_model_update (model);
}

/* A card in a window that is shown. */
typedef struct
{
  WeirChartModel *model;  /* Owned */
  WeirChart      *chart;  /* Borrowed */
  GtkWidget      *window; /* Owned */
} Fixture;

static void
fixture_init (Fixture *fixture)
{
  GtkWidget *card;

  fixture->model = weir_chart_model_new (NULL);
  card = weir_chart_card_new (fixture->model);
  fixture->chart = weir_chart_card_get_chart (WEIR_CHART_CARD (card));
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), card);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 400);
  gtk_window_present (GTK_WINDOW (fixture->window));
  wait_until (gtk_widget_get_width (card) != 0);
}

static void
fixture_clear (Fixture *fixture)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_object_unref (fixture->model);
}

static void
test_layout (void)
{
  g_autoptr (WeirChartModel) model = weir_chart_model_new (NULL);
  g_autoptr (GTimeZone)      zone = g_time_zone_new_utc ();
  WeirChartLayout            layout = { 0 };
  gint64                     min_us;
  gint64                     max_us;

  fill (model, 25);
  weir_chart_layout_fit (&layout, model, 980, 340, zone);
  weir_chart_model_get_view (model, &min_us, &max_us);
  g_assert_true (layout.has_ruler);
  g_assert_false (layout.narrow);
  g_assert_cmpfloat (layout.plot_x, ==, 52);
  g_assert_cmpfloat (weir_chart_layout_x (&layout, (double)min_us), ==, layout.plot_x);
  g_assert_cmpfloat_with_epsilon (weir_chart_layout_x (&layout, (double)max_us), 980 - 18, 1e-6);
  g_assert_cmpfloat_with_epsilon (weir_chart_layout_y (&layout, 0), layout.plot_y + layout.plot_height, 1e-6);
  g_assert_cmpfloat_with_epsilon (weir_chart_layout_time (&layout, weir_chart_layout_x (&layout, (double)T0)), (double)T0, 1e3);
  g_assert_true (weir_chart_layout_has_markers (&layout));
  g_assert_true (weir_chart_layout_is_late_row (&layout, 300, layout.late_y));
  g_assert_false (weir_chart_layout_is_late_row (&layout, 300, layout.plot_y));
  weir_chart_layout_fit (&layout, model, 336, 300, zone);
  g_assert_true (layout.narrow);
  g_assert_cmpfloat (layout.plot_x, ==, 40);
  /* Larger text gets more room round the plot. */
  layout.text_scale = 1.5;
  weir_chart_layout_fit (&layout, model, 980, 340, zone);
  g_assert_cmpfloat (layout.plot_x, ==, 52 * 1.5);
  g_assert_cmpfloat (layout.key_y, <, 340);
}

static void
test_cursor_keeps_its_time (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  fill (fixture.model, 20);
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, -1);
  _weir_chart_move_cursor (fixture.chart, -1);
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 19);
  _weir_chart_move_cursor (fixture.chart, -10);
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 9);
  /* With more windows in view than fit, the old ones leave and the numbers move. */
  fill (fixture.model, 30);
  g_assert_cmpfloat (fixture.chart->cursor_us, ==, T0 + 95 * SECOND);
  _weir_chart_move_cursor (fixture.chart, -100);
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 0);
  weir_chart_set_cursor (fixture.chart, -1);
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, -1);
  fixture_clear (&fixture);
}

static void
test_zoom_stops_following (void)
{
  Fixture fixture;
  gint64  before[2];
  gint64  after[2];

  fixture_init (&fixture);
  fill (fixture.model, 20);
  weir_chart_model_get_view (fixture.model, &before[0], &before[1]);
  _weir_chart_fit (fixture.chart, 900, 340);
  _weir_chart_zoom (fixture.chart, .5, T0 + 100. * SECOND);
  weir_chart_model_get_view (fixture.model, &after[0], &after[1]);
  g_assert_false (weir_chart_model_is_following (fixture.model));
  g_assert_cmpfloat_with_epsilon ((double)(after[1] - after[0]), (double)(before[1] - before[0]) / 2, 10);
  fill (fixture.model, 25);
  weir_chart_model_get_view (fixture.model, &before[0], &before[1]);
  g_assert_cmpint (before[0], ==, after[0]);
  weir_chart_model_follow (fixture.model);
  weir_chart_model_get_view (fixture.model, &before[0], &before[1]);
  g_assert_cmpint (before[1], >, after[1]);
  fixture_clear (&fixture);
}

static void
test_legend (void)
{
  g_autoptr (WeirChartModel) model = weir_chart_model_new (NULL);
  GtkWidget                 *card = weir_chart_card_new (model);
  GtkWidget                 *legend = weir_chart_legend_new (weir_chart_card_get_chart (WEIR_CHART_CARD (card)), TRUE);
  GtkWidget                 *button;
  WeirChartSeries *const    *series;
  guint                      n_series;
  int                        one_line;
  int                        wrapped;
  int                        natural;

  g_object_ref_sink (legend);
  g_object_ref_sink (card);
  fill (model, 20);
  button = gtk_widget_get_first_child (legend);
  g_assert_true (GTK_IS_TOGGLE_BUTTON (button));
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), FALSE);
  series = weir_chart_model_get_series (model, &n_series);
  g_assert_cmpuint (n_series, ==, 4);
  g_assert_true (series[0]->hidden);
  weir_chart_model_toggle (model, series[0]->name);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));

  gtk_widget_measure (legend, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  gtk_widget_measure (legend, GTK_ORIENTATION_VERTICAL, natural, NULL, &one_line, NULL, NULL);
  gtk_widget_measure (legend, GTK_ORIENTATION_VERTICAL, natural / 2, NULL, &wrapped, NULL, NULL);
  g_assert_cmpint (wrapped, >=, 2 * one_line);
  g_object_unref (legend);
  g_object_unref (card);
}

static void
test_describe_window (void)
{
  g_autoptr (WeirChartModel) model = weir_chart_model_new (NULL);
  g_autoptr (GTimeZone)      zone = g_time_zone_new_utc ();
  g_autofree char           *text = NULL;

  fill (model, 3);
  text = weir_chart_model_describe_window (model, 0, zone);
  g_assert_true (g_str_has_suffix (text, ", final: Google 40,000, Facebook 35,000, Baidu 30,000, Apple 25,000"));
}

static void
test_style_is_followed (void)
{
  Fixture        fixture;
  WeirChartScene scene;

  fixture_init (&fixture);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  scene = _weir_chart_scene (fixture.chart);
  g_assert_true (scene.palette == weir_palette_get (TRUE, FALSE));
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_LIGHT);
  scene = _weir_chart_scene (fixture.chart);
  g_assert_true (scene.palette == weir_palette_get (FALSE, FALSE));
  fixture_clear (&fixture);
}

/* A key as the window would give it to the chart. */
static gboolean
press (WeirChart      *chart,
       guint           keyval,
       GdkModifierType state)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (chart));
  gboolean               handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", keyval, 0, state, &handled);
    }
  return handled;
}

static void
test_keys (void)
{
  Fixture fixture;
  gint64  before[2], after[2];

  fixture_init (&fixture);
  fill (fixture.model, 20);
  _weir_chart_fit (fixture.chart, 900, 340);
  g_assert_false (press (fixture.chart, GDK_KEY_Escape, 0));
  g_assert_false (press (fixture.chart, GDK_KEY_Return, 0));
  g_assert_true (press (fixture.chart, GDK_KEY_Left, 0));
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 19);
  g_assert_true (press (fixture.chart, GDK_KEY_Left, GDK_CONTROL_MASK));
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 9);
  g_assert_true (press (fixture.chart, GDK_KEY_Right, 0));
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 10);
  g_assert_true (press (fixture.chart, GDK_KEY_Home, 0));
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 0);
  g_assert_true (press (fixture.chart, GDK_KEY_Return, 0));
  g_assert_true (fixture.chart->pinned);
  g_assert_true (press (fixture.chart, GDK_KEY_Down, 0));
  g_assert_cmpstr (fixture.chart->highlight, ==, "Google");
  g_assert_true (press (fixture.chart, GDK_KEY_Down, 0));
  g_assert_cmpstr (fixture.chart->highlight, ==, "Facebook");
  g_assert_true (press (fixture.chart, GDK_KEY_Up, 0));
  g_assert_cmpstr (fixture.chart->highlight, ==, "Google");
  weir_chart_model_get_view (fixture.model, &before[0], &before[1]);
  g_assert_true (press (fixture.chart, GDK_KEY_plus, 0));
  weir_chart_model_get_view (fixture.model, &after[0], &after[1]);
  g_assert_cmpint (after[1] - after[0], <, before[1] - before[0]);
  g_assert_false (weir_chart_model_is_following (fixture.model));
  g_assert_true (press (fixture.chart, GDK_KEY_0, 0));
  g_assert_true (weir_chart_model_is_following (fixture.model));
  g_assert_true (press (fixture.chart, GDK_KEY_minus, 0));
  g_assert_true (press (fixture.chart, GDK_KEY_End, 0));
  g_assert_true (weir_chart_model_is_following (fixture.model));
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 19);
  g_assert_true (press (fixture.chart, GDK_KEY_Escape, 0));
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, -1);
  g_assert_false (press (fixture.chart, GDK_KEY_a, 0));
  fixture_clear (&fixture);
}

static void
assert_said (WeirChart  *chart,
             const char *text)
{
  g_autofree char *wrong = gtk_test_accessible_check_property (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text);

  g_assert_cmpstr (wrong, ==, NULL);
}

/* Every key that moves the cursor says the window, its state and its values. */
static void
test_readout (void)
{
  static const guint       keys[] = { GDK_KEY_Right, GDK_KEY_End, GDK_KEY_KP_Left, GDK_KEY_Home };
  static const guint       at[] = { 0, 19, 18, 0 };
  static const char *const state[] = { "final", "filling", "waiting", "final" };
  static const char *const values = "Google 40,000, Facebook 35,000, Baidu 30,000, Apple 25,000";
  g_autoptr (GTimeZone)    utc = g_time_zone_new_utc ();
  Fixture                  fixture;

  fixture_init (&fixture);
  weir_chart_set_time_zone (fixture.chart, utc);
  fill (fixture.model, 20);
  gtk_widget_grab_focus (GTK_WIDGET (fixture.chart));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *when = weir_format_window (T0 + at[i] * 10 * SECOND, T0 + (at[i] + 1) * 10 * SECOND, g_get_real_time (), utc);
      g_autofree char *text = g_strdup_printf ("%s, %s: %s", when, state[i], values);

      g_assert_true (press (fixture.chart, keys[i], 0));
      g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, at[i]);
      assert_said (fixture.chart, text);
    }
  fixture_clear (&fixture);
}

/* In a window that is written from right to left the left key leads to the later time. */
static void
test_mirrored_keys (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  fill (fixture.model, 20);
  gtk_widget_set_direction (GTK_WIDGET (fixture.chart), GTK_TEXT_DIR_RTL);
  g_assert_true (press (fixture.chart, GDK_KEY_Right, 0));
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 19);
  g_assert_true (press (fixture.chart, GDK_KEY_Right, GDK_CONTROL_MASK));
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 9);
  g_assert_true (press (fixture.chart, GDK_KEY_Left, 0));
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 10);
  fixture_clear (&fixture);
}

/* The pointer. ------------------------------------------------------------------------------------------------- */

static GtkEventController *
get_controller (WeirChart *chart,
                GType      type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (chart));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type))
        return controller;
    }
  g_assert_not_reached ();
}

static void
move_to (WeirChart *chart,
         double     x,
         double     y)
{
  g_signal_emit_by_name (get_controller (chart, GTK_TYPE_EVENT_CONTROLLER_MOTION), "motion", x, y);
}

/* Down, along @dx and up again: the signals in the order in which GTK gives them. */
static void
drag (WeirChart *chart,
      double     x,
      double     dx,
      int        n_press,
      double     y)
{
  GtkEventController *gesture = get_controller (chart, GTK_TYPE_GESTURE_DRAG);

  g_signal_emit_by_name (gesture, "drag-begin", x, y);
  if (dx != 0)
    g_signal_emit_by_name (gesture, "drag-update", dx, 0.);
  g_signal_emit_by_name (get_controller (chart, GTK_TYPE_GESTURE_CLICK), "released", n_press, x + dx, y);
  g_signal_emit_by_name (gesture, "drag-end", dx, 0.);
}

static void
count_cb (WeirChart *chart,
          guint     *count)
{
  (*count)++;
}

/* The cursor goes with the pointer; a click holds it until the next one. */
static void
test_pointer (void)
{
  Fixture          fixture;
  WeirChartLayout *layout;
  double           x, y;
  guint            n_late = 0;

  fixture_init (&fixture);
  fill (fixture.model, 20);
  layout = &fixture.chart->layout;
  _weir_chart_fit (fixture.chart, 900, 340);
  x = weir_chart_layout_x (layout, T0 + 75. * SECOND);
  y = layout->plot_y + 20;
  move_to (fixture.chart, x, y);
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 7);
  move_to (fixture.chart, weir_chart_layout_x (layout, T0 + 121. * SECOND), y);
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 12);
  /* Beside the plot and under the row of late ticks there is nothing to read. */
  move_to (fixture.chart, layout->plot_x - 10, y);
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, -1);
  move_to (fixture.chart, x, layout->late_y + 9);
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, -1);
  move_to (fixture.chart, x, y);
  drag (fixture.chart, x, 0, 1, y);
  move_to (fixture.chart, weir_chart_layout_x (layout, T0 + 121. * SECOND), y);
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 7);
  g_signal_emit_by_name (get_controller (fixture.chart, GTK_TYPE_EVENT_CONTROLLER_MOTION), "leave");
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, 7);
  drag (fixture.chart, x, 0, 1, y);
  g_signal_emit_by_name (get_controller (fixture.chart, GTK_TYPE_EVENT_CONTROLLER_MOTION), "leave");
  g_assert_cmpint (weir_chart_get_cursor (fixture.chart), ==, -1);

  g_signal_connect (fixture.chart, "late-clicked", G_CALLBACK (count_cb), &n_late);
  drag (fixture.chart, x, 0, 1, layout->late_y);
  g_assert_cmpuint (n_late, ==, 1);
  drag (fixture.chart, x, 0, 1, y);
  g_assert_cmpuint (n_late, ==, 1);
  fixture_clear (&fixture);
}

/* What was dragged over is what is shown, whichever way; a double click goes back. A trembling hand drags nothing. */
static void
test_drag (void)
{
  Fixture          fixture;
  WeirChartLayout *layout;
  gint64           view[2], before[2];
  double           from, to, y;

  fixture_init (&fixture);
  fill (fixture.model, 20);
  layout = &fixture.chart->layout;
  _weir_chart_fit (fixture.chart, 900, 340);
  y = layout->plot_y + 20;
  from = weir_chart_layout_x (layout, T0 + 50. * SECOND);
  to = weir_chart_layout_x (layout, T0 + 150. * SECOND);
  drag (fixture.chart, from, 5, 1, y);
  g_assert_true (weir_chart_model_is_following (fixture.model));
  move_to (fixture.chart, from, y);
  drag (fixture.chart, to, from - to, 1, y);
  g_assert_false (weir_chart_model_is_following (fixture.model));
  g_assert_false (fixture.chart->pinned);
  weir_chart_model_get_view (fixture.model, &view[0], &view[1]);
  g_assert_cmpfloat_with_epsilon ((double)view[0], T0 + 50. * SECOND, 1e3);
  g_assert_cmpfloat_with_epsilon ((double)view[1], T0 + 150. * SECOND, 1e3);

  /* Sideways the view moves along by a twelfth a step; up and down is the page's. */
  _weir_chart_fit (fixture.chart, 900, 340);
  {
    gboolean taken = TRUE;

    g_signal_emit_by_name (get_controller (fixture.chart, GTK_TYPE_EVENT_CONTROLLER_SCROLL), "scroll", 0., 1., &taken);
    g_assert_false (taken);
    before[0] = view[0];
    g_signal_emit_by_name (get_controller (fixture.chart, GTK_TYPE_EVENT_CONTROLLER_SCROLL), "scroll", 6., 0., &taken);
    g_assert_true (taken);
  }
  weir_chart_model_get_view (fixture.model, &view[0], &view[1]);
  g_assert_cmpfloat_with_epsilon ((double)(view[0] - before[0]), 50. * SECOND, 1e4);
  g_assert_cmpfloat_with_epsilon ((double)(view[1] - view[0]), 100. * SECOND, 1e4);
  drag (fixture.chart, from, 0, 2, y);
  g_assert_true (weir_chart_model_is_following (fixture.model));
  fixture_clear (&fixture);
}

/* Whether @node draws something in that place. */
static gboolean
covers (GskRenderNode *node,
        float          x,
        float          y)
{
  graphene_rect_t bounds;

  if (node == NULL)
    return FALSE;
  gsk_render_node_get_bounds (node, &bounds);
  return graphene_rect_contains_point (&bounds, &GRAPHENE_POINT_INIT (x, y));
}

/* The tooltip says the window, its state, every series and the total, and stays inside. */
static void
test_tooltip (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  fill (fixture.model, 20);
  _weir_chart_fit (fixture.chart, 900, 340);
  for (int kind = 0; kind < WEIR_CHART_N_KINDS; kind++)
    for (guint at = 12; at < 20; at += 7)
      {
        GtkSnapshot   *snapshot = gtk_snapshot_new ();
        WeirChartScene scene;
        GskRenderNode *node;

        weir_chart_model_set_kind (fixture.model, (WeirChartKind)kind);
        weir_chart_model_update (fixture.model);
        _weir_chart_fit (fixture.chart, 900, 340);
        scene = _weir_chart_scene (fixture.chart);
        weir_chart_draw_cursor (&scene, snapshot, at);
        weir_chart_draw_tooltip (&scene, snapshot, at);
        weir_chart_draw_tooltip (&scene, snapshot, 1000);
        node = gtk_snapshot_free_to_node (snapshot);
        if (!fixture.chart->layout.horizontal)
          {
            graphene_rect_t bounds;

            g_assert_true (covers (node, (float)weir_chart_layout_x (&fixture.chart->layout, T0 + (at * 10. + 5) * SECOND), (float)fixture.chart->layout.plot_y + 20));
            gsk_render_node_get_bounds (node, &bounds);
            g_assert_cmpfloat (bounds.size.width, >, 200);
          }
        else
          g_assert_null (node);
        g_clear_pointer (&node, gsk_render_node_unref);
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
  g_test_add_func ("/chart/layout", test_layout);
  g_test_add_func ("/chart/cursor", test_cursor_keeps_its_time);
  g_test_add_func ("/chart/keys", test_keys);
  g_test_add_func ("/chart/readout", test_readout);
  g_test_add_func ("/chart/mirrored-keys", test_mirrored_keys);
  g_test_add_func ("/chart/pointer", test_pointer);
  g_test_add_func ("/chart/drag", test_drag);
  g_test_add_func ("/chart/tooltip", test_tooltip);
  g_test_add_func ("/chart/zoom", test_zoom_stops_following);
  g_test_add_func ("/chart/legend", test_legend);
  g_test_add_func ("/chart/describe-window", test_describe_window);
  g_test_add_func ("/chart/style", test_style_is_followed);
  return g_test_run ();
}
