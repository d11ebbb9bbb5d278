/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "golden-run.h"

#include "golden-file.h"
#include "golden-rows.h"
#include "support/temp-dir.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <utime.h>

/*
 * The commands of a file, one after the other. What a step did is kept until the next one, and the lines below it are compared with it.
 */

typedef struct
{
  const GoldenMode *mode;
  const char       *source_dir;
  GoldenOutcome    *outcome;
  WeirTempDir      *dir;     /* Owned */
  WeirClock        *clock;   /* Owned */
  GString          *conf;    /* Owned: SET statements before every query */
  GoldenQuery      *query;   /* Owned, nullable */
  GPtrArray        *pending; /* Owned: table name, GPtrArray of words, … */
  gint64            next_mtime;
  guint             n_queries;
  gboolean          same_checkpoint; /* the next query goes on from this one's */
  gboolean          bounded;         /* the ends are fixed: no restart within the step */

  /* The last step. */
  GPtrArray *rows; /* Owned */
  guint      n_batches;
  guint64    n_input, n_duplicates, last_batch;
  GArray    *state, *updated, *late;              /* Owned: guint64, top-most operator first */
  gint64     event_min_ms, event_max_ms, used_ms; /* of the last batch with input */
  gint64     event_avg_ms;
  char      *newest_row; /* Owned, nullable */
} Golden;

typedef gboolean (*CommandFunc) (Golden *self, const char *rest);

