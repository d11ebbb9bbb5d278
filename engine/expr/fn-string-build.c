/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/families-private.h"
#include "expr/row-private.h"

/* Texts put together, masked or measured against each other. */

/* concat() and || of strings or binaries; arrays are concatenated in fn-array.c. */
static gboolean
row_concat (WeirRow *row)
{
  for (guint i = 0; i < row->n_args; i++)
    {
      gsize       len;
      const char *data = weir_row_text (row, i, &len);

      if (!_weir_row_check_len (row, row->text->len + len))
        return FALSE;
      g_string_append_len (row->text, data, (gssize)len);
    }
  return TRUE;
}

static WeirType *
bind_concat (WeirBind *bind,
             GError  **error)
{
  gboolean  binary = bind->n_args > 0;
  WeirType *type;

  for (guint i = 0; i < bind->n_args; i++)
    binary &= bind->args[i]->type->kind == WEIR_TYPE_BINARY;
  type = binary ? WEIR_BINARY : WEIR_STRING;
  for (guint i = 0; i < bind->n_args; i++)
    if (bind->args[i]->type->kind == WEIR_TYPE_BINARY && !binary)
      bind->args[i] = _weir_expr_cast (bind->args[i], type, FALSE);
    else if (!_weir_bind_coerce (bind, i, type, error))
      return NULL;
  if (bind->n_args == 0)
    bind->nullable = FALSE;
  return weir_type_ref (type);
}

static WeirExpr *
rewrite_concat (WeirBind *bind,
                GError  **error)
{
  gboolean arrays = FALSE;

  for (guint i = 0; i < bind->n_args; i++)
    arrays |= bind->args[i]->type->kind == WEIR_TYPE_ARRAY;
  return weir_expr_new_call (arrays ? "_array_concat" : "_string_concat", bind->args, bind->n_args, bind->span, bind->zone, error);
}

static WeirExpr *
rewrite_reverse (WeirBind *bind,
                 GError  **error)
{
  return weir_expr_new_call (bind->args[0]->type->kind == WEIR_TYPE_ARRAY ? "_array_reverse" : "_string_reverse",
                             bind->args, bind->n_args, bind->span, bind->zone, error);
}

static void
append_part (WeirRow    *row,
             gboolean   *first,
             const char *separator,
             gsize       separator_len,
             const char *data,
             gsize       len)
{
  if (!*first)
    g_string_append_len (row->text, separator, (gssize)separator_len);
  *first = FALSE;
  g_string_append_len (row->text, data, (gssize)len);
}

/* NULLs are skipped, arrays of strings spread out. */
static gboolean
row_concat_ws (WeirRow *row)
{
  gsize       separator_len, len;
  const char *separator;
  gboolean    first = TRUE;

  if (weir_row_is_null (row, 0))
    return FALSE;
  separator = weir_row_text (row, 0, &separator_len);
  for (guint i = 1; i < row->n_args; i++)
    {
      const WeirArg *arg = &row->args[i];

      if (weir_row_is_null (row, i))
        continue;
      if (arg->column->type->kind == WEIR_TYPE_ARRAY)
        {
          WeirListView list = weir_arg_at (*arg, WeirListView, row->row);

          for (guint32 k = list.offset; k < list.offset + list.length; k++)
            {
              guint             at = k;
              const WeirColumn *elements = weir_column_resolve (arg->column->children[0], &at);
              const WeirView   *view = weir_column_values (elements, WeirView) + at;

              if (!weir_column_is_null (elements, at))
                append_part (row, &first, separator, separator_len, weir_view_data (view), view->len);
            }
        }
      else
        {
          const char *data = weir_row_text (row, i, &len);

          append_part (row, &first, separator, separator_len, data, len);
        }
      if (!_weir_row_check_len (row, row->text->len))
        return FALSE;
    }
  return TRUE;
}

static WeirType *
bind_concat_ws (WeirBind *bind,
                GError  **error)
{
  g_autoptr (WeirType) strings = weir_type_new_array (WEIR_STRING, TRUE);

  for (guint i = 0; i < bind->n_args; i++)
    {
      gboolean list = i > 0 && bind->args[i]->type->kind == WEIR_TYPE_ARRAY;

      if (!_weir_bind_coerce (bind, i, list ? strings : WEIR_STRING, error))
        return NULL;
    }
  bind->nullable = bind->args[0]->nullable;
  return weir_type_ref (WEIR_STRING);
}

