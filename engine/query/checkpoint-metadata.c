/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/checkpoint-private.h"

#include "base/crc32c.h"
#include "base/durable-file.h"

#include <string.h>

/*
 * The file `metadata` is text, a line each:
 *
 *   weir-checkpoint 1
 *   id UUID
 *   setting KEY=VALUE        what the query was begun with and keeps
 *   shape LINE               sources, stateful operators and sinks, as weir_plan_shape() has them
 *   crc32c XXXXXXXX          of all bytes before this line
 *
 * Values are escaped as in C (g_strescape), so none holds a line feed. A shape line is words separated by tabs: kind, number, name, then
 * FIELD=VALUE. Kind, number and name say what it is; fields say how it may change.
 */

#define VERSION_LINE "weir-checkpoint "
#define VERSION      1

void
_weir_checkpoint_metadata_clear (WeirCheckpointMetadata *metadata)
{
  g_free (metadata->id);
  g_clear_pointer (&metadata->settings, g_ptr_array_unref);
  g_clear_pointer (&metadata->shape, g_ptr_array_unref);
  memset (metadata, 0, sizeof *metadata);
}

static gboolean
damaged (GError    **error,
         const char *path,
         const char *what)
{
  return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE,
                    "An error occurred during loading state: %s is damaged: %s. Restore the file from a copy, or start the query with a new checkpoint directory.", path, what);
}

/* The text without its last line, which has to be its checksum. */
static gboolean
check_sum (char       *text,
           gsize       len,
           const char *path,
           guint32    *crc,
           GError    **error)
{
  char *last = g_strrstr_len (text, (gssize)len, "\ncrc32c ");

  if (last == NULL || strlen (text) != len)
    return damaged (error, path, "its end is missing");
  last++;
  *crc = weir_crc32c (0, text, (gsize)(last - text));
  if (strlen (last) != strlen ("crc32c 00000000\n") || g_ascii_strtoull (last + strlen ("crc32c "), NULL, 16) != *crc)
    return damaged (error, path, "its checksum does not match");
  *last = '\0';
  return TRUE;
}

static gboolean
check_version (const char *text,
               const char *path,
               GError    **error)
{
  guint64 version;

  if (!g_str_has_prefix (text, VERSION_LINE))
    return damaged (error, path, "it is no metadata of a checkpoint");
  version = g_ascii_strtoull (text + strlen (VERSION_LINE), NULL, 10);
  if (version != VERSION)
    return weir_fail (error, WEIR_ERROR_RUN, "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION", WEIR_SPAN_NONE,
                      "The checkpoint %s was written by another version of the program: its version is %" G_GUINT64_FORMAT ", this program reads version %d. Use that program, or a new checkpoint directory.",
                      path, version, VERSION);
  return TRUE;
}

static gboolean
parse (char                   *text,
       const char             *path,
       WeirCheckpointMetadata *metadata,
       GError                **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  metadata->settings = g_ptr_array_new_with_free_func (g_free);
  metadata->shape = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (g_str_has_prefix (lines[i], "id ") && metadata->id == NULL)
        metadata->id = g_strdup (lines[i] + 3);
      else if (g_str_has_prefix (lines[i], "setting "))
        g_ptr_array_add (metadata->settings, g_strcompress (lines[i] + strlen ("setting ")));
      else if (g_str_has_prefix (lines[i], "shape "))
        g_ptr_array_add (metadata->shape, g_strcompress (lines[i] + strlen ("shape ")));
    }
  if (metadata->id == NULL || !g_uuid_string_is_valid (metadata->id))
    return damaged (error, path, "it names no query");
  return TRUE;
}

/* Path of something in folder @name of @dir. (transfer full) (nullable) */
static char *
first_entry (const char *dir,
             const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char      *entry = folder != NULL ? g_dir_read_name (folder) : NULL;

  return entry != NULL ? g_build_filename (path, entry, NULL) : NULL;
}

