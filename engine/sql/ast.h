/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sql/ turns text into statements: lexer, parser, printer, the .weir document and the builder's cards.
 * It may use base/ and nothing else of ours. It must not know types, functions, catalogues or streams: names are names,
 * a CAST target is text, and whether a statement makes sense is for plan/ to say.
 *
 * The nodes below are plain structs in the arena of the WeirSqlScript that parsed them (parser.h). They never change
 * after the parse and live as long as the script; nothing is freed one by one. Arrays are a pointer and a count.
 * Every node has a span, byte offsets into the whole text given to the parser. Spans of parenthesised expressions and
 * queries include the parentheses, spans of clauses their keyword.
 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

typedef struct _WeirSqlExpr      WeirSqlExpr;
typedef struct _WeirSqlQuery     WeirSqlQuery;
typedef struct _WeirSqlBody      WeirSqlBody;
typedef struct _WeirSqlRelation  WeirSqlRelation;
typedef struct _WeirSqlGroupItem WeirSqlGroupItem;
typedef struct _WeirSqlStatement WeirSqlStatement;

/* ---- names ---------------------------------------------------------------------------------------------------- */

/* An identifier as written, without backquotes. Names compare case-insensitively. @name is NULL when there is none. */
typedef struct
{
  const char *name;
  gboolean    quoted; /* was in backquotes */
  WeirSpan    span;   /* with backquotes */
} WeirSqlIdent;

/* `a.b.c` */
typedef struct
{
  const WeirSqlIdent *parts;
  guint               n_parts;
  WeirSpan            span;
} WeirSqlName;

/* ---- literals ------------------------------------------------------------------------------------------------- */

typedef enum
{
  WEIR_SQL_LITERAL_NULL,
  WEIR_SQL_LITERAL_BOOLEAN,       /* i64: 0 or 1 */
  WEIR_SQL_LITERAL_TINYINT,       /* 1Y; i64, range checked, as the next three */
  WEIR_SQL_LITERAL_SMALLINT,      /* 1S */
  WEIR_SQL_LITERAL_INT,           /* 1 */
  WEIR_SQL_LITERAL_BIGINT,        /* 1L, or too large for INT */
  WEIR_SQL_LITERAL_DECIMAL,       /* 1.5, 1BD, or too large for BIGINT; text */
  WEIR_SQL_LITERAL_FLOAT,         /* 1F; f64 holds a value exact in float */
  WEIR_SQL_LITERAL_DOUBLE,        /* 1D, 1e3; f64 */
  WEIR_SQL_LITERAL_STRING,        /* text, len: escapes decoded, adjacent ones joined; may hold NUL bytes */
  WEIR_SQL_LITERAL_BINARY,        /* X'..'; text, len: the bytes */
  WEIR_SQL_LITERAL_DATE,          /* DATE '..'; text: not checked here, as the next four */
  WEIR_SQL_LITERAL_TIMESTAMP,     /* TIMESTAMP '..' */
  WEIR_SQL_LITERAL_TIMESTAMP_NTZ, /* TIMESTAMP_NTZ '..' */
  WEIR_SQL_LITERAL_TIMESTAMP_LTZ, /* TIMESTAMP_LTZ '..' */
  WEIR_SQL_LITERAL_TIME,          /* TIME '..' */
  WEIR_SQL_LITERAL_INTERVAL,      /* interval */
} WeirSqlLiteralKind;

typedef enum
{
  WEIR_SQL_FIELD_YEAR,
  WEIR_SQL_FIELD_MONTH,
  WEIR_SQL_FIELD_DAY,
  WEIR_SQL_FIELD_HOUR,
  WEIR_SQL_FIELD_MINUTE,
  WEIR_SQL_FIELD_SECOND,
} WeirSqlField;

