/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec-help.h"

/*
 * Stateful operators against models of a few lines each: random rows in random batches go through both, and every batch has to give
 * the same rows. The models follow spark-semantics §1.5.2, §1.6 and §1.7 word by word and forget nothing they may not forget; they
 * are slow and have no state format, so they cannot share a mistake with the operators.
 *
 * Each history runs with one and with three threads, with morsels of one row and of many, and with the state of every operator
 * taken out and put into fresh ones after each batch.
 */

#define FIRST_S     100 /* event times start here: the watermark starts at 0 */
#define MAX_BATCHES 8   /* of a history */
#define MAX_ROWS    12  /* of a batch and side */

typedef struct
{
  int      key; /* −1: NULL */
  int      value;
  gint64   at_s;
  guint    batch;
  gboolean is_matched, is_gone;
} Row;

typedef struct
{
  GArray *rows[2][MAX_BATCHES]; /* Row */
  guint   n_batches, n_sides;
} History;

static History *
history_new (guint n_sides)
{
  History *self = g_new0 (History, 1);
  gint64   clock_s = FIRST_S;
  int      value = 0;

  self->n_sides = n_sides;
  self->n_batches = (guint)g_test_rand_int_range (2, MAX_BATCHES);
  for (guint b = 0; b < self->n_batches; b++)
    {
      clock_s += g_test_rand_int_range (0, 15);
      for (guint side = 0; side < n_sides; side++)
        {
          int n = b + 1 == self->n_batches ? 0 : g_test_rand_int_range (0, MAX_ROWS);

          self->rows[side][b] = g_array_new (FALSE, TRUE, sizeof (Row));
          for (int i = 0; i < n; i++)
            {
              Row row = { g_test_rand_int_range (-1, 3), value++, clock_s + g_test_rand_int_range (-20, 10), b, FALSE, FALSE };

              g_array_append_val (self->rows[side][b], row);
            }
        }
    }
  return self;
}

static void
history_free (History *self)
{
  for (guint side = 0; side < self->n_sides; side++)
    for (guint b = 0; b < self->n_batches; b++)
      g_array_unref (self->rows[side][b]);
  g_free (self);
}

static char *
rows_as_text (GArray *rows)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);

      g_string_append (out, row->key < 0 ? "{\"k\":null" : "");
      if (row->key >= 0)
        g_string_append_printf (out, "{\"k\":%d", row->key);
      g_string_append_printf (out, ",\"v\":%d,\"ts\":\"1970-01-01T00:%02d:%02dZ\"}\n", row->value, (int)(row->at_s / 60), (int)(row->at_s % 60));
    }
  return g_string_free (out, FALSE);
}

