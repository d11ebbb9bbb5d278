/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fast-number.h"
#include "base/utf8.h"
#include "column/decimal.h"
#include "column/timestamp.h"
#include "column/timezone-private.h"
#include "column/type.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What is printed reads back as the same. */
static void
check_times (const char *text,
             gsize       len)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gint64              us, again;
  gint32              days, days_again;
  WeirInterval        interval, interval_again;

  /* Years with a sign and seven digits are dates, but no timestamps. */
  if (weir_timestamp_parse_at (text, len, weir_zone_utc (), 0, &us) && ABS (us / WEIR_US_PER_DAY) < 3000000)
    {
      weir_timestamp_append_iso (out, us, weir_zone_utc ());
      g_assert_true (weir_timestamp_parse_at (out->str, out->len, weir_zone_utc (), 0, &again) && again == us);
    }
  g_string_truncate (out, 0);
  if (weir_date_parse (text, len, &days))
    {
      weir_date_append (out, days);
      g_assert_true (weir_date_parse (out->str, out->len, &days_again) && days_again == days);
    }
  g_string_truncate (out, 0);
  if (weir_interval_parse (text, len, &interval))
    {
      weir_interval_append (out, interval);
      g_assert_true (weir_interval_parse (out->str, out->len, &interval_again));
      g_assert_cmpint (interval_again.us, ==, interval.us);
      g_assert_cmpint (interval_again.months, ==, interval.months);
      g_assert_cmpint (interval_again.days, ==, interval.days);
    }
}

static void
check_numbers (const char *text,
               gsize       len)
{
  WeirInt128 decimal;
  double     value, expected;
  float      narrow;
  gint64     integer;

  weir_decimal_parse (text, len, 38, 10, &decimal);
  weir_parse_i64 (text, len, &integer);
  weir_parse_float (text, len, &narrow);
  if (weir_parse_double (text, len, &value))
    {
      g_autofree char *copy = g_strndup (text, len);

      expected = g_ascii_strtod (copy, NULL);
      g_assert_true (memcmp (&value, &expected, sizeof value) == 0);
    }
}

static void
check_type (const char *text)
{
  g_autoptr (WeirType) type = weir_type_parse_ddl (text, NULL);
  g_autoptr (WeirType) again = NULL;
  g_autofree char     *sql = NULL;

  if (type == NULL)
    return;
  sql = weir_type_to_sql (type);
  again = weir_type_parse (sql, NULL);
  g_assert_true (again != NULL && weir_type_equal (type, again));
}

/* The first line is a pattern, the rest a text for it; both are also tried as everything else. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const char                 *text = (const char *)data, *end = size > 0 ? memchr (data, '\n', size) : NULL;
  g_autofree char            *first = g_strndup (text, end != NULL ? (gsize)(end - text) : size);
  g_autoptr (WeirTimePattern) pattern = NULL;
  WeirZoneFile                file;
  WeirZoneRule                rule;
  gint64                      us;

  check_times (text, size);
  check_numbers (text, size);
  if (size > 0 && memchr (text, 0, size) == NULL) /* GLib takes it for an end */
    g_assert_true (weir_utf8_valid (text, size) == g_utf8_validate_len (text, size, NULL));
  if (weir_utf8_valid (first, strlen (first)))
    check_type (first);
  pattern = weir_time_pattern_new (first, TRUE, NULL);
  if (pattern != NULL && end != NULL)
    weir_time_pattern_parse (pattern, end + 1, size - (gsize)(end + 1 - text), weir_zone_utc (), &us);
  _weir_zone_rule_parse (first, &rule);
  if (_weir_zone_file_parse (data, size, &file))
    _weir_zone_file_clear (&file);
  return 0;
}
