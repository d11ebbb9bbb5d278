/* SPDX-License-Identifier: Apache-2.0 */
/* Files under a checkpoint: what is logged, what a restart reads again, and what is left out. */
#include "config.h"

#include "base/error.h"
#include "io/file-seen.h"

#include "source-util.h"
#include "support/temp-dir.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#define DAY 86400

static void
write_file (const char *folder,
            const char *name,
            const char *text,
            time_t      mtime)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct utimbuf   times = { mtime, mtime };
  int              fd = open (path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize)strlen (text));
  close (fd);
  g_assert_cmpint (utime (path, &times), ==, 0);
}

/* A source and its checkpoint: what was logged since the state. */
typedef struct
{
  const char *path, *limit, *key, *value;
  Drain       drain;
  GBytes     *state; /* nullable */
  char       *state_at;
  GPtrArray  *ranges;  /* GBytes */
  GPtrArray  *offsets; /* char*: ends of the ranges */
} Run;

static void
run_open (Run *run)
{
  g_autoptr (GError) error = NULL;
  WeirSource        *source = source_make ("json", "n INT", TRUE, NULL, NULL, 0, &error, "path", run->path, "maxfilespertrigger",
                                    run->limit != NULL ? run->limit : "1000000", run->key != NULL ? run->key : "mode",
                                    run->value != NULL ? run->value : "PERMISSIVE", NULL);

  g_assert_no_error (error);
  drain_init (&run->drain, source);
}

static void
run_init (Run        *run,
          const char *path,
          const char *limit)
{
  memset (run, 0, sizeof *run);
  run->path = path;
  run->limit = limit;
  run->state_at = g_strdup ("");
  run->ranges = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  run->offsets = g_ptr_array_new_with_free_func (g_free);
  run_open (run);
}

static void
run_clear (Run *run)
{
  drain_clear (&run->drain);
  g_clear_pointer (&run->state, g_bytes_unref);
  g_free (run->state_at);
  g_ptr_array_unref (run->ranges);
  g_ptr_array_unref (run->offsets);
}

/* Plans and logs a batch. FALSE: nothing new. */
static gboolean
run_plan (Run     *run,
          GError **error)
{
  WeirSource      *source = run->drain.source;
  g_autofree char *to = source->klass->latest (source, run->drain.at, FALSE, error);
  GBytes          *range;

  if (to == NULL || strcmp (to, run->drain.at) == 0)
    return FALSE;
  range = source->klass->log_range (source, run->drain.at, to, error);
  if (range == NULL)
    return FALSE;
  g_ptr_array_add (run->ranges, range);
  g_ptr_array_add (run->offsets, g_steal_pointer (&to));
  return TRUE;
}

static gboolean
run_batch (Run     *run,
           GError **error)
{
  return run_plan (run, error) && drain_batch (&run->drain, error);
}

/* Ends the source and starts another one on the checkpoint; the last @n_open ranges were not committed. */
static gboolean
run_restart (Run     *run,
             guint    n_open,
             GError **error)
{
  g_autofree char *at = g_strdup (run->state_at);
  WeirSource      *source;
  gboolean         ok = TRUE;

  drain_clear (&run->drain);
  run_open (run);
  source = run->drain.source;
  if (run->state != NULL)
    ok = source->klass->restore_state (source, run->state_at, run->state, error);
  for (guint i = 0; ok && i < run->ranges->len; i++)
    {
      gboolean committed = i + n_open < run->ranges->len;

      ok = source->klass->replay_range (source, at, run->offsets->pdata[i], run->ranges->pdata[i], committed, error);
      if (committed)
        {
          g_free (at);
          at = g_strdup (run->offsets->pdata[i]);
        }
    }
  g_free (run->drain.at);
  run->drain.at = g_steal_pointer (&at);
  return ok;
}

