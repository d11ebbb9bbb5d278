/* SPDX-License-Identifier: Apache-2.0 */
#include "query/result-table.h"

#include "column/column-builder.h"

/* Rows are (k STRING, n BIGINT); the key is k. */

static WeirSchema *
make_schema (void)
{
  return weir_type_parse_ddl ("k STRING, n BIGINT", NULL);
}

/* Names `prefix`first… with value = row number + @add. */
static GPtrArray *
make_batches (WeirSchema *schema,
              guint       first,
              guint       n,
              gint64      add)
{
  GPtrArray                    *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  g_autoptr (WeirColumnBuilder) names = weir_column_builder_new (WEIR_STRING, n);
  g_autoptr (WeirColumnBuilder) values = weir_column_builder_new (WEIR_BIGINT, n);
  WeirColumn                   *columns[2];

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("a key of some length %u", first + i);

      weir_column_builder_append_bytes (names, name, strlen (name));
      weir_column_builder_append_i64 (values, first + i + add);
    }
  columns[0] = weir_column_builder_finish (names);
  columns[1] = weir_column_builder_finish (values);
  g_ptr_array_add (batches, weir_batch_new (schema, n, columns));
  return batches;
}

static WeirResultTable *
make_table (WeirSchema    *schema,
            WeirOutputMode mode,
            guint          rows_max)
{
  static const guint          key[] = { 0 };
  guint                       n_key = mode == WEIR_OUTPUT_APPEND ? 0 : 1;
  g_autoptr (WeirResultShape) shape = weir_result_shape_new (schema, NULL, weir_zone_utc (), mode, key, n_key);

  return weir_result_table_new (shape, key, n_key, rows_max, G_MAXUINT32);
}

static void
apply (WeirResultTable *table,
       WeirSchema      *schema,
       guint64          batch_id,
       guint            first,
       guint            n,
       gint64           add)
{
  g_autoptr (GPtrArray) batches = make_batches (schema, first, n, add);

  weir_result_table_apply (table, batch_id, batches, 1000 + (gint64)batch_id, G_MININT64, G_MININT64);
}

/* Only pages with a changed row get a new version; ids and places stay; old snapshots go on showing what they showed. */
static void
test_update (void)
{
  g_autoptr (WeirSchema)      schema = make_schema ();
  g_autoptr (WeirResultTable) table = make_table (schema, WEIR_OUTPUT_UPDATE, 1000000);
  g_autoptr (WeirSnapshot)    before = NULL;
  g_autoptr (WeirSnapshot)    after = NULL;

  apply (table, schema, 0, 0, 3000, 0);
  before = weir_result_table_snapshot (table);
  g_assert_cmpuint (weir_snapshot_get_n_rows (before), ==, 3000);
  g_assert_cmpuint (weir_snapshot_get_n_pages (before), ==, 3);
  apply (table, schema, 1, 1500, 10, 100);
  after = weir_result_table_snapshot (table);
  g_assert_cmpuint (weir_snapshot_get_n_rows (after), ==, 3000);
  g_assert_cmpuint (weir_snapshot_get_layout_version (after), ==, weir_snapshot_get_layout_version (before));
  g_assert_cmpuint (weir_snapshot_get_page_version (after, 0), ==, weir_snapshot_get_page_version (before, 0));
  g_assert_cmpuint (weir_snapshot_get_page_version (after, 1), !=, weir_snapshot_get_page_version (before, 1));
  g_assert_cmpuint (weir_snapshot_get_page_version (after, 2), ==, weir_snapshot_get_page_version (before, 2));
  g_assert_cmpfloat (weir_snapshot_get_number (before, 1505, 1), ==, 1505);
  g_assert_cmpfloat (weir_snapshot_get_number (after, 1505, 1), ==, 1605);
  g_assert_cmpfloat (weir_snapshot_get_number (after, 1499, 1), ==, 1499);
  g_assert_cmpuint (weir_snapshot_get_row_id (after, 1505), ==, weir_snapshot_get_row_id (before, 1505));
  g_assert_cmpint (weir_snapshot_get_updated_us (after, 1505), ==, 1001);
  g_assert_cmpint (weir_snapshot_get_updated_us (after, 1499), ==, 1000);
}

/* New keys are added at the end, and that moves the layout. */
static void
test_insert (void)
{
  g_autoptr (WeirSchema)      schema = make_schema ();
  g_autoptr (WeirResultTable) table = make_table (schema, WEIR_OUTPUT_UPDATE, 1000000);
  g_autoptr (WeirSnapshot)    before = NULL;
  g_autoptr (WeirSnapshot)    after = NULL;
  g_autofree char            *text = NULL;

  apply (table, schema, 0, 0, 1020, 0);
  before = weir_result_table_snapshot (table);
  apply (table, schema, 1, 1015, 10, 0);
  after = weir_result_table_snapshot (table);
  g_assert_cmpuint (weir_snapshot_get_n_rows (after), ==, 1025);
  g_assert_cmpuint (weir_snapshot_get_layout_version (after), !=, weir_snapshot_get_layout_version (before));
  text = weir_snapshot_dup_text (after, 1024, 0, NULL);
  g_assert_cmpstr (text, ==, "a key of some length 1024");
}

