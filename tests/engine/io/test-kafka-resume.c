/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/background.h"
#include "base/error.h"

#include "source-util.h"
#include "support/kafka-util.h"
#include "support/shared-data.h"
#include "support/temp-dir.h"

/* Restarts, transactions and lost records, against the suite's real broker; skipped without one. */


typedef struct
{
  const char  *servers;
  char        *topic;  /* Owned */
  rd_kafka_t  *client; /* Owned */
  WeirTempDir *dir;    /* Owned: what the checkpoint gives the source */
} Fixture;

/* FALSE: no broker. */
static gboolean
fixture_init (Fixture    *fixture,
              const char *what)
{
  fixture->servers = weir_test_service ("KAFKA_PLAINTEXT");
  if (fixture->servers == NULL)
    return FALSE;
  fixture->topic = weir_kafka_topic_name (what);
  fixture->client = weir_kafka_producer_new (fixture->servers, NULL);
  fixture->dir = weir_temp_dir_new ();
  source_wal_dir = weir_temp_dir_get_path (fixture->dir);
  weir_kafka_create_topic (fixture->client, fixture->topic, 1);
  return TRUE;
}

static void
fixture_clear (Fixture *fixture)
{
  source_wal_dir = NULL;
  weir_temp_dir_free (fixture->dir);
  rd_kafka_destroy (fixture->client);
  g_free (fixture->topic);
}

/* One option beyond where it begins. */
static WeirSource *
source_new (const Fixture *fixture,
            const char    *start,
            const char    *key,
            const char    *value)
{
  g_autoptr (GError) error = NULL;
  WeirSource        *source = source_make ("kafka", NULL, TRUE, NULL, NULL, -1, &error, "kafka.bootstrap.servers", fixture->servers, "subscribe", fixture->topic,
                                           "startingoffsets", start, key, value, NULL);

  g_assert_no_error (error);
  return source;
}

static gboolean
drain_to_end (Drain      *drain,
              const char *end,
              guint       n,
              GError    **error)
{
  while (drain->rows->len < n && g_strcmp0 (drain->at, end) != 0)
    if (!drain_batch (drain, error))
      return *error != NULL;
  return TRUE;
}

/* Batches until @offset of partition 0 is done, or the first error. */
static GError *
drain_to (Drain         *drain,
          const Fixture *fixture,
          gint64         offset)
{
  g_autofree char *end = g_strdup_printf ("{\"%s\":{\"0\":%" G_GINT64_FORMAT "}}", fixture->topic, offset);
  GError          *error = NULL;

  wait_until (drain_to_end (drain, end, G_MAXUINT, &error));
  return error;
}

/* Batches until there are @n rows in all, or the first error. */
static GError *
drain_rows (Drain *drain,
            guint  n)
{
  GError *error = NULL;

  wait_until (drain_to_end (drain, NULL, n, &error));
  return error;
}

/* Values `value N of some length`, in order. */
static void
expect_values (Drain *drain,
               guint  from,
               guint  first,
               guint  n)
{
  g_assert_cmpuint (drain->rows->len, ==, from + n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *value = g_strdup_printf ("value %u of some length", first + i);
      g_autofree char *base64 = g_base64_encode ((const guchar *)value, strlen (value));
      g_autofree char *part = g_strdup_printf ("\"value\":\"%s\"", base64);

      g_assert_nonnull (strstr (drain->rows->pdata[from + i], part));
    }
}

/* ---- transactions ----------------------------------------------------------------------------------------------- */

