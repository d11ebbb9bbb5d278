/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/join-table.h"

#include "base/limits.h"

/* The built side of a join: collects batches, then makes one batch of them and a table over the keys. */

typedef struct
{
  WeirOp        op;
  gboolean      is_right;
  GPtrArray    *batches;
  WeirKeyCodec  codec;
  WeirJoinTable table;
  guint8       *matched;
} Build;

void
_weir_join_codec_init (WeirKeyCodec *codec,
                       WeirPlan     *plan)
{
  g_autofree WeirType **types = g_new (WeirType *, MAX (plan->join.n_equi, 1));

  for (guint i = 0; i < plan->join.n_equi; i++)
    types[i] = plan->join.left_keys[i]->type;
  weir_key_codec_init (codec, types, plan->join.n_equi);
}

gboolean
_weir_join_encode (const WeirKeyCodec *codec,
                   WeirPlan           *plan,
                   WeirExpr          **exprs,
                   WeirEval           *eval,
                   const WeirBatch    *batch,
                   WeirSel             sel,
                   GByteArray         *scratch,
                   WeirGroupKey       *keys,
                   guint64            *hashes,
                   guint8             *usable,
                   GError            **error)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  gboolean              is_view = weir_key_codec_is_view (codec);

  memset (usable, 1, sel.n);
  for (guint k = 0; k < codec->n; k++)
    {
      WeirColumn *column = weir_expr_eval (exprs[k], eval, batch, sel);

      if (codec->klass != WEIR_KEY_STRING)
        {
          WeirColumn *flat = weir_column_flatten (column);

          weir_column_unref (column);
          column = flat;
        }
      g_ptr_array_add (columns, column);
      if (plan->join.null_safe[k])
        continue;
      if (column->encoding == WEIR_ENCODING_FLAT && column->validity == NULL && column->type->kind != WEIR_TYPE_VOID)
        continue;
      for (guint i = 0; i < sel.n; i++)
        usable[i] &= !weir_column_is_null (column, weir_sel_row (sel, i));
    }
  if (weir_eval_take_error (eval, error))
    return FALSE;
  g_byte_array_set_size (scratch, 0);
  weir_key_codec_encode (codec, (WeirColumn *const *)columns->pdata, sel, 0, sel.n, scratch, keys);
  for (guint i = 0; i < sel.n; i++)
    {
      keys[i].time = 0;
      hashes[i] = weir_group_hash (&keys[i], is_view);
    }
  return TRUE;
}

static void
clear_build (WeirOp *op)
{
  Build *self = (Build *)op;

  g_clear_pointer (&self->batches, g_ptr_array_unref);
  g_clear_pointer (&self->table.rows, weir_batch_unref);
  g_clear_pointer (&self->table.keys, weir_group_table_free);
  g_clear_pointer (&self->table.first, g_free);
  g_clear_pointer (&self->table.list, g_free);
  g_clear_pointer (&self->matched, g_free);
}

static void
free_build (WeirOp *op)
{
  clear_build (op);
  weir_key_codec_clear (&((Build *)op)->codec);
}

static gboolean
begin_build (WeirOp   *op,
             WeirExec *exec,
             GError  **error)
{
  clear_build (op);
  ((Build *)op)->batches = _weir_batches_new ();
  return TRUE;
}

static gboolean
merge_build (WeirOp   *op,
             WeirExec *exec,
             gpointer  result,
             GError  **error)
{
  g_ptr_array_extend_and_steal (((Build *)op)->batches, result);
  return TRUE;
}

/* Group of every row of the batch; WEIR_GROUP_NONE where it can have no partner. */
static guint32 *
number_rows (Build   *self,
             GError **error)
{
  WeirPlan                *plan = self->op.plan;
  WeirBatch               *rows = self->table.rows;
  guint32                 *groups = g_new (guint32, MAX (rows->n_rows, 1));
  g_autofree WeirGroupKey *keys = g_new (WeirGroupKey, WEIR_VECTOR_ROWS);
  g_autofree guint64      *hashes = g_new (guint64, WEIR_VECTOR_ROWS);
  g_autofree guint8       *usable = g_new (guint8, WEIR_VECTOR_ROWS);
  g_autoptr (GByteArray)   scratch = g_byte_array_new ();
  WeirExpr               **exprs = self->is_right ? plan->join.right_keys : plan->join.left_keys;

  for (guint offset = 0; offset < rows->n_rows; offset += WEIR_VECTOR_ROWS)
    {
      guint                 n = MIN (WEIR_VECTOR_ROWS, rows->n_rows - offset);
      g_autoptr (WeirBatch) slice = weir_batch_slice (rows, offset, n);

      if (!_weir_join_encode (&self->codec, plan, exprs, self->op.eval, slice, weir_sel_all (n), scratch, keys, hashes, usable, error))
        {
          g_free (groups);
          return NULL;
        }
      for (guint i = 0; i < n; i++)
        if (usable[i])
          weir_group_table_insert (self->table.keys, &keys[i], &hashes[i], 1, &groups[offset + i]);
        else
          groups[offset + i] = WEIR_GROUP_NONE;
    }
  return groups;
}

