/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "sql/parser-private.h"

/* Numbers, strings, typed literals and INTERVAL literals. */

#define DECIMAL_DIGITS_MAX 38

static const struct
{
  const char        *word;
  WeirSqlLiteralKind kind;
} typed_literals[] = {
  { "DATE", WEIR_SQL_LITERAL_DATE },
  { "TIMESTAMP", WEIR_SQL_LITERAL_TIMESTAMP },
  { "TIMESTAMP_NTZ", WEIR_SQL_LITERAL_TIMESTAMP_NTZ },
  { "TIMESTAMP_LTZ", WEIR_SQL_LITERAL_TIMESTAMP_LTZ },
  { "TIME", WEIR_SQL_LITERAL_TIME },
  { "X", WEIR_SQL_LITERAL_BINARY },
};

/* ---- numbers -------------------------------------------------------------------------------------------------- */

static void
range_error (WeirSqlParser *p,
             WeirSqlExpr   *expr,
             const char    *type)
{
  _weir_sql_error (p, "INVALID_NUMERIC_LITERAL_RANGE", expr->span,
                   "Numeric literal %s is outside the valid range for %s. Please adjust the value accordingly.", expr->literal.text, type);
}

/* TRUE when the digits fit 64 bits. */
static gboolean
parse_int64 (const char *text,
             gint64     *value)
{
  gboolean negative = *text == '-';
  gint64   result = 0;

  for (text += negative; *text != '\0'; text++)
    if (__builtin_mul_overflow (result, 10, &result) || __builtin_sub_overflow (result, *text - '0', &result))
      return FALSE;
  if (!negative && __builtin_sub_overflow (0, result, &result))
    return FALSE;
  *value = result;
  return TRUE;
}

static void
set_sized_integer (WeirSqlParser     *p,
                   WeirSqlExpr       *expr,
                   WeirSqlLiteralKind kind,
                   gint64             max,
                   const char        *type)
{
  WeirSqlLiteral *literal = &expr->literal;

  literal->kind = kind;
  if (!parse_int64 (literal->text, &literal->i64) || literal->i64 > max || literal->i64 < -max - 1)
    range_error (p, expr, type);
}

static void
check_decimal (WeirSqlParser *p,
               WeirSqlExpr   *expr)
{
  guint       n_digits = 0, scale = 0;
  gboolean    fraction = FALSE;
  const char *c = expr->literal.text;

  expr->literal.kind = WEIR_SQL_LITERAL_DECIMAL;
  if (strpbrk (c, "eE") != NULL)
    return;
  for (; *c != '\0'; c++)
    {
      if (*c == '.')
        fraction = TRUE;
      else if (g_ascii_isdigit (*c))
        {
          scale += fraction;
          n_digits += n_digits > 0 || *c != '0';
        }
    }
  if (MAX (n_digits, scale) > DECIMAL_DIGITS_MAX)
    _weir_sql_error (p, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", expr->span, "Decimal precision %u exceeds max precision %d.",
                     MAX (n_digits, scale), DECIMAL_DIGITS_MAX);
}

static void
set_plain_number (WeirSqlParser *p,
                  WeirSqlExpr   *expr,
                  gboolean       has_point)
{
  WeirSqlLiteral *literal = &expr->literal;

  if (strpbrk (literal->text, "eE") != NULL)
    {
      literal->kind = WEIR_SQL_LITERAL_DOUBLE;
      literal->f64 = g_ascii_strtod (literal->text, NULL);
      if (!isfinite (literal->f64))
        range_error (p, expr, "double");
      return;
    }
  if (has_point || !parse_int64 (literal->text, &literal->i64))
    {
      check_decimal (p, expr);
      return;
    }
  literal->kind = literal->i64 >= G_MININT32 && literal->i64 <= G_MAXINT32 ? WEIR_SQL_LITERAL_INT : WEIR_SQL_LITERAL_BIGINT;
}

