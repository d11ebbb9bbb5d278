/* SPDX-License-Identifier: Apache-2.0 */
/* Both forms of a call are defined here, so neither may be renamed to the other. Offsets have 64 bits all the same. */
#undef _FILE_OFFSET_BITS
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 * A library for LD_PRELOAD that records what a process does to files below TORTURE_ROOT, whoever in it does it: the engine, SQLite
 * or GLib. From the record powercut.py builds what a disk may hold after the power failed.
 *
 *   TORTURE_LOG=FILE            one line per act: number, name, inode, path, other path, offset, length, size before
 *   TORTURE_KEEP=FOLDER         FOLDER/<number> holds what act <number> wrote over, cut off or took the name of
 *   TORTURE_CRASH_AT=N:before|after   ends the process with status 137 there
 *
 * Of calls that have a form for large files both are here. Only acts that succeed are recorded.
 */

static const char *root;
static const char *keep;
static int         log_fd = -1;
static long        crash_at;
static int         crash_after;
static long        count;
static int         ready;

#define REAL(name) ((typeof (&name))dlsym (RTLD_NEXT, #name))

static void
set_up (void)
{
  const char *crash = getenv ("TORTURE_CRASH_AT");
  const char *log = getenv ("TORTURE_LOG");

  ready = 1;
  root = getenv ("TORTURE_ROOT");
  keep = getenv ("TORTURE_KEEP");
  if (crash != NULL)
    {
      crash_at = strtol (crash, NULL, 10);
      crash_after = strstr (crash, ":after") != NULL;
    }
  if (log != NULL)
    log_fd = REAL (open) (log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* One act on its way. `number` is 0 when it is none of our business. */
typedef struct
{
  long        number;
  const char *name;
  char        path[4096];
  char        other[4096];
  struct stat before;
  int         is_there; /* `before` is filled */
} Act;

static void
path_of_fd (int   fd,
            char *path,
            int   len)
{
  char    link[64];
  ssize_t n;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  n = readlink (link, path, (size_t)len - 1);
  path[n > 0 ? n : 0] = 0;
}

static void
path_at (int         dir,
         const char *name,
         char       *path,
         int         len)
{
  char folder[2048] = "";

  if (name[0] != '/' && dir == AT_FDCWD && getcwd (folder, sizeof folder) == NULL)
    folder[0] = 0;
  else if (name[0] != '/' && dir != AT_FDCWD)
    path_of_fd (dir, folder, sizeof folder);
  snprintf (path, (size_t)len, "%s%s%.2000s", folder, folder[0] != 0 ? "/" : "", name);
}

/* Path and other path are filled. */
static void
enter (Act        *act,
       const char *name)
{
  act->number = 0;
  if (root == NULL || strncmp (act->path, root, strlen (root)) != 0)
    return;
  act->name = name;
  act->number = __atomic_add_fetch (&count, 1, __ATOMIC_RELAXED);
  act->is_there = lstat (act->path, &act->before) == 0;
  if (act->number == crash_at && !crash_after)
    _exit (137);
}

static void
leave (Act      *act,
       int       good,
       long long offset,
       long long length)
{
  int         code = errno;
  struct stat now;
  char        line[9000];

  if (act->number == 0)
    return;
  if (!act->is_there && lstat (act->path, &now) == 0)
    act->before.st_ino = now.st_ino;
  if (good && log_fd >= 0)
    {
      int n = snprintf (line, sizeof line, "%ld\t%s\t%lu\t%s\t%s\t%lld\t%lld\t%lld\n", act->number, act->name, (unsigned long)act->before.st_ino, act->path,
                        act->other, offset, length, act->is_there ? (long long)act->before.st_size : 0);

      if (REAL (write) (log_fd, line, (size_t)n) != n)
        _exit (99);
    }
  if (act->number == crash_at && crash_after)
    _exit (137);
  errno = code;
}

static void
kept_name (const Act *act,
           char      *name,
           int        len)
{
  snprintf (name, (size_t)len, "%s/%ld", keep, act->number);
}

/* The bytes of the act's file in [offset, offset + length) that are there. */
static void
keep_bytes (const Act *act,
            long long  offset,
            long long  length)
{
  char  name[4096];
  char *bytes;
  int   from, to;

  if (keep == NULL || act->number == 0 || !act->is_there || offset >= act->before.st_size)
    return;
  if (length > act->before.st_size - offset)
    length = act->before.st_size - offset;
  kept_name (act, name, sizeof name);
  bytes = malloc ((size_t)length + 1);
  from = REAL (open) (act->path, O_RDONLY | O_CLOEXEC);
  to = REAL (open) (name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (pread (from, bytes, (size_t)length, offset) != length || REAL (write) (to, bytes, (size_t)length) != length)
    _exit (99);
  close (from);
  close (to);
  free (bytes);
}

/* A second name for the file that is about to lose this one. */
static void
keep_name (const Act  *act,
           const char *path)
{
  char name[4096];

  if (keep == NULL || act->number == 0)
    return;
  kept_name (act, name, sizeof name);
  if (link (path, name) != 0 && errno != ENOENT)
    _exit (99);
}

static void
start_at (Act        *act,
          int         dir,
          const char *name)
{
  if (!ready)
    set_up ();
  path_at (dir, name, act->path, sizeof act->path);
  act->other[0] = 0;
}

static void
start_fd (Act *act,
          int  fd)
{
  if (!ready)
    set_up ();
  path_of_fd (fd, act->path, sizeof act->path);
  act->other[0] = 0;
}

static int
open_common (int (*real) (int, const char *, int, ...),
             int         dir,
             const char *name,
             int         flags,
             mode_t      mode)
{
  Act act;
  int fd;

  start_at (&act, dir, name);
  act.number = 0;
  if ((flags & (O_CREAT | O_TRUNC)) == 0)
    return real (dir, name, flags, mode);
  if ((flags & O_TRUNC) == 0 && access (act.path, F_OK) == 0)
    return real (dir, name, flags, mode);
  enter (&act, access (act.path, F_OK) == 0 ? "ftruncate" : "create");
  keep_bytes (&act, 0, act.is_there ? act.before.st_size : 0);
  fd = real (dir, name, flags, mode);
  leave (&act, fd >= 0, 0, 0);
  return fd;
}

static mode_t
mode_of (int     flags,
         va_list arguments)
{
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg (arguments, mode_t) : 0;
}

#define WITH_MODE(call)              \
  va_list arguments;                 \
  mode_t  mode;                      \
  va_start (arguments, flags);       \
  mode = mode_of (flags, arguments); \
  va_end (arguments);                \
  return call;

#undef open
#undef openat
__attribute__ ((visibility ("default"))) int
open (const char *path,
      int         flags,
      ...)
{
  WITH_MODE (open_common (REAL (openat), AT_FDCWD, path, flags, mode))
}

__attribute__ ((visibility ("default"))) int
open64 (const char *path,
        int         flags,
        ...)
{
  WITH_MODE (open_common (REAL (openat), AT_FDCWD, path, flags | O_LARGEFILE, mode))
}

__attribute__ ((visibility ("default"))) int
openat (int         dir,
        const char *path,
        int         flags,
        ...)
{
  WITH_MODE (open_common (REAL (openat), dir, path, flags, mode))
}

__attribute__ ((visibility ("default"))) int
openat64 (int         dir,
          const char *path,
          int         flags,
          ...)
{
  WITH_MODE (open_common (REAL (openat), dir, path, flags | O_LARGEFILE, mode))
}

static ssize_t
write_common (int                 fd,
              const struct iovec *parts,
              int                 n_parts,
              off_t               offset)
{
  Act     act;
  size_t  length = 0;
  ssize_t n;

  start_fd (&act, fd);
  enter (&act, "write");
  for (int i = 0; i < n_parts; i++)
    length += parts[i].iov_len;
  if (act.number != 0)
    {
      long long at = offset >= 0 ? offset : ((fcntl (fd, F_GETFL) & O_APPEND) != 0 ? act.before.st_size : lseek (fd, 0, SEEK_CUR));

      keep_bytes (&act, at, (long long)length);
      n = offset >= 0 ? pwritev (fd, parts, n_parts, offset) : REAL (writev) (fd, parts, n_parts);
      leave (&act, n >= 0, at, n);
      return n;
    }
  return offset >= 0 ? pwritev (fd, parts, n_parts, offset) : REAL (writev) (fd, parts, n_parts);
}

__attribute__ ((visibility ("default"))) ssize_t
write (int         fd,
       const void *bytes,
       size_t      len)
{
  struct iovec part = { (void *)bytes, len };

  return write_common (fd, &part, 1, -1);
}

__attribute__ ((visibility ("default"))) ssize_t
pwrite (int         fd,
        const void *bytes,
        size_t      len,
        off_t       offset)
{
  struct iovec part = { (void *)bytes, len };

  return write_common (fd, &part, 1, offset);
}

__attribute__ ((visibility ("default"))) ssize_t
pwrite64 (int         fd,
          const void *bytes,
          size_t      len,
          off64_t     offset)
{
  struct iovec part = { (void *)bytes, len };

  return write_common (fd, &part, 1, offset);
}

__attribute__ ((visibility ("default"))) ssize_t
writev (int                 fd,
        const struct iovec *parts,
        int                 n_parts)
{
  return write_common (fd, parts, n_parts, -1);
}

static int
sync_common (int (*real) (int),
             int fd)
{
  Act act;
  int result;

  start_fd (&act, fd);
  enter (&act, "sync");
  result = real (fd);
  leave (&act, result == 0, 0, 0);
  return result;
}

__attribute__ ((visibility ("default"))) int
fsync (int fd)
{
  return sync_common (REAL (fsync), fd);
}

__attribute__ ((visibility ("default"))) int
fdatasync (int fd)
{
  return sync_common (REAL (fdatasync), fd);
}

static int
truncate_common (int   fd,
                 off_t len)
{
  Act act;
  int result;

  start_fd (&act, fd);
  enter (&act, "ftruncate");
  keep_bytes (&act, len, act.is_there ? act.before.st_size : 0);
  result = REAL (ftruncate) (fd, len);
  leave (&act, result == 0, len, 0);
  return result;
}

__attribute__ ((visibility ("default"))) int
ftruncate (int   fd,
           off_t len)
{
  return truncate_common (fd, len);
}

__attribute__ ((visibility ("default"))) int
ftruncate64 (int     fd,
             off64_t len)
{
  return truncate_common (fd, len);
}

__attribute__ ((visibility ("default"))) int
renameat2 (int          from_dir,
           const char  *from,
           int          to_dir,
           const char  *to,
           unsigned int flags)
{
  Act act;
  int result;

  start_at (&act, from_dir, from);
  path_at (to_dir, to, act.other, sizeof act.other);
  enter (&act, "rename");
  if ((flags & RENAME_NOREPLACE) == 0)
    keep_name (&act, act.other);
  result = REAL (renameat2) (from_dir, from, to_dir, to, flags);
  leave (&act, result == 0, 0, 0);
  return result;
}

__attribute__ ((visibility ("default"))) int
rename (const char *from,
        const char *to)
{
  return renameat2 (AT_FDCWD, from, AT_FDCWD, to, 0);
}

__attribute__ ((visibility ("default"))) int
renameat (int         from_dir,
          const char *from,
          int         to_dir,
          const char *to)
{
  return renameat2 (from_dir, from, to_dir, to, 0);
}

__attribute__ ((visibility ("default"))) int
unlinkat (int         dir,
          const char *name,
          int         flags)
{
  Act act;
  int result;

  start_at (&act, dir, name);
  enter (&act, flags == 0 ? "unlink" : "rmdir");
  if (flags == 0)
    keep_name (&act, act.path);
  result = REAL (unlinkat) (dir, name, flags);
  leave (&act, result == 0, 0, 0);
  return result;
}

__attribute__ ((visibility ("default"))) int
unlink (const char *path)
{
  return unlinkat (AT_FDCWD, path, 0);
}

__attribute__ ((visibility ("default"))) int
mkdirat (int         dir,
         const char *name,
         mode_t      mode)
{
  Act act;
  int result;

  start_at (&act, dir, name);
  enter (&act, "mkdir");
  result = REAL (mkdirat) (dir, name, mode);
  leave (&act, result == 0, 0, 0);
  return result;
}

__attribute__ ((visibility ("default"))) int
mkdir (const char *path,
       mode_t      mode)
{
  return mkdirat (AT_FDCWD, path, mode);
}
