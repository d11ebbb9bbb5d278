/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"
#include "sql/sql-print-private.h"

/* Literals back to SQL. Numbers keep their digits, so that one that is read again is the same to the last of them. */

static void
print_binary_literal (GString              *out,
                      const WeirSqlLiteral *literal)
{
  g_string_append (out, "X'");
  for (gsize i = 0; i < literal->len; i++)
    g_string_append_printf (out, "%02X", (guchar)literal->text[i]);
  g_string_append_c (out, '\'');
}

static const char *const suffixes[] = {
  [WEIR_SQL_LITERAL_TINYINT] = "Y",
  [WEIR_SQL_LITERAL_SMALLINT] = "S",
  [WEIR_SQL_LITERAL_INT] = "",
  [WEIR_SQL_LITERAL_BIGINT] = "L",
  [WEIR_SQL_LITERAL_FLOAT] = "F",
  [WEIR_SQL_LITERAL_DOUBLE] = "D",
};

static const char *const prefixes[] = {
  [WEIR_SQL_LITERAL_STRING] = "",
  [WEIR_SQL_LITERAL_DATE] = "DATE ",
  [WEIR_SQL_LITERAL_TIMESTAMP] = "TIMESTAMP ",
  [WEIR_SQL_LITERAL_TIMESTAMP_NTZ] = "TIMESTAMP_NTZ ",
  [WEIR_SQL_LITERAL_TIMESTAMP_LTZ] = "TIMESTAMP_LTZ ",
  [WEIR_SQL_LITERAL_TIME] = "TIME ",
};

void
_weir_sql_print_literal (GString           *out,
                         const WeirSqlExpr *expr)
{
  const WeirSqlLiteral *literal = &expr->literal;

  switch (literal->kind)
    {
    case WEIR_SQL_LITERAL_NULL:
      g_string_append (out, "NULL");
      break;
    case WEIR_SQL_LITERAL_BOOLEAN:
      g_string_append (out, literal->i64 ? "TRUE" : "FALSE");
      break;
    case WEIR_SQL_LITERAL_DECIMAL:
      g_string_append_printf (out, "%s%s", literal->text,
                              strchr (literal->text, '.') == NULL || strpbrk (literal->text, "eE") != NULL ? "BD" : "");
      break;
    case WEIR_SQL_LITERAL_BINARY:
      print_binary_literal (out, literal);
      break;
    case WEIR_SQL_LITERAL_INTERVAL:
      _weir_sql_print_interval (out, &literal->interval);
      break;
    case WEIR_SQL_LITERAL_TINYINT:
    case WEIR_SQL_LITERAL_SMALLINT:
    case WEIR_SQL_LITERAL_INT:
    case WEIR_SQL_LITERAL_BIGINT:
    case WEIR_SQL_LITERAL_FLOAT:
    case WEIR_SQL_LITERAL_DOUBLE:
      g_string_append_printf (out, "%s%s", literal->text, suffixes[literal->kind]);
      break;
    default:
      g_string_append (out, prefixes[literal->kind]);
      _weir_sql_append_string (out, literal->text, literal->len);
    }
}
