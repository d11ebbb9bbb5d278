/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at the chart: demo-chart [--dark] [--kind=N] [--cursor=N] [--many] [--width=N]; not run as a test. */
#include "config.h"

#include <math.h>

#include <adwaita.h>

#include "ui/charts/chart-card.h"
#include "ui/ui-init.h"

#define SECOND G_GINT64_CONSTANT (1000000)

static gboolean dark;
static gboolean behind;
static int      kind;
static int      cursor = -1;
static int      width = 980;
static int      n_keys = 4;
static int      n_windows = 25;

static const GOptionEntry options[] = {
  { "dark", 0, 0, G_OPTION_ARG_NONE, &dark, NULL, NULL },
  { "behind", 0, 0, G_OPTION_ARG_NONE, &behind, NULL, NULL },
  { "kind", 0, 0, G_OPTION_ARG_INT, &kind, NULL, NULL },
  { "cursor", 0, 0, G_OPTION_ARG_INT, &cursor, NULL, NULL },
  { "width", 0, 0, G_OPTION_ARG_INT, &width, NULL, NULL },
  { "keys", 0, 0, G_OPTION_ARG_INT, &n_keys, NULL, NULL },
  { "windows", 0, 0, G_OPTION_ARG_INT, &n_windows, NULL, NULL },
  { NULL },
};

static WeirChartModel *
demo_model (void)
{
  static const char *const names[] = { "Google", "Facebook", "Baidu", "Apple", "Yahoo", "Yandex", "Bing", "DuckDuckGo", "Qwant", "Ecosia", "Startpage" };
  WeirChartModel          *model = weir_chart_model_new (NULL);
  g_autoptr (GArray)       cells = g_array_new (FALSE, FALSE, sizeof (WeirChartCell));
  g_autoptr (GRand)        rand = g_rand_new_with_seed (3);
  gint64                   now = g_get_real_time () / (10 * SECOND) * 10 * SECOND;
  gint64                   t0 = now - (n_windows - 1) * 10 * SECOND;
  WeirChartLate            late[9];

  for (int w = 0; w < n_windows; w++)
    for (int k = 0; k < n_keys; k++)
      {
        WeirChartCell cell = { t0 + w * 10 * SECOND, t0 + (w + 1) * 10 * SECOND, 0, 0 };

        cell.key = weir_chart_model_intern (model, names[k % G_N_ELEMENTS (names)]);
        cell.value = floor (42000 - k * 5200 + 2500 * sin (w * .4 + k) + g_rand_double_range (rand, -900, 900));
        if (w == n_windows - 1)
          cell.value = floor (cell.value / 5);
        g_array_append_val (cells, cell);
      }
  for (int i = 0; i < 9; i++)
    late[i] = (WeirChartLate){ now - (i + 2) * 13 * SECOND, 1 + (i % 4 == 1) * 3 };
  weir_chart_model_set_chunk (model, 0, (WeirChartCell *)(gpointer)cells->data, cells->len);
  weir_chart_model_set_times (model, now - 10 * SECOND, now + 2 * SECOND, 10 * SECOND);
  weir_chart_model_set_late (model, 14, late, 9);
  weir_chart_model_add_mark (model, now - 150 * SECOND, WEIR_MARK_EVENT, "Reconnected");
  weir_chart_model_set_kind (model, (WeirChartKind)kind);
  if (n_windows > 30)
    weir_chart_model_set_range (model, 0);
  weir_chart_model_update (model);
  return model;
}

static void
activate_cb (GtkApplication *app)
{
  GtkWidget                 *window = adw_application_window_new (app);
  g_autoptr (WeirChartModel) model = demo_model ();
  GtkWidget                 *card = weir_chart_card_new (model);

  weir_ui_init ();
  g_object_set (gtk_settings_get_default (), "gtk-font-name", "Cantarell 11", NULL);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
  weir_chart_card_set_title (WEIR_CHART_CARD (card), "bids", "per 10 s window");
  weir_chart_card_set_behind (WEIR_CHART_CARD (card), behind ? 1204 : -1);
  if (cursor >= 0)
    weir_chart_set_cursor (weir_chart_card_get_chart (WEIR_CHART_CARD (card)), cursor);
  gtk_widget_set_margin_top (card, 12);
  gtk_widget_set_margin_bottom (card, 12);
  gtk_widget_set_margin_start (card, 12);
  gtk_widget_set_margin_end (card, 12);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), card);
  gtk_window_set_default_size (GTK_WINDOW (window), width, 400);
  gtk_window_present (GTK_WINDOW (window));
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
