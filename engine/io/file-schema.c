/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-schema-private.h"

#include "format/schema-infer.h"
#include "io/file-log.h"
#include "io/source-private.h"

#include <unistd.h>

/* Columns of tables over files: declared, fixed (text) or inferred from the first rows. */

WeirSchema *
_weir_file_schema_text (WeirSchema *declared,
                        GHashTable *options,
                        const char *base_dir,
                        GError    **error)
{
  WeirField field = { (char *)"value", WEIR_STRING, TRUE, NULL };

  return declared != NULL ? weir_type_ref (declared) : weir_type_new_struct (&field, 1);
}

#define SAMPLE_BYTES (1u << 20)
#define SAMPLE_FILES 5

/* A pipe has no sample to give: its rows come once, and perhaps never. */
static gssize
read_sample (const char *path,
             char       *data)
{
  int    fd = weir_file_open (path, NULL);
  gssize n = fd >= 0 ? read (fd, data, SAMPLE_BYTES) : -1;

  if (fd >= 0)
    close (fd);
  return n;
}

/* The first megabyte of each of the first files. */
static WeirSchema *
infer (const char *format,
       GHashTable *options,
       const char *base_dir,
       GError    **error)
{
  const char           *path;
  g_autofree char      *full = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);

  if (!_weir_io_option_required (options, "path", "path '/data/orders'", &path, error))
    return NULL;
  full = weir_file_path (path, base_dir);
  files = weir_file_list (full, _weir_io_option_get (options, "pathglobfilter"), FALSE, error);
  if (files == NULL)
    return NULL;
  for (guint i = 0; i < files->len && samples->len < SAMPLE_FILES; i++)
    {
      const WeirFileEntry *file = files->pdata[i];
      g_autofree char     *data = g_malloc (SAMPLE_BYTES);
      gssize               n = read_sample (file->path, data);

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

WeirSchema *
_weir_file_schema_csv (WeirSchema *declared,
                       GHashTable *options,
                       const char *base_dir,
                       GError    **error)
{
  return declared != NULL ? weir_type_ref (declared) : infer ("csv", options, base_dir, error);
}

WeirSchema *
_weir_file_schema_json (WeirSchema *declared,
                        GHashTable *options,
                        const char *base_dir,
                        GError    **error)
{
  return declared != NULL ? weir_type_ref (declared) : infer ("json", options, base_dir, error);
}
