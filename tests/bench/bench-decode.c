/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/decoder.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/*
 * How fast the decoders alone are, on one thread, in processor time, from a buffer that was just filled as read(2) would: `bench-decode [CASE…]`. One line a case, best of 30.
 */

#define BLOCK_BYTES (1u << 20)
#define TEXT_BYTES  (48u << 20)

typedef struct
{
  const char *name;
  const char *format;
  const char *ddl;
  const char *needed;
  void (*generate) (GString *out, GRand *rand, guint i);
} Case;

static void
append_uuid (GString *out,
             GRand   *rand)
{
  g_string_append_printf (out, "%08x-%04x-%04x-%04x-%04x%08x", g_rand_int (rand), g_rand_int (rand) & 0xffff, g_rand_int (rand) & 0xffff, g_rand_int (rand) & 0xffff,
                          g_rand_int (rand) & 0xffff, g_rand_int (rand));
}

static void
ysb_record (GString *out,
            GRand   *rand,
            guint    i)
{
  static const char *const types[] = { "banner", "modal", "sponsored-search", "mail", "mobile" };
  static const char *const events[] = { "view", "click", "purchase" };

  g_string_append (out, "{\"user_id\": \"");
  append_uuid (out, rand);
  g_string_append (out, "\", \"page_id\": \"");
  append_uuid (out, rand);
  g_string_append (out, "\", \"ad_id\": \"");
  append_uuid (out, rand);
  g_string_append_printf (out, "\", \"ad_type\": \"%s\", \"event_type\": \"%s\", \"event_time\": \"%" G_GINT64_FORMAT "\", \"ip_address\": \"1.2.3.4\"}\n",
                          types[g_rand_int_range (rand, 0, 5)], events[g_rand_int_range (rand, 0, 3)], G_GINT64_CONSTANT (1700000000000) + i / 100);
}

static void
nested_record (GString *out,
               GRand   *rand,
               guint    i)
{
  g_string_append_printf (out, "{\"id\":%u,\"at\":\"2024-01-02T03:04:%02u.%03uZ\",\"price\":%u.%02u,\"tags\":[\"a\",\"b\"],\"user\":{\"name\":\"n%u\",\"age\":%u}}\n", i, i / 1000 % 60, i % 1000,
                          g_rand_int (rand) % 10000, i % 100, i, i % 90);
}

/* What speculation does not like: escapes, other scripts, an order of fields that changes. */
static void
escaped_record (GString *out,
                GRand   *rand,
                guint    i)
{
  g_string_append_printf (out, "{\"id\":%u,\"path\":\"C:\\\\dir\\\\file%u\",\"note\":\"said \\\"yes\\\" and left\",\"level\":\"info\"}\n", i, i);
}

static void
utf8_record (GString *out,
             GRand   *rand,
             guint    i)
{
  g_string_append_printf (out, "{\"id\":%u,\"path\":\"\u6771\u4eac\u90fd\",\"note\":\"Z\u00fcrich \u2013 Gen\u00e8ve, \u0391\u03b8\u03ae\u03bd\u03b1\",\"level\":\"info\"}\n", i);
}

static void
shuffled_record (GString *out,
                 GRand   *rand,
                 guint    i)
{
  const char *const pairs[] = { "\"path\":\"/var/log/messages\"", "\"note\":\"nothing of note\"", "\"level\":\"info\"" };
  guint             first = (guint)g_rand_int_range (rand, 0, 3);
  guint             second = (first + 1 + (guint)g_rand_int_range (rand, 0, 2)) % 3;

  g_string_append_printf (out, g_rand_boolean (rand) ? "{\"id\":%u,%s,%s,%s}\n" : "{\"id\": %u,%s, %s,%s}\n", i, pairs[first], pairs[second], pairs[3 - first - second]);
}

static void
csv_record (GString *out,
            GRand   *rand,
            guint    i)
{
  g_string_append_printf (out, "%" G_GINT64_FORMAT ",sensor-%04d,%d,%d\n", G_GINT64_CONSTANT (1700000000000) + i / 100, g_rand_int_range (rand, 0, 1000), g_rand_int_range (rand, 0, 100000),
                          g_rand_int_range (rand, 0, 1000000000));
}

static void
quoted_record (GString *out,
               GRand   *rand,
               guint    i)
{
  const char *quote = g_rand_int_range (rand, 0, 5) == 0 ? "\"" : "";

  g_string_append_printf (out, "%" G_GINT64_FORMAT ",%ssensor-%04d%s,%d,%d\n", G_GINT64_CONSTANT (1700000000000) + i / 100, quote, g_rand_int_range (rand, 0, 1000), quote,
                          g_rand_int_range (rand, 0, 100000), g_rand_int_range (rand, 0, 1000000000));
}

static const Case cases[] = {
  { "json", "json", "user_id STRING, page_id STRING, ad_id STRING, ad_type STRING, event_type STRING, event_time STRING, ip_address STRING", "ad_id,event_type,event_time", ysb_record },
  { "json-all", "json", "user_id STRING, page_id STRING, ad_id STRING, ad_type STRING, event_type STRING, event_time STRING, ip_address STRING", NULL, ysb_record },
  { "json-count", "json", "user_id STRING", "", ysb_record },
  { "typed", "json", "id BIGINT, at TIMESTAMP, price DOUBLE, tags ARRAY<STRING>, user STRUCT<name: STRING, age: INT>", "id,at,price", nested_record },
  { "nested", "json", "id BIGINT, at TIMESTAMP, price DOUBLE, tags ARRAY<STRING>, user STRUCT<name: STRING, age: INT>", NULL, nested_record },
  { "escaped", "json", "id BIGINT, path STRING, note STRING, level STRING", NULL, escaped_record },
  { "utf8", "json", "id BIGINT, path STRING, note STRING, level STRING", NULL, utf8_record },
  { "shuffled", "json", "id BIGINT, path STRING, note STRING, level STRING", NULL, shuffled_record },
  { "csv", "csv", "ts BIGINT, sensor STRING, v1 INT, v2 BIGINT", NULL, csv_record },
  { "csv-two", "csv", "ts BIGINT, sensor STRING, v1 INT, v2 BIGINT", "sensor,v2", csv_record },
  { "quoted", "csv", "ts BIGINT, sensor STRING, v1 INT, v2 BIGINT", NULL, quoted_record },
  { "text", "text", "value STRING", NULL, csv_record },
  { "from_json", "text", "user_id STRING, page_id STRING, ad_id STRING, ad_type STRING, event_type STRING, event_time STRING, ip_address STRING", "ad_id,event_type,event_time", ysb_record },
};

