/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-cleaner.h"

#include "base/durable-file.h"
#include "base/effects.h"
#include "io/file-manifest.h"
#include "io/file-spark-log.h"
#include "io/source-private.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

struct _WeirFileCleaner
{
  char *archive; /* Owned, absolute; NULL: files are deleted */
};

static gboolean
fail_option (GError    **error,
             const char *message)
{
  return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "%s", message);
}

/* As deep as the less deep of the two, the archive has the names of the source: files in one could lie below the other. */
static gboolean
may_be_read (const char *pattern,
             const char *archive)
{
  g_auto (GStrv) wanted = g_strsplit (pattern, "/", -1), names = g_strsplit (archive, "/", -1);
  guint          i = 0, j = 0;

  for (;; i++, j++)
    {
      while (wanted[i] != NULL && *wanted[i] == '\0')
        i++;
      while (names[j] != NULL && *names[j] == '\0')
        j++;
      if (wanted[i] == NULL || names[j] == NULL)
        return TRUE;
      if (fnmatch (wanted[i], names[j], 0) != 0)
        return FALSE;
    }
}

/* Files that a sink has committed are its own; what they are is in its log. */
static gboolean
check_owner (const char *path,
             GError    **error)
{
  static const char *const logs[] = { WEIR_MANIFEST_FOLDER, WEIR_SPARK_LOG_FOLDER };

  for (guint i = 0; i < G_N_ELEMENTS (logs); i++)
    {
      g_autofree char *log = g_build_filename (path, logs[i], NULL);

      if (g_file_test (log, G_FILE_TEST_IS_DIR))
        return weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", WEIR_SPAN_NONE,
                          "Option cleanSource cannot be used on %s: its files were written by a file sink, whose log %s names them.", path, logs[i]);
    }
  return TRUE;
}

gboolean
weir_file_cleaner_new (GHashTable       *options,
                       const char       *path,
                       const char       *base_dir,
                       WeirFileCleaner **cleaner,
                       GError          **error)
{
  const char      *what = _weir_io_option_get (options, "cleanSource"), *dir = _weir_io_option_get (options, "sourceArchiveDir");
  g_autofree char *archive = NULL;
  gboolean         moves;

  *cleaner = NULL;
  if (what == NULL || g_ascii_strcasecmp (what, "off") == 0)
    return TRUE;
  moves = g_ascii_strcasecmp (what, "archive") == 0;
  if (!moves && g_ascii_strcasecmp (what, "delete") != 0)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option cleanSource takes off, delete or archive, not '%s'.", what);
  if (moves && (dir == NULL || *dir == '\0'))
    return fail_option (error, "Option cleanSource 'archive' needs sourceArchiveDir, the folder that files are moved to.");
  archive = moves ? weir_file_path (dir, base_dir) : NULL;
  if (moves && may_be_read (path, archive))
    return fail_option (error, "Option sourceArchiveDir names a folder whose files the source could read; choose one beside its path.");
  if (!check_owner (path, error))
    return FALSE;
  *cleaner = g_new0 (WeirFileCleaner, 1);
  (*cleaner)->archive = g_steal_pointer (&archive);
  return TRUE;
}

void
weir_file_cleaner_free (WeirFileCleaner *cleaner)
{
  if (cleaner == NULL)
    return;
  g_free (cleaner->archive);
  g_free (cleaner);
}

static gboolean
is_that_file (const WeirFileEntry *entry)
{
  WeirFileEntry now = { NULL };
  struct stat   status;

  if (stat (entry->path, &status) != 0)
    return FALSE;
  weir_file_entry_set_status (&now, &status);
  return now.mtime_ns == entry->mtime_ns && now.size == entry->size && now.device == entry->device && now.inode == entry->inode;
}

static char *
move (const char *from,
      const char *archive)
{
  g_autofree char   *to = g_build_filename (archive, from, NULL);
  g_autofree char   *folder = g_path_get_dirname (to);
  g_autoptr (GError) error = NULL;

  if (g_file_test (to, G_FILE_TEST_EXISTS))
    return g_strdup_printf ("%s was read and not archived: %s is there already.", from, to);
  if (!weir_durable_mkdir_with_parents (folder, &error))
    return g_strdup_printf ("%s was read and not archived: %s", from, error->message);
  if (weir_fx_rename (from, to) == 0)
    return NULL;
  return g_strdup_printf ("%s was read and not archived: %s.%s", from, g_strerror (errno), errno == EXDEV ? " sourceArchiveDir has to be on the same file system." : "");
}

char *
weir_file_cleaner_clean (WeirFileCleaner     *cleaner,
                         const WeirFileEntry *entry)
{
  if (!is_that_file (entry))
    return NULL;
  if (cleaner->archive != NULL)
    return move (entry->path, cleaner->archive);
  if (weir_fx_unlink (entry->path) == 0 || errno == ENOENT)
    return NULL;
  return g_strdup_printf ("%s was read and not deleted: %s.", entry->path, g_strerror (errno));
}
