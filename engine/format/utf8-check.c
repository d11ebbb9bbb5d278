/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"
#include "format/decoder-private.h"

#include <string.h>

/* Text made valid: cells hold UTF-8, whatever the bytes were. */

WeirCell
_weir_utf8_repair (WeirArena  *arena,
                   const char *text,
                   gsize       len)
{
  gsize good = weir_utf8_valid_prefix (text, len);
  char *out;
  gsize n = 0;

  if (good == len)
    return (WeirCell){ text, (guint32)len, WEIR_CELL_STRING };
  out = _weir_arena_alloc (arena, len * 3);
  while (len > 0)
    {
      good = weir_utf8_valid_prefix (text, len);
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
