/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fast-number.h"
#include "base/utf8.h"
#include "column/decimal.h"
#include "column/timestamp.h"
#include "column/value.h"
#include "expr/cast-private.h"
#include "expr/text-private.h"

/* Strings to values and values to strings. Blanks and control characters around a text do not count. */

static gboolean
parse_bool (const char *text,
            gsize       len,
            gboolean   *value)
{
  static const struct
  {
    const char *word;
    gboolean    value;
  } words[] = { { "true", TRUE }, { "t", TRUE }, { "yes", TRUE }, { "y", TRUE }, { "1", TRUE }, { "false", FALSE }, { "f", FALSE }, { "no", FALSE }, { "n", FALSE }, { "0", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strlen (words[i].word) == len && g_ascii_strncasecmp (words[i].word, text, len) == 0)
      {
        *value = words[i].value;
        return TRUE;
      }
  return FALSE;
}

/* Without ANSI a fraction behind a whole number is cut off: '1.9' is 1. */
static gboolean
parse_integer (const WeirEval *eval,
               const char     *text,
               gsize           len,
               gint64         *value)
{
  const char *point = eval->ansi ? NULL : memchr (text, '.', len);

  for (const char *c = point; c != NULL && c + 1 < text + len; c++)
    if (!g_ascii_isdigit (c[1]))
      return FALSE;
  return weir_parse_i64 (text, point != NULL ? (gsize)(point - text) : len, value);
}

/* FALSE when @text is no value of the type. */
static gboolean
parse_row (WeirType   *to,
           WeirEval   *eval,
           const char *text,
           gsize       len,
           WeirOut    *out,
           guint       row)
{
  gboolean truth;
  gint64   integer;
  double   number;

  switch ((int)to->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      if (!parse_bool (text, len, &truth))
        return FALSE;
      weir_out_bool (out, row, truth);
      return TRUE;
    case WEIR_TYPE_TINYINT:
      return parse_integer (eval, text, len, &integer) && (weir_out_values (out, gint8)[row] = (gint8)integer) == integer;
    case WEIR_TYPE_SMALLINT:
      return parse_integer (eval, text, len, &integer) && (weir_out_values (out, gint16)[row] = (gint16)integer) == integer;
    case WEIR_TYPE_INT:
      return parse_integer (eval, text, len, &integer) && (weir_out_values (out, gint32)[row] = (gint32)integer) == integer;
    case WEIR_TYPE_BIGINT:
      return parse_integer (eval, text, len, &weir_out_values (out, gint64)[row]);
    case WEIR_TYPE_FLOAT:
      if (weir_parse_float (text, len, &weir_out_values (out, float)[row]))
        return TRUE;
      if (!_weir_parse_double (text, len, &number))
        return FALSE;
      weir_out_values (out, float)[row] = (float)number;
      return TRUE;
    case WEIR_TYPE_DOUBLE:
      return _weir_parse_double (text, len, &weir_out_values (out, double)[row]);
    case WEIR_TYPE_DECIMAL:
      return weir_decimal_parse (text, len, to->precision, to->scale, &weir_out_values (out, WeirInt128)[row]);
    case WEIR_TYPE_DATE:
      return weir_date_parse (text, len, &weir_out_values (out, gint32)[row]);
    case WEIR_TYPE_TIMESTAMP:
      return weir_timestamp_parse_at (text, len, eval->zone, eval->now_us, &weir_out_values (out, gint64)[row]);
    case WEIR_TYPE_TIMESTAMP_NTZ:
      return weir_timestamp_ntz_parse (text, len, &weir_out_values (out, gint64)[row]);
    case WEIR_TYPE_INTERVAL_YM:
      return _weir_interval_ym_parse (text, len, to, &weir_out_values (out, gint32)[row]);
    case WEIR_TYPE_INTERVAL_DT:
      return _weir_interval_dt_parse (text, len, to, &weir_out_values (out, gint64)[row]);
    case WEIR_TYPE_INTERVAL:
      return weir_interval_parse (text, len, &weir_out_values (out, WeirInterval)[row]);
    default:
      return FALSE;
    }
}

static void
fail_row (const WeirExpr *expr,
          WeirEval       *eval,
          const WeirArg  *arg,
          WeirOut        *out,
          guint           row,
          const char     *text,
          gsize           len)
{
  if (expr->type->kind == WEIR_TYPE_DECIMAL && _weir_is_decimal_text (text, len))
    _weir_cast_fail_range (expr, eval, arg, out, row);
  else
    _weir_cast_fail_input (expr, eval, arg, out, row);
}

static WeirColumn *
constant_binary (WeirColumn *one_row,
                 guint       n_rows)
{
  g_autoptr (WeirColumn) binary = weir_column_retype (one_row, WEIR_BINARY);

  return weir_column_new_const (binary, n_rows);
}

WeirColumn *
_weir_cast_from_string (const WeirExpr *expr,
                        WeirEval       *eval,
                        const WeirArg  *arg,
                        WeirSel         sel,
                        guint           n_rows)
{
  WeirOut out;

  if (expr->type->kind == WEIR_TYPE_BINARY)
    return arg->mask == 0 ? constant_binary (arg->column, n_rows) : weir_column_retype (arg->column, WEIR_BINARY);
  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    gsize       len;
    const char *text = weir_arg_bytes (arg, row, &len);

    _weir_trim_all (&text, &len);
    if (!parse_row (expr->type, eval, text, len, &out, row))
      fail_row (expr, eval, arg, &out, row, text, len);
  }
  return _weir_out_finish (&out);
}

/* Bytes as text: shared as they are when they are UTF-8. */
static WeirColumn *
from_binary (const WeirArg *arg,
             WeirSel        sel,
             guint          n_rows)
{
  WeirOut out;

  _weir_out_init (&out, WEIR_STRING, n_rows);
  _weir_out_keep (&out, arg->column);
  WEIR_FOREACH_ROW (sel, row)
  {
    gsize       len;
    const char *data = weir_arg_bytes (arg, row, &len);

    if (weir_utf8_valid (data, len))
      weir_out_view (&out, row, weir_arg_at (*arg, WeirView, row));
    else
      {
        g_autoptr (GString) repaired = g_string_sized_new (len + 8);

        weir_utf8_append_repaired (repaired, data, len);
        _weir_out_bytes (&out, row, repaired->str, repaired->len);
      }
  }
  return _weir_out_finish (&out);
}

WeirColumn *
_weir_cast_to_string (const WeirExpr *expr,
                      WeirEval       *eval,
                      const WeirArg  *arg,
                      WeirSel         sel,
                      guint           n_rows)
{
  gboolean integral = weir_type_is_integral (arg->column->type);
  GString *text;
  WeirOut  out;

  if (arg->column->type->kind == WEIR_TYPE_BINARY)
    return from_binary (arg, sel, n_rows);
  text = g_string_new (NULL);
  _weir_out_init (&out, WEIR_STRING, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    char digits[24];

    if (integral)
      {
        _weir_out_bytes (&out, row, digits, weir_i64_to_text (digits, weir_arg_integer (arg, row)));
        continue;
      }
    g_string_truncate (text, 0);
    weir_value_append_text (text, arg->column, row & arg->mask, WEIR_TEXT_CAST, eval->zone);
    _weir_out_bytes (&out, row, text->str, text->len);
  }
  g_string_free (text, TRUE);
  return _weir_out_finish (&out);
}
