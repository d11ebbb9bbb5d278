/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/column.h"

G_BEGIN_DECLS

/**
 * WeirColumnBuilder:
 *
 * Appends values of one type and finishes into an immutable column. The struct is open so that decoders and kernels can
 * write values with no call per row: reserve, write through `values`, set `n_rows`; NULLs through append_null (which makes the
 * bitmap on first use) or by writing `validity` after weir_column_builder_ensure_validity().
 */
typedef struct _WeirColumnBuilder WeirColumnBuilder;

struct _WeirColumnBuilder
{
  WeirType           *type; /* Owned */
  guint               n_rows;
  guint               capacity; /* rows `values` has room for */
  void               *values;   /* ctype per WeirTypeKind; bits for BOOLEAN; NULL for STRUCT and VOID */
  guint8             *validity; /* NULL while no row is NULL; bits for rows [0, capacity) */
  guint               n_children;
  WeirColumnBuilder **children; /* ARRAY element, MAP key and value, STRUCT fields */

  /* Private */
  WeirBuffer *values_buffer;
  WeirBuffer *validity_buffer;
  GPtrArray  *bytes;      /* WeirBuffer: what long views point into */
  WeirBuffer *bytes_open; /* last of them, with room */
  gsize       bytes_used;
};

WeirColumnBuilder *weir_column_builder_new (WeirType *type, guint capacity);
void               weir_column_builder_free (WeirColumnBuilder *builder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirColumnBuilder, weir_column_builder_free)

/* Room for @n more rows; keeps contents. */
void weir_column_builder_reserve (WeirColumnBuilder *builder, guint n);
void weir_column_builder_ensure_validity (WeirColumnBuilder *builder);

void weir_column_builder_append_null (WeirColumnBuilder *builder); /* nested: children get a NULL too where STRUCT */
void weir_column_builder_append_bool (WeirColumnBuilder *builder, gboolean value);
void weir_column_builder_append_i64 (WeirColumnBuilder *builder, gint64 value);    /* every integer, date, time and interval kind of ≤ 8 bytes */
void weir_column_builder_append_double (WeirColumnBuilder *builder, double value); /* FLOAT and DOUBLE */
void weir_column_builder_append_i128 (WeirColumnBuilder *builder, WeirInt128 value);
void weir_column_builder_append_interval (WeirColumnBuilder *builder, WeirInterval value);
/* Copies the bytes. */
void weir_column_builder_append_bytes (WeirColumnBuilder *builder, const char *data, gsize len);
/* Bytes already in a buffer given to weir_column_builder_keep(), or ≤ 12: no copy. */
void weir_column_builder_append_view (WeirColumnBuilder *builder, WeirView view);
/* Room for @len bytes to be written by the caller before append_view; the pointer stays valid until finish. */
char *weir_column_builder_alloc_bytes (WeirColumnBuilder *builder, gsize len);
/* Keeps @buffer alive with the column; views may point into it. */
void weir_column_builder_keep (WeirColumnBuilder *builder, WeirBuffer *buffer);
/* ARRAY and MAP: the last @length rows of the children are the new row. */
void weir_column_builder_append_list (WeirColumnBuilder *builder, guint length);
/* STRUCT: the children have got their value; marks the row present. */
void weir_column_builder_append_struct (WeirColumnBuilder *builder);
/* Copies row @row of @column (same type, any encoding), bytes and children included. */
void weir_column_builder_append_from (WeirColumnBuilder *builder, const WeirColumn *column, guint row);
/* Forgets rows from @n_rows on (a record turned out malformed). */
void weir_column_builder_truncate (WeirColumnBuilder *builder, guint n_rows);

/* The column; the builder is empty afterwards and can be used again. (transfer full) */
WeirColumn *weir_column_builder_finish (WeirColumnBuilder *builder);

G_END_DECLS
