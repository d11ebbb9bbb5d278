/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "ui/window/document-private.h"

void
_weir_document_run_free (gpointer data)
{
  WeirDocumentRun *run = data;

  if (run->query != NULL)
    {
      g_signal_handlers_disconnect_by_data (run->query, run);
      weir_query_stop (run->query);
      g_object_unref (run->query);
    }
  g_free (run->name);
  g_free (run->error_text);
  g_free (run->basis);
  g_free (run);
}

static gboolean
is_over (WeirQuery *query)
{
  WeirQueryState state = weir_query_get_state (query);

  return state == WEIR_QUERY_STOPPED || state == WEIR_QUERY_FAILED;
}

/* A digest of the query's statement and of every table and view: what a run is made of. */
static char *
describe_basis (WeirDocument *self,
                const char   *name)
{
  const WeirStatementInfo *query = weir_document_find_query (self, name);
  g_autoptr (GChecksum)    sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < weir_check_get_n_statements (self->check); i++)
    {
      const WeirStatementInfo *info = weir_check_get_statement (self->check, i);

      if (info == query || info->kind == WEIR_STATEMENT_TABLE || info->kind == WEIR_STATEMENT_VIEW || info->kind == WEIR_STATEMENT_OTHER)
        g_checksum_update (sum, (const guchar *)self->checked_text + info->range.start, info->range.end - info->range.start);
    }
  return g_strdup (g_checksum_get_string (sum));
}

static WeirDocumentRun *
get_run (WeirDocument *self,
         const char   *name)
{
  WeirDocumentRun *run = g_hash_table_lookup (self->runs, name);

  if (run == NULL)
    {
      run = g_new0 (WeirDocumentRun, 1);
      run->document = self;
      run->name = g_strdup (name);
      g_hash_table_insert (self->runs, run->name, run);
    }
  return run;
}

static void
state_cb (WeirDocumentRun *run)
{
  g_autoptr (WeirDocument) document = g_object_ref (run->document);
  g_autofree char         *name = g_strdup (run->name);

  if (run->restart && is_over (run->query))
    {
      run->restart = FALSE;
      weir_document_run_query (document, name, NULL);
      return;
    }
  _weir_document_emit_query_changed (document, name);
}

static void
set_query (WeirDocumentRun *run,
           WeirQuery       *query) /* (transfer full) (nullable) */
{
  if (run->query != NULL)
    g_signal_handlers_disconnect_by_data (run->query, run);
  g_clear_object (&run->query);
  run->query = query;
  if (query != NULL)
    g_signal_connect_swapped (query, "notify::state", G_CALLBACK (state_cb), run);
}

void
_weir_document_rename_run (WeirDocument *self,
                           const char   *old_name,
                           const char   *new_name)
{
  WeirDocumentRun *run = g_hash_table_lookup (self->runs, old_name);

  if (run == NULL || g_hash_table_contains (self->runs, new_name))
    return;
  g_hash_table_steal (self->runs, old_name);
  g_free (run->name);
  run->name = g_strdup (new_name);
  g_hash_table_insert (self->runs, run->name, run);
}

static WeirQuery *
prepare (WeirDocument *self,
         const char   *name,
         GError      **error)
{
  const WeirStatementInfo *info = weir_document_find_query (self, name);
  WeirQuery               *query;
  g_autoptr (GError)       load_error = NULL;

  if (info == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s", name);
      return NULL;
    }
  /* An error of another statement is told only when this query cannot do without that statement. */
  weir_session_load (self->session, self->checked_text, &load_error);
  query = weir_session_prepare_query (self->session, self->checked_text, info->range, error);
  if (query != NULL)
    weir_query_keep_result (query);
  return query;
}

gboolean
weir_document_run_query (WeirDocument *self,
                         const char   *name,
                         GError      **error)
{
  WeirDocumentRun   *run;
  WeirQuery         *query;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (WEIR_IS_DOCUMENT (self) && name != NULL, FALSE);
  weir_document_check_now (self);
  run = get_run (self, name);
  if (run->query != NULL && !is_over (run->query))
    {
      run->restart = TRUE;
      weir_query_stop (run->query);
      return TRUE;
    }
  g_clear_pointer (&run->error_text, g_free);
  query = prepare (self, name, &local);
  if (query == NULL)
    {
      run->error_text = weir_error_format_text (local, self->checked_text);
      set_query (run, NULL);
      _weir_document_emit_query_changed (self, name);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_free (run->basis);
  run->basis = describe_basis (self, name);
  set_query (run, query);
  weir_query_start (query);
  _weir_document_emit_query_changed (self, name);
  return TRUE;
}

void
weir_document_stop_query (WeirDocument *self,
                          const char   *name)
{
  WeirDocumentRun *run;

  g_return_if_fail (WEIR_IS_DOCUMENT (self) && name != NULL);
  run = g_hash_table_lookup (self->runs, name);
  if (run == NULL || run->query == NULL)
    return;
  run->restart = FALSE;
  weir_query_stop (run->query);
}

void
weir_document_stop_all (WeirDocument *self)
{
  g_autoptr (GList) names = NULL;

  g_return_if_fail (WEIR_IS_DOCUMENT (self));
  names = g_hash_table_get_keys (self->runs);
  for (GList *l = names; l != NULL; l = l->next)
    weir_document_stop_query (self, l->data);
}

gboolean
weir_document_has_running (WeirDocument *self)
{
  GHashTableIter iter;
  gpointer       value;

  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), FALSE);
  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      WeirDocumentRun *run = value;

      if (run->query != NULL && !is_over (run->query))
        return TRUE;
    }
  return FALSE;
}

WeirQuery *
weir_document_get_query (WeirDocument *self,
                         const char   *name)
{
  WeirDocumentRun *run;

  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  run = name != NULL ? g_hash_table_lookup (self->runs, name) : NULL;
  return run != NULL ? run->query : NULL;
}

char *
weir_document_dup_run_error (WeirDocument *self,
                             const char   *name)
{
  WeirDocumentRun *run;

  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  run = name != NULL ? g_hash_table_lookup (self->runs, name) : NULL;
  if (run == NULL)
    return NULL;
  if (run->query == NULL)
    return g_strdup (run->error_text);
  return weir_query_get_state (run->query) == WEIR_QUERY_FAILED ? weir_query_dup_error_text (run->query) : NULL;
}

gboolean
weir_document_get_is_stale (WeirDocument *self,
                            const char   *name)
{
  WeirDocumentRun *run;
  g_autofree char *basis = NULL;

  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), FALSE);
  run = name != NULL ? g_hash_table_lookup (self->runs, name) : NULL;
  if (run == NULL || run->query == NULL || weir_document_find_query (self, name) == NULL)
    return FALSE;
  basis = describe_basis (self, name);
  return g_strcmp0 (basis, run->basis) != 0;
}
