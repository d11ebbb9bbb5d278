/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/value.h"
#include "exec/operator.h"

/*
 * A watermark node: looks at the event times that pass and lets the rows through. Times are counted in milliseconds, rounded down; a
 * NULL counts as the epoch (spark-semantics §1.5.4). Every worker has its own numbers; they are joined after the run, in any order. The
 * row with the newest time is kept as text: one row from the far future moves the watermark for good, and somebody must find it.
 */

typedef struct
{
  gint64  max, min, sum;
  guint64 n;
} Seen;

typedef struct
{
  WeirOp op;
  GMutex lock;
  Seen   seen;
  char  *newest; /* Owned, nullable: a row whose time is seen.max, as JSON */
} EventTime;

static const Seen nothing = { G_MININT64, G_MAXINT64, 0, 0 };

static gint64
floor_ms (gint64 us)
{
  return us / 1000 - (us % 1000 < 0);
}

static char *
describe_event_time (WeirOp *op)
{
  return g_strdup_printf ("%s, delay=%" G_GINT64_FORMAT " ms", op->schema->fields[op->plan->event_time.column].name, op->plan->event_time.delay_ms);
}

static void
note_watermark (WeirPlan *plan,
                gpointer  data)
{
  *(gboolean *)data = *(gboolean *)data || (plan->kind == WEIR_PLAN_EVENT_TIME && plan->is_streaming);
}

/* A watermark above another one, on whatever column: Spark notices when it plans the first batch that has a watermark to use. */
static gboolean
begin_event_time (WeirOp   *op,
                  WeirExec *exec,
                  GError  **error)
{
  gboolean is_above = FALSE;

  ((EventTime *)op)->seen = nothing;
  g_clear_pointer (&((EventTime *)op)->newest, g_free);
  if (exec->input->evict_watermark_ms > 0)
    weir_plan_foreach (op->plan->children[0], note_watermark, &is_above);
  if (is_above)
    return weir_fail (error, WEIR_ERROR_RUN, "_LEGACY_ERROR_TEMP_3076", op->plan->span,
                      "Redefining watermark is disallowed: the rows have one already. Keep one of the WATERMARK clauses.");
  return TRUE;
}

static void
see (Seen  *seen,
     gint64 ms)
{
  seen->max = MAX (seen->max, ms);
  seen->min = MIN (seen->min, ms);
  seen->sum += ms;
  seen->n++;
}

/* Every row has a time: no branch but the loop's. */
static void
see_all (Seen         *seen,
         const gint64 *us,
         WeirSel       sel)
{
  gint64 max = G_MININT64, min = G_MAXINT64;

  for (guint i = 0; i < sel.n; i++)
    {
      gint64 value = us[weir_sel_row (sel, i)];

      max = MAX (max, value);
      min = MIN (min, value);
      seen->sum += floor_ms (value);
    }
  seen->max = MAX (seen->max, floor_ms (max));
  seen->min = MIN (seen->min, floor_ms (min));
  seen->n += sel.n;
}

static void
see_column (Seen       *seen,
            WeirColumn *column,
            WeirSel     sel)
{
  if (column->encoding == WEIR_ENCODING_FLAT && column->validity == NULL && column->type->kind != WEIR_TYPE_VOID)
    {
      see_all (seen, column->values, sel);
      return;
    }
  for (guint i = 0; i < sel.n; i++)
    {
      guint             row = weir_sel_row (sel, i);
      const WeirColumn *flat = weir_column_resolve (column, &row);

      see (seen, weir_column_is_null (flat, row) ? 0 : floor_ms (weir_column_values (flat, gint64)[row]));
    }
}

/* The first row whose time is @ms. (transfer full) (nullable) */
static char *
row_text (WeirOp           *op,
          const WeirBatch  *batch,
          const WeirColumn *column,
          WeirSel           sel,
          gint64            ms)
{
  for (guint i = 0; i < sel.n; i++)
    {
      guint             at = weir_sel_row (sel, i), row = at;
      const WeirColumn *flat = weir_column_resolve (column, &row);
      GString          *text;

      if (weir_column_is_null (flat, row) || floor_ms (weir_column_values (flat, gint64)[row]) != ms)
        continue;
      text = g_string_new (NULL);
      weir_batch_append_json_row (text, batch, at, op->options->zone);
      if (text->len > WEIR_SAMPLE_BYTES_MAX)
        {
          g_autofree char *whole = g_string_free (text, FALSE);

          return g_utf8_make_valid (whole, WEIR_SAMPLE_BYTES_MAX);
        }
      return g_string_free (text, FALSE);
    }
  return NULL;
}

static gboolean
push_event_time (WeirLink  *link,
                 WeirBatch *batch,
                 WeirSel    sel,
                 GError   **error)
{
  EventTime             *self = (EventTime *)link->op;
  g_autoptr (WeirColumn) column = weir_column_ref (batch->columns[link->op->plan->event_time.column]);
  Seen                   seen = nothing;

  if (column->type->kind == WEIR_TYPE_STRUCT)
    {
      g_autoptr (WeirColumn) flat = weir_column_flatten (column);

      weir_column_unref (column);
      column = weir_column_ref (flat->children[1]); /* the window's end */
    }
  see_column (&seen, column, sel);
  g_mutex_lock (&self->lock);
  if (seen.max > self->seen.max)
    {
      self->seen.max = seen.max;
      g_free (self->newest);
      self->newest = row_text (link->op, batch, column, sel, seen.max);
    }
  self->seen.min = MIN (self->seen.min, seen.min);
  self->seen.sum += seen.sum;
  self->seen.n += seen.n;
  g_mutex_unlock (&self->lock);
  return _weir_link_push (link->next, batch, sel, error);
}

void
_weir_op_event_time_collect (WeirOp         *op,
                             WeirBatchStats *stats)
{
  EventTime *self = (EventTime *)op;
  guint      id = op->plan->event_time.watermark_id;

  if (id >= stats->n_watermarks || self->seen.n == 0)
    return;
  if (self->seen.max > stats->max_event_ms[id])
    {
      stats->max_event_ms[id] = self->seen.max;
      g_free (stats->newest_row[id]);
      stats->newest_row[id] = g_strdup (self->newest);
    }
  stats->min_event_ms[id] = MIN (stats->min_event_ms[id], self->seen.min);
  stats->sum_event_ms[id] += self->seen.sum;
  stats->count_event[id] += self->seen.n;
}

static void
free_event_time (WeirOp *op)
{
  g_mutex_clear (&((EventTime *)op)->lock);
  g_free (((EventTime *)op)->newest);
}

static const WeirOpClass event_time_class = {
  .name = "EventTimeWatermark",
  .free = free_event_time,
  .describe = describe_event_time,
  .begin = begin_event_time,
  .push = push_event_time,
};

WeirOp *
_weir_op_event_time_new (WeirPlan                  *plan,
                         const WeirPipelineOptions *options)
{
  EventTime *self = _weir_op_new (sizeof (EventTime), &event_time_class, plan, NULL, options);

  g_mutex_init (&self->lock);
  return &self->op;
}
