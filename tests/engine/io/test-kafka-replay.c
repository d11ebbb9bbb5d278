/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/error.h"
#include "io/kafka-offsets.h"
#include "io/kcat-record.h"

#include "source-util.h"
#include "support/temp-dir.h"

#include <stdio.h>

/* Kafka from files of `kcat -J` lines, and how the offsets of a batch are planned. */

/* ---- lines ------------------------------------------------------------------------------------------------------ */

static void
test_line (void)
{
  g_autoptr (GArray) headers = g_array_new (FALSE, FALSE, sizeof (WeirKafkaHeader));
  g_autofree char   *line = g_strdup ("{\"topic\":\"t\",\"partition\":3,\"offset\":7,\"tstype\":\"logappend\",\"ts\":1700000000123,\"broker\":1,"
                                        "\"headers\":[\"a\",\"b\",\"c\",null],\"extra\":{\"x\":[1,\"]\"]},\"key\":\"k\\u0000\\n\","
                                        "\"payload\":\"\\ud83d\\ude00\x80\\/\"}");
  WeirKafkaRow       row;

  g_assert_cmpstr (weir_kcat_record_parse (line, strlen (line), headers, &row), ==, NULL);
  g_assert_cmpstr (row.topic, ==, "t");
  g_assert_cmpint (row.partition, ==, 3);
  g_assert_cmpint (row.offset, ==, 7);
  g_assert_cmpint (row.timestamp_ms, ==, 1700000000123);
  g_assert_cmpint (row.timestamp_type, ==, 1);
  g_assert_cmpmem (row.key, row.key_size, "k\0\n", 3);
  g_assert_cmpmem (row.value, row.value_size, "\xf0\x9f\x98\x80\x80/", 6);
  g_assert_cmpuint (row.n_headers, ==, 2);
  g_assert_cmpstr (row.headers[0].name, ==, "a");
  g_assert_cmpmem (row.headers[0].value, row.headers[0].size, "b", 1);
  g_assert_cmpstr (row.headers[1].name, ==, "c");
  g_assert_null (row.headers[1].value);
}

/* Every way to cut a line off, and some to spoil it, is noticed. */
static void
test_bad_line (void)
{
  static const char *const bad[] = { "", "x", "[]", "{}", "{\"topic\":\"t\",\"partition\":0}", "{\"topic\":\"t\",\"partition\":0,\"offset\":-1}",
                                     "{\"topic\":null,\"partition\":0,\"offset\":1}", "{\"topic\":\"t\",\"partition\":0,\"offset\":1}x",
                                     "{\"topic\":\"t\",\"partition\":0,\"offset\":1,\"headers\":[\"a\"]}",
                                     "{\"topic\":\"t\",\"partition\":0,\"offset\":1,\"key\":\"\\ud800\"}",
                                     "{\"topic\":\"t\",\"partition\":99999999999,\"offset\":1}" };
  static const char        good[] = "{\"topic\":\"t\",\"partition\":0,\"offset\":1,\"ts\":5,\"headers\":[\"a\",\"b\"],\"payload\":\"x\\n\\u00e9\"}";
  g_autoptr (GArray)       headers = g_array_new (FALSE, FALSE, sizeof (WeirKafkaHeader));
  WeirKafkaRow             row;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *line = g_strdup (bad[i]);

      g_assert_nonnull (weir_kcat_record_parse (line, strlen (line), headers, &row));
    }
  for (gsize len = 0; len < strlen (good); len++)
    {
      g_autofree char *line = g_strndup (good, len);

      g_assert_nonnull (weir_kcat_record_parse (line, len, headers, &row));
    }
}

/* ---- sources ---------------------------------------------------------------------------------------------------- */

static void
add_line (GString    *text,
          const char *topic,
          int         partition,
          int         offset,
          const char *payload)
{
  g_string_append_printf (text, "{\"topic\":\"%s\",\"partition\":%d,\"offset\":%d,\"tstype\":\"create\",\"ts\":%d,\"key\":null,\"payload\":", topic, partition,
                          offset, 1000 + offset);
  if (payload != NULL)
    g_string_append_printf (text, "\"%s\"}\n", payload);
  else
    g_string_append (text, "null}\n");
}

static void
write_lines (WeirTempDir *dir,
             const char  *name,
             const char  *topic,
             int          partition,
             int          first,
             int          n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char    *path = NULL;

  for (int i = first; i < first + n; i++)
    {
      g_autofree char *payload = g_strdup_printf ("value %d of %s/%d", i, topic, partition);

      add_line (text, topic, partition, i, payload);
    }
  path = weir_temp_dir_write (dir, name, text->str);
}

static WeirSource *
replay_new (WeirTempDir *dir,
            gboolean     is_streaming,
            const char  *key,
            const char  *value)
{
  g_autoptr (GError) error = NULL;
  WeirSource        *source = source_make ("kafka", NULL, is_streaming, NULL, NULL, 0, &error, "replay", weir_temp_dir_get_path (dir), key, value, NULL);

  g_assert_no_error (error);
  return source;
}

