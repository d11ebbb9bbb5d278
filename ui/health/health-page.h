/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "engine/engine.h"
#include "ui/health/batch-list.h"
#include "ui/health/health-verdict.h"

G_BEGIN_DECLS

#define WEIR_TYPE_HEALTH_PAGE (weir_health_page_get_type ())
G_DECLARE_FINAL_TYPE (WeirHealthPage, weir_health_page, WEIR, HEALTH_PAGE, GtkWidget)

/**
 * WeirHealthPage:
 *
 * How a query does: a verdict, six charts, its batches and their state. It remembers every batch of a run, seen or not; what is shown is
 * brought up to date by weir_health_page_refresh() only.
 */
GtkWidget *weir_health_page_new (void);
/* @query: nullable */
void weir_health_page_set_query (WeirHealthPage *self, WeirQuery *query);
void weir_health_page_set_zone (WeirHealthPage *self, GTimeZone *zone);
void weir_health_page_set_narrow (WeirHealthPage *self, gboolean narrow);
/* Cheap; does nothing while it cannot be seen. */
void weir_health_page_refresh (WeirHealthPage *self);
/* The verdict as it is now. (transfer full) */
WeirHealthVerdict weir_health_page_judge (WeirHealthPage *self);
/* Verdict, status, plan and newest progress records as text, for a bug report. (transfer full) */
char          *weir_health_page_dup_report (WeirHealthPage *self);
WeirBatchList *weir_health_page_get_batches (WeirHealthPage *self);
void           weir_health_page_set_range (WeirHealthPage *self, WeirHealthRange range);

G_END_DECLS
