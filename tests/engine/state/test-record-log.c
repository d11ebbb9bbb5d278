/* SPDX-License-Identifier: Apache-2.0 */
#include "state/record-log.h"

#include "base/bytes.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/temp-dir.h"

/* Every cut and every flipped bit of a segment: what is read is a beginning of what was acknowledged, or an error that names the file. */

#define N_BATCHES 4

static WeirLogId id = { "0123456789abcdef" };

static GBytes *
payload_of (guint batch,
            char  kind)
{
  g_autofree char *text = g_strdup_printf ("%c of %u: %.*s", kind, batch, (int)(batch * 7), "lorem ipsum dolor sit amet consectetur");

  return g_bytes_new (text, strlen (text));
}

static void
append (WeirRecordLog *log,
        guint          batch,
        const char    *kinds)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; kinds[i] != '\0'; i++)
    {
      g_autoptr (GBytes) payload = payload_of (batch, kinds[i]);

      weir_record_log_add (log, (WeirRecordKind)kinds[i], batch, payload, kinds[i + 1] == '\0');
    }
  weir_record_log_sync (log, &error);
  g_assert_no_error (error);
}

/* OFFSETS; then DELTA and COMMIT together. Sizes behind every append in @ends. */
static char *
write_segment (const char *dir,
               guint64    *ends)
{
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirRecordLog) log = weir_record_log_create (dir, &id, 0, &error);

  g_assert_no_error (error);
  for (guint batch = 0; batch < N_BATCHES; batch++)
    {
      append (log, batch, "O");
      ends[2 * batch] = weir_record_log_get_size (log);
      append (log, batch, "DC");
      ends[2 * batch + 1] = weir_record_log_get_size (log);
    }
  return g_strdup (weir_record_log_get_path (log));
}

/* Reads to the end; the number of appends, which are checked, or −1 with @error. */
static int
read_all (const char *path,
          gboolean    is_last,
          guint64    *pos,
          GError    **error)
{
  g_autoptr (WeirLogReader) reader = weir_log_reader_open (path, is_last, error);
  GError                   *local = NULL;
  guint                     n = 0;

  if (reader == NULL)
    return -1;
  while (weir_log_reader_next (reader, &local))
    {
      const char *kinds = n % 2 == 0 ? "O" : "DC";

      g_assert_cmpuint (reader->n_records, ==, strlen (kinds));
      for (guint i = 0; i < reader->n_records; i++)
        {
          g_autoptr (GBytes) expected = payload_of (n / 2, kinds[i]);

          g_assert_cmpuint (reader->records[i].batch_id, ==, n / 2);
          g_assert_true (g_bytes_equal (reader->records[i].payload, expected));
        }
      n++;
    }
  *pos = reader->pos;
  if (local == NULL)
    return (int)n;
  g_propagate_error (error, local);
  return -1;
}

/* Quickly: nothing here has to outlive the test. */
static void
put_file (const char   *path,
          gconstpointer data,
          gsize         len)
{
  FILE *file;

  unlink (path);
  file = fopen (path, "w");
  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (data, 1, len, file), ==, len);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
test_cuts (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  guint64                 ends[2 * N_BATCHES];
  g_autofree char        *path = write_segment (weir_temp_dir_get_path (dir), ends);
  g_autofree char        *data = NULL;
  gsize                   len;

  g_assert_true (g_file_get_contents (path, &data, &len, NULL));
  g_assert_cmpuint (len, ==, ends[2 * N_BATCHES - 1]);
  for (gsize cut = 0; cut <= len; cut++)
    {
      g_autoptr (GError) error = NULL;
      guint64            pos;
      int                n, whole = 0;

      put_file (path, data, cut);
      while (whole < 2 * N_BATCHES && ends[whole] <= cut)
        whole++;
      n = read_all (path, TRUE, &pos, &error);
      g_assert_no_error (error);
      g_assert_cmpint (n, ==, whole);
      g_assert_cmpuint (pos, ==, whole > 0 ? ends[whole - 1] : cut < WEIR_LOG_HEADER_SIZE ? 0
                                                                                          : WEIR_LOG_HEADER_SIZE);
      /* In the middle of the log a cut is damage, unless an append ends there. */
      n = read_all (path, FALSE, &pos, &error);
      if (cut == WEIR_LOG_HEADER_SIZE || (whole > 0 && ends[whole - 1] == cut))
        g_assert_no_error (error);
      else
        {
          g_assert_cmpint (n, ==, -1);
          g_assert_nonnull (strstr (error->message, path));
        }
    }
}

