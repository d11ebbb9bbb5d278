/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/kafka-rows.h"

#include "column/column-builder.h"

#include <string.h>

struct _WeirKafkaRows
{
  WeirSchema         *schema; /* Owned: pruned */
  const gboolean     *needed;
  guint               n_rows;
  WeirColumnBuilder **builders; /* Owned: of the needed columns */
};

WeirSchema *
weir_kafka_resolve_schema (WeirSchema *declared,
                           GHashTable *options,
                           const char *base_dir,
                           GError    **error)
{
  const char *ddl = "key BINARY, value BINARY, topic STRING, partition INT, offset BIGINT, timestamp TIMESTAMP, timestampType INT";
  gboolean    headers;

  if (declared != NULL)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", WEIR_SPAN_NONE,
                 "A Kafka table has Spark's columns (key, value, topic, …); declare none. from_json(CAST(value AS STRING), '…') makes columns of the value.");
      return NULL;
    }
  if (!_weir_io_option_bool (options, "includeHeaders", FALSE, &headers, error))
    return NULL;
  if (headers)
    ddl = "key BINARY, value BINARY, topic STRING, partition INT, offset BIGINT, timestamp TIMESTAMP, timestampType INT, "
          "headers ARRAY<STRUCT<key: STRING, value: BINARY>>";
  return weir_type_parse_ddl (ddl, error);
}

WeirKafkaRows *
weir_kafka_rows_new (WeirSchema     *pruned,
                     const gboolean *needed,
                     guint           capacity,
                     WeirBuffer     *memory)
{
  WeirKafkaRows *self = g_new0 (WeirKafkaRows, 1);

  self->schema = weir_type_ref (pruned);
  self->needed = needed;
  self->builders = g_new0 (WeirColumnBuilder *, MAX (pruned->n_fields, 1));
  for (guint i = 0; i < pruned->n_fields; i++)
    {
      self->builders[i] = weir_column_builder_new (pruned->fields[i].type, capacity);
      if (pruned->fields[i].type->kind == WEIR_TYPE_BINARY)
        weir_column_builder_keep (self->builders[i], memory);
    }
  return self;
}

static void
append_headers (WeirColumnBuilder  *builder,
                const WeirKafkaRow *row)
{
  WeirColumnBuilder *element = builder->children[0];

  if (row->headers == NULL)
    {
      weir_column_builder_append_null (builder);
      return;
    }
  for (guint i = 0; i < row->n_headers; i++)
    {
      const WeirKafkaHeader *header = &row->headers[i];

      weir_column_builder_append_bytes (element->children[0], header->name, strlen (header->name));
      if (header->value != NULL)
        weir_column_builder_append_bytes (element->children[1], header->value, header->size);
      else
        weir_column_builder_append_null (element->children[1]);
      weir_column_builder_append_struct (element);
    }
  weir_column_builder_append_list (builder, row->n_headers);
}

static void
append_view (WeirColumnBuilder *builder,
             const void        *data,
             gsize              size)
{
  if (data == NULL)
    weir_column_builder_append_null (builder);
  else
    weir_column_builder_append_view (builder, weir_view_new (data, (guint32)size));
}

void
weir_kafka_rows_append (WeirKafkaRows      *rows,
                        const WeirKafkaRow *row)
{
  WeirColumnBuilder **next = rows->builders;
  const gboolean     *needed = rows->needed;

  rows->n_rows++;
  if (needed[WEIR_KAFKA_COLUMN_KEY])
    append_view (*next++, row->key, row->key_size);
  if (needed[WEIR_KAFKA_COLUMN_VALUE])
    append_view (*next++, row->value, row->value_size);
  if (needed[WEIR_KAFKA_COLUMN_TOPIC])
    weir_column_builder_append_bytes (*next++, row->topic, strlen (row->topic));
  if (needed[WEIR_KAFKA_COLUMN_PARTITION])
    weir_column_builder_append_i64 (*next++, row->partition);
  if (needed[WEIR_KAFKA_COLUMN_OFFSET])
    weir_column_builder_append_i64 (*next++, row->offset);
  if (needed[WEIR_KAFKA_COLUMN_TIMESTAMP])
    weir_column_builder_append_i64 (*next++, row->timestamp_ms * 1000);
  if (needed[WEIR_KAFKA_COLUMN_TIMESTAMP_TYPE])
    weir_column_builder_append_i64 (*next++, row->timestamp_type);
  if (needed[WEIR_KAFKA_COLUMN_HEADERS])
    append_headers (*next++, row);
}

WeirBatch *
weir_kafka_rows_finish (WeirKafkaRows *rows)
{
  guint                   n_columns = rows->schema->n_fields;
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (n_columns, 1));
  WeirBatch              *batch;

  for (guint i = 0; i < n_columns; i++)
    {
      columns[i] = weir_column_builder_finish (rows->builders[i]);
      weir_column_builder_free (rows->builders[i]);
    }
  batch = weir_batch_new (rows->schema, rows->n_rows, columns);
  weir_type_unref (rows->schema);
  g_free (rows->builders);
  g_free (rows);
  return batch;
}
