/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/durable-file.h"

#include "base/effects.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/*
 * The order of acts: a temporary file beside the name (O_EXCL, never through a link) → all bytes → fsync → close, checked →
 * rename, which never replaces where that was asked → fsync of the folder, checked. Before the rename nothing of it is visible;
 * after the last step all of it is durable. A failure takes the temporary file away.
 *
 * EINTR is waited out by the wrappers.
 */

#define TEMPORARY_MARK ".tmp-"

static char *
free_space (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct statvfs   info;

  if (statvfs (path, &info) != 0 && statvfs (folder, &info) != 0)
    return g_strdup ("");
  return g_strdup_printf (" %" G_GUINT64_FORMAT " bytes are free there.", (guint64)info.f_bavail * info.f_frsize);
}

static char *
remedy (const char *path,
        int         code)
{
  switch (code)
    {
    case ENOSPC:
    case EDQUOT:
      {
        g_autofree char *space = free_space (path);

        return g_strdup_printf ("%s Free some space.", space);
      }
    case EFBIG:
      return g_strdup (" Allow larger files (ulimit -f), or choose a file system that takes them.");
    case ENOLCK:
    case ENOSYS:
    case EOPNOTSUPP:
      return g_strdup (" Choose a folder on a file system that has this, such as a local disk.");
    case EACCES:
    case EPERM:
      return g_strdup (" Give this user write permission.");
    case EROFS:
      return g_strdup (" Choose a folder that can be written.");
    case EMFILE:
    case ENFILE:
      return g_strdup (" Allow more open files (ulimit -n).");
    default:
      return g_strdup ("");
    }
}

gboolean
weir_fail_file (GError    **error,
                const char *what,
                const char *path,
                int         code)
{
  g_autofree char *advice = remedy (path, code);

  weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "Cannot %s %s: %s.%s", what, path, g_strerror (code), advice);
  if (error != NULL)
    weir_error_add_param (*error, "path", path);
  return FALSE;
}

static int
open_folder (const char *path)
{
  return weir_fx_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
}

