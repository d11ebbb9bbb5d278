/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"

#include "base/cpu.h"
#include "base/utf8-private.h"

#include <string.h>

/* Below this a call of the vector version costs more than it saves. */
#define VECTOR_MIN 64

/* Length of the valid character at @p, 0 when there is none. */
static inline gsize
character (const guchar *p,
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

gsize
weir_utf8_valid_prefix (const char *text,
                        gsize       len)
{
  gsize i = 0;

  if (len >= VECTOR_MIN && weir_simd_level () >= WEIR_SIMD_AVX2)
    i = _weir_utf8_valid_blocks_avx2 (text, len);
  while (i < len)
    {
      guint64 eight;
      gsize   n;

      if (len - i >= 8)
        {
          memcpy (&eight, text + i, 8);
          if ((eight & G_GUINT64_CONSTANT (0x8080808080808080)) == 0)
            {
              i += 8;
              continue;
            }
        }
      n = character ((const guchar *)text + i, len - i);
      if (n == 0)
        break;
      i += n;
    }
  return i;
}

gboolean
weir_utf8_valid (const char *text,
                 gsize       len)
{
  return weir_utf8_valid_prefix (text, len) == len;
}

void
weir_utf8_append_repaired (GString    *out,
                           const char *text,
                           gsize       len)
{
  while (len > 0)
    {
      gsize good = weir_utf8_valid_prefix (text, len);

      g_string_append_len (out, text, (gssize)good);
      if (good == len)
        return;
      g_string_append (out, "\xef\xbf\xbd");
      text += good + 1;
      len -= good + 1;
    }
}
