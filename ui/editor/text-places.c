/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/editor/text-places.h"

#include <string.h>

/* The engine counts bytes, GTK characters. */

gboolean
weir_text_range_to_iters (GtkTextBuffer *buffer,
                          const char    *text,
                          WeirRange      range,
                          GtkTextIter   *start,
                          GtkTextIter   *end)
{
  gsize len = strlen (text);

  if (range.end > len || range.start > range.end)
    return FALSE;
  gtk_text_buffer_get_iter_at_offset (buffer, start, (int)g_utf8_pointer_to_offset (text, text + range.start));
  gtk_text_buffer_get_iter_at_offset (buffer, end, (int)g_utf8_pointer_to_offset (text, text + range.end));
  return TRUE;
}

guint
weir_text_iter_to_byte (const char        *text,
                        const GtkTextIter *iter)
{
  glong offset = gtk_text_iter_get_offset (iter), length = g_utf8_strlen (text, -1);

  return (guint)(g_utf8_offset_to_pointer (text, MIN (offset, length)) - text);
}
