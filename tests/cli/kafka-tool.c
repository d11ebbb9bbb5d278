/* SPDX-License-Identifier: Apache-2.0 */
#include "support/kafka-util.h"

#include <stdio.h>
#include <string.h>

/*
 * kafka-tool SERVERS create TOPIC PARTITIONS
 * kafka-tool SERVERS delete TOPIC PARTITIONS
 * kafka-tool SERVERS produce TOPIC PARTITIONS      standard input, one value a line, to the partitions in turn
 * kafka-tool SERVERS read TOPIC PARTITIONS         what committed transactions wrote, one record a line
 *
 * For test scripts, which have no Kafka client of their own.
 */

static void
produce_lines (const char *servers,
               const char *topic,
               int         n_partitions)
{
  rd_kafka_t *producer = weir_kafka_producer_new (servers, NULL);
  char        line[4096];

  for (int n = 0; fgets (line, sizeof line, stdin) != NULL; n++)
    {
      line[strcspn (line, "\n")] = '\0';
      while (rd_kafka_producev (producer, RD_KAFKA_V_TOPIC (topic), RD_KAFKA_V_PARTITION (n % n_partitions), RD_KAFKA_V_VALUE (line, strlen (line)),
                                RD_KAFKA_V_MSGFLAGS (RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        rd_kafka_poll (producer, 100);
    }
  g_assert_cmpint (rd_kafka_flush (producer, 60000), ==, RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_destroy (producer);
}

static void delete (const char *servers,
                    const char *topic)
{
  rd_kafka_t *producer = weir_kafka_producer_new (servers, NULL);

  weir_kafka_delete_topic (producer, topic);
  rd_kafka_destroy (producer);
}

static void
create (const char *servers,
        const char *topic,
        int         n_partitions)
{
  rd_kafka_t *client = weir_kafka_producer_new (servers, NULL);

  weir_kafka_create_topic (client, topic, n_partitions);
  rd_kafka_destroy (client);
}

static void
print_all (const char *servers,
           const char *topic,
           int         n_partitions)
{
  g_autoptr (GPtrArray) records = weir_kafka_read_all (servers, topic, n_partitions, TRUE);

  for (guint i = 0; i < records->len; i++)
    printf ("%s\n", (char *)records->pdata[i]);
}

int
main (int    argc,
      char **argv)
{
  int n_partitions = argc == 5 ? (int)g_ascii_strtoll (argv[4], NULL, 10) : 0;

  if (n_partitions > 0 && strcmp (argv[2], "create") == 0)
    create (argv[1], argv[3], n_partitions);
  else if (n_partitions > 0 && strcmp (argv[2], "delete") == 0)
    delete (argv[1], argv[3]);
  else if (n_partitions > 0 && strcmp (argv[2], "produce") == 0)
    produce_lines (argv[1], argv[3], n_partitions);
  else if (n_partitions > 0 && strcmp (argv[2], "read") == 0)
    print_all (argv[1], argv[3], n_partitions);
  else
    return 2;
  return 0;
}
