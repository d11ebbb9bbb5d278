/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr/ evaluates typed expressions over batches and holds the function and aggregate registries.
 * It may use base/, column/ and format/ (from_json shares the decoders). It must not know SQL text, plans or streams.
 */
#pragma once

#include "column/batch.h"
#include "column/timezone.h"

G_BEGIN_DECLS

typedef struct _WeirExpr     WeirExpr;
typedef struct _WeirEval     WeirEval;
typedef struct _WeirFunction WeirFunction;

typedef enum
{
  WEIR_EXPR_LITERAL,  /* `literal`, one row */
  WEIR_EXPR_COLUMN,   /* column `index` of the input batch */
  WEIR_EXPR_CALL,     /* `function` over args, evaluated for the selected rows */
  WEIR_EXPR_CAST,     /* args[0] to `type`; `is_try`: NULL instead of an error */
  WEIR_EXPR_AND,      /* two or more args, left to right; narrows the selection */
  WEIR_EXPR_OR,       /* same */
  WEIR_EXPR_CASE,     /* args: when, then, when, then, …, else (always present, perhaps a NULL literal); IF and COALESCE too */
  WEIR_EXPR_COALESCE, /* first non-NULL; narrows the selection */
  WEIR_EXPR_FIELD,    /* field `index` of a struct, args[0] */
  WEIR_EXPR_LAMBDA,   /* args[0] is the body; parameters are WEIR_EXPR_COLUMN with index ≥ WEIR_LAMBDA_BASE */
} WeirExprKind;

/* Lambda parameter p of nesting level l (0: not within another lambda) has column index WEIR_LAMBDA_BASE + 8 × l + p. */
#define WEIR_LAMBDA_BASE       0x10000u
#define WEIR_LAMBDA_PARAMS_MAX 8
#define WEIR_LAMBDA_LEVELS_MAX 16

/**
 * WeirExpr:
 *
 * A bound, typed expression: read-only after construction, refcounted, shared by threads. All mutable state of an
 * evaluation is in a WeirEval.
 */
struct _WeirExpr
{
  gatomicrefcount     ref_count;
  WeirExprKind        kind;
  WeirType           *type;             /* Owned */
  gboolean            nullable;         /* FALSE only when it can never be NULL */
  gboolean            can_fail;         /* may raise an error for some row: never moved across filter, join or CASE */
  gboolean            fails_itself;     /* CALL, CAST: may raise an error even when its arguments do not */
  gboolean            is_deterministic; /* same row, same value */
  gboolean            is_try;           /* CAST */
  WeirSpan            span;             /* where it stands in the SQL text; goes into errors */
  char               *name;             /* Spark's automatic column name: `(a + 1)`, `count(1)`; nullable */
  guint               n_args;
  WeirExpr          **args;     /* Owned */
  guint               index;    /* COLUMN, FIELD; LAMBDA: how many parameters */
  WeirColumn         *literal;  /* Owned; LITERAL */
  const WeirFunction *function; /* CALL */
  gpointer            data;     /* what the function prepared at bind time (compiled pattern, decoder …) */
  GDestroyNotify      data_free;
  WeirExpr           *origin; /* Owned, nullable: the expression this is a copy of; it lends `data` */
};

WeirExpr *weir_expr_ref (WeirExpr *expr);
void      weir_expr_unref (WeirExpr *expr);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirExpr, weir_expr_unref)

/* Constructors; they take the references in their WeirExpr arguments and reference types. (transfer full) */
WeirExpr *weir_expr_new_literal (WeirColumn *one_row);
WeirExpr *weir_expr_new_null (WeirType *type);
WeirExpr *weir_expr_new_bool (gboolean value);
WeirExpr *weir_expr_new_int (gint32 value);
WeirExpr *weir_expr_new_bigint (gint64 value);
WeirExpr *weir_expr_new_string (const char *text);
WeirExpr *weir_expr_new_column (guint index, WeirType *type, gboolean nullable, const char *name);
/* CAST as the user writes it: named `CAST(x AS INT)`. @arg under that name when it has the type; can_fail by the cast matrix. Implicit
 * casts are weir_expr_coerce(): they keep the name. */
