/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/kafka-writer.h"
#include "io/sink-private.h"

#include <string.h>

/*
 * Kafka as a sink: Spark's columns become records (value; optional key, headers, topic, partition; others are left out), a batch a
 * transaction of kafka-writer.c. Option topic wins over the column.
 */

typedef enum
{
  VALUE,
  KEY,
  HEADERS,
  TOPIC,
  PARTITION,
  N_COLUMNS,
} Column;

typedef struct
{
  WeirSink         parent;
  WeirKafkaWriter *writer;             /* Owned */
  char            *topic;              /* Owned, nullable: option */
  int              columns[N_COLUMNS]; /* −1: not there */
  gboolean         is_strict;
  gint64           last;    /* batch; −1: none */
  GPtrArray       *batches; /* Owned: WeirBatch of the open batch */
} KafkaSink;

/* ---- columns ---------------------------------------------------------------------------------------------------- */

static gboolean
is_text (const WeirType *type)
{
  return type->kind == WEIR_TYPE_STRING || type->kind == WEIR_TYPE_BINARY;
}

static gboolean
has_type (const WeirType *type,
          Column          column)
{
  switch (column)
    {
    case TOPIC:
      return type->kind == WEIR_TYPE_STRING;
    case PARTITION:
      return type->kind == WEIR_TYPE_INT;
    case HEADERS:
      return type->kind == WEIR_TYPE_ARRAY && type->fields[0].type->kind == WEIR_TYPE_STRUCT && type->fields[0].type->n_fields == 2 &&
             type->fields[0].type->fields[0].type->kind == WEIR_TYPE_STRING && type->fields[0].type->fields[1].type->kind == WEIR_TYPE_BINARY;
    default:
      return is_text (type);
    }
}

/* Which columns of the query are which. Conditions and words as Spark's, as far as it has them. */
static gboolean
find_columns (const WeirSinkConfig *config,
              int                  *columns,
              GError              **error)
{
  static const char *const names[N_COLUMNS] = { "value", "key", "headers", "topic", "partition" };
  static const char *const types[N_COLUMNS] = { "STRING or BINARY", "STRING or BINARY", "ARRAY<STRUCT<key: STRING, value: BINARY>>", "STRING", "INT" };

  for (guint column = 0; column < N_COLUMNS; column++)
    {
      columns[column] = -1;
      for (guint i = 0; columns[column] < 0 && i < config->schema->n_fields; i++)
        if (g_ascii_strcasecmp (config->schema->fields[i].name, names[column]) == 0)
          columns[column] = (int)i;
      if (columns[column] >= 0 && !has_type (config->schema->fields[columns[column]].type, column))
        return weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", WEIR_SPAN_NONE,
                          "Column %s of a Kafka sink must be %s. CAST it, or make one text of several columns: to_json(struct(…)) AS value.", names[column], types[column]);
    }
  if (columns[VALUE] < 0)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", WEIR_SPAN_NONE,
                      "Required attribute 'value' not found: a Kafka sink takes the columns value, key, headers, topic and partition. "
                      "Make one text of several columns: to_json(struct(…)) AS value.");
  if (columns[TOPIC] < 0 && _weir_io_option_get (config->options, "topic") == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "MISSING_OPTION", WEIR_SPAN_NONE,
                      "Topic option required when no 'topic' attribute is present. Use the topic option for setting a topic.");
  return TRUE;
}

static gboolean
kafka_check (const WeirSinkConfig *config,
             GError              **error)
{
  int         columns[N_COLUMNS];
  const char *servers;

  return _weir_io_option_required (config->options, "kafka.bootstrap.servers", "kafka.bootstrap.servers 'localhost:9092', topic 'results'", &servers, error) &&
         find_columns (config, columns, error);
}

/* ---- records ---------------------------------------------------------------------------------------------------- */

static const WeirView *
view_of (const WeirColumn *column,
         guint             row)
{
  return weir_column_is_null (column, row) ? NULL : &weir_column_values (column, WeirView)[row];
}

static void
take_bytes (const WeirColumn *column,
            guint             row,
            const void      **data,
            gsize            *size)
{
  const WeirView *view = column != NULL ? view_of (column, row) : NULL;

  *data = view != NULL ? weir_view_data (view) : NULL;
  *size = view != NULL ? view->len : 0;
}

/* @names keeps the names, which end with a zero for librdkafka. */
static void
take_headers (const WeirColumn *column,
              guint             row,
              GArray           *found,
              GPtrArray        *names)
{
  const WeirListView *list = &weir_column_values (column, WeirListView)[row];
  const WeirColumn   *element = column->children[0];

  for (guint i = list->offset; i < list->offset + list->length; i++)
    {
      const WeirView *name = weir_column_is_null (element, i) ? NULL : view_of (element->children[0], i);
      WeirKafkaHeader header = { 0 };

      if (name == NULL)
        continue;
      g_ptr_array_add (names, g_strndup (weir_view_data (name), name->len));
      header.name = names->pdata[names->len - 1];
      take_bytes (element->children[1], i, &header.value, &header.size);
      g_array_append_val (found, header);
    }
}

/* What one batch of rows is read from. */
typedef struct
{
  KafkaSink  *sink;
  WeirColumn *columns[N_COLUMNS]; /* Owned, flat; nullable */
  GArray     *headers;            /* Owned */
  GPtrArray  *names;              /* Owned: of the row's headers, and its topic */
} Rows;

