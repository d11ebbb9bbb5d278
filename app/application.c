/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "app/application.h"

#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

#include "engine/engine.h"
#include "ui/ui-init.h"
#include "ui/window/drafts.h"
#include "ui/window/help-window.h"
#include "ui/window/main-window.h"
#include "ui/window/preferences.h"

#define APP_ID   "io.github.weirapp.Weir"
#define HELP_URI "https://github.com/weirapp/weir#readme"

struct _WeirApplication
{
  AdwApplication parent_instance;

  GSettings *settings;
  gboolean   demo;
  gboolean   restored;
};

G_DEFINE_FINAL_TYPE (WeirApplication, weir_application, ADW_TYPE_APPLICATION)

static WeirWindow *
get_window (WeirApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  return WEIR_IS_WINDOW (window) ? WEIR_WINDOW (window) : weir_window_new (GTK_APPLICATION (self));
}

/* What a crash left, each in a window of its own, once and before anything else is opened. */
static void
restore_drafts (WeirApplication *self)
{
  g_auto (GStrv) paths = weir_drafts_list ();

  if (self->restored)
    return;
  self->restored = TRUE;
  if (!g_settings_get_boolean (self->settings, "restore-unsaved"))
    return;
  for (guint i = 0; paths[i] != NULL; i++)
    {
      WeirWindow *window = weir_window_new (GTK_APPLICATION (self));

      weir_window_restore (window, paths[i]);
      gtk_window_present (GTK_WINDOW (window));
    }
}

static void
activate (GApplication *application)
{
  WeirApplication *self = WEIR_APPLICATION (application);
  WeirWindow      *window;

  restore_drafts (self);
  window = get_window (self);
  gtk_window_present (GTK_WINDOW (window));
  if (self->demo)
    weir_window_show_demo (window);
  self->demo = FALSE;
}

static void
open_files (GApplication *application,
            GFile       **files,
            int           n_files,
            const char   *hint)
{
  WeirApplication *self = WEIR_APPLICATION (application);

  restore_drafts (self);
  for (int i = 0; i < n_files; i++)
    {
      WeirWindow *window = i == 0 ? get_window (self) : weir_window_new (GTK_APPLICATION (self));

      gtk_window_present (GTK_WINDOW (window));
      weir_window_open (window, files[i]);
    }
}

/* Options are read in the process that is started; what they ask for is done in the one that runs. */
static int
command_line (GApplication            *application,
              GApplicationCommandLine *line)
{
  WeirApplication      *self = WEIR_APPLICATION (application);
  GVariantDict         *options = g_application_command_line_get_options_dict (line);
  const char           *demo = g_application_command_line_getenv (line, "DEMO");
  g_auto (GStrv)        arguments = NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  int                   n;

  arguments = g_application_command_line_get_arguments (line, &n);
  for (int i = 1; i < n; i++)
    g_ptr_array_add (files, g_application_command_line_create_file_for_arg (line, arguments[i]));
  self->demo = g_variant_dict_contains (options, "demo") || (demo != NULL && strcmp (demo, "1") == 0);
  if (files->len > 0)
    g_application_open (application, (GFile **)files->pdata, (int)files->len, "");
  if (files->len == 0 || self->demo)
    g_application_activate (application);
  return 0;
}

static void
preferences_action (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       user_data)
{
  gtk_window_present (GTK_WINDOW (weir_preferences_new (gtk_application_get_active_window (user_data))));
}

static void
about_action (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  g_autofree char *debug = g_strdup_printf ("Weir %s\nGTK %u.%u.%u\nlibadwaita %u.%u.%u\nGLib %u.%u.%u\n", PACKAGE_VERSION, gtk_get_major_version (),
                                            gtk_get_minor_version (), gtk_get_micro_version (), adw_get_major_version (), adw_get_minor_version (),
                                            adw_get_micro_version (), glib_major_version, glib_minor_version, glib_micro_version);
  GtkWidget       *about = adw_about_window_new ();

  g_object_set (about, "application-name", "Weir", "application-icon", APP_ID, "version", PACKAGE_VERSION, "comments",
                _ ("Streams, queried and watched as they flow"), "license-type", GTK_LICENSE_APACHE_2_0, "developer-name",
                _ ("The Weir contributors"), "website", HELP_URI, "debug-info", debug, "debug-info-filename", "weir-debug.txt",
                /* TRANSLATORS: your names, one a line */
                "translator-credits", _ ("translator-credits"), "transient-for", gtk_application_get_active_window (user_data), "modal", TRUE,
                NULL);
  gtk_window_present (GTK_WINDOW (about));
}

