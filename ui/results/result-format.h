/* SPDX-License-Identifier: Apache-2.0 */
/* What a cell shows. Needs no display. */
#pragma once

#include "ui/results/rows-view.h"
#include "ui/widgets/number-format.h"

G_BEGIN_DECLS

/**
 * WeirCellStyle:
 * @zone: whose clock times are shown on
 * @zone_name: the same by name, for text made by the engine
 * @now_us: times of another day than this one's are written with their date
 * @short_windows: a window is shown by its start
 */
typedef struct
{
  GTimeZone  *zone;
  const char *zone_name;
  gint64      now_us;
  gboolean    short_windows;
} WeirCellStyle;

/* Longer texts are cut in the table; row details and export have them whole. */
#define WEIR_CELL_MAX_BYTES 512

/* Returns: (transfer full) (nullable): NULL for NULL */
char *weir_result_cell_text (WeirRowsView        *view,
                             guint                row,
                             guint                column,
                             const WeirCellStyle *style);

/* Whether the values of a column stand at its right. */
gboolean weir_result_column_is_numeric (const WeirColumnInfo *column);

G_END_DECLS
