/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/batch.h"
#include "column/timezone.h"

G_BEGIN_DECLS

/**
 * WeirEncoder:
 *
 * Writes rows as text lines the way Spark's json, csv and text sinks do; also to_json() and to_csv(). Immutable, shared by threads.
 */
typedef struct _WeirEncoder WeirEncoder;

/**
 * weir_encoder_new:
 * @format: `json`, `csv` or `text`
 * @schema: of the rows; `text` wants one STRING column
 * @options: (nullable): lower-cased option name → string: json ignorenullfields, timestampformat, timestampntzformat, dateformat,
 *   timezone, pretty; csv header, sep, quote, escape, quoteall, escapequotes, nullvalue, emptyvalue, ignoreleadingwhitespace, …
 * @unknown: (optional): element type char*; names of unknown options are appended
 *
 * Returns: (transfer full) (nullable): NULL with @error for a wrong value or a type the format cannot hold
 */
WeirEncoder *weir_encoder_new (const char *format,
                               WeirSchema *schema,
                               GHashTable *options,
                               WeirZone   *zone,
                               GPtrArray  *unknown,
                               GError    **error);
void         weir_encoder_free (WeirEncoder *encoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirEncoder, weir_encoder_free)

/* What stands at the start of a file: the csv header line, if asked for. */
void weir_encoder_append_start (WeirEncoder *encoder, GString *out);
/* Rows, each with its line end. */
void weir_encoder_append_batch (WeirEncoder *encoder, GString *out, const WeirBatch *batch);
/* One STRUCT (json: also ARRAY or MAP) value without line end: to_json(), to_csv(). The encoder's schema is that of the struct. */
void weir_encoder_append_value (WeirEncoder *encoder, GString *out, const WeirColumn *column, guint row);

G_END_DECLS
