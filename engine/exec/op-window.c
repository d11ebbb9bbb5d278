/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/operator.h"

#include "base/limits.h"
#include "column/timestamp.h"

/*
 * window() that is not a grouping key: a row for each window the time lies in, with the window appended. Rows without a time vanish.
 * Starts are found as Spark's expression does it: from the last start at or before the time downwards; they come out ascending.
 */

typedef struct
{
  WeirLink link;
  GArray  *rows;   /* guint32 */
  GArray  *starts; /* gint64 */
} WindowLink;

static char *
describe_window (WeirOp *op)
{
  const WeirWindowSpec *window = &op->plan->time_window.window;

  return g_strdup_printf ("size=%" G_GINT64_FORMAT " us, slide=%" G_GINT64_FORMAT " us, start=%" G_GINT64_FORMAT " us",
                          window->size_us, window->slide_us, window->start_us);
}

static void
init_window (WeirLink *link)
{
  WindowLink *self = (WindowLink *)link;

  self->rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->starts = g_array_new (FALSE, FALSE, sizeof (gint64));
}

static void
clear_window (WeirLink *link)
{
  WindowLink *self = (WindowLink *)link;

  g_array_unref (self->rows);
  g_array_unref (self->starts);
}

static void
assign (WindowLink           *self,
        const WeirWindowSpec *window,
        guint32               row,
        gint64                time)
{
  gint64 last = time - weir_floor_mod (time - window->start_us, window->slide_us);
  gint64 n = (window->size_us - 1) / window->slide_us + 1;

  for (gint64 i = n - 1; i >= 0; i--)
    {
      gint64 start = last - i * window->slide_us;

      if (start > time || time >= start + window->size_us)
        continue;
      g_array_append_val (self->rows, row);
      g_array_append_val (self->starts, start);
    }
}

static WeirColumn *
window_column (WeirType     *type,
               const gint64 *starts,
               guint         n,
               gint64        size_us)
{
  WeirBuffer            *from = weir_buffer_new (MAX (n, 1) * sizeof (gint64)), *to = weir_buffer_new (MAX (n, 1) * sizeof (gint64));
  g_autoptr (WeirColumn) start = NULL;
  g_autoptr (WeirColumn) end = NULL;
  WeirColumn            *children[2];

  for (guint i = 0; i < n; i++)
    {
      ((gint64 *)(void *)from->data)[i] = starts[i];
      ((gint64 *)(void *)to->data)[i] = starts[i] + size_us;
    }
  children[0] = start = weir_column_new_flat (type->fields[0].type, n, from, NULL);
  children[1] = end = weir_column_new_flat (type->fields[1].type, n, to, NULL);
  return weir_column_new_struct (type, n, children, NULL);
}

static gboolean
push_slice (WindowLink *self,
            WeirBatch  *batch,
            guint       offset,
            guint       n,
            GError    **error)
{
  WeirOp                 *op = self->link.op;
  guint                   last = batch->n_columns;
  g_autofree WeirColumn **columns = g_new (WeirColumn *, last + 1);
  g_autoptr (WeirBatch)   out = NULL;

  for (guint c = 0; c < last; c++)
    columns[c] = weir_column_gather (batch->columns[c], &g_array_index (self->rows, guint32, offset), n);
  columns[last] = window_column (op->schema->fields[last].type, &g_array_index (self->starts, gint64, offset), n, op->plan->time_window.window.size_us);
  out = weir_batch_new (op->schema, n, columns);
  return _weir_link_push (self->link.next, out, weir_sel_all (n), error);
}

static gboolean
push_window (WeirLink  *link,
             WeirBatch *batch,
             WeirSel    sel,
             GError   **error)
{
  WindowLink            *self = (WindowLink *)link;
  const WeirWindowSpec  *window = &link->op->plan->time_window.window;
  g_autoptr (WeirColumn) time = _weir_link_eval_flat (link, window->time, batch, sel, error);

  if (time == NULL)
    return FALSE;
  g_array_set_size (self->rows, 0);
  g_array_set_size (self->starts, 0);
  for (guint i = 0; i < sel.n; i++)
    {
      guint row = weir_sel_row (sel, i);

      if (!weir_column_is_null (time, row))
        assign (self, window, row, weir_column_values (time, gint64)[row]);
    }
  for (guint offset = 0; offset < self->rows->len; offset += WEIR_VECTOR_ROWS)
    if (!push_slice (self, batch, offset, MIN (WEIR_VECTOR_ROWS, self->rows->len - offset), error))
      return FALSE;
  return TRUE;
}

static const WeirOpClass window_class = {
  .name = "TimeWindow",
  .link_size = sizeof (WindowLink),
  .describe = describe_window,
  .link_init = init_window,
  .link_clear = clear_window,
  .push = push_window,
};

WeirOp *
_weir_op_window_new (WeirPlan                  *plan,
                     const WeirPipelineOptions *options)
{
  return _weir_op_new (sizeof (WeirOp), &window_class, plan, NULL, options);
}
