/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/effects.h"
#include "query/checkpoint.h"
#include "state/record-log.h"

G_BEGIN_DECLS

/* After so many batches a snapshot is due; tests make them few. Snapshots that stay. */
#define WEIR_CHECKPOINT_BATCHES_MAX   (weir_fx_bound ("WEIR_SNAPSHOT_BATCHES", 100))
#define WEIR_CHECKPOINT_SNAPSHOTS_MIN 2

typedef struct
{
  char      *id;       /* Owned: UUID */
  GPtrArray *settings; /* Owned: `key=value` */
  GPtrArray *shape;    /* Owned: lines */
  guint32    crc;
} WeirCheckpointMetadata;

void _weir_checkpoint_metadata_clear (WeirCheckpointMetadata *metadata);
/* FALSE without @error: there is none. */
gboolean _weir_checkpoint_metadata_read (const char *dir, WeirCheckpointMetadata *metadata, GError **error);
gboolean _weir_checkpoint_metadata_write (const char *dir, WeirCheckpointMetadata *metadata, GError **error);
/* What the change from @old to @shape breaks. @is_other: some sink differs and may. */
gboolean _weir_checkpoint_metadata_compare (const char *dir, GPtrArray *old, GPtrArray *shape, gboolean *is_other, GError **error);

/* The line that begins with @kind (a tab at its end) and @number. (transfer none) (nullable) */
const char *_weir_checkpoint_find_line (GPtrArray *shape, const char *kind, guint number);

typedef struct _WeirSnapshotJob WeirSnapshotJob;

struct _WeirCheckpoint
{
  char                  *dir;       /* Owned */
  char                  *log_dir;   /* Owned */
  char                  *state_dir; /* Owned */
  int                    lock_fd;
  WeirLogId              id;
  WeirCheckpointMetadata metadata;
  GPtrArray             *next_shape; /* Owned, nullable: written behind the first commit of a changed query */

  guint64        retain_batches; /* that can be read, behind the last one */
  WeirRecordLog *log;            /* Owned, nullable: opened at the first append */
  char          *resume_path;    /* Owned, nullable: the segment to go on with, up to resume_size; 0: to be made anew */
  guint64        resume_size;
  guint64        next_batch; /* behind the last committed one */
  guint64        open_batch; /* whose OFFSETS are logged; G_MAXUINT64: none */
  gboolean       has_delta;  /* of the open batch */
  guint32        commit_crc; /* of the last COMMIT */

  GThread         *ahead;       /* Owned, nullable: writes DELTA */
  WeirLoggedBatch *ahead_batch; /* Borrowed: whose */
  gboolean         is_begun;    /* DELTA of the open batch lies in the log, and is not yet durable */

  /* Snapshots */
  guint64          delta_bytes;   /* behind the newest */
  guint64          delta_largest; /* same: of one batch */
  guint64          delta_batches; /* same */
  guint64          delta_rows;    /* same: rows of state that were changed, each as often as it was; 0: not known of all */
  guint64          state_rows;    /* behind the last commit */
  guint64          snapshot_bytes;
  GThread         *writer;            /* Owned, nullable */
  WeirSnapshotJob *job;               /* Owned by writer */
  guint            snapshot_failures; /* since the last that was written */
  guint            snapshot_pause;    /* batches until the next try */
  char            *snapshot_trouble;  /* Owned, nullable */
};

/* Ends the current segment; the next append begins another. */
void  _weir_checkpoint_end_segment (WeirCheckpoint *self);
char *_weir_checkpoint_snapshot_path (WeirCheckpoint *self, guint64 batch_id);
void  _weir_checkpoint_remove_temporaries (WeirCheckpoint *self);
/* Waits for a snapshot on its way. */
void _weir_checkpoint_join_writer (WeirCheckpoint *self);

G_END_DECLS