static int
compare_texts (const void *a,
               const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* Lines of a model in the order run_batch() gives them. */
static char *
sorted_lines (GPtrArray *lines)
{
  GString *out = g_string_new (NULL);

  if (lines->len > 0)
    qsort (lines->pdata, lines->len, sizeof lines->pdata[0], compare_texts);
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (out, "%s\n", (const char *)lines->pdata[i]);
  return g_string_free (out, FALSE);
}

/* What a model says of one batch: @late_ms and @evict_ms are its two watermarks. */
typedef void (*Model) (History *history, guint batch, gint64 late_ms, gint64 evict_ms, gpointer data, GPtrArray *lines);

static void
check_history (History    *history,
               const char *script,
               Model       model,
               gpointer (*new_data) (void),
               GDestroyNotify free_data)
{
  for (guint way = 0; way < 4; way++)
    {
      g_autoptr (GError)     error = NULL;
      g_autoptr (GHashTable) settings = NULL;
      WeirOutputMode         mode;
      gboolean               is_streaming;
      g_autoptr (WeirZone)   zone = NULL;
      WeirPlan              *plan = sql_plan (script, settings, &mode, &is_streaming, &zone, &error);
      gpointer               data = new_data != NULL ? new_data () : NULL;
      g_autoptr (Run)        run = NULL;

      g_assert_no_error (error);
      run = run_new (plan, mode, is_streaming, way < 2 ? 1 : 3);
      run->restore_each = way % 2 == 1;
      run->lines_per_morsel = way % 2 == 1 ? 1 : 5;
      for (guint side = 0; side < history->n_sides; side++)
        for (guint b = 0; b < history->n_batches; b++)
          for (guint i = 0; i < history->rows[side][b]->len; i++)
            g_array_index (history->rows[side][b], Row, i).is_matched = g_array_index (history->rows[side][b], Row, i).is_gone = FALSE;
      for (guint b = 0; b < history->n_batches; b++)
        {
          g_autofree char      *left = rows_as_text (history->rows[0][b]);
          g_autofree char      *right = history->n_sides > 1 ? rows_as_text (history->rows[1][b]) : NULL;
          g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
          g_autofree char      *wanted = NULL;

          model (history, b, run->used_ms, run->watermark_ms, data, lines);
          wanted = sorted_lines (lines);
          g_assert_cmpstr (run_batch (run, TRUE, (const char *const[]){ left, right, NULL }), ==, wanted);
        }
      if (free_data != NULL)
        free_data (data);
    }
}

/* ---- joins of two streams --------------------------------------------------------------------------------------- */

/* right BETWEEN left − BEFORE_S AND left + AFTER_S */
#define BEFORE_S 3
#define AFTER_S  6

typedef struct
{
  const char *kind;
  gboolean    null_left, null_right; /* rows without partner come with NULLs */
  gboolean    is_semi;
} JoinKind;

static void
add_pair (GPtrArray *lines,
          const Row *left,
          const Row *right,
          gboolean   is_semi)
{
  g_autofree char *a = left != NULL ? g_strdup_printf ("%d", left->value) : g_strdup ("null");
  g_autofree char *b = right != NULL ? g_strdup_printf ("%d", right->value) : g_strdup ("null");

  g_ptr_array_add (lines, is_semi ? g_strdup_printf ("{\"a\":%s}", a) : g_strdup_printf ("{\"a\":%s,\"b\":%s}", a, b));
}

static gboolean
is_pair (const Row *left,
         const Row *right)
{
  return left->key >= 0 && left->key == right->key && right->at_s >= left->at_s - BEFORE_S && right->at_s <= left->at_s + AFTER_S;
}

/* Rows that can have no partner newer than the watermark any more. */
static void
evict_side (History   *history,
            guint      side,
            guint      batch,
            gint64     evict_ms,
            gboolean   with_nulls,
            GPtrArray *lines)
{
  gint64 reach_s = side == 0 ? AFTER_S : BEFORE_S;

  for (guint b = 0; b <= batch; b++)
    for (guint i = 0; i < history->rows[side][b]->len; i++)
      {
        Row *row = &g_array_index (history->rows[side][b], Row, i);

        if (row->is_gone || row->at_s * 1000 >= evict_ms - reach_s * 1000)
          continue;
        row->is_gone = TRUE;
        if (with_nulls && !row->is_matched)
          add_pair (lines, side == 0 ? row : NULL, side == 0 ? NULL : row, FALSE);
      }
}

static void
join_model (History   *history,
            guint      batch,
            gint64     late_ms,
            gint64     evict_ms,
            gpointer   data,
            GPtrArray *lines)
{
  const JoinKind *kind = data;

  for (guint side = 0; side < 2; side++)
    for (guint i = 0; i < history->rows[side][batch]->len; i++)
      {
        Row *row = &g_array_index (history->rows[side][batch], Row, i);

        row->is_gone = row->at_s * 1000 <= late_ms;
      }
  for (guint lb = 0; lb <= batch; lb++)
    for (guint rb = 0; rb <= batch; rb++)
      for (guint l = 0; l < history->rows[0][lb]->len && MAX (lb, rb) == batch; l++)
        for (guint r = 0; r < history->rows[1][rb]->len; r++)
          {
            Row *left = &g_array_index (history->rows[0][lb], Row, l), *right = &g_array_index (history->rows[1][rb], Row, r);

            if (left->is_gone || right->is_gone || !is_pair (left, right))
              continue;
            /* A left row of LEFT SEMI that goes in its own batch is not stored: only rows of earlier batches are its partners. */
            if (kind->is_semi && lb == batch && rb == batch && left->at_s * 1000 < evict_ms - AFTER_S * 1000)
              continue;
            if (!kind->is_semi || !left->is_matched)
              add_pair (lines, left, right, kind->is_semi);
            left->is_matched = right->is_matched = TRUE;
          }
  evict_side (history, 0, batch, evict_ms, kind->null_right, lines);
  evict_side (history, 1, batch, evict_ms, kind->null_left, lines);
}

static const JoinKind *join_kind;

static gpointer
the_join_kind (void)
{
  return (gpointer)join_kind;
}

static void
test_stream_join (gconstpointer data)
{
  g_autofree char *script = NULL;

  join_kind = data;
  script = g_strdup_printf ("CREATE TABLE l (k INT, v INT, ts TIMESTAMP) USING test;"
                            "CREATE TABLE r (k INT, v INT, ts TIMESTAMP) USING test;"
                            "CREATE STREAMING QUERY q OUTPUT MODE APPEND AS SELECT x.v a%s"
                            " FROM STREAM l WATERMARK ts DELAY OF INTERVAL 5 SECONDS x %s JOIN STREAM r WATERMARK ts DELAY OF INTERVAL 8 SECONDS y"
                            " ON x.k = y.k AND y.ts BETWEEN x.ts - INTERVAL 3 SECONDS AND x.ts + INTERVAL 6 SECONDS",
                            join_kind->is_semi ? "" : ", y.v b", join_kind->kind);
  for (guint i = 0; i < 60; i++)
    {
      History *history = history_new (2);

      check_history (history, script, join_model, the_join_kind, NULL);
      history_free (history);
    }
}

/* ---- deduplication ---------------------------------------------------------------------------------------------- */

typedef struct
{
  int    key;
  gint64 time_ms; /* when it goes; G_MAXINT64: never */
  gint64 at_s;    /* part of the key, or 0 */
} Seen;

static gpointer
seen_new (void)
{
  return g_array_new (FALSE, TRUE, sizeof (Seen));
}

static void
seen_free (gpointer seen)
{
  g_array_unref (seen);
}

/* A row is given out unless its key was seen; @with_time: the event time is part of the key; @delay_ms ≥ 0: keys expire. */
static void
dedup_rows (GArray    *rows,
            gint64     late_ms,
            gint64     evict_ms,
            gboolean   with_time,
            gint64     delay_ms,
            GArray    *seen,
            GPtrArray *lines)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);
      Seen       mine = { row->key, G_MAXINT64, with_time ? row->at_s : 0 };
      guint      s = 0;

      if (row->at_s * 1000 <= late_ms)
        continue;
      if (with_time || delay_ms >= 0)
        mine.time_ms = row->at_s * 1000 + MAX (delay_ms, 0);
      while (s < seen->len && (g_array_index (seen, Seen, s).key != mine.key || g_array_index (seen, Seen, s).at_s != mine.at_s))
        s++;
      if (s < seen->len)
        continue;
      g_array_append_val (seen, mine);
      g_ptr_array_add (lines, row->key < 0 ? g_strdup_printf ("{\"k\":null,\"v\":%d}", row->value) : g_strdup_printf ("{\"k\":%d,\"v\":%d}", row->key, row->value));
    }
  for (guint s = seen->len; s-- > 0;)
    if (g_array_index (seen, Seen, s).time_ms <= evict_ms)
      g_array_remove_index (seen, s);
}

