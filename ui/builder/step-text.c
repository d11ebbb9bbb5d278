/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/step-text.h"

#include <glib/gi18n.h>
#include <string.h>

const char *
weir_step_title (WeirCardKind kind)
{
  switch (kind)
    {
    case WEIR_CARD_FROM:
      return _ ("Source");
    case WEIR_CARD_JOIN:
      return _ ("Join");
    case WEIR_CARD_FILTER:
      return _ ("Filter");
    case WEIR_CARD_DISTINCT:
      return _ ("Distinct");
    case WEIR_CARD_SESSION:
      return _ ("Session Window");
    case WEIR_CARD_EVENT_TIME:
      return _ ("Event Time");
    case WEIR_CARD_WINDOW:
      return _ ("Window");
    case WEIR_CARD_GROUP_BY:
      return _ ("Group By");
    case WEIR_CARD_AGGREGATE:
      return _ ("Aggregate");
    case WEIR_CARD_OUTPUT:
      return _ ("Output");
    case WEIR_CARD_SQL:
    default:
      return _ ("SQL");
    }
}

const char *
weir_step_icon (WeirCardKind kind)
{
  static const char *const icons[] = {
    "network-server-symbolic",
    "insert-link-symbolic",
    "weir-filter-symbolic",
    "document-open-recent-symbolic",
    "edit-select-all-symbolic",
    "weir-window-symbolic",
    "media-playlist-consecutive-symbolic",
    "view-list-symbolic",
    "weir-aggregate-symbolic",
    "document-save-symbolic",
    "accessories-text-editor-symbolic",
  };

  return icons[MIN ((guint)kind, G_N_ELEMENTS (icons) - 1)];
}

static char *
summarize_aggregates (const WeirCard *card)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < card->n_aggregates; i++)
    {
      const WeirCardAggregate *item = &card->aggregates[i];

      if (i > 0)
        g_string_append (text, ", ");
      if (item->function != NULL)
        g_string_append_printf (text, "%s(%s)", item->function, item->argument != NULL ? item->argument : "");
      else
        g_string_append (text, item->sql);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
summarize_trigger (const char *trigger)
{
  if (g_ascii_strcasecmp (trigger, "once") == 0)
    return g_strdup (_ ("once"));
  if (g_ascii_strcasecmp (trigger, "available now") == 0)
    return g_strdup (_ ("what is available now"));
  /* Translators: the interval of a trigger: "every 2 seconds" */
  return g_strdup_printf (_ ("every %s"), trigger);
}

/* "Result table · update · every 2 seconds · checkpoint" */
static char *
summarize_output (const WeirCard *card)
{
  GString         *text = g_string_new (card->sink != NULL ? card->sink : _ ("Result table"));
  g_autofree char *trigger = card->trigger != NULL ? summarize_trigger (card->trigger) : NULL;

  g_string_append_printf (text, " · %s", card->mode != NULL ? card->mode : "append");
  if (trigger != NULL)
    g_string_append_printf (text, " · %s", trigger);
  if (card->checkpoint != NULL)
    g_string_append_printf (text, " · %s", _ ("checkpoint"));
  return g_string_free (text, FALSE);
}

static char *
summarize_join (const WeirCard *card)
{
  gboolean is_using = card->condition != NULL && g_ascii_strncasecmp (card->condition, "USING", 5) == 0;

  if (card->condition == NULL)
    return g_strdup_printf ("%s · %s", card->join_type, card->source);
  return g_strdup_printf ("%s · %s %s%s", card->join_type, card->source, is_using ? "" : "ON ", card->condition);
}

static char *
summarize_distinct (const WeirCard *card)
{
  g_autofree char *keys = g_strjoinv (", ", (char **)card->keys);
  const char      *what = *keys != '\0' ? keys : _ ("all columns");

  /* Translators: names of columns */
  return card->within ? g_strdup_printf (_ ("%s · within the watermark"), what) : g_strdup (what);
}

char *
weir_step_summary (const WeirCard *card)
{
  switch (card->kind)
    {
    case WEIR_CARD_FROM:
      return card->is_stream ? g_strdup (card->source) : g_strdup_printf (_ ("%s, read once"), card->source);
    case WEIR_CARD_FILTER:
      return g_strdup (card->condition);
    case WEIR_CARD_JOIN:
      return summarize_join (card);
    case WEIR_CARD_DISTINCT:
      return summarize_distinct (card);
    case WEIR_CARD_SESSION:
      /* Translators: a column, and how long nothing may come until a session is over */
      return g_strdup_printf (_ ("%s · ends after %s"), card->column, card->size);
    case WEIR_CARD_EVENT_TIME:
      /* Translators: event-time column, and how long late rows are waited for */
      {
        g_autofree char *delay = card->delay != NULL ? g_ascii_strdown (card->delay, -1) : NULL;

        return g_strdup_printf (_ ("%s · wait %s"), card->column, delay != NULL ? delay : "");
      }
    case WEIR_CARD_WINDOW:
      if (card->slide != NULL)
        return g_strdup_printf (_ ("%s · %s every %s"), card->column, card->size, card->slide);
      return g_strdup_printf (_ ("%s · %s tumbling"), card->column, card->size);
    case WEIR_CARD_GROUP_BY:
      return g_strjoinv (", ", (char **)card->keys);
    case WEIR_CARD_AGGREGATE:
      return summarize_aggregates (card);
    case WEIR_CARD_OUTPUT:
      return summarize_output (card);
    case WEIR_CARD_SQL:
    default:
      return g_strdup (card->sql);
    }
}

char **
weir_step_split_list (const char *text)
{
  GPtrArray  *parts = g_ptr_array_new ();
  const char *start = text;
  int         depth = 0;
  char        quote = '\0';

  for (const char *at = text;; at++)
    {
      if (*at == '\0' || (*at == ',' && depth == 0 && quote == '\0'))
        {
          char *part = g_strstrip (g_strndup (start, (gsize)(at - start)));

          if (*part != '\0')
            g_ptr_array_add (parts, part);
          else
            g_free (part);
          start = at + 1;
          if (*at == '\0')
            break;
        }
      else if (quote != '\0')
        quote = *at == quote ? '\0' : quote;
      else if (strchr ("'\"`", *at) != NULL)
        quote = *at;
      else
        depth += (*at == '(' || *at == '[') - (*at == ')' || *at == ']');
    }
  g_ptr_array_add (parts, NULL);
  return (char **)g_ptr_array_free (parts, FALSE);
}
