/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-column"
#include "config.h"

#include "column/timezone.h"

#include "column/timestamp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * TZif version 2 and later (RFC 8536): the second block with 64-bit transition times, and the POSIX TZ rule in the footer for
 * all times behind the last transition. The rule is unrolled into transitions up to RULE_YEAR_MAX when the zone is read;
 * behind it the calendar repeats every 400 years, so later times are looked up 400 years earlier. Looking an offset up is then
 * one binary search.
 */

#define RULE_YEAR_MAX         2437
#define SECONDS_PER_400_YEARS G_GINT64_CONSTANT (12622780800)
#define TZIF_BYTES_MAX        (1u << 20)

typedef struct
{
  gint64 at;     /* s UTC from which on… */
  gint32 offset; /* …this holds */
  guint8 name;   /* index into the abbreviations */
} Transition;

struct _WeirZone
{
  gatomicrefcount ref_count;
  char           *name;
  gint32          first_offset; /* before the first transition */
  guint           n_transitions;
  Transition     *transitions; /* Owned */
  char           *names;       /* Owned: abbreviations, NUL-terminated, double NUL at the end */
};

static GMutex      cache_lock;
static GHashTable *cache; /* name → WeirZone, for the process */

static WeirZone *
zone_alloc (const char *name,
            gint32      offset)
{
  WeirZone *self = g_new0 (WeirZone, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  self->first_offset = offset;
  return self;
}

WeirZone *
weir_zone_ref (WeirZone *zone)
{
  g_atomic_ref_count_inc (&zone->ref_count);
  return zone;
}

void
weir_zone_unref (WeirZone *zone)
{
  if (zone == NULL || !g_atomic_ref_count_dec (&zone->ref_count))
    return;
  g_free (zone->name);
  g_free (zone->transitions);
  g_free (zone->names);
  g_free (zone);
}

const char *
weir_zone_name (WeirZone *zone)
{
  return zone->name;
}

/* ---- fixed offsets ---------------------------------------------------------------------------------------------- */

/* +h, +hh, +hh:mm, +hhmm, +hh:mm:ss after an optional UTC, GMT or UT. */
static gboolean
parse_fixed (const char *name,
             gint32     *offset)
{
  static const char *const prefixes[] = { "UTC", "GMT", "UT" };
  const char              *at = name;
  int                      part[3] = { 0 };
  guint                    n = 0;
  int                      sign;

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_ascii_strncasecmp (at, prefixes[i], strlen (prefixes[i])) == 0)
      {
        at += strlen (prefixes[i]);
        break;
      }
  *offset = 0;
  if (*at == '\0')
    return at != name;
  if (at == name && g_ascii_strcasecmp (name, "Z") == 0)
    return TRUE;
  if (*at != '+' && *at != '-')
    return FALSE;
  sign = *at++ == '-' ? -1 : 1;
  while (n < 3 && g_ascii_isdigit (*at))
    {
      part[n] = *at++ - '0';
      if (g_ascii_isdigit (*at))
        part[n] = part[n] * 10 + *at++ - '0';
      n++;
      if (*at == ':' && g_ascii_isdigit (at[1]))
        at++;
    }
  if (*at != '\0' || n == 0 || part[0] > 18 || part[1] > 59 || part[2] > 59)
    return FALSE;
  *offset = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
  return ABS (*offset) <= 18 * 3600;
}

/* ---- POSIX TZ rule ---------------------------------------------------------------------------------------------- */

typedef struct
{
  char   kind; /* 'M' month.week.day, 'J' day 1…365 without 29 February, 'N' day 0…365 */
  int    month, week, day;
  gint32 time; /* s after local midnight */
} RuleDate;

typedef struct
{
  char     std_name[16], dst_name[16];
  gint32   std_offset, dst_offset; /* s east */
  gboolean has_dst;
  RuleDate start, end;
} Rule;

static gboolean
rule_name (const char **at,
           char        *name)
{
  guint n = 0;
  char  end = **at == '<' ? '>' : '\0';

  if (end != '\0')
    (*at)++;
  while (**at != '\0' && n < 15 && (end != '\0' ? **at != end : g_ascii_isalpha (**at)))
    name[n++] = *(*at)++;
  name[n] = '\0';
  if (end != '\0' && *(*at)++ != end)
    return FALSE;
  return n >= 3;
}

static gboolean
rule_number (const char **at,
             int         *value)
{
  char *end;

  *value = (int)strtol (*at, &end, 10);
  if (end == *at)
    return FALSE;
  *at = end;
  return TRUE;
}

/* [+-]hh[:mm[:ss]] */
static gboolean
rule_time (const char **at,
           gint32      *seconds)
{
  int sign = 1, part[3] = { 0 };

  if (**at == '-' || **at == '+')
    sign = *(*at)++ == '-' ? -1 : 1;
  for (guint i = 0; i < 3; i++)
    {
      if (!rule_number (at, &part[i]))
        return FALSE;
      if (**at != ':')
        break;
      (*at)++;
    }
  *seconds = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
  return TRUE;
}

