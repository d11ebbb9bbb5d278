/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "fuzz-fail.h"
#include "sql/parser.h"
#include "sql/sql-print.h"
#include "sql/sql-split.h"

/* Any bytes as a script: every statement that parses prints as SQL that parses to the same print; spans stay in the text. */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_span (WeirSpan span,
            gsize    size)
{
  g_assert_true (span.start <= span.end && span.end <= size);
}

static void
check_statement (const WeirSqlStatement *statement)
{
  g_autofree char          *printed = weir_sql_print_statement (statement);
  g_autofree char          *again = NULL;
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirSqlScript) script = weir_sql_parse_statement (printed, -1, &error);

  /* Print adds parentheses and so depth; nothing else may fail. */
  if (script == NULL && strcmp (weir_error_get_condition (error), "LIMIT_EXCEEDED") == 0)
    return;
  if (script == NULL)
    fuzz_fail ("%s: %s", error->message, printed);
  again = weir_sql_print_statement (weir_sql_script_get_statement (script, 0));
  if (strcmp (printed, again) != 0)
    fuzz_fail ("%s\n%s", printed, again);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const char               *text = (const char *)data;
  g_autofree char          *copy = g_strndup (text, size);
  g_autoptr (WeirSqlScript) script = weir_sql_parse (text, size);
  g_autoptr (WeirSqlScript) expression = weir_sql_parse_expression (text, size, NULL);
  WeirSqlInterval           interval;

  for (guint i = 0; i < weir_sql_script_get_n_statements (script); i++)
    {
      const GError *error = weir_sql_script_get_error (script, i);

      check_span (weir_sql_script_get_span (script, i), size);
      if (error != NULL)
        {
          g_autofree char *message = weir_error_format (error, weir_sql_script_get_text (script));

          check_span (weir_error_get_span (error), size);
          g_assert_nonnull (message);
        }
      else
        check_statement (weir_sql_script_get_statement (script, i));
    }
  if (expression != NULL)
    g_free (weir_sql_print_expr (weir_sql_script_get_expression (expression)));
  weir_sql_check_input (text, size);
  if (weir_sql_parse_interval (copy, WEIR_SPAN_NONE, &interval, NULL))
    g_free (weir_sql_print_interval (&interval));
  return 0;
}
