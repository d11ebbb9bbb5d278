/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n.h>

#include "ui/window/main-window-private.h"

/*
 * Running. A file that was not written here may name any host and path, so its first Run lists them and asks; the answer holds for the
 * text as it is.
 */

typedef struct
{
  WeirWindow *window;
  char       *name; /* NULL: all */
} Asked;

static void
asked_free (gpointer  data,
            GClosure *closure)
{
  Asked *asked = data;

  g_free (asked->name);
  g_free (asked);
}

static void
run_now (WeirWindow *self,
         const char *name)
{
  WeirQueryPage *page = _weir_window_ensure_page (self, name);

  weir_document_run_query (self->document, name);
  if (page != NULL)
    {
      weir_query_page_refresh (page);
      weir_query_page_go_to (page, "results");
    }
}

static void
run_all_now (WeirWindow *self)
{
  g_auto (GStrv) names = weir_document_list_queries (self->document);

  for (guint i = 0; names[i] != NULL; i++)
    weir_document_run_query (self->document, names[i]);
}

static void
trust_response_cb (AdwMessageDialog *dialog,
                   const char       *response,
                   gpointer          user_data)
{
  Asked *asked = user_data;

  if (!g_str_equal (response, "run"))
    return;
  weir_document_trust (asked->window->document);
  if (asked->name != NULL)
    run_now (asked->window, asked->name);
  else
    run_all_now (asked->window);
}

static GtkWidget *
make_effects (char **effects)
{
  GtkWidget *list = gtk_list_box_new (), *scroller = gtk_scrolled_window_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; effects[i] != NULL; i++)
    {
      GtkWidget *label = gtk_label_new (effects[i]);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
      gtk_widget_set_margin_top (label, 6);
      gtk_widget_set_margin_bottom (label, 6);
      gtk_widget_set_margin_start (label, 12);
      gtk_widget_set_margin_end (label, 12);
      gtk_list_box_append (GTK_LIST_BOX (list), label);
    }
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 240);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), list);
  return scroller;
}

static void
ask_trust (WeirWindow *self,
           const char *name)
{
  g_autofree char *text = weir_document_dup_text (self->document);
  g_auto (GStrv)   effects = weir_script_list_effects (text);
  GtkWidget       *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Run This File?"), NULL);
  Asked           *asked = g_new0 (Asked, 1);

  asked->window = self;
  asked->name = g_strdup (name);
  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), effects[0] != NULL ? _ ("It was not written on this computer. When it runs, it uses:")
                                                                               : _ ("It was not written on this computer. It names no host, path or sink."));
  if (effects[0] != NULL)
    adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), make_effects (effects));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "run", _ ("_Run"), NULL);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (trust_response_cb), asked, asked_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
_weir_window_run (WeirWindow *self,
                  const char *name)
{
  if (weir_document_get_needs_trust (self->document))
    ask_trust (self, name);
  else
    run_now (self, name);
}

void
_weir_window_run_all (WeirWindow *self)
{
  if (weir_document_get_needs_trust (self->document))
    ask_trust (self, NULL);
  else
    run_all_now (self);
}

void
weir_window_show_demo (WeirWindow *self)
{
  g_autoptr (GBytes) script = NULL;
  g_autofree char   *text = NULL;
  g_auto (GStrv)     names = NULL;

  g_return_if_fail (WEIR_IS_WINDOW (self));
  if (!weir_window_get_is_fresh (self))
    {
      WeirWindow *other = weir_window_new (gtk_window_get_application (GTK_WINDOW (self)));

      gtk_window_present (GTK_WINDOW (other));
      weir_window_show_demo (other);
      return;
    }
  script = g_resources_lookup_data ("/io/github/weirapp/Weir/demo.weir", 0, NULL);
  g_return_if_fail (script != NULL);
  text = g_strndup (g_bytes_get_data (script, NULL), g_bytes_get_size (script));
  weir_document_set_text (self->document, text, _ ("Demo"));
  names = weir_document_list_queries (self->document);
  if (names[0] == NULL)
    return;
  weir_window_select_query (self, names[0]);
  run_now (self, names[0]);
  weir_window_toast (self, _ ("This is made-up data. Design shows how the query is built."));
}
