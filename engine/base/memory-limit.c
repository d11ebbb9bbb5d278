/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/memory-limit.h"

#include <string.h>
#include <unistd.h>

/*
 * A line of /proc/self/cgroup is `number:controllers:path`. Version 2 has one line, `0::path`, and limits in memory.max, which may say
 * `max`; version 1 has a line with the controller `memory`, a tree of its own for it, and limits in memory.limit_in_bytes. A limit of a group
 * above holds too. Inside a container the path may be one of the machine outside: then the root of the tree is the group itself.
 */

/* G_MAXUINT64: none. */
static guint64
read_limit (const char *path)
{
  g_autofree char *text = NULL;
  guint64          limit = G_MAXUINT64;

  if (!g_file_get_contents (path, &text, NULL, NULL) || !g_ascii_string_to_unsigned (g_strstrip (text), 10, 1, G_MAXUINT64, &limit, NULL))
    return G_MAXUINT64;
  return limit;
}

/* Of the group @path of the tree @tree, and of those above it. */
static guint64
least_limit (const char *tree,
             const char *path,
             const char *file)
{
  g_autofree char *group = g_strdup (path);
  guint64          least = G_MAXUINT64;

  for (;;)
    {
      g_autofree char *name = g_build_filename (tree, group, file, NULL);
      guint64          limit = read_limit (name);
      char            *slash = strrchr (group, '/');

      least = MIN (least, limit);
      if (slash == NULL)
        return least;
      *slash = '\0';
    }
}

static gboolean
has_memory (const char *controllers)
{
  g_auto (GStrv) names = g_strsplit (controllers, ",", -1);

  return g_strv_contains ((const char *const *)names, "memory");
}

guint64
weir_memory_limit_of_groups (const char *root,
                             const char *groups)
{
  g_auto (GStrv)   lines = g_strsplit (groups, "\n", -1);
  g_autofree char *memory_tree = g_build_filename (root, "memory", NULL);
  guint64          least = G_MAXUINT64;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], ":", 3);
      guint64        limit = G_MAXUINT64;

      if (g_strv_length (fields) != 3)
        continue;
      if (*fields[1] == '\0')
        limit = least_limit (root, fields[2], "memory.max");
      else if (has_memory (fields[1]))
        limit = least_limit (memory_tree, fields[2], "memory.limit_in_bytes");
      least = MIN (least, limit);
    }
  return least;
}

guint64
weir_memory_limit (void)
{
  long             pages = sysconf (_SC_PHYS_PAGES), page_bytes = sysconf (_SC_PAGESIZE);
  guint64          built_in = pages > 0 && page_bytes > 0 ? (guint64)pages * (guint64)page_bytes : 0;
  g_autofree char *groups = NULL;
  guint64          limit = G_MAXUINT64;

  if (g_file_get_contents ("/proc/self/cgroup", &groups, NULL, NULL))
    limit = weir_memory_limit_of_groups ("/sys/fs/cgroup", groups);
  if (built_in == 0)
    return limit == G_MAXUINT64 ? 0 : limit;
  return MIN (built_in, limit);
}
