/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp-private.h"

/* Texts of dates and timestamps. Each is put together in a buffer on the stack and appended once. */

#define TEXT_MAX 48

/* At least four digits; `+` before five and more, as java.time has it. */
static char *
put_date (char  *out,
          gint32 days)
{
  gint64 year;
  guint  month, day;

  weir_civil_from_days (days, &year, &month, &day);
  if (year >= 0 && year <= 9999)
    out = _weir_put_two (_weir_put_two (out, (guint)year / 100), (guint)year % 100);
  else
    {
      *out++ = year < 0 ? '-' : '+';
      out = _weir_put_digits (out, (guint64)ABS (year), 4);
    }
  *out++ = '-';
  out = _weir_put_two (out, month);
  *out++ = '-';
  return _weir_put_two (out, day);
}

char *
_weir_put_fraction (char *out,
                    guint us)
{
  if (us == 0)
    return out;
  *out++ = '.';
  out = _weir_put_digits (out, us, 6);
  while (out[-1] == '0')
    out--;
  return out;
}

char *
_weir_put_offset (char  *out,
                  gint32 offset_s)
{
  guint s = (guint)ABS (offset_s);

  *out++ = offset_s < 0 ? '-' : '+';
  out = _weir_put_two (out, s / 3600);
  *out++ = ':';
  out = _weir_put_two (out, s / 60 % 60);
  if (s % 60 != 0)
    {
      *out++ = ':';
      out = _weir_put_two (out, s % 60);
    }
  return out;
}

static char *
put_timestamp (char  *out,
               gint64 local_us,
               char   separator)
{
  gint64 days = weir_floor_div (local_us, WEIR_US_PER_DAY);
  gint64 us = local_us - days * WEIR_US_PER_DAY;
  guint  s = (guint)(us / WEIR_US_PER_SECOND);

  out = put_date (out, (gint32)days);
  *out++ = separator;
  out = _weir_put_two (out, s / 3600);
  *out++ = ':';
  out = _weir_put_two (out, s / 60 % 60);
  *out++ = ':';
  out = _weir_put_two (out, s % 60);
  return _weir_put_fraction (out, (guint)(us % WEIR_US_PER_SECOND));
}

void
weir_date_append (GString *out,
                  gint32   days)
{
  char text[TEXT_MAX];

  g_string_append_len (out, text, put_date (text, days) - text);
}

void
weir_timestamp_append (GString  *out,
                       gint64    us,
                       WeirZone *zone)
{
  char   text[TEXT_MAX];
  gint64 local_us = zone != NULL ? weir_zone_utc_to_local (zone, us) : us;

  g_string_append_len (out, text, put_timestamp (text, local_us, ' ') - text);
}

void
weir_timestamp_append_iso (GString  *out,
                           gint64    us,
                           WeirZone *zone)
{
  char   text[TEXT_MAX], *end;
  gint32 offset_s = zone != NULL ? weir_zone_offset_at (zone, us) : 0;

  end = put_timestamp (text, zone != NULL ? weir_zone_utc_to_local (zone, us) : us, 'T');
  if (zone != NULL && offset_s == 0)
    *end++ = 'Z';
  else if (zone != NULL)
    end = _weir_put_offset (end, offset_s);
  g_string_append_len (out, text, end - text);
}
