/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/widgets/card-grid.h"

struct _WeirCardGrid
{
  GtkWidget parent_instance;

  guint n_columns_max;
  int   spacing; /* between columns */
  int   row_spacing;
};

G_DEFINE_FINAL_TYPE (WeirCardGrid, weir_card_grid, GTK_TYPE_WIDGET)

static int
get_child_width (WeirCardGrid *self)
{
  int widest = 1;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int minimum;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
      widest = MAX (widest, minimum);
    }
  return widest;
}

static int
get_child_height (WeirCardGrid *self,
                  int           width)
{
  int highest = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int natural;

      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
      highest = MAX (highest, natural);
    }
  return highest;
}

static guint
count_children (WeirCardGrid *self)
{
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL; child = gtk_widget_get_next_sibling (child))
    n++;
  return n;
}

static guint
count_columns (WeirCardGrid *self,
               int           width)
{
  int fit = (width + self->spacing) / (get_child_width (self) + self->spacing);

  return (guint)CLAMP (fit, 1, (int)self->n_columns_max);
}

static int
get_cell_width (WeirCardGrid *self,
                int           width,
                guint         n_columns)
{
  return (width - self->spacing * ((int)n_columns - 1)) / (int)n_columns;
}

static GtkSizeRequestMode
get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
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
  WeirCardGrid *self = WEIR_CARD_GRID (widget);
  int           width = get_child_width (self);
  guint         n_columns, n_rows;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = width;
      *natural = (width + self->spacing) * (int)self->n_columns_max - self->spacing;
      return;
    }
  if (for_size < 0)
    for_size = (width + self->spacing) * (int)self->n_columns_max - self->spacing;
  n_columns = count_columns (self, for_size);
  n_rows = (count_children (self) + n_columns - 1) / n_columns;
  *minimum = *natural = MAX (0, (int)n_rows * (get_child_height (self, get_cell_width (self, for_size, n_columns)) + self->row_spacing) - self->row_spacing);
}

static void
size_allocate (GtkWidget *widget,
               int        width,
               int        height,
               int        baseline)
{
  WeirCardGrid *self = WEIR_CARD_GRID (widget);
  guint         n_columns = count_columns (self, width), i = 0;
  int           cell_width = get_cell_width (self, width, n_columns), cell_height = get_child_height (self, cell_width);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child), i++)
    {
      int column = (int)(i % n_columns), row = (int)(i / n_columns);

      if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
        column = (int)n_columns - 1 - column;
      gtk_widget_size_allocate (child, &(GtkAllocation){ column * (cell_width + self->spacing), row * (cell_height + self->row_spacing), cell_width, cell_height }, -1);
    }
}

static void
dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (weir_card_grid_parent_class)->dispose (object);
}

static void
weir_card_grid_class_init (WeirCardGridClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->get_request_mode = get_request_mode;
  widget_class->measure = measure;
  widget_class->size_allocate = size_allocate;
}

static void
weir_card_grid_init (WeirCardGrid *self)
{
}

GtkWidget *
weir_card_grid_new (guint n_columns_max,
                    int   spacing,
                    int   row_spacing)
{
  WeirCardGrid *self = g_object_new (WEIR_TYPE_CARD_GRID, NULL);

  self->n_columns_max = MAX (1, n_columns_max);
  self->spacing = spacing;
  self->row_spacing = row_spacing;
  return GTK_WIDGET (self);
}

void
weir_card_grid_append (WeirCardGrid *self,
                       GtkWidget    *child)
{
  g_return_if_fail (WEIR_IS_CARD_GRID (self));
  gtk_widget_insert_before (child, GTK_WIDGET (self), NULL);
}
