/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"
#include "sql/keywords.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_SQL_TOKEN_END,           /* end of input, or of the statement */
  WEIR_SQL_TOKEN_WORD,          /* identifier or keyword, not quoted */
  WEIR_SQL_TOKEN_QUOTED,        /* `identifier` */
  WEIR_SQL_TOKEN_STRING,        /* '…', "…", r'…', r"…" */
  WEIR_SQL_TOKEN_NUMBER,        /* with suffix, without sign */
  WEIR_SQL_TOKEN_SEMICOLON,     /* ; */
  WEIR_SQL_TOKEN_LEFT_PAREN,    /* ( */
  WEIR_SQL_TOKEN_RIGHT_PAREN,   /* ) */
  WEIR_SQL_TOKEN_LEFT_BRACKET,  /* [ */
  WEIR_SQL_TOKEN_RIGHT_BRACKET, /* ] */
  WEIR_SQL_TOKEN_COMMA,
  WEIR_SQL_TOKEN_DOT,
  WEIR_SQL_TOKEN_EQ,           /* = == */
  WEIR_SQL_TOKEN_NE,           /* <> != */
  WEIR_SQL_TOKEN_LT,           /* < */
  WEIR_SQL_TOKEN_LE,           /* <= !> */
  WEIR_SQL_TOKEN_GT,           /* >; >> and >>> are several, as they also close types */
  WEIR_SQL_TOKEN_GE,           /* >= !< */
  WEIR_SQL_TOKEN_NULL_SAFE_EQ, /* <=> */
  WEIR_SQL_TOKEN_PLUS,
  WEIR_SQL_TOKEN_MINUS,
  WEIR_SQL_TOKEN_STAR,
  WEIR_SQL_TOKEN_SLASH,
  WEIR_SQL_TOKEN_PERCENT,
  WEIR_SQL_TOKEN_TILDE,
  WEIR_SQL_TOKEN_AMPERSAND,
  WEIR_SQL_TOKEN_PIPE,       /* | */
  WEIR_SQL_TOKEN_CONCAT,     /* || */
  WEIR_SQL_TOKEN_HAT,        /* ^ */
  WEIR_SQL_TOKEN_SHIFT_LEFT, /* << */
  WEIR_SQL_TOKEN_BANG,       /* ! */
  WEIR_SQL_TOKEN_ARROW,      /* -> */
  WEIR_SQL_TOKEN_FAT_ARROW,  /* => */
  WEIR_SQL_TOKEN_COLON,
  WEIR_SQL_TOKEN_DOUBLE_COLON,
  WEIR_SQL_TOKEN_QUESTION,
  WEIR_SQL_TOKEN_PIPE_ARROW, /* |> */
  WEIR_SQL_TOKEN_COMMENT,    /* only when asked for */
  WEIR_SQL_TOKEN_UNCLOSED_STRING,
  WEIR_SQL_TOKEN_UNCLOSED_QUOTED,
  WEIR_SQL_TOKEN_UNCLOSED_COMMENT,
  WEIR_SQL_TOKEN_UNKNOWN, /* a character that starts no token */
} WeirSqlTokenKind;

typedef struct
{
  guint8  kind;    /* WeirSqlTokenKind */
  guint16 keyword; /* WeirSqlKeyword of a WORD */
  guint32 start;   /* byte offsets */
  guint32 end;
  guint32 match; /* of a parenthesis: index of its partner; 0 when it has none */
} WeirSqlToken;

/* TRUE for tokens that are an identifier or may serve as one. */
static inline gboolean
_weir_sql_token_is_name (const WeirSqlToken *token)
{
  return token->kind == WEIR_SQL_TOKEN_WORD || token->kind == WEIR_SQL_TOKEN_QUOTED;
}

static inline WeirSpan
_weir_sql_token_span (const WeirSqlToken *token)
{
  return (WeirSpan){ token->start, token->end };
}

G_END_DECLS
