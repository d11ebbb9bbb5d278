/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

#include "ui/window/document.h"

G_BEGIN_DECLS

#define WEIR_TYPE_SOURCE_DIALOG (weir_source_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WeirSourceDialog, weir_source_dialog, WEIR, SOURCE_DIALOG, AdwWindow)

/**
 * weir_source_dialog_new:
 * @edit_table: (nullable): the table to edit; NULL: a new source
 *
 * Adds, edits or removes a source of @document, as one undo step. A table that was not written in a shape the dialog knows says so and can
 * only be removed.
 *
 * Signal: `added` (table, query): @query is the key of the first query that was written over it, nullable.
 *
 * Returns: (transfer floating): a modal window, not presented
 */
WeirSourceDialog *weir_source_dialog_new (GtkWindow *parent, WeirDocument *document, const char *edit_table);

/* Goes on with a file or folder as if it had been chosen: looks into it, and then asks for its columns. */
void weir_source_dialog_open_path (WeirSourceDialog *self, const char *path);

G_END_DECLS
