/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/health/health-history.h"

#include <math.h>

#define SECOND_US G_GINT64_CONSTANT (1000000)
#define N_ALL_MAX 480

static const struct
{
  gint64 width_us;
  gint64 span_us; /* 0: all of it */
  guint  n_max;
} ranges[WEIR_HEALTH_N_RANGES] = {
  { SECOND_US, 240 * SECOND_US, 256 },
  { 15 * SECOND_US, 3600 * SECOND_US, 256 },
  { SECOND_US, 0, N_ALL_MAX },
};

static const char *const phase_names[WEIR_HEALTH_N_PHASES] = { "latestOffset", "getBatch", "queryPlanning", "walCommit", "addBatch", "commitOffsets" };

typedef struct
{
  gint64  width_us;
  GArray *points; /* Owned: WeirHealthPoint */
} Tier;

struct _WeirHealthHistory
{
  Tier       tiers[WEIR_HEALTH_N_RANGES];
  gint64     first_us, last_us;
  GPtrArray *sources;   /* Owned: char* */
  GPtrArray *operators; /* Owned: char* */
  gint64     source_rows_us[WEIR_HEALTH_N_PARTS];
  gint64     source_watermark_us[WEIR_HEALTH_N_PARTS];
  gint64     watermark_us, watermark_since_us;
};

const char *
weir_health_phase_name (guint i)
{
  g_return_val_if_fail (i < WEIR_HEALTH_N_PHASES, NULL);
  return phase_names[i];
}

double
weir_health_phase_ms (WeirProgress *progress,
                      guint         i)
{
  const char *name;
  double      ms;

  g_return_val_if_fail (i < WEIR_HEALTH_N_PHASES, 0);
  for (guint k = 0; weir_progress_get_phase (progress, k, &name, &ms); k++)
    if (g_str_equal (name, phase_names[i]))
      return ms;
  return 0;
}

WeirHealthHistory *
weir_health_history_new (void)
{
  WeirHealthHistory *self = g_new0 (WeirHealthHistory, 1);

  for (guint i = 0; i < WEIR_HEALTH_N_RANGES; i++)
    self->tiers[i].points = g_array_new (FALSE, FALSE, sizeof (WeirHealthPoint));
  self->sources = g_ptr_array_new_with_free_func (g_free);
  self->operators = g_ptr_array_new_with_free_func (g_free);
  weir_health_history_clear (self);
  return self;
}

void
weir_health_history_free (WeirHealthHistory *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < WEIR_HEALTH_N_RANGES; i++)
    g_array_unref (self->tiers[i].points);
  g_ptr_array_unref (self->sources);
  g_ptr_array_unref (self->operators);
  g_free (self);
}

void
weir_health_history_clear (WeirHealthHistory *self)
{
  for (guint i = 0; i < WEIR_HEALTH_N_RANGES; i++)
    {
      self->tiers[i].width_us = ranges[i].width_us;
      g_array_set_size (self->tiers[i].points, 0);
    }
  g_ptr_array_set_size (self->sources, 0);
  g_ptr_array_set_size (self->operators, 0);
  for (guint i = 0; i < WEIR_HEALTH_N_PARTS; i++)
    {
      self->source_rows_us[i] = 0;
      self->source_watermark_us[i] = G_MININT64;
    }
  self->first_us = self->last_us = 0;
  self->watermark_us = G_MININT64;
  self->watermark_since_us = 0;
}

/* A mean over @n values becomes one over n + 1. */
static double
mean (double so_far,
      guint  n,
      double value)
{
  if (!isfinite (value))
    return so_far;
  return n == 0 || !isfinite (so_far) ? value : so_far + (value - so_far) / (n + 1);
}

static WeirHealthPoint
make_point (gint64 time_us)
{
  WeirHealthPoint point = { .time_us = time_us, .processed_rate = NAN, .duration_ms = NAN };

  for (guint i = 0; i < WEIR_HEALTH_N_PARTS; i++)
    point.lag_us[i] = point.state_bytes[i] = NAN;
  return point;
}

