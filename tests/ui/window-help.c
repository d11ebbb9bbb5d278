/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "window-help.h"

#include <gtksourceview/gtksource.h>
#include <string.h>

#include "support/temp-dir.h"
#include "ui/ui-init.h"

static GtkApplication *application;
static WeirTempDir    *user_dir;

void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

GtkWidget *
find_widget (GtkWidget *widget,
             GType      type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

GtkWidget *
find_text (GtkWidget  *widget,
           const char *text)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_text (child, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

GtkWidget *
find_named (GtkWidget  *widget,
            const char *name)
{
  if (g_strcmp0 (gtk_widget_get_tooltip_text (widget), name) == 0 ||
      (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), name) == 0))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_named (child, name);

      if (found != NULL)
        return found;
    }
  return NULL;
}

GtkWidget *
find_toplevel (const char *type)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (g_str_equal (G_OBJECT_TYPE_NAME (l->data), type) && gtk_widget_get_mapped (l->data))
      return l->data;
  return NULL;
}

void
activate (WeirWindow *window,
          const char *action)
{
  g_action_group_activate_action (G_ACTION_GROUP (window), action, NULL);
}

GtkApplication *
window_test_begin (int        *argc,
                   char     ***argv,
                   const char *id)
{
  user_dir = weir_temp_dir_new ();
  /* The user's folders only: the system's hold what icons need. */
  g_setenv ("XDG_STATE_HOME", weir_temp_dir_get_path (user_dir), TRUE);
  g_setenv ("XDG_DATA_HOME", weir_temp_dir_get_path (user_dir), TRUE);
  g_test_init (argc, argv, NULL);
  adw_init ();
  gtk_source_init ();
  weir_ui_init ();
  application = GTK_APPLICATION (adw_application_new (id, G_APPLICATION_NON_UNIQUE));
  g_application_register (G_APPLICATION (application), NULL, NULL);
  return application;
}

int
window_test_run (void)
{
  int status = g_test_run ();

  g_clear_object (&application);
  g_clear_pointer (&user_dir, weir_temp_dir_free);
  return status;
}

WeirWindow *
open_query_window (const char *script)
{
  WeirWindow *window = weir_window_new (application);

  gtk_window_set_default_size (GTK_WINDOW (window), 1100, 700);
  gtk_window_present (GTK_WINDOW (window));
  weir_document_set_text (weir_window_get_document (window), script, "x");
  weir_document_check_now (weir_window_get_document (window));
  weir_window_select_query (window, "q");
  wait_until (gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  return window;
}

void
close_window (WeirWindow *window)
{
  weir_document_stop_all (weir_window_get_document (window));
  wait_until (!weir_document_has_running (weir_window_get_document (window)));
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
}
