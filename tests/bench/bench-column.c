/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/crc32c.h"
#include "base/fast-number.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "column/batch.h"
#include "column/timestamp.h"
#include "column/value.h"

#include <string.h>
#include <time.h>

/*
 * bench-column [NAME…]: the loops that every row of every query goes through, in nanoseconds of processor time a row, or bytes a
 * nanosecond where the amount is bytes. The best of several rounds: this is about the code, not about the neighbours.
 */

#define N_ROWS   WEIR_VECTOR_ROWS
#define ROUNDS   40
#define N_GROUPS 5000

typedef struct
{
  WeirColumn *ints, *longs, *longs_null, *doubles, *shorts, *texts, *dict;
  guint16     half[N_ROWS]; /* every second row */
  guint32     shuffled[N_ROWS];
  guint64     hashes[N_ROWS];
  char       *ascii, *korean;
  gsize       n_ascii, n_korean;
  char        numbers[N_ROWS][24];
  char        times[N_ROWS][32];
  GString    *out;
} Data;

typedef void (*Run) (Data *data);

static WeirColumn *
make_numbers (WeirType *type,
              gboolean  with_nulls)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, N_ROWS);

  for (guint i = 0; i < N_ROWS; i++)
    if (with_nulls && i % 7 == 0)
      weir_column_builder_append_null (builder);
    else if (type->kind == WEIR_TYPE_DOUBLE)
      weir_column_builder_append_double (builder, g_random_int_range (0, 1000000) / 100.0);
    else
      weir_column_builder_append_i64 (builder, g_random_int_range (0, N_GROUPS));
  return weir_column_builder_finish (builder);
}

static WeirColumn *
make_texts (guint       n,
            const char *format)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (WEIR_STRING, n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *digits = g_strdup_printf ("%05d", g_random_int_range (0, N_GROUPS));
      g_autofree char *text = g_strconcat (format, digits, NULL);

      weir_column_builder_append_bytes (builder, text, strlen (text));
    }
  return weir_column_builder_finish (builder);
}

static void
make_data (Data *data)
{
  g_autoptr (WeirBuffer) codes = weir_buffer_new (N_ROWS * sizeof (guint32));
  g_autoptr (WeirColumn) words = make_texts (100, "a longer word ");

  data->ints = make_numbers (WEIR_INT, FALSE);
  data->longs = make_numbers (WEIR_BIGINT, FALSE);
  data->longs_null = make_numbers (WEIR_BIGINT, TRUE);
  data->doubles = make_numbers (WEIR_DOUBLE, FALSE);
  data->shorts = make_texts (N_ROWS, "u");
  data->texts = make_texts (N_ROWS, "a longer text than fits, ");
  data->out = g_string_sized_new (4 << 20);
  for (guint i = 0; i < N_ROWS; i++)
    {
      ((guint32 *)(void *)codes->data)[i] = i % 100;
      data->shuffled[i] = (guint32)g_random_int_range (0, N_ROWS);
      data->half[i / 2] = (guint16)(i & ~1u);
      g_ascii_formatd (data->numbers[i], 24, i % 2 == 0 ? "%.2f" : "%.16g", g_random_double_range (0, 1e6));
      g_string_truncate (data->out, 0);
      weir_timestamp_append_iso (data->out, g_random_int () * G_GINT64_CONSTANT (400000) + 500, weir_zone_utc ());
      g_strlcpy (data->times[i], data->out->str, 32);
    }
  data->dict = weir_column_new_dict (words, codes, N_ROWS);
  data->ascii = g_strnfill (1 << 20, 'x');
  data->n_ascii = 1 << 20;
  data->korean = g_malloc (3 << 18);
  data->n_korean = 3 << 18;
  for (guint i = 0; i < 1 << 18; i++)
    memcpy (data->korean + 3 * i, "\xea\xb0\x80", 3);
}

#define HASH(name, column, selection)                               \
  static void                                                       \
  name (Data *data)                                                 \
  {                                                                 \
    weir_column_hash (data->column, selection, data->hashes, TRUE); \
  }

