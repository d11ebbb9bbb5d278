/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/batch.h"
#include "column/column-builder.h"
#include "exec/group-table.h"

G_BEGIN_DECLS

/**
 * WeirKeyCodec:
 *
 * Key columns to #WeirGroupKey and back, by the class of the columns' types:
 *
 *   NONE     no column
 *   INT      one fixed-width column of at most 8 bytes: its value in a, 1 in b for NULL
 *   PACKED   several fixed-width columns: a byte of NULL bits per eight columns, then the values, in at most 16 bytes
 *   STRING   one string: its view; length G_MAXUINT32 is NULL
 *   BYTES    anything else: value-codec.h bytes of all columns, as a view
 *
 * Immutable; equal keys (grouping equality) have equal words or bytes.
 */
typedef enum
{
  WEIR_KEY_NONE,
  WEIR_KEY_INT,
  WEIR_KEY_PACKED,
  WEIR_KEY_STRING,
  WEIR_KEY_BYTES,
} WeirKeyClass;

typedef struct
{
  WeirKeyClass klass;
  guint        n;
  WeirType   **types; /* Owned */
} WeirKeyCodec;

void weir_key_codec_init (WeirKeyCodec *codec, WeirType *const *types, guint n);
void weir_key_codec_clear (WeirKeyCodec *codec);

static inline gboolean
weir_key_codec_is_view (const WeirKeyCodec *codec)
{
  return codec->klass == WEIR_KEY_STRING || codec->klass == WEIR_KEY_BYTES;
}

/**
 * weir_key_codec_encode:
 * @columns: one a key, any encoding for STRING, else flattened by the caller
 * @offset: first entry of @sel
 * @n: how many entries
 * @scratch: grows by the bytes of BYTES keys; views point into the columns or into it, until it is emptied
 * @keys: (out): words a and b; `time` is left alone
 */
void weir_key_codec_encode (const WeirKeyCodec *codec, WeirColumn *const *columns, WeirSel sel, guint offset, guint n, GByteArray *scratch, WeirGroupKey *keys);
/* Appends the key's value of column @column to @builder. FALSE only for damaged bytes. */
gboolean weir_key_codec_decode (const WeirKeyCodec *codec, guint column, const WeirGroupTable *table, const guint32 *groups, guint n, WeirColumnBuilder *builder);

G_END_DECLS
