/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/charts/chart-model-private.h"
#include "ui/charts/chart-model.h"

G_DEFINE_FINAL_TYPE (WeirChartModel, weir_chart_model, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
chunk_free (gpointer data)
{
  WeirChartChunk *chunk = data;

  if (chunk == NULL)
    return;
  g_free (chunk->cells);
  g_free (chunk);
}

static void
mark_free (gpointer data)
{
  WeirChartMark *mark = data;

  g_free (mark->label);
  g_free (mark);
}

void
_weir_chart_series_free (gpointer data)
{
  WeirChartSeries *series = data;

  g_free (series->name);
  g_free (series->values);
  g_free (series);
}

static void
weir_chart_model_finalize (GObject *object)
{
  WeirChartModel *self = WEIR_CHART_MODEL (object);

  g_clear_object (&self->colors);
  g_hash_table_unref (self->key_ids);
  g_ptr_array_unref (self->key_names);
  g_ptr_array_unref (self->chunks);
  g_ptr_array_unref (self->series);
  g_ptr_array_unref (self->marks);
  g_hash_table_unref (self->hidden);
  g_array_unref (self->windows);
  g_array_unref (self->late);

  G_OBJECT_CLASS (weir_chart_model_parent_class)->finalize (object);
}

static void
weir_chart_model_class_init (WeirChartModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_chart_model_finalize;

  /**
   * WeirChartModel::changed:
   *
   * Anything the chart shows is different now.
   */
  signals[CHANGED] =
    g_signal_new ("changed", WEIR_TYPE_CHART_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
weir_chart_model_init (WeirChartModel *self)
{
  self->key_ids = g_hash_table_new (g_str_hash, g_str_equal);
  self->key_names = g_ptr_array_new_with_free_func (g_free);
  self->chunks = g_ptr_array_new_with_free_func (chunk_free);
  self->series = g_ptr_array_new_with_free_func (_weir_chart_series_free);
  self->marks = g_ptr_array_new_with_free_func (mark_free);
  self->hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->windows = g_array_new (FALSE, FALSE, sizeof (WeirChartWindow));
  self->late = g_array_new (FALSE, FALSE, sizeof (WeirChartLate));
  self->watermark_us = WEIR_TIME_NONE;
  self->newest_event_us = WEIR_TIME_NONE;
  self->n_series_max = 8;
  self->range_us = 4 * 60 * G_USEC_PER_SEC;
  self->following = TRUE;
}

WeirChartModel *
weir_chart_model_new (WeirKeyColors *colors)
{
  WeirChartModel *self = g_object_new (WEIR_TYPE_CHART_MODEL, NULL);

  self->colors = colors != NULL ? g_object_ref (colors) : weir_key_colors_new ();
  return self;
}

WeirKeyColors *
weir_chart_model_get_colors (WeirChartModel *self)
{
  return self->colors;
}

static void
emit_changed (WeirChartModel *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

guint32
weir_chart_model_intern (WeirChartModel *self,
                         const char     *key)
{
  gpointer id;
  char    *name;

  if (g_hash_table_lookup_extended (self->key_ids, key, NULL, &id))
    return GPOINTER_TO_UINT (id);
  name = g_strdup (key);
  g_ptr_array_add (self->key_names, name);
  g_hash_table_insert (self->key_ids, name, GUINT_TO_POINTER (self->key_names->len - 1));
  return self->key_names->len - 1;
}

void
weir_chart_model_set_chunk (WeirChartModel      *self,
                            guint                i,
                            const WeirChartCell *cells,
                            guint                n_cells)
{
  WeirChartChunk *chunk;

  g_return_if_fail (WEIR_IS_CHART_MODEL (self));

  if (i >= self->chunks->len)
    g_ptr_array_set_size (self->chunks, (int)i + 1);
  chunk = self->chunks->pdata[i];
  if (chunk == NULL)
    chunk = self->chunks->pdata[i] = g_new0 (WeirChartChunk, 1);

  g_free (chunk->cells);
  chunk->cells = g_memdup2 (cells, n_cells * sizeof (WeirChartCell));
  chunk->n_cells = n_cells;
  chunk->min_us = G_MAXINT64;
  chunk->max_us = G_MININT64;
  for (guint j = 0; j < n_cells; j++)
    {
      chunk->min_us = MIN (chunk->min_us, cells[j].start_us);
      chunk->max_us = MAX (chunk->max_us, cells[j].end_us);
    }
}

void
weir_chart_model_set_n_chunks (WeirChartModel *self,
                               guint           n_chunks)
{
  if (n_chunks < self->chunks->len)
    g_ptr_array_set_size (self->chunks, (int)n_chunks);
}

void
weir_chart_model_set_times (WeirChartModel *self,
                            gint64          watermark_us,
                            gint64          newest_event_us,
                            gint64          wait_us)
{
  self->watermark_us = watermark_us;
  self->newest_event_us = newest_event_us;
  self->wait_us = wait_us;
}

void
weir_chart_model_set_late (WeirChartModel      *self,
                           guint64              n_late_total,
                           const WeirChartLate *late,
                           guint                n_late)
{
  self->n_late = n_late_total;
  g_array_set_size (self->late, 0);
  g_array_append_vals (self->late, late, n_late);
}

void
weir_chart_model_forget_cells (WeirChartModel *self)
{
  g_ptr_array_set_size (self->chunks, 0);
  g_hash_table_remove_all (self->key_ids);
  g_ptr_array_set_size (self->key_names, 0);
}

guint
weir_chart_model_get_n_keys (WeirChartModel *self)
{
  return self->key_names->len;
}

void
weir_chart_model_set_fold (WeirChartModel *self,
                           WeirChartFold   fold)
{
  self->fold = fold;
}

void
weir_chart_model_clear (WeirChartModel *self)
{
  weir_chart_model_forget_cells (self);
  g_ptr_array_set_size (self->marks, 0);
  g_array_set_size (self->late, 0);
  self->n_late = 0;
  self->watermark_us = WEIR_TIME_NONE;
  self->newest_event_us = WEIR_TIME_NONE;
  self->following = TRUE;
  weir_chart_model_update (self);
}

void
weir_chart_model_add_mark (WeirChartModel *self,
                           gint64          time_us,
                           WeirMarkKind    kind,
                           const char     *label)
{
  WeirChartMark *mark = g_new0 (WeirChartMark, 1);

  mark->time_us = time_us;
  mark->kind = kind;
  mark->label = g_strdup (label);
  if (self->marks->len >= WEIR_CHART_MAX_MARKS)
    g_ptr_array_remove_index (self->marks, 0);
  g_ptr_array_add (self->marks, mark);
}

void
weir_chart_model_update (WeirChartModel *self)
{
  g_return_if_fail (WEIR_IS_CHART_MODEL (self));

  _weir_chart_model_build (self);
  emit_changed (self);
}

void
weir_chart_model_set_kind (WeirChartModel *self,
                           WeirChartKind   kind)
{
  g_return_if_fail (kind < WEIR_CHART_N_KINDS);

  if (self->kind == kind)
    return;
  self->kind = kind;
  weir_chart_model_update (self);
}

WeirChartKind
weir_chart_model_get_kind (WeirChartModel *self)
{
  return self->kind;
}

void
weir_chart_model_set_n_series_max (WeirChartModel *self,
                                   guint           n_series_max)
{
  self->n_series_max = CLAMP (n_series_max, 1, 12);
  weir_chart_model_update (self);
}

void
weir_chart_model_set_range (WeirChartModel *self,
                            gint64          range_us)
{
  self->range_us = MAX (range_us, 0);
  self->following = TRUE;
  weir_chart_model_update (self);
}

gint64
weir_chart_model_get_range (WeirChartModel *self)
{
  return self->range_us;
}

void
weir_chart_model_set_view (WeirChartModel *self,
                           gint64          min_us,
                           gint64          max_us)
{
  if (max_us - min_us < 10)
    return;
  self->following = FALSE;
  self->view_min_us = min_us;
  self->view_max_us = max_us;
  weir_chart_model_update (self);
}

void
weir_chart_model_follow (WeirChartModel *self)
{
  if (self->following)
    return;
  self->following = TRUE;
  weir_chart_model_update (self);
}

gboolean
weir_chart_model_is_following (WeirChartModel *self)
{
  return self->following;
}

void
weir_chart_model_get_view (WeirChartModel *self,
                           gint64         *min_us,
                           gint64         *max_us)
{
  *min_us = self->view_min_us;
  *max_us = self->view_max_us;
}

static WeirChartSeries *
find_series (WeirChartModel *self,
             const char     *name)
{
  for (guint i = 0; i < self->series->len; i++)
    {
      WeirChartSeries *series = self->series->pdata[i];

      if (strcmp (series->name, name) == 0)
        return series;
    }
  return NULL;
}

static void
set_hidden (WeirChartModel  *self,
            WeirChartSeries *series,
            gboolean         hidden)
{
  series->hidden = hidden;
  if (hidden)
    g_hash_table_add (self->hidden, g_strdup (series->name));
  else
    g_hash_table_remove (self->hidden, series->name);
}

void
weir_chart_model_toggle (WeirChartModel *self,
                         const char     *name)
{
  WeirChartSeries *series = find_series (self, name);

  if (series == NULL)
    return;
  set_hidden (self, series, !series->hidden);
  emit_changed (self);
}

void
weir_chart_model_solo (WeirChartModel *self,
                       const char     *name)
{
  WeirChartSeries *only = find_series (self, name);
  gboolean         is_solo;

  if (only == NULL)
    return;
  is_solo = !only->hidden;
  for (guint i = 0; i < self->series->len; i++)
    is_solo &= self->series->pdata[i] == only || ((WeirChartSeries *)self->series->pdata[i])->hidden;

  g_hash_table_remove_all (self->hidden);
  for (guint i = 0; i < self->series->len; i++)
    set_hidden (self, self->series->pdata[i], !is_solo && self->series->pdata[i] != only);
  emit_changed (self);
}

const WeirChartWindow *
weir_chart_model_get_windows (WeirChartModel *self,
                              guint          *n_windows)
{
  *n_windows = self->windows->len;
  return (const WeirChartWindow *)(gpointer)self->windows->data;
}

WeirChartSeries *const *
weir_chart_model_get_series (WeirChartModel *self,
                             guint          *n_series)
{
  *n_series = self->series->len;
  return (WeirChartSeries *const *)self->series->pdata;
}

const WeirChartLate *
weir_chart_model_get_late (WeirChartModel *self,
                           guint          *n_late)
{
  *n_late = self->late->len;
  return (const WeirChartLate *)(gpointer)self->late->data;
}

guint
weir_chart_model_get_n_marks (WeirChartModel *self)
{
  return self->marks->len;
}

const char *
weir_chart_model_get_mark (WeirChartModel *self,
                           guint           i,
                           gint64         *time_us,
                           WeirMarkKind   *kind)
{
  const WeirChartMark *mark = self->marks->pdata[i];

  *time_us = mark->time_us;
  *kind = mark->kind;
  return mark->label;
}

gint64
weir_chart_model_get_watermark (WeirChartModel *self)
{
  return self->watermark_us;
}

gint64
weir_chart_model_get_newest_event (WeirChartModel *self)
{
  return self->newest_event_us;
}

gint64
weir_chart_model_get_wait (WeirChartModel *self)
{
  return self->wait_us;
}

guint64
weir_chart_model_get_n_late (WeirChartModel *self)
{
  return self->n_late;
}

guint
weir_chart_model_get_n_open (WeirChartModel *self)
{
  guint n_open = 0;

  for (guint i = 0; i < self->windows->len; i++)
    n_open += g_array_index (self->windows, WeirChartWindow, i).state != WEIR_WINDOW_FINAL;
  return n_open;
}

gboolean
weir_chart_model_has_time (WeirChartModel *self)
{
  return self->has_time;
}

int
weir_chart_model_find_window (WeirChartModel *self,
                              double          time_us)
{
  guint  low = 0;
  guint  high = self->windows->len;
  double before;
  double after;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (weir_chart_window_middle (&g_array_index (self->windows, WeirChartWindow, middle)) < time_us)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == 0 || low == self->windows->len)
    return (int)MIN (low, self->windows->len - 1 + (self->windows->len == 0)) - (self->windows->len == 0);
  before = weir_chart_window_middle (&g_array_index (self->windows, WeirChartWindow, low - 1));
  after = weir_chart_window_middle (&g_array_index (self->windows, WeirChartWindow, low));
  return (int)(time_us - before < after - time_us ? low - 1 : low);
}

char *
weir_chart_model_describe (WeirChartModel *self,
                           GTimeZone      *zone)
{
  guint            n_open = weir_chart_model_get_n_open (self);
  g_autofree char *newest = weir_format_clock_seconds (self->newest_event_us, zone);
  g_autofree char *watermark = weir_format_clock_seconds (self->watermark_us, zone);
  g_autofree char *open = g_strdup_printf (ngettext ("%u open window", "%u open windows", n_open), n_open);
  g_autofree char *late = g_strdup_printf (ngettext ("%lu row late", "%lu rows late",
                                                     (gulong)self->n_late),
                                           (gulong)self->n_late);

  if (self->newest_event_us == WEIR_TIME_NONE)
    return g_strdup (_ ("No event time seen yet"));
  if (self->watermark_us == WEIR_TIME_NONE)
    /* Translators: %s is a clock time */
    return g_strdup_printf (_ ("Newest event %s, no watermark"), newest);
  /* Translators: two clock times, then "2 open windows", then "14 rows late" */
  return g_strdup_printf (_ ("Newest event %s, watermark %s, %s, %s"), newest, watermark, open, late);
}

char *
weir_chart_model_describe_short (WeirChartModel *self,
                                 GTimeZone      *zone)
{
  g_autofree char *watermark = weir_format_clock_seconds (self->watermark_us, zone);

  if (self->watermark_us == WEIR_TIME_NONE)
    return weir_chart_model_describe (self, zone);
  /* Translators: a clock time, number of open windows, number of late rows */
  return g_strdup_printf (_ ("Watermark %s · %u open · %lu late"), watermark,
                          weir_chart_model_get_n_open (self), (gulong)self->n_late);
}

char *
weir_chart_model_describe_window (WeirChartModel *self,
                                  guint           window,
                                  GTimeZone      *zone)
{
  const WeirChartWindow *at;
  g_autofree char       *when = NULL;
  GString               *out;
  const char            *separator = ": ";

  if (window >= self->windows->len)
    return g_strdup ("");
  at = &g_array_index (self->windows, WeirChartWindow, window);
  when = at->start_us == at->end_us ? weir_format_timestamp (at->start_us, zone)
                                    : weir_format_window (at->start_us, at->end_us, g_get_real_time (), zone);
  out = g_string_new (when);
  if (at->start_us != at->end_us)
    g_string_append_printf (out, ", %s", weir_window_state_word (at->state));
  for (guint i = 0; i < self->series->len; i++)
    {
      const WeirChartSeries *series = self->series->pdata[i];
      g_autofree char       *value = NULL;

      if (series->hidden || isnan (series->values[window]))
        continue;
      value = series->values[window] == floor (series->values[window]) ? weir_format_number (series->values[window], 0)
                                                                       : weir_format_measure (series->values[window]);
      g_string_append_printf (out, "%s%s%s%s", separator, series->name, *series->name != '\0' ? " " : "", value);
      separator = ", ";
    }
  return g_string_free (out, FALSE);
}

const char *
weir_window_state_word (WeirWindowState state)
{
  switch (state)
    {
    case WEIR_WINDOW_FINAL:
      return C_ ("window", "final");
    case WEIR_WINDOW_WAITING:
      return C_ ("window", "waiting");
    case WEIR_WINDOW_FILLING:
    default:
      return C_ ("window", "filling");
    }
}
