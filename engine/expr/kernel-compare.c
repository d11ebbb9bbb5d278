/* SPDX-License-Identifier: Apache-2.0 */
#pragma GCC optimize("O3")
#include "config.h"

#include "column/decimal.h"
#include "column/value.h"
#include "expr/families-private.h"
#include "expr/kernel-private.h"

/*
 * Comparisons: = == <=> != < <= > >=.
 *
 * Numbers are compared in all rows, selected or not, since nothing can go wrong and straight loops are faster than picking; the result
 * is one bit a row, which is both the BOOLEAN column and, and-ed with the validity, the filter. Strings of at most 12 bytes are compared
 * in place. Long strings, nested values and decimals of unequal scale are looked at only where rows are selected and not NULL.
 */

typedef enum
{
  WEIR_COMPARE_EQ,
  WEIR_COMPARE_NE,
  WEIR_COMPARE_LT,
  WEIR_COMPARE_LE,
  WEIR_COMPARE_GT,
  WEIR_COMPARE_GE,
  WEIR_COMPARE_SAME, /* <=> */
} WeirCompareOp;

/* Eight bytes 0/1 to eight bits: the product brings byte i's bit to bit 56 + i. */
static inline guint64
pack_hits (const guint8 *hits)
{
  guint64 mask = 0;

  for (guint i = 0; i < 8; i++)
    {
      guint64 eight;

      memcpy (&eight, hits + 8 * i, 8);
      mask |= ((eight * G_GUINT64_CONSTANT (0x0102040810204080)) >> 56) << (8 * i);
    }
  return mask;
}

#define PLAIN_EQUAL(x, y) ((x) == (y))
#define PLAIN_LESS(x, y)  ((x) < (y))
/* NaN equals NaN and is greater than everything else. */
#define FLOAT_EQUAL(x, y) (((x) == (y)) | (((x) != (x)) & ((y) != (y))))
#define FLOAT_LESS(x, y)  (((x) < (y)) | (((y) != (y)) & ((x) == (x))))

#define CTYPE gint8
#define NAME  i8
#define EQUAL PLAIN_EQUAL
#define LESS  PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE gint16
#define NAME  i16
#define EQUAL PLAIN_EQUAL
#define LESS  PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE gint32
#define NAME  i32
#define EQUAL PLAIN_EQUAL
#define LESS  PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE gint64
#define NAME  i64
#define EQUAL PLAIN_EQUAL
#define LESS  PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE WeirInt128
#define NAME  i128
#define EQUAL PLAIN_EQUAL
#define LESS  PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE float
#define NAME  f32
#define EQUAL FLOAT_EQUAL
#define LESS  FLOAT_LESS
#include "expr/kernel-compare.h"
#define CTYPE double
#define NAME  f64
#define EQUAL FLOAT_EQUAL
#define LESS  FLOAT_LESS
#include "expr/kernel-compare.h"

static void
compare_bool (const WeirArg *a,
              const WeirArg *b,
              WeirCompareOp  op,
              guint          n,
              guint64       *masks)
{
  memset (masks, 0, (n + 63) / 64 * sizeof (guint64));
  for (guint row = 0; row < n; row++)
    {
      gboolean x = weir_arg_bool (*a, row), y = weir_arg_bool (*b, row);
      gboolean hit = op == WEIR_COMPARE_EQ ? x == y : op == WEIR_COMPARE_NE ? x != y
                                                    : op == WEIR_COMPARE_LT ? x < y
                                                                            : x <= y;

      masks[row / 64] |= (guint64)hit << (row % 64);
    }
}

static inline gboolean
order_fits (int           order,
            WeirCompareOp op)
{
  switch (op)
    {
    case WEIR_COMPARE_EQ:
      return order == 0;
    case WEIR_COMPARE_NE:
      return order != 0;
    case WEIR_COMPARE_LT:
      return order < 0;
    default:
      return order <= 0;
    }
}

