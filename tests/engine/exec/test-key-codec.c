/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "../column/random-column.h"
#include "column/value.h"
#include "exec/key-codec.h"

/* Keys of any types: equal rows, and only they, meet in one group, and a group gives its values back. */

#define MAX_KEYS 4
#define MAX_ROWS 200

typedef struct
{
  guint         n_keys, n_rows;
  WeirType     *types[MAX_KEYS];
  WeirColumn   *columns[MAX_KEYS];
  WeirKeyCodec  codec;
  GByteArray   *scratch;
  WeirGroupKey *keys;
  guint64      *hashes;
} Keys;

static void
keys_init (Keys *self,
           guint n_keys,
           guint depth)
{
  *self = (Keys){ .n_keys = n_keys, .n_rows = (guint)g_test_rand_int_range (1, MAX_ROWS), .scratch = g_byte_array_new () };
  for (guint c = 0; c < n_keys; c++)
    {
      g_autoptr (WeirColumn) any = NULL;

      self->types[c] = random_type (depth);
      any = random_column (self->types[c], self->n_rows);
      self->columns[c] = weir_column_flatten (any);
    }
  weir_key_codec_init (&self->codec, self->types, n_keys);
  self->keys = g_new0 (WeirGroupKey, self->n_rows);
  self->hashes = g_new0 (guint64, self->n_rows);
  weir_key_codec_encode (&self->codec, self->columns, weir_sel_all (self->n_rows), 0, self->n_rows, self->scratch, self->keys);
  for (guint i = 0; i < self->n_rows; i++)
    self->hashes[i] = weir_group_hash (&self->keys[i], weir_key_codec_is_view (&self->codec));
}

static void
keys_clear (Keys *self)
{
  for (guint c = 0; c < self->n_keys; c++)
    {
      weir_type_unref (self->types[c]);
      weir_column_unref (self->columns[c]);
    }
  weir_key_codec_clear (&self->codec);
  g_byte_array_unref (self->scratch);
  g_free (self->keys);
  g_free (self->hashes);
}

static gboolean
are_equal (const Keys *self,
           guint       a,
           guint       b)
{
  for (guint c = 0; c < self->n_keys; c++)
    if (!weir_value_equal (self->columns[c], a, self->columns[c], b))
      return FALSE;
  return TRUE;
}

static void
check_decode (const Keys           *self,
              const WeirGroupTable *table,
              const guint32        *groups)
{
  for (guint c = 0; c < self->n_keys; c++)
    {
      WeirColumnBuilder     *builder = weir_column_builder_new (self->types[c], self->n_rows);
      g_autoptr (WeirColumn) back = NULL;

      g_assert_true (weir_key_codec_decode (&self->codec, c, table, groups, self->n_rows, builder));
      back = weir_column_builder_finish (builder);
      weir_column_builder_free (builder);
      g_assert_cmpuint (back->n_rows, ==, self->n_rows);
      for (guint i = 0; i < self->n_rows; i++)
        g_assert_true (weir_value_equal (back, i, self->columns[c], i));
    }
}

