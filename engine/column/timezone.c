/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timezone-private.h"

#include "column/timestamp.h"

#include <string.h>

/*
 * A zone is a list of changes, each with the second it happens at, on two clocks: UTC, and the local clock second from
 * which the new offset holds. The second is at + max (offset before, offset after), which is java.time's rule in one number: a clock in
 * a gap is read with the offset before the gap (so it moves on by the gap), one in an overlap with the earlier offset.
 *
 * The rule of the file's footer is unrolled up to RULE_YEAR_MAX when the zone is made; later times evaluate it. A table of buckets of half
 * a year leads to the right change without a search; most buckets hold none or one.
 *
 * Zones of the system are cached for the life of the process (their number is bounded by the names that exist); fixed offsets are
 * made anew.
 */

#define RULE_YEAR_MAX 2100
#define BUCKET_BITS   24                                /* seconds: 194 days */
#define BUCKETS_FROM  (-G_GINT64_CONSTANT (2208988800)) /* 1900-01-01 */
#define N_BUCKETS     380
#define FILE_BYTES    (256u << 10)

typedef struct
{
  gint64 *at;                   /* Owned; seconds, ascending */
  guint16 first[N_BUCKETS + 1]; /* changes at or before the start of the bucket */
} Timeline;

struct _WeirZone
{
  gatomicrefcount ref_count;
  char           *name;
  guint           n_changes;
  guint8         *after; /* Owned; index in types, one a change */
  Timeline        utc;
  Timeline        local;
  GArray         *types; /* WeirZoneType; 0 holds before the first change */
  WeirZoneRule    rule;
  gint64          rule_from; /* UTC second of the last change that was unrolled */
};

/* java.time's ZoneId.SHORT_IDS. */
static const char *const short_ids[][2] = {
  { "ACT", "Australia/Darwin" },
  { "AET", "Australia/Sydney" },
  { "AGT", "America/Argentina/Buenos_Aires" },
  { "ART", "Africa/Cairo" },
  { "AST", "America/Anchorage" },
  { "BET", "America/Sao_Paulo" },
  { "BST", "Asia/Dhaka" },
  { "CAT", "Africa/Harare" },
  { "CNT", "America/St_Johns" },
  { "CST", "America/Chicago" },
  { "CTT", "Asia/Shanghai" },
  { "EAT", "Africa/Addis_Ababa" },
  { "ECT", "Europe/Paris" },
  { "EST", "-05:00" },
  { "HST", "-10:00" },
  { "IET", "America/Indiana/Indianapolis" },
  { "IST", "Asia/Kolkata" },
  { "JST", "Asia/Tokyo" },
  { "MIT", "Pacific/Apia" },
  { "MST", "-07:00" },
  { "NET", "Asia/Yerevan" },
  { "NST", "Pacific/Auckland" },
  { "PLT", "Asia/Karachi" },
  { "PNT", "America/Phoenix" },
  { "PRT", "America/Puerto_Rico" },
  { "PST", "America/Los_Angeles" },
  { "SST", "Pacific/Guadalcanal" },
  { "VST", "Asia/Ho_Chi_Minh" },
};

/* ---- making a zone ---------------------------------------------------------------------------------------------- */

static void
zone_free (WeirZone *self)
{
  g_free (self->name);
  g_free (self->after);
  g_free (self->utc.at);
  g_free (self->local.at);
  g_array_unref (self->types);
  g_free (self);
}

