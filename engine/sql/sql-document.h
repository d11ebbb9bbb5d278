/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"
#include "sql/sql-split.h"

G_BEGIN_DECLS

/* The version written, and the highest understood. */
#define WEIR_SQL_DOCUMENT_VERSION 1

/**
 * WeirSqlDocument:
 *
 * A `.weir` document: SQL whose first line is `-- weir: 1` and in which comment lines `-- weir:KIND NAME {json}` hold what
 * the window remembers of the next statement. It knows the places of things in a text and never changes; edits give a
 * new text in which every byte outside the edit is the same. A text without the first line is a document too, of version 0.
 */
typedef struct _WeirSqlDocument WeirSqlDocument;

/**
 * WeirSqlAnnotation:
 * @kind: `chart`, `alert`, …; any word, also ones not known here
 * @name: what it belongs to, without backquotes; empty for the document's own, `-- weir:layout {json}`
 * @json: the rest of the line as written, not checked; may be empty
 * @span: the line without its line end
 * @json_span: the place of @json
 * @statement: index of the next statement, or -1 when there is none
 * @too_long: the line is over %WEIR_ANNOTATION_BYTES_MAX; @json is then empty. The line stays in the text all the same
 */
typedef struct
{
  char    *kind;
  char    *name;
  char    *json;
  WeirSpan span;
  WeirSpan json_span;
  int      statement;
  gboolean too_long;
} WeirSqlAnnotation;

/* NULL when @text is not UTF-8 or over %WEIR_SCRIPT_BYTES_MAX. (transfer full) */
WeirSqlDocument *weir_sql_document_new (const char *text,
                                        gssize      len,
                                        GError    **error);
WeirSqlDocument *weir_sql_document_ref (WeirSqlDocument *document);
void             weir_sql_document_unref (WeirSqlDocument *document);

const char *weir_sql_document_get_text (WeirSqlDocument *document);
/* 0 when the first line is none of ours. */
guint weir_sql_document_get_version (WeirSqlDocument *document);
/* Written by a later program: shown, not edited. */
gboolean weir_sql_document_is_read_only (WeirSqlDocument *document);

guint    weir_sql_document_get_n_statements (WeirSqlDocument *document);
WeirSpan weir_sql_document_get_statement_span (WeirSqlDocument *document,
                                               guint            i);

guint                    weir_sql_document_get_n_annotations (WeirSqlDocument *document);
const WeirSqlAnnotation *weir_sql_document_get_annotation (WeirSqlDocument *document,
                                                           guint            i);
/* The first of that kind and name (names without regard to case), or NULL. */
const WeirSqlAnnotation *weir_sql_document_find_annotation (WeirSqlDocument *document,
                                                            const char      *kind,
                                                            const char      *name);

/**
 * weir_sql_document_set_annotation:
 * @statement: where a new one goes: before this statement, or at the end when there is none
 * @json: one line; NULL removes the annotation
 * @changed: (out) (optional): the changed bytes in the new text
 *
 * Replaces, adds or removes the annotation of a kind and name. A text without the first line gets one with its first annotation.
 *
 * Returns: (transfer full): the new text, or NULL with an error when the document is read-only, the line would be too long
 *   or @json is no single line
 */
char *weir_sql_document_set_annotation (WeirSqlDocument *document,
                                        const char      *kind,
                                        const char      *name,
                                        guint            statement,
                                        const char      *json,
                                        WeirSpan        *changed,
                                        GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSqlDocument, weir_sql_document_unref)

G_END_DECLS
