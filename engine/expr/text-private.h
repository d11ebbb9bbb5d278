/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 and number texts, for casts and string functions. No locale. */
#pragma once

#include "column/column.h"

G_BEGIN_DECLS

/* Bytes of the character that begins with @lead, in valid UTF-8. */
static inline guint
weir_utf8_width (guchar lead)
{
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2
                         : lead < 0xf0 ? 3
                                       : 4;
}

static inline gsize
weir_utf8_length (const char *data,
                  gsize       len)
{
  gsize n = 0;

  for (gsize i = 0; i < len; i++)
    n += ((guchar)data[i] & 0xc0) != 0x80;
  return n;
}

/* Byte offset of character @n, at most @len. */
gsize    _weir_utf8_offset (const char *data, gsize len, gsize n);
gunichar _weir_utf8_get (const char *data, guint *width);
guint    _weir_utf8_put (char *out, gunichar c); /* room for 4; returns how many */

/* Without blanks and control characters at both ends, as Spark's casts trim. */
void     _weir_trim_all (const char **data, gsize *len);
gboolean _weir_parse_double (const char *data, gsize len, double *value);
gboolean _weir_is_decimal_text (const char *data, gsize len);

G_END_DECLS
