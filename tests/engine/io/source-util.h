/* SPDX-License-Identifier: Apache-2.0 */
/* Drives a source by hand, as the micro-batch loop does. */
#pragma once

#include "column/value.h"
#include "io/hub.h"
#include "io/source.h"
#include "support/wait.h"

#include <string.h>

typedef struct
{
  WeirSource *source;
  GPtrArray  *rows; /* char*: JSON */
  GMutex      lock;
  char       *at;
  guint64     bad_rows;
} Drain;

static const char *source_wal_dir; /* of the sources made next; NULL: no checkpoint */

static inline WeirSource *
source_make (const char    *format,
             const char    *ddl,
             gboolean       is_streaming,
             WeirReaderHub *hub,
             WeirClock     *clock,
             gint64         retry_us,
             GError       **error,
             const char    *first_key,
             ...)
{
  g_autoptr (GHashTable) options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (WeirSchema) declared = ddl != NULL ? weir_type_parse_ddl (ddl, NULL) : NULL;
  g_autoptr (WeirSchema) schema = NULL;
  g_autoptr (WeirClock)  real = weir_clock_new_real ();
  WeirSourceConfig       config = { 0 };
  va_list                args;

  va_start (args, first_key);
  for (const char *key = first_key; key != NULL; key = va_arg (args, const char *))
    g_hash_table_insert (options, g_strdup (key), g_strdup (va_arg (args, const char *)));
  va_end (args);
  schema = weir_source_resolve_schema (format, declared, options, "/", error);
  if (schema == NULL)
    return NULL;
  config.format = format;
  config.table = "t";
  config.schema = schema;
  config.is_declared = declared != NULL;
  config.options = options;
  config.base_dir = "/";
  config.zone = weir_zone_utc ();
  config.clock = clock != NULL ? clock : real;
  config.is_streaming = is_streaming;
  config.retry_us = retry_us;
  config.hub = hub;
  config.wal_dir = source_wal_dir;
  return weir_source_new (&config, error);
}

static inline gboolean
drain_push_cb (gpointer   data,
               WeirBatch *batch,
               GError   **error)
{
  Drain *drain = data;

  g_mutex_lock (&drain->lock);
  for (guint row = 0; row < batch->n_rows; row++)
    {
      GString *text = g_string_new (NULL);

      weir_batch_append_json_row (text, batch, row, weir_zone_utc ());
      g_ptr_array_add (drain->rows, g_string_free (text, FALSE));
    }
  g_mutex_unlock (&drain->lock);
  return TRUE;
}

static inline void
drain_init (Drain      *drain,
            WeirSource *source)
{
  memset (drain, 0, sizeof *drain);
  drain->source = source;
  drain->rows = g_ptr_array_new_with_free_func (g_free);
  drain->at = g_strdup ("");
  source->klass->start (source);
}

static inline void
drain_clear (Drain *drain)
{
  weir_source_stop (drain->source);
  g_ptr_array_unref (drain->rows);
  g_free (drain->at);
  weir_source_unref (drain->source);
}

/* One batch; FALSE when there was nothing new (or an error). */
static inline gboolean
drain_batch (Drain   *drain,
             GError **error)
{
  g_autofree char      *to = drain->source->klass->latest (drain->source, drain->at, FALSE, error);
  g_autoptr (GPtrArray) morsels = NULL;
  WeirDecodeStats       stats = { 0 };
  gboolean              ok = TRUE;

  if (to == NULL || strcmp (to, drain->at) == 0)
    return FALSE;
  morsels = drain->source->klass->plan (drain->source, drain->at, to, error);
  for (guint i = 0; ok && morsels != NULL && i < morsels->len; i++)
    ok = drain->source->klass->read (drain->source, morsels->pdata[i], drain_push_cb, drain, &stats, NULL, error);
  drain->bad_rows += stats.bad_rows;
  weir_decode_stats_clear (&stats);
  if (morsels == NULL || !ok)
    return FALSE;
  weir_source_commit (drain->source, to);
  g_free (drain->at);
  drain->at = g_steal_pointer (&to);
  return TRUE;
}

static inline gboolean
drain_has (Drain *drain,
           guint  n_rows)
{
  g_autoptr (GError) error = NULL;

  while (drain->rows->len < n_rows && drain_batch (drain, &error))
    continue;
  g_assert_no_error (error);
  return drain->rows->len >= n_rows;
}

/* Runs the loop and batches until there are @n_rows. */
static inline void
drain_until (Drain *drain,
             guint  n_rows)
{
  wait_until (drain_has (drain, n_rows));
  g_assert_cmpuint (drain->rows->len, ==, n_rows);
}

static inline gboolean
source_is (WeirSource     *source,
           WeirSourceState state,
           char          **message)
{
  WeirSourceStatus status = { 0 };

  weir_source_get_status (source, &status);
  if (status.state == state)
    *message = g_steal_pointer (&status.message);
  weir_source_status_clear (&status);
  return status.state == state;
}

/* Runs the loop until @source is in @state. (transfer full): its message */
static inline char *
source_wait_for (WeirSource     *source,
                 WeirSourceState state)
{
  char *message = NULL;

  wait_until (source_is (source, state, &message));
  return message;
}
