/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/timestamp.h"

G_BEGIN_DECLS

/* Times as text. The usual ISO forms are read here; everything else goes to column/timestamp.h, so the result is the same. */
gboolean _weir_parse_timestamp (const char *text, gsize len, WeirZone *zone, gint64 *us);
gboolean _weir_parse_timestamp_ntz (const char *text, gsize len, gint64 *us); /* a zone in the text is wrong */
gboolean _weir_parse_date (const char *text, gsize len, gint32 *days);
/* CAST (… AS INTERVAL …): plain (`1-2`, `1 02:03:04.5`, `7`) or whole (`INTERVAL '1-2' YEAR TO MONTH`). */
gboolean _weir_parse_interval_ym (const char *text, gsize len, WeirType *type, gint32 *months);
gboolean _weir_parse_interval_dt (const char *text, gsize len, WeirType *type, gint64 *us);

G_END_DECLS
