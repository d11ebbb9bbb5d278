/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "format/decoder-private.h"

/* What a decode gave, as text. */
typedef struct
{
  GString        *rows; /* one JSON row a line */
  guint           n_rows;
  guint           n_batches;
  WeirDecodeStats stats;
  GError         *error;
} Decoded;

/* @options: name, value, …, NULL. */
WeirDecoder *decode_help_decoder (const char *format, const char *ddl, const char *needed, gboolean strict, const char *const *options);
Decoded     *decode_help_run (WeirDecoder *decoder, const char *text, gsize len, gboolean at_start);
void         decoded_free (Decoded *decoded);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decoded, decoded_free)

/* The rows of a text; error conditions in brackets. @needed: names between commas, or NULL for all. (transfer full) */
char *decode_help_rows (const char *format, const char *ddl, const char *needed, const char *text, const char *const *options);
/* Fast and strict reader at every SIMD level give the same rows, marks and error. */
void decode_help_compare (const char *format, const char *ddl, const char *needed, const char *text, gsize len, const char *const *options);
/* The one batch of a small text. (transfer full) */
WeirBatch  *decode_help_batch (const char *format, const char *ddl, const char *text);
GHashTable *decode_help_options (const char *const *options);
