/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/timestamp.h"
#include "format/decoder.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_FORMAT_JSON = 1 << 0,
  WEIR_FORMAT_CSV = 1 << 1,
  WEIR_FORMAT_TEXT = 1 << 2,
} WeirFormat;

/* univocity's UnescapedQuoteHandling. */
typedef enum
{
  WEIR_UNESCAPED_STOP_AT_DELIMITER,
  WEIR_UNESCAPED_STOP_AT_CLOSING_QUOTE,
  WEIR_UNESCAPED_BACK_TO_DELIMITER,
  WEIR_UNESCAPED_SKIP_VALUE,
  WEIR_UNESCAPED_RAISE_ERROR,
} WeirUnescapedQuotes;

#define WEIR_NO_CHAR (-1)

/* The options of the text formats, parsed. Characters are bytes or WEIR_NO_CHAR. */
typedef struct
{
  WeirFormat     format;
  WeirDecodeMode mode;
  char          *corrupt_name;
  gboolean       multi_line;
  char          *line_sep; /* nullable: \n, \r\n and \r */
  gsize          line_sep_len;

  WeirZone        *zone;
  WeirTimePattern *date; /* nullable: as CAST reads it */
  WeirTimePattern *timestamp;
  WeirTimePattern *timestamp_ntz;
  gboolean         infer_timestamp;

  gboolean allow_comments;
  gboolean allow_unquoted_names;
  gboolean allow_single_quotes;
  gboolean allow_leading_zeros;
  gboolean allow_any_escape;
  gboolean allow_control;
  gboolean allow_non_numeric;
  gboolean primitives_as_string;
  gboolean prefers_decimal;
  gboolean drop_if_all_null;

  char               *sep;
  gsize               sep_len;
  gboolean            header;
  gboolean            enforce_schema;
  gboolean            infer_schema;
  gboolean            prefers_date;
  gboolean            trim_leading;
  gboolean            trim_trailing;
  int                 quote;
  int                 escape;
  int                 escape_escape;
  int                 comment;
  WeirUnescapedQuotes unescaped;
  char               *null_value;
  char               *empty_value;
  char               *nan_value;
  char               *positive_inf;
  char               *negative_inf;
  guint               max_columns;
  gint64              max_chars; /* -1: no limit */

  gboolean whole_text;
} WeirTextOptions;

/* Names that only sinks know are accepted and have no effect. */
WeirTextOptions *_weir_text_options_new (WeirFormat format, GHashTable *options, WeirZone *zone, GPtrArray *unknown, GError **error);
void             _weir_text_options_free (WeirTextOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirTextOptions, _weir_text_options_free)

/* FALSE with DATA_SOURCE_NOT_FOUND. */
gboolean _weir_format_from_name (const char *name, WeirFormat *format, GError **error);
/* Appends the names in @options that no reader, writer or file source of @format has. */
void _weir_text_options_unknown (WeirFormat format, GHashTable *options, GPtrArray *unknown);

/* One option: its text or NULL; a boolean or @fallback; a byte or WEIR_NO_CHAR for the empty text. */
const char *_weir_option (GHashTable *options, const char *name);
gboolean    _weir_option_bool (GHashTable *options, const char *name, gboolean fallback, gboolean *value, GError **error);
gboolean    _weir_option_char (GHashTable *options, const char *name, int fallback, int *value, GError **error);
/* A separator with its escapes (\t, \\, \u0001) resolved. (transfer full) */
gboolean _weir_option_text (GHashTable *options, const char *name, const char *fallback, char **value, gsize *len, GError **error);
gboolean _weir_option_pattern (GHashTable *options, const char *name, gboolean for_parsing, WeirTimePattern **pattern, GError **error);
gboolean _weir_option_zone (GHashTable *options, WeirZone *fallback, WeirZone **zone, GError **error);
/* FALSE with UNSUPPORTED_FEATURE for an encoding or charset other than UTF-8. */
gboolean _weir_option_encoding (GHashTable *options, GError **error);

G_END_DECLS
