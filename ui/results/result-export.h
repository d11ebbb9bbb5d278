/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/results/rows-view.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_EXPORT_CSV,    /* RFC 4180, UTF-8, with a heading line; NULL is an empty field, an empty text is "" */
  WEIR_EXPORT_NDJSON, /* one object a line */
} WeirExportFormat;

/* By the ending of a file name; CSV for unknown ones. */
WeirExportFormat weir_export_format_for_name (const char *name);

/**
 * weir_result_export_async:
 * @view: rows to write; held until it is done
 * @rows: (element-type guint): which, in which order; copied
 * @zone_name: (nullable): time zone of times
 * @format: how
 * @file: where; replaced only when all was written
 *
 * Writes on a worker thread.
 */
void weir_result_export_async (WeirRowsView       *view,
                               GArray             *rows,
                               const char         *zone_name,
                               WeirExportFormat    format,
                               GFile              *file,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);

/* Returns: how many rows were written; -1 with @error */
gssize weir_result_export_finish (GAsyncResult *result,
                                  GError      **error);

G_END_DECLS
