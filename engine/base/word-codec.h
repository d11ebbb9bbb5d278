/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

/*
 * A column of 64-bit words, in as few whole bytes each as their spread needs:
 *
 *   u8      width w, 0…8
 *   varint  the least of them as a signed number, zigzag: (v << 1) ^ (v >> 63)
 *   n × w   each less the least, little-endian
 *
 * Words that are all the same take no more than their head.
 */
void weir_words_write (WeirWriter *writer, const guint64 *words, guint n);
/* The same @n. FALSE, and the reader failed, on damaged bytes. */
gboolean weir_words_read (WeirReader *reader, guint64 *words, guint n);

G_END_DECLS
