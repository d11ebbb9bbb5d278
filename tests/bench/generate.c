/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

/* Writes the inputs of the benchmark: the same bytes for the same arguments, on every machine.
 *
 *   generate w5 ROWS FILE               CSV   ts,key,v1,v2         100 rows a millisecond, 1,000 keys
 *   generate w2 ROWS FILE CAMPAIGNS     NDJSON of the Yahoo streaming benchmark, and its table ad_id,campaign_id as CSV
 *   generate w7 ROWS FOLDER FILES RATE  CSV   ts,auction,price     RATE rows a second, 10,000 auctions, FILES equal files
 *   generate w8 ROWS FOLDER FILES RATE  CSV   ts,id                random ids, 5 % seen before, at most 30 s earlier
 *   generate w9 ROWS FOLDER FILES RATE  CSV   ts,ad                FOLDER/impressions and FOLDER/clicks, ROWS each; a tenth of the
 *                                                                  clicks is on an ad shown 0 to 60 s before, the others on none
 *   generate w10 ROWS FOLDER FILES KEYS CSV   key,value            keys uniform over KEYS
 *
 * Random numbers are xorshift64 with seed 42; time starts at a fixed second. Rows are formatted by hand, because
 * printf would be slower than the programs under test. */

#define START_MS    1700000000000
#define BUFFER_SIZE (1 << 20)
#define MAX_LINE    512

typedef struct
{
  FILE *file;
  char *buffer;
  gsize used;
} Output;

static guint64 random_state = 42;

static guint64
next_random (void)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

static guint
next_below (guint n)
{
  return (guint)(((next_random () >> 32) * n) >> 32);
}

static void
fail (const char *path)
{
  fprintf (stderr, "generate: %s: %s\n", path, g_strerror (errno));
  exit (1);
}

static void
output_open (Output     *out,
             const char *path)
{
  out->file = fopen (path, "wb");
  out->buffer = g_malloc (BUFFER_SIZE + MAX_LINE);
  out->used = 0;
  if (out->file == NULL)
    fail (path);
}

static void
output_flush (Output *out)
{
  if (fwrite (out->buffer, 1, out->used, out->file) != out->used)
    fail ("write");
  out->used = 0;
}

static void
output_close (Output *out)
{
  output_flush (out);
  if (fclose (out->file) != 0)
    fail ("close");
  g_free (out->buffer);
}

static inline void
put_text (Output     *out,
          const char *text,
          gsize       length)
{
  memcpy (out->buffer + out->used, text, length);
  out->used += length;
}

#define put_literal(out, text) put_text (out, text, sizeof (text) - 1)

static inline void
put_number (Output *out,
            guint64 value)
{
  char  digits[20];
  guint at = sizeof digits;

  do
    {
      digits[--at] = (char)('0' + value % 10);
      value /= 10;
    }
  while (value != 0);
  put_text (out, digits + at, sizeof digits - at);
}

static inline void
end_line (Output *out)
{
  out->buffer[out->used++] = '\n';
  if (out->used >= BUFFER_SIZE)
    output_flush (out);
}

static void
generate_w5 (guint64     n_rows,
             const char *path)
{
  Output out;

  output_open (&out, path);
  for (guint64 row = 0; row < n_rows; row++)
    {
      guint key = next_below (1000);
      char  name[] = "sensor-0000";

      for (guint digit = 10; key != 0; digit--, key /= 10)
        name[digit] = (char)('0' + key % 10);
      put_number (&out, START_MS + row / 100);
      put_literal (&out, ",");
      put_text (&out, name, sizeof name - 1);
      put_literal (&out, ",");
      put_number (&out, next_below (100000));
      put_literal (&out, ",");
      put_number (&out, next_below (1000000001));
      end_line (&out);
    }
  output_close (&out);
}

#define UUID_LENGTH 36

