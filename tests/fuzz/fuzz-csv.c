/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/decoder-private.h"
#include "format/schema-infer.h"
#include "fuzz-rows.h"

#include <string.h>

/*
 * CSV decoders: any bytes, no crash; fast and strict reader give the same rows at every SIMD level. The first byte picks options and needed columns.
 */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static GHashTable *
pick_options (guint8 pick)
{
  static const struct
  {
    guint8      bit;
    const char *name;
    const char *value;
  } choices[] = {
    { 0x10, "header", "true" },
    { 0x20, "mode", "DROPMALFORMED" },
    { 0x40, "escape", "\"" },
    { 0x80, "multiline", "true" },
    { 0x08, "nullvalue", "null" },
    { 0x04, "comment", "#" },
  };
  GHashTable *options = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    if ((pick & choices[i].bit) != 0)
      g_hash_table_insert (options, (gpointer)choices[i].name, (gpointer)choices[i].value);
  if ((pick & 0x84) == 0x84)
    g_hash_table_insert (options, "sep", "::");
  if ((pick & 0x88) == 0x88)
    g_hash_table_insert (options, "ignoreleadingwhitespace", "true");
  return options;
}

static void
decode (const guint8 *data,
        gsize         size,
        guint8        pick,
        gboolean      strict,
        GString      *out)
{
  g_autoptr (WeirSchema)      schema = weir_type_parse_ddl ("a STRING, b BIGINT, c DOUBLE, d STRING, _corrupt_record STRING", NULL);
  const gboolean              needed[] = { TRUE, (pick & 1) == 0, TRUE, (pick & 2) == 0, (pick & 1) == 0 };
  g_autoptr (GHashTable)      options = pick_options (pick);
  g_autoptr (WeirDecoder)     decoder = weir_decoder_new ("csv", schema, needed, options, weir_zone_utc (), NULL, NULL);
  g_autoptr (WeirDecodeState) state = NULL;
  g_autoptr (WeirBuffer)      buffer = weir_buffer_new (size);
  WeirDecodeStats             stats = { 0 };
  WeirDecodeBlock             block = { buffer, 0, size, TRUE, 0, NULL };

  g_assert_nonnull (decoder);
  _weir_decoder_set_strict (decoder, strict);
  state = weir_decode_state_new (decoder);
  if (size > 0)
    memcpy (buffer->data, data, size);
  g_assert_true (weir_decoder_decode (decoder, state, &block, fuzz_append_rows, out, &stats, NULL));
  g_string_append_printf (out, "%u %u", (guint)stats.rows, (guint)stats.bad_rows);
  weir_decode_stats_clear (&stats);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GHashTable) options = NULL;
  g_autoptr (GBytes)     sample = g_bytes_new (data, size);
  g_autoptr (WeirSchema) schema = NULL;
  guint8                 pick = size > 0 ? data[0] : 0;

  options = pick_options (pick);
  g_hash_table_insert (options, "inferschema", "true");
  schema = weir_schema_infer ("csv", &sample, 1, options, weir_zone_utc (), NULL);
  if (size > 0)
    data++, size--;
  fuzz_compare (decode, data, size, pick);
  return 0;
}
