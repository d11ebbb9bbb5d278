/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/type.h"
#include <string.h>

G_BEGIN_DECLS

typedef __int128 WeirInt128;

/**
 * WeirView:
 *
 * One string or binary value: 16 bytes, the only execution form. Up to 12 bytes lie in place (the rest of `inlined`
 * is zero, so two short views are equal when their 16 bytes are); longer ones carry their first four bytes and a pointer
 * into a buffer that the column keeps alive. A view never outlives the column it was read from: state copies bytes.
 */
typedef struct
{
  guint32 len;
  union
  {
    char inlined[12];
    struct
    {
      char        prefix[4];
      const char *data;
    } __attribute__ ((packed, aligned (4)));
  };
} WeirView;

G_STATIC_ASSERT (sizeof (WeirView) == 16);

#define WEIR_VIEW_INLINE_MAX 12

static inline const char *
weir_view_data (const WeirView *view)
{
  return view->len <= WEIR_VIEW_INLINE_MAX ? view->inlined : view->data;
}

/* @data must stay alive as long as the view when @len is above 12. */
static inline WeirView
weir_view_new (const char *data,
               guint32     len)
{
  WeirView view = { .len = len };

  if (len <= WEIR_VIEW_INLINE_MAX)
    {
      if (len > 0)
        memcpy (view.inlined, data, len);
    }
  else
    {
      memcpy (view.prefix, data, 4);
      view.data = data;
    }
  return view;
}

static inline gboolean
weir_view_equal (const WeirView *a,
                 const WeirView *b)
{
  if (memcmp (a, b, 8) != 0)
    return FALSE; /* length or first four bytes differ */
  if (a->len <= WEIR_VIEW_INLINE_MAX)
    return memcmp (a->inlined, b->inlined, 12) == 0;
  return memcmp (a->data, b->data, a->len) == 0;
}

/* Bytewise, as Spark compares UTF-8 strings and binaries: <0, 0, >0. */
int weir_view_compare (const WeirView *a, const WeirView *b);

/* Elements [offset, offset + length) of the child column. */
typedef struct
{
  guint32 offset;
  guint32 length;
} WeirListView;

/* CalendarInterval. */
typedef struct
{
  gint32 months;
  gint32 days;
  gint64 us;
} WeirInterval;

/**
 * WeirBuffer:
 *
 * Refcounted bytes, 64-byte aligned and padded to 64 bytes so that vector loads may run over the end.
 */
typedef struct
{
  gatomicrefcount ref_count;
  gsize           size; /* usable bytes */
  guint8         *data; /* Owned, or foreign with free_func */
  GDestroyNotify  free_func;
  gpointer        free_data;
} WeirBuffer;

WeirBuffer *weir_buffer_new (gsize size); /* contents undefined, the padding is zero */
WeirBuffer *weir_buffer_new_foreign (guint8 *data, gsize size, GDestroyNotify free_func, gpointer free_data);
WeirBuffer *weir_buffer_ref (WeirBuffer *buffer);
void        weir_buffer_unref (WeirBuffer *buffer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirBuffer, weir_buffer_unref)

typedef enum
{
  WEIR_ENCODING_FLAT,  /* one value a row */
  WEIR_ENCODING_CONST, /* value 0 stands for every row (literals) */
  WEIR_ENCODING_DICT,  /* codes[row] is a row of `dict` */
} WeirEncoding;

/**
 * WeirColumn:
 *
 * Immutable values of one type, refcounted. Fields may be read by every engine folder; only column-builder.c and column.c
 * write them. Kernels see FLAT columns (weir_column_flatten()) unless they say they know more. `validity` is NULL when no
 * value is NULL; a struct's NULL lies in its own bitmap, its children are then unspecified at that row.
 */
typedef struct _WeirColumn WeirColumn;

struct _WeirColumn
{
  gatomicrefcount ref_count;
  WeirEncoding    encoding;
  guint           n_rows;
  WeirType       *type; /* Owned */

