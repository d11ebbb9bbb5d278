/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/step-rows.h"

#include "ui/results/result-format.h"

#include <glib/gi18n.h>
#include <string.h>

/*
 * A grid of equal cells, in which a window takes three and anything else two, so that no value moves a column. Of more columns than there is
 * room for, those that the query names come first. Cells are GtkInscription: another text in one asks for no other size.
 */

#define ROWS    3
#define COLUMNS 4
/* Pixels inside the card. */
#define NARROW_WIDTH 340

struct _WeirStepRows
{
  GtkWidget parent_instance;

  WeirStepPreview *preview; /* Owned */
  WeirStepKey      key;
  char            *sql; /* Owned */
  gboolean         is_narrow;
  guint            idle;
  GtkWidget       *grid;
  GtkWidget       *sentence;
  guint            n_columns;
  guint            columns[COLUMNS]; /* of the snapshot */
  char            *shape;            /* Owned, nullable: names and spans of what the grid was made for */
  GtkWidget       *cells[ROWS][COLUMNS];
};

G_DEFINE_FINAL_TYPE (WeirStepRows, weir_step_rows, GTK_TYPE_WIDGET)

/* ---- columns ------------------------------------------------------------------------------------------------------ */

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

static gboolean
mentions (const char *text,
          const char *column)
{
  gsize len = strlen (column);

  for (const char *at = text; at != NULL && *at != '\0' && len > 0; at++)
    if (g_ascii_strncasecmp (at, column, len) == 0 && !is_word (at[len]) && (at == text || !is_word (at[-1])))
      return TRUE;
  return FALSE;
}

/* 0: comes first */
static guint
rank (WeirStepRows         *self,
      const WeirColumnInfo *info)
{
  if (info->shape == WEIR_COLUMN_WINDOW || mentions (self->sql, info->name))
    return 0;
  return mentions (weir_step_preview_get_text (self->preview), info->name) ? 1 : 2;
}

static void
choose_columns (WeirStepRows *self,
                WeirSnapshot *rows)
{
  guint              n = weir_snapshot_get_n_columns (rows), n_chosen = 0;
  g_autofree guint8 *chosen = g_new0 (guint8, MAX (n, 1));

  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < n && n_chosen < COLUMNS; i++)
      if (!chosen[i] && rank (self, weir_snapshot_get_column (rows, i)) == round)
        {
          chosen[i] = TRUE;
          n_chosen++;
        }
  self->n_columns = 0;
  for (guint i = 0; i < n; i++)
    if (chosen[i])
      self->columns[self->n_columns++] = i;
}

static GtkWidget *
make_cell (const WeirColumnInfo *info,
           gboolean              is_last)
{
  GtkWidget *cell = gtk_inscription_new (NULL);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (cell), GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (cell), weir_result_column_is_numeric (info) ? 1 : 0);
  gtk_inscription_set_min_lines (GTK_INSCRIPTION (cell), 1);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (cell), 3);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (cell), 8);
  gtk_widget_set_hexpand (cell, TRUE);
  if (!is_last && weir_result_column_is_numeric (info))
    gtk_widget_set_margin_end (cell, 8);
  return cell;
}

static int
span_of (WeirStepRows         *self,
         const WeirColumnInfo *info)
{
  return info->shape == WEIR_COLUMN_WINDOW && !self->is_narrow ? 3 : 2;
}

/* What the grid depends on; values do not come into it. (transfer full) */
static char *
describe_shape (WeirStepRows *self,
                WeirSnapshot *rows)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < self->n_columns; i++)
    {
      const WeirColumnInfo *info = weir_snapshot_get_column (rows, self->columns[i]);

      g_string_append_printf (out, "%d %d %s\n", span_of (self, info), weir_result_column_is_numeric (info), info->name);
    }
  return g_string_free (out, FALSE);
}

static void
make_grid (WeirStepRows *self,
           WeirSnapshot *rows)
{
  g_autofree char *shape = NULL;
  GtkWidget       *child;
  int              left = 0;

  choose_columns (self, rows);
  shape = describe_shape (self, rows);
  if (g_strcmp0 (shape, self->shape) == 0)
    return;
  g_free (self->shape);
  self->shape = g_steal_pointer (&shape);
  while ((child = gtk_widget_get_first_child (self->grid)) != NULL)
    gtk_grid_remove (GTK_GRID (self->grid), child);
  for (guint c = 0; c < self->n_columns; c++)
    {
      const WeirColumnInfo *info = weir_snapshot_get_column (rows, self->columns[c]);
      gboolean              is_last = c + 1 == self->n_columns;
      GtkWidget            *title = make_cell (info, is_last);

      gtk_inscription_set_text (GTK_INSCRIPTION (title), info->name);
      gtk_widget_add_css_class (title, "dim-label");
      gtk_widget_set_tooltip_text (title, info->name);
      gtk_grid_attach (GTK_GRID (self->grid), title, left, 0, span_of (self, info), 1);
      for (guint r = 0; r < ROWS; r++)
        {
          self->cells[r][c] = make_cell (info, is_last);
          gtk_widget_add_css_class (self->cells[r][c], "numeric");
          gtk_grid_attach (GTK_GRID (self->grid), self->cells[r][c], left, (int)r + 1, span_of (self, info), 1);
        }
      left += span_of (self, info);
    }
}

