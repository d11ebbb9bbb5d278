/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "format/decoder-private.h"

G_BEGIN_DECLS

/*
 * _weir_parse_digits:
 * @n: at most 64
 * @kind: of the cells that count
 *
 * Cells of that kind with 1 to 16 digits and nothing else → values.
 *
 * Returns: bit i is set when cell i was one; the value of another is unspecified
 */
guint64 _weir_parse_digits (const WeirCell *cells, guint n, guint32 kind, gint64 *values);

/* The same for rows [@i, @i + @n) of a run of csv lines. */
guint64 _weir_parse_run_digits (const WeirCsvRun *run, guint field, guint i, guint n, gint64 *values);

guint64 _weir_parse_run_digits_avx512 (const WeirCsvRun *run, guint field, guint i, guint n, gint64 *values);
guint64 _weir_parse_digits_avx2 (const WeirCell *cells, guint n, guint32 kind, gint64 *values);
guint64 _weir_parse_digits_avx512 (const WeirCell *cells, guint n, guint32 kind, gint64 *values);

/* Length and kind of a cell are right: one comparison of both. */
static inline gboolean
_weir_digits_fit (const WeirCell *cell,
                  guint32         kind)
{
  guint64 both = (guint64)cell->kind << 32 | cell->len;

  return both - ((guint64)kind << 32 | 1) < 16;
}

G_END_DECLS
