/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/lexer.h"
#include "sql/sql-split.h"

WeirSqlInput
weir_sql_check_input (const char *text,
                      gssize      len)
{
  gsize        n = len < 0 ? strlen (text) : (gsize)len;
  WeirSqlInput input = WEIR_SQL_INPUT_EMPTY;
  WeirSqlToken token = { 0 };

  if (!g_utf8_validate_len (text, n, NULL))
    return WEIR_SQL_INPUT_COMPLETE;
  for (;;)
    {
      token = _weir_sql_lex_one (text, n, token.end, FALSE);
      switch (token.kind)
        {
        case WEIR_SQL_TOKEN_END:
          return input;
        case WEIR_SQL_TOKEN_UNCLOSED_STRING:
        case WEIR_SQL_TOKEN_UNCLOSED_QUOTED:
          return WEIR_SQL_INPUT_IN_STRING;
        case WEIR_SQL_TOKEN_UNCLOSED_COMMENT:
          return WEIR_SQL_INPUT_IN_COMMENT;
        case WEIR_SQL_TOKEN_SEMICOLON:
          input = WEIR_SQL_INPUT_COMPLETE;
          break;
        default:
          input = WEIR_SQL_INPUT_STATEMENT;
        }
    }
}

gboolean
weir_sql_next_statement (const char *text,
                         gsize       len,
                         gsize      *offset,
                         WeirSpan   *span)
{
  gboolean found = FALSE;

  for (;;)
    {
      WeirSqlToken token = _weir_sql_lex_one (text, len, *offset, FALSE);

      *offset = token.end;
      if (token.kind == WEIR_SQL_TOKEN_END || (token.kind == WEIR_SQL_TOKEN_SEMICOLON && found))
        return found;
      if (token.kind == WEIR_SQL_TOKEN_SEMICOLON)
        continue;
      if (!found)
        span->start = token.start;
      span->end = token.end;
      found = TRUE;
    }
}

char *
weir_text_splice (const char *text,
                  WeirSpan    span,
                  const char *replacement)
{
  gsize    len = strlen (text);
  GString *out;

  g_return_val_if_fail (span.start <= span.end && span.end <= len, g_strdup (text));
  out = g_string_sized_new (len - (span.end - span.start) + strlen (replacement));
  g_string_append_len (out, text, span.start);
  g_string_append (out, replacement);
  g_string_append_len (out, text + span.end, len - span.end);
  return g_string_free (out, FALSE);
}
