/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/hub.h"
#include "io/source.h"

G_BEGIN_DECLS

/* What every source is made of behind its class: registry entry and constructor. */
typedef struct
{
  const WeirSourceClass *klass;
  gsize                  size; /* of the instance, WeirSource first */
  /* Columns of a table of this format; @declared nullable. (transfer full) (nullable) */
  WeirSchema *(*resolve) (WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error);
} WeirSourceKind;

extern const WeirSourceKind _weir_source_text, _weir_source_csv, _weir_source_json, _weir_source_rate, _weir_source_rate_batch, _weir_source_queue, _weir_source_memory,
  _weir_source_demo, _weir_source_socket, _weir_source_kafka, _weir_source_kafka_replay, _weir_source_http, _weir_source_sqlite, _weir_source_postgresql;

/* As weir_source_set_state(), from any thread and without the notify. TRUE when it is not what it was. */
gboolean _weir_source_announce (WeirSource *source, WeirSourceState state, char *message, gint64 retry_at_us);
/* Calls the notify in @context (any thread may call). */
void _weir_source_wake (WeirSource *source, GMainContext *context);

/* The columns @ddl of a source that has no others, NULL when @declared are not these. */
WeirSchema *_weir_source_fixed_schema (const char *format, const char *ddl, WeirSchema *declared, GError **error);

/* Options; the keys of @options are lower case, those asked for as they are written. */
const char *_weir_io_option_get (GHashTable *options, const char *key);
/* FALSE with INVALID_PARAMETER_VALUE when it is there and no number in [min, max]. */
gboolean _weir_io_option_int (GHashTable *options, const char *key, gint64 min, gint64 max, gint64 fallback, gint64 *value, GError **error);
gboolean _weir_io_option_bool (GHashTable *options, const char *key, gboolean fallback, gboolean *value, GError **error);
/* `7d`, `12h`, `5m`, `30s`, `100ms`; a bare number is milliseconds, as in Spark. @value is left alone when the option is absent. */
gboolean _weir_io_option_duration (GHashTable *options, const char *key, gint64 *value_us, GError **error);
gboolean _weir_io_option_required (GHashTable *options, const char *key, const char *example, const char **value, GError **error);

/* Schema with the needed fields only. (transfer full) */
WeirSchema *_weir_schema_prune (WeirSchema *schema, const gboolean *needed);
/* Columns of @batch that are needed, in vectors of at most WEIR_VECTOR_ROWS. */
gboolean _weir_push_pruned (WeirBatch *batch, WeirSchema *pruned, const gboolean *needed, WeirSourcePush push, gpointer data, GError **error);

G_END_DECLS
