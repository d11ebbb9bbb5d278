/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a chart shows, without a display: windows in order, up to a dozen series of values aligned with them, the watermark and what
 * belongs to it, and the part of time that is in view.
 */
#pragma once

#include "ui/charts/palette.h"
#include "ui/widgets/number-format.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_CHART_LINE,
  WEIR_CHART_AREA,
  WEIR_CHART_COLUMN,
  WEIR_CHART_STACKED,
  WEIR_CHART_BAR,
  WEIR_CHART_N_KINDS
} WeirChartKind;

/**
 * WeirWindowState:
 * @WEIR_WINDOW_FINAL: the watermark has passed its end
 * @WEIR_WINDOW_WAITING: events go beyond it, late rows may still come
 * @WEIR_WINDOW_FILLING: the newest event is inside or before it
 */
typedef enum
{
  WEIR_WINDOW_FINAL,
  WEIR_WINDOW_WAITING,
  WEIR_WINDOW_FILLING,
} WeirWindowState;

/* "final", "waiting", "filling". (transfer none) */
const char *weir_window_state_word (WeirWindowState state);

/* A place on the time axis. An instant has start_us == end_us. */
typedef struct
{
  gint64          start_us;
  gint64          end_us;
  WeirWindowState state;
} WeirChartWindow;

/* The middle of a window: where its marker stands. */
static inline double
weir_chart_window_middle (const WeirChartWindow *window)
{
  return (double)window->start_us + ((double)window->end_us - (double)window->start_us) / 2;
}

/**
 * WeirChartSeries:
 * @name: the key; empty when there is no key column
 * @slot: colour and marker
 * @values: one for each window; NaN where the series has no row
 * @last_final: value of its newest final window, NaN when there is none
 * @hidden: switched off in the legend
 */
typedef struct
{
  char    *name;
  guint    slot;
  double  *values;
  double   last_final;
  double   last;
  gboolean hidden;
} WeirChartSeries;

/* One value of one row, as the table of rows hands it over. */
typedef struct
{
  gint64  start_us;
  gint64  end_us;
  double  value;
  guint32 key;
  guint32 is_open; /* not in the result yet, whatever the times say */
} WeirChartCell;

/* Late rows at one event time. */
typedef struct
{
  gint64 time_us;
  guint  count;
} WeirChartLate;

typedef enum
{
  WEIR_MARK_EVENT,
  WEIR_MARK_ALERT,
} WeirMarkKind;

#define WEIR_TYPE_CHART_MODEL (weir_chart_model_get_type ())
G_DECLARE_FINAL_TYPE (WeirChartModel, weir_chart_model, WEIR, CHART_MODEL, GObject)

/* @colors: (nullable): shared with the table; a new one when NULL. */
WeirChartModel *weir_chart_model_new (WeirKeyColors *colors);
WeirKeyColors  *weir_chart_model_get_colors (WeirChartModel *self);

/* Filling. Nothing is seen before weir_chart_model_update(). */

/* The number that stands for @key in cells. */
guint32 weir_chart_model_intern (WeirChartModel *self,
                                 const char     *key);

/* Replaces the cells of one chunk (a page of rows); copies them. */
void weir_chart_model_set_chunk (WeirChartModel      *self,
                                 guint                chunk,
                                 const WeirChartCell *cells,
                                 guint                n_cells);
void weir_chart_model_set_n_chunks (WeirChartModel *self,
                                    guint           n_chunks);

/* %WEIR_TIME_NONE where not known. @wait_us: the delay the watermark keeps, 0 without one. */
void weir_chart_model_set_times (WeirChartModel *self,
                                 gint64          watermark_us,
                                 gint64          newest_event_us,
                                 gint64          wait_us);
void weir_chart_model_set_late (WeirChartModel      *self,
                                guint64              n_late_total,
                                const WeirChartLate *late,
                                guint                n_late);
void weir_chart_model_clear (WeirChartModel *self);

/* Forgets cells and keys, to be filled anew; everything else stays. */
void  weir_chart_model_forget_cells (WeirChartModel *self);
guint weir_chart_model_get_n_keys (WeirChartModel *self);

/* How cells of the same window and series come together; sums at first. */
typedef enum
{
  WEIR_FOLD_SUM,
  WEIR_FOLD_MEAN,
  WEIR_FOLD_MIN,
  WEIR_FOLD_MAX,
} WeirChartFold;

void weir_chart_model_set_fold (WeirChartModel *self,
                                WeirChartFold   fold);

