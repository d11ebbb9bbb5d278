/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"
#include "sql/sql-split.h"

G_BEGIN_DECLS

/* The version written, and the highest understood. */
#define WEIR_SCRIPT_VERSION 1

/**
 * WeirScript:
 *
 * A `.weir` document: SQL whose first line is `-- weir: 1` and in which comment lines `-- weir:KIND NAME {json}` hold what
 * the window remembers of the next statement. It knows the places of things in a text and never changes; edits give a
 * new text in which every byte outside the edit is the same. A text without the first line is a script too, of version 0.
 */
typedef struct _WeirScript WeirScript;

/**
 * WeirScriptAnnotation:
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
} WeirScriptAnnotation;

/* NULL when @text is not UTF-8 or over %WEIR_SCRIPT_BYTES_MAX. (transfer full) */
WeirScript *weir_script_new (const char *text,
                             gssize      len,
                             GError    **error);
WeirScript *weir_script_ref (WeirScript *script);
void        weir_script_unref (WeirScript *script);

const char *weir_script_get_text (WeirScript *script);
/* 0 when the first line is none of ours. */
guint weir_script_get_version (WeirScript *script);
/* Written by a later program: shown, not edited. */
gboolean weir_script_is_read_only (WeirScript *script);

guint    weir_script_get_n_statements (WeirScript *script);
WeirSpan weir_script_get_statement_span (WeirScript *script,
                                         guint       i);

guint                       weir_script_get_n_annotations (WeirScript *script);
const WeirScriptAnnotation *weir_script_get_annotation (WeirScript *script,
                                                        guint       i);
/* The first of that kind and name (names without regard to case), or NULL. */
const WeirScriptAnnotation *weir_script_find_annotation (WeirScript *script,
                                                         const char *kind,
                                                         const char *name);

/**
 * weir_script_set_annotation:
 * @statement: where a new one goes: before this statement, or at the end when there is none
 * @json: one line; NULL removes the annotation
 * @changed: (out) (optional): the changed bytes in the new text
 *
 * Replaces, adds or removes the annotation of a kind and name. A text without the first line gets one with its first annotation.
 *
 * Returns: (transfer full): the new text, or NULL with an error when the script is read-only, the line would be too long
 *   or @json is no single line
 */
char *weir_script_set_annotation (WeirScript *script,
                                  const char *kind,
                                  const char *name,
                                  guint       statement,
                                  const char *json,
                                  WeirSpan   *changed,
                                  GError    **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirScript, weir_script_unref)

G_END_DECLS
