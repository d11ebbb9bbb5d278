/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "column/decimal.h"
#include "column/timestamp.h"
#include "expr/cast-private.h"

/* Dates and timestamps among each other, and timestamps as seconds. */

static gint64
clock_to_clock (WeirTypeKind   from,
                WeirTypeKind   to,
                const WeirArg *arg,
                guint          row,
                WeirZone      *zone)
{
  gint64 us;

  if (from == WEIR_TYPE_DATE)
    {
      us = (gint64)weir_arg_at (*arg, gint32, row) * WEIR_US_PER_DAY;
      return to == WEIR_TYPE_TIMESTAMP ? weir_zone_local_to_utc (zone, us) : us;
    }
  us = weir_arg_at (*arg, gint64, row);
  if (from == WEIR_TYPE_TIMESTAMP && to != WEIR_TYPE_TIMESTAMP)
    us = weir_zone_utc_to_local (zone, us);
  else if (from == WEIR_TYPE_TIMESTAMP_NTZ && to == WEIR_TYPE_TIMESTAMP)
    us = weir_zone_local_to_utc (zone, us);
  return to == WEIR_TYPE_DATE ? weir_floor_div (us, WEIR_US_PER_DAY) : us;
}

/* Seconds to µs; large ones stick to the ends, as Java's TimeUnit has it. FALSE for NaN and infinities. */
static gboolean
seconds_to_us (const WeirArg *arg,
               guint          row,
               gint64        *us)
{
  WeirType  *from = arg->column->type;
  WeirInt128 wide;
  double     number;

  switch ((int)from->kind)
    {
    case WEIR_TYPE_TINYINT:
      wide = weir_arg_at (*arg, gint8, row);
      break;
    case WEIR_TYPE_SMALLINT:
      wide = weir_arg_at (*arg, gint16, row);
      break;
    case WEIR_TYPE_INT:
      wide = weir_arg_at (*arg, gint32, row);
      break;
    case WEIR_TYPE_BIGINT:
      wide = weir_arg_at (*arg, gint64, row);
      break;
    case WEIR_TYPE_DECIMAL:
      wide = weir_arg_at (*arg, WeirInt128, row);
      if (from->scale <= 6)
        wide *= weir_decimal_pow10 (6 - from->scale);
      else
        wide /= weir_decimal_pow10 (from->scale - 6);
      *us = (gint64)CLAMP (wide, G_MININT64, G_MAXINT64);
      return TRUE;
    default:
      number = (from->kind == WEIR_TYPE_FLOAT ? (double)weir_arg_at (*arg, float, row) : weir_arg_at (*arg, double, row)) * 1e6;
      if (isnan (number) || isinf (number))
        return FALSE;
      *us = number >= 9223372036854775807.0 ? G_MAXINT64 : number <= -9223372036854775808.0 ? G_MININT64
                                                                                            : (gint64)number;
      return TRUE;
    }
  wide *= WEIR_US_PER_SECOND;
  *us = (gint64)CLAMP (wide, G_MININT64, G_MAXINT64);
  return TRUE;
}

/* Seconds of an instant; FALSE when the type is too narrow. */
static gboolean
us_to_number (gint64    us,
              WeirType *to,
              WeirOut  *out,
              guint     row)
{
  gint64 seconds = weir_floor_div (us, WEIR_US_PER_SECOND);

  switch ((int)to->kind)
    {
    case WEIR_TYPE_TINYINT:
      return (weir_out_values (out, gint8)[row] = (gint8)seconds) == seconds;
    case WEIR_TYPE_SMALLINT:
      return (weir_out_values (out, gint16)[row] = (gint16)seconds) == seconds;
    case WEIR_TYPE_INT:
      return (weir_out_values (out, gint32)[row] = (gint32)seconds) == seconds;
    case WEIR_TYPE_BIGINT:
      weir_out_values (out, gint64)[row] = seconds;
      return TRUE;
    case WEIR_TYPE_FLOAT:
      weir_out_values (out, float)[row] = (float)((double)us / 1e6);
      return TRUE;
    case WEIR_TYPE_DOUBLE:
      weir_out_values (out, double)[row] = (double)us / 1e6;
      return TRUE;
    default:
      return weir_decimal_rescale (us, 6, to->scale, to->precision, &weir_out_values (out, WeirInt128)[row]);
    }
}

WeirColumn *
_weir_cast_time (const WeirExpr *expr,
                 WeirEval       *eval,
                 const WeirArg  *arg,
                 WeirSel         sel,
                 guint           n_rows)
{
  WeirType *from = arg->column->type, *to = expr->type;
  WeirOut   out;

  _weir_out_init (&out, to, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    gint64 us;

    if (weir_type_is_numeric (to))
      {
        if (us_to_number (weir_arg_at (*arg, gint64, row), to, &out, row))
          continue;
        if (to->kind == WEIR_TYPE_DECIMAL)
          _weir_cast_fail_range (expr, eval, arg, &out, row);
        else
          _weir_cast_fail_overflow (expr, eval, arg, &out, row);
      }
    else if (weir_type_is_numeric (from))
      {
        if (seconds_to_us (arg, row, &us))
          weir_out_values (&out, gint64)[row] = us;
        else
          _weir_cast_fail_input (expr, eval, arg, &out, row);
      }
    else if (to->kind == WEIR_TYPE_DATE)
      weir_out_values (&out, gint32)[row] = (gint32)clock_to_clock (from->kind, to->kind, arg, row, eval->zone);
    else
      weir_out_values (&out, gint64)[row] = clock_to_clock (from->kind, to->kind, arg, row, eval->zone);
  }
  return _weir_out_finish (&out);
}