/* By topic, partition and offset, whatever the order in the files; what is there twice comes once. */
static void
test_order (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (GString)     text = g_string_new (NULL);
  g_autofree char        *path = NULL;
  Drain                   drain;

  add_line (text, "t", 1, 4, "d");
  add_line (text, "t", 0, 9, "c");
  add_line (text, "t", 0, 2, NULL);
  add_line (text, "other", 0, 0, "no");
  add_line (text, "t", 0, 9, "twice");
  path = weir_temp_dir_write (dir, "a.jsonl", text->str);
  drain_init (&drain, replay_new (dir, FALSE, "subscribe", "t"));
  drain_until (&drain, 3);
  g_assert_cmpstr (drain.rows->pdata[0], ==,
                   "{\"key\":null,\"value\":null,\"topic\":\"t\",\"partition\":0,\"offset\":2,\"timestamp\":\"1970-01-01T00:00:01.002Z\",\"timestampType\":0}");
  g_assert_nonnull (strstr (drain.rows->pdata[1], "\"value\":\"Yw==\",\"topic\":\"t\",\"partition\":0,\"offset\":9,"));
  g_assert_nonnull (strstr (drain.rows->pdata[2], "\"value\":\"ZA==\",\"topic\":\"t\",\"partition\":1,\"offset\":4,"));
  g_assert_cmpstr (drain.at, ==, "{\"t\":{\"0\":10,\"1\":5}}");
  drain_clear (&drain);
}

/* maxOffsetsPerTrigger; new files, and lines at the end of a file, are seen; a cut-off line waits for its rest. */
static void
test_stream (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = NULL, *more = NULL;
  g_autoptr (GString)     text = g_string_new (NULL);
  FILE                   *out;
  Drain                   drain;

  write_lines (dir, "a.jsonl", "t", 0, 0, 25);
  drain_init (&drain, replay_new (dir, TRUE, "maxoffsetspertrigger", "10"));
  for (guint rows = 10; rows <= 30; rows += 10)
    {
      g_assert_true (drain_batch (&drain, NULL));
      g_assert_cmpuint (drain.rows->len, ==, MIN (rows, 25));
    }
  g_assert_false (drain_batch (&drain, NULL));
  write_lines (dir, "b.jsonl", "t", 1, 100, 3);
  drain_until (&drain, 28);
  g_assert_cmpstr (drain.at, ==, "{\"t\":{\"0\":25,\"1\":103}}");
  path = weir_temp_dir_build (dir, "b.jsonl");
  add_line (text, "t", 1, 103, "late");
  out = fopen (path, "a");
  fwrite (text->str, 1, 20, out);
  fflush (out);
  g_assert_false (drain_batch (&drain, NULL));
  fwrite (text->str + 20, 1, text->len - 20, out);
  fclose (out);
  drain_until (&drain, 29);
  drain_clear (&drain);
}

