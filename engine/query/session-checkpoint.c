/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/session-private.h"
#include "query/state-rows.h"

#include <string.h>

/*
 * Which checkpoint a streaming query has, and with which settings it runs. The command line wins over the clause, the clause over
 * spark.sql.streaming.checkpointLocation, under which every named query has a folder of its own, as in Spark. Some settings change what rows
 * mean; a query keeps those it was begun with.
 */

static const char *const kept_settings[] = { "spark.sql.session.timeZone", "spark.sql.ansi.enabled", "spark.sql.streaming.multipleWatermarkPolicy" };

/* A name as one part of a path. */
static void
append_part (GString    *path,
             const char *name)
{
  for (const char *at = name; *at != '\0'; at++)
    if (g_ascii_isalnum (*at) || *at == '_' || *at == '-' || (guchar)*at >= 0x80)
      g_string_append_c (path, *at);
    else
      g_string_append_printf (path, "%%%02X", (guchar)*at);
}

static char *
below (const char *dir,
       const char *name)
{
  GString *path = g_string_new (dir);

  g_string_append_c (path, '/');
  append_part (path, name);
  return g_string_free (path, FALSE);
}

static char *
absolute (WeirSession *self,
          const char  *location,
          WeirSpan     span,
          GError     **error)
{
  if (*location == '\0')
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", span, "CHECKPOINT LOCATION takes a folder, not an empty text.");
      return NULL;
    }
  if (g_str_has_prefix (location, "file:"))
    {
      location += strlen ("file:");
      if (g_str_has_prefix (location, "//"))
        location += 2;
    }
  else if (strstr (location, "://") != NULL)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", span, "A checkpoint is kept in a local folder; %s is none.", location);
      return NULL;
    }
  return g_path_is_absolute (location) ? g_strdup (location) : g_build_filename (self->base_dir, location, NULL);
}

/* NULL without @error: the query has no checkpoint. */
static char *
find_location (WeirSession             *self,
               const WeirSqlStatement  *statement,
               const WeirAnalyzedQuery *analyzed,
               GError                 **error)
{
  const char *setting = weir_catalog_get (self->catalog, "spark.sql.streaming.checkpointLocation");

  if (self->options.checkpoint != NULL)
    {
      g_autofree char *number = NULL;

      if (!self->options.checkpoint_by_name)
        return g_strdup (self->options.checkpoint);
      if (analyzed->name == NULL)
        number = g_strdup_printf ("query-%u", self->n_unnamed++);
      return below (self->options.checkpoint, analyzed->name != NULL ? analyzed->name : number);
    }
  if (statement->kind == WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY && statement->create_query.checkpoint != NULL)
    return absolute (self, statement->create_query.checkpoint, statement->create_query.checkpoint_span, error);
  if (setting != NULL && *setting != '\0' && analyzed->name != NULL)
    {
      g_autofree char *root = absolute (self, setting, WEIR_SPAN_NONE, error);

      return root != NULL ? below (root, analyzed->name) : NULL;
    }
  /* In Spark a folder of a random name, from which no later run goes on. */
  if (setting != NULL && *setting != '\0')
    _weir_session_message (self, "A query without a name has no checkpoint below spark.sql.streaming.checkpointLocation: name it with CREATE STREAMING QUERY, or say --checkpoint.");
  return NULL;
}

static char *
current_setting (WeirSession *self,
                 const char  *key)
{
  const char *value = strcmp (key, kept_settings[0]) == 0 ? weir_zone_name (weir_catalog_get_zone (self->catalog)) : weir_catalog_get (self->catalog, key);

  return g_strdup_printf ("%s=%s", key, value != NULL ? value : "");
}

static gboolean
set_line (WeirSession *self,
          const char  *line,
          GError     **error)
{
  g_auto (GStrv) pair = g_strsplit (line, "=", 2);

  return weir_catalog_set (self->catalog, pair[0], pair[1] != NULL ? pair[1] : "", error);
}