static void
set_double (WeirSqlParser *p,
            WeirSqlExpr   *expr,
            gboolean       is_float)
{
  WeirSqlLiteral *literal = &expr->literal;

  literal->kind = is_float ? WEIR_SQL_LITERAL_FLOAT : WEIR_SQL_LITERAL_DOUBLE;
  literal->f64 = g_ascii_strtod (literal->text, NULL);
  if (is_float)
    literal->f64 = (float)literal->f64;
  if (!isfinite (literal->f64))
    range_error (p, expr, is_float ? "float" : "double");
}

/* `.5` → `0.5`, `5.` → `5`: what every reader of decimals takes. */
static const char *
normalize_number (WeirSqlParser *p,
                  const char    *digits,
                  gsize          len,
                  gboolean       negative)
{
  g_autoptr (GString) out = g_string_new (negative ? "-" : "");

  if (len > 0 && digits[0] == '.')
    g_string_append_c (out, '0');
  for (gsize i = 0; i < len; i++)
    if (digits[i] != '.' || (i + 1 < len && g_ascii_isdigit (digits[i + 1])))
      g_string_append_c (out, digits[i]);
  return _weir_sql_arena_strndup (p->arena, out->str, out->len);
}

static WeirSqlExpr *
parse_number (WeirSqlParser *p)
{
  guint32             start = _weir_sql_start (p);
  gboolean            negative = _weir_sql_accept (p, WEIR_SQL_TOKEN_MINUS);
  const WeirSqlToken *token = _weir_sql_next (p);
  const char         *digits = p->text + token->start;
  gsize               len = token->end - token->start;
  char                suffix = g_ascii_toupper (digits[len - 1]);
  gboolean            big_decimal = suffix == 'D' && len > 1 && g_ascii_toupper (digits[len - 2]) == 'B';
  WeirSqlExpr        *expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_LITERAL, start);

  if (g_ascii_isalpha (suffix))
    len -= big_decimal ? 2 : 1;
  expr->literal.text = normalize_number (p, digits, len, negative);
  expr->literal.len = strlen (expr->literal.text);
  if (big_decimal)
    check_decimal (p, expr);
  else if (suffix == 'D' || suffix == 'F')
    set_double (p, expr, suffix == 'F');
  else if (suffix == 'L')
    set_sized_integer (p, expr, WEIR_SQL_LITERAL_BIGINT, G_MAXINT64, "bigint");
  else if (suffix == 'S')
    set_sized_integer (p, expr, WEIR_SQL_LITERAL_SMALLINT, G_MAXINT16, "smallint");
  else if (suffix == 'Y')
    set_sized_integer (p, expr, WEIR_SQL_LITERAL_TINYINT, G_MAXINT8, "tinyint");
  else
    set_plain_number (p, expr, memchr (digits, '.', len) != NULL);
  return expr;
}

/* ---- strings and typed literals ------------------------------------------------------------------------------- */

static void
set_text (WeirSqlParser *p,
          WeirSqlExpr   *expr,
          const char    *text,
          gsize          len)
{
  expr->literal.text = _weir_sql_arena_strndup (p->arena, text, len);
  expr->literal.len = len;
}

static WeirSqlExpr *
parse_string_literal (WeirSqlParser *p)
{
  guint32             start = _weir_sql_start (p);
  WeirSqlExpr        *expr;
  g_autoptr (GString) text = g_string_new (NULL);

  while (_weir_sql_at (p, WEIR_SQL_TOKEN_STRING))
    {
      const WeirSqlToken *token = _weir_sql_next (p);

      _weir_sql_decode_string (text, p->text + token->start, token->end - token->start, p->raw_strings);
    }
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_LITERAL, start);
  expr->literal.kind = WEIR_SQL_LITERAL_STRING;
  set_text (p, expr, text->str, text->len);
  return expr;
}

static void
invalid_typed_literal (WeirSqlParser *p,
                       WeirSpan       span,
                       const char    *type,
                       const char    *value)
{
  _weir_sql_error (p, "INVALID_TYPED_LITERAL", span, "The value of the typed literal \"%s\" is invalid: '%s'.", type, value);
}