/* Batches that begin with, end with or are nothing but offsets of aborted records and control records. */
static void
test_transactions (void)
{
  static const char *const limits[] = { "1", "2", "3", "4", "7", "1000" };
  Fixture                  fixture;
  g_autofree char         *id = g_uuid_string_random ();
  rd_kafka_t              *producer;

  if (!fixture_init (&fixture, "transactions"))
    return;
  source_wal_dir = NULL;
  producer = weir_kafka_producer_new (fixture.servers, id);
  weir_kafka_transaction (producer, fixture.topic, 0, 900, 3, TRUE);  /* offsets 0…2, abort 3 */
  weir_kafka_transaction (producer, fixture.topic, 0, 0, 5, FALSE);   /* 4…8, commit 9 */
  weir_kafka_transaction (producer, fixture.topic, 0, 900, 4, TRUE);  /* 10…13, abort 14 */
  weir_kafka_transaction (producer, fixture.topic, 0, 5, 2, FALSE);   /* 15…16, commit 17 */
  weir_kafka_transaction (producer, fixture.topic, 0, 900, 10, TRUE); /* 18…27, abort 28 */
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      Drain drain;

      drain_init (&drain, source_new (&fixture, "earliest", "maxoffsetspertrigger", limits[i]));
      g_assert_no_error (drain_to (&drain, &fixture, 29));
      expect_values (&drain, 0, 0, 7);
      drain_clear (&drain);
    }
  rd_kafka_destroy (producer);
  fixture_clear (&fixture);
}

/* Records of a transaction that is not over are not read, nor anything behind them, until it is. */
static void
test_open_transaction (void)
{
  Fixture          fixture;
  g_autofree char *id = g_uuid_string_random ();
  rd_kafka_t      *producer;
  Drain            drain;

  if (!fixture_init (&fixture, "open"))
    return;
  weir_kafka_produce (fixture.client, fixture.topic, 0, 0, 3);
  producer = weir_kafka_producer_new (fixture.servers, id);
  g_assert_true (rd_kafka_begin_transaction (producer) == NULL);
  weir_kafka_produce (producer, fixture.topic, 0, 3, 2);
  weir_kafka_produce (fixture.client, fixture.topic, 0, 5, 1);
  drain_init (&drain, source_new (&fixture, "earliest", NULL, NULL));
  g_assert_no_error (drain_to (&drain, &fixture, 3));
  expect_values (&drain, 0, 0, 3);
  g_assert_true (rd_kafka_commit_transaction (producer, 30000) == NULL);
  g_assert_no_error (drain_to (&drain, &fixture, 7));
  expect_values (&drain, 0, 0, 6);
  drain_clear (&drain);
  rd_kafka_destroy (producer);
  fixture_clear (&fixture);
}

/* ---- restarts --------------------------------------------------------------------------------------------------- */

/* What a run leaves in the checkpoint, for the next. */
typedef struct
{
  char   *at;    /* Owned */
  GBytes *state; /* Owned */
} Kept;

static void
keep_and_stop (Drain *drain,
               Kept  *kept)
{
  kept->at = g_strdup (drain->at);
  kept->state = drain->source->klass->log_state (drain->source);
  drain_clear (drain);
}

static void
resume (Drain         *drain,
        const Fixture *fixture,
        const Kept    *kept,
        const char    *fail_on_loss)
{
  WeirSource        *source = source_new (fixture, "latest", "failondataloss", fail_on_loss);
  g_autoptr (GError) error = NULL;

  g_assert_true (source->klass->restore_state (source, kept->at, kept->state, &error));
  g_assert_no_error (error);
  drain_init (drain, source);
  g_free (drain->at);
  drain->at = g_strdup (kept->at);
}

static void
kept_clear (Kept *kept)
{
  g_free (kept->at);
  g_bytes_unref (kept->state);
}

