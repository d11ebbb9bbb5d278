/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From cells to windows and series. One pass finds the windows in view and what each key adds up to there; the greatest keys become
 * series, the rest is summed up in "Others"; a second pass fills their values. The cost is linear in the cells of the chunks in view.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/charts/chart-model-private.h"

/* A shown series is replaced only by one that is greater by this factor, or near-equal keys would swap places each second. */
#define HYSTERESIS 1.1

#define MIN_WINDOWS 3

/* More instants than this are not told apart on any screen; the oldest in view are left out. */
#define MAX_WINDOWS 200000

static guint
window_hash (gconstpointer key)
{
  const WeirChartWindow *window = key;
  guint64                mixed = (guint64)window->start_us * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) ^ (guint64)window->end_us;

  return (guint)(mixed ^ mixed >> 32);
}

static gboolean
window_equal (gconstpointer a,
              gconstpointer b)
{
  const WeirChartWindow *x = a;
  const WeirChartWindow *y = b;

  return x->start_us == y->start_us && x->end_us == y->end_us;
}

static int
window_compare (gconstpointer a,
                gconstpointer b)
{
  const WeirChartWindow *x = a;
  const WeirChartWindow *y = b;

  if (x->end_us != y->end_us)
    return x->end_us < y->end_us ? -1 : 1;
  return (x->start_us > y->start_us) - (x->start_us < y->start_us);
}

static void
fit_view (WeirChartModel *self)
{
  gint64 min_us = G_MAXINT64;
  gint64 max_us = G_MININT64;
  gint64 pad_us = 0;

  self->has_time = FALSE;
  for (guint i = 0; i < self->chunks->len; i++)
    {
      const WeirChartChunk *chunk = self->chunks->pdata[i];

      if (chunk == NULL || chunk->n_cells == 0)
        continue;
      min_us = MIN (min_us, chunk->min_us);
      max_us = MAX (max_us, chunk->max_us);
      pad_us = MAX (pad_us, chunk->cells[0].end_us - chunk->cells[0].start_us);
    }
  if (min_us <= max_us)
    self->has_time = max_us != 0 || min_us != 0;
  if (self->newest_event_us != WEIR_TIME_NONE && (self->has_time || min_us > max_us))
    {
      max_us = MAX (max_us, self->newest_event_us);
      min_us = MIN (min_us, MAX (self->newest_event_us - self->wait_us, self->watermark_us));
    }
  if (!self->following || max_us < min_us)
    return;

  if (self->range_us > 0)
    {
      /* Of windows that are long for the range, a few are in view all the same. */
      gint64 range_us = MAX (self->range_us, MIN_WINDOWS * pad_us);

      pad_us = MIN (pad_us, range_us / 8);
      min_us = max_us - range_us - pad_us;
    }
  self->view_min_us = min_us;
  self->view_max_us = MAX (max_us + pad_us, min_us + G_USEC_PER_SEC);
}

static gboolean
chunk_in_view (const WeirChartModel *self,
               const WeirChartChunk *chunk)
{
  return chunk != NULL && chunk->n_cells > 0 && chunk->max_us >= self->view_min_us && chunk->min_us <= self->view_max_us;
}

static gboolean
cell_in_view (const WeirChartModel *self,
              const WeirChartCell  *cell)
{
  return cell->end_us >= self->view_min_us && cell->start_us <= self->view_max_us && isfinite (cell->value);
}

static WeirWindowState
window_state (const WeirChartModel  *self,
              const WeirChartWindow *window)
{
  if (window->start_us == window->end_us)
    return WEIR_WINDOW_FINAL;
  if (self->watermark_us != WEIR_TIME_NONE && window->end_us <= self->watermark_us)
    return WEIR_WINDOW_FINAL;
  if (self->newest_event_us == WEIR_TIME_NONE)
    return self->watermark_us == WEIR_TIME_NONE ? WEIR_WINDOW_FINAL : WEIR_WINDOW_WAITING;
  if (self->newest_event_us < window->end_us)
    return WEIR_WINDOW_FILLING;
  return self->watermark_us == WEIR_TIME_NONE ? WEIR_WINDOW_FINAL : WEIR_WINDOW_WAITING;
}

/* First pass: windows in view, and for each key the sum of what it has there. */
static void
collect (WeirChartModel *self,
         double         *sums,
         gboolean       *seen)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (window_hash, window_equal, g_free, NULL);
  WeirChartWindow        last = { G_MAXINT64, G_MININT64, 0 };

  g_array_set_size (self->windows, 0);
  for (guint i = self->chunks->len; i-- > 0;)
    {
      const WeirChartChunk *chunk = self->chunks->pdata[i];

      if (!chunk_in_view (self, chunk))
        continue;
      for (guint j = 0; j < chunk->n_cells; j++)
        {
          const WeirChartCell *cell = &chunk->cells[j];
          WeirChartWindow      window = { cell->start_us, cell->end_us, WEIR_WINDOW_FINAL };

          if (!cell_in_view (self, cell))
            continue;
          sums[cell->key] += fabs (cell->value);
          seen[cell->key] = TRUE;
          if (window_equal (&window, &last) || g_hash_table_size (known) >= MAX_WINDOWS)
            continue;
          last = window;
          if (!g_hash_table_add (known, g_memdup2 (&window, sizeof window)))
            continue;
          window.state = window_state (self, &window);
          if (cell->is_open && window.state == WEIR_WINDOW_FINAL)
            window.state = WEIR_WINDOW_WAITING;
          g_array_append_val (self->windows, window);
        }
    }
  g_array_sort (self->windows, window_compare);
}