HASH (hash_int, ints, weir_sel_all (N_ROWS))
HASH (hash_long, longs, weir_sel_all (N_ROWS))
HASH (hash_long_null, longs_null, weir_sel_all (N_ROWS))
HASH (hash_long_half, longs, ((WeirSel){ data->half, N_ROWS / 2 }))
HASH (hash_double, doubles, weir_sel_all (N_ROWS))
HASH (hash_short, shorts, weir_sel_all (N_ROWS))
HASH (hash_text, texts, weir_sel_all (N_ROWS))
HASH (hash_dict, dict, weir_sel_all (N_ROWS))

static void
hash_two (Data *data)
{
  weir_column_hash (data->longs, weir_sel_all (N_ROWS), data->hashes, TRUE);
  weir_column_hash (data->shorts, weir_sel_all (N_ROWS), data->hashes, FALSE);
}

#define GATHER(name, column)                                                       \
  static void                                                                      \
  name (Data *data)                                                                \
  {                                                                                \
    weir_column_unref (weir_column_gather (data->column, data->shuffled, N_ROWS)); \
  }

GATHER (gather_int, ints)
GATHER (gather_long, longs)
GATHER (gather_long_null, longs_null)
GATHER (gather_text, texts)
GATHER (gather_dict, dict)

static void
gather16_half (Data *data)
{
  weir_column_unref (weir_column_gather16 (data->longs_null, data->half, N_ROWS / 2));
}

static void
slice_long (Data *data)
{
  weir_column_unref (weir_column_slice (data->longs_null, 3, N_ROWS - 3));
}

static void
concat_two (Data *data)
{
  weir_column_unref (weir_column_concat ((WeirColumn *[]){ data->longs_null, data->longs }, 2));
}

static void
append_long (Data *data)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (WEIR_BIGINT, N_ROWS);

  for (guint i = 0; i < N_ROWS; i++)
    weir_column_builder_append_i64 (builder, i);
  weir_column_unref (weir_column_builder_finish (builder));
}

static void
append_text (Data *data)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (WEIR_STRING, N_ROWS);

  for (guint i = 0; i < N_ROWS; i++)
    weir_column_builder_append_bytes (builder, data->ascii, 10 + (i & 15));
  weir_column_unref (weir_column_builder_finish (builder));
}

static void
append_from (Data *data)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (WEIR_BIGINT, N_ROWS);

  for (guint i = 0; i < N_ROWS; i++)
    weir_column_builder_append_from (builder, data->longs_null, i);
  weir_column_unref (weir_column_builder_finish (builder));
}

static void
text_long (Data *data)
{
  for (guint i = 0; i < N_ROWS; i++)
    weir_value_append_text (data->out, data->longs, i, WEIR_TEXT_JSON, NULL);
}

static void
text_double (Data *data)
{
  for (guint i = 0; i < N_ROWS; i++)
    weir_value_append_text (data->out, data->doubles, i, WEIR_TEXT_JSON, NULL);
}

static void
text_string (Data *data)
{
  for (guint i = 0; i < N_ROWS; i++)
    weir_value_append_text (data->out, data->texts, i, WEIR_TEXT_JSON, NULL);
}

static void
text_timestamp (Data *data)
{
  for (guint i = 0; i < N_ROWS; i++)
    weir_timestamp_append_iso (data->out, i * G_GINT64_CONSTANT (1234567890), weir_zone_utc ());
}

static void
zone_offset (Data *data)
{
  static WeirZone *zone;
  gint64           sum = 0;

  if (zone == NULL)
    zone = weir_zone_new ("America/New_York", NULL);
  for (guint i = 0; i < N_ROWS && zone != NULL; i++)
    sum += weir_zone_utc_to_local (zone, data->shuffled[i] * G_GINT64_CONSTANT (100000000000));
  data->hashes[0] = (guint64)sum;
}

static void
parse_double (Data *data)
{
  double value;

  for (guint i = 0; i < N_ROWS; i++)
    weir_parse_double (data->numbers[i], strlen (data->numbers[i]), &value);
}

