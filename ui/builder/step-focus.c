/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/step-focus.h"

#include <stdlib.h>

#define NAME_KEY "weir-step"

void
weir_step_focus_name (GtkWidget  *control,
                      int         kind,
                      guint       item,
                      const char *role)
{
  g_object_set_data_full (G_OBJECT (control), NAME_KEY, g_strdup_printf ("%d/%u/%s", kind, item, role), g_free);
}

char *
weir_step_focus_save (GtkWidget *list)
{
  GtkRoot   *root = gtk_widget_get_root (list);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, list))
    return NULL;
  for (; focus != list; focus = gtk_widget_get_parent (focus))
    if (g_object_get_data (G_OBJECT (focus), NAME_KEY) != NULL)
      return g_strdup (g_object_get_data (G_OBJECT (focus), NAME_KEY));
  return NULL;
}

static void
collect (GtkWidget *widget,
         GPtrArray *controls)
{
  if (g_object_get_data (G_OBJECT (widget), NAME_KEY) != NULL)
    {
      g_ptr_array_add (controls, widget);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect (child, controls);
}

static int
kind_of (GtkWidget *control)
{
  return atoi (g_object_get_data (G_OBJECT (control), NAME_KEY));
}

void
weir_step_focus_restore (GtkWidget  *list,
                         const char *name)
{
  g_autoptr (GPtrArray) controls = g_ptr_array_new ();
  GtkWidget            *same_card = NULL, *further = NULL, *chosen = NULL;
  int                   kind = atoi (name);

  collect (list, controls);
  for (guint i = 0; i < controls->len && chosen == NULL; i++)
    {
      if (g_strcmp0 (g_object_get_data (controls->pdata[i], NAME_KEY), name) == 0)
        chosen = controls->pdata[i];
      if (same_card == NULL && kind_of (controls->pdata[i]) == kind)
        same_card = controls->pdata[i];
      if (further == NULL && kind_of (controls->pdata[i]) > kind)
        further = controls->pdata[i];
    }
  chosen = chosen != NULL ? chosen : same_card != NULL ? same_card
                                                       : further;
  if (chosen == NULL && controls->len > 0)
    chosen = controls->pdata[controls->len - 1];
  if (chosen != NULL)
    gtk_widget_grab_focus (chosen);
}
