/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines and areas over time. Below one window a pixel they are paths from cairo; above, each pixel column is one colour node from the
 * least to the greatest value in it, which costs a twentieth of a path of as many points.
 */
#include "config.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ui/charts/chart-draw-private.h"

typedef struct
{
  const WeirChartScene  *scene;
  const WeirChartWindow *windows;
  guint                  first;
  guint                  end;
  double                 gap_us; /* windows further apart are not joined */
} Run;

static void
run_init (Run                  *run,
          const WeirChartScene *scene)
{
  const WeirChartLayout *layout = scene->layout;
  guint                  n_windows;

  run->scene = scene;
  run->windows = weir_chart_model_get_windows (scene->model, &n_windows);
  _weir_scene_windows (scene, &run->first, &run->end);
  run->gap_us = INFINITY;
  /* Windows come at equal steps, so a missing one is a gap; instants come when they like. */
  if (run->end > run->first && run->windows[run->first].start_us != run->windows[run->first].end_us && layout->window_px > 0)
    run->gap_us = 1.5 * layout->window_px / layout->plot_width * (layout->max_us - layout->min_us);
}

/* Whether a line leads from window @i - 1 to window @i. */
static gboolean
is_joined (const Run    *run,
           const double *values,
           guint         i)
{
  if (i <= run->first || i >= run->end || isnan (values[i]) || isnan (values[i - 1]))
    return FALSE;
  if (run->windows[i].state == WEIR_WINDOW_FILLING || run->windows[i - 1].state == WEIR_WINDOW_FILLING)
    return FALSE;
  return weir_chart_window_middle (&run->windows[i]) - weir_chart_window_middle (&run->windows[i - 1]) <= run->gap_us;
}

static double
x_of (const Run *run,
      guint      i)
{
  return weir_chart_layout_x (run->scene->layout, weir_chart_window_middle (&run->windows[i]));
}

static double
y_of (const Run *run,
      double     value)
{
  return weir_chart_layout_y (run->scene->layout, value);
}

/* The joined stretches whose right end has the state asked for: final ones full, waiting ones dashed. */
static void
stroke_line (const Run    *run,
             cairo_t      *cr,
             const double *values,
             gboolean      open)
{
  gboolean pen_down = FALSE;

  for (guint i = run->first; i < run->end; i++)
    {
      gboolean wanted = is_joined (run, values, i) && (run->windows[i].state != WEIR_WINDOW_FINAL) == open;

      if (wanted && !pen_down)
        cairo_move_to (cr, x_of (run, i - 1), y_of (run, values[i - 1]));
      if (wanted)
        cairo_line_to (cr, x_of (run, i), y_of (run, values[i]));
      pen_down = wanted;
    }
  cairo_stroke (cr);
}

/* Lines end at the edge of the plot, where the labels of the axis begin; markers may stand out by their half. */
static void
clip_to_plot (const Run *run,
              cairo_t   *cr)
{
  const WeirChartLayout *layout = run->scene->layout;

  cairo_rectangle (cr, layout->plot_x, layout->plot_y - 6, layout->plot_width, layout->plot_height + 12);
  cairo_clip (cr);
}

static void
draw_line (const Run             *run,
           cairo_t               *cr,
           const WeirChartSeries *series)
{
  static const double open_dash[] = { 3, 3 };
  GdkRGBA             color = _weir_scene_color (run->scene, series);
  guint               n_dashes;
  const double       *dashes = weir_palette_dash (series->slot, &n_dashes);
  gboolean            markers = weir_chart_layout_has_markers (run->scene->layout);

  gdk_cairo_set_source_rgba (cr, &color);
  cairo_set_line_width (cr, run->scene->palette->line_width);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_save (cr);
  clip_to_plot (run, cr);
  cairo_set_dash (cr, dashes, (int)n_dashes, 0);
  stroke_line (run, cr, series->values, FALSE);
  cairo_set_dash (cr, open_dash, 2, 0);
  stroke_line (run, cr, series->values, TRUE);
  cairo_restore (cr);

  for (guint i = run->first; i < run->end; i++)
    {
      gboolean open = run->windows[i].state != WEIR_WINDOW_FINAL;
      gboolean alone = !is_joined (run, series->values, i) && !is_joined (run, series->values, i + 1);
      double   x = x_of (run, i);

      if (x >= run->scene->layout->plot_x && !isnan (series->values[i]) && (markers || open || alone))
        weir_palette_draw_marker (cr, series->slot, x, y_of (run, series->values[i]), WEIR_MARKER_RADIUS, &color,
                                  &run->scene->palette->card, open);
    }
}

static void
draw_dense_line (const Run             *run,
                 GtkSnapshot           *snapshot,
                 const WeirChartSeries *series)
{
  GdkRGBA color = _weir_scene_color (run->scene, series);
  double  pen = run->scene->palette->line_width;
  guint   i = run->first;
  double  before = NAN;

  while (i < run->end)
    {
      double column = floor (x_of (run, i));
      double top = isnan (before) ? INFINITY : before;
      double bottom = isnan (before) ? -INFINITY : before;

      before = NAN;
      for (; i < run->end && floor (x_of (run, i)) == column; i++)
        {
          double y = y_of (run, series->values[i]);

          if (isnan (y))
            continue;
          top = MIN (top, y);
          bottom = MAX (bottom, y);
          before = y;
        }
      if (bottom >= top)
        _weir_fill_rect (snapshot, &color, column, top - pen / 2, 1, bottom - top + pen);
    }
}

