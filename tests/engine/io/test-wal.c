/* SPDX-License-Identifier: Apache-2.0 */
/* The write-ahead log of sources: what was synced comes back, and nothing else does. */
#include "config.h"

#include "base/effects.h"
#include "base/error.h"
#include "io/source-wal.h"

#include "support/temp-dir.h"

#include <errno.h>
#include <string.h>

#define ROWS 5

static const char *const texts[ROWS] = { "one\n", "two\nthree\n", "", "four\n", "five and more\nsix\nseven\n" };
static const guint       counts[ROWS] = { 1, 2, 1, 1, 3 };

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

  for (guint i = 0; i < ROWS; i++)
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

static void
test_round (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autofree char          *path = weir_temp_dir_build (dir, "w");
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirSourceWal) wal = NULL;

  write_all (path);
  wal = weir_source_wal_open (path, &error);
  g_assert_cmpuint (assert_prefix (wal), ==, 8);
  weir_source_wal_drop (wal, 7);
  g_assert_cmpuint (assert_prefix (wal), ==, 8);
  g_assert_null (weir_source_wal_read (wal, 1, 2, &error)); /* a part of a record */
  g_clear_error (&error);
  weir_source_wal_drop (wal, 8);
  g_assert_null (weir_source_wal_read (wal, 0, 8, &error));
  g_assert_nonnull (strstr (error->message, "Rows 1 to 8"));
  g_clear_error (&error);
  g_assert_true (append (wal, 0, &error));
  g_assert_true (weir_source_wal_sync (wal, &error));
  weir_source_wal_free (wal);
  wal = weir_source_wal_open (path, &error);
  g_assert_cmpuint (weir_source_wal_get_end (wal), ==, 9);
  weir_source_wal_skip_to (wal, 20);
  g_assert_true (append (wal, 1, &error));
  weir_source_wal_free (wal);
  wal = weir_source_wal_open (path, &error);
  g_assert_cmpuint (weir_source_wal_get_end (wal), ==, 22);
}

/* Cut at every length, a log holds the records that are whole, and goes on behind them. */
static void
test_truncated (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "w"), *segment = first_segment (dir), *bytes = NULL;
  gsize                   len;
  guint64                 most = 0;

  write_all (path);
  g_assert_true (g_file_get_contents (segment, &bytes, &len, NULL));
  for (gsize cut = 0; cut <= len; cut++)
    {
      g_autoptr (WeirTempDir)   other = weir_temp_dir_new ();
      g_autofree char          *folder = weir_temp_dir_build (other, "w");
      g_autofree char          *file = weir_temp_dir_write_bytes (other, "w/00000000000000000000.wal", bytes, cut);
      g_autoptr (GError)        error = NULL;
      g_autoptr (WeirSourceWal) wal = weir_source_wal_open (folder, &error);
      guint64                   end;

      g_assert_no_error (error);
      end = assert_prefix (wal);
      g_assert_cmpuint (end, >=, most);
      most = end;
      g_assert_true (weir_source_wal_append (wal, 1, 0, "x\n", 2, &error));
      weir_source_wal_free (wal);
      wal = weir_source_wal_open (folder, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (weir_source_wal_get_end (wal), ==, end + 1);
    }
  g_assert_cmpuint (most, ==, 8);
}

/* Every flipped bit is an error that names the file. */
static void
test_flipped (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "w"), *segment = first_segment (dir), *bytes = NULL;
  gsize                   len;

  write_all (path);
  g_assert_true (g_file_get_contents (segment, &bytes, &len, NULL));
  for (gsize bit = 0; bit < len * 8; bit++)
    {
      g_autoptr (GError) error = NULL;

      bytes[bit / 8] ^= (char)(1 << bit % 8);
      g_free (weir_temp_dir_write_bytes (dir, "w/00000000000000000000.wal", bytes, len));
      g_assert_null (weir_source_wal_open (path, &error));
      g_assert_nonnull (strstr (error->message, "00000000000000000000.wal"));
      bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
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
      for (guint i = 0; i < ROWS; i++)
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
      g_assert_cmpuint (assert_prefix (wal), ==, 8);
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
  g_test_add_func ("/engine/io/wal/round", test_round);
  g_test_add_func ("/engine/io/wal/truncated", test_truncated);
  g_test_add_func ("/engine/io/wal/flipped", test_flipped);
  g_test_add_func ("/engine/io/wal/zero-block", test_zero_block);
  g_test_add_func ("/engine/io/wal/segments", test_segments);
  g_test_add_data_func ("/engine/io/wal/faults-eio", GINT_TO_POINTER (EIO), test_faults);
  g_test_add_data_func ("/engine/io/wal/faults-enospc", GINT_TO_POINTER (ENOSPC), test_faults);
  g_test_add_data_func ("/engine/io/wal/faults-short", GINT_TO_POINTER (WEIR_FX_SHORT), test_faults);
  return g_test_run ();
}
