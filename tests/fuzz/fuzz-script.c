/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "fuzz-fail.h"
#include "sql/sql-document.h"
#include "sql/parser.h"
#include "sql/steps.h"

/* Any bytes as a .weir document: annotations can be set and read back, and no edit of a card touches what is around it
 * or turns a statement that parses into one that does not. */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_annotation (WeirSqlDocument *document)
{
  const char      *text = weir_sql_document_get_text (document);
  WeirSpan         changed;
  gsize            old_len = strlen (text), new_len;
  g_autofree char *edited = weir_sql_document_set_annotation (document, "fuzz", "a b", 0, "{}", &changed, NULL);

  g_assert_true ((edited == NULL) == weir_sql_document_is_read_only (document));
  if (edited == NULL)
    return;
  new_len = strlen (edited);
  g_assert_cmpmem (edited, changed.start, text, changed.start);
  g_assert_cmpmem (edited + changed.end, new_len - changed.end, text + old_len - (new_len - changed.end), new_len - changed.end);
}

/* Frees @edited. */
static void
check_edit (const char *text,
            WeirSpan    statement,
            char       *edited)
{
  gsize                     tail, len;
  g_autofree char          *own = edited;
  g_autofree char          *cut = NULL;
  g_autoptr (WeirSqlScript) script = NULL;
  const GError             *error;

  if (edited == NULL)
    return;
  tail = strlen (text) - statement.end;
  len = strlen (edited);
  g_assert_cmpmem (edited, statement.start, text, statement.start);
  g_assert_cmpmem (edited + len - tail, tail, text + statement.end, tail);
  cut = g_strndup (edited + statement.start, len - tail - statement.start);
  script = weir_sql_parse (cut, -1);
  error = weir_sql_script_get_first_error (script);
  if (error != NULL && strcmp (weir_error_get_condition (error), "LIMIT_EXCEEDED") != 0)
    fuzz_fail ("%s\nbecame\n%s\n%s", text, edited, error->message);
}

static void
check_cards (const char *text,
             WeirSpan    statement)
{
  static const char *const keys[] = { "a", "k2", NULL };
  static const char *const no_keys[] = { NULL };
  g_autoptr (WeirSqlSteps) steps = weir_sql_steps_new (text, statement);

  g_assert_cmpuint (weir_sql_steps_get_n (steps), >, 0);
  if (weir_sql_steps_get_n (steps) == 1 && weir_sql_steps_get (steps, 0)->kind == WEIR_SQL_STEP_SQL)
    return;
  check_edit (text, statement, weir_sql_steps_set_source (steps, "my table"));
  check_edit (text, statement, weir_sql_steps_set_filter (steps, "a > 1"));
  check_edit (text, statement, weir_sql_steps_set_filter (steps, NULL));
  check_edit (text, statement, weir_sql_steps_set_event_time (steps, "ts", "10 seconds"));
  check_edit (text, statement, weir_sql_steps_set_event_time (steps, NULL, NULL));
  check_edit (text, statement, weir_sql_steps_set_window (steps, "ts", "1 minute", NULL));
  check_edit (text, statement, weir_sql_steps_set_window (steps, NULL, NULL, NULL));
  check_edit (text, statement, weir_sql_steps_set_group_keys (steps, keys));
  check_edit (text, statement, weir_sql_steps_set_group_keys (steps, no_keys));
  check_edit (text, statement, weir_sql_steps_set_aggregate (steps, 0, "sum", "b", "n"));
  check_edit (text, statement, weir_sql_steps_set_aggregate (steps, 0, NULL, NULL, NULL));
  check_edit (text, statement, weir_sql_steps_set_output (steps, "update", "5 seconds", "s"));
  check_edit (text, statement, weir_sql_steps_set_output (steps, NULL, NULL, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (WeirSqlDocument) document = weir_sql_document_new ((const char *)data, size, NULL);

  if (document == NULL)
    return 0;
  check_annotation (document);
  for (guint i = 0; i < weir_sql_document_get_n_statements (document) && i < 8; i++)
    check_cards (weir_sql_document_get_text (document), weir_sql_document_get_statement_span (document, i));
  return 0;
}
