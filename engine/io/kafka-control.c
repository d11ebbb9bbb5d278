/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/kafka-control.h"

#include "base/background.h"
#include "io/kafka-remedy.h"

#include <string.h>

#define CALL_TIMEOUT_MS 5000
#define POLL_MS         100
/* Metadata (new partitions, topics of a pattern) is asked for less often than ends. */
#define METADATA_EVERY 50
/* An end that moved back is believed when it stays there: a broker that has just become the leader may not know better yet. */
#define SHRUNK_ROUNDS 10
/* A topic is hardly deleted, made and filled beyond its old end in less; a computer that slept was away for longer. */
#define GAP_US (2 * G_USEC_PER_SEC)

struct _WeirKafkaControl
{
  gatomicrefcount  ref_count;
  WeirSource      *source;  /* Owned */
  WeirKafkaOptions options; /* Owned */
  GHashTable      *table;   /* Owned: options */
  rd_kafka_t      *client;  /* Owned by the thread */
  rd_kafka_conf_t *conf;    /* Owned: for the check of marks */
  gboolean         is_resumed;
  gboolean         is_doubtful; /* the topics may be others than those that were read */
  gint64           answered_us; /* monotonic; 0: not yet */
  GPtrArray       *others;      /* Owned: n_others of each partition, as offsets */
  guint            n_shrunk;
  gint64           retry_us;
  void (*changed) (gpointer data);
  gpointer changed_data;

  GMutex     lock;
  GCond      wake;
  gboolean   stopping;
  GPtrArray *partitions; /* Owned, nullable */
  GPtrArray *marks;      /* Owned */
  guint      n_marked;   /* how often marks were set */
  GError    *error;      /* Owned, nullable: final */
  gboolean   is_answering;
  char      *last_failure; /* Owned: what the client complained of last */
  int        last_code;
};

static void
control_unref (WeirKafkaControl *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  weir_kafka_options_clear (&self->options);
  g_hash_table_unref (self->table);
  g_ptr_array_unref (self->marks);
  g_ptr_array_unref (self->others);
  if (self->conf != NULL)
    rd_kafka_conf_destroy (self->conf);
  g_clear_pointer (&self->partitions, g_ptr_array_unref);
  g_clear_error (&self->error);
  weir_source_unref (self->source);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wake);
  g_free (self->last_failure);
  g_free (self);
}

/* ---- state -------------------------------------------------------------------------------------------------------- */

static void
error_cb (rd_kafka_t *client,
          int         code,
          const char *reason,
          void       *opaque)
{
  WeirKafkaControl *self = opaque;

  g_mutex_lock (&self->lock);
  /* The cause, not what follows from it. */
  if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || self->last_failure == NULL)
    {
      g_free (self->last_failure);
      self->last_failure = g_strdup (reason);
      self->last_code = code;
    }
  g_mutex_unlock (&self->lock);
}

static gboolean
is_stopping (WeirKafkaControl *self)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  return stopping;
}

static void
announce (WeirKafkaControl *self,
          WeirSourceState   state,
          char             *message)
{
  gint64 retry_at_us = state == WEIR_SOURCE_RETRYING ? g_get_monotonic_time () + G_USEC_PER_SEC : 0;

  if (_weir_source_announce (self->source, state, message, retry_at_us) && !is_stopping (self))
    self->changed (self->changed_data);
}

static void
fail_for_good (WeirKafkaControl *self,
               GError           *error)
{
  g_mutex_lock (&self->lock);
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  g_mutex_unlock (&self->lock);
  announce (self, WEIR_SOURCE_FAILED, g_strdup (error->message));
}

/* ---- metadata ----------------------------------------------------------------------------------------------------- */

