/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_SQL_INPUT_EMPTY,      /* blanks and comments */
  WEIR_SQL_INPUT_COMPLETE,   /* ends with a semicolon, or nothing that could be typed would help */
  WEIR_SQL_INPUT_STATEMENT,  /* a statement without its semicolon */
  WEIR_SQL_INPUT_IN_STRING,  /* an open quote */
  WEIR_SQL_INPUT_IN_COMMENT, /* an open bracketed comment */
} WeirSqlInput;

/**
 * weir_sql_check_input:
 * @text: what was typed so far
 * @len: bytes, or -1
 *
 * For a prompt that reads lines until a statement is complete. Parentheses do not matter, semicolons inside quotes and
 * comments are no ends. Text that is not UTF-8 counts as complete, so that the parser gets to say what is wrong.
 */
WeirSqlInput weir_sql_check_input (const char *text,
                                   gssize      len);

/**
 * weir_sql_next_statement:
 * @text: valid UTF-8 of @len bytes
 * @offset: (inout): where to start; afterwards behind the statement and its semicolon
 * @span: (out): the statement from its first to its last token, without the semicolon
 *
 * Cuts a text into statements without parsing them; empty ones are passed over.
 *
 * Returns: FALSE when there are no more
 */
gboolean weir_sql_next_statement (const char *text,
                                  gsize       len,
                                  gsize      *offset,
                                  WeirSpan   *span);

/* @text with the bytes of @span replaced. (transfer full) */
char *weir_text_splice (const char *text,
                        WeirSpan    span,
                        const char *replacement);

G_END_DECLS
