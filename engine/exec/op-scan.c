/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/operator.h"

#include "base/limits.h"
#include "plan/catalog.h"

/* Sources of rows: the morsels of a scan, and literal rows. */

typedef struct
{
  WeirOp               op;
  const WeirScanInput *input;  /* Borrowed for a run */
  gint                 n_rows; /* atomic */
} Scan;

typedef struct
{
  Scan     *scan;
  WeirLink *out;
} PushData;

static char *
describe_scan (WeirOp *op)
{
  g_autofree char *schema = weir_type_to_string (op->schema);

  return g_strdup_printf ("%s %s %s", op->plan->scan.table->format->name, op->plan->scan.table->name, schema);
}

static gboolean
begin_scan (WeirOp   *op,
            WeirExec *exec,
            GError  **error)
{
  Scan *self = (Scan *)op;

  g_atomic_int_set (&self->n_rows, 0);
  self->input = op->plan->scan.scan_id < exec->input->n_scans ? &exec->input->scans[op->plan->scan.scan_id] : NULL;
  return TRUE;
}

static guint
count_morsels (WeirOp   *op,
               WeirExec *exec)
{
  Scan *self = (Scan *)op;

  return self->input != NULL ? self->input->n_morsels : 0;
}

static gboolean
push_rows (gpointer   data,
           WeirBatch *batch,
           GError   **error)
{
  PushData *push = data;

  g_atomic_int_add (&push->scan->n_rows, (gint)batch->n_rows);
  if (!_weir_exec_check_stop (push->out->exec, error) || !_weir_link_push_all (push->out, batch, error))
    return FALSE;
  push->out->eval->row_base += batch->n_rows;
  return TRUE;
}

static gboolean
read_morsel (WeirOp   *op,
             guint     part,
             WeirLink *out,
             GError  **error)
{
  Scan    *self = (Scan *)op;
  PushData push = { self, out };

  return self->input->read (self->input->source, self->input->morsels != NULL ? self->input->morsels[part] : NULL, push_rows, &push,
                            out->exec->input->cancellable, error);
}

guint64
_weir_op_scan_get_rows (WeirOp *op)
{
  return (guint64)g_atomic_int_get (&((Scan *)op)->n_rows);
}

static const WeirOpClass scan_class = {
  .name = "Scan",
  .describe = describe_scan,
  .begin = begin_scan,
  .n_parts = count_morsels,
  .read = read_morsel,
};

WeirOp *
_weir_op_scan_new (WeirPlan                  *plan,
                   const WeirPipelineOptions *options)
{
  return _weir_op_new (sizeof (Scan), &scan_class, plan, NULL, options);
}

static char *
describe_values (WeirOp *op)
{
  return g_strdup_printf ("(%u rows)", op->plan->values.batch->n_rows);
}

static guint
one_part (WeirOp   *op,
          WeirExec *exec)
{
  return 1;
}

static gboolean
read_values (WeirOp   *op,
             guint     part,
             WeirLink *out,
             GError  **error)
{
  return _weir_link_push_all (out, op->plan->values.batch, error);
}

static const WeirOpClass values_class = {
  .name = "LocalTableScan",
  .describe = describe_values,
  .n_parts = one_part,
  .read = read_values,
};

WeirOp *
_weir_op_values_new (WeirPlan                  *plan,
                     const WeirPipelineOptions *options)
{
  return _weir_op_new (sizeof (WeirOp), &values_class, plan, NULL, options);
}
