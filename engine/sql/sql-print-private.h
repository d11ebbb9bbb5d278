/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sql/sql-print.h"

G_BEGIN_DECLS

void _weir_sql_print_ident (GString            *out,
                            const WeirSqlIdent *ident);
/* Whether @text begins with @word, as a whole word in any case. */
gboolean _weir_sql_starts_with_word (const char *text,
                                     const char *word);
void     _weir_sql_print_name (GString           *out,
                               const WeirSqlName *name);
/* ` (a, b)`; nothing when there are none. */
void _weir_sql_print_columns (GString            *out,
                              const WeirSqlIdent *columns,
                              guint               n_columns);
void _weir_sql_print_expr (GString           *out,
                           const WeirSqlExpr *expr);
void _weir_sql_print_query (GString            *out,
                            const WeirSqlQuery *query);
void _weir_sql_print_interval (GString               *out,
                               const WeirSqlInterval *interval);
void _weir_sql_print_options (GString             *out,
                              const WeirSqlOption *options,
                              guint                n_options);
void _weir_sql_print_order_items (GString                *out,
                                  const WeirSqlOrderItem *items,
                                  guint                   n_items);

/* ` AS alias (columns)`; nothing when @alias has no name. */
void _weir_sql_print_alias (GString *out, const WeirSqlIdent *alias, const WeirSqlIdent *columns, guint n_columns);
void _weir_sql_print_relation (GString *out, const WeirSqlRelation *relation);
void _weir_sql_print_values (GString *out, const WeirSqlValues *values);
void _weir_sql_print_lateral_view (GString *out, const WeirSqlLateralView *view);

G_END_DECLS
