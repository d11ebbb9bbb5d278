/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/decoder-private.h"

#include <string.h>

/*
 * UTF-8 validity: eight ASCII bytes at a time, a table-free check of the rest. Overlong forms, surrogates and code points above
 * U+10FFFF are invalid.
 */

/* Length of the valid sequence at @p, 0 when it is none. */
static gsize
sequence (const guchar *p,
          gsize         left)
{
  guchar c = p[0];

  if (c < 0x80)
    return 1;
  if (c < 0xc2 || left < 2 || (p[1] & 0xc0) != 0x80)
    return 0;
  if (c < 0xe0)
    return 2;
  if (left < 3 || (p[2] & 0xc0) != 0x80)
    return 0;
  if (c < 0xf0)
    return (c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f) ? 0 : 3;
  if (c > 0xf4 || left < 4 || (p[3] & 0xc0) != 0x80)
    return 0;
  return (c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] > 0x8f) ? 0 : 4;
}

/* Bytes from the start that are valid. */
static gsize
valid_prefix (const char *text,
              gsize       len)
{
  gsize i = 0;

  while (i < len)
    {
      guint64 chunk;
      gsize   n;

      if (len - i >= 8)
        {
          memcpy (&chunk, text + i, 8);
          if ((chunk & G_GUINT64_CONSTANT (0x8080808080808080)) == 0)
            {
              i += 8;
              continue;
            }
        }
      n = sequence ((const guchar *)text + i, len - i);
      if (n == 0)
        break;
      i += n;
    }
  return i;
}

gboolean
_weir_utf8_valid (const char *text,
                  gsize       len)
{
  return valid_prefix (text, len) == len;
}

WeirCell
_weir_utf8_repair (WeirArena  *arena,
                   const char *text,
                   gsize       len)
{
  gsize good = valid_prefix (text, len);
  char *out;
  gsize n = 0;

  if (good == len)
    return (WeirCell){ text, (guint32)len, WEIR_CELL_STRING };
  out = _weir_arena_alloc (arena, len * 3);
  while (len > 0)
    {
      good = valid_prefix (text, len);
      memcpy (out + n, text, good);
      n += good;
      text += good;
      len -= good;
      if (len > 0)
        {
          memcpy (out + n, "\xef\xbf\xbd", 3);
          n += 3;
          text++;
          len--;
        }
    }
  return (WeirCell){ out, (guint32)n, WEIR_CELL_STRING };
}
