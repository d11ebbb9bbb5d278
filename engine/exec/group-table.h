/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/hash.h"
#include "column/column.h"

G_BEGIN_DECLS

/**
 * WeirGroupKey:
 *
 * A grouping key in three words. `time` is the pane or event time the group belongs to (0 where there is none). `a` and `b` are, by
 * the class of the key (key-codec.h), packed fixed-width values or a string view; long views point into memory of the table.
 */
typedef struct
{
  gint64  time;
  guint64 a;
  guint64 b;
} WeirGroupKey;

#define WEIR_GROUP_NONE G_MAXUINT32

/**
 * WeirGroupTable:
 *
 * Groups in the order of their insertion, numbered from 0, and an open-addressing index over them. Each has a payload of
 * `stride` bytes, zeroed when it is new; payloads move when the table grows. Fields may be read by exec/.
 *
 * A group is one record: key (24 bytes), hash (8), payload; a probe that finds its group has its payload at hand.
 */
typedef struct
{
  gboolean   is_view; /* keys are views: a long one is compared by its bytes */
  gsize      stride;
  guint      n;
  guint      capacity;
  gsize      record_size; /* multiple of 8, of 16 when stride is */
  guint8    *records;     /* 64-byte aligned */
  guint64   *index;       /* hash's upper half, group + 1; NULL while the table is tiny */
  guint      index_size;
  GPtrArray *blocks; /* of key bytes */
  gsize      block_size, block_used, bytes_total;
} WeirGroupTable;

WeirGroupTable *weir_group_table_new (gboolean is_view, gsize stride);
void            weir_group_table_free (WeirGroupTable *table); /* payloads are the caller's to clear before */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirGroupTable, weir_group_table_free)

static inline WeirGroupKey *
weir_group_key (const WeirGroupTable *table,
                gsize                 group)
{
  return (WeirGroupKey *)(void *)(table->records + group * table->record_size);
}

static inline guint64 *
weir_group_hash_of (const WeirGroupTable *table,
                    gsize                 group)
{
  return (guint64 *)(void *)(table->records + group * table->record_size + sizeof (WeirGroupKey));
}

/* Aligned to 8, to 16 when the stride is a multiple of it. */
static inline guint8 *
weir_group_payload (const WeirGroupTable *table,
                    gsize                 group)
{
  return table->records + group * table->record_size + sizeof (WeirGroupKey) + sizeof (guint64);
}

static inline guint64
weir_group_hash (const WeirGroupKey *key,
                 gboolean            is_view)
{
  guint64 salt = (guint64)key->time * WEIR_HASH_K1;

  if (G_UNLIKELY (is_view && (guint32)key->a > WEIR_VIEW_INLINE_MAX && (guint32)key->a != G_MAXUINT32))
    return weir_hash_mix (weir_hash_bytes ((const char *)(gsize)key->b, (guint32)key->a) ^ WEIR_HASH_K0, salt ^ WEIR_HASH_K1);
  return weir_hash_mix (key->a ^ WEIR_HASH_K0 ^ salt, key->b ^ WEIR_HASH_K1);
}

/* Number of the group of each key; new ones are appended, their long bytes copied. */
void weir_group_table_insert (WeirGroupTable *table, const WeirGroupKey *keys, const guint64 *hashes, guint n, guint32 *groups);
/* A new group for each key, also for those that have one: a lookup finds one of the key's groups, or none. Numbered from the table's n. */
void weir_group_table_append (WeirGroupTable *table, const WeirGroupKey *keys, const guint64 *hashes, guint n);
/* Groups of @keys, none of which the table has, in their order behind the others. */
void weir_group_table_add (WeirGroupTable *table, const WeirGroupKey *keys, const guint64 *hashes, guint n);
/* Makes room for @n groups in all, so that adding them moves nothing. */
void weir_group_table_reserve (WeirGroupTable *table, guint n);
/* The same as insert without new ones: WEIR_GROUP_NONE. */
void weir_group_table_find (WeirGroupTable *table, const WeirGroupKey *keys, const guint64 *hashes, guint n, guint32 *groups);
/* Asks the caches for keys and payloads that are used next; up to a thousand or so. */
void weir_group_table_prefetch (const WeirGroupTable *table, const guint32 *groups, guint n);
/* Forgets groups from @n on. */
void weir_group_table_truncate (WeirGroupTable *table, guint n);
/* Keeps the groups with keep[i] != 0, in order. */
void weir_group_table_compact (WeirGroupTable *table, const guint8 *keep);
/* After keys and hashes were changed in place. */
void weir_group_table_reindex (WeirGroupTable *table);
/* Empty again; keeps its memory when it is not oversized. */
void  weir_group_table_reset (WeirGroupTable *table);
gsize weir_group_table_bytes (const WeirGroupTable *table);

/* Keys as bytes: u8 what follows (1 = time, 2 = b), u64 a, u64 time unless 0, u64 b unless 0; of a long view its bytes instead of b. */
void     weir_group_key_write (const WeirGroupKey *key, gboolean is_view, WeirWriter *writer);
gboolean weir_group_key_read (WeirGroupKey *key, gboolean is_view, WeirReader *reader); /* points into the reader's bytes */

G_END_DECLS
