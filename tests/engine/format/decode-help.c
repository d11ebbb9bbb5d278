/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "decode-help.h"

#include "column/value.h"
#include "format/text-index-private.h"

#include <string.h>

GHashTable *
decode_help_options (const char *const *options)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; options != NULL && options[i] != NULL; i += 2)
    g_hash_table_insert (table, g_ascii_strdown (options[i], -1), g_strdup (options[i + 1]));
  return table;
}

WeirDecoder *
decode_help_decoder (const char        *format,
                     const char        *ddl,
                     const char        *needed,
                     gboolean           strict,
                     const char *const *options)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (WeirSchema) schema = weir_type_parse_ddl (ddl, &error);
  g_autoptr (GHashTable) table = decode_help_options (options);
  g_auto (GStrv)         names = needed != NULL ? g_strsplit (needed, ",", -1) : NULL;
  g_autofree gboolean   *is_needed = NULL;
  WeirDecoder           *decoder;

  g_assert_no_error (error);
  is_needed = g_new0 (gboolean, schema->n_fields + 1);
  for (guint i = 0; i < schema->n_fields; i++)
    is_needed[i] = names == NULL || g_strv_contains ((const char *const *)names, schema->fields[i].name);
  decoder = weir_decoder_new (format, schema, is_needed, table, weir_zone_utc (), NULL, &error);
  g_assert_no_error (error);
  _weir_decoder_set_strict (decoder, strict);
  return decoder;
}

static gboolean
collect (gpointer   data,
         WeirBatch *batch,
         GError   **error)
{
  Decoded *decoded = data;

  g_assert_cmpuint (batch->n_rows, >, 0);
  g_assert_cmpuint (batch->n_rows, <=, WEIR_VECTOR_ROWS);
  for (guint i = 0; i < batch->n_rows; i++)
    {
      weir_batch_append_json_row (decoded->rows, batch, i, weir_zone_utc ());
      g_string_append_c (decoded->rows, '\n');
    }
  decoded->n_rows += batch->n_rows;
  decoded->n_batches++;
  return TRUE;
}

Decoded *
decode_help_run (WeirDecoder *decoder,
                 const char  *text,
                 gsize        len,
                 gboolean     at_start)
{
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (decoder);
  g_autoptr (WeirBuffer)      buffer = weir_buffer_new (len);
  Decoded                    *decoded = g_new0 (Decoded, 1);
  WeirDecodeBlock             block = { buffer, 0, len, at_start, 0, NULL };

  memcpy (buffer->data, text, len);
  decoded->rows = g_string_new (NULL);
  if (!weir_decoder_decode (decoder, state, &block, collect, decoded, &decoded->stats, &decoded->error))
    g_assert_nonnull (decoded->error);
  return decoded;
}

void
decoded_free (Decoded *decoded)
{
  g_string_free (decoded->rows, TRUE);
  weir_decode_stats_clear (&decoded->stats);
  g_clear_error (&decoded->error);
  g_free (decoded);
}

char *
decode_help_rows (const char        *format,
                  const char        *ddl,
                  const char        *needed,
                  const char        *text,
                  const char *const *options)
{
  g_autoptr (WeirDecoder) decoder = decode_help_decoder (format, ddl, needed, FALSE, options);
  g_autoptr (Decoded)     decoded = decode_help_run (decoder, text, strlen (text), TRUE);

  decode_help_compare (format, ddl, needed, text, strlen (text), options);
  if (decoded->error != NULL)
    g_string_append_printf (decoded->rows, "[%s]\n", weir_error_get_condition (decoded->error));
  return g_strdup (decoded->rows->str);
}

void
decode_help_compare (const char        *format,
                     const char        *ddl,
                     const char        *needed,
                     const char        *text,
                     gsize              len,
                     const char *const *options)
{
  g_autoptr (WeirDecoder) strict = decode_help_decoder (format, ddl, needed, TRUE, options);
  g_autoptr (WeirDecoder) fast = decode_help_decoder (format, ddl, needed, FALSE, options);
  g_autoptr (Decoded)     wanted = decode_help_run (strict, text, len, TRUE);

  for (WeirSimd level = WEIR_SIMD_PLAIN; level <= WEIR_SIMD_AVX512; level++)
    {
      g_autoptr (Decoded) got = NULL;

      weir_simd_set_level (level);
      got = decode_help_run (fast, text, len, TRUE);
      g_assert_cmpstr (got->rows->str, ==, wanted->rows->str);
      g_assert_cmpuint (got->n_rows, ==, wanted->n_rows);
      g_assert_cmpuint (got->stats.rows, ==, wanted->stats.rows);
      g_assert_cmpuint (got->stats.bad_rows, ==, wanted->stats.bad_rows);
      g_assert_cmpuint (got->stats.n_samples, ==, wanted->stats.n_samples);
      for (guint i = 0; i < got->stats.n_samples; i++)
        {
          g_assert_cmpuint (got->stats.samples[i].offset, ==, wanted->stats.samples[i].offset);
          g_assert_true (g_bytes_equal (got->stats.samples[i].raw, wanted->stats.samples[i].raw));
        }
      g_assert_cmpstr (got->error != NULL ? got->error->message : NULL, ==, wanted->error != NULL ? wanted->error->message : NULL);
    }
}

static gboolean
keep_batch (gpointer   data,
            WeirBatch *batch,
            GError   **error)
{
  WeirBatch **kept = data;

  g_assert_null (*kept);
  *kept = weir_batch_ref (batch);
  return TRUE;
}

WeirBatch *
decode_help_batch (const char *format,
                   const char *ddl,
                   const char *text)
{
  g_autoptr (WeirDecoder)     decoder = decode_help_decoder (format, ddl, NULL, FALSE, NULL);
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (decoder);
  g_autoptr (WeirBuffer)      buffer = weir_buffer_new (strlen (text));
  WeirDecodeBlock             block = { buffer, 0, strlen (text), TRUE, 0, NULL };
  WeirBatch                  *batch = NULL;

  memcpy (buffer->data, text, strlen (text));
  g_assert_true (weir_decoder_decode (decoder, state, &block, keep_batch, &batch, NULL, NULL));
  return batch;
}
