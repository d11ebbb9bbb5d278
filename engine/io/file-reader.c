/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-reader.h"

#include "io/file-metadata.h"
#include "io/file-schema-private.h"
#include "io/source-private.h"

#include <string.h>

/*
 * A table's columns are of three kinds: what the decoder finds in the bytes, values of folders, and `_metadata`. The decoder gets the first
 * ones only; each of its batches is widened by constants of the file, which cost one value a chunk, and nothing when no query names them.
 *
 * A column that folders have is never read from the bytes. Where the columns of a csv file were found out and not declared, the file may
 * have it too: then it stays in the decoder's schema, unread, so that the fields behind it keep their places.
 */

enum
{
  FROM_METADATA = -1,
  FROM_FOLDER = -2, /* minus its index */
};

struct _WeirFileReader
{
  const WeirFilePartitions *partitions; /* Borrowed */
  WeirDecoder              *decoder;    /* Owned */
  GAsyncQueue              *states;     /* Owned: idle WeirDecodeState */
  WeirZone                 *zone;       /* Owned */
  WeirSchema               *out;        /* Owned: of the batches that leave */
  int                      *from;       /* Owned: per column of `out`: index in the decoder's batch, or FROM_… */
  gboolean                  is_wide;    /* not all come from the decoder */
};

/* Columns that are in the bytes, and which of them are read. */
typedef struct
{
  WeirField *fields;
  gboolean  *needed;
  guint      n;
  gboolean   is_text;
} Data;

static void
add_column (WeirFileReader  *self,
            const WeirField *field,
            gboolean         is_metadata,
            gboolean         is_needed,
            gboolean         is_in_bytes,
            Data            *data,
            guint           *n_read,
            guint           *n_out)
{
  int folder = is_metadata ? -1 : weir_file_partitions_find (self->partitions, field->name);

  if (is_needed)
    {
      self->from[*n_out] = is_metadata ? FROM_METADATA : folder >= 0 ? FROM_FOLDER - folder
                                                                     : (int)(*n_read)++;
      self->is_wide |= self->from[(*n_out)++] < 0;
    }
  /* Before a file is known, which of a text table's columns is the line is not known either. */
  if (is_metadata || (folder >= 0 && !is_in_bytes) || (data->n > 0 && data->is_text && !self->partitions->decided))
    return;
  data->needed[data->n] = is_needed && folder < 0;
  data->fields[data->n++] = *field;
}

/* NULL without @error: folders are nowhere in the bytes. (transfer full) */
static gboolean
find_in_bytes (WeirFileReader         *self,
               const WeirSourceConfig *config,
               WeirSchema            **in_bytes,
               GError                **error)
{
  *in_bytes = NULL;
  if (config->is_declared || self->partitions->names->len == 0 || strcmp (config->format, "csv") != 0)
    return TRUE;
  *in_bytes = _weir_file_schema_infer (config->format, config->options, config->base_dir, error);
  return *in_bytes != NULL;
}

static gboolean
check_names (WeirFileReader         *self,
             const WeirSourceConfig *config,
             GError                **error)
{
  for (guint i = 0; i < self->partitions->names->len; i++)
    {
      const char *name = self->partitions->names->pdata[i];

      if (weir_type_field_index (config->schema, name) < 0)
        return weir_fail (error, WEIR_ERROR_RUN, "CONFLICTING_PARTITION_COLUMN_NAMES", WEIR_SPAN_NONE,
                          "Folder %s gives the table the column `%s`, which it did not have when the query was started: the set of partition columns "
                          "must not change while a query runs. Declare the column in CREATE TABLE, or start the query again.",
                          self->partitions->folder, name);
    }
  return TRUE;
}

static gboolean
lay_out (WeirFileReader         *self,
         const WeirSourceConfig *config,
         GError                **error)
{
  guint                  n = config->schema->n_fields, n_read = 0, n_out = 0;
  gboolean               has_metadata = weir_file_metadata_is_last (config->schema);
  g_autofree WeirField  *fields = g_new0 (WeirField, n + 1);
  g_autofree gboolean   *needed = g_new0 (gboolean, n + 1);
  Data                   data = { fields, needed, 0, strcmp (config->format, "text") == 0 };
  g_autoptr (WeirSchema) in_bytes = NULL, schema = NULL;

  if (!check_names (self, config, error) || !find_in_bytes (self, config, &in_bytes, error))
    return FALSE;
  self->from = g_new0 (int, n + 1);
  for (guint i = 0; i < n; i++)
    add_column (self, &config->schema->fields[i], has_metadata && i + 1 == n, config->needed == NULL || config->needed[i],
                in_bytes != NULL && weir_type_field_index (in_bytes, config->schema->fields[i].name) >= 0, &data, &n_read, &n_out);
  self->out = _weir_schema_prune (config->schema, config->needed);
  schema = weir_type_new_struct (fields, data.n);
  self->decoder = weir_decoder_new (config->format, schema, needed, config->options, config->zone, NULL, error);
  return self->decoder != NULL;
}

