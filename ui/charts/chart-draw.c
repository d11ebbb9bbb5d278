/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/charts/chart-draw-private.h"

static PangoLayout *
text_layout (PangoContext        *pango,
             const char          *text,
             const WeirTextStyle *style)
{
  PangoLayout              *layout = pango_layout_new (pango);
  PangoFontDescription     *font = pango_font_description_copy (pango_context_get_font_description (pango));
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  double                    base = pango_font_description_get_size (font) / (double)PANGO_SCALE;

  /* Sizes are meant for an 11 pt user interface font and follow it when it is set larger; smaller they could not be read. */
  if (pango_font_description_get_size_is_absolute (font))
    pango_font_description_set_absolute_size (font, MAX (base, 11 * 96 / 72.) * style->points / 11 * PANGO_SCALE);
  else
    pango_font_description_set_size (font, (int)(MAX (base, 11) * style->points / 11 * PANGO_SCALE));
  if (style->bold)
    pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_text (layout, text, -1);
  if (style->max_width > 0)
    {
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_MIDDLE);
      int width;

      pango_layout_get_pixel_size (layout, &width, NULL);
      if (width > style->max_width)
        pango_layout_set_width (layout, (int)(style->max_width * PANGO_SCALE));
    }
  return layout;
}

double
_weir_draw_text (PangoContext        *pango,
                 GtkSnapshot         *snapshot,
                 const char          *text,
                 double               x,
                 double               y,
                 const WeirTextStyle *style)
{
  g_autoptr (PangoLayout) layout = text_layout (pango, text, style);
  int                     width;
  int                     height;

  pango_layout_get_pixel_size (layout, &width, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float)round (x - width * style->align), (float)round (y - height * style->valign)));
  gtk_snapshot_append_layout (snapshot, layout, style->color);
  gtk_snapshot_restore (snapshot);
  return width;
}

double
_weir_measure_text (PangoContext        *pango,
                    const char          *text,
                    const WeirTextStyle *style)
{
  g_autoptr (PangoLayout) layout = text_layout (pango, text, style);
  int                     width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

void
_weir_fill_rect (GtkSnapshot   *snapshot,
                 const GdkRGBA *color,
                 double         x,
                 double         y,
                 double         width,
                 double         height)
{
  if (width > 0 && height > 0)
    gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT ((float)x, (float)y, (float)width, (float)height));
}

GdkRGBA
_weir_scene_color (const WeirChartScene  *scene,
                   const WeirChartSeries *series)
{
  GdkRGBA color = *weir_palette_series (scene->palette, series->slot);

  if (scene->highlight != NULL && strcmp (scene->highlight, series->name) != 0)
    color.alpha = .22f;
  return color;
}

void
_weir_scene_windows (const WeirChartScene *scene,
                     guint                *first,
                     guint                *end)
{
  guint                  n_windows;
  const WeirChartWindow *windows = weir_chart_model_get_windows (scene->model, &n_windows);
  guint                  i = 0;
  guint                  j = n_windows;

  /* One more on either side, so that lines run out of the plot rather than stop before its edge. */
  while (i + 1 < n_windows && weir_chart_window_middle (&windows[i + 1]) < scene->layout->min_us)
    i++;
  while (j > i + 1 && weir_chart_window_middle (&windows[j - 2]) > scene->layout->max_us)
    j--;
  *first = i;
  *end = j;
}

static void
draw_grid (const WeirChartScene *scene,
           GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;
  WeirTextStyle          style = { .points = 9, .align = 1, .valign = .5, .color = &scene->palette->dim };
  gint64                 watermark = weir_chart_model_get_watermark (scene->model);

  if (layout->has_ruler && watermark != WEIR_TIME_NONE && watermark < layout->max_us)
    {
      double x = MAX (weir_chart_layout_x (layout, (double)watermark), layout->plot_x);

      _weir_fill_rect (snapshot, &scene->palette->open_ground, x, layout->plot_y, layout->plot_x + layout->plot_width - x,
                       layout->plot_height);
    }
  for (guint i = 0; i < layout->y_ticks.n_ticks; i++)
    {
      double           value = layout->y_ticks.min + i * layout->y_ticks.step;
      double           y = round (weir_chart_layout_y (layout, value));
      gboolean         zero = fabs (value) < layout->y_ticks.step * 1e-6;
      g_autofree char *label = weir_number_ticks_label (&layout->y_ticks, i);

      _weir_fill_rect (snapshot, zero ? &scene->palette->axis : &scene->palette->grid, layout->plot_x, y, layout->plot_width, 1);
      _weir_draw_text (scene->pango, snapshot, label, layout->plot_x - 8, y, &style);
    }
}

