/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/kafka-recent.h"
#include "io/kafka-replay.h"

#include "base/limits.h"
#include "io/file-list.h"
#include "io/kcat-record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * A Kafka topic from files
 *
 * Option replay names a folder of lines that `kcat -J` wrote; they stand in for a broker. Offsets, their plans and the columns are those
 * of a broker's, so a query does not see the difference. A morsel is a part of one partition's range; its lines are read again from
 * their places in the files.
 */

/* Bytes of the lines of one morsel, unless a line alone is longer. */
#define MORSEL_BYTES (4u << 20)

typedef struct
{
  WeirSource       parent;
  WeirKafkaOptions options; /* Owned */
  WeirKafkaReplay *replay;  /* Owned */
  WeirKafkaRecent *recent;  /* Owned */
  WeirSchema      *schema;  /* Owned: pruned */
  gboolean         needed[WEIR_KAFKA_N_COLUMNS];
  gboolean         is_streaming;
  GPtrArray       *frozen; /* Owned, nullable */
} ReplaySource;

typedef struct
{
  GPtrArray *paths;   /* char*: of each record */
  GArray    *records; /* WeirReplayRecord */
} Morsel;

static void
morsel_free (gpointer data)
{
  Morsel *morsel = data;

  g_ptr_array_unref (morsel->paths);
  g_array_unref (morsel->records);
  g_free (morsel);
}

static gboolean
replay_open (WeirSource             *source,
             const WeirSourceConfig *config,
             GError                **error)
{
  ReplaySource         *self = (ReplaySource *)source;
  g_autofree char      *path = NULL;
  g_autoptr (GPtrArray) files = NULL;

  self->schema = _weir_schema_prune (config->schema, config->needed);
  for (guint i = 0; i < config->schema->n_fields && i < WEIR_KAFKA_N_COLUMNS; i++)
    self->needed[i] = config->needed == NULL || config->needed[i];
  self->is_streaming = config->is_streaming;
  if (!weir_kafka_options_parse (&self->options, config->options, config->is_streaming, error))
    return FALSE;
  self->recent = weir_kafka_recent_new (config->hub, &self->options, config->schema);
  path = weir_file_path (self->options.replay, config->base_dir);
  self->replay = weir_kafka_replay_new (&self->options, path);
  source->description = weir_kafka_options_describe (&self->options);
  files = weir_file_list (path, NULL, WEIR_FILES_FLAT, error);
  return files != NULL;
}

static void
replay_start (WeirSource *source)
{
  weir_source_set_state (source, WEIR_SOURCE_CONNECTED, NULL, 0);
}

static char *
replay_latest (WeirSource *source,
               const char *from,
               gboolean    unlimited,
               GError    **error)
{
  ReplaySource         *self = (ReplaySource *)source;
  g_autoptr (GPtrArray) begin = *from != '\0' ? weir_kafka_offsets_parse (from, error) : NULL;
  g_autoptr (GPtrArray) partitions = NULL;
  g_autoptr (GPtrArray) end = NULL;

  if (*from != '\0' && begin == NULL)
    return NULL;
  if (self->frozen == NULL && !weir_kafka_replay_scan (self->replay, !self->is_streaming, error))
    return NULL;
  partitions = weir_kafka_replay_get_partitions (self->replay);
  weir_kafka_clip (partitions, self->frozen);
  if (begin == NULL && !weir_kafka_any_record (partitions))
    return g_strdup (from);
  end = weir_kafka_plan_end (partitions, begin, unlimited ? 0 : self->options.max_offsets);
  return weir_kafka_offsets_format (end);
}

static char *
replay_freeze (WeirSource *source,
               GError    **error)
{
  ReplaySource *self = (ReplaySource *)source;

  if (self->frozen == NULL)
    {
      g_autoptr (GPtrArray) partitions = NULL;

      if (!weir_kafka_replay_scan (self->replay, FALSE, error))
        return NULL;
      partitions = weir_kafka_replay_get_partitions (self->replay);
      self->frozen = weir_kafka_plan_end (partitions, NULL, 0);
    }
  return weir_kafka_offsets_format (self->frozen);
}

