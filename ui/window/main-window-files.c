/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/window/main-window-private.h"

static void
remember_recent (GFile *file)
{
  g_autofree char *uri = g_file_get_uri (file);

  gtk_recent_manager_add_item (gtk_recent_manager_get_default (), uri);
}

/* Opening */

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (WeirWindow) self = user_data;
  WeirDocument          *document = WEIR_DOCUMENT (source);
  g_autoptr (GError)     error = NULL;
  g_auto (GStrv)         names = NULL;

  if (!weir_document_open_finish (document, result, &error))
    {
      _weir_window_show_trouble (self, _ ("The File Could Not Be Opened"), error->message);
      return;
    }
  gtk_widget_set_visible (self->trouble, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->welcome), TRUE);
  remember_recent (weir_document_get_file (document));
  names = weir_document_list_queries (document);
  weir_window_select_query (self, names[0]);
  if (names[0] == NULL)
    weir_window_toast (self, _ ("There is no query in this file yet."));
}

void
weir_window_open (WeirWindow *self,
                  GFile      *file)
{
  g_return_if_fail (WEIR_IS_WINDOW (self) && G_IS_FILE (file));
  if (!weir_window_get_is_fresh (self))
    {
      WeirWindow *other = weir_window_new (gtk_window_get_application (GTK_WINDOW (self)));

      gtk_window_present (GTK_WINDOW (other));
      weir_window_open (other, file);
      return;
    }
  weir_document_open_async (self->document, file, NULL, opened_cb, g_object_ref (self));
}

void
weir_window_restore (WeirWindow *self,
                     const char *draft_path)
{
  g_autofree char  *text = NULL;
  g_autoptr (GFile) file = NULL;
  gboolean          stranger;
  g_auto (GStrv)    names = NULL;

  g_return_if_fail (WEIR_IS_WINDOW (self));
  if (!weir_drafts_read (draft_path, &text, &file, &stranger))
    return;
  weir_draft_drop (self->draft);
  g_set_object (&self->draft, NULL);
  self->draft = weir_draft_new (self->document, draft_path);
  weir_document_restore (self->document, text, file, stranger);
  names = weir_document_list_queries (self->document);
  weir_window_select_query (self, names[0]);
  weir_window_toast (self, _ ("Unsaved work was restored."));
}

static GtkFileChooserNative *
make_chooser (WeirWindow          *self,
              const char          *title,
              GtkFileChooserAction action,
              const char          *accept)
{
  GtkFileChooserNative     *chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, accept, _ ("_Cancel"));
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Weir scripts"));
  gtk_file_filter_add_suffix (filter, "weir");
  gtk_file_filter_add_suffix (filter, "sql");
  gtk_file_filter_set_name (all, _ ("All files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), all);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  return chooser;
}

static void
open_response_cb (GtkFileChooserNative *chooser,
                  int                   response,
                  WeirWindow           *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;

  if (file != NULL)
    weir_window_open (self, file);
  g_object_unref (chooser);
}

void
_weir_window_ask_open (WeirWindow *self)
{
  GtkFileChooserNative *chooser = make_chooser (self, _ ("Open"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"));

  g_signal_connect_object (chooser, "response", G_CALLBACK (open_response_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* Saving */

static void save_to (WeirWindow *self,
                     GFile      *file);

static void
overwrite_response_cb (AdwMessageDialog *dialog,
                       const char       *response,
                       WeirWindow       *self)
{
  if (g_str_equal (response, "save"))
    {
      weir_document_forget_etag (self->document);
      save_to (self, weir_document_get_file (self->document));
    }
}

static void
ask_overwrite (WeirWindow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("The File Has Changed"),
                                              _ ("Another program has written it since it was opened. Saving replaces what that program wrote."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "save", _ ("_Save Anyway"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "save", ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (overwrite_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (WeirWindow) self = user_data;
  g_autoptr (GError)     error = NULL;
  gboolean               closing = self->closing;

  self->closing = FALSE;
  if (!weir_document_save_finish (WEIR_DOCUMENT (source), result, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG))
        ask_overwrite (self);
      else
        {
          /* TRANSLATORS: an error message of the system */
          g_autofree char *text = g_strdup_printf (_ ("Not saved: %s"), error->message);

          weir_window_toast (self, text);
        }
      return;
    }
  weir_draft_drop (self->draft);
  remember_recent (weir_document_get_file (self->document));
  if (closing)
    gtk_window_close (GTK_WINDOW (self));
  else
    weir_window_toast (self, _ ("Saved"));
}

static void
save_to (WeirWindow *self,
         GFile      *file)
{
  weir_document_save_async (self->document, file, NULL, saved_cb, g_object_ref (self));
}

static GFile *
with_suffix (GFile *file)
{
  g_autofree char  *name = g_file_get_basename (file);
  g_autofree char  *full = NULL;
  g_autoptr (GFile) parent = NULL;

  if (strchr (name, '.') != NULL)
    return g_object_ref (file);
  full = g_strconcat (name, ".weir", NULL);
  parent = g_file_get_parent (file);
  return parent != NULL ? g_file_get_child (parent, full) : g_object_ref (file);
}

static void
save_response_cb (GtkFileChooserNative *chooser,
                  int                   response,
                  WeirWindow           *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autoptr (GFile) full = file != NULL ? with_suffix (file) : NULL;

  if (full != NULL)
    save_to (self, full);
  else
    self->closing = FALSE;
  g_object_unref (chooser);
}

void
_weir_window_save (WeirWindow *self,
                   gboolean    ask_where)
{
  GFile                *file = weir_document_get_file (self->document);
  GtkFileChooserNative *chooser;

  if (file != NULL && !ask_where && !weir_document_get_read_only (self->document))
    {
      save_to (self, file);
      return;
    }
  chooser = make_chooser (self, _ ("Save As"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"));
  if (file != NULL)
    gtk_file_chooser_set_file (GTK_FILE_CHOOSER (chooser), file, NULL);
  else
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), _ ("queries.weir"));
  g_signal_connect_object (chooser, "response", G_CALLBACK (save_response_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* Dropped files */

static gboolean
drop_cb (GtkDropTarget *target,
         const GValue  *value,
         double         x,
         double         y,
         WeirWindow    *self)
{
  GSList *files = g_value_get_boxed (value);
  GFile  *data = NULL;

  for (GSList *l = files; l != NULL; l = l->next)
    {
      g_autofree char *uri = g_file_get_uri (l->data);

      if (g_str_has_suffix (uri, ".weir") || g_str_has_suffix (uri, ".sql"))
        weir_window_open (self, l->data);
      else if (data == NULL)
        data = l->data;
    }
  /* One dialog at a time; a folder takes many files at once. */
  if (data != NULL)
    _weir_window_add_data_file (self, data);
  return files != NULL;
}

void
_weir_window_add_drop_target (WeirWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
