/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "ui/window/document-private.h"

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
      weir_document_run_query (document, name);
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

/*
 * A start waits for a worker, which may have to read files for the columns of a table. The run knows of at most one start; a newer one,
 * a stop and the end of the document let go of it, and what it brings then is dropped.
 */
struct _WeirDocumentStart
{
  WeirDocument    *document;    /* not owned; NULL: let go of */
  WeirDocumentRun *run;         /* not owned */
  GCancellable    *cancellable; /* Owned */
  char            *text;        /* Owned: what errors are about */
  char            *basis;       /* Owned */
};

static void
start_free (WeirDocumentStart *start)
{
  g_object_unref (start->cancellable);
  g_free (start->text);
  g_free (start->basis);
  g_free (start);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirDocumentStart, start_free)

static void
let_go (WeirDocumentRun *run)
{
  if (run->start == NULL)
    return;
  run->start->document = NULL;
  g_cancellable_cancel (run->start->cancellable);
  run->start = NULL;
}

void
_weir_document_run_free (gpointer data)
{
  WeirDocumentRun *run = data;

  let_go (run);
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

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr (WeirDocumentStart) start = data;
  g_autoptr (GError)            error = NULL;
  g_autoptr (WeirQuery)         query = NULL;
  g_autofree char              *name = NULL;
  WeirDocumentRun              *run;

  if (start->document == NULL)
    return;
  query = weir_session_prepare_query_finish (WEIR_SESSION (source), result, &error);
  run = start->run;
  run->start = NULL;
  name = g_strdup (run->name);
  if (query == NULL)
    run->error_text = weir_error_format_text (error, start->text);
  else
    {
      weir_query_keep_result (query);
      g_free (run->basis);
      run->basis = g_steal_pointer (&start->basis);
    }
  set_query (run, query != NULL ? g_object_ref (query) : NULL);
  if (query != NULL)
    weir_query_start (query);
  _weir_document_emit_query_changed (start->document, name);
}

void
weir_document_run_query (WeirDocument *self,
                         const char   *name)
{
  const WeirStatementInfo *info;
  WeirDocumentRun         *run;
  WeirDocumentStart       *start;

  g_return_if_fail (WEIR_IS_DOCUMENT (self) && name != NULL);
  weir_document_check_now (self);
  info = weir_document_find_query (self, name);
  if (info == NULL)
    return;
  run = get_run (self, name);
  if (run->query != NULL && !is_over (run->query))
    {
      run->restart = TRUE;
      weir_query_stop (run->query);
      return;
    }
  let_go (run);
  g_clear_pointer (&run->error_text, g_free);
  start = g_new0 (WeirDocumentStart, 1);
  start->document = self;
  start->run = run;
  start->cancellable = g_cancellable_new ();
  start->text = g_strdup (self->checked_text);
  start->basis = describe_basis (self, name);
  run->start = start;
  weir_session_prepare_query_async (self->session, start->text, info->range, start->cancellable, started_cb, start);
  _weir_document_emit_query_changed (self, name);
}

gboolean
weir_document_get_is_starting (WeirDocument *self,
                               const char   *name)
{
  WeirDocumentRun *run;

  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), FALSE);
  run = name != NULL ? g_hash_table_lookup (self->runs, name) : NULL;
  return run != NULL && run->start != NULL;
}

void
weir_document_stop_query (WeirDocument *self,
                          const char   *name)
{
  WeirDocumentRun *run;

  g_return_if_fail (WEIR_IS_DOCUMENT (self) && name != NULL);
  run = g_hash_table_lookup (self->runs, name);
  if (run == NULL)
    return;
  run->restart = FALSE;
  if (run->start != NULL)
    {
      let_go (run);
      _weir_document_emit_query_changed (self, name);
    }
  if (run->query != NULL)
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

      if (run->start != NULL || (run->query != NULL && !is_over (run->query)))
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

void
weir_document_set_paused (WeirDocument *self,
                          const char   *name,
                          gboolean      paused)
{
  WeirDocumentRun *run;

  g_return_if_fail (WEIR_IS_DOCUMENT (self) && name != NULL);
  run = get_run (self, name);
  if (run->paused == paused)
    return;
  run->paused = paused;
  _weir_document_emit_query_changed (self, name);
}

gboolean
weir_document_get_paused (WeirDocument *self,
                          const char   *name)
{
  WeirDocumentRun *run;

  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), FALSE);
  run = name != NULL ? g_hash_table_lookup (self->runs, name) : NULL;
  return run != NULL && run->paused;
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
