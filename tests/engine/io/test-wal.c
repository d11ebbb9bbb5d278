/* SPDX-License-Identifier: Apache-2.0 */
/* The write-ahead log of sources: what was synced comes back, and nothing else does. */
#include "config.h"

#include "base/effects.h"
#include "base/error.h"
#include "io/source-wal.h"

#include "support/temp-dir.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define RECORDS 6
#define ROWS    9

static char              long_row[1100];
static const char *const texts[RECORDS] = { "one\n", "two\nthree\n", "", "four\n", "five and more\nsix\nseven\n", long_row };
static const guint       counts[RECORDS] = { 1, 2, 1, 1, 3, 1 };

static gboolean
append (WeirSourceWal *wal,
        guint          i,
        GError       **error)
{
  return weir_source_wal_append (wal, counts[i], 1000 + i, texts[i], strlen (texts[i]), error);
}

static void
write_all (const char *dir)
{
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirSourceWal) wal = weir_source_wal_open (dir, &error);

  for (guint i = 0; i < RECORDS; i++)
    g_assert_true (append (wal, i, &error));
  g_assert_true (weir_source_wal_sync (wal, &error));
  g_assert_no_error (error);
}

/* Records from the first on; how many rows those are. */
static guint64
assert_prefix (WeirSourceWal *wal)
{
  g_autoptr (GError)    error = NULL;
  guint64               end = weir_source_wal_get_end (wal), at = 0;
  g_autoptr (GPtrArray) records = weir_source_wal_read (wal, 0, end, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < records->len; i++)
    {
      const WeirWalRecord *record = records->pdata[i];

      g_assert_cmpuint (record->first, ==, at);
      g_assert_cmpuint (record->count, ==, counts[i]);
      g_assert_cmpint (record->arrived_us, ==, 1000 + i);
      g_assert_cmpmem (g_bytes_get_data (record->payload, NULL), g_bytes_get_size (record->payload), texts[i], strlen (texts[i]));
      at += record->count;
    }
  g_assert_cmpuint (at, ==, end);
  return end;
}

static char *
first_segment (WeirTempDir *dir)
{
  return weir_temp_dir_build (dir, "w/00000000000000000000.wal");
}

/* The folder is moved away while it is written: nothing counts as logged that nobody would find; put back, what was logged is there. */
static void
test_moved (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autofree char          *path = weir_temp_dir_build (dir, "w"), *moved = weir_temp_dir_build (dir, "moved");
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirSourceWal) wal = weir_source_wal_open (path, &error);

  g_assert_true (append (wal, 0, &error) && weir_source_wal_sync (wal, &error));
  g_assert_cmpint (g_rename (path, moved), ==, 0);
  g_assert_true (append (wal, 1, &error));
  g_assert_false (weir_source_wal_sync (wal, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "STREAMING_CHECKPOINT_REPLACED");
  g_assert_nonnull (strstr (error->message, path));
  g_assert_cmpuint (weir_source_wal_get_end (wal), ==, counts[0]);
  g_clear_error (&error);
  g_clear_pointer (&wal, weir_source_wal_free);
  g_assert_cmpint (g_rename (moved, path), ==, 0);
  wal = weir_source_wal_open (path, &error);
  g_assert_no_error (error);
  assert_prefix (wal);
  g_assert_cmpuint (weir_source_wal_get_end (wal), >=, counts[0]);
}

static void
test_round (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autofree char          *path = weir_temp_dir_build (dir, "w");
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirSourceWal) wal = NULL;

  write_all (path);
  wal = weir_source_wal_open (path, &error);
  g_assert_cmpuint (assert_prefix (wal), ==, ROWS);
  weir_source_wal_drop (wal, ROWS - 1);
  g_assert_cmpuint (assert_prefix (wal), ==, ROWS);
  g_assert_null (weir_source_wal_read (wal, 1, 2, &error)); /* a part of a record */
  g_clear_error (&error);
  weir_source_wal_drop (wal, ROWS);
  g_assert_null (weir_source_wal_read (wal, 0, ROWS, &error));
  g_assert_nonnull (strstr (error->message, "Rows 1 to 9"));
  g_clear_error (&error);
  g_assert_true (append (wal, 0, &error));
  g_assert_true (weir_source_wal_sync (wal, &error));
  weir_source_wal_free (wal);
  wal = weir_source_wal_open (path, &error);
  g_assert_cmpuint (weir_source_wal_get_end (wal), ==, ROWS + 1);
  weir_source_wal_skip_to (wal, 20);
  g_assert_true (append (wal, 1, &error));
  weir_source_wal_free (wal);
  wal = weir_source_wal_open (path, &error);
  g_assert_cmpuint (weir_source_wal_get_end (wal), ==, 22);
}

