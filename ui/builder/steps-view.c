/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/steps-view.h"

#include "ui/builder/output-form.h"
#include "ui/builder/join-form.h"
#include "ui/builder/step-focus.h"
#include "ui/builder/step-form.h"
#include "ui/builder/step-rows.h"
#include "ui/builder/step-text.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

/*
 * Cards are made anew from each check of the text. A form keeps what it needs — kind, and for aggregates the item — and asks for the
 * cards of the present text when it is applied, so an edit never works on old places.
 */

struct _WeirStepsView
{
  GtkWidget     parent_instance;
  WeirDocument *document; /* Owned */
  char         *query;    /* Owned */
  GtkWidget    *scroller, *list;

  WeirStepPreview *preview; /* Owned */
};

G_DEFINE_FINAL_TYPE (WeirStepsView, weir_steps_view, GTK_TYPE_WIDGET)

static guint edit_sql_signal, removed_signal;

/* ---- edits -------------------------------------------------------------------------------------------------------- */

/* Cards of the text as it is now; NULL when the last check is older. (transfer full) */
static WeirCards *
present_cards (WeirStepsView *self)
{
  const WeirStatementInfo *info = weir_document_find_query (self->document, self->query);

  if (info == NULL || !weir_document_get_is_checked (self->document))
    return NULL;
  return weir_cards_new (weir_document_get_checked_text (self->document), info->range);
}

static const WeirCard *
find_card (WeirCards   *cards,
           WeirCardKind kind)
{
  for (guint i = 0; i < weir_cards_get_n (cards); i++)
    if (weir_cards_get (cards, i)->kind == kind)
      return weir_cards_get (cards, i);
  return NULL;
}

typedef struct
{
  WeirStepsView *view;
  WeirCardKind   kind;
  guint          item; /* AGGREGATE */
} Target;

static char *
apply_to (WeirCards    *cards,
          const Target *target,
          WeirStepForm *form)
{
  const char *first = weir_step_form_get (form, 0);
  const char *second = weir_step_form_get_n (form) > 1 ? weir_step_form_get (form, 1) : NULL;
  const char *third = weir_step_form_get_n (form) > 2 ? weir_step_form_get (form, 2) : NULL;

  switch (target->kind)
    {
    case WEIR_CARD_FROM:
      return first != NULL ? weir_cards_set_source (cards, first) : NULL;
    case WEIR_CARD_FILTER:
      return weir_cards_set_filter (cards, first);
    case WEIR_CARD_EVENT_TIME:
      return weir_cards_set_event_time (cards, first, second != NULL ? second : "10 seconds");
    case WEIR_CARD_WINDOW:
      return weir_cards_set_window (cards, first, second, third);
    case WEIR_CARD_GROUP_BY:
      {
        g_auto (GStrv) keys = weir_step_split_list (first != NULL ? first : "");

        return weir_cards_set_group_keys (cards, (const char *const *)keys);
      }
    case WEIR_CARD_AGGREGATE:
      return weir_cards_set_aggregate (cards, target->item, first, second != NULL ? second : "*", third);
    case WEIR_CARD_DISTINCT:
      return weir_distinct_form_apply (form, cards);
    case WEIR_CARD_SESSION:
      return weir_session_form_apply (form, cards);
    case WEIR_CARD_JOIN:
      return weir_join_form_apply (form, target->view->document, cards, find_card (cards, WEIR_CARD_JOIN));
    case WEIR_CARD_OUTPUT:
    case WEIR_CARD_SQL:
    default:
      return NULL;
    }
}

static char *
apply_output (WeirStepsView *self,
              WeirStepForm  *form)
{
  const WeirStatementInfo *info = weir_document_find_query (self->document, self->query);

  return weir_output_form_apply (form, weir_document_get_checked_text (self->document), info->range);
}

