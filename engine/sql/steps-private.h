/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sql/parser.h"
#include "sql/steps.h"

G_BEGIN_DECLS

struct _WeirSqlSteps
{
  char          *text;       /* Owned: the whole script */
  WeirSpan       statement;  /* the one shown */
  WeirSqlScript *script;     /* Owned: that statement, with places as in @text */
  GStringChunk  *strings;    /* Owned: what the cards point to */
  GArray        *cards;      /* Owned: WeirSqlStep */
  GArray        *aggregates; /* Owned: WeirSqlStepAggregate */
  GPtrArray     *keys;       /* Owned: const char*, NULL last */
  GArray        *tokens;     /* Owned: WeirSqlToken of the statement */
  GPtrArray     *prefixes;   /* Owned: nodes of the queries that steps-prefix.c makes */

  /* What was recognised; NULL what was not. All in @script. */
  const WeirSqlCreateQuery *create;
  const WeirSqlInsert      *insert;
  const WeirSqlQuery       *query;
  const WeirSqlSelect      *select;
  const WeirSqlRelation    *relation;     /* the one table read, or the left one of @join */
  const WeirSqlJoin        *join;         /* of two tables */
  const WeirSqlExpr        *window;       /* the call window(…) or session_window(…) grouped by */
  gboolean                  is_session;   /* the latter */
  guint                     window_group; /* its index in GROUP BY */
  const char               *window_text;
  const char               *window_name;  /* its alias in the list, or "window" */
  GPtrArray                *columns;      /* Owned: const char*, NULL last: of DISTINCT */
  GPtrArray                *item_texts;   /* Owned: the SELECT items as compared */
  GPtrArray                *group_texts;  /* Owned: what GROUP BY items stand for, as compared */
  gboolean                  has_ordinals; /* GROUP BY 1 */
  gboolean                  is_aggregate;
  GArray                   *key_groups;      /* Owned: guint, indices in GROUP BY */
  GArray                   *aggregate_items; /* Owned: guint, indices in the SELECT list */
};

/* ---- what is grouped (steps-groups.c) ---- */

/* Fills in from @window to @is_aggregate, and what is about the list; there is a SELECT. */
void _weir_sql_steps_find_groups (WeirSqlSteps *steps);
/* GROUP BY 1 */
gboolean _weir_sql_steps_is_ordinal (const WeirSqlGroupItem *item);
/* A literal that can stand for one. */
gboolean _weir_sql_steps_is_duration (const WeirSqlExpr *expr);
/* The expression a GROUP BY item stands for: a SELECT item for positions and aliases. NULL for ROLLUP and the like. */
const WeirSqlExpr *_weir_sql_steps_group_expr (WeirSqlSteps *steps,
                                               guint         i);
/* TRUE when SELECT item @i is the window, a part of it, or a key. */
gboolean _weir_sql_steps_item_is_window (WeirSqlSteps *steps,
                                         guint         i);
gboolean _weir_sql_steps_item_is_key (WeirSqlSteps *steps,
                                      guint         i,
                                      guint         group);

/* ---- the cards (steps-cards.c) ---- */

/* Of what was recognised; the whole statement is one SQL card when that is nothing. */
void _weir_sql_steps_add_cards (WeirSqlSteps *steps);

/* ---- joins, duplicates (steps-join.c) ---- */

void _weir_sql_steps_add_join (WeirSqlSteps *steps,
                               WeirSqlStep  *card);
/* The word DISTINCT of SELECT DISTINCT. */
WeirSpan _weir_sql_steps_distinct_span (WeirSqlSteps *steps);

/* ---- texts of edits (steps-edit.c) ---- */

/* One expression and nothing else. */
gboolean      _weir_sql_steps_is_expression (const char *text);
WeirSqlSteps *_weir_sql_steps_after (WeirSqlSteps *steps,
                                     const char   *text);
char         *_weir_sql_steps_replace (WeirSqlSteps *steps,
                                       WeirSpan      span,
                                       const char   *replacement);
/* The text as it is; without a clause, and with one behind the token that ends at @pos. (transfer full) */
char *_weir_sql_steps_unchanged (WeirSqlSteps *steps);
char *_weir_sql_steps_without_clause (WeirSqlSteps *steps, WeirSpan span);
char *_weir_sql_steps_with_clause (WeirSqlSteps *steps, guint32 pos, const char *clause);
/* @text, to the letter, is what stands there. */
gboolean _weir_sql_steps_is_at (WeirSqlSteps *steps, WeirSpan span, const char *text);
/* Behind WATERMARK, before the alias. */
guint32 _weir_sql_steps_watermark_place (WeirSqlSteps *steps);

/* ---- lists (steps-edit-list.c) ---- */

/* TRUE when lists of this query can be edited item by item. */
gboolean _weir_sql_steps_lists_editable (WeirSqlSteps *steps);
/* The whole text (transfer full). A SELECT list may not be empty: the last item makes room for a star, or a count where there are groups. */
char *_weir_sql_steps_without_item (WeirSqlSteps *steps, guint i);
/* As item @i, behind the one before it; in place of a lone star. */
char *_weir_sql_steps_with_item (WeirSqlSteps *steps, guint i, const char *sql);
char *_weir_sql_steps_without_group (WeirSqlSteps *steps, guint i);
/* In front when @first, else at the end; a new clause when there is none. */
char *_weir_sql_steps_with_group (WeirSqlSteps *steps, const char *sql, gboolean first);

/* ---- places (steps-places.c) ---- */

/* End of the last token that ends at or before @pos; start of the first that starts at or after it. */
guint32 _weir_sql_steps_token_end_before (WeirSqlSteps *steps,
                                          guint32       pos);
guint32 _weir_sql_steps_token_start_after (WeirSqlSteps *steps,
                                           guint32       pos);

/* Places to change, applied together. Only removals may overlap. */
typedef struct
{
  GArray *items; /* Owned */
} WeirSqlSplices;

void _weir_sql_splices_init (WeirSqlSplices *splices);
void _weir_sql_splices_add (WeirSqlSplices *splices,
                            WeirSpan        span,
                            const char     *replacement);
/* Frees the splices. (transfer full) */
char *_weir_sql_splices_apply (WeirSqlSplices *splices,
                               const char     *text);

/* A whole clause away, with the blanks it leaves behind but no comment. */
void _weir_sql_steps_remove_clause (WeirSqlSteps   *steps,
                                    WeirSqlSplices *splices,
                                    WeirSpan        span);
/* A clause after the token that ends at @pos, on a line of its own when FROM is. */
void _weir_sql_steps_insert_clause (WeirSqlSteps   *steps,
                                    WeirSqlSplices *splices,
                                    guint32         pos,
                                    const char     *clause);
/* Item @i of a comma-separated list of @n; @n > 1. */
void _weir_sql_steps_remove_item (WeirSqlSplices *splices,
                                  const WeirSpan *items,
                                  guint           n,
                                  guint           i);

G_END_DECLS
