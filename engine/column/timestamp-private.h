/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/timestamp.h"

G_BEGIN_DECLS

/* As weir_days_from_civil() without its limits. */
gint64 _weir_days_from_civil (gint64 year, guint month, guint day);

static inline gboolean
_weir_is_civil (gint64 year,
                gint64 month,
                gint64 day)
{
  return month >= 1 && month <= 12 && day >= 1 && day <= weir_days_in_month (year, (guint)month);
}

/* A local clock as µs; FALSE when it is out of range. */
static inline gboolean
_weir_local_us (gint64  days,
                gint64  us_of_day,
                gint64 *us)
{
  return !__builtin_mul_overflow (days, WEIR_US_PER_DAY, us) && !__builtin_add_overflow (*us, us_of_day, us);
}

/* @value with at least @width digits, into @out; returns the end. */
static inline char *
_weir_put_digits (char   *out,
                  guint64 value,
                  guint   width)
{
  char  digits[20];
  guint n = 0;

  do
    digits[n++] = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  while (n < width)
    digits[n++] = '0';
  while (n > 0)
    *out++ = digits[--n];
  return out;
}

/* @value below 100 as two digits. */
static inline char *
_weir_put_two (char *out,
               guint value)
{
  out[0] = (char)('0' + value / 10);
  out[1] = (char)('0' + value % 10);
  return out + 2;
}

/* `.5` of µs, no zeros at the end; nothing when there is none. At most 7 bytes. */
char *_weir_put_fraction (char *out, guint us);
/* `+09:00`, `-00:00:30`. At most 9 bytes. */
char *_weir_put_offset (char *out, gint32 offset_s);

G_END_DECLS
