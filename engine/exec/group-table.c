/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/group-memory-private.h"
#include "exec/group-table.h"

/*
 * Key, hash and payload of a group lie beside each other: a probe touches a line of the index and one or two of the record, and what the
 * aggregates then update is in the cache. An index entry holds the upper half of the hash and the group's number + 1, probing is linear from
 * where the low bits of that half say, at most five of eight entries are used. So a larger index is made from the smaller one alone, in its
 * order. Up to TINY groups there is no index at all: sparse event times make many small tables.
 *
 * Large tables miss the cache on every probe. Hashes come many at once, so lines are asked for ahead of their use: those of the index
 * AHEAD_INDEX probes before, those of the keys, whose number is in the index, AHEAD_KEY probes before. group-memory.c says where the arrays lie.
 */

#define TINY        8
#define INDEX_SMALL 32
#define AHEAD_INDEX 64
#define AHEAD_KEY   32
#define INDEX_BIG   (1u << 15)
#define KEEP_BYTES  (16u << 20)

WeirGroupTable *
weir_group_table_new (gboolean is_view,
                      gsize    stride)
{
  WeirGroupTable *self = g_new0 (WeirGroupTable, 1);

  self->is_view = is_view;
  self->stride = stride;
  self->record_size = (sizeof (WeirGroupKey) + sizeof (guint64) + stride + 7) & ~(gsize)7;
  return self;
}

static void
grow_records (WeirGroupTable *self)
{
  guint capacity = self->capacity == 0 ? 4 : self->capacity * 2;

  self->records = _weir_group_records_grow (self->records, self->capacity * self->record_size, capacity * self->record_size);
  self->capacity = capacity;
}

static void
free_arrays (WeirGroupTable *self)
{
  _weir_group_index_free (self->index, self->index_size);
  self->index = NULL;
  _weir_group_records_free (self->records, self->capacity * self->record_size);
  self->records = NULL;
  g_clear_pointer (&self->blocks, g_ptr_array_unref);
  self->n = self->capacity = self->index_size = 0;
  self->block_size = self->block_used = self->bytes_total = 0;
}

void
weir_group_table_free (WeirGroupTable *table)
{
  if (table == NULL)
    return;
  free_arrays (table);
  g_free (table);
}

static inline guint
index_slot (const WeirGroupTable *self,
            guint64               hash)
{
  return (guint)(hash >> 32) & (self->index_size - 1);
}

static inline guint64
index_entry (guint64 hash,
             guint   group)
{
  return (hash & G_GUINT64_CONSTANT (0xffffffff00000000)) | (group + 1);
}

static inline void
index_put (guint64 *index,
           guint    mask,
           guint64  entry)
{
  guint at = (guint)(entry >> 32) & mask;

  while (index[at] != 0)
    at = (at + 1) & mask;
  index[at] = entry;
}

/* From the records: sequential in them, at random in the index. */
static void
rebuild_index (WeirGroupTable *self,
               guint           size)
{
  if (size != self->index_size)
    {
      _weir_group_index_free (self->index, self->index_size);
      self->index = _weir_group_index_new (size);
      self->index_size = size;
    }
  else
    memset (self->index, 0, size * sizeof (guint64));
  for (guint i = 0; i < self->n; i++)
    {
      if (size >= INDEX_BIG && i + AHEAD_INDEX < self->n)
        __builtin_prefetch (&self->index[index_slot (self, *weir_group_hash_of (self, i + AHEAD_INDEX))], 1);
      index_put (self->index, size - 1, index_entry (*weir_group_hash_of (self, i), i));
    }
}

/* An index of twice the size in the same place, its upper half empty. From behind a free slot on, an entry put in again comes to lie where
 * entries were already put in again, or in the upper half; those before the free slot may belong behind the last and wait. */
