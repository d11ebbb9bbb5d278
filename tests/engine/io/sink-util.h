/* SPDX-License-Identifier: Apache-2.0 */
/* Drives a sink by hand, as the micro-batch loop does. */
#pragma once

#include "format/decoder.h"
#include "io/sink.h"

#include <string.h>

#define QUERY_ID "6d0fbd2c-1f6a-4c0e-9a53-0f5b3c2c8c11"

typedef struct
{
  const char   *format;
  const char   *ddl;
  WeirSchema   *schema;   /* instead of ddl */
  const char   *mode;     /* NULL: append */
  const char   *query_id; /* NULL: no checkpoint */
  guint         sink_index;
  gint64        retry_us;
  GCancellable *cancellable;
  GPtrArray    *warnings; /* char*, nullable */
} SinkSpec;

static inline void
sink_warn_cb (const char *text,
              gpointer    data)
{
  g_ptr_array_add (data, g_strdup (text));
}

/* Options: name, value, …, NULL. */
static inline WeirSink *
sink_make (const SinkSpec *spec,
           GError        **error,
           const char     *first_key,
           ...)
{
  g_autoptr (GHashTable) options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (WeirSchema) schema = spec->schema != NULL ? weir_type_ref (spec->schema) : weir_type_parse_ddl (spec->ddl, NULL);
  WeirSinkConfig         config = { 0 };
  va_list                args;

  va_start (args, first_key);
  for (const char *key = first_key; key != NULL; key = va_arg (args, const char *))
    g_hash_table_insert (options, g_strdup (key), g_strdup (va_arg (args, const char *)));
  va_end (args);
  config.format = spec->format;
  config.table = "t";
  config.schema = schema;
  config.options = options;
  config.base_dir = "/";
  config.zone = weir_zone_utc ();
  config.mode = spec->mode != NULL ? spec->mode : "append";
  config.query_name = "q";
  config.query_id = spec->query_id;
  config.sink_index = spec->sink_index;
  config.retry_us = spec->retry_us;
  config.cancellable = spec->cancellable;
  config.warn = spec->warnings != NULL ? sink_warn_cb : NULL;
  config.warn_data = spec->warnings;
  return weir_sink_new (&config, error);
}

static inline gboolean
sink_take_cb (gpointer   data,
              WeirBatch *batch,
              GError   **error)
{
  g_ptr_array_add (data, weir_batch_ref (batch));
  return TRUE;
}

/* Rows of NDJSON text. (transfer full) (element-type WeirBatch) */
static inline GPtrArray *
sink_rows (const char *ddl,
           const char *json)
{
  g_autoptr (WeirSchema)      schema = weir_type_parse_ddl (ddl, NULL);
  g_autoptr (WeirDecoder)     decoder = weir_decoder_new ("json", schema, NULL, NULL, weir_zone_utc (), NULL, NULL);
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (decoder);
  g_autoptr (WeirBuffer)      buffer = weir_buffer_new (strlen (json) + 64);
  GPtrArray                  *rows = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  WeirDecodeStats             stats = { 0 };
  WeirDecodeBlock             block = { buffer, 0, strlen (json), TRUE, 0, "rows" };

  memset (buffer->data, 0, buffer->size);
  memcpy (buffer->data, json, block.len);
  g_assert_true (weir_decoder_decode (decoder, state, &block, sink_take_cb, rows, &stats, NULL));
  g_assert_cmpuint (stats.bad_rows, ==, 0);
  weir_decode_stats_clear (&stats);
  return rows;
}

/* begin → write → commit. */
static inline gboolean
sink_batch (WeirSink   *sink,
            guint64     batch_id,
            const char *ddl,
            const char *json,
            GError    **error)
{
  g_autoptr (GPtrArray) rows = sink_rows (ddl, json);

  if (!sink->klass->begin (sink, batch_id, FALSE, error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    if (!sink->klass->write (sink, rows->pdata[i], error))
      {
        sink->klass->abort (sink);
        return FALSE;
      }
  return sink->klass->commit (sink, batch_id, error);
}

static inline gint64
sink_progress (WeirSink *sink)
{
  g_autoptr (GError) error = NULL;
  gint64             last = -2;

  g_assert_true (sink->klass->get_progress (sink, &last, &error));
  g_assert_no_error (error);
  return last;
}

static inline void
sink_commit (WeirSink   *sink,
             guint64     batch_id,
             const char *ddl,
             const char *json)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sink_batch (sink, batch_id, ddl, json, &error));
  g_assert_no_error (error);
}
