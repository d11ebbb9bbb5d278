/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n.h>

#include "ui/window/main-window-private.h"

/*
 * Commands that are about the text: undo and redo over cards and SQL, and the way to the SQL. Keys of the window come before those of
 * the widget that has the focus, so an entry's own undo is called from here.
 */

static GtkTextBuffer *
get_buffer (WeirWindow *self)
{
  return GTK_TEXT_BUFFER (weir_document_get_buffer (self->document));
}

/* Has a field other than the editor the focus, and has it taken @name for itself? */
static gboolean
is_for_field (WeirWindow *self,
              const char *name)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if (!GTK_IS_TEXT (focus))
    return FALSE;
  gtk_widget_activate_action (focus, name, NULL);
  return TRUE;
}

static void
undo_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  WeirWindow *self = user_data;

  if (is_for_field (self, "text.undo"))
    return;
  gtk_text_buffer_undo (get_buffer (self));
  weir_document_check_now (self->document);
}

static void
redo_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  WeirWindow *self = user_data;

  if (is_for_field (self, "text.redo"))
    return;
  gtk_text_buffer_redo (get_buffer (self));
  weir_document_check_now (self->document);
}

static void
edit_sql_action (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  WeirQueryPage *page = weir_window_get_page (user_data);

  if (page != NULL)
    weir_query_page_edit_sql (page);
}

static void
copy_sql_action (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  WeirWindow      *self = user_data;
  g_autofree char *text = weir_document_dup_text (self->document);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  weir_window_toast (self, _ ("SQL copied"));
}

static void
fullscreen_action (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  if (gtk_window_is_fullscreen (user_data))
    gtk_window_unfullscreen (user_data);
  else
    gtk_window_fullscreen (user_data);
}

static void
update_history (WeirWindow *self)
{
  GActionMap *map = G_ACTION_MAP (self);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, "undo")), gtk_text_buffer_get_can_undo (get_buffer (self)));
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, "redo")), gtk_text_buffer_get_can_redo (get_buffer (self)));
}

void
_weir_window_add_edit_actions (WeirWindow *self)
{
  static const GActionEntry entries[] = {
    { "undo", undo_action },
    { "redo", redo_action },
    { "edit-sql", edit_sql_action },
    { "copy-sql", copy_sql_action },
    { "fullscreen", fullscreen_action },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (get_buffer (self), "notify::can-undo", G_CALLBACK (update_history), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_buffer (self), "notify::can-redo", G_CALLBACK (update_history), self, G_CONNECT_SWAPPED);
  update_history (self);
}
