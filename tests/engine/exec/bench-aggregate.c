/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec-help.h"

#include "base/limits.h"
#include "column/column-builder.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * bench-aggregate [NAME…]: pipelines over rows that are already columns, in nanoseconds of processor time a row, one worker. Batches of
 * 1,000,000 rows in morsels of 32 K; the best of several batches. What the decoders cost is not in it.
 */

#define BATCH_ROWS (64 * WEIR_VECTOR_ROWS)
#define N_BATCHES  30

typedef struct
{
  const char *name;
  const char *script;
  guint       n_keys;
  gint64      rate; /* rows per second of event time */
} Bench;

#define TABLE "CREATE TABLE t (ts TIMESTAMP, k BIGINT, name STRING, kind STRING, v1 BIGINT, v2 BIGINT) USING test;"
#define QUERY "CREATE STREAMING QUERY q OUTPUT MODE "
#define W7(window)                                                                                \
  TABLE QUERY "APPEND AS SELECT k, window(ts, " window ") AS w, count(*) AS n, sum(v1) AS total " \
              "FROM STREAM t WATERMARK ts DELAY OF INTERVAL 0 SECONDS GROUP BY 1, 2"

static const Bench benches[] = {
  { "count-global", TABLE QUERY "UPDATE AS SELECT count(*), sum(v1), max(v2) FROM STREAM t", 1000, 100000 },
  { "int-1e3", TABLE QUERY "UPDATE AS SELECT k, count(*), sum(v1) FROM STREAM t GROUP BY k", 1000, 100000 },
  { "int-1e5", TABLE QUERY "UPDATE AS SELECT k, count(*), sum(v1) FROM STREAM t GROUP BY k", 100000, 100000 },
  { "int-1e7", TABLE QUERY "UPDATE AS SELECT k, count(*), sum(v1) FROM STREAM t GROUP BY k", 10000000, 100000 },
  { "text-1e3", TABLE QUERY "UPDATE AS SELECT name, count(*), sum(v1) FROM STREAM t GROUP BY name", 1000, 100000 },
  { "two-keys", TABLE QUERY "UPDATE AS SELECT name, v1 % 10, count(*) FROM STREAM t GROUP BY name, v1 % 10", 1000, 100000 },
  { "w5", TABLE QUERY "UPDATE AS SELECT name, window(ts, '10 seconds') AS w, count(*), sum(v1), min(v2), max(v2) FROM STREAM t GROUP BY 1, 2", 1000, 100000 },
  { "w2", TABLE "CREATE TABLE c (name STRING, campaign STRING) USING json;" QUERY "UPDATE AS SELECT c.campaign, window(e.ts, '10 seconds') AS w, count(*) AS n, max(e.v1) AS latest "
                "FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS AS e JOIN c USING (name) WHERE e.kind = 'view' GROUP BY 1, 2",
    1000, 100000 },
  { "w7-tumble", W7 ("'1 second'"), 10000, 320000 },
  { "w7-hop-60-1", W7 ("'60 seconds', '1 second'"), 10000, 320000 },
  { "w7-tumble-slow", W7 ("'1 second'"), 10000, 10000 },
  { "w7-hop-slow", W7 ("'60 seconds', '1 second'"), 10000, 10000 },
};

static guint64 random_state = 42;

static guint64
next_random (void)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

static WeirBatch *
make_vector (WeirSchema  *schema,
             const Bench *bench,
             guint64      first)
{
  static const char *const kinds[] = { "view", "click", "purchase" };
  WeirColumnBuilder       *builders[6];
  WeirColumn              *columns[6];
  guint                    n = 0;

  for (guint c = 0; c < 6; c++)
    builders[c] = weir_column_builder_new (weir_type_parse (c == 0 ? "timestamp" : c == 2 || c == 3 ? "string"
                                                                                                    : "bigint",
                                                            NULL),
                                           WEIR_VECTOR_ROWS);
  for (guint i = 0; i < WEIR_VECTOR_ROWS; i++)
    {
      guint64 key = next_random () % bench->n_keys;
      char    name[16];

      g_snprintf (name, sizeof name, "sensor-%04d", (int)(key % 10000));
      weir_column_builder_append_i64 (builders[0], G_GINT64_CONSTANT (1700000000000000) + (gint64)((first + i) * 1000000) / bench->rate);
      weir_column_builder_append_i64 (builders[1], 1000 + (gint64)key);
      weir_column_builder_append_bytes (builders[2], name, strlen (name));
      weir_column_builder_append_bytes (builders[3], kinds[next_random () % 3], strlen (kinds[next_random () % 3]));
      weir_column_builder_append_i64 (builders[4], (gint64)(next_random () % 100000));
      weir_column_builder_append_i64 (builders[5], (gint64)(next_random () % 1000000000));
    }
  for (guint c = 0; c < 6; c++)
    {
      WeirColumn *column = weir_column_builder_finish (builders[c]);
      int         at = weir_type_field_index (schema, ((const char *const[]){ "ts", "k", "name", "kind", "v1", "v2" })[c]);

      weir_column_builder_free (builders[c]);
      if (at >= 0)
        columns[at] = column, n++;
      else
        weir_column_unref (column);
    }
  g_assert_cmpuint (n, ==, schema->n_fields);
  return weir_batch_new (schema, WEIR_VECTOR_ROWS, columns);
}