static void
check_keys (guint n_keys,
            guint depth)
{
  Keys                       keys;
  g_autofree guint32        *groups = NULL, *found = NULL;
  g_autoptr (WeirGroupTable) table = NULL;

  keys_init (&keys, n_keys, depth);
  groups = g_new0 (guint32, keys.n_rows);
  found = g_new0 (guint32, keys.n_rows);
  table = weir_group_table_new (weir_key_codec_is_view (&keys.codec), 8);
  weir_group_table_insert (table, keys.keys, keys.hashes, keys.n_rows, groups);
  for (guint i = 0; i < keys.n_rows; i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpint (groups[i] == groups[j], ==, are_equal (&keys, i, j));
  /* The table has bytes of its own. */
  if (keys.scratch->len > 0)
    memset (keys.scratch->data, 0xee, keys.scratch->len);
  check_decode (&keys, table, groups);
  g_byte_array_set_size (keys.scratch, 0);
  weir_key_codec_encode (&keys.codec, keys.columns, weir_sel_all (keys.n_rows), 0, keys.n_rows, keys.scratch, keys.keys);
  weir_group_table_find (table, keys.keys, keys.hashes, keys.n_rows, found);
  g_assert_cmpmem (found, sizeof *found * keys.n_rows, groups, sizeof *groups * keys.n_rows);
  keys_clear (&keys);
}

static void
test_one (void)
{
  for (guint i = 0; i < 200; i++)
    check_keys (1, 0);
}

static void
test_several (void)
{
  for (guint i = 0; i < 200; i++)
    check_keys ((guint)g_test_rand_int_range (2, MAX_KEYS + 1), 0);
}

static void
test_nested (void)
{
  for (guint i = 0; i < 200; i++)
    check_keys ((guint)g_test_rand_int_range (1, MAX_KEYS + 1), 2);
}

static void
test_none (void)
{
  check_keys (0, 0);
}

static void
test_classes (void)
{
  static const struct
  {
    const char  *ddl;
    WeirKeyClass klass;
  } table[] = {
    { "a BIGINT", WEIR_KEY_INT },
    { "a BOOLEAN", WEIR_KEY_INT },
    { "a DOUBLE", WEIR_KEY_INT },
    { "a TIMESTAMP", WEIR_KEY_INT },
    { "a STRING", WEIR_KEY_STRING },
    { "a BINARY", WEIR_KEY_STRING },
    { "a INT, b INT", WEIR_KEY_PACKED },
    { "a BIGINT, b INT, c SMALLINT, d BOOLEAN", WEIR_KEY_PACKED },           /* 15 bytes and one of NULL bits */
    { "a BIGINT, b INT, c SMALLINT, d BOOLEAN, e BOOLEAN", WEIR_KEY_BYTES }, /* one too many */
    { "a BIGINT, b BIGINT", WEIR_KEY_BYTES },
    { "a STRING, b INT", WEIR_KEY_BYTES },
    { "a DECIMAL(20, 2)", WEIR_KEY_BYTES },
    { "a STRUCT<x: INT>", WEIR_KEY_BYTES },
    { "a ARRAY<INT>", WEIR_KEY_BYTES },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (WeirSchema) schema = weir_type_parse_ddl (table[i].ddl, NULL);
      WeirType              *types[8];
      WeirKeyCodec           codec;

      for (guint c = 0; c < schema->n_fields; c++)
        types[c] = schema->fields[c].type;
      weir_key_codec_init (&codec, types, schema->n_fields);
      g_test_message ("%s", table[i].ddl);
      g_assert_cmpint (codec.klass, ==, table[i].klass);
      weir_key_codec_clear (&codec);
    }
}

/* Bytes that are none of the codec's are refused, whatever they are. */
static void
test_damaged (void)
{
  for (guint i = 0; i < 300; i++)
    {
      Keys                       keys;
      g_autoptr (WeirGroupTable) table = NULL;
      guint32                    group;

      keys_init (&keys, 2, 2);
      if (keys.codec.klass == WEIR_KEY_BYTES)
        {
          char               noise[32];
          guint              len = (guint)g_test_rand_int_range (0, sizeof noise);
          WeirView           view;
          WeirGroupKey       key = { 0 };
          WeirColumnBuilder *builder = weir_column_builder_new (keys.types[1], 1);

          for (guint b = 0; b < sizeof noise; b++)
            noise[b] = (char)g_test_rand_int_range (0, 256);
          view = weir_view_new (noise, len);
          memcpy (&key.a, &view, sizeof view);
          table = weir_group_table_new (TRUE, 8);
          weir_group_table_insert (table, &key, (guint64[]){ weir_group_hash (&key, TRUE) }, 1, &group);
          if (weir_key_codec_decode (&keys.codec, 1, table, &group, 1, builder))
            g_assert_cmpuint (builder->n_rows, ==, 1);
          weir_column_builder_free (builder);
        }
      keys_clear (&keys);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exec/key-codec/classes", test_classes);
  g_test_add_func ("/exec/key-codec/none", test_none);
  g_test_add_func ("/exec/key-codec/one", test_one);
  g_test_add_func ("/exec/key-codec/several", test_several);
  g_test_add_func ("/exec/key-codec/nested", test_nested);
  g_test_add_func ("/exec/key-codec/damaged", test_damaged);
  return g_test_run ();
}