static gboolean
check_topic (WeirKafkaControl                *self,
             const rd_kafka_metadata_topic_t *topic,
             GError                         **error)
{
  if (topic->err == RD_KAFKA_RESP_ERR_NO_ERROR || topic->err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
    return TRUE;
  if (topic->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
    return weir_fail (error, WEIR_ERROR_RUN, "TOPIC_AUTHORIZATION_FAILED", WEIR_SPAN_NONE,
                      "Topic \"%s\" may not be read by this user: ask for the right to Describe and Read it.", topic->topic);
  return weir_fail (error, WEIR_ERROR_RUN, "UNKNOWN_TOPIC_OR_PARTITION", WEIR_SPAN_NONE,
                    "There is no topic \"%s\" at %s. Check the name, or create it.", topic->topic, self->options.servers);
}

/* A topic that was read and is gone: data loss, which failOnDataLoss false goes on without. */
static gboolean
may_be_missing (WeirKafkaControl *self)
{
  return !self->options.fail_on_data_loss && (self->partitions != NULL || self->is_resumed);
}

/* Partitions that `assign` names have to be there. */
static gboolean
check_assigned (WeirKafkaControl *self,
                GPtrArray        *found,
                GError          **error)
{
  for (guint i = 0; self->options.assigned != NULL && i < self->options.assigned->len; i++)
    {
      const WeirKafkaOffset *named = self->options.assigned->pdata[i];

      if (weir_kafka_partitions_find (found, named->topic, named->partition) == NULL && !may_be_missing (self))
        return weir_fail (error, WEIR_ERROR_RUN, "UNKNOWN_TOPIC_OR_PARTITION", WEIR_SPAN_NONE,
                          "There is no partition %d of topic \"%s\" at %s. Check option assign.", named->partition, named->topic, self->options.servers);
    }
  return TRUE;
}

/* Topics that `subscribe` names have to be there. */
static gboolean
check_names (WeirKafkaControl *self,
             GPtrArray        *found,
             GError          **error)
{
  for (guint n = 0; self->options.strategy == WEIR_KAFKA_SUBSCRIBE && self->options.names[n] != NULL; n++)
    {
      gboolean have = FALSE;

      for (guint i = 0; i < found->len; i++)
        have = have || strcmp (((WeirKafkaPartition *)found->pdata[i])->topic, self->options.names[n]) == 0;
      if (!have && !may_be_missing (self))
        return weir_fail (error, WEIR_ERROR_RUN, "UNKNOWN_TOPIC_OR_PARTITION", WEIR_SPAN_NONE,
                          "There is no topic \"%s\" at %s. Check the name, or create it.", self->options.names[n], self->options.servers);
    }
  return TRUE;
}

/* Partitions that the strategy names, from the metadata of the whole cluster. */
static gboolean
collect_partitions (WeirKafkaControl          *self,
                    const rd_kafka_metadata_t *metadata,
                    GPtrArray                 *found,
                    GError                   **error)
{
  for (int i = 0; i < metadata->topic_cnt; i++)
    {
      const rd_kafka_metadata_topic_t *topic = &metadata->topics[i];

      if (!weir_kafka_options_want (&self->options, topic->topic, -1))
        continue;
      if (!check_topic (self, topic, error))
        return FALSE;
      for (int p = 0; p < topic->partition_cnt; p++)
        if (weir_kafka_options_want (&self->options, topic->topic, topic->partitions[p].id))
          g_ptr_array_add (found, weir_kafka_partition_new (topic->topic, topic->partitions[p].id));
    }
  return check_assigned (self, found, error) && check_names (self, found, error);
}

/* FALSE: no answer (retry) or @error (final). */
static gboolean
ask_partitions (WeirKafkaControl *self,
                GPtrArray        *found,
                GError          **error)
{
  const struct rd_kafka_metadata *metadata;
  gboolean                        ok;

  if (rd_kafka_metadata (self->client, 1, NULL, &metadata, CALL_TIMEOUT_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return FALSE;
  ok = collect_partitions (self, metadata, found, error);
  rd_kafka_metadata_destroy (metadata);
  return ok;
}

/* ---- ends and starts ---------------------------------------------------------------------------------------------- */

/* One of both ends of every partition. Each leader is asked once, and unlike rd_kafka_query_watermark_offsets() of librdkafka before 2.3
 * the call keeps to its time when the broker is gone. Under read_committed the end is that of the last transaction that is over. */
static gboolean
ask_end (rd_kafka_t *client,
         GPtrArray  *partitions,
         gint64      which,
         int         timeout_ms)
{
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new ((int)partitions->len);
  gboolean                         ok;

  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];

      rd_kafka_topic_partition_list_add (list, partition->topic, partition->partition)->offset = which;
    }
  ok = rd_kafka_offsets_for_times (client, list, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR;
  for (guint i = 0; ok && i < partitions->len; i++)
    {
      WeirKafkaPartition               *partition = partitions->pdata[i];
      const rd_kafka_topic_partition_t *answer = rd_kafka_topic_partition_list_find (list, partition->topic, partition->partition);

      ok = answer != NULL && answer->err == RD_KAFKA_RESP_ERR_NO_ERROR && answer->offset >= 0;
      if (ok)
        *(which == WEIR_KAFKA_LATEST ? &partition->high : &partition->low) = answer->offset;
    }
  rd_kafka_topic_partition_list_destroy (list);
  return ok;
}

gboolean
weir_kafka_ask_ends (rd_kafka_t *client,
                     GPtrArray  *partitions,
                     int         timeout_ms)
{
  return partitions->len == 0 || (ask_end (client, partitions, WEIR_KAFKA_EARLIEST, timeout_ms) && ask_end (client, partitions, WEIR_KAFKA_LATEST, timeout_ms));
}

/* The first offset at or after a time; WEIR_KAFKA_NONE when there is none. */
static gboolean
ask_by_time (WeirKafkaControl   *self,
             WeirKafkaPartition *partition,
             gint64              timestamp_ms,
             gint64             *offset)
{
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new (1);
  gboolean                         ok;

  rd_kafka_topic_partition_list_add (list, partition->topic, partition->partition)->offset = timestamp_ms;
  ok = rd_kafka_offsets_for_times (self->client, list, CALL_TIMEOUT_MS) == RD_KAFKA_RESP_ERR_NO_ERROR && list->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
  *offset = list->elems[0].offset >= 0 ? list->elems[0].offset : WEIR_KAFKA_NONE;
  rd_kafka_topic_partition_list_destroy (list);
  return ok;
}

/* FALSE: no answer, or @error. */
static gboolean
start_by_time (WeirKafkaControl   *self,
               WeirKafkaPartition *partition,
               gint64              timestamp_ms,
               GError            **error)
{
  if (!ask_by_time (self, partition, timestamp_ms, &partition->start))
    return FALSE;
  if (partition->start == WEIR_KAFKA_NONE && !self->options.start_time_latest)
    return weir_kafka_options_fail_time (partition->topic, partition->partition, timestamp_ms, error);
  if (partition->start == WEIR_KAFKA_NONE)
    partition->start = partition->high;
  return TRUE;
}

/* A partition's start is fixed the first time it is seen; one that appears later is read from its first record. */
static gboolean
fix_start (WeirKafkaControl   *self,
           WeirKafkaPartition *partition,
           gboolean            is_new_later,
           GError            **error)
{
  gint64 named = weir_kafka_offsets_find (self->options.start_offsets, partition->topic, partition->partition);
  gint64 position = named != WEIR_KAFKA_NONE ? named : self->options.start;
  gint64 time_ms = weir_kafka_options_start_time (&self->options, partition->topic, partition->partition);

  if (is_new_later)
    position = WEIR_KAFKA_EARLIEST;
  else if (time_ms >= 0)
    return start_by_time (self, partition, time_ms, error);
  if (position == WEIR_KAFKA_EARLIEST)
    partition->start = partition->low;
  else if (position == WEIR_KAFKA_LATEST)
    partition->start = partition->high;
  else
    partition->start = position;
  return TRUE;
}

static gboolean
fix_end (WeirKafkaControl   *self,
         WeirKafkaPartition *partition)
{
  gint64 named = weir_kafka_offsets_find (self->options.end_offsets, partition->topic, partition->partition);
  gint64 time_ms = weir_kafka_options_end_time (&self->options, partition->topic, partition->partition);
  gint64 offset;

  if (time_ms >= 0)
    {
      if (!ask_by_time (self, partition, time_ms, &offset))
        return FALSE;
      partition->high = offset != WEIR_KAFKA_NONE ? offset : partition->high;
    }
  else if (named >= 0)
    partition->high = MIN (partition->high, named);
  return TRUE;
}

static gboolean
fix_positions (WeirKafkaControl *self,
               GPtrArray        *found,
               GError          **error)
{
  for (guint i = 0; i < found->len; i++)
    {
      WeirKafkaPartition       *partition = found->pdata[i];
      const WeirKafkaPartition *known = weir_kafka_partitions_find (self->partitions, partition->topic, partition->partition);

      if (known != NULL)
        partition->start = known->start;
      if (partition->start == RD_KAFKA_OFFSET_INVALID && !fix_start (self, partition, self->partitions != NULL || self->is_resumed, error))
        return FALSE;
      if (!fix_end (self, partition))
        return FALSE;
    }
  return TRUE;
}

/* ---- the thread --------------------------------------------------------------------------------------------------- */

static gboolean
ends_moved (WeirKafkaControl *self,
            GPtrArray        *found)
{
  if (self->partitions == NULL || self->partitions->len != found->len)
    return TRUE;
  for (guint i = 0; i < found->len; i++)
    if (((WeirKafkaPartition *)found->pdata[i])->high != ((WeirKafkaPartition *)self->partitions->pdata[i])->high)
      return TRUE;
  return FALSE;
}

static void
publish (WeirKafkaControl *self,
         GPtrArray        *found)
{
  gboolean moved = ends_moved (self, found);

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->partitions, g_ptr_array_unref);
  self->partitions = g_ptr_array_ref (found);
  self->is_answering = TRUE;
  g_clear_pointer (&self->last_failure, g_free);
  self->last_code = RD_KAFKA_RESP_ERR_NO_ERROR;
  g_mutex_unlock (&self->lock);
  announce (self, WEIR_SOURCE_CONNECTED, NULL);
  if (moved && !is_stopping (self))
    self->changed (self->changed_data);
}

static GPtrArray *
copy_partitions (GPtrArray *partitions)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_partition_free);

  for (guint i = 0; i < partitions->len; i++)
    {
      WeirKafkaPartition *partition = g_memdup2 (partitions->pdata[i], sizeof *partition);

      partition->topic = g_strdup (partition->topic);
      g_ptr_array_add (copy, partition);
    }
  return copy;
}

