/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/charts/chart.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_PICTURE_PNG,
  WEIR_PICTURE_SVG,
  WEIR_PICTURE_PDF,
} WeirPictureFormat;

/* By the ending of a file name; PNG for unknown ones. */
WeirPictureFormat weir_picture_format_for_name (const char *name);

/**
 * weir_chart_render:
 * @chart: a chart; it may be unmapped
 * @title: (nullable): heading of the picture
 * @width: width in pixels
 * @height: height in pixels
 * @format: kind of file
 * @scale: pixels of the file for one of the picture, PNG only
 * @error: return location
 *
 * Draws heading, legend and chart in the colours of the light style, whatever the window's, as a complete file. SVG and PDF hold paths
 * and glyphs only.
 *
 * Returns: (transfer full) (nullable): the file's bytes
 */
GBytes *weir_chart_render (WeirChart        *chart,
                           const char       *title,
                           int               width,
                           int               height,
                           WeirPictureFormat format,
                           int               scale,
                           GError          **error);

G_END_DECLS
