/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/checkpoint-private.h"

#include <string.h>

/*
 * Reading a checkpoint back: the newest snapshot that is whole, then every record of the log behind it, each of which has to be there and
 * to follow the one before. The last batch may lack its commit; only then is there something to finish.
 */

typedef struct
{
  WeirCheckpoint          *self;
  const WeirRecoveryFuncs *funcs;
  gpointer                 data;
  gint64                   base;       /* batch of the snapshot; −1: from the start */
  gboolean                 knows_base; /* commit_crc is that of the batch before next_batch */
  WeirLoggedBatch         *open;       /* Owned: OFFSETS without COMMIT so far */
  const char              *path;
} Recovery;

char *
_weir_checkpoint_snapshot_path (WeirCheckpoint *self,
                                guint64         batch_id)
{
  return g_strdup_printf ("%s/%020" G_GUINT64_FORMAT ".snap", self->state_dir, batch_id);
}

static gboolean
check_owner (WeirCheckpoint      *self,
             const WeirLogReader *reader,
             guint64              named,
             GError             **error)
{
  g_autofree char *other = NULL;

  if (memcmp (&reader->id, &self->id, sizeof reader->id) == 0)
    return reader->first_batch == named ? TRUE : weir_log_fail (error, reader->path, 32, "it does not begin with the batch its name says");
  other = weir_log_id_to_string (&reader->id);
  return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE,
                    "An error occurred during loading state: %s is of query %s, the checkpoint is of query %s. Restore the file from a copy, or start the query with a new checkpoint directory.",
                    reader->path, other, self->metadata.id);
}

/* ---- snapshots -------------------------------------------------------------------------------------------------- */

static gboolean
read_snapshot (WeirCheckpoint      *self,
               guint64              batch_id,
               WeirLoggedPosition **position,
               GBytes             **state,
               GError             **error)
{
  g_autofree char          *path = _weir_checkpoint_snapshot_path (self, batch_id);
  g_autoptr (WeirLogReader) reader = weir_log_reader_open (path, FALSE, error);

  if (reader == NULL || !check_owner (self, reader, batch_id, error))
    return FALSE;
  if (!weir_log_reader_next (reader, error))
    return error == NULL || *error != NULL ? FALSE : weir_log_fail (error, path, WEIR_LOG_HEADER_SIZE, "it is empty");
  if (reader->n_records != 2 || reader->records[0].kind != WEIR_RECORD_POSITION || reader->records[1].kind != WEIR_RECORD_STATE ||
      reader->records[0].batch_id != batch_id || reader->pos != reader->size)
    return weir_log_fail (error, path, WEIR_LOG_HEADER_SIZE, "it is no snapshot of that batch");
  *position = weir_position_read (batch_id, reader->records[0].payload);
  if (*position == NULL)
    return weir_log_fail (error, path, WEIR_LOG_HEADER_SIZE, "its position cannot be read");
  *state = g_bytes_ref (reader->records[1].payload);
  self->snapshot_bytes = g_bytes_get_size (*state);
  return TRUE;
}

/* The newest that is whole. With all of them damaged the log from the first batch on will do, if it is there. */
static gboolean
load_snapshot (Recovery *r,
               GArray   *segments,
               GError  **error)
{
  WeirCheckpoint    *self = r->self;
  g_autoptr (GArray) ids = weir_record_log_list (self->state_dir, ".snap", error);
  g_autoptr (GError) first = NULL;

  if (ids == NULL)
    return FALSE;
  for (guint i = ids->len; i > 0; i--)
    {
      guint64                        id = g_array_index (ids, guint64, i - 1);
      g_autoptr (WeirLoggedPosition) position = NULL;
      g_autoptr (GBytes)             state = NULL;
      g_autofree char               *path = NULL;
      GError                        *local = NULL;

      if (r->funcs->before > 0 && id >= r->funcs->before)
        continue;
      if (read_snapshot (self, id, &position, &state, &local))
        {
          r->base = (gint64)id;
          self->commit_crc = position->commit_crc;
          if (r->funcs->snapshot == NULL || r->funcs->snapshot (r->data, position, state, error))
            return TRUE;
          path = _weir_checkpoint_snapshot_path (self, id);
          g_prefix_error (error, "%s: ", path);
          return FALSE;
        }
      if (first == NULL)
        first = local;
      else
        g_error_free (local);
    }
  if (first != NULL && (segments->len == 0 || g_array_index (segments, guint64, 0) != 0))
    {
      g_propagate_error (error, g_steal_pointer (&first));
      return FALSE;
    }
  return TRUE;
}

