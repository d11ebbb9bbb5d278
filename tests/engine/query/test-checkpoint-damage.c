/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/checkpoint.h"
#include "support/temp-dir.h"

#include <glib/gstdio.h>
#include <string.h>

/*
 * Every truncation and every single flipped bit of every file of a checkpoint, and files that are not what their name says. What comes
 * of it is an error that names the file, or what was written: all of it or, where the end of the newest log is lost, all that came
 * before. A sink that is strict tells the latter from a batch that was never begun.
 */

#define BATCHES   6
#define SNAPSHOT  3     /* behind this batch; the next one begins a segment */
#define FLIPS_MIN 10000 /* bits in each file */
#define QUERY     "0f0e0d0c-0b0a-4908-8706-050403020100"
#define OTHER     "11111111-2222-4333-8444-555555555555"

/* What recovery said, as texts. */
typedef struct
{
  char      *snapshot; /* Owned, nullable */
  GPtrArray *batches;  /* Owned */
  char      *pending;  /* Owned, nullable */
  gint64     last;
} Recovered;

static void
recovered_free (Recovered *self)
{
  g_free (self->snapshot);
  g_free (self->pending);
  g_ptr_array_unref (self->batches);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Recovered, recovered_free)

static char *
sum (GBytes *bytes)
{
  return bytes != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_MD5, bytes) : g_strdup ("-");
}

static char *
sum_pieces (GPtrArray *pieces)
{
  g_autoptr (GBytes) bytes = pieces != NULL ? weir_pieces_join (pieces) : NULL;

  return sum (bytes);
}

static char *
batch_text (const WeirLoggedBatch *batch)
{
  g_autoptr (GBytes) offsets = weir_offsets_write (batch);
  g_autofree char   *a = sum (offsets);
  g_autofree char   *b = sum_pieces (batch->delta);
  g_autofree char   *c = sum_pieces (batch->output);
  g_autofree char   *d = sum (batch->watermarks_after);

  return g_strdup_printf ("%" G_GUINT64_FORMAT " %s %s %s %s", batch->record->batch_id, a, b, c, d);
}

static gboolean
on_snapshot (gpointer                  data,
             const WeirLoggedPosition *position,
             GBytes                   *state,
             GError                  **error)
{
  Recovered         *self = data;
  g_autoptr (GBytes) bytes = weir_position_write (position);
  g_autofree char   *a = sum (bytes);
  g_autofree char   *b = sum (state);

  g_assert_null (self->snapshot);
  self->snapshot = g_strdup_printf ("%" G_GUINT64_FORMAT " %s %s", position->batch_id, a, b);
  return TRUE;
}

static gboolean
on_batch (gpointer               data,
          const WeirLoggedBatch *batch,
          GError               **error)
{
  g_ptr_array_add (((Recovered *)data)->batches, batch_text (batch));
  return TRUE;
}

static GPtrArray *
lines (const char *first,
       ...)
{
  GPtrArray *array = g_ptr_array_new_with_free_func (g_free);
  va_list    rest;

  va_start (rest, first);
  for (const char *line = first; line != NULL; line = va_arg (rest, const char *))
    g_ptr_array_add (array, g_strdup (line));
  va_end (rest);
  return array;
}

static WeirCheckpoint *
open_checkpoint (const char *dir,
                 const char *id,
                 GError    **error)
{
  g_autofree char           *long_line = g_strnfill (1300, 'k');
  g_autoptr (GPtrArray)      settings = lines ("spark.sql.session.timeZone=UTC", "spark.sql.ansi.enabled=true", NULL);
  g_autoptr (GPtrArray)      shape = lines ("source\t0\tt\tformat=json", "operator\t0\tstateStoreSave\tkeys=bigint", long_line, "sink\t0\tout\tformat=json", NULL);
  g_autoptr (WeirCheckpoint) checkpoint = weir_checkpoint_open (dir, id, "test", error);

  if (checkpoint == NULL || !weir_checkpoint_adopt (checkpoint, settings, shape, error))
    return NULL;
  return g_steal_pointer (&checkpoint);
}

/* NULL with @error. */
static Recovered *
recover (const char *dir,
         GError    **error)
{
  static const WeirRecoveryFuncs funcs = { on_snapshot, on_batch };
  g_autoptr (Recovered)          self = g_new0 (Recovered, 1);
  g_autoptr (WeirLoggedBatch)    pending = NULL;
  g_autoptr (WeirCheckpoint)     checkpoint = NULL;

  self->batches = g_ptr_array_new_with_free_func (g_free);
  checkpoint = open_checkpoint (dir, NULL, error);
  if (checkpoint == NULL || !weir_checkpoint_recover (checkpoint, &funcs, self, &pending, error))
    return NULL;
  self->last = weir_checkpoint_get_last (checkpoint);
  self->pending = pending != NULL ? batch_text (pending) : NULL;
  return g_steal_pointer (&self);
}