static gboolean
fail (Golden     *self,
      const char *format,
      ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (Golden     *self,
      const char *format,
      ...)
{
  va_list args;

  va_start (args, format);
  g_free (self->outcome->problem);
  self->outcome->problem = g_strdup_vprintf (format, args);
  va_end (args);
  return FALSE;
}

static gboolean
fail_with_error (Golden *self)
{
  g_autofree char *text = weir_error_format (self->query->error, self->query->text);

  return fail (self, "%s", text);
}

/* Steps. ---------------------------------------------------------------------------------------------------------- */

static gboolean
do_query (Golden     *self,
          const char *rest)
{
  g_autofree char *text = g_strconcat (self->conf->str, rest, NULL), *checkpoint = NULL;

  if (self->query != NULL && self->query->error != NULL)
    return fail_with_error (self);

  self->n_queries += !self->same_checkpoint;
  self->same_checkpoint = FALSE;
  if (self->mode->checkpoint)
    checkpoint = g_strdup_printf ("%s/checkpoint-%u", weir_temp_dir_get_path (self->dir), self->n_queries);
  g_clear_pointer (&self->query, golden_query_free);
  self->query = golden_query_new (text, weir_temp_dir_get_path (self->dir), checkpoint, self->clock, self->mode->n_threads);
  return TRUE;
}

static gboolean
do_conf (Golden     *self,
         const char *rest)
{
  g_auto (GStrv) pair = g_strsplit (rest, "=", 2);

  if (g_strv_length (pair) != 2)
    return fail (self, "conf takes key=value");
  g_string_append_printf (self->conf, "SET %s=%s;\n", pair[0], pair[1]);
  return self->query == NULL || weir_catalog_set (self->query->catalog, pair[0], pair[1], &self->query->error);
}

static gboolean
do_add (Golden     *self,
        const char *rest)
{
  g_autoptr (GPtrArray) words = golden_split_words (rest);
  GPtrArray            *target = NULL;

  for (guint i = 0; i < self->pending->len; i++)
    if (strcmp (g_ptr_array_index ((GPtrArray *)self->pending->pdata[i], 0), words->pdata[0]) == 0)
      target = self->pending->pdata[i];
  if (target == NULL)
    {
      g_ptr_array_add (self->pending, g_steal_pointer (&words));
      return TRUE;
    }
  for (guint i = 1; i < words->len; i++)
    g_ptr_array_add (target, g_strdup (words->pdata[i]));
  return TRUE;
}

static gboolean
push_pending (Golden     *self,
              const char *rest)
{
  for (guint i = 0; i < self->pending->len; i++)
    {
      GPtrArray            *words = self->pending->pdata[i];
      WeirTable            *table = weir_catalog_get_table (self->query->catalog, words->pdata[0]);
      g_autoptr (WeirBatch) batch = NULL;
      g_autoptr (GError)    error = NULL;

      if (table == NULL)
        return fail (self, "no table %s", (char *)words->pdata[0]);
      g_ptr_array_remove_index (words, 0);
      batch = golden_rows_read (words, table->declared, &error);
      if (batch == NULL || !weir_reader_hub_push (self->query->session->hub, table->name, batch, &error))
        return fail (self, "%s", error->message);
    }
  g_ptr_array_set_size (self->pending, 0);
  return TRUE;
}

/* A file of words, one a line; each is newer than the one before. */
static gboolean
do_write (Golden     *self,
          const char *rest)
{
  g_autoptr (GPtrArray) words = golden_split_words (rest);
  g_autoptr (GString)   text = g_string_new (NULL);
  g_autofree char      *path = NULL;
  struct utimbuf        times;

  for (guint i = 1; i < words->len; i++)
    g_string_append_printf (text, "%s\n", (char *)words->pdata[i]);
  path = weir_temp_dir_write (self->dir, words->pdata[0], text->str);
  times.actime = times.modtime = self->next_mtime++;
  return utime (path, &times) == 0 || fail (self, "cannot stamp %s", path);
}

static void
keep_stateful (Golden                *self,
               const WeirBatchResult *result)
{
  const WeirBatchStats *stats = &result->stats;

  g_array_set_size (self->state, 0);
  for (guint i = 0; i < stats->n_stateful; i++)
    g_array_append_val (self->state, stats->stateful[i].rows_total);
  if (result->record->is_no_data && self->n_batches > 1)
    return;
  self->used_ms = result->record->watermark_ms;
  self->n_input = stats->rows_in;
  self->event_min_ms = G_MAXINT64;
  self->event_max_ms = G_MININT64;
  g_clear_pointer (&self->newest_row, g_free);
  for (guint i = 0; i < stats->n_watermarks; i++)
    {
      if (stats->max_event_ms[i] > self->event_max_ms)
        {
          g_free (self->newest_row);
          self->newest_row = g_strdup (stats->newest_row[i]);
        }
      self->event_min_ms = MIN (self->event_min_ms, stats->min_event_ms[i]);
      self->event_max_ms = MAX (self->event_max_ms, stats->max_event_ms[i]);
      if (stats->count_event[i] > 0)
        self->event_avg_ms = stats->sum_event_ms[i] / (gint64)stats->count_event[i];
    }
  g_array_set_size (self->updated, 0);
  g_array_set_size (self->late, 0);
  self->n_duplicates = 0;
  for (guint i = 0; i < stats->n_stateful; i++)
    {
      g_array_append_val (self->updated, stats->stateful[i].rows_updated);
      g_array_append_val (self->late, stats->stateful[i].rows_dropped_by_watermark);
      self->n_duplicates += stats->stateful[i].duplicate_rows;
    }
}

/* A clean stop, and a start where it was. */
static gboolean
do_restart (Golden     *self,
            const char *rest)
{
  if (!self->mode->checkpoint)
    return weir_stream_run_reload_state (self->query->run, &self->query->error);
  golden_query_stop (self->query);
  golden_query_start (self->query);
  return TRUE;
}

/* One batch, whatever it is. @ran: whether there was one. */
static gboolean
run_batch (Golden   *self,
           gboolean  once,
           gboolean  allow_no_data,
           gboolean *ran)
{
  WeirBatchRecord       *record = weir_stream_run_plan_batch (self->query->run, once, allow_no_data, &self->query->error);
  const WeirBatchResult *result;

  *ran = FALSE;
  if (record == NULL)
    return self->query->error == NULL;
  result = weir_stream_run_execute (self->query->run, record, NULL, &self->query->error);
  if (result == NULL)
    return FALSE;
  *ran = TRUE;
  self->last_batch = result->record->batch_id;
  self->n_batches++;
  keep_stateful (self, result);
  g_string_append_printf (self->outcome->transcript, "batch %" G_GUINT64_FORMAT "\n", result->record->batch_id);
  for (guint b = 0; b < result->rows->len; b++)
    {
      WeirBatch *batch = result->rows->pdata[b];

      for (guint r = 0; r < batch->n_rows; r++)
        {
          char *row = golden_rows_write (batch, r, weir_catalog_get_zone (self->query->catalog));

          g_string_append_printf (self->outcome->transcript, "%s\n", row);
          g_ptr_array_add (self->rows, row);
        }
    }
  if (self->mode->restart && !self->bounded)
    return do_restart (self, NULL);
  return !self->mode->reload || weir_stream_run_reload_state (self->query->run, &self->query->error);
}

static gboolean
begin_step (Golden *self)
{
  g_ptr_array_set_size (self->rows, 0);
  g_array_set_size (self->state, 0);
  g_array_set_size (self->updated, 0);
  g_array_set_size (self->late, 0);
  self->n_batches = 0;
  self->n_input = 0;
  if (self->query == NULL)
    return fail (self, "no query");
  if (!golden_query_start (self->query))
    return TRUE; /* the file may expect it */
  return push_pending (self, NULL);
}

/* step: until there is nothing to do. step once, step available-now: as these triggers do. step batch: exactly one. */
static gboolean
do_step (Golden     *self,
         const char *rest)
{
  gboolean once = strcmp (rest, "once") == 0, bounded = strcmp (rest, "available-now") == 0, single = strcmp (rest, "batch") == 0;
  gboolean ran;

  if (*rest != '\0' && !once && !bounded && !single)
    return fail (self, "step %s is not known", rest);
  if (!begin_step (self))
    return FALSE;
  if (self->query->error != NULL)
    return TRUE;
  self->bounded = bounded || once || !self->query->analyzed.is_streaming;
  once = once || !self->query->analyzed.is_streaming;
  if (bounded && !weir_stream_run_freeze (self->query->run, &self->query->error))
    return TRUE;
  do
    if (!run_batch (self, once, !once && !bounded, &ran))
      return TRUE;
  while (ran && !once && !single);
  if (bounded)
    run_batch (self, FALSE, TRUE, &ran);
  else if (single && !ran)
    return fail (self, "no batch to run");
  return TRUE;
}

/* A batch is logged and does not come to its end; the run ends with it, as in a crash. */
static gboolean
do_interrupt (Golden     *self,
              const char *rest)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  WeirBatchRecord         *record;

  if (!begin_step (self) || self->query->error != NULL)
    return TRUE;
  record = weir_stream_run_plan_batch (self->query->run, FALSE, FALSE, &self->query->error);
  if (record == NULL)
    return fail (self, "no batch to interrupt");
  g_cancellable_cancel (cancellable);
  if (weir_stream_run_execute (self->query->run, record, cancellable, &self->query->error) != NULL)
    return fail (self, "the batch was not interrupted");
  g_clear_error (&self->query->error);
  golden_query_stop (self->query);
  return TRUE;
}