/**
 * WeirSqlInterval:
 * @months: years and months
 * @days: weeks and days
 * @us: hours and below, in microseconds; may exceed a day
 * @first: the largest unit written
 * @last: the smallest unit written
 *
 * Year-month when @last is YEAR or MONTH, day-time when @first is DAY or below; a literal is never both, text such as
 * `1 month 2 days` given to weir_sql_parse_interval() may be. Weeks count as DAY, milli- and microseconds as SECOND.
 */
typedef struct
{
  gint32       months;
  gint32       days;
  gint64       us;
  WeirSqlField first;
  WeirSqlField last;
} WeirSqlInterval;

typedef struct
{
  WeirSqlLiteralKind kind;
  gint64             i64;
  double             f64;
  const char        *text; /* numbers: sign and digits without suffix, as "-1.50" or "1E3"; NUL-terminated */
  gsize              len;
  WeirSqlInterval    interval;
} WeirSqlLiteral;

/* ---- expressions ---------------------------------------------------------------------------------------------- */

typedef enum
{
  WEIR_SQL_EXPR_LITERAL,   /* .literal; a minus right before a number belongs to it */
  WEIR_SQL_EXPR_COLUMN,    /* .column: `a`, `t.a`, `t.a.field`; how the parts divide is the analyser's business */
  WEIR_SQL_EXPR_STAR,      /* .star */
  WEIR_SQL_EXPR_UNARY,     /* .unary */
  WEIR_SQL_EXPR_BINARY,    /* .binary */
  WEIR_SQL_EXPR_IS,        /* .is */
  WEIR_SQL_EXPR_BETWEEN,   /* .between */
  WEIR_SQL_EXPR_IN,        /* .in */
  WEIR_SQL_EXPR_LIKE,      /* .like */
  WEIR_SQL_EXPR_CASE,      /* .case_ */
  WEIR_SQL_EXPR_CAST,      /* .cast */
  WEIR_SQL_EXPR_CALL,      /* .call */
  WEIR_SQL_EXPR_SUBSCRIPT, /* .subscript: a[i] */
  WEIR_SQL_EXPR_FIELD,     /* .field: f(x).name, a[0].name; after a plain name it is a part of .column */
  WEIR_SQL_EXPR_LAMBDA,    /* .lambda, only as an argument of a call */
  WEIR_SQL_EXPR_ROW,       /* .row: (a, b), at least two */
  WEIR_SQL_EXPR_ALIAS,     /* .alias: `e AS n`, only inside .row and as an argument of struct() */
  WEIR_SQL_EXPR_SUBQUERY,  /* .query: a scalar one */
  WEIR_SQL_EXPR_EXISTS,    /* .query */
} WeirSqlExprKind;

typedef enum
{
  WEIR_SQL_OP_NEGATE, /* unary - */
  WEIR_SQL_OP_PLUS,   /* unary + */
  WEIR_SQL_OP_BIT_NOT,
  WEIR_SQL_OP_NOT, /* NOT, ! */
} WeirSqlUnaryOp;

typedef enum
{
  WEIR_SQL_OP_OR,
  WEIR_SQL_OP_AND,
  WEIR_SQL_OP_EQ,                   /* = == */
  WEIR_SQL_OP_NE,                   /* <> != */
  WEIR_SQL_OP_LT,                   /* < */
  WEIR_SQL_OP_LE,                   /* <= !> */
  WEIR_SQL_OP_GT,                   /* > */
  WEIR_SQL_OP_GE,                   /* >= !< */
  WEIR_SQL_OP_NULL_SAFE_EQ,         /* <=> */
  WEIR_SQL_OP_IS_DISTINCT_FROM,     /* not <=> */
  WEIR_SQL_OP_IS_NOT_DISTINCT_FROM, /* <=> */
  WEIR_SQL_OP_BIT_OR,
  WEIR_SQL_OP_BIT_XOR,
  WEIR_SQL_OP_BIT_AND,
  WEIR_SQL_OP_SHIFT_LEFT,
  WEIR_SQL_OP_SHIFT_RIGHT,
  WEIR_SQL_OP_SHIFT_RIGHT_UNSIGNED,
  WEIR_SQL_OP_ADD,
  WEIR_SQL_OP_SUBTRACT,
  WEIR_SQL_OP_CONCAT, /* || */
  WEIR_SQL_OP_MULTIPLY,
  WEIR_SQL_OP_DIVIDE,
  WEIR_SQL_OP_MODULO,
  WEIR_SQL_OP_DIV, /* DIV, integral */
} WeirSqlBinaryOp;

