/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/error.h"

/*
 * Errors with Spark's names.
 *
 * A WeirError is a GError with more inside (GLib's extended errors): condition, span and message parameters travel
 * with it through g_propagate_error() and g_error_copy(), so callers pass ordinary GErrors around. The SQLSTATE is
 * never stored; it follows from the condition.
 */

typedef struct
{
  char      *condition;
  WeirSpan   span;
  GPtrArray *params; /* Owned: name, value, name, value, …; NULL when none */
} WeirErrorPrivate;

#define TEXT_WINDOW_CHARS 200

static void
weir_error_private_init (WeirErrorPrivate *priv)
{
}

static void
weir_error_private_copy (const WeirErrorPrivate *src,
                         WeirErrorPrivate       *dest)
{
  dest->condition = g_strdup (src->condition);
  dest->span = src->span;
  if (src->params == NULL)
    return;
  dest->params = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < src->params->len; i++)
    g_ptr_array_add (dest->params, g_strdup (g_ptr_array_index (src->params, i)));
}

static void
weir_error_private_clear (WeirErrorPrivate *priv)
{
  g_free (priv->condition);
  g_clear_pointer (&priv->params, g_ptr_array_unref);
}

G_DEFINE_EXTENDED_ERROR (WeirError, weir_error)

static WeirErrorPrivate *
get_private (const GError *error)
{
  if (error == NULL || error->domain != WEIR_ERROR)
    return NULL;
  return weir_error_get_private (error);
}

static GError *
new_valist (WeirErrorPhase phase,
            const char    *condition,
            WeirSpan       span,
            const char    *format,
            va_list        args) G_GNUC_PRINTF (4, 0);

static GError *
new_valist (WeirErrorPhase phase,
            const char    *condition,
            WeirSpan       span,
            const char    *format,
            va_list        args)
{
  GError           *error = g_error_new_valist (WEIR_ERROR, (int)phase, format, args);
  WeirErrorPrivate *priv = weir_error_get_private (error);

  /* Names of files are any bytes; who shows a message is shown text. */
  if (!g_utf8_validate (error->message, -1, NULL))
    {
      char *valid = g_utf8_make_valid (error->message, -1);

      g_free (error->message);
      error->message = valid;
    }
  priv->condition = g_strdup (condition);
  priv->span = span;
  return error;
}

GError *
weir_error_new (WeirErrorPhase phase,
                const char    *condition,
                WeirSpan       span,
                const char    *format,
                ...)
{
  GError *error;
  va_list args;

  va_start (args, format);
  error = new_valist (phase, condition, span, format, args);
  va_end (args);
  return error;
}

gboolean
weir_fail (GError       **error,
           WeirErrorPhase phase,
           const char    *condition,
           WeirSpan       span,
           const char    *format,
           ...)
{
  va_list args;

  if (error == NULL)
    return FALSE;
  va_start (args, format);
  g_propagate_error (error, new_valist (phase, condition, span, format, args));
  va_end (args);
  return FALSE;
}

gboolean
weir_fail_unsupported (GError       **error,
                       WeirErrorPhase phase,
                       WeirSpan       span,
                       const char    *what)
{
  GError *created;

  if (error == NULL)
    return FALSE;
  created = weir_error_new (phase, "UNSUPPORTED_FEATURE", span, "The feature is not supported: %s.", what);
  weir_error_add_param (created, "feature", what);
  g_propagate_error (error, created);
  return FALSE;
}

void
weir_error_add_param (GError     *error,
                      const char *name,
                      const char *value)
{
  WeirErrorPrivate *priv = get_private (error);

  if (priv == NULL)
    return;
  if (priv->params == NULL)
    priv->params = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (priv->params, g_strdup (name));
  g_ptr_array_add (priv->params, g_utf8_make_valid (value != NULL ? value : "", -1));
}

const char *
weir_error_get_condition (const GError *error)
{
  WeirErrorPrivate *priv = get_private (error);

  if (priv != NULL && priv->condition != NULL)
    return priv->condition;
  /* A script that cannot be read. */
  if (error->domain == G_FILE_ERROR)
    return error->code == G_FILE_ERROR_NOENT ? "PATH_NOT_FOUND" : "FAILED_READ_FILE";
  return "INTERNAL_ERROR";
}