/* ---- a checkpoint ----------------------------------------------------------------------------------------------- */

static GBytes *
noise (GRand *rand,
       guint  len)
{
  guint8 *bytes = g_malloc (len);

  for (guint i = 0; i < len; i++)
    bytes[i] = (guint8)g_rand_int (rand);
  return g_bytes_new_take (bytes, len);
}

static GPtrArray *
noisy_pieces (GRand *rand,
              guint  len)
{
  g_autoptr (GBytes) bytes = noise (rand, len);

  return weir_pieces_new (bytes);
}

static WeirLoggedBatch *
make_batch (GRand  *rand,
            guint64 id)
{
  WeirLoggedBatch *batch = g_new0 (WeirLoggedBatch, 1);

  batch->record = weir_batch_record_new (1);
  batch->record->batch_id = id;
  batch->record->now_us = (gint64)id * 1000;
  batch->record->seed = g_rand_int (rand);
  batch->record->from[0] = id == 0 ? g_strdup ("") : g_strdup_printf ("{\"logOffset\":%" G_GUINT64_FORMAT "}", id - 1);
  batch->record->to[0] = g_strdup_printf ("{\"logOffset\":%" G_GUINT64_FORMAT "}", id);
  batch->ranges = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_ptr_array_add (batch->ranges, noise (rand, 20));
  batch->watermarks = noise (rand, 10);
  batch->watermarks_after = noise (rand, 10);
  batch->delta = noisy_pieces (rand, 500);
  batch->output = noisy_pieces (rand, 40);
  return batch;
}

static WeirLoggedPosition *
make_position (GRand *rand)
{
  WeirLoggedPosition *position = g_new0 (WeirLoggedPosition, 1);

  position->watermark_ms = 17;
  position->watermarks = noise (rand, 10);
  position->ends = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (position->ends, g_strdup ("{\"logOffset\":3}"));
  position->states = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_ptr_array_add (position->states, noise (rand, 30));
  return position;
}

/* The last batch of all is begun and not committed when @is_open. */
static void
build (const char *dir,
       const char *id,
       guint32     seed,
       gboolean    is_open)
{
  g_autoptr (GRand)           rand = g_rand_new_with_seed (seed);
  g_autoptr (WeirLoggedBatch) pending = NULL;
  g_autoptr (GError)          error = NULL;
  WeirRecoveryFuncs           none = { 0 };
  g_autoptr (WeirCheckpoint)  checkpoint = open_checkpoint (dir, id, &error);

  g_assert_no_error (error);
  weir_checkpoint_recover (checkpoint, &none, NULL, &pending, &error);
  g_assert_no_error (error);
  for (guint64 n = 0; n < BATCHES; n++)
    {
      g_autoptr (WeirLoggedBatch) batch = make_batch (rand, n);

      weir_checkpoint_log_offsets (checkpoint, batch, &error);
      g_assert_no_error (error);
      weir_checkpoint_log_output (checkpoint, batch, &error);
      g_assert_no_error (error);
      if (is_open && n == BATCHES - 1)
        break;
      weir_checkpoint_log_commit (checkpoint, batch, &error);
      g_assert_no_error (error);
      if (n == SNAPSHOT)
        {
          g_autoptr (GPtrArray) state = noisy_pieces (rand, 1500);

          weir_checkpoint_snapshot (checkpoint, make_position (rand), state);
        }
    }
}

typedef struct
{
  WeirTempDir *temp;    /* Owned */
  char        *dir;     /* Owned */
  Recovered   *whole;   /* Owned */
  GPtrArray   *batches; /* Owned: all of them, also those before the snapshot */
} Fixture;

static void
remove_snapshot (const char *dir)
{
  g_autofree char *path = g_strdup_printf ("%s/state/%020d.snap", dir, SNAPSHOT);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
set_up (Fixture      *fixture,
        gconstpointer is_open)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (Recovered) all = NULL;
  g_autofree char      *without = NULL;

  fixture->temp = weir_temp_dir_new ();
  fixture->dir = weir_temp_dir_build (fixture->temp, "cp");
  without = weir_temp_dir_build (fixture->temp, "without");
  build (fixture->dir, QUERY, 1, is_open != NULL);
  fixture->whole = recover (fixture->dir, &error);
  g_assert_no_error (error);
  g_assert_nonnull (fixture->whole->snapshot);
  g_assert_cmpuint (fixture->whole->batches->len, ==, BATCHES - SNAPSHOT - 1 - (is_open != NULL));
  g_assert_cmpint (fixture->whole->pending != NULL, ==, is_open != NULL);
  build (without, QUERY, 1, is_open != NULL);
  remove_snapshot (without);
  all = recover (without, &error);
  g_assert_no_error (error);
  fixture->batches = g_ptr_array_ref (all->batches);
  g_assert_cmpuint (fixture->batches->len, ==, BATCHES - (is_open != NULL));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer is_open)
{
  g_ptr_array_unref (fixture->batches);
  recovered_free (fixture->whole);
  g_free (fixture->dir);
  weir_temp_dir_free (fixture->temp);
}

