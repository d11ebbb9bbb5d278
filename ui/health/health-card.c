/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/health/health-card.h"

#include <string.h>

#include "ui/widgets/card-grid.h"
#include "ui/widgets/series-swatch.h"

#define MINIMUM_WIDTH  230
#define LEGEND_COLUMNS 3
#define NAME_CHARS     14

struct _WeirHealthCard
{
  GtkWidget parent_instance;

  GtkWidget         *box; /* Owned: the only child */
  GtkWidget         *head;
  GtkLabel          *title;
  GtkLabel          *value;
  WeirTimeChart     *chart;
  GtkWidget         *legend;
  char              *legend_key; /* Owned: names it was made of */
  WeirHealthCardFunc func;
  gpointer           data;
};

G_DEFINE_FINAL_TYPE (WeirHealthCard, weir_health_card, GTK_TYPE_WIDGET)

void
weir_health_card_refresh (WeirHealthCard *self)
{
  g_autofree char *text = NULL;

  g_return_if_fail (WEIR_IS_HEALTH_CARD (self));
  if (self->func == NULL)
    return;
  text = self->func (self->data, weir_time_chart_get_cursor (self->chart));
  if (strcmp (gtk_label_get_text (self->value), text) == 0)
    return;
  gtk_label_set_text (self->value, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->chart), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static void
dispose (GObject *object)
{
  WeirHealthCard *self = WEIR_HEALTH_CARD (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->legend_key, g_free);
  G_OBJECT_CLASS (weir_health_card_parent_class)->dispose (object);
}

/* A long value or legend does not make a card wider: three of them stand side by side, or two, or one. */
static void
measure (GtkWidget     *widget,
         GtkOrientation orientation,
         int            for_size,
         int           *minimum,
         int           *natural,
         int           *minimum_baseline,
         int           *natural_baseline)
{
  gtk_widget_measure (WEIR_HEALTH_CARD (widget)->box, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *natural = *minimum = MAX (*minimum, MINIMUM_WIDTH);
}

static GtkSizeRequestMode
get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
size_allocate (GtkWidget *widget,
               int        width,
               int        height,
               int        baseline)
{
  gtk_widget_size_allocate (WEIR_HEALTH_CARD (widget)->box, &(GtkAllocation){ 0, 0, width, height }, -1);
}

static void
weir_health_card_class_init (WeirHealthCardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  GTK_WIDGET_CLASS (klass)->get_request_mode = get_request_mode;
  GTK_WIDGET_CLASS (klass)->measure = measure;
  GTK_WIDGET_CLASS (klass)->size_allocate = size_allocate;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
weir_health_card_init (WeirHealthCard *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_widget_add_css_class (self->box, "card");
  gtk_widget_add_css_class (self->box, "weir-health-card");
  gtk_box_append (GTK_BOX (self->box), self->head);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static GtkWidget *
add_label (WeirHealthCard *self,
           const char     *text,
           const char     *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, css_class);
  gtk_widget_set_valign (label, GTK_ALIGN_BASELINE);
  gtk_box_append (GTK_BOX (self->head), label);
  return label;
}

GtkWidget *
weir_health_card_new (const char       *title,
                      const char       *caption,
                      WeirTimeChartKind kind)
{
  WeirHealthCard *self = g_object_new (WEIR_TYPE_HEALTH_CARD, NULL);

  self->title = GTK_LABEL (add_label (self, title, "weir-health-title"));
  if (caption != NULL)
    {
      GtkWidget *label = add_label (self, caption, "caption");

      gtk_widget_add_css_class (label, "dim-label");
    }
  self->value = GTK_LABEL (add_label (self, "", "weir-health-value"));
  gtk_widget_add_css_class (GTK_WIDGET (self->value), "numeric");
  gtk_label_set_ellipsize (self->value, PANGO_ELLIPSIZE_START);
  gtk_label_set_xalign (self->value, 1);
  gtk_widget_set_hexpand (GTK_WIDGET (self->value), TRUE);
  self->chart = WEIR_TIME_CHART (weir_time_chart_new (kind));
  gtk_widget_set_vexpand (GTK_WIDGET (self->chart), TRUE);
  gtk_widget_set_margin_top (GTK_WIDGET (self->chart), 4);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->chart), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_signal_connect_swapped (self->chart, "cursor", G_CALLBACK (weir_health_card_refresh), self);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->chart));
  self->legend = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_set_visible (self->legend, FALSE);
  gtk_box_append (GTK_BOX (self->box), self->legend);
  return GTK_WIDGET (self);
}

WeirTimeChart *
weir_health_card_get_chart (WeirHealthCard *self)
{
  g_return_val_if_fail (WEIR_IS_HEALTH_CARD (self), NULL);
  return self->chart;
}

static GtkWidget *
make_entry (guint       slot,
            const char *name)
{
  GtkWidget *entry = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2), *label = gtk_label_new (name), *swatch = weir_series_swatch_new (slot, FALSE);

  if (g_utf8_strlen (name, -1) > NAME_CHARS)
    {
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_label_set_width_chars (GTK_LABEL (label), NAME_CHARS);
      gtk_widget_set_tooltip_text (label, name);
    }
  gtk_widget_add_css_class (label, "weir-health-legend");
  gtk_widget_add_css_class (label, "dim-label");
  gtk_box_append (GTK_BOX (entry), swatch);
  gtk_box_append (GTK_BOX (entry), label);
  return entry;
}

void
weir_health_card_set_legend (WeirHealthCard    *self,
                             const char *const *names)
{
  g_autofree char *key = NULL;
  GtkWidget       *grid;
  guint            n;

  g_return_if_fail (WEIR_IS_HEALTH_CARD (self));
  key = g_strjoinv ("\n", (char **)names);
  if (g_strcmp0 (key, self->legend_key) == 0)
    return;
  g_free (self->legend_key);
  self->legend_key = g_steal_pointer (&key);
  n = g_strv_length ((char **)names);
  gtk_widget_set_visible (self->legend, n > 1);
  while (gtk_widget_get_first_child (self->legend) != NULL)
    gtk_box_remove (GTK_BOX (self->legend), gtk_widget_get_first_child (self->legend));
  grid = weir_card_grid_new (LEGEND_COLUMNS, 6, 0);
  gtk_widget_set_hexpand (grid, TRUE);
  for (guint i = 0; i < n; i++)
    weir_card_grid_append (WEIR_CARD_GRID (grid), make_entry (i, names[i]));
  gtk_box_append (GTK_BOX (self->legend), grid);
}

void
weir_health_card_set_value_func (WeirHealthCard    *self,
                                 WeirHealthCardFunc func,
                                 gpointer           data)
{
  g_return_if_fail (WEIR_IS_HEALTH_CARD (self));
  self->func = func;
  self->data = data;
}

void
weir_health_card_add_button (WeirHealthCard *self,
                             GtkWidget      *button)
{
  g_return_if_fail (WEIR_IS_HEALTH_CARD (self));
  gtk_box_append (GTK_BOX (self->head), button);
}

const char *
weir_health_card_get_value (WeirHealthCard *self)
{
  g_return_val_if_fail (WEIR_IS_HEALTH_CARD (self), NULL);
  return gtk_label_get_text (self->value);
}
