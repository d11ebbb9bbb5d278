/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "ui/charts/palette.h"

#define RGB(hex)                                                                         \
  {                                                                                      \
    ((hex) >> 16 & 0xff) / 255.f, ((hex) >> 8 & 0xff) / 255.f, ((hex)&0xff) / 255.f, 1.f \
  }
#define RGB_ALPHA(hex, alpha)                                                              \
  {                                                                                        \
    ((hex) >> 16 & 0xff) / 255.f, ((hex) >> 8 & 0xff) / 255.f, ((hex)&0xff) / 255.f, alpha \
  }
#define BLACK(alpha) \
  {                  \
    0, 0, 0, alpha   \
  }
#define WHITE(alpha) \
  {                  \
    1, 1, 1, alpha   \
  }

#define LIGHT_SERIES                                                                                                               \
  {                                                                                                                                \
    RGB (0x1f54c4), RGB (0xb84d00), RGB (0x2f9e89), RGB (0x7d1168), RGB (0xa8862f), RGB (0x0b7ba9), RGB (0x8f6de0), RGB (0x61575c) \
  }
#define DARK_SERIES                                                                                                                \
  {                                                                                                                                \
    RGB (0x6f8cff), RGB (0xfda046), RGB (0x6ee8d2), RGB (0xe4589b), RGB (0xc29114), RGB (0x58cdf5), RGB (0xc08fd8), RGB (0xc6b8ba) \
  }
#define LIGHT_HEAT                                                                                 \
  {                                                                                                \
    RGB (0xeef4fb), RGB (0xc4dcf5), RGB (0x8dbbec), RGB (0x4f92dc), RGB (0x1f63b5), RGB (0x0d3a75) \
  }
#define DARK_HEAT                                                                                  \
  {                                                                                                \
    RGB (0x2b3540), RGB (0x24507f), RGB (0x2f74b5), RGB (0x5da0e0), RGB (0xa9d1f7), RGB (0xeaf4ff) \
  }

/* Index: dark + 2 × high contrast. */
static const WeirPalette palettes[4] = {
  {
    .series = LIGHT_SERIES,
    .heat = LIGHT_HEAT,
    .others = RGB (0x8c8c8c),
    .text = BLACK (.84f),
    .dim = BLACK (.58f),
    .grid = BLACK (.075f),
    .axis = BLACK (.2f),
    .card = RGB (0xffffff),
    .tooltip = RGB (0xffffff),
    .tooltip_border = BLACK (.15f),
    .watermark = RGB (0x1c71d8),
    .open_ground = RGB_ALPHA (0x1c71d8, .055f),
    .final_block = RGB (0xdedede),
    .late = RGB (0xc01c28),
    .good = RGB (0x197a4c),
    .careful = RGB (0x8a6100),
    .line_width = 2,
    .translucent = TRUE,
  },
  {
    .series = DARK_SERIES,
    .heat = DARK_HEAT,
    .others = RGB (0x9a9a9a),
    .text = WHITE (.92f),
    .dim = WHITE (.62f),
    .grid = WHITE (.09f),
    .axis = WHITE (.22f),
    .card = RGB (0x363636),
    .tooltip = RGB (0x2e2e2e),
    .tooltip_border = WHITE (.16f),
    .watermark = RGB (0x78aeed),
    .open_ground = RGB_ALPHA (0x78aeed, .08f),
    .final_block = RGB (0x5e5e5e),
    .late = RGB (0xff7b63),
    .good = RGB (0x8ff0a4),
    .careful = RGB (0xf8e45c),
    .line_width = 2,
    .translucent = TRUE,
  },
  {
    .series = LIGHT_SERIES,
    .heat = LIGHT_HEAT,
    .others = RGB (0x6b6b6b),
    .text = BLACK (1),
    .dim = BLACK (.8f),
    .grid = BLACK (.2f),
    .axis = BLACK (.8f),
    .card = RGB (0xffffff),
    .tooltip = RGB (0xffffff),
    .tooltip_border = BLACK (.8f),
    .watermark = RGB (0x0b52a8),
    .open_ground = RGB (0xf0f6fd),
    .final_block = RGB (0xb4b4b4),
    .late = RGB (0xa51d2d),
    .good = RGB (0x0f5f38),
    .careful = RGB (0x6b4b00),
    .line_width = 3,
    .translucent = FALSE,
  },
  {
    .series = DARK_SERIES,
    .heat = DARK_HEAT,
    .others = RGB (0xb8b8b8),
    .text = WHITE (1),
    .dim = WHITE (.85f),
    .grid = WHITE (.25f),
    .axis = WHITE (.8f),
    .card = RGB (0x363636),
    .tooltip = RGB (0x1e1e1e),
    .tooltip_border = WHITE (.8f),
    .watermark = RGB (0xa8ccff),
    .open_ground = RGB (0x3c4450),
    .final_block = RGB (0x808080),
    .late = RGB (0xff9d8a),
    .good = RGB (0x8ff0a4),
    .careful = RGB (0xf8e45c),
    .line_width = 3,
    .translucent = FALSE,
  },
};