static void
fill_parts (WeirHealthHistory *self,
            WeirHealthPoint   *point,
            WeirProgress      *progress)
{
  WeirStateOperator  op;
  WeirSourceProgress source;

  for (guint i = 0; i < WEIR_HEALTH_N_PARTS && weir_progress_get_state_operator (progress, i, &op); i++)
    point->state_bytes[i] = (double)op.memory_bytes;
  for (guint i = 0; i < WEIR_HEALTH_N_PARTS && weir_progress_get_source (progress, i, &source); i++)
    if (source.watermark_us != G_MININT64 && source.watermark_us > 0)
      point->lag_us[i] = (double)(point->time_us - source.watermark_us);
}

static void
add_to_point (WeirHealthHistory *self,
              WeirHealthPoint   *point,
              WeirProgress      *progress)
{
  point->time_us = MAX (point->time_us, weir_progress_get_timestamp_us (progress));
  point->input_rate = mean (point->input_rate, point->n_records++, weir_progress_get_input_rate (progress));
  point->state_rows = (double)weir_progress_get_state_rows (progress);
  fill_parts (self, point, progress);
  if (weir_progress_get_is_idle (progress))
    return;
  if (weir_progress_get_n_input_rows (progress) > 0)
    point->processed_rate = mean (point->processed_rate, point->n_batches, weir_progress_get_processed_rate (progress));
  point->duration_ms = mean (point->duration_ms, point->n_batches, (double)weir_progress_get_duration_us (progress) / 1000);
  for (guint i = 0; i < WEIR_HEALTH_N_PHASES; i++)
    point->phases_ms[i] = mean (point->phases_ms[i], point->n_batches, weir_health_phase_ms (progress, i));
  point->late_rows += (double)weir_progress_get_n_late_rows (progress);
  point->n_batches++;
}

/* @b, which is newer, goes into @a. */
static void
merge_points (WeirHealthPoint       *a,
              const WeirHealthPoint *b)
{
  WeirHealthPoint both = *b;
  double          n = MAX (1, a->n_batches + b->n_batches), share = b->n_batches / n;

  both.n_records += a->n_records;
  both.n_batches += a->n_batches;
  both.input_rate = (a->input_rate * a->n_records + b->input_rate * b->n_records) / MAX (1, both.n_records);
  both.processed_rate = isnan (a->processed_rate) ? b->processed_rate : isnan (b->processed_rate) ? a->processed_rate
                                                                                                  : a->processed_rate * (1 - share) + b->processed_rate * share;
  both.duration_ms = isnan (a->duration_ms) ? b->duration_ms : isnan (b->duration_ms) ? a->duration_ms
                                                                                      : a->duration_ms * (1 - share) + b->duration_ms * share;
  for (guint i = 0; i < WEIR_HEALTH_N_PHASES; i++)
    both.phases_ms[i] = a->phases_ms[i] * (1 - share) + b->phases_ms[i] * share;
  both.late_rows += a->late_rows;
  *a = both;
}

/* Neighbours become one, and buckets twice as wide. */
static void
coarsen (Tier *tier)
{
  WeirHealthPoint *points = (WeirHealthPoint *)tier->points->data;
  guint            kept = 0;

  tier->width_us *= 2;
  for (guint i = 0; i < tier->points->len; i++)
    if (kept > 0 && points[i].time_us / tier->width_us == points[kept - 1].time_us / tier->width_us)
      merge_points (&points[kept - 1], &points[i]);
    else
      points[kept++] = points[i];
  g_array_set_size (tier->points, kept);
}

static void
add_to_tier (WeirHealthHistory *self,
             guint              range,
             WeirProgress      *progress)
{
  Tier            *tier = &self->tiers[range];
  gint64           time_us = weir_progress_get_timestamp_us (progress);
  WeirHealthPoint *last = tier->points->len > 0 ? &g_array_index (tier->points, WeirHealthPoint, tier->points->len - 1) : NULL;
  WeirHealthPoint  point;

  /* A clock that was set back goes on in the newest bucket. */
  if (last != NULL && time_us / tier->width_us <= last->time_us / tier->width_us)
    {
      add_to_point (self, last, progress);
      return;
    }
  point = make_point (time_us);
  add_to_point (self, &point, progress);
  g_array_append_val (tier->points, point);
  if (ranges[range].span_us == 0)
    while (tier->points->len > ranges[range].n_max)
      coarsen (tier);
  else if (tier->points->len > ranges[range].n_max)
    g_array_remove_index (tier->points, 0);
}