static void
form_apply_cb (WeirStepForm *form,
               Target       *target)
{
  g_autoptr (WeirCards) cards = present_cards (target->view);
  g_autofree char      *text = cards == NULL                      ? NULL
                               : target->kind == WEIR_CARD_OUTPUT ? apply_output (target->view, form)
                                                                  : apply_to (cards, target, form);

  if (text == NULL)
    {
      weir_step_form_refuse (form, _ ("This does not fit here as SQL. Check names, quotes and parentheses."));
      return;
    }
  gtk_popover_popdown (GTK_POPOVER (form));
  weir_document_replace_text (target->view->document, text);
  weir_document_check_now (target->view->document);
}

static char *
remove_from (WeirCards    *cards,
             const Target *target)
{
  static const char *const none[] = { NULL };

  switch ((int)target->kind)
    {
    case WEIR_CARD_JOIN:
      return weir_cards_set_join (cards, NULL, NULL, FALSE, NULL);
    case WEIR_CARD_DISTINCT:
      return weir_cards_set_distinct (cards, NULL, FALSE);
    case WEIR_CARD_SESSION:
      return weir_cards_set_session (cards, NULL, NULL);
    case WEIR_CARD_FILTER:
      return weir_cards_set_filter (cards, NULL);
    case WEIR_CARD_EVENT_TIME:
      return weir_cards_set_event_time (cards, NULL, NULL);
    case WEIR_CARD_WINDOW:
      return weir_cards_set_window (cards, NULL, NULL, NULL);
    case WEIR_CARD_GROUP_BY:
      return weir_cards_set_group_keys (cards, none);
    case WEIR_CARD_AGGREGATE:
      return weir_cards_set_aggregate (cards, target->item, NULL, NULL, NULL);
    default:
      return NULL;
    }
}

static void
remove_cb (GtkButton *button,
           Target    *target)
{
  g_autoptr (WeirCards) cards = present_cards (target->view);
  g_autofree char      *text = cards != NULL ? remove_from (cards, target) : NULL;
  g_autofree char      *sentence = NULL;
  WeirStepsView        *self = target->view; /* the target goes with the card */

  if (text == NULL)
    {
      gtk_widget_error_bell (GTK_WIDGET (button));
      g_signal_emit_by_name (self->document, "message", _ ("This step cannot be taken out by itself. Edit the SQL beside it."));
      return;
    }
  /* TRANSLATORS: the kind of a step: "Filter removed" */
  sentence = g_strdup_printf (_ ("%s removed"), weir_step_title (target->kind));
  weir_document_replace_text (self->document, text);
  weir_document_check_now (self->document);
  g_signal_emit (self, removed_signal, 0, sentence);
}

static Target *
target_new (WeirStepsView *self,
            WeirCardKind   kind,
            guint          item)
{
  Target *target = g_new (Target, 1);

  *target = (Target){ self, kind, item };
  return target;
}

static void
target_free (gpointer  data,
             GClosure *closure)
{
  g_free (data);
}

/* ---- forms -------------------------------------------------------------------------------------------------------- */

/* Columns of the query's tables; only those that can be times when @times. (transfer full) */
static char **
list_columns (WeirStepsView *self,
              gboolean       times)
{
  const WeirStatementInfo *query = weir_document_find_query (self->document, self->query);
  GPtrArray               *names = g_ptr_array_new ();

  for (guint t = 0; query != NULL && query->tables != NULL && query->tables[t] != NULL; t++)
    {
      const WeirStatementInfo *table = weir_document_find_source (self->document, query->tables[t]);

      for (guint c = 0; table != NULL && c < table->n_columns; c++)
        if (!times || table->columns[c].shape == WEIR_COLUMN_TIME)
          g_ptr_array_add (names, g_strdup (table->columns[c].name));
    }
  g_ptr_array_add (names, NULL);
  return (char **)g_ptr_array_free (names, FALSE);
}

static void
fill_source_form (WeirStepsView  *self,
                  WeirStepForm   *form,
                  const WeirCard *card)
{
  g_auto (GStrv) sources = weir_document_list_sources (self->document);

  weir_step_form_add (form, _ ("_Table"), card != NULL ? card->source : NULL, NULL, (const char *const *)sources);
}