/* startingOffsets count once, also when nothing came in the first run. */
static void
test_start_once (void)
{
  Fixture          fixture;
  Drain            drain;
  Kept             kept;
  g_autofree char *path = NULL;

  if (!fixture_init (&fixture, "start"))
    return;
  weir_kafka_produce (fixture.client, fixture.topic, 0, 0, 4);
  drain_init (&drain, source_new (&fixture, "latest", NULL, NULL));
  path = weir_temp_dir_build (fixture.dir, "start");
  wait_until (!drain_batch (&drain, NULL) && g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (drain.rows->len, ==, 0);
  drain_clear (&drain);
  weir_kafka_produce (fixture.client, fixture.topic, 0, 4, 3);
  drain_init (&drain, source_new (&fixture, "latest", NULL, NULL));
  g_assert_no_error (drain_to (&drain, &fixture, 7));
  expect_values (&drain, 0, 4, 3);
  keep_and_stop (&drain, &kept);
  weir_kafka_produce (fixture.client, fixture.topic, 0, 7, 2);
  resume (&drain, &fixture, &kept, "true");
  g_assert_no_error (drain_to (&drain, &fixture, 9));
  expect_values (&drain, 0, 7, 2);
  drain_clear (&drain);
  kept_clear (&kept);
  fixture_clear (&fixture);
}

/* A batch that was logged and not committed is read again as it was, before the broker was asked for anything; the first one too. */
static void
test_again (void)
{
  Fixture               fixture;
  g_autoptr (GBytes)    range = NULL;
  g_autoptr (GPtrArray) morsels = NULL;
  g_autoptr (GError)    error = NULL;
  WeirDecodeStats       stats = { 0 };
  WeirSource           *source;
  Drain                 drain;
  g_autofree char      *to = NULL;

  if (!fixture_init (&fixture, "again"))
    return;
  weir_kafka_produce (fixture.client, fixture.topic, 0, 0, 10);
  drain_init (&drain, source_new (&fixture, "earliest", "maxoffsetspertrigger", "6"));
  g_assert_no_error (drain_to (&drain, &fixture, 6));
  to = g_strdup (drain.at);
  range = drain.source->klass->log_range (drain.source, "", to, &error);
  g_assert_no_error (error);
  drain_clear (&drain);
  source = source_new (&fixture, "latest", NULL, NULL);
  g_assert_true (source->klass->replay_range (source, "", to, range, FALSE, &error));
  drain_init (&drain, source);
  morsels = source->klass->plan (source, "", to, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (morsels->len, ==, 1);
  g_assert_true (source->klass->read (source, morsels->pdata[0], drain_push_cb, &drain, &stats, NULL, &error));
  expect_values (&drain, 0, 0, 6);
  weir_decode_stats_clear (&stats);
  drain_clear (&drain);
  fixture_clear (&fixture);
}

/* Partitions that come later are read from their first record, in the run and after a restart. */
static void
test_new_partitions (void)
{
  Fixture                   fixture;
  Drain                     drain;
  Kept                      kept;
  rd_kafka_queue_t         *queue;
  rd_kafka_event_t         *event;
  rd_kafka_NewPartitions_t *grow;
  char                      text[256];

  if (!fixture_init (&fixture, "grow"))
    return;
  weir_kafka_produce (fixture.client, fixture.topic, 0, 0, 2);
  drain_init (&drain, source_new (&fixture, "earliest", NULL, NULL));
  g_assert_no_error (drain_to (&drain, &fixture, 2));
  keep_and_stop (&drain, &kept);
  queue = rd_kafka_queue_new (fixture.client);
  grow = rd_kafka_NewPartitions_new (fixture.topic, 2, text, sizeof text);
  rd_kafka_CreatePartitions (fixture.client, &grow, 1, NULL, queue);
  event = rd_kafka_queue_poll (queue, 30000);
  g_assert_cmpint (rd_kafka_event_error (event), ==, RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_event_destroy (event);
  rd_kafka_NewPartitions_destroy (grow);
  rd_kafka_queue_destroy (queue);
  rd_kafka_destroy (fixture.client); /* it remembers one partition */
  fixture.client = weir_kafka_producer_new (fixture.servers, NULL);
  weir_kafka_produce (fixture.client, fixture.topic, 1, 2, 3);
  resume (&drain, &fixture, &kept, "true");
  drain_until (&drain, 3);
  expect_values (&drain, 0, 2, 3);
  drain_clear (&drain);
  kept_clear (&kept);
  fixture_clear (&fixture);
}

/* ---- lost records ----------------------------------------------------------------------------------------------- */

static void
expect_loss (const Fixture *fixture,
             const Kept    *kept,
             const char    *condition,
             const char    *words)
{
  g_autoptr (GError) error = NULL;
  Drain              drain;

  resume (&drain, fixture, kept, "true");
  error = drain_to (&drain, fixture, G_MAXINT64);
  g_assert_nonnull (error);
  g_assert_cmpstr (weir_error_get_condition (error), ==, condition);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_nonnull (strstr (error->message, "failOnDataLoss"));
  g_assert_cmpuint (drain.rows->len, ==, 0);
  drain_clear (&drain);
}

/* Retention took records that were not read yet. */
static void
test_retention (void)
{
  Fixture fixture;
  Drain   drain;
  Kept    kept;

  if (!fixture_init (&fixture, "retention"))
    return;
  weir_kafka_produce (fixture.client, fixture.topic, 0, 0, 4);
  drain_init (&drain, source_new (&fixture, "earliest", NULL, NULL));
  g_assert_no_error (drain_to (&drain, &fixture, 4));
  keep_and_stop (&drain, &kept);
  weir_kafka_produce (fixture.client, fixture.topic, 0, 4, 6);
  weir_kafka_delete_records (fixture.client, fixture.topic, 7);
  expect_loss (&fixture, &kept, "KAFKA_DATA_LOSS.START_OFFSET_RESET", "Records 4 to 6 of topic");
  resume (&drain, &fixture, &kept, "false");
  g_assert_no_error (drain_to (&drain, &fixture, 10));
  expect_values (&drain, 0, 7, 3);
  drain_clear (&drain);
  kept_clear (&kept);
  fixture_clear (&fixture);
}

/* The same name, another topic: with more records than were read, and with fewer. */
static void
test_recreated (void)
{
  static const guint n_new[] = { 20, 5 };

  for (guint i = 0; i < G_N_ELEMENTS (n_new); i++)
    {
      Fixture fixture;
      Drain   drain;
      Kept    kept;

      if (!fixture_init (&fixture, "recreated"))
        return;
      weir_kafka_produce (fixture.client, fixture.topic, 0, 0, 10);
      drain_init (&drain, source_new (&fixture, "earliest", NULL, NULL));
      g_assert_no_error (drain_to (&drain, &fixture, 10));
      keep_and_stop (&drain, &kept);
      /* As long as it is the same, nothing is said. */
      resume (&drain, &fixture, &kept, "true");
      weir_kafka_produce (fixture.client, fixture.topic, 0, 10, 1);
      g_assert_no_error (drain_to (&drain, &fixture, 11));
      expect_values (&drain, 0, 10, 1);
      drain_clear (&drain);
      weir_kafka_delete_topic (fixture.client, fixture.topic);
      weir_kafka_create_topic (fixture.client, fixture.topic, 1);
      rd_kafka_destroy (fixture.client);
      fixture.client = weir_kafka_producer_new (fixture.servers, NULL);
      weir_kafka_produce (fixture.client, fixture.topic, 0, 100, n_new[i]);
      expect_loss (&fixture, &kept, "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED", "made anew");
      resume (&drain, &fixture, &kept, "false");
      g_assert_no_error (drain_to (&drain, &fixture, n_new[i]));
      expect_values (&drain, 0, 100, n_new[i]);
      /* Once it is known, it goes on as any other. */
      weir_kafka_produce (fixture.client, fixture.topic, 0, 100 + n_new[i], 2);
      g_assert_no_error (drain_to (&drain, &fixture, n_new[i] + 2));
      expect_values (&drain, 0, 100, n_new[i] + 2);
      drain_clear (&drain);
      kept_clear (&kept);
      fixture_clear (&fixture);
    }
}

/* The same within one run, twice. With as many records as before, or more, it is found out only if the source asked meanwhile. */
static void
test_recreated_meanwhile (void)
{
  const guint n = 3;

  for (guint i = 0; i < 2; i++)
    {
      gboolean           fails = i == 1;
      Fixture            fixture;
      Drain              drain;
      g_autoptr (GError) error = NULL;

      if (!fixture_init (&fixture, "meanwhile"))
        return;
      weir_kafka_produce (fixture.client, fixture.topic, 0, 0, 10);
      drain_init (&drain, source_new (&fixture, "earliest", "failondataloss", fails ? "true" : "false"));
      g_assert_no_error (drain_to (&drain, &fixture, 10));
      for (guint again = 1; again <= (fails ? 1 : 2); again++)
        {
          guint done = drain.rows->len;

          weir_kafka_delete_topic (fixture.client, fixture.topic);
          weir_kafka_create_topic (fixture.client, fixture.topic, 1);
          rd_kafka_destroy (fixture.client);
          fixture.client = weir_kafka_producer_new (fixture.servers, NULL);
          weir_kafka_produce (fixture.client, fixture.topic, 0, 100 * again, n);
          if (fails)
            {
              error = drain_to (&drain, &fixture, G_MAXINT64);
              g_assert_nonnull (error);
              g_assert_true (g_str_has_prefix (weir_error_get_condition (error), "KAFKA_DATA_LOSS."));
              g_assert_nonnull (strstr (error->message, fixture.topic));
              g_assert_nonnull (strstr (error->message, "failOnDataLoss"));
              g_assert_cmpuint (drain.rows->len, ==, done);
              continue;
            }
          g_assert_null (drain_rows (&drain, done + n));
          weir_kafka_produce (fixture.client, fixture.topic, 0, 100 * again + n, 1);
          g_assert_null (drain_rows (&drain, done + n + 1));
          expect_values (&drain, done, 100 * again, n + 1);
        }
      drain_clear (&drain);
      fixture_clear (&fixture);
    }
}

/* A damaged record of the checkpoint is an error, never another place to begin at. */
static void
test_damaged (void)
{
  Fixture fixture;
  Drain   drain;
  Kept    kept;

  if (!fixture_init (&fixture, "damaged"))
    return;
  weir_kafka_produce (fixture.client, fixture.topic, 0, 0, 1);
  drain_init (&drain, source_new (&fixture, "earliest", NULL, NULL));
  g_assert_no_error (drain_to (&drain, &fixture, 1));
  keep_and_stop (&drain, &kept);
  for (gsize len = 0; len < g_bytes_get_size (kept.state); len++)
    {
      WeirSource        *source = source_new (&fixture, "latest", NULL, NULL);
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (kept.state, 0, len);
      g_autoptr (GError) error = NULL;

      g_assert_false (source->klass->restore_state (source, kept.at, part, &error));
      g_assert_nonnull (error);
      weir_source_unref (source);
    }
  kept_clear (&kept);
  fixture_clear (&fixture);
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/kafka-resume/transactions", test_transactions);
  g_test_add_func ("/engine/io/kafka-resume/open-transaction", test_open_transaction);
  g_test_add_func ("/engine/io/kafka-resume/start-once", test_start_once);
  g_test_add_func ("/engine/io/kafka-resume/again", test_again);
  g_test_add_func ("/engine/io/kafka-resume/new-partitions", test_new_partitions);
  g_test_add_func ("/engine/io/kafka-resume/retention", test_retention);
  g_test_add_func ("/engine/io/kafka-resume/recreated", test_recreated);
  g_test_add_func ("/engine/io/kafka-resume/recreated-meanwhile", test_recreated_meanwhile);
  g_test_add_func ("/engine/io/kafka-resume/damaged", test_damaged);
  result = g_test_run ();
  g_assert_true (weir_background_wait (WEIR_WAIT_US));
  return result;
}
