/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/progress-private.h"

/* What can be asked of a progress record; it never changes. */

WeirProgress *
weir_progress_ref (WeirProgress *progress)
{
  g_atomic_ref_count_inc (&progress->ref_count);
  return progress;
}

void
weir_progress_unref (WeirProgress *progress)
{
  if (progress == NULL || !g_atomic_ref_count_dec (&progress->ref_count))
    return;
  g_free (progress->json);
  g_free (progress->newest_row);
  g_free (progress->newest_source);
  g_free (progress->newest_place);
  for (guint i = 0; i < progress->n_sources; i++)
    {
      g_free ((char *)progress->sources[i].table);
      g_free ((char *)progress->sources[i].description);
    }
  g_free (progress->sources);
  g_free (progress->operators);
  g_free (progress);
}

const char *
weir_progress_get_json (WeirProgress *progress)
{
  return progress->json;
}

guint64
weir_progress_get_batch_id (WeirProgress *progress)
{
  return progress->batch_id;
}

gint64
weir_progress_get_timestamp_us (WeirProgress *progress)
{
  return progress->timestamp_us;
}

guint64
weir_progress_get_n_input_rows (WeirProgress *progress)
{
  return progress->rows_in;
}

guint64
weir_progress_get_n_output_rows (WeirProgress *progress)
{
  return progress->rows_out;
}

double
weir_progress_get_input_rate (WeirProgress *progress)
{
  return progress->input_rate;
}

double
weir_progress_get_processed_rate (WeirProgress *progress)
{
  return progress->processed_rate;
}

gint64
weir_progress_get_duration_us (WeirProgress *progress)
{
  return progress->duration_us;
}

gboolean
weir_progress_get_phase (WeirProgress *progress,
                         guint         i,
                         const char  **name,
                         double       *ms)
{
  if (i >= progress->n_phases)
    return FALSE;
  *name = progress->phases[i].name;
  *ms = progress->phases[i].ms;
  return TRUE;
}

gint64
weir_progress_get_watermark_us (WeirProgress *progress)
{
  return progress->watermark_us;
}

gint64
weir_progress_get_newest_event_us (WeirProgress *progress)
{
  return progress->newest_event_us;
}

const char *
weir_progress_get_newest_row (WeirProgress *progress)
{
  return progress->newest_row;
}

guint64
weir_progress_get_n_late_rows (WeirProgress *progress)
{
  return progress->rows_late;
}

guint64
weir_progress_get_n_bad_rows (WeirProgress *progress)
{
  return progress->rows_bad;
}

guint64
weir_progress_get_state_rows (WeirProgress *progress)
{
  return progress->state_rows;
}

guint64
weir_progress_get_state_bytes (WeirProgress *progress)
{
  return progress->state_bytes;
}

gboolean
weir_progress_get_is_idle (WeirProgress *progress)
{
  return progress->is_idle;
}

gboolean
weir_progress_get_is_replay (WeirProgress *progress)
{
  return progress->is_replay;
}

gboolean
weir_progress_get_state_operator (WeirProgress      *progress,
                                  guint              i,
                                  WeirStateOperator *op)
{
  if (i >= progress->n_operators)
    return FALSE;
  *op = progress->operators[i];
  return TRUE;
}

gboolean
weir_progress_get_source (WeirProgress       *progress,
                          guint               i,
                          WeirSourceProgress *source)
{
  if (i >= progress->n_sources)
    return FALSE;
  *source = progress->sources[i];
  return TRUE;
}
