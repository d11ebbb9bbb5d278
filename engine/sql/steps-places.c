/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/lexer.h"
#include "sql/steps-private.h"

/* Where to cut and how to join: the part of an edit that has to respect comments and blanks. */

typedef struct
{
  WeirSpan span;
  char    *replacement; /* Owned */
} Splice;

guint32
_weir_sql_steps_token_end_before (WeirSqlSteps *steps,
                                  guint32       pos)
{
  guint32 end = steps->statement.start;

  for (guint i = 0; i < steps->tokens->len; i++)
    {
      const WeirSqlToken *token = &g_array_index (steps->tokens, WeirSqlToken, i);

      if (token->end > pos || token->kind == WEIR_SQL_TOKEN_END)
        break;
      end = token->end;
    }
  return end;
}

guint32
_weir_sql_steps_token_start_after (WeirSqlSteps *steps,
                                   guint32       pos)
{
  for (guint i = 0; i < steps->tokens->len; i++)
    {
      const WeirSqlToken *token = &g_array_index (steps->tokens, WeirSqlToken, i);

      if (token->start >= pos && token->kind != WEIR_SQL_TOKEN_END)
        return token->start;
    }
  return steps->statement.end;
}

/* ---- splices -------------------------------------------------------------------------------------------------- */

static void
clear_splice (gpointer data)
{
  g_free (((Splice *)data)->replacement);
}

void
_weir_sql_splices_init (WeirSqlSplices *splices)
{
  splices->items = g_array_new (FALSE, FALSE, sizeof (Splice));
  g_array_set_clear_func (splices->items, clear_splice);
}

void
_weir_sql_splices_add (WeirSqlSplices *splices,
                       WeirSpan        span,
                       const char     *replacement)
{
  Splice splice = { span, g_strdup (replacement) };

  g_array_append_val (splices->items, splice);
}

static gboolean
is_word_byte (char c)
{
  return g_ascii_isalnum (c) || c == '_' || (guchar)c >= 0x80;
}

/* Never makes one word of two: SELECT* may become SELECT a. */
static void
append_apart (GString    *out,
              const char *text)
{
  if (out->len > 0 && is_word_byte (out->str[out->len - 1]) && is_word_byte (text[0]))
    g_string_append_c (out, ' ');
  g_string_append (out, text);
}

static int
compare_splices (gconstpointer a,
                 gconstpointer b)
{
  const Splice *left = a, *right = b;

  if (left->span.start != right->span.start)
    return left->span.start < right->span.start ? -1 : 1;
  return 0;
}

/* g_array_sort() is stable: insertions at one place stay in the order they were asked for. */
char *
_weir_sql_splices_apply (WeirSqlSplices *splices,
                         const char     *text)
{
  GString *out = g_string_new (NULL);
  guint32  pos = 0;

  g_array_sort (splices->items, compare_splices);
  for (guint i = 0; i < splices->items->len; i++)
    {
      const Splice *splice = &g_array_index (splices->items, Splice, i);

      /* Two removals may both take the blanks between them. */
      if (splice->span.start > pos)
        g_string_append_len (out, text + pos, splice->span.start - pos);
      append_apart (out, splice->replacement);
      pos = MAX (pos, splice->span.end);
      if (is_word_byte (text[pos]) && out->len > 0 && is_word_byte (out->str[out->len - 1]))
        g_string_append_c (out, ' ');
    }
  g_string_append (out, text + pos);
  g_array_unref (splices->items);
  return g_string_free (out, FALSE);
}

/* ---- clauses -------------------------------------------------------------------------------------------------- */

static gboolean
all_blank (const char *text,
           guint32     start,
           guint32     end)
{
  for (; start < end; start++)
    if (!g_ascii_isspace (text[start]))
      return FALSE;
  return TRUE;
}

void
_weir_sql_steps_remove_clause (WeirSqlSteps   *steps,
                               WeirSqlSplices *splices,
                               WeirSpan        span)
{
  const char *text = steps->text;
  guint32     before = _weir_sql_steps_token_end_before (steps, span.start);
  guint32     after = _weir_sql_steps_token_start_after (steps, span.end);

  /* Behind a line comment the line feed has to stay. */
  if (all_blank (text, before, span.start))
    span.start = before;
  else if (after < steps->statement.end && all_blank (text, span.end, after))
    span.end = after;
  _weir_sql_splices_add (splices, span, "");
}

/* The line feed and indent before FROM, or a blank. */
static char *
clause_separator (WeirSqlSteps *steps)
{
  guint32 from = steps->select->from_span.start, indent = from;

  while (indent > 0 && (steps->text[indent - 1] == ' ' || steps->text[indent - 1] == '\t'))
    indent--;
  if (indent == 0 || steps->text[indent - 1] != '\n' || steps->select->from_span.end == 0)
    return g_strdup (" ");
  return g_strdup_printf ("%s%.*s", indent > 1 && steps->text[indent - 2] == '\r' ? "\r\n" : "\n", (int)(from - indent), steps->text + indent);
}

void
_weir_sql_steps_insert_clause (WeirSqlSteps   *steps,
                               WeirSqlSplices *splices,
                               guint32         pos,
                               const char     *clause)
{
  g_autofree char *separator = clause_separator (steps);
  g_autofree char *text = g_strconcat (separator, clause, NULL);

  _weir_sql_splices_add (splices, (WeirSpan){ pos, pos }, text);
}

void
_weir_sql_steps_remove_item (WeirSqlSplices *splices,
                             const WeirSpan *items,
                             guint           n,
                             guint           i)
{
  if (i == 0)
    _weir_sql_splices_add (splices, (WeirSpan){ items[0].start, items[1].start }, "");
  else
    _weir_sql_splices_add (splices, (WeirSpan){ items[i - 1].end, items[i].end }, "");
}

WeirSpan
weir_text_changed_span (const char *before,
                        const char *after)
{
  gsize before_len = strlen (before), after_len = strlen (after), start = 0, tail = 0;
  gsize shorter = MIN (before_len, after_len);

  while (start < shorter && before[start] == after[start])
    start++;
  while (tail < shorter - start && before[before_len - tail - 1] == after[after_len - tail - 1])
    tail++;
  return (WeirSpan){ start, after_len - tail };
}
