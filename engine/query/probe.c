/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-query"
#include "config.h"

#include "query/probe-private.h"

#include "base/background.h"
#include "query/session-private.h"

#include <string.h>

/* The object of a connection test. The work is in a thread of its own (probe-*.c), which may outlive the object when it was cancelled. */

struct _WeirProbe
{
  GObject      parent_instance;
  WeirSession *session; /* Owned */
  ProbeRun    *run;     /* Owned */
  GArray      *columns; /* Owned: WeirProbeColumn, copied at each change */
  GPtrArray   *samples; /* Owned: copied */
  WeirStage    stages[PROBE_STAGES_MAX];
  guint        n_stages;
  char       **topics; /* Owned, nullable */
  gboolean     running;
};

G_DEFINE_FINAL_TYPE (WeirProbe, weir_probe, G_TYPE_OBJECT)

static guint changed_signal;

/* ---- the run ------------------------------------------------------------------------------------------------------ */

static void
clear_stages (WeirStage *stages,
              guint      n)
{
  for (guint i = 0; i < n; i++)
    {
      g_free ((char *)stages[i].detail);
      stages[i].detail = NULL;
    }
}

ProbeRun *
_weir_probe_run_ref (ProbeRun *run)
{
  g_atomic_ref_count_inc (&run->ref_count);
  return run;
}

void
_weir_probe_run_unref (ProbeRun *run)
{
  if (!g_atomic_ref_count_dec (&run->ref_count))
    return;
  clear_stages (run->stages, run->n_stages);
  g_weak_ref_clear (&run->probe);
  g_clear_pointer (&run->schema, weir_type_unref);
  g_ptr_array_unref (run->samples);
  g_strfreev (run->topics);
  g_hash_table_unref (run->options);
  weir_reader_hub_unref (run->hub);
  g_main_context_unref (run->context);
  g_object_unref (run->cancellable);
  g_mutex_clear (&run->lock);
  g_free (run->name);
  g_free (run->format);
  g_free (run->columns);
  g_free (run->base_dir);
  g_free (run);
}

static void
copy_columns (WeirProbe *self,
              ProbeRun  *run)
{
  for (guint i = 0; i < self->columns->len; i++)
    {
      WeirProbeColumn *column = &g_array_index (self->columns, WeirProbeColumn, i);

      g_free ((char *)column->name);
      g_free ((char *)column->type);
    }
  g_array_set_size (self->columns, 0);
  for (guint i = 0; run->schema != NULL && i < run->schema->n_fields; i++)
    {
      WeirType       *type = run->schema->fields[i].type;
      WeirProbeColumn column = { 0 };

      column.name = g_strdup (run->schema->fields[i].name);
      column.type = weir_type_to_string (type);
      column.can_be_event_time = type->kind == WEIR_TYPE_TIMESTAMP || type->kind == WEIR_TYPE_STRING || type->kind == WEIR_TYPE_BIGINT ||
                                 type->kind == WEIR_TYPE_DATE || type->kind == WEIR_TYPE_DOUBLE;
      g_array_append_val (self->columns, column);
    }
}

/* Copies what the thread has found. */
static void
take_over (WeirProbe *self)
{
  ProbeRun *run = self->run;

  g_mutex_lock (&run->lock);
  clear_stages (self->stages, self->n_stages);
  self->n_stages = run->n_stages;
  memcpy (self->stages, run->stages, sizeof run->stages);
  for (guint i = 0; i < self->n_stages; i++)
    self->stages[i].detail = g_strdup (run->stages[i].detail);
  for (guint i = self->samples->len; i < run->samples->len; i++)
    g_ptr_array_add (self->samples, g_bytes_ref (run->samples->pdata[i]));
  g_strfreev (self->topics);
  self->topics = g_strdupv (run->topics);
  copy_columns (self, run);
  self->running = run->running;
  g_mutex_unlock (&run->lock);
}