static void
test_flips (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  guint64                 ends[2 * N_BATCHES];
  g_autofree char        *path = write_segment (weir_temp_dir_get_path (dir), ends);
  g_autofree char        *data = NULL;
  gsize                   len;

  g_assert_true (g_file_get_contents (path, &data, &len, NULL));
  for (gsize bit = 0; bit < len * 8; bit++)
    {
      g_autoptr (GError) error = NULL;
      guint64            pos;
      int                n;

      data[bit / 8] ^= (char)(1 << bit % 8);
      put_file (path, data, len);
      n = read_all (path, TRUE, &pos, &error);
      /* Only the last append can pass for one that was never acknowledged. */
      if (bit / 8 >= ends[2 * N_BATCHES - 2])
        g_assert_cmpint (n, ==, 2 * N_BATCHES - 1);
      else
        {
          g_assert_cmpint (n, ==, -1);
          g_assert_nonnull (strstr (error->message, path));
        }
      data[bit / 8] ^= (char)(1 << bit % 8);
    }
}

/* Bytes of a failed append, zeros of a file system, an append of the same batch: all behind the last good one. */
static void
test_tails (void)
{
  static const char *const tails[] = { "W", "WREC", "zeros", "WRECO\1\3\0\0\0\0\0\0\0\0\0\377\377\377\377\377\377\377\177" };
  g_autoptr (WeirTempDir)  dir = weir_temp_dir_new ();
  guint64                  ends[2 * N_BATCHES];
  g_autofree char         *path = write_segment (weir_temp_dir_get_path (dir), ends);
  g_autofree char         *data = NULL;
  gsize                    len;

  g_assert_true (g_file_get_contents (path, &data, &len, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    {
      g_autoptr (GByteArray)    bytes = g_byte_array_new ();
      g_autoptr (GError)        error = NULL;
      g_autoptr (WeirRecordLog) log = NULL;
      guint8                    zeros[4096] = { 0 };
      guint64                   pos;

      g_byte_array_append (bytes, (const guint8 *)data, (guint)len);
      g_byte_array_append (bytes, (const guint8 *)tails[i], i == 3 ? 24 : (guint)strlen (tails[i]));
      g_byte_array_append (bytes, zeros, sizeof zeros);
      put_file (path, bytes->data, bytes->len);
      g_assert_cmpint (read_all (path, TRUE, &pos, &error), ==, 2 * N_BATCHES);
      g_assert_cmpuint (pos, ==, len);
      log = weir_record_log_open (path, pos, &error);
      g_assert_no_error (error);
      append (log, N_BATCHES, "O");
      g_assert_cmpint (read_all (path, FALSE, &pos, &error), ==, 2 * N_BATCHES + 1);
      g_assert_no_error (error);
    }
}

/* Pieces larger and smaller than what goes to the disk at once come back as they were, with a small append before and behind. */
static void
test_large (void)
{
  static const gsize        sizes[] = { 3u << 20, 10, (1u << 20) + 1, 0, 700000, 700000, 5 };
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirRecordLog) log = weir_record_log_create (weir_temp_dir_get_path (dir), &id, 0, &error);
  g_autoptr (WeirLogReader) reader = NULL;
  g_autoptr (GPtrArray)     pieces = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autoptr (GBytes)        all = NULL;
  guint32                   word = 1;

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint8 *bytes = g_malloc (sizes[i]);

      for (gsize at = 0; at < sizes[i]; at++)
        bytes[at] = (guint8)((word = word * 1664525u + 1013904223u) >> 24);
      g_ptr_array_add (pieces, g_bytes_new_take (bytes, sizes[i]));
    }
  all = weir_pieces_join (pieces);
  append (log, 0, "O");
  weir_record_log_add_pieces (log, WEIR_RECORD_DELTA, 0, pieces, TRUE);
  g_assert_true (weir_record_log_sync (log, &error));
  append (log, 1, "O");
  reader = weir_log_reader_open (weir_record_log_get_path (log), FALSE, &error);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (weir_log_reader_next (reader, &error));
      g_assert_cmpuint (reader->n_records, ==, 1);
      g_assert_cmpint (reader->records[0].kind, ==, i == 1 ? WEIR_RECORD_DELTA : WEIR_RECORD_OFFSETS);
      g_assert_true (i != 1 || g_bytes_equal (reader->records[0].payload, all));
    }
  g_assert_false (weir_log_reader_next (reader, &error));
  g_assert_no_error (error);
}