/* Append is a ring: whole pages go at the front. */
static void
test_ring (void)
{
  g_autoptr (WeirSchema)      schema = make_schema ();
  g_autoptr (WeirResultTable) table = make_table (schema, WEIR_OUTPUT_APPEND, 2048);
  g_autoptr (WeirSnapshot)    snapshot = NULL;

  for (guint batch = 0; batch < 10; batch++)
    apply (table, schema, batch, batch * 500, 500, 0);
  snapshot = weir_result_table_snapshot (table);
  g_assert_cmpuint (weir_snapshot_get_n_rows (snapshot), <=, 2048);
  g_assert_cmpuint (weir_snapshot_get_n_rows (snapshot) + weir_snapshot_get_n_dropped (snapshot), ==, 5000);
  g_assert_cmpfloat (weir_snapshot_get_number (snapshot, weir_snapshot_get_n_rows (snapshot) - 1, 1), ==, 4999);
  g_assert_cmpfloat (weir_snapshot_get_number (snapshot, 0, 1), ==, (double)weir_snapshot_get_n_dropped (snapshot));
}

/* A dropped key that comes again is a new row. */
static void
test_bounded_update (void)
{
  g_autoptr (WeirSchema)      schema = make_schema ();
  g_autoptr (WeirResultTable) table = make_table (schema, WEIR_OUTPUT_UPDATE, 2048);
  g_autoptr (WeirSnapshot)    snapshot = NULL;

  apply (table, schema, 0, 0, 4096, 0);
  apply (table, schema, 1, 0, 1, 7);
  snapshot = weir_result_table_snapshot (table);
  g_assert_cmpuint (weir_snapshot_get_n_rows (snapshot), <=, 2049);
  g_assert_cmpfloat (weir_snapshot_get_number (snapshot, weir_snapshot_get_n_rows (snapshot) - 1, 1), ==, 7);
}

/* Complete: equal pages keep their version, rows keep their ids by key, what is absent is gone. */
static void
test_complete (void)
{
  g_autoptr (WeirSchema)      schema = make_schema ();
  g_autoptr (WeirResultTable) table = make_table (schema, WEIR_OUTPUT_COMPLETE, 1000000);
  g_autoptr (WeirSnapshot)    first = NULL;
  g_autoptr (WeirSnapshot)    second = NULL;
  g_autoptr (WeirSnapshot)    third = NULL;

  apply (table, schema, 0, 0, 1500, 0);
  first = weir_result_table_snapshot (table);
  apply (table, schema, 1, 0, 1500, 0);
  second = weir_result_table_snapshot (table);
  g_assert_cmpuint (weir_snapshot_get_page_version (second, 0), ==, weir_snapshot_get_page_version (first, 0));
  g_assert_cmpuint (weir_snapshot_get_layout_version (second), ==, weir_snapshot_get_layout_version (first));
  apply (table, schema, 2, 10, 1200, 0);
  third = weir_result_table_snapshot (table);
  g_assert_cmpuint (weir_snapshot_get_n_rows (third), ==, 1200);
  g_assert_cmpuint (weir_snapshot_get_row_id (third, 0), ==, weir_snapshot_get_row_id (first, 10));
  g_assert_cmpuint (weir_snapshot_get_layout_version (third), !=, weir_snapshot_get_layout_version (first));
}

typedef struct
{
  GMainLoop *loop;
  GArray    *rows;
} Ordered;

static void
ordered_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  Ordered *ordered = data;

  ordered->rows = weir_snapshot_order_finish (result, NULL);
  g_main_loop_quit (ordered->loop);
}

static void
test_order (void)
{
  g_autoptr (WeirSchema)      schema = make_schema ();
  g_autoptr (WeirResultTable) table = make_table (schema, WEIR_OUTPUT_UPDATE, 1000000);
  g_autoptr (WeirSnapshot)    snapshot = NULL;
  g_autoptr (GMainLoop)       loop = g_main_loop_new (NULL, FALSE);
  Ordered                     ordered = { loop, NULL };

  apply (table, schema, 0, 0, 2000, 0);
  snapshot = weir_result_table_snapshot (table);
  weir_snapshot_order_async (snapshot, 1, TRUE, "LENGTH 19", 3, NULL, ordered_cb, &ordered);
  g_main_loop_run (loop);
  g_assert_cmpuint (ordered.rows->len, ==, 3);
  g_assert_cmpuint (g_array_index (ordered.rows, guint, 0), ==, 1999);
  g_assert_cmpuint (g_array_index (ordered.rows, guint, 2), ==, 1997);
  g_array_unref (ordered.rows);
}

