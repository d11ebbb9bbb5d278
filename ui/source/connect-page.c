/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/source/connect-page-private.h"

#include <glib/gi18n.h>

#include "ui/source/secrets.h"
#include "ui/widgets/breakpoint-bin.h"

static void
show_keyring (WeirConnectPage *page)
{
  if (page->save == NULL)
    return;
  gtk_widget_set_sensitive (page->save, page->has_keyring);
  gtk_switch_set_active (GTK_SWITCH (page->keyring), page->has_keyring);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (page->save),
                               page->has_keyring ? _ ("The script only names it") : _ ("No keyring answers: the password is kept until Weir is closed"));
}

static void
keyring_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  gboolean found = weir_secrets_probe_finish (result);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return; /* the page is gone */
  ((WeirConnectPage *)user_data)->has_keyring = found;
  show_keyring (user_data);
}

static void
add_save_row (WeirConnectPage *page,
              GtkWidget       *group)
{
  page->save = adw_action_row_new ();
  page->keyring = gtk_switch_new ();
  gtk_widget_set_valign (page->keyring, GTK_ALIGN_CENTER);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (page->save), _ ("Save in Keyring"));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (page->save), 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (page->save), page->keyring);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (page->save), page->keyring);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), page->save);
  show_keyring (page);
}

static void
clear_box (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_box_remove (GTK_BOX (box), child);
}

void
_weir_connect_page_fill (WeirConnectPage *page)
{
  GtkWidget *plain = adw_preferences_group_new (), *security = adw_preferences_group_new ();
  gboolean   has_security, has_password;

  page->filling = TRUE;
  clear_box (page->left);
  page->save = page->keyring = page->topics = page->properties = NULL;
  _weir_connect_page_make_fields (page, plain, security, &has_security, &has_password);
  if (has_password)
    add_save_row (page, security);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (plain), _weir_source_kind_title (page->draft->kind));
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (security), _ ("Security"));
  gtk_box_append (GTK_BOX (page->left), plain);
  if (has_security)
    gtk_box_append (GTK_BOX (page->left), security);
  else
    g_object_ref_sink (security), g_object_unref (security);
  if (page->draft->kind != WEIR_SOURCE_DEMO)
    gtk_box_append (GTK_BOX (page->left), _weir_connect_page_make_properties (page));
  _weir_connect_page_show_security (page);
  page->filling = FALSE;
}