typedef enum
{
  WEIR_SQL_IS_NULL,
  WEIR_SQL_IS_TRUE,
  WEIR_SQL_IS_FALSE,
  WEIR_SQL_IS_UNKNOWN,
} WeirSqlIsTest;

typedef enum
{
  WEIR_SQL_LIKE,
  WEIR_SQL_ILIKE,
  WEIR_SQL_RLIKE, /* RLIKE, REGEXP */
} WeirSqlLikeKind;

typedef enum
{
  WEIR_SQL_QUANTIFIER_NONE, /* one pattern */
  WEIR_SQL_QUANTIFIER_ANY,  /* ANY, SOME */
  WEIR_SQL_QUANTIFIER_ALL,
} WeirSqlQuantifier;

typedef enum
{
  WEIR_SQL_NULLS_DEFAULT,
  WEIR_SQL_NULLS_IGNORE,  /* IGNORE NULLS */
  WEIR_SQL_NULLS_RESPECT, /* RESPECT NULLS */
} WeirSqlNulls;

/* How a call was written when not as f(a, b). The arguments are always plain, in the order given here. */
typedef enum
{
  WEIR_SQL_CALL_PLAIN,
  WEIR_SQL_CALL_BARE,      /* CURRENT_DATE, CURRENT_TIMESTAMP, …: no parentheses, no arguments */
  WEIR_SQL_CALL_EXTRACT,   /* extract(string literal of the field, source) */
  WEIR_SQL_CALL_SUBSTRING, /* substring(text, start[, length]); also named substr */
  WEIR_SQL_CALL_TRIM,      /* trim | ltrim | rtrim (text[, characters]): TEXT FIRST, unlike plain trim(characters, text) */
  WEIR_SQL_CALL_POSITION,  /* position(needle, text) */
  WEIR_SQL_CALL_OVERLAY,   /* overlay(text, replacement, start[, length]) */
  WEIR_SQL_CALL_UNIT,      /* timestampadd, timestampdiff, dateadd, date_add, datediff, …: the first is a bare unit, here a string
                              literal in upper case: timestampadd('HOUR', n, ts) */
} WeirSqlCallForm;

/* One ORDER BY item. */
typedef struct
{
  const WeirSqlExpr *expr;
  gboolean           descending;
  gboolean           nulls_first; /* resolved: Spark's default is first when ascending, last when descending */
  gboolean           nulls_given; /* NULLS FIRST or LAST was written */
  WeirSpan           span;
} WeirSqlOrderItem;

typedef struct
{
  WeirSqlName               name;
  WeirSqlCallForm           form;
  gboolean                  distinct;
  const WeirSqlExpr *const *args; /* count(*): one of kind STAR */
  guint                     n_args;
  const WeirSqlIdent       *arg_names;    /* `name => value`; NULL when no argument is named, else n_args, .name NULL where unnamed */
  const WeirSqlOrderItem   *within_group; /* WITHIN GROUP (ORDER BY …) */
  guint                     n_within_group;
  const WeirSqlExpr        *filter; /* FILTER (WHERE …), or NULL */
  WeirSqlNulls              nulls;
  gboolean                  has_over; /* OVER …: parsed over and left out; window functions are not supported */
  WeirSpan                  over_span;
} WeirSqlCall;

