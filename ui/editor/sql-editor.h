/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/window/document.h"

G_BEGIN_DECLS

#define WEIR_TYPE_SQL_EDITOR (weir_sql_editor_get_type ())
G_DECLARE_FINAL_TYPE (WeirSqlEditor, weir_sql_editor, WEIR, SQL_EDITOR, GtkWidget)

/**
 * WeirSqlEditor:
 *
 * The document's text with highlighting, completion and underlined problems; below it one line that says the problem at the cursor, or
 * the first, with its remedy as a button.
 */
GtkWidget *weir_sql_editor_new (WeirDocument *document);
/* Puts the cursor at the start of that query and scrolls to it. */
void weir_sql_editor_show_query (WeirSqlEditor *self, const char *name);
/* Cursor at that place, both counted from 1, as errors name it. */
void weir_sql_editor_go_to (WeirSqlEditor *self, guint line, guint column);
void weir_sql_editor_grab_focus (WeirSqlEditor *self);

G_END_DECLS