static void
make_uuids (char (*uuids)[UUID_LENGTH + 1],
            guint n)
{
  for (guint i = 0; i < n; i++)
    {
      guint64 high = next_random ();
      guint64 low = next_random ();

      g_snprintf (uuids[i], UUID_LENGTH + 1, "%08x-%04x-4%03x-%04x-%012" G_GINT64_MODIFIER "x",
                  (guint)(high >> 32), (guint)(high >> 16) & 0xffff, (guint)high & 0xfff,
                  (guint)(low >> 48 & 0x3fff) | 0x8000, low & G_GUINT64_CONSTANT (0xffffffffffff));
    }
}

static void
write_campaigns (const char *path,
                 char (*ads)[UUID_LENGTH + 1],
                 char (*campaigns)[UUID_LENGTH + 1])
{
  Output out;

  output_open (&out, path);
  for (guint ad = 0; ad < 1000; ad++)
    {
      put_text (&out, ads[ad], UUID_LENGTH);
      put_literal (&out, ",");
      put_text (&out, campaigns[ad / 10], UUID_LENGTH);
      end_line (&out);
    }
  output_close (&out);
}

static void
generate_w2 (guint64     n_rows,
             const char *path,
             const char *campaigns_path)
{
  static const char *const ad_types[] = { "banner", "modal", "sponsored-search", "mail", "mobile" };
  static const char *const event_types[] = { "view", "click", "purchase" };
  static char              users[100][UUID_LENGTH + 1], pages[100][UUID_LENGTH + 1];
  static char              ads[1000][UUID_LENGTH + 1], campaigns[100][UUID_LENGTH + 1];
  Output                   out;

  make_uuids (campaigns, 100);
  make_uuids (ads, 1000);
  make_uuids (users, 100);
  make_uuids (pages, 100);
  write_campaigns (campaigns_path, ads, campaigns);
  output_open (&out, path);
  for (guint64 row = 0; row < n_rows; row++)
    {
      const char *ad_type = ad_types[next_below (5)];
      const char *event_type = event_types[next_below (3)];

      put_literal (&out, "{\"user_id\": \"");
      put_text (&out, users[next_below (100)], UUID_LENGTH);
      put_literal (&out, "\", \"page_id\": \"");
      put_text (&out, pages[next_below (100)], UUID_LENGTH);
      put_literal (&out, "\", \"ad_id\": \"");
      put_text (&out, ads[next_below (1000)], UUID_LENGTH);
      put_literal (&out, "\", \"ad_type\": \"");
      put_text (&out, ad_type, strlen (ad_type));
      put_literal (&out, "\", \"event_type\": \"");
      put_text (&out, event_type, strlen (event_type));
      put_literal (&out, "\", \"event_time\": \"");
      put_number (&out, START_MS + row / 100);
      put_literal (&out, "\", \"ip_address\": \"1.2.3.4\"}");
      end_line (&out);
    }
  output_close (&out);
}

static void
generate_w7 (guint64     n_rows,
             const char *folder,
             guint64     n_files,
             guint64     rate)
{
  guint64 row = 0;

  for (guint64 file = 0; file < n_files; file++)
    {
      g_autofree char *name = g_strdup_printf ("%s/bids-%04" PRIu64 ".csv", folder, file);
      Output           out;

      output_open (&out, name);
      for (; row < n_rows * (file + 1) / n_files; row++)
        {
          put_number (&out, START_MS + row * 1000 / rate);
          put_literal (&out, ",");
          put_number (&out, 1000 + next_below (10000));
          put_literal (&out, ",");
          put_number (&out, 100 + next_below (10000000));
          end_line (&out);
        }
      output_close (&out);
    }
}