static WeirZone *
zone_alloc (const char *name)
{
  WeirZone *self = g_new0 (WeirZone, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  self->types = g_array_new (FALSE, TRUE, sizeof (WeirZoneType));
  return self;
}

static WeirZone *
zone_new_fixed (const char *name,
                gint32      offset_s,
                const char *abbreviation)
{
  WeirZone    *self = zone_alloc (name);
  WeirZoneType type = { .offset_s = offset_s };

  g_strlcpy (type.abbreviation, abbreviation, sizeof type.abbreviation);
  g_array_append_val (self->types, type);
  return self;
}

static guint8
ensure_type (GArray             *types,
             const WeirZoneType *type)
{
  for (guint i = 0; i < types->len; i++)
    if (memcmp (&g_array_index (types, WeirZoneType, i), type, sizeof *type) == 0)
      return (guint8)i;
  g_array_append_vals (types, type, 1);
  return (guint8)(types->len - 1);
}

static void
add_change (WeirZoneFile *file,
            gint64        at,
            guint8        type)
{
  guint n = file->times->len;

  if (n > 0 && (at <= g_array_index (file->times, gint64, n - 1) || g_array_index (file->after, guint8, n - 1) == type))
    return;
  g_array_append_val (file->times, at);
  g_array_append_val (file->after, type);
}

/* The changes of the footer's rule, behind those of the file. */
static void
unroll_rule (WeirZoneFile *file)
{
  const WeirZoneRule *rule = &file->rule;
  gint64              year = 1970;
  guint               month, day;
  guint8              std, dst;

  if (!rule->is_set || file->types->len > 250)
    return;
  std = ensure_type (file->types, &rule->std);
  if (file->times->len > 0)
    weir_civil_from_days ((gint32)CLAMP (g_array_index (file->times, gint64, file->times->len - 1) / 86400, -1000000, 1000000), &year, &month, &day);
  if (!rule->has_dst)
    {
      if (file->times->len == 0)
        add_change (file, G_MININT64 / 4, std);
      return;
    }
  dst = ensure_type (file->types, &rule->dst);
  for (; year <= RULE_YEAR_MAX; year++)
    {
      gint64 start = _weir_zone_date_utc (&rule->start, year, rule->std.offset_s);
      gint64 end = _weir_zone_date_utc (&rule->end, year, rule->dst.offset_s);

      add_change (file, MIN (start, end), start < end ? dst : std);
      add_change (file, MAX (start, end), start < end ? std : dst);
    }
}

static void
fill_buckets (Timeline *line,
              guint     n)
{
  guint i = 0;

  for (guint b = 0; b <= N_BUCKETS; b++)
    {
      gint64 from = BUCKETS_FROM + ((gint64)b << BUCKET_BITS);

      while (i < n && line->at[i] <= from)
        i++;
      line->first[b] = (guint16)i;
    }
}

static WeirZone *
zone_new_from_file (const char   *name,
                    WeirZoneFile *file)
{
  WeirZone *self = zone_alloc (name);
  gint32    before;

  unroll_rule (file);
  g_array_append_vals (self->types, file->types->data, file->types->len);
  self->n_changes = file->times->len;
  self->after = g_memdup2 (file->after->data, file->after->len);
  self->utc.at = g_memdup2 (file->times->data, file->times->len * sizeof (gint64));
  self->local.at = g_new (gint64, MAX (self->n_changes, 1));
  before = g_array_index (self->types, WeirZoneType, 0).offset_s;
  for (guint i = 0; i < self->n_changes; i++)
    {
      gint32 after = g_array_index (self->types, WeirZoneType, self->after[i]).offset_s;

      self->local.at[i] = self->utc.at[i] + MAX (before, after);
      before = after;
    }
  fill_buckets (&self->utc, self->n_changes);
  fill_buckets (&self->local, self->n_changes);
  self->rule = file->rule;
  self->rule_from = self->n_changes > 0 ? self->utc.at[self->n_changes - 1] : G_MAXINT64;
  return self;
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

/* Java's rule for regions, and nothing that leaves the directory. */
static gboolean
is_region_name (const char *name)
{
  if (!g_ascii_isalpha (*name) || strlen (name) > 64 || strstr (name, "..") != NULL || g_str_has_prefix (name, "right/") || g_str_has_prefix (name, "posix/"))
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && strchr ("/~._+-", *name) == NULL)
      return FALSE;
  return TRUE;
}

static WeirZone *
load_region (const char *name)
{
  const char *directories[] = { g_getenv ("TZDIR"), "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo" };

  for (guint i = 0; i < G_N_ELEMENTS (directories); i++)
    {
      g_autofree char *path = NULL, *data = NULL;
      gsize            len;
      WeirZoneFile     file;
      WeirZone        *self;

      if (directories[i] == NULL)
        continue;
      path = g_build_filename (directories[i], name, NULL);
      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents (path, &data, &len, NULL) || len > FILE_BYTES ||
          !_weir_zone_file_parse ((const guint8 *)data, len, &file))
        continue;
      self = zone_new_from_file (name, &file);
      _weir_zone_file_clear (&file);
      return self;
    }
  return NULL;
}

