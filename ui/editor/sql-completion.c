/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/editor/sql-completion.h"

#include <glib/gi18n.h>
#include <string.h>

#include "engine/engine.h"

#define FUNCTION_ICON "system-run-symbolic"
#define KEYWORD_ICON  "format-text-bold-symbolic"

/* ---- one proposal ------------------------------------------------------------------------------------------------- */

#define WEIR_TYPE_SQL_PROPOSAL (weir_sql_proposal_get_type ())
G_DECLARE_FINAL_TYPE (WeirSqlProposal, weir_sql_proposal, WEIR, SQL_PROPOSAL, GObject)

struct _WeirSqlProposal
{
  GObject     parent_instance;
  char       *text;
  char       *detail; /* Owned, nullable: type, signature */
  char       *doc;    /* Owned, nullable */
  const char *icon;
  gboolean    is_function;
  gboolean    is_name; /* inserted in backticks where it needs them */
};

static void
proposal_iface_init (GtkSourceCompletionProposalInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirSqlProposal, weir_sql_proposal, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (GTK_SOURCE_TYPE_COMPLETION_PROPOSAL, proposal_iface_init))

static void
weir_sql_proposal_finalize (GObject *object)
{
  WeirSqlProposal *self = WEIR_SQL_PROPOSAL (object);

  g_free (self->text);
  g_free (self->detail);
  g_free (self->doc);
  G_OBJECT_CLASS (weir_sql_proposal_parent_class)->finalize (object);
}

static void
weir_sql_proposal_class_init (WeirSqlProposalClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_sql_proposal_finalize;
}

static void
weir_sql_proposal_init (WeirSqlProposal *self)
{
}

/* ---- the provider ------------------------------------------------------------------------------------------------- */

struct _WeirSqlCompletion
{
  GObject       parent_instance;
  WeirDocument *document; /* Borrowed: the editor lives no longer */
};

static void provider_iface_init (GtkSourceCompletionProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirSqlCompletion, weir_sql_completion, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (GTK_SOURCE_TYPE_COMPLETION_PROVIDER, provider_iface_init))

static void
add (GListStore *store,
     GHashTable *seen,
     const char *word,
     const char *text,
     const char *detail,
     const char *doc,
     const char *icon)
{
  WeirSqlProposal *proposal;

  if (g_ascii_strncasecmp (text, word, strlen (word)) != 0 || !g_hash_table_add (seen, g_ascii_strdown (text, -1)))
    return;
  proposal = g_object_new (WEIR_TYPE_SQL_PROPOSAL, NULL);
  proposal->text = g_strdup (text);
  proposal->detail = g_strdup (detail);
  proposal->doc = g_strdup (doc);
  proposal->icon = icon;
  proposal->is_function = strcmp (icon, FUNCTION_ICON) == 0;
  proposal->is_name = !proposal->is_function && strcmp (icon, KEYWORD_ICON) != 0;
  g_list_store_append (store, proposal);
  g_object_unref (proposal);
}

static void
add_names (WeirSqlCompletion *self,
           GListStore        *store,
           GHashTable        *seen,
           const char        *word)
{
  WeirCheck *check = weir_document_get_check (self->document);

  for (guint i = 0; check != NULL && i < weir_check_get_n_statements (check); i++)
    {
      const WeirStatementInfo *info = weir_check_get_statement (check, i);

      if (info->kind != WEIR_STATEMENT_TABLE && info->kind != WEIR_STATEMENT_VIEW)
        continue;
      for (guint c = 0; c < info->n_columns; c++)
        add (store, seen, word, info->columns[c].name, info->columns[c].type, NULL, "view-column-symbolic");
      if (info->name != NULL)
        add (store, seen, word, info->name, info->format != NULL ? info->format : _ ("view"), NULL, "network-server-symbolic");
    }
}

static GListModel *
make_proposals (WeirSqlCompletion *self,
                const char        *word)
{
  GListStore             *store = g_list_store_new (GTK_SOURCE_TYPE_COMPLETION_PROPOSAL);
  g_autoptr (GHashTable)  seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *const      *keywords = weir_list_keywords ();
  guint                   n;
  const WeirFunctionInfo *functions = weir_list_functions (&n);

  add_names (self, store, seen, word);
  for (guint i = 0; i < n; i++)
    add (store, seen, word, functions[i].name, functions[i].signature, functions[i].doc, FUNCTION_ICON);
  for (guint i = 0; keywords[i] != NULL; i++)
    add (store, seen, word, keywords[i], NULL, NULL, KEYWORD_ICON);
  return G_LIST_MODEL (store);
}

