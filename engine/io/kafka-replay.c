/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/kafka-replay.h"

#include "base/limits.h"
#include "io/file-list.h"
#include "io/kcat-record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char   *path; /* Owned */
  guint64 done; /* bytes indexed: the begin of a line */
  guint64 line; /* its number, from 1 */
} ReplayFile;

typedef struct
{
  WeirKafkaPartition *known;   /* Owned */
  GArray             *records; /* Owned: WeirReplayRecord, ascending offsets */
  gboolean            is_sorted;
} ReplayPartition;

struct _WeirKafkaReplay
{
  const WeirKafkaOptions *options;
  char                   *path;        /* Owned */
  GPtrArray              *files;       /* Owned: ReplayFile */
  GPtrArray              *partitions;  /* Owned: ReplayPartition, in order of first sight */
  ReplayPartition        *last;        /* the one that was found last */
  guint64                 n_lines;     /* of all topics */
  guint64                 n_records;   /* of those that are asked for */
  gboolean                was_scanned; /* once: partitions found later begin at their first record */
  GArray                 *headers;     /* Owned: scratch */
};

static void
file_free (gpointer data)
{
  ReplayFile *file = data;

  g_free (file->path);
  g_free (file);
}

static void
partition_free (gpointer data)
{
  ReplayPartition *partition = data;

  weir_kafka_partition_free (partition->known);
  g_array_unref (partition->records);
  g_free (partition);
}

WeirKafkaReplay *
weir_kafka_replay_new (const WeirKafkaOptions *options,
                       const char             *path)
{
  WeirKafkaReplay *self = g_new0 (WeirKafkaReplay, 1);

  self->options = options;
  self->path = g_strdup (path);
  self->files = g_ptr_array_new_with_free_func (file_free);
  self->partitions = g_ptr_array_new_with_free_func (partition_free);
  self->headers = g_array_new (FALSE, FALSE, sizeof (WeirKafkaHeader));
  return self;
}

void
weir_kafka_replay_free (WeirKafkaReplay *replay)
{
  if (replay == NULL)
    return;
  g_ptr_array_unref (replay->files);
  g_ptr_array_unref (replay->partitions);
  g_array_unref (replay->headers);
  g_free (replay->path);
  g_free (replay);
}

/* ---- index ------------------------------------------------------------------------------------------------------ */

static ReplayPartition *
find_partition (WeirKafkaReplay *self,
                const char      *topic,
                gint32           number)
{
  if (self->last != NULL && self->last->known->partition == number && strcmp (self->last->known->topic, topic) == 0)
    return self->last;
  for (guint i = 0; i < self->partitions->len; i++)
    {
      ReplayPartition *partition = self->partitions->pdata[i];

      if (partition->known->partition == number && strcmp (partition->known->topic, topic) == 0)
        return partition;
    }
  return NULL;
}

static gboolean
add_record (WeirKafkaReplay        *self,
            const WeirKafkaRow     *row,
            const WeirReplayRecord *record,
            GError                **error)
{
  ReplayPartition *partition;

  self->n_lines++;
  if (!weir_kafka_options_want (self->options, row->topic, row->partition))
    return TRUE;
  if (++self->n_records > WEIR_REPLAY_RECORDS_MAX)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "%s holds more than %u records, too many to replay: choose some with subscribe or assign.",
                      self->path, WEIR_REPLAY_RECORDS_MAX);
  partition = find_partition (self, row->topic, row->partition);
  if (partition == NULL)
    {
      partition = g_new0 (ReplayPartition, 1);
      partition->known = weir_kafka_partition_new (row->topic, row->partition);
      partition->records = g_array_new (FALSE, FALSE, sizeof (WeirReplayRecord));
      partition->is_sorted = TRUE;
      g_ptr_array_add (self->partitions, partition);
    }
  self->last = partition;
  if (partition->records->len > 0)
    partition->is_sorted = partition->is_sorted && record->offset > g_array_index (partition->records, WeirReplayRecord, partition->records->len - 1).offset;
  g_array_append_vals (partition->records, record, 1);
  return TRUE;
}

static int
compare_records (gconstpointer a,
                 gconstpointer b)
{
  const WeirReplayRecord *x = a, *y = b;

  if (x->offset != y->offset)
    return x->offset < y->offset ? -1 : 1;
  if (x->file != y->file)
    return x->file < y->file ? -1 : 1;
  return x->at < y->at ? -1 : 1;
}

/* Of several with one offset the first stays. */
static void
sort_records (ReplayPartition *partition)
{
  guint n = 0;

  if (partition->is_sorted)
    return;
  g_array_sort (partition->records, compare_records);
  for (guint i = 0; i < partition->records->len; i++)
    {
      WeirReplayRecord record = g_array_index (partition->records, WeirReplayRecord, i);

      if (n == 0 || record.offset != g_array_index (partition->records, WeirReplayRecord, n - 1).offset)
        g_array_index (partition->records, WeirReplayRecord, n++) = record;
    }
  g_array_set_size (partition->records, n);
  partition->is_sorted = TRUE;
}

