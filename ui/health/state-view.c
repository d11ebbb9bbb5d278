/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/health/state-view.h"

#include <glib/gi18n-lib.h>

#include "ui/widgets/number-format.h"

struct _WeirStateView
{
  GtkWidget parent_instance;

  GtkWidget    *box;      /* Owned: the only child */
  WeirProgress *progress; /* Owned, nullable */
};

G_DEFINE_FINAL_TYPE (WeirStateView, weir_state_view, GTK_TYPE_WIDGET)

const char *
weir_state_operator_title (const char *name)
{
  static const struct
  {
    const char *name, *title;
  } titles[] = {
    { "stateStoreSave", N_ ("Aggregate") },
    { "sessionWindowStateStoreSaveExec", N_ ("Session windows") },
    { "symmetricHashJoin", N_ ("Join") },
    { "dedupe", N_ ("Distinct") },
    { "dedupeWithinWatermark", N_ ("Distinct within the watermark") },
    { "globalLimit", N_ ("Limit") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_str_equal (name, titles[i].name))
      return _ (titles[i].title);
  return name;
}

static void
dispose (GObject *object)
{
  WeirStateView *self = WEIR_STATE_VIEW (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->progress, weir_progress_unref);
  G_OBJECT_CLASS (weir_state_view_parent_class)->dispose (object);
}

static void
weir_state_view_class_init (WeirStateViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
weir_state_view_init (WeirStateView *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_add_css_class (self->box, "weir-state-view");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
weir_state_view_new (void)
{
  return g_object_new (WEIR_TYPE_STATE_VIEW, NULL);
}

static void
add_row (GtkGrid    *grid,
         int         row,
         const char *name,
         char       *value) /* (transfer full) */
{
  GtkWidget *title = gtk_label_new (name), *figure = gtk_label_new (value);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (figure), 1);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (title, "dim-label");
  gtk_widget_add_css_class (figure, "numeric");
  gtk_grid_attach (grid, title, 0, row, 1, 1);
  gtk_grid_attach (grid, figure, 1, row, 1, 1);
  g_free (value);
}

static GtkWidget *
make_operator (const WeirStateOperator *op)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4), *title = gtk_label_new (weir_state_operator_title (op->name)), *grid = gtk_grid_new ();

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (title, op->name);
  gtk_widget_add_css_class (title, "weir-health-title");
  gtk_grid_set_row_spacing (GTK_GRID (grid), 2);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  add_row (GTK_GRID (grid), 0, _ ("Rows kept"), weir_format_number ((double)op->rows_total, 0));
  add_row (GTK_GRID (grid), 1, _ ("Memory"), g_format_size_full (op->memory_bytes, G_FORMAT_SIZE_IEC_UNITS));
  add_row (GTK_GRID (grid), 2, _ ("Updated"), weir_format_number ((double)op->rows_updated, 0));
  add_row (GTK_GRID (grid), 3, _ ("Removed"), weir_format_number ((double)op->rows_removed, 0));
  add_row (GTK_GRID (grid), 4, _ ("Late rows"), weir_format_number ((double)op->late_rows, 0));
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), grid);
  return box;
}

static GtkWidget *
make_nothing (WeirProgress *progress)
{
  GtkWidget *label = gtk_label_new (progress == NULL ? _ ("No batch has run yet.") : _ ("The query keeps nothing between batches."));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "dim-label");
  return label;
}

void
weir_state_view_set (WeirStateView *self,
                     WeirProgress  *progress)
{
  WeirStateOperator op;
  gboolean          any = FALSE;

  g_return_if_fail (WEIR_IS_STATE_VIEW (self));
  if (progress != NULL && progress == self->progress)
    return;
  g_clear_pointer (&self->progress, weir_progress_unref);
  self->progress = progress != NULL ? weir_progress_ref (progress) : NULL;
  while (gtk_widget_get_first_child (self->box) != NULL)
    gtk_box_remove (GTK_BOX (self->box), gtk_widget_get_first_child (self->box));
  for (guint i = 0; progress != NULL && weir_progress_get_state_operator (progress, i, &op); i++)
    {
      gtk_box_append (GTK_BOX (self->box), make_operator (&op));
      any = TRUE;
    }
  if (!any)
    gtk_box_append (GTK_BOX (self->box), make_nothing (progress));
}
