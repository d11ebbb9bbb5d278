/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "format/decoder-private.h"
#include "format/text-index-private.h"

G_BEGIN_DECLS

/* Field @field of row @i of the run. */
static inline WeirCell
_weir_csv_run_cell (const WeirCsvRun *run,
                    guint             field,
                    guint             i)
{
  const guint32 *end = run->ends + (gsize)i * run->stride + field;
  guint32        from = (end[-1] + 1) & ~WEIR_INDEX_NEWLINE;
  guint32        to = *end & ~WEIR_INDEX_NEWLINE;

  if (field + 1 == run->stride && to > from && run->base[to - 1] == '\r')
    to--;
  return (WeirCell){ run->base + from, to - from, to > from ? WEIR_CELL_STRING : WEIR_CELL_NULL };
}

/* The run that row @row is in, or NULL; @left: rows from @row to the end of that run, or before the next one. @next: where to look, moved on. */
static inline const WeirCsvRun *
_weir_csv_run_at (const WeirKernelRun *kernel,
                  guint                row,
                  guint               *next,
                  guint               *left)
{
  const WeirCsvRun *run;

  while (*next < kernel->n_runs && kernel->runs[*next].row + kernel->runs[*next].n <= row)
    (*next)++;
  run = *next < kernel->n_runs ? &kernel->runs[*next] : NULL;
  *left = (run == NULL ? kernel->n : run->row <= row ? run->row + run->n
                                                     : run->row) -
          row;
  return run != NULL && run->row <= row ? run : NULL;
}

G_END_DECLS
