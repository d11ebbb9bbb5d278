/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "base/durable-file.h"
#include "io/kafka-control.h"
#include "io/kafka-feed.h"

#include <string.h>

/*
 * Kafka
 *
 * The control thread (kafka-control.c) knows partitions and ends; a batch takes, of every partition, the offsets from where the last batch
 * ended up to the end it saw (kafka-offsets.c). A morsel is one partition's range, read by kafka-feed.c. Nothing is ever committed
 * to the broker.
 *
 * With a checkpoint, where the stream began is resolved once and kept in the file START_NAME, as Spark does; later runs go on from the last
 * batch. Each batch is logged with the offsets its ranges begin at and with marks of the records read last (kafka-marks.c), by
 * which a restart knows a topic that was deleted and made anew.
 *
 * Records that are gone — behind the low end, behind a high end that moved back, of a topic made anew — end the query, or with failOnDataLoss
 * false move the begin of the next range to the oldest record there is. A topic can be made anew while the query runs: whenever the broker did
 * not answer for a time, or an end or a begin moved back, the records read last are compared with what the topic holds there
 * now. An offset cannot say that a range starts over: one that ends exactly where the old topic did is read with the next record.
 */

#define START_NAME "start"

typedef struct
{
  WeirSource        parent;
  WeirKafkaOptions  options; /* Owned */
  GHashTable       *conf;    /* Owned: all options, for new clients */
  WeirKafkaControl *control; /* Owned, from start on */
  WeirKafkaFeeds   *feeds;   /* Owned, from open on */
  WeirKafkaRecent  *recent;  /* Owned, from open on */
  GMainContext     *context; /* Owned: of the query */
  gboolean          needed[WEIR_KAFKA_N_COLUMNS];
  gint64            retry_us;
  gboolean          is_streaming;
  GPtrArray        *frozen;      /* Owned, nullable: ends fixed by freeze */
  GPtrArray        *marks;       /* Owned: of the last batch that was committed */
  GPtrArray        *begin;       /* Owned, nullable: where the ranges of the batch that ends at begin_to begin */
  char             *begin_to;    /* Owned, nullable */
  GPtrArray        *others;      /* Owned: of each partition of the batch, how many topics had taken its name (as offsets) */
  GPtrArray        *renewed;     /* Owned: the same of the last batch that was committed: the newest of them is read by now */
  char             *dir;         /* Owned, nullable: folder of the checkpoint for this source */
  gboolean          knows_start; /* it is written there */
  gboolean          is_resumed;
  gint64            batch_us; /* monotonic: the last batch was committed; 0: none */
} KafkaSource;

/* ---- life --------------------------------------------------------------------------------------------------------- */

