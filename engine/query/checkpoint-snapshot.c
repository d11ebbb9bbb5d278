/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/checkpoint-private.h"

#include "base/durable-file.h"

#include <errno.h>
#include <string.h>

/*
 * A snapshot is worth its bytes when the log behind the last one has grown LOG_SHARE times as large as it, so all of them together cost a
 * quarter of what the deltas do, and reading snapshot and log takes no more than a few times what reading the state alone would. It is written
 * beside the log, under a temporary name until it is whole; small ones at once, large ones by a thread.
 *
 * Nothing depends on it: when it fails, nothing of the log goes, the query says so, and after 1, 2, 4 … RETRY_BATCHES_MAX batches it is
 * tried again.
 */

#define DELTA_BYTES_MIN   (32u << 20)
#define LOG_SHARE         4
#define WRITE_HERE_BYTES  (256u << 10)
#define RETRY_BATCHES_MAX 64u

struct _WeirSnapshotJob
{
  char      *dir;  /* Owned */
  char      *path; /* Owned */
  WeirLogId  id;
  guint64    batch_id, retain_batches;
  GBytes    *position;                                  /* Owned */
  GPtrArray *state;                                     /* Owned */
  char      *log_dir;                                   /* Owned */
  guint64    delta_bytes, delta_largest, delta_batches; /* of the log that it stands for */
  GError    *error;                                     /* Owned, nullable */
  gint       done;                                      /* atomic */
};

typedef struct _WeirSnapshotJob Job;

static void
free_job (Job *job)
{
  g_free (job->dir);
  g_free (job->path);
  g_free (job->log_dir);
  g_bytes_unref (job->position);
  g_ptr_array_unref (job->state);
  g_clear_error (&job->error);
  g_free (job);
}

/* What came of a job that is done. After a failure the log behind the last good snapshot is as long as it was. Takes @job. */
static void
settle (WeirCheckpoint *self,
        Job            *job)
{
  g_clear_pointer (&self->snapshot_trouble, g_free);
  if (job->error == NULL)
    {
      self->snapshot_bytes = weir_pieces_size (job->state);
      self->snapshot_failures = 0;
    }
  else
    {
      self->delta_bytes += job->delta_bytes;
      self->delta_batches += job->delta_batches;
      self->delta_rows = 0;
      self->delta_largest = MAX (self->delta_largest, job->delta_largest);
      self->snapshot_pause = MIN (1u << MIN (self->snapshot_failures, 16), RETRY_BATCHES_MAX);
      self->snapshot_failures++;
      self->snapshot_trouble = g_strdup_printf ("The snapshot of the checkpoint cannot be written for now: %s The query goes on: its log holds everything, and grows until a snapshot can be written.",
                                                job->error->message);
    }
  free_job (job);
}

void
_weir_checkpoint_join_writer (WeirCheckpoint *self)
{
  if (self->writer == NULL)
    return;
  settle (self, g_thread_join (self->writer));
  self->writer = NULL;
  self->job = NULL;
}

static void
join_when_done (WeirCheckpoint *self)
{
  if (self->writer != NULL && g_atomic_int_get (&self->job->done))
    _weir_checkpoint_join_writer (self);
}

/* What a snapshot takes: about as much as the last one, or, before there was one, as those bytes of the log that no later ones replace. */
static guint64
expect_bytes (WeirCheckpoint *self)
{
  if (self->snapshot_bytes > 0 || self->delta_rows == 0)
    return self->snapshot_bytes;
  return (guint64)((double)self->delta_bytes * (double)MIN (self->state_rows, self->delta_rows) / (double)self->delta_rows);
}

gboolean
weir_checkpoint_wants_snapshot (WeirCheckpoint *checkpoint)
{
  guint64 worth;

  join_when_done (checkpoint);
  if (checkpoint->writer != NULL)
    return FALSE;
  if (checkpoint->snapshot_pause > 0)
    {
      checkpoint->snapshot_pause--;
      return FALSE;
    }
  worth = MAX (DELTA_BYTES_MIN, LOG_SHARE * MAX (expect_bytes (checkpoint), checkpoint->delta_largest));
  return checkpoint->delta_bytes > worth || checkpoint->delta_batches >= WEIR_CHECKPOINT_BATCHES_MAX;
}