struct _WeirSqlExpr
{
  WeirSqlExprKind kind;
  WeirSpan        span;
  union
  {
    WeirSqlLiteral literal;
    WeirSqlName    column;
    struct
    {
      WeirSqlName        qualifier; /* n_parts 0 for a bare * */
      const WeirSqlName *except;    /* * EXCEPT (a, b.c) */
      guint              n_except;
    } star;
    struct
    {
      WeirSqlUnaryOp     op;
      const WeirSqlExpr *operand;
    } unary;
    struct
    {
      WeirSqlBinaryOp    op;
      const WeirSqlExpr *left;
      const WeirSqlExpr *right;
      WeirSpan           op_span;
    } binary;
    struct
    {
      WeirSqlIsTest      test;
      gboolean           negated;
      const WeirSqlExpr *operand;
    } is;
    struct
    {
      gboolean           negated;
      const WeirSqlExpr *operand;
      const WeirSqlExpr *low;
      const WeirSqlExpr *high;
    } between;
    struct
    {
      gboolean                  negated;
      const WeirSqlExpr        *operand;
      const WeirSqlExpr *const *items; /* NULL with a subquery */
      guint                     n_items;
      const WeirSqlQuery       *query; /* NULL with a list */
    } in;
    struct
    {
      WeirSqlLikeKind           like;
      gboolean                  negated;
      WeirSqlQuantifier         quantifier;
      const WeirSqlExpr        *operand;
      const WeirSqlExpr *const *patterns;
      guint                     n_patterns;
      const char               *escape; /* ESCAPE 'c': one character; NULL for the default, backslash */
    } like;
    struct
    {
      const WeirSqlExpr        *operand; /* CASE x WHEN …, or NULL */
      const WeirSqlExpr *const *whens;
      const WeirSqlExpr *const *thens;
      guint                     n_whens;
      const WeirSqlExpr        *otherwise; /* ELSE, or NULL */
    } case_;
    struct
    {
      const WeirSqlExpr *operand;
      gboolean           is_try;        /* TRY_CAST */
      gboolean           operator_form; /* e::type */
      const char        *type;          /* its tokens, comments gone; grammar checked, names not */
      WeirSpan           type_span;
    } cast;
    WeirSqlCall call;
    struct
    {
      const WeirSqlExpr *base;
      const WeirSqlExpr *index;
    } subscript;
    struct
    {
      const WeirSqlExpr *base;
      WeirSqlIdent       name;
    } field;
    struct
    {
      const WeirSqlIdent *params;
      guint               n_params;
      const WeirSqlExpr  *body;
    } lambda;
    struct
    {
      const WeirSqlExpr *const *items;
      guint                     n_items;
    } row;
    struct
    {
      const WeirSqlExpr *expr;
      WeirSqlIdent       name;
    } alias;
    const WeirSqlQuery *query;
  };
};

/* ---- relations ------------------------------------------------------------------------------------------------ */

typedef enum
{
  WEIR_SQL_VALUE_STRING,
  WEIR_SQL_VALUE_NUMBER,
  WEIR_SQL_VALUE_BOOLEAN,
} WeirSqlValueKind;

/* `key 'value'`, `a.b = 5`, … in OPTIONS (…) and WITH (…). */
typedef struct
{
  const char      *key;   /* parts joined by '.', case kept */
  const char      *value; /* as text whatever the kind; booleans in lower case */
  WeirSqlValueKind value_kind;
  WeirSpan         key_span;
  WeirSpan         value_span;
  WeirSpan         span;
} WeirSqlOption;

/* WATERMARK (column | expression AS name) DELAY OF interval */
typedef struct
{
  const WeirSqlExpr *expr;
  WeirSqlIdent       name;    /* .name NULL when not given; the analyser demands it of anything but a column */
  guint              n_names; /* 2 and more for AS (a, b), an error of the analyser's */
  WeirSqlInterval    delay;
  WeirSpan           delay_span; /* the interval with its INTERVAL */
  WeirSpan           span;
} WeirSqlWatermark;

/* DROP DUPLICATES [(columns)] [WITHIN WATERMARK] */
typedef struct
{
  const WeirSqlIdent *columns;
  guint               n_columns; /* 0: all */
  gboolean            within_watermark;
  WeirSpan            span;
} WeirSqlDedup;