static void
show_topics (WeirConnectPage *page,
             WeirProbe       *probe)
{
  const char *const *topics = probe != NULL ? weir_probe_get_topics (probe) : NULL;
  GtkWidget         *list = page->topics != NULL ? g_object_get_data (G_OBJECT (page->topics), "list") : NULL, *row;

  if (list == NULL || topics == NULL || topics[0] == NULL)
    return;
  while ((row = gtk_widget_get_first_child (list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (list), row);
  for (guint i = 0; topics[i] != NULL; i++)
    {
      GtkWidget *label = gtk_label_new (topics[i]);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_list_box_append (GTK_LIST_BOX (list), label);
    }
  gtk_widget_set_visible (page->topics, TRUE);
}

static void
show_fix (WeirConnectPage *page,
          WeirProbe       *probe)
{
  const WeirStage *failed = probe != NULL && !weir_probe_get_is_running (probe) ? _weir_probe_find_failed (probe) : NULL;

  g_clear_pointer (&page->fix, _weir_stage_fix_free);
  if (failed != NULL)
    page->fix = _weir_stage_fix_new (page->draft, failed);
  gtk_widget_set_visible (page->fix_button, page->fix != NULL);
  if (page->fix != NULL)
    gtk_button_set_label (GTK_BUTTON (page->fix_button), page->fix->label);
}

void
_weir_connect_page_fix (WeirConnectPage *page)
{
  g_autoptr (WeirStageFix) fix = g_steal_pointer (&page->fix);
  GtkWidget               *row = fix != NULL && fix->option != NULL ? _weir_connect_page_find_row (page, fix->option) : NULL;

  if (fix == NULL)
    return;
  if (fix->value == NULL && row != NULL)
    {
      page->fix = g_steal_pointer (&fix);
      gtk_widget_grab_focus (row);
      return;
    }
  if (fix->value != NULL)
    {
      weir_source_draft_set (page->draft, fix->option, fix->value);
      _weir_connect_page_drop_unused (page);
      _weir_connect_page_fill (page);
      page->changed (page->user_data);
    }
  page->test (page->user_data);
}

void
_weir_connect_page_show_probe (WeirConnectPage *page,
                               WeirProbe       *probe)
{
  gboolean running = probe != NULL && weir_probe_get_is_running (probe);

  _weir_stage_list_show (page->stages, probe);
  gtk_widget_set_visible (page->stages, probe != NULL && weir_probe_get_n_stages (probe) > 0);
  gtk_widget_set_sensitive (page->test_button, !running);
  gtk_button_set_label (GTK_BUTTON (page->test_button), probe == NULL ? _ ("_Test Connection") : _ ("_Test Again"));
  if (probe == NULL)
    gtk_label_set_text (GTK_LABEL (page->verdict), _ ("The test connects, reads some records and leaves nothing behind."));
  else if (running)
    gtk_label_set_text (GTK_LABEL (page->verdict), _ ("Testing…"));
  else if (_weir_probe_has_failed (probe))
    gtk_label_set_text (GTK_LABEL (page->verdict), _ ("Correct it and test again, or choose Add Anyway from the menu beside Next."));
  else
    gtk_label_set_text (GTK_LABEL (page->verdict), _ ("Everything answers."));
  show_topics (page, probe);
  show_fix (page, probe);
}

gboolean
_weir_connect_page_get_save_secrets (WeirConnectPage *page)
{
  return page->keyring != NULL && page->has_keyring && gtk_switch_get_active (GTK_SWITCH (page->keyring));
}

static void
test_cb (GtkButton       *button,
         WeirConnectPage *page)
{
  page->test (page->user_data);
}

/* One column where two do not fit. */
static void
narrow_cb (WeirBreakpointBin *bin,
           GParamSpec        *pspec,
           WeirConnectPage   *page)
{
  gboolean narrow = weir_breakpoint_bin_get_narrow (bin);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (page->columns), narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_box_set_homogeneous (GTK_BOX (page->columns), !narrow);
}

static void
page_free (gpointer data)
{
  WeirConnectPage *page = data;

  g_cancellable_cancel (page->cancellable);
  g_object_unref (page->cancellable);
  g_clear_pointer (&page->fix, _weir_stage_fix_free);
  g_free (page);
}

static GtkWidget *
make_right (WeirConnectPage *page)
{
  GtkWidget *right = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title = gtk_label_new (_ ("Connection Test"));

  gtk_widget_add_css_class (title, "heading");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_set_hexpand (title, TRUE);
  page->test_button = gtk_button_new_with_mnemonic (_ ("_Test Connection"));
  g_signal_connect (page->test_button, "clicked", G_CALLBACK (test_cb), page);
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (head), page->test_button);
  page->stages = _weir_stage_list_new ();
  page->verdict = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (page->verdict), 0);
  gtk_label_set_wrap (GTK_LABEL (page->verdict), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (page->verdict), 40);
  gtk_widget_add_css_class (page->verdict, "caption");
  gtk_widget_add_css_class (page->verdict, "dim-label");
  gtk_box_append (GTK_BOX (right), head);
  page->fix_button = gtk_button_new ();
  gtk_widget_set_visible (page->fix_button, FALSE);
  g_signal_connect_swapped (page->fix_button, "clicked", G_CALLBACK (_weir_connect_page_fix), page);
  gtk_box_append (GTK_BOX (right), page->stages);
  gtk_box_append (GTK_BOX (right), page->fix_button);
  gtk_box_append (GTK_BOX (right), page->verdict);
  return right;
}

WeirConnectPage *
_weir_connect_page_new (WeirSourceDraft *draft,
                        WeirPageFunc     changed,
                        WeirPageFunc     test,
                        gpointer         user_data)
{
  WeirConnectPage *page = g_new0 (WeirConnectPage, 1);

  page->draft = draft;
  page->changed = changed;
  page->test = test;
  page->user_data = user_data;
  page->columns = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 24);
  gtk_box_set_homogeneous (GTK_BOX (page->columns), TRUE); /* or a long answer of the test would push the fields aside */
  page->left = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  page->right = make_right (page);
  gtk_widget_set_hexpand (page->left, TRUE);
  gtk_widget_set_hexpand (page->right, TRUE);
  gtk_box_append (GTK_BOX (page->columns), page->left);
  gtk_box_append (GTK_BOX (page->columns), page->right);
  page->widget = weir_breakpoint_bin_new (page->columns, 640, 300);
  g_signal_connect (page->widget, "notify::narrow", G_CALLBACK (narrow_cb), page);
  g_object_set_data_full (G_OBJECT (page->widget), "page", page, page_free);
  page->cancellable = g_cancellable_new ();
  weir_secrets_probe_async (page->cancellable, keyring_cb, page);
  _weir_connect_page_fill (page);
  _weir_connect_page_show_probe (page, NULL);
  return page;
}

GtkWidget *
_weir_connect_page_get_widget (WeirConnectPage *page)
{
  return page->widget;
}
