/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One value at a time: comparison, hashing and text, for state tables, sorting, tests and output. Kernels do not use it.
 */
#pragma once

#include "column/batch.h"
#include "column/column-builder.h"
#include "column/timezone.h"

G_BEGIN_DECLS

/* Spark's order of ORDER BY: NaN greatest and equal to itself, −0.0 = 0.0; NULL must be handled before (here: NULL least).
 * Arrays and structs element by element. The columns have the same type, any encoding. */
int weir_value_compare (const WeirColumn *a, guint row_a, const WeirColumn *b, guint row_b);
/* Grouping equality: NULL equals NULL, NaN equals NaN, −0.0 equals 0.0. */
gboolean weir_value_equal (const WeirColumn *a, guint row_a, const WeirColumn *b, guint row_b);
/* Hash for grouping, consistent with weir_value_equal(); base/hash.h. */
guint64 weir_value_hash (const WeirColumn *column, guint row);
/* hashes[i] = combine (hashes[i], hash of selected row i), or the hash alone when @first. Vectorised. */
void weir_column_hash (WeirColumn *column, WeirSel sel, guint64 *hashes, gboolean first);

/**
 * WeirTextStyle:
 *
 * How a value becomes text; all are locale-free.
 */
typedef enum
{
  WEIR_TEXT_CAST,       /* CAST (… AS STRING): 2024-01-01 10:00:00.5, [1, 2], {a, 1} */
  WEIR_TEXT_SHOW,       /* a cell of show(): as CAST, but BINARY is [00 FF] and NULL in arrays is NULL */
  WEIR_TEXT_HIVE,       /* spark-sql's tab separated output: [1,2], {"a":1}, NULL */
  WEIR_TEXT_JSON,       /* cli.md's rows: one JSON value */
  WEIR_TEXT_JSON_SPARK, /* to_json() and the json sink: timestamps in Spark's format, NULL fields left out */
} WeirTextStyle;

/* Appends row @row. @zone: the session time zone for timestamps. NULL prints as `NULL` (HIVE, CAST nested: null) or `null`. */
void weir_value_append_text (GString *out, const WeirColumn *column, guint row, WeirTextStyle style, WeirZone *zone);
/* {"a":1,…} of a whole row in cli.md's form, keys in column order. */
void weir_batch_append_json_row (GString *out, const WeirBatch *batch, guint row, WeirZone *zone);
/* JSON string with quotes and escapes. */
void weir_json_append_string (GString *out, const char *text, gsize len);
/* Shortest round-trip texts as Java prints them (1.0, 1.0E10, NaN, Infinity, -0.0). */
void weir_append_double (GString *out, double value);
void weir_append_float (GString *out, float value);

G_END_DECLS
