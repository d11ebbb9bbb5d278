/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Valid UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. NUL is a character like others. */
gboolean weir_utf8_valid (const char *text, gsize len);
/* How many bytes from the start are whole valid characters; @len when all are. */
gsize weir_utf8_valid_prefix (const char *text, gsize len);
/* Appends @text with U+FFFD for every byte that is no part of a valid character. */
void weir_utf8_append_repaired (GString *out, const char *text, gsize len);

G_END_DECLS
