/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "expr/row-private.h"

G_BEGIN_DECLS

/**
 * WeirDigits:
 *
 * A number as decimal digits: value = 0.d₁d₂… × 10^point, without leading or trailing zeros. Doubles give their shortest text's digits.
 */
typedef struct
{
  gboolean negative;
  gboolean is_nan, is_infinite;
  int      point;
  guint    n;
  char     digits[400];
} WeirDigits;

/* Of argument @i, any number. */
void _weir_row_digits (WeirRow *row, guint i, WeirDigits *digits);
/* At most @scale digits behind the point. */
void _weir_digits_round (WeirDigits *digits, int scale, gboolean half_even);
/* Whole digits ("0" when there are none) and exactly @scale behind the point, no sign. */
void _weir_digits_append (const WeirDigits *digits, GString *out, guint scale);

G_END_DECLS
