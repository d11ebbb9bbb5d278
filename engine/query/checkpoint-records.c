/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/checkpoint-records.h"

#include <string.h>

/*
 * A payload has passed its checksum before it is read here; it is read with care all the same, for files that other programs wrote.
 */

#define FLAG_NO_DATA 1

static void
operator_clear (gpointer data)
{
  g_free (((WeirLoggedOperator *)data)->name);
}

void
weir_logged_batch_add_operator (WeirLoggedBatch *batch,
                                const char      *name,
                                guint64          n_rows,
                                guint64          n_bytes)
{
  WeirLoggedOperator row = { g_strdup (name), n_rows, n_bytes };

  if (batch->operators == NULL)
    {
      batch->operators = g_array_new (FALSE, FALSE, sizeof (WeirLoggedOperator));
      g_array_set_clear_func (batch->operators, operator_clear);
    }
  g_array_append_val (batch->operators, row);
}

void
weir_logged_batch_free (WeirLoggedBatch *batch)
{
  if (batch == NULL)
    return;
  weir_batch_record_free (batch->record);
  g_clear_pointer (&batch->ranges, g_ptr_array_unref);
  g_clear_pointer (&batch->watermarks, g_bytes_unref);
  g_clear_pointer (&batch->delta, g_ptr_array_unref);
  g_clear_pointer (&batch->output, g_ptr_array_unref);
  g_clear_pointer (&batch->watermarks_after, g_bytes_unref);
  g_clear_pointer (&batch->operators, g_array_unref);
  g_free (batch);
}

void
weir_logged_position_free (WeirLoggedPosition *position)
{
  if (position == NULL)
    return;
  g_clear_pointer (&position->watermarks, g_bytes_unref);
  g_clear_pointer (&position->ends, g_ptr_array_unref);
  g_clear_pointer (&position->states, g_ptr_array_unref);
  g_free (position);
}

static void
put_bytes (WeirWriter *writer,
           GBytes     *bytes)
{
  gsize         len = 0;
  gconstpointer data = bytes != NULL ? g_bytes_get_data (bytes, &len) : NULL;

  weir_writer_bytes (writer, data, len);
}

static GBytes *
get_bytes (WeirReader *reader)
{
  gsize         len = 0;
  const guint8 *data = weir_reader_bytes (reader, &len);

  return g_bytes_new (data, data != NULL ? len : 0);
}

/* Offsets are texts: no zero byte is in them. */
static char *
get_text (WeirReader *reader)
{
  gsize         len = 0;
  const guint8 *data = weir_reader_bytes (reader, &len);

  if (data == NULL || memchr (data, '\0', len) != NULL)
    {
      reader->failed = TRUE;
      return g_strdup ("");
    }
  return g_strndup ((const char *)data, len);
}

static guint
get_count (WeirReader *reader)
{
  guint64 n = weir_reader_varint (reader);

  /* A source takes two bytes at least. */
  if (reader->failed || n > (reader->len - reader->pos) / 2)
    {
      reader->failed = TRUE;
      return 0;
    }
  return (guint)n;
}

static void
init_reader (WeirReader *reader,
             GBytes     *payload)
{
  gsize         len;
  gconstpointer data = g_bytes_get_data (payload, &len);

  weir_reader_init (reader, data, len);
}

GBytes *
weir_offsets_write (const WeirLoggedBatch *batch)
{
  const WeirBatchRecord *record = batch->record;
  WeirWriter             writer = { g_byte_array_new () };

  weir_writer_u8 (&writer, record->is_no_data ? FLAG_NO_DATA : 0);
  weir_writer_u64 (&writer, (guint64)record->now_us);
  weir_writer_u64 (&writer, record->seed);
  weir_writer_u64 (&writer, (guint64)record->watermark_ms);
  weir_writer_u64 (&writer, (guint64)record->late_watermark_ms);
  weir_writer_u32 (&writer, batch->metadata_crc);
  put_bytes (&writer, batch->watermarks);
  weir_writer_varint (&writer, record->n_sources);
  for (guint i = 0; i < record->n_sources; i++)
    {
      weir_writer_bytes (&writer, record->from[i], strlen (record->from[i]));
      weir_writer_bytes (&writer, record->to[i], strlen (record->to[i]));
      put_bytes (&writer, batch->ranges->pdata[i]);
    }
  return g_byte_array_free_to_bytes (writer.bytes);
}

