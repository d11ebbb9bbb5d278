/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/checkpoint-private.h"

#include "base/durable-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/*
 * A new checkpoint is made in an order that leaves no doubt: folders, the first segment of the log, then `metadata`. A folder with
 * metadata has a log with a head, and a log with records has metadata; anything else is damage and not a fresh start.
 *
 * The lock is one of the open file description (F_OFD_SETLK): it goes with the process, however that ends, and two runs in one process
 * exclude each other too.
 */

/* From so many bytes of changes on they are worth a thread that writes them while the last rows are computed. */
#define AHEAD_BYTES (1u << 20)

static gboolean
take_lock (WeirCheckpoint *self,
           const char     *run_id,
           GError        **error)
{
  g_autofree char *path = g_build_filename (self->dir, "LOCK", NULL);
  g_autofree char *text = g_strdup_printf ("run %-36.36s\npid %-10d\n", run_id != NULL ? run_id : "-", (int)getpid ());
  struct flock     lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  self->lock_fd = weir_fx_open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (self->lock_fd < 0)
    return weir_fail_file (error, "open", path, errno);
  if (fcntl (self->lock_fd, F_OFD_SETLK, &lock) < 0)
    {
      g_autofree char *owner = NULL;

      if (errno != EAGAIN && errno != EACCES)
        return weir_fail_file (error, "lock", path, errno);
      if (!g_file_get_contents (path, &owner, NULL, NULL))
        owner = g_strdup ("");
      g_strdelimit (g_strchomp (owner), "\n", ',');
      /* It has just begun. */
      if (*owner == '\0')
        {
          g_free (owner);
          owner = g_strdup ("a run that has just begun");
        }
      return weir_fail (error, WEIR_ERROR_RUN, "CONCURRENT_STREAM_LOG_UPDATE", WEIR_SPAN_NONE,
                        "Concurrent update to the log. Multiple streaming jobs detected: the checkpoint %s is in use (%s). Stop that query, or give this one a checkpoint directory of its own.",
                        self->dir, owner);
    }
  /* For people only; the lock itself is in the kernel. Always as long: some file systems flush what was truncated. */
  if (!weir_fx_pwrite_all (self->lock_fd, text, strlen (text), 0))
    return weir_fail_file (error, "write", path, errno);
  return TRUE;
}

/* Log with records, or snapshots, without metadata. */
static gboolean
check_is_new (WeirCheckpoint *self,
              GError        **error)
{
  g_autoptr (GArray) segments = weir_record_log_list (self->log_dir, ".log", error);
  g_autoptr (GArray) snapshots = segments != NULL ? weir_record_log_list (self->state_dir, ".snap", error) : NULL;
  g_autofree char   *path = NULL;
  gboolean           used;

  if (snapshots == NULL)
    return FALSE;
  used = snapshots->len > 0 || segments->len > 1;
  if (segments->len > 0)
    path = weir_record_log_path (self->log_dir, g_array_index (segments, guint64, 0));
  if (segments->len == 1 && !used)
    {
      g_autoptr (WeirLogReader) reader = weir_log_reader_open (path, TRUE, error);

      if (reader == NULL)
        return FALSE;
      used = reader->size > WEIR_LOG_HEADER_SIZE;
    }
  if (used)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_CHECKPOINT_MISSING_METADATA_FILE", WEIR_SPAN_NONE,
                      "Checkpoint location %s is in an inconsistent state: the metadata file is missing but there are records in %s. Restore the metadata file, or start the query with a new checkpoint directory.",
                      self->dir, path != NULL ? path : self->state_dir);
  return TRUE;
}

