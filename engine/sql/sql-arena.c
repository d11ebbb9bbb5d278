/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/sql-arena.h"

#define CHUNK_BYTES_MIN 4096
#define CHUNK_BYTES_MAX (1u << 20)
#define ALIGNMENT       16

struct _WeirSqlArena
{
  GPtrArray *chunks;
  guint8    *free;
  gsize      n_free;
  gsize      chunk_size;
};

WeirSqlArena *
_weir_sql_arena_new (void)
{
  WeirSqlArena *arena = g_new0 (WeirSqlArena, 1);

  arena->chunks = g_ptr_array_new_with_free_func (g_free);
  arena->chunk_size = CHUNK_BYTES_MIN;
  return arena;
}

void
_weir_sql_arena_free (WeirSqlArena *arena)
{
  g_ptr_array_unref (arena->chunks);
  g_free (arena);
}

gpointer
_weir_sql_arena_alloc (WeirSqlArena *arena,
                       gsize         size)
{
  gpointer result;

  size = (size + ALIGNMENT - 1) & ~(gsize)(ALIGNMENT - 1);
  if (size > arena->n_free)
    {
      gsize chunk_size = MAX (size, arena->chunk_size);

      arena->free = g_malloc0 (chunk_size);
      arena->n_free = chunk_size;
      g_ptr_array_add (arena->chunks, arena->free);
      arena->chunk_size = MIN (arena->chunk_size * 2, CHUNK_BYTES_MAX);
    }
  result = arena->free;
  arena->free += size;
  arena->n_free -= size;
  return result;
}

char *
_weir_sql_arena_strndup (WeirSqlArena *arena,
                         const char   *text,
                         gsize         len)
{
  char *copy = _weir_sql_arena_alloc (arena, len + 1);

  if (len > 0)
    memcpy (copy, text, len);
  return copy;
}

gpointer
_weir_sql_list_add (WeirSqlArena *arena,
                    WeirSqlList  *list,
                    gsize         element_size)
{
  if (list->n == list->allocated)
    {
      guint    allocated = MAX (4, list->allocated * 2);
      gpointer data = _weir_sql_arena_alloc (arena, allocated * element_size);

      if (list->n > 0)
        memcpy (data, list->data, list->n * element_size);
      list->data = data;
      list->allocated = allocated;
    }
  return (guint8 *)list->data + list->n++ * element_size;
}
