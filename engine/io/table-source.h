/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of databases as bounded sources: what SQLite and PostgreSQL share. A read gives all rows there are then. */
#pragma once

#include "column/column-builder.h"
#include "io/source-private.h"

G_BEGIN_DECLS

typedef struct
{
  WeirSource  parent;
  WeirSchema *schema;   /* Owned: the needed columns */
  GHashTable *options;  /* Owned: secrets resolved */
  char       *base_dir; /* Owned */
  char       *name;     /* Owned: of the table, for want of a dbtable */
  gint64      retry_us;
} WeirTableSource;

gboolean   weir_table_source_open (WeirSource *source, const WeirSourceConfig *config, GError **error);
void       weir_table_source_start (WeirSource *source);
char      *weir_table_source_latest (WeirSource *source, const char *from, gboolean unlimited, GError **error);
char      *weir_table_source_freeze (WeirSource *source, GError **error);
GPtrArray *weir_table_source_plan (WeirSource *source, const char *from, const char *to, GError **error);
void       weir_table_source_finalize (WeirSource *source);

#define WEIR_TABLE_SOURCE_CLASS(format_name, read_func, peek_func)                                                               \
  {                                                                                                                              \
    .format = format_name, .open = weir_table_source_open, .start = weir_table_source_start, .latest = weir_table_source_latest, \
    .freeze = weir_table_source_freeze, .plan = weir_table_source_plan, .read = read_func, .peek = peek_func,                    \
    .finalize = weir_table_source_finalize,                                                                                      \
  }

/**
 * WeirRowBuilder:
 *
 * Values of a table, row by row, into batches that are pushed on. ARRAY, MAP and STRUCT come as JSON texts.
 */
typedef struct
{
  WeirSchema         *schema;   /* Borrowed */
  const char         *origin;   /* Borrowed: the table, for errors */
  WeirColumnBuilder **builders; /* Owned: by column; STRING where the column is nested */
  WeirDecoder       **decoders; /* Owned: by column; NULL where it is not nested */
  guint               n_rows;
  WeirSourcePush      push;
  gpointer            data;
  WeirDecodeStats    *stats;
} WeirRowBuilder;

gboolean weir_row_builder_init (WeirRowBuilder *builder, WeirSchema *schema, const char *origin, WeirSourcePush push, gpointer data, WeirDecodeStats *stats, GError **error);
void     weir_row_builder_clear (WeirRowBuilder *builder);
void     weir_row_builder_null (WeirRowBuilder *builder, guint column);
/* The text of a value, as the column's type reads it: t, true, 1 for booleans; times in UTC. Otherwise CAST_INVALID_INPUT. */
gboolean weir_row_builder_text (WeirRowBuilder *builder, guint column, const char *text, gsize len, GError **error);
/* The same for numbers that come as such. */
gboolean weir_row_builder_i64 (WeirRowBuilder *builder, guint column, gint64 value, GError **error);
gboolean weir_row_builder_double (WeirRowBuilder *builder, guint column, double value, GError **error);
/* Every column has got its value. */
gboolean weir_row_builder_end_row (WeirRowBuilder *builder, GError **error);
gboolean weir_row_builder_flush (WeirRowBuilder *builder, GError **error);

G_END_DECLS