static gboolean
changed_cb (gpointer data)
{
  ProbeRun             *run = data;
  g_autoptr (WeirProbe) probe = g_weak_ref_get (&run->probe);

  g_mutex_lock (&run->lock);
  run->posted = FALSE;
  g_mutex_unlock (&run->lock);
  if (probe == NULL || probe->run != run)
    return G_SOURCE_REMOVE;
  take_over (probe);
  g_signal_emit (probe, changed_signal, 0);
  return G_SOURCE_REMOVE;
}

void
_weir_probe_run_post (ProbeRun *run)
{
  gboolean posted;

  g_mutex_lock (&run->lock);
  posted = run->posted;
  run->posted = TRUE;
  g_mutex_unlock (&run->lock);
  if (!posted)
    {
      GSource *source = g_idle_source_new ();

      g_source_set_callback (source, changed_cb, _weir_probe_run_ref (run), (GDestroyNotify)_weir_probe_run_unref);
      g_source_attach (source, run->context);
      g_source_unref (source);
    }
}

static gpointer
probe_thread (gpointer data)
{
  ProbeRun *run = data;

  if (g_ascii_strcasecmp (run->format, "kafka") == 0)
    _weir_probe_kafka (run);
  else if (g_ascii_strcasecmp (run->format, "socket") == 0 || g_ascii_strcasecmp (run->format, "http") == 0)
    _weir_probe_lines (run);
  else if (g_ascii_strcasecmp (run->format, "demo") == 0)
    _weir_probe_demo (run);
  else
    _weir_probe_files (run);
  if (!g_cancellable_is_cancelled (run->cancellable))
    _weir_probe_infer (run);
  g_mutex_lock (&run->lock);
  run->running = FALSE;
  g_mutex_unlock (&run->lock);
  _weir_probe_run_post (run);
  _weir_probe_run_unref (run);
  return NULL;
}

/* ---- the object --------------------------------------------------------------------------------------------------- */

static void
weir_probe_finalize (GObject *object)
{
  WeirProbe *self = WEIR_PROBE (object);

  weir_probe_cancel (self);
  clear_stages (self->stages, self->n_stages);
  for (guint i = 0; i < self->columns->len; i++)
    {
      g_free ((char *)g_array_index (self->columns, WeirProbeColumn, i).name);
      g_free ((char *)g_array_index (self->columns, WeirProbeColumn, i).type);
    }
  g_array_unref (self->columns);
  g_ptr_array_unref (self->samples);
  g_strfreev (self->topics);
  _weir_probe_run_unref (self->run);
  g_object_unref (self->session);
  G_OBJECT_CLASS (weir_probe_parent_class)->finalize (object);
}

