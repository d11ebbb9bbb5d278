/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/welcome-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

struct _WeirWelcomePage
{
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkWidget *buttons;
  GtkWidget *demo_button;
  GtkWidget *recent;
  GPtrArray *rows;
};

G_DEFINE_FINAL_TYPE (WeirWelcomePage, weir_welcome_page, GTK_TYPE_WIDGET)

static char *
dup_short_path (GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  const char      *home = g_get_home_dir ();
  g_autofree char *display = path != NULL ? g_filename_display_name (path) : g_file_get_uri (file);

  if (path != NULL && g_str_has_prefix (display, home) && display[strlen (home)] == '/')
    return g_strconcat ("~", display + strlen (home), NULL);
  return g_steal_pointer (&display);
}

static char *
format_day (GDateTime *time)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) local = g_date_time_to_local (time);
  GDate                 a, b;
  int                   days;

  g_date_set_dmy (&a, (GDateDay)g_date_time_get_day_of_month (local), g_date_time_get_month (local), (GDateYear)g_date_time_get_year (local));
  g_date_set_dmy (&b, (GDateDay)g_date_time_get_day_of_month (now), g_date_time_get_month (now), (GDateYear)g_date_time_get_year (now));
  days = g_date_days_between (&a, &b);
  if (days <= 0)
    return g_strdup (_ ("today"));
  if (days == 1)
    return g_strdup (_ ("yesterday"));
  /* TRANSLATORS: strftime() formats: the name of a day, a day and a month */
  return g_date_time_format (local, days < 7 ? "%A" : _ ("%-d %b"));
}

static void
row_activated_cb (AdwActionRow    *row,
                  WeirWelcomePage *self)
{
  g_signal_emit_by_name (self, "open-recent", g_object_get_data (G_OBJECT (row), "file"));
}

static void
add_recent (WeirWelcomePage *self,
            GtkRecentInfo   *info)
{
  g_autoptr (GFile) file = g_file_new_for_uri (gtk_recent_info_get_uri (info));
  g_autofree char  *path = dup_short_path (file);
  g_autofree char  *day = format_day (gtk_recent_info_get_modified (info));
  GtkWidget        *row = adw_action_row_new (), *when = gtk_label_new (day);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), gtk_recent_info_get_display_name (info));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), path);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("text-x-generic-symbolic"));
  gtk_widget_add_css_class (when, "caption");
  gtk_widget_add_css_class (when, "dim-label");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), when);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "file", g_object_ref (file), g_object_unref);
  g_signal_connect (row, "activated", G_CALLBACK (row_activated_cb), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->recent), row);
  g_ptr_array_add (self->rows, row);
}

static int
compare_recent (gconstpointer a,
                gconstpointer b)
{
  return g_date_time_compare (gtk_recent_info_get_modified ((GtkRecentInfo *)b), gtk_recent_info_get_modified ((GtkRecentInfo *)a));
}

void
weir_welcome_page_refresh (WeirWelcomePage *self,
                           guint            limit)
{
  GList *items;

  g_return_if_fail (WEIR_IS_WELCOME_PAGE (self));
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self->recent), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  items = g_list_sort (gtk_recent_manager_get_items (gtk_recent_manager_get_default ()), compare_recent);
  for (GList *l = items; l != NULL && self->rows->len < limit; l = l->next)
    if (g_str_has_suffix (gtk_recent_info_get_uri (l->data), ".weir") && gtk_recent_info_exists (l->data))
      add_recent (self, l->data);
  g_list_free_full (items, (GDestroyNotify)gtk_recent_info_unref);
  gtk_widget_set_visible (self->recent, self->rows->len > 0);
}

static void
clear_cb (WeirWelcomePage *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      g_autofree char *uri = g_file_get_uri (g_object_get_data (self->rows->pdata[i], "file"));

      gtk_recent_manager_remove_item (gtk_recent_manager_get_default (), uri, NULL);
      adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self->recent), self->rows->pdata[i]);
    }
  g_ptr_array_set_size (self->rows, 0);
  gtk_widget_set_visible (self->recent, FALSE);
}

void
weir_welcome_page_grab_default (WeirWelcomePage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (GTK_IS_WINDOW (root))
    gtk_window_set_default_widget (GTK_WINDOW (root), self->demo_button);
  gtk_widget_grab_focus (self->demo_button);
}

void
weir_welcome_page_set_narrow (WeirWelcomePage *self,
                              gboolean         narrow)
{
  g_return_if_fail (WEIR_IS_WELCOME_PAGE (self));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->buttons), narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
}

static void
dispose (GObject *object)
{
  WeirWelcomePage *self = WEIR_WELCOME_PAGE (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (weir_welcome_page_parent_class)->dispose (object);
}

static void
weir_welcome_page_class_init (WeirWelcomePageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/weirapp/Weir/window/welcome-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirWelcomePage, scroller);
  gtk_widget_class_bind_template_child (widget_class, WeirWelcomePage, buttons);
  gtk_widget_class_bind_template_child (widget_class, WeirWelcomePage, demo_button);
  gtk_widget_class_bind_template_child (widget_class, WeirWelcomePage, recent);
  gtk_widget_class_bind_template_callback (widget_class, clear_cb);
  g_signal_new ("open-recent", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_FILE);
}

static void
weir_welcome_page_init (WeirWelcomePage *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
weir_welcome_page_new (void)
{
  return g_object_new (WEIR_TYPE_WELCOME_PAGE, NULL);
}
