/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/widgets/breakpoint-bin.h"

struct _WeirBreakpointBin
{
  GtkWidget parent_instance;

  GtkWidget *child;
  int        threshold;
  int        minimum;
  gboolean   narrow;
  gboolean   wanted;
  guint      idle;
};

enum
{
  PROP_CHILD = 1,
  PROP_THRESHOLD,
  PROP_MINIMUM,
  PROP_NARROW,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void buildable_init (GtkBuildableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirBreakpointBin, weir_breakpoint_bin, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE, buildable_init))

static GtkBuildableIface *parent_buildable;

static gboolean
apply_cb (gpointer data)
{
  WeirBreakpointBin *self = data;

  self->idle = 0;
  if (self->narrow != self->wanted)
    {
      self->narrow = self->wanted;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NARROW]);
    }
  return G_SOURCE_REMOVE;
}

static void
measure (GtkWidget     *widget,
         GtkOrientation orientation,
         int            for_size,
         int           *minimum,
         int           *natural,
         int           *minimum_baseline,
         int           *natural_baseline)
{
  WeirBreakpointBin *self = WEIR_BREAKPOINT_BIN (widget);
  int                child_minimum = 0, child_natural = 0;

  if (self->child != NULL)
    {
      if (orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0)
        {
          int width;

          gtk_widget_measure (self->child, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
          for_size = MAX (for_size, width);
        }
      gtk_widget_measure (self->child, orientation, for_size, &child_minimum, &child_natural, NULL, NULL);
    }
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? self->minimum : child_minimum;
  *natural = MAX (*minimum, child_natural);
}

static void
size_allocate (GtkWidget *widget,
               int        width,
               int        height,
               int        baseline)
{
  WeirBreakpointBin *self = WEIR_BREAKPOINT_BIN (widget);
  int                minimum;

  /* The form changes between two frames: widgets may not be shown or hidden while sizes are given out. */
  self->wanted = width < self->threshold;
  if (self->wanted != self->narrow && self->idle == 0)
    self->idle = g_idle_add_full (G_PRIORITY_HIGH, apply_cb, self, NULL);
  if (self->child == NULL)
    return;
  gtk_widget_measure (self->child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  gtk_widget_allocate (self->child, MAX (width, minimum), height, baseline, NULL);
}

static void
set_child (WeirBreakpointBin *self,
           GtkWidget         *child)
{
  g_clear_pointer (&self->child, gtk_widget_unparent);
  self->child = child;
  if (child != NULL)
    gtk_widget_set_parent (child, GTK_WIDGET (self));
}

static void
add_child (GtkBuildable *buildable,
           GtkBuilder   *builder,
           GObject      *child,
           const char   *type)
{
  if (GTK_IS_WIDGET (child))
    set_child (WEIR_BREAKPOINT_BIN (buildable), GTK_WIDGET (child));
  else
    parent_buildable->add_child (buildable, builder, child, type);
}

static void
buildable_init (GtkBuildableIface *iface)
{
  parent_buildable = g_type_interface_peek_parent (iface);
  iface->add_child = add_child;
}

static void
set_property (GObject      *object,
              guint         id,
              const GValue *value,
              GParamSpec   *pspec)
{
  WeirBreakpointBin *self = WEIR_BREAKPOINT_BIN (object);

  switch (id)
    {
    case PROP_CHILD:
      set_child (self, g_value_get_object (value));
      break;
    case PROP_THRESHOLD:
      self->threshold = g_value_get_int (value);
      gtk_widget_queue_resize (GTK_WIDGET (self));
      break;
    case PROP_MINIMUM:
      self->minimum = g_value_get_int (value);
      gtk_widget_queue_resize (GTK_WIDGET (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
get_property (GObject    *object,
              guint       id,
              GValue     *value,
              GParamSpec *pspec)
{
  WeirBreakpointBin *self = WEIR_BREAKPOINT_BIN (object);

  switch (id)
    {
    case PROP_CHILD:
      g_value_set_object (value, self->child);
      break;
    case PROP_THRESHOLD:
      g_value_set_int (value, self->threshold);
      break;
    case PROP_MINIMUM:
      g_value_set_int (value, self->minimum);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
dispose (GObject *object)
{
  WeirBreakpointBin *self = WEIR_BREAKPOINT_BIN (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  set_child (self, NULL);
  G_OBJECT_CLASS (weir_breakpoint_bin_parent_class)->dispose (object);
}

static void
weir_breakpoint_bin_class_init (WeirBreakpointBinClass *class)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->dispose = dispose;
  widget_class->measure = measure;
  widget_class->size_allocate = size_allocate;
  props[PROP_CHILD] = g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_THRESHOLD] = g_param_spec_int ("threshold", NULL, NULL, 0, G_MAXINT, 720, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_MINIMUM] = g_param_spec_int ("minimum", NULL, NULL, 0, G_MAXINT, 340, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_css_name (widget_class, "weirbreakpoint");
}

static void
weir_breakpoint_bin_init (WeirBreakpointBin *self)
{
  self->threshold = 720;
  self->minimum = 340;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
weir_breakpoint_bin_new (GtkWidget *child,
                         int        threshold,
                         int        minimum)
{
  return g_object_new (WEIR_TYPE_BREAKPOINT_BIN, "threshold", threshold, "minimum", minimum, "child", child, NULL);
}

gboolean
weir_breakpoint_bin_get_narrow (WeirBreakpointBin *self)
{
  g_return_val_if_fail (WEIR_IS_BREAKPOINT_BIN (self), FALSE);
  return self->narrow;
}