/* = and != against a constant of at most 12 bytes: two words a row, no look behind the pointer. */
static void
compare_short (const WeirView *views,
               const WeirView *constant,
               gboolean        negate,
               guint           n,
               guint64        *masks)
{
  guint64 want[2];

  memcpy (want, constant, 16);
  for (guint base = 0; base < n; base += 64)
    {
      guint8 hits[64] = { 0 };
      guint  m = MIN (64, n - base);

      for (guint i = 0; i < m; i++)
        {
          guint64 have[2];

          memcpy (have, &views[base + i], 16);
          hits[i] = (guint8)((((have[0] ^ want[0]) | (have[1] ^ want[1])) == 0) ^ negate);
        }
      masks[base / 64] = pack_hits (hits);
    }
}

static inline gboolean
row_present (const WeirArg *a,
             const WeirArg *b,
             guint          row)
{
  return !weir_arg_is_null (a, row) && !weir_arg_is_null (b, row);
}

static void
compare_views (const WeirArg *a,
               const WeirArg *b,
               WeirCompareOp  op,
               WeirSel        sel,
               guint          n,
               guint64       *masks)
{
  const WeirView *x = a->values, *y = b->values;

  if (op <= WEIR_COMPARE_NE && b->mask == 0 && y->len <= WEIR_VIEW_INLINE_MAX)
    {
      compare_short (x, y, op == WEIR_COMPARE_NE, n, masks);
      return;
    }
  if (op <= WEIR_COMPARE_NE && a->mask == 0 && x->len <= WEIR_VIEW_INLINE_MAX)
    {
      compare_short (y, x, op == WEIR_COMPARE_NE, n, masks);
      return;
    }
  memset (masks, 0, (n + 63) / 64 * sizeof (guint64));
  WEIR_FOREACH_ROW (sel, row)
  {
    const WeirView *v = &x[row & a->mask], *w = &y[row & b->mask];
    gboolean        hit;

    if (!row_present (a, b, row))
      continue;
    if (op <= WEIR_COMPARE_NE)
      hit = weir_view_equal (v, w) == (op == WEIR_COMPARE_EQ);
    else
      hit = order_fits (weir_view_compare (v, w), op);
    masks[row / 64] |= (guint64)hit << (row % 64);
  }
}

static void
compare_values (const WeirArg *a,
                const WeirArg *b,
                WeirCompareOp  op,
                WeirSel        sel,
                guint          n,
                guint64       *masks)
{
  gboolean decimals = a->column->type->kind == WEIR_TYPE_DECIMAL;
  guint    scale_a = a->column->type->scale, scale_b = b->column->type->scale;

  memset (masks, 0, (n + 63) / 64 * sizeof (guint64));
  WEIR_FOREACH_ROW (sel, row)
  {
    int order;

    if (!row_present (a, b, row))
      continue;
    if (decimals)
      order = weir_decimal_compare (weir_arg_at (*a, WeirInt128, row), scale_a, weir_arg_at (*b, WeirInt128, row), scale_b);
    else
      order = weir_value_compare (a->column, row & a->mask, b->column, row & b->mask);
    masks[row / 64] |= (guint64)order_fits (order, op) << (row % 64);
  }
}

/* Bits of NULL and unselected rows are unspecified. */
static void
compare_masks (const WeirArg *a,
               const WeirArg *b,
               WeirCompareOp  op,
               WeirSel        sel,
               guint          n,
               guint64       *masks)
{
  WeirType *type = a->column->type;

  if (op == WEIR_COMPARE_GT || op == WEIR_COMPARE_GE)
    {
      const WeirArg *swap = a;

      a = b;
      b = swap;
      op = op == WEIR_COMPARE_GT ? WEIR_COMPARE_LT : WEIR_COMPARE_LE;
    }
  else if (op == WEIR_COMPARE_SAME)
    op = WEIR_COMPARE_EQ;

  switch (type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      compare_bool (a, b, op, n, masks);
      break;
    case WEIR_TYPE_TINYINT:
      compare_i8 (a, b, op, n, masks);
      break;
    case WEIR_TYPE_SMALLINT:
      compare_i16 (a, b, op, n, masks);
      break;
    case WEIR_TYPE_INT:
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_INTERVAL_YM:
      compare_i32 (a, b, op, n, masks);
      break;
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
    case WEIR_TYPE_INTERVAL_DT:
      compare_i64 (a, b, op, n, masks);
      break;
    case WEIR_TYPE_FLOAT:
      compare_f32 (a, b, op, n, masks);
      break;
    case WEIR_TYPE_DOUBLE:
      compare_f64 (a, b, op, n, masks);
      break;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      compare_views (a, b, op, sel, n, masks);
      break;
    case WEIR_TYPE_DECIMAL:
      if (type->scale == b->column->type->scale && a->column->type->scale == type->scale)
        compare_i128 (a, b, op, n, masks);
      else
        compare_values (a, b, op, sel, n, masks);
      break;
    default:
      compare_values (a, b, op, sel, n, masks);
      break;
    }
}

