/* SPDX-License-Identifier: Apache-2.0 */
/* What the Add Source dialog has been told so far. Needs no display. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_SOURCE_DEMO,
  WEIR_SOURCE_SOCKET,
  WEIR_SOURCE_FILES,
  WEIR_SOURCE_KAFKA,
  WEIR_SOURCE_HTTP,
  WEIR_N_SOURCE_KINDS,
} WeirSourceKind;

typedef struct
{
  char    *name;    /* Owned */
  char    *type;    /* Owned: `BIGINT` */
  char    *example; /* Owned, nullable */
  gboolean can_be_event_time;
  guint    n_seen, n_empty; /* among the samples */
} WeirDraftColumn;

typedef struct
{
  WeirSourceKind kind;
  char          *name;         /* Owned: of the table */
  GPtrArray     *options;      /* Owned: key, value, key, value, … as they are written; secrets as `${secret:NAME}` */
  GHashTable    *secrets;      /* Owned: option → what was typed; never written */
  char          *value_format; /* Owned, nullable: json, csv, text */
  gboolean       has_header;
  GArray        *columns;    /* Owned: WeirDraftColumn */
  gboolean       is_edit;    /* read from a script: types of known columns stay */
  int            event_time; /* −1: none */
  gint64         wait_us;
} WeirSourceDraft;

WeirSourceDraft *weir_source_draft_new (void);
void             weir_source_draft_free (WeirSourceDraft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSourceDraft, weir_source_draft_free)

/* FALSE: the text has no table @name that can be edited here. */
gboolean weir_source_draft_read (WeirSourceDraft *self, const char *text, const char *name);

const char *weir_source_draft_get (WeirSourceDraft *self, const char *option);                    /* (nullable) */
void        weir_source_draft_set (WeirSourceDraft *self, const char *option, const char *value); /* NULL, empty: removes */
/* Removes all options: another kind. */
void weir_source_draft_reset (WeirSourceDraft *self, WeirSourceKind kind);
/* A name no statement of @text has: `orders`, `orders_2`. Out of the options. (transfer full) */
char *weir_source_draft_propose_name (WeirSourceDraft *self, const char *const *taken);

/* Options for a test, with what was typed in the place of secrets. */
WeirProbe *weir_source_draft_test (WeirSourceDraft *self, WeirSession *session); /* (transfer full) */
/* Columns, formats and the proposed event time of a test. */
void  weir_source_draft_take_columns (WeirSourceDraft *self, WeirProbe *probe);
char *weir_source_draft_dup_ddl (WeirSourceDraft *self); /* (transfer full) (nullable): no columns */

/* What a query's WATERMARK says: the column, or what makes a time of its number. (transfer full) (nullable): none chosen */
char *weir_source_draft_dup_event_time (WeirSourceDraft *self);
/* @text with the table, and with a first query over it when @query is given. (transfer full) */
char *weir_source_draft_write (WeirSourceDraft *self, const char *text, const char *query);

G_END_DECLS