static void
learn_names (WeirHealthHistory *self,
             WeirProgress      *progress)
{
  WeirStateOperator  op;
  WeirSourceProgress source;

  for (guint i = self->sources->len; i < WEIR_HEALTH_N_PARTS && weir_progress_get_source (progress, i, &source); i++)
    g_ptr_array_add (self->sources, g_strdup (source.table));
  for (guint i = self->operators->len; i < WEIR_HEALTH_N_PARTS && weir_progress_get_state_operator (progress, i, &op); i++)
    g_ptr_array_add (self->operators, g_strdup (op.name));
}

static void
follow_watermarks (WeirHealthHistory *self,
                   WeirProgress      *progress)
{
  gint64             time_us = weir_progress_get_timestamp_us (progress), watermark_us = weir_progress_get_watermark_us (progress);
  WeirSourceProgress source;

  for (guint i = 0; i < WEIR_HEALTH_N_PARTS && weir_progress_get_source (progress, i, &source); i++)
    {
      if (source.n_rows > 0)
        self->source_rows_us[i] = time_us;
      self->source_watermark_us[i] = source.watermark_us;
    }
  if (watermark_us == G_MININT64)
    return;
  if (watermark_us != self->watermark_us)
    self->watermark_since_us = time_us;
  self->watermark_us = watermark_us;
}

void
weir_health_history_add (WeirHealthHistory *self,
                         WeirProgress      *progress)
{
  gint64 time_us = weir_progress_get_timestamp_us (progress);

  if (self->first_us == 0)
    self->first_us = time_us;
  self->last_us = MAX (self->last_us, time_us);
  learn_names (self, progress);
  follow_watermarks (self, progress);
  for (guint i = 0; i < WEIR_HEALTH_N_RANGES; i++)
    add_to_tier (self, i, progress);
}

const WeirHealthPoint *
weir_health_history_get_points (WeirHealthHistory *self,
                                WeirHealthRange    range,
                                guint             *n_points)
{
  *n_points = self->tiers[range].points->len;
  return (const WeirHealthPoint *)self->tiers[range].points->data;
}

gboolean
weir_health_history_get_view (WeirHealthHistory *self,
                              WeirHealthRange    range,
                              gint64            *min_us,
                              gint64            *max_us)
{
  if (self->last_us == 0)
    return FALSE;
  *max_us = self->last_us;
  /* A young run fills the chart; it is not put into the corner of an empty one. */
  *min_us = MIN (self->first_us, self->last_us - 60 * SECOND_US);
  if (ranges[range].span_us > 0)
    *min_us = MAX (*min_us, self->last_us - ranges[range].span_us);
  return TRUE;
}

guint
weir_health_history_get_n_sources (WeirHealthHistory *self)
{
  return self->sources->len;
}

const char *
weir_health_history_get_source (WeirHealthHistory *self,
                                guint              i)
{
  return self->sources->pdata[i];
}

gint64
weir_health_history_get_source_rows_us (WeirHealthHistory *self,
                                        guint              i)
{
  return i < WEIR_HEALTH_N_PARTS ? self->source_rows_us[i] : 0;
}

guint
weir_health_history_get_n_operators (WeirHealthHistory *self)
{
  return self->operators->len;
}

const char *
weir_health_history_get_operator (WeirHealthHistory *self,
                                  guint              i)
{
  return self->operators->pdata[i];
}

gint64
weir_health_history_get_watermark_since_us (WeirHealthHistory *self)
{
  return self->watermark_since_us;
}

int
weir_health_history_get_slowest_source (WeirHealthHistory *self)
{
  int slowest = -1;

  if (self->sources->len < 2)
    return -1;
  for (guint i = 0; i < self->sources->len; i++)
    if (slowest < 0 || self->source_watermark_us[i] < self->source_watermark_us[slowest])
      slowest = (int)i;
  return slowest;
}
