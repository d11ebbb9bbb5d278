/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sinks and tables of SQL databases share: options, names, types and texts of values.
 *
 *   Weir                           SQLite                                   PostgreSQL
 *   BOOLEAN                        BOOLEAN: 0, 1                            boolean
 *   TINYINT SMALLINT INT BIGINT    TINYINT, SMALLINT, INT, BIGINT           smallint, smallint, integer, bigint
 *   FLOAT DOUBLE                   FLOAT, DOUBLE; NaN as text 'NaN'         real, double precision
 *   DECIMAL(p,s)                   DECIMAL_TEXT(p,s): exact text, 1.50      numeric(p,s)
 *   STRING                         TEXT                                     text
 *   BINARY                         BLOB                                     bytea
 *   DATE                           DATE: text 2026-01-31                    date
 *   TIMESTAMP                      TIMESTAMP: text                          timestamp with time zone
 *                                  2026-01-31T10:00:00.500000Z
 *   TIMESTAMP_NTZ                  TIMESTAMP_NTZ: the same without Z        timestamp without time zone
 *   intervals                      TEXT, as CAST to STRING prints them      interval
 *   ARRAY MAP STRUCT               TEXT: JSON                               jsonb
 *
 * The texts of times in SQLite have a fixed length and are in UTC, so that their order is that of time. Types are those of tables the sink makes;
 * values go into whatever columns a table has that was there before.
 */
#pragma once

#include "io/sink.h"

G_BEGIN_DECLS

/* Where a sink keeps the number of the last batch, beside its table. */
#define WEIR_DB_PROGRESS_TABLE "weir_progress"

typedef enum
{
  WEIR_DB_SQLITE,
  WEIR_DB_POSTGRESQL,
} WeirDbKind;

typedef enum
{
  WEIR_DB_APPEND,
  WEIR_DB_UPSERT,
  WEIR_DB_OVERWRITE,
} WeirDbMode;

/* The table of a sink, as its options name it. */
typedef struct
{
  WeirDbKind  kind;
  WeirDbMode  mode;
  char       *qualifier; /* Owned, nullable: PostgreSQL's schema */
  char       *table;     /* Owned */
  WeirSchema *schema;    /* Owned: of the rows */
  guint       n_key;
  guint      *key; /* Owned: positions in @schema */
} WeirDbTarget;

/* Reads and checks the options against the query's columns and output mode; opens nothing. @target is cleared on failure too. */
gboolean weir_db_target_init (WeirDbTarget *target, WeirDbKind kind, const WeirSinkConfig *config, GError **error);
void     weir_db_target_clear (WeirDbTarget *target);

/* `dbtable`, or @fallback when it is not given: [schema.]table, either of them in double quotes or plain. Both (transfer full). */
void weir_db_parse_name (WeirDbKind kind, GHashTable *options, const char *fallback, char **qualifier, char **table);

/* Appends the name in double quotes. */
void weir_db_append_name (GString *out, const char *name);
/* "qualifier"."name". */
void weir_db_append_qualified (GString *out, const char *qualifier, const char *name);
/* Appends the type of a column that the sink makes. */
void weir_db_append_type (GString *out, WeirDbKind kind, WeirType *type);
/* Appends "a", "b": the columns of @schema, or those whose positions are in @key. @prefix stands before each. */
void weir_db_append_columns (GString *out, WeirSchema *schema, const guint *key, guint n_key, const char *prefix);
/* Appends ON CONFLICT: of rows with one key the new one counts. */
void weir_db_append_conflict (GString *out, const WeirDbTarget *target);
/* CREATE TABLE of a table with the target's columns, unique by its key. (transfer full) */
char *weir_db_create_table (const WeirDbTarget *target);

/* Appends what is not NULL as text, without quotes; BINARY has none. @column is flat. */
void weir_db_append_value (GString *out, WeirDbKind kind, const WeirColumn *column, guint row);

G_END_DECLS
