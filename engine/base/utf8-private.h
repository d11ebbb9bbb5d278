/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes from the start that are valid for sure, in steps of 32; the rest is for the plain version. Only with AVX2. */
gsize _weir_utf8_valid_blocks_avx2 (const char *text, gsize len);

G_END_DECLS
