/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/probe-private.h"

#include "io/demo-data.h"
#include "io/file-inflate.h"
#include "io/file-list.h"
#include "io/source.h"

#include <string.h>

/* Tests of sockets, HTTP, files and the demo. Lines come through the source's one reader and stay there for the first query. */

#define RECORD_TIMEOUT_US (10 * G_USEC_PER_SEC)

static gboolean
timeout_cb (gpointer data)
{
  return G_SOURCE_CONTINUE; /* wakes the loop below */
}

static void
take_samples (ProbeRun   *run,
              WeirSource *source)
{
  g_autoptr (GPtrArray) lines = source->klass->sample (source, PROBE_SAMPLES_MAX);

  for (guint i = 0; lines != NULL && i < lines->len; i++)
    {
      gsize       len;
      const void *data = g_bytes_get_data (lines->pdata[i], &len);

      _weir_probe_add_sample (run, data, len);
    }
}

/* Until the first line, an answer that is no connection, or the time is up. */
static void
wait_for_line (ProbeRun     *run,
               WeirSource   *source,
               GMainContext *context)
{
  gint64           end_us = g_get_monotonic_time () + RECORD_TIMEOUT_US, settle_us = 0;
  gboolean         connected = FALSE;
  g_autofree char *count = NULL;

  while (!g_cancellable_is_cancelled (run->cancellable))
    {
      WeirSourceStatus      status;
      g_autoptr (GPtrArray) lines = source->klass->sample (source, PROBE_SAMPLES_MAX);
      gint64                now_us = g_get_monotonic_time ();

      weir_source_get_status (source, &status);
      if (!connected && (status.state == WEIR_SOURCE_CONNECTED || (lines != NULL && lines->len > 0)))
        {
          connected = TRUE;
          _weir_probe_ok (run, "connect", NULL);
          _weir_probe_begin (run, "record");
        }
      else if (!connected && (status.state == WEIR_SOURCE_RETRYING || status.state == WEIR_SOURCE_FAILED))
        {
          /* What would help stands in the remedy. */
          char *advice = status.message != NULL ? strstr (status.message, " Nothing listens there") : NULL;

          _weir_probe_fail (run, "connect", advice != NULL ? g_strndup (status.message, (gsize)(advice - status.message)) : g_strdup (status.message),
                            "Start the server, or correct host and port.");
          weir_source_status_clear (&status);
          return;
        }
      weir_source_status_clear (&status);
      if (lines != NULL && lines->len > 0 && settle_us == 0)
        settle_us = now_us + G_USEC_PER_SEC / 2; /* a few more tell more about the columns */
      if (lines != NULL && (lines->len >= PROBE_SAMPLES_MAX || (settle_us > 0 && now_us >= settle_us)))
        {
          take_samples (run, source);
          _weir_probe_ok (run, "record", g_strdup_printf ("%u", lines->len));
          return;
        }
      if (now_us >= end_us)
        {
          if (connected)
            _weir_probe_fail (run, "record", NULL, "Connected, but nothing was sent within 10 s. The source can be added all the same.");
          else
            _weir_probe_fail (run, "connect", NULL, "No answer within 10 s: a firewall may drop the packets.");
          return;
        }
      g_main_context_iteration (context, TRUE);
    }
}