/* ---- values ------------------------------------------------------------------------------------------------------- */

static void
fill_grid (WeirStepRows *self,
           WeirSnapshot *rows)
{
  g_autoptr (WeirRowsView) view = weir_rows_view_new_for_snapshot (weir_snapshot_ref (rows));
  GTimeZone               *zone = weir_step_preview_get_zone (self->preview);
  WeirCellStyle            style = { zone, g_time_zone_get_identifier (zone), g_get_real_time (), self->is_narrow };
  guint                    n = weir_snapshot_get_n_rows (rows);

  for (guint r = 0; r < ROWS; r++)
    for (guint c = 0; c < self->n_columns; c++)
      {
        g_autofree char *text = r < n ? weir_result_cell_text (view, r, self->columns[c], &style) : NULL;

        gtk_widget_set_visible (self->cells[r][c], r < n);
        gtk_inscription_set_text (GTK_INSCRIPTION (self->cells[r][c]), text != NULL || r >= n ? text : "NULL");
      }
}

static void
set_class (GtkWidget  *widget,
           const char *name,
           gboolean    on)
{
  if (on)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
update (WeirStepRows *self)
{
  int              step = weir_step_preview_find (self->preview, &self->key);
  WeirSnapshot    *rows = step >= 0 ? weir_preview_get_rows (weir_step_preview_get (self->preview), (guint)step) : NULL;
  g_autofree char *sentence = weir_step_preview_dup_sentence (self->preview, &self->key);

  if (rows != NULL && sentence == NULL)
    {
      make_grid (self, rows);
      fill_grid (self, rows);
    }
  gtk_widget_set_visible (self->grid, rows != NULL && sentence == NULL);
  gtk_widget_set_visible (self->sentence, sentence != NULL);
  gtk_label_set_text (GTK_LABEL (self->sentence), sentence != NULL ? sentence : "");
  gtk_widget_set_visible (GTK_WIDGET (self), rows != NULL || sentence != NULL);
  set_class (GTK_WIDGET (self), "stale", !weir_step_preview_get_is_current (self->preview));
}

/* ---- room --------------------------------------------------------------------------------------------------------- */

static gboolean
room_changed_cb (gpointer data)
{
  WeirStepRows *self = data;

  self->idle = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
weir_step_rows_measure (GtkWidget     *widget,
                        GtkOrientation orientation,
                        int            for_size,
                        int           *minimum,
                        int           *natural,
                        int           *minimum_baseline,
                        int           *natural_baseline)
{
  WeirStepRows *self = WEIR_STEP_ROWS (widget);
  GtkWidget    *child = gtk_widget_get_visible (self->grid) ? self->grid : self->sentence;

  gtk_widget_measure (child, orientation, for_size, minimum, natural, NULL, NULL);
}

/* Rather the start of a window than a range without its end. */
static void
weir_step_rows_size_allocate (GtkWidget *widget,
                              int        width,
                              int        height,
                              int        baseline)
{
  WeirStepRows *self = WEIR_STEP_ROWS (widget);
  GtkWidget    *child = gtk_widget_get_visible (self->grid) ? self->grid : self->sentence;

  gtk_widget_size_allocate (child, &(GtkAllocation){ 0, 0, width, height }, baseline);
  if (self->is_narrow == (width < NARROW_WIDTH))
    return;
  self->is_narrow = width < NARROW_WIDTH;
  if (self->idle == 0)
    self->idle = g_idle_add (room_changed_cb, self);
}

static void
weir_step_rows_dispose (GObject *object)
{
  WeirStepRows *self = WEIR_STEP_ROWS (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_pointer (&self->sql, g_free);

  g_clear_pointer (&self->grid, gtk_widget_unparent);
  g_clear_pointer (&self->sentence, gtk_widget_unparent);
  g_clear_object (&self->preview);
  g_clear_pointer (&self->shape, g_free);
  G_OBJECT_CLASS (weir_step_rows_parent_class)->dispose (object);
}

static void
weir_step_rows_class_init (WeirStepRowsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_step_rows_dispose;
  GTK_WIDGET_CLASS (klass)->measure = weir_step_rows_measure;
  GTK_WIDGET_CLASS (klass)->size_allocate = weir_step_rows_size_allocate;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "steprows");
}

static void
weir_step_rows_init (WeirStepRows *self)
{
  self->grid = gtk_grid_new ();
  gtk_grid_set_column_homogeneous (GTK_GRID (self->grid), TRUE);
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 6);
  gtk_widget_set_parent (self->grid, GTK_WIDGET (self));
  self->sentence = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->sentence), 0);
  gtk_label_set_wrap (GTK_LABEL (self->sentence), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->sentence), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (self->sentence), 2);
  gtk_label_set_ellipsize (GTK_LABEL (self->sentence), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->sentence, "dim-label");
  gtk_widget_set_parent (self->sentence, GTK_WIDGET (self));
}

