/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-list.h"

#include "io/file-manifest.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 32

void
weir_file_entry_free (WeirFileEntry *entry)
{
  g_free (entry->path);
  g_free (entry);
}

char *
weir_file_path (const char *path,
                const char *base_dir)
{
  if (g_str_has_prefix (path, "file://"))
    path += strlen ("file://");
  else if (g_str_has_prefix (path, "file:"))
    path += strlen ("file:");
  return g_path_is_absolute (path) ? g_strdup (path) : g_build_filename (base_dir, path, NULL);
}

gboolean
weir_path_is_glob (const char *path)
{
  return strpbrk (path, "*?[{") != NULL;
}

static int
compare_entries (gconstpointer a,
                 gconstpointer b)
{
  const WeirFileEntry *x = *(WeirFileEntry *const *)a, *y = *(WeirFileEntry *const *)b;

  if (x->mtime_us != y->mtime_us)
    return x->mtime_us < y->mtime_us ? -1 : 1;
  return strcmp (x->path, y->path);
}

static gboolean
is_hidden (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;

  return name[0] == '_' || name[0] == '.';
}

static void
add_file (GPtrArray         *files,
          const char        *path,
          const struct stat *status,
          GPatternSpec      *filter)
{
  g_autofree char *name = g_path_get_basename (path);
  WeirFileEntry   *entry;

  if (filter != NULL && !g_pattern_spec_match_string (filter, name))
    return;
  entry = g_new0 (WeirFileEntry, 1);
  entry->path = g_strdup (path);
  entry->mtime_us = status->st_mtim.tv_sec * G_USEC_PER_SEC + status->st_mtim.tv_nsec / 1000;
  entry->size = (guint64)status->st_size;
  g_ptr_array_add (files, entry);
}

static gboolean
fail_errno (GError    **error,
            const char *path,
            int         code)
{
  if (code == ENOENT)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "PATH_NOT_FOUND", WEIR_SPAN_NONE, "Path does not exist: %s.", path);
      if (error != NULL)
        weir_error_add_param (*error, "path", path);
      return FALSE;
    }
  return weir_fail (error, WEIR_ERROR_RUN, "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE, "Cannot read %s: %s.%s", path, g_strerror (code),
                    code == EACCES ? " Give this user read permission on it." : "");
}

static gboolean
add_folder (GPtrArray    *files,
            const char   *path,
            GPatternSpec *filter,
            gboolean      recursive,
            guint         depth,
            GError      **error)
{
  g_autoptr (GError) local = NULL;
  GDir              *folder = g_dir_open (path, 0, &local);
  const char        *name;
  gboolean           ok = TRUE;

  if (folder == NULL)
    return fail_errno (error, path, local->code == G_FILE_ERROR_ACCES ? EACCES : errno);
  while (ok && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = NULL;
      struct stat      status;

      if (name[0] == '_' || name[0] == '.')
        continue;
      child = g_build_filename (path, name, NULL);
      if (stat (child, &status) != 0)
        continue; /* gone since the listing */
      if (S_ISREG (status.st_mode))
        add_file (files, child, &status, filter);
      else if (S_ISDIR (status.st_mode) && recursive && depth < DEPTH_MAX)
        ok = add_folder (files, child, filter, recursive, depth + 1, error);
    }
  g_dir_close (folder);
  return ok;
}

static gboolean
add_path (GPtrArray    *files,
          const char   *path,
          GPatternSpec *filter,
          gboolean      recursive,
          GError      **error)
{
  struct stat status;

  if (stat (path, &status) != 0)
    return fail_errno (error, path, errno);
  if (S_ISDIR (status.st_mode))
    return add_folder (files, path, filter, recursive, 0, error);
  add_file (files, path, &status, filter);
  return TRUE;
}

GPtrArray *
weir_file_list (const char *path,
                const char *name_filter,
                gboolean    recursive,
                GError    **error)
{
  g_autoptr (GPtrArray)    files = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_file_entry_free);
  g_autoptr (GPatternSpec) filter = name_filter != NULL ? g_pattern_spec_new (name_filter) : NULL;
  glob_t                   found = { 0 };
  gboolean                 ok = TRUE;

  if (weir_path_is_glob (path) && !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      if (glob (path, GLOB_BRACE | GLOB_NOSORT, NULL, &found) == 0)
        for (gsize i = 0; ok && i < found.gl_pathc; i++)
          if (!is_hidden (found.gl_pathv[i]))
            ok = add_path (files, found.gl_pathv[i], filter, recursive, error);
      globfree (&found);
    }
  else
    ok = add_path (files, path, filter, recursive, error);
  /* A file that is named by itself is read as it is. */
  if (!ok || (!g_file_test (path, G_FILE_TEST_IS_REGULAR) && !weir_manifest_filter (files, error)))
    return NULL;
  g_ptr_array_sort (files, compare_entries);
  return g_steal_pointer (&files);
}
