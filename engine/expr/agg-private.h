/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the aggregates share: binding of arguments, loops over rows, kept values.
 */
#pragma once

#include "column/value-codec.h"
#include "column/value.h"
#include "expr/aggregate.h"

G_BEGIN_DECLS

typedef struct
{
  const WeirAggregate *aggregates;
  guint                n;
} WeirAggFamily;

extern const WeirAggFamily _weir_agg_family_approx;
extern const WeirAggFamily _weir_agg_family_avg;
extern const WeirAggFamily _weir_agg_family_bit;
extern const WeirAggFamily _weir_agg_family_bool;
extern const WeirAggFamily _weir_agg_family_by;
extern const WeirAggFamily _weir_agg_family_collect;
extern const WeirAggFamily _weir_agg_family_count;
extern const WeirAggFamily _weir_agg_family_count_min;
extern const WeirAggFamily _weir_agg_family_first_last;
extern const WeirAggFamily _weir_agg_family_histogram;
extern const WeirAggFamily _weir_agg_family_minmax;
extern const WeirAggFamily _weir_agg_family_moments;
extern const WeirAggFamily _weir_agg_family_percentile;
extern const WeirAggFamily _weir_agg_family_sum;

extern const WeirAggregate _weir_agg_distinct;

/**
 * WeirAggHeap:
 *
 * What a state holds outside its row, as the call knows it: told in steps of an eighth, so that a row costs a comparison. Zeroed: nothing.
 */
typedef struct
{
  gint64 *total; /* Borrowed: of the call, which outlives its states */
  gsize   told;
} WeirAggHeap;

void _weir_agg_heap_grow (WeirAggHeap *heap, const WeirAggCall *call, gsize bytes);
void _weir_agg_heap_end (WeirAggHeap *heap);
/* What one allocation of a state takes, or gives back. */
void _weir_agg_heap_add (const WeirAggCall *call, gssize bytes);

static inline void
_weir_agg_heap_tell (WeirAggHeap       *heap,
                     const WeirAggCall *call,
                     gsize              bytes)
{
  if (bytes >= heap->told + heap->told / 8 + 64)
    _weir_agg_heap_grow (heap, call, bytes);
}

/* FALSE with DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE */
gboolean _weir_agg_mismatch (WeirAggCall *call, guint i, const char *required, GError **error);
gboolean _weir_agg_coerce (WeirAggCall *call, guint i, WeirType *type, GError **error);
/* Value of a constant argument; the argument is dropped when it is the last. */
gboolean _weir_agg_constant (WeirAggCall *call, guint i, WeirColumn **value, GError **error);
void     _weir_agg_drop_args (WeirAggCall *call, guint n_left);
void     _weir_agg_fail_overflow (WeirEval *eval, guint row, WeirSpan span, const char *what, const char *hint);

/**
 * WEIR_AGG_LOOP:
 *
 * Runs @body for the selected rows whose value is not NULL, with `row` and `state` (a @T *). The common case of all rows without
 * NULLs is a loop of its own.
 */
#define WEIR_AGG_LOOP(T, states, sel, validity, body)                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const guint8 *bits_ = (validity);                                                              \
                                                                                                   \
    if ((states).groups != NULL && (sel).idx == NULL && bits_ == NULL)                             \
      for (guint row = 0; row < (sel).n; row++)                                                    \
        {                                                                                          \
          T *state = (T *)(void *)((states).base + (gsize)(states).groups[row] * (states).stride); \
          body;                                                                                    \
        }                                                                                          \
    else                                                                                           \
      for (guint i_ = 0; i_ < (sel).n; i_++)                                                       \
        {                                                                                          \
          guint row = weir_sel_row ((sel), i_);                                                    \
          T    *state;                                                                             \
                                                                                                   \
          if (bits_ != NULL && !weir_bit (bits_, row))                                             \
            continue;                                                                              \
          state = (T *)(void *)weir_agg_state ((states), i_);                                      \
          body;                                                                                    \
        }                                                                                          \
  }                                                                                                \
  G_STMT_END

