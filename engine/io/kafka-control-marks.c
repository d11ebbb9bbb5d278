/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "io/kafka-control-private.h"

/*
 * Whether the topics are those that were read. Doubt begins when a run goes on, after a time without an answer, and when an end or a begin
 * moves back; then the records read last (kafka-marks.c) are compared with what the topics hold, and partitions that hold others are
 * counted in n_others. A topic made anew is so told from the old one even when it has grown beyond it.
 */

/* An end that moved back is believed when it stays there: a broker that has just become the leader may not know better yet. */
#define SHRUNK_ROUNDS 10

void
_weir_kafka_control_hold_ends (WeirKafkaControl *self,
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
  return !_weir_kafka_control_is_stopping (data);
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

gboolean
_weir_kafka_control_check_marks (WeirKafkaControl *self,
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
