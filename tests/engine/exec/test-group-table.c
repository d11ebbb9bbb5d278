/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/group-table.h"

/*
 * The table against a list that is searched from the front, through long random histories of everything that can be done to it.
 * Payloads hold the number their key had when it was made, so that a payload that strays from its key is seen.
 */

#define STRIDE   24
#define MAX_TEXT 40

typedef struct
{
  char         text[MAX_TEXT]; /* what a long view points to */
  WeirGroupKey key;
  guint64      hash;
  guint64      serial;
} Entry;

typedef struct
{
  WeirGroupTable *table;
  GPtrArray      *entries; /* Entry, in the order of the groups */
  guint64         serial;
  gboolean        is_view;
  guint           n_values; /* how many different keys there are */
} Model;

static void
model_init (Model   *self,
            gboolean is_view,
            guint    n_values)
{
  *self = (Model){ weir_group_table_new (is_view, STRIDE), g_ptr_array_new_with_free_func (g_free), 1, is_view, n_values };
}

static void
model_clear (Model *self)
{
  weir_group_table_free (self->table);
  g_ptr_array_unref (self->entries);
}

/* A key of a small set: short views, long ones that differ late, NULL; or two words. */
static Entry *
random_entry (const Model *self)
{
  Entry *entry = g_new0 (Entry, 1);
  guint  value = (guint)g_test_rand_int_range (0, (gint32)self->n_values);

  entry->key.time = value % 3;
  if (!self->is_view)
    {
      entry->key.a = value / 3;
      entry->key.b = value % 2;
    }
  else if (value % 7 == 6)
    entry->key.a = G_MAXUINT32;
  else
    {
      WeirView view;
      guint    len = (guint)g_snprintf (entry->text, MAX_TEXT, value % 2 ? "%u" : "a text that is long, number %u", value);

      view = weir_view_new (entry->text, len);
      memcpy (&entry->key.a, &view, sizeof view);
    }
  entry->hash = weir_group_hash (&entry->key, self->is_view);
  return entry;
}

static gboolean
same_key (const Model *self,
          const Entry *a,
          const Entry *b)
{
  return a->key.time == b->key.time && a->key.a == b->key.a && (self->is_view ? strcmp (a->text, b->text) == 0 : a->key.b == b->key.b);
}

static guint32
model_find (const Model *self,
            const Entry *wanted)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (same_key (self, self->entries->pdata[i], wanted))
      return i;
  return WEIR_GROUP_NONE;
}

static void
mark_new (Model *self,
          guint  group)
{
  Entry *entry = self->entries->pdata[group];
  guint8 zeros[STRIDE] = { 0 };

  g_assert_cmpmem (weir_group_payload (self->table, group), STRIDE, zeros, STRIDE);
  entry->serial = self->serial++;
  memcpy (weir_group_payload (self->table, group), &entry->serial, sizeof entry->serial);
}

/* Inserts or finds a handful of keys at once. */
static void
do_keys (Model   *self,
         gboolean insert)
{
  guint                    n = (guint)g_test_rand_int_range (1, 100);
  g_autoptr (GPtrArray)    wanted = g_ptr_array_new_with_free_func (g_free);
  g_autofree WeirGroupKey *keys = g_new0 (WeirGroupKey, n);
  g_autofree guint64      *hashes = g_new0 (guint64, n);
  g_autofree guint32      *groups = g_new0 (guint32, n);

  for (guint i = 0; i < n; i++)
    {
      Entry *entry = random_entry (self);

      g_ptr_array_add (wanted, entry);
      keys[i] = entry->key;
      hashes[i] = entry->hash;
    }
  if (insert)
    weir_group_table_insert (self->table, keys, hashes, n, groups);
  else
    weir_group_table_find (self->table, keys, hashes, n, groups);
  for (guint i = 0; i < n; i++)
    {
      guint32 group = model_find (self, wanted->pdata[i]);

      if (insert && group == WEIR_GROUP_NONE)
        {
          Entry *entry = g_new (Entry, 1);

          group = self->entries->len;
          *entry = *(Entry *)wanted->pdata[i];
          g_ptr_array_add (self->entries, entry);
          mark_new (self, group);
        }
      g_assert_cmpuint (groups[i], ==, group);
    }
}

static void
do_truncate (Model *self)
{
  guint n = (guint)g_test_rand_int_range (0, (gint32)self->entries->len + 1);

  g_ptr_array_set_size (self->entries, (gint)n);
  weir_group_table_truncate (self->table, n);
}

static void
do_compact (Model *self)
{
  g_autofree guint8 *keep = g_new0 (guint8, self->entries->len + 1);
  guint              n = self->entries->len, at = 0;

  for (guint i = 0; i < n; i++)
    if ((keep[i] = g_test_rand_int_range (0, 3) != 0))
      {
        gpointer kept = self->entries->pdata[i];

        self->entries->pdata[i] = self->entries->pdata[at];
        self->entries->pdata[at++] = kept;
      }
  g_ptr_array_set_size (self->entries, (gint)at);
  weir_group_table_compact (self->table, keep);
}