/* An odd number of digits gets a 0 in front, as Spark has it. */
static void
decode_hex (WeirSqlParser *p,
            WeirSqlExpr   *expr)
{
  g_autofree char *hex = g_strdup_printf ("%s%s", expr->literal.len % 2 == 1 ? "0" : "", expr->literal.text);
  gsize            len = strlen (hex) / 2;

  for (gsize i = 0; hex[i] != '\0'; i++)
    if (!g_ascii_isxdigit (hex[i]))
      {
        invalid_typed_literal (p, expr->span, "X", expr->literal.text);
        return;
      }
  for (gsize i = 0; i < len; i++)
    hex[i] = g_ascii_xdigit_value (hex[2 * i]) * 16 + g_ascii_xdigit_value (hex[2 * i + 1]);
  set_text (p, expr, hex, len);
}

static WeirSqlExpr *
parse_typed_literal (WeirSqlParser *p)
{
  const WeirSqlToken *type = _weir_sql_next (p);
  g_autofree char    *word = g_ascii_strup (p->text + type->start, type->end - type->start);
  const char         *value = _weir_sql_parse_string (p);
  WeirSqlExpr        *expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_LITERAL, type->start);

  set_text (p, expr, value, strlen (value));
  for (guint i = 0; i < G_N_ELEMENTS (typed_literals); i++)
    {
      if (strcmp (word, typed_literals[i].word) != 0)
        continue;
      expr->literal.kind = typed_literals[i].kind;
      if (expr->literal.kind == WEIR_SQL_LITERAL_BINARY)
        decode_hex (p, expr);
      return expr;
    }
  _weir_sql_error (p, "UNSUPPORTED_TYPED_LITERAL", expr->span, "Literals of the type \"%s\" are not supported.", word);
  return expr;
}

/* ---- intervals ------------------------------------------------------------------------------------------------ */

static gboolean
unit_ahead (const WeirSqlParser *p,
            guint                ahead)
{
  const WeirSqlToken *token = _weir_sql_peek (p, ahead);

  return token->kind == WEIR_SQL_TOKEN_WORD && _weir_sql_is_unit_word (p->text + token->start, token->end - token->start);
}

/* At `[sign] value` with a unit after it. */
static gboolean
at_interval_part (const WeirSqlParser *p,
                  guint                ahead)
{
  WeirSqlTokenKind kind = _weir_sql_peek (p, ahead)->kind;

  if (kind == WEIR_SQL_TOKEN_PLUS || kind == WEIR_SQL_TOKEN_MINUS)
    kind = _weir_sql_peek (p, ++ahead)->kind;
  return (kind == WEIR_SQL_TOKEN_NUMBER || kind == WEIR_SQL_TOKEN_STRING) && unit_ahead (p, ahead + 1);
}

gboolean
_weir_sql_at_interval_literal (const WeirSqlParser *p)
{
  WeirSqlTokenKind kind = _weir_sql_peek (p, 1)->kind;

  return _weir_sql_at_keyword (p, WEIR_SQL_KW_INTERVAL) &&
         (kind == WEIR_SQL_TOKEN_NUMBER || kind == WEIR_SQL_TOKEN_STRING || at_interval_part (p, 1));
}

static void
interval_error (WeirSqlParser        *p,
                WeirSqlIntervalStatus status,
                WeirSpan              span,
                const char           *condition,
                const char           *value)
{
  switch (status)
    {
    case WEIR_SQL_INTERVAL_OK:
      return;
    case WEIR_SQL_INTERVAL_BAD_UNIT:
      _weir_sql_error (p, "INVALID_INTERVAL_FORMAT.INVALID_UNIT", span, "Error parsing '%s' to interval. The unit is unknown.", value);
      return;
    case WEIR_SQL_INTERVAL_OVERFLOW:
      _weir_sql_error (p, "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", span, "Error parsing '%s' to interval: a value is out of range.", value);
      return;
    case WEIR_SQL_INTERVAL_BAD:
      _weir_sql_error (p, condition, span, "Error parsing '%s' to interval: it does not match the format expected here.", value);
      return;
    }
}

/* The value of an interval part: a string's contents or a number's digits. */
static const char *
parse_interval_value (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);

  if (token->kind == WEIR_SQL_TOKEN_STRING)
    return _weir_sql_parse_string (p);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_NUMBER);
  return _weir_sql_arena_strndup (p->arena, p->text + token->start, token->end - token->start);
}