void
_weir_compare_equal (const WeirArg *a,
                     const WeirArg *b,
                     WeirSel        sel,
                     guint          n_rows,
                     guint64       *masks)
{
  compare_masks (a, b, WEIR_COMPARE_EQ, sel, n_rows, masks);
}

static WeirCompareOp
op_of (const WeirExpr *expr)
{
  const char *name = expr->function->name;

  switch (name[0])
    {
    case '=':
      return WEIR_COMPARE_EQ;
    case '!':
      return WEIR_COMPARE_NE;
    case '>':
      return name[1] == '=' ? WEIR_COMPARE_GE : WEIR_COMPARE_GT;
    case 'e': /* equal_null */
      return WEIR_COMPARE_SAME;
    default:
      if (name[1] == '\0')
        return WEIR_COMPARE_LT;
      if (name[1] == '>')
        return WEIR_COMPARE_NE;
      return name[2] == '>' ? WEIR_COMPARE_SAME : WEIR_COMPARE_LE;
    }
}

static WeirBuffer *
mask_buffer (guint n_rows)
{
  return weir_buffer_new (MAX ((n_rows + 63) / 64, 1) * sizeof (guint64));
}

static WeirColumn *
eval_compare (const WeirExpr *expr,
              WeirEval       *eval,
              WeirColumn    **args,
              WeirSel         sel,
              guint           n_rows)
{
  WeirArg     a = weir_arg (args[0]), b = weir_arg (args[1]);
  WeirBuffer *masks = mask_buffer (n_rows);

  compare_masks (&a, &b, op_of (expr), sel, n_rows, (guint64 *)masks->data);
  return weir_column_new_flat (WEIR_BOOLEAN, n_rows, masks, NULL);
}

static WeirColumn *
eval_same (const WeirExpr *expr,
           WeirEval       *eval,
           WeirColumn    **args,
           WeirSel         sel,
           guint           n_rows)
{
  WeirArg     a = weir_arg (args[0]), b = weir_arg (args[1]);
  WeirBuffer *masks = mask_buffer (n_rows);

  if (args[0]->type->kind != WEIR_TYPE_VOID && args[1]->type->kind != WEIR_TYPE_VOID && a.mask != b.mask)
    {
      /* A constant NULL has no value worth reading. */
      if ((a.mask == 0 && weir_arg_is_null (&a, 0)) || (b.mask == 0 && weir_arg_is_null (&b, 0)))
        memset (masks->data, 0, (n_rows + 7) / 8);
      else
        compare_masks (&a, &b, WEIR_COMPARE_SAME, sel, n_rows, (guint64 *)masks->data);
    }
  else if (args[0]->type->kind != WEIR_TYPE_VOID)
    compare_masks (&a, &b, WEIR_COMPARE_SAME, sel, n_rows, (guint64 *)masks->data);
  WEIR_FOREACH_ROW (sel, row)
  {
    gboolean x = weir_arg_is_null (&a, row), y = weir_arg_is_null (&b, row);

    if (x || y)
      weir_bit_set (masks->data, row, x && y);
  }
  return weir_column_new_flat (WEIR_BOOLEAN, n_rows, masks, NULL);
}

