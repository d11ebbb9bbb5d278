/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/batch.h"
#include "column/value.h"
#include "random-column.h"

#include <string.h>

/* The text of a row says all about it. (transfer full) */
static char *
row_text (const WeirColumn *column,
          guint             row)
{
  GString *text = g_string_new (NULL);

  weir_value_append_text (text, column, row, WEIR_TEXT_JSON, weir_zone_utc ());
  return g_string_free (text, FALSE);
}

static void
assert_row (const WeirColumn *got,
            guint             row,
            const WeirColumn *expected,
            guint             expected_row)
{
  g_autofree char *a = row_text (got, row), *b = row_text (expected, expected_row);

  g_assert_cmpstr (a, ==, b);
  g_assert_true (weir_value_equal (got, row, expected, expected_row));
}

static void
assert_is_flat (const WeirColumn *column)
{
  g_assert_cmpint (column->encoding, ==, WEIR_ENCODING_FLAT);
  for (guint i = 0; i < column->n_children; i++)
    assert_is_flat (column->children[i]);
}

typedef void (*Check) (WeirColumn *column);

static void
for_random_columns (Check check)
{
  for (guint i = 0; i < 600; i++)
    {
      g_autoptr (WeirType)   type = random_type (3);
      g_autoptr (WeirColumn) column = random_column (type, (guint)g_test_rand_int_range (0, 80));

      check (column);
    }
}

static void
check_gather (WeirColumn *column)
{
  guint                  n = column->n_rows > 0 ? (guint)g_test_rand_int_range (0, 100) : 0;
  guint32                idx[100];
  guint16                narrow[100];
  g_autoptr (WeirColumn) wide_result = NULL;
  g_autoptr (WeirColumn) narrow_result = NULL;
  g_autoptr (WeirColumn) flat = NULL;

  for (guint i = 0; i < n; i++)
    narrow[i] = (guint16)(idx[i] = (guint32)g_test_rand_int_range (0, (gint32)column->n_rows));
  wide_result = weir_column_gather (column, idx, n);
  narrow_result = weir_column_gather16 (column, narrow, n);
  flat = weir_column_flatten (wide_result);
  assert_is_flat (flat);
  g_assert_cmpuint (wide_result->n_rows, ==, n);
  for (guint i = 0; i < n; i++)
    {
      assert_row (wide_result, i, column, idx[i]);
      assert_row (narrow_result, i, column, idx[i]);
      assert_row (flat, i, column, idx[i]);
    }
}

static void
check_gather_nullable (WeirColumn *column)
{
  guint                  n = (guint)g_test_rand_int_range (0, 50);
  guint32                idx[50];
  g_autoptr (WeirColumn) result = NULL;

  for (guint i = 0; i < n; i++)
    idx[i] = column->n_rows == 0 || g_test_rand_int_range (0, 4) == 0 ? G_MAXUINT32 : (guint32)g_test_rand_int_range (0, (gint32)column->n_rows);
  result = weir_column_gather_nullable (column, idx, n);
  g_assert_cmpuint (result->n_rows, ==, n);
  for (guint i = 0; i < n; i++)
    if (idx[i] == G_MAXUINT32)
      g_assert_true (weir_column_is_null (result, i));
    else
      assert_row (result, i, column, idx[i]);
}

static void
check_slice (WeirColumn *column)
{
  guint                  offset = (guint)g_test_rand_int_range (0, (gint32)column->n_rows + 1);
  guint                  n = (guint)g_test_rand_int_range (0, (gint32)(column->n_rows - offset) + 1);
  g_autoptr (WeirColumn) result = weir_column_slice (column, offset, n);

  g_assert_cmpuint (result->n_rows, ==, n);
  for (guint i = 0; i < n; i++)
    assert_row (result, i, column, offset + i);
  g_assert_cmpuint (weir_column_bytes (result), >, 0);
}

