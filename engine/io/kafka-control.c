/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/kafka-control-private.h"

#include "base/background.h"
#include "io/kafka-remedy.h"

/*
 * The thread: a round asks for ends, publishes what it found and waits; without an answer it says what is the matter and tries again, until
 * the time for that is over. What is asked is in kafka-control-ask.c, whether the answer is about the same topics in kafka-control-marks.c.
 *
 * The thread and the source each hold a reference: a client that hangs in a call outlives the source without anybody waiting for it.
 */

#define POLL_MS 100
/* Metadata (new partitions, topics of a pattern) is asked for less often than ends. */
#define METADATA_EVERY 50
/* A topic is hardly deleted, made and filled beyond its old end in less; a computer that slept was away for longer. */
#define GAP_US (2 * G_USEC_PER_SEC)

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

gboolean
_weir_kafka_control_is_stopping (WeirKafkaControl *self)
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

  if (_weir_source_announce (self->source, state, message, retry_at_us) && !_weir_kafka_control_is_stopping (self))
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
  if (moved && !_weir_kafka_control_is_stopping (self))
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
      if (!_weir_kafka_control_ask_partitions (self, found, &error))
        {
          if (error != NULL)
            fail_for_good (self, g_steal_pointer (&error));
          return FALSE;
        }
    }
  else
    found = copy_partitions (self->partitions);
  if (_weir_kafka_control_is_stopping (self) || !weir_kafka_ask_ends (self->client, found, WEIR_KAFKA_CALL_TIMEOUT_MS))
    return FALSE;
  now_us = g_get_monotonic_time ();
  self->is_doubtful = self->is_doubtful || now_us - self->answered_us > GAP_US;
  self->answered_us = now_us;
  _weir_kafka_control_hold_ends (self, found);
  if (!_weir_kafka_control_fix_positions (self, found, &error) || !_weir_kafka_control_check_marks (self, found))
    {
      if (error != NULL)
        fail_for_good (self, g_steal_pointer (&error));
      return FALSE;
    }
  if (!_weir_kafka_control_is_stopping (self))
    publish (self, found);
  return TRUE;
}

static gpointer
control_thread (gpointer data)
{
  WeirKafkaControl *self = data;
  gint64            failing_since_us = 0;
  guint             round = 0;

  while (!_weir_kafka_control_is_stopping (self) && self->error == NULL)
    {
      rd_kafka_poll (self->client, 0);
      if (ask (self, round == 0 || self->partitions == NULL))
        {
          failing_since_us = 0;
          round = (round + 1) % METADATA_EVERY;
        }
      else if (self->error == NULL && !_weir_kafka_control_is_stopping (self))
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