static void
fill_time_form (WeirStepsView  *self,
                WeirStepForm   *form,
                const WeirCard *card)
{
  static const char *const waits[] = { "10 seconds", "30 seconds", "1 minute", "5 minutes", "1 hour", NULL };
  g_auto (GStrv)           columns = list_columns (self, TRUE);

  weir_step_form_add (form, _ ("_Column"), card != NULL ? card->column : columns[0], _ ("ts"), (const char *const *)columns);
  weir_step_form_add (form, _ ("_Wait for late rows"), card != NULL ? card->delay : waits[0], "10 seconds", waits);
}

static void
fill_window_form (WeirStepsView  *self,
                  WeirStepForm   *form,
                  const WeirCard *card)
{
  static const char *const sizes[] = { "10 seconds", "1 minute", "5 minutes", "15 minutes", "1 hour", "1 day", NULL };
  g_auto (GStrv)           columns = list_columns (self, TRUE);

  weir_step_form_add (form, _ ("_Column"), card != NULL ? card->column : columns[0], _ ("ts"), (const char *const *)columns);
  weir_step_form_add (form, _ ("_Length"), card != NULL ? card->size : "1 minute", "1 minute", sizes);
  weir_step_form_add (form, _ ("_Slide"), card != NULL ? card->slide : NULL, _ ("empty: tumbling"), sizes);
}

static void
fill_aggregate_form (WeirStepsView           *self,
                     WeirStepForm            *form,
                     const WeirCardAggregate *item)
{
  static const char *const functions[] = { "count", "sum", "avg", "min", "max", "first", "last", "stddev", "count_if", "approx_count_distinct", "collect_list", NULL };
  g_auto (GStrv)           columns = list_columns (self, FALSE);

  weir_step_form_add (form, _ ("_Function"), item != NULL ? item->function : "count", NULL, functions);
  weir_step_form_add (form, _ ("_Of"), item != NULL ? item->argument : "*", "*", (const char *const *)columns);
  weir_step_form_add (form, _ ("_Name"), item != NULL ? item->alias : NULL, _ ("automatic"), NULL);
}

static GtkWidget *
make_form (WeirStepsView  *self,
           WeirCardKind    kind,
           const WeirCard *card,
           guint           item)
{
  GtkWidget    *form = weir_step_form_new (weir_step_title (kind));
  WeirStepForm *fields = WEIR_STEP_FORM (form);

  if (kind == WEIR_CARD_FROM)
    fill_source_form (self, fields, card);
  else if (kind == WEIR_CARD_JOIN)
    weir_join_form_fill (fields, self->document, card);
  else if (kind == WEIR_CARD_DISTINCT || kind == WEIR_CARD_SESSION)
    {
      g_auto (GStrv) columns = list_columns (self, kind == WEIR_CARD_SESSION);

      if (kind == WEIR_CARD_SESSION)
        weir_session_form_fill (fields, (const char *const *)columns, card);
      else
        weir_distinct_form_fill (fields, (const char *const *)columns, card);
    }
  else if (kind == WEIR_CARD_FILTER)
    weir_step_form_add (fields, _ ("_Keep rows where"), card != NULL ? card->condition : NULL, "price >= 100", NULL);
  else if (kind == WEIR_CARD_EVENT_TIME)
    fill_time_form (self, fields, card);
  else if (kind == WEIR_CARD_WINDOW)
    fill_window_form (self, fields, card);
  else if (kind == WEIR_CARD_GROUP_BY)
    {
      g_auto (GStrv)   columns = list_columns (self, FALSE);
      g_autofree char *keys = card != NULL ? g_strjoinv (", ", (char **)card->keys) : NULL;

      weir_step_form_add (fields, _ ("_Keys"), keys, _ ("region, status"), (const char *const *)columns);
    }
  else if (kind == WEIR_CARD_AGGREGATE)
    fill_aggregate_form (self, fields, card != NULL && item < card->n_aggregates ? &card->aggregates[item] : NULL);
  else
    weir_output_form_fill (fields, card, weir_document_find_query (self->document, self->query));
  g_signal_connect_data (form, "apply", G_CALLBACK (form_apply_cb), target_new (self, kind, item), target_free, 0);
  return form;
}

