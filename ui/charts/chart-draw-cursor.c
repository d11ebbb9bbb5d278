/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ui/charts/chart-draw-private.h"

#define TOOLTIP_WIDTH    206
#define TOOLTIP_RADIUS   9
#define TOOLTIP_DISTANCE 14
#define ROW              20
#define HEAD             32
#define MAX_ROWS         13

static double
value_y (const WeirChartScene   *scene,
         WeirChartSeries *const *series,
         guint                   s,
         guint                   window)
{
  WeirChartKind kind = weir_chart_model_get_kind (scene->model);
  double        value = series[s]->values[window];

  if (kind == WEIR_CHART_AREA || kind == WEIR_CHART_STACKED)
    for (guint i = 0; i < s; i++)
      if (!series[i]->hidden && !isnan (series[i]->values[window]))
        value += series[i]->values[window];
  return weir_chart_layout_y (scene->layout, value);
}

static double
cursor_x (const WeirChartScene *scene,
          guint                 window)
{
  guint                  n_windows;
  const WeirChartWindow *windows = weir_chart_model_get_windows (scene->model, &n_windows);

  return weir_chart_layout_x (scene->layout, weir_chart_window_middle (&windows[window]));
}

static gboolean
is_drawable (const WeirChartScene *scene,
             guint                 window)
{
  guint n_windows;

  weir_chart_model_get_windows (scene->model, &n_windows);
  return window < n_windows && !scene->layout->horizontal && scene->layout->width >= 40;
}

void
weir_chart_draw_cursor (const WeirChartScene *scene,
                        GtkSnapshot          *snapshot,
                        guint                 window)
{
  const WeirChartLayout  *layout = scene->layout;
  guint                   n_series;
  guint                   n_windows;
  WeirChartSeries *const *series = weir_chart_model_get_series (scene->model, &n_series);
  const WeirChartWindow  *windows = weir_chart_model_get_windows (scene->model, &n_windows);
  double                  bottom = layout->has_ruler ? layout->ruler_y + WEIR_RULER_BLOCK : layout->plot_y + layout->plot_height;
  double                  x;
  cairo_t                *cr;

  if (!is_drawable (scene, window))
    return;
  x = cursor_x (scene, window);
  if (x < layout->plot_x - 1 || x > layout->plot_x + layout->plot_width + 1)
    return;
  _weir_fill_rect (snapshot, &scene->palette->dim, round (x), layout->plot_y, 1, bottom - layout->plot_y);
  if (weir_chart_model_get_kind (scene->model) == WEIR_CHART_COLUMN)
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT ((float)x - 10, 0, 20, (float)layout->height));
  for (guint s = n_series; s-- > 0;)
    if (!series[s]->hidden && !isnan (series[s]->values[window]))
      weir_palette_draw_marker (cr, series[s]->slot, x, value_y (scene, series, s, window), WEIR_MARKER_RADIUS_CURSOR,
                                weir_palette_series (scene->palette, series[s]->slot), &scene->palette->card,
                                windows[window].state != WEIR_WINDOW_FINAL);
  cairo_destroy (cr);
}

typedef struct
{
  const WeirChartSeries *series;
  double                 value;
} TipRow;

static int
compare_rows (gconstpointer a,
              gconstpointer b)
{
  const TipRow *x = a;
  const TipRow *y = b;

  return (x->value < y->value) - (x->value > y->value);
}

static guint
tip_rows (const WeirChartScene *scene,
          guint                 window,
          TipRow               *rows,
          double               *total,
          gboolean             *whole)
{
  guint                   n_series;
  WeirChartSeries *const *series = weir_chart_model_get_series (scene->model, &n_series);
  guint                   n = 0;

  *total = 0;
  *whole = TRUE;
  for (guint s = 0; s < n_series && n < MAX_ROWS; s++)
    {
      if (series[s]->hidden || isnan (series[s]->values[window]))
        continue;
      rows[n++] = (TipRow){ series[s], series[s]->values[window] };
      *total += series[s]->values[window];
      *whole &= series[s]->values[window] == floor (series[s]->values[window]);
    }
  qsort (rows, n, sizeof *rows, compare_rows);
  return n;
}

/* Beside the line, at the bottom of the plot; on its left near the right edge and near the open windows. */
static void
place_tooltip (const WeirChartScene *scene,
               double                line_x,
               double                width,
               double                height,
               double               *x,
               double               *y)
{
  const WeirChartLayout *layout = scene->layout;
  gint64                 watermark = weir_chart_model_get_watermark (scene->model);
  double                 right = layout->plot_x + layout->plot_width;

  if (watermark != WEIR_TIME_NONE && layout->has_ruler)
    right = MIN (right, MAX (weir_chart_layout_x (layout, (double)watermark), layout->plot_x + layout->plot_width / 2));
  *x = line_x + TOOLTIP_DISTANCE;
  if (*x + width > right)
    *x = line_x - TOOLTIP_DISTANCE - width;
  *x = CLAMP (*x, 2, MAX (layout->width - width - 2, 2));
  *y = MAX (layout->plot_y + layout->plot_height - height - 8 - scene->tooltip_lift, 2);
}

