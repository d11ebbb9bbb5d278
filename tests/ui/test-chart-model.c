/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "ui/charts/chart-model.h"

#define SECOND G_GINT64_CONSTANT (1000000)
#define T0     (1714725500 * SECOND)

static WeirChartCell
cell (WeirChartModel *model,
      int             window,
      const char     *key,
      double          value)
{
  WeirChartCell c = { T0 + window * 10 * SECOND, T0 + (window + 1) * 10 * SECOND, value, weir_chart_model_intern (model, key) };

  return c;
}

static WeirChartModel *
picture_model (void)
{
  WeirChartModel *model = weir_chart_model_new (NULL);
  GArray         *cells = g_array_new (FALSE, FALSE, sizeof (WeirChartCell));

  for (int w = 0; w < 6; w++)
    {
      WeirChartCell google = cell (model, w, "Google", 40000 - w * 100);
      WeirChartCell apple = cell (model, w, "Apple", 22000 + w * 10);

      g_array_append_val (cells, google);
      if (w != 2)
        g_array_append_val (cells, apple);
    }
  weir_chart_model_set_chunk (model, 0, (WeirChartCell *)(gpointer)cells->data, cells->len);
  weir_chart_model_set_times (model, T0 + 40 * SECOND, T0 + 52 * SECOND, 10 * SECOND);
  weir_chart_model_update (model);
  g_array_unref (cells);
  return model;
}

static void
test_windows (void)
{
  g_autoptr (WeirChartModel) model = picture_model ();
  const WeirChartWindow     *windows;
  WeirChartSeries *const    *series;
  guint                      n_windows;
  guint                      n_series;
  gint64                     min_us;
  gint64                     max_us;

  windows = weir_chart_model_get_windows (model, &n_windows);
  series = weir_chart_model_get_series (model, &n_series);
  g_assert_cmpuint (n_windows, ==, 6);
  g_assert_cmpuint (n_series, ==, 2);
  g_assert_cmpstr (series[0]->name, ==, "Google");
  for (int w = 0; w < 4; w++)
    g_assert_cmpint (windows[w].state, ==, WEIR_WINDOW_FINAL);
  g_assert_cmpint (windows[4].state, ==, WEIR_WINDOW_WAITING);
  g_assert_cmpint (windows[5].state, ==, WEIR_WINDOW_FILLING);
  g_assert_cmpuint (weir_chart_model_get_n_open (model), ==, 2);
  g_assert_true (isnan (series[1]->values[2]));
  g_assert_cmpfloat (series[0]->last_final, ==, 39700);
  weir_chart_model_get_view (model, &min_us, &max_us);
  g_assert_cmpint (max_us, ==, T0 + 70 * SECOND);
  g_assert_cmpint (min_us, ==, T0 + 60 * SECOND - 250 * SECOND);
  g_assert_cmpint (weir_chart_model_find_window (model, T0 + 14 * SECOND), ==, 1);
  g_assert_cmpint (weir_chart_model_find_window (model, 0), ==, 0);
  g_assert_cmpint (weir_chart_model_find_window (model, 1e18), ==, 5);
}

static void
test_describe (void)
{
  g_autoptr (WeirChartModel) model = picture_model ();
  g_autoptr (GTimeZone)      zone = g_time_zone_new_utc ();
  WeirChartLate              late[] = { { T0 + 3 * SECOND, 14 } };
  g_autofree char           *text = NULL;
  g_autofree char           *brief = NULL;

  weir_chart_model_set_late (model, 14, late, 1);
  text = weir_chart_model_describe (model, zone);
  brief = weir_chart_model_describe_short (model, zone);
  g_assert_cmpstr (text, ==, "Newest event 08:39:12, watermark 08:39:00, 2 open windows, 14 rows late");
  g_assert_cmpstr (brief, ==, "Watermark 08:39:00 · 2 open · 14 late");
}

