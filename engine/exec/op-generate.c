/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/column-builder.h"
#include "expr/function.h"
#include "exec/operator.h"

/*
 * Generators: explode, posexplode, inline, stack, and their outer forms. A row of the input becomes as many rows as the generator
 * gives; with OUTER, or under an _outer name, one row of NULLs where it gives none.
 *
 * Arrays and maps keep their elements in child columns, so the generated columns are gathered from there.
 */

typedef enum
{
  EXPLODE,
  POSEXPLODE,
  INLINE,
  STACK,
} Kind;

typedef struct
{
  WeirOp   op;
  Kind     kind;
  gboolean is_whole; /* the value of the call itself is the list of rows: json_tuple() */
  gboolean is_outer;
} Generate;

typedef struct
{
  WeirLink link;
  guint32 *rows;      /* of the input */
  guint32 *elements;  /* of the children; G_MAXUINT32: NULL */
  guint32 *positions; /* in the list; G_MAXUINT32: NULL */
  guint    n;
} GenerateLink;

static char *
describe_generate (WeirOp *op)
{
  g_autofree char *generator = weir_expr_to_string (op->plan->generate.generator, op->plan->children[0]->schema);

  return g_strdup_printf ("%s, outer=%s", generator, ((Generate *)op)->is_outer ? "true" : "false");
}

static void
init_generate (WeirLink *link)
{
  GenerateLink *self = (GenerateLink *)link;

  self->rows = g_new (guint32, WEIR_VECTOR_ROWS);
  self->elements = g_new (guint32, WEIR_VECTOR_ROWS);
  self->positions = g_new (guint32, WEIR_VECTOR_ROWS);
}

static void
clear_generate (WeirLink *link)
{
  GenerateLink *self = (GenerateLink *)link;

  g_free (self->rows);
  g_free (self->elements);
  g_free (self->positions);
}

