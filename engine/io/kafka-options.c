/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/kafka-options.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* ---- offsets ---------------------------------------------------------------------------------------------------- */

void
weir_kafka_offset_free (WeirKafkaOffset *offset)
{
  g_free (offset->topic);
  g_free (offset);
}

static void
add_offset (GPtrArray  *offsets,
            const char *topic,
            gint64      partition,
            gint64      value)
{
  WeirKafkaOffset *offset = g_new0 (WeirKafkaOffset, 1);

  offset->topic = g_strdup (topic);
  offset->partition = (gint32)partition;
  offset->offset = value;
  g_ptr_array_add (offsets, offset);
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
        add_offset (offsets, topic, json_array_get_int_element (array, i), RD_KAFKA_OFFSET_INVALID);
      return TRUE;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &member))
    {
      if (!JSON_NODE_HOLDS_VALUE (member) || !g_ascii_isdigit (*name))
        return FALSE;
      add_offset (offsets, topic, g_ascii_strtoll (name, NULL, 10), json_node_get_int (member));
    }
  return TRUE;
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
    return g_steal_pointer (&offsets);
  weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
             "'%s' names no offsets; write them as {\"topic\":{\"0\":23,\"1\":-2}}.", json);
  return NULL;
}

static int
compare_offsets (gconstpointer a,
                 gconstpointer b)
{
  const WeirKafkaOffset *x = *(WeirKafkaOffset *const *)a, *y = *(WeirKafkaOffset *const *)b;
  int                    result = strcmp (x->topic, y->topic);

  return result != 0 ? result : x->partition - y->partition;
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
  return RD_KAFKA_OFFSET_INVALID;
}

/* ---- options ---------------------------------------------------------------------------------------------------- */

/* earliest, latest, or JSON. */
static gboolean
parse_position (const char *text,
                gint64      fallback,
                gint64     *position,
                GPtrArray **offsets,
                GError    **error)
{
  *position = fallback;
  if (text == NULL)
    return TRUE;
  if (g_ascii_strcasecmp (text, "earliest") == 0)
    *position = RD_KAFKA_OFFSET_BEGINNING;
  else if (g_ascii_strcasecmp (text, "latest") == 0)
    *position = RD_KAFKA_OFFSET_END;
  else
    {
      *offsets = weir_kafka_offsets_parse (text, error);
      return *offsets != NULL;
    }
  return TRUE;
}

static gboolean
parse_strategy (WeirKafkaOptions *kafka,
                GHashTable       *options,
                GError          **error)
{
  static const char *const keys[] = { "assign", "subscribe", "subscribepattern" };
  guint                    n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *value = _weir_io_option_get (options, keys[i]);

      if (value == NULL || *value == '\0')
        continue;
      kafka->strategy = i;
      g_free (kafka->topics);
      kafka->topics = g_strdup (value);
      n++;
    }
  if (n == 1)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ANALYZE, n == 0 ? "MISSING_OPTION" : "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                    "Set exactly one of the options subscribe, assign and subscribePattern, as in OPTIONS (subscribe 'orders').");
}

gboolean
weir_kafka_options_parse (WeirKafkaOptions *kafka,
                          GHashTable       *options,
                          gboolean          is_streaming,
                          GError          **error)
{
  const char *servers;

  memset (kafka, 0, sizeof *kafka);
  if (!_weir_io_option_required (options, "kafka.bootstrap.servers", "kafka.bootstrap.servers 'localhost:9092', subscribe 'orders'", &servers, error) ||
      !parse_strategy (kafka, options, error))
    return FALSE;
  kafka->servers = g_strdup (servers);
  if (is_streaming && (_weir_io_option_get (options, "endingoffsets") != NULL || _weir_io_option_get (options, "endingtimestamp") != NULL))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                      "A stream has no end: options endingOffsets and endingTimestamp are for FROM t without STREAM.");
  return parse_position (_weir_io_option_get (options, "startingoffsets"), is_streaming ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING,
                         &kafka->start, &kafka->start_offsets, error) &&
         parse_position (_weir_io_option_get (options, "endingoffsets"), RD_KAFKA_OFFSET_END, &kafka->end, &kafka->end_offsets, error) &&
         _weir_io_option_int (options, "startingtimestamp", 0, G_MAXINT64, -1, &kafka->start_timestamp_ms, error) &&
         _weir_io_option_int (options, "endingtimestamp", 0, G_MAXINT64, -1, &kafka->end_timestamp_ms, error) &&
         _weir_io_option_int (options, "maxoffsetspertrigger", 1, G_MAXINT64, 0, &kafka->max_offsets, error) &&
         _weir_io_option_bool (options, "failondataloss", TRUE, &kafka->fail_on_data_loss, error);
}

