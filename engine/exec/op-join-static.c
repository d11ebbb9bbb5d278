/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "exec/join-table.h"

/*
 * The probe side of a join with a built table: a stream against a static table, and joins of batch queries.
 *
 * Where every key has at most one built row and there is no further condition, nothing is copied: the probe's columns go on with
 * a narrower selection, and the built columns become dictionaries whose codes are built rows. Otherwise pairs of row numbers are
 * made and gathered, at most a vector of pairs at a time, in the order of the probe's rows, then of the built rows.
 */

typedef struct
{
  WeirOp       op;
  WeirOp      *build; /* Borrowed */
  gboolean     build_right;
  WeirKeyCodec codec;
} Probe;

typedef struct
{
  WeirLink      link;
  WeirGroupKey *keys;
  guint64      *hashes;
  guint32      *groups;
  guint8       *usable;
  GByteArray   *scratch;
  guint16       idx[WEIR_VECTOR_ROWS];
  guint32      *probe_rows; /* pairs */
  guint32      *built_rows; /* G_MAXUINT32: NULLs */
  guint         n_pairs;
} ProbeLink;

static char *
describe_probe (WeirOp *op)
{
  g_autofree char *join = _weir_join_describe (op->plan);

  return g_strdup_printf ("%s, Build%s", join, ((Probe *)op)->build_right ? "Right" : "Left");
}

static void
init_probe (WeirLink *link)
{
  ProbeLink *self = (ProbeLink *)link;

  self->keys = g_new (WeirGroupKey, WEIR_VECTOR_ROWS);
  self->hashes = g_new (guint64, WEIR_VECTOR_ROWS);
  self->groups = g_new (guint32, WEIR_VECTOR_ROWS);
  self->usable = g_new (guint8, WEIR_VECTOR_ROWS);
  self->probe_rows = g_new (guint32, WEIR_VECTOR_ROWS);
  self->built_rows = g_new (guint32, WEIR_VECTOR_ROWS);
  self->scratch = g_byte_array_new ();
}

static void
clear_probe (WeirLink *link)
{
  ProbeLink *self = (ProbeLink *)link;

  g_free (self->keys);
  g_free (self->hashes);
  g_free (self->groups);
  g_free (self->usable);
  g_free (self->probe_rows);
  g_free (self->built_rows);
  g_byte_array_unref (self->scratch);
}

static WeirExpr **
probe_keys (Probe *self)
{
  return self->build_right ? self->op.plan->join.left_keys : self->op.plan->join.right_keys;
}

/* Groups of the selected rows, WEIR_GROUP_NONE without partner. String dictionaries are looked up once an entry. */
static gboolean
find_groups (ProbeLink           *self,
             const WeirJoinTable *table,
             WeirBatch           *batch,
             WeirSel              sel,
             GError             **error)
{
  Probe *probe = (Probe *)self->link.op;

  if (table->rows == NULL)
    {
      for (guint i = 0; i < sel.n; i++)
        self->groups[i] = WEIR_GROUP_NONE;
      return TRUE;
    }
  if (!_weir_join_encode (&probe->codec, probe->op.plan, probe_keys (probe), self->link.eval, batch, sel, self->scratch, self->keys, self->hashes,
                          self->usable, error))
    return FALSE;
  weir_group_table_find (table->keys, self->keys, self->hashes, sel.n, self->groups);
  for (guint i = 0; i < sel.n; i++)
    if (!self->usable[i])
      self->groups[i] = WEIR_GROUP_NONE;
  return TRUE;
}

static gboolean
push_sel (ProbeLink *self,
          WeirBatch *batch,
          guint      n,
          GError   **error)
{
  return _weir_link_push (self->link.next, batch, (WeirSel){ self->idx, n }, error);
}

/* SEMI and ANTI without a condition: only the selection changes. */
static gboolean
push_exists (ProbeLink *self,
             WeirBatch *batch,
             WeirSel    sel,
             gboolean   wanted,
             GError   **error)
{
  guint n = 0;

  for (guint i = 0; i < sel.n; i++)
    {
      self->idx[n] = (guint16)weir_sel_row (sel, i);
      n += (self->groups[i] != WEIR_GROUP_NONE) == wanted;
    }
  return push_sel (self, batch, n, error);
}