static void
test_top_n (void)
{
  g_autoptr (WeirChartModel) model = weir_chart_model_new (NULL);
  WeirChartSeries *const    *series;
  guint                      n_series;
  WeirChartCell              cells[20];
  double                     min;
  double                     max;

  for (int i = 0; i < 20; i++)
    {
      g_autofree char *key = g_strdup_printf ("k%02d", i);

      cells[i] = cell (model, 0, key, 100 - i);
    }
  weir_chart_model_set_n_series_max (model, 3);
  weir_chart_model_set_chunk (model, 0, cells, 20);
  weir_chart_model_update (model);
  series = weir_chart_model_get_series (model, &n_series);
  g_assert_cmpuint (n_series, ==, 4);
  g_assert_cmpstr (series[0]->name, ==, "k00");
  g_assert_cmpuint (series[3]->slot, ==, WEIR_SLOT_OTHERS);
  g_assert_cmpfloat (series[3]->values[0], ==, 1513);

  /* Slightly greater does not replace, clearly greater does; the order of those that stay is kept. */
  cells[3].value = 101;
  weir_chart_model_set_chunk (model, 0, cells, 20);
  weir_chart_model_update (model);
  series = weir_chart_model_get_series (model, &n_series);
  g_assert_cmpstr (series[2]->name, ==, "k02");
  cells[3].value = 200;
  weir_chart_model_set_chunk (model, 0, cells, 20);
  weir_chart_model_update (model);
  series = weir_chart_model_get_series (model, &n_series);
  g_assert_cmpstr (series[0]->name, ==, "k00");
  g_assert_cmpstr (series[1]->name, ==, "k01");
  g_assert_cmpstr (series[2]->name, ==, "k03");

  weir_chart_model_get_extent (model, &min, &max);
  g_assert_cmpfloat (max, ==, 1513 - 97 + 98);
  weir_chart_model_set_kind (model, WEIR_CHART_STACKED);
  weir_chart_model_get_extent (model, &min, &max);
  g_assert_cmpfloat (max, ==, 1514 + 100 + 99 + 200);
}

static void
test_legend (void)
{
  g_autoptr (WeirChartModel) model = picture_model ();
  WeirChartSeries *const    *series;
  guint                      n_series;

  weir_chart_model_solo (model, "Apple");
  series = weir_chart_model_get_series (model, &n_series);
  g_assert_true (series[0]->hidden);
  g_assert_false (series[1]->hidden);
  weir_chart_model_update (model);
  series = weir_chart_model_get_series (model, &n_series);
  g_assert_true (series[0]->hidden);
  weir_chart_model_solo (model, "Apple");
  g_assert_false (series[0]->hidden);
  weir_chart_model_toggle (model, "Google");
  g_assert_true (series[0]->hidden);
  g_assert_false (series[1]->hidden);
}

static void
test_colors_stay (void)
{
  g_autoptr (WeirKeyColors) colors = weir_key_colors_new ();
  const char               *first[] = { "Google", "Apple", "Facebook" };
  const char               *second[] = { "Baidu", "Google" };
  guint                     slot;

  weir_key_colors_assign (colors, first, 3);
  g_assert_true (weir_key_colors_lookup (colors, "Apple", &slot));
  g_assert_cmpuint (slot, ==, 0);
  g_assert_true (weir_key_colors_lookup (colors, "Google", &slot));
  g_assert_cmpuint (slot, ==, 2);
  weir_key_colors_assign (colors, second, 2);
  g_assert_true (weir_key_colors_lookup (colors, "Google", &slot));
  g_assert_cmpuint (slot, ==, 2);
  g_assert_true (weir_key_colors_lookup (colors, "Facebook", &slot));
  g_assert_cmpuint (slot, ==, 1);
  g_assert_false (weir_key_colors_lookup (colors, "Yahoo", &slot));
}

static void
test_color_table_is_bounded (void)
{
  g_autoptr (WeirKeyColors) colors = weir_key_colors_new ();

  for (int i = 0; i < 10000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %d", i);
      const char      *keys[] = { "stays", key };
      guint            a;
      guint            b;

      weir_key_colors_assign (colors, keys, 2);
      g_assert_true (weir_key_colors_lookup (colors, "stays", &a));
      g_assert_true (weir_key_colors_lookup (colors, key, &b));
      g_assert_cmpuint (a, !=, b);
    }
}

/* Relative luminance and contrast as in WCAG 2. */
static double
luminance (const GdkRGBA *color)
{
  const float  parts[] = { color->red, color->green, color->blue };
  const double weights[] = { .2126, .7152, .0722 };
  double       sum = 0;

  for (int i = 0; i < 3; i++)
    sum += weights[i] * (parts[i] <= .03928 ? parts[i] / 12.92 : pow ((parts[i] + .055) / 1.055, 2.4));
  return sum;
}