void
_weir_probe_lines (ProbeRun *run)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (WeirSchema)   schema = NULL;
  g_autoptr (WeirSource)   source = NULL;
  g_autoptr (WeirClock)    clock = weir_clock_new_real ();
  g_autoptr (GError)       error = NULL;
  const char              *host = g_hash_table_lookup (run->options, "host"), *url = g_hash_table_lookup (run->options, "url");
  g_autoptr (GUri)         uri = url != NULL ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;
  WeirSourceConfig         config = { 0 };
  GSource                 *timer;

  _weir_probe_add_stage (run, "name", "Name found");
  _weir_probe_add_stage (run, "connect", "Connected");
  _weir_probe_add_stage (run, "record", "First record");
  if (uri != NULL)
    host = g_uri_get_host (uri);
  if (host == NULL || *host == '\0')
    {
      _weir_probe_fail (run, "name", NULL, "Enter where to connect to.");
      return;
    }
  if (!_weir_probe_resolve (run, host))
    return;
  _weir_probe_begin (run, "connect");
  schema = weir_type_parse_ddl ("value STRING", NULL);
  config.format = run->format;
  config.table = run->name;
  config.schema = schema;
  config.options = run->options;
  config.base_dir = run->base_dir;
  config.zone = weir_zone_utc ();
  config.clock = clock;
  config.is_streaming = TRUE;
  config.retry_us = -1;
  config.hub = run->hub;
  source = weir_source_new (&config, &error);
  if (source == NULL)
    {
      _weir_probe_fail (run, "connect", g_strdup (error->message), NULL);
      return;
    }
  g_main_context_push_thread_default (context);
  timer = g_timeout_source_new (100);
  g_source_set_callback (timer, timeout_cb, NULL, NULL);
  g_source_attach (timer, context);
  source->klass->start (source);
  wait_for_line (run, source, context);
  weir_source_stop (source);
  g_source_destroy (timer);
  g_source_unref (timer);
  g_main_context_pop_thread_default (context);
}

/* ---- files -------------------------------------------------------------------------------------------------------- */

#define SAMPLE_BYTES (256u << 10)

static void
sample_file (ProbeRun   *run,
             const char *path)
{
  g_autofree char   *data = g_malloc (SAMPLE_BYTES);
  g_autoptr (GError) error = NULL;
  gssize             n = weir_file_read_start (path, data, SAMPLE_BYTES, &error);
  char              *at = data;

  if (n < 0)
    _weir_probe_fail (run, "read", g_strdup (error->message), NULL);
  else
    {
      while (at < data + n)
        {
          char *end = memchr (at, '\n', (gsize)(data + n - at));
          gsize len = (gsize)((end != NULL ? end : data + n) - at);

          if (len > 0 && at[len - 1] == '\r')
            len--;
          _weir_probe_add_sample (run, at, len);
          if (end == NULL)
            break;
          at = end + 1;
        }
      _weir_probe_ok (run, "read", NULL);
    }
}

void
_weir_probe_files (ProbeRun *run)
{
  const char           *path = g_hash_table_lookup (run->options, "path");
  g_autofree char      *full = path != NULL ? weir_file_path (path, run->base_dir) : NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError)    error = NULL;

  _weir_probe_add_stage (run, "path", "Path found");
  _weir_probe_add_stage (run, "read", "Readable");
  _weir_probe_begin (run, "path");
  if (full == NULL)
    {
      _weir_probe_fail (run, "path", NULL, "Choose a file or a folder.");
      return;
    }
  files = weir_file_list (full, NULL, WEIR_FILES_PARTITIONED, &error);
  if (files == NULL)
    {
      _weir_probe_fail (run, "path", g_strdup (error->message), "Correct the path, or choose it with the button.");
      return;
    }
  _weir_probe_ok (run, "path", g_strdup_printf ("%u", files->len));
  if (files->len == 0)
    {
      _weir_probe_skip (run, "read");
      return;
    }
  _weir_probe_begin (run, "read");
  sample_file (run, ((WeirFileEntry *)files->pdata[files->len - 1])->path);
}

/* ---- demo --------------------------------------------------------------------------------------------------------- */

void
_weir_probe_demo (ProbeRun *run)
{
  const char  *name = g_hash_table_lookup (run->options, "kind");
  WeirDemoKind kind = WEIR_DEMO_ORDERS;
  gint64       now_us = g_get_real_time ();

  _weir_probe_add_stage (run, "record", "First record");
  _weir_probe_begin (run, "record");
  if (name != NULL && !weir_demo_kind_parse (name, &kind))
    {
      _weir_probe_fail (run, "record", g_strdup (name), "Kinds are orders, sensors and weblog.");
      return;
    }
  for (guint row = 0; row < PROBE_SAMPLES_MAX; row++)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      weir_demo_append_row (kind, 42, row, now_us + row * 200000, line);
      _weir_probe_add_sample (run, line->str, line->len - 1);
    }
  _weir_probe_ok (run, "record", NULL);
}