static void
dedup_key_model (History   *history,
                 guint      batch,
                 gint64     late_ms,
                 gint64     evict_ms,
                 gpointer   data,
                 GPtrArray *lines)
{
  dedup_rows (history->rows[0][batch], late_ms, evict_ms, FALSE, -1, data, lines);
}

static void
dedup_time_model (History   *history,
                  guint      batch,
                  gint64     late_ms,
                  gint64     evict_ms,
                  gpointer   data,
                  GPtrArray *lines)
{
  dedup_rows (history->rows[0][batch], late_ms, evict_ms, TRUE, -1, data, lines);
}

static void
dedup_within_model (History   *history,
                    guint      batch,
                    gint64     late_ms,
                    gint64     evict_ms,
                    gpointer   data,
                    GPtrArray *lines)
{
  dedup_rows (history->rows[0][batch], late_ms, evict_ms, FALSE, 5000, data, lines);
}

typedef struct
{
  const char *clause;
  Model       model;
} Dedup;

static void
test_dedup (gconstpointer data)
{
  const Dedup     *dedup = data;
  g_autofree char *script = g_strdup_printf ("CREATE TABLE t (k INT, v INT, ts TIMESTAMP) USING test;"
                                             "CREATE STREAMING QUERY q OUTPUT MODE APPEND AS"
                                             " SELECT k, v FROM STREAM t WATERMARK ts DELAY OF INTERVAL 5 SECONDS DROP DUPLICATES %s",
                                             dedup->clause);

  for (guint i = 0; i < 60; i++)
    {
      History *history = history_new (1);

      check_history (history, script, dedup->model, seen_new, seen_free);
      history_free (history);
    }
}

