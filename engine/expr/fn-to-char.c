/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/decimal.h"
#include "expr/families-private.h"
#include "expr/fixed-text-private.h"

/*
 * to_char() and to_number() by formats of digits: [MI|S] [$] [0 9 G ,]* [. D [0 9]*] [$] [PR | MI | S].
 *
 * 9 is a digit or, in front, a blank; 0 a digit in any case; G or , separates thousands.
 */

#define GROUPS_MAX 20

typedef enum
{
  SIGN_NONE,
  SIGN_S,
  SIGN_MI,
  SIGN_PR,
} Sign;

typedef struct
{
  Sign     lead, trail;
  gboolean dollar, has_point;
  guint    n_groups;
  guint    groups[GROUPS_MAX]; /* digits between separators, from the left */
  gboolean zeros[GROUPS_MAX];  /* the group begins with 0 */
  guint    n_whole, n_fraction;
} NumberFormat;

static gboolean
take_word (const char **p,
           const char  *end,
           const char  *word)
{
  gsize len = strlen (word);

  if ((gsize)(end - *p) < len || g_ascii_strncasecmp (*p, word, len) != 0)
    return FALSE;
  *p += len;
  return TRUE;
}

static Sign
take_sign (const char **p,
           const char  *end)
{
  if (take_word (p, end, "MI"))
    return SIGN_MI;
  return take_word (p, end, "S") ? SIGN_S : SIGN_NONE;
}

/* NULL, or the subclass of INVALID_FORMAT. */
static const char *
read_format (const char   *text,
             gsize         len,
             NumberFormat *format)
{
  const char *p = text, *end = text + len;
  gboolean    separator = FALSE;

  memset (format, 0, sizeof *format);
  format->lead = take_sign (&p, end);
  format->dollar = take_word (&p, end, "$");
  format->n_groups = 1;
  for (; p < end && strchr ("09Gg,", *p) != NULL; p++)
    {
      guint *group = &format->groups[format->n_groups - 1];

      if (*p == '0' || *p == '9')
        {
          if ((*group)++ == 0)
            format->zeros[format->n_groups - 1] = *p == '0';
          format->n_whole++;
          separator = FALSE;
          continue;
        }
      if (separator || *group == 0)
        return "CONT_THOUSANDS_SEPS";
      if (format->n_groups == GROUPS_MAX)
        return "WRONG_NUM_TOKEN";
      separator = TRUE;
      format->n_groups++;
    }
  if (separator)
    return "CONT_THOUSANDS_SEPS";
  if (p < end && strchr (".Dd", *p) != NULL)
    {
      format->has_point = TRUE;
      for (p++; p < end && (*p == '0' || *p == '9'); p++)
        format->n_fraction++;
      if (p < end && strchr (",Gg", *p) != NULL)
        return "THOUSANDS_SEPS_MUST_BEFORE_DEC";
    }
  if (!format->dollar)
    format->dollar = take_word (&p, end, "$");
  format->trail = take_word (&p, end, "PR") ? SIGN_PR : take_sign (&p, end);
  if (p != end)
    return "UNEXPECTED_TOKEN";
  if (format->n_whole + format->n_fraction == 0)
    return "WRONG_NUM_DIGIT";
  if (format->lead != SIGN_NONE && format->trail != SIGN_NONE)
    return "WRONG_NUM_TOKEN";
  return format->n_whole + format->n_fraction > WEIR_DECIMAL_DIGITS_MAX ? "WRONG_NUM_DIGIT" : NULL;
}

static gboolean
bind_format (WeirBind *bind,
             GError  **error)
{
  g_autofree char *text = NULL;
  NumberFormat    *format;
  const char      *wrong;
  g_autofree char *condition = NULL;

  if (!_weir_bind_coerce (bind, 1, WEIR_STRING, error))
    return FALSE;
  text = _weir_bind_constant_string (bind, 1);
  if (text == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", bind->span,
                      "Cannot resolve \"%s\" due to data type mismatch: the input `format` should be a foldable \"STRING\" expression.", bind->function->name);
  bind->data = format = g_new (NumberFormat, 1);
  bind->data_free = g_free;
  wrong = read_format (text, strlen (text), format);
  if (wrong == NULL)
    return TRUE;
  condition = g_strdup_printf ("INVALID_FORMAT.%s", wrong);
  return weir_fail (error, WEIR_ERROR_ANALYZE, condition, bind->span, "The format is invalid: '%s'.", text);
}

/* to_char() ------------------------------------------------------------------------------------------------------- */