static gboolean
rule_date (const char **at,
           RuleDate    *date)
{
  date->time = 7200;
  if (*(*at)++ != ',')
    return FALSE;
  date->kind = **at == 'M' || **at == 'J' ? *(*at)++ : 'N';
  if (date->kind == 'M')
    {
      if (!rule_number (at, &date->month) || *(*at)++ != '.' || !rule_number (at, &date->week) || *(*at)++ != '.' || !rule_number (at, &date->day) ||
          date->month < 1 || date->month > 12)
        return FALSE;
    }
  else if (!rule_number (at, &date->day))
    return FALSE;
  if (**at != '/')
    return TRUE;
  (*at)++;
  return rule_time (at, &date->time);
}

static gboolean
rule_parse (const char *text,
            Rule       *rule)
{
  const char *at = text;
  gint32      west;

  memset (rule, 0, sizeof *rule);
  if (!rule_name (&at, rule->std_name) || !rule_time (&at, &west))
    return FALSE;
  rule->std_offset = -west;
  if (*at == '\0')
    return TRUE;
  if (!rule_name (&at, rule->dst_name))
    return FALSE;
  rule->has_dst = TRUE;
  rule->dst_offset = rule->std_offset + 3600;
  if (*at != ',' && *at != '\0')
    {
      if (!rule_time (&at, &west))
        return FALSE;
      rule->dst_offset = -west;
    }
  return rule_date (&at, &rule->start) && rule_date (&at, &rule->end) && *at == '\0';
}

/* Local seconds (no zone) of the date in @year. */
static gint64
rule_local (const RuleDate *date,
            int             year)
{
  gint32 first, days;
  int    weekday;

  if (date->kind == 'M')
    {
      first = weir_days_from_civil (year, (guint)date->month, 1);
      weekday = (int)weir_floor_mod (first + 4, 7); /* 1970-01-01 was a Thursday; 0 is Sunday */
      days = first + (date->day - weekday + 7) % 7 + (date->week - 1) * 7;
      if (days >= first + (gint32)weir_days_in_month (year, (guint)date->month))
        days -= 7;
    }
  else
    {
      days = weir_days_from_civil (year, 1, 1) + date->day;
      if (date->kind == 'J')
        days -= 1 - (date->day >= 60 && weir_days_in_month (year, 2) == 29);
    }
  return (gint64)days * 86400 + date->time;
}

static int
compare_transitions (gconstpointer a,
                     gconstpointer b)
{
  gint64 x = ((const Transition *)a)->at, y = ((const Transition *)b)->at;

  return x < y ? -1 : x > y;
}

static guint8
intern_name (GString    *names,
             const char *name)
{
  for (gsize at = 0; at < names->len; at += strlen (names->str + at) + 1)
    if (strcmp (names->str + at, name) == 0)
      return (guint8)at;
  if (names->len + strlen (name) + 1 > 250)
    return 0;
  g_string_append_len (names, name, (gssize)strlen (name) + 1);
  return (guint8)(names->len - strlen (name) - 1);
}

static void
unroll_rule (GArray     *transitions,
             GString    *names,
             const Rule *rule)
{
  gint64 last = transitions->len > 0 ? g_array_index (transitions, Transition, transitions->len - 1).at : G_MININT64;
  int    year = 1970;
  gint64 civil;
  guint  month, day;

  if (!rule->has_dst)
    {
      Transition only = { MAX (last, G_MININT64 + 1), rule->std_offset, intern_name (names, rule->std_name) };

      if (transitions->len == 0)
        g_array_append_val (transitions, only);
      return;
    }
  if (last > G_MININT64)
    {
      weir_civil_from_days ((gint32)weir_floor_div (last, 86400), &civil, &month, &day);
      year = (int)civil;
    }
  for (; year <= RULE_YEAR_MAX; year++)
    {
      Transition pair[2] = {
        { rule_local (&rule->start, year) - rule->std_offset, rule->dst_offset, intern_name (names, rule->dst_name) },
        { rule_local (&rule->end, year) - rule->dst_offset, rule->std_offset, intern_name (names, rule->std_name) },
      };

      for (guint i = 0; i < 2; i++)
        if (pair[i].at > last)
          g_array_append_val (transitions, pair[i]);
    }
  g_array_sort (transitions, compare_transitions);
}

/* ---- TZif ------------------------------------------------------------------------------------------------------- */

static guint32
be32 (const guint8 *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return GUINT32_FROM_BE (value);
}

static gint64
be64 (const guint8 *at)
{
  guint64 value;

  memcpy (&value, at, sizeof value);
  return (gint64)GUINT64_FROM_BE (value);
}

