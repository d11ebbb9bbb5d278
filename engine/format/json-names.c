/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/hash.h"
#include "format/decoder-private.h"

#include <string.h>

/*
 * Field names of a JSON object → index. An open-addressed table at most half full, keyed by the bytes.
 */

typedef struct
{
  char   *name;
  guint32 len;
  int     index; /* -1: empty */
} Slot;

struct _WeirJsonNames
{
  guint mask;
  Slot *slots;
};

static Slot *
find_slot (const WeirJsonNames *names,
           const char          *name,
           gsize                len)
{
  guint i = (guint)weir_hash_mix (len ^ WEIR_HASH_K0, len > 0 ? ((guint64)(guchar)name[0] | (guint64)(guchar)name[len - 1] << 8 | (guint64)(guchar)name[len / 2] << 16) * WEIR_HASH_K1 : 0) & names->mask;

  while (names->slots[i].index >= 0 && (names->slots[i].len != len || memcmp (names->slots[i].name, name, len) != 0))
    i = (i + 1) & names->mask;
  return &names->slots[i];
}

WeirJsonNames *
_weir_json_names_new (const char *const *texts,
                      const int         *indices,
                      guint              n)
{
  WeirJsonNames *names = g_new0 (WeirJsonNames, 1);
  guint          size = 4;

  while (size < n * 2)
    size *= 2;
  names->mask = size - 1;
  names->slots = g_new0 (Slot, size);
  for (guint i = 0; i < size; i++)
    names->slots[i].index = -1;
  for (guint i = 0; i < n; i++)
    {
      gsize len = strlen (texts[i]);
      Slot *slot = find_slot (names, texts[i], len);

      if (slot->index >= 0)
        continue;
      slot->name = g_strdup (texts[i]);
      slot->len = (guint32)len;
      slot->index = indices != NULL ? indices[i] : (int)i;
    }
  return names;
}

void
_weir_json_names_free (WeirJsonNames *names)
{
  for (guint i = 0; i <= names->mask; i++)
    g_free (names->slots[i].name);
  g_free (names->slots);
  g_free (names);
}

int
_weir_json_names_find (const WeirJsonNames *names,
                       const char          *name,
                       gsize                len)
{
  return find_slot (names, name, len)->index;
}
