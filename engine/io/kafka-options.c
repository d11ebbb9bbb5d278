/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/kafka-options.h"

#include <string.h>

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
    *position = WEIR_KAFKA_EARLIEST;
  else if (g_ascii_strcasecmp (text, "latest") == 0)
    *position = WEIR_KAFKA_LATEST;
  else
    {
      *offsets = weir_kafka_offsets_parse (text, error);
      return *offsets != NULL;
    }
  return TRUE;
}

/* What the strategy says, read once. */
static gboolean
parse_topics (WeirKafkaOptions *kafka,
              GError          **error)
{
  g_autofree char *anchored = g_strdup_printf ("^(?:%s)$", kafka->topics);

  switch (kafka->strategy)
    {
    case WEIR_KAFKA_ASSIGN:
      kafka->assigned = weir_kafka_offsets_parse (kafka->topics, error);
      return kafka->assigned != NULL;
    case WEIR_KAFKA_SUBSCRIBE:
      kafka->names = g_strsplit (kafka->topics, ",", -1);
      for (guint i = 0; kafka->names[i] != NULL; i++)
        g_strstrip (kafka->names[i]);
      return TRUE;
    case WEIR_KAFKA_PATTERN:
    default:
      kafka->pattern = g_regex_new (anchored, G_REGEX_OPTIMIZE, 0, NULL);
      return kafka->pattern != NULL ||
             weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "'%s' is no regular expression.", kafka->topics);
    }
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
  if (n == 0 && kafka->replay != NULL)
    {
      /* A folder of records says by itself what there is. */
      kafka->strategy = WEIR_KAFKA_PATTERN;
      kafka->topics = g_strdup (".*");
      n = 1;
    }
  if (n == 1)
    return parse_topics (kafka, error);
  return weir_fail (error, WEIR_ERROR_ANALYZE, n == 0 ? "MISSING_OPTION" : "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                    "Set exactly one of the options subscribe, assign and subscribePattern, as in OPTIONS (subscribe 'orders').");
}

/* Partitions' times in ms, {"topic":{"0":1700000000000}}. */
static gboolean
parse_times (const char *text,
             GPtrArray **times,
             GError    **error)
{
  if (text != NULL)
    *times = weir_kafka_offsets_parse (text, error);
  return text == NULL || *times != NULL;
}

/* Spark's durations: 15m, 30s, 500ms, 2h; without a unit milliseconds. */
static gboolean
parse_delay (const char *text,
             gint64     *delay_us,
             GError    **error)
{
  static const struct
  {
    const char *unit;
    gint64      us;
  } units[] = { { "", 1000 }, { "us", 1 }, { "ms", 1000 }, { "s", G_USEC_PER_SEC }, { "m", 60 * G_USEC_PER_SEC }, { "min", 60 * G_USEC_PER_SEC }, { "h", 3600 * (gint64)G_USEC_PER_SEC }, { "d", 86400 * (gint64)G_USEC_PER_SEC } };
  char  *unit;
  gint64 number = g_ascii_strtoll (text, &unit, 10);

  for (guint i = 0; unit != text && number >= 0 && number <= 1000000000 && i < G_N_ELEMENTS (units); i++)
    if (g_ascii_strcasecmp (g_strstrip (unit), units[i].unit) == 0)
      {
        *delay_us = number * units[i].us;
        return TRUE;
      }
  return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option maxTriggerDelay takes a duration as '15m', not '%s'.", text);
}

static gboolean
parse_strategy_of_times (WeirKafkaOptions *kafka,
                         GHashTable       *options,
                         GError          **error)
{
  const char *text = _weir_io_option_get (options, "startingoffsetsbytimestampstrategy");

  kafka->start_time_latest = text != NULL && g_ascii_strcasecmp (text, "latest") == 0;
  return text == NULL || kafka->start_time_latest || g_ascii_strcasecmp (text, "error") == 0 ||
         weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                    "Option startingOffsetsByTimestampStrategy takes error or latest, not '%s'.", text);
}

