/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n.h>

#include "ui/health/guarantee-text.h"
#include "ui/window/main-window-private.h"
#include "ui/window/query-state.h"

/* Commands that steer the query of the page: hold, stop after the batch, keep its progress. */

static WeirQuery *
get_query (WeirWindow *self)
{
  WeirQueryPage *page = weir_window_get_page (self);

  return page != NULL ? weir_document_get_query (self->document, weir_query_page_get_name (page)) : NULL;
}

static void
hold_change_state (GSimpleAction *action,
                   GVariant      *state,
                   gpointer       user_data)
{
  WeirWindow *self = user_data;
  WeirQuery  *query = get_query (self);

  if (query == NULL || !weir_query_state_is_active (query))
    return;
  weir_query_set_held (query, g_variant_get_boolean (state));
  g_simple_action_set_state (action, state);
  weir_query_page_refresh (weir_window_get_page (self));
}

static void
stop_after_batch_action (GSimpleAction *action,
                         GVariant      *parameter,
                         gpointer       user_data)
{
  WeirQuery *query = get_query (user_data);

  if (query != NULL)
    weir_query_stop_after_batch (query);
}

/* A checkpoint in the text of the query, as any edit of it; the next run has it. */
static void
keep_progress_action (GSimpleAction *action,
                      GVariant      *parameter,
                      gpointer       user_data)
{
  WeirWindow              *self = user_data;
  WeirQueryPage           *page = weir_window_get_page (self);
  const WeirStatementInfo *info;
  g_autoptr (WeirCards)    cards = NULL;
  g_autofree char         *folder = NULL, *text = NULL;

  if (page == NULL)
    return;
  weir_document_check_now (self->document);
  info = weir_document_find_query (self->document, weir_query_page_get_name (page));
  if (info == NULL || info->name == NULL || info->checkpoint != NULL || weir_document_get_read_only (self->document))
    return;
  folder = weir_checkpoint_propose (info->name);
  cards = weir_cards_new (weir_document_get_checked_text (self->document), info->range);
  text = weir_cards_set_checkpoint (cards, folder);
  if (text == NULL)
    return;
  weir_document_replace_text (self->document, text);
  weir_document_check_now (self->document);
  weir_query_page_refresh (page);
}

static void
copy_report_action (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       user_data)
{
  WeirWindow      *self = user_data;
  WeirQueryPage   *page = weir_window_get_page (self);
  g_autofree char *report = NULL;

  if (page == NULL)
    return;
  report = weir_health_page_dup_report (weir_query_page_get_health (page));
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), report);
  weir_window_toast (self, _ ("Report copied"));
}

static void
set_enabled (WeirWindow *self,
             const char *name,
             gboolean    enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name)), enabled);
}

void
_weir_window_update_control_actions (WeirWindow *self)
{
  WeirQuery *query = get_query (self);
  gboolean   has_page = weir_window_get_page (self) != NULL;
  gboolean   active = query != NULL && weir_query_state_is_active (query);
  GAction   *hold = g_action_map_lookup_action (G_ACTION_MAP (self), "hold");

  set_enabled (self, "copy-report", has_page);
  set_enabled (self, "keep-progress", has_page && !weir_document_get_read_only (self->document));
  set_enabled (self, "hold", active);
  set_enabled (self, "stop-after-batch", active);
  g_simple_action_set_state (G_SIMPLE_ACTION (hold), g_variant_new_boolean (active && weir_query_get_held (query)));
}

void
_weir_window_add_control_actions (WeirWindow *self)
{
  static const GActionEntry entries[] = {
    { "hold", NULL, NULL, "false", hold_change_state },
    { "stop-after-batch", stop_after_batch_action },
    { "copy-report", copy_report_action },
    { "keep-progress", keep_progress_action },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