static void
spread_index (guint64 *index,
              guint    n_old)
{
  guint               n_first = 0, mask = n_old * 2 - 1;
  g_autofree guint64 *first = NULL;

  while (index[n_first] != 0)
    n_first++;
  first = g_memdup2 (index, n_first * sizeof (guint64));
  memset (index, 0, n_first * sizeof (guint64));
  for (guint i = n_first; i < n_old; i++)
    {
      guint64 entry = index[i];

      if (entry == 0)
        continue;
      index[i] = 0;
      index_put (index, mask, entry);
    }
  for (guint i = 0; i < n_first; i++)
    index_put (index, mask, first[i]);
}

/* The lower and the upper half are written in ascending order. */
static void
double_index (WeirGroupTable *self)
{
  guint    n_old = self->index_size;
  guint64 *old = self->index;

  self->index_size = n_old * 2;
  if (n_old * sizeof (guint64) >= WEIR_GROUP_MAP_BYTES)
    {
      self->index = (guint64 *)(void *)_weir_group_records_grow ((guint8 *)old, n_old * sizeof (guint64), n_old * 2 * sizeof (guint64));
      spread_index (self->index, n_old);
      return;
    }
  self->index = _weir_group_index_new (n_old * 2);
  for (guint i = 0; i < n_old; i++)
    if (old[i] != 0)
      index_put (self->index, self->index_size - 1, old[i]);
  _weir_group_index_free (old, n_old);
}

static inline gboolean
key_equal (const WeirGroupTable *self,
           const WeirGroupKey   *a,
           const WeirGroupKey   *b)
{
  if (a->a != b->a || a->time != b->time)
    return FALSE;
  if (a->b == b->b)
    return TRUE;
  if (!self->is_view || (guint32)a->a <= WEIR_VIEW_INLINE_MAX || (guint32)a->a == G_MAXUINT32)
    return FALSE;
  return memcmp ((const void *)(gsize)a->b, (const void *)(gsize)b->b, (guint32)a->a) == 0;
}

static guint64
copy_bytes (WeirGroupTable *self,
            guint64         address,
            guint32         len)
{
  char *copy;

  if (self->blocks == NULL)
    self->blocks = g_ptr_array_new_with_free_func (g_free);
  if (self->block_size - self->block_used < len)
    {
      gsize size = CLAMP (self->bytes_total, 256, 64u << 10);

      self->block_size = MAX (size, len);
      self->block_used = 0;
      g_ptr_array_add (self->blocks, g_malloc (self->block_size));
    }
  copy = (char *)g_ptr_array_index (self->blocks, self->blocks->len - 1) + self->block_used;
  memcpy (copy, (const void *)(gsize)address, len);
  self->block_used += len;
  self->bytes_total += len;
  return (guint64)(gsize)copy;
}

/* Behind the last, not in the index. */
static inline guint
add_group (WeirGroupTable     *self,
           const WeirGroupKey *key,
           guint64             hash)
{
  guint         group = self->n;
  WeirGroupKey *to;

  if (G_UNLIKELY (group == self->capacity))
    grow_records (self);
  to = weir_group_key (self, group);
  *to = *key;
  if (self->is_view && (guint32)key->a > WEIR_VIEW_INLINE_MAX && (guint32)key->a != G_MAXUINT32)
    to->b = copy_bytes (self, key->b, (guint32)key->a);
  *weir_group_hash_of (self, group) = hash;
  memset (weir_group_payload (self, group), 0, self->stride);
  self->n++;
  return group;
}

static guint
append (WeirGroupTable     *self,
        const WeirGroupKey *key,
        guint64             hash)
{
  guint group = add_group (self, key, hash);

  if (self->index != NULL)
    {
      index_put (self->index, self->index_size - 1, index_entry (hash, group));
      if ((guint64)self->n * 8 > (guint64)self->index_size * 5)
        double_index (self);
    }
  else if (self->n > TINY)
    rebuild_index (self, INDEX_SMALL);
  return group;
}

void
weir_group_table_append (WeirGroupTable     *table,
                         const WeirGroupKey *keys,
                         const guint64      *hashes,
                         guint               n)
{
  for (guint i = 0; i < n; i++)
    add_group (table, &keys[i], hashes[i]);
}