/* Whole digits into their places: blanks before the first one of a 9 group. */
static void
append_whole (GString            *out,
              const NumberFormat *format,
              const char         *whole,
              guint               n,
              guint              *first)
{
  guint    skip = format->n_whole - n, at = 0;
  gboolean started = FALSE;

  *first = (guint)out->len;
  for (guint g = 0; g < format->n_groups; g++)
    {
      if (g > 0)
        g_string_append_c (out, started ? ',' : ' ');
      for (guint k = 0; k < format->groups[g]; k++, at++)
        {
          if (at >= skip || format->zeros[g])
            {
              if (!started)
                *first = (guint)out->len;
              started = TRUE;
              g_string_append_c (out, at >= skip ? whole[at - skip] : '0');
            }
          else
            g_string_append_c (out, started ? '0' : ' ');
        }
    }
  if (!started)
    *first = (guint)out->len;
}

static gboolean
row_to_char (WeirRow *row)
{
  const NumberFormat *format = row->expr->data;
  WeirDigits          digits;
  g_autoptr (GString) plain = g_string_new (NULL);
  const char         *fraction;
  guint               n, first;
  gboolean            negative;
  GString            *out = row->text;

  _weir_row_digits (row, 0, &digits);
  negative = digits.negative && digits.n > 0;
  _weir_digits_append (&digits, plain, digits.n > 0 && (int)digits.n > digits.point ? MIN ((guint)((int)digits.n - digits.point), 400) : 0);
  n = (guint)strcspn (plain->str, ".");
  fraction = plain->str[n] == '.' ? plain->str + n + 1 : "";
  if (n == 1 && plain->str[0] == '0')
    n = format->n_whole > 0 ? 1 : 0;
  if (n > format->n_whole || strlen (fraction) > format->n_fraction)
    {
      for (guint i = 0; i < format->n_whole; i++)
        g_string_append_c (out, '#');
      if (format->has_point)
        g_string_append_c (out, '.');
      for (guint i = 0; i < format->n_fraction; i++)
        g_string_append_c (out, '#');
      return TRUE;
    }
  append_whole (out, format, plain->str, n, &first);
  if (format->dollar)
    g_string_insert_c (out, (gssize)first, '$');
  if (format->has_point)
    {
      g_string_append_c (out, '.');
      for (guint i = 0; i < format->n_fraction; i++)
        g_string_append_c (out, i < strlen (fraction) ? fraction[i] : '0');
    }
  if (format->lead == SIGN_S)
    g_string_insert_c (out, (gssize)first, negative ? '-' : '+');
  else if (format->lead == SIGN_MI)
    {
      if (negative)
        g_string_insert_c (out, (gssize)first, '-');
      else
        g_string_prepend_c (out, ' ');
    }
  if (format->trail == SIGN_S)
    g_string_append_c (out, negative ? '-' : '+');
  else if (format->trail == SIGN_MI)
    g_string_append_c (out, negative ? '-' : ' ');
  else if (format->trail == SIGN_PR && negative)
    {
      g_string_insert_c (out, (gssize)first, '<');
      g_string_append_c (out, '>');
    }
  else if (format->trail == SIGN_PR)
    g_string_append (out, "  ");
  return TRUE;
}

static WeirType *
bind_to_char (WeirBind *bind,
              GError  **error)
{
  WeirType *type = bind->args[0]->type;

  if (!weir_type_is_numeric (type))
    {
      g_autoptr (WeirType) widest = weir_type_new_decimal (38, 18);

      if (!_weir_bind_coerce (bind, 0, widest, error))
        return NULL;
    }
  return bind_format (bind, error) ? weir_type_ref (WEIR_STRING) : NULL;
}

/* Dates are formatted by date_format(), binaries by base64(), hex() or decode(). */
static WeirExpr *
rewrite_to_char (WeirBind *bind,
                 GError  **error)
{
  WeirTypeKind     kind = bind->args[0]->type->kind;
  g_autofree char *format = NULL;
  const char      *name;

  if (kind == WEIR_TYPE_DATE || kind == WEIR_TYPE_TIMESTAMP || kind == WEIR_TYPE_TIMESTAMP_NTZ)
    return weir_expr_new_call ("date_format", bind->args, 2, bind->span, bind->zone, error);
  if (kind != WEIR_TYPE_BINARY)
    return weir_expr_new_call ("_to_char", bind->args, 2, bind->span, bind->zone, error);
  format = _weir_bind_constant_string (bind, 1);
  name = format == NULL ? NULL : g_ascii_strcasecmp (format, "base64") == 0 ? "base64"
                               : g_ascii_strcasecmp (format, "hex") == 0    ? "hex"
                                                                            : NULL;
  if (name == NULL)
    return weir_expr_new_call ("_decode", bind->args, 2, bind->span, bind->zone, error);
  weir_expr_unref (g_steal_pointer (&bind->args[1]));
  return weir_expr_new_call (name, bind->args, 1, bind->span, bind->zone, error);
}

/* to_number() ----------------------------------------------------------------------------------------------------- */

