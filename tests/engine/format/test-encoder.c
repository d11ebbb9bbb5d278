/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "decode-help.h"
#include "format/encoder.h"

#include <string.h>

#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Rows of JSON text, decoded and written again. */
typedef struct
{
  WeirEncoder *encoder;
  GString     *out;
} Target;

static gboolean
encode (gpointer   data,
        WeirBatch *batch,
        GError   **error)
{
  Target *target = data;

  weir_encoder_append_batch (target->encoder, target->out, batch);
  return TRUE;
}

static char *
transcode (const char        *from,
           const char        *to,
           const char        *ddl,
           const char        *text,
           const char *const *from_options,
           const char *const *to_options)
{
  g_autoptr (WeirDecoder)     decoder = decode_help_decoder (from, ddl, NULL, FALSE, from_options);
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (decoder);
  g_autoptr (WeirBuffer)      buffer = weir_buffer_new (strlen (text));
  g_autoptr (GHashTable)      options = decode_help_options (to_options);
  g_autoptr (GError)          error = NULL;
  g_autoptr (WeirZone)        zone = weir_zone_new ("+01:00", NULL);
  g_autoptr (WeirEncoder)     encoder = weir_encoder_new (to, weir_decoder_get_schema (decoder), options, zone, NULL, &error);
  WeirDecodeBlock             block = { buffer, 0, strlen (text), TRUE, 0, NULL };
  Target                      target = { encoder, g_string_new (NULL) };

  g_assert_no_error (error);
  memcpy (buffer->data, text, strlen (text));
  weir_encoder_append_start (encoder, target.out);
  g_assert_true (weir_decoder_decode (decoder, state, &block, encode, &target, NULL, &error));
  return g_string_free (target.out, FALSE);
}

static void
test_json (void)
{
  const char      *ddl = "a INT, s STRING, d DOUBLE, t TIMESTAMP, n TIMESTAMP_NTZ, l ARRAY<INT>, m MAP<STRING, INT>, r STRUCT<x: INT, y: STRING>";
  const char      *text = "{\"a\":1,\"s\":\"q\\\"\\n\u00e9\",\"d\":\"NaN\",\"t\":\"2024-01-02T03:04:05.678901Z\",\"n\":\"2024-01-02T03:04:05\",\"l\":[1,null],\"m\":{\"k\":null},\"r\":{\"y\":\"z\"}}\n{}\n";
  g_autofree char *plain = transcode ("json", "json", ddl, text, NULL, NULL);
  g_autofree char *nulls = transcode ("json", "json", "a INT, s STRING", text, NULL, OPTIONS ("ignoreNullFields", "false"));
  g_autofree char *format = transcode ("json", "json", "t TIMESTAMP", text, NULL, OPTIONS ("timestampFormat", "yyyy/MM/dd HH", "timeZone", "UTC"));
  g_autofree char *escaped = transcode ("json", "json", "s STRING", "{\"s\":\"\u00e9\U0001F600\"}\n", NULL, OPTIONS ("writeNonAsciiCharacterAsCodePoint", "true"));

  g_assert_cmpstr (plain, ==,
                   "{\"a\":1,\"s\":\"q\\\"\\n\u00e9\",\"d\":\"NaN\",\"t\":\"2024-01-02T04:04:05.678+01:00\",\"n\":\"2024-01-02T03:04:05.000\",\"l\":[1,null],\"m\":{\"k\":null},\"r\":{\"y\":\"z\"}}\n{}\n");
  g_assert_cmpstr (nulls, ==, "{\"a\":1,\"s\":\"q\\\"\\n\u00e9\"}\n{\"a\":null,\"s\":null}\n");
  g_assert_cmpstr (format, ==, "{\"t\":\"2024/01/02 03\"}\n{}\n");
  g_assert_cmpstr (escaped, ==, "{\"s\":\"\\u00E9\\uD83D\\uDE00\"}\n");
}