/* The index has room for @n groups; it has those that are there. */
static void
reserve_index (WeirGroupTable *self,
               guint           n)
{
  guint64 size = MAX (self->index_size, INDEX_SMALL);

  if (n <= TINY)
    return;
  while ((guint64)n * 8 > size * 5)
    size *= 2;
  if (size > self->index_size)
    rebuild_index (self, (guint)MIN (size, 1u << 31));
}

void
weir_group_table_reserve (WeirGroupTable *table,
                          guint           n)
{
  guint capacity = MAX (table->capacity, 4);

  while (capacity < n && capacity < G_MAXUINT / 2)
    capacity *= 2;
  if (capacity > table->capacity && n > 0)
    {
      table->records = _weir_group_records_grow (table->records, table->capacity * table->record_size, capacity * table->record_size);
      table->capacity = capacity;
    }
  reserve_index (table, n);
}

void
weir_group_table_add (WeirGroupTable     *table,
                      const WeirGroupKey *keys,
                      const guint64      *hashes,
                      guint               n)
{
  guint from = table->n;

  reserve_index (table, from + n);
  weir_group_table_append (table, keys, hashes, n);
  for (guint i = 0; table->index != NULL && i < n; i++)
    {
      if (table->index_size >= INDEX_BIG && i + AHEAD_INDEX < n)
        __builtin_prefetch (&table->index[index_slot (table, hashes[i + AHEAD_INDEX])], 1);
      index_put (table->index, table->index_size - 1, index_entry (hashes[i], from + i));
    }
}

static guint
find_tiny (const WeirGroupTable *self,
           const WeirGroupKey   *key,
           guint64               hash)
{
  for (guint i = 0; i < self->n; i++)
    if (*weir_group_hash_of (self, i) == hash && key_equal (self, weir_group_key (self, i), key))
      return i;
  return WEIR_GROUP_NONE;
}

static inline guint
find_one (const WeirGroupTable *self,
          const WeirGroupKey   *key,
          guint64               hash)
{
  guint   mask = self->index_size - 1;
  guint32 tag = (guint32)(hash >> 32);

  if (self->index == NULL)
    return find_tiny (self, key, hash);
  for (guint at = index_slot (self, hash);; at = (at + 1) & mask)
    {
      guint64 entry = self->index[at];
      guint   group = (guint32)entry - 1;

      if (entry == 0)
        return WEIR_GROUP_NONE;
      if ((guint32)(entry >> 32) == tag && key_equal (self, weir_group_key (self, group), key))
        return group;
    }
}

/* A record may lie across two lines. */
static inline void
prefetch_record (const WeirGroupTable *self,
                 gsize                 group)
{
  const guint8 *record = self->records + group * self->record_size;

  __builtin_prefetch (record, 1);
  __builtin_prefetch (record + self->record_size - 1, 1);
}

/* The record that a probe for @hash will look at first, if its line of the index has come. */
static inline void
prefetch_candidate (const WeirGroupTable *self,
                    guint64               hash)
{
  guint mask = self->index_size - 1, at = index_slot (self, hash);

  while (self->index[at] != 0 && self->index[at] >> 32 != hash >> 32)
    at = (at + 1) & mask;
  if (self->index[at] != 0)
    prefetch_record (self, (guint32)self->index[at] - 1);
}

/* Before the first probe of many. */
static inline void
prefetch_start (const WeirGroupTable *self,
                const guint64        *hashes,
                guint                 n)
{
  if (self->index_size < INDEX_BIG)
    return;
  for (guint i = 0; i < MIN (n, AHEAD_INDEX); i++)
    __builtin_prefetch (&self->index[index_slot (self, hashes[i])]);
  for (guint i = 0; n > 1 && i < MIN (n, AHEAD_KEY); i++)
    prefetch_candidate (self, hashes[i]);
}

