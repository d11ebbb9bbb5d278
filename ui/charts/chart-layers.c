/* SPDX-License-Identifier: Apache-2.0 */
/* The two layers of a chart. GTK keeps the render node of a widget until that widget is queued, so each is drawn only when it must. */
#include "config.h"

#include "ui/charts/chart-private.h"

#define WEIR_TYPE_CHART_CANVAS (weir_chart_canvas_get_type ())
G_DECLARE_FINAL_TYPE (WeirChartCanvas, weir_chart_canvas, WEIR, CHART_CANVAS, GtkWidget)

struct _WeirChartCanvas
{
  GtkWidget  parent_instance;
  WeirChart *chart; /* Borrowed: the parent */
};

G_DEFINE_FINAL_TYPE (WeirChartCanvas, weir_chart_canvas, GTK_TYPE_WIDGET)

static void
weir_chart_canvas_snapshot (GtkWidget   *widget,
                            GtkSnapshot *snapshot)
{
  WeirChart     *chart = WEIR_CHART_CANVAS (widget)->chart;
  WeirChartScene scene;

  _weir_chart_fit (chart, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  scene = _weir_chart_scene (chart);
  weir_chart_draw (&scene, snapshot);
}

static void
weir_chart_canvas_class_init (WeirChartCanvasClass *klass)
{
  GTK_WIDGET_CLASS (klass)->snapshot = weir_chart_canvas_snapshot;
}

static void
weir_chart_canvas_init (WeirChartCanvas *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

GtkWidget *
_weir_chart_canvas_new (WeirChart *chart)
{
  WeirChartCanvas *self = g_object_new (WEIR_TYPE_CHART_CANVAS, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  self->chart = chart;
  return GTK_WIDGET (self);
}

#define WEIR_TYPE_CHART_POINTER (weir_chart_pointer_get_type ())
G_DECLARE_FINAL_TYPE (WeirChartPointer, weir_chart_pointer, WEIR, CHART_POINTER, GtkWidget)

struct _WeirChartPointer
{
  GtkWidget  parent_instance;
  WeirChart *chart; /* Borrowed: the parent */
};

G_DEFINE_FINAL_TYPE (WeirChartPointer, weir_chart_pointer, GTK_TYPE_WIDGET)

static void
draw_selection (WeirChart            *chart,
                GtkSnapshot          *snapshot,
                const WeirChartScene *scene)
{
  GdkRGBA ground = scene->palette->watermark;
  double  from = CLAMP (MIN (chart->drag_x, chart->drag_to), chart->layout.plot_x, chart->layout.plot_x + chart->layout.plot_width);
  double  to = CLAMP (MAX (chart->drag_x, chart->drag_to), chart->layout.plot_x, chart->layout.plot_x + chart->layout.plot_width);

  ground.alpha = .18f;
  gtk_snapshot_append_color (snapshot, &ground, &GRAPHENE_RECT_INIT ((float)from, (float)chart->layout.plot_y, (float)(to - from), (float)chart->layout.plot_height));
}

static void
weir_chart_pointer_snapshot (GtkWidget   *widget,
                             GtkSnapshot *snapshot)
{
  WeirChart     *chart = WEIR_CHART_POINTER (widget)->chart;
  WeirChartScene scene = _weir_chart_scene (chart);
  int            window = weir_chart_get_cursor (chart);

  if (chart->dragging)
    draw_selection (chart, snapshot, &scene);
  else if (window >= 0)
    {
      weir_chart_draw_cursor (&scene, snapshot, (guint)window);
      weir_chart_draw_tooltip (&scene, snapshot, (guint)window);
    }
  if (gtk_widget_has_visible_focus (GTK_WIDGET (chart)))
    gtk_snapshot_render_focus (snapshot, gtk_widget_get_style_context (widget), 2, 2, gtk_widget_get_width (widget) - 4,
                               gtk_widget_get_height (widget) - 4);
}

static void
weir_chart_pointer_class_init (WeirChartPointerClass *klass)
{
  GTK_WIDGET_CLASS (klass)->snapshot = weir_chart_pointer_snapshot;
}

static void
weir_chart_pointer_init (WeirChartPointer *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

GtkWidget *
_weir_chart_pointer_new (WeirChart *chart)
{
  WeirChartPointer *self = g_object_new (WEIR_TYPE_CHART_POINTER, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  self->chart = chart;
  return GTK_WIDGET (self);
}