/* Where the first run began, instead of what the options say. */
static gboolean
read_start (KafkaSource *self,
            GError     **error)
{
  g_autofree char      *path = NULL, *text = NULL;
  g_autoptr (GPtrArray) offsets = NULL;
  g_autoptr (GError)    local = NULL;

  if (self->dir == NULL)
    return TRUE;
  path = g_build_filename (self->dir, START_NAME, NULL);
  if (!weir_durable_read (path, &text, NULL, &local))
    return g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
           weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "Cannot read %s: %s.", path, local->message);
  offsets = weir_kafka_offsets_parse (text, NULL);
  if (offsets == NULL)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "%s is damaged: it should name the offsets the query began at.", path);
  g_clear_pointer (&self->options.start_offsets, g_ptr_array_unref);
  self->options.start_offsets = g_steal_pointer (&offsets);
  self->options.start = WEIR_KAFKA_EARLIEST;
  self->options.start_timestamp_ms = -1;
  g_clear_pointer (&self->options.start_times, g_ptr_array_unref);
  self->knows_start = TRUE;
  return TRUE;
}

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

  self->marks = weir_kafka_marks_new ();
  self->renewed = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_offset_free);
  self->others = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_offset_free);
  self->dir = g_strdup (config->wal_dir);
  if (!weir_kafka_options_parse (&self->options, config->options, config->is_streaming, error) || !read_start (self, error))
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
  self->recent = weir_kafka_recent_new (config->hub, &self->options, config->schema);
  self->feeds = weir_kafka_feeds_new (&self->options, self->conf, pruned, self->needed, self->recent, self->retry_us);
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
  KafkaSource           *self = (KafkaSource *)source;
  g_autoptr (GError)     error = NULL;
  WeirKafkaControlConfig config = {
    .source = source,
    .options = &self->options,
    .table = self->conf,
    .conf = weir_kafka_conf_new (self->conf, NULL, &error),
    .marks = self->marks,
    .is_resumed = self->is_resumed,
    .retry_us = self->retry_us,
    .changed = changed_cb,
    .changed_data = self,
  };

  self->context = g_main_context_ref_thread_default ();
  weir_source_set_state (source, WEIR_SOURCE_CONNECTING, NULL, 0);
  if (config.conf != NULL)
    self->control = weir_kafka_control_new (&config, &error);
  weir_kafka_feeds_set_control (self->feeds, self->control);
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
  g_clear_pointer (&self->recent, weir_kafka_recent_free);
  g_clear_pointer (&self->conf, g_hash_table_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  weir_kafka_options_clear (&self->options);
  g_clear_pointer (&self->frozen, g_ptr_array_unref);
  g_clear_pointer (&self->marks, g_ptr_array_unref);
  g_clear_pointer (&self->begin, g_ptr_array_unref);
  g_clear_pointer (&self->renewed, g_ptr_array_unref);
  g_clear_pointer (&self->others, g_ptr_array_unref);
  g_free (self->begin_to);
  g_free (self->dir);
}

/* ---- offsets ------------------------------------------------------------------------------------------------------ */

/* Why records from @at on cannot be read; NULL: they can. (transfer full) */
static char *
loss_of (KafkaSource              *self,
         const WeirKafkaPartition *partition,
         GPtrArray                *from,
         gint64                    at,
         const char              **condition)
{
  gboolean is_known = weir_kafka_offsets_find (from, partition->topic, partition->partition) != WEIR_KAFKA_NONE;
  gboolean is_read = weir_kafka_offsets_find (self->renewed, partition->topic, partition->partition) == (gint64)partition->n_others;

  *condition = "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED";
  if (is_known && partition->n_others > 0 && !is_read)
    return g_strdup_printf ("Topic %s was deleted and made anew: the record read last in partition %d is another one now.", partition->topic, partition->partition);
  if (is_known && at > partition->high)
    return g_strdup_printf ("Topic %s, partition %d ends at offset %" G_GINT64_FORMAT " now, before offset %" G_GINT64_FORMAT
                            " that was reached: it was cut back, or deleted and made anew.",
                            partition->topic, partition->partition, partition->high, at);
  *condition = is_known || from == NULL ? "KAFKA_DATA_LOSS.START_OFFSET_RESET" : "KAFKA_DATA_LOSS.ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO";
  if (at < partition->low)
    return g_strdup_printf ("Records %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " of topic %s, partition %d are gone (retention).", at, partition->low - 1,
                            partition->topic, partition->partition);
  if (from != NULL && !is_known && at > 0)
    return g_strdup_printf ("The new partition %d of topic %s begins at offset %" G_GINT64_FORMAT ": records before it are gone (retention).",
                            partition->partition, partition->topic, at);
  return NULL;
}

static gboolean
check_deleted (KafkaSource *self,
               GPtrArray   *partitions,
               GPtrArray   *from,
               GError     **error)
{
  for (guint i = 0; self->options.fail_on_data_loss && from != NULL && i < from->len; i++)
    {
      const WeirKafkaOffset *at = from->pdata[i];

      if (weir_kafka_partitions_find (partitions, at->topic, at->partition) == NULL)
        return weir_fail (error, WEIR_ERROR_RUN, "KAFKA_DATA_LOSS.PARTITIONS_DELETED", WEIR_SPAN_NONE,
                          "Partition %d of topic %s is gone. Set failOnDataLoss to false to go on without it.", at->partition, at->topic);
    }
  return TRUE;
}

