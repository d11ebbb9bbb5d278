/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/group-table.h"

/*
 * Keys, hashes and payloads lie in arrays of their own, so that a probe touches a line of the index, a line of keys and what the
 * aggregates then update. An index entry holds the upper half of the hash and the group's number + 1, probing is linear, at
 * most half of the entries are used. Up to TINY groups there is no index at all: sparse event times make many small tables.
 *
 * Large tables miss the cache on every probe; PREFETCH probes ahead hides most of it.
 */

#define TINY       8
#define PREFETCH   12
#define INDEX_BIG  (1u << 15)
#define KEEP_BYTES (8u << 20)

WeirGroupTable *
weir_group_table_new (gboolean is_view,
                      gsize    stride)
{
  WeirGroupTable *self = g_new0 (WeirGroupTable, 1);

  self->is_view = is_view;
  self->stride = stride;
  return self;
}

static void
free_arrays (WeirGroupTable *self)
{
  g_clear_pointer (&self->keys, g_free);
  g_clear_pointer (&self->hashes, g_free);
  g_clear_pointer (&self->index, g_free);
  if (self->payload != NULL)
    g_aligned_free (self->payload);
  self->payload = NULL;
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

static void
grow_arrays (WeirGroupTable *self)
{
  guint capacity = self->capacity == 0 ? 4 : self->capacity * 2;

  self->keys = g_renew (WeirGroupKey, self->keys, capacity);
  self->hashes = g_renew (guint64, self->hashes, capacity);
  if (self->stride > 0)
    {
      guint8 *payload = g_aligned_alloc (capacity, self->stride, 16);

      if (self->n > 0)
        memcpy (payload, self->payload, self->n * self->stride);
      if (self->payload != NULL)
        g_aligned_free (self->payload);
      self->payload = payload;
    }
  self->capacity = capacity;
}

static inline guint64
index_entry (guint64 hash,
             guint   group)
{
  return (hash & G_GUINT64_CONSTANT (0xffffffff00000000)) | (group + 1);
}

static void
index_add (WeirGroupTable *self,
           guint           group)
{
  guint mask = self->index_size - 1;
  guint at = (guint)self->hashes[group] & mask;

  while (self->index[at] != 0)
    at = (at + 1) & mask;
  self->index[at] = index_entry (self->hashes[group], group);
}

static void
rebuild_index (WeirGroupTable *self,
               guint           wanted)
{
  guint size = 32;

  while (size < wanted * 2)
    size *= 2;
  if (size != self->index_size)
    {
      g_free (self->index);
      self->index = g_new0 (guint64, size);
      self->index_size = size;
    }
  else
    memset (self->index, 0, size * sizeof (guint64));
  for (guint i = 0; i < self->n; i++)
    index_add (self, i);
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

static guint
append (WeirGroupTable     *self,
        const WeirGroupKey *key,
        guint64             hash)
{
  guint group = self->n;

  if (G_UNLIKELY (group == self->capacity))
    grow_arrays (self);
  self->keys[group] = *key;
  if (self->is_view && (guint32)key->a > WEIR_VIEW_INLINE_MAX && (guint32)key->a != G_MAXUINT32)
    self->keys[group].b = copy_bytes (self, key->b, (guint32)key->a);
  self->hashes[group] = hash;
  if (self->stride > 0)
    memset (self->payload + group * self->stride, 0, self->stride);
  self->n++;
  if (self->index == NULL ? self->n > TINY : self->n * 2 > self->index_size)
    rebuild_index (self, self->n * 2);
  else if (self->index != NULL)
    index_add (self, group);
  return group;
}

static guint
find_tiny (const WeirGroupTable *self,
           const WeirGroupKey   *key,
           guint64               hash)
{
  for (guint i = 0; i < self->n; i++)
    if (self->hashes[i] == hash && key_equal (self, &self->keys[i], key))
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
  for (guint at = (guint)hash & mask;; at = (at + 1) & mask)
    {
      guint64 entry = self->index[at];
      guint   group = (guint32)entry - 1;

      if (entry == 0)
        return WEIR_GROUP_NONE;
      if ((guint32)(entry >> 32) == tag && key_equal (self, &self->keys[group], key))
        return group;
    }
}

static inline void
prefetch (const WeirGroupTable *self,
          const guint64        *hashes,
          guint                 n,
          guint                 i)
{
  if (self->index_size >= INDEX_BIG && i + PREFETCH < n)
    __builtin_prefetch (&self->index[(guint)hashes[i + PREFETCH] & (self->index_size - 1)]);
}

void
weir_group_table_insert (WeirGroupTable     *table,
                         const WeirGroupKey *keys,
                         const guint64      *hashes,
                         guint               n,
                         guint32            *groups)
{
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
    rebuild_index (table, table->index_size / 2);
}

void
weir_group_table_reindex (WeirGroupTable *table)
{
  if (table->index != NULL)
    rebuild_index (table, table->index_size / 2);
}

void
weir_group_table_compact (WeirGroupTable *table,
                          const guint8   *keep)
{
  g_autoptr (WeirGroupTable) fresh = weir_group_table_new (table->is_view, table->stride);
  WeirGroupTable             swap;

  for (guint i = 0; i < table->n; i++)
    {
      guint group;

      if (!keep[i])
        continue;
      group = append (fresh, &table->keys[i], table->hashes[i]);
      if (table->stride > 0)
        memcpy (fresh->payload + group * table->stride, table->payload + i * table->stride, table->stride);
    }
  swap = *table;
  *table = *fresh;
  *fresh = swap;
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
  return sizeof *table + table->capacity * (sizeof (WeirGroupKey) + sizeof (guint64) + table->stride) +
         table->index_size * sizeof (guint64) + table->bytes_total;
}

void
weir_group_key_write (const WeirGroupKey *key,
                      gboolean            is_view,
                      WeirWriter         *writer)
{
  weir_writer_u64 (writer, (guint64)key->time);
  weir_writer_u64 (writer, key->a);
  if (is_view && (guint32)key->a > WEIR_VIEW_INLINE_MAX && (guint32)key->a != G_MAXUINT32)
    weir_writer_raw (writer, (const void *)(gsize)key->b, (guint32)key->a);
  else
    weir_writer_u64 (writer, key->b);
}

gboolean
weir_group_key_read (WeirGroupKey *key,
                     gboolean      is_view,
                     WeirReader   *reader)
{
  key->time = (gint64)weir_reader_u64 (reader);
  key->a = weir_reader_u64 (reader);
  if (is_view && (guint32)key->a > WEIR_VIEW_INLINE_MAX && (guint32)key->a != G_MAXUINT32)
    key->b = (guint64)(gsize)weir_reader_raw (reader, (guint32)key->a);
  else
    key->b = weir_reader_u64 (reader);
  return !reader->failed;
}