/* INNER over unique keys: dictionaries over the built rows. */
static gboolean
push_unique (ProbeLink           *self,
             const WeirJoinTable *table,
             WeirBatch           *batch,
             WeirSel              sel,
             GError             **error)
{
  WeirOp                 *op = self->link.op;
  gboolean                build_right = ((Probe *)op)->build_right;
  WeirBuffer             *codes = weir_buffer_new (MAX (batch->n_rows, 1) * sizeof (guint32));
  guint32                *code = (guint32 *)(void *)codes->data;
  g_autofree WeirColumn **columns = g_new (WeirColumn *, MAX (op->schema->n_fields, 1));
  g_autoptr (WeirBatch)   out = NULL;
  guint                   n = 0, at = 0;

  memset (code, 0, batch->n_rows * sizeof (guint32));
  for (guint i = 0; i < sel.n; i++)
    {
      guint row = weir_sel_row (sel, i);

      if (self->groups[i] == WEIR_GROUP_NONE)
        continue;
      self->idx[n++] = (guint16)row;
      code[row] = table->list[table->first[self->groups[i]]];
    }
  for (guint side = 0; side < 2; side++)
    {
      gboolean   is_built = (side == 1) == build_right;
      WeirBatch *from = is_built ? table->rows : batch;

      for (guint c = 0; c < from->n_columns; c++)
        columns[at++] = is_built ? weir_column_new_dict (from->columns[c], codes, batch->n_rows) : weir_column_ref (from->columns[c]);
    }
  weir_buffer_unref (codes);
  out = weir_batch_new (op->schema, batch->n_rows, columns);
  return n == 0 || push_sel (self, out, n, error);
}

/* The pairs as a batch under the join's schema (left columns, then right ones). */
static WeirBatch *
gather_pairs (ProbeLink           *self,
              const WeirJoinTable *table,
              WeirBatch           *batch,
              WeirSchema          *schema,
              const guint32       *probe_rows,
              const guint32       *built_rows,
              guint                n_pairs)
{
  Probe                  *probe = (Probe *)self->link.op;
  WeirPlan               *plan = probe->op.plan;
  g_autofree WeirColumn **columns = NULL;
  guint                   at = 0;

  columns = g_new (WeirColumn *, MAX (schema->n_fields, 1));
  for (guint side = 0; side < 2; side++)
    {
      gboolean    is_built = (side == 1) == probe->build_right;
      WeirSchema *from = plan->children[side]->schema;

      for (guint c = 0; c < from->n_fields; c++)
        if (!is_built)
          columns[at++] = weir_column_gather (batch->columns[c], probe_rows, n_pairs);
        else if (table->rows == NULL)
          columns[at++] = weir_column_new_nulls (from->fields[c].type, n_pairs);
        else
          columns[at++] = weir_column_gather_nullable (table->rows->columns[c], built_rows, n_pairs);
    }
  return weir_batch_new (schema, n_pairs, columns);
}

static gboolean
is_outer (WeirPlan *plan)
{
  return plan->join.type == WEIR_JOIN_LEFT || plan->join.type == WEIR_JOIN_RIGHT || plan->join.type == WEIR_JOIN_FULL;
}

static gboolean
flush_pairs (ProbeLink           *self,
             const WeirJoinTable *table,
             WeirBatch           *batch,
             GError             **error)
{
  g_autoptr (WeirBatch) out = NULL;
  guint                 n = self->n_pairs;

  if (n == 0)
    return TRUE;
  out = gather_pairs (self, table, batch, self->link.op->schema, self->probe_rows, self->built_rows, n);
  self->n_pairs = 0;
  return _weir_link_push (self->link.next, out, weir_sel_all (n), error);
}

static gboolean
add_pair (ProbeLink           *self,
          const WeirJoinTable *table,
          WeirBatch           *batch,
          guint32              probe_row,
          guint32              built_row,
          GError             **error)
{
  if (self->n_pairs == WEIR_VECTOR_ROWS && !flush_pairs (self, table, batch, error))
    return FALSE;
  self->probe_rows[self->n_pairs] = probe_row;
  self->built_rows[self->n_pairs++] = built_row;
  return TRUE;
}

