/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/charts/chart-draw.h"
#include "ui/charts/chart.h"

G_BEGIN_DECLS

struct _WeirChart
{
  GtkWidget parent_instance;

  WeirChartModel *model;   /* Owned */
  GTimeZone      *zone;    /* Owned */
  GtkWidget      *canvas;  /* Owned: series and ruler */
  GtkWidget      *pointer; /* Owned: cursor and tooltip */
  char           *highlight;
  WeirChartLayout layout;

  /* The cursor holds on to a time, not to a number: windows come and go. */
  double   cursor_us;
  gboolean has_cursor;
  gboolean pinned;

  double tooltip_lift;
  guint  tick_id;
  gint64 drawn_at_us;
  gint64 described_at_us;

  double   drag_x;
  gboolean dragging;
  double   drag_to;
};

/* The scene as it stands now; the layout is the one last drawn. */
WeirChartScene _weir_chart_scene (WeirChart *self);
void           _weir_chart_fit (WeirChart *self,
                                double     width,
                                double     height);
void           _weir_chart_add_controllers (WeirChart *self);
/* What the cursor reads is said, as for all keys. */
void _weir_chart_put_cursor (WeirChart *self,
                             int        window);
void _weir_chart_move_cursor (WeirChart *self,
                              int        steps);
void _weir_chart_zoom (WeirChart *self,
                       double     factor,
                       double     center_us);

GtkWidget *_weir_chart_canvas_new (WeirChart *chart);
GtkWidget *_weir_chart_pointer_new (WeirChart *chart);

G_END_DECLS