static gboolean
do_same_checkpoint (Golden     *self,
                    const char *rest)
{
  self->same_checkpoint = TRUE;
  return TRUE;
}

static gboolean
do_idle (Golden     *self,
         const char *rest)
{
  gboolean ran;

  if (!begin_step (self))
    return FALSE;
  if (self->query->error == NULL)
    run_batch (self, FALSE, TRUE, &ran);
  return !ran || fail (self, "a batch ran where nothing was to be done");
}

/* needs checkpoint: only with one, and only with the restarts that the file has. needs one-run: only these restarts. */
static gboolean
do_needs (Golden     *self,
          const char *rest)
{
  gboolean one_run = strcmp (rest, "one-run") == 0;

  if (!one_run && strcmp (rest, "checkpoint") != 0)
    return fail (self, "needs %s is not known", rest);
  if (self->mode->restart || (!one_run && !self->mode->checkpoint))
    self->outcome->skipped = g_strdup_printf ("needs %s", rest);
  return TRUE;
}

static gboolean
do_read (Golden     *self,
         const char *rest)
{
  g_autoptr (GPtrArray) rows = golden_query_read (self->query, rest);

  if (rows == NULL)
    return TRUE;
  g_ptr_array_unref (self->rows);
  self->rows = g_steal_pointer (&rows);
  return TRUE;
}