static void
run_compact (Run *run)
{
  g_clear_pointer (&run->state, g_bytes_unref);
  run->state = run->drain.source->klass->log_state (run->drain.source);
  g_free (run->state_at);
  run->state_at = g_strdup (run->drain.at);
  g_ptr_array_set_size (run->ranges, 0);
  g_ptr_array_set_size (run->offsets, 0);
}

static const char *
last_row (Run *run)
{
  return run->drain.rows->len > 0 ? run->drain.rows->pdata[run->drain.rows->len - 1] : "";
}

/* Facts 16 and 90: limits hold across restarts, each file is read once, also with equal times and old ones that come late. */
static void
test_restart_between (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autoptr (GError)      error = NULL;
  Run                     run;

  write_file (path, "a.json", "{\"n\":1}\n", DAY);
  write_file (path, "b.json", "{\"n\":2}\n", DAY);
  write_file (path, "c.json", "{\"n\":3}\n", DAY);
  run_init (&run, path, "2");
  g_assert_true (run_batch (&run, &error));
  g_assert_cmpstr (last_row (&run), ==, "{\"n\":2}");
  g_assert_true (run_restart (&run, 0, &error));
  write_file (path, "d.json", "{\"n\":4}\n", DAY);
  write_file (path, "old.json", "{\"n\":5}\n", DAY - 3600);
  g_assert_true (run_batch (&run, &error));
  g_assert_cmpstr (run.drain.rows->pdata[0], ==, "{\"n\":5}");
  g_assert_cmpstr (run.drain.rows->pdata[1], ==, "{\"n\":3}");
  g_assert_cmpstr (run.drain.at, ==, "{\"logOffset\":1}");
  run_compact (&run);
  g_assert_true (run_restart (&run, 0, &error));
  g_assert_true (run_batch (&run, &error));
  g_assert_cmpuint (run.drain.rows->len, ==, 1);
  g_assert_cmpstr (last_row (&run), ==, "{\"n\":4}");
  g_assert_cmpstr (run.drain.at, ==, "{\"logOffset\":2}");
  g_assert_false (run_batch (&run, &error));
  g_assert_no_error (error);
  run_clear (&run);
}

/* A batch that was logged and not committed runs again over the same files, whatever arrived since. */
static void
test_replay (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autoptr (GError)      error = NULL;
  Run                     run;

  write_file (path, "a.json", "{\"n\":1}\n", DAY);
  run_init (&run, path, NULL);
  g_assert_true (run_batch (&run, &error));
  write_file (path, "b.json", "{\"n\":2}\n", DAY);
  g_assert_true (run_plan (&run, &error));
  write_file (path, "c.json", "{\"n\":3}\n", DAY);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (run_restart (&run, 1, &error));
      g_assert_true (drain_batch (&run.drain, &error));
      g_assert_cmpuint (run.drain.rows->len, ==, 1);
      g_assert_cmpstr (last_row (&run), ==, "{\"n\":2}");
    }
  g_assert_true (run_batch (&run, &error));
  g_assert_cmpstr (last_row (&run), ==, "{\"n\":3}");
  g_assert_no_error (error);
  run_clear (&run);
}

/* A state written while a batch is open does not hold the files of that batch: a crash before its record takes them anew. */
static void
test_state_of_commits (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autoptr (GError)      error = NULL;
  Run                     run;

  write_file (path, "a.json", "{\"n\":1}\n", DAY);
  run_init (&run, path, NULL);
  g_assert_true (run_plan (&run, &error));
  run_compact (&run);
  g_assert_true (run_restart (&run, 0, &error));
  g_assert_true (run_batch (&run, &error));
  g_assert_cmpstr (run.drain.at, ==, "{\"logOffset\":0}");
  g_assert_cmpstr (last_row (&run), ==, "{\"n\":1}");
  run_clear (&run);
}

