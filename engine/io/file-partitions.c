/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-partitions.h"

#include "io/partition-value-private.h"
#include "io/source-private.h"

#include <string.h>

/*
 * Columns in the names of folders
 *
 * As in Spark 4 (PartitioningUtils.parsePartitions and DataSource.getOrInferFileFormatSchema of apache/spark, compared with what PySpark
 * 4.1.2 was seen to do):
 *
 * - Folders `name=value` between the base path and a file are columns, in their order. The base path is the table's path; of a glob, each
 *   path that it matches (a file's folder, when it matches files); or what the option basePath says. A plain folder below the last of them
 *   may stand in between and means nothing.
 * - Columns of CREATE TABLE that a folder is named after are taken out of the columns of the files and go behind them, in the order of the
 *   folders, with the declared type and spelling; columns of folders that are not declared are added with an inferred type. The value
 *   in the folder's name wins over one in the file. Of an inferred schema (nothing declared), a column that files and folders have keeps its
 *   place among the files' columns and takes the folder's type.
 * - Names are compared without regard to case.
 *
 * Where it differs from Spark, on purpose: a file beside the partition folders is an error (Spark leaves it out without a word), and
 * `name=value` folders below several paths of a glob make one table (Spark refuses two base paths in a batch query and loses the
 * columns in a stream). Alternatives with a slash in them, `{a,b/c}`, make the base of a file uncertain: such a glob has columns of folders
 * with basePath only.
 *
 * Nothing of it is kept in a checkpoint: a path says its values again after a restart.
 */

static guint
count_folders (const char *path)
{
  guint n = 0;

  for (; *path != '\0'; path += strcspn (path, "/"))
    {
      path += strspn (path, "/");
      n += *path != '\0';
    }
  return n;
}

/* @path is @base or lies below it, folder by folder. */
static gboolean
is_below (const char *path,
          const char *base)
{
  while (*(base += strspn (base, "/")) != '\0')
    {
      gsize len = strcspn (base, "/");

      path += strspn (path, "/");
      if (strcspn (path, "/") != len || strncmp (path, base, len) != 0)
        return FALSE;
      path += len;
      base += len;
    }
  return TRUE;
}

static gboolean
has_slash_in_braces (const char *glob)
{
  gboolean inside = FALSE;

  for (; *glob != '\0'; glob++)
    {
      if (*glob == '/' && inside)
        return TRUE;
      inside = *glob == '{' || (inside && *glob != '}');
    }
  return FALSE;
}

gboolean
weir_file_partitions_depth (GHashTable    *options,
                            WeirFileDepth *depth,
                            GError       **error)
{
  gboolean recursive;

  if (!_weir_io_option_bool (options, "recursivefilelookup", FALSE, &recursive, error))
    return FALSE;
  *depth = recursive ? WEIR_FILES_RECURSIVE : WEIR_FILES_PARTITIONED;
  return TRUE;
}

gboolean
weir_file_partitions_init (WeirFilePartitions *self,
                           const char         *path,
                           GHashTable         *options,
                           const char         *base_dir,
                           GError            **error)
{
  const char      *option = _weir_io_option_get (options, "basepath");
  g_autofree char *base = option != NULL ? weir_file_path (option, base_dir) : NULL;
  gboolean         is_glob = weir_path_is_glob (path) && !g_file_test (path, G_FILE_TEST_EXISTS);
  WeirFileDepth    depth;

  *self = (WeirFilePartitions){ .names = g_ptr_array_new_with_free_func (g_free) };
  if (!weir_file_partitions_depth (options, &depth, error))
    return FALSE;
  if (base != NULL && (!is_below (path, base) || !g_file_test (base, G_FILE_TEST_IS_DIR)))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                      "Option basePath names a folder that the path is in or below; %s is none of %s.", base, path);
  self->enabled = depth == WEIR_FILES_PARTITIONED && (base != NULL || !is_glob || !has_slash_in_braces (path));
  self->depth = count_folders (base != NULL ? base : path);
  return TRUE;
}

void
weir_file_partitions_clear (WeirFilePartitions *self)
{
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->folder, g_free);
}

/* ---- paths ------------------------------------------------------------------------------------------------------ */

/* Into the path. */
typedef struct
{
  const char *name, *value;
  gsize       name_len, value_len;
} Part;

#define PARTS_MAX 64

