/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/scratch.h"

/*
 * Blocks in a list, the first of which has room. A reset keeps one block as large as all of them together were, so a batch like the
 * one before it gets by with one block and no call of the allocator.
 */

#define FIRST_BLOCK (64u << 10)
#define KEPT_MAX    (16u << 20) /* more than this is given back: one huge batch is not a reason to hold on to it */
#define ALIGN       16

typedef struct _Block Block;

struct _Block
{
  Block *next;
  gsize  size;
  guint8 data[] __attribute__ ((aligned (ALIGN)));
};

struct _WeirScratch
{
  Block *blocks; /* Owned */
  gsize  used;   /* of the first */
  gsize  total;  /* sizes of all */
};

static void
add_block (WeirScratch *self,
           gsize        size)
{
  Block *block = g_malloc (sizeof (Block) + size);

  block->next = self->blocks;
  block->size = size;
  self->blocks = block;
  self->used = 0;
  self->total += size;
}

static void
free_blocks (WeirScratch *self)
{
  Block *next;

  for (Block *block = self->blocks; block != NULL; block = next)
    {
      next = block->next;
      g_free (block);
    }
  self->blocks = NULL;
  self->used = self->total = 0;
}

WeirScratch *
weir_scratch_new (void)
{
  return g_new0 (WeirScratch, 1);
}

void
weir_scratch_free (WeirScratch *scratch)
{
  if (scratch == NULL)
    return;
  free_blocks (scratch);
  g_free (scratch);
}

gpointer
weir_scratch_alloc (WeirScratch *scratch,
                    gsize        size)
{
  gpointer at;

  size = (size + ALIGN - 1) / ALIGN * ALIGN;
  if (scratch->blocks == NULL || scratch->blocks->size - scratch->used < size)
    add_block (scratch, MAX (size, MAX (FIRST_BLOCK, scratch->total)));
  at = scratch->blocks->data + scratch->used;
  scratch->used += size;
  return at;
}

void
weir_scratch_reset (WeirScratch *scratch)
{
  gsize total = scratch->total;

  scratch->used = 0;
  if (scratch->blocks == NULL || (scratch->blocks->next == NULL && total <= KEPT_MAX))
    return;
  free_blocks (scratch);
  if (total <= KEPT_MAX)
    add_block (scratch, total);
}
