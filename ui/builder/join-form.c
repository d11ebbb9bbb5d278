/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/join-form.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/builder/step-text.h"

void
weir_join_form_fill (WeirStepForm   *form,
                     WeirDocument   *document,
                     const WeirCard *card)
{
  const WeirStepChoice kinds[] = {
    { "inner", _ ("Only rows that match") },
    { "left", _ ("Also rows of the source without a match") },
    { "right", _ ("Also rows of the second table without a match") },
    { "full", _ ("Also rows without a match on either side") },
    { "left semi", _ ("Rows of the source that have a match, as they are") },
    { "left anti", _ ("Rows of the source that have none") },
    { NULL },
  };
  g_auto (GStrv) tables = weir_document_list_sources (document);

  weir_step_form_add_choices (form, _ ("_Kind"), card != NULL ? card->join_type : "inner", "inner", kinds);
  weir_step_form_add (form, _ ("_Table"), card != NULL ? card->source : NULL, NULL, (const char *const *)tables);
  weir_step_form_add (form, _ ("_On"), card != NULL ? card->condition : NULL, "a.id = b.id, USING (id)", NULL);
}

/* A table that was there stays what it was; files are read whole, everything else flows. */
static gboolean
is_stream (WeirDocument   *document,
           const char     *table,
           const WeirCard *card)
{
  const WeirStatementInfo *info = weir_document_find_source (document, table);

  if (card != NULL && g_strcmp0 (card->source, table) == 0)
    return card->is_stream;
  return info != NULL && info->format != NULL && g_ascii_strcasecmp (info->format, "json") != 0 && g_ascii_strcasecmp (info->format, "csv") != 0 &&
         g_ascii_strcasecmp (info->format, "text") != 0;
}

char *
weir_join_form_apply (WeirStepForm   *form,
                      WeirDocument   *document,
                      WeirCards      *cards,
                      const WeirCard *card)
{
  const char *type = weir_step_form_get (form, 0), *table = weir_step_form_get (form, 1), *condition = weir_step_form_get (form, 2);

  if (table == NULL)
    return NULL;
  return weir_cards_set_join (cards, type != NULL ? type : "inner", table, is_stream (document, table, card), condition);
}

void
weir_distinct_form_fill (WeirStepForm      *form,
                         const char *const *columns,
                         const WeirCard    *card)
{
  g_autofree char  *keys = card != NULL ? g_strjoinv (", ", (char **)card->keys) : NULL;
  const char *const times[] = { _ ("until the watermark has passed"), NULL };

  weir_step_form_add (form, _ ("_Columns"), keys, _ ("empty: all"), columns);
  weir_step_form_add (form, _ ("_Remember"), card != NULL && card->within ? times[0] : NULL, _ ("as long as the query runs"), times);
}

char *
weir_distinct_form_apply (WeirStepForm *form,
                          WeirCards    *cards)
{
  const char    *text = weir_step_form_get (form, 0);
  g_auto (GStrv) columns = weir_step_split_list (text != NULL ? text : "");

  return weir_cards_set_distinct (cards, (const char *const *)columns, weir_step_form_get (form, 1) != NULL);
}

void
weir_session_form_fill (WeirStepForm      *form,
                        const char *const *time_columns,
                        const WeirCard    *card)
{
  static const char *const gaps[] = { "30 seconds", "1 minute", "5 minutes", "30 minutes", "1 hour", NULL };

  weir_step_form_add (form, _ ("_Column"), card != NULL ? card->column : time_columns[0], _ ("ts"), time_columns);
  weir_step_form_add (form, _ ("_Ends after"), card != NULL ? card->size : "5 minutes", "5 minutes", gaps);
}

char *
weir_session_form_apply (WeirStepForm *form,
                         WeirCards    *cards)
{
  const char *column = weir_step_form_get (form, 0), *gap = weir_step_form_get (form, 1);

  return column != NULL && gap != NULL ? weir_cards_set_session (cards, column, gap) : NULL;
}