static gboolean
fail_part (const char *path,
           const char *part,
           gsize       len,
           const char *why,
           GError    **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "CONFLICTING_DIRECTORY_STRUCTURES", WEIR_SPAN_NONE,
                    "The folder `%.*s` above the file %s %s. Move the file, or set recursiveFileLookup to 'true' so that folders are no columns.",
                    (int)len, part, path, why);
}

static gboolean
add_part (Part       *parts,
          guint      *n_parts,
          const char *path,
          const char *text,
          gsize       len,
          GError    **error)
{
  const char *equal = memchr (text, '=', len);
  Part        part = { text, equal + 1, (gsize)(equal - text), len - (gsize)(equal + 1 - text) };

  if (part.name_len == 0)
    return fail_part (path, text, len, "has an empty column name", error);
  if (part.value_len == 0)
    return fail_part (path, text, len, "has an empty value (NULL is written as " WEIR_PARTITION_NULL ")", error);
  if (*n_parts == PARTS_MAX)
    return fail_part (path, text, len, "is one too many for columns", error);
  parts[(*n_parts)++] = part;
  return TRUE;
}

/* The `name=value` folders below the base, in order. */
static gboolean
split (const WeirFilePartitions *self,
       const char               *path,
       Part                     *parts,
       guint                    *n_parts,
       GError                  **error)
{
  const char *file = strrchr (path, '/');
  gboolean    has_ended = FALSE;
  guint       depth = 0;
  gsize       len;

  *n_parts = 0;
  if (!self->enabled)
    return TRUE;
  for (const char *at = path; (at += strspn (at, "/")) < file; at += len)
    {
      len = strcspn (at, "/");
      if (depth++ < self->depth)
        continue;
      if (memchr (at, '=', len) == NULL)
        has_ended = *n_parts > 0;
      else if (has_ended)
        return fail_part (path, at, len, "cannot be a column, because a folder above it, below another column's, is none", error);
      else if (!add_part (parts, n_parts, path, at, len, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
fail_names (const WeirFilePartitions *self,
            const char               *folder,
            GPtrArray                *names,
            GError                  **error)
{
  g_autofree char *old = NULL, *new = NULL;

  g_ptr_array_add (self->names, NULL);
  g_ptr_array_add (names, NULL);
  old = self->names->pdata[0] == NULL ? g_strdup ("none") : g_strjoinv (", ", (char **)self->names->pdata);
  new = names->pdata[0] == NULL ? g_strdup ("none") : g_strjoinv (", ", (char **)names->pdata);
  g_ptr_array_set_size (self->names, (gint)self->names->len - 1);
  return weir_fail (error, WEIR_ERROR_RUN, "CONFLICTING_PARTITION_COLUMN_NAMES", WEIR_SPAN_NONE,
                    "Conflicting partition column names detected: folder %s has %s, folder %s has %s. All files of a table must lie below name=value "
                    "folders of the same names in the same order, for as long as a query runs. Move the files of one of them away, give the table a "
                    "path that leads to one kind only, or set recursiveFileLookup to 'true' so that folders are no columns.",
                    self->folder, old, folder, new);
}

static gboolean
same_names (GPtrArray *a,
            GPtrArray *b)
{
  for (guint i = 0; i < MIN (a->len, b->len); i++)
    if (g_ascii_strcasecmp (a->pdata[i], b->pdata[i]) != 0)
      return FALSE;
  return a->len == b->len;
}

static gboolean
decide (WeirFilePartitions *self,
        const char         *path,
        GPtrArray          *names,
        GError            **error)
{
  for (guint i = 0; i < names->len; i++)
    for (guint j = 0; j < i; j++)
      if (g_ascii_strcasecmp (names->pdata[i], names->pdata[j]) == 0)
        return weir_fail (error, WEIR_ERROR_RUN, "COLUMN_ALREADY_EXISTS", WEIR_SPAN_NONE,
                          "The column `%s` already exists: two folders above the file %s are named after it. Rename one of them.",
                          (char *)names->pdata[i], path);
  self->decided = TRUE;
  self->folder = g_path_get_dirname (path);
  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (self->names, g_strdup (names->pdata[i]));
  return TRUE;
}

gboolean
weir_file_partitions_add (WeirFilePartitions *self,
                          const char         *path,
                          GError            **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char      *folder = NULL;
  Part                  parts[PARTS_MAX];
  guint                 n;

  if (!split (self, path, parts, &n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, _weir_partition_unescape (parts[i].name, parts[i].name_len));
  if (!self->decided)
    return decide (self, path, names, error);
  if (same_names (self->names, names))
    return TRUE;
  folder = g_path_get_dirname (path);
  return fail_names (self, folder, names, error);
}

void
weir_file_partitions_forget (WeirFilePartitions *self)
{
  g_ptr_array_set_size (self->names, 0);
  g_clear_pointer (&self->folder, g_free);
  self->decided = FALSE;
}

gboolean
weir_file_partitions_concern (const WeirFilePartitions *self,
                              const char               *path)
{
  Part  parts[PARTS_MAX];
  guint n;

  return !split (self, path, parts, &n, NULL) || n > 0;
}

int
weir_file_partitions_find (const WeirFilePartitions *self,
                           const char               *name)
{
  for (guint i = 0; i < self->names->len; i++)
    if (g_ascii_strcasecmp (self->names->pdata[i], name) == 0)
      return (int)i;
  return -1;
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

WeirSchema *
weir_file_partitions_schema (const WeirFilePartitions *self,
                             GPtrArray                *files,
                             gboolean                  infer_types)
{
  g_autofree WeirField         *fields = g_new0 (WeirField, MAX (self->names->len, 1));
  g_autofree WeirPartitionType *types = g_new0 (WeirPartitionType, MAX (self->names->len, 1));
  WeirSchema                   *schema;
  Part                          parts[PARTS_MAX];
  guint                         n;

  for (guint f = 0; f < files->len; f++)
    if (split (self, ((WeirFileEntry *)files->pdata[f])->path, parts, &n, NULL))
      for (guint i = 0; i < MIN (n, self->names->len); i++)
        types[i] = _weir_partition_type_join (types[i], _weir_partition_type_infer (parts[i].value, parts[i].value_len, infer_types));
  for (guint i = 0; i < self->names->len; i++)
    fields[i] = (WeirField){ self->names->pdata[i], _weir_partition_type_get (types[i]), TRUE, NULL };
  schema = weir_type_new_struct (fields, self->names->len);
  for (guint i = 0; i < self->names->len; i++)
    weir_type_unref (fields[i].type);
  return schema;
}

WeirColumn *
weir_file_partitions_value (const WeirFilePartitions *self,
                            const char               *path,
                            guint                     index,
                            WeirType                 *type,
                            WeirZone                 *zone,
                            GError                  **error)
{
  g_autofree char *folder = NULL, *wanted = NULL;
  WeirColumn      *column;
  Part             parts[PARTS_MAX];
  guint            n;

  if (!split (self, path, parts, &n, error))
    return NULL;
  g_return_val_if_fail (index < n, NULL);
  column = _weir_partition_value (parts[index].value, parts[index].value_len, type, zone);
  if (column != NULL)
    return column;
  wanted = weir_type_to_sql (type);
  folder = g_path_get_dirname (path);
  weir_fail (error, WEIR_ERROR_RUN, "INVALID_PARTITION_VALUE", WEIR_SPAN_NONE,
             "Failed to cast value '%.*s' to data type \"%s\" for partition column `%s` (folder %s). Rename the folder, or declare the column as STRING.",
             (int)parts[index].value_len, parts[index].value, wanted, (char *)self->names->pdata[index], folder);
  return NULL;
}

WeirSchema *
weir_file_partitions_merge (WeirSchema *declared,
                            WeirSchema *inferred,
                            WeirSchema *found)
{
  WeirSchema           *from = declared != NULL ? declared : inferred;
  g_autofree WeirField *fields = g_new0 (WeirField, from->n_fields + found->n_fields + 1);
  guint                 n = 0;

  for (guint i = 0; i < from->n_fields; i++)
    {
      int at = weir_type_field_index (found, from->fields[i].name);

      if (at < 0)
        fields[n++] = from->fields[i];
      else if (declared == NULL)
        fields[n++] = found->fields[at];
    }
  for (guint i = 0; i < found->n_fields; i++)
    {
      int at = weir_type_field_index (from, found->fields[i].name);

      if (at < 0)
        fields[n++] = found->fields[i];
      else if (declared != NULL)
        fields[n++] = declared->fields[at];
    }
  return weir_type_new_struct (fields, n);
}
