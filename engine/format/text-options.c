/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/text-options-private.h"

#include <string.h>

/*
 * Options of the text formats.
 *
 * Names are Spark's, in lower case. A wrong value is an error when the reader or writer is made, never while rows flow; a
 * name that nobody knows is only reported, because Spark ignores it and a script should run in both.
 */

typedef struct
{
  const char *name;
  WeirFormat  formats;
} KnownOption;

#define ALL   (WEIR_FORMAT_JSON | WEIR_FORMAT_CSV | WEIR_FORMAT_TEXT)
#define TYPED (WEIR_FORMAT_JSON | WEIR_FORMAT_CSV)
#define JSON  WEIR_FORMAT_JSON
#define CSV   WEIR_FORMAT_CSV
#define TEXT  WEIR_FORMAT_TEXT

static const KnownOption known_options[] = {
  /* File sources and sinks */
  { "path", ALL },
  { "maxfilespertrigger", ALL },
  { "maxbytespertrigger", ALL },
  { "maxcachedfiles", ALL },
  { "discardcachedinputratio", ALL },
  { "maxfileage", ALL },
  { "latestfirst", ALL },
  { "filenameonly", ALL },
  { "cleansource", ALL },
  { "sourcearchivedir", ALL },
  { "pathglobfilter", ALL },
  { "recursivefilelookup", ALL },
  { "modifiedafter", ALL },
  { "modifiedbefore", ALL },
  { "ignoremissingfiles", ALL },
  { "ignorecorruptfiles", ALL },
  { "compression", ALL },
  { "codec", ALL },
  { "basepath", ALL },

  { "linesep", ALL },
  { "encoding", ALL },
  { "charset", ALL },
  { "wholetext", TEXT },

  { "mode", TYPED },
  { "multiline", TYPED },
  { "columnnameofcorruptrecord", TYPED },
  { "dateformat", TYPED },
  { "timestampformat", TYPED },
  { "timestampntzformat", TYPED },
  { "enabledatetimeparsingfallback", TYPED },
  { "timezone", TYPED },
  { "locale", TYPED },
  { "samplingratio", TYPED },
  { "prefersdate", TYPED },
  { "infertimestamp", TYPED },

  { "allowcomments", JSON },
  { "allowunquotedfieldnames", JSON },
  { "allowsinglequotes", JSON },
  { "allownumericleadingzeros", JSON },
  { "allowbackslashescapinganycharacter", JSON },
  { "allowunquotedcontrolchars", JSON },
  { "allownonnumericnumbers", JSON },
  { "primitivesasstring", JSON },
  { "prefersdecimal", JSON },
  { "dropfieldifallnull", JSON },
  { "ignorenullfields", JSON },
  { "writenullifwithdefaultvalue", JSON },
  { "writenonasciicharacterascodepoint", JSON },
  { "pretty", JSON },
  { "sortkeys", JSON },

  { "sep", CSV },
  { "delimiter", CSV },
  { "quote", CSV },
  { "quoteall", CSV },
  { "escape", CSV },
  { "escapequotes", CSV },
  { "chartoescapequoteescaping", CSV },
  { "comment", CSV },
  { "header", CSV },
  { "enforceschema", CSV },
  { "inferschema", CSV },
  { "ignoreleadingwhitespace", CSV },
  { "ignoretrailingwhitespace", CSV },
  { "nullvalue", CSV },
  { "emptyvalue", CSV },
  { "nanvalue", CSV },
  { "positiveinf", CSV },
  { "negativeinf", CSV },
  { "maxcolumns", CSV },
  { "maxcharspercolumn", CSV },
  { "maxmalformedlogperpartition", CSV },
  { "unescapedquotehandling", CSV },
  { "columnpruning", CSV },
};

gboolean
_weir_format_from_name (const char *name,
                        WeirFormat *format,
                        GError    **error)
{
  if (g_ascii_strcasecmp (name, "json") == 0)
    *format = WEIR_FORMAT_JSON;
  else if (g_ascii_strcasecmp (name, "csv") == 0)
    *format = WEIR_FORMAT_CSV;
  else if (g_ascii_strcasecmp (name, "text") == 0)
    *format = WEIR_FORMAT_TEXT;
  else
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "DATA_SOURCE_NOT_FOUND", WEIR_SPAN_NONE, "Failed to find the data source: %s.", name);
      if (error != NULL)
        weir_error_add_param (*error, "provider", name);
      return FALSE;
    }
  return TRUE;
}

