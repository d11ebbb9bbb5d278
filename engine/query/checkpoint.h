/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"
#include "query/checkpoint-records.h"

G_BEGIN_DECLS

/*
 * The checkpoint of one streaming query, a folder (mode 0700; files 0600):
 *
 *   LOCK                  held while a run uses it; says which
 *   metadata              query id, frozen settings, shape of the plan: checkpoint-metadata.c
 *   query.sql             the text of the query, for readers of its state
 *   log/<batch>.log       what each batch was and came to: state/record-log.h, checkpoint-records.h
 *   state/<batch>.snap    everything behind that batch, so that older log can go
 *   sources/<n>/          what a source keeps for itself
 */

/**
 * WeirCheckpoint:
 *
 * Opened by one run at a time; used from its thread.
 */
typedef struct _WeirCheckpoint WeirCheckpoint;

/**
 * weir_checkpoint_open:
 * @dir: absolute path; need not be there
 * @new_id: (nullable): UUID for a checkpoint that is new
 * @run_id: goes into LOCK, for people
 *
 * Takes the lock and reads the metadata. Writes nothing but LOCK.
 *
 * Returns: (transfer full) (nullable): the checkpoint, or NULL: in use, damaged, of a newer version, not writable
 */
WeirCheckpoint *weir_checkpoint_open (const char *dir, const char *new_id, const char *run_id, GError **error);
void            weir_checkpoint_free (WeirCheckpoint *checkpoint);
/* How many batches stay that can be read, the last one not counted; 100 when never set. */
void weir_checkpoint_set_retention (WeirCheckpoint *checkpoint, guint64 n_batches);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirCheckpoint, weir_checkpoint_free)

const char *weir_checkpoint_get_id (WeirCheckpoint *checkpoint); /* UUID of the query; a new one in a new checkpoint */
const char *weir_checkpoint_get_dir (WeirCheckpoint *checkpoint);
/**
 * weir_checkpoint_peek:
 * @id: (out) (transfer full) (nullable): UUID of the query; NULL: there is no checkpoint yet
 * @settings: (out) (transfer full) (nullable) (element-type utf8): `key=value` as recorded
 *
 * Reads the metadata only, without the lock.
 */
gboolean weir_checkpoint_peek (const char *dir, char **id, GPtrArray **settings, GError **error);

/**
 * weir_checkpoint_adopt:
 * @settings: (element-type utf8): `key=value` that the query runs with
 * @shape: (element-type utf8): lines of weir_plan_shape()
 *
 * Compares the query with the one the checkpoint was written by, before anything is written; a new checkpoint is made for it.
 *
 * Returns: FALSE with @error: the change is not one that §2.6 of Spark's rules allows
 */
gboolean weir_checkpoint_adopt (WeirCheckpoint *checkpoint, GPtrArray *settings, GPtrArray *shape, GError **error);
/* Would a run adopt the checkpoint in @dir, and could it go on from it? Reads all of it and writes nothing; a folder that is not there is a new checkpoint. */
gboolean weir_checkpoint_check (const char *dir, GPtrArray *settings, GPtrArray *shape, GError **error);

/* Keeps the text of the query beside its state, for those who read it: weir_state_rows(). After adopt. */
gboolean weir_checkpoint_keep_script (WeirCheckpoint *checkpoint, const char *text, GError **error);

/* What recovery finds, in order. A function that is NULL is left out. */
typedef struct
{
  /* At most once, first. */
  gboolean (*snapshot) (gpointer data, const WeirLoggedPosition *position, GBytes *state, GError **error);
  /* Every committed batch behind it. */
  gboolean (*batch) (gpointer data, const WeirLoggedBatch *batch, GError **error);
  guint64 before; /* only what batches below this one left; 0: all. For readers of the past */
} WeirRecoveryFuncs;

/**
 * weir_checkpoint_recover:
 * @pending: (out) (transfer full) (nullable): the batch that was begun and not committed
 *
 * Reads snapshot and log. Damage is an error that names the file; only an older snapshot with all the log behind it stands in for
 * a newer one that is damaged.
 */
gboolean weir_checkpoint_recover (WeirCheckpoint *checkpoint, const WeirRecoveryFuncs *funcs, gpointer data, WeirLoggedBatch **pending, GError **error);
/* The last committed batch; −1: none. After recovery. */
gint64 weir_checkpoint_get_last (WeirCheckpoint *checkpoint);
/* The file that says so, for messages. After recovery, before the first append. */
const char *weir_checkpoint_get_last_path (WeirCheckpoint *checkpoint);

/* Whether sink @index took the place of another since the last run: it holds nothing of what went before. */
gboolean weir_checkpoint_sink_is_new (WeirCheckpoint *checkpoint, guint index);

/* The three appends of a batch, each durable on return. @batch has what the record needs; checksums are filled in. */
gboolean weir_checkpoint_log_offsets (WeirCheckpoint *checkpoint, WeirLoggedBatch *batch, GError **error);
/* DELTA, in the background, when it is large: the next append ends what this begins. join before anything else is done with the
 * checkpoint; a failure shows when it is written again. */
void weir_checkpoint_begin_delta (WeirCheckpoint *checkpoint, WeirLoggedBatch *batch);
void weir_checkpoint_join_delta (WeirCheckpoint *checkpoint);
/* It will not be that one. */
void weir_checkpoint_drop_delta (WeirCheckpoint *checkpoint);
/* DELTA and OUTPUT, for sinks that are given logged rows. */
gboolean weir_checkpoint_log_output (WeirCheckpoint *checkpoint, WeirLoggedBatch *batch, GError **error);
/* COMMIT, with DELTA before it unless it is there. */
gboolean weir_checkpoint_log_commit (WeirCheckpoint *checkpoint, WeirLoggedBatch *batch, GError **error);

/* Whether so much log lies behind the newest snapshot that another one is worth its bytes. */
gboolean weir_checkpoint_wants_snapshot (WeirCheckpoint *checkpoint);
/* State behind the last committed batch, in pieces (element-type GBytes); written in the background when large. Takes @position. References @state. A failure is not the query's: the log says it all. */
void weir_checkpoint_snapshot (WeirCheckpoint *checkpoint, WeirLoggedPosition *position, GPtrArray *state);
/* Why the newest snapshot could not be written; until one is. (transfer none) (nullable): good until the next call */
const char *weir_checkpoint_get_trouble (WeirCheckpoint *checkpoint);

G_END_DECLS
