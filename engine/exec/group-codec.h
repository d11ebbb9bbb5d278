/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/group-table.h"

G_BEGIN_DECLS

/*
 * Groups as bytes, up to WEIR_GROUP_BLOCK at a time, column by column; a column of words is as in base/word-codec.h.
 *
 *   keys    words a, words time, words b (0 for long views), then the bytes of the long views, one after the other
 */
#define WEIR_GROUP_BLOCK 1024

/* Keys of groups [from, from + n). */
void weir_group_keys_write (const WeirGroupTable *table, guint from, guint n, WeirWriter *writer);
/* Long views point into the reader's bytes. */
gboolean weir_group_keys_read (gboolean is_view, WeirReader *reader, WeirGroupKey *keys, guint n);

/* Words of the payload, @offsets bytes into it, a column each, at most WEIR_GROUP_WORDS, of @groups; NULL: of [from, from + n). */
#define WEIR_GROUP_WORDS 4
void weir_group_words_write (const WeirGroupTable *table, const guint32 *groups, guint from, guint n, const gsize *offsets, guint n_words, WeirWriter *writer);
/* One of them. */
gboolean weir_group_words_read (WeirGroupTable *table, const guint32 *groups, guint from, guint n, gsize offset, WeirReader *reader);

/* Adds the groups of keys that were read. */
void weir_group_keys_add (WeirGroupTable *table, const WeirGroupKey *keys, guint n);

G_END_DECLS
