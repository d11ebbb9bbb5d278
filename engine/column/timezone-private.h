/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/timezone.h"

G_BEGIN_DECLS

/* What a clock shows for a while. */
typedef struct
{
  gint32 offset_s; /* east of UTC */
  char   abbreviation[12];
} WeirZoneType;

/* `M3.2.0/2`, `J60` or `59` of a POSIX TZ string. */
typedef struct
{
  char   kind; /* 'M', 'J' or 'N' (zero-based day of the year) */
  gint32 month;
  gint32 week;
  gint32 day;
  gint32 time_s; /* on the clock before the change; may be negative or above a day */
} WeirZoneDate;

typedef struct
{
  gboolean     is_set;
  gboolean     has_dst;
  WeirZoneType std;
  WeirZoneType dst;
  WeirZoneDate start; /* of dst */
  WeirZoneDate end;
} WeirZoneRule;

/* What a TZif file says. */
typedef struct
{
  GArray      *times; /* gint64, UTC seconds, ascending */
  GArray      *after; /* guint8, index in types, one a time */
  GArray      *types; /* WeirZoneType, at least one; 0 holds before the first time */
  WeirZoneRule rule;
} WeirZoneFile;

/* FALSE when the bytes are no TZif file; @file is then empty. */
gboolean _weir_zone_file_parse (const guint8 *data, gsize len, WeirZoneFile *file);
void     _weir_zone_file_clear (WeirZoneFile *file);
/* A POSIX TZ string, `CET-1CEST,M3.5.0,M10.5.0/3`. */
gboolean _weir_zone_rule_parse (const char *text, WeirZoneRule *rule);
/* UTC second of a change in a year; @before_s: the offset until then. */
gint64 _weir_zone_date_utc (const WeirZoneDate *date, gint64 year, gint32 before_s);

/* `+9`, `+09`, `+0900`, `+09:00`, `+09:00:30`, at most ±18 hours; the whole text. */
gboolean _weir_zone_parse_offset (const char *text, gsize len, gint32 *offset_s);

/* As weir_zone_new() without an error; NULL when there is none. (transfer full) (nullable) */
WeirZone *_weir_zone_lookup (const char *name, gsize len);

G_END_DECLS
