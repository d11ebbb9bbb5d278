/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine-checkpoint.h"

#include "column/timestamp.h"
#include "column/value.h"
#include "io/source-wal.h"
#include "query/checkpoint-private.h"
#include "query/json-raw.h"
#include "query/state-rows.h"
#include "state/state-frame.h"

#include <glib/gstdio.h>
#include <string.h>

/*
 * A checkpoint as JSON, in Spark's terms. Every file is read by itself, so that damage in one hides nothing of the others; the order of
 * batches across files is what recovery checks, not what is checked here.
 */

typedef struct
{
  const char      *dir;
  JsonBuilder     *json;
  JsonArray       *batches;    /* Owned */
  JsonArray       *files;      /* Owned */
  JsonArray       *problems;   /* Owned */
  guint64          next_batch; /* behind the last one that was read */
  gboolean         wal_is_damaged;
  WeirJsonRaw      raw;   /* rows */
  WeirLoggedBatch *open;  /* Owned, nullable: OFFSETS was read */
  JsonObject      *shown; /* Borrowed: the object of `open` */
  JsonObject      *last;  /* Owned, nullable: of the last committed batch */
} Inspect;

static void
add_problem (Inspect      *self,
             const char   *path,
             const GError *error)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "file", path);
  json_object_set_string_member (object, "errorClass", weir_error_get_condition (error));
  json_object_set_string_member (object, "message", error->message);
  json_array_add_object_element (self->problems, object);
}

static void
set_time (JsonObject *object,
          const char *name,
          gint64      us)
{
  g_autoptr (GString) text = g_string_new (NULL);

  weir_timestamp_append_iso (text, us, weir_zone_utc ());
  json_object_set_string_member (object, name, text->str);
}

/* An offset is JSON, or "" before the first row. */
static void
set_offset (JsonObject *object,
            const char *name,
            const char *offset)
{
  g_autoptr (JsonNode) node = *offset != '\0' ? json_from_string (offset, NULL) : NULL;

  if (node != NULL)
    json_object_set_member (object, name, g_steal_pointer (&node));
  else if (*offset == '\0')
    json_object_set_null_member (object, name);
  else
    json_object_set_string_member (object, name, offset);
}

static void
set_watermarks (JsonObject *object,
                const char *name,
                GBytes     *bytes)
{
  gsize         len = 0;
  gconstpointer data = bytes != NULL ? g_bytes_get_data (bytes, &len) : NULL;
  WeirReader    reader;
  gint64        global;
  guint64       n;
  JsonArray    *nodes = json_array_new ();
  JsonObject   *value = json_object_new ();

  weir_reader_init (&reader, data, len);
  global = (gint64)weir_reader_u64 (&reader);
  n = weir_reader_varint (&reader);
  json_object_set_int_member (value, "globalMs", global);
  for (guint64 i = 0; i < n && !reader.failed; i++)
    {
      gint64 node = (gint64)weir_reader_u64 (&reader);

      if (node == G_MININT64)
        json_array_add_null_element (nodes);
      else
        json_array_add_int_element (nodes, node);
    }
  json_object_set_array_member (value, "perNodeMs", nodes);
  json_object_set_object_member (object, name, value);
}

/* Names and sizes of the frames in DELTA or a snapshot. */
static JsonArray *
describe_frames (GBytes  *state,
                 GError **error)
{
  JsonArray      *frames = json_array_new ();
  gsize           len;
  gconstpointer   data = g_bytes_get_data (state, &len);
  WeirStateReader reader;

  if (!weir_state_reader_init (&reader, data, len, error))
    return frames;
  while (reader.next < reader.n_frames)
    {
      const char      *name;
      gsize            name_len;
      WeirReader       body;
      JsonObject      *frame;
      g_autofree char *text = NULL;

      if (!weir_state_reader_next (&reader, &name, &name_len, &body, error))
        break;
      text = g_utf8_make_valid (name, (gssize)name_len);
      frame = json_object_new ();
      json_object_set_string_member (frame, "operator", text);
      json_object_set_int_member (frame, "bytes", (gint64)body.len);
      json_array_add_object_element (frames, frame);
    }
  return frames;
}

/* ---- records ---------------------------------------------------------------------------------------------------- */

