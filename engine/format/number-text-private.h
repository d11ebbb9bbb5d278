/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers as text, without locale. */

#define WEIR_POW5_MIN (-342)
#define WEIR_POW5_MAX 308

extern const guint64 _weir_pow5[WEIR_POW5_MAX - WEIR_POW5_MIN + 1][2];

/* [+-]digits and nothing else; FALSE when it is none or overflows. */
gboolean _weir_parse_i64 (const char *text, gsize len, gint64 *value);
/* [+-]digits[.digits][e[+-]digits], at least one digit; correctly rounded; too large is infinite. FALSE when it is none. */
gboolean _weir_parse_double (const char *text, gsize len, double *value);
/* The double, rounded once more. */
gboolean _weir_parse_float (const char *text, gsize len, float *value);

/* Eight ASCII digits in memory → their value. */
static inline guint32
_weir_eight_digits (guint64 chunk)
{
  chunk -= G_GUINT64_CONSTANT (0x3030303030303030);
  chunk = chunk * 10 + (chunk >> 8);
  return (guint32)((((chunk & G_GUINT64_CONSTANT (0x000000ff000000ff)) * G_GUINT64_CONSTANT (0x000f424000000064)) +
                    (((chunk >> 16) & G_GUINT64_CONSTANT (0x000000ff000000ff)) * G_GUINT64_CONSTANT (0x0000271000000001))) >>
                   32);
}

static inline gboolean
_weir_is_eight_digits (guint64 chunk)
{
  return ((chunk & G_GUINT64_CONSTANT (0xf0f0f0f0f0f0f0f0)) | (((chunk + G_GUINT64_CONSTANT (0x0606060606060606)) & G_GUINT64_CONSTANT (0xf0f0f0f0f0f0f0f0)) >> 4)) ==
         G_GUINT64_CONSTANT (0x3333333333333333);
}

G_END_DECLS
