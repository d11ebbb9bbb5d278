/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/type.h"

#include "base/limits.h"

#include <string.h>

/*
 * type    = name ["(" int ["," int] ")"] | ARRAY "<" type ">" | MAP "<" type "," type ">" | STRUCT "<" [field {"," field}] ">"
 *         | INTERVAL [unit [TO unit]]
 * field   = name [":"] type [NOT NULL] [COMMENT string]
 * ddl     = field {"," field}
 *
 * Names are as SQL's: letters, digits and underscores, or anything in backquotes.
 */

typedef struct
{
  const char *text;
  const char *at;
  guint       depth;
  GError    **error;
} Cursor;

static void
skip_space (Cursor *cursor)
{
  while (g_ascii_isspace (*cursor->at))
    cursor->at++;
}

static gboolean
accept_char (Cursor *cursor,
             char    c)
{
  skip_space (cursor);
  if (*cursor->at != c)
    return FALSE;
  cursor->at++;
  return TRUE;
}

static gboolean
fail_here (Cursor     *cursor,
           const char *expected)
{
  guint32  at = (guint32)(cursor->at - cursor->text);
  WeirSpan span = { at, at + (*cursor->at != '\0' ? 1 : 0) };

  if (*cursor->at == '\0')
    return weir_fail (cursor->error, WEIR_ERROR_PARSE, "PARSE_SYNTAX_ERROR", span, "Syntax error at or near end of input: expected %s.", expected);
  return weir_fail (cursor->error, WEIR_ERROR_PARSE, "PARSE_SYNTAX_ERROR", span, "Syntax error at or near '%.*s': expected %s.",
                    (int)(g_utf8_next_char (cursor->at) - cursor->at), cursor->at, expected);
}

static gboolean
expect_char (Cursor *cursor,
             char    c)
{
  char expected[] = { '\'', c, '\'', '\0' };

  return accept_char (cursor, c) || fail_here (cursor, expected);
}

static gboolean
is_word_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || (guchar)c >= 0x80;
}

/* (transfer full) (nullable) */
static char *
read_name (Cursor *cursor)
{
  const char *start;

  skip_space (cursor);
  start = cursor->at;
  if (*start == '`')
    {
      GString *name = g_string_new (NULL);

      for (cursor->at++; *cursor->at != '\0'; cursor->at++)
        {
          if (*cursor->at == '`')
            {
              cursor->at++;
              if (*cursor->at != '`')
                return g_string_free (name, FALSE);
            }
          g_string_append_c (name, *cursor->at);
        }
      g_string_free (name, TRUE);
      fail_here (cursor, "'`'");
      return NULL;
    }
  while (is_word_char (*cursor->at))
    cursor->at++;
  if (cursor->at == start)
    {
      fail_here (cursor, "a name");
      return NULL;
    }
  return g_strndup (start, (gsize)(cursor->at - start));
}

static gboolean
accept_word (Cursor     *cursor,
             const char *word)
{
  gsize len = strlen (word);

  skip_space (cursor);
  if (g_ascii_strncasecmp (cursor->at, word, len) != 0 || is_word_char (cursor->at[len]))
    return FALSE;
  cursor->at += len;
  return TRUE;
}

static gboolean
read_int (Cursor *cursor,
          guint  *value)
{
  char *end;

  skip_space (cursor);
  if (!g_ascii_isdigit (*cursor->at))
    return fail_here (cursor, "a number");
  *value = (guint)MIN (g_ascii_strtoull (cursor->at, &end, 10), 100000);
  cursor->at = end;
  return TRUE;
}

static WeirType *parse_type (Cursor *cursor);
static WeirType *parse_fields (Cursor *cursor, char end);

static WeirType *
parse_decimal (Cursor *cursor)
{
  guint precision = 10, scale = 0;

  if (!accept_char (cursor, '('))
    return weir_type_new_decimal (precision, scale);
  if (!read_int (cursor, &precision) || (accept_char (cursor, ',') && !read_int (cursor, &scale)) || !expect_char (cursor, ')'))
    return NULL;
  if (precision > 38)
    {
      weir_fail (cursor->error, WEIR_ERROR_ANALYZE, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", WEIR_SPAN_NONE,
                 "Decimal precision %u exceeds max precision 38.", precision);
      return NULL;
    }
  if (scale > precision || precision == 0)
    {
      weir_fail (cursor->error, WEIR_ERROR_ANALYZE, "INVALID_DECIMAL_SCALE", WEIR_SPAN_NONE,
                 "Decimal scale %u is greater than precision %u.", scale, precision);
      return NULL;
    }
  return weir_type_new_decimal (precision, scale);
}