/* Behind the last record, beginning with the first zero that is not its own. */
static gsize
records_end (const char *bytes,
             gsize       len)
{
  while (len > 0 && bytes[len - 1] == 0)
    len--;
  return (len + 15) / 16 * 16;
}

/* A damaged log is refused by name, or everything is there. Returns whether it was refused. */
static gboolean
is_refused (const char *folder,
            const char *segment)
{
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirSourceWal) wal = weir_source_wal_open (folder, &error);

  if (wal == NULL)
    {
      g_assert_nonnull (strstr (error->message, segment));
      return TRUE;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (assert_prefix (wal), ==, ROWS);
  return FALSE;
}

/* Cut at every length, also between two records, a log has lost something and says so; of the zeros behind the records one is enough. */
static void
test_truncated (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "w"), *segment = first_segment (dir), *bytes = NULL;
  gsize                   len, records;

  write_all (path);
  g_assert_true (g_file_get_contents (segment, &bytes, &len, NULL));
  records = records_end (bytes, len);
  g_assert_cmpuint (records, <, len);
  for (gsize cut = len; cut <= len; cut -= cut > records + 40 ? MIN (3989, cut - records - 40) : 1) /* past 0 it is above len */
    {
      g_assert_cmpint (truncate (segment, (off_t)cut), ==, 0);
      g_assert_true (is_refused (path, segment) == (cut <= records));
    }
}

/* One zero is left behind the records: the log goes on in a new segment. */
static void
test_goes_on (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autofree char          *path = weir_temp_dir_build (dir, "w"), *segment = first_segment (dir), *bytes = NULL;
  g_autoptr (WeirSourceWal) wal = NULL;
  g_autoptr (GError)        error = NULL;
  gsize                     len;

  write_all (path);
  g_assert_true (g_file_get_contents (segment, &bytes, &len, NULL));
  g_assert_cmpint (truncate (segment, (off_t)records_end (bytes, len) + 1), ==, 0);
  wal = weir_source_wal_open (path, &error);
  g_assert_true (weir_source_wal_append (wal, 1, 0, "x\n", 2, &error));
  weir_source_wal_free (wal);
  wal = weir_source_wal_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_source_wal_get_end (wal), ==, ROWS + 1);
}

/* Every flipped bit of the records is an error that names the file; those of the zeros behind them are one too, or harmless. */
static void
test_flipped (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "w"), *segment = first_segment (dir), *bytes = NULL;
  gsize                   len, records, n = 0;
  int                     fd;

  write_all (path);
  g_assert_true (g_file_get_contents (segment, &bytes, &len, NULL));
  records = records_end (bytes, len);
  fd = open (segment, O_WRONLY | O_CLOEXEC);
  for (gsize bit = 0; bit < len * 8; bit += bit < records * 8 ? 1 : 20011, n++)
    {
      char     flipped = (char)(bytes[bit / 8] ^ (1 << bit % 8));
      gboolean refused;

      g_assert_cmpint (pwrite (fd, &flipped, 1, (off_t)bit / 8), ==, 1);
      refused = is_refused (path, segment);
      g_assert_true (refused || bit >= records * 8);
      g_assert_cmpint (pwrite (fd, bytes + bit / 8, 1, (off_t)bit / 8), ==, 1);
    }
  close (fd);
  g_test_message ("%" G_GSIZE_FORMAT " bits", n);
  g_assert_cmpuint (n, >, 10000);
}

/* Zeros of the source's own are none on the disk: a flipped bit beside them is no append that did not end. */
static void
test_zero_rows (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autofree char          *path = weir_temp_dir_build (dir, "w"), *segment = first_segment (dir), *bytes = NULL, *zeros = g_malloc0 (5000);
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirSourceWal) wal = weir_source_wal_open (path, &error);
  g_autoptr (GPtrArray)     records = NULL;
  gsize                     len;

  g_assert_true (weir_source_wal_append (wal, 1, 0, zeros, 5000, &error));
  records = weir_source_wal_read (wal, 0, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (((WeirWalRecord *)records->pdata[0])->payload, NULL), 5000, zeros, 5000);
  g_assert_true (g_file_get_contents (segment, &bytes, &len, NULL));
  bytes[100] ^= 4;
  g_free (weir_temp_dir_write_bytes (dir, "w/00000000000000000000.wal", bytes, len));
  g_clear_pointer (&wal, weir_source_wal_free);
  g_assert_null (weir_source_wal_open (path, &error));
  g_assert_nonnull (strstr (error->message, segment));
}