typedef struct
{
  guint32 key;
  double  rank;
} Candidate;

static int
compare_candidates (gconstpointer a,
                    gconstpointer b)
{
  const Candidate *x = a;
  const Candidate *y = b;

  if (x->rank != y->rank)
    return x->rank > y->rank ? -1 : 1;
  return x->key < y->key ? -1 : x->key > y->key;
}

static WeirChartSeries *
series_new (WeirChartModel *self,
            const char     *name)
{
  WeirChartSeries *series = g_new0 (WeirChartSeries, 1);

  series->name = g_strdup (name);
  series->hidden = g_hash_table_contains (self->hidden, name);
  series->last = series->last_final = NAN;
  return series;
}

static void
give_values (WeirChartModel  *self,
             WeirChartSeries *series)
{
  g_free (series->values);
  series->values = g_new (double, MAX (self->windows->len, 1));
  for (guint i = 0; i < self->windows->len; i++)
    series->values[i] = NAN;
}

static gboolean
was_shown (WeirChartModel *self,
           const char     *name)
{
  for (guint i = 0; i < self->series->len; i++)
    if (strcmp (((WeirChartSeries *)self->series->pdata[i])->name, name) == 0)
      return TRUE;
  return FALSE;
}

/* The keys that become series, those shown before first and in their old order. */
static GArray *
choose (WeirChartModel *self,
        const double   *sums,
        const gboolean *seen,
        gboolean       *has_others)
{
  GArray *chosen = g_array_new (FALSE, FALSE, sizeof (Candidate));
  guint   n_kept = 0;

  for (guint i = 0; i < self->key_names->len; i++)
    {
      Candidate candidate = { i, sums[i] };

      if (!seen[i])
        continue;
      if (was_shown (self, self->key_names->pdata[i]))
        candidate.rank *= HYSTERESIS;
      g_array_append_val (chosen, candidate);
    }
  g_array_sort (chosen, compare_candidates);
  *has_others = chosen->len > self->n_series_max;
  if (*has_others)
    g_array_set_size (chosen, self->n_series_max);

  for (guint i = 0; i < self->series->len; i++)
    {
      const WeirChartSeries *old = self->series->pdata[i];

      for (guint j = n_kept; j < chosen->len; j++)
        {
          Candidate candidate = g_array_index (chosen, Candidate, j);

          if (strcmp (self->key_names->pdata[candidate.key], old->name) != 0)
            continue;
          g_array_remove_index (chosen, j);
          g_array_insert_val (chosen, n_kept, candidate);
          n_kept++;
          break;
        }
    }
  return chosen;
}

static void
color_series (WeirChartModel *self,
              gboolean        has_others)
{
  guint                   n = self->series->len - (has_others ? 1 : 0);
  g_autofree const char **names = g_new (const char *, n + 1);

  for (guint i = 0; i < n; i++)
    names[i] = ((WeirChartSeries *)self->series->pdata[i])->name;
  weir_key_colors_assign (self->colors, names, n);
  for (guint i = 0; i < self->series->len; i++)
    {
      WeirChartSeries *series = self->series->pdata[i];

      if (i >= n || !weir_key_colors_lookup (self->colors, series->name, &series->slot))
        series->slot = WEIR_SLOT_OTHERS;
    }
}

static double
fold (WeirChartFold how,
      double        so_far,
      double        value)
{
  if (isnan (so_far))
    return value;
  switch (how)
    {
    case WEIR_FOLD_MIN:
      return MIN (so_far, value);
    case WEIR_FOLD_MAX:
      return MAX (so_far, value);
    case WEIR_FOLD_SUM:
    case WEIR_FOLD_MEAN:
    default:
      return so_far + value;
    }
}

static void
divide (WeirChartModel *self,
        const guint    *counts)
{
  for (guint i = 0; i < self->series->len; i++)
    for (guint w = 0; w < self->windows->len; w++)
      if (counts[(gsize)i * self->windows->len + w] > 1)
        ((WeirChartSeries *)self->series->pdata[i])->values[w] /= counts[(gsize)i * self->windows->len + w];
}

