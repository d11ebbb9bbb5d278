/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "decode-help.h"
#include "format/schema-infer.h"

#include <string.h>

#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
check (const char        *format,
       const char *const *options,
       const char        *text,
       const char        *wanted)
{
  g_autoptr (GBytes)     bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GHashTable) table = decode_help_options (options);
  g_autoptr (GError)     error = NULL;
  g_autoptr (WeirSchema) schema = weir_schema_infer (format, &bytes, 1, table, weir_zone_utc (), &error);
  g_autofree char       *got = schema != NULL ? weir_type_to_string (schema) : g_strdup (weir_error_get_condition (error));

  g_assert_cmpstr (got, ==, wanted);
}

static void
test_json (void)
{
  check ("json", NULL, "{\"b\":1,\"a\":\"x\"}\n{\"b\":1.5,\"c\":[1,null],\"d\":{\"y\":true,\"x\":null}}\n\n{\"b\":null,\"e\":[]}\n",
         "struct<a:string,b:double,c:array<bigint>,d:struct<x:string,y:boolean>,e:array<string>>");
  check ("json", NULL, "[{\"a\":1},{\"a\":\"x\"}]\n", "struct<a:string>");
  check ("json", NULL, "{\"a\":99999999999999999999}\n", "struct<a:decimal(20,0)>");
  check ("json", NULL, "{\"a\":1}\nbroken\n", "struct<_corrupt_record:string,a:bigint>");
  check ("json", OPTIONS ("mode", "DROPMALFORMED"), "{\"a\":1}\nbroken\n", "struct<a:bigint>");
  check ("json", OPTIONS ("inferTimestamp", "true"), "{\"a\":\"2024-01-02T03:04:05Z\"}\n", "struct<a:timestamp>");
  check ("json", NULL, "{\"a\":\"2024-01-02T03:04:05Z\"}\n", "struct<a:string>");
  check ("json", OPTIONS ("primitivesAsString", "true"), "{\"a\":1,\"b\":true}\n", "struct<a:string,b:string>");
  check ("json", OPTIONS ("prefersDecimal", "true"), "{\"a\":0.15}\n", "struct<a:decimal(2,2)>");
  check ("json", NULL, "{\"a\":1,\"a\":\"x\"}\n", "struct<a:string>");
  check ("json", NULL, "", "UNABLE_TO_INFER_SCHEMA");
}

static void
test_csv (void)
{
  check ("csv", NULL, "1,abc\n", "struct<_c0:string,_c1:string>");
  check ("csv", OPTIONS ("header", "true"), "a,b,a\n1,x,2\n", "struct<a0:string,b:string,a2:string>");
  check ("csv", OPTIONS ("header", "true", "inferSchema", "true"), "i,l,d,t,b,s,day,n\n1,1,1,2024-01-02T03:04:05Z,true,1,2024-01-02,\n,99999999999,1.5,2024-01-02 03:04:05,FALSE,x,2024-01-03,\n",
         "struct<i:int,l:bigint,d:double,t:timestamp,b:boolean,s:string,day:date,n:string>");
  check ("csv", OPTIONS ("inferSchema", "true"), "99999999999999999999\n1\n", "struct<_c0:decimal(20,0)>");
  check ("csv", OPTIONS ("inferSchema", "true"), "2024-01-02\n2024-01-02T03:04:05\n", "struct<_c0:string>");
  check ("text", NULL, "x", "struct<value:string>");
}

static void
check_type (const char *format,
            const char *text,
            const char *wanted)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (WeirType) type = weir_type_infer (format, text, strlen (text), NULL, weir_zone_utc (), &error);
  g_autofree char     *got = type != NULL ? weir_type_to_sql (type) : g_strdup (weir_error_get_condition (error));

  g_assert_cmpstr (got, ==, wanted);
}

static void
test_types (void)
{
  check_type ("json", "{\"c1\":0, \"c2\":[1]}", "STRUCT<c1: BIGINT, c2: ARRAY<BIGINT>>");
  check_type ("json", "[{\"col\":0}]", "ARRAY<STRUCT<col: BIGINT>>");
  check_type ("csv", "1,abc", "STRUCT<_c0: INT, _c1: STRING>");
  check_type ("json", "{", "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
}

static void
check_event_time (const char   *ddl,
                  const char   *text,
                  int           wanted,
                  WeirEventTime wanted_how)
{
  g_autoptr (WeirSchema) schema = weir_type_parse_ddl (ddl, NULL);
  g_autoptr (WeirBatch)  rows = NULL;
  WeirEventTime          how;

  if (text != NULL)
    rows = decode_help_batch ("json", ddl, text);
  g_assert_cmpint (weir_infer_event_time (schema, rows, &how), ==, wanted);
  g_assert_cmpint (how, ==, wanted_how);
}

static void
test_event_time (void)
{
  check_event_time ("id BIGINT, ts TIMESTAMP", NULL, 1, WEIR_EVENT_TIME_TIMESTAMP);
  check_event_time ("id BIGINT, name STRING", NULL, -1, WEIR_EVENT_TIME_NONE);
  check_event_time ("id BIGINT, event_time STRING", "{\"id\":1,\"event_time\":\"1700000000000\"}", 1, WEIR_EVENT_TIME_MILLIS);
  check_event_time ("id BIGINT, time BIGINT", "{\"id\":1700000001,\"time\":1700000000}", 1, WEIR_EVENT_TIME_SECONDS);
  check_event_time ("a STRING, createdAt STRING", "{\"a\":\"x\",\"createdAt\":\"2024-01-02T03:04:05Z\"}", 1, WEIR_EVENT_TIME_TEXT);
  check_event_time ("a STRING, ts STRING", "{\"a\":\"x\",\"ts\":\"soon\"}", -1, WEIR_EVENT_TIME_NONE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/infer/json", test_json);
  g_test_add_func ("/format/infer/csv", test_csv);
  g_test_add_func ("/format/infer/types", test_types);
  g_test_add_func ("/format/infer/event-time", test_event_time);
  return g_test_run ();
}
