/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/group-codec.h"

#include <string.h>

#include "base/word-codec.h"

/* Records that are used next are asked for ahead: known groups of a batch lie far apart. */
#define AHEAD 32

static inline gboolean
is_long (guint64  a,
         gboolean is_view)
{
  return is_view && (guint32)a > WEIR_VIEW_INLINE_MAX && (guint32)a != G_MAXUINT32;
}

void
weir_group_keys_write (const WeirGroupTable *table,
                       guint                 from,
                       guint                 n,
                       WeirWriter           *writer)
{
  guint64 a[WEIR_GROUP_BLOCK], b[WEIR_GROUP_BLOCK], time[WEIR_GROUP_BLOCK];

  g_assert (n > 0 && n <= WEIR_GROUP_BLOCK);
  for (guint i = 0; i < n; i++)
    {
      const WeirGroupKey *key = weir_group_key (table, from + i);

      a[i] = key->a;
      b[i] = is_long (key->a, table->is_view) ? 0 : key->b;
      time[i] = (guint64)key->time;
    }
  weir_words_write (writer, a, n);
  weir_words_write (writer, time, n);
  weir_words_write (writer, b, n);
  for (guint i = 0; table->is_view && i < n; i++)
    if (is_long (a[i], TRUE))
      weir_writer_raw (writer, (const void *)(gsize)weir_group_key (table, from + i)->b, (guint32)a[i]);
}

gboolean
weir_group_keys_read (gboolean      is_view,
                      WeirReader   *reader,
                      WeirGroupKey *keys,
                      guint         n)
{
  guint64 a[WEIR_GROUP_BLOCK], b[WEIR_GROUP_BLOCK], time[WEIR_GROUP_BLOCK];

  g_assert (n <= WEIR_GROUP_BLOCK);
  if (!weir_words_read (reader, a, n) || !weir_words_read (reader, time, n) || !weir_words_read (reader, b, n))
    return FALSE;
  for (guint i = 0; i < n; i++)
    keys[i] = (WeirGroupKey){ (gint64)time[i], a[i], b[i] };
  for (guint i = 0; is_view && i < n; i++)
    if (is_long (a[i], TRUE))
      keys[i].b = (guint64)(gsize)weir_reader_raw (reader, (guint32)a[i]);
  return !reader->failed;
}

void
weir_group_keys_add (WeirGroupTable     *table,
                     const WeirGroupKey *keys,
                     guint               n)
{
  guint64 hashes[WEIR_GROUP_BLOCK];

  g_assert (n <= WEIR_GROUP_BLOCK);
  for (guint i = 0; i < n; i++)
    hashes[i] = weir_group_hash (&keys[i], table->is_view);
  weir_group_table_add (table, keys, hashes, n);
}

/* Words of the payloads: a record is looked at once for all of them. */
static inline __attribute__ ((always_inline)) void
gather (const WeirGroupTable *table,
        const guint32        *groups,
        guint                 from,
        guint                 n,
        const gsize          *offsets,
        guint                 n_words,
        guint64               words[WEIR_GROUP_WORDS][WEIR_GROUP_BLOCK])
{
  for (guint i = 0; i < n; i++)
    {
      const guint8 *at = weir_group_payload (table, groups != NULL ? groups[i] : from + i);

      if (groups != NULL && i + AHEAD < n)
        __builtin_prefetch (weir_group_payload (table, groups[i + AHEAD]) + offsets[0]);
      for (guint w = 0; w < n_words; w++)
        memcpy (&words[w][i], at + offsets[w], sizeof (guint64));
    }
}

void
weir_group_words_write (const WeirGroupTable *table,
                        const guint32        *groups,
                        guint                 from,
                        guint                 n,
                        const gsize          *offsets,
                        guint                 n_words,
                        WeirWriter           *writer)
{
  guint64 words[WEIR_GROUP_WORDS][WEIR_GROUP_BLOCK];

  g_assert (n > 0 && n <= WEIR_GROUP_BLOCK && n_words > 0 && n_words <= WEIR_GROUP_WORDS);
  if (n_words == 1)
    gather (table, groups, from, n, offsets, 1, words);
  else if (n_words == 3)
    gather (table, groups, from, n, offsets, 3, words);
  else
    gather (table, groups, from, n, offsets, n_words, words);
  for (guint w = 0; w < n_words; w++)
    weir_words_write (writer, words[w], n);
}

gboolean
weir_group_words_read (WeirGroupTable *table,
                       const guint32  *groups,
                       guint           from,
                       guint           n,
                       gsize           offset,
                       WeirReader     *reader)
{
  guint64 words[WEIR_GROUP_BLOCK];

  g_assert (n <= WEIR_GROUP_BLOCK);
  if (!weir_words_read (reader, words, n))
    return FALSE;
  for (guint i = 0; groups != NULL && i < n; i++)
    {
      if (i + AHEAD < n)
        __builtin_prefetch (weir_group_payload (table, groups[i + AHEAD]) + offset, 1);
      memcpy (weir_group_payload (table, groups[i]) + offset, &words[i], sizeof (guint64));
    }
  for (guint i = 0; groups == NULL && i < n; i++)
    memcpy (weir_group_payload (table, from + i) + offset, &words[i], sizeof (guint64));
  return TRUE;
}