/* A dotted line with a word: "Reconnected". At most 64 are kept. */
void weir_chart_model_add_mark (WeirChartModel *self,
                                gint64          time_us,
                                WeirMarkKind    kind,
                                const char     *label);

/* Works out windows and series from the cells and emits #WeirChartModel::changed. */
void weir_chart_model_update (WeirChartModel *self);

/* What is shown of it. */

void          weir_chart_model_set_kind (WeirChartModel *self, WeirChartKind kind);
WeirChartKind weir_chart_model_get_kind (WeirChartModel *self);
void          weir_chart_model_set_n_series_max (WeirChartModel *self, guint n_series_max);

/* @range_us: how much of the newest time is in view, 0 for all of it. */
void   weir_chart_model_set_range (WeirChartModel *self, gint64 range_us);
gint64 weir_chart_model_get_range (WeirChartModel *self);

/* Zooming stops following the newest time until weir_chart_model_follow(). */
void     weir_chart_model_set_view (WeirChartModel *self, gint64 min_us, gint64 max_us);
void     weir_chart_model_follow (WeirChartModel *self);
gboolean weir_chart_model_is_following (WeirChartModel *self);
void     weir_chart_model_get_view (WeirChartModel *self, gint64 *min_us, gint64 *max_us);

void weir_chart_model_toggle (WeirChartModel *self, const char *name);

/* Shows only @name; a second time shows all again. */
void weir_chart_model_solo (WeirChartModel *self, const char *name);

/* Reading; pointers are good until the next update. */

const WeirChartWindow  *weir_chart_model_get_windows (WeirChartModel *self, guint *n_windows);
WeirChartSeries *const *weir_chart_model_get_series (WeirChartModel *self, guint *n_series);
const WeirChartLate    *weir_chart_model_get_late (WeirChartModel *self, guint *n_late);
guint                   weir_chart_model_get_n_marks (WeirChartModel *self);
const char             *weir_chart_model_get_mark (WeirChartModel *self, guint i, gint64 *time_us, WeirMarkKind *kind);
gint64                  weir_chart_model_get_watermark (WeirChartModel *self);
gint64                  weir_chart_model_get_newest_event (WeirChartModel *self);
gint64                  weir_chart_model_get_wait (WeirChartModel *self);
guint64                 weir_chart_model_get_n_late (WeirChartModel *self);
guint                   weir_chart_model_get_n_open (WeirChartModel *self);
gboolean                weir_chart_model_has_time (WeirChartModel *self);

/* The window whose middle is nearest; -1 without windows. */
int weir_chart_model_find_window (WeirChartModel *self, double time_us);

/* Lowest and highest value in view of what is switched on, stacks added up; 0 is always inside. */
void weir_chart_model_get_extent (WeirChartModel *self, double *min, double *max);

/* "Newest event 12:04:58, watermark 12:04:28, 1 open window, 14 rows late" (transfer full) */
char *weir_chart_model_describe (WeirChartModel *self, GTimeZone *zone);

/* The same for a narrow chart: "Watermark 10:42:10 · 2 open · 14 late". (transfer full) */
char *weir_chart_model_describe_short (WeirChartModel *self, GTimeZone *zone);

/* What the tooltip of a window says, for those who hear it: "10:40:20 – 10:40:30, final: Google 47,371, Apple 22,978". (transfer full) */
char *weir_chart_model_describe_window (WeirChartModel *self, guint window, GTimeZone *zone);

/* Choosing columns. */

typedef enum
{
  WEIR_CHART_COLUMN_OTHER,
  WEIR_CHART_COLUMN_WINDOW,
  WEIR_CHART_COLUMN_TIME,
  WEIR_CHART_COLUMN_NUMBER,
  WEIR_CHART_COLUMN_TEXT,
} WeirChartColumnRole;

typedef struct
{
  const char         *name;
  WeirChartColumnRole role;
  gboolean            is_key; /* grouped by */
} WeirChartColumn;

/**
 * WeirChartBinding:
 * @x: window or time column, -1 without
 * @x_end: column with the end of the window when that is a column of its own, else -1
 * @value: number column, -1 without
 * @series: key column, -1 without
 * @kind: what suits them
 */
typedef struct
{
  int           x;
  int           x_end;
  int           value;
  int           series;
  WeirChartKind kind;
} WeirChartBinding;

/* One time and a number: line. A key and a number without time: bars. Returns: whether there is anything to draw */
gboolean weir_chart_binding_guess (WeirChartBinding      *binding,
                                   const WeirChartColumn *columns,
                                   guint                  n_columns);

G_END_DECLS
