/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

/**
 * WeirZone:
 *
 * A time zone: `UTC`, `Z`, `+09:00`, `GMT+9`, or a name of the system's tzdata, read by our own TZif v2+ reader (GLib's
 * GDateTime is too slow and too narrow for data). Immutable, refcounted, cached by name for the process.
 */
typedef struct _WeirZone WeirZone;

/* (transfer full) (nullable): INVALID_TIMEZONE (22009) when there is no such zone. */
WeirZone   *weir_zone_new (const char *name, GError **error);
WeirZone   *weir_zone_utc (void);    /* (transfer none) */
WeirZone   *weir_zone_system (void); /* (transfer full): TZ, else the system's, else UTC */
WeirZone   *weir_zone_ref (WeirZone *zone);
void        weir_zone_unref (WeirZone *zone);
const char *weir_zone_name (WeirZone *zone);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirZone, weir_zone_unref)

/* Seconds east of UTC at an instant. */
gint32 weir_zone_offset_at (WeirZone *zone, gint64 utc_us);
/* Local clock µs → instant, as java.time: in a gap the clock is moved on by the gap, in an overlap the earlier offset holds. */
gint64 weir_zone_local_to_utc (WeirZone *zone, gint64 local_us);
gint64 weir_zone_utc_to_local (WeirZone *zone, gint64 utc_us);
/* Abbreviation at an instant (`CET`), for date_format's z. */
const char *weir_zone_abbreviation_at (WeirZone *zone, gint64 utc_us);

G_END_DECLS