void
_weir_text_options_unknown (WeirFormat  format,
                            GHashTable *options,
                            GPtrArray  *unknown)
{
  g_autoptr (GList) names = NULL;

  if (options == NULL || unknown == NULL)
    return;
  names = g_list_sort (g_hash_table_get_keys (options), (GCompareFunc)g_strcmp0);
  for (GList *l = names; l != NULL; l = l->next)
    {
      gboolean is_known = FALSE;

      for (gsize i = 0; i < G_N_ELEMENTS (known_options) && !is_known; i++)
        is_known = (known_options[i].formats & format) != 0 && strcmp (known_options[i].name, l->data) == 0;
      if (!is_known)
        g_ptr_array_add (unknown, g_strdup (l->data));
    }
}

const char *
_weir_option (GHashTable *options,
              const char *name)
{
  return options != NULL ? g_hash_table_lookup (options, name) : NULL;
}

static gboolean
fail_value (GError    **error,
            const char *name,
            const char *value,
            const char *wanted)
{
  weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_OPTIONS", WEIR_SPAN_NONE, "Option '%s' has the value '%s'; it must be %s.", name, value, wanted);
  if (error != NULL)
    {
      weir_error_add_param (*error, "option", name);
      weir_error_add_param (*error, "value", value);
    }
  return FALSE;
}

gboolean
_weir_option_bool (GHashTable *options,
                   const char *name,
                   gboolean    fallback,
                   gboolean   *value,
                   GError    **error)
{
  const char *text = _weir_option (options, name);

  *value = fallback;
  if (text == NULL)
    return TRUE;
  if (g_ascii_strcasecmp (text, "true") == 0)
    *value = TRUE;
  else if (g_ascii_strcasecmp (text, "false") == 0)
    *value = FALSE;
  else
    return fail_value (error, name, text, "true or false");
  return TRUE;
}

/* `\t` and the like, as Spark's csv options write control characters. */
static int
escaped_char (char c)
{
  switch (c)
    {
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'n':
      return '\n';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case '0':
      return 0;
    case '\\':
    case '"':
    case '\'':
      return c;
    default:
      return -1;
    }
}

static gboolean
unescape (const char *text,
          GString    *out)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      guint code = 0;

      if (*p != '\\' || p[1] == '\0')
        {
          g_string_append_c (out, *p);
          continue;
        }
      p++;
      if (*p == 'u')
        {
          for (guint i = 1; i <= 4; i++)
            {
              if (!g_ascii_isxdigit (p[i]))
                return FALSE;
              code = code * 16 + (guint)g_ascii_xdigit_value (p[i]);
            }
          p += 4;
          if (code == 0)
            g_string_append_c (out, '\0');
          else
            g_string_append_unichar (out, code);
        }
      else if (escaped_char (*p) >= 0)
        g_string_append_c (out, (char)escaped_char (*p));
      else
        return FALSE;
    }
  return TRUE;
}

gboolean
_weir_option_text (GHashTable *options,
                   const char *name,
                   const char *fallback,
                   char      **value,
                   gsize      *len,
                   GError    **error)
{
  const char         *text = _weir_option (options, name);
  g_autoptr (GString) out = g_string_new (NULL);

  if (text == NULL)
    g_string_append (out, fallback);
  else if (text[0] == '\0')
    return fail_value (error, name, text, "one character or more");
  else if (!unescape (text, out))
    return fail_value (error, name, text, "a text with known escapes");
  *len = out->len;
  *value = g_string_free (g_steal_pointer (&out), FALSE);
  return TRUE;
}

gboolean
_weir_option_char (GHashTable *options,
                   const char *name,
                   int         fallback,
                   int        *value,
                   GError    **error)
{
  const char *text = _weir_option (options, name);

  *value = fallback;
  if (text == NULL)
    return TRUE;
  if (text[0] == '\0' || strcmp (text, "\\u0000") == 0)
    *value = WEIR_NO_CHAR;
  else if (text[1] == '\0' && (guchar)text[0] < 0x80)
    *value = text[0];
  else if (text[0] == '\\' && text[1] != '\0' && text[2] == '\0' && escaped_char (text[1]) > 0)
    *value = escaped_char (text[1]);
  else
    return fail_value (error, name, text, "one ASCII character");
  return TRUE;
}

gboolean
_weir_option_pattern (GHashTable       *options,
                      const char       *name,
                      gboolean          for_parsing,
                      WeirTimePattern **pattern,
                      GError          **error)
{
  const char *text = _weir_option (options, name);

  *pattern = NULL;
  if (text == NULL)
    return TRUE;
  *pattern = weir_time_pattern_new (text, for_parsing, error);
  return *pattern != NULL;
}

