/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/probe-private.h"

#include "base/limits.h"
#include "column/timestamp.h"
#include "format/decoder.h"
#include "format/schema-infer.h"

#include <gio/gio.h>
#include <string.h>

#define CONNECT_TIMEOUT_S 5

static int
find_stage (ProbeRun   *run,
            const char *id)
{
  for (guint i = 0; i < run->n_stages; i++)
    if (strcmp (run->stages[i].id, id) == 0)
      return (int)i;
  return -1;
}

void
_weir_probe_add_stage (ProbeRun   *run,
                       const char *id,
                       const char *title)
{
  g_mutex_lock (&run->lock);
  run->stages[run->n_stages++] = (WeirStage){ .id = id, .title = title, .state = WEIR_STAGE_PENDING };
  g_mutex_unlock (&run->lock);
  _weir_probe_run_post (run);
}

static void
set_stage (ProbeRun      *run,
           const char    *id,
           WeirStageState state,
           char          *detail,
           const char    *remedy)
{
  int at;

  g_mutex_lock (&run->lock);
  at = find_stage (run, id);
  if (at >= 0)
    {
      WeirStage *stage = &run->stages[at];

      if (state == WEIR_STAGE_RUNNING)
        run->stage_started_us[at] = g_get_monotonic_time ();
      else if (run->stage_started_us[at] > 0)
        stage->us = g_get_monotonic_time () - run->stage_started_us[at];
      stage->state = state;
      g_free ((char *)stage->detail);
      stage->detail = detail;
      stage->remedy = remedy;
    }
  else
    g_free (detail);
  g_mutex_unlock (&run->lock);
  _weir_probe_run_post (run);
}

void
_weir_probe_begin (ProbeRun   *run,
                   const char *id)
{
  set_stage (run, id, WEIR_STAGE_RUNNING, NULL, NULL);
}

void
_weir_probe_ok (ProbeRun   *run,
                const char *id,
                char       *detail)
{
  set_stage (run, id, WEIR_STAGE_OK, detail, NULL);
}

void
_weir_probe_skip (ProbeRun   *run,
                  const char *id)
{
  set_stage (run, id, WEIR_STAGE_SKIPPED, NULL, NULL);
}

void
_weir_probe_fail (ProbeRun   *run,
                  const char *id,
                  char       *detail,
                  const char *remedy)
{
  set_stage (run, id, WEIR_STAGE_FAILED, detail, remedy);
}

void
_weir_probe_add_sample (ProbeRun   *run,
                        const void *data,
                        gsize       len)
{
  g_mutex_lock (&run->lock);
  if (run->samples->len < PROBE_SAMPLES_MAX)
    g_ptr_array_add (run->samples, g_bytes_new (data, MIN (len, WEIR_SAMPLE_BYTES_MAX)));
  g_mutex_unlock (&run->lock);
}

gboolean
_weir_probe_resolve (ProbeRun   *run,
                     const char *host)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_autoptr (GError)    error = NULL;
  GList                *addresses;
  g_autofree char      *first = NULL;

  _weir_probe_begin (run, "name");
  addresses = g_resolver_lookup_by_name (resolver, host, run->cancellable, &error);
  if (addresses == NULL)
    {
      _weir_probe_fail (run, "name", g_strdup (error->message), "The name is not known here: correct it, or use the address.");
      return FALSE;
    }
  first = g_inet_address_to_string (addresses->data);
  _weir_probe_ok (run, "name", g_strdup (first));
  g_resolver_free_addresses (addresses);
  return TRUE;
}

GError *
_weir_probe_connect (ProbeRun   *run,
                     const char *host,
                     guint16     port)
{
  g_autoptr (GSocketClient)     client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  GError                       *error = NULL;

  g_socket_client_set_timeout (client, CONNECT_TIMEOUT_S);
  connection = g_socket_client_connect_to_host (client, host, port, run->cancellable, &error);
  return error;
}

/* ---- inference ---------------------------------------------------------------------------------------------------- */

static gboolean
looks_like_json (GPtrArray *samples)
{
  guint n = 0;

  for (guint i = 0; i < samples->len; i++)
    {
      gsize       len, at = 0;
      const char *data = g_bytes_get_data (samples->pdata[i], &len);

      while (at < len && g_ascii_isspace (data[at]))
        at++;
      n += at < len && data[at] == '{';
    }
  return n * 2 > samples->len;
}

static guint
count_commas (GBytes *sample)
{
  gsize       len;
  const char *data = g_bytes_get_data (sample, &len);
  guint       n = 0;

  for (gsize i = 0; i < len; i++)
    n += data[i] == ',';
  return n;
}

/* @is_named: the name of the file says so; then some broken lines do not speak against it. */
static gboolean
looks_like_csv (GPtrArray *samples,
                gboolean   is_named)
{
  guint commas = samples->len > 0 ? count_commas (samples->pdata[0]) : 0, same = 0;

  for (guint i = 0; i < samples->len; i++)
    same += count_commas (samples->pdata[i]) == commas;
  return commas > 0 && (same * 10 >= samples->len * 9 || (is_named && same * 2 > samples->len));
}

static gboolean
is_named_csv (ProbeRun *run)
{
  const char *path = g_hash_table_lookup (run->options, "path");

  return path != NULL && g_str_has_suffix (path, ".csv");
}

typedef struct
{
  guint  column;
  gint64 newest_us, disorder_us;
} Disorder;