/* Second pass. @series_of_key: index of each key's series. */
static void
fill (WeirChartModel *self,
      const int      *series_of_key)
{
  g_autoptr (GHashTable) index = g_hash_table_new (window_hash, window_equal);
  WeirChartWindow        last = { G_MAXINT64, G_MININT64, 0 };
  g_autofree guint      *counts = self->fold == WEIR_FOLD_MEAN ? g_new0 (guint, (gsize)self->series->len * self->windows->len + 1) : NULL;
  guint                  at = 0;

  for (guint i = 0; i < self->windows->len; i++)
    g_hash_table_insert (index, &g_array_index (self->windows, WeirChartWindow, i), GUINT_TO_POINTER (i));

  for (guint i = 0; i < self->chunks->len; i++)
    {
      const WeirChartChunk *chunk = self->chunks->pdata[i];

      if (!chunk_in_view (self, chunk))
        continue;
      for (guint j = 0; j < chunk->n_cells; j++)
        {
          const WeirChartCell *cell = &chunk->cells[j];
          WeirChartWindow      window = { cell->start_us, cell->end_us, WEIR_WINDOW_FINAL };
          WeirChartSeries     *series;
          gpointer             value;

          if (!cell_in_view (self, cell) || series_of_key[cell->key] < 0)
            continue;
          if (!window_equal (&window, &last))
            {
              if (!g_hash_table_lookup_extended (index, &window, NULL, &value))
                continue;
              at = GPOINTER_TO_UINT (value);
              last = window;
            }
          series = self->series->pdata[series_of_key[cell->key]];
          series->values[at] = fold (self->fold, series->values[at], cell->value);
          if (counts != NULL)
            counts[(gsize)series_of_key[cell->key] * self->windows->len + at]++;
        }
    }
  if (counts != NULL)
    divide (self, counts);
}

static void
find_last_values (WeirChartModel *self)
{
  for (guint i = 0; i < self->series->len; i++)
    {
      WeirChartSeries *series = self->series->pdata[i];

      for (guint j = self->windows->len; j-- > 0;)
        {
          if (isnan (series->values[j]))
            continue;
          if (isnan (series->last))
            series->last = series->values[j];
          if (g_array_index (self->windows, WeirChartWindow, j).state == WEIR_WINDOW_FINAL)
            {
              series->last_final = series->values[j];
              break;
            }
        }
    }
}

void
_weir_chart_model_build (WeirChartModel *self)
{
  guint                 n_keys = self->key_names->len;
  g_autofree double    *sums = g_new0 (double, n_keys + 1);
  g_autofree gboolean  *seen = g_new0 (gboolean, n_keys + 1);
  g_autofree int       *series_of_key = g_new (int, n_keys + 1);
  g_autoptr (GArray)    chosen = NULL;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (_weir_chart_series_free);
  gboolean              has_others;

  fit_view (self);
  collect (self, sums, seen);
  chosen = choose (self, sums, seen, &has_others);

  for (guint i = 0; i < n_keys; i++)
    series_of_key[i] = has_others ? (int)chosen->len : -1;
  for (guint i = 0; i < chosen->len; i++)
    {
      guint32 key = g_array_index (chosen, Candidate, i).key;

      series_of_key[key] = (int)i;
      g_ptr_array_add (all, series_new (self, self->key_names->pdata[key]));
    }
  if (has_others)
    /* Translators: the series that sums up all keys that are not shown on their own */
    g_ptr_array_add (all, series_new (self, _ ("Others")));

  g_ptr_array_unref (self->series);
  self->series = g_steal_pointer (&all);
  for (guint i = 0; i < self->series->len; i++)
    give_values (self, self->series->pdata[i]);
  color_series (self, has_others);
  fill (self, series_of_key);
  find_last_values (self);
}

static gboolean
is_stacked (WeirChartKind kind)
{
  return kind == WEIR_CHART_AREA || kind == WEIR_CHART_STACKED;
}

static double
bar_value (const WeirChartSeries *series)
{
  return isnan (series->last_final) ? series->last : series->last_final;
}

static void
widen (double  value,
       double *min,
       double *max)
{
  if (isfinite (value))
    {
      *min = MIN (*min, value);
      *max = MAX (*max, value);
    }
}

void
weir_chart_model_get_extent (WeirChartModel *self,
                             double         *min,
                             double         *max)
{
  *min = *max = 0;
  for (guint i = 0; i < self->series->len && self->kind == WEIR_CHART_BAR; i++)
    if (!((WeirChartSeries *)self->series->pdata[i])->hidden)
      widen (bar_value (self->series->pdata[i]), min, max);
  if (self->kind == WEIR_CHART_BAR)
    return;

  for (guint w = 0; w < self->windows->len; w++)
    {
      double up = 0;
      double down = 0;

      for (guint i = 0; i < self->series->len; i++)
        {
          const WeirChartSeries *series = self->series->pdata[i];

          if (series->hidden || isnan (series->values[w]))
            continue;
          if (!is_stacked (self->kind))
            widen (series->values[w], min, max);
          else if (series->values[w] < 0)
            down += series->values[w];
          else
            up += series->values[w];
        }
      widen (up, min, max);
      widen (down, min, max);
    }
}
