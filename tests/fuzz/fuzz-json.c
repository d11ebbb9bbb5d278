/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/decoder-private.h"
#include "format/schema-infer.h"
#include "fuzz-rows.h"

#include <string.h>

/*
 * JSON decoders: any bytes, no crash; fast and strict reader give the same rows at every SIMD level. The first byte picks options and needed columns.
 */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static GHashTable *
pick_options (guint8 pick)
{
  static const char *const names[] = { "allowcomments", "allowunquotedfieldnames", "allownumericleadingzeros", "allowunquotedcontrolchars" };
  GHashTable              *options = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((pick & 0x80) != 0 && (pick >> i & 1) != 0)
      g_hash_table_insert (options, (gpointer)names[i], "true");
  if ((pick & 0x60) == 0x20)
    g_hash_table_insert (options, "mode", "DROPMALFORMED");
  if ((pick & 0x60) == 0x60)
    g_hash_table_insert (options, "mode", "FAILFAST");
  if ((pick & 0x90) == 0x10)
    g_hash_table_insert (options, "multiline", "true");
  return options;
}

static void
decode (const guint8 *data,
        gsize         size,
        guint8        pick,
        gboolean      strict,
        GString      *out)
{
  g_autoptr (WeirSchema)      schema = weir_type_parse_ddl ("a STRING, b BIGINT, c DOUBLE, d TIMESTAMP, e ARRAY<STRUCT<x: INT, y: DECIMAL(10,2)>>, m MAP<STRING, BOOLEAN>, _corrupt_record STRING", NULL);
  const gboolean              needed[] = { TRUE, (pick & 1) == 0, TRUE, (pick & 2) == 0, (pick & 4) == 0, (pick & 4) == 0, (pick & 8) == 0 };
  g_autoptr (GHashTable)      options = pick_options (pick);
  g_autoptr (WeirDecoder)     decoder = weir_decoder_new ("json", schema, needed, options, weir_zone_utc (), NULL, NULL);
  g_autoptr (WeirDecodeState) state = NULL;
  g_autoptr (WeirBuffer)      buffer = weir_buffer_new (size);
  g_autoptr (GError)          error = NULL;
  WeirDecodeStats             stats = { 0 };
  WeirDecodeBlock             block = { buffer, 0, size, TRUE, 0, NULL };

  g_assert_nonnull (decoder);
  _weir_decoder_set_strict (decoder, strict);
  state = weir_decode_state_new (decoder);
  if (size > 0)
    memcpy (buffer->data, data, size);
  if (!weir_decoder_decode (decoder, state, &block, fuzz_append_rows, out, &stats, &error))
    g_string_append (out, error->message);
  g_string_append_printf (out, "%u %u", (guint)stats.rows, (guint)stats.bad_rows);
  weir_decode_stats_clear (&stats);
}

/* The whole input as one text of from_json(), and as a sample for inference. */
static void
decode_text (const guint8 *data,
             gsize         size)
{
  g_autoptr (WeirType)          type = weir_type_parse_ddl ("a STRING, b STRUCT<c: ARRAY<INT>>", NULL);
  g_autoptr (WeirDecoder)       decoder = weir_column_decoder_new ("json", type, NULL, NULL, weir_zone_utc (), NULL);
  g_autoptr (WeirDecodeState)   state = weir_decode_state_new (decoder);
  g_autofree char              *text = g_utf8_make_valid ((const char *)data, (gssize)size);
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (WEIR_STRING, 2);
  g_autoptr (WeirColumn)        texts = NULL;
  g_autoptr (WeirColumn)        column = NULL;
  g_autoptr (GBytes)            sample = g_bytes_new (data, size);
  g_autoptr (WeirSchema)        schema = weir_schema_infer ("json", &sample, 1, NULL, weir_zone_utc (), NULL);

  for (guint i = 0; i < 2; i++)
    weir_column_builder_append_bytes (builder, text, strlen (text));
  texts = weir_column_builder_finish (builder);
  column = weir_decoder_decode_column (decoder, state, texts, weir_sel_all (2), NULL, NULL);
  g_assert_nonnull (column);
  g_assert_true (weir_value_equal (column, 0, column, 1));
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  guint8 pick = size > 0 ? data[0] : 0;

  decode_text (data, size);
  /* A JSON text that begins with its bracket is used whole, with the default options. */
  if (pick == '{' || pick == '[')
    pick = 0;
  else if (size > 0)
    data++, size--;
  fuzz_compare (decode, data, size, pick);
  return 0;
}