/* `+3=103` and the like for every change, oldest first: mark, number of the name, value. (transfer full) */
static char *
changes_of (WeirResultTable *table)
{
  g_autoptr (WeirSnapshot) snapshot = weir_result_table_snapshot (table);
  WeirSnapshot            *changes = weir_snapshot_get_changes (snapshot);
  GString                 *text = g_string_new (NULL);

  for (guint row = 0; changes != NULL && row < weir_snapshot_get_n_rows (changes); row++)
    {
      g_autofree char *name = weir_snapshot_dup_text (changes, row, 0, NULL);

      g_string_append_printf (text, "%s%c%s=%d", row > 0 ? " " : "", "0+~-"[weir_snapshot_get_change (changes, row)], strrchr (name, ' ') + 1,
                              (int)weir_snapshot_get_number (changes, row, 1));
    }
  return g_string_free (text, FALSE);
}

static void
test_changes_update (void)
{
  g_autoptr (WeirSchema)      schema = make_schema ();
  g_autoptr (WeirResultTable) table = make_table (schema, WEIR_OUTPUT_UPDATE, 1000000);
  g_autofree char            *none = NULL, *text = NULL, *gone = NULL;

  apply (table, schema, 0, 0, 3, 0);
  weir_result_table_set_keeps_changes (table, TRUE);
  none = changes_of (table);
  g_assert_cmpstr (none, ==, "");
  apply (table, schema, 1, 2, 2, 100);
  apply (table, schema, 2, 0, 1, 200);
  text = changes_of (table);
  g_assert_cmpstr (text, ==, "~2=102 +3=103 ~0=200");
  weir_result_table_set_keeps_changes (table, FALSE);
  gone = changes_of (table);
  g_assert_cmpstr (gone, ==, "");
}

static void
test_changes_complete (void)
{
  g_autoptr (WeirSchema)      schema = make_schema ();
  g_autoptr (WeirResultTable) table = make_table (schema, WEIR_OUTPUT_COMPLETE, 1000000);
  g_autofree char            *text = NULL;

  apply (table, schema, 0, 0, 3, 0);
  weir_result_table_set_keeps_changes (table, TRUE);
  apply (table, schema, 1, 0, 3, 0); /* as it was */
  apply (table, schema, 2, 1, 3, 0); /* 0 goes, 3 comes */
  apply (table, schema, 3, 2, 2, 10);
  text = changes_of (table);
  g_assert_cmpstr (text, ==, "+3=3 -0=0 ~2=12 ~3=13 -1=1");
}

/* A ring: the newest stay, with their marks and ids, however many come at once. */
static void
test_changes_bounded (void)
{
  g_autoptr (WeirSchema)      schema = make_schema ();
  g_autoptr (WeirResultTable) table = make_table (schema, WEIR_OUTPUT_UPDATE, 1000000);
  guint64                     last_id = 0;

  weir_result_table_set_keeps_changes (table, TRUE);
  for (guint batch = 0; batch < 9; batch++)
    {
      g_autoptr (WeirSnapshot) snapshot = NULL;
      WeirSnapshot            *changes;
      guint                    n;

      apply (table, schema, batch, batch * 500, batch == 8 ? 5000 : 700, batch);
      snapshot = weir_result_table_snapshot (table);
      changes = weir_snapshot_get_changes (snapshot);
      n = weir_snapshot_get_n_rows (changes);
      g_assert_cmpuint (n, <=, 2048);
      g_assert_cmpuint (n, >=, MIN (700 * (batch + 1), 1024));
      g_assert_cmpuint (weir_snapshot_get_row_id (changes, n - 1), >, last_id);
      last_id = weir_snapshot_get_row_id (changes, n - 1);
      g_assert_cmpint (weir_snapshot_get_change (changes, n - 1), ==, WEIR_CHANGE_ADDED);
      if (batch > 0 && batch < 8) /* the first 200 of a batch are the last 200 of the one before */
        g_assert_cmpint (weir_snapshot_get_change (changes, n - 501), ==, WEIR_CHANGE_CHANGED);
      g_assert_cmpfloat (weir_snapshot_get_number (changes, n - 1, 1), ==, batch * 500 + (batch == 8 ? 4999 : 699) + batch);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/query/result-table/update", test_update);
  g_test_add_func ("/engine/query/result-table/insert", test_insert);
  g_test_add_func ("/engine/query/result-table/ring", test_ring);
  g_test_add_func ("/engine/query/result-table/bounded-update", test_bounded_update);
  g_test_add_func ("/engine/query/result-table/complete", test_complete);
  g_test_add_func ("/engine/query/result-table/order", test_order);
  g_test_add_func ("/engine/query/result-table/changes-update", test_changes_update);
  g_test_add_func ("/engine/query/result-table/changes-complete", test_changes_complete);
  g_test_add_func ("/engine/query/result-table/changes-bounded", test_changes_bounded);
  return g_test_run ();
}