static void
do_reset (Model *self)
{
  g_ptr_array_set_size (self->entries, 0);
  weir_group_table_reset (self->table);
}

static void
check (const Model *self)
{
  g_assert_cmpuint (self->table->n, ==, self->entries->len);
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = self->entries->pdata[i];
      guint64      serial;

      memcpy (&serial, weir_group_payload (self->table, i), sizeof serial);
      g_assert_cmpuint (serial, ==, entry->serial);
      g_assert_cmpuint (*weir_group_hash_of (self->table, i), ==, entry->hash);
      g_assert_cmpint (weir_group_key (self->table, i)->time, ==, entry->key.time);
    }
}

static void
run_history (gboolean is_view,
             guint    n_values,
             guint    n_steps)
{
  Model model;

  model_init (&model, is_view, n_values);
  for (guint step = 0; step < n_steps; step++)
    {
      int what = g_test_rand_int_range (0, 40);

      if (what < 24)
        do_keys (&model, TRUE);
      else if (what < 33)
        do_keys (&model, FALSE);
      else if (what < 35)
        do_truncate (&model);
      else if (what < 38)
        do_compact (&model);
      else if (what < 39)
        weir_group_table_reindex (model.table);
      else
        do_reset (&model);
      check (&model);
    }
  model_clear (&model);
}

static void
test_words (void)
{
  for (guint i = 0; i < 20; i++)
    run_history (FALSE, i % 2 ? 20 : 1000, 60);
}

static void
test_views (void)
{
  for (guint i = 0; i < 20; i++)
    run_history (TRUE, i % 2 ? 20 : 1000, 60);
}

/* Through the sizes at which the arrays change their kind, and at which those of the new kind grow. */
static void
test_growth (void)
{
  const guint                n = 700000, part = 1000;
  g_autoptr (WeirGroupTable) table = weir_group_table_new (FALSE, STRIDE);
  g_autofree WeirGroupKey   *keys = g_new0 (WeirGroupKey, part);
  g_autofree guint64        *hashes = g_new0 (guint64, part);
  g_autofree guint32        *groups = g_new0 (guint32, part);

  for (guint round = 0; round < 2; round++)
    for (guint from = 0; from < n; from += part)
      {
        for (guint i = 0; i < part; i++)
          {
            keys[i] = (WeirGroupKey){ 0, (from + i) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15), from + i };
            hashes[i] = weir_group_hash (&keys[i], FALSE);
          }
        weir_group_table_insert (table, keys, hashes, part, groups);
        for (guint i = 0; i < part; i++)
          g_assert_cmpuint (groups[i], ==, from + i);
      }
  g_assert_cmpuint (table->n, ==, n);
  g_assert_cmpuint (weir_group_table_bytes (table), >=, n * table->record_size);
  weir_group_table_reset (table);
  g_assert_cmpuint (table->n, ==, 0);
  g_assert_cmpuint (weir_group_table_bytes (table), <, n * table->record_size);
}

/* Every appended key has a group of its own, beside those that were inserted. */
static void
test_append (void)
{
  Model        model;
  WeirGroupKey keys[2] = { { 1, 77, 1 }, { 1, 78, 1 } };
  guint64      hashes[2] = { weir_group_hash (&keys[0], FALSE), weir_group_hash (&keys[1], FALSE) };
  guint32      groups[2];

  model_init (&model, FALSE, 10);
  for (guint i = 0; i < 20; i++)
    weir_group_table_append (model.table, keys, hashes, 2);
  g_assert_cmpuint (model.table->n, ==, 40);
  for (guint i = 0; i < 40; i++)
    g_assert_cmpuint (weir_group_key (model.table, i)->a, ==, keys[i % 2].a);
  weir_group_table_insert (model.table, keys, hashes, 2, groups);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (weir_group_key (model.table, groups[i])->a, ==, keys[i].a);
  model_clear (&model);
}

static void
test_bytes (void)
{
  Model model;

  for (guint round = 0; round < 400; round++)
    {
      g_autofree Entry      *entry = NULL;
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      WeirWriter             writer = { bytes };
      WeirReader             reader;
      WeirGroupKey           back;

      model_init (&model, round % 2 == 1, 1000);
      entry = random_entry (&model);
      weir_group_key_write (&entry->key, model.is_view, &writer);
      weir_reader_init (&reader, bytes->data, bytes->len);
      g_assert_true (weir_group_key_read (&back, model.is_view, &reader));
      g_assert_cmpuint (weir_group_hash (&back, model.is_view), ==, entry->hash);
      for (guint cut = 0; cut < bytes->len; cut++)
        {
          weir_reader_init (&reader, bytes->data, cut);
          g_assert_false (weir_group_key_read (&back, model.is_view, &reader));
        }
      model_clear (&model);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exec/group-table/words", test_words);
  g_test_add_func ("/exec/group-table/views", test_views);
  g_test_add_func ("/exec/group-table/growth", test_growth);
  g_test_add_func ("/exec/group-table/append", test_append);
  g_test_add_func ("/exec/group-table/bytes", test_bytes);
  return g_test_run ();
}
