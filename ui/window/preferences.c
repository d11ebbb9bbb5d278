/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/preferences.h"

#include <glib/gi18n.h>
#include <string.h>

#define SETTINGS_ID "io.github.weirapp.Weir"
#define ZONE_TABLE  "/usr/share/zoneinfo/tzdata.zi"

struct _WeirPreferences
{
  AdwPreferencesWindow parent_instance;

  GSettings     *settings;
  GtkStringList *zones; /* the first: the system's */
  GtkDropDown   *zone;
  AdwComboRow   *style;
  GtkSpinButton *result_rows;
  GtkSpinButton *recent;
  GtkSwitch     *restore;
};

G_DEFINE_FINAL_TYPE (WeirPreferences, weir_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Names of zones: `Z Asia/Seoul …` lines and `L target alias` lines of the time zone database. */
static GPtrArray *
read_zones (void)
{
  GPtrArray       *names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *content = NULL;
  g_auto (GStrv)   lines = NULL;

  if (!g_file_get_contents (ZONE_TABLE, &content, NULL, NULL))
    return names;
  lines = g_strsplit (content, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", 4);
      guint          at = g_str_has_prefix (lines[i], "Z ") ? 1 : g_str_has_prefix (lines[i], "L ") ? 2
                                                                                                    : 0;

      if (at > 0 && g_strv_length (words) > at && strchr (words[at], '/') != NULL && !g_str_has_prefix (words[at], "Etc/"))
        g_ptr_array_add (names, g_strdup (words[at]));
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
zone_selected_cb (WeirPreferences *self)
{
  guint i = gtk_drop_down_get_selected (self->zone);

  if (i != GTK_INVALID_LIST_POSITION)
    g_settings_set_string (self->settings, "time-zone", i == 0 ? "" : gtk_string_list_get_string (self->zones, i));
}

static void
fill_zones (WeirPreferences *self)
{
  g_autoptr (GPtrArray) names = read_zones ();
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  g_autofree char      *current = g_settings_get_string (self->settings, "time-zone");
  /* TRANSLATORS: the time zone of the system: "System (Asia/Seoul)" */
  g_autofree char *system = g_strdup_printf (_ ("System (%s)"), g_time_zone_get_identifier (local));
  guint            selected = 0;
  gboolean         known = current[0] == '\0';

  self->zones = gtk_string_list_new (NULL);
  gtk_string_list_append (self->zones, system);
  gtk_string_list_append (self->zones, "UTC");
  for (guint i = 0; i < names->len; i++)
    gtk_string_list_append (self->zones, names->pdata[i]);
  for (guint i = 1; i < g_list_model_get_n_items (G_LIST_MODEL (self->zones)) && !known; i++)
    if (g_str_equal (gtk_string_list_get_string (self->zones, i), current))
      {
        selected = i;
        known = TRUE;
      }
  if (!known)
    {
      selected = g_list_model_get_n_items (G_LIST_MODEL (self->zones));
      gtk_string_list_append (self->zones, current);
    }
  gtk_drop_down_set_model (self->zone, G_LIST_MODEL (self->zones));
  gtk_drop_down_set_selected (self->zone, selected);
  g_signal_connect_swapped (self->zone, "notify::selected", G_CALLBACK (zone_selected_cb), self);
}

static void
style_selected_cb (WeirPreferences *self)
{
  g_settings_set_enum (self->settings, "color-scheme", (int)adw_combo_row_get_selected (self->style));
}

static void
dispose (GObject *object)
{
  WeirPreferences *self = WEIR_PREFERENCES (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->zones);
  G_OBJECT_CLASS (weir_preferences_parent_class)->dispose (object);
}

static void
weir_preferences_class_init (WeirPreferencesClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/weirapp/Weir/window/preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirPreferences, zone);
  gtk_widget_class_bind_template_child (widget_class, WeirPreferences, style);
  gtk_widget_class_bind_template_child (widget_class, WeirPreferences, result_rows);
  gtk_widget_class_bind_template_child (widget_class, WeirPreferences, recent);
  gtk_widget_class_bind_template_child (widget_class, WeirPreferences, restore);
}

static void
weir_preferences_init (WeirPreferences *self)
{
  GtkExpression *name = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");

  self->settings = g_settings_new (SETTINGS_ID);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drop_down_set_expression (self->zone, name);
  gtk_expression_unref (name);
  fill_zones (self);
  adw_combo_row_set_selected (self->style, (guint)g_settings_get_enum (self->settings, "color-scheme"));
  g_signal_connect_swapped (self->style, "notify::selected", G_CALLBACK (style_selected_cb), self);
  g_settings_bind (self->settings, "result-max-rows", gtk_spin_button_get_adjustment (self->result_rows), "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "recent-limit", gtk_spin_button_get_adjustment (self->recent), "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "restore-unsaved", self->restore, "active", G_SETTINGS_BIND_DEFAULT);
}

GtkWidget *
weir_preferences_new (GtkWindow *parent)
{
  return g_object_new (WEIR_TYPE_PREFERENCES, "transient-for", parent, "modal", parent != NULL, NULL);
}
