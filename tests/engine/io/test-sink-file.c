/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/effects.h"
#include "base/error.h"
#include "io/file-list.h"
#include "io/file-manifest.h"

#include "sink-util.h"
#include "source-util.h"
#include "support/temp-dir.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const SinkSpec strict = { .format = "json", .ddl = "n INT", .query_id = QUERY_ID };

static WeirSink *
open_strict (WeirTempDir *dir)
{
  g_autoptr (GError) error = NULL;
  WeirSink          *sink = sink_make (&strict, &error, "path", weir_temp_dir_get_path (dir), NULL);

  g_assert_no_error (error);
  return sink;
}

static void
commit (WeirSink *sink,
        guint64   batch_id,
        int       n)
{
  g_autofree char *json = n >= 0 ? g_strdup_printf ("{\"n\":%d}\n", n) : g_strdup ("");

  sink_commit (sink, batch_id, "n INT", json);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* Every committed row of the folder, in the order of file names. (transfer full) */
static char *
read_folder (WeirTempDir *dir,
             GError     **error)
{
  g_autoptr (GPtrArray) files = weir_file_list (weir_temp_dir_get_path (dir), NULL, WEIR_FILES_FLAT, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GString              *rows = g_string_new (NULL);

  for (guint i = 0; files != NULL && i < files->len; i++)
    g_ptr_array_add (names, g_strdup (((WeirFileEntry *)files->pdata[i])->path));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *text = NULL;

      g_assert_true (g_file_get_contents (names->pdata[i], &text, NULL, NULL));
      g_string_append (rows, text);
    }
  g_strdelimit (rows->str, "\n", ' ');
  return g_string_free (rows, FALSE);
}

static void
assert_rows (WeirTempDir *dir,
             const char  *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *rows = read_folder (dir, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (rows, ==, expected);
}

/* g_file_set_contents() would sync each time. */
static void
overwrite (const char *path,
           const char *bytes,
           gsize       len)
{
  int fd = open (path, O_WRONLY | O_TRUNC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, bytes, len), ==, (gssize)len);
  close (fd);
}

static char *
log_path (WeirTempDir *dir)
{
  g_autofree char *writer = weir_manifest_writer (QUERY_ID, 0);

  return g_strdup_printf ("%s/" WEIR_MANIFEST_FOLDER "/%s.log", weir_temp_dir_get_path (dir), writer);
}

static char *
data_path (WeirTempDir *dir,
           guint64      batch_id,
           const char  *prefix)
{
  g_autofree char *writer = weir_manifest_writer (QUERY_ID, 0);
  g_autofree char *name = weir_manifest_file_name (writer, batch_id, 0, "json");

  return g_strdup_printf ("%s/%s%s", weir_temp_dir_get_path (dir), prefix, name);
}

static void
test_names (void)
{
  g_autofree char *a = weir_manifest_writer (QUERY_ID, 0);
  g_autofree char *b = weir_manifest_writer (QUERY_ID, 1);
  g_autofree char *name = weir_manifest_file_name (a, 7, 0, "json");

  /* On disk for ever. */
  g_assert_cmpstr (a, ==, "55e212e8-cfae-52b9-83ef-b5d1873873ff");
  g_assert_cmpstr (a, !=, b);
  g_assert_true (g_uuid_string_is_valid (b));
  g_assert_cmpstr (name, ==, "part-00000000000000000007-00000-55e212e8-cfae-52b9-83ef-b5d1873873ff.json");
}

/* A batch that is run again is ignored while the sink holds it; a restart says how far it came; a batch without rows counts. */
static void
test_progress (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (WeirSink)    sink = open_strict (dir);

  g_assert_cmpint (sink_progress (sink), ==, -1);
  commit (sink, 0, 10);
  commit (sink, 0, 99);
  commit (sink, 1, 11);
  g_assert_cmpint (sink_progress (sink), ==, 1);
  g_clear_pointer (&sink, weir_sink_unref);
  sink = open_strict (dir);
  g_assert_cmpint (sink_progress (sink), ==, 1);
  commit (sink, 1, 99);
  commit (sink, 2, -1);
  commit (sink, 3, 13);
  g_clear_pointer (&sink, weir_sink_unref);
  sink = open_strict (dir);
  g_assert_cmpint (sink_progress (sink), ==, 3);
  assert_rows (dir, "{\"n\":10} {\"n\":11} {\"n\":13} ");
}

/* A file that was moved into place and not recorded is no row for a reader, and goes at the next start, as does what was staged. */
static void
test_orphans (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (WeirSink)    sink = open_strict (dir);
  g_autofree char        *orphan = data_path (dir, 1, "");
  g_autofree char        *staged = data_path (dir, 1, ".");
  g_autofree char        *kept = data_path (dir, 0, "");
  g_autofree char        *foreign = weir_temp_dir_write (dir, "foreign.json", "{\"n\":5}\n");

  commit (sink, 0, 10);
  g_clear_pointer (&sink, weir_sink_unref);
  g_assert_true (g_file_set_contents (orphan, "{\"n\":99}\n", -1, NULL));
  g_assert_true (g_file_set_contents (staged, "{\"n\":98}\n", -1, NULL));
  assert_rows (dir, "{\"n\":5} {\"n\":10} ");
  sink = open_strict (dir);
  g_assert_false (g_file_test (staged, G_FILE_TEST_EXISTS));
  g_assert_true (sink->klass->begin (sink, 1, FALSE, NULL));
  g_assert_false (g_file_test (orphan, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  commit (sink, 1, 11);
  assert_rows (dir, "{\"n\":5} {\"n\":10} {\"n\":11} ");
}

/* A manifest that was removed or cut is refused, by the sink and by readers; what was committed stays. */
static void
test_lost_manifest (void)
{
  for (guint n_left = 0; n_left < 3; n_left++)
    {
      g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
      g_autoptr (WeirSink)    sink = open_strict (dir);
      g_autofree char        *log = log_path (dir), *data = NULL;
      g_autoptr (GError)      error = NULL;
      gsize                   len = 0;

      for (guint i = 0; i < 3; i++)
        {
          if (i == n_left)
            g_assert_true (g_file_get_contents (log, &data, &len, NULL));
          commit (sink, i, 10 + i);
        }
      g_clear_pointer (&sink, weir_sink_unref);
      if (n_left == 0)
        g_assert_cmpint (g_unlink (log), ==, 0);
      else
        g_assert_true (g_file_set_contents (log, data, (gssize)len, NULL));
      sink = sink_make (&strict, &error, "path", weir_temp_dir_get_path (dir), NULL);
      /* One batch may be in doubt: the checkpoint knows better, and says so before anything is written. */
      if (n_left == 2)
        g_assert_cmpint (sink_progress (sink), ==, 1);
      else
        {
          g_assert_null (sink);
          g_assert_cmpstr (weir_error_get_condition (error), ==, "STREAMING_CHECKPOINT_SINK_MISMATCH.SINK_IS_OLDER");
          g_assert_nonnull (strstr (error->message, log));
        }
      for (guint i = 0; i < 3; i++)
        {
          g_autofree char *path = data_path (dir, i, "");

          g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
        }
    }
}

/* The source reads what is committed, and more when more is. */
static void
test_source (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (WeirSink)    sink = open_strict (dir);
  g_autofree char        *orphan = data_path (dir, 1, "");
  g_autoptr (GError)      error = NULL;
  Drain                   drain;

  commit (sink, 0, 10);
  g_assert_true (g_file_set_contents (orphan, "{\"n\":99}\n", -1, NULL));
  drain_init (&drain, source_make ("json", "n INT", TRUE, NULL, NULL, 0, &error, "path", weir_temp_dir_get_path (dir), NULL));
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpuint (drain.rows->len, ==, 1);
  g_assert_false (drain_batch (&drain, &error));
  commit (sink, 1, 11);
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpstr (drain.rows->pdata[1], ==, "{\"n\":11}");
  g_assert_no_error (error);
  drain_clear (&drain);
}

/* However many batches: the log stays small, and every file of theirs stays committed. */
static void
test_compaction (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (WeirSink)    sink = open_strict (dir);
  g_autofree char        *log = log_path (dir);
  const guint             n = 2 * WEIR_MANIFEST_KEEP + 30;
  goffset                 largest = 0;
  g_autoptr (GPtrArray)   files = NULL;
  struct stat             status;

  for (guint i = 0; i < n; i++)
    {
      commit (sink, i, i % 3 == 0 ? -1 : (int)i);
      g_assert_cmpint (stat (log, &status), ==, 0);
      largest = MAX (largest, status.st_size);
    }
  g_assert_cmpint (largest, <, 2 * WEIR_MANIFEST_KEEP * 128);
  g_clear_pointer (&sink, weir_sink_unref);
  sink = open_strict (dir);
  g_assert_cmpint (sink_progress (sink), ==, n - 1);
  files = weir_file_list (weir_temp_dir_get_path (dir), NULL, WEIR_FILES_FLAT, NULL);
  g_assert_cmpuint (files->len, ==, n - (n + 2) / 3);
}

/* The log cut anywhere: some number of batches is committed, or the log is named as damaged; never a row of a batch in doubt with a later one. */
static void
test_truncation (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (WeirSink)    sink = open_strict (dir);
  g_autofree char        *log = log_path (dir);
  g_autofree char        *whole = NULL;
  guint                   n_damaged = 0, n_short = 0;
  gsize                   len;

  for (guint i = 0; i < 3; i++)
    commit (sink, i, (int)i);
  g_clear_pointer (&sink, weir_sink_unref);
  g_assert_true (g_file_get_contents (log, &whole, &len, NULL));
  for (gsize cut = 0; cut < len; cut++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char   *rows = NULL;

      overwrite (log, whole, cut);
      rows = read_folder (dir, &error);
      if (error != NULL)
        {
          g_assert_cmpstr (weir_error_get_condition (error), ==, "CHECKPOINT_FILE_CHECKSUM_VERIFICATION_FAILED");
          g_assert_nonnull (strstr (error->message, log));
          n_damaged++;
        }
      else
        n_short += g_str_equal (rows, "{\"n\":0} {\"n\":1} ") || g_str_equal (rows, "");
    }
  g_assert_cmpuint (n_damaged, >, 0);
  g_assert_cmpuint (n_damaged + n_short, ==, len);
}

/* Every flipped bit is found, by readers and at the start. */
static void
test_bit_flips (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (WeirSink)    sink = open_strict (dir);
  g_autofree char        *log = log_path (dir);
  g_autofree char        *whole = NULL;
  gsize                   len;

  for (guint i = 0; i < 20; i++)
    commit (sink, i, (int)i);
  g_clear_pointer (&sink, weir_sink_unref);
  g_assert_true (g_file_get_contents (log, &whole, &len, NULL));
  g_assert_cmpuint (8 * len, >=, 10000);
  for (gsize bit = 0; bit < len * 8; bit++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char   *rows = NULL;

      whole[bit / 8] ^= (char)(1 << (bit % 8));
      overwrite (log, whole, len);
      whole[bit / 8] ^= (char)(1 << (bit % 8));
      rows = read_folder (dir, &error);
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, log));
      g_clear_error (&error);
      g_assert_null (sink_make (&strict, &error, "path", weir_temp_dir_get_path (dir), NULL));
      g_assert_nonnull (error);
    }
}

/* A record whose bytes did not reach the disk, though the length of the file did, is an append that was cut short. */
static void
test_unwritten_tail (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (WeirSink)    sink = open_strict (dir);
  g_autofree char        *log = log_path (dir);
  g_autofree char        *text = NULL;
  g_autoptr (GByteArray)  longer = g_byte_array_new ();
  static const guint8     zeros[600];
  gsize                   len;

  commit (sink, 0, 10);
  g_clear_pointer (&sink, weir_sink_unref);
  g_assert_true (g_file_get_contents (log, &text, &len, NULL));
  g_byte_array_append (longer, (guint8 *)text, (guint)len);
  g_byte_array_append (longer, zeros, sizeof zeros);
  g_assert_true (g_file_set_contents (log, (char *)longer->data, longer->len, NULL));
  assert_rows (dir, "{\"n\":10} ");
  sink = open_strict (dir);
  commit (sink, 1, 11);
  assert_rows (dir, "{\"n\":10} {\"n\":11} ");
}

static void
test_changed_file (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (WeirSink)    sink = open_strict (dir);
  g_autofree char        *path = data_path (dir, 0, "");
  g_autofree char        *rows = NULL;
  g_autoptr (GError)      error = NULL;

  commit (sink, 0, 10);
  g_assert_cmpint (truncate (path, 3), ==, 0);
  rows = read_folder (dir, &error);
  g_assert_cmpstr (weir_error_get_condition (error), ==, "FAILED_READ_FILE.NO_HINT");
  g_assert_nonnull (strstr (error->message, path));
}

/* Two queries, and two sinks of one, share a folder. */
static void
test_shared_folder (void)
{
  static const SinkSpec   other = { .format = "json", .ddl = "n INT", .query_id = "another" };
  static const SinkSpec   second = { .format = "json", .ddl = "n INT", .query_id = QUERY_ID, .sink_index = 1 };
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (WeirSink)    a = open_strict (dir);
  g_autoptr (WeirSink)    b = sink_make (&other, NULL, "path", weir_temp_dir_get_path (dir), NULL);
  g_autoptr (WeirSink)    c = sink_make (&second, NULL, "path", weir_temp_dir_get_path (dir), NULL);
  g_autoptr (GPtrArray)   files = NULL;

  commit (a, 0, 1);
  commit (b, 0, 2);
  commit (c, 0, 3);
  commit (a, 1, 4);
  g_assert_cmpint (sink_progress (a), ==, 1);
  g_assert_cmpint (sink_progress (b), ==, 0);
  g_assert_cmpint (sink_progress (c), ==, 0);
  files = weir_file_list (weir_temp_dir_get_path (dir), NULL, WEIR_FILES_FLAT, NULL);
  g_assert_cmpuint (files->len, ==, 4);
}

/* Without a checkpoint: rows of every run, nothing but the files. */
static void
test_without_checkpoint (void)
{
  static const SinkSpec   loose = { .format = "json", .ddl = "n INT" };
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *manifest = weir_temp_dir_build (dir, WEIR_MANIFEST_FOLDER);

  for (guint run = 0; run < 2; run++)
    {
      g_autoptr (WeirSink) sink = sink_make (&loose, NULL, "path", weir_temp_dir_get_path (dir), NULL);

      commit (sink, 0, 7);
      g_assert_cmpint (sink_progress (sink), ==, 0);
    }
  g_assert_false (g_file_test (manifest, G_FILE_TEST_EXISTS));
  assert_rows (dir, "{\"n\":7} {\"n\":7} ");
}

static void
test_abort (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (WeirSink)    sink = open_strict (dir);
  g_autoptr (GPtrArray)   rows = sink_rows ("n INT", "{\"n\":1}\n");
  g_autofree char        *staged = data_path (dir, 0, ".");

  g_assert_true (sink->klass->begin (sink, 0, FALSE, NULL));
  g_assert_true (sink->klass->write (sink, rows->pdata[0], NULL));
  g_assert_true (g_file_test (staged, G_FILE_TEST_EXISTS));
  sink->klass->abort (sink);
  g_assert_false (g_file_test (staged, G_FILE_TEST_EXISTS));
  commit (sink, 0, 2);
  assert_rows (dir, "{\"n\":2} ");
}

/* The folder goes away in mid-run and comes back: the batch fails with its path, and the same batch works later. */
static void
test_folder_vanishes (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (dir), "out", NULL);
  g_autofree char        *moved = g_build_filename (weir_temp_dir_get_path (dir), "moved", NULL);
  g_autoptr (WeirSink)    sink = sink_make (&strict, NULL, "path", path, NULL);
  g_autoptr (GPtrArray)   rows = sink_rows ("n INT", "{\"n\":1}\n");
  g_autoptr (GPtrArray)   files = NULL;
  g_autoptr (GError)      error = NULL;

  commit (sink, 0, 1);
  g_assert_true (sink->klass->begin (sink, 1, FALSE, NULL));
  g_assert_true (sink->klass->write (sink, rows->pdata[0], NULL));
  g_assert_cmpint (g_rename (path, moved), ==, 0);
  g_assert_false (sink->klass->commit (sink, 1, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
  g_assert_nonnull (strstr (error->message, path));
  g_assert_cmpint (g_rename (moved, path), ==, 0);
  commit (sink, 1, 2);
  files = weir_file_list (path, NULL, WEIR_FILES_FLAT, NULL);
  g_assert_cmpuint (files->len, ==, 2);
}

/* An older copy of the folder takes its place while the query runs. */
static void
test_replaced (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out"), *moved = weir_temp_dir_build (dir, "moved");
  g_autofree char        *name = NULL, *bytes = NULL, *log = NULL, *part = NULL;
  g_autoptr (WeirSink)    sink = sink_make (&strict, NULL, "path", path, NULL);
  g_autoptr (GDir)        logs = NULL;
  g_autoptr (GError)      error = NULL;
  gsize                   len;

  commit (sink, 0, 1);
  part = weir_temp_dir_build (dir, "out/" WEIR_MANIFEST_FOLDER);
  logs = g_dir_open (part, 0, NULL);
  name = g_strdup_printf ("out/" WEIR_MANIFEST_FOLDER "/%s", g_dir_read_name (logs));
  log = weir_temp_dir_build (dir, name);
  g_assert_true (g_file_get_contents (log, &bytes, &len, NULL));
  commit (sink, 1, 2);
  g_assert_cmpint (g_rename (path, moved), ==, 0);
  g_free (weir_temp_dir_write_bytes (dir, name, bytes, len));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (sink_batch (sink, 2, "n INT", i == 0 ? "{\"n\":3}\n" : "", &error));
      g_assert_cmpstr (weir_error_get_condition (error), ==, "STREAMING_CHECKPOINT_SINK_MISMATCH.SINK_IS_OLDER");
      g_assert_nonnull (strstr (error->message, log));
      g_clear_error (&error);
    }
}

/* Every act of a batch fails once: the batch says what and where, and the same batch then gives what it would have given. */
static void
test_faults (void)
{
  static const int codes[] = { ENOSPC, EIO, WEIR_FX_SHORT };
  guint            n_failed = 0;

  for (guint c = 0; c < G_N_ELEMENTS (codes); c++)
    for (guint at = 1;; at++)
      {
        g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
        g_autoptr (WeirSink)    sink = open_strict (dir);
        g_autoptr (GError)      error = NULL;
        guint64                 n_acts;
        gboolean                ok;

        commit (sink, 0, 10);
        weir_fx_set_fault (at, codes[c], FALSE);
        ok = sink_batch (sink, 1, "n INT", "{\"n\":11}\n", &error);
        n_acts = weir_fx_count ();
        weir_fx_set_fault (0, 0, FALSE);
        if (!ok)
          {
            g_assert_nonnull (strstr (error->message, weir_temp_dir_get_path (dir)));
            n_failed++;
          }
        g_assert_true (ok || codes[c] != WEIR_FX_SHORT);
        commit (sink, 1, 11);
        commit (sink, 2, 12);
        g_clear_pointer (&sink, weir_sink_unref);
        sink = open_strict (dir);
        g_assert_cmpint (sink_progress (sink), ==, 2);
        assert_rows (dir, "{\"n\":10} {\"n\":11} {\"n\":12} ");
        if (n_acts < at)
          break;
      }
  g_assert_cmpuint (n_failed, >=, 10);
}

static void
test_errors (void)
{
  static const SinkSpec   csv = { .format = "csv", .ddl = "a ARRAY<INT>", .query_id = QUERY_ID };
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *plain = weir_temp_dir_write (dir, "plain", "x");
  g_autofree char        *below = g_build_filename (plain, "out", NULL);
  g_autoptr (GError)      error = NULL;

  g_assert_null (sink_make (&strict, &error, NULL));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (sink_make (&strict, &error, "path", below, NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
  g_clear_error (&error);
  g_assert_null (sink_make (&csv, &error, "path", weir_temp_dir_get_path (dir), NULL));
  g_assert_nonnull (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/sink-file/names", test_names);
  g_test_add_func ("/engine/io/sink-file/progress", test_progress);
  g_test_add_func ("/engine/io/sink-file/orphans", test_orphans);
  g_test_add_func ("/engine/io/sink-file/lost-manifest", test_lost_manifest);
  g_test_add_func ("/engine/io/sink-file/source", test_source);
  g_test_add_func ("/engine/io/sink-file/compaction", test_compaction);
  g_test_add_func ("/engine/io/sink-file/truncation", test_truncation);
  g_test_add_func ("/engine/io/sink-file/bit-flips", test_bit_flips);
  g_test_add_func ("/engine/io/sink-file/unwritten-tail", test_unwritten_tail);
  g_test_add_func ("/engine/io/sink-file/changed-file", test_changed_file);
  g_test_add_func ("/engine/io/sink-file/shared-folder", test_shared_folder);
  g_test_add_func ("/engine/io/sink-file/without-checkpoint", test_without_checkpoint);
  g_test_add_func ("/engine/io/sink-file/abort", test_abort);
  g_test_add_func ("/engine/io/sink-file/folder-vanishes", test_folder_vanishes);
  g_test_add_func ("/engine/io/sink-file/replaced", test_replaced);
  if (WEIR_EFFECTS)
    g_test_add_func ("/engine/io/sink-file/faults", test_faults);
  g_test_add_func ("/engine/io/sink-file/errors", test_errors);
  return g_test_run ();
}