/* What is the matter, and what to do. (transfer full) */
static char *
describe_failure (WeirKafkaControl *self,
                  gboolean         *is_refusal)
{
  const char *remedy;
  char       *message;

  g_mutex_lock (&self->lock);
  self->is_answering = FALSE;
  remedy = weir_kafka_remedy (self->last_code, self->last_failure, self->table);
  *is_refusal = weir_kafka_is_refusal (self->last_code, self->last_failure);
  message = g_strdup_printf ("Not connected to %s: %s. %s", self->options.servers, self->last_failure != NULL ? self->last_failure : "no answer", remedy);
  g_mutex_unlock (&self->lock);
  return message;
}

static void
no_answer (WeirKafkaControl *self,
           gint64           *failing_since_us)
{
  gint64   now_us = g_get_monotonic_time ();
  gboolean is_refusal;
  char    *message = describe_failure (self, &is_refusal);

  if (*failing_since_us == 0)
    *failing_since_us = now_us;
  /* Who was let in before is let in again, once the cluster is itself again. */
  if ((self->retry_us >= 0 && now_us - *failing_since_us >= self->retry_us) || (is_refusal && self->partitions == NULL))
    {
      fail_for_good (self, weir_error_new (WEIR_ERROR_RUN, is_refusal ? "STREAM_FAILED" : "KAFKA_UNREACHABLE", WEIR_SPAN_NONE, "%s", message));
      g_free (message);
    }
  else
    announce (self, WEIR_SOURCE_RETRYING, message);
}

