/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/window/document.h"

G_BEGIN_DECLS

typedef struct _WeirDocumentStart WeirDocumentStart;

/* What was last started under a query's name. */
typedef struct
{
  WeirDocument *document; /* not owned */
  char         *name;
  WeirQuery    *query;      /* nullable */
  char         *error_text; /* why it could not be started; nullable */
  char         *basis;      /* digest of the statements it was made of */
  gboolean      restart;    /* start anew when it has stopped */
  gboolean      paused;     /* its view is */

  WeirDocumentStart *start; /* on its way to become `query`; nullable */
} WeirDocumentRun;

typedef struct
{
  char *key;
  guint statement; /* its place in the check */
} WeirDocumentEntry;

struct _WeirDocument
{
  GObject parent_instance;

  GtkSourceBuffer *buffer;
  WeirSession     *session;
  GFile           *file;
  char            *title;
  char            *etag;
  gboolean         read_only;
  gboolean         needs_trust;

  WeirCheck *check;
  char      *checked_text;
  gboolean   is_checked;
  GPtrArray *queries;   /* WeirDocumentEntry, in the order of the text */
  char      *structure; /* names and kinds of the last check, to see whether they changed */
  guint      check_source;
  gboolean   is_checking; /* a worker is */

  GHashTable *runs; /* name → WeirDocumentRun */
};

/* Path of the folder that its file is in. (transfer full) (nullable) */
char *_weir_document_dup_base_dir (WeirDocument *self);

/* ---- the check (document-check.c) ---- */

void _weir_document_entry_free (gpointer data); /* of WeirDocumentEntry */
/* The text is to be checked in a while. */
void _weir_document_buffer_changed (WeirDocument *self);

/* ---- text and file, runs, signals ---- */

void _weir_document_set_file (WeirDocument *self,
                              GFile        *file);
/* Replaces the whole text without a step to undo. */
void _weir_document_load_text (WeirDocument *self,
                               const char   *text);
void _weir_document_rename_run (WeirDocument *self,
                                const char   *old_name,
                                const char   *new_name);
void _weir_document_run_free (gpointer data);
void _weir_document_emit_query_changed (WeirDocument *self,
                                        const char   *name);
void _weir_document_emit_message (WeirDocument *self,
                                  const char   *text);

G_END_DECLS
