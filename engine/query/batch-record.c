/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/batch-record.h"

WeirBatchRecord *
weir_batch_record_new (guint n_sources)
{
  WeirBatchRecord *self = g_new0 (WeirBatchRecord, 1);

  self->n_sources = n_sources;
  self->from = g_new0 (char *, n_sources + 1);
  self->to = g_new0 (char *, n_sources + 1);
  return self;
}

WeirBatchRecord *
weir_batch_record_copy (const WeirBatchRecord *record)
{
  WeirBatchRecord *copy = g_memdup2 (record, sizeof *record);

  copy->from = g_strdupv (record->from);
  copy->to = g_strdupv (record->to);
  return copy;
}

void
weir_batch_record_free (WeirBatchRecord *record)
{
  if (record == NULL)
    return;
  g_strfreev (record->from);
  g_strfreev (record->to);
  g_free (record);
}
