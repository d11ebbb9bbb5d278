/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/steps-view-private.h"

#include "ui/builder/step-focus.h"
#include "ui/builder/step-text.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/*
 * The list of cards. They are made anew from each check of the text (steps-view-card.c); the forms in which they are edited are in
 * steps-view-edit.c. A check that comes while a form is open changes nothing: the cards follow with the next one.
 */

G_DEFINE_FINAL_TYPE (WeirStepsView, weir_steps_view, GTK_TYPE_WIDGET)

/* ---- problems ----------------------------------------------------------------------------------------------------- */

/* The card with the shortest text around @at. */
static const WeirCard *
card_at (WeirCards *cards,
         guint      at)
{
  const WeirCard *best = NULL;

  for (guint i = 0; i < weir_cards_get_n (cards); i++)
    {
      const WeirCard *card = weir_cards_get (cards, i);

      if (card->range.start <= at && at < card->range.end && (best == NULL || card->range.end - card->range.start < best->range.end - best->range.start))
        best = card;
    }
  return best;
}

/* What is wrong with the text of @card; NULL: nothing is. (transfer none) */
static const WeirProblem *
find_problem (WeirStepsView  *self,
              WeirCards      *cards,
              const WeirCard *card)
{
  WeirCheck *check = weir_document_get_check (self->document);

  for (guint i = 0; check != NULL && i < weir_check_get_n_problems (check); i++)
    {
      const WeirProblem *problem = weir_check_get_problem (check, i);

      if (!problem->is_warning && card_at (cards, problem->range.start) == card)
        return problem;
    }
  return NULL;
}

/* ---- adding ------------------------------------------------------------------------------------------------------- */

/* One window of either kind; a card that would change nothing the others do not show. */
static gboolean
is_missing (WeirCards   *cards,
            WeirCardKind kind)
{
  if (kind == WEIR_CARD_WINDOW)
    return _weir_cards_find (cards, WEIR_CARD_SESSION) == NULL;
  return kind != WEIR_CARD_SESSION || _weir_cards_find (cards, WEIR_CARD_WINDOW) == NULL;
}

static GtkWidget *
make_add_row (WeirStepsView *self,
              WeirCards     *cards)
{
  static const WeirCardKind kinds[] = { WEIR_CARD_JOIN, WEIR_CARD_FILTER, WEIR_CARD_EVENT_TIME, WEIR_CARD_DISTINCT, WEIR_CARD_WINDOW,
                                        WEIR_CARD_SESSION, WEIR_CARD_GROUP_BY, WEIR_CARD_AGGREGATE };
  GtkWidget                *row = gtk_flow_box_new ();
  guint                     n = 0;

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (row), GTK_SELECTION_NONE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (row), 1);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (row), 5);
  gtk_widget_add_css_class (row, "step-add");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      GtkWidget       *button, *content;
      g_autofree char *tooltip = NULL;

      if (_weir_cards_find (cards, kinds[i]) != NULL || !is_missing (cards, kinds[i]))
        continue;
      button = gtk_menu_button_new ();
      content = adw_button_content_new ();
      adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), "list-add-symbolic");
      adw_button_content_set_label (ADW_BUTTON_CONTENT (content), weir_step_title (kinds[i]));
      gtk_menu_button_set_child (GTK_MENU_BUTTON (button), content);
      gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), _weir_steps_view_make_form (self, kinds[i], NULL, 0));
      tooltip = g_strdup_printf (_ ("Add %s"), weir_step_title (kinds[i]));
      gtk_widget_set_tooltip_text (button, tooltip);
      weir_step_focus_name (button, kinds[i], 0, "edit");
      gtk_flow_box_append (GTK_FLOW_BOX (row), button);
      /* The button has the focus, not the place it stands in. */
      gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
      n++;
    }
  gtk_widget_set_visible (row, n > 0);
  return row;
}

/* ---- the list ----------------------------------------------------------------------------------------------------- */

static gboolean
has_open_form (GtkWidget *widget)
{
  if (GTK_IS_POPOVER (widget) && gtk_widget_get_visible (widget))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (has_open_form (child))
      return TRUE;
  return FALSE;
}

