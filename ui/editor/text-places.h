/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "engine/engine.h"

G_BEGIN_DECLS

/* Bytes of @text, the buffer's present text, as iters. FALSE when the range lies outside. */
gboolean weir_text_range_to_iters (GtkTextBuffer *buffer, const char *text, WeirRange range, GtkTextIter *start, GtkTextIter *end);
/* The byte of @text at an iter. */
guint weir_text_iter_to_byte (const char *text, const GtkTextIter *iter);

G_END_DECLS