static void
help_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  GtkApplication *application = user_data;
  GtkWidget      *help = NULL;

  for (GList *l = gtk_application_get_windows (application); l != NULL && help == NULL; l = l->next)
    if (WEIR_IS_HELP_WINDOW (l->data))
      help = l->data;
  if (help == NULL)
    {
      help = weir_help_window_new (application);
      gtk_window_set_transient_for (GTK_WINDOW (help), gtk_application_get_active_window (application));
      gtk_window_set_destroy_with_parent (GTK_WINDOW (help), TRUE);
    }
  if (parameter != NULL)
    weir_help_window_show_page (WEIR_HELP_WINDOW (help), g_variant_get_string (parameter, NULL));
  gtk_window_present (GTK_WINDOW (help));
}

/* Every window may have something to say about it. */
static void
quit_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (user_data));

  for (GList *l = windows; l != NULL; l = l->next)
    if (WEIR_IS_WINDOW (l->data))
      gtk_window_close (l->data);
}

static void
style_cb (WeirApplication *self)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT, ADW_COLOR_SCHEME_FORCE_DARK };
  int                         chosen = g_settings_get_enum (self->settings, "color-scheme");

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[CLAMP (chosen, 0, 2)]);
}

static void
set_accels (GtkApplication *application)
{
  static const struct
  {
    const char *action;
    const char *keys[4];
  } accels[] = {
    { "win.add-query", { "<Control>n" } },
    { "win.add-source", { "<Control><Shift>n" } },
    { "win.new", { "<Control><Alt>n" } },
    { "win.open", { "<Control>o" } },
    { "win.save", { "<Control>s" } },
    { "win.save-as", { "<Control><Shift>s" } },
    { "window.close", { "<Control>w" } },
    { "app.quit", { "<Control>q" } },
    { "win.design", { "<Control>1" } },
    { "win.results", { "<Control>2" } },
    { "win.health", { "<Control>3" } },
    { "win.edit-sql", { "<Control>l" } },
    { "win.undo", { "<Control>z" } },
    { "win.redo", { "<Control><Shift>z", "<Control>y" } },
    { "win.rename-query", { "F2" } },
    { "win.show-late", { "<Control><Shift>l" } },
    { "win.show-bad", { "<Control><Shift>b" } },
    { "win.fullscreen", { "F11" } },
    { "win.hold", { "<Shift>F8" } },
    { "win.step", { "<Control>F8" } },
    { "win.run", { "F5", "<Control>r", "<Control>Return" } },
    { "win.stop", { "<Shift>F5", "<Control>period" } },
    { "win.pause", { "F8" } },
    { "win.find", { "<Control>f" } },
    { "win.search", { "<Control><Shift>f" } },
    { "win.export", { "<Control>e" } },
    { "win.toggle-sidebar", { "F9" } },
    { "win.next-query", { "<Control>Page_Down" } },
    { "win.previous-query", { "<Control>Page_Up" } },
    { "app.preferences", { "<Control>comma" } },
    { "app.help", { "F1" } },
    { "win.show-help-overlay", { "<Control>question" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (application, accels[i].action, (const char *const *)accels[i].keys);
}

static void
startup (GApplication *application)
{
  static const GActionEntry entries[] = {
    { "preferences", preferences_action },
    { "about", about_action },
    { "help", help_action },
    { "help-page", help_action, "s" },
    { "quit", quit_action },
  };
  WeirApplication *self = WEIR_APPLICATION (application);

  G_APPLICATION_CLASS (weir_application_parent_class)->startup (application);
  gtk_source_init ();
  weir_ui_init ();
  weir_set_polite (TRUE);
  gtk_window_set_default_icon_name (APP_ID);
  self->settings = g_settings_new (APP_ID);
  g_signal_connect_object (self->settings, "changed::color-scheme", G_CALLBACK (style_cb), self, G_CONNECT_SWAPPED);
  style_cb (self);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  set_accels (GTK_APPLICATION (self));
}

static void
finalize (GObject *object)
{
  g_clear_object (&WEIR_APPLICATION (object)->settings);
  G_OBJECT_CLASS (weir_application_parent_class)->finalize (object);
}

static void
weir_application_class_init (WeirApplicationClass *class)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = finalize;
  application_class->startup = startup;
  application_class->activate = activate;
  application_class->open = open_files;
  application_class->command_line = command_line;
}

static void
weir_application_init (WeirApplication *self)
{
  static const GOptionEntry options[] = {
    { "demo", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Open the demo and run it"), NULL },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _ ("[FILE…]"));
}

WeirApplication *
weir_application_new (void)
{
  return g_object_new (WEIR_TYPE_APPLICATION, "application-id", APP_ID, "flags", G_APPLICATION_HANDLES_OPEN | G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_SEND_ENVIRONMENT,
                       NULL);
}