static WeirBatch *
make_campaigns (WeirSchema *schema)
{
  GString   *text = g_string_new (NULL);
  WeirBatch *batch;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, "{\"name\":\"sensor-%04u\",\"campaign\":\"campaign number %u of them\"}\n", i, i / 10);
  batch = batch_from_json (schema, text->str);
  g_string_free (text, TRUE);
  return batch;
}

typedef struct
{
  GPtrArray *vectors;
  guint      per_morsel;
} Source;

static gboolean
read_vectors (gpointer      source,
              gpointer      morsel,
              WeirPushFunc  push,
              gpointer      push_data,
              GCancellable *cancellable,
              GError      **error)
{
  Source *self = source;
  guint   first = GPOINTER_TO_UINT (morsel) * self->per_morsel;

  for (guint i = first; i < MIN (first + self->per_morsel, self->vectors->len); i++)
    if (!push (push_data, g_ptr_array_index (self->vectors, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
count_rows (gpointer   data,
            WeirBatch *batch,
            GError   **error)
{
  *(guint64 *)data += batch->n_rows;
  return TRUE;
}

static double
cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
prepare_scans (WeirPipeline  *pipeline,
               const Bench   *bench,
               guint          b,
               Source        *sources,
               WeirScanInput *inputs,
               gpointer      *morsels)
{
  for (guint s = 0; s < weir_pipeline_get_n_scans (pipeline); s++)
    {
      WeirPlan *scan = weir_pipeline_get_scan (pipeline, s);

      sources[s] = (Source){ g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref), 2 };
      if (scan->is_streaming)
        for (guint i = 0; i < BATCH_ROWS / WEIR_VECTOR_ROWS; i++)
          g_ptr_array_add (sources[s].vectors, make_vector (scan->schema, bench, (guint64)b * BATCH_ROWS + i * WEIR_VECTOR_ROWS));
      else
        g_ptr_array_add (sources[s].vectors, make_campaigns (scan->schema));
      inputs[s] = (WeirScanInput){ &sources[s], read_vectors, (sources[s].vectors->len + 1) / 2, morsels };
    }
}

static void
run_bench (const Bench *bench)
{
  g_autoptr (GError) error = NULL;
  WeirOutputMode     mode;
  gboolean           is_streaming;
  WeirPlan          *plan = sql_plan (bench->script, NULL, &mode, &is_streaming, NULL, &error);
  Run               *run = plan != NULL ? run_try_new (plan, mode, TRUE, weir_zone_utc (), 1, &error) : NULL;
  gpointer           morsels[BATCH_ROWS / WEIR_VECTOR_ROWS];
  double             best = G_MAXDOUBLE;
  guint64            n_out = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (morsels); i++)
    morsels[i] = GUINT_TO_POINTER (i);
  for (guint b = 0; b < N_BATCHES; b++)
    {
      Source         sources[2];
      WeirScanInput  scans[2];
      WeirBatchStats stats = { 0 };
      WeirBatchInput input = { .batch_id = b, .n_scans = weir_pipeline_get_n_scans (run->pipeline), .scans = scans };
      double         start;

      prepare_scans (run->pipeline, bench, b, sources, scans, morsels);
      input.late_watermark_ms = run->used_ms;
      input.evict_watermark_ms = run->watermark_ms;
      n_out = 0;
      start = cpu_seconds ();
      weir_pipeline_run (run->pipeline, &input, count_rows, &n_out, &stats, &error);
      g_assert_no_error (error);
      weir_pipeline_commit (run->pipeline);
      if (b > 1)
        best = MIN (best, cpu_seconds () - start);
      run->used_ms = run->watermark_ms;
      if (stats.n_watermarks > 0)
        run->watermark_ms = stats.max_event_ms[0];
      weir_batch_stats_clear (&stats);
      for (guint s = 0; s < input.n_scans; s++)
        g_ptr_array_unref (sources[s].vectors);
    }
  g_print ("%-16s %7.2f ns/row  %7.1f M rows/s  %8" G_GUINT64_FORMAT " rows out\n", bench->name, best / BATCH_ROWS * 1e9, BATCH_ROWS / best / 1e6, n_out);
  run_free (run);
}

int
main (int   argc,
      char *argv[])
{
  for (guint i = 0; i < G_N_ELEMENTS (benches); i++)
    {
      gboolean wanted = argc < 2;

      for (int a = 1; a < argc; a++)
        wanted = wanted || strcmp (argv[a], benches[i].name) == 0;
      if (wanted)
        run_bench (&benches[i]);
    }
  return 0;
}