/* The logs of a checkpoint of Spark's, which is no beginning for a query of ours. */
static gboolean
check_is_not_sparks (const char *dir,
                     GError    **error)
{
  static const char *const logs[] = { "offsets", "commits" };

  for (guint i = 0; i < G_N_ELEMENTS (logs); i++)
    {
      g_autofree char *entry = first_entry (dir, logs[i]);

      if (entry != NULL)
        return weir_fail (error, WEIR_ERROR_RUN, "STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY", WEIR_SPAN_NONE,
                          "The checkpoint location %s should be empty before the first batch, but there is %s: it is a checkpoint of Spark, which only "
                          "Spark can go on from. Start the query with a new checkpoint directory.",
                          dir, entry);
    }
  return TRUE;
}

gboolean
_weir_checkpoint_metadata_read (const char             *dir,
                                WeirCheckpointMetadata *metadata,
                                GError                **error)
{
  g_autofree char *path = g_build_filename (dir, "metadata", NULL);
  g_autofree char *text = NULL;
  gsize            len;
  GError          *local = NULL;

  memset (metadata, 0, sizeof *metadata);
  if (!check_is_not_sparks (dir, error))
    return FALSE;
  if (!weir_durable_read (path, &text, &len, &local))
    {
      if (!g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT) && !g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
        weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.CANNOT_READ_STREAMING_STATE_FILE", WEIR_SPAN_NONE,
                   "Error reading streaming state file of %s: %s.", path, local->message);
      g_error_free (local);
      return FALSE;
    }
  if (!check_version (text, path, error) || !check_sum (text, len, path, &metadata->crc, error) || !parse (text, path, metadata, error))
    {
      _weir_checkpoint_metadata_clear (metadata);
      return FALSE;
    }
  return TRUE;
}

static void
append_lines (GString    *text,
              const char *word,
              GPtrArray  *lines)
{
  for (guint i = 0; i < lines->len; i++)
    {
      g_autofree char *escaped = g_strescape (lines->pdata[i], NULL);

      g_string_append_printf (text, "%s %s\n", word, escaped);
    }
}

gboolean
_weir_checkpoint_metadata_write (const char             *dir,
                                 WeirCheckpointMetadata *metadata,
                                 GError                **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, VERSION_LINE "%d\nid %s\n", VERSION, metadata->id);
  append_lines (text, "setting", metadata->settings);
  append_lines (text, "shape", metadata->shape);
  metadata->crc = weir_crc32c (0, text->str, text->len);
  g_string_append_printf (text, "crc32c %08x\n", metadata->crc);
  return weir_durable_write (dir, "metadata", text->str, text->len, WEIR_DURABLE_REPLACE, error);
}

gboolean
weir_checkpoint_peek (const char *dir,
                      char      **id,
                      GPtrArray **settings,
                      GError    **error)
{
  WeirCheckpointMetadata metadata;
  GError                *local = NULL;

  *id = NULL;
  *settings = NULL;
  if (!_weir_checkpoint_metadata_read (dir, &metadata, &local))
    {
      if (local != NULL)
        g_propagate_error (error, local);
      return local == NULL;
    }
  *id = g_steal_pointer (&metadata.id);
  *settings = g_steal_pointer (&metadata.settings);
  _weir_checkpoint_metadata_clear (&metadata);
  return TRUE;
}

/* ---- a changed query -------------------------------------------------------------------------------------------- */

#define WAY_OUT "Start the changed query with a new checkpoint directory, or undo the change."

static guint
count_kind (GPtrArray  *shape,
            const char *kind)
{
  guint n = 0;

  for (guint i = 0; i < shape->len; i++)
    n += g_str_has_prefix (shape->pdata[i], kind);
  return n;
}

const char *
_weir_checkpoint_find_line (GPtrArray  *shape,
                            const char *kind,
                            guint       number)
{
  g_autofree char *start = g_strdup_printf ("%s%u\t", kind, number);

  for (guint i = 0; i < shape->len; i++)
    if (g_str_has_prefix (shape->pdata[i], start))
      return shape->pdata[i];
  return NULL;
}