/* `TO unit` after `value unit`. */
static void
parse_from_to (WeirSqlParser      *p,
               WeirSqlInterval    *interval,
               const WeirSqlToken *from,
               const char         *value,
               gboolean            negative,
               guint32             start)
{
  const WeirSqlToken *to = _weir_sql_next (p);
  WeirSqlField        first = 0, last = 0;
  gboolean            known = _weir_sql_field_from_word (p->text + from->start, from->end - from->start, &first) &&
                   _weir_sql_field_from_word (p->text + to->start, to->end - to->start, &last);
  WeirSpan span = _weir_sql_span_from (p, start);

  if (!known || first >= last || (first == WEIR_SQL_FIELD_YEAR) != (last == WEIR_SQL_FIELD_MONTH))
    {
      _weir_sql_error (p, "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION", span,
                       "Error parsing '%s' to interval. Cannot support the interval from %.*s to %.*s expression.", value,
                       (int)(from->end - from->start), p->text + from->start, (int)(to->end - to->start), p->text + to->start);
      return;
    }
  interval_error (p, _weir_sql_interval_from_to (interval, value, negative, first, last), span,
                  first == WEIR_SQL_FIELD_YEAR ? "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING"
                                               : "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE",
                  value);
}

/* Blanks and a sign, which may have blanks behind it. */
static const char *
skip_sign (const char *value,
           gboolean   *negative)
{
  value += strspn (value, " \t\r\n");
  if (*value == '-' || *value == '+')
    *negative ^= *value++ == '-';
  return value + strspn (value, " \t\r\n");
}

static gsize
trimmed_len (const char *value)
{
  gsize len = strlen (value);

  while (len > 0 && g_ascii_isspace (value[len - 1]))
    len--;
  return len;
}

/* Spark knows the unit, but no interval can hold it; the error is one of units, not of syntax. */
static gboolean
nanosecond_ahead (const WeirSqlParser *p)
{
  return _weir_sql_at_keyword (p, WEIR_SQL_KW_NANOSECOND) || _weir_sql_at_keyword (p, WEIR_SQL_KW_NANOSECONDS);
}

/* One `[sign] value unit [TO unit]`. Returns TRUE when it was a from-to one. */
static gboolean
parse_interval_part (WeirSqlParser   *p,
                     WeirSqlInterval *interval)
{
  guint32             start = _weir_sql_start (p);
  gboolean            negative = _weir_sql_accept (p, WEIR_SQL_TOKEN_MINUS), is_string;
  const char         *value;
  const WeirSqlToken *unit;

  if (!negative)
    _weir_sql_accept (p, WEIR_SQL_TOKEN_PLUS);
  is_string = _weir_sql_at (p, WEIR_SQL_TOKEN_STRING);
  value = parse_interval_value (p);
  unit = _weir_sql_peek (p, 0);
  if (!is_string && !unit_ahead (p, 0) && !nanosecond_ahead (p))
    _weir_sql_syntax_error (p);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_WORD);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_TO))
    {
      if (!is_string)
        _weir_sql_error (p, "INVALID_INTERVAL_FORMAT", _weir_sql_span_from (p, start), "The value of a from-to interval must be a string.");
      else
        parse_from_to (p, interval, unit, value, negative, start);
      return TRUE;
    }
  value = skip_sign (value, &negative);
  interval_error (p, _weir_sql_interval_add (interval, value, trimmed_len (value), negative, p->text + unit->start, unit->end - unit->start),
                  _weir_sql_span_from (p, start), "INVALID_INTERVAL_FORMAT.INVALID_VALUE", value);
  return FALSE;
}

static void
check_interval (WeirSqlParser         *p,
                const WeirSqlInterval *interval,
                WeirSpan               span)
{
  gint64 us;

  if (interval->first <= WEIR_SQL_FIELD_MONTH && interval->last >= WEIR_SQL_FIELD_DAY)
    _weir_sql_error (p, "INVALID_INTERVAL_FORMAT", span, "Cannot mix year-month and day-time fields in an interval.");
  else if (__builtin_mul_overflow ((gint64)interval->days, 86400 * G_GINT64_CONSTANT (1000000), &us) || __builtin_add_overflow (us, interval->us, &us))
    _weir_sql_error (p, "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", span, "The interval is out of range.");
}

