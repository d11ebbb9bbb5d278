/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/checkpoint-private.h"

#include "base/durable-file.h"

#include <string.h>

/*
 * A snapshot is worth its bytes when the log behind the last one has grown as large, so all of them together cost no more than the
 * deltas do; one delta alone is never slower to read than a snapshot would be. It is written beside the log, under a temporary name until it is whole; small ones at once, large ones by a thread. Nothing
 * depends on it: when it fails, the log is longer.
 */

#define DELTA_BYTES_MIN  (4u << 20)
#define WRITE_HERE_BYTES (256u << 10)

typedef struct
{
  char     *dir;  /* Owned */
  char     *path; /* Owned */
  WeirLogId id;
  guint64   batch_id;
  GBytes   *position; /* Owned */
  GBytes   *state;    /* Owned */
  char     *log_dir;  /* Owned */
  gint     *done;
} Job;

gboolean
weir_checkpoint_wants_snapshot (WeirCheckpoint *checkpoint)
{
  guint64 worth;

  if (checkpoint->writer != NULL && g_atomic_int_get (&checkpoint->writer_done))
    _weir_checkpoint_join_writer (checkpoint);
  worth = MAX (DELTA_BYTES_MIN, MAX (checkpoint->snapshot_bytes, 2 * checkpoint->delta_largest));
  return checkpoint->writer == NULL && (checkpoint->delta_bytes > worth ||
                                        checkpoint->delta_batches >= WEIR_CHECKPOINT_BATCHES_MAX);
}

void
_weir_checkpoint_join_writer (WeirCheckpoint *self)
{
  if (self->writer != NULL)
    g_thread_join (self->writer);
  self->writer = NULL;
}

/* Segments all of whose batches are older than @oldest. */
static void
forget_log (Job    *job,
            guint64 oldest)
{
  g_autoptr (GArray) segments = weir_record_log_list (job->log_dir, ".log", NULL);

  for (guint i = 0; segments != NULL && i < segments->len; i++)
    {
      g_autofree char *path = weir_record_log_path (job->log_dir, g_array_index (segments, guint64, i));
      guint64          end = i + 1 < segments->len ? g_array_index (segments, guint64, i + 1) : job->batch_id + 1;

      if (end > oldest || weir_fx_unlink (path) < 0)
        break;
    }
}

/* Snapshots but the newest two, and segments whose batches all lie before both and more than 100 batches back. */
static void
forget_old (Job *job)
{
  g_autoptr (GArray) snapshots = weir_record_log_list (job->dir, ".snap", NULL);
  guint64            oldest;

  if (snapshots == NULL || snapshots->len < WEIR_CHECKPOINT_SNAPSHOTS_MIN)
    return;
  for (guint i = 0; i + WEIR_CHECKPOINT_SNAPSHOTS_MIN < snapshots->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%020" G_GUINT64_FORMAT ".snap", job->dir, g_array_index (snapshots, guint64, i));

      weir_fx_unlink (path);
    }
  oldest = g_array_index (snapshots, guint64, snapshots->len - WEIR_CHECKPOINT_SNAPSHOTS_MIN) + 1;
  oldest = MIN (oldest, job->batch_id - MIN (job->batch_id, WEIR_CHECKPOINT_BATCHES_MIN));
  forget_log (job, oldest);
}

static gboolean
write_snapshot (Job *job)
{
  g_autofree char          *temporary = g_strconcat (job->path, ".tmp", NULL);
  g_autoptr (WeirRecordLog) file = weir_record_log_create_at (temporary, &job->id, job->batch_id, NULL);

  if (file == NULL)
    return FALSE;
  weir_record_log_add (file, WEIR_RECORD_POSITION, job->batch_id, job->position, FALSE);
  weir_record_log_add (file, WEIR_RECORD_STATE, job->batch_id, job->state, TRUE);
  if (!weir_record_log_sync (file, NULL) || weir_fx_rename (temporary, job->path) < 0)
    {
      weir_fx_unlink (temporary);
      return FALSE;
    }
  return weir_durable_sync_dir (job->dir, NULL);
}

static gpointer
run_job (gpointer data)
{
  Job *job = data;

  if (weir_fx_negative ("gc-early"))
    forget_log (job, job->batch_id + 1);
  if (write_snapshot (job))
    forget_old (job);
  if (job->done != NULL)
    g_atomic_int_set (job->done, 1);
  g_free (job->dir);
  g_free (job->path);
  g_free (job->log_dir);
  g_bytes_unref (job->position);
  g_bytes_unref (job->state);
  g_free (job);
  return NULL;
}

/* What a run that was killed left half written. */
void
_weir_checkpoint_remove_temporaries (WeirCheckpoint *self)
{
  g_autoptr (GArray) ids = weir_record_log_list (self->state_dir, ".snap.tmp", NULL);

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%020" G_GUINT64_FORMAT ".snap.tmp", self->state_dir, g_array_index (ids, guint64, i));

      weir_fx_unlink (path);
    }
  weir_durable_remove_temporaries (self->dir);
}

void
weir_checkpoint_snapshot (WeirCheckpoint     *checkpoint,
                          WeirLoggedPosition *position,
                          GBytes             *state)
{
  Job *job = g_new0 (Job, 1);

  position->batch_id = checkpoint->next_batch - 1;
  position->commit_crc = checkpoint->commit_crc;
  job->dir = g_strdup (checkpoint->state_dir);
  job->log_dir = g_strdup (checkpoint->log_dir);
  job->path = _weir_checkpoint_snapshot_path (checkpoint, position->batch_id);
  job->id = checkpoint->id;
  job->batch_id = position->batch_id;
  job->position = weir_position_write (position);
  job->state = g_bytes_ref (state);
  weir_logged_position_free (position);
  checkpoint->snapshot_bytes = g_bytes_get_size (state);
  checkpoint->delta_bytes = checkpoint->delta_batches = checkpoint->delta_largest = 0;
  _weir_checkpoint_end_segment (checkpoint);
  if (checkpoint->snapshot_bytes <= WRITE_HERE_BYTES)
    {
      run_job (job);
      return;
    }
  checkpoint->writer_done = 0;
  job->done = &checkpoint->writer_done;
  checkpoint->writer = g_thread_new ("snapshot", run_job, job);
}