gboolean
_weir_option_zone (GHashTable *options,
                   WeirZone   *fallback,
                   WeirZone  **zone,
                   GError    **error)
{
  const char *text = _weir_option (options, "timezone");

  if (text == NULL)
    *zone = weir_zone_ref (fallback != NULL ? fallback : weir_zone_utc ());
  else
    *zone = weir_zone_new (text, error);
  return *zone != NULL;
}

static gboolean
option_int (GHashTable *options,
            const char *name,
            gint64      minimum,
            gint64      fallback,
            gint64     *value,
            GError    **error)
{
  const char *text = _weir_option (options, name);
  char       *end = NULL;

  *value = fallback;
  if (text == NULL)
    return TRUE;
  *value = g_ascii_strtoll (text, &end, 10);
  if (end == text || *end != '\0' || *value < minimum || *value > G_MAXINT32)
    return fail_value (error, name, text, "a whole number within its range");
  return TRUE;
}

static gboolean
option_mode (WeirTextOptions *self,
             GHashTable      *options,
             GError         **error)
{
  static const char *const names[] = { "PERMISSIVE", "DROPMALFORMED", "FAILFAST" };
  const char              *text = _weir_option (options, "mode");

  if (text == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (text, names[i]) == 0)
      {
        self->mode = (WeirDecodeMode)i;
        return TRUE;
      }
  return fail_value (error, "mode", text, "PERMISSIVE, DROPMALFORMED or FAILFAST");
}

gboolean
_weir_option_encoding (GHashTable *options,
                       GError    **error)
{
  const char *text = _weir_option (options, "encoding");

  if (text == NULL)
    text = _weir_option (options, "charset");
  if (text == NULL || g_ascii_strcasecmp (text, "utf-8") == 0 || g_ascii_strcasecmp (text, "utf8") == 0 || g_ascii_strcasecmp (text, "us-ascii") == 0)
    return TRUE;
  return weir_fail_unsupported (error, WEIR_ERROR_ANALYZE, WEIR_SPAN_NONE, "an encoding other than UTF-8");
}

static gboolean
read_common (WeirTextOptions *self,
             GHashTable      *options,
             WeirZone        *zone,
             GError         **error)
{
  const char *corrupt = _weir_option (options, "columnnameofcorruptrecord");

  self->corrupt_name = g_strdup (corrupt != NULL ? corrupt : "_corrupt_record");
  if (_weir_option (options, "linesep") != NULL && !_weir_option_text (options, "linesep", "", &self->line_sep, &self->line_sep_len, error))
    return FALSE;
  return _weir_option_encoding (options, error) &&
         option_mode (self, options, error) &&
         _weir_option_bool (options, "multiline", FALSE, &self->multi_line, error) &&
         _weir_option_zone (options, zone, &self->zone, error) &&
         _weir_option_pattern (options, "dateformat", TRUE, &self->date, error) &&
         _weir_option_pattern (options, "timestampformat", TRUE, &self->timestamp, error) &&
         _weir_option_pattern (options, "timestampntzformat", TRUE, &self->timestamp_ntz, error) &&
         _weir_option_bool (options, "infertimestamp", FALSE, &self->infer_timestamp, error);
}

static gboolean
read_json (WeirTextOptions *self,
           GHashTable      *options,
           GError         **error)
{
  return _weir_option_bool (options, "allowcomments", FALSE, &self->allow_comments, error) &&
         _weir_option_bool (options, "allowunquotedfieldnames", FALSE, &self->allow_unquoted_names, error) &&
         _weir_option_bool (options, "allowsinglequotes", TRUE, &self->allow_single_quotes, error) &&
         _weir_option_bool (options, "allownumericleadingzeros", FALSE, &self->allow_leading_zeros, error) &&
         _weir_option_bool (options, "allowbackslashescapinganycharacter", FALSE, &self->allow_any_escape, error) &&
         _weir_option_bool (options, "allowunquotedcontrolchars", FALSE, &self->allow_control, error) &&
         _weir_option_bool (options, "allownonnumericnumbers", TRUE, &self->allow_non_numeric, error) &&
         _weir_option_bool (options, "primitivesasstring", FALSE, &self->primitives_as_string, error) &&
         _weir_option_bool (options, "prefersdecimal", FALSE, &self->prefers_decimal, error) &&
         _weir_option_bool (options, "dropfieldifallnull", FALSE, &self->drop_if_all_null, error);
}

