/* SPDX-License-Identifier: Apache-2.0 */
#include "query/watermark-tracker.h"

#include "base/error.h"

#define NONE G_MININT64

static void
test_one_node (void)
{
  const gint64                     delay = 10000;
  g_autoptr (WeirWatermarkTracker) tracker = weir_watermark_tracker_new (1, &delay, FALSE);
  gint64                           max;

  g_assert_cmpint (weir_watermark_tracker_get_global (tracker), ==, 0);
  max = -5000; /* rows before 1970 never advance it */
  weir_watermark_tracker_update (tracker, &max);
  g_assert_cmpint (weir_watermark_tracker_get_global (tracker), ==, 0);
  max = 25000;
  weir_watermark_tracker_update (tracker, &max);
  g_assert_cmpint (weir_watermark_tracker_get_global (tracker), ==, 15000);
  max = 20000; /* never falls */
  weir_watermark_tracker_update (tracker, &max);
  g_assert_cmpint (weir_watermark_tracker_get_global (tracker), ==, 15000);
  max = NONE; /* a batch without rows */
  weir_watermark_tracker_update (tracker, &max);
  g_assert_cmpint (weir_watermark_tracker_get_global (tracker), ==, 15000);
}

/* With min the watermark stays 0 until every node has seen a row; with max the furthest leads. */
static void
test_policies (void)
{
  const gint64                     delays[] = { 10000, 5000 };
  g_autoptr (WeirWatermarkTracker) least = weir_watermark_tracker_new (2, delays, FALSE);
  g_autoptr (WeirWatermarkTracker) most = weir_watermark_tracker_new (2, delays, TRUE);
  const gint64                     first[] = { 100000, NONE }, second[] = { NONE, 50000 };

  weir_watermark_tracker_update (least, first);
  weir_watermark_tracker_update (most, first);
  g_assert_cmpint (weir_watermark_tracker_get_global (least), ==, 0);
  g_assert_cmpint (weir_watermark_tracker_get_global (most), ==, 90000);
  weir_watermark_tracker_update (least, second);
  weir_watermark_tracker_update (most, second);
  g_assert_cmpint (weir_watermark_tracker_get_global (least), ==, 45000);
  g_assert_cmpint (weir_watermark_tracker_get_global (most), ==, 90000);
}

static void
test_no_nodes (void)
{
  g_autoptr (WeirWatermarkTracker) tracker = weir_watermark_tracker_new (0, NULL, FALSE);

  g_assert_false (weir_watermark_tracker_has_nodes (tracker));
  weir_watermark_tracker_update (tracker, NULL);
  g_assert_cmpint (weir_watermark_tracker_get_global (tracker), ==, 0);
}

/* What a checkpoint keeps comes back; with nodes, or as Spark has it: only the global value. */
static void
test_write_read (void)
{
  const gint64                     delays[] = { 10000, 0 };
  const gint64                     seen[] = { 60000, 90000 }, later[] = { G_MININT64, 95000 };
  g_autoptr (WeirWatermarkTracker) tracker = weir_watermark_tracker_new (2, delays, FALSE);
  g_autoptr (WeirWatermarkTracker) kept = weir_watermark_tracker_new (2, delays, FALSE);
  g_autoptr (WeirWatermarkTracker) forgot = weir_watermark_tracker_new (2, delays, FALSE);
  g_autoptr (GByteArray)           bytes = g_byte_array_new ();
  WeirWriter                       writer = { bytes };
  WeirReader                       reader;

  weir_watermark_tracker_update (tracker, seen);
  weir_watermark_tracker_write (tracker, &writer);
  weir_reader_init (&reader, bytes->data, bytes->len);
  g_assert_true (weir_watermark_tracker_read (kept, &reader, FALSE));
  weir_reader_init (&reader, bytes->data, bytes->len);
  g_assert_true (weir_watermark_tracker_read (forgot, &reader, TRUE));
  g_assert_cmpint (weir_watermark_tracker_get_global (kept), ==, 50000);
  g_assert_cmpint (weir_watermark_tracker_get_global (forgot), ==, 50000);
  g_assert_cmpint (weir_watermark_tracker_get_node (kept, 1), ==, 90000);
  g_assert_cmpint (weir_watermark_tracker_get_node (forgot, 1), ==, G_MININT64);
  weir_watermark_tracker_update (kept, later);
  g_assert_cmpint (weir_watermark_tracker_get_node (kept, 1), ==, 95000);
  for (guint len = 0; len < bytes->len; len++)
    {
      weir_reader_init (&reader, bytes->data, len);
      g_assert_false (weir_watermark_tracker_read (forgot, &reader, TRUE));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/query/watermark/one-node", test_one_node);
  g_test_add_func ("/engine/query/watermark/policies", test_policies);
  g_test_add_func ("/engine/query/watermark/no-nodes", test_no_nodes);
  g_test_add_func ("/engine/query/watermark/write-read", test_write_read);
  return g_test_run ();
}
