/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <string.h>

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "ui/charts/chart-legend.h"
#include "ui/widgets/series-swatch.h"

#define GAP            2
#define MAX_NAME_CHARS 18

struct _WeirChartLegend
{
  GtkWidget parent_instance;

  WeirChart *chart;   /* Owned */
  GPtrArray *entries; /* Owned: of Entry */
  gboolean   with_values;
  gboolean   syncing;
};

typedef struct
{
  WeirChartLegend *legend; /* Borrowed */
  GtkWidget       *button; /* Borrowed: child of the legend */
  GtkWidget       *swatch;
  GtkLabel        *value; /* Borrowed; NULL without values */
  char            *name;  /* Owned */
} Entry;

G_DEFINE_FINAL_TYPE (WeirChartLegend, weir_chart_legend, GTK_TYPE_WIDGET)

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  gtk_widget_unparent (entry->button);
  g_free (entry->name);
  g_free (entry);
}

static WeirChartModel *
model_of (WeirChartLegend *self)
{
  return weir_chart_get_model (self->chart);
}

static void
toggled_cb (GtkToggleButton *button,
            Entry           *entry)
{
  if (!entry->legend->syncing)
    weir_chart_model_toggle (model_of (entry->legend), entry->name);
}

static void
released_cb (GtkGestureClick *gesture,
             int              n_press,
             double           x,
             double           y,
             Entry           *entry)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  if (!gtk_widget_contains (entry->button, x, y))
    return;
  if ((state & GDK_CONTROL_MASK) != 0)
    weir_chart_model_toggle (model_of (entry->legend), entry->name);
  else
    weir_chart_model_solo (model_of (entry->legend), entry->name);
}

static void
enter_cb (Entry *entry)
{
  weir_chart_set_highlight (entry->legend->chart, entry->name);
}

static void
leave_cb (Entry *entry)
{
  weir_chart_set_highlight (entry->legend->chart, NULL);
}

static void
add_controllers (Entry *entry)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture         *click = gtk_gesture_click_new ();

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "released", G_CALLBACK (released_cb), entry);
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (enter_cb), entry);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), entry);
  gtk_widget_add_controller (entry->button, motion);
  gtk_widget_add_controller (entry->button, GTK_EVENT_CONTROLLER (click));
}

static Entry *
entry_new (WeirChartLegend       *self,
           const WeirChartSeries *series)
{
  Entry      *entry = g_new0 (Entry, 1);
  GtkWidget  *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  const char *shown = *series->name != '\0' ? series->name : _ ("Value");
  GtkWidget  *label = gtk_label_new (shown);

  entry->legend = self;
  entry->name = g_strdup (series->name);
  entry->button = gtk_toggle_button_new ();
  entry->swatch = weir_series_swatch_new (series->slot, TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), MAX_NAME_CHARS);
  gtk_box_append (GTK_BOX (box), entry->swatch);
  gtk_box_append (GTK_BOX (box), label);
  if (self->with_values)
    {
      entry->value = GTK_LABEL (gtk_label_new (NULL));
      gtk_widget_add_css_class (GTK_WIDGET (entry->value), "numeric");
      gtk_widget_add_css_class (GTK_WIDGET (entry->value), "dim-label");
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (entry->value));
    }
  gtk_button_set_child (GTK_BUTTON (entry->button), box);
  gtk_widget_add_css_class (entry->button, "flat");
  gtk_widget_add_css_class (entry->button, "weir-legend");
  gtk_widget_set_tooltip_text (entry->button, _ ("Show Only This Series; Ctrl+Click to Switch It On or Off"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry->button), GTK_ACCESSIBLE_PROPERTY_LABEL, shown, -1);
  gtk_widget_set_parent (entry->button, GTK_WIDGET (self));
  g_signal_connect (entry->button, "toggled", G_CALLBACK (toggled_cb), entry);
  add_controllers (entry);
  return entry;
}

static gboolean
same_names (WeirChartLegend        *self,
            WeirChartSeries *const *series,
            guint                   n_series)
{
  if (self->entries->len != n_series)
    return FALSE;
  for (guint i = 0; i < n_series; i++)
    if (strcmp (((Entry *)self->entries->pdata[i])->name, series[i]->name) != 0)
      return FALSE;
  return TRUE;
}

