/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/kafka-control.h"
#include "io/kafka-feed.h"

#include <string.h>

/*
 * Kafka
 *
 * The control thread (kafka-control.c) knows partitions and ends; a batch takes, of every partition, the offsets from where the last batch
 * ended up to the end it saw (kafka-offsets.c). A morsel is one partition's range, read by kafka-feed.c. Nothing is ever committed
 * to the broker.
 */

typedef struct
{
  WeirSource        parent;
  WeirKafkaOptions  options; /* Owned */
  GHashTable       *conf;    /* Owned: all options, for new clients */
  WeirKafkaControl *control; /* Owned, from start on */
  WeirKafkaFeeds   *feeds;   /* Owned, from open on */
  GMainContext     *context; /* Owned: of the query */
  gboolean          needed[WEIR_KAFKA_N_COLUMNS];
  gint64            retry_us;
  gboolean          is_streaming;
  GPtrArray        *frozen; /* Owned, nullable: ends fixed by freeze */
} KafkaSource;

/* ---- life --------------------------------------------------------------------------------------------------------- */

static gboolean
kafka_open (WeirSource             *source,
            const WeirSourceConfig *config,
            GError                **error)
{
  KafkaSource           *self = (KafkaSource *)source;
  g_autoptr (WeirSchema) pruned = _weir_schema_prune (config->schema, config->needed);
  GHashTableIter         iter;
  gpointer               key, value;
  rd_kafka_conf_t       *conf;

  if (!weir_kafka_options_parse (&self->options, config->options, config->is_streaming, error))
    return FALSE;
  self->conf = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, config->options);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (self->conf, g_strdup (key), g_strdup (value));
  conf = weir_kafka_conf_new (self->conf, NULL, error);
  if (conf == NULL)
    return FALSE;
  rd_kafka_conf_destroy (conf);
  for (guint i = 0; i < config->schema->n_fields && i < WEIR_KAFKA_N_COLUMNS; i++)
    self->needed[i] = config->needed == NULL || config->needed[i];
  self->retry_us = config->retry_us;
  self->is_streaming = config->is_streaming;
  self->feeds = weir_kafka_feeds_new (&self->options, self->conf, pruned, self->needed, self->retry_us);
  source->description = weir_kafka_options_describe (&self->options);
  return TRUE;
}

static void
changed_cb (gpointer data)
{
  KafkaSource *self = data;

  _weir_source_wake (&self->parent, self->context);
}

static void
kafka_start (WeirSource *source)
{
  KafkaSource       *self = (KafkaSource *)source;
  g_autoptr (GError) error = NULL;
  rd_kafka_conf_t   *conf = weir_kafka_conf_new (self->conf, NULL, &error);

  self->context = g_main_context_ref_thread_default ();
  weir_source_set_state (source, WEIR_SOURCE_CONNECTING, NULL, 0);
  if (conf != NULL)
    self->control = weir_kafka_control_new (source, &self->options, conf, self->retry_us, changed_cb, self, &error);
  if (self->control == NULL)
    weir_source_set_state (source, WEIR_SOURCE_FAILED, g_strdup (error->message), 0);
}

static void
kafka_stop (WeirSource *source)
{
  KafkaSource *self = (KafkaSource *)source;

  g_clear_pointer (&self->control, weir_kafka_control_free);
  g_clear_pointer (&self->feeds, weir_kafka_feeds_free);
}

static void
kafka_finalize (WeirSource *source)
{
  KafkaSource *self = (KafkaSource *)source;

  kafka_stop (source);
  g_clear_pointer (&self->conf, g_hash_table_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  weir_kafka_options_clear (&self->options);
  g_clear_pointer (&self->frozen, g_ptr_array_unref);
}

/* ---- offsets ------------------------------------------------------------------------------------------------------ */

static gboolean
check_loss (KafkaSource *self,
            GPtrArray   *partitions,
            GPtrArray   *from,
            GError     **error)
{
  for (guint i = 0; self->options.fail_on_data_loss && i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];
      gint64                    at = weir_kafka_position (partition, from);

      if (at < partition->low)
        return weir_fail (error, WEIR_ERROR_RUN, "KAFKA_DATA_LOSS.START_OFFSET_RESET", WEIR_SPAN_NONE,
                          "Records %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " of topic %s, partition %d are gone (retention). "
                          "Set failOnDataLoss to false to go on with the oldest there is.",
                          at, partition->low - 1, partition->topic, partition->partition);
    }
  return TRUE;
}

/* Waits for the first answer in a bounded read, whose caller has no loop to come back from. */
static GPtrArray *
wait_partitions (KafkaSource *self,
                 GError     **error)
{
  for (;;)
    {
      GPtrArray *partitions = weir_kafka_control_get_partitions (self->control);
      GError    *failed = weir_kafka_control_get_error (self->control);

      if (failed != NULL)
        {
          g_propagate_error (error, failed);
          g_clear_pointer (&partitions, g_ptr_array_unref);
          return NULL;
        }
      if (partitions != NULL || self->is_streaming)
        return partitions;
      g_main_context_iteration (self->context, TRUE);
    }
}