static gboolean
parse_limits (WeirKafkaOptions *kafka,
              GHashTable       *options,
              GError          **error)
{
  const char      *text = _weir_io_option_get (options, "maxtriggerdelay");
  g_autofree char *delay = g_strdup (text != NULL ? text : "15m");

  return _weir_io_option_int (options, "maxOffsetsPerTrigger", 1, G_MAXINT64, 0, &kafka->max_offsets, error) &&
         _weir_io_option_int (options, "minOffsetsPerTrigger", 1, G_MAXINT64, 0, &kafka->min_offsets, error) &&
         parse_delay (delay, &kafka->max_delay_us, error) &&
         (kafka->max_offsets == 0 || kafka->min_offsets <= kafka->max_offsets ||
          weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                     "The value of minOffsetPerTrigger(%" G_GINT64_FORMAT ") is higher than the maxOffsetsPerTrigger(%" G_GINT64_FORMAT ").", kafka->min_offsets,
                     kafka->max_offsets));
}

/* Offsets of partitions: from 0 on, −1 the end, −2 the begin; @forbidden is one that cannot be. */
static gboolean
check_offsets (GPtrArray  *offsets,
               gint64      forbidden,
               const char *message,
               GError    **error)
{
  for (guint i = 0; offsets != NULL && i < offsets->len; i++)
    {
      const WeirKafkaOffset *at = offsets->pdata[i];

      if (at->offset == forbidden)
        return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "%s (partition %d of topic %s)", message, at->partition, at->topic);
      if (at->offset < WEIR_KAFKA_EARLIEST)
        return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                          "%" G_GINT64_FORMAT " is no offset of partition %d of topic %s: -1 is the latest, -2 the earliest.", at->offset, at->partition, at->topic);
    }
  return TRUE;
}

/* What has an end begins before it. */
static gboolean
check_positions (const WeirKafkaOptions *kafka,
                 gboolean                is_streaming,
                 GError                **error)
{
  static const char *const late = "Option startingOffsets can't be latest for a table that is read once.";
  static const char *const early = "Option endingOffsets can't be earliest for a table that is read once.";

  if (!is_streaming && kafka->start == WEIR_KAFKA_LATEST)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "%s", late);
  if (!is_streaming && kafka->end == WEIR_KAFKA_EARLIEST)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "%s", early);
  return check_offsets (kafka->start_offsets, is_streaming ? G_MININT64 : WEIR_KAFKA_LATEST, late, error) &&
         check_offsets (kafka->end_offsets, WEIR_KAFKA_EARLIEST, early, error);
}

static gboolean
parse_positions (WeirKafkaOptions *kafka,
                 GHashTable       *options,
                 gboolean          is_streaming,
                 GError          **error)
{
  /* A stream of a broker begins with what comes; files of records are there to be read. */
  gint64 start = is_streaming && kafka->replay == NULL ? WEIR_KAFKA_LATEST : WEIR_KAFKA_EARLIEST;

  if (is_streaming && (_weir_io_option_get (options, "endingoffsets") != NULL || _weir_io_option_get (options, "endingtimestamp") != NULL ||
                       _weir_io_option_get (options, "endingoffsetsbytimestamp") != NULL))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                      "A stream has no end: options endingOffsets, endingOffsetsByTimestamp and endingTimestamp are for FROM t without STREAM.");
  return parse_position (_weir_io_option_get (options, "startingoffsets"), start, &kafka->start, &kafka->start_offsets, error) &&
         parse_position (_weir_io_option_get (options, "endingoffsets"), WEIR_KAFKA_LATEST, &kafka->end, &kafka->end_offsets, error) &&
         _weir_io_option_int (options, "startingTimestamp", 0, G_MAXINT64, -1, &kafka->start_timestamp_ms, error) &&
         _weir_io_option_int (options, "endingTimestamp", 0, G_MAXINT64, -1, &kafka->end_timestamp_ms, error) &&
         parse_times (_weir_io_option_get (options, "startingoffsetsbytimestamp"), &kafka->start_times, error) &&
         parse_times (_weir_io_option_get (options, "endingoffsetsbytimestamp"), &kafka->end_times, error) &&
         parse_strategy_of_times (kafka, options, error) && check_positions (kafka, is_streaming, error);
}