static guint
masks_to_rows (const guint64 *masks,
               const WeirArg *a,
               const WeirArg *b,
               guint          n,
               guint16       *out)
{
  guint n_out = 0;

  for (guint base = 0; base < n; base += 64)
    {
      guint64 mask = masks[base / 64], bits;
      gsize   size = MIN (8, (n - base + 7) / 8);

      for (guint side = 0; side < 2; side++)
        {
          const guint8 *validity = (side == 0 ? a : b)->validity;

          if (validity == NULL || (side == 0 ? a : b)->mask == 0)
            continue;
          bits = 0;
          memcpy (&bits, validity + base / 8, size);
          mask &= bits;
        }
      if (n - base < 64)
        mask &= (G_GUINT64_CONSTANT (1) << (n - base)) - 1;
      for (; mask != 0; mask &= mask - 1)
        out[n_out++] = (guint16)(base + (guint)__builtin_ctzll (mask));
    }
  return n_out;
}

gboolean
_weir_compare_select (const WeirExpr *expr,
                      WeirColumn    **args,
                      WeirSel         sel,
                      guint16        *out,
                      guint          *n_out)
{
  g_autofree guint64 *masks = NULL;
  WeirArg             a, b;
  guint               n_rows = args[0]->n_rows;

  if (expr->function->eval != eval_compare)
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (args[i]->encoding == WEIR_ENCODING_DICT || args[i]->type->kind == WEIR_TYPE_VOID || (args[i]->encoding == WEIR_ENCODING_CONST && weir_column_is_null (args[i], 0)))
      return FALSE;
  a = weir_arg (args[0]);
  b = weir_arg (args[1]);
  if (a.mask == 0 && b.mask == 0)
    return FALSE;
  masks = g_new (guint64, MAX ((n_rows + 63) / 64, 1));
  compare_masks (&a, &b, op_of (expr), sel, n_rows, masks);
  if (sel.idx == NULL)
    {
      *n_out = masks_to_rows (masks, &a, &b, sel.n, out);
      return TRUE;
    }
  *n_out = 0;
  for (guint i = 0; i < sel.n; i++)
    {
      guint row = sel.idx[i];

      out[*n_out] = (guint16)row;
      *n_out += weir_bit ((const guint8 *)masks, row) && row_present (&a, &b, row);
    }
  return TRUE;
}

static gboolean
fail_binary (WeirBind   *bind,
             const char *subclass,
             const char *message,
             GError    **error)
{
  g_autofree char *left = weir_type_to_sql (bind->args[0]->type);
  g_autofree char *right = weir_type_to_sql (bind->args[1]->type);
  g_autofree char *name = _weir_expr_call_name (bind->function, bind->args, bind->n_args);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", name);
  g_autofree char *quoted_left = g_strdup_printf ("\"%s\"", left);
  g_autofree char *quoted_right = g_strdup_printf ("\"%s\"", right);
  g_autofree char *condition = g_strdup_printf ("DATATYPE_MISMATCH.%s", subclass);
  GError          *created = weir_error_new (WEIR_ERROR_ANALYZE, condition, bind->span,
                                             "Cannot resolve %s due to data type mismatch: %s (%s and %s).",
                                             quoted, message, quoted_left, quoted_right);

  weir_error_add_param (created, "sqlExpr", quoted);
  weir_error_add_param (created, "left", quoted_left);
  weir_error_add_param (created, "right", quoted_right);
  g_propagate_error (error, created);
  return FALSE;
}

/* Maps have no order and no equality, alone or inside. */
static gboolean
has_map (WeirType *type)
{
  if (type->kind == WEIR_TYPE_MAP)
    return TRUE;
  for (guint i = 0; i < type->n_fields; i++)
    if (has_map (type->fields[i].type))
      return TRUE;
  return FALSE;
}

