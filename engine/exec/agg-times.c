/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp.h"
#include "column/value.h"
#include "exec/hash-aggregate-private.h"

/*
 * The times of a vector in partial aggregation: rows without one are left out, the others get the number of their pane, or their own time where a
 * key has the event-time mark. Late rows are counted here, and some kept for looking at; they are aggregated all the same.
 */

#define LATE_SAMPLES 8

static gint64
pane_of (const WeirAggLayout *layout,
         gint64               us)
{
  return weir_floor_div (us - layout->origin_us, layout->pane_us);
}

/* Rows with a time stay in the selection. */
WeirSel
_weir_agg_local_drop_null_times (WeirAggLocal     *self,
                                 const WeirColumn *flat,
                                 WeirSel           sel)
{
  guint n = 0;

  if (flat->validity == NULL && flat->type->kind != WEIR_TYPE_VOID)
    return sel;
  for (guint i = 0; i < sel.n; i++)
    {
      guint row = weir_sel_row (sel, i);

      self->idx[n] = (guint16)row;
      n += !weir_column_is_null (flat, row);
    }
  return (WeirSel){ self->idx, n };
}

static void
find_range (const gint64 *us,
            WeirSel       sel,
            gint64       *min,
            gint64       *max)
{
  gint64 low = G_MAXINT64, high = G_MININT64;

  if (sel.idx == NULL)
    for (guint i = 0; i < sel.n; i++)
      {
        low = MIN (low, us[i]);
        high = MAX (high, us[i]);
      }
  else
    for (guint i = 0; i < sel.n; i++)
      {
        low = MIN (low, us[sel.idx[i]]);
        high = MAX (high, us[sel.idx[i]]);
      }
  *min = low;
  *max = high;
}

void
_weir_agg_local_assign_panes (WeirAggLocal     *self,
                              const WeirColumn *flat,
                              WeirSel           sel,
                              WeirAggTimes     *times)
{
  const WeirAggLayout *layout = self->layout;
  const gint64        *us = flat->values;
  gint64               min, max, from, to, pane;

  find_range (us, sel, &min, &max);
  pane = pane_of (layout, min);
  times->is_single = pane_of (layout, max) == pane;
  times->single = pane;
  if (times->is_single)
    return;
  from = weir_add_clamped (layout->origin_us, weir_mul_clamped (pane, layout->pane_us));
  to = weir_add_clamped (from, layout->pane_us);
  for (guint i = 0; i < sel.n; i++)
    {
      gint64 value = us[weir_sel_row (sel, i)];

      /* Neighbours mostly lie in the same pane: a comparison instead of a division. */
      if (value < from || value >= to)
        {
          pane = pane_of (layout, value);
          from = weir_add_clamped (layout->origin_us, weir_mul_clamped (pane, layout->pane_us));
          to = weir_add_clamped (from, layout->pane_us);
        }
      self->times[i] = pane;
    }
}

void
_weir_agg_local_assign_key_times (WeirAggLocal *self,
                                  WeirColumn   *key,
                                  WeirSel       sel,
                                  WeirAggTimes *times)
{
  const WeirColumn *flat = key;

  times->is_single = FALSE;
  if (key->type->kind == WEIR_TYPE_STRUCT)
    flat = key->children[1];
  for (guint i = 0; i < sel.n; i++)
    {
      guint row = weir_sel_row (sel, i);

      self->times[i] = weir_column_is_null (key, row) || weir_column_is_null (flat, row) ? G_MININT64 : weir_column_values (flat, gint64)[row];
    }
}

static void
late_sample_free (gpointer data)
{
  WeirLateSample *sample = data;

  g_free (sample->row_json);
  g_free (sample);
}

static void
sample_late (WeirAggLocal *self,
             WeirEval     *eval,
             WeirBatch    *batch,
             guint         row,
             gint64        final_us)
{
  WeirLateSample *sample;
  GString        *text;

  self->late_rows++;
  if (self->late_samples == NULL)
    self->late_samples = g_ptr_array_new_with_free_func (late_sample_free);
  if (self->late_samples->len >= LATE_SAMPLES)
    return;
  text = g_string_new (NULL);
  weir_batch_append_json_row (text, batch, row, eval->zone);
  sample = g_new (WeirLateSample, 1);
  sample->event_time_us = final_us;
  sample->row_json = g_string_free (text, FALSE);
  g_ptr_array_add (self->late_samples, sample);
}

void
_weir_agg_local_note_late (WeirAggLocal       *self,
                           WeirEval           *eval,
                           WeirBatch          *batch,
                           WeirSel             sel,
                           const WeirAggTimes *times,
                           gint64              late_us,
                           WeirColumn         *time)
{
  if (late_us == G_MININT64 || self->layout->time == WEIR_AGG_TIME_NONE)
    return;
  if (times->is_single && weir_agg_layout_final_us (self->layout, times->single) > late_us)
    return;
  for (guint i = 0; i < sel.n; i++)
    {
      gint64 at = times->is_single ? times->single : self->times[i];
      guint  row = weir_sel_row (sel, i);

      if (self->layout->time == WEIR_AGG_TIME_KEY ? at > late_us : weir_agg_layout_final_us (self->layout, at) > late_us)
        continue;
      if (at != G_MININT64)
        sample_late (self, eval, batch, row, time != NULL ? weir_column_values (time, gint64)[row] : at);
    }
}
