/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/charts/chart-model.h"

G_BEGIN_DECLS

#define WEIR_CHART_MAX_MARKS 64

typedef struct
{
  WeirChartCell *cells; /* Owned */
  guint          n_cells;
  gint64         min_us;
  gint64         max_us;
} WeirChartChunk;

typedef struct
{
  gint64       time_us;
  WeirMarkKind kind;
  char        *label; /* Owned */
} WeirChartMark;

struct _WeirChartModel
{
  GObject parent_instance;

  /* Owned: what was fed in */
  WeirKeyColors *colors;
  GHashTable    *key_ids;   /* name, borrowed from key_names → id */
  GPtrArray     *key_names; /* by id */
  GPtrArray     *chunks;    /* of WeirChartChunk, NULL where none was set */
  GPtrArray     *marks;     /* of WeirChartMark */
  GArray        *late;
  guint64        n_late;
  gint64         watermark_us;
  gint64         newest_event_us;
  gint64         wait_us;

  /* What is chosen */
  GHashTable   *hidden; /* Owned: names */
  WeirChartKind kind;
  WeirChartFold fold;
  guint         n_series_max;
  gint64        range_us;
  gboolean      following;

  /* Owned: worked out by _weir_chart_model_build() */
  GArray    *windows;
  GPtrArray *series;
  gint64     view_min_us;
  gint64     view_max_us;
  gboolean   has_time;
};

void _weir_chart_model_build (WeirChartModel *self);
void _weir_chart_series_free (gpointer data);

G_END_DECLS