static void
rebuild (WeirStepsView *self)
{
  g_autoptr (WeirCards) cards = _weir_steps_view_present_cards (self);
  g_autofree char      *focus = NULL;
  GtkWidget            *child;
  WeirStepKey           key = { 0 };
  guint                 n_of_kind[WEIR_CARD_SQL + 1] = { 0 };

  /* Never from under somebody's hands. */
  if (cards == NULL || has_open_form (self->list))
    return;
  focus = weir_step_focus_save (self->list);
  while ((child = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_box_remove (GTK_BOX (self->list), child);
  for (guint i = 0; i < weir_cards_get_n (cards); i++)
    {
      const WeirCard *card = weir_cards_get (cards, i);
      GtkWidget      *box = _weir_steps_view_make_card (self, card, find_problem (self, cards, card));
      WeirStepKey     before = key;

      key = (WeirStepKey){ card->kind, n_of_kind[card->kind]++ };
      if (i > 0)
        gtk_box_append (GTK_BOX (self->list), _weir_steps_view_make_arrow (self, &before));
      _weir_steps_view_add_rows (self, box, &key, card->sql);
      gtk_box_append (GTK_BOX (self->list), box);
    }
  if (!weir_document_get_read_only (self->document) && _weir_cards_find (cards, WEIR_CARD_FROM) != NULL)
    gtk_box_append (GTK_BOX (self->list), make_add_row (self, cards));
  if (focus != NULL)
    weir_step_focus_restore (self->list, focus);
}

static void
weir_steps_view_dispose (GObject *object)
{
  WeirStepsView *self = WEIR_STEPS_VIEW (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  if (self->preview != NULL)
    weir_step_preview_set_active (self->preview, FALSE);
  g_clear_object (&self->preview);
  g_clear_object (&self->document);
  g_clear_pointer (&self->query, g_free);
  G_OBJECT_CLASS (weir_steps_view_parent_class)->dispose (object);
}

static void
weir_steps_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (weir_steps_view_parent_class)->map (widget);
  weir_step_preview_set_active (WEIR_STEPS_VIEW (widget)->preview, TRUE);
}

static void
weir_steps_view_unmap (GtkWidget *widget)
{
  weir_step_preview_set_active (WEIR_STEPS_VIEW (widget)->preview, FALSE);
  GTK_WIDGET_CLASS (weir_steps_view_parent_class)->unmap (widget);
}

static void
weir_steps_view_class_init (WeirStepsViewClass *klass)
{
  GTK_WIDGET_CLASS (klass)->map = weir_steps_view_map;
  GTK_WIDGET_CLASS (klass)->unmap = weir_steps_view_unmap;
  G_OBJECT_CLASS (klass)->dispose = weir_steps_view_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  g_signal_new ("edit-sql", WEIR_TYPE_STEPS_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("removed", WEIR_TYPE_STEPS_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
weir_steps_view_init (WeirStepsView *self)
{
  GtkWidget *clamp = adw_clamp_new ();

  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->list, "steps");
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 640);
  adw_clamp_set_child (ADW_CLAMP (clamp), self->list);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), clamp);
  gtk_widget_set_vexpand (self->scroller, TRUE);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

GtkWidget *
weir_steps_view_new (WeirDocument *document,
                     const char   *query_name)
{
  WeirStepsView *self = g_object_new (WEIR_TYPE_STEPS_VIEW, NULL);

  self->document = g_object_ref (document);
  self->query = g_strdup (query_name);
  self->preview = weir_step_preview_new (document, query_name);
  g_signal_connect_object (document, "checked", G_CALLBACK (rebuild), self, G_CONNECT_SWAPPED);
  rebuild (self);
  return GTK_WIDGET (self);
}

WeirStepPreview *
weir_steps_view_get_preview (WeirStepsView *self)
{
  return self->preview;
}

void
weir_steps_view_set_query (WeirStepsView *self,
                           const char    *query_name)
{
  weir_step_preview_set_query (self->preview, query_name);
  g_free (self->query);
  self->query = g_strdup (query_name);
  rebuild (self);
}