int
weir_durable_rename (int         from_dir,
                     const char *from,
                     int         to_dir,
                     const char *to,
                     unsigned    flags)
{
  if (weir_fx_renameat2 (from_dir, from, to_dir, to, flags) != 0)
    return -1;
  if (faccessat (from_dir, from, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
    return 0;
  errno = EIO;
  return -1;
}

/* EEXIST when the name is taken and must not be replaced. */
static int
put_in_place (int             dir,
              const char     *temporary,
              const char     *name,
              WeirDurableMode mode)
{
  return weir_durable_rename (dir, temporary, dir, name, mode == WEIR_DURABLE_NO_REPLACE ? RENAME_NOREPLACE : 0);
}

static gboolean
has_same_bytes (int         dir,
                const char *name,
                const void *bytes,
                gsize       len)
{
  g_autofree guint8 *found = NULL;
  struct stat        info;
  gsize              done = 0;
  gssize             n = 0;
  int                fd = openat (dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && (guint64)info.st_size == len)
    {
      found = g_malloc (len + 1);
      while (done < len && ((n = read (fd, found + done, len - done)) > 0 || (n < 0 && errno == EINTR)))
        done += (gsize)MAX (n, 0);
    }
  close (fd);
  return found != NULL && done == len && memcmp (found, bytes, len) == 0;
}

static int
create_temporary (int         dir,
                  const char *temporary)
{
  return weir_fx_openat (dir, temporary, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* What failed, or NULL; errno says why. The temporary file is whole and synced then. */
static const char *
fill_temporary (int         dir,
                const char *temporary,
                const void *bytes,
                gsize       len)
{
  const char *failed = NULL;
  int         fd = create_temporary (dir, temporary);
  int         code;

  if (fd < 0)
    return "create";
  if (!weir_fx_write_all (fd, bytes, len))
    failed = "write";
  else if (weir_fx_fsync (fd) != 0)
    failed = "sync";
  code = errno;
  if (weir_fx_close (fd) != 0 && failed == NULL)
    {
      failed = "close";
      code = errno;
    }
  errno = code;
  return failed;
}

static const char *
write_steps (int             dir,
             const char     *temporary,
             const char     *name,
             const void     *bytes,
             gsize           len,
             WeirDurableMode mode)
{
  const char *failed = fill_temporary (dir, temporary, bytes, len);

  if (failed != NULL)
    return failed;
  if (put_in_place (dir, temporary, name, mode) != 0)
    {
      if (mode != WEIR_DURABLE_NO_REPLACE || errno != EEXIST)
        return "rename";
      if (!has_same_bytes (dir, name, bytes, len))
        {
          errno = EEXIST;
          return "overwrite";
        }
      unlinkat (dir, temporary, 0);
    }
  return weir_fx_fsync (dir) != 0 ? "sync the folder of" : NULL;
}

gboolean
weir_durable_write (const char     *dir,
                    const char     *name,
                    const void     *bytes,
                    gsize           len,
                    WeirDurableMode mode,
                    GError        **error)
{
  static guint     serial;
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *temporary = NULL;
  const char      *failed;
  int              fd = open_folder (dir);
  int              code;

  if (fd < 0)
    return weir_fail_file (error, "open the folder of", path, errno);
  temporary = g_strdup_printf (".%s" TEMPORARY_MARK "%d-%u", name, (int)getpid (), (guint)g_atomic_int_add (&serial, 1));
  failed = write_steps (fd, temporary, name, bytes, len, mode);
  code = errno;
  if (failed != NULL)
    unlinkat (fd, temporary, 0);
  close (fd);
  return failed == NULL || weir_fail_file (error, failed, path, code);
}

gboolean
weir_durable_sync_dir (const char *path,
                       GError    **error)
{
  int      fd = open_folder (path);
  int      code;
  gboolean ok = fd >= 0 && weir_fx_fsync (fd) == 0;

  code = errno;
  if (fd >= 0)
    close (fd);
  return ok || weir_fail_file (error, "sync the folder", path, code);
}

gboolean
weir_durable_mkdir (const char *path,
                    GError    **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  int              result;

  result = weir_fx_mkdir (path, 0700);
  if (result != 0 && (errno != EEXIST || !g_file_test (path, G_FILE_TEST_IS_DIR)))
    return weir_fail_file (error, "make the folder", path, errno);
  return weir_durable_sync_dir (parent, error);
}

gboolean
weir_durable_mkdir_with_parents (const char *path,
                                 GError    **error)
{
  g_autofree char *parent = g_path_get_dirname (path);

  /* One that is there may come from a run that died before it synced the name; a parent we cannot read was not made by us. */
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_access (parent, R_OK) != 0 || weir_durable_sync_dir (parent, error);
  if (!g_str_equal (parent, path) && !weir_durable_mkdir_with_parents (parent, error))
    return FALSE;
  return weir_durable_mkdir (path, error);
}

gboolean
weir_durable_read (const char *path,
                   char      **contents,
                   gsize      *len,
                   GError    **error)
{
  struct stat info;

  if (stat (path, &info) != 0 || S_ISREG (info.st_mode) || S_ISDIR (info.st_mode))
    return g_file_get_contents (path, contents, len, error);
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "it is no regular file");
  return FALSE;
}

gboolean
weir_durable_is_at (int         fd,
                    const char *path)
{
  struct stat opened, named;

  if (stat (path, &named) != 0)
    return errno != ENOENT && errno != ENOTDIR;
  return fstat (fd, &opened) != 0 || (opened.st_dev == named.st_dev && opened.st_ino == named.st_ino);
}

gboolean
weir_durable_unlink (const char *path,
                     GError    **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  int              result;

  result = weir_fx_unlink (path);
  if (result != 0 && errno != ENOENT)
    return weir_fail_file (error, "remove", path, errno);
  return weir_durable_sync_dir (parent, error);
}

void
weir_durable_remove_temporaries (const char *dir)
{
  g_autoptr (GDir) folder = g_dir_open (dir, 0, NULL);
  const char      *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (name[0] == '.' && strstr (name, TEMPORARY_MARK) != NULL)
      {
        g_autofree char *path = g_build_filename (dir, name, NULL);

        weir_fx_unlink (path);
      }
}