/* Counting sort of the rows by group. */
static void
list_rows (WeirJoinTable *table,
           const guint32 *groups)
{
  guint               n_groups = table->keys->n;
  g_autofree guint32 *at = NULL;

  table->first = g_new0 (guint32, n_groups + 1);
  table->is_unique = TRUE;
  for (guint i = 0; i < table->rows->n_rows; i++)
    if (groups[i] != WEIR_GROUP_NONE)
      table->first[groups[i] + 1]++;
  for (guint g = 0; g < n_groups; g++)
    {
      table->is_unique = table->is_unique && table->first[g + 1] <= 1;
      table->first[g + 1] += table->first[g];
    }
  at = g_memdup2 (table->first, (n_groups + 1) * sizeof (guint32));
  table->list = g_new (guint32, MAX (table->rows->n_rows, 1));
  for (guint i = 0; i < table->rows->n_rows; i++)
    if (groups[i] != WEIR_GROUP_NONE)
      table->list[at[groups[i]]++] = i;
}

static gboolean
finish_build (WeirOp   *op,
              WeirExec *exec,
              GError  **error)
{
  Build              *self = (Build *)op;
  g_autofree guint32 *groups = NULL;

  op->eval->now_us = exec->input->now_us;
  self->table.keys = weir_group_table_new (weir_key_codec_is_view (&self->codec), 0);
  if (self->batches->len == 0)
    return TRUE;
  self->table.rows = weir_batch_concat ((WeirBatch **)self->batches->pdata, self->batches->len);
  g_ptr_array_set_size (self->batches, 0);
  if (op->plan->join.is_scalar && self->table.rows->n_rows > 1)
    return weir_fail (error, WEIR_ERROR_RUN, "SCALAR_SUBQUERY_TOO_MANY_ROWS", op->plan->span,
                      "More than one row returned by a subquery used as an expression.");
  self->matched = g_new0 (guint8, MAX (self->table.rows->n_rows, 1));
  groups = number_rows (self, error);
  if (groups == NULL)
    return FALSE;
  list_rows (&self->table, groups);
  return TRUE;
}

/* As a source it gives the built rows that found no partner: FULL joins. */
static guint
one_part (WeirOp   *op,
          WeirExec *exec)
{
  return ((Build *)op)->table.rows != NULL ? 1 : 0;
}

static gboolean
read_unmatched (WeirOp   *op,
                guint     part,
                WeirLink *out,
                GError  **error)
{
  Build                  *self = (Build *)op;
  WeirBatch              *rows = self->table.rows;
  WeirSchema             *schema = op->plan->schema;
  g_autoptr (GArray)      idx = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree WeirColumn **columns = g_new (WeirColumn *, MAX (schema->n_fields, 1));
  g_autoptr (WeirBatch)   batch = NULL;
  guint                   n_left = op->plan->children[0]->schema->n_fields;

  for (guint32 i = 0; i < rows->n_rows; i++)
    if (!self->matched[i])
      g_array_append_val (idx, i);
  for (guint c = 0; c < schema->n_fields; c++)
    if ((c >= n_left) == self->is_right)
      columns[c] = weir_column_gather (rows->columns[c - (self->is_right ? n_left : 0)], (const guint32 *)(const void *)idx->data, idx->len);
    else
      columns[c] = weir_column_new_nulls (schema->fields[c].type, idx->len);
  batch = weir_batch_new (schema, idx->len, columns);
  return _weir_link_push_all (out, batch, error);
}

const WeirJoinTable *
_weir_op_join_build_get_table (WeirOp *op)
{
  return &((Build *)op)->table;
}

guint8 *
_weir_op_join_build_get_matched (WeirOp *op)
{
  return ((Build *)op)->matched;
}

static const WeirOpClass build_class = {
  .name = "BroadcastExchange",
  .link_size = sizeof (WeirCollectLink),
  .free = free_build,
  .begin = begin_build,
  .push = _weir_collect_push,
  .take = _weir_collect_take,
  .drop = _weir_collect_drop,
  .merge = merge_build,
  .finish = finish_build,
  .n_parts = one_part,
  .read = read_unmatched,
};

WeirOp *
_weir_op_join_build_new (WeirPlan                  *plan,
                         gboolean                   build_right,
                         const WeirPipelineOptions *options)
{
  Build *self = _weir_op_new (sizeof (Build), &build_class, plan, plan->children[build_right ? 1 : 0]->schema, options);

  self->is_right = build_right;
  _weir_join_codec_init (&self->codec, plan);
  return &self->op;
}
