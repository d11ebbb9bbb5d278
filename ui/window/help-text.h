/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One page of the help: its paragraphs, NULL-terminated and not yet translated. A paragraph begins with what it is: "# " heading,
 * "> " something to type, "! " an action of the program whose keys are shown, else prose. */
typedef struct
{
  const char        *name;
  const char        *title;
  const char *const *paragraphs;
} WeirHelpPage;

const WeirHelpPage *weir_help_list_pages (guint *n);
/* What an action does, in the user's language. (transfer none) */
const char *weir_help_title_of (const char *action);

G_END_DECLS