static void
draw_box (const WeirChartScene *scene,
          GtkSnapshot          *snapshot,
          double                x,
          double                y,
          double                width,
          double                height)
{
  GdkRGBA        shadow = { 0, 0, 0, .22f };
  GskRoundedRect box;

  gsk_rounded_rect_init_from_rect (&box, &GRAPHENE_RECT_INIT ((float)x, (float)y, (float)width, (float)height), TOOLTIP_RADIUS);
  gtk_snapshot_append_outset_shadow (snapshot, &box, &shadow, 0, 1, 0, 5);
  gtk_snapshot_push_rounded_clip (snapshot, &box);
  _weir_fill_rect (snapshot, &scene->palette->tooltip, x, y, width, height);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &box, (float[4]){ 1, 1, 1, 1 },
                              (GdkRGBA[4]){ scene->palette->tooltip_border, scene->palette->tooltip_border,
                                            scene->palette->tooltip_border, scene->palette->tooltip_border });
}

static void
draw_head (const WeirChartScene  *scene,
           GtkSnapshot           *snapshot,
           const WeirChartWindow *window,
           double                 x,
           double                 y,
           double                 width)
{
  WeirTextStyle    title = { .points = 9, .valign = .5, .bold = TRUE, .color = &scene->palette->text };
  WeirTextStyle    word = { .points = 8.5, .align = 1, .valign = .5, .color = &scene->palette->dim };
  gboolean         instant = window->start_us == window->end_us;
  g_autofree char *when = instant ? weir_format_timestamp (window->start_us, scene->zone)
                                  : weir_format_window (window->start_us, window->end_us, g_get_real_time (), scene->zone);
  double           state_width = 0;

  if (!instant)
    {
      double   right = x + width - 12;
      cairo_t *cr;

      state_width = _weir_draw_text (scene->pango, snapshot, weir_window_state_word (window->state), right, y + 16, &word) + 14;
      cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT ((float)(right - state_width), (float)y + 8, 14, 16));
      weir_palette_draw_marker (cr, 0, right - state_width + 8, y + 16, 2.6,
                                window->state == WEIR_WINDOW_FINAL ? &scene->palette->dim : &scene->palette->watermark,
                                &scene->palette->tooltip, window->state != WEIR_WINDOW_FINAL);
      cairo_destroy (cr);
    }
  title.max_width = width - 24 - state_width;
  _weir_draw_text (scene->pango, snapshot, when, x + 12, y + 16, &title);
}

static void
draw_row (const WeirChartScene *scene,
          GtkSnapshot          *snapshot,
          const TipRow         *row,
          double                x,
          double                y,
          double                width,
          gboolean              bold,
          gboolean              whole)
{
  WeirTextStyle    number = { .points = 9.5, .align = 1, .valign = .5, .bold = bold, .color = &scene->palette->text };
  WeirTextStyle    name = { .points = 9.5, .valign = .5, .color = &scene->palette->text };
  g_autofree char *value = whole ? weir_format_number (row->value, 0) : weir_format_measure (row->value);
  double           taken = _weir_draw_text (scene->pango, snapshot, value, x + width - 12, y, &number);
  cairo_t         *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT ((float)x + 10, (float)y - 8, 16, 16));

  weir_palette_draw_marker (cr, row->series->slot, x + 18, y, 4, weir_palette_series (scene->palette, row->series->slot),
                            &scene->palette->tooltip, FALSE);
  cairo_destroy (cr);
  name.max_width = MAX (width - 30 - 12 - 8 - taken, 24);
  _weir_draw_text (scene->pango, snapshot, *row->series->name != '\0' ? row->series->name : _ ("Value"), x + 30, y, &name);
}

static void
draw_total (const WeirChartScene *scene,
            GtkSnapshot          *snapshot,
            double                total,
            gboolean              whole,
            double                x,
            double                y,
            double                width)
{
  WeirTextStyle    style = { .points = 9, .valign = .5, .color = &scene->palette->dim };
  g_autofree char *sum = whole ? weir_format_number (total, 0) : weir_format_measure (total);

  _weir_fill_rect (snapshot, &scene->palette->grid, x + 12, y - ROW / 2., width - 24, 1);
  _weir_draw_text (scene->pango, snapshot, _ ("Total"), x + 12, y, &style);
  style.align = 1;
  _weir_draw_text (scene->pango, snapshot, sum, x + width - 12, y, &style);
}

void
weir_chart_draw_tooltip (const WeirChartScene *scene,
                         GtkSnapshot          *snapshot,
                         guint                 window)
{
  guint                  n_windows;
  const WeirChartWindow *windows = weir_chart_model_get_windows (scene->model, &n_windows);
  TipRow                 rows[MAX_ROWS];
  double                 width = MIN (TOOLTIP_WIDTH, scene->layout->width - 8);
  double                 height;
  double                 total;
  double                 x;
  double                 y;
  gboolean               whole;
  guint                  n;

  if (!is_drawable (scene, window))
    return;
  n = tip_rows (scene, window, rows, &total, &whole);
  if (n == 0)
    return;
  height = HEAD + n * ROW + (n > 1 ? ROW + 2 : 6);
  place_tooltip (scene, cursor_x (scene, window), width, height, &x, &y);
  x = round (x);
  y = round (y);
  draw_box (scene, snapshot, x, y, width, height);
  draw_head (scene, snapshot, &windows[window], x, y, width);
  for (guint i = 0; i < n; i++)
    draw_row (scene, snapshot, &rows[i], x, y + HEAD + i * ROW + 7, width, i == 0 && n > 1, whole);
  if (n > 1)
    draw_total (scene, snapshot, total, whole, x, y + HEAD + n * ROW + 8, width);
}
