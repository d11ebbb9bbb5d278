/* SPDX-License-Identifier: Apache-2.0 */
/* What fast and strict decoders are compared by: the rows they read, at every SIMD level. */
#pragma once

#include "base/cpu.h"
#include "column/value.h"

/* Of a decoder; @data: GString, a line a row. */
static inline gboolean
fuzz_append_rows (gpointer   data,
                  WeirBatch *batch,
                  GError   **error)
{
  for (guint i = 0; i < batch->n_rows; i++)
    {
      weir_batch_append_json_row (data, batch, i, weir_zone_utc ());
      g_string_append_c (data, '\n');
    }
  return TRUE;
}

/* @decode: appends to @out what a decoder makes of @data */
static inline void
fuzz_compare (void (*decode) (const guint8 *data, gsize size, guint8 pick, gboolean strict, GString *out),
              const guint8 *data,
              gsize         size,
              guint8        pick)
{
  g_autoptr (GString) wanted = g_string_new (NULL);

  decode (data, size, pick, TRUE, wanted);
  for (WeirSimd level = WEIR_SIMD_PLAIN; level <= WEIR_SIMD_AVX512; level++)
    {
      g_autoptr (GString) got = g_string_new (NULL);

      weir_simd_set_level (level);
      decode (data, size, pick, FALSE, got);
      g_assert_cmpstr (got->str, ==, wanted->str);
    }
}
