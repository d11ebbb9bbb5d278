/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sql/parser-private.h"
#include "sql/sql-print-private.h"

/* Names back to SQL, in backquotes where the text had them. */

void
_weir_sql_print_ident (GString            *out,
                       const WeirSqlIdent *ident)
{
  if (ident->quoted)
    _weir_sql_append_ident (out, ident->name, TRUE);
  else
    g_string_append (out, ident->name);
}

void
_weir_sql_print_name (GString           *out,
                      const WeirSqlName *name)
{
  for (guint i = 0; i < name->n_parts; i++)
    {
      if (i > 0)
        g_string_append_c (out, '.');
      _weir_sql_print_ident (out, &name->parts[i]);
    }
}

void
_weir_sql_print_columns (GString            *out,
                         const WeirSqlIdent *columns,
                         guint               n_columns)
{
  for (guint i = 0; i < n_columns; i++)
    {
      g_string_append (out, i == 0 ? " (" : ", ");
      _weir_sql_print_ident (out, &columns[i]);
    }
  if (n_columns > 0)
    g_string_append_c (out, ')');
}