WeirExpr *weir_expr_new_cast (WeirExpr *arg, WeirType *type, gboolean is_try);
WeirExpr *weir_expr_new_logic (WeirExprKind and_or_or, WeirExpr **args, guint n_args);
WeirExpr *weir_expr_new_case (WeirExpr **args, guint n_args, WeirType *type);
WeirExpr *weir_expr_new_coalesce (WeirExpr **args, guint n_args, WeirType *type);
WeirExpr *weir_expr_new_field (WeirExpr *arg, guint index);
WeirExpr *weir_expr_new_lambda (WeirExpr *body, guint n_params);
/* The same expression with another automatic name. Takes @expr, copies @name. (transfer full) */
WeirExpr *weir_expr_with_name (WeirExpr *expr, const char *name);

/**
 * weir_expr_new_call:
 * @name: function name, any case; operators are functions too: `+ - * / % div = <=> < <= > >= ! isnull isnotnull like in [] …`
 * @args: (array length=n_args): the references are taken, also on failure
 * @zone: session time zone, for what is prepared at bind time
 *
 * Looks the function up, checks the number of arguments, coerces their types (adds casts as Spark's ANSI rules have it) and finds the
 * result type.
 *
 * Returns: (transfer full) (nullable): the call, or NULL with UNRESOLVED_ROUTINE (42883), WRONG_NUM_ARGS (42605),
 *   DATATYPE_MISMATCH.… (42K09) at @span
 */
WeirExpr *weir_expr_new_call (const char *name,
                              WeirExpr  **args,
                              guint       n_args,
                              WeirSpan    span,
                              WeirZone   *zone,
                              GError    **error);

/* from_json() and from_csv() */
gboolean weir_expr_is_from_json (const WeirExpr *expr);
/* A copy that reads only the fields of its STRUCT that are @needed; the others are NULL, the type stays. (transfer full) */
WeirExpr *weir_expr_from_json_prune (const WeirExpr *expr, const gboolean *needed);

/* The common type Spark's ANSI coercion gives to all (CASE, COALESCE, IN, UNION, arrays); NULL when there is none. (transfer full) */
WeirType *weir_type_common (WeirType *a, WeirType *b);
/* What CAST allows; the store-assignment rule of INSERT when @store. */
gboolean weir_cast_is_allowed (WeirType *from, WeirType *to, gboolean store);
gboolean weir_cast_can_fail (WeirType *from, WeirType *to);
/* Implicit cast (ANSI): @arg wrapped or as it is; NULL and reference dropped when not allowed. */
WeirExpr *weir_expr_coerce (WeirExpr *arg, WeirType *type);

gboolean weir_expr_equal (const WeirExpr *a, const WeirExpr *b); /* structure; spans and names do not count */
gboolean weir_expr_is_literal (const WeirExpr *expr);
/* Folded: a literal when @expr is deterministic, constant and does not fail; else @expr. (transfer full), takes @expr. */
WeirExpr *weir_expr_fold (WeirExpr *expr, WeirZone *zone);
typedef void (*WeirExprFunc) (WeirExpr *expr, gpointer data);
void weir_expr_foreach (WeirExpr *expr, WeirExprFunc func, gpointer data); /* preorder */
/* A copy with every COLUMN replaced by what @func returns (transfer full; NULL keeps it). Rebuilds can_fail and the like. */
typedef WeirExpr *(*WeirExprMapFunc) (const WeirExpr *column, gpointer data);
WeirExpr *weir_expr_map_columns (WeirExpr *expr, WeirExprMapFunc func, gpointer data);
/* The same over nodes of any kind, parents first: what @func returns stands for the whole subtree; NULL goes on into it. */
WeirExpr *weir_expr_map (WeirExpr *expr, WeirExprMapFunc func, gpointer data);
char     *weir_expr_to_string (const WeirExpr *expr, WeirSchema *input); /* for EXPLAIN; (transfer full) */

G_END_DECLS