/* Pieces put together are the whole; so are other columns behind them. */
static void
check_concat (WeirColumn *column)
{
  guint                  cut = (guint)g_test_rand_int_range (0, (gint32)column->n_rows + 1);
  WeirColumn            *parts[3];
  g_autoptr (WeirColumn) result = NULL;

  parts[0] = weir_column_slice (column, 0, cut);
  parts[1] = weir_column_slice (column, cut, column->n_rows - cut);
  parts[2] = random_column (column->type, 11);
  result = weir_column_concat (parts, 3);
  g_assert_cmpuint (result->n_rows, ==, column->n_rows + 11);
  for (guint i = 0; i < column->n_rows; i++)
    assert_row (result, i, column, i);
  for (guint i = 0; i < 11; i++)
    assert_row (result, column->n_rows + i, parts[2], i);
  /* The bytes stay when the parts are gone. */
  for (guint i = 0; i < 3; i++)
    weir_column_unref (parts[i]);
  for (guint i = 0; i < column->n_rows; i++)
    assert_row (result, i, column, i);
}

static void
check_append_from (WeirColumn *column)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (column->type, 0);
  g_autoptr (WeirColumn)        copy = NULL;
  guint                         kept = (guint)g_test_rand_int_range (0, (gint32)column->n_rows + 1);

  for (guint i = 0; i < column->n_rows; i++)
    weir_column_builder_append_from (builder, column, i);
  /* Take some back, in the middle of a record too, and append them again. */
  weir_column_builder_truncate (builder, kept);
  for (guint c = 0; c < builder->n_children; c++)
    if (builder->type->kind != WEIR_TYPE_STRUCT)
      random_append (builder->children[c]);
  weir_column_builder_truncate (builder, kept);
  for (guint c = 0; c < builder->n_children; c++)
    if (builder->type->kind != WEIR_TYPE_STRUCT)
      weir_column_builder_truncate (builder->children[c], builder->children[c]->n_rows - 1);
  for (guint i = kept; i < column->n_rows; i++)
    weir_column_builder_append_from (builder, column, i);
  copy = weir_column_builder_finish (builder);
  g_assert_cmpuint (copy->n_rows, ==, column->n_rows);
  assert_is_flat (copy);
  for (guint i = 0; i < column->n_rows; i++)
    assert_row (copy, i, column, i);
  g_assert_cmpuint (builder->n_rows, ==, 0);
}

static void
test_gather (void)
{
  for_random_columns (check_gather);
}

static void
test_gather_nullable (void)
{
  for_random_columns (check_gather_nullable);
}

static void
test_slice (void)
{
  for_random_columns (check_slice);
}

static void
test_concat (void)
{
  for_random_columns (check_concat);
}

static void
test_append_from (void)
{
  for_random_columns (check_append_from);
}

static void
test_views (void)
{
  static const char *const texts[] = { "", "a", "abcd", "abcdefghijkl", "abcdefghijklm", "abcdefghijklmn", "abcd\xff", "b" };

  for (guint a = 0; a < G_N_ELEMENTS (texts); a++)
    for (guint b = 0; b < G_N_ELEMENTS (texts); b++)
      {
        g_autofree char *copy = g_strdup (texts[b]);
        WeirView         x = weir_view_new (texts[a], (guint32)strlen (texts[a])), y = weir_view_new (copy, (guint32)strlen (copy));
        int              order = strcmp (texts[a], texts[b]);

        g_assert_true (weir_view_equal (&x, &y) == (order == 0));
        g_assert_cmpint (CLAMP (weir_view_compare (&x, &y), -1, 1), ==, CLAMP (order, -1, 1));
      }
}

/* Long strings are never moved: a view stays good while others are appended. */
static void
test_builder_bytes (void)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (WEIR_STRING, 1);
  g_autoptr (WeirBuffer)        kept = weir_buffer_new (20);
  g_autoptr (WeirColumn)        column = NULL;
  g_autofree char              *large = g_strnfill (200000, 'x');
  char                         *own;

  memcpy (kept->data, "kept in its buffer..", 20);
  weir_column_builder_keep (builder, kept);
  weir_column_builder_append_view (builder, weir_view_new ((char *)kept->data, 20));
  own = weir_column_builder_alloc_bytes (builder, 17);
  memcpy (own, "written by callers", 17);
  weir_column_builder_append_view (builder, weir_view_new (own, 17));
  for (guint i = 0; i < 5000; i++)
    weir_column_builder_append_bytes (builder, "something longer than twelve", 28);
  weir_column_builder_append_bytes (builder, large, 200000);
  weir_column_builder_append_null (builder);
  column = weir_column_builder_finish (builder);
  g_assert_cmpuint (column->n_rows, ==, 5004);
  g_assert_cmpmem (weir_view_data (&weir_column_values (column, WeirView)[0]), 20, "kept in its buffer..", 20);
  g_assert_cmpmem (weir_view_data (&weir_column_values (column, WeirView)[1]), 17, "written by callers", 17);
  g_assert_cmpmem (weir_view_data (&weir_column_values (column, WeirView)[4999]), 28, "something longer than twelve", 28);
  g_assert_cmpuint (weir_column_values (column, WeirView)[5002].len, ==, 200000);
  g_assert_true (weir_column_is_null (column, 5003));
  g_assert_false (weir_column_is_null (column, 5002));
  g_assert_cmpuint (weir_column_bytes (column), >, 200000 + 5000 * (16 + 28));
}