WeirFileReader *
weir_file_reader_new (const WeirSourceConfig   *config,
                      const WeirFilePartitions *partitions,
                      GError                  **error)
{
  g_autoptr (WeirFileReader) self = g_new0 (WeirFileReader, 1);

  self->partitions = partitions;
  self->zone = weir_zone_ref (config->zone);
  self->states = g_async_queue_new_full ((GDestroyNotify)weir_decode_state_free);
  return lay_out (self, config, error) ? g_steal_pointer (&self) : NULL;
}

void
weir_file_reader_free (WeirFileReader *reader)
{
  if (reader == NULL)
    return;
  g_clear_pointer (&reader->states, g_async_queue_unref);
  g_clear_pointer (&reader->decoder, weir_decoder_unref);
  g_clear_pointer (&reader->out, weir_type_unref);
  g_clear_pointer (&reader->zone, weir_zone_unref);
  g_free (reader->from);
  g_free (reader);
}

gboolean
weir_file_reader_needs_whole_file (const WeirFileReader *reader)
{
  return weir_decoder_needs_whole_file (reader->decoder);
}

static WeirColumn *
value_of (const WeirFileReader *self,
          guint                 column,
          const char           *path,
          GError              **error)
{
  return weir_file_partitions_value (self->partitions, path, (guint)(FROM_FOLDER - self->from[column]), self->out->fields[column].type, self->zone, error);
}

gboolean
weir_file_reader_check_path (const WeirFileReader *reader,
                             const char           *path,
                             GError              **error)
{
  for (guint i = 0; i < reader->out->n_fields; i++)
    {
      g_autoptr (WeirColumn) value = reader->from[i] <= FROM_FOLDER ? value_of (reader, i, path, error) : NULL;

      if (reader->from[i] <= FROM_FOLDER && value == NULL)
        return FALSE;
    }
  return TRUE;
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  const WeirFileReader *reader;
  const WeirFileChunk  *chunk;
  WeirColumn          **values; /* Owned, one row each: per column of `out`; NULL: from the decoder */
  WeirSourcePush        push;
  gpointer              data;
} Widen;

static gboolean
widen_begin (Widen   *widen,
             GError **error)
{
  const WeirFileReader *reader = widen->reader;

  widen->values = g_new0 (WeirColumn *, reader->out->n_fields);
  for (guint i = 0; i < reader->out->n_fields; i++)
    if (reader->from[i] < 0)
      {
        widen->values[i] = reader->from[i] == FROM_METADATA ? weir_file_metadata_value (widen->chunk) : value_of (reader, i, widen->chunk->file.path, error);
        if (widen->values[i] == NULL)
          return FALSE;
      }
  return TRUE;
}

static void
widen_end (Widen *widen)
{
  for (guint i = 0; i < widen->reader->out->n_fields; i++)
    g_clear_pointer (&widen->values[i], weir_column_unref);
  g_free (widen->values);
}

static gboolean
push_wide (gpointer   data,
           WeirBatch *batch,
           GError   **error)
{
  Widen                  *widen = data;
  const WeirFileReader   *reader = widen->reader;
  g_autofree WeirColumn **columns = g_new (WeirColumn *, reader->out->n_fields);
  g_autoptr (WeirBatch)   wide = NULL;

  for (guint i = 0; i < reader->out->n_fields; i++)
    columns[i] = reader->from[i] >= 0 ? weir_column_ref (batch->columns[reader->from[i]]) : weir_column_new_const (widen->values[i], batch->n_rows);
  wide = weir_batch_new (reader->out, batch->n_rows, columns);
  return widen->push (widen->data, wide, error);
}

gboolean
weir_file_reader_read (WeirFileReader      *reader,
                       const WeirFileChunk *chunk,
                       WeirSourcePush       push,
                       gpointer             push_data,
                       WeirDecodeStats     *stats,
                       GCancellable        *cancellable,
                       GError             **error)
{
  Widen            widen = { reader, chunk, NULL, push, push_data };
  WeirDecodeState *state = g_async_queue_try_pop (reader->states);
  WeirFileTarget   target = { reader->decoder, state, push, push_data, stats, cancellable };
  gboolean         ok = TRUE;

  if (state == NULL)
    target.state = weir_decode_state_new (reader->decoder);
  if (reader->is_wide)
    {
      target.push = push_wide;
      target.data = &widen;
      ok = widen_begin (&widen, error);
    }
  ok = ok && weir_file_chunk_read (chunk, &target, error);
  if (reader->is_wide)
    widen_end (&widen);
  g_async_queue_push (reader->states, target.state);
  return ok;
}