const WeirPalette *
weir_palette_get (gboolean dark,
                  gboolean high_contrast)
{
  return &palettes[(dark ? 1 : 0) + (high_contrast ? 2 : 0)];
}

const GdkRGBA *
weir_palette_series (const WeirPalette *palette,
                     guint              slot)
{
  return slot == WEIR_SLOT_OTHERS ? &palette->others : &palette->series[slot % WEIR_N_SERIES_COLORS];
}

WeirMarker
weir_palette_marker (guint slot)
{
  if (slot == WEIR_SLOT_OTHERS)
    return WEIR_MARKER_BAR;
  /* A second key of the same colour gets the shape of the opposite one. */
  return (WeirMarker)((slot + 3 * (slot / WEIR_N_SERIES_COLORS)) % WEIR_N_SERIES_COLORS);
}

const double *
weir_palette_dash (guint  slot,
                   guint *n_dashes)
{
  static const double dashes[][4] = { { 7, 2, 0, 0 }, { 10, 3, 2, 3 }, { 5, 3, 0, 0 }, { 2, 2, 0, 0 } };
  static const guint  lengths[] = { 2, 4, 2, 2 };
  guint               i = slot % 4;

  if (slot < 4 || slot == WEIR_SLOT_OTHERS)
    {
      *n_dashes = 0;
      return NULL;
    }
  *n_dashes = lengths[i];
  return dashes[i];
}

static void
polygon (cairo_t *cr,
         double   x,
         double   y,
         double   radius,
         int      n,
         double   start)
{
  for (int i = 0; i < n; i++)
    {
      double angle = start + 2 * G_PI * i / n;

      cairo_line_to (cr, x + radius * cos (angle), y + radius * sin (angle));
    }
  cairo_close_path (cr);
}

static void
cross (cairo_t *cr,
       double   x,
       double   y,
       double   r)
{
  const double t = r * .38;
  const double points[][2] = { { -t, -r }, { t, -r }, { t, -t }, { r, -t }, { r, t }, { t, t }, { t, r }, { -t, r }, { -t, t }, { -r, t }, { -r, -t }, { -t, -t } };

  for (gsize i = 0; i < G_N_ELEMENTS (points); i++)
    cairo_line_to (cr, x + points[i][0], y + points[i][1]);
  cairo_close_path (cr);
}

/* The shapes are sized to look equally heavy. */
static void
marker_path (cairo_t   *cr,
             WeirMarker marker,
             double     x,
             double     y,
             double     r)
{
  switch (marker)
    {
    case WEIR_MARKER_CIRCLE:
      cairo_new_sub_path (cr);
      cairo_arc (cr, x, y, r, 0, 2 * G_PI);
      break;
    case WEIR_MARKER_SQUARE:
      cairo_rectangle (cr, x - r * .92, y - r * .92, r * 1.84, r * 1.84);
      break;
    case WEIR_MARKER_TRIANGLE:
      polygon (cr, x, y + r * .2, r * 1.3, 3, -G_PI / 2);
      break;
    case WEIR_MARKER_DIAMOND:
      polygon (cr, x, y, r * 1.3, 4, 0);
      break;
    case WEIR_MARKER_TRIANGLE_DOWN:
      polygon (cr, x, y - r * .2, r * 1.3, 3, G_PI / 2);
      break;
    case WEIR_MARKER_CROSS:
      cross (cr, x, y, r * 1.15);
      break;
    case WEIR_MARKER_PENTAGON:
      polygon (cr, x, y, r * 1.2, 5, -G_PI / 2);
      break;
    case WEIR_MARKER_BAR:
      cairo_rectangle (cr, x - r * 1.2, y - r * .45, r * 2.4, r * .9);
      break;
    default:
      g_assert_not_reached ();
    }
}

void
weir_palette_draw_marker (cairo_t       *cr,
                          guint          slot,
                          double         x,
                          double         y,
                          double         radius,
                          const GdkRGBA *color,
                          const GdkRGBA *ground,
                          gboolean       hollow)
{
  cairo_new_path (cr);
  marker_path (cr, weir_palette_marker (slot), x, y, radius);
  gdk_cairo_set_source_rgba (cr, hollow ? ground : color);
  if (!hollow)
    {
      cairo_fill (cr);
      return;
    }
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, color);
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_set_line_width (cr, 1.6);
  cairo_stroke (cr);
}