static gboolean
read_identity (WeirCheckpoint *self,
               const char     *new_id,
               GError        **error)
{
  GError *local = NULL;

  if (_weir_checkpoint_metadata_read (self->dir, &self->metadata, &local))
    {
      weir_log_id_parse (self->metadata.id, &self->id);
      return TRUE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  if (!check_is_new (self, error))
    return FALSE;
  self->metadata.id = new_id != NULL ? g_strdup (new_id) : g_uuid_string_random ();
  weir_log_id_parse (self->metadata.id, &self->id);
  return TRUE;
}

static WeirCheckpoint *
checkpoint_new (const char *dir)
{
  WeirCheckpoint *self = g_new0 (WeirCheckpoint, 1);

  self->dir = g_strdup (dir);
  self->log_dir = g_build_filename (dir, "log", NULL);
  self->state_dir = g_build_filename (dir, "state", NULL);
  self->lock_fd = -1;
  self->open_batch = G_MAXUINT64;
  self->retain_batches = 100;
  return self;
}

WeirCheckpoint *
weir_checkpoint_open (const char *dir,
                      const char *new_id,
                      const char *run_id,
                      GError    **error)
{
  g_autoptr (WeirCheckpoint) self = checkpoint_new (dir);

  if (!weir_durable_mkdir_with_parents (dir, error) || !take_lock (self, run_id, error) || !read_identity (self, new_id, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
weir_checkpoint_free (WeirCheckpoint *checkpoint)
{
  if (checkpoint == NULL)
    return;
  weir_checkpoint_join_delta (checkpoint);
  _weir_checkpoint_join_writer (checkpoint);
  g_free (checkpoint->snapshot_trouble);
  weir_record_log_free (checkpoint->log);
  if (checkpoint->lock_fd >= 0)
    close (checkpoint->lock_fd);
  _weir_checkpoint_metadata_clear (&checkpoint->metadata);
  g_clear_pointer (&checkpoint->next_shape, g_ptr_array_unref);
  g_free (checkpoint->resume_path);
  g_free (checkpoint->log_dir);
  g_free (checkpoint->state_dir);
  g_free (checkpoint->dir);
  g_free (checkpoint);
}

void
weir_checkpoint_set_retention (WeirCheckpoint *checkpoint,
                               guint64         n_batches)
{
  checkpoint->retain_batches = n_batches;
}

const char *
weir_checkpoint_get_id (WeirCheckpoint *checkpoint)
{
  return checkpoint->metadata.id;
}

const char *
weir_checkpoint_get_dir (WeirCheckpoint *checkpoint)
{
  return checkpoint->dir;
}

gint64
weir_checkpoint_get_last (WeirCheckpoint *checkpoint)
{
  return (gint64)checkpoint->next_batch - 1;
}

const char *
weir_checkpoint_get_last_path (WeirCheckpoint *checkpoint)
{
  return checkpoint->resume_path != NULL ? checkpoint->resume_path : checkpoint->log_dir;
}

static GPtrArray *
copy_lines (GPtrArray *lines)
{
  return g_ptr_array_copy (lines, (GCopyFunc)(void (*) (void))g_strdup, NULL);
}

/* @has_log: an empty one, of a query that never had a batch. */
static gboolean
make_new (WeirCheckpoint *self,
          gboolean        has_log,
          GPtrArray      *settings,
          GPtrArray      *shape,
          GError        **error)
{
  g_autofree char *sources = g_build_filename (self->dir, "sources", NULL);

  self->metadata.settings = copy_lines (settings);
  self->metadata.shape = copy_lines (shape);
  g_ptr_array_set_free_func (self->metadata.settings, g_free);
  g_ptr_array_set_free_func (self->metadata.shape, g_free);
  if (!weir_durable_mkdir (self->log_dir, error) || !weir_durable_mkdir (self->state_dir, error) || !weir_durable_mkdir (sources, error))
    return FALSE;
  if (!has_log)
    self->log = weir_record_log_create (self->log_dir, &self->id, 0, error);
  return (has_log || self->log != NULL) && _weir_checkpoint_metadata_write (self->dir, &self->metadata, error);
}

static gboolean
compare_settings (WeirCheckpoint *self,
                  GPtrArray      *settings,
                  GError        **error)
{
  for (guint i = 0; i < settings->len; i++)
    {
      const char *line = settings->pdata[i];
      gsize       key_len = (gsize)(strchr (line, '=') - line) + 1;

      for (guint k = 0; k < self->metadata.settings->len; k++)
        {
          const char *old = self->metadata.settings->pdata[k];

          if (strncmp (old, line, key_len) == 0 && strcmp (old, line) != 0)
            return weir_fail (error, WEIR_ERROR_RUN, "STATE_STORE_INVALID_CONFIG_AFTER_RESTART", WEIR_SPAN_NONE,
                              "Cannot change %s: the checkpoint %s was begun with %s. Restore the setting, or use a new checkpoint directory.", line, self->dir, old);
        }
    }
  return TRUE;
}

/* No batch was ever logged: the query may be any. */
static gboolean
is_unused (WeirCheckpoint *self,
           gboolean       *unused,
           GError        **error)
{
  g_autoptr (GArray)        segments = weir_record_log_list (self->log_dir, ".log", error);
  g_autofree char          *path = NULL;
  g_autoptr (WeirLogReader) reader = NULL;

  *unused = FALSE;
  if (segments == NULL)
    return FALSE;
  if (segments->len != 1 || g_array_index (segments, guint64, 0) != 0)
    return TRUE;
  path = weir_record_log_path (self->log_dir, 0);
  reader = weir_log_reader_open (path, TRUE, error);
  *unused = reader != NULL && reader->size == WEIR_LOG_HEADER_SIZE;
  return reader != NULL;
}

gboolean
weir_checkpoint_check (const char *dir,
                       GPtrArray  *settings,
                       GPtrArray  *shape,
                       GError    **error)
{
  const WeirRecoveryFuncs     funcs = { NULL, NULL };
  g_autoptr (WeirCheckpoint)  self = checkpoint_new (dir);
  g_autoptr (WeirLoggedBatch) pending = NULL;
  gboolean                    unused, is_other;

  if (g_file_test (dir, G_FILE_TEST_EXISTS) && !g_file_test (dir, G_FILE_TEST_IS_DIR))
    return weir_fail_file (error, "make the folder", dir, EEXIST);
  if (g_file_test (dir, G_FILE_TEST_IS_DIR) && g_access (dir, R_OK | W_OK | X_OK) != 0)
    return weir_fail_file (error, "write to", dir, errno);
  if (!read_identity (self, NULL, error))
    return FALSE;
  if (self->metadata.shape == NULL)
    return TRUE;
  if (!is_unused (self, &unused, error))
    return FALSE;
  return unused || (compare_settings (self, settings, error) && _weir_checkpoint_metadata_compare (dir, self->metadata.shape, shape, &is_other, error) &&
                    weir_checkpoint_recover (self, &funcs, NULL, &pending, error));
}

gboolean
weir_checkpoint_adopt (WeirCheckpoint *checkpoint,
                       GPtrArray      *settings,
                       GPtrArray      *shape,
                       GError        **error)
{
  gboolean unused, is_other = FALSE;

  if (checkpoint->metadata.shape == NULL)
    return make_new (checkpoint, FALSE, settings, shape, error);
  if (!is_unused (checkpoint, &unused, error))
    return FALSE;
  if (unused)
    {
      g_ptr_array_unref (checkpoint->metadata.settings);
      g_ptr_array_unref (checkpoint->metadata.shape);
      return make_new (checkpoint, TRUE, settings, shape, error);
    }
  if (!compare_settings (checkpoint, settings, error) ||
      !_weir_checkpoint_metadata_compare (checkpoint->dir, checkpoint->metadata.shape, shape, &is_other, error))
    return FALSE;
  if (!g_file_test (checkpoint->state_dir, G_FILE_TEST_IS_DIR) && !weir_durable_mkdir (checkpoint->state_dir, error))
    return FALSE;
  _weir_checkpoint_remove_temporaries (checkpoint);
  if (is_other)
    {
      checkpoint->next_shape = copy_lines (shape);
      g_ptr_array_set_free_func (checkpoint->next_shape, g_free);
    }
  return TRUE;
}

gboolean
weir_checkpoint_keep_script (WeirCheckpoint *checkpoint,
                             const char     *text,
                             GError        **error)
{
  g_autofree char *path = g_build_filename (checkpoint->dir, "query.sql", NULL);
  g_autofree char *old = NULL;

  if (weir_durable_read (path, &old, NULL, NULL) && strcmp (old, text) == 0)
    return TRUE;
  return weir_durable_write (checkpoint->dir, "query.sql", text, strlen (text), WEIR_DURABLE_REPLACE, error);
}

gboolean
weir_checkpoint_sink_is_new (WeirCheckpoint *checkpoint,
                             guint           index)
{
  return checkpoint->next_shape != NULL && g_strcmp0 (_weir_checkpoint_find_line (checkpoint->metadata.shape, "sink\t", index),
                                                      _weir_checkpoint_find_line (checkpoint->next_shape, "sink\t", index)) != 0;
}

/* ---- appending -------------------------------------------------------------------------------------------------- */

void
_weir_checkpoint_end_segment (WeirCheckpoint *self)
{
  g_clear_pointer (&self->log, weir_record_log_free);
  g_clear_pointer (&self->resume_path, g_free);
  self->resume_size = 0;
}

static gboolean
ensure_log (WeirCheckpoint *self,
            GError        **error)
{
  if (self->log != NULL)
    return TRUE;
  if (self->resume_path != NULL && self->resume_size > 0)
    self->log = weir_record_log_open (self->resume_path, self->resume_size, error);
  else
    self->log = weir_record_log_create (self->log_dir, &self->id, self->next_batch, error);
  return self->log != NULL;
}

/* Nobody finds what goes to a file without a name; and without the name of LOCK another run could begin. */
static gboolean
check_in_place (WeirCheckpoint *self,
                GError        **error)
{
  g_autofree char *lock = g_build_filename (self->dir, "LOCK", NULL);
  const char      *lost = NULL;

  if (!weir_durable_is_at (self->lock_fd, lock))
    lost = lock;
  else if (!weir_record_log_is_in_place (self->log))
    lost = weir_record_log_get_path (self->log);
  return lost == NULL ||
         weir_fail (error, WEIR_ERROR_RUN, "STREAMING_CHECKPOINT_REPLACED", WEIR_SPAN_NONE,
                    "The checkpoint %s was removed, moved or replaced while the query ran: %s is not the file that this run opened. Put the checkpoint back, or start with a new checkpoint directory and an empty sink.",
                    self->dir, lost);
}

/* The append that is queued; with it goes what was begun, whatever comes of it. */
static gboolean
sync_log (WeirCheckpoint *self,
          GError        **error)
{
  self->is_begun = FALSE;
  return weir_record_log_sync (self->log, error) && check_in_place (self, error);
}

gboolean
weir_checkpoint_log_offsets (WeirCheckpoint  *checkpoint,
                             WeirLoggedBatch *batch,
                             GError         **error)
{
  g_autoptr (GBytes) payload = NULL;

  if (batch->record->batch_id != checkpoint->next_batch || checkpoint->open_batch != G_MAXUINT64)
    return weir_fail (error, WEIR_ERROR_RUN, "INTERNAL_ERROR", WEIR_SPAN_NONE,
                      "Batch %" G_GUINT64_FORMAT " cannot follow in the log; expected %" G_GUINT64_FORMAT ".", batch->record->batch_id, checkpoint->next_batch);
  if (!ensure_log (checkpoint, error))
    return FALSE;
  batch->metadata_crc = checkpoint->metadata.crc;
  payload = weir_offsets_write (batch);
  batch->offsets_crc = weir_record_log_add (checkpoint->log, WEIR_RECORD_OFFSETS, batch->record->batch_id, payload, TRUE);
  if (!sync_log (checkpoint, error))
    return FALSE;
  checkpoint->open_batch = batch->record->batch_id;
  checkpoint->has_delta = FALSE;
  return TRUE;
}

static void
add_delta (WeirCheckpoint  *self,
           WeirLoggedBatch *batch)
{
  batch->delta_crc = weir_record_log_add_pieces (self->log, WEIR_RECORD_DELTA, batch->record->batch_id, batch->delta, FALSE);
}

static gpointer
write_ahead (gpointer data)
{
  WeirCheckpoint *self = data;

  add_delta (self, self->ahead_batch);
  self->is_begun = weir_record_log_write (self->log, NULL);
  return NULL;
}

void
weir_checkpoint_begin_delta (WeirCheckpoint  *checkpoint,
                             WeirLoggedBatch *batch)
{
  if (weir_pieces_size (batch->delta) < weir_fx_bound ("WEIR_AHEAD_BYTES", AHEAD_BYTES) || checkpoint->log == NULL)
    return;
  checkpoint->ahead_batch = batch;
  checkpoint->ahead = g_thread_new ("log", write_ahead, checkpoint);
}

void
weir_checkpoint_join_delta (WeirCheckpoint *checkpoint)
{
  if (checkpoint->ahead != NULL)
    g_thread_join (g_steal_pointer (&checkpoint->ahead));
}

void
weir_checkpoint_drop_delta (WeirCheckpoint *checkpoint)
{
  if (checkpoint->is_begun)
    weir_record_log_drop (checkpoint->log);
  checkpoint->is_begun = FALSE;
}

gboolean
weir_checkpoint_log_output (WeirCheckpoint  *checkpoint,
                            WeirLoggedBatch *batch,
                            GError         **error)
{
  if (!ensure_log (checkpoint, error))
    return FALSE;
  if (!checkpoint->is_begun)
    add_delta (checkpoint, batch);
  weir_record_log_add_pieces (checkpoint->log, WEIR_RECORD_OUTPUT, batch->record->batch_id, batch->output, TRUE);
  if (!sync_log (checkpoint, error))
    return FALSE;
  checkpoint->has_delta = TRUE;
  return TRUE;
}

gboolean
weir_checkpoint_log_commit (WeirCheckpoint  *checkpoint,
                            WeirLoggedBatch *batch,
                            GError         **error)
{
  g_autoptr (GBytes) payload = NULL;
  gsize              delta_bytes = weir_pieces_size (batch->delta);
  guint32            crc;

  if (!ensure_log (checkpoint, error))
    return FALSE;
  if (!checkpoint->has_delta && !checkpoint->is_begun)
    add_delta (checkpoint, batch);
  batch->previous_crc = checkpoint->commit_crc;
  payload = weir_commit_write (batch);
  crc = weir_record_log_add (checkpoint->log, WEIR_RECORD_COMMIT, batch->record->batch_id, payload, TRUE);
  if (!sync_log (checkpoint, error))
    return FALSE;
  checkpoint->commit_crc = crc;
  checkpoint->open_batch = G_MAXUINT64;
  checkpoint->next_batch = batch->record->batch_id + 1;
  checkpoint->delta_bytes += delta_bytes;
  checkpoint->delta_largest = MAX (checkpoint->delta_largest, delta_bytes);
  if (checkpoint->delta_batches++ == 0 || checkpoint->delta_rows > 0)
    checkpoint->delta_rows += MAX (batch->n_changed, 1);
  checkpoint->state_rows = 0;
  for (guint i = 0; batch->operators != NULL && i < batch->operators->len; i++)
    checkpoint->state_rows += g_array_index (batch->operators, WeirLoggedOperator, i).n_rows;
  if (checkpoint->next_shape != NULL)
    {
      /* Done again by the next run when it fails: until then the sinks that changed count as changed. */
      g_ptr_array_unref (checkpoint->metadata.shape);
      checkpoint->metadata.shape = g_steal_pointer (&checkpoint->next_shape);
      _weir_checkpoint_metadata_write (checkpoint->dir, &checkpoint->metadata, NULL);
    }
  return TRUE;
}
