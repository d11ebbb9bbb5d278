/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <sys/mman.h>

#include "exec/group-memory-private.h"

/*
 * Memory of a group table's two large arrays. Small ones are allocated; from WEIR_GROUP_MAP_BYTES on they are mapped, so that they grow by moving
 * pages, and lie in huge pages, or every probe at random would miss the TLB. Who frees or grows says how large an array is: that tells the two apart.
 */

#define HUGE_BYTES (4u << 20)

static void
advise_huge (void *array,
             gsize bytes)
{
  gsize page = 4096, from = ((gsize)array + page - 1) & ~(page - 1), to = ((gsize)array + bytes) & ~(page - 1);

  if (bytes >= HUGE_BYTES)
    madvise ((void *)from, to - from, MADV_HUGEPAGE);
}

/* Large ones are mapped, so that they grow by moving pages. */
guint8 *
_weir_group_records_new (gsize bytes)
{
  void *records;

  if (bytes < WEIR_GROUP_MAP_BYTES)
    return g_aligned_alloc (1, bytes, 64);
  records = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (records == MAP_FAILED)
    g_error ("cannot allocate %" G_GSIZE_FORMAT " bytes for groups", bytes);
  advise_huge (records, bytes);
  return records;
}

void
_weir_group_records_free (guint8 *records,
                          gsize   bytes)
{
  if (records != NULL && bytes >= WEIR_GROUP_MAP_BYTES)
    munmap (records, bytes);
  else if (records != NULL)
    g_aligned_free (records);
}

guint8 *
_weir_group_records_grow (guint8 *records,
                          gsize   old_bytes,
                          gsize   bytes)
{
  void *grown;

  if (old_bytes < WEIR_GROUP_MAP_BYTES)
    {
      grown = _weir_group_records_new (bytes);
      if (old_bytes > 0)
        memcpy (grown, records, old_bytes);
      _weir_group_records_free (records, old_bytes);
      return grown;
    }
  grown = mremap (records, old_bytes, bytes, MREMAP_MAYMOVE);
  if (grown == MAP_FAILED)
    g_error ("cannot allocate %" G_GSIZE_FORMAT " bytes for groups", bytes);
  advise_huge (grown, bytes);
  return grown;
}

/* Zeroed. */
guint64 *
_weir_group_index_new (guint size)
{
  gsize bytes = size * sizeof (guint64);

  return bytes < WEIR_GROUP_MAP_BYTES ? g_new0 (guint64, size) : (guint64 *)(void *)_weir_group_records_new (bytes);
}

void
_weir_group_index_free (guint64 *index,
                        guint    size)
{
  if (size * sizeof (guint64) < WEIR_GROUP_MAP_BYTES)
    g_free (index);
  else
    munmap (index, size * sizeof (guint64));
}
