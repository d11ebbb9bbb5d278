/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/source-private.h"

#include "base/limits.h"
#include "io/file-metadata.h"

#include <string.h>

static const WeirSourceKind *const kinds[] = {
  &_weir_source_text,
  &_weir_source_csv,
  &_weir_source_json,
  &_weir_source_rate,
  &_weir_source_rate_batch,
  &_weir_source_queue,
  &_weir_source_memory,
  &_weir_source_demo,
  &_weir_source_socket,
  &_weir_source_kafka,
  &_weir_source_http,
  &_weir_source_sqlite,
  &_weir_source_postgresql,
};

static const WeirSourceKind *
find_kind (const char *format,
           GError    **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (kinds[i]->klass->format, format) == 0)
      return kinds[i];
  weir_fail (error, WEIR_ERROR_ANALYZE, "DATA_SOURCE_NOT_FOUND", WEIR_SPAN_NONE, "There is no source of format \"%s\".", format);
  return NULL;
}

WeirSource *
weir_source_new (const WeirSourceConfig *config,
                 GError                **error)
{
  const WeirSourceKind *kind = find_kind (config->format, error);
  WeirSource           *self;

  if (kind == NULL)
    return NULL;
  if (kind == &_weir_source_kafka && _weir_io_option_get (config->options, "replay") != NULL)
    kind = &_weir_source_kafka_replay;
  self = g_malloc0 (kind->size);
  self->klass = kind->klass;
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  if (self->klass->open (self, config, error))
    return self;
  weir_source_unref (self);
  return NULL;
}

WeirSource *
weir_source_ref (WeirSource *source)
{
  g_atomic_ref_count_inc (&source->ref_count);
  return source;
}

void
weir_source_unref (WeirSource *source)
{
  if (source == NULL || !g_atomic_ref_count_dec (&source->ref_count))
    return;
  source->klass->finalize (source);
  g_free (source->description);
  g_free (source->status.message);
  g_free (source->notice);
  g_mutex_clear (&source->lock);
  g_free (source);
}

void
weir_source_commit (WeirSource *source,
                    const char *to)
{
  if (source->klass->commit != NULL)
    source->klass->commit (source, to);
}

void
weir_source_stop (WeirSource *source)
{
  if (source->klass->stop != NULL)
    source->klass->stop (source);
}

void
weir_source_set_notify (WeirSource      *source,
                        WeirSourceNotify notify,
                        gpointer         data)
{
  g_mutex_lock (&source->lock);
  source->notify = notify;
  source->notify_data = data;
  g_mutex_unlock (&source->lock);
}

void
weir_source_set_status_func (WeirSource          *source,
                             WeirSourceStatusFunc func,
                             gpointer             data)
{
  g_mutex_lock (&source->lock);
  source->status_func = func;
  source->status_data = data;
  g_mutex_unlock (&source->lock);
}

/* With the lock. */
static void
copy_status (const WeirSource *source,
             WeirSourceStatus *copy)
{
  *copy = source->status;
  if (source->status.message != NULL && source->notice != NULL)
    copy->message = g_strconcat (source->status.message, " ", source->notice, NULL);
  else
    copy->message = g_strdup (source->status.message != NULL ? source->status.message : source->notice);
}

void
weir_source_get_status (WeirSource       *source,
                        WeirSourceStatus *copy)
{
  g_mutex_lock (&source->lock);
  copy_status (source, copy);
  g_mutex_unlock (&source->lock);
}

void
weir_source_status_clear (WeirSourceStatus *status)
{
  g_clear_pointer (&status->message, g_free);
}

static gboolean
notify_cb (gpointer data)
{
  WeirSource      *source = data;
  WeirSourceNotify notify;
  gpointer         notify_data;

  g_mutex_lock (&source->lock);
  notify = source->notify;
  notify_data = source->notify_data;
  g_mutex_unlock (&source->lock);
  if (notify != NULL)
    notify (source, notify_data);
  return G_SOURCE_REMOVE;
}

void
_weir_source_wake (WeirSource   *source,
                   GMainContext *context)
{
  GSource *idle = g_idle_source_new ();

  g_source_set_priority (idle, G_PRIORITY_DEFAULT);
  g_source_set_callback (idle, notify_cb, weir_source_ref (source), (GDestroyNotify)weir_source_unref);
  g_source_attach (idle, context);
  g_source_unref (idle);
}

/* With the lock. */
static void
tell_status (WeirSource *source)
{
  WeirSourceStatus copy;

  if (source->status_func == NULL)
    return;
  copy_status (source, &copy);
  source->status_func (&copy, source->status_data);
  weir_source_status_clear (&copy);
}

gboolean
_weir_source_announce (WeirSource     *source,
                       WeirSourceState state,
                       char           *message,
                       gint64          retry_at_us)
{
  gboolean same;

  g_mutex_lock (&source->lock);
  same = source->status.state == state && g_strcmp0 (source->status.message, message) == 0;
  source->status.state = state;
  g_free (source->status.message);
  source->status.message = message;
  source->status.retry_at_us = retry_at_us;
  tell_status (source);
  g_mutex_unlock (&source->lock);
  return !same;
}

void
weir_source_set_state (WeirSource     *source,
                       WeirSourceState state,
                       char           *message,
                       gint64          retry_at_us)
{
  _weir_source_announce (source, state, message, retry_at_us);
  notify_cb (source);
}

void
weir_source_set_notice (WeirSource *source,
                        char       *notice)
{
  g_mutex_lock (&source->lock);
  g_free (source->notice);
  source->notice = notice;
  tell_status (source);
  g_mutex_unlock (&source->lock);
  notify_cb (source);
}