static void
weir_probe_class_init (WeirProbeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_probe_finalize;
  changed_signal = g_signal_new ("changed", WEIR_TYPE_PROBE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
weir_probe_init (WeirProbe *self)
{
  self->columns = g_array_new (FALSE, TRUE, sizeof (WeirProbeColumn));
  self->samples = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
}

WeirProbe *
weir_probe_new (WeirSession        *session,
                const WeirTableDef *def)
{
  WeirProbe *self = g_object_new (WEIR_TYPE_PROBE, NULL);
  ProbeRun  *run = g_new0 (ProbeRun, 1);

  g_atomic_ref_count_init (&run->ref_count);
  g_mutex_init (&run->lock);
  run->name = g_strdup (def->name);
  run->format = g_strdup (def->format);
  run->columns = g_strdup (def->columns);
  run->base_dir = g_strdup (session->base_dir);
  run->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; def->options != NULL && def->options[i] != NULL; i += 2)
    g_hash_table_replace (run->options, g_ascii_strdown (def->options[i], -1), _weir_session_resolve_secret (session, def->options[i + 1]));
  run->hub = weir_reader_hub_ref (session->hub);
  run->cancellable = g_cancellable_new ();
  run->context = g_main_context_ref (session->context);
  run->samples = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  run->sample_format = "text";
  run->event_time = -1;
  run->wait_us = 10 * G_USEC_PER_SEC;
  g_weak_ref_init (&run->probe, self);
  self->session = g_object_ref (session);
  self->run = run;
  return self;
}

void
weir_probe_start (WeirProbe *probe)
{
  if (probe->running)
    return;
  probe->running = probe->run->running = TRUE;
  weir_background_run ("weir-probe", probe_thread, _weir_probe_run_ref (probe->run));
}

void
weir_probe_cancel (WeirProbe *probe)
{
  g_cancellable_cancel (probe->run->cancellable);
}

gboolean
weir_probe_get_is_running (WeirProbe *probe)
{
  return probe->running;
}

guint
weir_probe_get_n_stages (WeirProbe *probe)
{
  return probe->n_stages;
}

const WeirStage *
weir_probe_get_stage (WeirProbe *probe,
                      guint      i)
{
  return &probe->stages[i];
}

guint
weir_probe_get_n_samples (WeirProbe *probe)
{
  return probe->samples->len;
}

GBytes *
weir_probe_get_sample (WeirProbe *probe,
                       guint      i)
{
  return probe->samples->pdata[i];
}

const char *
weir_probe_get_format (WeirProbe *probe)
{
  const char *format;

  g_mutex_lock (&probe->run->lock);
  format = probe->run->sample_format;
  g_mutex_unlock (&probe->run->lock);
  return format;
}

void
weir_probe_set_format (WeirProbe  *probe,
                       const char *format,
                       gboolean    has_header)
{
  if (probe->running)
    return;
  probe->run->forced_format = g_intern_string (format);
  g_hash_table_replace (probe->run->options, g_strdup ("header"), g_strdup (has_header ? "true" : "false"));
  _weir_probe_infer (probe->run);
  take_over (probe);
}

guint
weir_probe_get_n_columns (WeirProbe *probe)
{
  return probe->columns->len;
}

const WeirProbeColumn *
weir_probe_get_column (WeirProbe *probe,
                       guint      i)
{
  return &g_array_index (probe->columns, WeirProbeColumn, i);
}

int
weir_probe_get_event_time (WeirProbe *probe)
{
  int column;

  g_mutex_lock (&probe->run->lock);
  column = probe->run->event_time;
  g_mutex_unlock (&probe->run->lock);
  return column;
}

gint64
weir_probe_get_wait_us (WeirProbe *probe)
{
  gint64 wait_us;

  g_mutex_lock (&probe->run->lock);
  wait_us = probe->run->wait_us;
  g_mutex_unlock (&probe->run->lock);
  return wait_us;
}

const char *const *
weir_probe_get_topics (WeirProbe *probe)
{
  return (const char *const *)probe->topics;
}

static gboolean
collect_batch (gpointer   data,
               WeirBatch *batch,
               GError   **error)
{
  g_ptr_array_add (data, weir_batch_ref (batch));
  return TRUE;
}

static char **
text_row (const WeirBatch *batch,
          guint            row)
{
  char **cells = g_new0 (char *, batch->n_columns + 1);

  for (guint c = 0; c < batch->n_columns; c++)
    {
      GString *text = g_string_new (NULL);

      weir_value_append_text (text, batch->columns[c], row, WEIR_TEXT_CAST, weir_zone_utc ());
      cells[c] = g_string_free (text, FALSE);
    }
  return cells;
}

GPtrArray *
weir_probe_decode (WeirProbe  *probe,
                   const char *ddl,
                   GError    **error)
{
  g_autoptr (WeirSchema)  schema = weir_type_parse_ddl (ddl, error);
  g_autoptr (WeirDecoder) decoder = NULL;
  g_autoptr (GPtrArray)   batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  GPtrArray              *rows;

  if (schema == NULL)
    return NULL;
  decoder = weir_decoder_new (weir_probe_get_format (probe), schema, NULL, probe->run->options, weir_zone_utc (), NULL, error);
  if (decoder == NULL)
    return NULL;
  _weir_probe_decode_samples (probe->samples, decoder, TRUE, collect_batch, batches);
  rows = g_ptr_array_new_with_free_func ((GDestroyNotify)g_strfreev);
  for (guint b = 0; b < batches->len; b++)
    for (guint r = 0; r < ((WeirBatch *)batches->pdata[b])->n_rows; r++)
      g_ptr_array_add (rows, text_row (batches->pdata[b], r));
  return rows;
}