/* ---- log -------------------------------------------------------------------------------------------------------- */

static gboolean
take_offsets (Recovery         *r,
              const WeirRecord *record,
              GError          **error)
{
  if (r->open != NULL)
    return weir_log_fail (error, r->path, record->offset, "a batch begins before the one before it was committed");
  if (record->batch_id != r->self->next_batch)
    return weir_log_fail (error, r->path, record->offset, "a batch is missing before this one");
  r->open = weir_offsets_read (record->batch_id, record->payload);
  if (r->open == NULL)
    return weir_log_fail (error, r->path, record->offset, "the offsets of a batch cannot be read");
  r->open->offsets_crc = record->crc;
  return TRUE;
}

static gboolean
take_commit (Recovery         *r,
             const WeirRecord *record,
             GError          **error)
{
  g_autoptr (WeirLoggedBatch) batch = g_steal_pointer (&r->open);
  guint32                     offsets_crc = batch->offsets_crc, delta_crc = batch->delta_crc;
  guint64                     delta_bytes = batch->delta != NULL ? weir_pieces_size (batch->delta) : 0;

  if (!weir_commit_read (record->payload, batch))
    return weir_log_fail (error, r->path, record->offset, "the commit of a batch cannot be read");
  if (batch->delta == NULL || batch->offsets_crc != offsets_crc || batch->delta_crc != delta_crc)
    return weir_log_fail (error, r->path, record->offset, "a commit belongs to other records than those before it");
  if (r->knows_base && batch->previous_crc != r->self->commit_crc)
    return weir_log_fail (error, r->path, record->offset, "a commit does not follow the one before it");
  r->knows_base = TRUE;
  r->self->commit_crc = record->crc;
  r->self->next_batch = record->batch_id + 1;
  if ((gint64)record->batch_id <= r->base || (r->funcs->before > 0 && record->batch_id >= r->funcs->before))
    return TRUE;
  r->self->delta_bytes += delta_bytes;
  r->self->delta_largest = MAX (r->self->delta_largest, delta_bytes);
  r->self->delta_batches++;
  if (r->funcs->batch == NULL || r->funcs->batch (r->data, batch, error))
    return TRUE;
  g_prefix_error (error, "%s: ", r->path);
  return FALSE;
}

static gboolean
take_record (Recovery         *r,
             const WeirRecord *record,
             GError          **error)
{
  GPtrArray **slot;

  if (record->version != 1)
    return weir_fail (error, WEIR_ERROR_RUN, "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION", WEIR_SPAN_NONE,
                      "%s has a record of version %u at byte %" G_GUINT64_FORMAT "; this program reads version 1. Use the program that wrote it, or a newer one.", r->path, record->version, record->offset);
  if (record->kind == WEIR_RECORD_OFFSETS)
    return take_offsets (r, record, error);
  if (r->open == NULL || r->open->record->batch_id != record->batch_id)
    return weir_log_fail (error, r->path, record->offset, "a record belongs to no open batch");
  if (record->kind == WEIR_RECORD_COMMIT)
    return take_commit (r, record, error);
  if (record->kind != WEIR_RECORD_DELTA && record->kind != WEIR_RECORD_OUTPUT)
    return weir_log_fail (error, r->path, record->offset, "a record is of unknown kind");
  slot = record->kind == WEIR_RECORD_DELTA ? &r->open->delta : &r->open->output;
  if (*slot != NULL)
    return weir_log_fail (error, r->path, record->offset, "a batch has two records of one kind");
  *slot = weir_pieces_new (record->payload);
  if (record->kind == WEIR_RECORD_DELTA)
    r->open->delta_crc = record->crc;
  return TRUE;
}