static gboolean
row_elt (WeirRow *row)
{
  gint32 n;

  if (weir_row_is_null (row, 0))
    return FALSE;
  n = weir_row_i32 (row, 0);
  if (n < 1 || (guint)n >= row->n_args)
    return _weir_row_fail (row, "INVALID_ARRAY_INDEX",
                           "The index %d is out of bounds. The array has %u elements. Use the SQL function `get()` to tolerate accessing element at invalid index and return NULL instead.",
                           n, row->n_args - 1);
  if (weir_row_is_null (row, (guint)n))
    return FALSE;
  row->view = weir_row_view (row, (guint)n);
  return TRUE;
}

static WeirType *
bind_elt (WeirBind *bind,
          GError  **error)
{
  gboolean  binary = TRUE;
  WeirType *type;

  for (guint i = 1; i < bind->n_args; i++)
    binary &= bind->args[i]->type->kind == WEIR_TYPE_BINARY;
  type = binary ? WEIR_BINARY : WEIR_STRING;
  if (!_weir_bind_coerce (bind, 0, WEIR_INT, error))
    return NULL;
  for (guint i = 1; i < bind->n_args; i++)
    if (!_weir_bind_coerce (bind, i, type, error))
      return NULL;
  bind->nullable = TRUE;
  return weir_type_ref (type);
}

/* A letter for each class of characters; NULL leaves the class as it is. */
static gboolean
row_mask (WeirRow *row)
{
  gsize       len;
  const char *data;
  guint       width;

  if (weir_row_is_null (row, 0))
    return FALSE;
  data = weir_row_text (row, 0, &len);
  for (gsize i = 0; i < len; i += width)
    {
      gunichar c = _weir_utf8_get (data + i, &width);
      guint    by = g_unichar_isupper (c) ? 1 : g_unichar_islower (c) ? 2
                                              : g_unichar_isdigit (c) ? 3
                                                                      : 4;

      if (weir_row_is_null (row, by))
        g_string_append_len (row->text, data + i, width);
      else
        {
          gsize       by_len;
          const char *text = weir_row_text (row, by, &by_len);

          g_string_append_len (row->text, text, (gssize)by_len);
        }
    }
  return TRUE;
}

static WeirType *
bind_mask (WeirBind *bind,
           GError  **error)
{
  static const char *const defaults[] = { "X", "x", "n" };

  for (guint i = bind->n_args; i < 4; i++)
    _weir_bind_append (bind, weir_expr_new_string (defaults[i - 1]));
  if (bind->n_args < 5)
    _weir_bind_append (bind, weir_expr_new_null (WEIR_STRING));
  for (guint i = 0; i < 5; i++)
    if (!_weir_bind_coerce (bind, i, WEIR_STRING, error))
      return NULL;
  bind->nullable = bind->args[0]->nullable;
  return weir_type_ref (WEIR_STRING);
}

static gboolean
row_soundex (WeirRow *row)
{
  static const char codes[] = "01230120022455012623010202"; /* A to Z; H and W do not separate */
  gsize             len;
  const char       *data = weir_row_text (row, 0, &len);
  char              last;

  if (len == 0 || !g_ascii_isalpha (data[0]))
    return _weir_row_part (row, 0, 0, len);
  g_string_append_c (row->text, g_ascii_toupper (data[0]));
  last = codes[g_ascii_toupper (data[0]) - 'A'];
  for (gsize i = 1; i < len && row->text->len < 4; i++)
    {
      char upper = g_ascii_toupper (data[i]), code;

      if (!g_ascii_isalpha (upper))
        {
          last = '0';
          continue;
        }
      code = codes[upper - 'A'];
      if (upper == 'H' || upper == 'W')
        continue;
      if (code != '0' && code != last)
        g_string_append_c (row->text, code);
      last = code;
    }
  while (row->text->len < 4)
    g_string_append_c (row->text, '0');
  return TRUE;
}

/* Bytes of the edit table: a bound, since it is quadratic in time. */
#define LEVENSHTEIN_CELLS_MAX 100000000

static gunichar *
characters (const char *data,
            gsize       len,
            gsize      *n)
{
  gunichar *out = g_new (gunichar, len + 1);
  guint     width;

  *n = 0;
  for (gsize i = 0; i < len; i += width)
    out[(*n)++] = _weir_utf8_get (data + i, &width);
  return out;
}

