/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/hash-aggregate.h"

G_BEGIN_DECLS

/* One session; the states of the aggregates follow. */
typedef struct
{
  gint64 start, end; /* µs */
} WeirSession;

#define WEIR_SESSION_HEADER 16
G_STATIC_ASSERT (sizeof (WeirSession) == WEIR_SESSION_HEADER);

/* The sessions of one key, ascending by start, none touching another. */
typedef struct
{
  GPtrArray *sessions; /* WeirSession; NULL: none yet */
  GPtrArray *before;   /* before the running batch; NULL: untouched */
} WeirSessionList;

/**
 * WeirSessionState:
 *
 * Sessions by key. A batch that touches a key builds its list anew from copies and keeps the old one until commit, so going back
 * is putting it in its place.
 */
typedef struct
{
  const WeirAggLayout *layout; /* Borrowed */
  WeirGroupTable      *keys;   /* payload: WeirSessionList */
  guint                n_committed;
  GArray              *touched; /* guint32 */
  gint64               evict_us;
  guint64              n_updated, n_removed, n_total;
  guint64              n_alive; /* blocks of memory, those of before among them */
} WeirSessionState;

WeirSessionState *weir_session_state_new (const WeirAggLayout *layout);
void              weir_session_state_free (WeirSessionState *state);
void              weir_session_state_begin (WeirSessionState *state);
/* Adds a session of @key; @payload's states are merged into it. */
void weir_session_state_add (WeirSessionState *state, WeirEval *eval, const WeirGroupKey *key, gint64 start, gint64 end, guint8 *states);
void weir_session_state_close (WeirSessionState *state, gint64 evict_us);
void weir_session_state_commit (WeirSessionState *state);
void weir_session_state_abort (WeirSessionState *state);

static inline WeirSessionList *
weir_session_state_list (const WeirSessionState *state,
                         guint                   key)
{
  return (WeirSessionList *)(void *)weir_group_payload (state->keys, key);
}

static inline guint8 *
weir_session_states (WeirSession *session)
{
  return (guint8 *)session + WEIR_SESSION_HEADER;
}

void     weir_session_state_write (const WeirSessionState *state, gboolean with_running, WeirWriter *writer);
gboolean weir_session_state_read (WeirSessionState *state, WeirReader *reader);
gsize    weir_session_state_bytes (const WeirSessionState *state);

G_END_DECLS
