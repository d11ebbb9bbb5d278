/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/batch.h"
#include "column/timezone.h"

G_BEGIN_DECLS

/**
 * weir_schema_infer:
 * @format: `json`, `csv` or `text`
 * @samples: starts of files or of a stream, whole records each
 * @options: (nullable): as for weir_decoder_new(); inferschema and header matter for csv, infertimestamp, primitivesasstring,
 *   prefersdecimal for json
 *
 * The schema Spark would infer. json: fields in order of name; csv: `_c0` … or the header's names, all STRING without inferSchema.
 *
 * Returns: (transfer full) (nullable): NULL with @error for wrong options, or UNABLE_TO_INFER_SCHEMA when there is no record
 */
WeirSchema *weir_schema_infer (const char *format,
                               GBytes    **samples,
                               guint       n_samples,
                               GHashTable *options,
                               WeirZone   *zone,
                               GError    **error);

/* schema_of_json(), schema_of_csv(): type of one text. (transfer full) (nullable) */
WeirType *weir_type_infer (const char *format, const char *text, gsize len, GHashTable *options, WeirZone *zone, GError **error);

/**
 * WeirEventTime:
 *
 * How a column becomes an event time.
 */
typedef enum
{
  WEIR_EVENT_TIME_NONE,
  WEIR_EVENT_TIME_TIMESTAMP, /* a TIMESTAMP (or NTZ, DATE) as it is */
  WEIR_EVENT_TIME_TEXT,      /* ISO text: CAST (c AS TIMESTAMP) */
  WEIR_EVENT_TIME_SECONDS,   /* numbers since 1970: timestamp_seconds() */
  WEIR_EVENT_TIME_MILLIS,    /* timestamp_millis() */
  WEIR_EVENT_TIME_MICROS,    /* timestamp_micros() */
} WeirEventTime;

/**
 * weir_infer_event_time:
 * @rows: (nullable): sample rows under @schema; without them only names and types speak
 * @how: (out) (optional): what turns the column into a TIMESTAMP; digits in a STRING count as numbers (CAST to BIGINT first)
 *
 * Proposes the event time column for the Add Source dialog.
 *
 * Returns: its index, or -1
 */
int weir_infer_event_time (WeirSchema      *schema,
                           const WeirBatch *rows,
                           WeirEventTime   *how);

G_END_DECLS