static gboolean
do_clock (Golden     *self,
          const char *rest)
{
  weir_clock_advance (self->clock, (gint64)llround (g_ascii_strtod (rest, NULL) * 1e6) - weir_clock_now_us (self->clock));
  return TRUE;
}

/* Expectations. --------------------------------------------------------------------------------------------------- */

static int
compare_words (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static char *
join_words (GPtrArray *words)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < words->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " " : "", (char *)words->pdata[i]);
  return g_string_free (out, FALSE);
}

static gboolean
check_ordered (Golden     *self,
               const char *rest)
{
  g_autoptr (GPtrArray) expected = golden_split_words (rest);
  g_autofree char      *want = join_words (expected), *have = join_words (self->rows);

  return strcmp (want, have) == 0 || fail (self, "rows %s instead of %s", have, want);
}

static gboolean
check_rows (Golden     *self,
            const char *rest)
{
  g_autoptr (GPtrArray) expected = golden_split_words (rest);
  g_autofree char      *want = NULL;

  g_ptr_array_sort (expected, compare_words);
  g_ptr_array_sort (self->rows, compare_words);
  want = join_words (expected);
  return check_ordered (self, want);
}

static gboolean
check_numbers (Golden     *self,
               const char *what,
               GArray     *numbers,
               const char *rest)
{
  g_autoptr (GString) have = g_string_new (NULL);

  for (guint i = 0; i < numbers->len; i++)
    g_string_append_printf (have, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "", g_array_index (numbers, guint64, i));
  return strcmp (have->str, rest) == 0 || fail (self, "%s %s instead of %s", what, have->str, rest);
}

static gboolean
check_state (Golden     *self,
             const char *rest)
{
  return check_numbers (self, "state", self->state, rest);
}

static gboolean
check_updated (Golden     *self,
               const char *rest)
{
  return check_numbers (self, "updated", self->updated, rest);
}

static gboolean
check_late (Golden     *self,
            const char *rest)
{
  return check_numbers (self, "late", self->late, rest);
}

static gboolean
check_number (Golden     *self,
              const char *what,
              guint64     have,
              const char *rest)
{
  return have == g_ascii_strtoull (rest, NULL, 10) || fail (self, "%s %" G_GUINT64_FORMAT " instead of %s", what, have, rest);
}

static gboolean
check_batches (Golden     *self,
               const char *rest)
{
  return check_number (self, "batches", self->n_batches, rest);
}

static gboolean
check_input (Golden     *self,
             const char *rest)
{
  return check_number (self, "input", self->n_input, rest);
}

static gboolean
check_batch (Golden     *self,
             const char *rest)
{
  return check_number (self, "batch", self->last_batch, rest);
}

static gboolean
check_duplicates (Golden     *self,
                  const char *rest)
{
  return check_number (self, "duplicates", self->n_duplicates, rest);
}

static gboolean
check_seconds (Golden     *self,
               const char *what,
               gint64      have_ms,
               const char *text)
{
  gint64 want_ms = (gint64)llround (g_ascii_strtod (text, NULL) * 1e3);

  return have_ms == want_ms || fail (self, "%s %" G_GINT64_FORMAT " ms instead of %s s", what, have_ms, text);
}