/* ---- sessions --------------------------------------------------------------------------------------------------- */

#define GAP_S 4

typedef struct
{
  int    key;
  gint64 start_s, end_s;
  guint  n;
  int    sum;
} Session;

static gpointer
sessions_new (void)
{
  return g_array_new (FALSE, TRUE, sizeof (Session));
}

/* Sessions that touch the new one become part of it. */
static void
add_session (GArray *sessions,
             Session session)
{
  for (guint i = sessions->len; i-- > 0;)
    {
      const Session *other = &g_array_index (sessions, Session, i);

      if (other->key != session.key || other->start_s > session.end_s || session.start_s > other->end_s)
        continue;
      session.start_s = MIN (session.start_s, other->start_s);
      session.end_s = MAX (session.end_s, other->end_s);
      session.n += other->n;
      session.sum += other->sum;
      g_array_remove_index (sessions, i);
      i = sessions->len;
    }
  g_array_append_val (sessions, session);
}

static void
session_model (History   *history,
               guint      batch,
               gint64     late_ms,
               gint64     evict_ms,
               gpointer   data,
               GPtrArray *lines)
{
  GArray *sessions = data;

  for (guint i = 0; i < history->rows[0][batch]->len; i++)
    {
      const Row *row = &g_array_index (history->rows[0][batch], Row, i);

      if ((row->at_s + GAP_S) * 1000 > late_ms)
        add_session (sessions, (Session){ row->key, row->at_s, row->at_s + GAP_S, 1, row->value });
    }
  for (guint i = sessions->len; i-- > 0;)
    {
      const Session   *session = &g_array_index (sessions, Session, i);
      g_autofree char *key = session->key < 0 ? g_strdup ("null") : g_strdup_printf ("%d", session->key);

      if (session->end_s * 1000 > evict_ms)
        continue;
      g_ptr_array_add (lines, g_strdup_printf ("{\"k\":%s,\"s\":%d,\"e\":%d,\"n\":%u,\"sum\":%d}", key, (int)session->start_s, (int)session->end_s, session->n, session->sum));
      g_array_remove_index (sessions, i);
    }
}

static void
test_session (void)
{
  const char *script = "CREATE TABLE t (k INT, v INT, ts TIMESTAMP) USING test;"
                       "CREATE STREAMING QUERY q OUTPUT MODE APPEND AS"
                       " SELECT k, unix_seconds(session_window.start) s, unix_seconds(session_window.end) e, count(*) n, sum(v) sum"
                       " FROM STREAM t WATERMARK ts DELAY OF INTERVAL 5 SECONDS GROUP BY k, session_window(ts, '4 seconds')";

  for (guint i = 0; i < 60; i++)
    {
      History *history = history_new (1);

      check_history (history, script, session_model, sessions_new, seen_free);
      history_free (history);
    }
}

int
main (int    argc,
      char **argv)
{
  static const JoinKind kinds[] = {
    { "INNER", FALSE, FALSE, FALSE },
    { "LEFT", FALSE, TRUE, FALSE },
    { "RIGHT", TRUE, FALSE, FALSE },
    { "FULL", TRUE, TRUE, FALSE },
    { "LEFT SEMI", FALSE, FALSE, TRUE },
  };
  static const Dedup dedups[] = {
    { "(k)", dedup_key_model },
    { "(k, ts)", dedup_time_model },
    { "(k) WITHIN WATERMARK", dedup_within_model },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/exec/models/stream-join/%s", kinds[i].kind);

      g_test_add_data_func (path, &kinds[i], test_stream_join);
    }
  for (guint i = 0; i < G_N_ELEMENTS (dedups); i++)
    {
      g_autofree char *path = g_strdup_printf ("/exec/models/dedup/%s", dedups[i].clause);

      g_test_add_data_func (path, &dedups[i], test_dedup);
    }
  g_test_add_func ("/exec/models/session", test_session);
  return g_test_run ();
}
