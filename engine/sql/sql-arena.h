/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory of one parse: bump allocation, zeroed, freed all at once. Not thread-safe while it is filled. */
typedef struct _WeirSqlArena WeirSqlArena;

WeirSqlArena *_weir_sql_arena_new (void);
void          _weir_sql_arena_free (WeirSqlArena *arena);
gpointer      _weir_sql_arena_alloc (WeirSqlArena *arena,
                                     gsize         size);
/* A NUL-terminated copy. */
char *_weir_sql_arena_strndup (WeirSqlArena *arena,
                               const char   *text,
                               gsize         len);

/* A growing array in the arena; outgrown storage stays until the arena goes, at most as much again. */
typedef struct
{
  gpointer data;
  guint    n;
  guint    allocated;
} WeirSqlList;

/* Returns the new, zeroed element. */
gpointer _weir_sql_list_add (WeirSqlArena *arena,
                             WeirSqlList  *list,
                             gsize         element_size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSqlArena, _weir_sql_arena_free)

G_END_DECLS
