/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/checkpoint.h"
#include "query/plan-shape.h"
#include "query/stream-run.h"
#include "query/worker.h"
#include "store-sink.h"

/*
 * One query over two sinks: one that can say which batch it holds, one that cannot. Whichever fails, in this run or before a restart,
 * neither gets a row twice in one run, and what the second may have shown before the restart is marked.
 */

#define PER_BATCH 3
#define N_RECORDS 9

static StoreRun *
run_new (gboolean has_checkpoint)
{
  WeirTempDir *dir = weir_temp_dir_new ();

  return store_run_new (dir, replay_catalog (dir, N_RECORDS, 1, PER_BATCH), "SELECT offset FROM STREAM t", has_checkpoint);
}

/* The sink without a record is named first. */
static void
open_run (StoreRun *self)
{
  g_autoptr (GError) error = NULL;

  store_run_close (self);
  g_ptr_array_add (self->sinks, store_sink_new (&self->plain, FALSE));
  g_ptr_array_add (self->sinks, store_sink_new (&self->strict, TRUE));
  g_assert_true (store_run_open (self, &error));
  g_assert_no_error (error);
}

static const WeirBatchResult *
run_batch (StoreRun *self,
           gboolean  unlimited)
{
  g_autoptr (GError)     error = NULL;
  WeirBatchRecord       *record = weir_stream_run_plan_batch (self->run, unlimited, TRUE, &error);
  const WeirBatchResult *result;

  g_assert_no_error (error);
  if (record == NULL)
    return NULL;
  result = weir_stream_run_execute (self->run, record, NULL, &error);
  if (result == NULL)
    g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
  return result;
}

#define BATCH_0 " {\"offset\":0} {\"offset\":1} {\"offset\":2}\n"
#define BATCH_1 " {\"offset\":3} {\"offset\":4} {\"offset\":5}\n"
#define BATCH_2 " {\"offset\":6} {\"offset\":7} {\"offset\":8}\n"

static void
run_rest (StoreRun *self)
{
  while (run_batch (self, FALSE) != NULL)
    ;
}

/* Each sink fails in each batch, and the same run goes on; more has arrived meanwhile, but the batch stays what it was. */
static void
test_tried_again (gconstpointer data)
{
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (StoreRun) fixture = run_new (GPOINTER_TO_INT (data));
      Store               *failing = (i & 1) != 0 ? &fixture->plain : &fixture->strict;

      open_run (fixture);
      if ((i & 2) != 0)
        g_assert_nonnull (run_batch (fixture, FALSE));
      failing->fail_before = TRUE;
      g_assert_null (run_batch (fixture, FALSE));
      g_assert_null (run_batch (fixture, TRUE));
      failing->fail_before = FALSE;
      g_assert_nonnull (run_batch (fixture, TRUE));
      run_rest (fixture);
      g_assert_cmpstr (fixture->plain.rows->str, ==, "0:" BATCH_0 "1:" BATCH_1 "2:" BATCH_2);
      g_assert_cmpstr (fixture->strict.rows->str, ==, "0:" BATCH_0 "1:" BATCH_1 "2:" BATCH_2);
    }
}

/* A batch that a sink refused is not shown by those that cannot take it back. */
static void
test_order (void)
{
  g_autoptr (StoreRun) fixture = run_new (FALSE);

  open_run (fixture);
  fixture->strict.fail_before = TRUE;
  g_assert_null (run_batch (fixture, FALSE));
  g_assert_cmpstr (fixture->plain.rows->str, ==, "");
}

/* Another run takes the batch up: it is marked, and only that one; the sink that has it does not get it again. */
static void
test_replay (void)
{
  g_autoptr (StoreRun)   fixture = run_new (TRUE);
  const WeirBatchResult *result;

  open_run (fixture);
  g_assert_nonnull (run_batch (fixture, FALSE));
  fixture->plain.fail_before = TRUE;
  g_assert_null (run_batch (fixture, FALSE));
  fixture->plain.fail_before = FALSE;
  open_run (fixture);
  result = run_batch (fixture, FALSE);
  g_assert_true (result->record->is_replay);
  g_assert_cmpuint (result->record->batch_id, ==, 1);
  result = run_batch (fixture, FALSE);
  g_assert_false (result->record->is_replay);
  g_assert_cmpstr (fixture->plain.rows->str, ==, "0:" BATCH_0 "1!:" BATCH_1 "2:" BATCH_2);
  g_assert_cmpstr (fixture->strict.rows->str, ==, "0:" BATCH_0 "1:" BATCH_1 "2:" BATCH_2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/engine/query/sinks/tried-again", GINT_TO_POINTER (FALSE), test_tried_again);
  g_test_add_data_func ("/engine/query/sinks/tried-again-with-checkpoint", GINT_TO_POINTER (TRUE), test_tried_again);
  g_test_add_func ("/engine/query/sinks/order", test_order);
  g_test_add_func ("/engine/query/sinks/replay", test_replay);
  return g_test_run ();
}
