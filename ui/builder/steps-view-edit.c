/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/steps-view-private.h"

#include "ui/builder/join-form.h"
#include "ui/builder/output-form.h"
#include "ui/builder/step-form.h"
#include "ui/builder/step-text.h"

#include <glib/gi18n.h>

/*
 * Forms of the cards, and what applying one or taking a card out does to the text. A form keeps what it needs — kind, and for aggregates the
 * item — and asks for the cards of the present text when it is applied, so an edit never works on old places.
 */

/* ---- edits -------------------------------------------------------------------------------------------------------- */

/* Cards of the text as it is now; NULL when the last check is older. (transfer full) */
WeirCards *
_weir_steps_view_present_cards (WeirStepsView *self)
{
  const WeirStatementInfo *info = weir_document_find_query (self->document, self->query);

  if (info == NULL || !weir_document_get_is_checked (self->document))
    return NULL;
  return weir_cards_new (weir_document_get_checked_text (self->document), info->range);
}

const WeirCard *
_weir_cards_find (WeirCards   *cards,
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
      return weir_join_form_apply (form, target->view->document, cards, _weir_cards_find (cards, WEIR_CARD_JOIN));
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
  g_autoptr (WeirCards) cards = _weir_steps_view_present_cards (target->view);
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
  g_autoptr (WeirCards) cards = _weir_steps_view_present_cards (target->view);
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
  g_signal_emit_by_name (self, "removed", sentence);
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

void
_weir_steps_view_connect_remove (WeirStepsView *self,
                                 GtkWidget     *button,
                                 WeirCardKind   kind,
                                 guint          item)
{
  g_signal_connect_data (button, "clicked", G_CALLBACK (remove_cb), target_new (self, kind, item), target_free, 0);
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

GtkWidget *
_weir_steps_view_make_form (WeirStepsView  *self,
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