void
weir_kafka_options_clear (WeirKafkaOptions *kafka)
{
  g_free (kafka->topics);
  g_free (kafka->servers);
  g_clear_pointer (&kafka->start_offsets, g_ptr_array_unref);
  g_clear_pointer (&kafka->end_offsets, g_ptr_array_unref);
}

/* Settings that run code, open files to write, or would break offsets kept by us (reliability.md §4). */
static const char *
forbidden_reason (const char *name)
{
  static const char *const ours[] = { "enable.auto.commit", "auto.offset.reset", "enable.auto.offset.store", "auto.commit.interval.ms", "group.id",
                                      "enable.partition.eof", "key.deserializer", "value.deserializer", "interceptor.classes", "check.crcs" };
  static const char *const unsafe[] = { "plugin.library.paths", "opaque", "sasl.oauthbearer.config", "debug" };

  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    if (strcmp (name, ours[i]) == 0)
      return "offsets and decoding are the query's own business";
  for (guint i = 0; i < G_N_ELEMENTS (unsafe); i++)
    if (strcmp (name, unsafe[i]) == 0 || g_str_has_suffix (name, "_cb"))
      return "it is not allowed in a script";
  return NULL;
}

static gboolean
set_conf (rd_kafka_conf_t *conf,
          const char      *name,
          const char      *value,
          GError         **error)
{
  char text[512];

  if (rd_kafka_conf_set (conf, name, value, text, sizeof text) == RD_KAFKA_CONF_OK)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option kafka.%s: %s.", name, text);
}

static gboolean
set_user_options (rd_kafka_conf_t *conf,
                  GHashTable      *options,
                  GError         **error)
{
  GHashTableIter iter;
  gpointer       key, value;

  g_hash_table_iter_init (&iter, options);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const char *name = key, *reason;

      if (!g_str_has_prefix (name, "kafka."))
        continue;
      name += strlen ("kafka.");
      reason = forbidden_reason (name);
      if (reason != NULL)
        return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option kafka.%s cannot be set: %s.", name, reason);
      if (!set_conf (conf, name, value, error))
        return FALSE;
    }
  return TRUE;
}

rd_kafka_conf_t *
weir_kafka_conf_new (const WeirKafkaOptions *kafka,
                     GHashTable             *options,
                     GError                **error)
{
  static const char *const defaults[][2] = {
    { "client.id", "weir" },
    { "enable.auto.commit", "false" },
    { "enable.auto.offset.store", "false" },
    { "auto.offset.reset", "error" },
    { "check.crcs", "true" },
    { "enable.partition.eof", "true" },
    { "isolation.level", "read_committed" },
    { "security.protocol", "plaintext" },
    { "reconnect.backoff.ms", "100" },
    { "reconnect.backoff.max.ms", "10000" },
    { "socket.keepalive.enable", "true" },
    { "queued.min.messages", "200000" },
    { "queued.max.messages.kbytes", "65536" },
    { "fetch.wait.max.ms", "100" },
    { "log_level", "2" },
  };
  rd_kafka_conf_t *conf = rd_kafka_conf_new ();
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *group = g_strdup_printf ("weir-%s", id);
  gboolean         ok = TRUE;

  for (guint i = 0; ok && i < G_N_ELEMENTS (defaults); i++)
    ok = set_conf (conf, defaults[i][0], defaults[i][1], error);
  ok = ok && set_conf (conf, "group.id", group, error) && set_user_options (conf, options, error);
  if (ok)
    return conf;
  rd_kafka_conf_destroy (conf);
  return NULL;
}