gboolean
_weir_sql_parse_interval_literal (WeirSqlParser   *p,
                                  gboolean         needs_unit,
                                  WeirSqlInterval *interval)
{
  guint32  start = _weir_sql_start (p);
  guint    n = 0;
  gboolean from_to = FALSE;

  _weir_sql_interval_init (interval);
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_INTERVAL);
  if (!needs_unit && _weir_sql_at (p, WEIR_SQL_TOKEN_STRING) && !unit_ahead (p, 1))
    {
      const char *text = _weir_sql_parse_string (p);

      if (p->error == NULL && _weir_sql_interval_from_text (interval, text) != WEIR_SQL_INTERVAL_OK)
        invalid_typed_literal (p, _weir_sql_span_from (p, start), "INTERVAL", text);
    }
  else
    do
      {
        from_to |= parse_interval_part (p, interval);
        n++;
      }
    while (at_interval_part (p, 0));
  if (p->error == NULL && from_to && n > 1)
    _weir_sql_error (p, "INVALID_INTERVAL_FORMAT", _weir_sql_span_from (p, start), "An interval may have only a single from-to unit.");
  if (p->error == NULL)
    check_interval (p, interval, _weir_sql_span_from (p, start));
  return p->error == NULL;
}

/* ---- all together --------------------------------------------------------------------------------------------- */

/* NULL, TRUE and FALSE unless used as names of something. */
static gboolean
at_constant_word (const WeirSqlParser *p)
{
  WeirSqlTokenKind next = _weir_sql_peek (p, 1)->kind;

  switch (_weir_sql_peek (p, 0)->keyword)
    {
    case WEIR_SQL_KW_NULL:
    case WEIR_SQL_KW_TRUE:
    case WEIR_SQL_KW_FALSE:
      return next != WEIR_SQL_TOKEN_LEFT_PAREN && next != WEIR_SQL_TOKEN_DOT;
    default:
      return FALSE;
    }
}

gboolean
_weir_sql_at_literal (const WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);

  switch (token->kind)
    {
    case WEIR_SQL_TOKEN_NUMBER:
    case WEIR_SQL_TOKEN_STRING:
      return TRUE;
    case WEIR_SQL_TOKEN_MINUS:
      return _weir_sql_peek (p, 1)->kind == WEIR_SQL_TOKEN_NUMBER;
    case WEIR_SQL_TOKEN_WORD:
      return at_constant_word (p) || _weir_sql_at_interval_literal (p) ||
             (_weir_sql_peek (p, 1)->kind == WEIR_SQL_TOKEN_STRING && !_weir_sql_keyword_is_risky (token->keyword));
    default:
      return FALSE;
    }
}

static WeirSqlExpr *
parse_constant_word (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_next (p);
  WeirSqlExpr        *expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_LITERAL, token->start);

  expr->literal.kind = token->keyword == WEIR_SQL_KW_NULL ? WEIR_SQL_LITERAL_NULL : WEIR_SQL_LITERAL_BOOLEAN;
  expr->literal.i64 = token->keyword == WEIR_SQL_KW_TRUE;
  return expr;
}

WeirSqlExpr *
_weir_sql_parse_literal (WeirSqlParser *p)
{
  guint32         start = _weir_sql_start (p);
  WeirSqlInterval interval;
  WeirSqlExpr    *expr;

  if (_weir_sql_at (p, WEIR_SQL_TOKEN_NUMBER) || _weir_sql_at (p, WEIR_SQL_TOKEN_MINUS))
    return parse_number (p);
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_STRING))
    return parse_string_literal (p);
  if (at_constant_word (p))
    return parse_constant_word (p);
  if (!_weir_sql_at_interval_literal (p))
    return parse_typed_literal (p);
  _weir_sql_parse_interval_literal (p, FALSE, &interval);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_LITERAL, start);
  expr->literal.kind = WEIR_SQL_LITERAL_INTERVAL;
  expr->literal.interval = interval;
  return expr;
}
