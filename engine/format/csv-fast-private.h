/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "format/decoder-private.h"

G_BEGIN_DECLS

/* TRUE when the decoder's options allow the fast reader. */
gboolean _weir_csv_fast_usable (const WeirDecoder *decoder);
/* All lines of a block; the strict reader takes what the fast one declines. */
gboolean _weir_csv_fast_lines (WeirDecodeState *state, const char *data, gsize len, GError **error);
void     _weir_csv_fast_free (WeirCsvFast *fast);

G_END_DECLS
