/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/sink-private.h"

static const WeirSinkKind *const kinds[] = {
  &_weir_sink_noop,
  &_weir_sink_memory,
  &_weir_sink_console,
  &_weir_sink_json,
  &_weir_sink_csv,
  &_weir_sink_queue,
  &_weir_sink_sqlite,
  &_weir_sink_postgresql,
  &_weir_sink_kafka,
};

gboolean
weir_sink_check (const WeirSinkConfig *config,
                 GError              **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (kinds[i]->klass->format, config->format) == 0)
      return kinds[i]->check == NULL || kinds[i]->check (config, error);
  return TRUE;
}

WeirSink *
weir_sink_new (const WeirSinkConfig *config,
               GError              **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (kinds[i]->klass->format, config->format) == 0)
      {
        WeirSink *self = g_malloc0 (kinds[i]->size);

        self->klass = kinds[i]->klass;
        g_atomic_ref_count_init (&self->ref_count);
        if (self->klass->open (self, config, error))
          return self;
        weir_sink_unref (self);
        return NULL;
      }
  weir_fail (error, WEIR_ERROR_ANALYZE, "DATA_SOURCE_NOT_FOUND", WEIR_SPAN_NONE, "There is no sink of format \"%s\".", config->format);
  return NULL;
}

WeirSink *
weir_sink_ref (WeirSink *sink)
{
  g_atomic_ref_count_inc (&sink->ref_count);
  return sink;
}

void
weir_sink_unref (WeirSink *sink)
{
  if (sink == NULL || !g_atomic_ref_count_dec (&sink->ref_count))
    return;
  sink->klass->finalize (sink);
  g_free (sink->description);
  g_free (sink);
}