/* Index of the first record at or behind @offset. */
static guint
lower_bound (GArray *records,
             gint64  offset)
{
  guint low = 0, high = records->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (records, WeirReplayRecord, middle).offset < offset)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* ---- where a stream begins and a table ends --------------------------------------------------------------------- */

/* The first offset at or after a time; WEIR_KAFKA_NONE when there is none. */
static gint64
offset_at_time (const ReplayPartition *partition,
                gint64                 timestamp_ms)
{
  for (guint i = 0; i < partition->records->len; i++)
    if (g_array_index (partition->records, WeirReplayRecord, i).timestamp_ms >= timestamp_ms)
      return g_array_index (partition->records, WeirReplayRecord, i).offset;
  return WEIR_KAFKA_NONE;
}

static gboolean
fix_start (WeirKafkaReplay *self,
           ReplayPartition *partition,
           GError         **error)
{
  WeirKafkaPartition *known = partition->known;
  gint64              named = weir_kafka_offsets_find (self->options->start_offsets, known->topic, known->partition);
  gint64              position = named != WEIR_KAFKA_NONE ? named : self->options->start;
  gint64              time_ms = weir_kafka_options_start_time (self->options, known->topic, known->partition);

  if (self->was_scanned)
    known->start = known->low;
  else if (time_ms >= 0)
    {
      known->start = offset_at_time (partition, time_ms);
      if (known->start == WEIR_KAFKA_NONE && !self->options->start_time_latest)
        return weir_kafka_options_fail_time (known->topic, known->partition, time_ms, error);
      if (known->start == WEIR_KAFKA_NONE)
        known->start = known->high;
    }
  else if (position >= 0)
    known->start = position;
  else
    known->start = position == WEIR_KAFKA_LATEST ? known->high : known->low;
  return TRUE;
}

static void
fix_end (WeirKafkaReplay       *self,
         const ReplayPartition *partition)
{
  WeirKafkaPartition *known = partition->known;
  gint64              named = weir_kafka_offsets_find (self->options->end_offsets, known->topic, known->partition);
  gint64              time_ms = weir_kafka_options_end_time (self->options, known->topic, known->partition);
  gint64              offset = time_ms >= 0 ? offset_at_time (partition, time_ms) : WEIR_KAFKA_NONE;

  if (offset != WEIR_KAFKA_NONE)
    known->high = offset;
  else if (time_ms < 0 && named >= 0)
    known->high = MIN (known->high, named);
}

static gboolean
fix_positions (WeirKafkaReplay *self,
               GError         **error)
{
  for (guint i = 0; i < self->partitions->len; i++)
    {
      ReplayPartition    *partition = self->partitions->pdata[i];
      WeirKafkaPartition *known = partition->known;

      sort_records (partition);
      known->low = g_array_index (partition->records, WeirReplayRecord, 0).offset;
      known->high = g_array_index (partition->records, WeirReplayRecord, partition->records->len - 1).offset + 1;
      if (known->start == WEIR_KAFKA_NONE && !fix_start (self, partition, error))
        return FALSE;
      fix_end (self, partition);
    }
  self->was_scanned = TRUE;
  return TRUE;
}

/* ---- reading files ---------------------------------------------------------------------------------------------- */

static gboolean
fail_line (const ReplayFile *file,
           const char       *reason,
           GError          **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", WEIR_SPAN_NONE,
                    "Line %" G_GUINT64_FORMAT " of %s is no record as `kcat -J` writes them: %s.", file->line, file->path, reason);
}

/* @line may be changed. @is_last: no line feed behind it. */
static gboolean
take_line (WeirKafkaReplay *self,
           guint            number,
           char            *line,
           gsize            len,
           gboolean         is_last,
           gboolean         is_whole,
           GError         **error)
{
  ReplayFile      *file = self->files->pdata[number];
  WeirReplayRecord record = { .at = file->done, .len = (guint32)len, .file = number };
  WeirKafkaRow     row;
  const char      *reason;

  if (len > 0)
    {
      reason = weir_kcat_record_parse (line, len, self->headers, &row);
      if (reason != NULL && is_last && !is_whole)
        return TRUE; /* the rest of it is still to come */
      if (reason != NULL)
        return fail_line (file, reason, error);
      record.offset = row.offset;
      record.timestamp_ms = row.timestamp_ms;
      if (!add_record (self, &row, &record, error))
        return FALSE;
    }
  file->done += len + (is_last ? 0 : 1);
  file->line += is_last ? 0 : 1;
  return TRUE;
}

/* Whole lines at the front of @text are taken. */
static gboolean
take_lines (WeirKafkaReplay *self,
            guint            number,
            GByteArray      *text,
            gboolean         at_end,
            gboolean         is_whole,
            GError         **error)
{
  gsize from = 0;

  while (from < text->len)
    {
      char    *line = (char *)text->data + from;
      char    *feed = memchr (line, '\n', text->len - from);
      gsize    len = feed != NULL ? (gsize)(feed - line) : text->len - from;
      gboolean is_last = feed == NULL;

      if (is_last && !at_end && len <= WEIR_LINE_BYTES_MAX)
        break;
      if (len > WEIR_LINE_BYTES_MAX)
        return fail_line (self->files->pdata[number], "it is longer than 64 MiB", error);
      if (!take_line (self, number, line, len, is_last, is_whole, error))
        return FALSE;
      from += len + (is_last ? 0 : 1);
    }
  g_byte_array_remove_range (text, 0, (guint)from);
  return TRUE;
}

