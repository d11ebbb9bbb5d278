/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of column pruning share. Needs are indexed by the columns a node had before, as its parent knows them; places say where
 * each of those is afterwards.
 */
#pragma once

#include "plan/analyzer-private.h"

G_BEGIN_DECLS

/* What is read of one column. */
typedef struct
{
  gboolean  whole;
  gboolean *fields; /* Owned, nullable: n_fields of a struct */
} WeirNeed;

/* Where a column went. */
typedef struct
{
  guint  index;  /* G_MAXUINT: gone */
  guint *fields; /* Owned, nullable: new places of the fields; G_MAXUINT: gone */
} WeirPlace;

typedef struct
{
  guint     n;
  WeirNeed *needs;
} WeirNeeds;

typedef struct
{
  guint      n;
  WeirPlace *places;
} WeirPlaces;

/* Where expressions follow the columns of one child or two. */
typedef struct
{
  const WeirPlaces *left;
  const WeirPlan   *left_child;
  const WeirPlaces *right; /* nullable: columns behind those of left */
  const WeirPlan   *right_child;
} WeirColumnMove;

/* ---- the walk (rule-prune-columns.c) ---- */

/* @plan (taken) with at least what @needs asks for, and where its columns are now. */
WeirPlan *_weir_prune (WeirPlan *plan, const WeirNeeds *needs, WeirPlaces *places, WeirZone *zone);

/* ---- needs and places (prune-places.c) ---- */

WeirNeeds _weir_new_needs (const WeirPlan *plan);
void      _weir_clear_needs (WeirNeeds *needs);
gboolean  _weir_is_needed (const WeirNeed *need);
/* Column @index of the child is needed as much as @need says. */
void _weir_merge_need (WeirNeeds *needs, guint index, const WeirNeed *need, const WeirType *type);
/* Columns from @offset on are those of @needs; @expr is nullable. */
void _weir_need_expr (const WeirExpr *expr, WeirNeeds *needs, guint offset);
/* The columns of @child are those of the node itself from @first on. */
void _weir_pass_needs (const WeirNeeds *from, guint first, WeirNeeds *to, const WeirPlan *child);

WeirPlaces _weir_new_places (guint n);
void       _weir_clear_places (WeirPlaces *places);
/* (transfer full) (nullable) */
guint *_weir_copy_fields (const guint *fields, const WeirType *type);
/* For weir_expr_map(): @data is a WeirColumnMove. */
WeirExpr *_weir_move_column (const WeirExpr *expr, gpointer data);
void      _weir_move_exprs (WeirPlan *plan, const WeirPlaces *places);

/* ---- from_json() (prune-json.c) ---- */

/* @expr (taken) decoding only @fields; *@moved when it changed. */
WeirExpr *_weir_prune_json (WeirExpr *expr, const gboolean *fields, guint **moved, WeirZone *zone);
/* For _weir_plan_map_exprs(): from_json (…).field decodes that field; @data is the WeirZone. */
WeirExpr *_weir_prune_field_of_json (const WeirExpr *expr, gpointer data);

/* ---- joins and unions (prune-join.c) ---- */

WeirPlan *_weir_prune_join (WeirPlan *plan, const WeirNeeds *needs, WeirPlaces *places, WeirZone *zone);
WeirPlan *_weir_prune_union (WeirPlan *plan, const WeirNeeds *needs, WeirPlaces *places, WeirZone *zone);
/* @child (taken) with only what an operation with state needs; @places follow. */
WeirPlan *_weir_prune_narrow (WeirPlan *child, const WeirNeeds *needs, WeirPlaces *places);

G_END_DECLS
