/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/timestamp.h"
#include "expr/row-private.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_FIELD_YEAR,
  WEIR_FIELD_YEAR_OF_WEEK,
  WEIR_FIELD_QUARTER,
  WEIR_FIELD_MONTH,
  WEIR_FIELD_WEEK,
  WEIR_FIELD_DAY,
  WEIR_FIELD_DAY_OF_WEEK,     /* Sunday = 1 */
  WEIR_FIELD_DAY_OF_WEEK_ISO, /* Monday = 1 */
  WEIR_FIELD_WEEKDAY,         /* Monday = 0 */
  WEIR_FIELD_DAY_OF_YEAR,
  WEIR_FIELD_HOUR,
  WEIR_FIELD_MINUTE,
  WEIR_FIELD_SECOND,
} WeirTimeField;

typedef enum
{
  WEIR_TIME_UNIT_MICROSECOND,
  WEIR_TIME_UNIT_MILLISECOND,
  WEIR_TIME_UNIT_SECOND,
  WEIR_TIME_UNIT_MINUTE,
  WEIR_TIME_UNIT_HOUR,
  WEIR_TIME_UNIT_DAY,
  WEIR_TIME_UNIT_WEEK,
  WEIR_TIME_UNIT_MONTH,
  WEIR_TIME_UNIT_QUARTER,
  WEIR_TIME_UNIT_YEAR,
  WEIR_TIME_UNIT_NONE,
} WeirTimeUnit;

gint64 _weir_date_field (gint32 days, WeirTimeField field);
/* Of a clock's µs: as _weir_date_field(), and hour, minute, second. */
gint64 _weir_clock_field (gint64 local_us, WeirTimeField field);
/* Names as date_trunc() and trunc() take them; WEIR_TIME_UNIT_NONE for others. */
WeirTimeUnit _weir_trunc_unit (const char *name, gsize len);
WeirTimeUnit _weir_time_unit (const char *name, gsize len);     /* names of timestampadd() */
gint32       _weir_date_trunc (gint32 days, WeirTimeUnit unit); /* WEEK … YEAR */
gint64       _weir_unit_length (WeirTimeUnit unit);             /* µs up to WEEK, months from MONTH */

/* Argument @i, a TIMESTAMP or TIMESTAMP_NTZ, as the session's clock shows it. */
gint64 _weir_row_local (WeirRow *row, guint i);
/* Coerces argument @i to TIMESTAMP unless it is a TIMESTAMP_NTZ. */
gboolean _weir_bind_timestamp (WeirBind *bind, guint i, GError **error);
/* The zone a text argument names; NULL raised. One of the last ones is kept. (transfer full) */
WeirZone *_weir_row_zone (WeirRow *row, guint i);

G_END_DECLS
