/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Template of + - * over one integral C type. Before including, define
 *   CTYPE, UTYPE (unsigned of the same width), NAME (suffix)
 * and, when there is a type twice as wide, WIDE. It makes add_NAME (), subtract_NAME () and multiply_NAME (): results wrap, and the return value
 * says whether some row overflowed, selected or not, so that the loop has no branch.
 */

/* A name made by a macro is no name to the formatter, which never settles on such a file. */
/* clang-format off */
#define ARITH_CAT_(a, b) a##b
#define ARITH_CAT(a, b)  ARITH_CAT_ (a, b)
#define ARITH_FN(stem)   ARITH_CAT (stem, NAME)

static inline __attribute__ ((always_inline)) CTYPE
ARITH_FN (step_) (CTYPE x,
                  CTYPE y,
                  WeirArithOp op,
                  CTYPE *overflow)
{
  CTYPE r;

  if (op == WEIR_ARITH_ADD)
    {
      r = (CTYPE)((UTYPE)x + (UTYPE)y);
      *overflow |= (CTYPE)((x ^ r) & (y ^ r));
    }
  else if (op == WEIR_ARITH_SUBTRACT)
    {
      r = (CTYPE)((UTYPE)x - (UTYPE)y);
      *overflow |= (CTYPE)((x ^ y) & (x ^ r));
    }
  else
    {
#ifdef WIDE
      WIDE w = (WIDE)x * y;

      r = (CTYPE)w;
      *overflow |= (CTYPE) - (CTYPE)(w != r);
#else
      *overflow |= (CTYPE) - (CTYPE)__builtin_mul_overflow (x, y, &r);
#endif
    }
  return r;
}

static inline __attribute__ ((always_inline)) gboolean
ARITH_FN (run_) (const CTYPE *restrict a,
                 gboolean a_const,
                 const CTYPE *restrict b,
                 gboolean b_const,
                 WeirArithOp op,
                 CTYPE *restrict r,
                 guint n)
{
  const CTYPE a0 = a[0], b0 = b[0];
  CTYPE       overflow = 0;

  for (guint i = 0; i < n; i++)
    r[i] = ARITH_FN (step_) (a_const ? a0 : a[i], b_const ? b0 : b[i], op, &overflow);
  return overflow < 0;
}

static inline __attribute__ ((always_inline)) gboolean
ARITH_FN (shape_) (const WeirArg *a,
                   const WeirArg *b,
                   WeirArithOp op,
                   CTYPE *r,
                   guint n)
{
  if (a->mask == 0)
    return ARITH_FN (run_) (a->values, TRUE, b->values, b->mask == 0, op, r, n);
  if (b->mask == 0)
    return ARITH_FN (run_) (a->values, FALSE, b->values, TRUE, op, r, n);
  return ARITH_FN (run_) (a->values, FALSE, b->values, FALSE, op, r, n);
}

static gboolean
ARITH_FN (arith_) (const WeirArg *a,
                   const WeirArg *b,
                   WeirArithOp op,
                   CTYPE *r,
                   guint n)
{
  switch ((int)op)
    {
    case WEIR_ARITH_ADD:
      return ARITH_FN (shape_) (a, b, WEIR_ARITH_ADD, r, n);
    case WEIR_ARITH_SUBTRACT:
      return ARITH_FN (shape_) (a, b, WEIR_ARITH_SUBTRACT, r, n);
    default:
      return ARITH_FN (shape_) (a, b, WEIR_ARITH_MULTIPLY, r, n);
    }
}

#undef ARITH_FN
#undef ARITH_CAT
#undef ARITH_CAT_
#undef CTYPE
#undef UTYPE
#undef NAME
#undef WIDE