/* An append whose blocks did not all reach the disk: zeros where they should be. */
static void
test_zero_block (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autofree char          *path = weir_temp_dir_build (dir, "w"), *segment = first_segment (dir), *bytes = NULL, *line = g_strnfill (5000, 'x');
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirSourceWal) wal = weir_source_wal_open (path, &error);
  gsize                     len;

  g_assert_true (append (wal, 0, &error));
  g_assert_true (weir_source_wal_append (wal, 1, 0, line, 5000, &error));
  g_clear_pointer (&wal, weir_source_wal_free);
  g_assert_true (g_file_get_contents (segment, &bytes, &len, NULL));
  memset (bytes + 2048, 0, 512);
  g_free (weir_temp_dir_write_bytes (dir, "w/00000000000000000000.wal", bytes, len));
  wal = weir_source_wal_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_source_wal_get_end (wal), ==, 1);
}

/* Whatever call fails, the rows of a sync that came back are there, those of one that failed are not, and the log goes on. */
static void
test_faults (gconstpointer data)
{
  int code = GPOINTER_TO_INT (data);

#if !WEIR_EFFECTS
  g_test_skip ("this build has no numbered effects");
  return;
#else
  for (guint64 at = 1;; at++)
    {
      g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
      g_autofree char          *path = weir_temp_dir_build (dir, "w");
      g_autoptr (GError)        error = NULL;
      g_autoptr (WeirSourceWal) wal = NULL;
      gboolean                  hit;
      guint64                   end = 0;

      weir_fx_set_fault (at, code, FALSE);
      wal = weir_source_wal_open (path, NULL);
      if (wal == NULL)
        wal = weir_source_wal_open (path, &error);
      for (guint i = 0; i < RECORDS; i++)
        {
          /* Again after a failure, as the next attempt of the batch does. */
          if (!append (wal, i, NULL) || !weir_source_wal_sync (wal, NULL))
            g_assert_true (append (wal, i, &error) && weir_source_wal_sync (wal, &error));
          end += counts[i];
          g_assert_cmpuint (weir_source_wal_get_end (wal), ==, end);
        }
      hit = weir_fx_count () >= at;
      weir_fx_set_fault (0, 0, FALSE);
      g_clear_pointer (&wal, weir_source_wal_free);
      wal = weir_source_wal_open (path, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (assert_prefix (wal), ==, ROWS);
      if (!hit)
        return;
    }
#endif
}

static void
test_segments (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autofree char          *path = weir_temp_dir_build (dir, "w"), *block = g_strnfill (4 << 20, 'y');
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirSourceWal) wal = weir_source_wal_open (path, &error);
  g_autoptr (GPtrArray)     records = NULL;

  for (guint i = 0; i < 11; i++)
    g_assert_true (weir_source_wal_append (wal, 1, 0, block, 4 << 20, &error));
  g_assert_true (weir_source_wal_sync (wal, &error));
  records = weir_source_wal_read (wal, 3, 9, &error);
  g_assert_cmpuint (records->len, ==, 6);
  weir_source_wal_drop (wal, 8);
  g_assert_null (weir_source_wal_read (wal, 3, 9, NULL));
  weir_source_wal_drop (wal, 11);
  {
    g_autoptr (GDir) left = g_dir_open (path, 0, NULL);

    g_assert_null (g_dir_read_name (left));
  }
  g_assert_no_error (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Thousands of logs are opened, each with a sync of its folder. */
  if (g_access ("/dev/shm", W_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", TRUE);
  for (guint i = 0; i + 1 < sizeof long_row; i++)
    long_row[i] = (char)('a' + i * i % 23);
  g_test_add_func ("/engine/io/wal/round", test_round);
  g_test_add_func ("/engine/io/wal/moved", test_moved);
  g_test_add_func ("/engine/io/wal/truncated", test_truncated);
  g_test_add_func ("/engine/io/wal/goes-on", test_goes_on);
  g_test_add_func ("/engine/io/wal/flipped", test_flipped);
  g_test_add_func ("/engine/io/wal/zero-block", test_zero_block);
  g_test_add_func ("/engine/io/wal/zero-rows", test_zero_rows);
  g_test_add_func ("/engine/io/wal/segments", test_segments);
  g_test_add_data_func ("/engine/io/wal/faults-eio", GINT_TO_POINTER (EIO), test_faults);
  g_test_add_data_func ("/engine/io/wal/faults-enospc", GINT_TO_POINTER (ENOSPC), test_faults);
  g_test_add_data_func ("/engine/io/wal/faults-short", GINT_TO_POINTER (WEIR_FX_SHORT), test_faults);
  return g_test_run ();
}