/* ---- damage ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;      /* below the checkpoint */
  gboolean    may_lose;  /* its end may be one that was never acknowledged */
  gboolean    may_stand; /* older files stand in for it */
} File;

static const File files[] = {
  { "metadata", FALSE, FALSE },
  { "log/00000000000000000000.log", FALSE, FALSE },
  { "log/00000000000000000004.log", TRUE, FALSE },
  { "state/00000000000000000003.snap", FALSE, TRUE },
};

/* Everything that was committed, or what came before a lost end. */
static gboolean
is_right (const Fixture   *fixture,
          const Recovered *found,
          gboolean         may_lose)
{
  guint first = found->snapshot != NULL ? SNAPSHOT + 1 : 0;
  guint n = found->batches->len;

  if (found->snapshot != NULL && g_strcmp0 (found->snapshot, fixture->whole->snapshot) != 0)
    return FALSE;
  if (found->last != (gint64)(first + n) - 1 || first + n > fixture->batches->len)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!g_str_equal (found->batches->pdata[i], fixture->batches->pdata[first + i]))
      return FALSE;
  return may_lose || (first + n == fixture->batches->len && g_strcmp0 (found->pending, fixture->whole->pending) == 0);
}

static void
check_damaged (const Fixture *fixture,
               const File    *file,
               const char    *what)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (Recovered) found = recover (fixture->dir, &error);
  const char           *slash = strrchr (file->name, '/');
  gboolean              good;

  if (found != NULL)
    good = is_right (fixture, found, file->may_lose);
  else
    good = strstr (error->message, fixture->dir) != NULL && strstr (error->message, slash != NULL ? slash + 1 : file->name) != NULL;
  if (!good)
    g_test_message ("%s, %s: %s", file->name, what, error != NULL ? error->message : "read as something else");
  g_assert_true (good);
}

static char *
path_of (const Fixture *fixture,
         const File    *file)
{
  return g_build_filename (fixture->dir, file->name, NULL);
}

static void
put (const char   *path,
     gconstpointer bytes,
     gsize         len)
{
  FILE *out = g_fopen (path, "wb");

  g_assert_cmpuint (fwrite (bytes, 1, len, out), ==, len);
  g_assert_cmpint (fclose (out), ==, 0);
}

static void
test_truncated (Fixture      *fixture,
                gconstpointer is_open)
{
  for (guint f = 0; f < G_N_ELEMENTS (files); f++)
    {
      g_autofree char *path = path_of (fixture, &files[f]);
      g_autofree char *bytes = NULL;
      gsize            len;

      g_assert_true (g_file_get_contents (path, &bytes, &len, NULL));
      for (gsize cut = 0; cut < len; cut++)
        {
          g_autofree char *what = g_strdup_printf ("cut at %" G_GSIZE_FORMAT, cut);

          put (path, bytes, cut);
          check_damaged (fixture, &files[f], what);
        }
      put (path, bytes, len);
    }
}

static void
test_flipped (Fixture      *fixture,
              gconstpointer is_open)
{
  for (guint f = 0; f < G_N_ELEMENTS (files); f++)
    {
      g_autofree char *path = path_of (fixture, &files[f]);
      g_autofree char *bytes = NULL;
      gsize            len;

      g_assert_true (g_file_get_contents (path, &bytes, &len, NULL));
      g_assert_cmpuint (8 * len, >=, FLIPS_MIN);
      for (gsize bit = 0; bit < 8 * len; bit++)
        {
          g_autofree char *what = g_strdup_printf ("bit %" G_GSIZE_FORMAT " of byte %" G_GSIZE_FORMAT " flipped", bit % 8, bit / 8);

          bytes[bit / 8] ^= (char)(1 << bit % 8);
          put (path, bytes, len);
          check_damaged (fixture, &files[f], what);
          bytes[bit / 8] ^= (char)(1 << bit % 8);
        }
      put (path, bytes, len);
    }
}

