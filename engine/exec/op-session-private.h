/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the operator for session_window() share. */
#pragma once

#include "base/limits.h"
#include "exec/session-state.h"
#include "exec/state-list.h"

G_BEGIN_DECLS

typedef struct
{
  WeirOp            op;
  WeirAggLayout     layout;
  WeirSessionState *state;
  gboolean          is_streaming;
  gboolean          evicts;
  WeirGroupTable   *late; /* Owned: key and time of late rows */
  guint64           late_rows;
  GArray           *chunks; /* WeirSessionChunk */
} WeirSessionOp;

/* Up to a vector of sessions that are given out. */
typedef struct
{
  guint32      *keys;     /* Owned */
  WeirSession **sessions; /* Owned array, borrowed sessions */
  guint         n;
} WeirSessionChunk;

/* Rows of a key with the same time and gap. */
typedef struct
{
  gint64  start, end;
  guint64 n_rows; /* 0: not filled in */
} WeirSessionPartial;

#define WEIR_SESSION_PARTIAL_HEADER 32 /* the states are aligned to 16 */
G_STATIC_ASSERT (sizeof (WeirSessionPartial) <= WEIR_SESSION_PARTIAL_HEADER);

typedef struct
{
  WeirLink        link;
  WeirGroupTable *table; /* payload: WeirSessionPartial, then the states */
  WeirGroupKey   *keys;
  guint64        *hashes;
  guint32        *groups;
  gint64         *ends;
  guint16         idx[WEIR_VECTOR_ROWS];
  GByteArray     *scratch;
} WeirSessionLink;

static inline WeirSessionPartial *
_weir_op_session_partial (WeirGroupTable *table,
                          guint           group)
{
  return (WeirSessionPartial *)(void *)weir_group_payload (table, group);
}

void _weir_op_session_free_partials (const WeirAggLayout *layout, WeirGroupTable *table);

/* A session for the readers of the batch; @key in the keys of the state. */
void _weir_op_session_add_output (WeirSessionOp *self, guint32 key, WeirSession *session);

/* ---- of WeirOpClass, on workers (op-session-link.c) ---- */

void     _weir_op_session_link_init (WeirLink *link);
void     _weir_op_session_link_clear (WeirLink *link);
gboolean _weir_op_session_link_push (WeirLink *link, WeirBatch *batch, WeirSel sel, GError **error);
gpointer _weir_op_session_link_take (WeirLink *link);

/* ---- of WeirOpClass, for looking at (op-session-list.c) ---- */

gboolean _weir_op_session_list_state (WeirOp *op, WeirStateList *list, GError **error);
void     _weir_op_session_list_open (WeirOp *op, WeirExec *exec, guint rows_max, guint64 *n_left_out);

G_END_DECLS
