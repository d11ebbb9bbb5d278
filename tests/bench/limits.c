/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

/*
 * What the machine can do, measured beside the engine. Every mode prints one number.
 *
 *   limits insert ROWS KEYS       seconds for ROWS upserts of 64-bit keys, uniform over KEYS, into a bare open-addressing table
 *   limits append COUNT BYTES FILE   median µs of one append of BYTES with its fdatasync
 *   limits reload KEYS FILE…      seconds to read the files and to insert KEYS keys into a bare table
 *
 * The table is what a state table can at best be: keys and one counter of 8 bytes each, half full, hashes of 1,024 keys made at
 * once and their slots prefetched 24 ahead.
 */

#define GROUP    1024
#define DISTANCE 24

typedef struct
{
  guint64 key; /* 0: empty */
  guint64 count;
} Slot;

static guint64
mix (guint64 value)
{
  value ^= value >> 30;
  value *= G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  value ^= value >> 27;
  value *= G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return value ^ value >> 31;
}

static Slot *
make_table (guint64  n_keys,
            guint64 *mask)
{
  guint64 size = 1024;

  while (size < n_keys * 2)
    size *= 2;
  *mask = size - 1;
  return g_new0 (Slot, size);
}

static void
upsert (Slot         *table,
        guint64       mask,
        const guint64 keys[GROUP],
        guint         n)
{
  guint64 hashes[GROUP];

  for (guint i = 0; i < n; i++)
    hashes[i] = mix (keys[i]) & mask;
  for (guint i = 0; i < n; i++)
    {
      guint64 at = hashes[i];

      if (i + DISTANCE < n)
        __builtin_prefetch (&table[hashes[i + DISTANCE]], 1);
      while (table[at].key != 0 && table[at].key != keys[i])
        at = (at + 1) & mask;
      table[at].key = keys[i];
      table[at].count++;
    }
}

static double
insert_seconds (guint64 n_rows,
                guint64 n_keys)
{
  guint64 mask;
  Slot   *table = make_table (n_keys, &mask);
  gint64  started = g_get_monotonic_time ();
  guint64 keys[GROUP];
  guint64 state = 42;

  for (guint64 row = 0; row < n_rows; row += GROUP)
    {
      guint n = (guint)MIN (GROUP, n_rows - row);

      for (guint i = 0; i < n; i++)
        {
          state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
          keys[i] = 1 + (guint64)(((unsigned __int128)mix (state) * n_keys) >> 64);
        }
      upsert (table, mask, keys, n);
    }
  g_free (table);
  return (double)(g_get_monotonic_time () - started) / 1e6;
}

static void
fail (const char *path)
{
  fprintf (stderr, "limits: %s: %s\n", path, g_strerror (errno));
  exit (1);
}

static int
compare_times (gconstpointer a,
               gconstpointer b)
{
  gint64 first = *(const gint64 *)a, second = *(const gint64 *)b;

  return first < second ? -1 : first > second;
}

static double
append_median_us (guint64     count,
                  guint64     bytes,
                  const char *path)
{
  g_autofree gint64 *times = g_new (gint64, count);
  g_autofree char   *buffer = g_malloc0 (bytes);
  int                fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

  if (fd < 0)
    fail (path);
  for (guint64 i = 0; i < count; i++)
    {
      gint64 started = g_get_monotonic_time ();

      if (write (fd, buffer, bytes) != (gssize)bytes || fdatasync (fd) != 0)
        fail (path);
      times[i] = g_get_monotonic_time () - started;
    }
  close (fd);
  qsort (times, count, sizeof *times, compare_times);
  return (double)times[count / 2];
}

static double
reload_seconds (guint64 n_keys,
                char  **paths)
{
  gint64           started = g_get_monotonic_time ();
  g_autofree char *buffer = g_malloc (1 << 20);

  for (; *paths != NULL; paths++)
    {
      int    fd = open (*paths, O_RDONLY | O_CLOEXEC);
      gssize n;

      if (fd < 0)
        fail (*paths);
      while ((n = read (fd, buffer, 1 << 20)) > 0)
        ;
      if (n < 0)
        fail (*paths);
      close (fd);
    }
  return (double)(g_get_monotonic_time () - started) / 1e6 + insert_seconds (n_keys, n_keys);
}

static guint64
number (const char *text)
{
  guint64 value = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &value, NULL))
    {
      fprintf (stderr, "limits: not a number above 0: %s\n", text);
      exit (2);
    }
  return value;
}

int
main (int   argc,
      char *argv[])
{
  const char *what = argc > 1 ? argv[1] : "";

  if (g_str_equal (what, "insert") && argc == 4)
    printf ("%.6f\n", insert_seconds (number (argv[2]), number (argv[3])));
  else if (g_str_equal (what, "append") && argc == 5)
    printf ("%.1f\n", append_median_us (number (argv[2]), number (argv[3]), argv[4]));
  else if (g_str_equal (what, "reload") && argc > 3)
    printf ("%.6f\n", reload_seconds (number (argv[2]), argv + 3));
  else
    {
      fprintf (stderr, "usage: limits insert ROWS KEYS | append COUNT BYTES FILE | reload KEYS FILE…\n");
      return 2;
    }
  return 0;
}