static WeirColumn *
position_column (GenerateLink *self)
{
  WeirColumnBuilder *builder = weir_column_builder_new (WEIR_INT, self->n);
  WeirColumn        *column;

  for (guint i = 0; i < self->n; i++)
    if (self->positions[i] == G_MAXUINT32)
      weir_column_builder_append_null (builder);
    else
      weir_column_builder_append_i64 (builder, self->positions[i]);
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

/* A struct's fields where the struct itself is there. */
static WeirColumn *
field_column (const WeirColumn *structs,
              guint             field,
              GenerateLink     *self)
{
  g_autofree guint32 *idx = g_new (guint32, MAX (self->n, 1));

  for (guint i = 0; i < self->n; i++)
    {
      idx[i] = self->elements[i];
      if (idx[i] != G_MAXUINT32 && weir_column_is_null (structs, idx[i]))
        idx[i] = G_MAXUINT32;
    }
  return weir_column_gather_nullable (structs->children[field], idx, self->n);
}

static guint
generated_columns (GenerateLink     *self,
                   const WeirColumn *list,
                   WeirColumn      **out)
{
  Generate *op = (Generate *)self->link.op;
  guint     n = 0;

  if (op->kind == POSEXPLODE)
    out[n++] = position_column (self);
  if (op->kind == INLINE)
    for (guint f = 0; f < list->children[0]->n_children; f++)
      out[n++] = field_column (list->children[0], f, self);
  else
    for (guint c = 0; c < list->n_children; c++)
      out[n++] = weir_column_gather_nullable (list->children[c], self->elements, self->n);
  return n;
}

static gboolean
flush_rows (GenerateLink     *self,
            WeirBatch        *batch,
            const WeirColumn *list,
            GError          **error)
{
  WeirOp                 *op = self->link.op;
  g_autofree WeirColumn **columns = NULL;
  g_autoptr (WeirBatch)   out = NULL;
  guint                   n = self->n;

  if (n == 0)
    return TRUE;
  columns = g_new0 (WeirColumn *, op->schema->n_fields + 1);
  for (guint c = 0; c < batch->n_columns; c++)
    columns[c] = weir_column_gather (batch->columns[c], self->rows, n);
  generated_columns (self, list, columns + batch->n_columns);
  out = weir_batch_new (op->schema, n, columns);
  self->n = 0;
  return _weir_link_push (self->link.next, out, weir_sel_all (n), error);
}

static gboolean
push_lists (GenerateLink *self,
            WeirBatch    *batch,
            WeirSel       sel,
            WeirColumn   *list,
            GError      **error)
{
  gboolean is_outer = ((Generate *)self->link.op)->is_outer;

  for (guint i = 0; i < sel.n; i++)
    {
      guint        row = weir_sel_row (sel, i);
      WeirListView view = weir_column_is_null (list, row) ? (WeirListView){ 0, 0 } : weir_column_values (list, WeirListView)[row];
      gboolean     is_empty = view.length == 0;

      if (is_empty && !is_outer)
        continue;
      for (guint32 k = 0; k < MAX (view.length, 1); k++)
        {
          if (self->n == WEIR_VECTOR_ROWS && !flush_rows (self, batch, list, error))
            return FALSE;
          self->rows[self->n] = row;
          self->elements[self->n] = is_empty ? G_MAXUINT32 : view.offset + k;
          self->positions[self->n++] = is_empty ? G_MAXUINT32 : k;
        }
    }
  return flush_rows (self, batch, list, error);
}

/* stack(n, v1, v2, …): rows of the arguments, filled up with NULLs. */
static gboolean
push_stack (GenerateLink *self,
            WeirBatch    *batch,
            WeirSel       sel,
            GError      **error)
{
  WeirOp               *op = self->link.op;
  WeirExpr             *generator = op->plan->generate.generator;
  guint                 n_columns = op->schema->n_fields - batch->n_columns, n_values = generator->n_args - 1;
  guint                 n_rows = (n_values + n_columns - 1) / MAX (n_columns, 1);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  WeirColumnBuilder   **builders = g_new (WeirColumnBuilder *, MAX (n_columns, 1));
  WeirColumn          **columns = g_new0 (WeirColumn *, op->schema->n_fields + 1);
  g_autoptr (GArray)    rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  WeirBatch            *out;
  gboolean              ok;

  for (guint v = 0; v < n_values; v++)
    g_ptr_array_add (values, weir_expr_eval (generator->args[v + 1], self->link.eval, batch, sel));
  for (guint c = 0; c < n_columns; c++)
    builders[c] = weir_column_builder_new (op->schema->fields[batch->n_columns + c].type, 0);
  for (guint i = 0; i < sel.n; i++)
    for (guint r = 0; r < n_rows; r++)
      {
        guint32 row = weir_sel_row (sel, i);

        g_array_append_val (rows, row);
        for (guint c = 0; c < n_columns; c++)
          if (r * n_columns + c < n_values)
            weir_column_builder_append_from (builders[c], g_ptr_array_index (values, r * n_columns + c), row);
          else
            weir_column_builder_append_null (builders[c]);
      }
  for (guint c = 0; c < batch->n_columns; c++)
    columns[c] = weir_column_gather (batch->columns[c], (const guint32 *)(const void *)rows->data, rows->len);
  for (guint c = 0; c < n_columns; c++)
    {
      columns[batch->n_columns + c] = weir_column_builder_finish (builders[c]);
      weir_column_builder_free (builders[c]);
    }
  out = weir_batch_new (op->schema, rows->len, columns);
  ok = !weir_eval_take_error (self->link.eval, error) && _weir_link_push_all (self->link.next, out, error);
  weir_batch_unref (out);
  g_free (builders);
  g_free (columns);
  return ok;
}

static gboolean
push_generate (WeirLink  *link,
               WeirBatch *batch,
               WeirSel    sel,
               GError   **error)
{
  GenerateLink          *self = (GenerateLink *)link;
  WeirExpr              *generator = link->op->plan->generate.generator;
  g_autoptr (WeirColumn) list = NULL;

  if (((Generate *)link->op)->kind == STACK)
    return push_stack (self, batch, sel, error);
  list = _weir_link_eval_flat (link, ((Generate *)link->op)->is_whole ? generator : generator->args[0], batch, sel, error);
  if (list == NULL)
    return FALSE;
  self->n = 0;
  return push_lists (self, batch, sel, list, error);
}

static const WeirOpClass generate_class = {
  .name = "Generate",
  .link_size = sizeof (GenerateLink),
  .describe = describe_generate,
  .link_init = init_generate,
  .link_clear = clear_generate,
  .push = push_generate,
};

WeirOp *
_weir_op_generate_new (WeirPlan                  *plan,
                       const WeirPipelineOptions *options)
{
  Generate   *self = _weir_op_new (sizeof (Generate), &generate_class, plan, NULL, options);
  const char *name = plan->generate.generator->function->name;

  self->is_outer = plan->generate.is_outer || g_str_has_suffix (name, "_outer");
  if (g_str_has_prefix (name, "posexplode"))
    self->kind = POSEXPLODE;
  else if (g_str_has_prefix (name, "inline"))
    self->kind = INLINE;
  else if (g_str_has_prefix (name, "stack"))
    self->kind = STACK;
  else if (!g_str_has_prefix (name, "explode"))
    {
      self->kind = INLINE;
      self->is_whole = TRUE;
    }
  return &self->op;
}
