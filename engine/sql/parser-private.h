/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the parser share. parser.c holds the cursor and the script, parser-names.c identifiers; parser-boolean.c,
 * parser-expr.c, parser-call.c and parser-literal.c the expressions; parser-query.c, parser-select.c, parser-group.c, parser-order.c and
 * parser-relation.c the queries; parser-statement.c and parser-create.c the statements; parser-type.c what may stand after CAST.
 */
#pragma once

#include "sql/lexer.h"
#include "sql/parser.h"
#include "sql/sql-arena.h"

G_BEGIN_DECLS

/*
 * Errors are sticky: the first one is kept and moves the cursor to the end of the statement, where nothing matches any more.
 * Parsing functions therefore always return a node, possibly a dummy, and loops end by themselves; only the caller at
 * the top looks at @error.
 *
 * Depth is watched twice. @depth is the recursion of the parser. @peak is the height of the tallest tree built since the
 * innermost frame began; it also counts chains such as 1+1+1, which nest without recursion here but not in whoever
 * walks the tree.
 */
typedef struct
{
  WeirSqlArena       *arena;
  const char         *text;
  const WeirSqlToken *tokens;
  guint               pos;
  guint               end; /* tokens from here on are none of this statement's */
  WeirSqlToken        end_token;
  guint               depth;
  guint               peak;
  gboolean            raw_strings; /* spark.sql.parser.escapedStringLiterals: backslashes stand for themselves */
  GError             *error;
} WeirSqlParser;

typedef struct
{
  guint saved_peak;
} WeirSqlFrame;

/* Appends one element to a WeirSqlList. */
#define _weir_sql_push(p, list, type, value)                                  \
  G_STMT_START                                                                \
  {                                                                           \
    type _value = (value);                                                    \
    *(type *)_weir_sql_list_add ((p)->arena, (list), sizeof (type)) = _value; \
  }                                                                           \
  G_STMT_END

/* ---- cursor (parser.c) ---- */

const WeirSqlToken *_weir_sql_peek (const WeirSqlParser *p, guint ahead);
const WeirSqlToken *_weir_sql_next (WeirSqlParser *p);
gboolean            _weir_sql_at (const WeirSqlParser *p, WeirSqlTokenKind kind);
gboolean            _weir_sql_at_keyword (const WeirSqlParser *p, WeirSqlKeyword keyword);
gboolean            _weir_sql_keyword_ahead (const WeirSqlParser *p, guint ahead, WeirSqlKeyword keyword);
gboolean            _weir_sql_accept (WeirSqlParser *p, WeirSqlTokenKind kind);
gboolean            _weir_sql_accept_keyword (WeirSqlParser *p, WeirSqlKeyword keyword);
/* Both or none. */
gboolean _weir_sql_accept_keywords (WeirSqlParser *p, WeirSqlKeyword first, WeirSqlKeyword second);
void     _weir_sql_expect (WeirSqlParser *p, WeirSqlTokenKind kind);
void     _weir_sql_expect_keyword (WeirSqlParser *p, WeirSqlKeyword keyword);
/* From @start to the end of the last token taken. */
WeirSpan _weir_sql_span_from (const WeirSqlParser *p, guint32 start);
guint32  _weir_sql_start (const WeirSqlParser *p);

/* PARSE_SYNTAX_ERROR at the current token. */
void _weir_sql_syntax_error (WeirSqlParser *p);
void _weir_sql_unsupported (WeirSqlParser *p, WeirSpan span, const char *what);
void _weir_sql_error (WeirSqlParser *p, const char *condition, WeirSpan span, const char *format, ...) G_GNUC_PRINTF (4, 5);

gboolean _weir_sql_enter (WeirSqlParser *p, WeirSqlFrame *frame); /* FALSE when it is too deep; leave all the same */
void     _weir_sql_leave (WeirSqlParser *p, WeirSqlFrame *frame);
/* A node was put over what this frame has built, @levels of them on top of each other. A frame that builds several
 * trees side by side saves @peak, sets it to 0 and takes the maximum afterwards. */