static double
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* from_json() over the lines of a text source; only it counts. */
typedef struct
{
  WeirDecoder     *decoder;
  WeirDecodeState *state;
  double           seconds;
  guint64          rows;
} FromJson;

static gboolean
take_texts (gpointer   data,
            WeirBatch *batch,
            GError   **error)
{
  FromJson              *self = data;
  double                 start = now ();
  g_autoptr (WeirColumn) column = weir_decoder_decode_column (self->decoder, self->state, batch->columns[0], weir_sel_all (batch->n_rows), NULL, error);

  self->seconds += now () - start;
  self->rows += batch->n_rows;
  return column != NULL;
}

static gboolean
take (gpointer   data,
      WeirBatch *batch,
      GError   **error)
{
  *(guint64 *)data += batch->n_rows;
  return TRUE;
}

/* All blocks through one buffer; the copies do not count. */
static guint64
decode_all (WeirDecoder *decoder,
            WeirBuffer  *text,
            double      *seconds)
{
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (decoder);
  g_autoptr (WeirBuffer)      buffer = weir_buffer_new (BLOCK_BYTES);
  WeirDecodeStats             stats = { 0 };
  guint64                     rows = 0;

  *seconds = 0;
  for (gsize at = 0; at < text->size;)
    {
      gsize           len = weir_decoder_cut (decoder, text->data + at, MIN (text->size - at, BLOCK_BYTES), text->size - at <= BLOCK_BYTES);
      WeirDecodeBlock block = { buffer, 0, len, at == 0, at, NULL };
      double          start;

      memcpy (buffer->data, text->data + at, len);
      start = now ();
      g_assert_true (weir_decoder_decode (decoder, state, &block, take, &rows, &stats, NULL));
      *seconds += now () - start;
      at += len;
    }
  g_assert_cmpuint (stats.bad_rows, ==, 0);
  weir_decode_stats_clear (&stats);
  return rows;
}

static void
decode_texts (WeirSchema     *schema,
              const gboolean *needed,
              WeirBuffer     *text,
              guint64        *rows,
              double         *seconds)
{
  g_autoptr (WeirSchema)      value = weir_type_parse_ddl ("value STRING", NULL);
  g_autoptr (WeirDecoder)     lines = weir_decoder_new ("text", value, NULL, NULL, weir_zone_utc (), NULL, NULL);
  g_autoptr (WeirDecodeState) line_state = weir_decode_state_new (lines);
  g_autoptr (WeirDecoder)     decoder = weir_column_decoder_new ("json", schema, needed, NULL, weir_zone_utc (), NULL);
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (decoder);
  FromJson                    self = { decoder, state, 0, 0 };
  WeirDecodeBlock             block = { text, 0, text->size, TRUE, 0, NULL };

  g_assert_true (weir_decoder_decode (lines, line_state, &block, take_texts, &self, NULL, NULL));
  *seconds = self.seconds;
  *rows = self.rows;
}

static void
run (const Case *c)
{
  g_autoptr (GRand)       rand = g_rand_new_with_seed (42);
  g_autoptr (GString)     text = g_string_sized_new (TEXT_BYTES + 4096);
  g_autoptr (WeirSchema)  schema = weir_type_parse_ddl (c->ddl, NULL);
  g_auto (GStrv)          names = c->needed != NULL ? g_strsplit (c->needed, ",", -1) : NULL;
  g_autofree gboolean    *needed = g_new0 (gboolean, schema->n_fields);
  g_autoptr (WeirDecoder) decoder = NULL;
  g_autoptr (WeirBuffer)  buffer = NULL;
  double                  best = 1e9;
  guint64                 rows = 0;

  for (guint i = 0; i < schema->n_fields; i++)
    needed[i] = names == NULL || g_strv_contains ((const char *const *)names, schema->fields[i].name);
  for (guint i = 0; text->len < TEXT_BYTES; i++)
    c->generate (text, rand, i);
  buffer = weir_buffer_new (text->len);
  memcpy (buffer->data, text->str, text->len);
  if (strcmp (c->name, "from_json") != 0)
    decoder = weir_decoder_new (c->format, schema, needed, NULL, weir_zone_utc (), NULL, NULL);
  for (guint i = 0; i < 30; i++)
    {
      double seconds;

      if (decoder != NULL)
        rows = decode_all (decoder, buffer, &seconds);
      else
        decode_texts (schema, needed, buffer, &rows, &seconds);
      best = MIN (best, seconds);
    }
  printf ("%-10s %7.2f M rows/s %6.2f GB/s %7.1f ns/row\n", c->name, (double)rows / best / 1e6, (double)buffer->size / best / 1e9, best * 1e9 / (double)rows);
}

int
main (int    argc,
      char **argv)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (argc < 2 || g_strv_contains ((const char *const *)argv + 1, cases[i].name))
      run (&cases[i]);
  return 0;
}