const char *
weir_error_get_sqlstate (const GError *error)
{
  return weir_sqlstate_for_condition (weir_error_get_condition (error));
}

WeirSpan
weir_error_get_span (const GError *error)
{
  WeirErrorPrivate *priv = get_private (error);

  return priv != NULL ? priv->span : WEIR_SPAN_NONE;
}

static gboolean
span_is_none (WeirSpan span)
{
  return span.start == 0 && span.end == 0;
}

void
weir_error_set_span (GError  *error,
                     WeirSpan span)
{
  WeirErrorPrivate *priv = get_private (error);

  if (priv != NULL && span_is_none (priv->span))
    priv->span = span;
}

void
weir_error_shift_span (GError *error,
                       guint32 offset)
{
  WeirErrorPrivate *priv = get_private (error);

  if (priv == NULL || span_is_none (priv->span))
    return;
  priv->span.start += offset;
  priv->span.end += offset;
}

guint
weir_error_get_n_params (const GError *error)
{
  WeirErrorPrivate *priv = get_private (error);

  return priv != NULL && priv->params != NULL ? priv->params->len / 2 : 0;
}

void
weir_error_get_param (const GError *error,
                      guint         i,
                      const char  **name,
                      const char  **value)
{
  WeirErrorPrivate *priv = get_private (error);

  g_return_if_fail (i < weir_error_get_n_params (error));
  *name = g_ptr_array_index (priv->params, 2 * i);
  *value = g_ptr_array_index (priv->params, 2 * i + 1);
}

/* Counts characters by their first bytes, so that it also works on text that is not UTF-8. */
static gboolean
is_continuation (char byte)
{
  return ((guchar)byte & 0xc0) == 0x80;
}

void
weir_text_position (const char *text,
                    gsize       offset,
                    guint      *line,
                    guint      *column)
{
  guint l = 1, c = 1;

  for (gsize i = 0; i < offset && text[i] != '\0'; i++)
    {
      if (text[i] == '\n')
        {
          l++;
          c = 1;
        }
      else if (!is_continuation (text[i + 1]) || text[i + 1] == '\0')
        c++;
    }
  *line = l;
  *column = c;
}

/* The line at @offset and a caret under it; of a very long line only the part around the place. */
static void
append_caret (GString    *out,
              const char *text,
              gsize       offset)
{
  gsize start = offset, end = offset;
  guint n = 0;

  for (; start > 0 && text[start - 1] != '\n' && (n < TEXT_WINDOW_CHARS || is_continuation (text[start])); start--)
    n += !is_continuation (text[start - 1]);
  for (n = 0; text[end] != '\0' && text[end] != '\n' && (n < TEXT_WINDOW_CHARS || is_continuation (text[end])); end++)
    n += !is_continuation (text[end]);
  if (end > start && text[end - 1] == '\r')
    end--;
  g_string_append_c (out, '\n');
  g_string_append_len (out, text + start, end - start);
  g_string_append_c (out, '\n');
  for (gsize i = start; i < offset; i++)
    {
      if (text[i] == '\t')
        g_string_append_c (out, '\t');
      else if (!is_continuation (text[i]))
        g_string_append_c (out, ' ');
    }
  g_string_append_c (out, '^');
}

char *
weir_error_format (const GError *error,
                   const char   *text)
{
  GString *out = g_string_new (NULL);
  WeirSpan span = weir_error_get_span (error);
  gsize    message_start;
  guint    line, column;

  g_string_append_printf (out, "[%s] ", weir_error_get_condition (error));
  message_start = out->len;
  g_string_append (out, error->message);
  for (gsize i = message_start; i < out->len; i++)
    if (g_ascii_iscntrl (out->str[i]))
      out->str[i] = ' ';
  g_string_append_printf (out, " SQLSTATE: %s", weir_error_get_sqlstate (error));
  if (text != NULL && !span_is_none (span))
    {
      gsize offset = MIN (span.start, strlen (text));

      weir_text_position (text, offset, &line, &column);
      g_string_append_printf (out, " (line %u, column %u)", line, column);
      append_caret (out, text, offset);
    }
  return g_string_free (out, FALSE);
}