void _weir_sql_grow (WeirSqlParser *p, guint levels);

/* ---- names ---- */

WeirSqlIdent        _weir_sql_parse_ident (WeirSqlParser *p);
WeirSqlName         _weir_sql_parse_name (WeirSqlParser *p);
const WeirSqlIdent *_weir_sql_parse_ident_list (WeirSqlParser *p, guint *n); /* (a, b): with the parentheses */
const char         *_weir_sql_parse_string (WeirSqlParser *p);               /* a string literal; without NUL bytes */
/* TRUE when the token can be an alias not preceded by AS. */
gboolean _weir_sql_at_select_alias (const WeirSqlParser *p);
gboolean _weir_sql_at_table_alias (const WeirSqlParser *p);
/* A word @ahead that an expression may begin with, and no clause behind a table: `VALUES` with neither is a name. */
gboolean _weir_sql_word_begins_expr (const WeirSqlParser *p,
                                     guint                ahead);
/* Words that have to be quoted to be safe as names everywhere. */
gboolean _weir_sql_keyword_is_risky (WeirSqlKeyword keyword);

/* ---- the parts ---- */

WeirSqlExpr              *_weir_sql_parse_expr (WeirSqlParser *p);  /* with OR, AND, NOT and predicates */
WeirSqlExpr              *_weir_sql_parse_value (WeirSqlParser *p); /* what may stand in a predicate */
WeirSqlExpr              *_weir_sql_new_expr (WeirSqlParser *p, WeirSqlExprKind kind, guint32 start);
const WeirSqlExpr *const *_weir_sql_parse_expr_list (WeirSqlParser *p, guint *n); /* without parentheses, at least one */
WeirSqlExpr              *_weir_sql_parse_call (WeirSqlParser *p, WeirSqlName name, guint32 start);
/* What may stand as an argument: also x -> e and (x, y) -> e. */
WeirSqlExpr *_weir_sql_parse_lambda_or_expr (WeirSqlParser *p);
/* The special forms of calls at a word; NULL when the word is something else. */
WeirSqlExpr *_weir_sql_parse_special_call (WeirSqlParser *p);
WeirSqlExpr *_weir_sql_parse_alias_expr (WeirSqlParser *p); /* e [AS n] */

gboolean     _weir_sql_at_literal (const WeirSqlParser *p);
WeirSqlExpr *_weir_sql_parse_literal (WeirSqlParser *p);
/* INTERVAL …, the cursor on INTERVAL; @needs_unit refuses INTERVAL '1 day'. */
gboolean _weir_sql_parse_interval_literal (WeirSqlParser *p, gboolean needs_unit, WeirSqlInterval *interval);
gboolean _weir_sql_at_interval_literal (const WeirSqlParser *p);

const char *_weir_sql_parse_type (WeirSqlParser *p, WeirSpan *span);

const WeirSqlQuery           *_weir_sql_parse_query (WeirSqlParser *p);
const WeirSqlQuery           *_weir_sql_parse_query_after_with (WeirSqlParser *p, const WeirSqlQuery *with);
WeirSqlQuery                 *_weir_sql_parse_with (WeirSqlParser *p); /* only the clause */
gboolean                      _weir_sql_at_query (const WeirSqlParser *p, guint ahead);
gboolean                      _weir_sql_at_query_paren (const WeirSqlParser *p, guint ahead); /* at '(' of a parenthesised query */
const WeirSqlOrderItem       *_weir_sql_parse_order_items (WeirSqlParser *p, guint *n);
WeirSqlValues                 _weir_sql_parse_values (WeirSqlParser *p); /* after VALUES */
const WeirSqlRelation *const *_weir_sql_parse_relations (WeirSqlParser *p, guint *n);
const WeirSqlLateralView     *_weir_sql_parse_lateral_views (WeirSqlParser *p, guint *n);
const WeirSqlOption          *_weir_sql_parse_options (WeirSqlParser *p, guint *n); /* (k 'v', …) */