WeirSchema *
weir_source_resolve_schema (const char *format,
                            WeirSchema *declared,
                            GHashTable *options,
                            const char *base_dir,
                            GError    **error)
{
  const WeirSourceKind *kind = find_kind (format, error);

  return kind != NULL ? kind->resolve (declared, options, base_dir, error) : NULL;
}

WeirSchema *
_weir_source_fixed_schema (const char *format,
                           const char *ddl,
                           WeirSchema *declared,
                           GError    **error)
{
  g_autoptr (WeirSchema) fixed = weir_type_parse_ddl (ddl, error);
  gboolean               same = fixed != NULL && declared != NULL && declared->n_fields == fixed->n_fields;

  for (guint i = 0; same && i < fixed->n_fields; i++)
    same = g_ascii_strcasecmp (declared->fields[i].name, fixed->fields[i].name) == 0 && weir_type_equal (declared->fields[i].type, fixed->fields[i].type);
  if (fixed == NULL || declared == NULL || same)
    return g_steal_pointer (&fixed);
  weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", WEIR_SPAN_NONE, "A source of format %s has the columns %s; declare those or none.", format, ddl);
  return NULL;
}

WeirSchema *
weir_source_hidden_schema (const char *format)
{
  g_autoptr (WeirType) metadata = weir_file_metadata_type ();
  WeirField            field = { (char *)"_metadata", metadata, FALSE, NULL };

  g_return_val_if_fail (strcmp (format, "text") == 0 || strcmp (format, "csv") == 0 || strcmp (format, "json") == 0, NULL);
  return weir_type_new_struct (&field, 1);
}

/* ---- options ---------------------------------------------------------------------------------------------------- */

const char *
_weir_io_option_get (GHashTable *options,
                     const char *key)
{
  g_autofree char *folded = g_ascii_strdown (key, -1);

  return options != NULL ? g_hash_table_lookup (options, folded) : NULL;
}

gboolean
_weir_io_option_int (GHashTable *options,
                     const char *key,
                     gint64      min,
                     gint64      max,
                     gint64      fallback,
                     gint64     *value,
                     GError    **error)
{
  const char *text = _weir_io_option_get (options, key);
  char       *end;

  *value = fallback;
  if (text == NULL)
    return TRUE;
  *value = g_ascii_strtoll (text, &end, 10);
  if (end != text && *end == '\0' && *value >= min && *value <= max)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                    "Option %s takes a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT "; '%s' is none.", key, min, max, text);
}

gboolean
_weir_io_option_bool (GHashTable *options,
                      const char *key,
                      gboolean    fallback,
                      gboolean   *value,
                      GError    **error)
{
  const char *text = _weir_io_option_get (options, key);

  *value = fallback;
  if (text == NULL)
    return TRUE;
  *value = g_ascii_strcasecmp (text, "true") == 0;
  if (*value || g_ascii_strcasecmp (text, "false") == 0)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option %s takes true or false, not '%s'.", key, text);
}

gboolean
_weir_io_option_duration (GHashTable *options,
                          const char *key,
                          gint64     *value_us,
                          GError    **error)
{
  static const struct
  {
    const char *unit;
    gint64      us;
  } units[] = { { "", 1000 }, { "us", 1 }, { "ms", 1000 }, { "s", 1000000 }, { "m", 60000000 }, { "min", 60000000 }, { "h", 3600000000 }, { "d", 86400000000 } };
  const char *text = _weir_io_option_get (options, key);
  gint64      number;
  char       *end;

  if (text == NULL)
    return TRUE;
  number = g_ascii_strtoll (text, &end, 10);
  for (guint i = 0; end != text && number >= 0 && i < G_N_ELEMENTS (units); i++)
    if (g_ascii_strcasecmp (end, units[i].unit) == 0 && number <= G_MAXINT64 / units[i].us)
      {
        *value_us = number * units[i].us;
        return TRUE;
      }
  return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                    "Option %s takes a time such as 7d, 12h, 5m, 30s or 100ms, not '%s'.", key, text);
}

gboolean
_weir_io_option_required (GHashTable  *options,
                          const char  *key,
                          const char  *example,
                          const char **value,
                          GError     **error)
{
  *value = _weir_io_option_get (options, key);
  if (*value != NULL && **value != '\0')
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ANALYZE, "MISSING_OPTION", WEIR_SPAN_NONE, "Set the option %s, as in OPTIONS (%s).", key, example);
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

WeirSchema *
_weir_schema_prune (WeirSchema     *schema,
                    const gboolean *needed)
{
  g_autofree WeirField *fields = g_new0 (WeirField, MAX (schema->n_fields, 1));
  guint                 n = 0;

  for (guint i = 0; i < schema->n_fields; i++)
    if (needed == NULL || needed[i])
      fields[n++] = schema->fields[i];
  return weir_type_new_struct (fields, n);
}

gboolean
_weir_push_pruned (WeirBatch      *batch,
                   WeirSchema     *pruned,
                   const gboolean *needed,
                   WeirSourcePush  push,
                   gpointer        data,
                   GError        **error)
{
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (pruned->n_fields, 1));

  for (guint from = 0; from < batch->n_rows; from += WEIR_VECTOR_ROWS)
    {
      g_autoptr (WeirBatch) part = NULL;
      guint                 rows = MIN (batch->n_rows - from, WEIR_VECTOR_ROWS), n = 0;

      for (guint i = 0; i < batch->n_columns; i++)
        if (needed == NULL || needed[i])
          columns[n++] = weir_column_slice (batch->columns[i], from, rows);
      part = weir_batch_new (pruned, rows, columns);
      if (!push (data, part, error))
        return FALSE;
    }
  return TRUE;
}
