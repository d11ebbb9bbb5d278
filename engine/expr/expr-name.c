/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "expr/kernel-private.h"

/*
 * Spark's automatic column names: `(a + 1)`, `substring(s, 1, 2147483647)`, `CASE WHEN … END`. Implicit casts do not show.
 */

const char *
_weir_expr_name (const WeirExpr *expr)
{
  return expr->name != NULL ? expr->name : "?";
}

static void
append_quoted (GString    *out,
               const char *prefix,
               WeirColumn *literal)
{
  g_string_append (out, prefix);
  g_string_append_c (out, '\'');
  weir_value_append_text (out, literal, 0, WEIR_TEXT_CAST, weir_zone_utc ());
  g_string_append_c (out, '\'');
}

static void
append_binary (GString    *out,
               WeirColumn *literal)
{
  const WeirView *view = literal->values;
  const char     *data = weir_view_data (view);

  g_string_append (out, "X'");
  for (guint i = 0; i < view->len; i++)
    g_string_append_printf (out, "%02X", (guchar)data[i]);
  g_string_append_c (out, '\'');
}

char *
_weir_literal_name (WeirColumn *literal)
{
  GString *out = g_string_new (NULL);

  if (weir_column_is_null (literal, 0))
    {
      g_string_append (out, "NULL");
      return g_string_free (out, FALSE);
    }
  switch ((int)literal->type->kind)
    {
    case WEIR_TYPE_BINARY:
      append_binary (out, literal);
      break;
    case WEIR_TYPE_DATE:
      append_quoted (out, "DATE ", literal);
      break;
    case WEIR_TYPE_TIMESTAMP:
      append_quoted (out, "TIMESTAMP ", literal);
      break;
    case WEIR_TYPE_TIMESTAMP_NTZ:
      append_quoted (out, "TIMESTAMP_NTZ ", literal);
      break;
    default:
      weir_value_append_text (out, literal, 0, WEIR_TEXT_CAST, weir_zone_utc ());
      break;
    }
  return g_string_free (out, FALSE);
}

char *
_weir_case_name (WeirExpr **args,
                 guint      n_args)
{
  GString  *out = g_string_new ("CASE");
  WeirExpr *last = args[n_args - 1];

  for (guint i = 0; i + 1 < n_args; i += 2)
    g_string_append_printf (out, " WHEN %s THEN %s", _weir_expr_name (args[i]), _weir_expr_name (args[i + 1]));
  if (!(weir_expr_is_literal (last) && last->nullable))
    g_string_append_printf (out, " ELSE %s", _weir_expr_name (last));
  g_string_append (out, " END");
  return g_string_free (out, FALSE);
}

static void
append_args (GString   *out,
             WeirExpr **args,
             guint      first,
             guint      n_args)
{
  for (guint i = first; i < n_args; i++)
    g_string_append_printf (out, "%s%s", i > first ? ", " : "", _weir_expr_name (args[i]));
}

static void
append_template (GString *out,
                 const char *template,
                 WeirExpr **args,
                 guint      n_args)
{
  for (const char *p = template; *p != '\0'; p++)
    {
      if (*p != '$')
        g_string_append_c (out, *p);
      else if (*++p == '*')
        append_args (out, args, 0, n_args);
      else if (*p == '+')
        append_args (out, args, 1, n_args);
      else if ((guint)(*p - '1') < n_args)
        g_string_append (out, _weir_expr_name (args[*p - '1']));
    }
}

/* The form for this number of arguments; NULL when there is none. Forms that begin with a digit are for that many and end at '|'. */
static char *
find_form (const char *print,
           guint       n_args)
{
  g_auto (GStrv) forms = NULL;

  if (print == NULL || print[0] == '=')
    return NULL;
  if (!g_ascii_isdigit (print[0]))
    return g_strdup (print);
  forms = g_strsplit (print, "|", -1);
  for (guint i = 0; forms[i] != NULL; i++)
    if ((guint)(forms[i][0] - '0') == n_args)
      return g_strdup (forms[i] + 1);
  return NULL;
}

char *
_weir_expr_call_name (const WeirFunction *function,
                      WeirExpr          **args,
                      guint               n_args)
{
  GString         *out = g_string_new (NULL);
  g_autofree char *form = find_form (function->print, n_args);

  if (form != NULL)
    append_template (out, form, args, n_args);
  else if ((function->flags & WEIR_FUNCTION_OPERATOR) && n_args == 2)
    g_string_append_printf (out, "(%s %s %s)", _weir_expr_name (args[0]), function->name, _weir_expr_name (args[1]));
  else if ((function->flags & WEIR_FUNCTION_OPERATOR) && n_args == 1)
    g_string_append_printf (out, "(%s %s)", function->name, _weir_expr_name (args[0]));
  else
    {
      g_string_append_printf (out, "%s(", function->name + (function->name[0] == '_'));
      append_args (out, args, 0, n_args);
      g_string_append_c (out, ')');
    }
  return g_string_free (out, FALSE);
}