/* Before probe @i. */
static inline void
prefetch (const WeirGroupTable *self,
          const guint64        *hashes,
          guint                 n,
          guint                 i)
{
  if (self->index_size < INDEX_BIG)
    return;
  if (i + AHEAD_INDEX < n)
    __builtin_prefetch (&self->index[index_slot (self, hashes[i + AHEAD_INDEX])]);
  if (i + AHEAD_KEY < n)
    prefetch_candidate (self, hashes[i + AHEAD_KEY]);
}

void
weir_group_table_insert (WeirGroupTable     *table,
                         const WeirGroupKey *keys,
                         const guint64      *hashes,
                         guint               n,
                         guint32            *groups)
{
  prefetch_start (table, hashes, n);
  for (guint i = 0; i < n; i++)
    {
      guint group;

      prefetch (table, hashes, n, i);
      group = find_one (table, &keys[i], hashes[i]);
      if (G_UNLIKELY (group == WEIR_GROUP_NONE))
        group = append (table, &keys[i], hashes[i]);
      groups[i] = group;
    }
}

void
weir_group_table_find (WeirGroupTable     *table,
                       const WeirGroupKey *keys,
                       const guint64      *hashes,
                       guint               n,
                       guint32            *groups)
{
  prefetch_start (table, hashes, n);
  for (guint i = 0; i < n; i++)
    {
      prefetch (table, hashes, n, i);
      groups[i] = find_one (table, &keys[i], hashes[i]);
    }
}

void
weir_group_table_truncate (WeirGroupTable *table,
                           guint           n)
{
  if (n >= table->n)
    return;
  table->n = n;
  if (table->index != NULL)
    rebuild_index (table, table->index_size);
}

void
weir_group_table_reindex (WeirGroupTable *table)
{
  if (table->index != NULL)
    rebuild_index (table, table->index_size);
}

/* Long bytes of keys that go are given back only by copying. */
static void
compact_by_copying (WeirGroupTable *self,
                    const guint8   *keep)
{
  g_autoptr (WeirGroupTable) fresh = weir_group_table_new (self->is_view, self->stride);
  WeirGroupTable             swap;

  for (guint i = 0; i < self->n; i++)
    {
      guint group;

      if (!keep[i])
        continue;
      group = append (fresh, weir_group_key (self, i), *weir_group_hash_of (self, i));
      memcpy (weir_group_payload (fresh, group), weir_group_payload (self, i), self->stride);
    }
  swap = *self;
  *self = *fresh;
  *fresh = swap;
}

static void
compact_in_place (WeirGroupTable *self,
                  const guint8   *keep)
{
  guint n = 0;

  for (guint i = 0; i < self->n; i++)
    {
      if (!keep[i])
        continue;
      if (n < i)
        memcpy (weir_group_key (self, n), weir_group_key (self, i), self->record_size);
      n++;
    }
  weir_group_table_truncate (self, n);
}

void
weir_group_table_compact (WeirGroupTable *table,
                          const guint8   *keep)
{
  guint n = 0;

  for (guint i = 0; i < table->n; i++)
    n += keep[i] != 0;
  if (n == table->n)
    return;
  if (table->blocks != NULL || n < table->capacity / 4)
    compact_by_copying (table, keep);
  else
    compact_in_place (table, keep);
}

void
weir_group_table_reset (WeirGroupTable *table)
{
  if (weir_group_table_bytes (table) > KEEP_BYTES)
    {
      free_arrays (table);
      return;
    }
  table->n = 0;
  g_clear_pointer (&table->blocks, g_ptr_array_unref);
  table->block_size = table->block_used = table->bytes_total = 0;
  if (table->index != NULL)
    memset (table->index, 0, table->index_size * sizeof (guint64));
}

gsize
weir_group_table_bytes (const WeirGroupTable *table)
{
  return sizeof *table + table->capacity * table->record_size +
         table->index_size * sizeof (guint64) + table->bytes_total;
}

void
weir_group_table_prefetch (const WeirGroupTable *table,
                           const guint32        *groups,
                           guint                 n)
{
  if (table->index_size < INDEX_BIG)
    return;
  for (guint i = 0; i < n; i++)
    prefetch_record (table, groups[i]);
}
