/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/* Spark's errors of analysis. */

gboolean
_weir_an_fail (const WeirAnalyzer *self,
               GError            **error,
               const char         *condition,
               WeirSpan            span,
               const char         *message,
               const char *const  *params)
{
  GString *text = g_string_new (NULL);
  GError  *created;
  guint    i = 1;

  for (const char *p = message; *p != '\0'; p++)
    if (p[0] == '%' && p[1] == 's')
      {
        g_string_append (text, params[i]);
        i += 2;
        p++;
      }
    else
      g_string_append_c (text, *p);
  created = weir_error_new (WEIR_ERROR_ANALYZE, condition, _weir_an_span (self, span), "%s", text->str);
  for (i = 0; params != NULL && params[i] != NULL; i += 2)
    weir_error_add_param (created, params[i], params[i + 1]);
  g_propagate_error (error, created);
  g_string_free (text, TRUE);
  return FALSE;
}

gboolean
_weir_fail_unsupported_here (const WeirAnalyzer *self,
                             GError            **error,
                             WeirSpan            span,
                             const char         *what)
{
  return weir_fail_unsupported (error, WEIR_ERROR_ANALYZE, _weir_an_span (self, span), what);
}

char *
_weir_quote_name (const char *name)
{
  GString *out = g_string_new ("`");

  for (const char *p = name; *p != '\0'; p++)
    {
      if (*p == '`')
        g_string_append_c (out, '`');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '`');
  return g_string_free (out, FALSE);
}

char *
_weir_name_to_string (const WeirSqlName *name)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < name->n_parts; i++)
    {
      g_autofree char *part = _weir_quote_name (name->parts[i].name);

      g_string_append_printf (out, "%s%s", i > 0 ? "." : "", part);
    }
  return g_string_free (out, FALSE);
}

/* Levenshtein distance in bytes of the folded names; long names are cut, this is for ordering only. */
static guint
distance (const char *a,
          const char *b)
{
  g_autofree char *x = g_utf8_casefold (a, -1);
  g_autofree char *y = g_utf8_casefold (b, -1);
  gsize            n = MIN (strlen (x), 64), m = MIN (strlen (y), 64);
  guint            row[65];

  for (gsize j = 0; j <= m; j++)
    row[j] = (guint)j;
  for (gsize i = 1; i <= n; i++)
    {
      guint diagonal = row[0];

      row[0] = (guint)i;
      for (gsize j = 1; j <= m; j++)
        {
          guint above = row[j];
          guint best = MIN (MIN (above, row[j - 1]) + 1, diagonal + (x[i - 1] != y[j - 1]));

          diagonal = above;
          row[j] = best;
        }
    }
  return row[m];
}

typedef struct
{
  char *text;
  guint distance;
} Suggestion;

static int
compare_suggestions (const void *a,
                     const void *b)
{
  const Suggestion *x = a, *y = b;

  if (x->distance != y->distance)
    return x->distance < y->distance ? -1 : 1;
  return strcmp (x->text, y->text);
}

static gboolean
same_qualifiers (const WeirRel *rel)
{
  const char *first = NULL;

  for (guint i = 0; i < rel->columns->len; i++)
    {
      const WeirRelColumn *column = &g_array_index (rel->columns, WeirRelColumn, i);

      if (i == 0)
        first = column->qualifier;
      else if (g_strcmp0 (first, column->qualifier) != 0)
        return FALSE;
    }
  return TRUE;
}

static char *
qualified (const WeirRelColumn *column,
           gboolean             short_form)
{
  g_autofree char *name = _weir_quote_name (column->name);
  g_autofree char *qualifier = NULL;

  if (short_form || column->qualifier == NULL)
    return g_steal_pointer (&name);
  qualifier = _weir_quote_name (column->qualifier);
  return g_strconcat (qualifier, ".", name, NULL);
}

/* The five nearest names, as "`a`, `b`"; NULL when there is none. */
static char *
suggestions (const WeirRel     *rel,
             const WeirSqlName *name)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (Suggestion));
  gboolean           short_form = same_qualifiers (rel);
  g_autofree char   *wanted = _weir_name_to_string (name);
  GString           *out;

  for (guint i = 0; i < rel->columns->len; i++)
    {
      const WeirRelColumn *column = &g_array_index (rel->columns, WeirRelColumn, i);
      Suggestion           suggestion;

      if (column->hidden)
        continue;
      suggestion.text = qualified (column, short_form);
      suggestion.distance = distance (suggestion.text, wanted);
      g_array_append_val (list, suggestion);
    }
  if (list->len == 0)
    return NULL;
  qsort (list->data, list->len, sizeof (Suggestion), compare_suggestions);
  out = g_string_new (NULL);
  for (guint i = 0; i < list->len; i++)
    {
      Suggestion *suggestion = &g_array_index (list, Suggestion, i);

      if (i < 5)
        g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", suggestion->text);
      g_free (suggestion->text);
    }
  return g_string_free (out, FALSE);
}

gboolean
_weir_fail_unresolved_column (WeirExprContext   *ctx,
                              const WeirSqlName *name,
                              GError           **error)
{
  g_autofree char *text = _weir_name_to_string (name);
  g_autofree char *proposal = suggestions (ctx->rel, name);
  const char      *params[] = { "objectName", text, "proposal", proposal, NULL };

  if (proposal == NULL)
    return _weir_an_fail (ctx->analyzer, error, "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", name->span,
                          "A column, variable, or function parameter with name %s cannot be resolved.",
                          (const char *[]){ "objectName", text, NULL });
  return _weir_an_fail (ctx->analyzer, error, "UNRESOLVED_COLUMN.WITH_SUGGESTION", name->span,
                        "A column, variable, or function parameter with name %s cannot be resolved. "
                        "Did you mean one of the following? [%s].",
                        params);
}

gboolean
_weir_fail_ambiguous (WeirExprContext   *ctx,
                      const WeirSqlName *name,
                      GPtrArray         *candidates,
                      GError           **error)
{
  g_autofree char    *text = _weir_name_to_string (name);
  g_autoptr (GString) list = g_string_new ("[");

  for (guint i = 0; i < candidates->len; i++)
    {
      g_autofree char *candidate = qualified (candidates->pdata[i], FALSE);

      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", candidate);
    }
  g_string_append_c (list, ']');
  return _weir_an_fail (ctx->analyzer, error, "AMBIGUOUS_REFERENCE", name->span, "Reference %s is ambiguous, could be: %s.",
                        (const char *[]){ "name", text, "referenceNames", list->str, NULL });
}