typedef enum
{
  WEIR_SQL_RELATION_TABLE,    /* .table: [STREAM] name */
  WEIR_SQL_RELATION_QUERY,    /* .query: (SELECT …) */
  WEIR_SQL_RELATION_VALUES,   /* .values: VALUES (1, 2), (3, 4) */
  WEIR_SQL_RELATION_FUNCTION, /* .function: range(…), explode(…), state('DIR') */
  WEIR_SQL_RELATION_JOIN,     /* .join */
  WEIR_SQL_RELATION_NESTED,   /* .nested: (a JOIN b ON …) */
  WEIR_SQL_RELATION_UNPIVOT,  /* .unpivot: a UNPIVOT (…) */
} WeirSqlRelationKind;

typedef enum
{
  WEIR_SQL_JOIN_INNER,
  WEIR_SQL_JOIN_CROSS,
  WEIR_SQL_JOIN_LEFT,
  WEIR_SQL_JOIN_RIGHT,
  WEIR_SQL_JOIN_FULL,
  WEIR_SQL_JOIN_LEFT_SEMI,
  WEIR_SQL_JOIN_LEFT_ANTI,
} WeirSqlJoinType;

typedef struct
{
  WeirSqlJoinType        type;
  gboolean               natural;
  const WeirSqlRelation *left;
  const WeirSqlRelation *right;
  const WeirSqlExpr     *on; /* or NULL */
  const WeirSqlIdent    *using_columns;
  guint                  n_using;
  WeirSpan               join_span; /* from the first join keyword to the end of the condition */
} WeirSqlJoin;

/* VALUES rows; an unparenthesised element is a row of one. */
typedef struct
{
  const WeirSqlExpr *const *items;
  guint                     n_items;
  WeirSpan                  span;
} WeirSqlRow;

typedef struct
{
  const WeirSqlRow *rows;
  guint             n_rows;
} WeirSqlValues;

/* One row of an UNPIVOT: `a`, `(a, b)`, with `AS name` */
typedef struct
{
  const WeirSqlName *columns;
  guint              n_columns;
  WeirSqlIdent       alias;
  WeirSpan           span;
} WeirSqlUnpivotItem;

/* UNPIVOT [INCLUDE NULLS] (v FOR n IN (a, b)) */
typedef struct
{
  const WeirSqlRelation    *child;
  gboolean                  include_nulls;
  const WeirSqlIdent       *values;
  guint                     n_values;
  WeirSqlIdent              name;
  const WeirSqlUnpivotItem *items;
  guint                     n_items;
  WeirSpan                  span; /* without the child */
} WeirSqlUnpivot;

struct _WeirSqlRelation
{
  WeirSqlRelationKind     kind;
  WeirSpan                span;    /* with everything below, alias included */
  gboolean                stream;  /* STREAM name, STREAM(name), STREAM f(…) */
  gboolean                lateral; /* LATERAL (query) | LATERAL f(…) */
  const WeirSqlOption    *options; /* WITH (…) */
  guint                   n_options;
  const WeirSqlWatermark *watermark; /* or NULL */
  const WeirSqlDedup     *dedup;     /* or NULL */
  WeirSqlIdent            alias;
  const WeirSqlIdent     *column_aliases;
  guint                   n_column_aliases;
  union
  {
    WeirSqlName            table;
    const WeirSqlQuery    *query;
    WeirSqlValues          values;
    const WeirSqlExpr     *function; /* of kind CALL; arguments may be named, TABLE arguments are not supported */
    WeirSqlJoin            join;
    const WeirSqlRelation *nested;
    WeirSqlUnpivot         unpivot;
  };
};

/* LATERAL VIEW [OUTER] explode(a) t AS x, y */
typedef struct
{
  gboolean            outer;
  const WeirSqlExpr  *function; /* of kind CALL */
  WeirSqlIdent        table;
  const WeirSqlIdent *columns;
  guint               n_columns;
  WeirSpan            span;
} WeirSqlLateralView;

