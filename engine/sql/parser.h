/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sql/ast.h"

G_BEGIN_DECLS

/**
 * WeirSqlScript:
 *
 * A parsed text: its statements, their errors, and the arena all nodes live in. Immutable and refcounted; references
 * may be taken and dropped on any thread.
 */
typedef struct _WeirSqlScript WeirSqlScript;

WeirSqlScript *weir_sql_script_ref (WeirSqlScript *script);
void           weir_sql_script_unref (WeirSqlScript *script);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSqlScript, weir_sql_script_unref)

/**
 * weir_sql_parse:
 * @text: SQL, UTF-8, not necessarily NUL-terminated when @len is given
 * @len: bytes, or -1
 *
 * Parses statements separated by semicolons. It never fails as a whole: a statement that cannot be parsed is an entry with an
 * error, and parsing goes on after the next semicolon. Empty statements are no entries. A text that is too large or not UTF-8
 * is one entry with an error. The text is copied.
 *
 * Returns: (transfer full): the script
 */
WeirSqlScript *weir_sql_parse (const char *text,
                               gssize      len);

/* Setting that takes string literals as they stand, backslashes and all, as Spark 1.6 did. A SET or RESET of it in the text holds for what follows. */
#define WEIR_SQL_RAW_STRINGS_KEY "spark.sql.parser.escapedStringLiterals"

/* The same; @raw_strings: the setting's value before the first statement. */
WeirSqlScript *weir_sql_parse_with (const char *text,
                                    gssize      len,
                                    gboolean    raw_strings);

/* The one statement of @text, a trailing semicolon allowed; an error when there are none or several. (transfer full) */
WeirSqlScript *weir_sql_parse_statement (const char *text,
                                         gssize      len,
                                         GError    **error);
WeirSqlScript *weir_sql_parse_statement_with (const char *text,
                                              gssize      len,
                                              gboolean    raw_strings,
                                              GError    **error);

/* The one expression of @text, see weir_sql_script_get_expression(). (transfer full) */
WeirSqlScript *weir_sql_parse_expression (const char *text,
                                          gssize      len,
                                          GError    **error);

/* The text the spans refer to, NUL-terminated. (transfer none) */
const char *weir_sql_script_get_text (WeirSqlScript *script);
guint       weir_sql_script_get_n_statements (WeirSqlScript *script);
/* NULL for an entry that has an error. (transfer none) */
const WeirSqlStatement *weir_sql_script_get_statement (WeirSqlScript *script,
                                                       guint          i);
/* NULL for an entry that parsed. (transfer none) */
const GError *weir_sql_script_get_error (WeirSqlScript *script,
                                         guint          i);
/* First to last token of entry @i, without the semicolon, also when it has an error. */
WeirSpan weir_sql_script_get_span (WeirSqlScript *script,
                                   guint          i);
/* The first error, or NULL when every statement parsed. (transfer none) */
const GError *weir_sql_script_get_first_error (WeirSqlScript *script);
/* What weir_sql_parse_expression() parsed, else NULL. (transfer none) */
const WeirSqlExpr *weir_sql_script_get_expression (WeirSqlScript *script);

/**
 * weir_sql_parse_interval:
 * @text: as `10 seconds`, `1 day 2 hours`, `INTERVAL '5' MINUTE`, `interval 1 month -2 days`; case and spaces do not matter
 * @span: what an error points at
 *
 * Intervals given as text: window() arguments, triggers, option values.
 * Errors: INVALID_INTERVAL_FORMAT.*, INTERVAL_ARITHMETIC_OVERFLOW, phase parse.
 */
gboolean weir_sql_parse_interval (const char      *text,
                                  WeirSpan         span,
                                  WeirSqlInterval *interval,
                                  GError         **error);

/* TRUE for a word Spark's grammar knows, in any case; for completion and for quoting. All are usable as identifiers. */
gboolean weir_sql_is_keyword (const char *word);

/* @name as it may stand in SQL: in backquotes when it is no plain identifier. (transfer full) */
char *weir_sql_quote_identifier (const char *name);

/* @text as an SQL string literal. (transfer full) */
char *weir_sql_quote_string (const char *text);

G_END_DECLS