static void
test_palette_contrast (void)
{
  for (int style = 0; style < 4; style++)
    {
      const WeirPalette *palette = weir_palette_get (style & 1, style & 2);
      double             card = luminance (&palette->card);

      for (guint i = 0; i < WEIR_N_SERIES_COLORS; i++)
        {
          double series = luminance (weir_palette_series (palette, i));

          g_assert_cmpfloat ((MAX (series, card) + .05) / (MIN (series, card) + .05), >=, 3.0);
        }
    }
}

static void
test_binding (void)
{
  const WeirChartColumn bids[] = {
    { "window", WEIR_CHART_COLUMN_WINDOW, TRUE }, { "channel", WEIR_CHART_COLUMN_TEXT, TRUE }, { "bids", WEIR_CHART_COLUMN_NUMBER, FALSE }, { "avg_price", WEIR_CHART_COLUMN_NUMBER, FALSE }
  };
  const WeirChartColumn flat[] = {
    { "window_start", WEIR_CHART_COLUMN_TIME, TRUE }, { "window_end", WEIR_CHART_COLUMN_TIME, TRUE }, { "auction_id", WEIR_CHART_COLUMN_NUMBER, TRUE }, { "n", WEIR_CHART_COLUMN_NUMBER, FALSE }
  };
  const WeirChartColumn words[] = { { "value", WEIR_CHART_COLUMN_TEXT, TRUE }, { "count", WEIR_CHART_COLUMN_NUMBER, FALSE } };
  const WeirChartColumn text[] = { { "value", WEIR_CHART_COLUMN_TEXT, FALSE } };
  WeirChartBinding      binding;

  g_assert_true (weir_chart_binding_guess (&binding, bids, 4));
  g_assert_cmpint (binding.x, ==, 0);
  g_assert_cmpint (binding.series, ==, 1);
  g_assert_cmpint (binding.value, ==, 2);
  g_assert_cmpint (binding.kind, ==, WEIR_CHART_LINE);
  g_assert_true (weir_chart_binding_guess (&binding, flat, 4));
  g_assert_cmpint (binding.x, ==, 0);
  g_assert_cmpint (binding.x_end, ==, 1);
  g_assert_cmpint (binding.series, ==, 2);
  g_assert_cmpint (binding.value, ==, 3);
  g_assert_true (weir_chart_binding_guess (&binding, words, 2));
  g_assert_cmpint (binding.kind, ==, WEIR_CHART_BAR);
  g_assert_false (weir_chart_binding_guess (&binding, text, 1));
}

static void
test_empty (void)
{
  g_autoptr (WeirChartModel) model = weir_chart_model_new (NULL);
  g_autoptr (GTimeZone)      zone = g_time_zone_new_utc ();
  g_autofree char           *text = NULL;
  double                     min;
  double                     max;

  weir_chart_model_update (model);
  weir_chart_model_get_extent (model, &min, &max);
  g_assert_cmpfloat (max, ==, 0);
  g_assert_cmpint (weir_chart_model_find_window (model, 5), ==, -1);
  text = weir_chart_model_describe (model, zone);
  g_assert_cmpstr (text, ==, "No event time seen yet");
}

/* A range of seconds over windows of an hour would show none of them. */
static void
test_range_of_long_windows (void)
{
  g_autoptr (WeirChartModel) model = picture_model ();
  gint64                     min_us, max_us;
  guint                      n_windows;

  weir_chart_model_set_range (model, 4 * SECOND);
  weir_chart_model_get_view (model, &min_us, &max_us);
  weir_chart_model_get_windows (model, &n_windows);
  g_assert_cmpint (min_us, <=, T0 + 30 * SECOND);
  g_assert_cmpuint (n_windows, >=, 3);
  g_assert_cmpuint (n_windows, <, 6);
  g_assert_cmpint (weir_chart_model_get_range (model), ==, 4 * SECOND);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chart-model/windows", test_windows);
  g_test_add_func ("/chart-model/describe", test_describe);
  g_test_add_func ("/chart-model/top-n", test_top_n);
  g_test_add_func ("/chart-model/legend", test_legend);
  g_test_add_func ("/chart-model/empty", test_empty);
  g_test_add_func ("/chart-model/binding", test_binding);
  g_test_add_func ("/palette/colors-stay", test_colors_stay);
  g_test_add_func ("/palette/bounded", test_color_table_is_bounded);
  g_test_add_func ("/palette/contrast", test_palette_contrast);
  g_test_add_func ("/palette/range-of-long-windows", test_range_of_long_windows);
  return g_test_run ();
}