gboolean
weir_kafka_options_parse (WeirKafkaOptions *kafka,
                          GHashTable       *options,
                          gboolean          is_streaming,
                          GError          **error)
{
  const char *servers = _weir_io_option_get (options, "kafka.bootstrap.servers");

  memset (kafka, 0, sizeof *kafka);
  kafka->replay = g_strdup (_weir_io_option_get (options, "replay"));
  if (kafka->replay == NULL &&
      !_weir_io_option_required (options, "kafka.bootstrap.servers", "kafka.bootstrap.servers 'localhost:9092', subscribe 'orders'", &servers, error))
    return FALSE;
  kafka->servers = g_strdup (servers);
  return parse_strategy (kafka, options, error) && parse_positions (kafka, options, is_streaming, error) &&
         parse_limits (kafka, options, error) &&
         _weir_io_option_bool (options, "failOnDataLoss", TRUE, &kafka->fail_on_data_loss, error);
}

static GPtrArray *
ref_nullable (GPtrArray *offsets)
{
  return offsets != NULL ? g_ptr_array_ref (offsets) : NULL;
}

void
weir_kafka_options_copy (WeirKafkaOptions       *copy,
                         const WeirKafkaOptions *kafka)
{
  *copy = *kafka;
  copy->topics = g_strdup (kafka->topics);
  copy->pattern = kafka->pattern != NULL ? g_regex_ref (kafka->pattern) : NULL;
  copy->names = g_strdupv (kafka->names);
  copy->assigned = ref_nullable (kafka->assigned);
  copy->servers = g_strdup (kafka->servers);
  copy->replay = g_strdup (kafka->replay);
  copy->start_offsets = ref_nullable (kafka->start_offsets);
  copy->end_offsets = ref_nullable (kafka->end_offsets);
  copy->start_times = ref_nullable (kafka->start_times);
  copy->end_times = ref_nullable (kafka->end_times);
}

void
weir_kafka_options_clear (WeirKafkaOptions *kafka)
{
  g_free (kafka->topics);
  g_clear_pointer (&kafka->pattern, g_regex_unref);
  g_strfreev (kafka->names);
  g_clear_pointer (&kafka->assigned, g_ptr_array_unref);
  g_free (kafka->servers);
  g_free (kafka->replay);
  g_clear_pointer (&kafka->start_offsets, g_ptr_array_unref);
  g_clear_pointer (&kafka->end_offsets, g_ptr_array_unref);
  g_clear_pointer (&kafka->start_times, g_ptr_array_unref);
  g_clear_pointer (&kafka->end_times, g_ptr_array_unref);
}