/* Largest step back in event time among the samples. */
static gboolean
measure_disorder (gpointer   data,
                  WeirBatch *batch,
                  GError   **error)
{
  Disorder         *disorder = data;
  const WeirColumn *column = batch->columns[disorder->column];

  for (guint row = 0; row < batch->n_rows; row++)
    {
      guint  at = row;
      gint64 us;

      if (weir_column_is_null (column, row))
        continue;
      us = weir_column_values (weir_column_resolve (column, &at), gint64)[at];
      disorder->newest_us = MAX (disorder->newest_us, us);
      disorder->disorder_us = MAX (disorder->disorder_us, disorder->newest_us - us);
    }
  return TRUE;
}

static gint64
round_wait (gint64 us)
{
  static const gint64 steps[] = { 10, 30, 60, 300, 600, 1800, 3600 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (us <= steps[i] * G_USEC_PER_SEC)
      return steps[i] * G_USEC_PER_SEC;
  return G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC;
}

void
_weir_probe_decode_samples (GPtrArray     *samples,
                            WeirDecoder   *decoder,
                            gboolean       at_start,
                            WeirDecodePush take,
                            gpointer       data)
{
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (decoder);
  g_autoptr (GString)         text = g_string_new (NULL);
  g_autoptr (WeirBuffer)      buffer = NULL;
  WeirDecodeStats             stats = { 0 };
  WeirDecodeBlock             block = { .at_start = at_start };

  for (guint i = 0; i < samples->len; i++)
    {
      gsize       len;
      const char *sample = g_bytes_get_data (samples->pdata[i], &len);

      g_string_append_len (text, sample, (gssize)len);
      g_string_append_c (text, '\n');
    }
  buffer = weir_buffer_new (text->len);
  memcpy (buffer->data, text->str, text->len);
  block.buffer = buffer;
  block.len = text->len;
  weir_decoder_decode (decoder, state, &block, take, data, &stats, NULL);
  weir_decode_stats_clear (&stats);
}

/* Hands the samples, decoded as @schema, to @take. */
static void
decode_samples (ProbeRun      *run,
                WeirSchema    *schema,
                WeirDecodePush take,
                gpointer       data)
{
  g_autoptr (WeirDecoder) decoder = weir_decoder_new (run->sample_format, schema, NULL, run->options, weir_zone_utc (), NULL, NULL);

  if (decoder != NULL)
    _weir_probe_decode_samples (run->samples, decoder, FALSE, take, data);
}

static gint64
propose_wait (ProbeRun   *run,
              WeirSchema *schema,
              int         event_time)
{
  Disorder disorder = { (guint)event_time, G_MININT64, 0 };

  if (schema->fields[event_time].type->kind == WEIR_TYPE_TIMESTAMP)
    decode_samples (run, schema, measure_disorder, &disorder);
  return round_wait (disorder.disorder_us);
}

static gboolean
keep_first (gpointer   data,
            WeirBatch *batch,
            GError   **error)
{
  WeirBatch **first = data;

  if (*first == NULL)
    *first = weir_batch_ref (batch);
  return TRUE;
}

/* ISO texts read as TIMESTAMP at once; other kinds stay what they are. */
static WeirSchema *
with_event_time (WeirSchema   *schema,
                 int           event_time,
                 WeirEventTime how)
{
  g_autofree WeirField *fields = g_memdup2 (schema->fields, schema->n_fields * sizeof (WeirField));

  if (event_time < 0 || how != WEIR_EVENT_TIME_TEXT)
    return weir_type_ref (schema);
  fields[event_time].type = WEIR_TIMESTAMP;
  return weir_type_new_struct (fields, schema->n_fields);
}

/* The records as one text: only the first of them can be a header. (transfer full) */
static GBytes *
join_samples (GPtrArray *samples)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < samples->len; i++)
    {
      gsize       len;
      const char *data = g_bytes_get_data (samples->pdata[i], &len);

      g_string_append_len (text, data, (gssize)len);
      g_string_append_c (text, '\n');
    }
  return g_string_free_to_bytes (text);
}

void
_weir_probe_infer (ProbeRun *run)
{
  g_autoptr (GBytes)     joined = NULL;
  g_autoptr (WeirSchema) schema = NULL;
  g_autoptr (WeirBatch)  values = NULL;
  WeirSchema            *typed;
  WeirEventTime          how = WEIR_EVENT_TIME_NONE;
  const char            *format = run->forced_format != NULL ? run->forced_format : run->format;
  int                    event_time;
  gint64                 wait_us;

  if (run->samples->len == 0)
    return;
  if (run->forced_format == NULL && g_ascii_strcasecmp (format, "csv") != 0 && g_ascii_strcasecmp (format, "json") != 0)
    format = looks_like_json (run->samples) ? "json" : (looks_like_csv (run->samples, is_named_csv (run)) ? "csv" : "text");
  g_hash_table_replace (run->options, g_strdup ("inferschema"), g_strdup ("true"));
  run->sample_format = g_intern_string (format);
  joined = join_samples (run->samples);
  schema = weir_schema_infer (run->sample_format, &joined, 1, run->options, weir_zone_utc (), NULL);
  if (schema == NULL)
    return;
  decode_samples (run, schema, keep_first, &values);
  event_time = weir_infer_event_time (schema, values, &how);
  typed = with_event_time (schema, event_time, how);
  wait_us = event_time >= 0 ? propose_wait (run, typed, event_time) : round_wait (0);
  g_mutex_lock (&run->lock);
  g_clear_pointer (&run->schema, weir_type_unref);
  run->schema = typed;
  run->event_time = event_time;
  run->wait_us = wait_us;
  g_mutex_unlock (&run->lock);
  _weir_probe_run_post (run);
}
