/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/decoder-private.h"

#include <string.h>

/*
 * Counts of a decoder, with the newest malformed records as samples.
 */

static void
clear_sample (WeirDecodeSample *sample)
{
  g_clear_pointer (&sample->raw, g_bytes_unref);
  g_clear_pointer (&sample->reason, g_free);
}

void
weir_decode_stats_clear (WeirDecodeStats *stats)
{
  for (guint i = 0; i < stats->n_samples; i++)
    clear_sample (&stats->samples[i]);
  memset (stats, 0, sizeof *stats);
}

static WeirDecodeSample *
next_sample (WeirDecodeStats *stats)
{
  WeirDecodeSample *sample = &stats->samples[stats->next_sample];

  clear_sample (sample);
  stats->next_sample = (stats->next_sample + 1) % WEIR_DECODE_SAMPLES;
  stats->n_samples = MIN (stats->n_samples + 1, WEIR_DECODE_SAMPLES);
  return sample;
}

void
weir_decode_stats_merge (WeirDecodeStats       *into,
                         const WeirDecodeStats *stats)
{
  guint first = stats->n_samples < WEIR_DECODE_SAMPLES ? 0 : stats->next_sample;

  into->rows += stats->rows;
  into->bad_rows += stats->bad_rows;
  into->bytes += stats->bytes;
  for (guint i = 0; i < stats->n_samples; i++)
    {
      const WeirDecodeSample *from = &stats->samples[(first + i) % WEIR_DECODE_SAMPLES];
      WeirDecodeSample       *to = next_sample (into);

      to->raw = g_bytes_ref (from->raw);
      to->reason = g_strdup (from->reason);
      to->offset = from->offset;
    }
}

void
weir_decode_stats_add_bad (WeirDecodeStats *stats,
                           const char      *text,
                           gsize            len,
                           guint64          offset,
                           const char      *reason)
{
  WeirDecodeSample *sample = next_sample (stats);

  stats->bad_rows++;
  sample->raw = g_bytes_new (text, text != NULL ? MIN (len, WEIR_SAMPLE_BYTES_MAX) : 0);
  sample->reason = g_strdup (reason != NULL ? reason : "malformed record");
  sample->offset = offset;
}