static WeirZone *
cached_region (const char *name)
{
  static GMutex      lock;
  static GHashTable *regions; /* Owned names and zones, for the life of the process */
  WeirZone          *zone;

  if (!is_region_name (name))
    return NULL;
  g_mutex_lock (&lock);
  if (regions == NULL)
    regions = g_hash_table_new (g_str_hash, g_str_equal);
  zone = g_hash_table_lookup (regions, name);
  if (zone == NULL && (zone = load_region (name)) != NULL)
    g_hash_table_insert (regions, zone->name, zone);
  if (zone != NULL)
    weir_zone_ref (zone);
  g_mutex_unlock (&lock);
  return zone;
}

static gboolean
read_digits (const char **at,
             const char  *end,
             guint        min,
             guint        max,
             gint32      *value)
{
  guint n = 0;

  *value = 0;
  for (; n < max && *at < end && g_ascii_isdigit (**at); n++, (*at)++)
    *value = *value * 10 + (**at - '0');
  return n >= min;
}

gboolean
_weir_zone_parse_offset (const char *text,
                         gsize       len,
                         gint32     *offset_s)
{
  const char *at = text + 1, *end = text + len;
  gint32      hours, minutes = 0, seconds = 0;
  gboolean    colon;

  if (len < 2 || (*text != '+' && *text != '-') || !read_digits (&at, end, 1, 2, &hours))
    return FALSE;
  colon = at < end && *at == ':';
  at += colon;
  if ((at < end || colon) && !read_digits (&at, end, colon ? 1 : 2, 2, &minutes))
    return FALSE;
  if (at < end && colon && *at++ != ':')
    return FALSE;
  if ((at < end || (colon && at[-1] == ':')) && !read_digits (&at, end, 2, 2, &seconds))
    return FALSE;
  *offset_s = (*text == '-' ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
  return at == end && minutes < 60 && seconds < 60 && ABS (*offset_s) <= 18 * 3600;
}

/* `UTC+9`, `GMT-03:30`, `UT+1`: the length of the letters, or 0. */
static gsize
utc_prefix (const char *name)
{
  gsize len = g_str_has_prefix (name, "UTC") || g_str_has_prefix (name, "GMT") ? 3 : g_str_has_prefix (name, "UT") ? 2
                                                                                                                   : 0;

  return name[len] == '\0' || name[len] == '+' || name[len] == '-' ? len : 0;
}

static WeirZone *
zone_find (const char *name)
{
  gsize  prefix = utc_prefix (name);
  gint32 offset_s;

  for (guint i = 0; i < G_N_ELEMENTS (short_ids); i++)
    if (strcmp (short_ids[i][0], name) == 0)
      return zone_find (short_ids[i][1]);
  if (strcmp (name, "UTC") == 0)
    return weir_zone_ref (weir_zone_utc ());
  if (strcmp (name, "Z") == 0 || (prefix > 0 && name[prefix] == '\0'))
    return zone_new_fixed (name, 0, name);
  if (*name == '+' || *name == '-' || prefix > 0)
    return _weir_zone_parse_offset (name + prefix, strlen (name + prefix), &offset_s) ? zone_new_fixed (name, offset_s, name) : NULL;
  return cached_region (name);
}

WeirZone *
_weir_zone_lookup (const char *name,
                   gsize       len)
{
  char copy[72];

  if (len >= sizeof copy || memchr (name, '\0', len) != NULL)
    return NULL;
  memcpy (copy, name, len);
  copy[len] = '\0';
  return zone_find (copy);
}

WeirZone *
weir_zone_new (const char *name,
               GError    **error)
{
  WeirZone *zone = _weir_zone_lookup (name, strlen (name));

  if (zone == NULL)
    {
      g_autoptr (GError) local = weir_error_new (WEIR_ERROR_RUN, "INVALID_TIMEZONE", WEIR_SPAN_NONE,
                                                 "The timezone: %s is invalid. The timezone must be either a region-based zone ID or a zone offset.",
                                                 name);

      weir_error_add_param (local, "timeZone", name);
      g_propagate_error (error, g_steal_pointer (&local));
    }
  return zone;
}

WeirZone *
weir_zone_utc (void)
{
  static gsize utc;

  if (g_once_init_enter (&utc))
    g_once_init_leave (&utc, (gsize)zone_new_fixed ("UTC", 0, "UTC"));
  return (WeirZone *)utc;
}

/* `…/zoneinfo/Europe/Berlin`, `:Europe/Berlin`, `Europe/Berlin` (transfer full) (nullable) */
static WeirZone *
zone_from_setting (const char *setting)
{
  const char *tail;

  if (setting == NULL || *setting == '\0')
    return NULL;
  tail = strstr (setting, "/zoneinfo/");
  if (tail != NULL)
    setting = tail + strlen ("/zoneinfo/");
  else if (*setting == ':')
    setting++;
  return _weir_zone_lookup (setting, strlen (setting));
}

WeirZone *
weir_zone_system (void)
{
  g_autofree char *link = NULL, *text = NULL;
  WeirZone        *zone = zone_from_setting (g_getenv ("TZ"));

  if (zone != NULL)
    return zone;
  link = g_file_read_link ("/etc/localtime", NULL);
  zone = zone_from_setting (link);
  if (zone == NULL && g_file_get_contents ("/etc/timezone", &text, NULL, NULL))
    zone = zone_from_setting (g_strstrip (text));
  return zone != NULL ? zone : weir_zone_ref (weir_zone_utc ());
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
  if (zone != NULL && g_atomic_ref_count_dec (&zone->ref_count))
    zone_free (zone);
}

const char *
weir_zone_name (WeirZone *zone)
{
  return zone->name;
}

/* ---- lookup ----------------------------------------------------------------------------------------------------- */

/* How many changes are at or before @t. */
static guint
count_changes (const Timeline *line,
               guint           n,
               gint64          t)
{
  guint low = 0, high = n;

  if (t >= BUCKETS_FROM && (t - BUCKETS_FROM) >> BUCKET_BITS < N_BUCKETS)
    {
      low = line->first[(t - BUCKETS_FROM) >> BUCKET_BITS];
      while (low < n && line->at[low] <= t)
        low++;
      return low;
    }
  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (line->at[middle] <= t)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* The type after the latest change of the rule at or before @t. */
static const WeirZoneType *
rule_type_at (const WeirZoneRule *rule,
              gint64              t,
              gboolean            is_local)
{
  const WeirZoneType *best = &rule->std;
  gint64              best_at = G_MININT64, year;
  gint32              shift = is_local ? MAX (rule->std.offset_s, rule->dst.offset_s) : 0;
  guint               month, day;

  weir_civil_from_days ((gint32)weir_floor_div (t, 86400), &year, &month, &day);
  for (gint64 y = year - 1; y <= year + 1; y++)
    {
      gint64 start = _weir_zone_date_utc (&rule->start, y, rule->std.offset_s) + shift;
      gint64 end = _weir_zone_date_utc (&rule->end, y, rule->dst.offset_s) + shift;

      if (start <= t && start > best_at)
        {
          best = &rule->dst;
          best_at = start;
        }
      if (end <= t && end > best_at)
        {
          best = &rule->std;
          best_at = end;
        }
    }
  return best;
}

static const WeirZoneType *
type_at (WeirZone *zone,
         gint64    t,
         gboolean  is_local)
{
  guint n;

  if (zone->n_changes == 0)
    return &g_array_index (zone->types, WeirZoneType, 0);
  if (zone->rule.has_dst && t > zone->rule_from + 2 * 86400)
    return rule_type_at (&zone->rule, t, is_local);
  n = count_changes (is_local ? &zone->local : &zone->utc, zone->n_changes, t);
  return &g_array_index (zone->types, WeirZoneType, n > 0 ? zone->after[n - 1] : 0);
}

static gint64
saturated_add (gint64 a,
               gint64 b)
{
  gint64 sum;

  if (!__builtin_add_overflow (a, b, &sum))
    return sum;
  return b > 0 ? G_MAXINT64 : G_MININT64;
}

gint32
weir_zone_offset_at (WeirZone *zone,
                     gint64    utc_us)
{
  return type_at (zone, weir_floor_div (utc_us, WEIR_US_PER_SECOND), FALSE)->offset_s;
}

gint64
weir_zone_local_to_utc (WeirZone *zone,
                        gint64    local_us)
{
  gint32 offset_s = type_at (zone, weir_floor_div (local_us, WEIR_US_PER_SECOND), TRUE)->offset_s;

  return saturated_add (local_us, -(gint64)offset_s * WEIR_US_PER_SECOND);
}

gint64
weir_zone_utc_to_local (WeirZone *zone,
                        gint64    utc_us)
{
  return saturated_add (utc_us, (gint64)weir_zone_offset_at (zone, utc_us) * WEIR_US_PER_SECOND);
}

const char *
weir_zone_abbreviation_at (WeirZone *zone,
                           gint64    utc_us)
{
  return type_at (zone, weir_floor_div (utc_us, WEIR_US_PER_SECOND), FALSE)->abbreviation;
}
