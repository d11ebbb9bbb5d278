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

typedef struct
{
  WeirTempDir      *dir;     /* Owned */
  WeirCatalog      *catalog; /* Owned */
  WeirClock        *clock;   /* Owned */
  WeirAnalyzedQuery analyzed;
  GPtrArray        *sinks; /* Owned */
  Store             plain, strict;
  char             *path; /* Owned, nullable: of the checkpoint */
  WeirCheckpoint   *checkpoint;
  WeirStreamRun    *run;
} Fixture;

static Fixture *
fixture_new (gboolean has_checkpoint)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->dir = weir_temp_dir_new ();
  self->path = has_checkpoint ? weir_temp_dir_build (self->dir, "cp") : NULL;
  self->catalog = replay_catalog (self->dir, N_RECORDS, 1, PER_BATCH);
  self->clock = weir_clock_new_fixed (0);
  store_init (&self->plain);
  store_init (&self->strict);
  analyze_query (self->catalog, "SELECT offset FROM STREAM t", NULL, &self->analyzed);
  return self;
}

static void
close_run (Fixture *self)
{
  g_clear_pointer (&self->run, weir_stream_run_free);
  g_clear_pointer (&self->checkpoint, weir_checkpoint_free);
  g_clear_pointer (&self->sinks, g_ptr_array_unref);
}

static void
fixture_free (Fixture *self)
{
  close_run (self);
  _weir_analyzed_query_clear (&self->analyzed);
  weir_catalog_free (self->catalog);
  weir_clock_unref (self->clock);
  store_clear (&self->plain);
  store_clear (&self->strict);
  g_free (self->path);
  weir_temp_dir_free (self->dir);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

/* The sink without a record is named first. */
static void
open_run (Fixture *self)
{
  g_autoptr (GPtrArray) settings = g_ptr_array_new ();
  g_autoptr (GPtrArray) shape = weir_plan_shape (self->analyzed.plan, self->analyzed.mode, NULL);
  g_autoptr (GError)    error = NULL;
  WeirStreamConfig      config = run_config (&self->analyzed, self->clock);

  close_run (self);
  self->sinks = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_sink_unref);
  g_ptr_array_add (self->sinks, store_sink_new (&self->plain, FALSE));
  g_ptr_array_add (self->sinks, store_sink_new (&self->strict, TRUE));
  if (self->path != NULL)
    {
      self->checkpoint = weir_checkpoint_open (self->path, NULL, "test", &error);
      g_assert_no_error (error);
      g_assert_true (weir_checkpoint_adopt (self->checkpoint, settings, shape, &error));
    }
  config.sinks = self->sinks;
  config.checkpoint = self->checkpoint;
  self->run = weir_stream_run_new (&config, &error);
  g_assert_no_error (error);
  weir_stream_run_start (self->run, NULL, NULL);
  g_assert_true (weir_stream_run_freeze (self->run, &error));
}

static const WeirBatchResult *
run_batch (Fixture *self,
           gboolean unlimited)
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
run_rest (Fixture *self)
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
      g_autoptr (Fixture) fixture = fixture_new (GPOINTER_TO_INT (data));
      Store              *failing = (i & 1) != 0 ? &fixture->plain : &fixture->strict;

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
  g_autoptr (Fixture) fixture = fixture_new (FALSE);

  open_run (fixture);
  fixture->strict.fail_before = TRUE;
  g_assert_null (run_batch (fixture, FALSE));
  g_assert_cmpstr (fixture->plain.rows->str, ==, "");
}

/* Another run takes the batch up: it is marked, and only that one; the sink that has it does not get it again. */
static void
test_replay (void)
{
  g_autoptr (Fixture)    fixture = fixture_new (TRUE);
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
