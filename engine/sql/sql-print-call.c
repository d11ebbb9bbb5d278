/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"
#include "sql/sql-print-private.h"

/* Calls back to SQL: functions with what may stand behind them, and the forms with words between their arguments. */

gboolean
_weir_sql_starts_with_word (const char *text,
                            const char *word)
{
  gsize len = strlen (word);

  return g_ascii_strncasecmp (text, word, len) == 0 && !g_ascii_isalnum (text[len]) && text[len] != '_';
}

/* A function or column that is called as a word that may stand before an argument is put in parentheses. */
static void
print_arg (GString           *out,
           const WeirSqlExpr *arg,
           gboolean           may_have_quantifier)
{
  gsize       start = out->len;
  const char *text;

  _weir_sql_print_at (out, arg, WEIR_SQL_PREC_ANY);
  text = out->str + start;
  if (_weir_sql_starts_with_word (text, "TABLE") ||
      (may_have_quantifier && (_weir_sql_starts_with_word (text, "DISTINCT") || _weir_sql_starts_with_word (text, "ALL"))))
    {
      g_string_insert_c (out, (gssize)start, '(');
      g_string_append_c (out, ')');
    }
}

static void
print_args (GString           *out,
            const WeirSqlCall *call)
{
  if (call->distinct)
    g_string_append (out, "DISTINCT ");
  for (guint i = 0; i < call->n_args; i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      if (call->arg_names != NULL && call->arg_names[i].name != NULL)
        {
          _weir_sql_print_ident (out, &call->arg_names[i]);
          g_string_append (out, " => ");
        }
      print_arg (out, call->args[i], i == 0 && !call->distinct);
    }
}

/* Arguments with words between them. */
static void
print_worded (GString                  *out,
              const WeirSqlExpr *const *args,
              guint                     n_args,
              const char *const        *words)
{
  for (guint i = 0; i < n_args; i++)
    {
      if (i > 0)
        g_string_append_printf (out, " %s ", words[i - 1]);
      _weir_sql_print_at (out, args[i], WEIR_SQL_PREC_COMPARISON);
    }
}

static void
print_trim (GString           *out,
            const WeirSqlCall *call)
{
  const char *name = call->name.parts[0].name;

  g_string_append_printf (out, "trim(%s ", strcmp (name, "ltrim") == 0 ? "LEADING" : strcmp (name, "rtrim") == 0 ? "TRAILING"
                                                                                                                 : "BOTH");
  if (call->n_args > 1)
    {
      _weir_sql_print_at (out, call->args[1], WEIR_SQL_PREC_COMPARISON);
      g_string_append_c (out, ' ');
    }
  g_string_append (out, "FROM ");
  _weir_sql_print_at (out, call->args[0], WEIR_SQL_PREC_COMPARISON);
}

static void
print_special (GString           *out,
               const WeirSqlCall *call)
{
  static const char *const from_for[] = { "FROM", "FOR" };
  static const char *const in[] = { "IN" };
  static const char *const placing[] = { "PLACING", "FROM", "FOR" };

  switch (call->form)
    {
    case WEIR_SQL_CALL_EXTRACT:
      _weir_sql_append_ident (out, call->args[0]->literal.text, FALSE);
      g_string_append (out, " FROM ");
      _weir_sql_print_at (out, call->args[1], WEIR_SQL_PREC_COMPARISON);
      break;
    case WEIR_SQL_CALL_UNIT:
      g_string_append_printf (out, "%s, ", call->args[0]->literal.text);
      _weir_sql_print_list (out, call->args + 1, call->n_args - 1);
      break;
    case WEIR_SQL_CALL_SUBSTRING:
      print_worded (out, call->args, call->n_args, from_for);
      break;
    case WEIR_SQL_CALL_POSITION:
      print_worded (out, call->args, call->n_args, in);
      break;
    case WEIR_SQL_CALL_OVERLAY:
      print_worded (out, call->args, call->n_args, placing);
      break;
    default:
      print_args (out, call);
    }
}

static void
print_call_tail (GString           *out,
                 const WeirSqlCall *call)
{
  if (call->n_within_group > 0)
    {
      g_string_append (out, " WITHIN GROUP (ORDER BY ");
      _weir_sql_print_order_items (out, call->within_group, call->n_within_group);
      g_string_append_c (out, ')');
    }
  if (call->filter != NULL)
    {
      g_string_append (out, " FILTER (WHERE ");
      _weir_sql_print_at (out, call->filter, WEIR_SQL_PREC_ANY);
      g_string_append_c (out, ')');
    }
  if (call->nulls != WEIR_SQL_NULLS_DEFAULT)
    g_string_append (out, call->nulls == WEIR_SQL_NULLS_IGNORE ? " IGNORE NULLS" : " RESPECT NULLS");
  if (call->has_over)
    g_string_append (out, " OVER ()");
}

/* A function called values in parentheses would be a query. */
static void
print_call_name (GString           *out,
                 const WeirSqlName *name)
{
  if (name->n_parts == 1 && g_ascii_strcasecmp (name->parts[0].name, "values") == 0)
    _weir_sql_append_ident (out, name->parts[0].name, TRUE);
  else
    _weir_sql_print_name (out, name);
}

void
_weir_sql_print_call (GString           *out,
                      const WeirSqlExpr *expr)
{
  const WeirSqlCall *call = &expr->call;

  if (call->form == WEIR_SQL_CALL_TRIM)
    print_trim (out, call);
  else
    {
      print_call_name (out, &call->name);
      if (call->form == WEIR_SQL_CALL_BARE)
        return;
      g_string_append_c (out, '(');
      print_special (out, call);
    }
  g_string_append_c (out, ')');
  print_call_tail (out, call);
}
