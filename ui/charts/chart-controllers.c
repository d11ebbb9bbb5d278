/* SPDX-License-Identifier: Apache-2.0 */
/* From pointer and keys to calls of the chart. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "ui/charts/chart-private.h"

#define DRAG_THRESHOLD 8

static gboolean
in_plot (WeirChart *self,
         double     x)
{
  return !self->layout.horizontal && x >= self->layout.plot_x - 4 && x <= self->layout.plot_x + self->layout.plot_width + 4;
}

static void
motion_cb (WeirChart *self,
           double     x,
           double     y)
{
  if (self->pinned || self->dragging)
    return;
  if (!in_plot (self, x) || y > self->layout.late_y + 8)
    {
      weir_chart_set_cursor (self, -1);
      return;
    }
  weir_chart_set_cursor (self, weir_chart_model_find_window (self->model, weir_chart_layout_time (&self->layout, x)));
}

static void
leave_cb (WeirChart *self)
{
  if (!self->pinned)
    weir_chart_set_cursor (self, -1);
}

static void
drag_begin_cb (WeirChart *self,
               double     x,
               double     y)
{
  self->drag_x = x;
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
drag_update_cb (WeirChart *self,
                double     dx,
                double     dy)
{
  if (!in_plot (self, self->drag_x) || (!self->dragging && fabs (dx) < DRAG_THRESHOLD))
    return;
  self->dragging = TRUE;
  self->drag_to = self->drag_x + dx;
  gtk_widget_queue_draw (self->pointer);
}

static void
drag_end_cb (WeirChart *self,
             double     dx,
             double     dy)
{
  double from = weir_chart_layout_time (&self->layout, self->drag_x);
  double to = weir_chart_layout_time (&self->layout, self->drag_x + dx);

  if (!self->dragging)
    return;
  self->dragging = FALSE;
  gtk_widget_queue_draw (self->pointer);
  weir_chart_model_set_view (self->model, (gint64)MIN (from, to), (gint64)MAX (from, to));
}

static void
released_cb (WeirChart       *self,
             int              n_press,
             double           x,
             double           y,
             GtkGestureClick *gesture)
{
  if (self->dragging)
    return;
  if (n_press == 2)
    {
      self->pinned = FALSE;
      weir_chart_model_follow (self->model);
    }
  else if (weir_chart_layout_is_late_row (&self->layout, x, y))
    g_signal_emit_by_name (self, "late-clicked");
  else if (in_plot (self, x))
    self->pinned = !self->pinned && self->has_cursor;
}

static gboolean
scroll_cb (WeirChart                *self,
           double                    dx,
           double                    dy,
           GtkEventControllerScroll *controller)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  double          center = self->has_cursor ? self->cursor_us : (self->layout.min_us + self->layout.max_us) / 2;
  double          shift = dx * (self->layout.max_us - self->layout.min_us) / 12;

  if ((state & GDK_CONTROL_MASK) != 0 && dy != 0)
    {
      _weir_chart_zoom (self, dy < 0 ? .8 : 1.25, center);
      return GDK_EVENT_STOP;
    }
  if (dx == 0)
    return GDK_EVENT_PROPAGATE;
  weir_chart_model_set_view (self->model, (gint64)(self->layout.min_us + shift), (gint64)(self->layout.max_us + shift));
  return GDK_EVENT_STOP;
}

/* The next series that is switched on, in the order of the legend; NULL past the ends. */
static const char *
next_series (WeirChart *self,
             int        direction)
{
  guint                   n_series;
  WeirChartSeries *const *series = weir_chart_model_get_series (self->model, &n_series);
  int                     at = direction > 0 ? -1 : (int)n_series;

  for (guint s = 0; s < n_series; s++)
    if (g_strcmp0 (series[s]->name, self->highlight) == 0)
      at = (int)s;
  for (at += direction; at >= 0 && at < (int)n_series; at += direction)
    if (!series[at]->hidden)
      return series[at]->name;
  return NULL;
}

static gboolean
zoom_key (WeirChart *self,
          guint      keyval)
{
  double middle = (self->layout.min_us + self->layout.max_us) / 2;

  switch (keyval)
    {
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      _weir_chart_zoom (self, .8, middle);
      return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      _weir_chart_zoom (self, 1.25, middle);
      return TRUE;
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
      weir_chart_model_follow (self->model);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
key_pressed_cb (WeirChart      *self,
                guint           keyval,
                guint           keycode,
                GdkModifierType state)
{
  int      stride = (state & GDK_CONTROL_MASK) != 0 ? 10 : 1;
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  switch (keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      _weir_chart_move_cursor (self, mirrored ? stride : -stride);
      return GDK_EVENT_STOP;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      _weir_chart_move_cursor (self, mirrored ? -stride : stride);
      return GDK_EVENT_STOP;
    case GDK_KEY_Home:
      _weir_chart_put_cursor (self, 0);
      return GDK_EVENT_STOP;
    case GDK_KEY_End:
      weir_chart_model_follow (self->model);
      _weir_chart_put_cursor (self, G_MAXINT);
      gtk_widget_activate_action (GTK_WIDGET (self), "results.go-live", NULL);
      return GDK_EVENT_STOP;
    case GDK_KEY_Up:
    case GDK_KEY_Down:
      weir_chart_set_highlight (self, next_series (self, keyval == GDK_KEY_Down ? 1 : -1));
      return GDK_EVENT_STOP;
    case GDK_KEY_space:
      return gtk_widget_activate_action (GTK_WIDGET (self), "results.pause", NULL);
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      self->pinned = !self->pinned && self->has_cursor;
      return self->has_cursor;
    case GDK_KEY_Escape:
      if (!self->has_cursor)
        return GDK_EVENT_PROPAGATE;
      weir_chart_set_cursor (self, -1);
      return GDK_EVENT_STOP;
    default:
      return zoom_key (self, keyval);
    }
}

void
_weir_chart_add_controllers (WeirChart *self)
{
  GtkWidget          *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture         *drag = gtk_gesture_drag_new ();
  GtkGesture         *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect_swapped (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, keys);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
}
