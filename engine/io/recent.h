/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/hub.h"
#include "io/source.h"

G_BEGIN_DECLS

/**
 * WeirRecent:
 *
 * What came lately from a source that gives its rows away only once, or that not everybody may connect to: a bounded ring of pieces (blocks
 * of lines, batches) that belongs to the session's hub, so it outlives the query whose reader filled it. The one reader puts pieces in as they
 * come; previews look and take nothing. Thread-safe, refcounted.
 */
typedef struct _WeirRecent WeirRecent;

/* How pieces are held; one for each kind of piece. */
typedef struct
{
  gpointer (*ref) (gpointer piece);
  void (*unref) (gpointer piece);
} WeirRecentPieces;

extern const WeirRecentPieces weir_recent_blocks;  /* WeirLineBlock */
extern const WeirRecentPieces weir_recent_batches; /* WeirBatch with all columns of the table */

/* One that belongs to no hub. (transfer full) */
WeirRecent *weir_recent_new (const WeirRecentPieces *pieces);
/* The ring of @key, made when there is none. (transfer full) */
WeirRecent *weir_recent_get (WeirReaderHub *hub, const char *key, const WeirRecentPieces *pieces);
/* As it is; NULL: nobody has read there. (transfer full) (nullable) */
WeirRecent *weir_recent_find (WeirReaderHub *hub, const char *key);
WeirRecent *weir_recent_ref (WeirRecent *recent);
void        weir_recent_unref (WeirRecent *recent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirRecent, weir_recent_unref)

/* @piece: referenced. What is older goes once there are %WEIR_RECENT_ROWS without it, or %WEIR_RECENT_BYTES. */
void weir_recent_add (WeirRecent *recent, gpointer piece, guint n_rows, gsize bytes);
/* Oldest first. (transfer full) */
GPtrArray *weir_recent_list (WeirRecent *recent);

/**
 * weir_source_peek_morsels:
 * @morsels: oldest first
 * @max: rows
 *
 * Reads from the end until there are @max rows; of a large morsel its first vector is looked at only.
 *
 * Returns: (transfer full) (nullable) (element-type WeirBatch): at most @max rows, oldest first
 */
GPtrArray *weir_source_peek_morsels (WeirSource *source, GPtrArray *morsels, guint max, GCancellable *cancellable, GError **error);
/* The same for sources whose latest() and plan() need no start: everything there is. */
GPtrArray *weir_source_peek_all (WeirSource *source, guint max, GCancellable *cancellable, GError **error);

G_END_DECLS