static void
hold_ends (WeirKafkaControl *self,
           GPtrArray        *found)
{
  gboolean shrunk = FALSE;

  for (guint i = 0; i < found->len; i++)
    {
      WeirKafkaPartition       *partition = found->pdata[i];
      const WeirKafkaPartition *known = weir_kafka_partitions_find (self->partitions, partition->topic, partition->partition);

      partition->n_others = (guint)MAX (0, weir_kafka_offsets_find (self->others, partition->topic, partition->partition));
      /* One that is there again is perhaps another. */
      self->is_doubtful = self->is_doubtful || known == NULL || partition->high < known->high || partition->low < known->low;
      if (known == NULL)
        continue;
      shrunk = shrunk || partition->high < known->high;
      if (self->n_shrunk < SHRUNK_ROUNDS)
        partition->high = MAX (partition->high, known->high);
    }
  self->n_shrunk = shrunk ? self->n_shrunk + 1 : 0;
}

/* Also of partitions that are not there now. */
static void
keep_others (WeirKafkaControl *self,
             GPtrArray        *found)
{
  for (guint i = 0; i < found->len; i++)
    {
      const WeirKafkaPartition *partition = found->pdata[i];
      guint                     at = 0;

      if (partition->n_others == (guint)MAX (0, weir_kafka_offsets_find (self->others, partition->topic, partition->partition)))
        continue;
      while (at < self->others->len && (((WeirKafkaOffset *)self->others->pdata[at])->partition != partition->partition ||
                                        strcmp (((WeirKafkaOffset *)self->others->pdata[at])->topic, partition->topic) != 0))
        at++;
      if (at < self->others->len)
        ((WeirKafkaOffset *)self->others->pdata[at])->offset = partition->n_others;
      else
        weir_kafka_offsets_add (self->others, partition->topic, partition->partition, partition->n_others);
    }
}

