/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON texts in place: what get_json_object() and its kind need of one document. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *p, *end;
  guint       depth;
} WeirJsonCursor;

/* Behind blanks. */
void _weir_json_skip_blanks (WeirJsonCursor *cursor);
/* Over one whole value; FALSE when it is malformed or nested too deeply. */
gboolean _weir_json_skip_value (WeirJsonCursor *cursor);
/* Over a string, its text appended to @out (nullable). FALSE when malformed. */
gboolean _weir_json_take_string (WeirJsonCursor *cursor, GString *out);
/* The whole text is one value. */
gboolean _weir_json_is_document (const char *text, gsize len);
/* The value at the cursor without blanks; a string with quotes. FALSE when malformed. */
gboolean _weir_json_append_compact (WeirJsonCursor *cursor, GString *out);

/* `$.a['b'][0][*]` */
typedef struct _WeirJsonPath WeirJsonPath;

WeirJsonPath *_weir_json_path_new (const char *text, gsize len); /* NULL: no path */
void          _weir_json_path_free (gpointer path);
/* Appends what get_json_object() gives; FALSE for NULL. */
gboolean _weir_json_path_get (const WeirJsonPath *path, const char *text, gsize len, GString *out);

G_END_DECLS
