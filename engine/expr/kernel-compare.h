/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Template of comparison loops over one C type. Before including, define
 *   CTYPE, NAME (suffix), EQUAL(x, y), LESS(x, y)
 * It makes compare_NAME (), which fills one bit a row, 64 rows a turn, so that the inner loop has a fixed length and no branch and
 * the compiler vectorises it.
 */

/* A name made by a macro is no name to the formatter, which never settles on such a file. */
/* clang-format off */
#define CMP_CAT_(a, b) a##b
#define CMP_CAT(a, b)  CMP_CAT_ (a, b)
#define CMP_FN(stem)   CMP_CAT (stem, NAME)

static inline __attribute__ ((always_inline)) guint8
CMP_FN (test_) (CTYPE x,
                CTYPE y,
                WeirCompareOp op)
{
  switch (op)
    {
    case WEIR_COMPARE_EQ:
      return (guint8)(EQUAL (x, y));
    case WEIR_COMPARE_NE:
      return (guint8)(!(EQUAL (x, y)));
    case WEIR_COMPARE_LT:
      return (guint8)(LESS (x, y));
    default:
      return (guint8)(!(LESS (y, x)));
    }
}

static inline __attribute__ ((always_inline)) void
CMP_FN (run_) (const CTYPE *a,
               gboolean a_const,
               const CTYPE *b,
               gboolean b_const,
               WeirCompareOp op,
               guint n,
               guint64 *masks)
{
  const CTYPE a0 = a[0], b0 = b[0];
  guint       base = 0;
  guint8      hits[64];

  for (; base + 64 <= n; base += 64)
    {
      for (guint i = 0; i < 64; i++)
        hits[i] = CMP_FN (test_) (a_const ? a0 : a[base + i], b_const ? b0 : b[base + i], op);
      masks[base / 64] = pack_hits (hits);
    }
  if (base < n)
    {
      memset (hits, 0, sizeof hits);
      for (guint i = 0; base + i < n; i++)
        hits[i] = CMP_FN (test_) (a_const ? a0 : a[base + i], b_const ? b0 : b[base + i], op);
      masks[base / 64] = pack_hits (hits);
    }
}

static inline __attribute__ ((always_inline)) void
CMP_FN (shape_) (const WeirArg *a,
                 const WeirArg *b,
                 WeirCompareOp op,
                 guint n,
                 guint64 *masks)
{
  if (a->mask == 0)
    CMP_FN (run_) (a->values, TRUE, b->values, FALSE, op, n, masks);
  else if (b->mask == 0)
    CMP_FN (run_) (a->values, FALSE, b->values, TRUE, op, n, masks);
  else
    CMP_FN (run_) (a->values, FALSE, b->values, FALSE, op, n, masks);
}

static void
CMP_FN (compare_) (const WeirArg *a,
                   const WeirArg *b,
                   WeirCompareOp op,
                   guint n,
                   guint64 *masks)
{
  switch (op)
    {
    case WEIR_COMPARE_EQ:
      CMP_FN (shape_) (a, b, WEIR_COMPARE_EQ, n, masks);
      break;
    case WEIR_COMPARE_NE:
      CMP_FN (shape_) (a, b, WEIR_COMPARE_NE, n, masks);
      break;
    case WEIR_COMPARE_LT:
      CMP_FN (shape_) (a, b, WEIR_COMPARE_LT, n, masks);
      break;
    default:
      CMP_FN (shape_) (a, b, WEIR_COMPARE_LE, n, masks);
      break;
    }
}

#undef CMP_FN
#undef CMP_CAT
#undef CMP_CAT_
#undef CTYPE
#undef NAME
#undef EQUAL
#undef LESS