static gboolean
compare_sources (const char *dir,
                 GPtrArray  *old,
                 GPtrArray  *shape,
                 GError    **error)
{
  guint n = count_kind (old, "source\t"), m = count_kind (shape, "source\t");

  if (n != m)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_QUERY_EVOLUTION_ERROR.SOURCE_COUNT", WEIR_SPAN_NONE,
                      "There are [%u] sources in the checkpoint offsets and now there are [%u] sources requested by the query. Cannot continue. The checkpoint is %s. " WAY_OUT, n, m, dir);
  for (guint i = 0; i < n; i++)
    {
      const char      *a = _weir_checkpoint_find_line (old, "source\t", i), *b = _weir_checkpoint_find_line (shape, "source\t", i);
      g_autofree char *was = a != NULL ? g_strdelimit (g_strdup (a), "\t", ' ') : NULL;
      g_autofree char *is = b != NULL ? g_strdelimit (g_strdup (b), "\t", ' ') : NULL;

      if (g_strcmp0 (a, b) != 0)
        return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_QUERY_EVOLUTION_ERROR.SOURCE_CHANGED", WEIR_SPAN_NONE,
                          "The query reads other rows than the checkpoint %s knows: it was written with %s, now there is %s. " WAY_OUT, dir, was, is);
    }
  return TRUE;
}

/* A type with the names of its fields taken out: they may change. @text: types, with words and parentheses between. (transfer full) */
static char *
without_names (const char *text)
{
  GString *out = g_string_new (NULL);
  GString *open = g_string_new (NULL); /* of each open bracket: s struct, o other */
  gboolean in_name = FALSE;

  for (const char *at = text; *at != '\0'; at++)
    {
      const char innermost = open->len > 0 ? open->str[open->len - 1] : 'o';

      if (in_name)
        in_name = *at != ':';
      else if (*at == '<' || *at == '(')
        {
          g_string_append_c (open, g_str_has_suffix (out->str, "struct") ? 's' : 'o');
          in_name = open->str[open->len - 1] == 's' && at[1] != '>';
          g_string_append_c (out, *at);
        }
      else
        {
          if ((*at == '>' || *at == ')') && open->len > 0)
            g_string_truncate (open, open->len - 1);
          in_name = *at == ',' && innermost == 's';
          g_string_append_c (out, *at);
        }
    }
  g_string_free (open, TRUE);
  return g_string_free (out, FALSE);
}

static gboolean
field_equal (const char *a,
             const char *b)
{
  g_autofree char *was = without_names (a);
  g_autofree char *is = without_names (b);

  return strcmp (was, is) == 0;
}

/* The field that starts with @name; NULL. */
static const char *
find_field (GStrv       words,
            const char *name)
{
  for (guint i = 3; words[i] != NULL; i++)
    if (g_str_has_prefix (words[i], name))
      return words[i];
  return NULL;
}

/*
 * Append and update keep the same state. Complete keeps every group: it may follow, or be followed, where no watermark takes groups away, and
 * where nothing depends on it.
 */
static gboolean
mode_fits (GStrv was,
           GStrv is)
{
  const char *modes[] = { find_field (was, "mode="), find_field (is, "mode=") };
  const char *window = find_field (is, "window=");
  const char *watermark = find_field (is, "watermark=");

  if (g_strcmp0 (modes[0], modes[1]) == 0 || window == NULL)
    return TRUE;
  if (g_strcmp0 (modes[0], "mode=complete") != 0 && g_strcmp0 (modes[1], "mode=complete") != 0)
    return TRUE;
  return find_field (was, "watermark=") != NULL && g_strcmp0 (watermark, "watermark=no") == 0;
}

/* Number of the first word that tells them apart; 0: none does. A checkpoint of an earlier program says nothing of watermarks. */
static guint
find_difference (GStrv was,
                 GStrv is)
{
  guint k = 2;

  for (guint i = 2; was[i] != NULL || is[k] != NULL; i++, k++)
    {
      if (was[i] != NULL && is[k] != NULL && g_str_has_prefix (is[k], "watermark=") && !g_str_has_prefix (was[i], "watermark="))
        k++;
      if (was[i] == NULL || is[k] == NULL)
        return i;
      if (g_str_has_prefix (was[i], "mode=") ? !mode_fits (was, is) : !field_equal (was[i], is[k]))
        return i;
    }
  return 0;
}

