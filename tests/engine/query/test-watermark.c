/* SPDX-License-Identifier: Apache-2.0 */
#include "query/batch-log.h"
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

/* Ids are dense; a batch without commit may be run again under its id; a commit needs its batch. */
static void
test_log (void)
{
  g_autoptr (WeirBatchLog)    log = weir_batch_log_new ();
  g_autoptr (WeirBatchRecord) record = weir_batch_record_new (1);
  g_autoptr (GError)          error = NULL;
  gboolean                    committed;

  record->from[0] = g_strdup ("");
  record->to[0] = g_strdup ("7");
  g_assert_null (weir_batch_log_get_last (log, NULL));
  g_assert_true (weir_batch_log_append_offsets (log, record, &error));
  g_assert_true (weir_batch_log_append_offsets (log, record, &error));
  g_assert_cmpstr (weir_batch_log_get_last (log, &committed)->to[0], ==, "7");
  g_assert_false (committed);
  g_assert_true (weir_batch_log_append_commit (log, 0, &error));
  weir_batch_log_get_last (log, &committed);
  g_assert_true (committed);
  g_assert_false (weir_batch_log_append_commit (log, 0, &error));
  g_clear_error (&error);
  record->batch_id = 2;
  g_assert_false (weir_batch_log_append_offsets (log, record, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "INTERNAL_ERROR");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/query/watermark/one-node", test_one_node);
  g_test_add_func ("/engine/query/watermark/policies", test_policies);
  g_test_add_func ("/engine/query/watermark/no-nodes", test_no_nodes);
  g_test_add_func ("/engine/query/batch-log", test_log);
  return g_test_run ();
}