/* Another content under the name of a logged file stops the query; a copy with the same content does not. */
static void
test_changed (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autofree char        *file = g_build_filename (path, "a.json", NULL);
  g_autoptr (GError)      error = NULL;
  Run                     run;

  write_file (path, "a.json", "{\"n\":1}\n", DAY);
  run_init (&run, path, NULL);
  g_assert_true (run_plan (&run, &error));
  g_assert_cmpint (g_unlink (file), ==, 0);
  write_file (path, "a.json", "{\"n\":1}\n", DAY + 7);
  g_assert_true (run_restart (&run, 1, &error));
  g_assert_true (drain_batch (&run.drain, &error));
  g_assert_cmpstr (last_row (&run), ==, "{\"n\":1}");
  write_file (path, "a.json", "{\"n\":2}\n", DAY);
  g_assert_true (run_restart (&run, 1, &error));
  g_assert_false (drain_batch (&run.drain, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "FAILED_READ_FILE.FILE_CHANGED");
  g_assert_nonnull (strstr (error->message, file));
  run_clear (&run);
}

/* In one run: a file replaced between plan and read. */
static void
test_changed_before_read (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autoptr (GError)      error = NULL;
  WeirDecodeStats         stats = { 0 };
  Run                     run;

  write_file (path, "a.json", "{\"n\":1}\n", DAY);
  run_init (&run, path, NULL);
  g_assert_true (run_plan (&run, &error));
  {
    WeirSource           *source = run.drain.source;
    g_autoptr (GPtrArray) chunks = source->klass->plan (source, "", run.offsets->pdata[0], &error);

    write_file (path, "a.json", "{\"n\":1234}\n", DAY);
    g_assert_false (source->klass->read (source, chunks->pdata[0], drain_push_cb, &run.drain, &stats, NULL, &error));
    g_assert_cmpstr (weir_error_get_condition (error), ==, "FAILED_READ_FILE.FILE_CHANGED");
  }
  run_clear (&run);
}

static void
test_missing (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autofree char        *file = g_build_filename (path, "a.json", NULL);
  g_autoptr (GError)      error = NULL;
  Run                     run;

  write_file (path, "a.json", "{\"n\":1}\n", DAY);
  write_file (path, "b.json", "{\"n\":2}\n", DAY);
  run_init (&run, path, NULL);
  g_assert_true (run_plan (&run, &error));
  g_assert_cmpint (g_unlink (file), ==, 0);
  g_assert_true (run_restart (&run, 1, &error));
  g_assert_false (drain_batch (&run.drain, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "FAILED_READ_FILE.FILE_NOT_EXIST");
  g_assert_nonnull (strstr (error->message, "ignoreMissingFiles"));
  g_clear_error (&error);
  run.key = "ignoremissingfiles";
  run.value = "true";
  g_assert_true (run_restart (&run, 1, &error));
  g_assert_true (drain_batch (&run.drain, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (run.drain.rows->len, ==, 1);
  g_assert_cmpstr (last_row (&run), ==, "{\"n\":2}");
  run_clear (&run);
}

static void
test_max_age (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autoptr (GError)      error = NULL;
  WeirSourceStatus        status = { 0 };
  Run                     run;

  write_file (path, "a.json", "{\"n\":1}\n", 10 * DAY);
  write_file (path, "b.json", "{\"n\":2}\n", 100 * DAY);
  run_init (&run, path, NULL);
  g_assert_true (run_batch (&run, &error)); /* not applied to the first batch */
  g_assert_cmpuint (run.drain.rows->len, ==, 2);
  write_file (path, "old.json", "{\"n\":3}\n", 92 * DAY);
  write_file (path, "late.json", "{\"n\":4}\n", 93 * DAY + 1);
  g_assert_true (run_batch (&run, &error));
  g_assert_cmpuint (run.drain.rows->len, ==, 3);
  g_assert_cmpstr (last_row (&run), ==, "{\"n\":4}");
  weir_source_get_status (run.drain.source, &status);
  g_assert_cmpstr (status.message, ==, "1 files are left out because they are older than maxFileAge allows: the newest file is of 1970-04-11.");
  weir_source_status_clear (&status);
  run_compact (&run);
  g_assert_true (run_restart (&run, 0, &error));
  g_assert_false (run_batch (&run, &error));
  g_assert_no_error (error);
  run_clear (&run);
}

/* Pipes, sockets and what is not finished are no files; a pipe never blocks. */
static void
test_left_out (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autofree char        *pipe_path = g_build_filename (path, "pipe.json", NULL);
  g_autofree char        *open_path = g_build_filename (path, "open.json", NULL);
  g_autoptr (GError)      error = NULL;
  Run                     run;
  int                     fd;

  write_file (path, "_x.json", "{\"n\":1}\n", DAY);
  write_file (path, ".x.json", "{\"n\":1}\n", DAY);
  write_file (path, "x.json.tmp", "{\"n\":1}\n", DAY);
  write_file (path, "x.json.part", "{\"n\":1}\n", DAY);
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  fd = open (open_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  g_assert_cmpint (write (fd, "{\"n\":", 5), ==, 5);
  run_init (&run, path, NULL);
  if (run_batch (&run, &error))
    {
      g_test_skip ("no file leases here");
      close (fd);
      run_clear (&run);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpint (write (fd, "7}\n", 3), ==, 3);
  close (fd);
  g_assert_true (run_batch (&run, &error));
  g_assert_cmpuint (run.drain.rows->len, ==, 1);
  g_assert_cmpstr (last_row (&run), ==, "{\"n\":7}");
  g_assert_null (source_make ("json", "n INT", TRUE, NULL, NULL, 0, &error, "path", pipe_path, NULL));
  g_assert_nonnull (strstr (error->message, "pipe"));
  run_clear (&run);
}

/* Bytes of a checkpoint that were cut or changed are refused or read as something that fits; never a crash. */
static void
test_damaged (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autoptr (GBytes)      range = NULL;
  Run                     run;
  gsize                   len;
  const guint8           *data;

  write_file (path, "a.json", "{\"n\":1}\n", DAY);
  write_file (path, "b.json", "{\"n\":1}\n", DAY);
  run_init (&run, path, NULL);
  g_assert_true (run_batch (&run, NULL));
  range = g_bytes_ref (run.ranges->pdata[0]);
  data = g_bytes_get_data (range, &len);
  for (gsize cut = 1; cut < len; cut++)
    {
      g_autoptr (GError) error = NULL;

      g_ptr_array_set_size (run.ranges, 0);
      g_ptr_array_add (run.ranges, g_bytes_new (data, cut));
      if (!run_restart (&run, 0, &error))
        g_assert_cmpstr (weir_error_get_condition (error), ==, "STREAM_FAILED");
      else
        g_assert_cmpuint (cut, ==, 1); /* a range without entries */
    }
  run_clear (&run);
}

/* Every file once, whatever their times, over many small batches and restarts; the memory of it stays flat. */
static void
test_many (void)
{
  guint                   n = g_test_slow () ? 100000 : 10000;
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (GRand)       random = g_rand_new_with_seed (7);
  g_autoptr (GHashTable)  found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError)      error = NULL;
  const char             *path = weir_temp_dir_get_path (dir);
  gint64                  used_early = 0, most = 0;
  guint                   n_made = 0, n_batches = 0;
  Run                     run;

  for (; n_made < n / 2; n_made++)
    {
      g_autofree char *name = g_strdup_printf ("part-%06u.json", n_made);

      write_file (path, name, "", 100 * DAY + g_rand_int_range (random, 0, DAY));
    }
  run_init (&run, path, "7");
  while (run_plan (&run, &error) || n_made < n)
    {
      g_assert_no_error (error);
      for (guint i = 0; i < 5 && n_made < n; i++, n_made++)
        {
          g_autofree char *name = g_strdup_printf ("part-%06u.json", n_made);

          write_file (path, name, "", 100 * DAY + g_rand_int_range (random, 0, DAY));
        }
      if (run.ranges->len == 0)
        continue;
      {
        WeirReader  reader;
        gsize       len;
        const void *data = g_bytes_get_data (run.ranges->pdata[run.ranges->len - 1], &len);
        guint64     files;

        weir_reader_init (&reader, data, len);
        weir_reader_u8 (&reader);
        weir_reader_varint (&reader);
        files = weir_reader_varint (&reader);
        for (guint64 i = 0; i < files; i++)
          {
            const guint8 *name = weir_reader_bytes (&reader, &len);

            g_assert_true (g_hash_table_add (found, g_strndup ((const char *)name, len)));
            weir_reader_raw (&reader, 36);
          }
        g_assert_false (reader.failed);
      }
      g_assert_true (drain_batch (&run.drain, &error));
      if (++n_batches % 500 == 0)
        {
          gint64 used = (gint64)mallinfo2 ().uordblks - (gint64)g_hash_table_size (found) * 64;

          run_compact (&run);
          g_assert_true (run_restart (&run, 0, &error));
          used_early = used_early == 0 ? used : used_early;
          most = MAX (most, used);
        }
    }
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (found), ==, n);
  /* 24 bytes a name in a table up to four times as large; listing and cache are bounded. */
  g_assert_cmpint (most, <, used_early + n * 96 + (4 << 20));
  run_clear (&run);
}

static void
test_seen (void)
{
  g_autoptr (WeirFileSeen) seen = weir_file_seen_new (1000);
  g_autoptr (WeirFileSeen) copy = weir_file_seen_new (1000);
  g_autoptr (GByteArray)   bytes = g_byte_array_new ();
  WeirWriter               writer = { bytes };
  WeirReader               reader;

  for (guint i = 0; i < 50000; i++)
    {
      g_autofree char *name = g_strdup_printf ("f%u", i);

      g_assert_false (weir_file_seen_has (seen, name));
      weir_file_seen_add (seen, name, i);
      g_assert_true (weir_file_seen_has (seen, name));
      weir_file_seen_settle (seen);
    }
  g_assert_cmpuint (weir_file_seen_get_size (seen), <, 5000);
  g_assert_true (weir_file_seen_is_aged (seen, 48998));
  g_assert_false (weir_file_seen_is_aged (seen, 48999));
  weir_file_seen_save (seen, &writer);
  for (gsize len = 0; len < bytes->len; len += 997)
    {
      weir_reader_init (&reader, bytes->data, len);
      g_assert_false (weir_file_seen_load (copy, &reader));
    }
  weir_reader_init (&reader, bytes->data, bytes->len);
  g_assert_true (weir_file_seen_load (copy, &reader));
  for (guint i = 49000; i < 50000; i++)
    {
      g_autofree char *name = g_strdup_printf ("f%u", i);

      g_assert_true (weir_file_seen_has (copy, name));
    }
  g_assert_true (weir_file_seen_is_aged (copy, 48998));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/file-log/restart-between", test_restart_between);
  g_test_add_func ("/engine/io/file-log/replay", test_replay);
  g_test_add_func ("/engine/io/file-log/state-of-commits", test_state_of_commits);
  g_test_add_func ("/engine/io/file-log/changed", test_changed);
  g_test_add_func ("/engine/io/file-log/changed-before-read", test_changed_before_read);
  g_test_add_func ("/engine/io/file-log/missing", test_missing);
  g_test_add_func ("/engine/io/file-log/max-age", test_max_age);
  g_test_add_func ("/engine/io/file-log/left-out", test_left_out);
  g_test_add_func ("/engine/io/file-log/damaged", test_damaged);
  g_test_add_func ("/engine/io/file-log/many", test_many);
  g_test_add_func ("/engine/io/file-log/seen", test_seen);
  return g_test_run ();
}
