/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/group-table.h"

/* A grouping key as bytes, one at a time; group-codec.c has those of a whole table. What is 0 in most keys is left out. */

#define KEY_HAS_TIME 1
#define KEY_HAS_B    2

static gboolean
is_long (guint64  a,
         gboolean is_view)
{
  return is_view && (guint32)a > WEIR_VIEW_INLINE_MAX && (guint32)a != G_MAXUINT32;
}

/* One append: there may be millions of keys. */
void
weir_group_key_write (const WeirGroupKey *key,
                      gboolean            is_view,
                      WeirWriter         *writer)
{
  gboolean is_bytes = is_long (key->a, is_view);
  guint8   bytes[25];
  guint    n = 9;

  bytes[0] = (guint8)((key->time != 0 ? KEY_HAS_TIME : 0) | (!is_bytes && key->b != 0 ? KEY_HAS_B : 0));
  memcpy (bytes + 1, &key->a, 8);
  if (key->time != 0)
    {
      memcpy (bytes + n, &key->time, 8);
      n += 8;
    }
  if (!is_bytes && key->b != 0)
    {
      memcpy (bytes + n, &key->b, 8);
      n += 8;
    }
  weir_writer_raw (writer, bytes, n);
  if (is_bytes)
    weir_writer_raw (writer, (const void *)(gsize)key->b, (guint32)key->a);
}

gboolean
weir_group_key_read (WeirGroupKey *key,
                     gboolean      is_view,
                     WeirReader   *reader)
{
  guint8 head = weir_reader_u8 (reader);

  key->a = weir_reader_u64 (reader);
  key->time = (head & KEY_HAS_TIME) != 0 ? (gint64)weir_reader_u64 (reader) : 0;
  if (is_long (key->a, is_view))
    key->b = (guint64)(gsize)weir_reader_raw (reader, (guint32)key->a);
  else
    key->b = (head & KEY_HAS_B) != 0 ? weir_reader_u64 (reader) : 0;
  return !reader->failed && head <= (KEY_HAS_TIME | KEY_HAS_B);
}
