/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at the results pane over live made-up rows; not run as a test. */
#include "config.h"

#include <math.h>

#include "fake-rows.h"
#include "ui/results/results-pane-private.h"
#include "ui/ui-init.h"

#define SECOND G_GINT64_CONSTANT (1000000)
#define WINDOW (10 * SECOND)

static gboolean dark;
static gboolean paused;
static gboolean details;
static gboolean empty;
static gboolean mirrored;
static int      text_percent = 100;
static int      width = 1003;
static int      height = 725;
static int      tick_ms = 500;
static int      quit_after;

static const GOptionEntry options[] = {
  { "dark", 0, 0, G_OPTION_ARG_NONE, &dark, NULL, NULL },
  { "paused", 0, 0, G_OPTION_ARG_NONE, &paused, NULL, NULL },
  { "details", 0, 0, G_OPTION_ARG_NONE, &details, NULL, NULL },
  { "empty", 0, 0, G_OPTION_ARG_NONE, &empty, NULL, NULL },
  { "rtl", 0, 0, G_OPTION_ARG_NONE, &mirrored, NULL, NULL },
  { "text", 0, 0, G_OPTION_ARG_INT, &text_percent, NULL, NULL },
  { "width", 0, 0, G_OPTION_ARG_INT, &width, NULL, NULL },
  { "height", 0, 0, G_OPTION_ARG_INT, &height, NULL, NULL },
  { "tick", 0, 0, G_OPTION_ARG_INT, &tick_ms, NULL, NULL },
  { "quit-after", 0, 0, G_OPTION_ARG_INT, &quit_after, NULL, NULL },
  { NULL },
};

typedef struct
{
  WeirResultsPane *pane;
  FakeTable       *table;
  guint64          n_written;
} Demo;

static void
write_window (Demo  *demo,
              gint64 start_us,
              double full)
{
  static const char *const channels[] = { "Google", "Facebook", "Baidu", "Apple" };

  for (int c = 0; c < 4; c++)
    {
      FakeRow *row = fake_table_touch (demo->table, start_us, start_us + WINDOW, channels[c]);
      double   w = (double)(start_us / WINDOW);

      row->bids = (gint64)((40000 - c * 6000 + 2500 * sin (w * .4 + c) + 900 * sin (w * 1.7 * (c + 1))) * full);
      row->avg_price = 1190.57 + c * 44.5 + 20 * sin (w);
      row->max_price = 7661188 + (gint64)(c * 400000 + 90000 * sin (w));
      row->updated_us = g_get_real_time ();
      demo->n_written++;
    }
}

static gboolean
tick_cb (gpointer user_data)
{
  Demo  *demo = user_data;
  gint64 now = g_get_real_time ();
  gint64 current = now - now % WINDOW;

  write_window (demo, current - WINDOW, 1);
  write_window (demo, current, (double)(now - current) / WINDOW);
  demo->table->newest_us = now;
  demo->table->watermark_us = now - 10 * SECOND;
  g_autoptr (WeirRowsView) view = fake_table_snapshot (demo->table);

  _weir_results_pane_set_view (demo->pane, view, demo->n_written);
  return G_SOURCE_CONTINUE;
}

static void
show_late (Demo *demo)
{
  gint64        now = g_get_real_time ();
  WeirChartLate late[9];

  for (int i = 0; i < 9; i++)
    late[i] = (WeirChartLate){ now - (i + 2) * 13 * SECOND, 1 + (i % 4 == 1) * 3 };
  weir_chart_model_set_late (demo->pane->chart_model, 14, late, 9);
  weir_chart_model_add_mark (demo->pane->chart_model, now - 150 * SECOND, WEIR_MARK_EVENT, "Reconnected");
}

static gboolean
select_cb (gpointer user_data)
{
  Demo                     *demo = user_data;
  g_autoptr (WeirResultRow) row = g_list_model_get_item (G_LIST_MODEL (demo->pane->model), 4);

  adw_flap_set_reveal_flap (ADW_FLAP (demo->pane->flap), TRUE);
  _weir_results_pane_show_details (demo->pane, row);
  return G_SOURCE_REMOVE;
}

static gboolean
pause_cb (gpointer user_data)
{
  Demo *demo = user_data;

  weir_results_pane_set_paused (demo->pane, TRUE);
  weir_chart_set_cursor (weir_chart_card_get_chart (demo->pane->card), 6);
  return G_SOURCE_REMOVE;
}

static void
show_why (Demo *demo)
{
  gint64  now = g_get_real_time ();
  gint64  start = now - now % WINDOW;
  WeirWhy why = {
    .cause = WEIR_WHY_WINDOW_OPEN,
    .source = "auction-bids",
    .retry_in_us = -1,
    .rows_in = 174720,
    .rows_passed = 170876,
    .column = "ts",
    .window_start_us = start,
    .window_end_us = start + WINDOW,
    .final_at_us = start + 2 * WINDOW,
    .newest_event_us = now,
  };

  _weir_results_pane_set_why (demo->pane, &why);
}

static gboolean
quit_cb (gpointer app)
{
  g_application_quit (app);
  return G_SOURCE_REMOVE;
}

static void
activate_cb (GtkApplication *app)
{
  GtkWidget *window = adw_application_window_new (app);
  Demo      *demo = g_new0 (Demo, 1);
  gint64     now = g_get_real_time ();

  weir_ui_init ();
  if (mirrored)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  g_object_set (gtk_settings_get_default (), "gtk-font-name", "Cantarell 11", "gtk-xft-dpi", 96 * 1024 * text_percent / 100, NULL);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
  demo->pane = WEIR_RESULTS_PANE (weir_results_pane_new ());
  demo->table = fake_table_new ();
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), GTK_WIDGET (demo->pane));
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_present (GTK_WINDOW (window));
  _weir_results_pane_set_wait (demo->pane, 10 * SECOND);
  if (empty)
    {
      show_why (demo);
      return;
    }
  for (int w = 290; w > 0; w--)
    write_window (demo, now - now % WINDOW - w * WINDOW, 1);
  tick_cb (demo);
  show_late (demo);
  if (paused)
    g_timeout_add (700, pause_cb, demo);
  if (details)
    g_timeout_add (900, select_cb, demo);
  g_timeout_add ((guint)tick_ms, tick_cb, demo);
  if (quit_after > 0)
    g_timeout_add_seconds ((guint)quit_after, quit_cb, app);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (AdwApplication) app = adw_application_new (NULL, G_APPLICATION_NON_UNIQUE);

  g_application_add_main_option_entries (G_APPLICATION (app), options);
  g_signal_connect (app, "activate", G_CALLBACK (activate_cb), NULL);
  return g_application_run (G_APPLICATION (app), argc, argv);
}