/* ---- queries -------------------------------------------------------------------------------------------------- */

typedef struct
{
  const WeirSqlExpr  *expr;
  const WeirSqlIdent *aliases; /* `AS a`: one; `AS (a, b)`: several */
  guint               n_aliases;
  WeirSpan            span;
} WeirSqlSelectItem;

typedef enum
{
  WEIR_SQL_GROUP_EXPR,   /* .expr; an integer literal is a position */
  WEIR_SQL_GROUP_ROLLUP, /* .items; ROLLUP (…), and the whole list WITH ROLLUP */
  WEIR_SQL_GROUP_CUBE,   /* .items */
  WEIR_SQL_GROUP_SETS,   /* .items; `a, b GROUPING SETS (…)` too, the leading list then in .keys */
  WEIR_SQL_GROUP_SET,    /* .items: (a, b) inside one of the three; () has none */
} WeirSqlGroupKind;

struct _WeirSqlGroupItem
{
  WeirSqlGroupKind               kind;
  WeirSpan                       span;
  const WeirSqlExpr             *expr;
  const WeirSqlGroupItem *const *items;
  guint                          n_items;
  const WeirSqlExpr *const      *keys;
  guint                          n_keys;
};

typedef struct
{
  WeirSpan                       span; /* SELECT … to the end of HAVING */
  gboolean                       distinct;
  const WeirSqlSelectItem       *items;
  guint                          n_items;
  WeirSpan                       select_span; /* SELECT [DISTINCT] list */
  WeirSpan                       items_span;  /* the list alone */
  const WeirSqlRelation *const  *from;        /* comma-separated; 0 for SELECT 1 */
  guint                          n_from;
  WeirSpan                       from_span; /* FROM …, lateral views included; as all below {0, 0} when absent */
  const WeirSqlLateralView      *lateral_views;
  guint                          n_lateral_views;
  const WeirSqlExpr             *where;
  WeirSpan                       where_span;
  const WeirSqlGroupItem *const *group_by;
  guint                          n_group_by;
  gboolean                       group_by_all;
  WeirSpan                       group_by_span;
  const WeirSqlExpr             *having;
  WeirSpan                       having_span;
} WeirSqlSelect;

typedef enum
{
  WEIR_SQL_SET_OP_UNION,
  WEIR_SQL_SET_OP_INTERSECT,
  WEIR_SQL_SET_OP_EXCEPT, /* EXCEPT, MINUS */
} WeirSqlSetOp;

typedef enum
{
  WEIR_SQL_BODY_SELECT, /* .select */
  WEIR_SQL_BODY_VALUES, /* .values */
  WEIR_SQL_BODY_TABLE,  /* .table: TABLE name */
  WEIR_SQL_BODY_SET_OP, /* .set_op */
  WEIR_SQL_BODY_QUERY,  /* .query: a parenthesised one */
} WeirSqlBodyKind;

struct _WeirSqlBody
{
  WeirSqlBodyKind kind;
  WeirSpan        span;
  union
  {
    WeirSqlSelect select;
    struct
    {
      WeirSqlValues       values;
      WeirSqlIdent        alias; /* VALUES (1) AS t(a) */
      const WeirSqlIdent *column_aliases;
      guint               n_column_aliases;
    } values;
    WeirSqlName table;
    struct
    {
      WeirSqlSetOp       op;
      gboolean           all;
      gboolean           all_given; /* ALL or DISTINCT was written; the default is DISTINCT */
      const WeirSqlBody *left;
      const WeirSqlBody *right;
      WeirSpan           op_span;
    } set_op;
    const WeirSqlQuery *query;
  };
};

typedef struct
{
  WeirSqlIdent        name;
  const WeirSqlIdent *columns;
  guint               n_columns;
  const WeirSqlQuery *query;
  WeirSpan            span;
} WeirSqlCte;