  /* Borrowed views into the buffers below */
  const guint8  *validity; /* bit i = row i is not NULL; least significant bit first; NULL: none is NULL */
  const void    *values;   /* as the type's kind says; bits for BOOLEAN; NULL for STRUCT, VOID, CONST and DICT hold row 0… */
  const guint32 *codes;    /* DICT */

  /* Owned */
  WeirColumn  *dict; /* DICT: the values; CONST uses its own values with one row */
  guint        n_children;
  WeirColumn **children; /* nested kinds */
  guint        n_buffers;
  WeirBuffer **buffers; /* validity, values, codes, and every buffer that views point into */
};

WeirColumn *weir_column_ref (WeirColumn *column);
void        weir_column_unref (WeirColumn *column);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirColumn, weir_column_unref)

/* Typed access to flat values: weir_column_values (column, gint64)[row]. */
#define weir_column_values(column, ctype) ((const ctype *)(column)->values)

static inline gboolean
weir_bit (const guint8 *bits,
          guint         i)
{
  return (bits[i >> 3] >> (i & 7)) & 1;
}

static inline void
weir_bit_set (guint8  *bits,
              guint    i,
              gboolean value)
{
  bits[i >> 3] = (guint8)((bits[i >> 3] & ~(1u << (i & 7))) | ((value ? 1u : 0u) << (i & 7)));
}

/* Any encoding: TRUE when row @row is NULL (VOID: always). */
gboolean weir_column_is_null (const WeirColumn *column, guint row);
/* Any encoding: the row of the flat values that @row reads (DICT: its code, CONST: 0, FLAT: @row) and the column it is in. */
const WeirColumn *weir_column_resolve (const WeirColumn *column, guint *row);

WeirColumn *weir_column_new_const (WeirColumn *one_row, guint n_rows);                /* (transfer full) */
WeirColumn *weir_column_new_nulls (WeirType *type, guint n_rows);                     /* (transfer full) */
WeirColumn *weir_column_new_dict (WeirColumn *dict, WeirBuffer *codes, guint n_rows); /* refs both; codes guint32 */
/* Takes the buffers (transfer full, @validity nullable): fixed-width kinds and BOOLEAN. */
WeirColumn *weir_column_new_flat (WeirType *type, guint n_rows, WeirBuffer *values, WeirBuffer *validity);
/* Takes @views and @validity; references @bytes (the buffers the views point into). */
WeirColumn *weir_column_new_views (WeirType *type, guint n_rows, WeirBuffer *views, WeirBuffer *validity, WeirBuffer **bytes, guint n_bytes);
/* Takes @validity (nullable); references @children. */
WeirColumn *weir_column_new_struct (WeirType *type, guint n_rows, WeirColumn **children, WeirBuffer *validity);
/* ARRAY (1 child) or MAP (2): takes @views (WeirListView) and @validity; references @children. */
WeirColumn *weir_column_new_list (WeirType *type, guint n_rows, WeirBuffer *views, WeirColumn **children, WeirBuffer *validity);

/* A FLAT column of the same rows; @column itself when it is flat. Nested children are flattened too. (transfer full) */
WeirColumn *weir_column_flatten (WeirColumn *column);
/* Rows @idx[0…n) in that order; views and children are shared, not copied. Any encoding. (transfer full) */
WeirColumn *weir_column_gather (WeirColumn *column, const guint32 *idx, guint n);
WeirColumn *weir_column_gather16 (WeirColumn *column, const guint16 *idx, guint n);
/* Row G_MAXUINT32 in @idx gives NULL (outer joins). (transfer full) */
WeirColumn *weir_column_gather_nullable (WeirColumn *column, const guint32 *idx, guint n);
WeirColumn *weir_column_slice (WeirColumn *column, guint offset, guint n);
WeirColumn *weir_column_concat (WeirColumn **columns, guint n_columns); /* same type; (transfer full) */
/* The same values under another type of the same storage (renamed struct fields, nullability). (transfer full) */
WeirColumn *weir_column_retype (WeirColumn *column, WeirType *type);
/* Bytes held, shared buffers counted once within the column. */
gsize weir_column_bytes (const WeirColumn *column);

G_END_DECLS
