/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/operator.h"

G_BEGIN_DECLS

/**
 * WeirStateList:
 *
 * The state of one operator as rows with the columns of Spark's state data source: `key` and `value`, both structs, and
 * `partition_id`, which is 0: state is looked at as a whole.
 */
struct _WeirStateList
{
  WeirExec     *exec;    /* Borrowed */
  WeirStateSide side;    /* of a join */
  WeirSchema   *key;     /* Owned; set by the operator */
  WeirSchema   *value;   /* Owned; set by the operator */
  WeirSchema   *schema;  /* Owned: of the rows */
  GPtrArray    *batches; /* Owned: WeirBatch */
};

/* Turns rows that an operator gives out into rows of @list. */
typedef void (*WeirStateSplitFunc) (WeirStateList *list, WeirOp *op, WeirBatch *batch);

void _weir_state_list_init (WeirStateList *self, WeirExec *exec, WeirStateSide side);
void _weir_state_list_clear (WeirStateList *self);
/* Fields of key and value; before rows are added. Copied. */
void _weir_state_list_set_fields (WeirStateList *self, const WeirField *key, guint n_key, const WeirField *value, guint n_value);
/* @key and @value: columns as the fields, their references are taken. */
void _weir_state_list_add (WeirStateList *self, guint n_rows, WeirColumn **key, WeirColumn **value);
/* Reads @op as a source, as a later stage would, and gives each batch to @split. */
gboolean _weir_state_list_read (WeirStateList *self, WeirOp *op, WeirStateSplitFunc split, GError **error);

G_END_DECLS