typedef struct
{
  guint32 isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
} Header;

static gboolean
read_header (const guint8 *data,
             gsize         len,
             Header       *header)
{
  if (len < 44 || memcmp (data, "TZif", 4) != 0 || data[4] < '2')
    return FALSE;
  *header = (Header){ be32 (data + 20), be32 (data + 24), be32 (data + 28), be32 (data + 32), be32 (data + 36), be32 (data + 40) };
  return header->typecnt > 0 && header->typecnt < 256 && header->timecnt < 100000 && header->charcnt < 100000 && header->leapcnt < 10000 &&
         header->isutcnt <= header->typecnt && header->isstdcnt <= header->typecnt;
}

static gsize
block_size (const Header *header,
            gsize         time_size)
{
  return (gsize)header->timecnt * (time_size + 1) + header->typecnt * 6 + header->charcnt + header->leapcnt * (time_size + 4) +
         header->isstdcnt + header->isutcnt;
}

static gboolean
read_block (WeirZone     *self,
            const guint8 *data,
            gsize         len,
            const Header *header)
{
  const guint8      *times = data, *indices = times + header->timecnt * 8, *types = indices + header->timecnt;
  const char        *chars = (const char *)types + header->typecnt * 6;
  const char        *footer = (const char *)data + block_size (header, 8);
  g_autoptr (GArray) transitions = g_array_new (FALSE, FALSE, sizeof (Transition));
  GString           *names = g_string_new (NULL);
  gsize              rest = len - block_size (header, 8);
  g_autofree char   *text = NULL;
  const char        *end;
  Rule               rule;

  self->first_offset = (gint32)be32 (types);
  for (guint32 i = 0; i < header->timecnt; i++)
    {
      guint            type = MIN (indices[i], header->typecnt - 1);
      guint            name = types[type * 6 + 5];
      g_autofree char *abbreviation = g_strndup (chars + MIN (name, header->charcnt), header->charcnt - MIN (name, header->charcnt));
      Transition       transition = { be64 (times + i * 8), (gint32)be32 (types + type * 6), intern_name (names, abbreviation) };

      g_array_append_val (transitions, transition);
    }
  if (rest > 2 && footer[0] == '\n' && (end = memchr (footer + 1, '\n', rest - 1)) != NULL)
    {
      text = g_strndup (footer + 1, (gsize)(end - footer - 1));
      if (rule_parse (text, &rule))
        unroll_rule (transitions, names, &rule);
    }
  self->n_transitions = transitions->len;
  self->transitions = g_memdup2 (transitions->data, transitions->len * sizeof (Transition));
  self->names = g_string_free (names, FALSE);
  return TRUE;
}

static gboolean
read_tzif (WeirZone     *self,
           const guint8 *data,
           gsize         len)
{
  Header first, second;
  gsize  skip;

  if (!read_header (data, len, &first))
    return FALSE;
  skip = 44 + block_size (&first, 4);
  if (skip > len || !read_header (data + skip, len - skip, &second) || block_size (&second, 8) > len - skip - 44)
    return FALSE;
  return read_block (self, data + skip + 44, len - skip - 44, &second);
}

static WeirZone *
zone_load (const char *name)
{
  static const char *const folders[] = { "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo" };
  const char              *override = g_getenv ("TZDIR");
  WeirZone                *self = NULL;

  if (*name == '\0' || *name == '/' || strstr (name, "..") != NULL || strlen (name) > 100)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (folders) + 1 && self == NULL; i++)
    {
      const char      *folder = i == 0 ? override : folders[i - 1];
      g_autofree char *path = folder != NULL ? g_build_filename (folder, name, NULL) : NULL;
      g_autofree char *data = NULL;
      gsize            len;

      if (path == NULL || !g_file_test (path, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents (path, &data, &len, NULL) || len > TZIF_BYTES_MAX)
        continue;
      self = zone_alloc (name, 0);
      if (!read_tzif (self, (const guint8 *)data, len))
        g_clear_pointer (&self, weir_zone_unref);
    }
  return self;
}

/* Short names that Java knows and tzdata does not. */
static const char *
java_alias (const char *name)
{
  static const char *const aliases[][2] = {
    { "PST", "America/Los_Angeles" }, { "CST", "America/Chicago" }, { "JST", "Asia/Tokyo" }, { "IST", "Asia/Kolkata" }, { "CTT", "Asia/Shanghai" }, { "PRT", "America/Puerto_Rico" }, { "ECT", "Europe/Paris" }, { "ART", "Africa/Cairo" }, { "AST", "America/Anchorage" }
  };

  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (strcmp (name, aliases[i][0]) == 0)
      return aliases[i][1];
  return name;
}