WeirLoggedBatch *
weir_offsets_read (guint64 batch_id,
                   GBytes *payload)
{
  g_autoptr (WeirLoggedBatch) batch = g_new0 (WeirLoggedBatch, 1);
  WeirReader                  reader;
  WeirBatchRecord             head = { .batch_id = batch_id };
  guint                       n;

  init_reader (&reader, payload);
  head.is_no_data = (weir_reader_u8 (&reader) & FLAG_NO_DATA) != 0;
  head.now_us = (gint64)weir_reader_u64 (&reader);
  head.seed = weir_reader_u64 (&reader);
  head.watermark_ms = (gint64)weir_reader_u64 (&reader);
  head.late_watermark_ms = (gint64)weir_reader_u64 (&reader);
  batch->metadata_crc = weir_reader_u32 (&reader);
  batch->watermarks = get_bytes (&reader);
  n = get_count (&reader);
  batch->record = weir_batch_record_new (n);
  head.n_sources = n;
  head.from = batch->record->from;
  head.to = batch->record->to;
  *batch->record = head;
  batch->ranges = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < n; i++)
    {
      head.from[i] = get_text (&reader);
      head.to[i] = get_text (&reader);
      g_ptr_array_add (batch->ranges, get_bytes (&reader));
    }
  return reader.failed || reader.pos != reader.len ? NULL : g_steal_pointer (&batch);
}

GBytes *
weir_commit_write (const WeirLoggedBatch *batch)
{
  WeirWriter writer = { g_byte_array_new () };

  weir_writer_u32 (&writer, batch->offsets_crc);
  weir_writer_u32 (&writer, batch->delta_crc);
  weir_writer_u32 (&writer, batch->previous_crc);
  put_bytes (&writer, batch->watermarks_after);
  weir_writer_varint (&writer, batch->operators != NULL ? batch->operators->len : 0);
  for (guint i = 0; batch->operators != NULL && i < batch->operators->len; i++)
    {
      const WeirLoggedOperator *row = &g_array_index (batch->operators, WeirLoggedOperator, i);

      weir_writer_bytes (&writer, row->name, strlen (row->name));
      weir_writer_varint (&writer, row->n_rows);
      weir_writer_varint (&writer, row->n_bytes);
    }
  return g_byte_array_free_to_bytes (writer.bytes);
}

gboolean
weir_commit_read (GBytes          *payload,
                  WeirLoggedBatch *batch)
{
  WeirReader reader;
  guint      n;

  init_reader (&reader, payload);
  batch->offsets_crc = weir_reader_u32 (&reader);
  batch->delta_crc = weir_reader_u32 (&reader);
  batch->previous_crc = weir_reader_u32 (&reader);
  g_clear_pointer (&batch->watermarks_after, g_bytes_unref);
  batch->watermarks_after = get_bytes (&reader);
  n = get_count (&reader);
  for (guint i = 0; i < n && !reader.failed; i++)
    {
      g_autofree char *name = get_text (&reader);
      guint64          n_rows = weir_reader_varint (&reader);

      weir_logged_batch_add_operator (batch, name, n_rows, weir_reader_varint (&reader));
    }
  return !reader.failed && reader.pos == reader.len;
}

GBytes *
weir_position_write (const WeirLoggedPosition *position)
{
  WeirWriter writer = { g_byte_array_new () };

  weir_writer_u32 (&writer, position->commit_crc);
  weir_writer_u64 (&writer, (guint64)position->watermark_ms);
  put_bytes (&writer, position->watermarks);
  weir_writer_varint (&writer, position->ends->len);
  for (guint i = 0; i < position->ends->len; i++)
    {
      const char *end = position->ends->pdata[i];

      weir_writer_bytes (&writer, end, strlen (end));
      put_bytes (&writer, position->states->pdata[i]);
    }
  return g_byte_array_free_to_bytes (writer.bytes);
}

WeirLoggedPosition *
weir_position_read (guint64 batch_id,
                    GBytes *payload)
{
  g_autoptr (WeirLoggedPosition) position = g_new0 (WeirLoggedPosition, 1);
  WeirReader                     reader;
  guint                          n;

  init_reader (&reader, payload);
  position->batch_id = batch_id;
  position->commit_crc = weir_reader_u32 (&reader);
  position->watermark_ms = (gint64)weir_reader_u64 (&reader);
  position->watermarks = get_bytes (&reader);
  position->ends = g_ptr_array_new_with_free_func (g_free);
  position->states = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  n = get_count (&reader);
  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (position->ends, get_text (&reader));
      g_ptr_array_add (position->states, get_bytes (&reader));
    }
  return reader.failed || reader.pos != reader.len ? NULL : g_steal_pointer (&position);
}

gboolean
weir_output_read (GBytes     *payload,
                  GBytes    **watermarks,
                  WeirReader *rows)
{
  init_reader (rows, payload);
  *watermarks = get_bytes (rows);
  return !rows->failed;
}