static gboolean
compare_operator (const char *dir,
                  guint       number,
                  const char *a,
                  const char *b,
                  GError    **error)
{
  const char    *condition = "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA";
  g_auto (GStrv) was = g_strsplit (a, "\t", -1);
  g_auto (GStrv) is = g_strsplit (b, "\t", -1);
  guint          i = find_difference (was, is);
  const char    *now;

  if (i == 0)
    return TRUE;
  if (i > 2 && was[i] != NULL && g_str_has_prefix (was[i], "key="))
    condition = "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE";
  else if (i > 2 && was[i] != NULL && g_str_has_prefix (was[i], "value="))
    condition = "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE";
  now = was[i] != NULL && g_str_has_prefix (was[i], "mode=") ? find_field (is, "mode=") : (i < g_strv_length (is) ? is[i] : NULL);
  return weir_fail (error, WEIR_ERROR_RUN, condition, WEIR_SPAN_NONE,
                    "The state in the checkpoint %s does not fit the query: stateful operator %u (%s) was written with %s, the query now has %s. " WAY_OUT,
                    dir, number, was[2], was[i] != NULL ? was[i] : "less", now != NULL ? now : "less");
}

static gboolean
compare_operators (const char *dir,
                   GPtrArray  *old,
                   GPtrArray  *shape,
                   gboolean   *is_other,
                   GError    **error)
{
  guint n = count_kind (old, "operator\t"), m = count_kind (shape, "operator\t");

  if (n != m)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA", WEIR_SPAN_NONE,
                      "The checkpoint %s has the state of %u stateful operators, the query has %u. " WAY_OUT, dir, n, m);
  for (guint i = 0; i < n; i++)
    {
      const char *a = _weir_checkpoint_find_line (old, "operator\t", i), *b = _weir_checkpoint_find_line (shape, "operator\t", i);

      if (a == NULL || b == NULL || strcmp (a, b) == 0)
        continue;
      *is_other = TRUE;
      if (!compare_operator (dir, i, a, b, error))
        return FALSE;
    }
  return TRUE;
}

/* A sink of files cannot take over in the middle: readers of its folder would miss what went elsewhere. Others see new rows only. */
static gboolean
compare_sinks (const char *dir,
               GPtrArray  *old,
               GPtrArray  *shape,
               gboolean   *is_other,
               GError    **error)
{
  guint m = count_kind (shape, "sink\t");

  *is_other = *is_other || count_kind (old, "sink\t") != m;
  for (guint i = 0; i < m; i++)
    {
      const char      *a = _weir_checkpoint_find_line (old, "sink\t", i), *b = _weir_checkpoint_find_line (shape, "sink\t", i);
      g_auto (GStrv)   words = b != NULL ? g_strsplit (b, "\t", -1) : NULL;
      g_autofree char *was = a != NULL ? g_strdelimit (g_strdup (a), "\t", ' ') : g_strdup ("none");
      g_autofree char *is = b != NULL ? g_strdelimit (g_strdup (b), "\t", ' ') : NULL;

      if (g_strcmp0 (a, b) == 0)
        continue;
      *is_other = TRUE;
      if (strcmp (words[2], "json") == 0 || strcmp (words[2], "csv") == 0 || strcmp (words[2], "text") == 0)
        return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_QUERY_EVOLUTION_ERROR.SINK_CHANGED", WEIR_SPAN_NONE,
                          "A sink of files cannot take over a query in the middle: the checkpoint %s was written with %s, now there is %s. " WAY_OUT, dir, was, is);
    }
  return TRUE;
}

gboolean
_weir_checkpoint_metadata_compare (const char *dir,
                                   GPtrArray  *old,
                                   GPtrArray  *shape,
                                   gboolean   *is_other,
                                   GError    **error)
{
  *is_other = FALSE;
  return compare_sources (dir, old, shape, error) && compare_operators (dir, old, shape, is_other, error) && compare_sinks (dir, old, shape, is_other, error);
}