static void
add (WeirRecordLog *log,
     char           kind,
     gboolean       is_last)
{
  g_autoptr (GBytes) payload = payload_of (0, kind);

  weir_record_log_add (log, (WeirRecordKind)kind, 0, payload, is_last);
}

/* An append that is begun and dropped leaves nothing; one that is begun and ended is one, and none before that. */
static void
test_begun (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirRecordLog) log = weir_record_log_create (weir_temp_dir_get_path (dir), &id, 0, &error);
  const char               *path = weir_record_log_get_path (log);
  guint64                   pos;

  add (log, 'O', TRUE);
  g_assert_true (weir_record_log_sync (log, &error));
  add (log, 'C', FALSE);
  add (log, 'D', FALSE);
  g_assert_true (weir_record_log_write (log, &error));
  g_assert_cmpint (read_all (path, TRUE, &pos, &error), ==, 1);
  weir_record_log_drop (log);
  add (log, 'D', FALSE);
  g_assert_true (weir_record_log_write (log, &error));
  g_assert_cmpint (read_all (path, TRUE, &pos, &error), ==, 1);
  g_assert_cmpuint (pos, ==, weir_record_log_get_size (log));
  add (log, 'C', TRUE);
  g_assert_true (weir_record_log_sync (log, &error));
  g_assert_cmpint (read_all (path, FALSE, &pos, &error), ==, 2);
  g_assert_cmpuint (pos, ==, weir_record_log_get_size (log));
  g_assert_no_error (error);
}

static void
test_ids (void)
{
  WeirLogId        parsed;
  g_autofree char *text = NULL;

  g_assert_true (weir_log_id_parse ("6e1ada58-4bec-451d-8c3a-f68fada5b3ee", &parsed));
  text = weir_log_id_to_string (&parsed);
  g_assert_cmpstr (text, ==, "6e1ada58-4bec-451d-8c3a-f68fada5b3ee");
  g_assert_false (weir_log_id_parse ("6e1ada58-4bec-451d-8c3a", &parsed));
}

static void
test_list (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autoptr (GError)      error = NULL;
  g_autoptr (GArray)      none = weir_record_log_list ("/nonexistent/log", ".log", &error);
  g_autoptr (GArray)      ids = NULL;
  g_autofree char        *a = weir_temp_dir_write (dir, "00000000000000000100.log", "");
  g_autofree char        *b = weir_temp_dir_write (dir, "00000000000000000020.log", "");
  g_autofree char        *c = weir_temp_dir_write (dir, "00000000000000000020.log.tmp", "");
  g_autofree char        *d = weir_temp_dir_write (dir, "20.log", "");

  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
  ids = weir_record_log_list (path, ".log", &error);
  g_assert_cmpuint (ids->len, ==, 2);
  g_assert_cmpuint (g_array_index (ids, guint64, 0), ==, 20);
  g_assert_cmpuint (g_array_index (ids, guint64, 1), ==, 100);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/state/record-log/cuts", test_cuts);
  g_test_add_func ("/engine/state/record-log/flips", test_flips);
  g_test_add_func ("/engine/state/record-log/tails", test_tails);
  g_test_add_func ("/engine/state/record-log/large", test_large);
  g_test_add_func ("/engine/state/record-log/begun", test_begun);
  g_test_add_func ("/engine/state/record-log/ids", test_ids);
  g_test_add_func ("/engine/state/record-log/list", test_list);
  return g_test_run ();
}