gboolean
weir_kafka_options_want (const WeirKafkaOptions *kafka,
                         const char             *topic,
                         gint32                  partition)
{
  if (kafka->strategy == WEIR_KAFKA_PATTERN)
    return g_regex_match (kafka->pattern, topic, 0, NULL);
  if (kafka->strategy == WEIR_KAFKA_SUBSCRIBE)
    return g_strv_contains ((const char *const *)kafka->names, topic);
  for (guint i = 0; i < kafka->assigned->len; i++)
    {
      const WeirKafkaOffset *named = kafka->assigned->pdata[i];

      if ((partition < 0 || named->partition == partition) && strcmp (named->topic, topic) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Spark's order: one time for all, times of partitions, offsets. */
static gint64
time_of (gint64      for_all_ms,
         GPtrArray  *times,
         const char *topic,
         gint32      partition)
{
  gint64 own_ms = for_all_ms >= 0 ? for_all_ms : weir_kafka_offsets_find (times, topic, partition);

  return own_ms >= 0 ? own_ms : -1;
}

gint64
weir_kafka_options_start_time (const WeirKafkaOptions *kafka,
                               const char             *topic,
                               gint32                  partition)
{
  return time_of (kafka->start_timestamp_ms, kafka->start_times, topic, partition);
}

gint64
weir_kafka_options_end_time (const WeirKafkaOptions *kafka,
                             const char             *topic,
                             gint32                  partition)
{
  return time_of (kafka->end_timestamp_ms, kafka->end_times, topic, partition);
}

gboolean
weir_kafka_options_fail_time (const char *topic,
                              gint32      partition,
                              gint64      timestamp_ms,
                              GError    **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE,
                    "No offset matched from request of topic-partition %s-%d and timestamp %" G_GINT64_FORMAT ". "
                    "Set startingOffsetsByTimestampStrategy to latest to begin with what comes.",
                    topic, partition, timestamp_ms);
}

char *
weir_kafka_options_describe (const WeirKafkaOptions *kafka)
{
  static const char *const kinds[] = { "Assign", "Subscribe", "SubscribePattern" };

  return g_strdup_printf ("KafkaV2[%s[%s]]", kinds[kafka->strategy], kafka->topics);
}

/* Settings that run code, open files to write, or would break offsets kept by us (reliability.md §4). */
static const char *
forbidden_reason (const char *name)
{
  static const char *const ours[] = { "enable.auto.commit", "auto.offset.reset", "enable.auto.offset.store", "auto.commit.interval.ms",
                                      "enable.partition.eof", "key.deserializer", "value.deserializer", "interceptor.classes", "check.crcs",
                                      "transactional.id", "enable.idempotence", "key.serializer", "value.serializer" };
  static const char *const unsafe[] = { "plugin.library.paths", "opaque", "sasl.oauthbearer.config", "debug" };

  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    if (strcmp (name, ours[i]) == 0)
      return "offsets, transactions and decoding are the query's own business";
  for (guint i = 0; i < G_N_ELEMENTS (unsafe); i++)
    if (strcmp (name, unsafe[i]) == 0 || g_str_has_suffix (name, "_cb"))
      return "it is not allowed in a script";
  return NULL;
}

gboolean
weir_kafka_conf_set (rd_kafka_conf_t *conf,
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
      if (strcmp (name, "group.id") == 0)
        continue;
      reason = forbidden_reason (name);
      if (reason != NULL)
        return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option kafka.%s cannot be set: %s.", name, reason);
      if (!weir_kafka_conf_set (conf, name, value, error))
        return FALSE;
    }
  return TRUE;
}

/* What librdkafka has to say; the engine itself reports what matters. */
static void
log_cb (const rd_kafka_t *client,
        int               level,
        const char       *facility,
        const char       *text)
{
  g_debug ("%s: %s: %s", rd_kafka_name (client), facility, text);
}

typedef struct
{
  const char *name, *value;
} Setting;

/* @defaults end with a NULL name. */
static rd_kafka_conf_t *
conf_new (const Setting *defaults,
          GHashTable    *options,
          GError       **error)
{
  static const Setting common[] = {
    { "client.id", "weir" },
    { "security.protocol", "plaintext" },
    { "reconnect.backoff.ms", "100" },
    { "reconnect.backoff.max.ms", "10000" },
    { "socket.keepalive.enable", "true" },
    { "log_level", "2" },
    { NULL, NULL },
  };
  rd_kafka_conf_t *conf = rd_kafka_conf_new ();
  gboolean         ok = TRUE;

  rd_kafka_conf_set_log_cb (conf, log_cb);
  for (const Setting *setting = common; ok && setting->name != NULL; setting++)
    ok = weir_kafka_conf_set (conf, setting->name, setting->value, error);
  for (const Setting *setting = defaults; ok && setting->name != NULL; setting++)
    ok = weir_kafka_conf_set (conf, setting->name, setting->value, error);
  if (ok && set_user_options (conf, options, error))
    return conf;
  rd_kafka_conf_destroy (conf);
  return NULL;
}

rd_kafka_conf_t *
weir_kafka_conf_new (GHashTable *options,
                     const char *group,
                     GError    **error)
{
  g_autofree char *id = g_uuid_string_random ();
  const char      *prefix = _weir_io_option_get (options, "groupIdPrefix"), *fixed = _weir_io_option_get (options, "kafka.group.id");
  g_autofree char *own = g_strdup_printf ("%s-%s", prefix != NULL ? prefix : "weir", id);
  const Setting    defaults[] = {
       { "group.id", group != NULL ? group : fixed != NULL ? fixed
                                                           : own },
       { "enable.auto.commit", "false" },
       { "enable.auto.offset.store", "false" },
       { "auto.offset.reset", "error" },
       { "check.crcs", "true" },
       { "enable.partition.eof", "true" },
       { "isolation.level", "read_committed" },
       { "queued.min.messages", "200000" },
       { "queued.max.messages.kbytes", "65536" },
       { "fetch.wait.max.ms", "100" },
       { NULL, NULL },
  };

  return conf_new (defaults, options, error);
}

rd_kafka_conf_t *
weir_kafka_producer_conf_new (GHashTable *options,
                              GError    **error)
{
  static const Setting defaults[] = {
    { "enable.idempotence", "true" },
    { "partitioner", "murmur2_random" },
    { "queue.buffering.max.kbytes", "65536" },
    { NULL, NULL },
  };

  return conf_new (defaults, options, error);
}