/* Zeros or junk behind the end, and in place of the last bytes. */
static void
test_tails (Fixture      *fixture,
            gconstpointer is_open)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint f = 0; f < G_N_ELEMENTS (files); f++)
    {
      g_autofree char *path = path_of (fixture, &files[f]);
      g_autofree char *bytes = NULL;
      gsize            len;

      g_assert_true (g_file_get_contents (path, &bytes, &len, NULL));
      for (guint i = 0; i < 1000; i++)
        {
          gsize            keep = i % 2 == 0 ? len : (gsize)g_rand_int_range (rand, 0, (gint32)len);
          gsize            more = (gsize)g_rand_int_range (rand, 1, 200);
          g_autofree char *changed = g_malloc0 (keep + more);
          g_autofree char *what = g_strdup_printf ("%" G_GSIZE_FORMAT " bytes of %s from %" G_GSIZE_FORMAT " on", more, i % 4 < 2 ? "zero" : "junk", keep);

          memcpy (changed, bytes, keep);
          for (gsize k = 0; i % 4 >= 2 && k < more; k++)
            changed[keep + k] = (char)g_rand_int (rand);
          put (path, changed, keep + more);
          check_damaged (fixture, &files[f], what);
        }
      put (path, bytes, len);
    }
}

/* ---- files that are not what their name says ---------------------------------------------------------------------- */

static void
test_missing (Fixture      *fixture,
              gconstpointer is_open)
{
  for (guint f = 0; f < G_N_ELEMENTS (files); f++)
    {
      g_autofree char      *path = path_of (fixture, &files[f]);
      g_autofree char      *aside = g_strconcat (path, ".aside", NULL);
      g_autoptr (GError)    error = NULL;
      g_autoptr (Recovered) found = NULL;

      g_assert_cmpint (g_rename (path, aside), ==, 0);
      found = recover (fixture->dir, &error);
      if (files[f].may_stand)
        g_assert_true (found != NULL && is_right (fixture, found, FALSE));
      else if (found != NULL)
        {
          /* Only a segment that the newest snapshot covers may be gone, or the last one. */
          g_assert_nonnull (found->snapshot);
          g_assert_true (is_right (fixture, found, files[f].may_lose));
        }
      g_clear_error (&error);
      g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
      check_damaged (fixture, &files[f], "a folder in its place");
      g_assert_cmpint (g_rmdir (path), ==, 0);
      g_assert_cmpint (g_rename (aside, path), ==, 0);
    }
}

/* The same file of another query and of an earlier time, and each of this one's in the place of each other. */
static void
test_swapped (Fixture      *fixture,
              gconstpointer is_open)
{
  g_autofree char *other = weir_temp_dir_build (fixture->temp, "other");

  build (other, OTHER, 2, FALSE);
  for (guint f = 0; f < G_N_ELEMENTS (files); f++)
    {
      g_autofree char *path = path_of (fixture, &files[f]);
      g_autofree char *foreign = g_build_filename (other, files[f].name, NULL);
      g_autofree char *bytes = NULL;
      g_autofree char *strange = NULL;
      gsize            len, strange_len;

      g_assert_true (g_file_get_contents (path, &bytes, &len, NULL));
      g_assert_true (g_file_get_contents (foreign, &strange, &strange_len, NULL));
      put (path, strange, strange_len);
      {
        g_autoptr (GError)    error = NULL;
        g_autoptr (Recovered) found = recover (fixture->dir, &error);

        /* Under the name of another query no file of this one is read. */
        if (found != NULL)
          g_assert_true (is_right (fixture, found, FALSE));
        else
          g_assert_nonnull (strstr (error->message, fixture->dir));
      }
      for (guint g = 0; g < G_N_ELEMENTS (files); g++)
        {
          g_autofree char *from = path_of (fixture, &files[g]);
          g_autofree char *moved = NULL;
          gsize            moved_len;

          if (g == f)
            continue;
          g_assert_true (g_file_get_contents (from, &moved, &moved_len, NULL));
          put (path, moved, moved_len);
          check_damaged (fixture, &files[f], files[g].name);
        }
      put (path, bytes, len);
    }
}

int
main (int    argc,
      char **argv)
{
  /* Tens of thousands of files: in memory, where there is such a place. */
  if (g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR))
    g_setenv ("TMPDIR", "/dev/shm", FALSE);
  g_test_init (&argc, &argv, NULL);
  for (guintptr is_open = 0; is_open < 2; is_open++)
    {
#define ADD(name, function) g_test_add (is_open ? "/query/checkpoint-damage/open/" name : "/query/checkpoint-damage/committed/" name, Fixture, (gconstpointer)is_open, set_up, function, tear_down)
      ADD ("truncated", test_truncated);
      ADD ("flipped", test_flipped);
      ADD ("tails", test_tails);
      ADD ("missing", test_missing);
      ADD ("swapped", test_swapped);
    }
  return g_test_run ();
}