static void
show_offsets (Inspect          *self,
              const WeirRecord *record)
{
  const WeirBatchRecord *batch;
  JsonArray             *sources = json_array_new ();

  weir_logged_batch_free (self->open);
  self->open = weir_offsets_read (record->batch_id, record->payload);
  self->shown = json_object_new ();
  self->next_batch = record->batch_id + 1;
  json_object_set_int_member (self->shown, "batchId", (gint64)record->batch_id);
  json_array_add_object_element (self->batches, self->shown);
  json_object_set_boolean_member (self->shown, "committed", FALSE);
  for (guint i = 0; self->open != NULL && i < self->open->record->n_sources; i++)
    {
      JsonObject *source = json_object_new ();

      set_offset (source, "startOffset", self->open->record->from[i]);
      set_offset (source, "endOffset", self->open->record->to[i]);
      json_object_set_int_member (source, "rangeBytes", (gint64)g_bytes_get_size (self->open->ranges->pdata[i]));
      json_array_add_object_element (sources, source);
    }
  json_object_set_array_member (self->shown, "sources", sources);
  if (self->open == NULL)
    return;
  batch = self->open->record;
  set_time (self->shown, "timestamp", batch->now_us);
  json_object_set_int_member (self->shown, "batchWatermarkMs", batch->watermark_ms);
  json_object_set_int_member (self->shown, "lateWatermarkMs", batch->late_watermark_ms);
  json_object_set_boolean_member (self->shown, "noData", batch->is_no_data);
  set_watermarks (self->shown, "watermarksBefore", self->open->watermarks);
}

static void
show_commit (Inspect          *self,
             const WeirRecord *record)
{
  JsonArray *operators = json_array_new ();

  if (self->open != NULL && weir_commit_read (record->payload, self->open))
    {
      for (guint i = 0; self->open->operators != NULL && i < self->open->operators->len; i++)
        {
          const WeirLoggedOperator *logged = &g_array_index (self->open->operators, WeirLoggedOperator, i);
          JsonObject               *object = json_object_new ();

          json_object_set_int_member (object, "operatorId", i);
          json_object_set_string_member (object, "operatorName", logged->name);
          json_object_set_int_member (object, "numRowsTotal", (gint64)logged->n_rows);
          json_object_set_int_member (object, "memoryUsedBytes", (gint64)logged->n_bytes);
          json_array_add_object_element (operators, object);
        }
      set_watermarks (self->shown, "watermarksAfter", self->open->watermarks_after);
    }
  json_object_set_boolean_member (self->shown, "committed", TRUE);
  json_object_set_array_member (self->shown, "stateOperators", operators);
  g_clear_pointer (&self->last, json_object_unref);
  self->last = json_object_ref (self->shown);
}

static void
show_record (Inspect          *self,
             const char       *path,
             const WeirRecord *record)
{
  g_autoptr (GError) error = NULL;

  if (record->kind == WEIR_RECORD_OFFSETS)
    show_offsets (self, record);
  else if (self->shown == NULL)
    return;
  else if (record->kind == WEIR_RECORD_COMMIT)
    show_commit (self, record);
  else if (record->kind == WEIR_RECORD_OUTPUT)
    json_object_set_int_member (self->shown, "outputBytes", (gint64)g_bytes_get_size (record->payload));
  else if (record->kind == WEIR_RECORD_DELTA)
    json_object_set_array_member (self->shown, "stateChanges", describe_frames (record->payload, &error));
  if (error != NULL)
    add_problem (self, path, error);
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

/* What is known of a file whatever it holds. Owned by `files`. */
static JsonObject *
begin_file (Inspect             *self,
            const char          *path,
            const WeirLogReader *reader)
{
  JsonObject *file = json_object_new ();

  json_object_set_string_member (file, "file", path);
  if (reader != NULL)
    {
      g_autofree char *id = weir_log_id_to_string (&reader->id);

      json_object_set_int_member (file, "bytes", (gint64)reader->size);
      json_object_set_string_member (file, "id", id);
      json_object_set_int_member (file, "firstBatchId", (gint64)reader->first_batch);
    }
  json_array_add_object_element (self->files, file);
  return file;
}

static void
inspect_segment (Inspect    *self,
                 const char *path,
                 gboolean    is_last)
{
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirLogReader) reader = weir_log_reader_open (path, is_last, &error);
  JsonObject               *file = begin_file (self, path, reader);
  gint64                    n = 0;

  while (reader != NULL && weir_log_reader_next (reader, &error))
    for (guint i = 0; i < reader->n_records; i++, n++)
      show_record (self, path, &reader->records[i]);
  json_object_set_int_member (file, "records", n);
  if (reader != NULL && reader->torn)
    json_object_set_int_member (file, "unacknowledgedBytes", (gint64)(reader->size - reader->pos));
  if (error != NULL)
    add_problem (self, path, error);
}

