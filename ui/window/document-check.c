/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n.h>

#include "ui/source/secrets.h"
#include "ui/window/document-private.h"

/*
 * The check of a document: a while after the text has changed it is parsed and analysed, and what it holds, queries and sources, is known
 * from then on until the next check.
 *
 * A query is known to the rest of the window by its key: its name, or its number among the queries. Keys outlive checks, so pages and runs stay with
 * their query while it is edited.
 */

#define CHECK_DELAY_MS 300

static gboolean
is_query_kind (WeirStatementKind kind)
{
  return kind == WEIR_STATEMENT_QUERY || kind == WEIR_STATEMENT_STREAMING_QUERY || kind == WEIR_STATEMENT_INSERT;
}

static gboolean
is_source_kind (WeirStatementKind kind)
{
  return kind == WEIR_STATEMENT_TABLE || kind == WEIR_STATEMENT_VIEW;
}

/* A statement that cannot be parsed for the moment stays what it was, or a page would go while its text is being typed. */
static const char *
find_previous (WeirDocument *self,
               guint         statement)
{
  for (guint i = 0; i < self->queries->len; i++)
    {
      WeirDocumentEntry *entry = self->queries->pdata[i];

      if (entry->statement == statement)
        return entry->key;
    }
  return NULL;
}

static gboolean
has_key (GPtrArray  *queries,
         const char *key)
{
  for (guint i = 0; i < queries->len; i++)
    if (g_str_equal (((WeirDocumentEntry *)queries->pdata[i])->key, key))
      return TRUE;
  return FALSE;
}

void
_weir_document_entry_free (gpointer data)
{
  WeirDocumentEntry *entry = data;

  g_free (entry->key);
  g_free (entry);
}

static GPtrArray *
list_entries (WeirDocument *self,
              WeirCheck    *check)
{
  GPtrArray *queries = g_ptr_array_new_with_free_func (_weir_document_entry_free);
  guint      n = weir_check_get_n_statements (check);
  gboolean   same_count = self->check != NULL && weir_check_get_n_statements (self->check) == n;
  guint      ordinal = 0;

  for (guint i = 0; i < n; i++)
    {
      const WeirStatementInfo *info = weir_check_get_statement (check, i);
      gboolean                 broken = info->kind == WEIR_STATEMENT_OTHER && info->has_error;
      const char              *previous = same_count && broken ? find_previous (self, i) : NULL;
      g_autofree char         *key = NULL;

      if (!is_query_kind (info->kind) && previous == NULL)
        continue;
      ordinal++;
      if (previous != NULL)
        key = g_strdup (previous);
      else if (info->name != NULL)
        key = g_strdup (info->name);
      else
        /* TRANSLATORS: the name of a query that has none: the second one of a script is "Query 2" */
        key = g_strdup_printf (_ ("Query %u"), ordinal);
      if (!has_key (queries, key))
        {
          WeirDocumentEntry *entry = g_new0 (WeirDocumentEntry, 1);

          entry->key = g_steal_pointer (&key);
          entry->statement = i;
          g_ptr_array_add (queries, entry);
        }
    }
  return queries;
}

/* Names that changed in place go on with their runs. */
static void
carry_names (WeirDocument *self,
             GPtrArray    *queries)
{
  for (guint i = 0; i < queries->len && queries->len == self->queries->len; i++)
    {
      WeirDocumentEntry *then = self->queries->pdata[i], *now = queries->pdata[i];

      if (g_str_equal (then->key, now->key) || has_key (queries, then->key) || has_key (self->queries, now->key))
        continue;
      _weir_document_rename_run (self, then->key, now->key);
      g_signal_emit_by_name (self, "query-renamed", then->key, now->key);
    }
}

static char *
describe_structure (WeirDocument *self,
                    WeirCheck    *check)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < self->queries->len; i++)
    g_string_append_printf (out, "%s\n", ((WeirDocumentEntry *)self->queries->pdata[i])->key);
  for (guint i = 0; i < weir_check_get_n_statements (check); i++)
    {
      const WeirStatementInfo *info = weir_check_get_statement (check, i);

      if (is_source_kind (info->kind))
        g_string_append_printf (out, "%d %s %s\n", info->kind, info->name != NULL ? info->name : "", info->format != NULL ? info->format : "");
    }
  return g_string_free (out, FALSE);
}

static void
take_check (WeirDocument *self,
            WeirCheck    *check, /* (transfer full) */
            char         *text)          /* (transfer full) */
{
  GPtrArray       *queries = list_entries (self, check);
  g_autofree char *structure = NULL;
  gboolean         same;

  g_clear_pointer (&self->check, weir_check_unref);
  self->check = check;
  g_free (self->checked_text);
  self->checked_text = text;
  self->is_checked = TRUE;
  weir_secrets_preload (text);
  carry_names (self, queries);
  g_ptr_array_unref (self->queries);
  self->queries = queries;
  structure = describe_structure (self, check);
  same = g_strcmp0 (structure, self->structure) == 0;
  g_free (self->structure);
  self->structure = g_steal_pointer (&structure);
  if (!same)
    g_signal_emit_by_name (self, "queries-changed");
  g_signal_emit_by_name (self, "checked");
}

