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

/* ---- expressions ---- */

/* Precedences, loosest first. */
enum
{
  WEIR_SQL_PREC_ANY,
  WEIR_SQL_PREC_OR,
  WEIR_SQL_PREC_AND,
  WEIR_SQL_PREC_NOT,
  WEIR_SQL_PREC_PREDICATE,
  WEIR_SQL_PREC_COMPARISON,
  WEIR_SQL_PREC_BIT_OR,
  WEIR_SQL_PREC_BIT_XOR,
  WEIR_SQL_PREC_BIT_AND,
  WEIR_SQL_PREC_SHIFT,
  WEIR_SQL_PREC_ADD,
  WEIR_SQL_PREC_MULTIPLY,
  WEIR_SQL_PREC_UNARY,
  WEIR_SQL_PREC_PRIMARY,
};

/* In parentheses when it binds less tightly than @min_prec. */
void _weir_sql_print_at (GString *out, const WeirSqlExpr *expr, int min_prec);
void _weir_sql_print_list (GString *out, const WeirSqlExpr *const *items, guint n_items);
void _weir_sql_print_literal (GString *out, const WeirSqlExpr *expr);
void _weir_sql_print_call (GString *out, const WeirSqlExpr *expr);

G_END_DECLS