/* ---- cards -------------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_edit_button (WeirStepsView  *self,
                  WeirCardKind    kind,
                  const WeirCard *card,
                  guint           item)
{
  GtkWidget       *button = gtk_menu_button_new ();
  g_autofree char *name = g_strdup_printf (_ ("Edit %s"), weir_step_title (kind));

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "document-edit-symbolic");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), make_form (self, kind, card, item));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, name);
  weir_step_focus_name (button, kind, item, "edit");
  return button;
}

static GtkWidget *
make_remove_button (WeirStepsView *self,
                    WeirCardKind   kind,
                    guint          item)
{
  GtkWidget       *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *name = g_strdup_printf (_ ("Remove %s"), weir_step_title (kind));

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, name);
  g_signal_connect_data (button, "clicked", G_CALLBACK (remove_cb), target_new (self, kind, item), target_free, 0);
  weir_step_focus_name (button, kind, item, "remove");
  return button;
}

static GtkWidget *
make_summary (const char *text,
              gboolean    monospace)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (label), monospace ? 12 : 3);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  if (monospace)
    gtk_widget_add_css_class (label, "monospace");
  return label;
}

static void
add_items (WeirStepsView  *self,
           GtkWidget      *box,
           const WeirCard *card)
{
  for (guint i = 0; i < card->n_aggregates; i++)
    {
      GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

      gtk_box_append (GTK_BOX (row), make_summary (card->aggregates[i].sql, FALSE));
      if (card->aggregates[i].function != NULL)
        gtk_box_append (GTK_BOX (row), make_edit_button (self, WEIR_CARD_AGGREGATE, card, i));
      gtk_box_append (GTK_BOX (row), make_remove_button (self, WEIR_CARD_AGGREGATE, i));
      gtk_widget_add_css_class (row, "step-item");
      gtk_box_append (GTK_BOX (box), row);
    }
}

static void
edit_sql_cb (WeirStepsView *self)
{
  g_signal_emit (self, edit_sql_signal, 0);
}

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

static GtkWidget *
make_problem_mark (const WeirProblem *problem)
{
  GtkWidget *mark = gtk_image_new_from_icon_name ("dialog-error-symbolic");

  gtk_widget_add_css_class (mark, "weir-late");
  gtk_widget_set_tooltip_text (mark, problem->message);
  gtk_accessible_update_property (GTK_ACCESSIBLE (mark), GTK_ACCESSIBLE_PROPERTY_LABEL, problem->message, -1);
  return mark;
}

static GtkWidget *
make_card (WeirStepsView     *self,
           const WeirCard    *card,
           const WeirProblem *problem)
{
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget       *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *icon = gtk_image_new_from_icon_name (weir_step_icon (card->kind));
  GtkWidget       *title = gtk_label_new (weir_step_title (card->kind));
  g_autofree char *summary = weir_step_summary (card);

  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "step-card");
  gtk_widget_add_css_class (head, "step-head");
  gtk_widget_add_css_class (icon, "step-icon");
  gtk_widget_set_valign (icon, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (title, "caption");
  gtk_widget_add_css_class (title, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_box_append (GTK_BOX (texts), title);
  gtk_box_append (GTK_BOX (texts), make_summary (summary, card->kind == WEIR_CARD_SQL));
  gtk_box_append (GTK_BOX (head), icon);
  gtk_box_append (GTK_BOX (head), texts);
  if (problem != NULL)
    gtk_box_append (GTK_BOX (head), make_problem_mark (problem));
  if (card->kind == WEIR_CARD_SQL)
    {
      GtkWidget *edit = gtk_button_new_with_label (_ ("Edit SQL"));

      gtk_widget_set_valign (edit, GTK_ALIGN_CENTER);
      g_signal_connect_swapped (edit, "clicked", G_CALLBACK (edit_sql_cb), self);
      weir_step_focus_name (edit, card->kind, 0, "edit");
      gtk_box_append (GTK_BOX (head), edit);
    }
  else if (card->kind == WEIR_CARD_AGGREGATE)
    {
      GtkWidget *add = make_edit_button (self, WEIR_CARD_AGGREGATE, card, card->n_aggregates);

      gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (add), "list-add-symbolic");
      gtk_widget_set_tooltip_text (add, _ ("Add an Aggregate"));
      gtk_box_append (GTK_BOX (head), add);
    }
  else
    gtk_box_append (GTK_BOX (head), make_edit_button (self, card->kind, card, 0));
  if (card->kind >= WEIR_CARD_JOIN && card->kind <= WEIR_CARD_GROUP_BY)
    gtk_box_append (GTK_BOX (head), make_remove_button (self, card->kind, 0));
  gtk_box_append (GTK_BOX (box), head);
  if (card->kind == WEIR_CARD_AGGREGATE)
    add_items (self, box, card);
  return box;
}

/* What comes out of it, but for the last: that is the page of results. */
static void
add_rows (WeirStepsView     *self,
          GtkWidget         *box,
          const WeirStepKey *key,
          const char        *sql)
{
  if (key->kind != WEIR_CARD_OUTPUT)
    gtk_box_append (GTK_BOX (box), weir_step_rows_new (self->preview, key, sql));
  weir_step_rows_add_selection (box, self->preview, key);
}