static WeirType *
bind_compare (WeirBind *bind,
              GError  **error)
{
  gboolean             decimals = bind->args[0]->type->kind == WEIR_TYPE_DECIMAL && bind->args[1]->type->kind == WEIR_TYPE_DECIMAL;
  gboolean             ordering = bind->function->name[0] == '>' || (bind->function->name[0] == '<' && (bind->function->name[1] == '\0' || bind->function->name[1] == '='));
  g_autoptr (WeirType) common = weir_type_common (bind->args[0]->type, bind->args[1]->type);

  if (common == NULL)
    {
      fail_binary (bind, "BINARY_OP_DIFF_TYPES", "the left and right operands of the binary operator have incompatible types", error);
      return NULL;
    }
  if (has_map (common) || (ordering && !weir_type_is_orderable (common) && common->kind != WEIR_TYPE_VOID && strcmp (bind->function->name, "<=>") != 0))
    {
      fail_binary (bind, "INVALID_ORDERING_TYPE", "the operator does not support ordering on these types", error);
      return NULL;
    }
  if (!decimals)
    for (guint i = 0; i < 2; i++)
      bind->args[i] = _weir_expr_cast (bind->args[i], common, FALSE);
  if (!(bind->function->flags & WEIR_FUNCTION_STRICT))
    bind->nullable = FALSE;
  return weir_type_ref (WEIR_BOOLEAN);
}

#define COMPARE_FLAGS (WEIR_FUNCTION_OPERATOR | WEIR_FUNCTION_STRICT | WEIR_FUNCTION_TOTAL)
#define COMPARE(name_, signature_, doc_, example_)                                                       \
  {                                                                                                      \
    .name = name_, .group = "predicate", .signature = signature_, .doc = doc_, .example = example_,      \
    .n_args_min = 2, .n_args_max = 2, .flags = COMPARE_FLAGS, .bind = bind_compare, .eval = eval_compare \
  }

static const WeirFunction functions[] = {
  COMPARE ("=", "a = b", "Whether the values are equal.", "SELECT 2 = 2"),
  { .name = "==", .group = "predicate", .signature = "a == b", .doc = "Whether the values are equal.", .example = "SELECT 2 == 2", .n_args_min = 2, .n_args_max = 2, .flags = COMPARE_FLAGS, .bind = bind_compare, .eval = eval_compare, .print = "($1 = $2)" },
  { .name = "!=", .group = "predicate", .signature = "a != b", .doc = "Whether the values differ.", .example = "SELECT 2 != 2", .n_args_min = 2, .n_args_max = 2, .flags = COMPARE_FLAGS, .bind = bind_compare, .eval = eval_compare, .print = "(NOT ($1 = $2))" },
  { .name = "<>", .group = "predicate", .signature = "a <> b", .doc = "Whether the values differ.", .example = "SELECT 1 <> 2", .n_args_min = 2, .n_args_max = 2, .flags = COMPARE_FLAGS, .bind = bind_compare, .eval = eval_compare, .print = "(NOT ($1 = $2))" },
  COMPARE ("<", "a < b", "Whether the first value is less.", "SELECT 1 < 2"),
  COMPARE ("<=", "a <= b", "Whether the first value is less or equal.", "SELECT 2 <= 2"),
  COMPARE (">", "a > b", "Whether the first value is greater.", "SELECT 2 > 1"),
  COMPARE (">=", "a >= b", "Whether the first value is greater or equal.", "SELECT 2 >= 1"),
  { .name = "<=>", .group = "predicate", .signature = "a <=> b", .doc = "Whether the values are equal; NULL equals NULL.", .example = "SELECT NULL <=> NULL", .n_args_min = 2, .n_args_max = 2, .flags = WEIR_FUNCTION_OPERATOR, .bind = bind_compare, .eval = eval_same },
  { .name = "equal_null", .group = "predicate", .signature = "equal_null(a, b)", .doc = "Whether the values are equal; NULL equals NULL.", .example = "SELECT equal_null(NULL, NULL)", .n_args_min = 2, .n_args_max = 2, .bind = bind_compare, .eval = eval_same },
};

const WeirFamily _weir_family_compare = { functions, G_N_ELEMENTS (functions) };