/*
 * At most one worker checks at a time: it may be held up by a disk, and every pause in the typing would send another after it. What is
 * typed meanwhile is checked here, without files, and once more by a worker as soon as the first has come back.
 */
typedef struct
{
  GWeakRef document;
  char    *text;
} Checking;

static void
checking_free (Checking *checking)
{
  g_weak_ref_clear (&checking->document);
  g_free (checking->text);
  g_free (checking);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Checking, checking_free)

static void start_check (WeirDocument *self);

static void
checked_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Checking)     checking = user_data;
  g_autoptr (WeirDocument) self = g_weak_ref_get (&checking->document);
  g_autoptr (WeirCheck)    check = weir_check_script_finish (result, NULL);
  g_autofree char         *now = NULL;

  if (self == NULL)
    return;
  self->is_checking = FALSE;
  now = weir_document_dup_text (self);
  if (check != NULL && g_str_equal (checking->text, now))
    {
      g_clear_handle_id (&self->check_source, g_source_remove);
      take_check (self, g_steal_pointer (&check), g_steal_pointer (&checking->text));
    }
  else if (self->check_source == 0 && (!self->is_checked || weir_check_get_is_partial (self->check)))
    start_check (self);
}

static void
start_check (WeirDocument *self)
{
  Checking        *checking;
  g_autofree char *base_dir = NULL;

  if (self->is_checking)
    {
      weir_document_check_now (self);
      return;
    }
  base_dir = _weir_document_dup_base_dir (self);
  checking = g_new0 (Checking, 1);
  g_weak_ref_init (&checking->document, self);
  checking->text = weir_document_dup_text (self);
  self->is_checking = TRUE;
  weir_check_script_async (checking->text, base_dir, NULL, checked_cb, checking);
}

static gboolean
check_cb (gpointer data)
{
  WeirDocument *self = data;

  self->check_source = 0;
  start_check (self);
  return G_SOURCE_REMOVE;
}

void
_weir_document_buffer_changed (WeirDocument *self)
{
  self->is_checked = FALSE;
  g_clear_handle_id (&self->check_source, g_source_remove);
  self->check_source = g_timeout_add (CHECK_DELAY_MS, check_cb, self);
}

void
weir_document_check_now (WeirDocument *self)
{
  g_autofree char *text = NULL;
  g_autofree char *base_dir = NULL;
  WeirCheck       *check;

  g_return_if_fail (WEIR_IS_DOCUMENT (self));
  if (self->is_checked)
    return;
  g_clear_handle_id (&self->check_source, g_source_remove);
  text = weir_document_dup_text (self);
  base_dir = _weir_document_dup_base_dir (self);
  check = weir_check_script_unread (text, base_dir);
  take_check (self, check, g_steal_pointer (&text));
  if (weir_check_get_is_partial (self->check) && !self->is_checking)
    start_check (self);
}

WeirCheck *
weir_document_get_check (WeirDocument *self)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  return self->check;
}

const char *
weir_document_get_checked_text (WeirDocument *self)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  return self->checked_text != NULL ? self->checked_text : "";
}

gboolean
weir_document_get_is_checked (WeirDocument *self)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), FALSE);
  return self->is_checked;
}

/* ---- what the text holds ------------------------------------------------------------------------------------------- */

char **
weir_document_list_queries (WeirDocument *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  for (guint i = 0; i < self->queries->len; i++)
    g_strv_builder_add (builder, ((WeirDocumentEntry *)self->queries->pdata[i])->key);
  return g_strv_builder_end (builder);
}

char **
weir_document_list_sources (WeirDocument *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  for (guint i = 0; self->check != NULL && i < weir_check_get_n_statements (self->check); i++)
    {
      const WeirStatementInfo *info = weir_check_get_statement (self->check, i);

      if (is_source_kind (info->kind) && info->name != NULL)
        g_strv_builder_add (builder, info->name);
    }
  return g_strv_builder_end (builder);
}

const WeirStatementInfo *
weir_document_find_query (WeirDocument *self,
                          const char   *name)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  for (guint i = 0; name != NULL && i < self->queries->len; i++)
    {
      WeirDocumentEntry *entry = self->queries->pdata[i];

      if (g_str_equal (entry->key, name))
        return weir_check_get_statement (self->check, entry->statement);
    }
  return NULL;
}

const WeirStatementInfo *
weir_document_find_source (WeirDocument *self,
                           const char   *name)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  for (guint i = 0; name != NULL && self->check != NULL && i < weir_check_get_n_statements (self->check); i++)
    {
      const WeirStatementInfo *info = weir_check_get_statement (self->check, i);

      if (is_source_kind (info->kind) && info->name != NULL && g_ascii_strcasecmp (info->name, name) == 0)
        return info;
    }
  return NULL;
}
