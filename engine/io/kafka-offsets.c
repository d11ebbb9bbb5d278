/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/kafka-offsets.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

void
weir_kafka_offset_free (WeirKafkaOffset *offset)
{
  g_free (offset->topic);
  g_free (offset);
}

void
weir_kafka_offsets_add (GPtrArray  *offsets,
                        const char *topic,
                        gint32      partition,
                        gint64      offset)
{
  WeirKafkaOffset *added = g_new0 (WeirKafkaOffset, 1);

  added->topic = g_strdup (topic);
  added->partition = partition;
  added->offset = offset;
  g_ptr_array_add (offsets, added);
}

static gboolean
add_topic (GPtrArray  *offsets,
           const char *topic,
           JsonNode   *node)
{
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *member;

  /* assign: {"topic":[0,1]} */
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        weir_kafka_offsets_add (offsets, topic, (gint32)json_array_get_int_element (array, i), WEIR_KAFKA_NONE);
      return TRUE;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &member))
    {
      if (!JSON_NODE_HOLDS_VALUE (member) || !g_ascii_isdigit (*name))
        return FALSE;
      weir_kafka_offsets_add (offsets, topic, (gint32)g_ascii_strtoll (name, NULL, 10), json_node_get_int (member));
    }
  return TRUE;
}

static int
compare_offsets (gconstpointer a,
                 gconstpointer b)
{
  const WeirKafkaOffset *x = *(WeirKafkaOffset *const *)a, *y = *(WeirKafkaOffset *const *)b;
  int                    result = strcmp (x->topic, y->topic);

  return result != 0 ? result : x->partition - y->partition;
}

GPtrArray *
weir_kafka_offsets_parse (const char *json,
                          GError    **error)
{
  g_autoptr (GPtrArray) offsets = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_offset_free);
  g_autoptr (JsonNode)  root = json_from_string (json, NULL);
  JsonObjectIter        iter;
  const char           *topic;
  JsonNode             *member;
  gboolean              ok = root != NULL && JSON_NODE_HOLDS_OBJECT (root);

  if (ok)
    {
      json_object_iter_init (&iter, json_node_get_object (root));
      while (ok && json_object_iter_next (&iter, &topic, &member))
        ok = add_topic (offsets, topic, member);
    }
  if (ok)
    {
      /* Members of an object come in any order; the rows of a batch do not. */
      g_ptr_array_sort (offsets, compare_offsets);
      return g_steal_pointer (&offsets);
    }
  weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
             "'%s' names no offsets; write them as {\"topic\":{\"0\":23,\"1\":-2}}.", json);
  return NULL;
}

char *
weir_kafka_offsets_format (GPtrArray *offsets)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode)    root = NULL;
  const char             *topic = NULL;

  g_ptr_array_sort (offsets, compare_offsets);
  json_builder_begin_object (builder);
  for (guint i = 0; i < offsets->len; i++)
    {
      const WeirKafkaOffset *offset = offsets->pdata[i];
      char                   partition[16];

      if (topic == NULL || strcmp (topic, offset->topic) != 0)
        {
          if (topic != NULL)
            json_builder_end_object (builder);
          topic = offset->topic;
          json_builder_set_member_name (builder, topic);
          json_builder_begin_object (builder);
        }
      g_snprintf (partition, sizeof partition, "%d", offset->partition);
      json_builder_set_member_name (builder, partition);
      json_builder_add_int_value (builder, offset->offset);
    }
  if (topic != NULL)
    json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

gint64
weir_kafka_offsets_find (GPtrArray  *offsets,
                         const char *topic,
                         gint32      partition)
{
  for (guint i = 0; offsets != NULL && i < offsets->len; i++)
    {
      const WeirKafkaOffset *offset = offsets->pdata[i];

      if (offset->partition == partition && strcmp (offset->topic, topic) == 0)
        return offset->offset;
    }
  return WEIR_KAFKA_NONE;
}

/* ---- partitions ------------------------------------------------------------------------------------------------- */

WeirKafkaPartition *
weir_kafka_partition_new (const char *topic,
                          gint32      partition)
{
  WeirKafkaPartition *self = g_new0 (WeirKafkaPartition, 1);

  self->topic = g_strdup (topic);
  self->partition = partition;
  self->low = self->high = self->start = WEIR_KAFKA_NONE;
  return self;
}

void
weir_kafka_partition_free (WeirKafkaPartition *partition)
{
  g_free (partition->topic);
  g_free (partition);
}

WeirKafkaPartition *
weir_kafka_partitions_find (GPtrArray  *partitions,
                            const char *topic,
                            gint32      partition)
{
  for (guint i = 0; partitions != NULL && i < partitions->len; i++)
    {
      WeirKafkaPartition *found = partitions->pdata[i];

      if (found->partition == partition && strcmp (found->topic, topic) == 0)
        return found;
    }
  return NULL;
}

/* ---- how far a batch goes --------------------------------------------------------------------------------------- */

gint64
weir_kafka_position (const WeirKafkaPartition *partition,
                     GPtrArray                *from)
{
  gint64 offset = weir_kafka_offsets_find (from, partition->topic, partition->partition);

  return offset != WEIR_KAFKA_NONE ? offset : partition->start;
}

/* A partition's share of @max_offsets, in proportion to what it has. The order of the arithmetic is Spark's. */
static gint64
share_of (gint64 available,
          gint64 total,
          gint64 max_offsets)
{
  double share = (double)max_offsets * ((double)available / (double)total);

  return (gint64)(share < 1 ? ceil (share) : floor (share));
}

char *
weir_kafka_format_ends (GPtrArray *partitions)
{
  g_autoptr (GPtrArray) ends = partitions != NULL && partitions->len > 0 ? weir_kafka_plan_end (partitions, NULL, 0) : NULL;

  return ends != NULL ? weir_kafka_offsets_format (ends) : NULL;
}

gint64
weir_kafka_count_available (GPtrArray *partitions,
                            GPtrArray *from)
{
  gint64 total = 0;

  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];

      total += MAX (0, partition->high - weir_kafka_position (partition, from));
    }
  return total;
}

GPtrArray *
weir_kafka_plan_end (GPtrArray *partitions,
                     GPtrArray *from,
                     gint64     max_offsets)
{
  GPtrArray *ends = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_offset_free);
  gint64     total = weir_kafka_count_available (partitions, from);

  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];
      gint64                    at = weir_kafka_position (partition, from);
      gint64                    available = MAX (0, partition->high - at);

      if (max_offsets > 0 && total > max_offsets)
        available = MIN (available, share_of (available, total, max_offsets));
      weir_kafka_offsets_add (ends, partition->topic, partition->partition, at + available);
    }
  return ends;
}

void
weir_kafka_clip (GPtrArray *partitions,
                 GPtrArray *last)
{
  for (guint i = 0; last != NULL && i < partitions->len; i++)
    {
      WeirKafkaPartition *partition = partitions->pdata[i];
      gint64              limit = weir_kafka_offsets_find (last, partition->topic, partition->partition);

      partition->high = limit >= 0 ? MIN (partition->high, limit) : partition->start;
    }
}

gboolean
weir_kafka_any_record (GPtrArray *partitions)
{
  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];

      if (partition->high > partition->start)
        return TRUE;
    }
  return FALSE;
}
