/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/samples.h"

#include "base/limits.h"

static WeirSample *
sample_copy (const WeirSample *sample)
{
  WeirSample *copy = g_memdup2 (sample, sizeof *sample);

  copy->reason = g_strdup (sample->reason);
  copy->source = g_strdup (sample->source);
  copy->position = g_strdup (sample->position);
  copy->raw = g_bytes_ref (sample->raw);
  return copy;
}

static void
sample_free (gpointer data)
{
  WeirSample *sample = data;

  g_free ((char *)sample->reason);
  g_free ((char *)sample->source);
  g_free ((char *)sample->position);
  g_bytes_unref (sample->raw);
  g_free (sample);
}

void
weir_samples_clear (WeirSamples *samples)
{
  g_queue_clear_full (&samples->late, sample_free);
  g_queue_clear_full (&samples->bad, sample_free);
  g_queue_clear_full (&samples->newest, sample_free);
}

static GQueue *
queue_of (WeirSamples   *samples,
          WeirSampleKind kind)
{
  if (kind == WEIR_SAMPLE_NEWEST)
    return &samples->newest;
  return kind == WEIR_SAMPLE_LATE ? &samples->late : &samples->bad;
}

void
weir_samples_add (WeirSamples      *samples,
                  WeirSampleKind    kind,
                  const WeirSample *sample)
{
  GQueue *queue = queue_of (samples, kind);
  guint   max = kind == WEIR_SAMPLE_NEWEST ? 1 : WEIR_SAMPLE_ROWS_MAX;

  g_queue_push_head (queue, sample_copy (sample));
  if (queue->length > max)
    sample_free (g_queue_pop_tail (queue));
}

GPtrArray *
weir_samples_copy (WeirSamples   *samples,
                   WeirSampleKind kind)
{
  GPtrArray *array = g_ptr_array_new_with_free_func (sample_free);

  for (GList *link = queue_of (samples, kind)->head; link != NULL; link = link->next)
    g_ptr_array_add (array, sample_copy (link->data));
  return array;
}
