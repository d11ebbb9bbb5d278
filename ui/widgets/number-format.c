/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/widgets/number-format.h"

#define NARROW_NBSP "\xe2\x80\xaf"
#define NBSP        "\xc2\xa0"
#define MINUS       "\xe2\x88\x92"
#define EN_DASH     "\xe2\x80\x93"

typedef struct
{
  const char *point;
  const char *group;
} Separators;

static Separators
separators (void)
{
  const struct lconv *conv = localeconv ();
  Separators          s = { ".", "," };

  if (conv->decimal_point != NULL && *conv->decimal_point != '\0')
    s.point = conv->decimal_point;
  if (conv->thousands_sep != NULL && *conv->thousands_sep != '\0')
    s.group = conv->thousands_sep;
  else if (strcmp (s.point, ".") != 0)
    s.group = NARROW_NBSP;
  return s;
}

/* @text: optional minus, digits, then optionally a point and more; written by g_ascii_formatd() or by SQL. */
static char *
group_text (const char *text)
{
  Separators s = separators ();
  GString   *out = g_string_sized_new (32);
  gsize      n_whole;

  if (*text == '-')
    {
      g_string_append (out, MINUS);
      text++;
    }
  n_whole = strspn (text, "0123456789");
  for (gsize i = 0; i < n_whole; i++)
    {
      g_string_append_c (out, text[i]);
      if (i + 1 < n_whole && (n_whole - i - 1) % 3 == 0)
        g_string_append (out, s.group);
    }
  text += n_whole;
  if (*text == '.')
    {
      g_string_append (out, s.point);
      text++;
    }
  g_string_append (out, text);
  return g_string_free (out, FALSE);
}

static gboolean
is_plain_number (const char *text)
{
  gsize n_whole;

  if (*text == '-')
    text++;
  n_whole = strspn (text, "0123456789");
  text += n_whole;
  if (*text == '.')
    text += 1 + strspn (text + 1, "0123456789");
  return n_whole > 0 && *text == '\0';
}

char *
weir_format_grouped (const char *digits)
{
  return is_plain_number (digits) ? group_text (digits) : g_strdup (digits);
}

char *
weir_format_number (double value,
                    int    decimals)
{
  char format[8];
  char digits[400];

  if (isnan (value))
    return g_strdup (_ ("N/A"));
  if (isinf (value))
    return g_strdup (value > 0 ? "∞" : MINUS "∞");

  g_snprintf (format, sizeof format, "%%.%df", CLAMP (decimals, 0, 15));
  g_ascii_formatd (digits, sizeof digits, format, value);
  if (strspn (digits, "-0.") == strlen (digits) && *digits == '-')
    return group_text (digits + 1);
  return group_text (digits);
}

char *
weir_format_measure (double value)
{
  double magnitude = fabs (value);

  if (magnitude >= 1e15)
    {
      char digits[G_ASCII_DTOSTR_BUF_SIZE];

      return isfinite (value) ? g_strdup (g_ascii_formatd (digits, sizeof digits, "%.6g", value))
                              : weir_format_number (value, 0);
    }
  if (magnitude == 0 || magnitude >= 1 || !isfinite (value))
    return weir_format_number (value, 2);
  if (magnitude < 1e-6)
    {
      char digits[G_ASCII_DTOSTR_BUF_SIZE];

      return g_strdup (g_ascii_formatd (digits, sizeof digits, "%.3g", value));
    }
  return weir_format_number (value, 3 - (int)floor (log10 (magnitude)));
}

char *
weir_format_si (double value)
{
  static const struct
  {
    double      factor;
    const char *suffix;
  } steps[] = { { 1e12, NBSP "T" }, { 1e9, NBSP "G" }, { 1e6, NBSP "M" }, { 1e3, NBSP "k" } };
  double           magnitude = fabs (value);
  g_autofree char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (magnitude >= steps[i].factor * 0.9995 && isfinite (value))
      {
        double scaled = value / steps[i].factor;

        text = weir_format_number (scaled, fabs (scaled) < 99.95 ? 1 : 0);
        return g_strconcat (text, steps[i].suffix, NULL);
      }
  return weir_format_number (value, magnitude == 0 || magnitude >= 9.95 ? 0 : 1);
}

static GDateTime *
date_time_new (gint64     time_us,
               GTimeZone *zone)
{
  gint64                seconds = time_us / G_USEC_PER_SEC - (time_us % G_USEC_PER_SEC < 0);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (seconds);

  return utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
}

static void
append_fraction (GString *out,
                 gint64   time_us)
{
  gint64 fraction = ((time_us % G_USEC_PER_SEC) + G_USEC_PER_SEC) % G_USEC_PER_SEC;

  if (fraction == 0)
    return;
  if (fraction % 1000 == 0)
    g_string_append_printf (out, "%s%03d", separators ().point, (int)(fraction / 1000));
  else
    g_string_append_printf (out, "%s%06d", separators ().point, (int)fraction);
}

