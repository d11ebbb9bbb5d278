/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/window/document.h"

G_BEGIN_DECLS

#define WEIR_TYPE_SIDEBAR_ROW (weir_sidebar_row_get_type ())
G_DECLARE_FINAL_TYPE (WeirSidebarRow, weir_sidebar_row, WEIR, SIDEBAR_ROW, GtkListBoxRow)

/* A query, or a source when @is_source: glyph, name, sparkline and rate, brought up to date by weir_sidebar_row_refresh(). */
GtkWidget  *weir_sidebar_row_new (WeirDocument *document,
                                  const char   *name,
                                  gboolean      is_source);
const char *weir_sidebar_row_get_name (WeirSidebarRow *self);
void        weir_sidebar_row_rename (WeirSidebarRow *self,
                                     const char     *name);
/* Once a second. */
void weir_sidebar_row_refresh (WeirSidebarRow *self);

G_END_DECLS