/* TRUE and @empty: the segment was never begun. */
static gboolean
read_segment (Recovery *r,
              guint64   first,
              gboolean  is_last,
              gboolean *empty,
              GError  **error)
{
  WeirCheckpoint           *self = r->self;
  g_autofree char          *path = weir_record_log_path (self->log_dir, first);
  g_autoptr (WeirLogReader) reader = weir_log_reader_open (path, is_last, error);
  GError                   *local = NULL;

  *empty = FALSE;
  if (reader == NULL)
    return FALSE;
  if (is_last)
    {
      g_free (self->resume_path);
      self->resume_path = g_strdup (path);
      self->resume_size = 0;
    }
  /* The first one had its head before there was metadata. */
  if (reader->size == 0 && first == 0)
    return weir_log_fail (error, path, 0, "its head is missing");
  if (reader->size == 0)
    {
      *empty = TRUE;
      return TRUE;
    }
  if (!check_owner (self, reader, first, error))
    return FALSE;
  r->path = path;
  while (weir_log_reader_next (reader, &local))
    for (guint i = 0; i < reader->n_records; i++)
      if (!take_record (r, &reader->records[i], error))
        return FALSE;
  r->path = NULL;
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  if (is_last)
    self->resume_size = reader->pos;
  return TRUE;
}

static gboolean
fail_missing (WeirCheckpoint *self,
              guint64         batch,
              GError        **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.CANNOT_READ_STREAMING_STATE_FILE", WEIR_SPAN_NONE,
                    "Error reading streaming state file of %s: the segment of the log that holds batch %" G_GUINT64_FORMAT " is missing (%020" G_GUINT64_FORMAT ".log or the one before). Restore it from a copy, or start the query with a new checkpoint directory.",
                    self->log_dir, batch, batch);
}

static gboolean
read_log (Recovery *r,
          GArray   *segments,
          GError  **error)
{
  WeirCheckpoint *self = r->self;
  guint64         needed = (guint64)(r->base + 1);
  guint           at = segments->len;

  while (at > 0 && g_array_index (segments, guint64, at - 1) > needed)
    at--;
  if (at == 0)
    return fail_missing (self, needed, error);
  at--;
  self->next_batch = g_array_index (segments, guint64, at);
  r->knows_base = self->next_batch == 0 || self->next_batch == needed;
  if (self->next_batch == 0)
    self->commit_crc = 0;
  for (; at < segments->len; at++)
    {
      guint64  first = g_array_index (segments, guint64, at);
      gboolean is_last = at + 1 == segments->len, empty;

      /* One more that was never begun: the one before it is whole then. */
      if (first != self->next_batch)
        return fail_missing (self, self->next_batch, error);
      if (!read_segment (r, first, is_last, &empty, error))
        return FALSE;
      if (!is_last && r->open != NULL)
        return fail_missing (self, r->open->record->batch_id, error);
    }
  if ((gint64)self->next_batch <= r->base)
    return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE,
                      "An error occurred during loading state: %s ends with batch %" G_GINT64_FORMAT ", but there is a snapshot of batch %" G_GINT64_FORMAT ". Restore the log from a copy, or start the query with a new checkpoint directory.",
                      weir_checkpoint_get_last_path (self), (gint64)self->next_batch - 1, r->base);
  return TRUE;
}

gboolean
weir_checkpoint_recover (WeirCheckpoint          *checkpoint,
                         const WeirRecoveryFuncs *funcs,
                         gpointer                 data,
                         WeirLoggedBatch        **pending,
                         GError                 **error)
{
  Recovery           r = { .self = checkpoint, .funcs = funcs, .data = data, .base = -1 };
  g_autoptr (GArray) segments = weir_record_log_list (checkpoint->log_dir, ".log", error);
  gboolean           ok;

  *pending = NULL;
  ok = segments != NULL && load_snapshot (&r, segments, error) && read_log (&r, segments, error);
  if (ok && r.open != NULL)
    {
      checkpoint->open_batch = r.open->record->batch_id;
      checkpoint->has_delta = r.open->delta != NULL;
      r.open->record->is_replay = TRUE;
      *pending = g_steal_pointer (&r.open);
    }
  weir_logged_batch_free (r.open);
  return ok;
}