/* Where the ranges of a batch that starts at @from begin. NULL with @error: records are lost. (transfer full) */
static GPtrArray *
begin_of (KafkaSource *self,
          GPtrArray   *partitions,
          GPtrArray   *from,
          GError     **error)
{
  g_autoptr (GPtrArray) begin = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_offset_free);
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_offset_free);

  if (!check_deleted (self, partitions, from, error))
    return NULL;
  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];
      gint64                    at = weir_kafka_position (partition, from);
      const char               *condition;
      g_autofree char          *loss = loss_of (self, partition, from, at, &condition);

      if (loss != NULL && self->options.fail_on_data_loss)
        {
          weir_fail (error, WEIR_ERROR_RUN, condition, WEIR_SPAN_NONE, "%s Set failOnDataLoss to false to go on with the oldest record there is.", loss);
          return NULL;
        }
      if (loss != NULL)
        g_info ("%s", loss);
      weir_kafka_offsets_add (begin, partition->topic, partition->partition, loss != NULL ? partition->low : at);
      weir_kafka_offsets_add (others, partition->topic, partition->partition, partition->n_others);
    }
  g_ptr_array_unref (self->others);
  self->others = g_steal_pointer (&others);
  return g_steal_pointer (&begin);
}

/* Kept before the first batch, so that a restart that finds no batch begins there too. */
static gboolean
write_start (KafkaSource *self,
             GPtrArray   *begin,
             GError     **error)
{
  g_autofree char *text = NULL;

  if (self->dir == NULL || self->knows_start)
    return TRUE;
  text = weir_kafka_offsets_format (begin);
  self->knows_start = weir_durable_mkdir_with_parents (self->dir, error) &&
                      weir_durable_write (self->dir, START_NAME, text, strlen (text), WEIR_DURABLE_REPLACE, error);
  return self->knows_start;
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

/* minOffsetsPerTrigger: there is less, and the last batch was not long ago. The first never waits. */
static gboolean
is_too_early (KafkaSource *self,
              GPtrArray   *partitions,
              GPtrArray   *begin)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->batch_us > 0 && now_us - self->batch_us < self->options.max_delay_us &&
      weir_kafka_count_available (partitions, begin) < self->options.min_offsets)
    return TRUE;
  return FALSE;
}

/* Takes @begin, which belongs to the batch that ends at @to; returns @to. */
static char *
keep_begin (KafkaSource *self,
            GPtrArray   *begin,
            char        *to)
{
  g_clear_pointer (&self->begin, g_ptr_array_unref);
  g_free (self->begin_to);
  self->begin = begin;
  self->begin_to = g_strdup (to);
  return to;
}

static char *
kafka_latest (WeirSource *source,
              const char *from,
              gboolean    unlimited,
              GError    **error)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) last = *from != '\0' ? weir_kafka_offsets_parse (from, error) : NULL;
  g_autoptr (GError)    failed = NULL;
  g_autoptr (GPtrArray) partitions = NULL;
  g_autoptr (GPtrArray) begin = NULL;
  g_autoptr (GPtrArray) end = NULL;

  if (self->control == NULL || (*from != '\0' && last == NULL))
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
  begin = begin_of (self, partitions, last, error);
  if (begin == NULL || (last == NULL && !write_start (self, begin, error)))
    return NULL;
  weir_kafka_clip (partitions, self->frozen);
  if (last == NULL && !weir_kafka_any_record (partitions))
    return g_strdup (from); /* nothing at all to read is no batch */
  if (!unlimited && self->frozen == NULL && is_too_early (self, partitions, begin))
    return g_strdup (from);
  end = weir_kafka_plan_end (partitions, begin, unlimited ? 0 : self->options.max_offsets);
  return keep_begin (self, g_steal_pointer (&begin), weir_kafka_offsets_format (end));
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

