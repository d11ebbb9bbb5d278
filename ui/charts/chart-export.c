/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <glib/gi18n-lib.h>

#include "ui/charts/chart-draw-private.h"
#include "ui/charts/chart-export.h"
#include "ui/charts/chart-private.h"

#define HEAD 40

WeirPictureFormat
weir_picture_format_for_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (g_str_has_suffix (lower, ".svg"))
    return WEIR_PICTURE_SVG;
  return g_str_has_suffix (lower, ".pdf") ? WEIR_PICTURE_PDF : WEIR_PICTURE_PNG;
}

static void
draw_head (const WeirChartScene *scene,
           GtkSnapshot          *snapshot,
           const char           *title,
           double                width)
{
  WeirTextStyle           heading = { .points = 11, .valign = .5, .bold = TRUE, .max_width = width / 3, .color = &scene->palette->text };
  WeirTextStyle           name = { .points = 9.5, .valign = .5, .color = &scene->palette->text };
  guint                   n_series;
  WeirChartSeries *const *series = weir_chart_model_get_series (scene->model, &n_series);
  double                  x = width - 18;

  if (title != NULL)
    _weir_draw_text (scene->pango, snapshot, title, 12, HEAD / 2., &heading);
  for (guint s = n_series; s-- > 0;)
    {
      double   text_width = _weir_measure_text (scene->pango, series[s]->name, &name);
      cairo_t *cr;

      if (series[s]->hidden || *series[s]->name == '\0' || x - text_width - 20 < width / 3 + 20)
        continue;
      x -= text_width;
      _weir_draw_text (scene->pango, snapshot, series[s]->name, x, HEAD / 2., &name);
      cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT ((float)x - 18, 8, 18, HEAD - 16));
      weir_palette_draw_marker (cr, series[s]->slot, x - 10, HEAD / 2., 4.5, weir_palette_series (scene->palette, series[s]->slot),
                                &scene->palette->card, FALSE);
      cairo_destroy (cr);
      x -= 34;
    }
}

static GskRenderNode *
render_node (WeirChart  *chart,
             const char *title,
             int         width,
             int         height)
{
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  WeirChartLayout         layout = { 0 };
  WeirChartScene          scene = _weir_chart_scene (chart);

  scene.palette = weir_palette_get (FALSE, FALSE);
  scene.layout = &layout;
  scene.highlight = NULL;
  weir_chart_layout_fit (&layout, scene.model, width, height - HEAD, scene.zone);
  _weir_fill_rect (snapshot, &scene.palette->card, 0, 0, width, height);
  draw_head (&scene, snapshot, title, width);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, HEAD));
  weir_chart_draw (&scene, snapshot);
  return gtk_snapshot_free_to_node (g_steal_pointer (&snapshot));
}

static cairo_status_t
write_cb (void                *closure,
          const unsigned char *data,
          unsigned int         length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *
surface_new (WeirPictureFormat format,
             int               width,
             int               height,
             int               scale,
             GByteArray       *out)
{
  cairo_surface_t *surface;

  switch (format)
    {
    case WEIR_PICTURE_SVG:
      surface = cairo_svg_surface_create_for_stream (write_cb, out, width, height);
      cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
      return surface;
    case WEIR_PICTURE_PDF:
      return cairo_pdf_surface_create_for_stream (write_cb, out, width * .75, height * .75);
    case WEIR_PICTURE_PNG:
    default:
      surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width * scale, height * scale);
      cairo_surface_set_device_scale (surface, scale, scale);
      return surface;
    }
}

GBytes *
weir_chart_render (WeirChart        *chart,
                   const char       *title,
                   int               width,
                   int               height,
                   WeirPictureFormat format,
                   int               scale,
                   GError          **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  GskRenderNode         *node = render_node (chart, title, width, height);
  cairo_surface_t       *surface = surface_new (format, width, height, MAX (scale, 1), out);
  cairo_t               *cr = cairo_create (surface);
  cairo_status_t         status;

  if (format == WEIR_PICTURE_PDF)
    cairo_scale (cr, .75, .75);
  gsk_render_node_draw (node, cr);
  gsk_render_node_unref (node);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS && format == WEIR_PICTURE_PNG)
    status = cairo_surface_write_to_png_stream (surface, write_cb, out);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("The picture could not be drawn: %s"), cairo_status_to_string (status));
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