static char *
kafka_latest (WeirSource *source,
              const char *from,
              gboolean    unlimited,
              GError    **error)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) begin = *from != '\0' ? weir_kafka_offsets_parse (from, error) : NULL;
  g_autoptr (GError)    failed = NULL;
  g_autoptr (GPtrArray) partitions = NULL;
  g_autoptr (GPtrArray) end = NULL;

  if (self->control == NULL || (*from != '\0' && begin == NULL))
    {
      if (self->control == NULL)
        weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "%s", self->parent.status.message);
      return NULL;
    }
  partitions = wait_partitions (self, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  if (partitions == NULL)
    return g_strdup (from); /* not connected yet */
  if (!check_loss (self, partitions, begin, error))
    return NULL;
  weir_kafka_clip (partitions, self->frozen);
  if (begin == NULL && !weir_kafka_any_record (partitions))
    return g_strdup (from); /* nothing at all to read is no batch */
  end = weir_kafka_plan_end (partitions, begin, unlimited ? 0 : self->options.max_offsets);
  return weir_kafka_offsets_format (end);
}

static char *
kafka_freeze (WeirSource *source,
              GError    **error)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) partitions = NULL;
  GError               *failed = NULL;

  if (self->control == NULL)
    return NULL;
  if (self->frozen == NULL)
    {
      failed = weir_kafka_control_get_error (self->control);
      if (failed != NULL)
        {
          g_propagate_error (error, failed);
          return NULL;
        }
      partitions = weir_kafka_control_get_partitions (self->control);
      if (partitions == NULL)
        return NULL;
      self->frozen = weir_kafka_plan_end (partitions, NULL, 0);
    }
  return weir_kafka_offsets_format (self->frozen);
}

/* ---- batches ------------------------------------------------------------------------------------------------------ */

/* Where the ranges of a batch that starts at @from begin. */
static GPtrArray *
begin_of (KafkaSource *self,
          GPtrArray   *partitions,
          GPtrArray   *from)
{
  GPtrArray *begin = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_offset_free);

  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];
      gint64                    at = weir_kafka_position (partition, from);

      weir_kafka_offsets_add (begin, partition->topic, partition->partition, self->options.fail_on_data_loss ? at : MAX (at, partition->low));
    }
  return begin;
}

static GPtrArray *
kafka_plan (WeirSource *source,
            const char *from,
            const char *to,
            GError    **error)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) last = *from != '\0' ? weir_kafka_offsets_parse (from, error) : NULL;
  g_autoptr (GPtrArray) end = weir_kafka_offsets_parse (to, error);
  g_autoptr (GPtrArray) partitions = weir_kafka_control_get_partitions (self->control);
  g_autoptr (GPtrArray) begin = NULL;
  GPtrArray            *ranges;

  if (end == NULL || partitions == NULL)
    return NULL;
  begin = begin_of (self, partitions, last);
  if (!weir_kafka_feeds_seek (self->feeds, begin, error))
    return NULL;
  ranges = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < end->len; i++)
    {
      const WeirKafkaOffset *offset = end->pdata[i];
      WeirKafkaRange        *range = weir_kafka_feeds_range (self->feeds, offset->topic, offset->partition, offset->offset);

      if (range != NULL)
        g_ptr_array_add (ranges, range);
    }
  return ranges;
}

static gboolean
kafka_read (WeirSource      *source,
            gpointer         morsel,
            WeirSourcePush   push,
            gpointer         push_data,
            WeirDecodeStats *stats,
            GCancellable    *cancellable,
            GError         **error)
{
  return weir_kafka_feeds_read (((KafkaSource *)source)->feeds, morsel, push, push_data, stats, cancellable, error);
}

static void
kafka_commit (WeirSource *source,
              const char *to)
{
}

static void
kafka_metrics (WeirSource *source,
               GHashTable *metrics)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) partitions = self->control != NULL ? weir_kafka_control_get_partitions (self->control) : NULL;
  gint64                least = G_MAXINT64, most = 0, sum = 0;

  if (partitions == NULL || partitions->len == 0)
    return;
  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];
      gint64                    at = weir_kafka_feeds_position (self->feeds, partition->topic, partition->partition, partition->start);
      gint64                    behind = MAX (0, partition->high - at);

      least = MIN (least, behind);
      most = MAX (most, behind);
      sum += behind;
    }
  g_hash_table_insert (metrics, g_strdup ("minOffsetsBehindLatest"), g_strdup_printf ("%" G_GINT64_FORMAT, least));
  g_hash_table_insert (metrics, g_strdup ("maxOffsetsBehindLatest"), g_strdup_printf ("%" G_GINT64_FORMAT, most));
  g_hash_table_insert (metrics, g_strdup ("avgOffsetsBehindLatest"), g_strdup_printf ("%.1f", (double)sum / partitions->len));
}

static const WeirSourceClass kafka_class = {
  .format = "kafka",
  .open = kafka_open,
  .start = kafka_start,
  .latest = kafka_latest,
  .freeze = kafka_freeze,
  .plan = kafka_plan,
  .read = kafka_read,
  .commit = kafka_commit,
  .metrics = kafka_metrics,
  .stop = kafka_stop,
  .finalize = kafka_finalize,
};

const WeirSourceKind _weir_source_kafka = { &kafka_class, sizeof (KafkaSource), weir_kafka_resolve_schema };