static void
test_csv (void)
{
  const char      *ddl = "a STRING, b DOUBLE, c TIMESTAMP";
  const char      *text = "{\"a\":\"x,y\",\"b\":1,\"c\":0}\n{\"a\":\"\",\"b\":1e20}\n{\"a\":\"q\\\"\\\\\"}\n{\"a\":\" pad \"}\n";
  g_autofree char *plain = transcode ("json", "csv", ddl, text, NULL, OPTIONS ("header", "true"));
  g_autofree char *other = transcode ("json", "csv", ddl, text, NULL, OPTIONS ("sep", ";", "quoteAll", "true", "nullValue", "NULL", "ignoreLeadingWhiteSpace", "false"));

  g_assert_cmpstr (plain, ==, "a,b,c\n\"x,y\",1.0,1970-01-01T01:00:00.000+01:00\n\"\",1.0E20,\n\"q\\\"\\\\\",,\npad,,\n");
  g_assert_cmpstr (other, ==, "\"x,y\";\"1.0\";\"1970-01-01T01:00:00.000+01:00\"\n\"\";\"1.0E20\";NULL\n\"q\\\"\\\\\";NULL;NULL\n\" pad\";NULL;NULL\n");
}

static void
test_text (void)
{
  g_autofree char *plain = transcode ("json", "text", "a STRING", "{\"a\":\"x\"}\n{}\n", NULL, OPTIONS ("lineSep", "|"));

  g_assert_cmpstr (plain, ==, "x||");
}

/* What is written is read back as it was. */
static void
test_round_trip (void)
{
  static const char        bytes[] = "ab,\"\\;' \n\r#\xc3\xa9";
  g_autoptr (GRand)        rand = g_rand_new_with_seed (3);
  static const char *const csv_options[] = { "multiLine", "true", "ignoreLeadingWhiteSpace", "false", "ignoreTrailingWhiteSpace", "false", NULL };

  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (GString) json = g_string_new (NULL);
      g_autofree char    *first = NULL;
      g_autofree char    *csv = NULL;
      g_autofree char    *again = NULL;

      for (guint row = 0; row < 5; row++)
        {
          g_string_append_printf (json, "{\"k\":%u,\"a\":\"x", row);
          for (guint i = 0; i < (guint)g_rand_int_range (rand, 0, 10); i++)
            {
              char c = bytes[g_rand_int_range (rand, 0, sizeof bytes - 3)];

              g_string_append (json, c == '"' ? "\\\"" : c == '\\' ? "\\\\"
                                                       : c == '\n' ? "\\n"
                                                       : c == '\r' ? "\\r"
                                                                   : "\u00e9");
              g_string_append_c (json, 'y');
            }
          g_string_append (json, "\"}\n");
        }
      first = transcode ("json", "json", "k INT, a STRING", json->str, NULL, NULL);
      csv = transcode ("json", "csv", "k INT, a STRING", json->str, NULL, csv_options);
      again = transcode ("csv", "json", "k INT, a STRING", csv, csv_options, NULL);
      g_assert_cmpstr (again, ==, first);
    }
}

static void
test_wrong (void)
{
  g_autoptr (WeirSchema) nested = weir_type_parse_ddl ("a ARRAY<INT>", NULL);
  g_autoptr (WeirSchema) two = weir_type_parse_ddl ("a STRING, b STRING", NULL);
  g_autoptr (GError)     error = NULL;

  g_assert_null (weir_encoder_new ("csv", nested, NULL, weir_zone_utc (), NULL, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
  g_clear_error (&error);
  g_assert_null (weir_encoder_new ("text", two, NULL, weir_zone_utc (), NULL, &error));
  g_assert_nonnull (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/encoder/json", test_json);
  g_test_add_func ("/format/encoder/csv", test_csv);
  g_test_add_func ("/format/encoder/text", test_text);
  g_test_add_func ("/format/encoder/round-trip", test_round_trip);
  g_test_add_func ("/format/encoder/wrong", test_wrong);
  return g_test_run ();
}