static void
populate_async (GtkSourceCompletionProvider *provider,
                GtkSourceCompletionContext  *context,
                GCancellable                *cancellable,
                GAsyncReadyCallback          callback,
                gpointer                     user_data)
{
  WeirSqlCompletion *self = WEIR_SQL_COMPLETION (provider);
  g_autoptr (GTask)  task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char   *word = gtk_source_completion_context_get_word (context);
  gboolean           asked = gtk_source_completion_context_get_activation (context) == GTK_SOURCE_COMPLETION_ACTIVATION_USER_REQUESTED;

  if (word == NULL || (*word == '\0' && !asked))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no word");
  else
    g_task_return_pointer (task, make_proposals (self, word), g_object_unref);
}

static GListModel *
populate_finish (GtkSourceCompletionProvider *provider,
                 GAsyncResult                *result,
                 GError                     **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
refilter (GtkSourceCompletionProvider *provider,
          GtkSourceCompletionContext  *context,
          GListModel                  *model)
{
  g_autofree char       *word = gtk_source_completion_context_get_word (context);
  g_autoptr (GListModel) fresh = make_proposals (WEIR_SQL_COMPLETION (provider), word != NULL ? word : "");

  gtk_source_completion_context_set_proposals_for_provider (context, provider, fresh);
}

static void
display (GtkSourceCompletionProvider *provider,
         GtkSourceCompletionContext  *context,
         GtkSourceCompletionProposal *proposal,
         GtkSourceCompletionCell     *cell)
{
  WeirSqlProposal *self = WEIR_SQL_PROPOSAL (proposal);

  switch ((int)gtk_source_completion_cell_get_column (cell))
    {
    case GTK_SOURCE_COMPLETION_COLUMN_ICON:
      gtk_source_completion_cell_set_icon_name (cell, self->icon);
      break;
    case GTK_SOURCE_COMPLETION_COLUMN_TYPED_TEXT:
      gtk_source_completion_cell_set_text (cell, self->text);
      break;
    case GTK_SOURCE_COMPLETION_COLUMN_AFTER:
      gtk_source_completion_cell_set_text (cell, self->detail);
      break;
    case GTK_SOURCE_COMPLETION_COLUMN_COMMENT:
    case GTK_SOURCE_COMPLETION_COLUMN_DETAILS:
      gtk_source_completion_cell_set_text (cell, self->doc);
      break;
    default:
      gtk_source_completion_cell_set_text (cell, NULL);
      break;
    }
}

static void
activate (GtkSourceCompletionProvider *provider,
          GtkSourceCompletionContext  *context,
          GtkSourceCompletionProposal *proposal)
{
  WeirSqlProposal *self = WEIR_SQL_PROPOSAL (proposal);
  GtkTextBuffer   *buffer = GTK_TEXT_BUFFER (gtk_source_completion_context_get_buffer (context));
  g_autofree char *text = self->is_name ? weir_quote_name (self->text) : g_strdup (self->text);
  GtkTextIter      begin, end;

  if (!gtk_source_completion_context_get_bounds (context, &begin, &end))
    return;
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete (buffer, &begin, &end);
  gtk_text_buffer_insert (buffer, &begin, text, -1);
  /* The name before a call's parentheses is written over. */
  if (self->is_function && gtk_text_iter_get_char (&begin) != '(')
    {
      gtk_text_buffer_insert (buffer, &begin, "()", -1);
      gtk_text_iter_backward_char (&begin);
      gtk_text_buffer_place_cursor (buffer, &begin);
    }
  gtk_text_buffer_end_user_action (buffer);
}

static char *
get_title (GtkSourceCompletionProvider *provider)
{
  return g_strdup (_ ("SQL"));
}

static void
provider_iface_init (GtkSourceCompletionProviderInterface *iface)
{
  iface->get_title = get_title;
  iface->populate_async = populate_async;
  iface->populate_finish = populate_finish;
  iface->refilter = refilter;
  iface->display = display;
  iface->activate = activate;
}

static void
weir_sql_completion_class_init (WeirSqlCompletionClass *klass)
{
}

static void
weir_sql_completion_init (WeirSqlCompletion *self)
{
}

GtkSourceCompletionProvider *
weir_sql_completion_new (WeirDocument *document)
{
  WeirSqlCompletion *self = g_object_new (WEIR_TYPE_SQL_COMPLETION, NULL);

  self->document = document;
  return GTK_SOURCE_COMPLETION_PROVIDER (self);
}