/* Cuts records into morsels by their number and size alone. */
static void
add_morsels (ReplaySource *self,
             GArray       *records,
             GPtrArray    *morsels)
{
  Morsel *morsel = NULL;
  gsize   bytes = 0;

  for (guint i = 0; i < records->len; i++)
    {
      const WeirReplayRecord *record = &g_array_index (records, WeirReplayRecord, i);

      if (morsel == NULL || morsel->records->len == WEIR_VECTOR_ROWS || bytes + record->len > MORSEL_BYTES)
        {
          morsel = g_new0 (Morsel, 1);
          morsel->paths = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ref_string_release);
          morsel->records = g_array_new (FALSE, FALSE, sizeof *record);
          g_ptr_array_add (morsels, morsel);
          bytes = 0;
        }
      bytes += record->len;
      g_ptr_array_add (morsel->paths, g_ref_string_new_intern (weir_kafka_replay_path (self->replay, record->file)));
      g_array_append_vals (morsel->records, record, 1);
    }
}

static GPtrArray *
replay_plan (WeirSource *source,
             const char *from,
             const char *to,
             GError    **error)
{
  ReplaySource         *self = (ReplaySource *)source;
  g_autoptr (GPtrArray) begin = *from != '\0' ? weir_kafka_offsets_parse (from, error) : NULL;
  g_autoptr (GPtrArray) end = weir_kafka_offsets_parse (to, error);
  g_autoptr (GPtrArray) partitions = NULL;
  GPtrArray            *morsels;

  if (end == NULL || (*from != '\0' && begin == NULL))
    return NULL;
  /* A batch that a restart runs again is planned before anything was asked for. */
  if (!weir_kafka_replay_scan (self->replay, !self->is_streaming, error))
    return NULL;
  partitions = weir_kafka_replay_get_partitions (self->replay);
  morsels = g_ptr_array_new_with_free_func (morsel_free);
  for (guint i = 0; i < end->len; i++)
    {
      const WeirKafkaOffset    *last = end->pdata[i];
      const WeirKafkaPartition *partition = weir_kafka_partitions_find (partitions, last->topic, last->partition);
      g_autoptr (GArray)        records = NULL;

      if (partition == NULL)
        continue;
      records = weir_kafka_replay_get_records (self->replay, last->topic, last->partition, weir_kafka_position (partition, begin), last->offset);
      add_morsels (self, records, morsels);
    }
  return morsels;
}

/* ---- reading a morsel, on a worker ------------------------------------------------------------------------------ */

static gboolean
read_line (const Morsel *morsel,
           guint         i,
           int          *fd,
           char         *line,
           GError      **error)
{
  const WeirReplayRecord *record = &g_array_index (morsel->records, WeirReplayRecord, i);
  const char             *path = morsel->paths->pdata[i];
  gsize                   have = 0;

  if (i == 0 || strcmp (path, morsel->paths->pdata[i - 1]) != 0)
    {
      if (*fd >= 0)
        close (*fd);
      *fd = open (path, O_RDONLY | O_CLOEXEC);
    }
  while (*fd >= 0 && have < record->len)
    {
      gssize n = pread (*fd, line + have, record->len - have, (off_t)(record->at + have));

      if (n <= 0 && errno != EINTR)
        break;
      have += (gsize)MAX (n, 0);
    }
  if (have == record->len)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, *fd < 0 ? "FAILED_READ_FILE.FILE_NOT_EXIST" : "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE,
                    "Encountered error while reading file %s: it is not what it was when it was first read.", path);
}

/* All lines of the morsel, one behind the other in memory of their own, which the columns keep. */
static WeirBuffer *
read_lines (const Morsel *morsel,
            gsize        *places,
            GError      **error)
{
  g_autoptr (WeirBuffer) memory = NULL;
  gsize                  size = 0, at = 0;
  int                    fd = -1;
  gboolean               ok = TRUE;

  for (guint i = 0; i < morsel->records->len; i++)
    size += g_array_index (morsel->records, WeirReplayRecord, i).len + 1;
  memory = weir_buffer_new (size);
  for (guint i = 0; ok && i < morsel->records->len; i++)
    {
      gsize len = g_array_index (morsel->records, WeirReplayRecord, i).len;

      places[i] = at;
      ok = read_line (morsel, i, &fd, (char *)memory->data + at, error);
      memory->data[at + len] = '\0';
      at += len + 1;
    }
  if (fd >= 0)
    close (fd);
  return ok ? g_steal_pointer (&memory) : NULL;
}