/* What the next batch will use. */
static gboolean
check_watermark (Golden     *self,
                 const char *rest)
{
  if (strcmp (rest, "none") == 0)
    return !weir_stream_run_has_watermark (self->query->run) || fail (self, "there is a watermark");
  return check_seconds (self, "watermark", weir_stream_run_get_watermark_ms (self->query->run), rest);
}

/* eventTime of progress: min avg max, and the watermark that the batch used. */
static gboolean
check_event_time (Golden     *self,
                  const char *rest)
{
  g_auto (GStrv) words = g_strsplit (rest, " ", -1);

  if (g_strv_length (words) != 4)
    return fail (self, "event-time takes min avg max watermark");
  return check_seconds (self, "event time min", self->event_min_ms, words[0]) &&
         check_seconds (self, "event time avg", self->event_avg_ms, words[1]) &&
         check_seconds (self, "event time max", self->event_max_ms, words[2]) &&
         check_seconds (self, "watermark used", self->used_ms, words[3]);
}

/* The row that has the newest event time, as JSON. */
static gboolean
check_newest (Golden     *self,
              const char *rest)
{
  return g_strcmp0 (self->newest_row, rest) == 0 || fail (self, "newest row %s instead of %s", self->newest_row, rest);
}

static gboolean
check_schema (Golden     *self,
              const char *rest)
{
  g_autofree char *have = NULL;

  if (self->query->error != NULL)
    return fail_with_error (self);
  have = weir_type_to_string (self->query->analyzed.plan->schema);
  return strcmp (have, rest) == 0 || fail (self, "schema %s instead of %s", have, rest);
}

/* error CONDITION SQLSTATE [LINE:COLUMN] [words of the message] */
static gboolean
check_error (Golden     *self,
             const char *rest)
{
  g_auto (GStrv)     words = g_strsplit (rest, " ", 4);
  guint              n = g_strv_length (words);
  g_autofree char   *place = NULL;
  g_autoptr (GError) error = NULL;
  guint              line, column;

  golden_query_start (self->query);
  error = g_steal_pointer (&self->query->error);
  if (error == NULL)
    return fail (self, "no error instead of %s", rest);
  weir_text_position (self->query->text + self->conf->len, weir_error_get_span (error).start - self->conf->len, &line, &column);
  place = g_strdup_printf ("%u:%u", line, column);
  if (n < 2 || strcmp (words[0], weir_error_get_condition (error)) != 0 || strcmp (words[1], weir_error_get_sqlstate (error)) != 0)
    return fail (self, "error %s %s %s %s instead of %s", weir_error_get_condition (error), weir_error_get_sqlstate (error), place, error->message, rest);
  if (n > 2 && strcmp (words[2], "-") != 0 && strcmp (words[2], place) != 0)
    return fail (self, "error at %s instead of %s", place, words[2]);
  return n < 4 || strstr (error->message, words[3]) != NULL || fail (self, "message \"%s\" without \"%s\"", error->message, words[3]);
}

static gboolean
check_explain (Golden     *self,
               const char *rest)
{
  g_autofree char *text = NULL;

  if (!golden_query_start (self->query))
    return fail_with_error (self);
  text = weir_pipeline_explain (weir_stream_run_get_pipeline (self->query->run));
  return strstr (text, rest) != NULL || fail (self, "the plan has no \"%s\":\n%s", rest, text);
}

/* elsewhere PATH reason: another test holds this fact. */
static gboolean
check_elsewhere (Golden     *self,
                 const char *rest)
{
  g_auto (GStrv)   words = g_strsplit (rest, " ", 2);
  g_autofree char *path = g_build_filename (self->source_dir, words[0], NULL);

  if (words[0] == NULL || words[1] == NULL)
    return fail (self, "elsewhere takes a path and a reason");
  return g_file_test (path, G_FILE_TEST_EXISTS) || fail (self, "there is no %s", words[0]);
}

static gboolean
check_untestable (Golden     *self,
                  const char *rest)
{
  return *rest != '\0' || fail (self, "untestable needs a reason");
}

