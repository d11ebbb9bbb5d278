/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-schema-private.h"

#include "format/schema-infer.h"
#include "io/file-inflate.h"
#include "io/file-log.h"
#include "io/file-partitions.h"
#include "io/source-private.h"

#include <string.h>

/*
 * Columns of tables over files: declared, fixed (text) or inferred from the first rows, and those of folders (file-partitions.h). For the
 * latter, of a flat folder no more is asked than the names in it.
 */

#define SAMPLE_BYTES (1u << 20)
#define SAMPLE_FILES 5

/* The first megabyte of each of the first files. */
WeirSchema *
_weir_file_schema_infer (const char *format,
                         GHashTable *options,
                         const char *base_dir,
                         GError    **error)
{
  const char           *path;
  g_autofree char      *full = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  WeirFileDepth         depth;

  if (!weir_file_partitions_depth (options, &depth, error) || !_weir_io_option_required (options, "path", "path '/data/orders'", &path, error))
    return NULL;
  full = weir_file_path (path, base_dir);
  files = weir_file_list (full, _weir_io_option_get (options, "pathglobfilter"), depth, error);
  if (files == NULL)
    return NULL;
  for (guint i = 0; i < files->len && samples->len < SAMPLE_FILES; i++)
    {
      const WeirFileEntry *file = files->pdata[i];
      g_autofree char     *data = g_malloc (SAMPLE_BYTES);
      GError              *local = NULL;
      gssize               n = file->size > 0 ? weir_file_read_start (file->path, data, SAMPLE_BYTES, &local) : 0;

      if (n < 0 && !weir_file_is_missing (local))
        {
          g_propagate_error (error, local);
          return NULL;
        }
      g_clear_error (&local);
      if (n == SAMPLE_BYTES)
        while (n > 0 && data[n - 1] != '\n')
          n--;
      if (n > 0)
        g_ptr_array_add (samples, g_bytes_new (data, (gsize)n));
    }
  if (samples->len == 0)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "UNABLE_TO_INFER_SCHEMA", WEIR_SPAN_NONE,
                 "Unable to infer schema for %s: there is no file with rows at %s. Declare the columns.", format, full);
      return NULL;
    }
  return weir_schema_infer (format, (GBytes **)samples->pdata, samples->len, options, weir_zone_utc (), error);
}

/* ---- folders ---------------------------------------------------------------------------------------------------- */

static gboolean
is_beside (gpointer    data,
           const char *path)
{
  return !weir_file_partitions_concern (data, path);
}

/* Columns of folders; none where there is nothing to read, which a run will say. */
static WeirSchema *
find_folders (GHashTable *options,
              const char *base_dir,
              GError    **error)
{
  const char           *path = _weir_io_option_get (options, "path"), *infer = _weir_io_option_get (options, WEIR_PARTITION_INFERENCE_KEY);
  g_autofree char      *full = path != NULL && *path != '\0' ? weir_file_path (path, base_dir) : NULL;
  g_autoptr (GPtrArray) files = NULL;
  WeirFilePartitions    partitions;
  gboolean              ok;
  WeirSchema           *schema = NULL;

  if (full == NULL)
    return weir_type_new_struct (NULL, 0);
  ok = weir_file_partitions_init (&partitions, full, options, base_dir, error);
  if (ok && partitions.enabled)
    files = weir_file_list_except (full, _weir_io_option_get (options, "pathglobfilter"), WEIR_FILES_PARTITIONED, is_beside, &partitions, NULL);
  for (guint i = 0; ok && files != NULL && i < files->len; i++)
    ok = weir_file_partitions_add (&partitions, ((WeirFileEntry *)files->pdata[i])->path, error);
  if (ok && files != NULL)
    schema = weir_file_partitions_schema (&partitions, files, infer == NULL || g_ascii_strcasecmp (infer, "false") != 0);
  else if (ok)
    schema = weir_type_new_struct (NULL, 0);
  weir_file_partitions_clear (&partitions);
  return schema;
}

static WeirSchema *
resolve (const char *format,
         WeirSchema *declared,
         GHashTable *options,
         const char *base_dir,
         GError    **error)
{
  WeirField              field = { (char *)"value", WEIR_STRING, TRUE, NULL };
  g_autoptr (WeirSchema) found = NULL, own = NULL;

  if (declared == NULL)
    own = strcmp (format, "text") == 0 ? weir_type_new_struct (&field, 1) : _weir_file_schema_infer (format, options, base_dir, error);
  if (declared == NULL && own == NULL)
    return NULL;
  found = find_folders (options, base_dir, error);
  if (found == NULL)
    return NULL;
  return found->n_fields > 0 ? weir_file_partitions_merge (declared, own, found) : weir_type_ref (declared != NULL ? declared : own);
}

#define RESOLVE(format)                                                                                          \
  WeirSchema *                                                                                                   \
    _weir_file_schema_##format (WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error) \
  {                                                                                                              \
    return resolve (#format, declared, options, base_dir, error);                                                \
  }

RESOLVE (text)
RESOLVE (csv)
RESOLVE (json)