static GtkWidget *
make_arrow (WeirStepsView     *self,
            const WeirStepKey *before)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *arrow = gtk_image_new_from_icon_name ("go-down-symbolic");

  gtk_widget_add_css_class (box, "step-arrow");
  gtk_accessible_update_state (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_box_append (GTK_BOX (box), arrow);
  gtk_box_append (GTK_BOX (box), weir_step_passed_new (self->preview, before));
  return box;
}

/* ---- adding ------------------------------------------------------------------------------------------------------- */

/* One window of either kind; a card that would change nothing the others do not show. */
static gboolean
is_missing (WeirCards   *cards,
            WeirCardKind kind)
{
  if (kind == WEIR_CARD_WINDOW)
    return find_card (cards, WEIR_CARD_SESSION) == NULL;
  return kind != WEIR_CARD_SESSION || find_card (cards, WEIR_CARD_WINDOW) == NULL;
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

      if (find_card (cards, kinds[i]) != NULL || !is_missing (cards, kinds[i]))
        continue;
      button = gtk_menu_button_new ();
      content = adw_button_content_new ();
      adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), "list-add-symbolic");
      adw_button_content_set_label (ADW_BUTTON_CONTENT (content), weir_step_title (kinds[i]));
      gtk_menu_button_set_child (GTK_MENU_BUTTON (button), content);
      gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), make_form (self, kinds[i], NULL, 0));
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
  g_autoptr (WeirCards) cards = present_cards (self);
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
      GtkWidget      *box = make_card (self, card, find_problem (self, cards, card));
      WeirStepKey     before = key;

      key = (WeirStepKey){ card->kind, n_of_kind[card->kind]++ };
      if (i > 0)
        gtk_box_append (GTK_BOX (self->list), make_arrow (self, &before));
      add_rows (self, box, &key, card->sql);
      gtk_box_append (GTK_BOX (self->list), box);
    }
  if (!weir_document_get_read_only (self->document) && find_card (cards, WEIR_CARD_FROM) != NULL)
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
  edit_sql_signal = g_signal_new ("edit-sql", WEIR_TYPE_STEPS_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  removed_signal = g_signal_new ("removed", WEIR_TYPE_STEPS_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
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