/* All pairs by key; outer joins add a pair without built row. */
static gboolean
push_pairs (ProbeLink           *self,
            const WeirJoinTable *table,
            WeirBatch           *batch,
            WeirSel              sel,
            GError             **error)
{
  WeirPlan *plan = self->link.op->plan;
  gboolean  outer = is_outer (plan);
  guint8   *matched = plan->join.type == WEIR_JOIN_FULL ? _weir_op_join_build_get_matched (((Probe *)self->link.op)->build) : NULL;

  for (guint i = 0; i < sel.n; i++)
    {
      guint32 group = self->groups[i], row = weir_sel_row (sel, i);

      if (group == WEIR_GROUP_NONE)
        {
          if (outer && !add_pair (self, table, batch, row, G_MAXUINT32, error))
            return FALSE;
          continue;
        }
      for (guint32 k = table->first[group]; k < table->first[group + 1]; k++)
        {
          if (matched != NULL)
            __atomic_store_n (&matched[table->list[k]], 1, __ATOMIC_RELAXED);
          if (!add_pair (self, table, batch, row, table->list[k], error))
            return FALSE;
        }
    }
  return flush_pairs (self, table, batch, error);
}

/* ---- further conditions ----------------------------------------------------------------------------------------- */

/* Candidates by key are tested a vector at a time, and what holds goes on at once: however many there are, memory stays. */
typedef struct
{
  ProbeLink           *link;
  const WeirJoinTable *table;
  WeirBatch           *batch;
  WeirSel              sel;
  WeirSchema          *schema;        /* left, then right columns */
  guint32             *probe, *built; /* candidates */
  guint                n;
  guint8              *matched; /* nullable: FULL */
  gboolean             semi, anti, outer;
  guint                at;    /* row of the selection the holding pairs have come to */
  gboolean             found; /* it has one */
  guint                n_idx;
} Test;