static inline guint64
scramble (guint64 value)
{
  value = (value ^ value >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  value = (value ^ value >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return (value ^ value >> 31) >> 1;
}

static void
open_file (Output     *out,
           const char *folder,
           const char *stem,
           guint64     file)
{
  g_autofree char *name = g_strdup_printf ("%s/%s-%04" PRIu64 ".csv", folder, stem, file);

  output_open (out, name);
}

static void
put_pair (Output *out,
          guint64 first,
          guint64 second)
{
  put_number (out, first);
  put_literal (out, ",");
  put_number (out, second);
  end_line (out);
}

static void
generate_w8 (guint64     n_rows,
             const char *folder,
             guint64     n_files,
             guint64     rate)
{
  guint64 row = 0;

  for (guint64 file = 0; file < n_files; file++)
    {
      Output out;

      open_file (&out, folder, "events", file);
      for (; row < n_rows * (file + 1) / n_files; row++)
        {
          gboolean again = row > 0 && next_below (20) == 0;
          guint64  of = again ? row - 1 - next_below ((guint)MIN (row, 30 * rate)) : row;

          put_pair (&out, START_MS + row * 1000 / rate, scramble (of));
        }
      output_close (&out);
    }
}

static void
generate_w9 (guint64     n_rows,
             const char *folder,
             guint64     n_files,
             guint64     rate)
{
  g_autofree char *shown = g_strdup_printf ("%s/impressions", folder);
  g_autofree char *clicked = g_strdup_printf ("%s/clicks", folder);
  guint64          row = 0;

  for (guint64 file = 0; file < n_files; file++)
    {
      Output impressions, clicks;

      open_file (&impressions, shown, "impressions", file);
      open_file (&clicks, clicked, "clicks", file);
      for (; row < n_rows * (file + 1) / n_files; row++)
        {
          guint64  ts = START_MS + row * 1000 / rate;
          gboolean hit = row > 0 && next_below (10) == 0;
          guint64  ad = hit ? 2 * (row - 1 - next_below ((guint)MIN (row, 60 * rate))) : 2 * row + 1;

          put_pair (&impressions, ts, scramble (2 * row));
          put_pair (&clicks, ts, scramble (ad));
        }
      output_close (&impressions);
      output_close (&clicks);
    }
}

static void
generate_w10 (guint64     n_rows,
              const char *folder,
              guint64     n_files,
              guint64     n_keys)
{
  guint64 row = 0;

  for (guint64 file = 0; file < n_files; file++)
    {
      Output out;

      open_file (&out, folder, "pairs", file);
      for (; row < n_rows * (file + 1) / n_files; row++)
        put_pair (&out, next_below ((guint)n_keys), next_below (1000));
      output_close (&out);
    }
}

static guint64
number (const char *text)
{
  guint64 value = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &value, NULL))
    {
      fprintf (stderr, "generate: not a number above 0: %s\n", text);
      exit (2);
    }
  return value;
}

int
main (int   argc,
      char *argv[])
{
  const char *what = argc > 1 ? argv[1] : "";

  for (guint i = 0; i < 64; i++)
    next_random (); /* a small seed takes a few steps to fill all bits */
  if (g_str_equal (what, "w5") && argc == 4)
    generate_w5 (number (argv[2]), argv[3]);
  else if (g_str_equal (what, "w2") && argc == 5)
    generate_w2 (number (argv[2]), argv[3], argv[4]);
  else if (g_str_equal (what, "w7") && argc == 6)
    generate_w7 (number (argv[2]), argv[3], number (argv[4]), number (argv[5]));
  else if (g_str_equal (what, "w8") && argc == 6)
    generate_w8 (number (argv[2]), argv[3], number (argv[4]), number (argv[5]));
  else if (g_str_equal (what, "w9") && argc == 6)
    generate_w9 (number (argv[2]), argv[3], number (argv[4]), number (argv[5]));
  else if (g_str_equal (what, "w10") && argc == 6)
    generate_w10 (number (argv[2]), argv[3], number (argv[4]), number (argv[5]));
  else
    {
      fprintf (stderr, "usage: generate w5 ROWS FILE | w2 ROWS FILE CAMPAIGNS | w7 | w8 | w9 ROWS FOLDER FILES RATE | w10 ROWS FOLDER FILES KEYS\n");
      return 2;
    }
  return 0;
}
