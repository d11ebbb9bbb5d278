/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watermark ruler: which windows are final, which are open, how far the watermark is behind the newest event, and where late rows
 * fell; below it the key, which carries the values, or one sentence when there is no room for it.
 */
#include "config.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ui/charts/chart-draw-private.h"

#define N_KEY_ITEMS 5

static void
triangle (cairo_t       *cr,
          const GdkRGBA *color,
          double         x,
          double         y,
          double         size,
          gboolean       up)
{
  gdk_cairo_set_source_rgba (cr, color);
  cairo_move_to (cr, x, up ? y : y + size);
  cairo_line_to (cr, x - size * .8, up ? y + size * 1.25 : y);
  cairo_line_to (cr, x + size * .8, up ? y + size * 1.25 : y);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
dashed_frame (cairo_t       *cr,
              const GdkRGBA *color,
              double         x,
              double         y,
              double         width,
              double         height)
{
  static const double dash[] = { 3, 2 };

  gdk_cairo_set_source_rgba (cr, color);
  cairo_set_line_width (cr, 1.4);
  cairo_set_dash (cr, dash, 2, 0);
  cairo_rectangle (cr, x + .7, y + .7, MAX (width - 1.4, 1), height - 1.4);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
hatch (cairo_t       *cr,
       const GdkRGBA *color,
       double         x,
       double         y,
       double         width,
       double         height)
{
  if (width <= 0)
    return;
  cairo_save (cr);
  cairo_rectangle (cr, x, y, width, height);
  cairo_clip (cr);
  gdk_cairo_set_source_rgba (cr, color);
  cairo_set_line_width (cr, 1);
  for (double i = -height; i < width; i += 4)
    {
      cairo_move_to (cr, x + i, y + height);
      cairo_line_to (cr, x + i + height, y);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

static double
clamp_x (const WeirChartLayout *layout,
         double                 time_us)
{
  return CLAMP (weir_chart_layout_x (layout, time_us), layout->plot_x, layout->plot_x + layout->plot_width);
}

/* Windows that overlap share the time they cover; each is drawn from where the one before ended. */
static void
draw_windows (const WeirChartScene *scene,
              GtkSnapshot          *snapshot,
              cairo_t              *cr,
              gboolean              open)
{
  const WeirChartLayout *layout = scene->layout;
  guint                  n_windows;
  const WeirChartWindow *windows = weir_chart_model_get_windows (scene->model, &n_windows);
  gint64                 covered_us = G_MININT64;
  double                 gap = layout->window_px >= 4 ? 1 : 0;

  for (guint i = 0; i < n_windows; i++)
    {
      gint64 from_us = MAX (windows[i].start_us, covered_us);
      double x;
      double width;

      covered_us = MAX (covered_us, windows[i].end_us);
      if (windows[i].start_us == windows[i].end_us || windows[i].end_us < layout->min_us || from_us > layout->max_us ||
          (windows[i].state != WEIR_WINDOW_FINAL) != open)
        continue;
      x = clamp_x (layout, (double)from_us);
      width = clamp_x (layout, (double)windows[i].end_us) - x;
      if (!open)
        _weir_fill_rect (snapshot, &scene->palette->final_block, x, layout->ruler_y, MAX (width - gap, .5), WEIR_RULER_BLOCK);
      else if (width > 2)
        dashed_frame (cr, &scene->palette->watermark, x, layout->ruler_y, width, WEIR_RULER_BLOCK);
    }
}

static void
draw_late (const WeirChartScene *scene,
           GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;
  guint                  n_late;
  const WeirChartLate   *late = weir_chart_model_get_late (scene->model, &n_late);
  gint64                 watermark = weir_chart_model_get_watermark (scene->model);
  GdkRGBA                line = scene->palette->late;
  double                 end = watermark == WEIR_TIME_NONE ? layout->plot_x + layout->plot_width : clamp_x (layout, (double)watermark);

  line.alpha = scene->palette->translucent ? .6f : 1.f;
  _weir_fill_rect (snapshot, &line, layout->plot_x, layout->late_y, end - layout->plot_x - 6, 1);
  for (guint i = 0; i < n_late; i++)
    {
      double height = MIN (4 + 2.2 * late[i].count, 12);

      if (late[i].time_us >= layout->min_us && late[i].time_us <= layout->max_us)
        _weir_fill_rect (snapshot, &scene->palette->late, round (weir_chart_layout_x (layout, (double)late[i].time_us)) - 1,
                         layout->late_y - height, 2, height);
    }
}

static void
draw_row_names (const WeirChartScene *scene,
                GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;
  WeirTextStyle          style = { .points = 9, .align = 1, .valign = .5, .color = &scene->palette->dim };
  guint                  n_windows;
  const WeirChartWindow *windows = weir_chart_model_get_windows (scene->model, &n_windows);
  gboolean               has_final = FALSE;

  for (guint i = 0; i < n_windows && !has_final; i++)
    has_final = windows[i].state == WEIR_WINDOW_FINAL && windows[i].start_us != windows[i].end_us;
  if (has_final || weir_chart_model_get_n_open (scene->model) > 0)
    _weir_draw_text (scene->pango, snapshot, has_final ? C_ ("ruler", "final") : C_ ("ruler", "open"), layout->plot_x - 8,
                     layout->ruler_y + WEIR_RULER_BLOCK / 2., &style);
  if (weir_chart_model_get_n_late (scene->model) == 0)
    return;
  style.color = &scene->palette->late;
  _weir_draw_text (scene->pango, snapshot, C_ ("ruler", "late"), layout->plot_x - 8, layout->late_y - 2, &style);
}

/* While nothing is final, the place where the first window will be. */
static void
draw_first_final (const WeirChartScene *scene,
                  GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;
  WeirTextStyle          style = { .points = 8.5, .color = &scene->palette->good };
  guint                  n_windows;
  const WeirChartWindow *windows = weir_chart_model_get_windows (scene->model, &n_windows);
  double                 x;

  if (n_windows == 0 || windows[0].state == WEIR_WINDOW_FINAL || weir_chart_model_get_watermark (scene->model) == WEIR_TIME_NONE)
    return;
  x = round (weir_chart_layout_x (layout, (double)windows[0].end_us + (double)weir_chart_model_get_wait (scene->model)));
  if (x > layout->plot_x + layout->plot_width)
    return;
  for (double y = layout->ruler_y - 6; y < layout->ruler_y + 22; y += 4)
    _weir_fill_rect (snapshot, &scene->palette->good, x, y, 1, 2);
  if (x + 140 < layout->width)
    _weir_draw_text (scene->pango, snapshot, _ ("first window final here"), x + 5, layout->ruler_y + 16, &style);
}

static void
draw_marks (const WeirChartScene *scene,
            GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;
  gint64                 watermark = weir_chart_model_get_watermark (scene->model);
  gint64                 newest = weir_chart_model_get_newest_event (scene->model);
  cairo_t               *cr;
  double                 newest_x = clamp_x (layout, (double)newest);

  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT ((float)layout->plot_x - 8, (float)layout->ruler_y - 10,
                                                                 (float)layout->plot_width + 16, 48));
  draw_windows (scene, snapshot, cr, TRUE);
  if (watermark != WEIR_TIME_NONE)
    {
      double x = clamp_x (layout, (double)watermark);

      hatch (cr, &scene->palette->watermark, x, layout->ruler_y, newest_x - x, WEIR_RULER_BLOCK);
      if (watermark >= layout->min_us && watermark <= layout->max_us)
        triangle (cr, &scene->palette->watermark, round (x), layout->ruler_y + WEIR_RULER_BLOCK + 1, 6, TRUE);
    }
  if (newest >= layout->min_us && newest <= layout->max_us)
    {
      triangle (cr, &scene->palette->text, round (newest_x), layout->ruler_y - 7, 6, FALSE);
      gdk_cairo_set_source_rgba (cr, &scene->palette->text);
      cairo_rectangle (cr, round (newest_x) - .75, layout->ruler_y - 3, 1.5, WEIR_RULER_BLOCK + 3);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
}

typedef struct
{
  const char *name;
  char       *value; /* Owned */
  double      glyph_width;
} KeyItem;

static void
key_items (const WeirChartScene *scene,
           KeyItem              *items)
{
  WeirChartModel *model = scene->model;

  items[0] = (KeyItem){ _ ("Watermark"), weir_format_clock_seconds (weir_chart_model_get_watermark (model), scene->zone), 10 };
  items[1] = (KeyItem){ _ ("Newest event"), weir_format_clock_seconds (weir_chart_model_get_newest_event (model), scene->zone), 10 };
  items[2] = (KeyItem){ _ ("Allowed lateness"), weir_format_duration (weir_chart_model_get_wait (model)), 16 };
  items[3] = (KeyItem){ _ ("Open windows"), g_strdup_printf ("%u", weir_chart_model_get_n_open (model)), 16 };
  items[4] = (KeyItem){ _ ("Late rows"), weir_format_number ((double)weir_chart_model_get_n_late (model), 0), 8 };
}

static void
draw_key_glyph (const WeirChartScene *scene,
                GtkSnapshot          *snapshot,
                guint                 i,
                double                x,
                double                y)
{
  const WeirPalette *palette = scene->palette;
  cairo_t           *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT ((float)x - 2, (float)y - 8, 24, 16));

  switch (i)
    {
    case 0:
      triangle (cr, &palette->watermark, x + 5, y - 4, 6, TRUE);
      break;
    case 1:
      triangle (cr, &palette->text, x + 5, y - 4, 7, FALSE);
      break;
    case 2:
      hatch (cr, &palette->watermark, x, y - 4, 16, 9);
      break;
    case 3:
      dashed_frame (cr, &palette->watermark, x, y - 4, 16, 9);
      break;
    default:
      gdk_cairo_set_source_rgba (cr, &palette->late);
      cairo_rectangle (cr, x, y - 4, 2, 9);
      cairo_rectangle (cr, x + 5, y - 1, 2, 6);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
}

static double
key_width (const WeirChartScene *scene,
           const KeyItem        *items,
           double                gap)
{
  WeirTextStyle style = { .points = 9, .color = &scene->palette->dim };
  double        width = 0;

  for (guint i = 0; i < N_KEY_ITEMS; i++)
    width += items[i].glyph_width + 6 + _weir_measure_text (scene->pango, items[i].name, &style) + 6 +
             _weir_measure_text (scene->pango, items[i].value, &style) + (i > 0 ? gap : 0);
  return width;
}

static void
draw_key (const WeirChartScene *scene,
          GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;
  WeirTextStyle          name = { .points = 9, .valign = .5, .color = &scene->palette->dim };
  WeirTextStyle          value = { .points = 9, .valign = .5, .color = &scene->palette->text };
  KeyItem                items[N_KEY_ITEMS];
  double                 room = layout->width - layout->plot_x - 8;
  double                 x = layout->plot_x;
  double                 gap = 18;

  key_items (scene, items);
  if (key_width (scene, items, gap) > room)
    gap = 10;
  if (key_width (scene, items, gap) > room)
    {
      g_autofree char *sentence = weir_chart_model_describe_short (scene->model, scene->zone);

      name.align = .5;
      name.max_width = layout->width - 16;
      _weir_draw_text (scene->pango, snapshot, sentence, layout->width / 2, layout->key_y, &name);
    }
  else
    for (guint i = 0; i < N_KEY_ITEMS; i++)
      {
        draw_key_glyph (scene, snapshot, i, x, layout->key_y);
        x += items[i].glyph_width + 6;
        x += _weir_draw_text (scene->pango, snapshot, items[i].name, x, layout->key_y, &name) + 6;
        x += _weir_draw_text (scene->pango, snapshot, items[i].value, x, layout->key_y, &value) + gap;
      }
  for (guint i = 0; i < N_KEY_ITEMS; i++)
    g_free (items[i].value);
}

void
_weir_draw_ruler (const WeirChartScene *scene,
                  GtkSnapshot          *snapshot)
{
  draw_windows (scene, snapshot, NULL, FALSE);
  draw_late (scene, snapshot);
  draw_row_names (scene, snapshot);
  draw_first_final (scene, snapshot);
  draw_marks (scene, snapshot);
  draw_key (scene, snapshot);
}