static gboolean
option_unescaped (WeirTextOptions *self,
                  GHashTable      *options,
                  GError         **error)
{
  static const char *const names[] = { "STOP_AT_DELIMITER", "STOP_AT_CLOSING_QUOTE", "BACK_TO_DELIMITER", "SKIP_VALUE", "RAISE_ERROR" };
  const char              *text = _weir_option (options, "unescapedquotehandling");

  if (text == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (text, names[i]) == 0)
      {
        self->unescaped = (WeirUnescapedQuotes)i;
        if (self->unescaped == WEIR_UNESCAPED_STOP_AT_CLOSING_QUOTE || self->unescaped == WEIR_UNESCAPED_BACK_TO_DELIMITER)
          return weir_fail_unsupported (error, WEIR_ERROR_ANALYZE, WEIR_SPAN_NONE, "unescapedQuoteHandling STOP_AT_CLOSING_QUOTE and BACK_TO_DELIMITER");
        return TRUE;
      }
  return fail_value (error, "unescapedquotehandling", text, "STOP_AT_DELIMITER, SKIP_VALUE or RAISE_ERROR");
}

static char *
option_string (GHashTable *options,
               const char *name,
               const char *fallback)
{
  const char *text = _weir_option (options, name);

  return g_strdup (text != NULL ? text : fallback);
}

static gboolean
read_csv (WeirTextOptions *self,
          GHashTable      *options,
          GError         **error)
{
  const char *sep_name = _weir_option (options, "sep") != NULL ? "sep" : "delimiter";
  gint64      max_columns;

  self->null_value = option_string (options, "nullvalue", "");
  self->empty_value = option_string (options, "emptyvalue", "");
  self->nan_value = option_string (options, "nanvalue", "NaN");
  self->positive_inf = option_string (options, "positiveinf", "Inf");
  self->negative_inf = option_string (options, "negativeinf", "-Inf");
  if (!_weir_option_text (options, sep_name, ",", &self->sep, &self->sep_len, error) ||
      !_weir_option_char (options, "quote", '"', &self->quote, error) ||
      !_weir_option_char (options, "escape", '\\', &self->escape, error) ||
      !_weir_option_char (options, "comment", WEIR_NO_CHAR, &self->comment, error) ||
      !_weir_option_bool (options, "header", FALSE, &self->header, error) ||
      !_weir_option_bool (options, "enforceschema", TRUE, &self->enforce_schema, error) ||
      !_weir_option_bool (options, "inferschema", FALSE, &self->infer_schema, error) ||
      !_weir_option_bool (options, "prefersdate", TRUE, &self->prefers_date, error) ||
      !_weir_option_bool (options, "ignoreleadingwhitespace", FALSE, &self->trim_leading, error) ||
      !_weir_option_bool (options, "ignoretrailingwhitespace", FALSE, &self->trim_trailing, error) ||
      !option_int (options, "maxcolumns", 1, 20480, &max_columns, error) ||
      !option_int (options, "maxcharspercolumn", -1, -1, &self->max_chars, error) ||
      !option_unescaped (self, options, error) ||
      !_weir_option_char (options, "chartoescapequoteescaping", self->quote == self->escape ? WEIR_NO_CHAR : self->escape, &self->escape_escape, error))
    return FALSE;
  self->max_columns = (guint)max_columns;
  if (memchr (self->sep, '\n', self->sep_len) != NULL || memchr (self->sep, '\r', self->sep_len) != NULL)
    return fail_value (error, sep_name, _weir_option (options, sep_name), "free of line ends");
  if (self->quote != WEIR_NO_CHAR && self->sep[0] == self->quote)
    return fail_value (error, sep_name, _weir_option (options, sep_name), "different from the quote");
  return TRUE;
}

WeirTextOptions *
_weir_text_options_new (WeirFormat  format,
                        GHashTable *options,
                        WeirZone   *zone,
                        GPtrArray  *unknown,
                        GError    **error)
{
  g_autoptr (WeirTextOptions) self = g_new0 (WeirTextOptions, 1);

  self->format = format;
  _weir_text_options_unknown (format, options, unknown);
  if (!read_common (self, options, zone, error))
    return NULL;
  if (format == WEIR_FORMAT_JSON && !read_json (self, options, error))
    return NULL;
  if (format == WEIR_FORMAT_CSV && !read_csv (self, options, error))
    return NULL;
  if (format == WEIR_FORMAT_TEXT && !_weir_option_bool (options, "wholetext", FALSE, &self->whole_text, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
_weir_text_options_free (WeirTextOptions *options)
{
  g_free (options->corrupt_name);
  g_free (options->line_sep);
  g_clear_pointer (&options->zone, weir_zone_unref);
  g_clear_pointer (&options->date, weir_time_pattern_free);
  g_clear_pointer (&options->timestamp, weir_time_pattern_free);
  g_clear_pointer (&options->timestamp_ntz, weir_time_pattern_free);
  g_free (options->sep);
  g_free (options->null_value);
  g_free (options->empty_value);
  g_free (options->nan_value);
  g_free (options->positive_inf);
  g_free (options->negative_inf);
  g_free (options);
}
