/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-metadata.h"

#include "column/column-builder.h"

#include <string.h>

/*
 * Spark's hidden column `_metadata` of file tables: where a row comes from. It is no column of the table, is not part of `*`, and costs
 * nothing unless a query names it; then each batch of a chunk gets it as one constant.
 */

WeirType *
weir_file_metadata_type (void)
{
  WeirField fields[] = {
    { (char *)"file_path", WEIR_STRING, FALSE, NULL },
    { (char *)"file_name", WEIR_STRING, FALSE, NULL },
    { (char *)"file_size", WEIR_BIGINT, FALSE, NULL },
    { (char *)"file_block_start", WEIR_BIGINT, FALSE, NULL },
    { (char *)"file_block_length", WEIR_BIGINT, FALSE, NULL },
    { (char *)"file_modification_time", WEIR_TIMESTAMP, FALSE, NULL },
  };

  return weir_type_new_struct (fields, G_N_ELEMENTS (fields));
}

gboolean
weir_file_metadata_is_last (WeirSchema *schema)
{
  guint                n = schema->n_fields;
  g_autoptr (WeirType) metadata = weir_file_metadata_type ();

  return n > 0 && strcmp (schema->fields[n - 1].name, "_metadata") == 0 && weir_type_equal (schema->fields[n - 1].type, metadata);
}

WeirColumn *
weir_file_metadata_value (const WeirFileChunk *chunk)
{
  g_autoptr (WeirType) type = weir_file_metadata_type ();
  WeirColumnBuilder   *builder = weir_column_builder_new (type, 1);
  g_autofree char     *uri = g_filename_to_uri (chunk->file.path, NULL, NULL);
  g_autofree char     *name = g_path_get_basename (chunk->file.path);
  const char          *path = uri != NULL ? uri : chunk->file.path;
  WeirColumn          *column;

  weir_column_builder_append_bytes (builder->children[0], path, strlen (path));
  weir_column_builder_append_bytes (builder->children[1], name, strlen (name));
  weir_column_builder_append_i64 (builder->children[2], (gint64)chunk->file.size);
  weir_column_builder_append_i64 (builder->children[3], (gint64)chunk->start);
  weir_column_builder_append_i64 (builder->children[4], (gint64)(chunk->end - chunk->start));
  weir_column_builder_append_i64 (builder->children[5], chunk->file.mtime_ns / 1000);
  weir_column_builder_append_struct (builder);
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}
