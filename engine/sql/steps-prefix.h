/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sql/ast.h"
#include "sql/steps.h"

G_BEGIN_DECLS

/**
 * weir_sql_steps_get_prefix:
 * @i: a card
 *
 * The query as it is up to a card: what comes out of that step. Its parts are those of the statement, so spans are places in the text
 * given to weir_sql_steps_new().
 *
 *     FROM                 SELECT * FROM table
 *     JOIN, FILTER         SELECT * … of the tables, with WHERE
 *     WINDOW               SELECT window (…), * …
 *     GROUP BY, SESSION    the keys in the list, grouped
 *     AGGREGATE            the list; without HAVING, ORDER BY and LIMIT
 *     others               the whole query
 *
 * Returns: (transfer none) (nullable): lives as long as @steps; NULL: the statement is no query
 */
const WeirSqlQuery *weir_sql_steps_get_prefix (WeirSqlSteps *steps,
                                               guint         i);

/* The whole query of the statement; NULL: it is none. (transfer none) (nullable) */
const WeirSqlQuery *weir_sql_steps_get_query (WeirSqlSteps *steps);
/* The text that spans of prefixes refer to. */
const char *weir_sql_steps_get_text (WeirSqlSteps *steps);

G_END_DECLS
