/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-spark-log.h"

#include "io/file-list.h"
#include "io/file-manifest-private.h"

#include <json-glib/json-glib.h>
#include <string.h>

/*
 * The newest compact file and those behind it are the log. URIs are absolute, of the place where the folder was written; a file of the folder is
 * committed when the path of one ends as its own does below the folder, so that a folder that was moved or copied is read all the same.
 */

/* NUMBER or NUMBER.compact: not what is being written. */
static gboolean
parse_name (const char *name,
            guint64    *batch_id,
            gboolean   *is_compact)
{
  char *end;

  if (!g_ascii_isdigit (*name))
    return FALSE;
  *batch_id = g_ascii_strtoull (name, &end, 10);
  *is_compact = strcmp (end, ".compact") == 0;
  return *is_compact || *end == '\0';
}

static gboolean
fail_log (const char *path,
          const char *what,
          GError    **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE,
                    "The log %s of Spark's file sink cannot be read: %s. Without it files that were never committed cannot be told from the others: "
                    "restore it, or remove the folder " WEIR_SPARK_LOG_FOLDER " to read them all.",
                    path, what);
}

/* file:///out/part%201.json → /out/part 1.json (transfer full) */
static char *
path_of (const char *uri)
{
  const char *path = g_str_has_prefix (uri, "file:") ? uri + strlen ("file:") : uri;
  char       *plain = g_uri_unescape_string (path, NULL);

  return plain != NULL ? plain : g_strdup (path);
}

static gboolean
read_line (const char *line,
           GHashTable *committed)
{
  g_autoptr (JsonNode) root = json_from_string (line, NULL);
  JsonObject          *object = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  const char          *uri = object != NULL ? json_object_get_string_member_with_default (object, "path", NULL) : NULL;
  g_autofree char     *path = uri != NULL ? path_of (uri) : NULL;

  if (path == NULL)
    return FALSE;
  if (strcmp (json_object_get_string_member_with_default (object, "action", "add"), "delete") == 0)
    g_hash_table_remove (committed, path);
  else
    g_hash_table_add (committed, g_steal_pointer (&path));
  return TRUE;
}

static gboolean
read_batch (const char *path,
            GHashTable *committed,
            GError    **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char   *text = NULL;
  char              *at;

  if (!g_file_get_contents (path, &text, NULL, &local))
    return fail_log (path, local->message, error);
  at = strchr (text, '\n');
  if (strncmp (text, "v1", 2) != 0 || (text[2] != '\n' && text[2] != '\0'))
    return fail_log (path, "it does not begin with v1", error);
  while (at != NULL)
    {
      char *line = at + 1;

      at = strchr (line, '\n');
      if (at != NULL)
        *at = '\0';
      if (*line != '\0' && !read_line (line, committed))
        return fail_log (path, "a line names no file", error);
    }
  return TRUE;
}

typedef struct
{
  guint64  batch_id;
  gboolean is_compact;
} Batch;

static int
compare_batches (gconstpointer a,
                 gconstpointer b)
{
  const Batch *x = a, *y = b;

  return x->batch_id != y->batch_id ? (x->batch_id < y->batch_id ? -1 : 1) : x->is_compact - y->is_compact;
}

/* Paths that are committed. (transfer full) (nullable) */
static GHashTable *
read_log (const char *folder,
          GError    **error)
{
  g_autoptr (GHashTable) committed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray)     batches = g_array_new (FALSE, FALSE, sizeof (Batch));
  g_autoptr (GError)     local = NULL;
  g_autoptr (GDir)       dir = g_dir_open (folder, 0, &local);
  const char            *name;
  guint                  first = 0;

  if (dir == NULL)
    {
      fail_log (folder, local->message, error);
      return NULL;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      Batch batch;

      if (parse_name (name, &batch.batch_id, &batch.is_compact))
        g_array_append_val (batches, batch);
    }
  g_array_sort (batches, compare_batches);
  for (guint i = 0; i < batches->len; i++)
    if (g_array_index (batches, Batch, i).is_compact)
      first = i;
  for (guint i = first; i < batches->len; i++)
    {
      const Batch     *batch = &g_array_index (batches, Batch, i);
      g_autofree char *path = g_strdup_printf ("%s/%" G_GUINT64_FORMAT "%s", folder, batch->batch_id, batch->is_compact ? ".compact" : "");

      if (!read_batch (path, committed, error))
        return NULL;
    }
  return g_steal_pointer (&committed);
}

/* Every path from each of its slashes on; the keys are parts of @committed. (transfer full) */
static GHashTable *
ends_of (GHashTable *committed)
{
  GHashTable    *ends = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer       key;

  g_hash_table_iter_init (&iter, committed);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    for (const char *at = strchr (key, '/'); at != NULL; at = strchr (at + 1, '/'))
      g_hash_table_add (ends, (gpointer)at);
  return ends;
}

gboolean
weir_spark_log_filter (const char *folder,
                       GPtrArray  *files,
                       GError    **error)
{
  g_autofree char       *log = g_build_filename (folder, WEIR_SPARK_LOG_FOLDER, NULL);
  gsize                  root = strlen (folder);
  g_autoptr (GHashTable) committed = NULL;
  g_autoptr (GHashTable) ends = NULL;
  guint                  kept = 0;

  if (files->len == 0 || !g_file_test (log, G_FILE_TEST_IS_DIR))
    return TRUE;
  committed = read_log (log, error);
  if (committed == NULL)
    return FALSE;
  while (root > 0 && folder[root - 1] == '/')
    root--;
  ends = ends_of (committed);
  for (guint i = 0; i < files->len; i++)
    {
      WeirFileEntry   *entry = files->pdata[i];
      g_autofree char *name = g_path_get_basename (entry->path);
      char             writer[WEIR_MANIFEST_NAME_MAX];
      guint64          batch_id;

      if (_weir_manifest_parse_name (name, &batch_id, writer) || g_hash_table_contains (ends, entry->path + root))
        {
          files->pdata[i] = files->pdata[kept];
          files->pdata[kept++] = entry;
        }
    }
  g_ptr_array_set_size (files, (int)kept);
  return TRUE;
}
