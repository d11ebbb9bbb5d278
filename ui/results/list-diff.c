/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "ui/results/list-diff.h"

#define MAX_SPLICES 16

typedef struct
{
  guint from;
  guint to;
  guint new_from;
  guint new_to;
} Splice;

/* The commonest change of a ring: the front went, something came at the end. */
static gboolean
is_shift (const guint64 *before,
          guint          n_before,
          const guint64 *after,
          guint          n_after,
          guint         *n_gone)
{
  guint n_kept;

  for (guint i = 0; i < n_before; i++)
    if (before[i] == after[0])
      {
        n_kept = n_before - i;
        *n_gone = i;
        return n_kept <= n_after && 2 * n_kept >= n_before && memcmp (before + i, after, n_kept * sizeof *before) == 0;
      }
  return FALSE;
}

static gboolean
find_splices (const guint64 *before,
              guint          n_before,
              const guint64 *after,
              guint          n_after,
              Splice        *splices,
              guint         *n_splices)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_int64_hash, g_int64_equal);
  guint                  i = 0;
  guint                  next = 0;

  *n_splices = 0;
  for (guint j = 0; j < n_after; j++)
    g_hash_table_insert (places, (gpointer)&after[j], GUINT_TO_POINTER (j + 1));
  while (i < n_before || next < n_after)
    {
      guint from = i;
      guint place = 0;

      while (i < n_before && (place = GPOINTER_TO_UINT (g_hash_table_lookup (places, &before[i]))) == 0)
        i++;
      if (i == n_before)
        place = n_after + 1;
      if (place - 1 < next)
        return FALSE;
      if (i > from || place - 1 > next)
        {
          if (*n_splices == MAX_SPLICES)
            return FALSE;
          splices[(*n_splices)++] = (Splice){ from, i, next, place - 1 };
        }
      next = MIN (place, n_after);
      if (i == n_before)
        break;
      i++;
    }
  return TRUE;
}

void
_weir_list_diff (const guint64 *before,
                 guint          n_before,
                 const guint64 *after,
                 guint          n_after,
                 WeirListSplice splice,
                 gpointer       user_data)
{
  Splice splices[MAX_SPLICES];
  guint  n_splices;
  guint  head = 0;
  guint  n_gone;

  while (head < n_before && head < n_after && before[head] == after[head])
    head++;
  while (n_before > head && n_after > head && before[n_before - 1] == after[n_after - 1])
    {
      n_before--;
      n_after--;
    }
  before += head;
  after += head;
  n_before -= head;
  n_after -= head;
  if (n_before == 0 && n_after == 0)
    return;
  if (n_before == 0 || n_after == 0)
    splice (head, n_before, head, n_after, user_data);
  else if (is_shift (before, n_before, after, n_after, &n_gone))
    {
      guint n_kept = n_before - n_gone;

      if (n_after > n_kept)
        splice (head + n_before, 0, head + n_kept, n_after - n_kept, user_data);
      if (n_gone > 0)
        splice (head, n_gone, head, 0, user_data);
    }
  else if (find_splices (before, n_before, after, n_after, splices, &n_splices))
    for (guint i = n_splices; i-- > 0;)
      splice (head + splices[i].from, splices[i].to - splices[i].from, head + splices[i].new_from,
              splices[i].new_to - splices[i].new_from, user_data);
  else
    splice (head, n_before, head, n_after, user_data);
}