static void
set_value (Entry                 *entry,
           const WeirChartSeries *series)
{
  double           value = isnan (series->last_final) ? series->last : series->last_final;
  g_autofree char *text = NULL;

  if (entry->value == NULL)
    return;
  /* Fractions of large values say nothing here and take the room of a name. */
  text = isnan (value)                                    ? g_strdup ("–")
         : value == floor (value) || fabs (value) >= 1000 ? weir_format_number (value, 0)
                                                          : weir_format_measure (value);
  if (strcmp (gtk_label_get_text (entry->value), text) == 0)
    return;
  gtk_label_set_text (entry->value, text);
  /* Room for one more digit than now, or each change of length would move the neighbours. */
  gtk_label_set_width_chars (entry->value, MAX (gtk_label_get_width_chars (entry->value), (int)g_utf8_strlen (text, -1)));
}

static void
update_entries (WeirChartLegend *self)
{
  guint                   n_series;
  WeirChartSeries *const *series = weir_chart_model_get_series (model_of (self), &n_series);

  if (n_series == 1 && *series[0]->name == '\0')
    n_series = 0;
  self->syncing = TRUE;
  if (!same_names (self, series, n_series))
    {
      g_ptr_array_set_size (self->entries, 0);
      for (guint i = 0; i < n_series; i++)
        g_ptr_array_add (self->entries, entry_new (self, series[i]));
      gtk_widget_queue_resize (GTK_WIDGET (self));
    }
  for (guint i = 0; i < n_series; i++)
    {
      Entry *entry = self->entries->pdata[i];

      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (entry->button), !series[i]->hidden);
      weir_series_swatch_set_slot (WEIR_SERIES_SWATCH (entry->swatch), series[i]->slot);
      set_value (entry, series[i]);
    }
  self->syncing = FALSE;
}

/* Places the buttons into lines of @width; returns the height. */
static int
arrange (WeirChartLegend *self,
         int              width,
         gboolean         allocate)
{
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int      x = 0;
  int      y = 0;
  int      line = 0;

  for (guint i = 0; i < self->entries->len; i++)
    {
      GtkWidget    *button = ((Entry *)self->entries->pdata[i])->button;
      GtkAllocation place;
      int           natural;
      int           height;

      gtk_widget_measure (button, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
      natural = MIN (natural, MAX (width, 1));
      gtk_widget_measure (button, GTK_ORIENTATION_VERTICAL, natural, NULL, &height, NULL, NULL);
      if (x > 0 && x + natural > width)
        {
          x = 0;
          y += line + GAP;
          line = 0;
        }
      place = (GtkAllocation){ mirrored ? width - x - natural : x, y, natural, height };
      if (allocate)
        gtk_widget_size_allocate (button, &place, -1);
      x += natural + GAP;
      line = MAX (line, height);
    }
  return y + line;
}

static GtkSizeRequestMode
weir_chart_legend_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
weir_chart_legend_measure (GtkWidget     *widget,
                           GtkOrientation orientation,
                           int            for_size,
                           int           *minimum,
                           int           *natural,
                           int           *minimum_baseline,
                           int           *natural_baseline)
{
  WeirChartLegend *self = WEIR_CHART_LEGEND (widget);

  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = arrange (self, for_size < 0 ? G_MAXINT / 2 : for_size, FALSE);
      return;
    }
  *minimum = *natural = 0;
  for (guint i = 0; i < self->entries->len; i++)
    {
      int least;
      int wanted;

      gtk_widget_measure (((Entry *)self->entries->pdata[i])->button, orientation, -1, &least, &wanted, NULL, NULL);
      *minimum = MAX (*minimum, least);
      *natural += wanted + (i > 0 ? GAP : 0);
    }
}

static void
weir_chart_legend_size_allocate (GtkWidget *widget,
                                 int        width,
                                 int        height,
                                 int        baseline)
{
  arrange (WEIR_CHART_LEGEND (widget), width, TRUE);
}

static void
weir_chart_legend_dispose (GObject *object)
{
  WeirChartLegend *self = WEIR_CHART_LEGEND (object);

  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_object (&self->chart);

  G_OBJECT_CLASS (weir_chart_legend_parent_class)->dispose (object);
}

static void
weir_chart_legend_class_init (WeirChartLegendClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_chart_legend_dispose;
  widget_class->get_request_mode = weir_chart_legend_get_request_mode;
  widget_class->measure = weir_chart_legend_measure;
  widget_class->size_allocate = weir_chart_legend_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "weirlegend");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
weir_chart_legend_init (WeirChartLegend *self)
{
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Legend"), -1);
}

GtkWidget *
weir_chart_legend_new (WeirChart *chart,
                       gboolean   with_values)
{
  WeirChartLegend *self = g_object_new (WEIR_TYPE_CHART_LEGEND, NULL);

  self->chart = g_object_ref (chart);
  self->with_values = with_values;
  g_signal_connect_object (weir_chart_get_model (chart), "changed", G_CALLBACK (update_entries), self, G_CONNECT_SWAPPED);
  update_entries (self);
  return GTK_WIDGET (self);
}