static void
test_nulls_and_retype (void)
{
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (WeirType)   type = random_type (3);
      g_autoptr (WeirColumn) nulls = weir_column_new_nulls (type, 5);
      g_autoptr (WeirColumn) flat = weir_column_flatten (nulls);
      g_autoptr (WeirColumn) same = weir_column_retype (flat, type);

      g_assert_cmpuint (flat->n_rows, ==, 5);
      for (guint row = 0; row < 5; row++)
        g_assert_true (weir_column_is_null (nulls, row) && weir_column_is_null (flat, row) && weir_column_is_null (same, row));
    }
}

static void
test_retype_names (void)
{
  g_autoptr (WeirType)   from = weir_type_parse ("struct<a:int,b:array<struct<c:string>>>", NULL);
  g_autoptr (WeirType)   to = weir_type_parse ("struct<x:int,y:array<struct<z:string>>>", NULL);
  g_autoptr (WeirColumn) column = random_column (from, 20);
  g_autoptr (WeirColumn) renamed = weir_column_retype (column, to);
  g_autoptr (WeirColumn) back = weir_column_retype (renamed, from);

  g_assert_true (weir_type_equal (renamed->type, to));
  for (guint i = 0; i < 20; i++)
    assert_row (back, i, column, i);
}

static void
test_batch (void)
{
  g_autoptr (WeirSchema) schema = weir_type_parse_ddl ("a INT, b STRING, c ARRAY<INT>", NULL);
  static const guint16   idx[] = { 1, 3, 4, 9 };
  WeirColumn            *columns[3];
  g_autoptr (WeirBatch)  batch = NULL;
  g_autoptr (WeirBatch)  some = NULL;
  g_autoptr (WeirBatch)  all = NULL;
  g_autoptr (WeirBatch)  prefix = NULL;
  g_autoptr (WeirBatch)  both = NULL;

  for (guint i = 0; i < 3; i++)
    columns[i] = random_column (schema->fields[i].type, 10);
  batch = weir_batch_new (schema, 10, columns);
  some = weir_batch_gather (batch, (WeirSel){ idx, 4 });
  all = weir_batch_gather (batch, weir_sel_all (10));
  prefix = weir_batch_slice (batch, 2, 5);
  both = weir_batch_concat ((WeirBatch *[]){ some, prefix }, 2);
  g_assert_true (all == batch);
  g_assert_cmpuint (some->n_rows, ==, 4);
  g_assert_cmpuint (both->n_rows, ==, 9);
  for (guint c = 0; c < 3; c++)
    {
      for (guint i = 0; i < 4; i++)
        assert_row (both->columns[c], i, batch->columns[c], idx[i]);
      for (guint i = 0; i < 5; i++)
        assert_row (both->columns[c], 4 + i, batch->columns[c], 2 + i);
    }
  g_assert_cmpuint (weir_batch_bytes (both), >, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/column/gather", test_gather);
  g_test_add_func ("/column/gather-nullable", test_gather_nullable);
  g_test_add_func ("/column/slice", test_slice);
  g_test_add_func ("/column/concat", test_concat);
  g_test_add_func ("/column/append-from", test_append_from);
  g_test_add_func ("/column/views", test_views);
  g_test_add_func ("/column/builder-bytes", test_builder_bytes);
  g_test_add_func ("/column/nulls-and-retype", test_nulls_and_retype);
  g_test_add_func ("/column/retype-names", test_retype_names);
  g_test_add_func ("/column/batch", test_batch);
  return g_test_run ();
}