/* The same range gives the same rows, in a new source too, as after a restart. */
static void
test_again (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (GError)      error = NULL;
  g_autoptr (GPtrArray)   morsels = NULL;
  WeirDecodeStats         stats = { 0 };
  Drain                   first, second;

  write_lines (dir, "a.jsonl", "t", 0, 0, 10);
  drain_init (&first, replay_new (dir, TRUE, "startingoffsets", "{\"t\":{\"0\":4}}"));
  drain_until (&first, 6);
  write_lines (dir, "b.jsonl", "t", 0, 10, 10);
  drain_init (&second, replay_new (dir, TRUE, "startingoffsets", "{\"t\":{\"0\":4}}"));
  morsels = second.source->klass->plan (second.source, "{\"t\":{\"0\":4}}", first.at, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (morsels->len, ==, 1);
  g_assert_true (second.source->klass->read (second.source, morsels->pdata[0], drain_push_cb, &second, &stats, NULL, &error));
  for (guint i = 0; i < 6; i++)
    g_assert_cmpstr (first.rows->pdata[i], ==, second.rows->pdata[i]);
  weir_decode_stats_clear (&stats);
  drain_clear (&first);
  drain_clear (&second);
}

static void
expect_count (WeirTempDir *dir,
              gboolean     is_streaming,
              const char  *key,
              const char  *value,
              guint        n)
{
  Drain drain;

  drain_init (&drain, replay_new (dir, is_streaming, key, value));
  drain_until (&drain, n);
  g_assert_false (drain_batch (&drain, NULL));
  drain_clear (&drain);
}

static void
test_positions (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();

  write_lines (dir, "a.jsonl", "t", 0, 5, 10);
  write_lines (dir, "b.jsonl", "u", 0, 0, 3);
  expect_count (dir, TRUE, "startingoffsets", "latest", 0);
  expect_count (dir, TRUE, "startingoffsets", "earliest", 13);
  expect_count (dir, TRUE, "subscribepattern", "u|v", 3);
  expect_count (dir, TRUE, "assign", "{\"t\":[0,1]}", 10);
  expect_count (dir, FALSE, "startingoffsets", "{\"t\":{\"0\":-2},\"u\":{\"0\":1}}", 12);
  expect_count (dir, FALSE, "endingoffsets", "{\"t\":{\"0\":8},\"u\":{\"0\":-1}}", 6);
  expect_count (dir, FALSE, "startingoffsetsbytimestamp", "{\"t\":{\"0\":1010}}", 8);
  expect_count (dir, FALSE, "endingoffsetsbytimestamp", "{\"t\":{\"0\":1010},\"u\":{\"0\":9999}}", 8);
  expect_count (dir, FALSE, "endingtimestamp", "1001", 1);
}

/* A time after the last record is an error, or the end. */
static void
test_late_start (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (GError)      error = NULL;
  const char             *path = weir_temp_dir_get_path (dir);
  Drain                   drain;

  write_lines (dir, "a.jsonl", "t", 0, 0, 3);
  drain_init (&drain, replay_new (dir, TRUE, "startingtimestamp", "5000"));
  g_assert_false (drain_batch (&drain, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "No offset matched"));
  drain_clear (&drain);
  g_clear_error (&error);
  drain_init (&drain, source_make ("kafka", NULL, TRUE, NULL, NULL, 0, &error, "replay", path, "startingtimestamp", "5000",
                                   "startingoffsetsbytimestampstrategy", "latest", NULL));
  g_assert_false (drain_batch (&drain, &error));
  g_assert_no_error (error);
  write_lines (dir, "b.jsonl", "t", 0, 3, 2);
  drain_until (&drain, 2);
  drain_clear (&drain);
}

static void
test_errors (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_write (dir, "a.jsonl", "{\"topic\":\"t\",\"partition\":0,\"offset\":0}\n{\"topic\":\"t\",\n");
  g_autoptr (GError)      error = NULL;
  Drain                   drain;

  drain_init (&drain, replay_new (dir, TRUE, "subscribe", "t"));
  g_assert_false (drain_batch (&drain, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "Line 2 of "));
  drain_clear (&drain);
  g_clear_error (&error);
  g_assert_null (source_make ("kafka", NULL, TRUE, NULL, NULL, 0, &error, "replay", "/nowhere/at/all", NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "PATH_NOT_FOUND");
}

/* ---- planning --------------------------------------------------------------------------------------------------- */

static void
add_partition (GPtrArray *partitions,
               gint32     number,
               gint64     start,
               gint64     high)
{
  WeirKafkaPartition *partition = weir_kafka_partition_new ("t", number);

  partition->low = partition->start = start;
  partition->high = high;
  g_ptr_array_add (partitions, partition);
}

static void
test_plan (void)
{
  g_autoptr (GPtrArray) partitions = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_partition_free);
  g_autoptr (GPtrArray) from = weir_kafka_offsets_parse ("{\"t\":{\"0\":100,\"1\":0,\"2\":0}}", NULL);
  g_autoptr (GPtrArray) end = NULL, later = NULL;
  g_autofree char      *text = NULL, *last = NULL;

  /* Fact 92: 10 over 100, 10 and 1 gives 9, 1 and 1. */
  add_partition (partitions, 0, 0, 100);
  add_partition (partitions, 1, 0, 10);
  add_partition (partitions, 2, 0, 1);
  end = weir_kafka_plan_end (partitions, NULL, 10);
  text = weir_kafka_offsets_format (end);
  g_assert_cmpstr (text, ==, "{\"t\":{\"0\":9,\"1\":1,\"2\":1}}");
  /* An end that moved back moves nothing back. */
  ((WeirKafkaPartition *)partitions->pdata[0])->high = 50;
  later = weir_kafka_plan_end (partitions, from, 0);
  last = weir_kafka_offsets_format (later);
  g_assert_cmpstr (last, ==, "{\"t\":{\"0\":100,\"1\":10,\"2\":1}}");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/kafka-replay/line", test_line);
  g_test_add_func ("/engine/io/kafka-replay/bad-line", test_bad_line);
  g_test_add_func ("/engine/io/kafka-replay/order", test_order);
  g_test_add_func ("/engine/io/kafka-replay/stream", test_stream);
  g_test_add_func ("/engine/io/kafka-replay/again", test_again);
  g_test_add_func ("/engine/io/kafka-replay/positions", test_positions);
  g_test_add_func ("/engine/io/kafka-replay/late-start", test_late_start);
  g_test_add_func ("/engine/io/kafka-replay/errors", test_errors);
  g_test_add_func ("/engine/io/kafka-replay/plan", test_plan);
  return g_test_run ();
}