GtkWidget *
weir_step_rows_new (WeirStepPreview   *preview,
                    const WeirStepKey *key,
                    const char        *sql)
{
  WeirStepRows *self = g_object_new (WEIR_TYPE_STEP_ROWS, NULL);

  self->preview = g_object_ref (preview);
  self->key = *key;
  self->sql = g_strdup (sql);
  g_signal_connect_object (preview, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

/* ---- behind a filter ---------------------------------------------------------------------------------------------- */

/* A card as widgets beside the rows know it. */
typedef struct
{
  WeirStepPreview *preview; /* Borrowed: the signals end with it */
  WeirStepKey      key;
} Watch;

static Watch *
add_watch (GtkWidget         *widget,
           WeirStepPreview   *preview,
           const WeirStepKey *key)
{
  Watch *watch = g_new (Watch, 1);

  *watch = (Watch){ preview, *key };
  g_object_set_data_full (G_OBJECT (widget), "weir-step-watch", watch, g_free);
  return watch;
}

static void
update_passed (GtkWidget *label)
{
  const Watch     *watch = g_object_get_data (G_OBJECT (label), "weir-step-watch");
  gint64           before = weir_step_preview_get_n_before (watch->preview, &watch->key);
  int              step = weir_step_preview_find (watch->preview, &watch->key);
  WeirPreview     *preview = weir_step_preview_get (watch->preview);
  g_autofree char *text = NULL;

  if (before > 0 && weir_preview_get_rows (preview, (guint)step) != NULL)
    /* Translators: behind a filter: how many rows of a sample it lets through, and of how many */
    text = g_strdup_printf (_ ("%u of %u rows pass"), (guint)weir_preview_get_n_rows (preview, (guint)step), (guint)before);
  gtk_label_set_text (GTK_LABEL (label), text != NULL ? text : "");
}

GtkWidget *
weir_step_passed_new (WeirStepPreview   *preview,
                      const WeirStepKey *key)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (label, "numeric");
  if (key->kind != WEIR_CARD_FILTER)
    return label;
  add_watch (label, preview, key);
  g_signal_connect_object (preview, "changed", G_CALLBACK (update_passed), label, G_CONNECT_SWAPPED);
  update_passed (label);
  return label;
}

/* ---- which one is looked at --------------------------------------------------------------------------------------- */

static void
select_cb (Watch *watch)
{
  weir_step_preview_select (watch->preview, &watch->key);
}

static void
update_selected (GtkWidget *card)
{
  const Watch *watch = g_object_get_data (G_OBJECT (card), "weir-step-watch");
  WeirStepKey  selected = weir_step_preview_get_selected (watch->preview);

  set_class (card, "selected", weir_step_preview_get (watch->preview) != NULL && selected.kind == watch->key.kind && selected.nth == watch->key.nth);
}

void
weir_step_rows_add_selection (GtkWidget         *card,
                              WeirStepPreview   *preview,
                              const WeirStepKey *key)
{
  Watch              *watch = add_watch (card, preview, key);
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture         *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (focus, "enter", G_CALLBACK (select_cb), watch);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (select_cb), watch);
  gtk_widget_add_controller (card, focus);
  gtk_widget_add_controller (card, GTK_EVENT_CONTROLLER (click));
  g_signal_connect_object (preview, "changed", G_CALLBACK (update_selected), card, G_CONNECT_SWAPPED);
  g_signal_connect_object (preview, "selected", G_CALLBACK (update_selected), card, G_CONNECT_SWAPPED);
  update_selected (card);
}