/* Where the ranges of the batch that ends at @to begin: as latest() found it, or as the log has it. */
static GPtrArray *
find_begin (KafkaSource *self,
            const char  *from,
            const char  *to,
            GError     **error)
{
  g_autoptr (GPtrArray) last = NULL, partitions = NULL;

  if (self->begin_to != NULL && strcmp (self->begin_to, to) == 0)
    return g_ptr_array_ref (self->begin);
  last = *from != '\0' ? weir_kafka_offsets_parse (from, error) : NULL;
  if (*from != '\0' && last == NULL)
    return NULL;
  partitions = self->control != NULL ? weir_kafka_control_get_partitions (self->control) : NULL;
  if (partitions == NULL)
    {
      weir_fail (error, WEIR_ERROR_RUN, "KAFKA_UNREACHABLE", WEIR_SPAN_NONE, "%s has not answered yet.", self->options.servers);
      return NULL;
    }
  return begin_of (self, partitions, last, error);
}

static GPtrArray *
kafka_plan (WeirSource *source,
            const char *from,
            const char *to,
            GError    **error)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) end = weir_kafka_offsets_parse (to, error);
  g_autoptr (GPtrArray) begin = NULL;
  GPtrArray            *ranges;

  if (end == NULL)
    return NULL;
  begin = find_begin (self, from, to, error);
  if (begin == NULL || !weir_kafka_feeds_seek (self->feeds, begin, error))
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

static GPtrArray *
kafka_peek (WeirSource   *source,
            guint         max,
            GCancellable *cancellable,
            GError      **error)
{
  return weir_kafka_recent_peek (((KafkaSource *)source)->recent, max);
}

static void
kafka_commit (WeirSource *source,
              const char *to)
{
  KafkaSource *self = (KafkaSource *)source;

  self->batch_us = g_get_monotonic_time ();
  weir_kafka_feeds_take_marks (self->feeds, self->marks);
  g_ptr_array_unref (self->renewed);
  self->renewed = g_ptr_array_ref (self->others);
  if (self->control != NULL)
    weir_kafka_control_set_marks (self->control, self->marks);
}

/* ---- checkpoint --------------------------------------------------------------------------------------------------- */

static GBytes *
kafka_log_range (WeirSource *source,
                 const char *from,
                 const char *to,
                 GError    **error)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) begin = find_begin (self, from, to, error);

  return begin != NULL ? weir_kafka_marks_write (begin, self->marks) : NULL;
}

static gboolean
kafka_replay_range (WeirSource *source,
                    const char *from,
                    const char *to,
                    GBytes     *range,
                    gboolean    committed,
                    GError    **error)
{
  KafkaSource *self = (KafkaSource *)source;
  GPtrArray   *begin, *marks;

  if (!weir_kafka_marks_read (range, &begin, &marks, error))
    return FALSE;
  g_ptr_array_unref (self->marks);
  self->marks = marks;
  self->is_resumed = TRUE;
  g_free (keep_begin (self, begin, g_strdup (to)));
  return TRUE;
}

static GBytes *
kafka_log_state (WeirSource *source)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  return weir_kafka_marks_write (none, self->marks);
}

static gboolean
kafka_restore_state (WeirSource *source,
                     const char *committed,
                     GBytes     *state,
                     GError    **error)
{
  return kafka_replay_range (source, "", committed, state, TRUE, error);
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

static char *
kafka_report_latest (WeirSource *source)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) partitions = self->control != NULL ? weir_kafka_control_get_partitions (self->control) : NULL;

  return weir_kafka_format_ends (partitions);
}

static const WeirSourceClass kafka_class = {
  .format = "kafka",
  .open = kafka_open,
  .start = kafka_start,
  .latest = kafka_latest,
  .freeze = kafka_freeze,
  .plan = kafka_plan,
  .read = kafka_read,
  .peek = kafka_peek,
  .commit = kafka_commit,
  .metrics = kafka_metrics,
  .report_latest = kafka_report_latest,
  .stop = kafka_stop,
  .finalize = kafka_finalize,
  .log_range = kafka_log_range,
  .replay_range = kafka_replay_range,
  .log_state = kafka_log_state,
  .restore_state = kafka_restore_state,
};

const WeirSourceKind _weir_source_kafka = { &kafka_class, sizeof (KafkaSource), weir_kafka_resolve_schema };