/* `|> operator …` after @input, which is returned when there is none. */
const WeirSqlQuery *_weir_sql_parse_pipes (WeirSqlParser *p, const WeirSqlQuery *input);
WeirSqlSelectItem   _weir_sql_parse_select_item (WeirSqlParser *p);
/* A value, in the frame of the caller. */
WeirSqlExpr *_weir_sql_parse_comparison (WeirSqlParser *p);
WeirSqlExpr *_weir_sql_new_binary (WeirSqlParser *p, WeirSqlBinaryOp op, const WeirSqlExpr *left, const WeirSqlExpr *right, WeirSpan op_span);
WeirSqlExpr *_weir_sql_new_unary (WeirSqlParser *p, WeirSqlUnaryOp op, const WeirSqlExpr *operand, guint32 start);
/* ORDER BY, LIMIT, OFFSET. */
void _weir_sql_parse_organization (WeirSqlParser *p, WeirSqlQuery *query);
/* Up to HAVING. */
void _weir_sql_parse_select (WeirSqlParser *p, WeirSqlSelect *select);
void _weir_sql_parse_group_by (WeirSqlParser *p, WeirSqlSelect *select);
/* TRUE for the bare word ALL. */
gboolean _weir_sql_is_all (const WeirSqlExpr *expr);
/* WINDOW w AS (…), …: named windows belong to window functions, which are reported where they stand. */
void _weir_sql_skip_window_clause (WeirSqlParser *p);
/* The error that @what is not supported, where @first stands, followed by @second unless that is WEIR_SQL_NO_KEYWORD. */
void _weir_sql_reject_keyword (WeirSqlParser *p, WeirSqlKeyword first, WeirSqlKeyword second, const char *what);

WeirSqlStatement *_weir_sql_parse_one_statement (WeirSqlParser *p);
void              _weir_sql_parse_create (WeirSqlParser *p, WeirSqlStatement *statement);

/* ---- text of literals (literal-text.c) ---- */

/* Appends the decoded contents of one string token. */
void _weir_sql_decode_string (GString *out, const char *token, gsize len, gboolean raw);
void _weir_sql_append_string (GString *out, const char *text, gsize len); /* quoted */
void _weir_sql_append_ident (GString *out, const char *name, gboolean always);

/* ---- intervals (interval.c) ---- */

typedef enum
{
  WEIR_SQL_INTERVAL_OK,
  WEIR_SQL_INTERVAL_BAD, /* not in the format */
  WEIR_SQL_INTERVAL_BAD_UNIT,
  WEIR_SQL_INTERVAL_OVERFLOW, /* the value or a field of it is out of range */
} WeirSqlIntervalStatus;

/* Adds `value unit` as `3 days` or `-1.5 seconds`; both bounded by their lengths. */
WeirSqlIntervalStatus _weir_sql_interval_add (WeirSqlInterval *interval, const char *value, gsize value_len, gboolean negative, const char *unit, gsize unit_len);
/* `1-2` YEAR TO MONTH, `1 2:3` DAY TO MINUTE, … */
WeirSqlIntervalStatus _weir_sql_interval_from_to (WeirSqlInterval *interval, const char *text, gboolean negative, WeirSqlField first, WeirSqlField last);
WeirSqlIntervalStatus _weir_sql_interval_from_text (WeirSqlInterval *interval, const char *text);
/* YEAR, months, Day, … but no weeks and milliseconds. */
gboolean    _weir_sql_field_from_word (const char *word, gsize len, WeirSqlField *field);
gboolean    _weir_sql_is_unit_word (const char *word, gsize len);
const char *_weir_sql_field_name (WeirSqlField field);
/* The empty one, ready for _weir_sql_interval_add(). */
void _weir_sql_interval_init (WeirSqlInterval *interval);

G_END_DECLS