static void
draw_time_axis (const WeirChartScene *scene,
                GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;
  WeirTextStyle          style = { .points = 9, .color = &scene->palette->dim };
  double                 bottom = layout->plot_y + layout->plot_height;

  if (!weir_chart_model_has_time (scene->model))
    return;
  for (guint i = 0; i < layout->x_ticks.n_ticks; i++)
    {
      double           x = round (weir_chart_layout_x (layout, (double)layout->x_ticks.times_us[i]));
      g_autofree char *label = weir_time_ticks_label (&layout->x_ticks, i, scene->zone);
      double           width = _weir_measure_text (scene->pango, label, &style);
      double           left = CLAMP (x - width / 2, 0, MAX (layout->width - width - 4, 0));

      _weir_fill_rect (snapshot, &scene->palette->axis, x, bottom, 1, 4);
      _weir_draw_text (scene->pango, snapshot, label, left, bottom + 5, &style);
    }
}

static void
draw_marks (const WeirChartScene *scene,
            GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;
  WeirTextStyle          style = { .points = 8.5, .color = &scene->palette->dim };

  for (guint i = 0; i < weir_chart_model_get_n_marks (scene->model); i++)
    {
      gint64       time_us;
      WeirMarkKind kind;
      const char  *label = weir_chart_model_get_mark (scene->model, i, &time_us, &kind);
      double       x = round (weir_chart_layout_x (layout, (double)time_us));

      if (x < layout->plot_x || x > layout->plot_x + layout->plot_width - 20)
        continue;
      style.color = kind == WEIR_MARK_ALERT ? &scene->palette->late : &scene->palette->dim;
      for (double y = layout->plot_y; y < layout->plot_y + layout->plot_height; y += 4)
        _weir_fill_rect (snapshot, style.color, x, y, 1, 2);
      _weir_draw_text (scene->pango, snapshot, label, x + 6, layout->plot_y + 3, &style);
    }
}

/* Does a label of the time axis stand at @x? */
static gboolean
is_labelled (const WeirChartScene *scene,
             double                x)
{
  const WeirChartLayout *layout = scene->layout;
  WeirTextStyle          style = { .points = 9, .color = &scene->palette->dim };

  for (guint i = 0; i < layout->x_ticks.n_ticks; i++)
    {
      g_autofree char *label = weir_time_ticks_label (&layout->x_ticks, i, scene->zone);
      double           width = _weir_measure_text (scene->pango, label, &style);

      if (fabs (x - weir_chart_layout_x (layout, (double)layout->x_ticks.times_us[i])) < width / 2 + 3)
        return TRUE;
    }
  return FALSE;
}

/* Does a marker of the line chart stand in the box? */
static gboolean
is_marked (const WeirChartScene *scene,
           double                left,
           double                right,
           double                top,
           double                bottom)
{
  guint                   n_windows, n_series;
  const WeirChartWindow  *windows = weir_chart_model_get_windows (scene->model, &n_windows);
  WeirChartSeries *const *series = weir_chart_model_get_series (scene->model, &n_series);

  for (guint i = n_windows; i-- > 0;)
    {
      double x = weir_chart_layout_x (scene->layout, weir_chart_window_middle (&windows[i]));

      if (x < left)
        return FALSE;
      for (guint s = 0; x <= right && s < n_series; s++)
        {
          double y = series[s]->hidden || isnan (series[s]->values[i]) ? -1 : weir_chart_layout_y (scene->layout, series[s]->values[i]);

          if (y >= top && y <= bottom)
            return TRUE;
        }
    }
  return FALSE;
}

/* At the top, at the bottom, or between, where no marker is; at the top when there is one everywhere. */
static double
find_room (const WeirChartScene *scene,
           double                x,
           double                width)
{
  const WeirChartLayout *layout = scene->layout;
  const double           places[] = { layout->plot_y + 3, layout->plot_y + layout->plot_height - 16, layout->plot_y + layout->plot_height / 2,
                                      layout->plot_y + layout->plot_height / 4 };

  for (guint i = 0; weir_chart_model_get_kind (scene->model) == WEIR_CHART_LINE && i < G_N_ELEMENTS (places); i++)
    if (!is_marked (scene, x - 8, x + width + 8, places[i] - 7, places[i] + 20))
      return places[i];
  return places[0];
}