/* Sets what the checkpoint keeps where the session differs; TRUE in @changed when it did. */
static gboolean
take_recorded (WeirSession *self,
               const char  *dir,
               GPtrArray   *recorded,
               GPtrArray  **replaced,
               GError     **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kept_settings); i++)
    {
      g_autofree char *prefix = g_strconcat (kept_settings[i], "=", NULL);
      g_autofree char *now = current_setting (self, kept_settings[i]);

      for (guint k = 0; k < recorded->len; k++)
        {
          const char      *line = recorded->pdata[k];
          g_autofree char *message = NULL;

          if (!g_str_has_prefix (line, prefix) || strcmp (line, now) == 0)
            continue;
          message = g_strdup_printf ("The checkpoint %s was begun with %s; the query keeps that, not %s.", dir, line, now + strlen (prefix));
          _weir_session_message (self, message);
          if (*replaced == NULL)
            *replaced = g_ptr_array_new_with_free_func (g_free);
          g_ptr_array_add (*replaced, g_strdup (now));
          if (!set_line (self, line, error))
            return FALSE;
        }
    }
  return TRUE;
}

/* The second would go on where the first one came to, and lack what that read; which is the first, their speed decides. */
static gboolean
claim (WeirSession             *self,
       const WeirSqlStatement  *statement,
       const WeirAnalyzedQuery *analyzed,
       const char              *dir,
       GError                 **error)
{
  g_autofree char *folder = g_canonicalize_filename (dir, NULL);
  const char      *name = analyzed->name != NULL ? analyzed->name : "", *holder;

  if (!self->options.is_script)
    return TRUE;
  if (self->checkpoints == NULL)
    self->checkpoints = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  holder = g_hash_table_lookup (self->checkpoints, folder);
  if (holder != NULL && g_ascii_strcasecmp (holder, name) != 0)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "CONCURRENT_STREAM_LOG_UPDATE",
                      statement->kind == WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY ? statement->create_query.checkpoint_span : WEIR_SPAN_NONE,
                      "Query %s of this script has the checkpoint %s already. Give each query a checkpoint directory of its own.", holder, dir);
  if (holder == NULL)
    g_hash_table_insert (self->checkpoints, g_steal_pointer (&folder), g_strdup (name));
  return TRUE;
}

gboolean
_weir_session_choose_checkpoint (WeirSession            *self,
                                 const WeirSqlStatement *statement,
                                 const char             *text,
                                 WeirAnalyzedQuery      *analyzed,
                                 WeirQuerySpec          *spec,
                                 GPtrArray             **replaced,
                                 GError                **error)
{
  g_autoptr (GPtrArray) recorded = NULL;
  GError               *local = NULL;
  const char           *restart = weir_catalog_get (self->catalog, "compat.watermark.restart");

  *replaced = NULL;
  if (!analyzed->is_streaming)
    return TRUE;
  spec->checkpoint = find_location (self, statement, analyzed, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  if (spec->checkpoint == NULL)
    return TRUE;
  if (!claim (self, statement, analyzed, spec->checkpoint, error))
    return FALSE;
  spec->forget_watermarks = g_strcmp0 (restart, "forget") == 0;
  if (!weir_checkpoint_peek (spec->checkpoint, &spec->id, &recorded, error))
    return FALSE;
  if (recorded != NULL && !take_recorded (self, spec->checkpoint, recorded, replaced, error))
    return FALSE;
  spec->kept_script = weir_kept_script (self->definitions->str, text, statement, analyzed->plan);
  spec->settings = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < G_N_ELEMENTS (kept_settings); i++)
    g_ptr_array_add (spec->settings, current_setting (self, kept_settings[i]));
  if (*replaced == NULL)
    return TRUE;
  _weir_analyzed_query_clear (analyzed);
  return _weir_analyze_statement (self->catalog, statement, text, self->options.output_mode, analyzed, error);
}

void
_weir_session_restore_settings (WeirSession *self,
                                GPtrArray   *replaced)
{
  for (guint i = 0; replaced != NULL && i < replaced->len; i++)
    set_line (self, replaced->pdata[i], NULL);
  if (replaced != NULL)
    g_ptr_array_unref (replaced);
}