static gboolean
replay_read (WeirSource      *source,
             gpointer         data,
             WeirSourcePush   push,
             gpointer         push_data,
             WeirDecodeStats *stats,
             GCancellable    *cancellable,
             GError         **error)
{
  ReplaySource          *self = (ReplaySource *)source;
  const Morsel          *morsel = data;
  g_autofree gsize      *places = g_new (gsize, morsel->records->len);
  g_autoptr (GArray)     headers = g_array_new (FALSE, FALSE, sizeof (WeirKafkaHeader));
  g_autoptr (WeirBuffer) memory = read_lines (morsel, places, error);
  g_autoptr (WeirBatch)  batch = NULL;
  const char            *reason = NULL;
  WeirKafkaRows         *rows;
  guint                  n_recent;

  if (memory == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  n_recent = weir_kafka_recent_want (self->recent, morsel->records->len);
  rows = weir_kafka_rows_new (self->schema, self->needed, morsel->records->len, memory);
  for (guint i = 0; i < morsel->records->len; i++)
    {
      const WeirReplayRecord *record = &g_array_index (morsel->records, WeirReplayRecord, i);
      WeirKafkaRow            row;
      const char             *wrong = weir_kcat_record_parse ((char *)memory->data + places[i], record->len, headers, &row);

      if (wrong == NULL && row.offset == record->offset)
        {
          weir_kafka_rows_append (rows, &row);
          if (i + n_recent >= morsel->records->len)
            weir_kafka_recent_add (self->recent, &row);
        }
      else
        reason = wrong != NULL ? wrong : "another record stands there";
      stats->bytes += record->len;
    }
  batch = weir_kafka_rows_finish (rows);
  stats->rows += morsel->records->len;
  if (reason != NULL)
    return weir_fail (error, WEIR_ERROR_RUN, "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE, "Encountered error while reading file %s: it was changed: %s.",
                      (const char *)morsel->paths->pdata[0], reason);
  return push (push_data, batch, error);
}

/* Not by an index of the folder: it may be large. */
static GPtrArray *
replay_peek (WeirSource   *source,
             guint         max,
             GCancellable *cancellable,
             GError      **error)
{
  return weir_kafka_recent_peek (((ReplaySource *)source)->recent, max);
}

static void
replay_finalize (WeirSource *source)
{
  ReplaySource *self = (ReplaySource *)source;

  g_clear_pointer (&self->replay, weir_kafka_replay_free);
  g_clear_pointer (&self->recent, weir_kafka_recent_free);
  g_clear_pointer (&self->schema, weir_type_unref);
  g_clear_pointer (&self->frozen, g_ptr_array_unref);
  weir_kafka_options_clear (&self->options);
}

static gboolean
replay_replay_range (WeirSource *source,
                     const char *from,
                     const char *to,
                     GBytes     *range,
                     gboolean    committed,
                     GError    **error)
{
  if (committed)
    weir_kafka_replay_resume (((ReplaySource *)source)->replay);
  return TRUE;
}

static gboolean
replay_restore_state (WeirSource *source,
                      const char *committed,
                      GBytes     *state,
                      GError    **error)
{
  return *committed == '\0' || replay_replay_range (source, "", committed, state, TRUE, error);
}

static char *
replay_report_latest (WeirSource *source)
{
  g_autoptr (GPtrArray) partitions = weir_kafka_replay_get_partitions (((ReplaySource *)source)->replay);

  return weir_kafka_format_ends (partitions);
}

static const WeirSourceClass replay_class = {
  .format = "kafka",
  .open = replay_open,
  .start = replay_start,
  .latest = replay_latest,
  .freeze = replay_freeze,
  .plan = replay_plan,
  .read = replay_read,
  .peek = replay_peek,
  .report_latest = replay_report_latest,
  .replay_range = replay_replay_range,
  .restore_state = replay_restore_state,
  .finalize = replay_finalize,
};

const WeirSourceKind _weir_source_kafka_replay = { &replay_class, sizeof (ReplaySource), weir_kafka_resolve_schema };