static gboolean
go_on_cb (gpointer data)
{
  return !is_stopping (data);
}

/* One comparison of the newest marks with what there is. */
static gboolean
compare_marks (WeirKafkaControl *self,
               GPtrArray        *found,
               gboolean         *is_newest)
{
  g_autoptr (GPtrArray) marks = NULL;
  char                  text[512];
  rd_kafka_t           *consumer;
  guint                 n_marked;
  gboolean              ok = TRUE;

  g_mutex_lock (&self->lock);
  marks = weir_kafka_marks_copy (self->marks);
  n_marked = self->n_marked;
  g_mutex_unlock (&self->lock);
  consumer = marks->len > 0 ? rd_kafka_new (RD_KAFKA_CONSUMER, rd_kafka_conf_dup (self->conf), text, sizeof text) : NULL;
  if (consumer != NULL)
    {
      rd_kafka_poll_set_consumer (consumer);
      ok = weir_kafka_marks_check (consumer, marks, found, go_on_cb, self);
      rd_kafka_destroy (consumer);
    }
  g_mutex_lock (&self->lock);
  *is_newest = n_marked == self->n_marked;
  g_mutex_unlock (&self->lock);
  return ok;
}

/* Whether the topics are those that were read: of the run before, or before something happened to them. */
static gboolean
check_marks (WeirKafkaControl *self,
             GPtrArray        *found)
{
  gboolean is_newest = FALSE;

  /* An end that moved back may move on yet, past the mark. */
  if (!self->is_doubtful || self->n_shrunk > 0)
    return TRUE;
  while (!is_newest)
    {
      g_autofree guint *before = g_new (guint, MAX (found->len, 1));

      for (guint i = 0; i < found->len; i++)
        before[i] = ((WeirKafkaPartition *)found->pdata[i])->n_others;
      if (!compare_marks (self, found, &is_newest))
        return FALSE;
      /* A batch of the new topic was read meanwhile: that other one is known. */
      for (guint i = 0; !is_newest && i < found->len; i++)
        ((WeirKafkaPartition *)found->pdata[i])->n_others = before[i];
    }
  self->is_doubtful = FALSE;
  keep_others (self, found);
  return TRUE;
}

/* One round. TRUE: answered. */
static gboolean
ask (WeirKafkaControl *self,
     gboolean          with_metadata)
{
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError)    error = NULL;
  gint64                now_us;

  if (with_metadata)
    {
      found = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_partition_free);
      if (!ask_partitions (self, found, &error))
        {
          if (error != NULL)
            fail_for_good (self, g_steal_pointer (&error));
          return FALSE;
        }
    }
  else
    found = copy_partitions (self->partitions);
  if (is_stopping (self) || !weir_kafka_ask_ends (self->client, found, CALL_TIMEOUT_MS))
    return FALSE;
  now_us = g_get_monotonic_time ();
  self->is_doubtful = self->is_doubtful || now_us - self->answered_us > GAP_US;
  self->answered_us = now_us;
  hold_ends (self, found);
  if (!fix_positions (self, found, &error) || !check_marks (self, found))
    {
      if (error != NULL)
        fail_for_good (self, g_steal_pointer (&error));
      return FALSE;
    }
  if (!is_stopping (self))
    publish (self, found);
  return TRUE;
}