static gboolean
row_levenshtein (WeirRow *row)
{
  gsize                len_a, len_b, n, m;
  const char          *data_a = weir_row_text (row, 0, &len_a);
  const char          *data_b = weir_row_text (row, 1, &len_b);
  g_autofree gunichar *a = characters (data_a, len_a, &n);
  g_autofree gunichar *b = characters (data_b, len_b, &m);
  g_autofree guint32  *line = NULL;

  if (n > 0 && m > LEVENSHTEIN_CELLS_MAX / n)
    return _weir_row_check_len (row, G_MAXSIZE);
  line = g_new (guint32, m + 1);
  for (gsize j = 0; j <= m; j++)
    line[j] = (guint32)j;
  for (gsize i = 1; i <= n; i++)
    {
      guint32 diagonal = line[0];

      line[0] = (guint32)i;
      for (gsize j = 1; j <= m; j++)
        {
          guint32 above = line[j];
          guint32 best = MIN (above, line[j - 1]) + 1;

          line[j] = MIN (best, diagonal + (a[i - 1] != b[j - 1]));
          diagonal = above;
        }
    }
  row->i = line[m];
  if (row->n_args > 2 && row->i > weir_row_i32 (row, 2))
    row->i = -1;
  return TRUE;
}

static gboolean
row_luhn_check (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);
  guint       sum = 0;

  row->i = 0;
  if (len == 0)
    return TRUE;
  for (gsize i = 0; i < len; i++)
    {
      guint digit = (guint)(guchar)data[len - 1 - i] - '0';

      if (digit > 9)
        return TRUE;
      if (i % 2 == 1)
        digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      sum += digit;
    }
  row->i = sum % 10 == 0;
  return TRUE;
}

static gboolean
row_quote (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);

  g_string_append_c (row->text, '\'');
  for (gsize i = 0; i < len; i++)
    {
      if (data[i] == '\'')
        g_string_append_c (row->text, '\\');
      g_string_append_c (row->text, data[i]);
    }
  g_string_append_c (row->text, '\'');
  return TRUE;
}

#define GROUP "string"

static const WeirFunction functions[] = {
  { WEIR_REWRITE ("concat", GROUP, "concat(a, b, …)", "The strings, binaries or arrays one behind the other.", "SELECT concat('Spark', 'SQL')", 0, -1, rewrite_concat) },
  { WEIR_REWRITE ("||", GROUP, "a || b", "The strings, binaries or arrays one behind the other.", "SELECT 'Spark' || 'SQL'", 2, 2, rewrite_concat), .print = "concat($1, $2)" },
  { WEIR_REWRITE ("reverse", "collection", "reverse(value)", "The characters or elements in reverse order.", "SELECT reverse('Spark SQL')", 1, 1, rewrite_reverse) },
  { WEIR_ROW_FAILS ("_string_concat", GROUP, "concat(a, b, …)", "The strings one behind the other.", "SELECT concat('Spark', 'SQL')", 0, -1, NULL, row_concat), .bind = bind_concat, .print = "concat($*)" },
  { .name = "concat_ws", .group = GROUP, .signature = "concat_ws(separator, a, b, …)", .doc = "The strings with a separator between; NULLs are skipped.", .example = "SELECT concat_ws(' ', 'Spark', 'SQL')", .n_args_min = 1, .n_args_max = -1, .flags = WEIR_FUNCTION_CAN_FAIL, .bind = bind_concat_ws, .row = row_concat_ws },
  { .name = "elt", .group = GROUP, .signature = "elt(n, a, b, …)", .doc = "The n-th of the values.", .example = "SELECT elt(1, 'scala', 'java')", .n_args_min = 2, .n_args_max = -1, .flags = WEIR_FUNCTION_CAN_FAIL, .bind = bind_elt, .row = row_elt },
  { .name = "mask", .group = GROUP, .signature = "mask(text[, upper[, lower[, digit[, other]]]])", .doc = "The text with its characters replaced by class.", .example = "SELECT mask('AbCD123-@$#')", .n_args_min = 1, .n_args_max = 5, .bind = bind_mask, .row = row_mask },
  { WEIR_ROW ("soundex", GROUP, "soundex(text)", "A code of how the word sounds.", "SELECT soundex('Miller')", 1, 1, "s>s", row_soundex) },
  { WEIR_ROW_FAILS ("levenshtein", GROUP, "levenshtein(a, b[, limit])", "How many changes turn one text into the other; -1 above the limit.", "SELECT levenshtein('kitten', 'sitting')", 2, 3, "ssi>i", row_levenshtein) },
  { WEIR_ROW ("luhn_check", GROUP, "luhn_check(digits)", "Whether the check digit is right.", "SELECT luhn_check('8112189876')", 1, 1, "s>b", row_luhn_check) },
  { WEIR_ROW ("quote", GROUP, "quote(text)", "The text in single quotes.", "SELECT quote('Don''t')", 1, 1, "s>s", row_quote) },
};

const WeirFamily _weir_family_string_build = { functions, G_N_ELEMENTS (functions) };