const char *
weir_checkpoint_get_trouble (WeirCheckpoint *checkpoint)
{
  join_when_done (checkpoint);
  return checkpoint->snapshot_trouble;
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

static void
forget_snapshot (Job    *job,
                 guint64 number)
{
  g_autofree char *path = g_strdup_printf ("%s/%020" G_GUINT64_FORMAT ".snap", job->dir, number);

  weir_fx_unlink (path);
}

/* The newest two snapshots stay, and one from which every batch that is to be read can be: the newest behind which they all lie, else the
 * oldest. With it goes the log in front. */
static void
forget_old (Job *job)
{
  g_autoptr (GArray) snapshots = weir_record_log_list (job->dir, ".snap", NULL);
  guint64            first = job->batch_id - MIN (job->batch_id, job->retain_batches);
  guint              base = 0, n_old;

  if (snapshots == NULL || snapshots->len < WEIR_CHECKPOINT_SNAPSHOTS_MIN)
    return;
  n_old = snapshots->len - WEIR_CHECKPOINT_SNAPSHOTS_MIN;
  while (base < n_old && g_array_index (snapshots, guint64, base + 1) <= first)
    base++;
  for (guint i = 0; i < n_old; i++)
    if (i != base)
      forget_snapshot (job, g_array_index (snapshots, guint64, i));
  if (g_array_index (snapshots, guint64, base) <= first)
    forget_log (job, MIN (g_array_index (snapshots, guint64, base) + 1, first));
}

static gboolean
write_file (Job        *job,
            const char *path,
            GError    **error)
{
  g_autoptr (WeirRecordLog) file = weir_record_log_create_at (path, &job->id, job->batch_id, error);

  if (file == NULL)
    return FALSE;
  weir_record_log_add (file, WEIR_RECORD_POSITION, job->batch_id, job->position, FALSE);
  weir_record_log_add_pieces (file, WEIR_RECORD_STATE, job->batch_id, job->state, TRUE);
  return weir_record_log_sync (file, error);
}

static gboolean
write_snapshot (Job     *job,
                GError **error)
{
  g_autofree char *temporary = g_strconcat (job->path, ".tmp", NULL);
  gboolean         ok = write_file (job, temporary, error);

  if (ok && weir_durable_rename (AT_FDCWD, temporary, AT_FDCWD, job->path, 0) < 0)
    ok = weir_fail_file (error, "rename", temporary, errno);
  if (!ok)
    {
      weir_fx_unlink (temporary);
      return FALSE;
    }
  return weir_durable_sync_dir (job->dir, error);
}

static gpointer
run_job (gpointer data)
{
  Job *job = data;

  if (weir_fx_negative ("gc-early"))
    forget_log (job, job->batch_id + 1);
  if (write_snapshot (job, &job->error))
    forget_old (job);
  g_atomic_int_set (&job->done, 1);
  return job;
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
                          GPtrArray          *state)
{
  Job *job = g_new0 (Job, 1);

  position->batch_id = checkpoint->next_batch - 1;
  position->commit_crc = checkpoint->commit_crc;
  job->dir = g_strdup (checkpoint->state_dir);
  job->log_dir = g_strdup (checkpoint->log_dir);
  job->path = _weir_checkpoint_snapshot_path (checkpoint, position->batch_id);
  job->id = checkpoint->id;
  job->batch_id = position->batch_id;
  job->retain_batches = weir_fx_bound ("WEIR_RETAIN_BATCHES", checkpoint->retain_batches);
  job->position = weir_position_write (position);
  job->state = g_ptr_array_ref (state);
  weir_logged_position_free (position);
  job->delta_bytes = checkpoint->delta_bytes;
  job->delta_largest = checkpoint->delta_largest;
  job->delta_batches = checkpoint->delta_batches;
  checkpoint->delta_bytes = checkpoint->delta_batches = checkpoint->delta_largest = checkpoint->delta_rows = 0;
  _weir_checkpoint_end_segment (checkpoint);
  if (weir_pieces_size (state) <= WRITE_HERE_BYTES)
    {
      settle (checkpoint, run_job (job));
      return;
    }
  checkpoint->job = job;
  checkpoint->writer = g_thread_new ("snapshot", run_job, job);
}
