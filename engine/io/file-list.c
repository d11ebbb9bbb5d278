/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-list.h"

#include "io/file-manifest.h"
#include "io/file-spark-log.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <string.h>

#define DEPTH_MAX 32

void
weir_file_entry_free (WeirFileEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->path);
  g_free (entry);
}

void
weir_file_entry_set_status (WeirFileEntry     *entry,
                            const struct stat *status)
{
  entry->mtime_ns = (gint64)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
  entry->size = (guint64)status->st_size;
  entry->device = (guint64)status->st_dev;
  entry->inode = (guint64)status->st_ino;
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

  if (x->mtime_ns != y->mtime_ns)
    return x->mtime_ns < y->mtime_ns ? -1 : 1;
  return strcmp (x->path, y->path);
}

typedef struct
{
  GPtrArray    *files;
  GPatternSpec *filter; /* nullable */
  WeirFileDepth depth;
  WeirFileSkip  skip;
  gpointer      skip_data;
} Listing;

static gboolean
is_unfinished (const char *name)
{
  return (name[0] == '_' && strchr (name, '=') == NULL) || name[0] == '.' || g_str_has_suffix (name, ".tmp") ||
         g_str_has_suffix (name, ".part") || g_str_has_suffix (name, "._COPYING_");
}

static void
add_file (Listing           *self,
          const char        *path,
          const struct stat *status)
{
  WeirFileEntry *entry = g_new0 (WeirFileEntry, 1);

  entry->path = g_strdup (path);
  weir_file_entry_set_status (entry, status);
  g_ptr_array_add (self->files, entry);
}

static gboolean
is_wanted (Listing    *self,
           const char *path,
           const char *name)
{
  return (self->filter == NULL || g_pattern_spec_match_string (self->filter, name)) &&
         (self->skip == NULL || !self->skip (self->skip_data, path));
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
  weir_fail (error, WEIR_ERROR_RUN, "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE, "Cannot read %s: %s.%s", path, g_strerror (code),
             code == EACCES ? " Give this user read permission on it." : "");
  if (error != NULL)
    weir_error_add_param (*error, "path", path);
  return FALSE;
}

/* The folders on the way to one. */
typedef struct Above
{
  const struct Above *above; /* nullable */
  dev_t               device;
  ino_t               inode;
  guint               depth;
  gboolean            in_partition; /* it or one above is `name=value`, below the path that is listed */
} Above;

/* A link to a folder above would list its files once more at every turn. */
static gboolean
leads_back (const Above       *above,
            const struct stat *status)
{
  for (; above != NULL; above = above->above)
    if (above->device == status->st_dev && above->inode == status->st_ino)
      return TRUE;
  return FALSE;
}

/* Is a folder of this name looked into? */
static gboolean
goes_down (const Listing *self,
           const Above   *here,
           const char    *name)
{
  return self->depth == WEIR_FILES_RECURSIVE || (self->depth == WEIR_FILES_PARTITIONED && (here->in_partition || strchr (name, '=') != NULL));
}

static gboolean
add_folder (Listing           *self,
            const char        *path,
            const Above       *above,
            gboolean           in_partition,
            const struct stat *folder_status,
            GError           **error)
{
  Above          here = { above, folder_status->st_dev, folder_status->st_ino, above != NULL ? above->depth + 1 : 0, in_partition };
  DIR           *folder = opendir (path);
  struct dirent *entry;
  gboolean       ok = TRUE;

  if (folder == NULL)
    return (errno == ENOENT && above != NULL) || fail_errno (error, path, errno); /* gone since the folder above was listed */
  while (ok && (entry = readdir (folder)) != NULL)
    {
      const char      *name = entry->d_name;
      g_autofree char *child = NULL;
      struct stat      status;
      gboolean         may_go_down;

      if (is_unfinished (name))
        continue;
      child = g_build_filename (path, name, NULL);
      may_go_down = entry->d_type != DT_REG && goes_down (self, &here, name);
      if (!may_go_down && !is_wanted (self, child, name))
        continue;
      if (stat (child, &status) != 0)
        continue; /* gone since the listing */
      if (S_ISREG (status.st_mode) && (!may_go_down || is_wanted (self, child, name)))
        add_file (self, child, &status);
      else if (S_ISDIR (status.st_mode) && may_go_down && here.depth < DEPTH_MAX && !leads_back (&here, &status))
        ok = add_folder (self, child, &here, self->depth == WEIR_FILES_PARTITIONED, &status, error);
    }
  closedir (folder);
  return ok;
}

/* @is_named: the user wrote this path, so that it must be there and be readable as a file. */
static gboolean
add_path (Listing    *self,
          const char *path,
          gboolean    is_named,
          GError    **error)
{
  g_autofree char *name = g_path_get_basename (path);
  struct stat      status;

  if (!is_named && is_unfinished (name))
    return TRUE;
  if (stat (path, &status) != 0)
    return is_named || errno != ENOENT ? fail_errno (error, path, errno) : TRUE;
  if (S_ISDIR (status.st_mode))
    return add_folder (self, path, NULL, FALSE, &status, error);
  if (S_ISREG (status.st_mode) && is_wanted (self, path, name))
    add_file (self, path, &status);
  else if (!S_ISREG (status.st_mode) && is_named)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE,
                      "Cannot read %s: it is a pipe, socket or device, and only files and folders can be read. Write its rows to a file, or use "
                      "a table of format socket.",
                      path);
  return TRUE;
}

GPtrArray *
weir_file_list_except (const char   *path,
                       const char   *name_filter,
                       WeirFileDepth depth,
                       WeirFileSkip  skip,
                       gpointer      skip_data,
                       GError      **error)
{
  g_autoptr (GPtrArray)    files = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_file_entry_free);
  g_autoptr (GPatternSpec) filter = name_filter != NULL ? g_pattern_spec_new (name_filter) : NULL;
  Listing                  self = { files, filter, depth, skip, skip_data };
  glob_t                   found = { 0 };
  gboolean                 ok = TRUE;

  if (weir_path_is_glob (path) && !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      if (glob (path, GLOB_BRACE | GLOB_NOSORT, NULL, &found) == 0)
        for (gsize i = 0; ok && i < found.gl_pathc; i++)
          ok = add_path (&self, found.gl_pathv[i], FALSE, error);
      globfree (&found);
    }
  else
    ok = add_path (&self, path, TRUE, error);
  /* A file that is named by itself is read as it is. */
  if (!ok || (!g_file_test (path, G_FILE_TEST_IS_REGULAR) && !weir_manifest_filter (files, error)))
    return NULL;
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !weir_spark_log_filter (path, files, error))
    return NULL;
  g_ptr_array_sort (files, compare_entries);
  return g_steal_pointer (&files);
}

GPtrArray *
weir_file_list (const char   *path,
                const char   *name_filter,
                WeirFileDepth depth,
                GError      **error)
{
  return weir_file_list_except (path, name_filter, depth, NULL, NULL, error);
}