static int
accept_unit (Cursor *cursor)
{
  static const char *const units[] = { "year", "month", "day", "hour", "minute", "second" };

  for (int i = 0; i < (int)G_N_ELEMENTS (units); i++)
    if (accept_word (cursor, units[i]))
      return i;
  return -1;
}

static WeirType *
parse_interval (Cursor *cursor)
{
  int start = accept_unit (cursor), end = start;

  if (start < 0)
    return weir_type_ref (weir_type_simple (WEIR_TYPE_INTERVAL));
  if (accept_word (cursor, "to"))
    {
      end = accept_unit (cursor);
      if (end < 0)
        {
          fail_here (cursor, "an interval unit");
          return NULL;
        }
    }
  if (end < start || (start <= WEIR_UNIT_MONTH) != (end <= WEIR_UNIT_MONTH))
    {
      fail_here (cursor, "a smaller interval unit");
      return NULL;
    }
  return weir_type_new_interval (start <= WEIR_UNIT_MONTH ? WEIR_TYPE_INTERVAL_YM : WEIR_TYPE_INTERVAL_DT,
                                 (WeirIntervalUnit)start, (WeirIntervalUnit)end);
}

static WeirType *
parse_nested (Cursor     *cursor,
              const char *name)
{
  g_autoptr (WeirType) first = NULL;
  g_autoptr (WeirType) second = NULL;

  if (g_ascii_strcasecmp (name, "struct") == 0)
    {
      skip_space (cursor);
      if (strncmp (cursor->at, "<>", 2) == 0)
        {
          cursor->at += 2;
          return weir_type_new_struct (NULL, 0);
        }
      return expect_char (cursor, '<') ? parse_fields (cursor, '>') : NULL;
    }
  if (!expect_char (cursor, '<'))
    return NULL;
  first = parse_type (cursor);
  if (first == NULL)
    return NULL;
  if (g_ascii_strcasecmp (name, "array") == 0)
    return expect_char (cursor, '>') ? weir_type_new_array (first, TRUE) : NULL;
  if (!expect_char (cursor, ','))
    return NULL;
  second = parse_type (cursor);
  return second != NULL && expect_char (cursor, '>') ? weir_type_new_map (first, second, TRUE) : NULL;
}

/* CHAR(n) and VARCHAR(n) are STRING here: length is not enforced. */
static WeirType *
parse_simple (Cursor     *cursor,
              const char *name,
              WeirSpan    span)
{
  static const struct
  {
    const char  *name;
    WeirTypeKind kind;
  } names[] = {
    { "void", WEIR_TYPE_VOID },
    { "boolean", WEIR_TYPE_BOOLEAN },
    { "bool", WEIR_TYPE_BOOLEAN },
    { "tinyint", WEIR_TYPE_TINYINT },
    { "byte", WEIR_TYPE_TINYINT },
    { "smallint", WEIR_TYPE_SMALLINT },
    { "short", WEIR_TYPE_SMALLINT },
    { "int", WEIR_TYPE_INT },
    { "integer", WEIR_TYPE_INT },
    { "bigint", WEIR_TYPE_BIGINT },
    { "long", WEIR_TYPE_BIGINT },
    { "float", WEIR_TYPE_FLOAT },
    { "real", WEIR_TYPE_FLOAT },
    { "double", WEIR_TYPE_DOUBLE },
    { "string", WEIR_TYPE_STRING },
    { "char", WEIR_TYPE_STRING },
    { "character", WEIR_TYPE_STRING },
    { "varchar", WEIR_TYPE_STRING },
    { "binary", WEIR_TYPE_BINARY },
    { "date", WEIR_TYPE_DATE },
    { "timestamp", WEIR_TYPE_TIMESTAMP },
    { "timestamp_ltz", WEIR_TYPE_TIMESTAMP },
    { "timestamp_ntz", WEIR_TYPE_TIMESTAMP_NTZ },
  };
  guint length;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (g_ascii_strcasecmp (name, names[i].name) != 0)
        continue;
      if (names[i].kind == WEIR_TYPE_STRING && g_ascii_strcasecmp (name, "string") != 0 && accept_char (cursor, '(') &&
          (!read_int (cursor, &length) || !expect_char (cursor, ')')))
        return NULL;
      return weir_type_simple (names[i].kind);
    }
  weir_fail (cursor->error, WEIR_ERROR_PARSE, "UNSUPPORTED_DATATYPE", span, "Unsupported data type \"%s\".", name);
  if (cursor->error != NULL)
    {
      g_autofree char *upper = g_ascii_strup (name, -1);

      weir_error_add_param (*cursor->error, "typeName", upper);
    }
  return NULL;
}

