/* SPDX-License-Identifier: Apache-2.0 */
#include "column/batch-codec.h"

#include "column/value-codec.h"
#include "random-column.h"

#include <string.h>

/* Rows come back as they were, whatever their types and encodings; no bytes break the reader. */

static WeirBatch *
random_batch (WeirSchema *schema,
              guint       n)
{
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (schema->n_fields, 1));

  for (guint i = 0; i < schema->n_fields; i++)
    columns[i] = random_column (schema->fields[i].type, n);
  return weir_batch_new (schema, n, columns);
}

static WeirSchema *
random_schema (void)
{
  g_autoptr (GArray) fields = g_array_new (FALSE, TRUE, sizeof (WeirField));
  WeirSchema        *schema;
  guint              n = (guint)g_test_rand_int_range (1, 5);

  for (guint i = 0; i < n; i++)
    {
      WeirField field = { .name = g_strdup_printf ("c%u", i), .type = random_type (3), .nullable = TRUE };

      g_array_append_val (fields, field);
    }
  schema = weir_type_new_struct ((const WeirField *)fields->data, n);
  for (guint i = 0; i < n; i++)
    {
      g_free (g_array_index (fields, WeirField, i).name);
      weir_type_unref (g_array_index (fields, WeirField, i).type);
    }
  return schema;
}

static GBytes *
rows_as_bytes (GPtrArray *batches)
{
  WeirWriter writer = { g_byte_array_new () };

  for (guint b = 0; b < batches->len; b++)
    {
      WeirBatch *batch = batches->pdata[b];

      for (guint row = 0; row < batch->n_rows; row++)
        for (guint c = 0; c < batch->n_columns; c++)
          weir_value_write (batch->columns[c], row, FALSE, &writer);
    }
  return g_byte_array_free_to_bytes (writer.bytes);
}

static GPtrArray *
random_batches (WeirSchema *schema)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  guint      n = (guint)g_test_rand_int_range (0, 4);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (batches, random_batch (schema, (guint)g_test_rand_int_range (1, 40)));
  return batches;
}

static void
test_round_trip (void)
{
  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (WeirType)   schema = random_schema ();
      g_autoptr (GPtrArray)  batches = random_batches (schema);
      g_autoptr (GPtrArray)  back = NULL;
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (GBytes)     before = NULL, after = NULL;
      WeirWriter             writer = { bytes };
      WeirReader             reader;

      weir_batches_write (batches, schema, &writer);
      weir_reader_init (&reader, bytes->data, bytes->len);
      back = weir_batches_read (&reader, schema);
      g_assert_nonnull (back);
      g_assert_cmpuint (reader.pos, ==, reader.len);
      g_assert_cmpuint (back->len, ==, batches->len);
      before = rows_as_bytes (batches);
      after = rows_as_bytes (back);
      g_assert_true (g_bytes_equal (before, after));
    }
}

static void
test_damage (void)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (WeirType)   schema = random_schema ();
      g_autoptr (GPtrArray)  batches = random_batches (schema);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      WeirWriter             writer = { bytes };

      weir_batches_write (batches, schema, &writer);
      for (guint k = 0; k < 200; k++)
        {
          g_autofree guint8    *copy = g_memdup2 (bytes->data, bytes->len);
          g_autoptr (GPtrArray) back = NULL;
          gsize                 len = k % 2 == 0 ? (gsize)g_test_rand_int_range (0, (gint32)bytes->len) : bytes->len;
          WeirReader            reader;

          if (k % 2 == 1)
            copy[g_test_rand_int_range (0, (gint32)bytes->len)] ^= (guint8)(1 << g_test_rand_int_range (0, 8));
          weir_reader_init (&reader, copy, len);
          back = weir_batches_read (&reader, schema);
          if (k % 2 == 0)
            g_assert_null (back);
        }
    }
}

/* Other names are the same columns, other types are not. */
static void
test_types (void)
{
  g_autoptr (WeirType)   written = weir_type_parse_ddl ("a INT, b STRUCT<x: STRING>", NULL);
  g_autoptr (WeirType)   renamed = weir_type_parse_ddl ("c INT, d STRUCT<y: STRING>", NULL);
  g_autoptr (WeirType)   other = weir_type_parse_ddl ("a BIGINT, b STRUCT<x: STRING>", NULL);
  g_autoptr (GPtrArray)  batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GPtrArray)  back = NULL;
  WeirWriter             writer = { bytes };
  WeirReader             reader;

  g_ptr_array_add (batches, random_batch (written, 10));
  weir_batches_write (batches, written, &writer);
  weir_reader_init (&reader, bytes->data, bytes->len);
  back = weir_batches_read (&reader, renamed);
  g_assert_nonnull (back);
  g_assert_true (((WeirBatch *)back->pdata[0])->schema == renamed);
  weir_reader_init (&reader, bytes->data, bytes->len);
  g_assert_null (weir_batches_read (&reader, other));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/column/batch-codec/round-trip", test_round_trip);
  g_test_add_func ("/engine/column/batch-codec/damage", test_damage);
  g_test_add_func ("/engine/column/batch-codec/types", test_types);
  return g_test_run ();
}
