/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-result.h"
#include "engine-session.h"

G_BEGIN_DECLS

/**
 * WeirPreview:
 *
 * The rows that come out of each step of a query, over a sample of its sources: at most %WEIR_PREVIEW_ROWS rows a step. Immutable,
 * refcounted. Steps are the cards that weir_cards_new() gives of the same text.
 */
typedef struct _WeirPreview WeirPreview;

#define WEIR_PREVIEW_ROWS 200

typedef enum
{
  WEIR_PREVIEW_DEFAULT = 0,
  WEIR_PREVIEW_NO_FILES = 1 << 0, /* nothing that the text names by a path is opened or listed: it was not written here */
} WeirPreviewFlags;

/**
 * weir_session_preview_async:
 * @text: a whole document
 * @range: the statement of the query in it
 *
 * Takes the newest rows of the query's sources, at most %WEIR_PREVIEW_ROWS each, and runs the query over them, step by step, as if the streams
 * ended there: windows are what they would be now, and no row is late. Without an ORDER BY of the query the newest rows come first, by window
 * and the first column that is a time.
 *
 * Nothing is started and nobody is connected to. Rows of sockets, HTTP, Kafka and queues are those that the session's one reader had last, while
 * a query ran or the source was tested, and stay where they are for the queries; generated rows are made, files and other tables that
 * lie on this machine are read, of tables that are no streams at most %WEIR_PREVIEW_TABLE_ROWS rows.
 *
 * The work is done on a worker; @cancellable ends it in the middle of a step.
 */
WEIR_API void weir_session_preview_async (WeirSession *session, const char *text, WeirRange range, WeirPreviewFlags flags, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* (transfer full) (nullable): NULL with the error of the text: PARSE or ANALYZE */
WEIR_API WeirPreview *weir_session_preview_finish (WeirSession *session, GAsyncResult *result, GError **error);

#define WEIR_PREVIEW_TABLE_ROWS 10000

WEIR_API WeirPreview *weir_preview_ref (WeirPreview *preview);
WEIR_API void         weir_preview_unref (WeirPreview *preview);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPreview, weir_preview_unref)

/* Rows that were taken of streams, or, in a query without one, of its tables. */
WEIR_API guint weir_preview_get_n_sampled (WeirPreview *preview);
/* Streams and tables of which no row is known, because nobody has read them yet; NULL-terminated. (transfer none) */
WEIR_API const char *const *weir_preview_get_unread (WeirPreview *preview);

WEIR_API guint weir_preview_get_n_steps (WeirPreview *preview);
/* (transfer none) (nullable): no row was sampled, the step ended in an error, or its rows cannot be told from those of the next */
WEIR_API WeirSnapshot *weir_preview_get_rows (WeirPreview *preview, guint step);
/* How many rows come out of the step; the snapshot has the first %WEIR_PREVIEW_ROWS of them. */
WEIR_API guint64 weir_preview_get_n_rows (WeirPreview *preview, guint step);
/* RUN: a value of the sample that an expression of the step cannot take. (transfer none) (nullable) */
WEIR_API const GError *weir_preview_get_error (WeirPreview *preview, guint step);

G_END_DECLS
