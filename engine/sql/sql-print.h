/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sql/ast.h"

G_BEGIN_DECLS

/* SQL on one line that parses to an equal tree: EXPLAIN, messages, tests. Comments and layout are gone; whoever wants to
 * keep a user's text edits it by spans instead. Window functions lose what is in OVER. All (transfer full). */
char *weir_sql_print_statement (const WeirSqlStatement *statement);
char *weir_sql_print_query (const WeirSqlQuery *query);
char *weir_sql_print_expr (const WeirSqlExpr *expr);

/* `INTERVAL '1 02:03:04.5' DAY TO SECOND`; both kinds at once as a list of units. (transfer full) */
char *weir_sql_print_interval (const WeirSqlInterval *interval);

G_END_DECLS