static void
inspect_snapshot (Inspect    *self,
                  const char *path)
{
  g_autoptr (GError)             error = NULL;
  g_autoptr (WeirLogReader)      reader = weir_log_reader_open (path, FALSE, &error);
  g_autoptr (WeirLoggedPosition) position = NULL;
  JsonObject                    *file = begin_file (self, path, reader);

  if (reader != NULL && weir_log_reader_next (reader, &error) && reader->n_records == 2)
    {
      position = weir_position_read (reader->first_batch, reader->records[0].payload);
      json_object_set_array_member (file, "stateOperators", describe_frames (reader->records[1].payload, &error));
      if (position != NULL)
        set_watermarks (file, "watermarks", position->watermarks);
    }
  json_object_set_boolean_member (file, "valid", position != NULL && error == NULL);
  if (error != NULL)
    add_problem (self, path, error);
}

/* A run needs the log behind its snapshot only; who looks wants to know of every gap. */
static void
check_gap (Inspect    *self,
           const char *path,
           guint64     first)
{
  g_autoptr (GError) error = NULL;

  if (first == self->next_batch || json_array_get_length (self->files) == 0)
    return;
  error = weir_error_new (WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.CANNOT_READ_STREAMING_STATE_FILE", WEIR_SPAN_NONE,
                          "Batches %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " are missing before this file.", self->next_batch, MAX (first, 1) - 1);
  add_problem (self, path, error);
}

static void
inspect_files (Inspect    *self,
               const char *folder,
               const char *suffix)
{
  g_autofree char   *dir = g_build_filename (self->dir, folder, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) ids = weir_record_log_list (dir, suffix, &error);

  if (ids == NULL)
    add_problem (self, dir, error);
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%020" G_GUINT64_FORMAT "%s", dir, g_array_index (ids, guint64, i), suffix);

      if (strcmp (suffix, ".log") == 0)
        {
          check_gap (self, path, g_array_index (ids, guint64, i));
          inspect_segment (self, path, i + 1 == ids->len);
        }
      else
        inspect_snapshot (self, path);
    }
}

static void
show_wal (gpointer      data,
          const char   *path,
          guint64       first,
          guint64       end,
          const GError *error)
{
  Inspect    *self = data;
  JsonObject *file = begin_file (self, path, NULL);
  GStatBuf    status;

  if (g_stat (path, &status) == 0)
    json_object_set_int_member (file, "bytes", status.st_size);
  json_object_set_int_member (file, "firstRow", (gint64)first);
  json_object_set_int_member (file, "rows", (gint64)(end - first));
  if (error != NULL)
    {
      add_problem (self, path, error);
      self->wal_is_damaged = TRUE;
    }
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return g_strcmp0 (*(char *const *)a, *(char *const *)b);
}