struct _WeirSqlQuery
{
  WeirSpan                span;
  const WeirSqlCte       *ctes;
  guint                   n_ctes;
  gboolean                recursive;
  WeirSpan                with_span; /* WITH …, up to the body */
  const WeirSqlBody      *body;
  const WeirSqlOrderItem *order_by; /* SORT BY is not supported */
  guint                   n_order_by;
  gboolean                order_by_all; /* ORDER BY ALL: one item with expr NULL */
  WeirSpan                order_by_span;
  const WeirSqlExpr      *limit; /* NULL when absent or ALL */
  WeirSpan                limit_span;
  const WeirSqlExpr      *offset;
  WeirSpan                offset_span;
};

/* ---- statements ----------------------------------------------------------------------------------------------- */

typedef enum
{
  WEIR_SQL_STATEMENT_QUERY,                  /* .query */
  WEIR_SQL_STATEMENT_CREATE_TABLE,           /* .create_table */
  WEIR_SQL_STATEMENT_CREATE_VIEW,            /* .create_view */
  WEIR_SQL_STATEMENT_CREATE_FUNCTION,        /* .create_function */
  WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY, /* .create_query */
  WEIR_SQL_STATEMENT_INSERT,                 /* .insert */
  WEIR_SQL_STATEMENT_SET,                    /* .set */
  WEIR_SQL_STATEMENT_RESET,                  /* .set: key or NULL */
  WEIR_SQL_STATEMENT_SHOW,                   /* .show */
  WEIR_SQL_STATEMENT_DESCRIBE,               /* .describe */
  WEIR_SQL_STATEMENT_EXPLAIN,                /* .explain */
  WEIR_SQL_STATEMENT_STOP,                   /* .stop: the query's name */
  WEIR_SQL_STATEMENT_DROP,                   /* .drop */
} WeirSqlStatementKind;

typedef struct
{
  WeirSqlIdent name;
  const char  *type; /* as .cast.type */
  WeirSpan     type_span;
  gboolean     not_null;
  const char  *comment; /* or NULL */
  WeirSpan     span;
} WeirSqlColumnDef;

typedef struct
{
  gboolean                or_replace;
  gboolean                temporary;
  gboolean                if_not_exists;
  WeirSqlName             name;
  const WeirSqlColumnDef *columns;
  guint                   n_columns;
  WeirSpan                columns_span; /* with the parentheses; {0, 0} when absent */
  WeirSqlIdent            format;       /* USING format; .name NULL when absent, an error of the analyser's */
  const WeirSqlOption    *options;
  guint                   n_options;
  WeirSpan                options_span; /* OPTIONS (…) */
  const WeirSqlQuery     *query;        /* AS query: parsed; the analyser rejects it */
} WeirSqlCreateTable;

typedef struct
{
  gboolean            or_replace;
  gboolean            temporary; /* the analyser rejects others */
  gboolean            if_not_exists;
  WeirSqlName         name;
  const WeirSqlIdent *columns;
  guint               n_columns;
  const WeirSqlQuery *query;
} WeirSqlCreateView;

/* CREATE TEMPORARY FUNCTION f (x INT) RETURNS INT RETURN x * 2 */
typedef struct
{
  gboolean                or_replace;
  gboolean                temporary; /* the analyser rejects others */
  gboolean                if_not_exists;
  WeirSqlName             name;
  const WeirSqlColumnDef *params;
  guint                   n_params;
  const char             *returns; /* as .cast.type, or NULL */
  WeirSpan                returns_span;
  const WeirSqlExpr      *body;
} WeirSqlCreateFunction;

typedef enum
{
  WEIR_SQL_OUTPUT_MODE_DEFAULT, /* not given */
  WEIR_SQL_OUTPUT_MODE_APPEND,
  WEIR_SQL_OUTPUT_MODE_UPDATE,
  WEIR_SQL_OUTPUT_MODE_COMPLETE,
} WeirSqlOutputMode;

