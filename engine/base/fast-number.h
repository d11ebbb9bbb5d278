/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers from and to text, without locale. Texts need no end: they are @len bytes. */

/* [+-]digits and nothing else; FALSE when it is none or overflows. */
gboolean weir_parse_i64 (const char *text, gsize len, gint64 *value);
/* [+-]digits[.digits][e[+-]digits], at least one digit; correctly rounded; too large is infinite. FALSE when it is none. */
gboolean weir_parse_double (const char *text, gsize len, double *value);
gboolean weir_parse_float (const char *text, gsize len, float *value);

#define WEIR_I64_TEXT_MAX 20

/* Digits into @out (room for %WEIR_I64_TEXT_MAX), without an end; returns how many bytes. */
guint weir_i64_to_text (char *out, gint64 value);

/* The powers of five of pow5-table.c, for those who make digits from doubles. */
#define WEIR_POW5_MIN (-342)
#define WEIR_POW5_MAX 324

extern const guint64 weir_pow5[WEIR_POW5_MAX - WEIR_POW5_MIN + 1][2];

/* Eight ASCII digits in memory → their value. */
static inline guint32
weir_eight_digits (guint64 chunk)
{
  chunk -= G_GUINT64_CONSTANT (0x3030303030303030);
  chunk = chunk * 10 + (chunk >> 8);
  return (guint32)((((chunk & G_GUINT64_CONSTANT (0x000000ff000000ff)) * G_GUINT64_CONSTANT (0x000f424000000064)) +
                    (((chunk >> 16) & G_GUINT64_CONSTANT (0x000000ff000000ff)) * G_GUINT64_CONSTANT (0x0000271000000001))) >>
                   32);
}

static inline gboolean
weir_is_eight_digits (guint64 chunk)
{
  return ((chunk & G_GUINT64_CONSTANT (0xf0f0f0f0f0f0f0f0)) | (((chunk + G_GUINT64_CONSTANT (0x0606060606060606)) & G_GUINT64_CONSTANT (0xf0f0f0f0f0f0f0f0)) >> 4)) ==
         G_GUINT64_CONSTANT (0x3333333333333333);
}

G_END_DECLS
