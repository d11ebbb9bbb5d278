/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sql/token.h"

G_BEGIN_DECLS

/**
 * _weir_sql_lex_one:
 * @text: valid UTF-8 of @len bytes
 * @offset: where to start
 * @with_comments: report comments as tokens instead of skipping them
 *
 * Reads the token at or after @offset; kind END at the end of the text. Never fails: what is no token has a kind of its own.
 */
WeirSqlToken _weir_sql_lex_one (const char *text,
                                gsize       len,
                                gsize       offset,
                                gboolean    with_comments);

/* All tokens of @text, END last, parentheses matched within each statement; an array of WeirSqlToken. Stops after
 * @n_tokens_max tokens with *@too_many set. (transfer full) */
GArray *_weir_sql_lex (const char *text,
                       gsize       len,
                       guint       n_tokens_max,
                       gboolean   *too_many);

G_END_DECLS
