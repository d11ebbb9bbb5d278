/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "format/decoder-private.h"

G_BEGIN_DECLS

/* TRUE when the decoder's options allow the fast reader. */
gboolean _weir_json_fast_usable (const WeirDecoder *decoder);
/* All lines of a block; the strict reader takes what the fast one declines. */
gboolean _weir_json_fast_lines (WeirDecodeState *state, const char *data, gsize len, GError **error);
/* Texts of from_json(), each followed by a line feed; text i is [offsets[i], offsets[i + 1] − 1). Rows are begun and committed;
 * rows whose bit in @present is clear are NULL; bits are cleared for blank texts. */
void _weir_json_fast_texts (WeirDecodeState *state, const char *data, const guint32 *offsets, guint n, guint8 *present);
void _weir_json_fast_free (WeirJsonFast *fast);

G_END_DECLS