typedef enum
{
  WEIR_SQL_TRIGGER_DEFAULT, /* not given */
  WEIR_SQL_TRIGGER_PROCESSING_TIME,
  WEIR_SQL_TRIGGER_ONCE,
  WEIR_SQL_TRIGGER_AVAILABLE_NOW,
} WeirSqlTriggerKind;

typedef struct
{
  WeirSqlIdent        name;
  const WeirSqlName  *into; /* 0: rows go to the program's output */
  guint               n_into;
  WeirSpan            into_span; /* this and the next three: the whole clause, {0, 0} when absent */
  WeirSqlOutputMode   output_mode;
  WeirSpan            output_mode_span;
  const char         *checkpoint; /* or NULL */
  WeirSpan            checkpoint_span;
  WeirSqlTriggerKind  trigger;
  gint64              trigger_us; /* PROCESSING TIME; never negative, no months */
  WeirSpan            trigger_span;
  WeirSpan            as_span; /* the word AS before the query */
  const WeirSqlQuery *query;
} WeirSqlCreateQuery;

typedef struct
{
  WeirSqlName         table;
  const WeirSqlIdent *columns;
  guint               n_columns;
  gboolean            by_name; /* BY NAME */
  const WeirSqlQuery *query;
} WeirSqlInsert;

typedef struct
{
  const char *key;   /* NULL: all. SET TIME ZONE sets spark.sql.session.timeZone; LOCAL is the value "LOCAL" */
  const char *value; /* NULL: show it */
} WeirSqlSet;

typedef enum
{
  WEIR_SQL_SHOW_TABLES,
  WEIR_SQL_SHOW_VIEWS,
  WEIR_SQL_SHOW_FUNCTIONS,
  WEIR_SQL_SHOW_COLUMNS, /* .table */
  WEIR_SQL_SHOW_STREAMING_QUERIES,
} WeirSqlShowKind;

typedef struct
{
  WeirSqlShowKind what;
  WeirSqlName     table;
  const char     *pattern; /* LIKE 'a*|b*', or NULL */
} WeirSqlShow;

typedef enum
{
  WEIR_SQL_DESCRIBE_TABLE,    /* .name */
  WEIR_SQL_DESCRIBE_FUNCTION, /* .name: one part, an operator such as `+` too */
  WEIR_SQL_DESCRIBE_QUERY,    /* .query */
} WeirSqlDescribeKind;

typedef struct
{
  WeirSqlDescribeKind what;
  gboolean            extended;
  WeirSqlName         name;
  const WeirSqlQuery *query;
} WeirSqlDescribe;

typedef enum
{
  WEIR_SQL_EXPLAIN_SIMPLE,
  WEIR_SQL_EXPLAIN_EXTENDED,
  WEIR_SQL_EXPLAIN_CODEGEN,
  WEIR_SQL_EXPLAIN_COST,
  WEIR_SQL_EXPLAIN_FORMATTED,
} WeirSqlExplainMode;

typedef struct
{
  WeirSqlExplainMode      mode;
  const WeirSqlStatement *statement;
} WeirSqlExplain;

typedef struct
{
  gboolean    is_view;     /* DROP VIEW */
  gboolean    is_function; /* DROP TEMPORARY FUNCTION; neither: DROP TABLE */
  gboolean    if_exists;
  WeirSqlName name;
} WeirSqlDrop;

struct _WeirSqlStatement
{
  WeirSqlStatementKind kind;
  WeirSpan             span; /* first to last token, without the semicolon */
  union
  {
    const WeirSqlQuery   *query;
    WeirSqlCreateTable    create_table;
    WeirSqlCreateView     create_view;
    WeirSqlCreateFunction create_function;
    WeirSqlCreateQuery    create_query;
    WeirSqlInsert         insert;
    WeirSqlSet            set;
    WeirSqlShow           show;
    WeirSqlDescribe       describe;
    WeirSqlExplain        explain;
    WeirSqlIdent          stop;
    WeirSqlDrop           drop;
  };
};

G_END_DECLS
