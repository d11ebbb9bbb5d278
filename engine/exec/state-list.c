/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/state-list.h"

/* Rows of state: structs around the columns that operators give. */

typedef struct
{
  WeirLink           link;
  WeirStateList     *list;   /* Borrowed */
  WeirOp            *source; /* Borrowed */
  WeirStateSplitFunc split;
} Collector;

void
_weir_state_list_init (WeirStateList *self,
                       WeirExec      *exec,
                       WeirStateSide  side)
{
  *self = (WeirStateList){ .exec = exec, .side = side };
  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
}

void
_weir_state_list_clear (WeirStateList *self)
{
  g_clear_pointer (&self->key, weir_type_unref);
  g_clear_pointer (&self->value, weir_type_unref);
  g_clear_pointer (&self->schema, weir_type_unref);
  g_clear_pointer (&self->batches, g_ptr_array_unref);
}

void
_weir_state_list_set_fields (WeirStateList   *self,
                             const WeirField *key,
                             guint            n_key,
                             const WeirField *value,
                             guint            n_value)
{
  WeirField fields[3] = { { (char *)"key" }, { (char *)"value" }, { (char *)"partition_id", WEIR_INT, FALSE, NULL } };

  self->key = weir_type_new_struct (key, n_key);
  self->value = weir_type_new_struct (value, n_value);
  fields[0].type = self->key;
  fields[1].type = self->value;
  self->schema = weir_type_new_struct (fields, G_N_ELEMENTS (fields));
}

static WeirColumn *
struct_column (WeirType    *type,
               guint        n_rows,
               WeirColumn **children)
{
  WeirColumn *column = weir_column_new_struct (type, n_rows, children, NULL);

  for (guint i = 0; i < type->n_fields; i++)
    weir_column_unref (children[i]);
  return column;
}

void
_weir_state_list_add (WeirStateList *self,
                      guint          n_rows,
                      WeirColumn   **key,
                      WeirColumn   **value)
{
  WeirBuffer *partitions = weir_buffer_new (MAX (n_rows, 1) * sizeof (gint32));
  WeirColumn *columns[3];

  memset (partitions->data, 0, MAX (n_rows, 1) * sizeof (gint32));
  columns[0] = struct_column (self->key, n_rows, key);
  columns[1] = struct_column (self->value, n_rows, value);
  columns[2] = weir_column_new_flat (WEIR_INT, n_rows, partitions, NULL);
  g_ptr_array_add (self->batches, weir_batch_new (self->schema, n_rows, columns));
}

static gboolean
collect (WeirLink  *link,
         WeirBatch *batch,
         WeirSel    sel,
         GError   **error)
{
  Collector            *self = (Collector *)link;
  g_autoptr (WeirBatch) rows = weir_batch_gather (batch, sel);

  self->split (self->list, self->source, rows);
  return TRUE;
}

static const WeirOpClass collector_class = { .name = "Collect", .push = collect };

gboolean
_weir_state_list_read (WeirStateList     *self,
                       WeirOp            *op,
                       WeirStateSplitFunc split,
                       GError           **error)
{
  WeirOp    receiver = { .klass = &collector_class };
  Collector collector = { { .op = &receiver, .exec = self->exec, .eval = op->eval }, self, op, split };
  guint     n_parts = op->klass->n_parts (op, self->exec);

  for (guint i = 0; i < n_parts; i++)
    if (!op->klass->read (op, i, &collector.link, error))
      return FALSE;
  return TRUE;
}
