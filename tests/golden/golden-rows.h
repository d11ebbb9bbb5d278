/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/batch.h"
#include "column/timezone.h"

/* The words of a golden file as rows of @schema. (transfer full) (nullable) */
WeirBatch *golden_rows_read (GPtrArray  *words,
                             WeirSchema *schema,
                             GError    **error);

/* Row @row as a word: values between commas, texts bare where nothing in them could be mistaken. (transfer full) */
char *golden_rows_write (const WeirBatch *batch,
                         guint            row,
                         WeirZone        *zone);