static void
parse_timestamp (Data *data)
{
  gint64 us;

  for (guint i = 0; i < N_ROWS; i++)
    weir_timestamp_parse_at (data->times[i], strlen (data->times[i]), weir_zone_utc (), 0, &us);
}

static void
utf8_ascii (Data *data)
{
  g_assert (weir_utf8_valid (data->ascii, data->n_ascii));
}

static void
utf8_korean (Data *data)
{
  g_assert (weir_utf8_valid (data->korean, data->n_korean));
}

static void
crc_bytes (Data *data)
{
  data->hashes[0] = weir_crc32c (0, data->ascii, data->n_ascii);
}

static const struct
{
  const char *name;
  Run         run;
  guint       amount;
  gboolean    is_bytes;
} benchmarks[] = {
  { "hash-int", hash_int, N_ROWS, FALSE },
  { "hash-long", hash_long, N_ROWS, FALSE },
  { "hash-long-null", hash_long_null, N_ROWS, FALSE },
  { "hash-long-half", hash_long_half, N_ROWS / 2, FALSE },
  { "hash-double", hash_double, N_ROWS, FALSE },
  { "hash-short-text", hash_short, N_ROWS, FALSE },
  { "hash-long-text", hash_text, N_ROWS, FALSE },
  { "hash-dict", hash_dict, N_ROWS, FALSE },
  { "hash-two", hash_two, N_ROWS, FALSE },
  { "gather-int", gather_int, N_ROWS, FALSE },
  { "gather-long", gather_long, N_ROWS, FALSE },
  { "gather-long-null", gather_long_null, N_ROWS, FALSE },
  { "gather-text", gather_text, N_ROWS, FALSE },
  { "gather-dict", gather_dict, N_ROWS, FALSE },
  { "gather16-half", gather16_half, N_ROWS / 2, FALSE },
  { "slice-long-null", slice_long, N_ROWS, FALSE },
  { "concat", concat_two, 2 * N_ROWS, FALSE },
  { "append-long", append_long, N_ROWS, FALSE },
  { "append-text", append_text, N_ROWS, FALSE },
  { "append-from", append_from, N_ROWS, FALSE },
  { "text-long", text_long, N_ROWS, FALSE },
  { "text-double", text_double, N_ROWS, FALSE },
  { "text-string", text_string, N_ROWS, FALSE },
  { "text-timestamp", text_timestamp, N_ROWS, FALSE },
  { "zone-offset", zone_offset, N_ROWS, FALSE },
  { "parse-double", parse_double, N_ROWS, FALSE },
  { "parse-timestamp", parse_timestamp, N_ROWS, FALSE },
  { "utf8-ascii", utf8_ascii, 1 << 20, TRUE },
  { "utf8-korean", utf8_korean, 3 << 18, TRUE },
  { "crc32c", crc_bytes, 1 << 20, TRUE },
};

static gint64
now_ns (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (gint64)time.tv_sec * 1000000000 + time.tv_nsec;
}

static gboolean
is_wanted (const char *name,
           int         argc,
           char      **argv)
{
  for (int i = 1; i < argc; i++)
    if (g_str_has_prefix (name, argv[i]))
      return TRUE;
  return argc == 1;
}

int
main (int    argc,
      char **argv)
{
  g_autofree Data *data = g_new0 (Data, 1);

  make_data (data);
  for (guint b = 0; b < G_N_ELEMENTS (benchmarks); b++)
    {
      gint64 best = G_MAXINT64;

      if (!is_wanted (benchmarks[b].name, argc, argv))
        continue;
      for (guint round = 0; round < ROUNDS; round++)
        {
          gint64 start = now_ns ();

          g_string_truncate (data->out, 0);
          benchmarks[b].run (data);
          best = MIN (best, now_ns () - start);
        }
      if (benchmarks[b].is_bytes)
        g_print ("%-18s %8.2f bytes/ns\n", benchmarks[b].name, benchmarks[b].amount / (double)best);
      else
        g_print ("%-18s %8.2f ns/row\n", benchmarks[b].name, (double)best / benchmarks[b].amount);
    }
  return 0;
}