static void
draw_not_final (const WeirChartScene *scene,
                GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;
  gint64                 watermark = weir_chart_model_get_watermark (scene->model);
  WeirTextStyle          style = { .points = 8.5, .color = &scene->palette->watermark };
  const char            *label = _ ("Not final yet");
  double                 x, width;

  if (!layout->has_ruler || watermark == WEIR_TIME_NONE || watermark < layout->min_us || watermark > layout->max_us)
    return;
  x = round (weir_chart_layout_x (layout, (double)watermark));
  _weir_fill_rect (snapshot, &scene->palette->watermark, x - 1, layout->plot_y, 2, layout->plot_height + 5);
  _weir_fill_rect (snapshot, &scene->palette->watermark, x - 1, layout->ruler_y - 6, 2, layout->late_y - layout->ruler_y + 2);
  /* Through the axis row, unless it would strike through a label. */
  if (!is_labelled (scene, x))
    _weir_fill_rect (snapshot, &scene->palette->watermark, x - 1, layout->plot_y + layout->plot_height, 2,
                     layout->ruler_y - layout->plot_y - layout->plot_height);
  width = _weir_measure_text (scene->pango, label, &style);
  if (x + 6 + width <= layout->plot_x + layout->plot_width)
    _weir_draw_text (scene->pango, snapshot, label, x + 6, find_room (scene, x + 6, width), &style);
}

void
_weir_draw_series (const WeirChartScene *scene,
                   GtkSnapshot          *snapshot)
{
  switch (weir_chart_model_get_kind (scene->model))
    {
    case WEIR_CHART_AREA:
      _weir_draw_areas (scene, snapshot);
      break;
    case WEIR_CHART_COLUMN:
      _weir_draw_columns (scene, snapshot, FALSE);
      break;
    case WEIR_CHART_STACKED:
      _weir_draw_columns (scene, snapshot, TRUE);
      break;
    case WEIR_CHART_BAR:
      _weir_draw_bars (scene, snapshot);
      break;
    case WEIR_CHART_LINE:
    case WEIR_CHART_N_KINDS:
    default:
      _weir_draw_lines (scene, snapshot);
    }
}

static gboolean
is_empty (const WeirChartScene *scene)
{
  guint n_windows;

  weir_chart_model_get_windows (scene->model, &n_windows);
  return n_windows == 0;
}

/* Without values there is nothing to measure: an axis with numbers would make some up. */
static void
draw_empty (const WeirChartScene *scene,
            GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;
  WeirTextStyle          style = { .points = 10, .align = .5, .valign = .5, .color = &scene->palette->dim };

  for (int i = 0; i <= 5; i++)
    _weir_fill_rect (snapshot, i == 5 ? &scene->palette->axis : &scene->palette->grid, layout->plot_x,
                     round (layout->plot_y + layout->plot_height * i / 5), layout->plot_width, 1);
  draw_time_axis (scene, snapshot);
  _weir_draw_text (scene->pango, snapshot, _ ("No values yet"), layout->plot_x + layout->plot_width / 2,
                   layout->plot_y + layout->plot_height / 2, &style);
}

void
weir_chart_draw (const WeirChartScene *scene,
                 GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;

  if (layout->width < 40 || layout->height < 40)
    return;
  if (layout->horizontal)
    {
      _weir_draw_series (scene, snapshot);
      return;
    }
  if (is_empty (scene))
    {
      draw_empty (scene, snapshot);
      if (layout->has_ruler)
        _weir_draw_ruler (scene, snapshot);
      return;
    }
  draw_grid (scene, snapshot);
  draw_time_axis (scene, snapshot);
  draw_marks (scene, snapshot);
  draw_not_final (scene, snapshot);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT ((float)layout->plot_x - 6, 0, (float)layout->plot_width + 12,
                                                         (float)(layout->plot_y + layout->plot_height + 6)));
  _weir_draw_series (scene, snapshot);
  gtk_snapshot_pop (snapshot);
  if (layout->has_ruler)
    _weir_draw_ruler (scene, snapshot);
}