/* Runs @body for the pairs of a merge, with `dst` and `src`. */
#define WEIR_AGG_MERGE_LOOP(T, to, from, n, body)        \
  for (guint i_ = 0; i_ < (n); i_++)                     \
    {                                                    \
      T *dst = (T *)(void *)weir_agg_state ((to), i_);   \
      T *src = (T *)(void *)weir_agg_state ((from), i_); \
      body;                                              \
    }

/* A number of a FLAT column as a double; integers, FLOAT, DOUBLE (decimals are cast before). */
double _weir_agg_double (const WeirColumn *column, guint row);
gint64 _weir_agg_i64 (const WeirColumn *column, guint row); /* integers, dates, times, intervals of ≤ 8 bytes, BOOLEAN */

/**
 * WeirAggCell:
 *
 * One kept value of any type inside a state. Strings and binaries of up to 12 bytes lie in place; longer ones and nested values own
 * memory. A zeroed cell is empty.
 */
typedef struct
{
  guint8  is_set;
  guint8  is_null;
  guint32 room; /* VIEW: bytes at view.data that are ours; 0: none */
  union
  {
    gint64      i64; /* every fixed-width kind of ≤ 8 bytes, BOOLEAN */
    double      d;   /* FLOAT and DOUBLE */
    WeirColumn *box; /* nested: one row; Owned */
  };
  union
  {
    WeirView     view;
    WeirInt128   i128;
    WeirInterval interval;
  };
} WeirAggCell;

typedef enum
{
  WEIR_CELL_I64,
  WEIR_CELL_DOUBLE,
  WEIR_CELL_VIEW,
  WEIR_CELL_I128,
  WEIR_CELL_INTERVAL,
  WEIR_CELL_BOX,
} WeirCellKind;

/* Only the first 16 bytes are there for I64, DOUBLE and BOX. */
#define WEIR_CELL_SMALL 16
G_STATIC_ASSERT (sizeof (WeirAggCell) == 32);

WeirCellKind _weir_cell_kind (WeirType *type);
gsize        _weir_cell_size (WeirType *type);
gboolean     _weir_cell_owns_memory (WeirType *type);
void         _weir_cell_set (const WeirAggCall *call, WeirAggCell *cell, WeirCellKind kind, const WeirColumn *column, guint row);
/* @dst is replaced; @src is empty afterwards unless @keep. */
void     _weir_cell_take (const WeirAggCall *call, WeirAggCell *dst, WeirAggCell *src, WeirCellKind kind, gboolean keep);
void     _weir_cell_clear (const WeirAggCall *call, WeirAggCell *cell, WeirCellKind kind);
int      _weir_cell_compare (const WeirAggCell *cell, WeirCellKind kind, const WeirColumn *column, guint row); /* neither is NULL */
int      _weir_cell_compare_cells (const WeirAggCell *a, const WeirAggCell *b, WeirCellKind kind);
void     _weir_cell_append (const WeirAggCell *cell, WeirCellKind kind, WeirColumnBuilder *builder); /* empty: NULL */
void     _weir_cell_write (const WeirAggCell *cell, WeirCellKind kind, WeirWriter *writer);
gboolean _weir_cell_read (const WeirAggCall *call, WeirAggCell *cell, WeirType *type, WeirReader *reader);

/* Of WeirAggregate, for a state without pointers and holes: its bytes. */
void     _weir_agg_plain_write (const WeirAggCall *call, const guint8 *state, WeirWriter *writer);
gboolean _weir_agg_plain_read (const WeirAggCall *call, guint8 *state, WeirReader *reader);

/* Of WeirAggregate, for a state that is one cell of the result's type. */
WeirColumn *_weir_agg_cell_finish (const WeirAggCall *call, WeirEval *eval, WeirAggStates states, guint n);
void        _weir_agg_cell_clear (const WeirAggCall *call, guint8 *state);
void        _weir_agg_cell_write (const WeirAggCall *call, const guint8 *state, WeirWriter *writer);
gboolean    _weir_agg_cell_read (const WeirAggCall *call, guint8 *state, WeirReader *reader);

G_END_DECLS
