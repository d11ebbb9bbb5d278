/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/csv-run-private.h"

#include <string.h>

/*
 * Runs of regular csv lines. Most kernels want cells, and samples of malformed records want the lines: they are written out when asked for.
 */

void
_weir_csv_fill_cells (const WeirTextOptions *options,
                      const WeirCsvRun      *runs,
                      guint                  n_runs,
                      guint                  field,
                      WeirCell              *cells)
{
  gsize null_len = options->null_value != NULL ? strlen (options->null_value) : 0; /* JSON has no runs and no such text */

  for (; n_runs > 0; n_runs--, runs++)
    for (guint i = 0; i < runs->n; i++)
      {
        WeirCell cell = _weir_csv_run_cell (runs, field, i);

        if (null_len > 0 && cell.len == null_len && memcmp (cell.data, options->null_value, null_len) == 0)
          cell.kind = WEIR_CELL_NULL;
        cells[runs->row + i] = cell;
      }
}

void
_weir_csv_fill_records (const WeirCsvRun *runs,
                        guint             n_runs,
                        WeirCell         *records)
{
  for (; n_runs > 0; n_runs--, runs++)
    for (guint i = 0; i < runs->n; i++)
      {
        WeirCell first = _weir_csv_run_cell (runs, 0, i);
        WeirCell last = _weir_csv_run_cell (runs, runs->stride - 1, i);

        records[runs->row + i] = (WeirCell){ first.data, (guint32)(last.data + last.len - first.data), 0 };
      }
}