/* Digits between separators: the first group may be shorter where it may be blank. */
static gboolean
parse_whole (const char        **p,
             const char         *end,
             const NumberFormat *format,
             GString            *digits)
{
  guint lens[GROUPS_MAX] = { 0 }, n = 1;

  for (; *p < end; (*p)++)
    {
      if (g_ascii_isdigit (**p))
        {
          lens[n - 1]++;
          g_string_append_c (digits, **p);
        }
      else if (**p == ',' && n < format->n_groups)
        n++;
      else
        break;
    }
  for (guint k = 0; k < n; k++)
    {
      guint    want = format->groups[format->n_groups - n + k];
      gboolean inner = k > 0 || (format->zeros[format->n_groups - n] && want > 0);

      if (lens[k] > want || (inner && lens[k] < want))
        return FALSE;
    }
  return TRUE;
}

static gboolean
parse_number (const char         *text,
              gsize               len,
              const NumberFormat *format,
              WeirInt128         *value)
{
  const char         *p = text, *end = text + len;
  g_autoptr (GString) digits = g_string_new (NULL);
  gboolean            negative = FALSE, bracket = FALSE;
  guint               n_fraction = 0;

  _weir_trim_all (&p, &len);
  end = p + len;
  if (format->lead != SIGN_NONE && p < end && (*p == '-' || (*p == '+' && format->lead == SIGN_S)))
    negative = *p++ == '-';
  if (format->trail == SIGN_PR && p < end && *p == '<')
    {
      bracket = negative = TRUE;
      p++;
    }
  if (format->dollar && (p >= end || *p++ != '$'))
    return FALSE;
  if (!parse_whole (&p, end, format, digits))
    return FALSE;
  if (format->has_point && p < end && *p == '.')
    for (p++; p < end && g_ascii_isdigit (*p); p++, n_fraction++)
      g_string_append_c (digits, *p);
  if (n_fraction > format->n_fraction || digits->len == 0)
    return FALSE;
  for (; n_fraction < format->n_fraction; n_fraction++)
    g_string_append_c (digits, '0');
  if ((format->trail == SIGN_S || format->trail == SIGN_MI) && p < end && (*p == '-' || (*p == '+' && format->trail == SIGN_S)))
    negative = *p++ == '-';
  if (bracket && (p >= end || *p++ != '>'))
    return FALSE;
  if (p != end)
    return FALSE;
  *value = 0;
  for (gsize i = 0; i < digits->len; i++)
    *value = *value * 10 + (digits->str[i] - '0');
  *value = negative ? -*value : *value;
  return TRUE;
}

static gboolean
row_to_number (WeirRow *row)
{
  gsize       len;
  const char *text = weir_row_text (row, 0, &len);

  if (parse_number (text, len, row->expr->data, &row->decimal))
    return TRUE;
  if (row->expr->function->impl == NULL)
    _weir_row_fail (row, "INVALID_FORMAT.MISMATCH_INPUT", "The format is invalid. The input \"STRING\" '%.*s' does not match the format.", (int)len, text);
  return FALSE;
}

static WeirType *
bind_to_number (WeirBind *bind,
                GError  **error)
{
  const NumberFormat *format;

  if (!_weir_bind_coerce (bind, 0, WEIR_STRING, error) || !bind_format (bind, error))
    return NULL;
  format = bind->data;
  bind->can_fail = bind->function->impl == NULL;
  bind->nullable |= bind->function->impl != NULL;
  return weir_type_new_decimal (MAX (format->n_whole + format->n_fraction, 1), format->n_fraction);
}

#define GROUP "string"

static const WeirFunction functions[] = {
  { WEIR_ROW ("_to_char", GROUP, "to_char(number, format)", "The number in a format of digits.", "SELECT to_char(454, '999')", 2, 2, NULL, row_to_char), .bind = bind_to_char },
  { WEIR_REWRITE ("to_char", GROUP, "to_char(value, format)", "The number, time or bytes in a format.", "SELECT to_char(12454, '99G999')", 2, 2, rewrite_to_char), .print = "=" },
  { WEIR_REWRITE ("to_varchar", GROUP, "to_varchar(value, format)", "The number, time or bytes in a format.", "SELECT to_varchar(12454, '99G999')", 2, 2, rewrite_to_char), .print = "=" },
  { WEIR_ROW_FAILS ("to_number", GROUP, "to_number(text, format)", "The number of a text in a format.", "SELECT to_number('12,454', '99,999')", 2, 2, NULL, row_to_number), .bind = bind_to_number },
  { WEIR_ROW ("try_to_number", GROUP, "try_to_number(text, format)", "The number of a text in a format, or NULL.", "SELECT try_to_number('12,454', '99,999')", 2, 2, NULL, row_to_number), .bind = bind_to_number, .impl = "try" },
};

const WeirFamily _weir_family_to_char = { functions, G_N_ELEMENTS (functions) };