static gboolean
is_dense (const Run *run)
{
  return run->end - run->first > run->scene->layout->plot_width;
}

/* "filling" beside the newest window, once. */
static void
draw_filling_label (const Run   *run,
                    GtkSnapshot *snapshot)
{
  WeirTextStyle           style = { .points = 8.5, .valign = .5, .color = &run->scene->palette->dim };
  const char             *label = _ ("filling");
  guint                   n_series;
  WeirChartSeries *const *series = weir_chart_model_get_series (run->scene->model, &n_series);
  double                  width = _weir_measure_text (run->scene->pango, label, &style);

  for (guint i = run->end; i-- > run->first;)
    {
      double sum = 0;
      guint  n = 0;
      double x = x_of (run, i) + 9;

      if (run->windows[i].state != WEIR_WINDOW_FILLING)
        return;
      for (guint s = 0; s < n_series; s++)
        if (!series[s]->hidden && !isnan (series[s]->values[i]))
          {
            sum += series[s]->values[i];
            n++;
          }
      if (n == 0 || x + width > run->scene->layout->plot_x + run->scene->layout->plot_width + 5)
        continue;
      _weir_draw_text (run->scene->pango, snapshot, label, x, y_of (run, sum / n), &style);
      return;
    }
}

static cairo_t *
plot_cairo (const WeirChartScene *scene,
            GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;

  return gtk_snapshot_append_cairo (snapshot,
                                    &GRAPHENE_RECT_INIT ((float)layout->plot_x - 6, (float)layout->plot_y - 6,
                                                         (float)layout->plot_width + 12, (float)layout->plot_height + 12));
}

void
_weir_draw_lines (const WeirChartScene *scene,
                  GtkSnapshot          *snapshot)
{
  guint                   n_series;
  WeirChartSeries *const *series = weir_chart_model_get_series (scene->model, &n_series);
  cairo_t                *cr = NULL;
  Run                     run;

  run_init (&run, scene);
  for (guint s = n_series; s-- > 0;)
    {
      if (series[s]->hidden)
        continue;
      if (is_dense (&run))
        {
          draw_dense_line (&run, snapshot, series[s]);
          continue;
        }
      if (cr == NULL)
        cr = plot_cairo (scene, snapshot);
      draw_line (&run, cr, series[s]);
    }
  if (cr != NULL)
    cairo_destroy (cr);
  draw_filling_label (&run, snapshot);
}

static double
or_zero (double value)
{
  return isnan (value) ? 0 : value;
}

/* One layer of the stack, from @base up. Windows still filling stay out: they would look like a crash. */
static void
fill_layer (const Run    *run,
            cairo_t      *cr,
            const double *base,
            const double *top,
            guint         from,
            guint         to)
{
  for (guint i = from; i < to; i++)
    cairo_line_to (cr, x_of (run, i), y_of (run, top[i]));
  for (guint i = to; i-- > from;)
    cairo_line_to (cr, x_of (run, i), y_of (run, base[i]));
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_layer (const Run             *run,
            cairo_t               *cr,
            const WeirChartSeries *series,
            const double          *base,
            const double          *top)
{
  static const double open_dash[] = { 3, 3 };
  GdkRGBA             color = _weir_scene_color (run->scene, series);
  GdkRGBA             body = color;
  guint               from = run->first;

  body.alpha *= run->scene->palette->translucent ? .5f : 1.f;
  while (from < run->end)
    {
      guint to = from + 1;

      while (to < run->end && is_joined (run, top, to))
        to++;
      gdk_cairo_set_source_rgba (cr, &body);
      if (run->windows[from].state != WEIR_WINDOW_FILLING)
        fill_layer (run, cr, base, top, from, to);
      from = to;
    }
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_set_line_width (cr, run->scene->palette->line_width * .75);
  stroke_line (run, cr, top, FALSE);
  cairo_set_dash (cr, open_dash, 2, 0);
  stroke_line (run, cr, top, TRUE);
  cairo_set_dash (cr, NULL, 0, 0);
  for (guint i = run->first; i < run->end; i++)
    if (run->windows[i].state != WEIR_WINDOW_FINAL && !isnan (series->values[i]))
      weir_palette_draw_marker (cr, series->slot, x_of (run, i), y_of (run, top[i]), WEIR_MARKER_RADIUS, &color,
                                &run->scene->palette->card, TRUE);
}

void
_weir_draw_areas (const WeirChartScene *scene,
                  GtkSnapshot          *snapshot)
{
  guint                   n_series;
  WeirChartSeries *const *series = weir_chart_model_get_series (scene->model, &n_series);
  g_autofree double      *base = NULL;
  g_autofree double      *top = NULL;
  cairo_t                *cr;
  Run                     run;

  run_init (&run, scene);
  if (run.end == run.first)
    return;
  base = g_new0 (double, run.end);
  top = g_new0 (double, run.end);
  cr = plot_cairo (scene, snapshot);
  for (guint s = 0; s < n_series; s++)
    {
      if (series[s]->hidden)
        continue;
      for (guint i = run.first; i < run.end; i++)
        top[i] = base[i] + or_zero (series[s]->values[i]);
      draw_layer (&run, cr, series[s], base, top);
      for (guint i = run.first; i < run.end; i++)
        base[i] = top[i];
    }
  cairo_destroy (cr);
  draw_filling_label (&run, snapshot);
}