/* Rows of sources that cannot be asked for them again: `sources/N`. */
static void
inspect_sources (Inspect *self)
{
  g_autofree char      *root = g_build_filename (self->dir, "sources", NULL);
  g_autoptr (GDir)      dir = g_dir_open (root, 0, NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  const char           *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (paths, g_build_filename (root, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  for (guint i = 0; i < paths->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (g_file_test (paths->pdata[i], G_FILE_TEST_IS_DIR) && !weir_source_wal_look (paths->pdata[i], show_wal, self, &error))
        add_problem (self, paths->pdata[i], error);
    }
}

static gboolean
check_state (GBytes  *state,
             GError **error)
{
  GError *local = NULL;

  json_array_unref (describe_frames (state, &local));
  if (local != NULL)
    g_propagate_error (error, local);
  return local == NULL;
}

static gboolean
check_snapshot (gpointer                  data,
                const WeirLoggedPosition *position,
                GBytes                   *state,
                GError                  **error)
{
  return check_state (state, error);
}

static gboolean
check_batch (gpointer               data,
             const WeirLoggedBatch *batch,
             GError               **error)
{
  g_autoptr (GBytes) delta = weir_pieces_join (batch->delta);

  return check_state (delta, error);
}

/* Recovery as a run would do it, without a query: it finds what is missing between the files. */
static void
check_whole (Inspect    *self,
             JsonObject *root)
{
  const WeirRecoveryFuncs     funcs = { check_snapshot, check_batch };
  WeirCheckpoint              checkpoint = { .dir = (char *)self->dir, .lock_fd = -1, .open_batch = G_MAXUINT64 };
  g_autoptr (WeirLoggedBatch) pending = NULL;
  g_autoptr (GError)          error = NULL;
  g_autofree char            *id = g_strdup (json_object_get_string_member_with_default (root, "id", NULL));

  if (id == NULL || !weir_log_id_parse (id, &checkpoint.id))
    return;
  checkpoint.metadata.id = id;
  checkpoint.log_dir = g_build_filename (self->dir, "log", NULL);
  checkpoint.state_dir = g_build_filename (self->dir, "state", NULL);
  if (weir_checkpoint_recover (&checkpoint, &funcs, NULL, &pending, &error))
    {
      json_object_set_int_member (root, "lastCommittedBatchId", (gint64)checkpoint.next_batch - 1);
      if (pending != NULL)
        json_object_set_int_member (root, "pendingBatchId", (gint64)pending->record->batch_id);
      else
        json_object_set_null_member (root, "pendingBatchId");
    }
  else if (json_array_get_length (self->problems) == 0)
    add_problem (self, self->dir, error);
  json_object_set_boolean_member (root, "canRestart", error == NULL && !self->wal_is_damaged);
  g_free (checkpoint.log_dir);
  g_free (checkpoint.state_dir);
  g_free (checkpoint.resume_path);
}

/* FALSE: there is no checkpoint at all. */
static gboolean
inspect_metadata (Inspect    *self,
                  JsonObject *root)
{
  WeirCheckpointMetadata metadata;
  g_autoptr (GError)     error = NULL;
  g_autofree char       *path = g_build_filename (self->dir, "metadata", NULL);
  g_autofree char       *log = g_build_filename (self->dir, "log", NULL);
  JsonObject            *settings = json_object_new ();
  JsonArray             *shape = json_array_new ();

  if (_weir_checkpoint_metadata_read (self->dir, &metadata, &error))
    {
      json_object_set_string_member (root, "id", metadata.id);
      for (guint i = 0; i < metadata.settings->len; i++)
        {
          g_auto (GStrv) pair = g_strsplit (metadata.settings->pdata[i], "=", 2);

          json_object_set_string_member (settings, pair[0], pair[1] != NULL ? pair[1] : "");
        }
      for (guint i = 0; i < metadata.shape->len; i++)
        {
          g_autofree char *line = g_strdelimit (g_strdup (metadata.shape->pdata[i]), "\t", ' ');

          json_array_add_string_element (shape, line);
        }
      _weir_checkpoint_metadata_clear (&metadata);
    }
  else if (error == NULL && g_file_test (log, G_FILE_TEST_IS_DIR))
    error = weir_error_new (WEIR_ERROR_RUN, "STREAMING_CHECKPOINT_MISSING_METADATA_FILE", WEIR_SPAN_NONE, "The metadata file is missing.");
  else if (error == NULL)
    {
      json_object_unref (settings);
      json_array_unref (shape);
      return FALSE;
    }
  json_object_set_object_member (root, "conf", settings);
  json_object_set_array_member (root, "plan", shape);
  if (error != NULL)
    add_problem (self, path, error);
  return TRUE;
}

/* State as the last commit left it. */
static void
show_state (Inspect    *self,
            JsonObject *root)
{
  static const char *const members[] = { "stateOperators", "watermarksAfter" };
  static const char *const names[] = { "stateOperators", "watermarks" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (self->last != NULL && json_object_has_member (self->last, members[i]))
      json_object_set_member (root, names[i], json_node_copy (json_object_get_member (self->last, members[i])));
    else
      json_object_set_null_member (root, names[i]);
}

/* The first rows of an operator's state, or why there are none. */
static void
show_operator_rows (Inspect                *self,
                    const WeirStateRequest *request,
                    const char             *name,
                    guint                   n_rows,
                    JsonArray              *samples)
{
  static const char *const sides[] = { NULL, "left", "right" };
  g_autoptr (GError)       error = NULL;
  g_autoptr (WeirBatch)    batch = weir_state_rows (request, &error);
  JsonObject              *sample = json_object_new ();
  JsonArray               *rows = json_array_new ();

  json_object_set_int_member (sample, "operatorId", request->operator_id);
  json_object_set_string_member (sample, "operatorName", name);
  if (sides[request->side] != NULL)
    json_object_set_string_member (sample, "joinSide", sides[request->side]);
  for (guint row = 0; batch != NULL && row < MIN (n_rows, batch->n_rows); row++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char    *string = NULL;

      weir_batch_append_json_row (text, batch, row, weir_zone_utc ());
      string = weir_json_raw_add (&self->raw, text->str);
      json_array_add_string_element (rows, string);
    }
  if (batch != NULL)
    json_object_set_int_member (sample, "numRowsTotal", batch->n_rows);
  json_object_set_array_member (sample, "rows", rows);
  if (error != NULL)
    {
      json_object_set_string_member (sample, "errorClass", weir_error_get_condition (error));
      json_object_set_string_member (sample, "message", error->message);
    }
  json_array_add_object_element (samples, sample);
}

static void
show_rows (Inspect    *self,
           JsonObject *root,
           guint       n_rows)
{
  JsonArray *samples = json_array_new ();
  JsonArray *operators = self->last != NULL ? json_object_get_array_member (self->last, "stateOperators") : NULL;

  for (guint i = 0; operators != NULL && i < json_array_get_length (operators); i++)
    {
      const char      *name = json_object_get_string_member (json_array_get_object_element (operators, i), "operatorName");
      gboolean         is_join = strcmp (name, "symmetricHashJoin") == 0;
      WeirStateRequest request = { self->dir, i, -1, is_join ? WEIR_STATE_SIDE_LEFT : WEIR_STATE_SIDE_NONE };

      show_operator_rows (self, &request, name, n_rows, samples);
      request.side = WEIR_STATE_SIDE_RIGHT;
      if (is_join)
        show_operator_rows (self, &request, name, n_rows, samples);
    }
  json_object_set_array_member (root, "stateRows", samples);
}

char *
weir_inspect_checkpoint (const char *dir,
                         guint       n_rows,
                         GError    **error)
{
  Inspect              self = { .dir = dir, .batches = json_array_new (), .files = json_array_new (), .problems = json_array_new () };
  JsonObject          *root = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), root);
  char                *text = NULL;

  weir_json_raw_init (&self.raw);
  json_object_set_string_member (root, "checkpoint", dir);
  if (inspect_metadata (&self, root))
    {
      inspect_files (&self, "log", ".log");
      inspect_files (&self, "state", ".snap");
      inspect_sources (&self);
      check_whole (&self, root);
      show_state (&self, root);
      if (n_rows > 0)
        show_rows (&self, root, n_rows);
      json_object_set_array_member (root, "batches", json_array_ref (self.batches));
      json_object_set_array_member (root, "files", json_array_ref (self.files));
      json_object_set_array_member (root, "problems", json_array_ref (self.problems));
      text = weir_json_raw_print (&self.raw, node, TRUE);
    }
  else
    weir_fail (error, WEIR_ERROR_RUN, "PATH_NOT_FOUND", WEIR_SPAN_NONE, "Path does not exist: %s holds no checkpoint.", dir);
  weir_logged_batch_free (self.open);
  g_clear_pointer (&self.last, json_object_unref);
  json_array_unref (self.batches);
  json_array_unref (self.files);
  json_array_unref (self.problems);
  json_object_unref (root);
  weir_json_raw_clear (&self.raw);
  return text;
}