static WeirType *
parse_type (Cursor *cursor)
{
  g_autofree char *name = NULL;
  WeirType        *type;
  WeirSpan         span;

  if (++cursor->depth > WEIR_TYPE_DEPTH_MAX)
    {
      fail_here (cursor, "fewer nested types");
      return NULL;
    }
  skip_space (cursor);
  span.start = (guint32)(cursor->at - cursor->text);
  name = read_name (cursor);
  span.end = (guint32)(cursor->at - cursor->text);
  if (name == NULL)
    type = NULL;
  else if (g_ascii_strcasecmp (name, "decimal") == 0 || g_ascii_strcasecmp (name, "dec") == 0 || g_ascii_strcasecmp (name, "numeric") == 0)
    type = parse_decimal (cursor);
  else if (g_ascii_strcasecmp (name, "interval") == 0)
    type = parse_interval (cursor);
  else if (g_ascii_strcasecmp (name, "array") == 0 || g_ascii_strcasecmp (name, "map") == 0 || g_ascii_strcasecmp (name, "struct") == 0)
    type = parse_nested (cursor, name);
  else
    type = parse_simple (cursor, name, span);
  cursor->depth--;
  return type;
}

/* COMMENT 'text', either quote, backslash escapes. (transfer full) (nullable) */
static char *
read_string (Cursor *cursor)
{
  GString *text;
  char     quote;

  skip_space (cursor);
  quote = *cursor->at;
  if (quote != '\'' && quote != '"')
    {
      fail_here (cursor, "a string");
      return NULL;
    }
  text = g_string_new (NULL);
  for (cursor->at++; *cursor->at != '\0' && *cursor->at != quote; cursor->at++)
    {
      if (*cursor->at == '\\' && cursor->at[1] != '\0')
        cursor->at++;
      g_string_append_c (text, *cursor->at);
    }
  if (*cursor->at == quote)
    {
      cursor->at++;
      return g_string_free (text, FALSE);
    }
  g_string_free (text, TRUE);
  fail_here (cursor, "the end of the string");
  return NULL;
}

static void
clear_field (gpointer data)
{
  WeirField *field = data;

  g_free (field->name);
  g_free (field->comment);
  weir_type_unref (field->type);
}

static gboolean
parse_field (Cursor    *cursor,
             WeirField *field)
{
  field->nullable = TRUE;
  field->name = read_name (cursor);
  if (field->name == NULL)
    return FALSE;
  accept_char (cursor, ':');
  field->type = parse_type (cursor);
  if (field->type == NULL)
    return FALSE;
  if (accept_word (cursor, "not"))
    {
      if (!accept_word (cursor, "null"))
        return fail_here (cursor, "NULL");
      field->nullable = FALSE;
    }
  if (accept_word (cursor, "comment"))
    field->comment = read_string (cursor);
  return cursor->error == NULL || *cursor->error == NULL;
}

/* Fields up to @end ('\0': the end of the text). */
static WeirType *
parse_fields (Cursor *cursor,
              char    end)
{
  g_autoptr (GArray) fields = g_array_new (FALSE, TRUE, sizeof (WeirField));

  g_array_set_clear_func (fields, clear_field);
  do
    {
      WeirField field = { 0 };
      gboolean  ok = parse_field (cursor, &field);

      g_array_append_val (fields, field);
      if (!ok)
        return NULL;
    }
  while (accept_char (cursor, ','));
  if (end != '\0' && !expect_char (cursor, end))
    return NULL;
  return weir_type_new_struct ((WeirField *)(void *)fields->data, fields->len);
}

static WeirType *
finish (Cursor   *cursor,
        WeirType *type)
{
  if (type == NULL)
    return NULL;
  skip_space (cursor);
  if (*cursor->at == '\0')
    return type;
  fail_here (cursor, "the end of the type");
  weir_type_unref (type);
  return NULL;
}

WeirType *
weir_type_parse (const char *text,
                 GError    **error)
{
  GError   *local = NULL;
  Cursor    cursor = { text, text, 0, &local };
  WeirType *type = finish (&cursor, parse_type (&cursor));

  if (local != NULL)
    g_propagate_error (error, local);
  return type;
}

WeirType *
weir_type_parse_ddl (const char *text,
                     GError    **error)
{
  GError   *local = NULL;
  Cursor    cursor = { text, text, 0, &local };
  WeirType *type;

  type = finish (&cursor, parse_type (&cursor));
  if (type != NULL && type->kind == WEIR_TYPE_STRUCT)
    return type;
  g_clear_pointer (&type, weir_type_unref);
  g_clear_error (&local);
  cursor = (Cursor){ text, text, 0, &local };
  type = finish (&cursor, parse_fields (&cursor, '\0'));
  if (local != NULL)
    g_propagate_error (error, local);
  return type;
}
