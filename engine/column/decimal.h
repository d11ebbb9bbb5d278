/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/column.h"

G_BEGIN_DECLS

/*
 * 128-bit decimals: an unscaled integer with the scale in the type. Rounding is HALF_UP as in Spark. Functions return
 * FALSE on overflow of 38 digits (or of the given precision) and leave the result unspecified.
 */
#define WEIR_DECIMAL_DIGITS_MAX 38

WeirInt128 weir_decimal_pow10 (guint exponent); /* 0…38 */
gboolean   weir_decimal_fits (WeirInt128 value, guint precision);
gboolean   weir_decimal_rescale (WeirInt128 value, guint from_scale, guint to_scale, guint to_precision, WeirInt128 *result);
gboolean   weir_decimal_add (WeirInt128 a, guint scale_a, WeirInt128 b, guint scale_b, guint precision, guint scale, WeirInt128 *result);
gboolean   weir_decimal_subtract (WeirInt128 a, guint scale_a, WeirInt128 b, guint scale_b, guint precision, guint scale, WeirInt128 *result);
gboolean   weir_decimal_multiply (WeirInt128 a, guint scale_a, WeirInt128 b, guint scale_b, guint precision, guint scale, WeirInt128 *result);
/* @b must not be 0. */
gboolean weir_decimal_divide (WeirInt128 a, guint scale_a, WeirInt128 b, guint scale_b, guint precision, guint scale, WeirInt128 *result);
gboolean weir_decimal_remainder (WeirInt128 a, guint scale_a, WeirInt128 b, guint scale_b, guint precision, guint scale, WeirInt128 *result);
int      weir_decimal_compare (WeirInt128 a, guint scale_a, WeirInt128 b, guint scale_b);
/* Decimal text with optional sign, point and exponent, no blanks; FALSE when it is none or does not fit. HALF_UP to @scale. */
gboolean weir_decimal_parse (const char *text, gsize len, guint precision, guint scale, WeirInt128 *result);
/* Plain notation with exactly @scale digits behind the point. */
void     weir_decimal_append (GString *out, WeirInt128 value, guint scale);
double   weir_decimal_to_double (WeirInt128 value, guint scale);
gboolean weir_decimal_from_double (double value, guint precision, guint scale, WeirInt128 *result);

G_END_DECLS
