/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/value.h"
#include "plan/plan.h"

#include "engine-result.h"

G_BEGIN_DECLS

/**
 * WeirResultShape:
 *
 * What the columns of a query's output are; shared by all its rows and snapshots. Immutable, refcounted.
 */
typedef struct
{
  gatomicrefcount ref_count;
  WeirSchema     *schema; /* Owned */
  WeirZone       *zone;   /* Owned: session time zone */
  WeirOutputMode  mode;
  WeirColumnInfo *columns;                  /* Owned, schema->n_fields long */
  int             window_column;            /* WINDOW; −1: none */
  int             window_start, window_end; /* TIME columns; −1: none */
} WeirResultShape;

/* @plan NULL: rows of SHOW and the like. */
WeirResultShape *weir_result_shape_new (WeirSchema *schema, WeirPlan *plan, WeirZone *zone, WeirOutputMode mode, const guint *key, guint n_key);
WeirResultShape *weir_result_shape_ref (WeirResultShape *shape);
void             weir_result_shape_unref (WeirResultShape *shape);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirResultShape, weir_result_shape_unref)

/* Takes @batches (GPtrArray of WeirBatch). */
WeirRows *weir_rows_new (WeirResultShape *shape, GPtrArray *batches);
/* Rows of strings, for SHOW and its kin: @cells row by row, NULL is NULL. @types: `string`, `boolean`, `bigint`. */
WeirRows *weir_rows_new_strings (const char *const *names, guint n_columns, GPtrArray *cells);

G_END_DECLS
