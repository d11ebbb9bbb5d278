/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A .weir document as the window has it: one text in one buffer, which every view edits, its latest check, and the session that runs
 * its queries.
 */
#pragma once

#include <gtksourceview/gtksource.h>

#include "engine/engine.h"

G_BEGIN_DECLS

#define WEIR_TYPE_DOCUMENT (weir_document_get_type ())
G_DECLARE_FINAL_TYPE (WeirDocument, weir_document, WEIR, DOCUMENT, GObject)

/**
 * WeirDocument:
 *
 * Properties: `title` (file name or "Untitled"), `file` (GFile, nullable), `modified`, `read-only`.
 *
 * Signals: `checked` () when a newer check is there, 300 ms after the last edit; `queries-changed` () when queries or tables came, went or
 * got another name; `query-changed` (name) when the run of a query began, changed its state or was replaced; `query-renamed` (old, new) before `queries-changed` when its name was edited; `message` (text): a
 * sentence for a toast.
 */
WeirDocument *weir_document_new (void);

GtkSourceBuffer *weir_document_get_buffer (WeirDocument *self);  /* (transfer none) */
WeirSession     *weir_document_get_session (WeirDocument *self); /* (transfer none) */
WeirCheck       *weir_document_get_check (WeirDocument *self);   /* (transfer none) (nullable): none before the first */
/* The text that the latest check is about: its ranges are bytes of this. (transfer none) */
const char *weir_document_get_checked_text (WeirDocument *self);
/* Is the latest check about the present text? */
gboolean weir_document_get_is_checked (WeirDocument *self);
/* Checks now, without waiting for the end of typing. */
void weir_document_check_now (WeirDocument *self);

char    *weir_document_dup_text (WeirDocument *self); /* (transfer full) */
gboolean weir_document_get_is_empty (WeirDocument *self);
/**
 * weir_document_replace_text:
 * @new_text: the whole script as it shall be
 *
 * Writes only what differs, as one user action: one undo takes it back.
 */
void weir_document_replace_text (WeirDocument *self,
                                 const char   *new_text);

const char *weir_document_get_title (WeirDocument *self);
GFile      *weir_document_get_file (WeirDocument *self); /* (transfer none) (nullable) */
gboolean    weir_document_get_modified (WeirDocument *self);
gboolean    weir_document_get_read_only (WeirDocument *self);
/* What @text was shown as: for a demo or a draft. Never marked as modified by itself. */
void weir_document_set_text (WeirDocument *self,
                             const char   *text,
                             const char   *title);

/* Keys of the queries in the order of the text: their names, `Query 2` for the second statement without a name. (transfer full) */
char **weir_document_list_queries (WeirDocument *self);
/* Names of tables and views. (transfer full) */
char **weir_document_list_sources (WeirDocument *self);
/* Valid until the next `checked`. (transfer none) (nullable) */
const WeirStatementInfo *weir_document_find_query (WeirDocument *self,
                                                   const char   *name);
const WeirStatementInfo *weir_document_find_source (WeirDocument *self,
                                                    const char   *name);

/* The run of a query: running, stopped or failed; NULL when it was never started. (transfer none) */
WeirQuery *weir_document_get_query (WeirDocument *self,
                                    const char   *name);
/**
 * weir_document_run_query:
 *
 * Starts a query as its text is now; one that runs is stopped first and started again when it has stopped. Returns at once:
 * weir_document_get_is_starting() until there is a query, or weir_document_dup_run_error() says why there is none.
 */
void     weir_document_run_query (WeirDocument *self,
                                  const char   *name);
gboolean weir_document_get_is_starting (WeirDocument *self,
                                        const char   *name);
void     weir_document_stop_query (WeirDocument *self,
                                   const char   *name);
void     weir_document_stop_all (WeirDocument *self);
gboolean weir_document_has_running (WeirDocument *self);
/* The view of its result stands still, while rows are still collected. Emits `query-changed`. */
void     weir_document_set_paused (WeirDocument *self,
                                   const char   *name,
                                   gboolean      paused);
gboolean weir_document_get_paused (WeirDocument *self,
                                   const char   *name);
/* Why the query has not run or has failed, with the SQL line and a caret. (transfer full) (nullable) */
char *weir_document_dup_run_error (WeirDocument *self,
                                   const char   *name);
/* TRUE when the text of the query differs from what runs. */
gboolean weir_document_get_is_stale (WeirDocument *self,
                                     const char   *name);

/* `-- weir:KIND NAME {json}` lines; an edit of the text like any other. */
char *weir_document_dup_annotation (WeirDocument *self,
                                    const char   *kind,
                                    const char   *name);
void  weir_document_set_annotation (WeirDocument *self,
                                    const char   *kind,
                                    const char   *name,
                                    const char   *json);

/* Files: never more than WEIR_DOCUMENT_MAX_BYTES, regular, UTF-8 and free of NUL; otherwise an error that says what is wrong. */
#define WEIR_DOCUMENT_MAX_BYTES (16 * 1024 * 1024)
void     weir_document_open_async (WeirDocument       *self,
                                   GFile              *file,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
gboolean weir_document_open_finish (WeirDocument *self,
                                    GAsyncResult *result,
                                    GError      **error);
void     weir_document_save_async (WeirDocument       *self,
                                   GFile              *file,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
gboolean weir_document_save_finish (WeirDocument *self,
                                    GAsyncResult *result,
                                    GError      **error);

/* Saving does not mind any more that the file was written by others since it was read. */
void weir_document_forget_etag (WeirDocument *self);
/* Unsaved work of @file (nullable), as it was. */
void weir_document_restore (WeirDocument *self,
                            const char   *text,
                            GFile        *file,
                            gboolean      needs_trust);

/* A file that was not written here must be asked about before its first Run. */
gboolean weir_document_get_needs_trust (WeirDocument *self);
void     weir_document_trust (WeirDocument *self);

G_END_DECLS