static gboolean
add_row (Rows            *rows,
         WeirKafkaWriter *writer,
         guint            row,
         GError         **error)
{
  WeirKafkaRow    record = { .topic = rows->sink->topic, .partition = -1 };
  WeirColumn    **columns = rows->columns;
  const WeirView *topic;

  g_array_set_size (rows->headers, 0);
  g_ptr_array_set_size (rows->names, 0);
  take_bytes (columns[VALUE], row, &record.value, &record.value_size);
  take_bytes (columns[KEY], row, &record.key, &record.key_size);
  if (columns[HEADERS] != NULL && !weir_column_is_null (columns[HEADERS], row))
    take_headers (columns[HEADERS], row, rows->headers, rows->names);
  record.headers = (const WeirKafkaHeader *)rows->headers->data;
  record.n_headers = rows->headers->len;
  if (columns[PARTITION] != NULL && !weir_column_is_null (columns[PARTITION], row))
    record.partition = weir_column_values (columns[PARTITION], gint32)[row];
  if (record.topic == NULL)
    {
      topic = view_of (columns[TOPIC], row);
      if (topic == NULL)
        return weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE,
                          "A row has no topic: null topic present in the data. Use the topic option for setting a default topic.");
      g_ptr_array_add (rows->names, g_strndup (weir_view_data (topic), topic->len));
      record.topic = rows->names->pdata[rows->names->len - 1];
    }
  return weir_kafka_writer_add (writer, &record, error);
}

static gboolean
add_batch (KafkaSink       *self,
           WeirKafkaWriter *writer,
           WeirBatch       *batch,
           GError         **error)
{
  Rows     rows = { .sink = self, .headers = g_array_new (FALSE, FALSE, sizeof (WeirKafkaHeader)), .names = g_ptr_array_new_with_free_func (g_free) };
  gboolean ok = TRUE;

  for (guint i = 0; i < N_COLUMNS; i++)
    if (self->columns[i] >= 0)
      rows.columns[i] = weir_column_flatten (batch->columns[self->columns[i]]);
  for (guint row = 0; ok && row < batch->n_rows; row++)
    ok = add_row (&rows, writer, row, error);
  for (guint i = 0; i < N_COLUMNS; i++)
    g_clear_pointer (&rows.columns[i], weir_column_unref);
  g_array_unref (rows.headers);
  g_ptr_array_unref (rows.names);
  return ok;
}

static gboolean
records_cb (WeirKafkaWriter *writer,
            gpointer         data,
            GError         **error)
{
  KafkaSink *self = data;

  for (guint i = 0; i < self->batches->len; i++)
    if (!add_batch (self, writer, self->batches->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* ---- sink ------------------------------------------------------------------------------------------------------- */

static gboolean
kafka_open (WeirSink             *sink,
            const WeirSinkConfig *config,
            GError              **error)
{
  KafkaSink            *self = (KafkaSink *)sink;
  WeirKafkaWriterConfig writer = { config->options, NULL, config->query_id, config->sink_index, config->retry_us, config->cancellable };

  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  self->topic = g_strdup (_weir_io_option_get (config->options, "topic"));
  self->is_strict = config->query_id != NULL;
  self->last = -1;
  sink->description = g_strdup_printf ("KafkaSink[%s]", self->topic != NULL ? self->topic : "*");
  writer.topic = self->topic;
  if (!find_columns (config, self->columns, error))
    return FALSE;
  self->writer = weir_kafka_writer_new (&writer, error);
  if (self->writer == NULL)
    return FALSE;
  return weir_kafka_writer_connect (self->writer, &self->last, error);
}

static gboolean
kafka_get_progress (WeirSink *sink,
                    gint64   *last,
                    GError  **error)
{
  KafkaSink *self = (KafkaSink *)sink;

  if (!weir_kafka_writer_connect (self->writer, &self->last, error))
    return FALSE;
  *last = self->last;
  return TRUE;
}

static gboolean
kafka_begin (WeirSink *sink,
             guint64   batch_id,
             gboolean  is_replay,
             GError  **error)
{
  g_ptr_array_set_size (((KafkaSink *)sink)->batches, 0);
  return TRUE;
}

static gboolean
kafka_write (WeirSink  *sink,
             WeirBatch *batch,
             GError   **error)
{
  g_ptr_array_add (((KafkaSink *)sink)->batches, weir_batch_ref (batch));
  return TRUE;
}

static gboolean
kafka_commit (WeirSink *sink,
              guint64   batch_id,
              GError  **error)
{
  KafkaSink *self = (KafkaSink *)sink;
  gboolean   written;

  if (!self->is_strict && ((gint64)batch_id <= self->last || self->batches->len == 0))
    return TRUE;
  if (!weir_kafka_writer_write (self->writer, batch_id, records_cb, self, &written, error))
    return FALSE;
  for (guint i = 0; written && i < self->batches->len; i++)
    sink->rows_written += ((WeirBatch *)self->batches->pdata[i])->n_rows;
  self->last = (gint64)batch_id;
  g_ptr_array_set_size (self->batches, 0);
  return TRUE;
}

static void
kafka_abort (WeirSink *sink)
{
  g_ptr_array_set_size (((KafkaSink *)sink)->batches, 0);
}

static void
kafka_finalize (WeirSink *sink)
{
  KafkaSink *self = (KafkaSink *)sink;

  g_clear_pointer (&self->writer, weir_kafka_writer_free);
  g_clear_pointer (&self->batches, g_ptr_array_unref);
  g_free (self->topic);
}

static const WeirSinkClass kafka_class = {
  .format = "kafka",
  .open = kafka_open,
  .begin = kafka_begin,
  .write = kafka_write,
  .commit = kafka_commit,
  .abort = kafka_abort,
  .finalize = kafka_finalize,
  .get_progress = kafka_get_progress,
  .needs_output_record = TRUE,
};

const WeirSinkKind _weir_sink_kafka = { &kafka_class, sizeof (KafkaSink), kafka_check };
