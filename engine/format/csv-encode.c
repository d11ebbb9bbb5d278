/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "format/encoder-private.h"

#include <string.h>

/*
 * CSV as Spark writes it. A value is quoted when it holds the separator, a line end or the quote; inside, the escape character
 * stands before quotes and before itself, so that the reader gives back the same text. The empty text is "" and NULL is nothing.
 */

static gboolean
wants_quotes (const WeirEncoder *encoder,
              const char        *text,
              gsize              len)
{
  return encoder->quote_all || memmem (text, len, encoder->sep, encoder->sep_len) != NULL || memchr (text, '\n', len) != NULL || memchr (text, '\r', len) != NULL ||
         (memchr (text, encoder->quote, len) != NULL && (encoder->escape_quotes || text[0] == encoder->quote));
}

void
_weir_encode_csv_text (const WeirEncoder *encoder,
                       GString           *out,
                       const char        *text,
                       gsize              len)
{
  while (encoder->trim_leading && len > 0 && (guchar)text[0] <= ' ')
    text++, len--;
  while (encoder->trim_trailing && len > 0 && (guchar)text[len - 1] <= ' ')
    len--;
  if (len == 0)
    {
      g_string_append (out, encoder->empty_value);
      return;
    }
  if (encoder->quote == WEIR_NO_CHAR || !wants_quotes (encoder, text, len))
    {
      g_string_append_len (out, text, (gssize)len);
      return;
    }
  g_string_append_c (out, (char)encoder->quote);
  for (gsize i = 0; i < len; i++)
    {
      if (encoder->escape != WEIR_NO_CHAR && (text[i] == encoder->quote || text[i] == encoder->escape))
        g_string_append_c (out, (char)encoder->escape);
      g_string_append_c (out, text[i]);
    }
  g_string_append_c (out, (char)encoder->quote);
}

static void
append_value (const WeirEncoder *encoder,
              GString           *out,
              const WeirColumn  *column,
              guint              row)
{
  g_autoptr (GString) text = NULL;

  column = weir_column_resolve (column, &row);
  if (weir_column_is_null (column, row))
    {
      g_string_append (out, encoder->null_value);
      return;
    }
  switch (column->type->kind)
    {
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      {
        const WeirView *view = &weir_column_values (column, WeirView)[row];

        _weir_encode_csv_text (encoder, out, weir_view_data (view), view->len);
        return;
      }
    case WEIR_TYPE_TINYINT:
    case WEIR_TYPE_SMALLINT:
    case WEIR_TYPE_INT:
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_BOOLEAN:
      if (!encoder->quote_all)
        {
          weir_value_append_text (out, column, row, WEIR_TEXT_CAST, encoder->zone);
          return;
        }
      break;
    default:
      break;
    }
  text = g_string_new (NULL);
  if (column->type->kind == WEIR_TYPE_DATE || column->type->kind == WEIR_TYPE_TIMESTAMP || column->type->kind == WEIR_TYPE_TIMESTAMP_NTZ)
    _weir_encode_time (encoder, text, column, row);
  else
    weir_value_append_text (text, column, row, WEIR_TEXT_CAST, encoder->zone);
  _weir_encode_csv_text (encoder, out, text->str, text->len);
}

void
_weir_encode_csv_fields (const WeirEncoder *encoder,
                         GString           *out,
                         WeirColumn *const *columns,
                         guint              n,
                         guint              row)
{
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_len (out, encoder->sep, (gssize)encoder->sep_len);
      append_value (encoder, out, columns[i], row);
    }
}