static gboolean
scan_file (WeirKafkaReplay *self,
           guint            number,
           gboolean         is_whole,
           GError         **error)
{
  ReplayFile            *file = self->files->pdata[number];
  g_autoptr (GByteArray) text = g_byte_array_new ();
  guint64                at = file->done;
  int                    fd = open (file->path, O_RDONLY | O_CLOEXEC);
  gssize                 n = 1;
  gboolean               ok = fd >= 0;

  while (ok && n > 0)
    {
      guint have = text->len;

      /* One byte more than there is text, so that a number at the end has an end. */
      g_byte_array_set_size (text, have + WEIR_CHUNK_BYTES + 1);
      n = pread (fd, text->data + have, WEIR_CHUNK_BYTES, (off_t)at);
      if (n < 0)
        break;
      text->data[have + (gsize)n] = '\0';
      g_byte_array_set_size (text, have + (guint)n);
      at += (guint64)n;
      ok = take_lines (self, number, text, n == 0, is_whole, error);
    }
  if (fd < 0 || n < 0)
    weir_fail (error, WEIR_ERROR_RUN, "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE, "Encountered error while reading file %s: %s.", file->path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return ok && n >= 0;
}

static guint
file_number (WeirKafkaReplay *self,
             const char      *path)
{
  ReplayFile *file;

  for (guint i = 0; i < self->files->len; i++)
    if (strcmp (((ReplayFile *)self->files->pdata[i])->path, path) == 0)
      return i;
  file = g_new0 (ReplayFile, 1);
  file->path = g_strdup (path);
  file->line = 1;
  g_ptr_array_add (self->files, file);
  return self->files->len - 1;
}

/* A topic that is asked for by name and is not there while others are: most likely a slip. */
static gboolean
check_names (WeirKafkaReplay *self,
             GError         **error)
{
  for (guint n = 0; self->n_lines > 0 && self->options->names != NULL && self->options->names[n] != NULL; n++)
    {
      gboolean have = FALSE;

      for (guint i = 0; i < self->partitions->len; i++)
        have = have || strcmp (((ReplayPartition *)self->partitions->pdata[i])->known->topic, self->options->names[n]) == 0;
      if (!have)
        return weir_fail (error, WEIR_ERROR_RUN, "UNKNOWN_TOPIC_OR_PARTITION", WEIR_SPAN_NONE, "There is no record of topic \"%s\" in %s. Check the name.",
                          self->options->names[n], self->path);
    }
  return TRUE;
}

void
weir_kafka_replay_resume (WeirKafkaReplay *replay)
{
  replay->was_scanned = TRUE;
}

gboolean
weir_kafka_replay_scan (WeirKafkaReplay *replay,
                        gboolean         is_whole,
                        GError         **error)
{
  g_autoptr (GPtrArray) found = weir_file_list (replay->path, NULL, WEIR_FILES_FLAT, error);

  if (found == NULL)
    return FALSE;
  for (guint i = 0; i < found->len; i++)
    {
      const WeirFileEntry *entry = found->pdata[i];
      guint                number = file_number (replay, entry->path);

      if (entry->size > ((ReplayFile *)replay->files->pdata[number])->done && !scan_file (replay, number, is_whole, error))
        return FALSE;
    }
  if (!replay->was_scanned && !check_names (replay, error))
    return FALSE;
  return fix_positions (replay, error);
}

/* ---- answers ---------------------------------------------------------------------------------------------------- */

GPtrArray *
weir_kafka_replay_get_partitions (WeirKafkaReplay *replay)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_partition_free);

  for (guint i = 0; i < replay->partitions->len; i++)
    {
      const WeirKafkaPartition *known = ((ReplayPartition *)replay->partitions->pdata[i])->known;
      WeirKafkaPartition       *copy = weir_kafka_partition_new (known->topic, known->partition);

      copy->low = known->low;
      copy->high = known->high;
      copy->start = known->start;
      g_ptr_array_add (copies, copy);
    }
  return copies;
}

GArray *
weir_kafka_replay_get_records (WeirKafkaReplay *replay,
                               const char      *topic,
                               gint32           partition,
                               gint64           from,
                               gint64           to)
{
  GArray          *records = g_array_new (FALSE, FALSE, sizeof (WeirReplayRecord));
  ReplayPartition *found = find_partition (replay, topic, partition);
  guint            first, end;

  if (found == NULL)
    return records;
  first = lower_bound (found->records, from);
  end = lower_bound (found->records, to);
  if (end > first)
    g_array_append_vals (records, &g_array_index (found->records, WeirReplayRecord, first), end - first);
  return records;
}

const char *
weir_kafka_replay_path (WeirKafkaReplay *replay,
                        guint            file)
{
  return ((ReplayFile *)replay->files->pdata[file])->path;
}
