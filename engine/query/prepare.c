/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/session-private.h"

#include "query/formats.h"

#include <string.h>

/*
 * A query of a document, for a session whose main loop must not wait. A worker parses the text, fills a catalogue of its own and analyses
 * the statement; tables without declared columns have samples of their files read on the way, which may take as long as a disk or a
 * network takes. What came of it crosses back once, in a block that nobody else holds; the session takes over the catalogue and makes the
 * query in its own context, where names of running queries and secrets are looked up.
 */

typedef struct
{
  char       *text;
  WeirRange   range;
  char       *base_dir;
  char       *output_mode; /* nullable: of the run options */
  GHashTable *conf;        /* key → value */

  WeirCatalog            *catalog;
  WeirSqlScript          *script;
  const WeirSqlStatement *statement; /* in @script */
  WeirAnalyzedQuery       analyzed;
} Preparation;

static void
preparation_free (gpointer data)
{
  Preparation *self = data;

  g_free (self->text);
  g_free (self->base_dir);
  g_free (self->output_mode);
  g_hash_table_unref (self->conf);
  _weir_analyzed_query_clear (&self->analyzed);
  g_clear_pointer (&self->script, weir_sql_script_unref);
  g_clear_pointer (&self->catalog, weir_catalog_free);
  g_free (self);
}

void
_weir_fill_catalog (WeirCatalog   *catalog,
                    WeirSqlScript *script,
                    const char    *base_dir,
                    GHashTable    *conf,
                    GCancellable  *cancellable)
{
  GHashTableIter iter;
  gpointer       key, value;

  weir_formats_register (catalog);
  g_hash_table_iter_init (&iter, conf);
  while (g_hash_table_iter_next (&iter, &key, &value))
    weir_catalog_set (catalog, key, value, NULL);
  for (guint i = 0; i < weir_sql_script_get_n_statements (script) && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const WeirSqlStatement *statement = weir_sql_script_get_statement (script, i);

      if (statement != NULL)
        _weir_define (catalog, statement, weir_sql_script_get_text (script), base_dir, NULL);
    }
}

static gboolean
is_query (const WeirSqlStatement *statement,
          GError                **error)
{
  if (statement->kind == WEIR_SQL_STATEMENT_QUERY || statement->kind == WEIR_SQL_STATEMENT_INSERT ||
      statement->kind == WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", statement->span, "This statement is no query that can be run.");
}

/* The keyring is the session's, which lives in another thread. */
static char *
option_cb (gpointer    data,
           const char *value)
{
  g_autofree char *name = weir_option_secret_name (value);
  g_autofree char *variable = g_strdup_printf ("WEIR_SECRET_%s", name != NULL ? name : "");
  const char      *secret = name != NULL ? g_getenv (variable) : NULL;

  return g_strdup (secret != NULL ? secret : value);
}

static void
prepare_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Preparation *self = data;
  GError      *error = NULL;

  self->script = weir_sql_parse (self->text, -1);
  self->catalog = weir_catalog_new ();
  weir_catalog_allow_connections (self->catalog, option_cb, NULL);
  _weir_fill_catalog (self->catalog, self->script, self->base_dir, self->conf, cancellable);
  self->statement = _weir_find_statement (self->script, self->range, &error);
  if (self->statement != NULL && is_query (self->statement, &error))
    _weir_analyze_statement (self->catalog, self->statement, self->text, self->output_mode, &self->analyzed, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

GHashTable *
_weir_session_copy_conf (WeirSession *session)
{
  GHashTable    *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer       key, value;

  g_hash_table_iter_init (&iter, session->conf);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy, g_strdup (key), g_strdup (value));
  return copy;
}

void
weir_session_prepare_query_async (WeirSession        *session,
                                  const char         *text,
                                  WeirRange           range,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (session, cancellable, callback, user_data);
  Preparation      *self = g_new0 (Preparation, 1);

  self->text = g_strdup (text);
  self->range = range;
  self->base_dir = g_strdup (session->base_dir);
  self->output_mode = g_strdup (session->options.output_mode);
  self->conf = _weir_session_copy_conf (session);
  g_task_set_source_tag (task, weir_session_prepare_query_async);
  g_task_set_task_data (task, self, preparation_free);
  g_task_set_return_on_cancel (task, TRUE);
  g_task_run_in_thread (task, prepare_thread);
}

WeirQuery *
weir_session_prepare_query_finish (WeirSession  *session,
                                   GAsyncResult *result,
                                   GError      **error)
{
  Preparation *self = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  weir_catalog_free (session->catalog);
  session->catalog = g_steal_pointer (&self->catalog);
  _weir_session_allow_connections (session);
  return _weir_session_make_query (session, self->statement, self->text, &self->analyzed, error);
}
