/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WEIR_DEMO_ORDERS,
  WEIR_DEMO_SENSORS,
  WEIR_DEMO_WEBLOG,
} WeirDemoKind;

/* FALSE when there is no such kind. */
gboolean weir_demo_kind_parse (const char *name, WeirDemoKind *kind);
/* Columns as DDL. */
const char *weir_demo_ddl (WeirDemoKind kind);

/**
 * weir_demo_append_row:
 * @row: number of the row: the same number and seed, the same row
 * @time_us: when it is due
 *
 * Appends one NDJSON line. About one row in a hundred is late, by up to two minutes; about one in a thousand is no JSON.
 */
void weir_demo_append_row (WeirDemoKind kind, guint64 seed, guint64 row, gint64 time_us, GString *out);

G_END_DECLS
