/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the charts of the Health page remember of a run: every batch goes into three series of buckets, of a second for the newest four
 * minutes, of fifteen seconds for the newest hour, and of a width that doubles when they are full for all of it. So memory and the cost
 * of a picture do not grow with the run. Needs no display.
 */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

/* Spark's phases, in the order in which a batch goes through them. */
#define WEIR_HEALTH_N_PHASES 6
/* Sources and operators told apart; further ones are left out of the charts. */
#define WEIR_HEALTH_N_PARTS 8

typedef enum
{
  WEIR_HEALTH_MINUTES, /* four */
  WEIR_HEALTH_HOUR,
  WEIR_HEALTH_ALL,
  WEIR_HEALTH_N_RANGES,
} WeirHealthRange;

/* One bucket. Means are over the batches that ran in it; NAN where there is nothing to say. */
typedef struct
{
  gint64 time_us;   /* of the newest record in it */
  guint  n_records; /* idle ones too */
  guint  n_batches;
  double input_rate, processed_rate; /* rows/s */
  double duration_ms;
  double phases_ms[WEIR_HEALTH_N_PHASES];
  double lag_us[WEIR_HEALTH_N_PARTS]; /* newest: how far the watermark of a source is behind the clock */
  double state_rows;                  /* newest */
  double state_bytes[WEIR_HEALTH_N_PARTS];
  double late_rows; /* sum */
} WeirHealthPoint;

typedef struct _WeirHealthHistory WeirHealthHistory;

WeirHealthHistory *weir_health_history_new (void);
void               weir_health_history_free (WeirHealthHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirHealthHistory, weir_health_history_free)

void weir_health_history_add (WeirHealthHistory *self, WeirProgress *progress);
void weir_health_history_clear (WeirHealthHistory *self);

/* Oldest first; good until the next add. */
const WeirHealthPoint *weir_health_history_get_points (WeirHealthHistory *self, WeirHealthRange range, guint *n_points);
/* What the time axis of @range holds: ends at the newest record. FALSE without one. */
gboolean weir_health_history_get_view (WeirHealthHistory *self, WeirHealthRange range, gint64 *min_us, gint64 *max_us);

guint       weir_health_history_get_n_sources (WeirHealthHistory *self);
const char *weir_health_history_get_source (WeirHealthHistory *self, guint i);         /* table */
gint64      weir_health_history_get_source_rows_us (WeirHealthHistory *self, guint i); /* when it last had rows; 0: never */
guint       weir_health_history_get_n_operators (WeirHealthHistory *self);
const char *weir_health_history_get_operator (WeirHealthHistory *self, guint i);
/* Since when the watermark stands where it is; 0: there is none. */
gint64 weir_health_history_get_watermark_since_us (WeirHealthHistory *self);
/* The source whose own watermark is furthest behind; −1 when there is but one, or none has one. */
int weir_health_history_get_slowest_source (WeirHealthHistory *self);
/* Name of a phase as Spark has it. */
const char *weir_health_phase_name (guint i);
/* Its time in one batch, ms. */
double weir_health_phase_ms (WeirProgress *progress, guint i);

G_END_DECLS
