/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The colours, markers and dashes of charts, and which series has which. Needs no display.
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define WEIR_N_SERIES_COLORS 8
#define WEIR_N_HEAT_COLORS   6

/* Slot of the series that holds what is not shown on its own; always grey. */
#define WEIR_SLOT_OTHERS G_MAXUINT

/**
 * WeirPalette:
 *
 * Every series has at least 3:1 on its card. Red is `late` and `failed` only, never a series.
 */
typedef struct
{
  GdkRGBA  series[WEIR_N_SERIES_COLORS];
  GdkRGBA  heat[WEIR_N_HEAT_COLORS];
  GdkRGBA  others;
  GdkRGBA  text;
  GdkRGBA  dim;
  GdkRGBA  grid;
  GdkRGBA  axis;
  GdkRGBA  card;
  GdkRGBA  tooltip;
  GdkRGBA  tooltip_border;
  GdkRGBA  watermark;
  GdkRGBA  open_ground;
  GdkRGBA  final_block;
  GdkRGBA  late;
  GdkRGBA  good;
  GdkRGBA  careful;
  float    line_width;
  gboolean translucent;
} WeirPalette;

/* The palette of a style. (transfer none), valid for ever */
const WeirPalette *weir_palette_get (gboolean dark,
                                     gboolean high_contrast);

/* Colour of a series' slot. */
const GdkRGBA *weir_palette_series (const WeirPalette *palette,
                                    guint              slot);

typedef enum
{
  WEIR_MARKER_CIRCLE,
  WEIR_MARKER_SQUARE,
  WEIR_MARKER_TRIANGLE,
  WEIR_MARKER_DIAMOND,
  WEIR_MARKER_TRIANGLE_DOWN,
  WEIR_MARKER_CROSS,
  WEIR_MARKER_PENTAGON,
  WEIR_MARKER_BAR,
} WeirMarker;

/* The marker of a series' slot; slots further apart than the colours differ in it. */
WeirMarker weir_palette_marker (guint slot);

/* Dash lengths of a final line: solid for the first four slots. (transfer none) */
const double *weir_palette_dash (guint  slot,
                                 guint *n_dashes);

/* The widget side of a chart: draws the marker of @slot. @hollow: filled with @ground inside a ring. */
void weir_palette_draw_marker (cairo_t       *cr,
                               guint          slot,
                               double         x,
                               double         y,
                               double         radius,
                               const GdkRGBA *color,
                               const GdkRGBA *ground,
                               gboolean       hollow);

#define WEIR_TYPE_KEY_COLORS (weir_key_colors_get_type ())
G_DECLARE_FINAL_TYPE (WeirKeyColors, weir_key_colors, WEIR, KEY_COLORS, GObject)

/**
 * WeirKeyColors:
 *
 * Which key has which slot. Chart, legend, tooltip and table share one, so a key looks the same everywhere.
 */
WeirKeyColors *weir_key_colors_new (void);

/**
 * weir_key_colors_assign:
 * @self: the table
 * @keys: (array length=n_keys): keys shown now, in any order
 * @n_keys: how many
 *
 * Gives a slot to each key that has none yet, in the order of their names; keys that have one keep it for good, also while they are
 * not shown. A new key gets the slot the fewest of the keys shown now have. Emits #WeirKeyColors::changed when there were new ones.
 */
void weir_key_colors_assign (WeirKeyColors     *self,
                             const char *const *keys,
                             guint              n_keys);

/* Whether @key has a slot. */
gboolean weir_key_colors_lookup (WeirKeyColors *self,
                                 const char    *key,
                                 guint         *slot);

G_END_DECLS
