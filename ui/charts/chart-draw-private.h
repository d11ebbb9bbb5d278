/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/charts/chart-draw.h"

G_BEGIN_DECLS

#define WEIR_MARKER_RADIUS        3.1
#define WEIR_MARKER_RADIUS_CURSOR 5

typedef struct
{
  double         points; /* font size */
  double         align;  /* 0 left of the text at x, .5 middle, 1 right end */
  double         valign; /* 0 top at y, .5 middle */
  gboolean       bold;
  double         max_width; /* in pixels, 0 for any; ellipsised in the middle beyond */
  const GdkRGBA *color;
} WeirTextStyle;

/* Draws one line of text with tabular figures; returns its width. */
double _weir_draw_text (PangoContext        *pango,
                        GtkSnapshot         *snapshot,
                        const char          *text,
                        double               x,
                        double               y,
                        const WeirTextStyle *style);
double _weir_measure_text (PangoContext        *pango,
                           const char          *text,
                           const WeirTextStyle *style);

void _weir_fill_rect (GtkSnapshot   *snapshot,
                      const GdkRGBA *color,
                      double         x,
                      double         y,
                      double         width,
                      double         height);

/* Colour of a series in this scene, dimmed when another one stands out. */
GdkRGBA _weir_scene_color (const WeirChartScene  *scene,
                           const WeirChartSeries *series);

/* Windows to draw: from @first up to, not including, @end. */
void _weir_scene_windows (const WeirChartScene *scene,
                          guint                *first,
                          guint                *end);

void _weir_draw_series (const WeirChartScene *scene, GtkSnapshot *snapshot);
void _weir_draw_lines (const WeirChartScene *scene, GtkSnapshot *snapshot);
void _weir_draw_areas (const WeirChartScene *scene, GtkSnapshot *snapshot);
void _weir_draw_columns (const WeirChartScene *scene, GtkSnapshot *snapshot, gboolean stacked);
void _weir_draw_bars (const WeirChartScene *scene, GtkSnapshot *snapshot);
void _weir_draw_ruler (const WeirChartScene *scene, GtkSnapshot *snapshot);

G_END_DECLS