static const struct
{
  const char *word;
  CommandFunc func;
  gboolean    may_fail; /* runs although the query has failed */
} commands_known[] = {
  { "query", do_query, TRUE },
  { "conf", do_conf, FALSE },
  { "add", do_add, FALSE },
  { "push", push_pending, FALSE },
  { "write", do_write, FALSE },
  { "step", do_step, TRUE },
  { "interrupt", do_interrupt, FALSE },
  { "same-checkpoint", do_same_checkpoint, FALSE },
  { "idle", do_idle, FALSE },
  { "restart", do_restart, FALSE },
  { "needs", do_needs, FALSE },
  { "read", do_read, FALSE },
  { "clock", do_clock, FALSE },
  { "rows", check_rows, FALSE },
  { "ordered", check_ordered, FALSE },
  { "state", check_state, FALSE },
  { "updated", check_updated, FALSE },
  { "late", check_late, FALSE },
  { "batches", check_batches, FALSE },
  { "batch", check_batch, FALSE },
  { "input", check_input, FALSE },
  { "duplicates", check_duplicates, FALSE },
  { "watermark", check_watermark, FALSE },
  { "event-time", check_event_time, FALSE },
  { "newest", check_newest, FALSE },
  { "schema", check_schema, FALSE },
  { "error", check_error, TRUE },
  { "explain", check_explain, FALSE },
  { "elsewhere", check_elsewhere, FALSE },
  { "untestable", check_untestable, FALSE },
};

static gboolean
run_command (Golden              *self,
             const GoldenCommand *command)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands_known); i++)
    if (strcmp (commands_known[i].word, command->word) == 0)
      {
        if (self->query != NULL && self->query->error != NULL && !commands_known[i].may_fail)
          return fail_with_error (self);
        return commands_known[i].func (self, command->rest);
      }
  return fail (self, "there is no command %s", command->word);
}

void
golden_outcome_clear (GoldenOutcome *outcome)
{
  if (outcome->transcript != NULL)
    g_string_free (outcome->transcript, TRUE);
  g_free (outcome->problem);
  g_free (outcome->skipped);
  memset (outcome, 0, sizeof *outcome);
}

static void
golden_init (Golden *self)
{
  self->outcome->transcript = g_string_new (NULL);
  self->dir = weir_temp_dir_new ();
  self->clock = weir_clock_new_manual (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC);
  self->conf = g_string_new (NULL);
  self->pending = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  self->next_mtime = 1700000000;
  self->rows = g_ptr_array_new_with_free_func (g_free);
  self->state = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->updated = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->late = g_array_new (FALSE, FALSE, sizeof (guint64));
}

static void
golden_clear (Golden *self)
{
  golden_query_free (self->query);
  weir_temp_dir_free (self->dir);
  weir_clock_unref (self->clock);
  g_string_free (self->conf, TRUE);
  g_ptr_array_unref (self->pending);
  g_ptr_array_unref (self->rows);
  g_array_unref (self->state);
  g_array_unref (self->updated);
  g_array_unref (self->late);
  g_free (self->newest_row);
}

void
golden_run (GPtrArray        *commands,
            const GoldenMode *mode,
            const char       *source_dir,
            GoldenOutcome    *outcome)
{
  Golden   self = { .mode = mode, .source_dir = source_dir, .outcome = outcome };
  gboolean ok = TRUE;

  golden_init (&self);
  for (guint i = 0; ok && outcome->skipped == NULL && i < commands->len; i++)
    {
      const GoldenCommand *command = commands->pdata[i];

      ok = run_command (&self, command);
      if (!ok)
        {
          g_autofree char *problem = g_steal_pointer (&outcome->problem);

          outcome->problem = g_strdup_printf ("line %u (%s): %s", command->line, command->word, problem);
        }
    }
  if (ok && self.query != NULL && self.query->error != NULL)
    fail_with_error (&self);
  golden_clear (&self);
}
