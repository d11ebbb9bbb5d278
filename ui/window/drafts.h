/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unsaved work, kept in the user's state folder two seconds after an edit and dropped when it is saved or given up. What lies there at
 * start was left by a crash.
 */
#pragma once

#include "ui/window/document.h"

G_BEGIN_DECLS

#define WEIR_TYPE_DRAFT (weir_draft_get_type ())
G_DECLARE_FINAL_TYPE (WeirDraft, weir_draft, WEIR, DRAFT, GObject)

/* Keeps a draft of @document from now on. @path: (nullable): goes on with a draft found at start. */
WeirDraft *weir_draft_new (WeirDocument *document,
                           const char   *path);
/* Writes what is unsaved now. */
void weir_draft_flush (WeirDraft *self);
/* The document was saved or given up. */
void weir_draft_drop (WeirDraft *self);

/* Paths of the drafts that are there. (transfer full) */
char **weir_drafts_list (void);
/* What a draft holds: its text and, when there is one, its file. FALSE when it cannot be read. */
gboolean weir_drafts_read (const char *path,
                           char      **text,
                           GFile     **file,
                           gboolean   *needs_trust);

G_END_DECLS
