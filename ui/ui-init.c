/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <adwaita.h>

#include "ui/ui-init.h"
#include "weir-ui-resources.h"

#define RESOURCE_PREFIX "/io/github/weirapp/Weir/"

static GtkCssProvider *dark_provider;

/* libadwaita loads style-dark.css for an application only; a library does it on its own. */
static void
style_changed_cb (AdwStyleManager *style,
                  GParamSpec      *pspec,
                  gpointer         user_data)
{
  if (adw_style_manager_get_dark (style))
    gtk_css_provider_load_from_resource (dark_provider, RESOURCE_PREFIX "style-dark.css");
  else
    gtk_css_provider_load_from_data (dark_provider, "", 0);
}

static void
load_style (GdkDisplay *display)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();
  AdwStyleManager           *style = adw_style_manager_get_for_display (display);

  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (display), RESOURCE_PREFIX "icons");
  gtk_css_provider_load_from_resource (provider, RESOURCE_PREFIX "style.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  dark_provider = gtk_css_provider_new ();
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (dark_provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
  g_signal_connect (style, "notify::dark", G_CALLBACK (style_changed_cb), NULL);
  style_changed_cb (style, NULL, NULL);
}

void
weir_ui_init (void)
{
  static gboolean initialized;
  GdkDisplay     *display = gdk_display_get_default ();

  if (initialized)
    return;
  initialized = TRUE;

  weir_ui_register_resource ();
  if (display != NULL)
    load_style (display);
}