static gpointer
control_thread (gpointer data)
{
  WeirKafkaControl *self = data;
  gint64            failing_since_us = 0;
  guint             round = 0;

  while (!is_stopping (self) && self->error == NULL)
    {
      rd_kafka_poll (self->client, 0);
      if (ask (self, round == 0 || self->partitions == NULL))
        {
          failing_since_us = 0;
          round = (round + 1) % METADATA_EVERY;
        }
      else if (self->error == NULL && !is_stopping (self))
        {
          rd_kafka_poll (self->client, 0);
          self->is_doubtful = TRUE;
          no_answer (self, &failing_since_us);
          round = 0;
        }
      g_mutex_lock (&self->lock);
      if (!self->stopping)
        g_cond_wait_until (&self->wake, &self->lock, g_get_monotonic_time () + (failing_since_us > 0 ? 1000 : POLL_MS) * 1000);
      g_mutex_unlock (&self->lock);
    }
  rd_kafka_destroy (self->client);
  control_unref (self);
  return NULL;
}

WeirKafkaControl *
weir_kafka_control_new (const WeirKafkaControlConfig *config,
                        GError                      **error)
{
  WeirKafkaControl *self = g_new0 (WeirKafkaControl, 1);
  char              text[512];

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  self->is_doubtful = TRUE;
  self->others = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_offset_free);
  self->source = weir_source_ref (config->source);
  weir_kafka_options_copy (&self->options, config->options);
  self->table = g_hash_table_ref (config->table);
  self->marks = weir_kafka_marks_copy (config->marks);
  self->is_resumed = config->is_resumed;
  self->retry_us = config->retry_us;
  self->changed = config->changed;
  self->changed_data = config->changed_data;
  rd_kafka_conf_set_opaque (config->conf, self);
  rd_kafka_conf_set_error_cb (config->conf, error_cb);
  self->conf = rd_kafka_conf_dup (config->conf);
  self->client = rd_kafka_new (RD_KAFKA_CONSUMER, config->conf, text, sizeof text);
  if (self->client == NULL)
    {
      rd_kafka_conf_destroy (config->conf);
      weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Kafka: %s.", text);
      control_unref (self);
      return NULL;
    }
  g_atomic_ref_count_inc (&self->ref_count);
  weir_background_run ("weir-kafka", control_thread, self);
  return self;
}

void
weir_kafka_control_free (WeirKafkaControl *control)
{
  if (control == NULL)
    return;
  g_mutex_lock (&control->lock);
  control->stopping = TRUE;
  g_cond_broadcast (&control->wake);
  g_mutex_unlock (&control->lock);
  control_unref (control);
}

GPtrArray *
weir_kafka_control_get_partitions (WeirKafkaControl *control)
{
  GPtrArray *copy;

  g_mutex_lock (&control->lock);
  copy = control->partitions != NULL ? copy_partitions (control->partitions) : NULL;
  g_mutex_unlock (&control->lock);
  return copy;
}

void
weir_kafka_control_set_marks (WeirKafkaControl *control,
                              GPtrArray        *marks)
{
  g_mutex_lock (&control->lock);
  g_ptr_array_unref (control->marks);
  control->marks = weir_kafka_marks_copy (marks);
  control->n_marked++;
  g_mutex_unlock (&control->lock);
}

GError *
weir_kafka_control_get_error (WeirKafkaControl *control)
{
  GError *error;

  g_mutex_lock (&control->lock);
  error = control->error != NULL ? g_error_copy (control->error) : NULL;
  g_mutex_unlock (&control->lock);
  return error;
}

gint64
weir_kafka_control_get_end (WeirKafkaControl *control,
                            const char       *topic,
                            gint32            partition)
{
  const WeirKafkaPartition *found;
  gint64                    end = -1;

  g_mutex_lock (&control->lock);
  found = weir_kafka_partitions_find (control->partitions, topic, partition);
  if (found != NULL && control->is_answering)
    end = found->high;
  g_mutex_unlock (&control->lock);
  return end;
}