/* Rows before @end have all their pairs: those without one go on alone, where the join wants them. */
static gboolean
finish_rows (Test    *self,
             guint    end,
             GError **error)
{
  for (; self->at < end; self->at++, self->found = FALSE)
    {
      guint32 row = weir_sel_row (self->sel, self->at);

      if (self->semi || self->anti)
        {
          self->link->idx[self->n_idx] = (guint16)row;
          self->n_idx += self->found == self->semi;
        }
      else if (!self->found && self->outer && !add_pair (self->link, self->table, self->batch, row, G_MAXUINT32, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_holding (Test    *self,
              guint32  row,
              guint32  built,
              GError **error)
{
  guint at = self->at;

  while (weir_sel_row (self->sel, at) != row)
    at++;
  if (!finish_rows (self, at, error))
    return FALSE;
  self->found = TRUE;
  if (self->matched != NULL)
    __atomic_store_n (&self->matched[built], 1, __ATOMIC_RELAXED);
  return self->semi || self->anti || add_pair (self->link, self->table, self->batch, row, built, error);
}

static gboolean
test_candidates (Test    *self,
                 GError **error)
{
  g_autoptr (WeirBatch) pairs = NULL;
  guint16               idx[WEIR_VECTOR_ROWS];
  guint                 n;

  if (self->n == 0)
    return TRUE;
  if (!_weir_exec_check_stop (self->link->link.exec, error))
    return FALSE;
  pairs = gather_pairs (self->link, self->table, self->batch, self->schema, self->probe, self->built, self->n);
  n = weir_expr_select (self->link->link.op->plan->join.residual, self->link->link.eval, pairs, weir_sel_all (self->n), idx);
  if (weir_eval_take_error (self->link->link.eval, error))
    return FALSE;
  self->n = 0;
  for (guint i = 0; i < n; i++)
    if (!take_holding (self, self->probe[idx[i]], self->built[idx[i]], error))
      return FALSE;
  return TRUE;
}

static gboolean
test_all (Test    *self,
          GError **error)
{
  for (guint i = 0; i < self->sel.n; i++)
    {
      guint32 group = self->link->groups[i];

      if (group == WEIR_GROUP_NONE)
        continue;
      for (guint32 k = self->table->first[group]; k < self->table->first[group + 1]; k++)
        {
          if (self->n == WEIR_VECTOR_ROWS && !test_candidates (self, error))
            return FALSE;
          /* One pair is enough to tell. */
          if ((self->semi || self->anti) && self->at == i && self->found)
            break;
          self->probe[self->n] = weir_sel_row (self->sel, i);
          self->built[self->n++] = self->table->list[k];
        }
    }
  if (!test_candidates (self, error) || !finish_rows (self, self->sel.n, error))
    return FALSE;
  if (self->semi || self->anti)
    return push_sel (self->link, self->batch, self->n_idx, error);
  return flush_pairs (self->link, self->table, self->batch, error);
}

static WeirSchema *
pair_schema (WeirPlan *plan)
{
  WeirSchema           *left = plan->children[0]->schema, *right = plan->children[1]->schema;
  g_autofree WeirField *fields = g_new (WeirField, MAX (left->n_fields + right->n_fields, 1));

  for (guint i = 0; i < left->n_fields; i++)
    fields[i] = left->fields[i];
  for (guint i = 0; i < right->n_fields; i++)
    fields[left->n_fields + i] = right->fields[i];
  return weir_type_new_struct (fields, left->n_fields + right->n_fields);
}

static gboolean
push_conditional (ProbeLink           *self,
                  const WeirJoinTable *table,
                  WeirBatch           *batch,
                  WeirSel              sel,
                  GError             **error)
{
  WeirPlan              *plan = self->link.op->plan;
  g_autoptr (WeirSchema) schema = pair_schema (plan);
  g_autofree guint32    *candidates = g_new (guint32, 2 * WEIR_VECTOR_ROWS);
  Test                   test = { self, table, batch, sel, schema, candidates, candidates + WEIR_VECTOR_ROWS };

  test.matched = plan->join.type == WEIR_JOIN_FULL ? _weir_op_join_build_get_matched (((Probe *)self->link.op)->build) : NULL;
  test.semi = plan->join.type == WEIR_JOIN_SEMI;
  test.anti = plan->join.type == WEIR_JOIN_ANTI;
  test.outer = is_outer (plan);
  return test_all (&test, error);
}

static gboolean
push_probe (WeirLink  *link,
            WeirBatch *batch,
            WeirSel    sel,
            GError   **error)
{
  ProbeLink           *self = (ProbeLink *)link;
  WeirPlan            *plan = link->op->plan;
  const WeirJoinTable *table = _weir_op_join_build_get_table (((Probe *)link->op)->build);

  self->n_pairs = 0;
  if (!find_groups (self, table, batch, sel, error))
    return FALSE;
  if (plan->join.residual != NULL)
    return push_conditional (self, table, batch, sel, error);
  if (plan->join.type == WEIR_JOIN_SEMI || plan->join.type == WEIR_JOIN_ANTI)
    return push_exists (self, batch, sel, plan->join.type == WEIR_JOIN_SEMI, error);
  if (table->rows == NULL && !is_outer (plan))
    return TRUE;
  if (table->is_unique && plan->join.type == WEIR_JOIN_INNER && plan->join.n_equi > 0)
    return push_unique (self, table, batch, sel, error);
  return push_pairs (self, table, batch, sel, error);
}

static void
free_probe (WeirOp *op)
{
  weir_key_codec_clear (&((Probe *)op)->codec);
}

static const WeirOpClass hash_class = {
  .name = "BroadcastHashJoin",
  .link_size = sizeof (ProbeLink),
  .free = free_probe,
  .describe = describe_probe,
  .link_init = init_probe,
  .link_clear = clear_probe,
  .push = push_probe,
};

static const WeirOpClass loop_class = {
  .name = "BroadcastNestedLoopJoin",
  .link_size = sizeof (ProbeLink),
  .free = free_probe,
  .describe = describe_probe,
  .link_init = init_probe,
  .link_clear = clear_probe,
  .push = push_probe,
};

WeirOp *
_weir_op_join_probe_new (WeirPlan                  *plan,
                         gboolean                   build_right,
                         WeirOp                    *build,
                         const WeirPipelineOptions *options)
{
  Probe *self = _weir_op_new (sizeof (Probe), plan->join.n_equi > 0 ? &hash_class : &loop_class, plan, NULL, options);

  self->build = build;
  self->build_right = build_right;
  _weir_join_codec_init (&self->codec, plan);
  return &self->op;
}
