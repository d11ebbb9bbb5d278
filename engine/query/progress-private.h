/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "query/progress.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  double      ms;
} WeirProgressPhase;

#define WEIR_N_PHASES 7

struct _WeirProgress
{
  gatomicrefcount     ref_count;
  char               *json; /* Owned */
  guint64             batch_id;
  gboolean            is_idle, is_replay;
  gint64              timestamp_us;
  guint64             rows_in, rows_out, rows_late, rows_bad;
  double              input_rate, processed_rate;
  gint64              duration_us;
  guint               n_phases;
  WeirProgressPhase   phases[WEIR_N_PHASES];
  gint64              watermark_us, newest_event_us;
  char               *newest_row;    /* Owned, nullable */
  char               *newest_source; /* Owned, nullable: its table */
  char               *newest_place;  /* Owned, nullable: where it was read */
  guint64             state_rows, state_bytes;
  guint               n_operators;
  WeirStateOperator  *operators; /* Owned; names are interned */
  guint               n_sources;
  WeirSourceProgress *sources; /* Owned, with their strings */
};

G_END_DECLS