WeirZone *
weir_zone_new (const char *name,
               GError    **error)
{
  WeirZone *zone;
  gint32    offset;

  g_mutex_lock (&cache_lock);
  if (cache == NULL)
    cache = g_hash_table_new (g_str_hash, g_str_equal);
  zone = g_hash_table_lookup (cache, name);
  if (zone == NULL)
    {
      if (parse_fixed (name, &offset))
        zone = zone_alloc (name, offset);
      else
        zone = zone_load (java_alias (name));
      /* A script can name at most a few hundred zones; offsets are bounded too. */
      if (zone != NULL && g_hash_table_size (cache) < 10000)
        g_hash_table_insert (cache, g_strdup (name), weir_zone_ref (zone));
    }
  else
    weir_zone_ref (zone);
  g_mutex_unlock (&cache_lock);
  if (zone == NULL)
    weir_fail (error, WEIR_ERROR_RUN, "INVALID_TIMEZONE", WEIR_SPAN_NONE,
               "The timezone: %s is invalid. Use a region as 'Europe/Berlin' or an offset as '+09:00'.", name);
  return zone;
}

WeirZone *
weir_zone_utc (void)
{
  static WeirZone *utc;
  static gsize     once;

  if (g_once_init_enter (&once))
    {
      utc = zone_alloc ("UTC", 0);
      g_once_init_leave (&once, 1);
    }
  return utc;
}

WeirZone *
weir_zone_system (void)
{
  const char      *name = g_getenv ("TZ");
  g_autofree char *link = NULL;
  const char      *at;
  WeirZone        *zone;

  if (name != NULL && *name == ':')
    name++;
  if (name == NULL || *name == '\0')
    {
      link = g_file_read_link ("/etc/localtime", NULL);
      at = link != NULL ? strstr (link, "zoneinfo/") : NULL;
      name = at != NULL ? at + strlen ("zoneinfo/") : "UTC";
    }
  zone = weir_zone_new (name, NULL);
  return zone != NULL ? zone : weir_zone_ref (weir_zone_utc ());
}

/* ---- look-ups --------------------------------------------------------------------------------------------------- */

/* The last transition at or before @seconds; NULL before the first. */
static const Transition *
find_transition (WeirZone *zone,
                 gint64    seconds)
{
  guint low = 0, high = zone->n_transitions;

  if (zone->n_transitions > 0 && seconds > zone->transitions[zone->n_transitions - 1].at)
    while (seconds - SECONDS_PER_400_YEARS >= zone->transitions[zone->n_transitions - 1].at - SECONDS_PER_400_YEARS &&
           seconds > zone->transitions[zone->n_transitions - 1].at && zone->n_transitions > 400)
      seconds -= SECONDS_PER_400_YEARS;
  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (zone->transitions[middle].at <= seconds)
        low = middle + 1;
      else
        high = middle;
    }
  return low > 0 ? &zone->transitions[low - 1] : NULL;
}

static gint32
offset_at_second (WeirZone *zone,
                  gint64    seconds)
{
  const Transition *transition;

  if (zone->n_transitions == 0)
    return zone->first_offset;
  transition = find_transition (zone, seconds);
  return transition != NULL ? transition->offset : zone->first_offset;
}

gint32
weir_zone_offset_at (WeirZone *zone,
                     gint64    utc_us)
{
  return offset_at_second (zone, weir_floor_div (utc_us, WEIR_US_PER_SECOND));
}

gint64
weir_zone_utc_to_local (WeirZone *zone,
                        gint64    utc_us)
{
  return utc_us + weir_zone_offset_at (zone, utc_us) * WEIR_US_PER_SECOND;
}

gint64
weir_zone_local_to_utc (WeirZone *zone,
                        gint64    local_us)
{
  gint64 local = weir_floor_div (local_us, WEIR_US_PER_SECOND);
  gint32 before, after;

  if (zone->n_transitions == 0)
    return local_us - zone->first_offset * WEIR_US_PER_SECOND;
  /* The offsets a day earlier and later bracket any transition near this local time. */
  before = offset_at_second (zone, local - 86400);
  after = offset_at_second (zone, local + 86400);
  /* Overlap: the earlier offset, if it is still valid then. Gap: also the earlier offset, which moves the clock on. */
  if (offset_at_second (zone, local - before) == before)
    return local_us - before * WEIR_US_PER_SECOND;
  if (offset_at_second (zone, local - after) == after)
    return local_us - after * WEIR_US_PER_SECOND;
  return local_us - before * WEIR_US_PER_SECOND;
}

const char *
weir_zone_abbreviation_at (WeirZone *zone,
                           gint64    utc_us)
{
  const Transition *transition = zone->n_transitions > 0 ? find_transition (zone, weir_floor_div (utc_us, WEIR_US_PER_SECOND)) : NULL;

  return transition != NULL ? zone->names + transition->name : zone->name;
}