static char *
format_time (gint64      time_us,
             GTimeZone  *zone,
             const char *format)
{
  g_autoptr (GDateTime) time = NULL;
  g_autofree char      *text = NULL;
  GString              *out;

  if (time_us == WEIR_TIME_NONE)
    return g_strdup (EN_DASH);
  time = date_time_new (time_us, zone);
  if (time == NULL)
    return g_strdup (EN_DASH);
  text = g_date_time_format (time, format);
  out = g_string_new (text);
  append_fraction (out, time_us);
  return g_string_free (out, FALSE);
}

char *
weir_format_clock (gint64     time_us,
                   GTimeZone *zone)
{
  return format_time (time_us, zone, "%H:%M:%S");
}

char *
weir_format_clock_seconds (gint64     time_us,
                           GTimeZone *zone)
{
  gint64 rest = time_us % G_USEC_PER_SEC;

  if (time_us == WEIR_TIME_NONE)
    return weir_format_clock (time_us, zone);
  return weir_format_clock (time_us - rest - (rest < 0 ? G_USEC_PER_SEC : 0), zone);
}

char *
weir_format_timestamp (gint64     time_us,
                       GTimeZone *zone)
{
  return format_time (time_us, zone, "%Y-%m-%d" NBSP "%H:%M:%S");
}

static gboolean
same_day (gint64     a_us,
          gint64     b_us,
          GTimeZone *zone)
{
  g_autoptr (GDateTime) a = date_time_new (a_us, zone);
  g_autoptr (GDateTime) b = date_time_new (b_us, zone);

  return a != NULL && b != NULL && g_date_time_get_year (a) == g_date_time_get_year (b) &&
         g_date_time_get_day_of_year (a) == g_date_time_get_day_of_year (b);
}

char *
weir_format_window (gint64     start_us,
                    gint64     end_us,
                    gint64     now_us,
                    GTimeZone *zone)
{
  gboolean         today = same_day (start_us, now_us, zone);
  gboolean         one_day = same_day (start_us, end_us - 1, zone);
  g_autofree char *start = today ? weir_format_clock (start_us, zone) : weir_format_timestamp (start_us, zone);
  g_autofree char *end = one_day ? weir_format_clock (end_us, zone) : weir_format_timestamp (end_us, zone);

  return g_strconcat (start, NARROW_NBSP EN_DASH NARROW_NBSP, end, NULL);
}

char *
weir_format_duration (gint64 duration_us)
{
  gint64 seconds;

  if (duration_us < G_USEC_PER_SEC && duration_us % G_USEC_PER_SEC != 0)
    /* Translators: a duration in milliseconds */
    return g_strdup_printf (_ ("%d ms"), (int)(duration_us / 1000));
  seconds = duration_us / G_USEC_PER_SEC;
  if (seconds < 60)
    /* Translators: a duration in seconds */
    return g_strdup_printf (_ ("%d s"), (int)seconds);
  if (seconds < 3600)
    return seconds % 60 == 0 ? g_strdup_printf (_ ("%d min"), (int)(seconds / 60))
                             : g_strdup_printf (_ ("%d min %d s"), (int)(seconds / 60), (int)(seconds % 60));
  if (seconds < 2 * 86400)
    return seconds % 3600 < 60 ? g_strdup_printf (_ ("%d h"), (int)(seconds / 3600))
                               : g_strdup_printf (_ ("%d h %d min"), (int)(seconds / 3600),
                                                  (int)(seconds % 3600 / 60));
  return g_strdup_printf (_ ("%d d"), (int)MIN (seconds / 86400, G_MAXINT));
}

char *
weir_format_elapsed (gint64 elapsed_us)
{
  g_autofree char *text = NULL;

  if (elapsed_us < G_USEC_PER_SEC)
    {
      text = weir_format_number ((double)elapsed_us / 1000, elapsed_us < 10000 ? 1 : 0);
      /* Translators: a duration in milliseconds, as "0.4 ms" */
      return g_strdup_printf (_ ("%s ms"), text);
    }
  if (elapsed_us >= 60 * (gint64)G_USEC_PER_SEC)
    return weir_format_duration (elapsed_us);
  text = weir_format_number ((double)elapsed_us / G_USEC_PER_SEC, 1);
  /* Translators: a duration in seconds, as "2.4 s" */
  return g_strdup_printf (_ ("%s s"), text);
}

char *
weir_format_ago (gint64 ago_us)
{
  g_autofree char *text = NULL;

  if (ago_us < 10 * G_USEC_PER_SEC)
    {
      text = weir_format_number (MAX (ago_us, 0) / (double)G_USEC_PER_SEC, 1);
      /* Translators: how long ago in seconds, as "0.4 s ago" */
      return g_strdup_printf (_ ("%s s ago"), text);
    }
  if (ago_us > 60 * (gint64)G_USEC_PER_SEC)
    text = weir_format_duration (ago_us - ago_us % (60 * G_USEC_PER_SEC));
  else
    text = weir_format_duration (ago_us);
  return g_strdup_printf (_ ("%s ago"), text);
}
