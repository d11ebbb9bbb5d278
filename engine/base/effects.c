/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/effects.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Numbered effects. Each call takes the next number of the process (from 1, over all threads), then
 *
 *   WEIR_CRASH_AT=N:before   ends the process with status 137 in place of effect N; nothing is flushed, as a kill would
 *   WEIR_CRASH_AT=N:after    ends it once effect N is done
 *   WEIR_PAUSE_AT=N:before   stops the process (SIGSTOP) before effect N, or :after it, so that a test can kill the other side there
 *   WEIR_FAULT=N:EIO         makes effect N fail with that errno without being done; `:once` (the default) or `:persistent`
 *                            for all that follow too. N:SHORT makes writes write half, N:LIE lets a rename
 *                            report success without being done. Names of errno: see fault_codes
 *   WEIR_EFFECTS_LOG=FILE    appends one line per effect that was done or failed, tab-separated:
 *                            number, name, result (0, a count, or -errno), path, detail (new path, or offset)
 *   WEIR_NEGATIVE=CONTROL    a mistake on purpose; drop-file-sync and drop-dir-sync are done here: such a sync reports success
 *                            and stands in the log as `dropped`
 *
 * EINTR never comes out of here: a call that was interrupted is made again, as an effect of its own; a close that was is done.
 *
 * Nothing of it is looked at after the first effect when none of these is set: a counter is all that is left. A close that is
 * made to fail closes all the same, as Linux does.
 */

#if WEIR_EFFECTS

typedef enum
{
  CRASH_NEVER,
  CRASH_BEFORE,
  CRASH_AFTER,
} CrashWhen;

static struct
{
  gsize       ready;
  guint64     count;
  guint64     crash_at, pause_at;
  CrashWhen   crash_when, pause_when;
  guint64     fault_at; /* atomic, as the two below: tests set them while threads go on */
  int         fault_code;
  gboolean    fault_persistent;
  int         log_fd;
  const char *negative;
} fx = { .log_fd = -1 };

static const struct
{
  const char *name;
  int         code;
} fault_codes[] = {
  { "EIO", EIO },
  { "ENOSPC", ENOSPC },
  { "EDQUOT", EDQUOT },
  { "EROFS", EROFS },
  { "EACCES", EACCES },
  { "EMFILE", EMFILE },
  { "ENFILE", ENFILE },
  { "EINTR", EINTR },
  { "EPERM", EPERM },
  { "SHORT", WEIR_FX_SHORT },
  { "LIE", WEIR_FX_LIE },
};

/* One effect on its way. */
typedef struct
{
  guint64     number;
  const char *name;
  gboolean    half; /* write only half */
  gboolean    lie;  /* say that it is done */
} Point;

static void
read_place (const char *variable,
            guint64    *at,
            CrashWhen  *when)
{
  const char *text = g_getenv (variable);
  char       *end;

  if (text == NULL)
    return;
  *at = g_ascii_strtoull (text, &end, 10);
  *when = strcmp (end, ":after") == 0 ? CRASH_AFTER : CRASH_BEFORE;
}

static void
be_there (guint64   number,
          CrashWhen when)
{
  if (number == fx.crash_at && fx.crash_when == when)
    _exit (137);
  if (number == fx.pause_at && fx.pause_when == when)
    raise (SIGSTOP);
}

static void
read_fault (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 3);

  if (parts[0] == NULL || parts[1] == NULL)
    return;
  fx.fault_code = EIO;
  for (guint i = 0; i < G_N_ELEMENTS (fault_codes); i++)
    if (strcmp (parts[1], fault_codes[i].name) == 0)
      fx.fault_code = fault_codes[i].code;
  fx.fault_persistent = g_strcmp0 (parts[2], "persistent") == 0;
  fx.fault_at = g_ascii_strtoull (parts[0], NULL, 10);
}

static void
read_environment (void)
{
  const char *fault, *log;

  if (!g_once_init_enter (&fx.ready))
    return;
  read_place ("WEIR_CRASH_AT", &fx.crash_at, &fx.crash_when);
  read_place ("WEIR_PAUSE_AT", &fx.pause_at, &fx.pause_when);
  fault = g_getenv ("WEIR_FAULT");
  log = g_getenv ("WEIR_EFFECTS_LOG");
  fx.negative = g_getenv ("WEIR_NEGATIVE");
  if (fault != NULL)
    read_fault (fault);
  if (log != NULL)
    fx.log_fd = open (log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  g_once_init_leave (&fx.ready, 1);
}

/* What effect @number fails with; 0: nothing. */
static int
fault_of (guint64 number)
{
  guint64 at = __atomic_load_n (&fx.fault_at, __ATOMIC_ACQUIRE);
  int     code;

  if (at == 0 || number < at)
    return 0;
  code = __atomic_load_n (&fx.fault_code, __ATOMIC_RELAXED);
  if (number == at)
    return code;
  return __atomic_load_n (&fx.fault_persistent, __ATOMIC_RELAXED) && (code != EINTR || (number - at) % 2 == 0) ? code : 0;
}

static void
write_log (const Point *point,
           gint64       result,
           const char  *path,
           const char  *detail)
{
  g_autofree char *line = g_strdup_printf ("%" G_GUINT64_FORMAT "\t%s\t%" G_GINT64_FORMAT "\t%s\t%s\n", point->number, point->name, result,
                                           path != NULL ? path : "", detail != NULL ? detail : "");

  if (write (fx.log_fd, line, strlen (line)) < 0)
    fx.log_fd = -1;
}

/* TRUE when the effect is to be done. Otherwise errno says what it failed with. */
static gboolean
enter (Point      *point,
       const char *name)
{
  int code;

  read_environment ();
  point->name = name;
  point->number = __atomic_add_fetch (&fx.count, 1, __ATOMIC_RELAXED);
  point->half = point->lie = FALSE;
  be_there (point->number, CRASH_BEFORE);
  code = fault_of (point->number);
  if (code == 0)
    return TRUE;
  if (code == WEIR_FX_SHORT || code == WEIR_FX_LIE)
    {
      point->half = code == WEIR_FX_SHORT;
      point->lie = code == WEIR_FX_LIE;
      return TRUE;
    }
  if (fx.log_fd >= 0)
    write_log (point, -code, "", "injected");
  errno = code;
  return FALSE;
}

/* Keeps errno. Returns @result. */
static gint64
leave_at (const Point *point,
          gint64       result,
          int          dir,
          const char  *path,
          const char  *detail)
{
  int code = errno;

  if (fx.log_fd >= 0)
    {
      g_autofree char *full = NULL;

      if (dir >= 0)
        {
          g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", dir);
          char             folder[4096];
          gssize           n = readlink (link, folder, sizeof folder - 1);

          folder[MAX (n, 0)] = 0;
          full = path == NULL ? g_strdup (folder) : (path[0] == '/' ? g_strdup (path) : g_strdup_printf ("%s/%s", folder, path));
        }
      write_log (point, result < 0 ? -code : result, full != NULL ? full : path, detail);
    }
  be_there (point->number, CRASH_AFTER);
  errno = code;
  return result;
}

static gint64
leave_written (const Point *point,
               gint64       result,
               int          fd,
               off_t        offset)
{
  char text[32] = "";
  int  code = errno;

  if (fx.log_fd >= 0)
    {
      if (offset < 0)
        offset = MAX (lseek (fd, 0, SEEK_CUR) - MAX (result, 0), 0);
      snprintf (text, sizeof text, "%" G_GINT64_FORMAT, (gint64)offset);
    }
  errno = code;
  return leave_at (point, result, fd, NULL, text);
}

static int
openat_once (int         dir,
             const char *name,
             int         flags,
             mode_t      mode)
{
  Point point;
  int   fd;

  if (!enter (&point, (flags & O_CREAT) != 0 ? "create" : "open"))
    return -1;
  fd = openat (dir, name, flags, mode);
  return (int)leave_at (&point, fd, dir, name, (flags & O_TRUNC) != 0 ? "truncate" : "");
}

static gssize
write_once (int         fd,
            const void *bytes,
            gsize       len)
{
  Point point;

  if (!enter (&point, "write"))
    return -1;
  return leave_written (&point, write (fd, bytes, point.half ? (len + 1) / 2 : len), fd, -1);
}

static gssize
pwrite_once (int         fd,
             const void *bytes,
             gsize       len,
             off_t       offset)
{
  Point point;

  if (!enter (&point, "pwrite"))
    return -1;
  return leave_written (&point, pwrite (fd, bytes, point.half ? (len + 1) / 2 : len, offset), fd, offset);
}

static gssize
writev_once (int                 fd,
             const struct iovec *parts,
             int                 n_parts)
{
  Point        point;
  struct iovec first = parts[0];

  if (!enter (&point, "writev"))
    return -1;
  first.iov_len = (first.iov_len + 1) / 2;
  return leave_written (&point, point.half ? writev (fd, &first, 1) : writev (fd, parts, n_parts), fd, -1);
}

static gboolean
is_dropped (int fd)
{
  struct stat info;

  if (fx.negative == NULL || fstat (fd, &info) != 0)
    return FALSE;
  return weir_fx_negative (S_ISDIR (info.st_mode) ? "drop-dir-sync" : "drop-file-sync");
}

static int
leave_dropped (Point *point)
{
  point->name = "dropped";
  return (int)leave_at (point, 0, -1, NULL, "");
}

static int
fsync_once (int fd)
{
  Point point;

  if (!enter (&point, "fsync"))
    return -1;
  if (is_dropped (fd))
    return leave_dropped (&point);
  return (int)leave_at (&point, fsync (fd), fd, NULL, "");
}

static int
fdatasync_once (int fd)
{
  Point point;

  if (!enter (&point, "fdatasync"))
    return -1;
  if (is_dropped (fd))
    return leave_dropped (&point);
  return (int)leave_at (&point, fdatasync (fd), fd, NULL, "");
}

static int
ftruncate_once (int   fd,
                off_t len)
{
  Point point;
  char  text[32];

  if (!enter (&point, "ftruncate"))
    return -1;
  snprintf (text, sizeof text, "%" G_GINT64_FORMAT, (gint64)len);
  return (int)leave_at (&point, ftruncate (fd, len), fd, NULL, text);
}

static int
renameat2_once (int         from_dir,
                const char *from,
                int         to_dir,
                const char *to,
                unsigned    flags)
{
  Point point;

  if (!enter (&point, "rename"))
    return -1;
  return (int)leave_at (&point, point.lie ? 0 : renameat2 (from_dir, from, to_dir, to, flags), from_dir, from, to);
}

static int
unlinkat_once (int         dir,
               const char *name,
               int         flags)
{
  Point point;

  if (!enter (&point, "unlink"))
    return -1;
  return (int)leave_at (&point, unlinkat (dir, name, flags), dir, name, "");
}

static int
mkdirat_once (int         dir,
              const char *name,
              mode_t      mode)
{
  Point point;

  if (!enter (&point, "mkdir"))
    return -1;
  return (int)leave_at (&point, mkdirat (dir, name, mode), dir, name, "");
}

static int
close_once (int fd)
{
  Point point;
  int   code;

  if (enter (&point, "close"))
    return (int)leave_at (&point, close (fd), -1, NULL, "");
  code = errno;
  close (fd);
  errno = code;
  return -1;
}

/* ---- the calls: as above, with interruptions waited out ----------------------------------------------------------- */

int
weir_fx_openat (int dir, const char *name, int flags, mode_t mode)
{
  return (int)TEMP_FAILURE_RETRY (openat_once (dir, name, flags, mode));
}

int
weir_fx_open (const char *path, int flags, mode_t mode)
{
  return weir_fx_openat (AT_FDCWD, path, flags, mode);
}

gssize
weir_fx_write (int fd, const void *bytes, gsize len)
{
  return (gssize)TEMP_FAILURE_RETRY (write_once (fd, bytes, len));
}

gssize
weir_fx_pwrite (int fd, const void *bytes, gsize len, off_t offset)
{
  return (gssize)TEMP_FAILURE_RETRY (pwrite_once (fd, bytes, len, offset));
}

gssize
weir_fx_writev (int fd, const struct iovec *parts, int n_parts)
{
  return (gssize)TEMP_FAILURE_RETRY (writev_once (fd, parts, n_parts));
}

int
weir_fx_fsync (int fd)
{
  return (int)TEMP_FAILURE_RETRY (fsync_once (fd));
}

int
weir_fx_fdatasync (int fd)
{
  return (int)TEMP_FAILURE_RETRY (fdatasync_once (fd));
}

int
weir_fx_ftruncate (int fd, off_t len)
{
  return (int)TEMP_FAILURE_RETRY (ftruncate_once (fd, len));
}

int
weir_fx_renameat2 (int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
  return (int)TEMP_FAILURE_RETRY (renameat2_once (from_dir, from, to_dir, to, flags));
}

int
weir_fx_rename (const char *from, const char *to)
{
  return weir_fx_renameat2 (AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
weir_fx_unlinkat (int dir, const char *name, int flags)
{
  return (int)TEMP_FAILURE_RETRY (unlinkat_once (dir, name, flags));
}

int
weir_fx_unlink (const char *path)
{
  return weir_fx_unlinkat (AT_FDCWD, path, 0);
}

int
weir_fx_mkdirat (int dir, const char *name, mode_t mode)
{
  return (int)TEMP_FAILURE_RETRY (mkdirat_once (dir, name, mode));
}

int
weir_fx_mkdir (const char *path, mode_t mode)
{
  return weir_fx_mkdirat (AT_FDCWD, path, mode);
}

int
weir_fx_close (int fd)
{
  int result = close_once (fd);

  /* Linux has closed it. */
  return result != 0 && errno == EINTR ? 0 : result;
}

static _Thread_local Point library_point;

gboolean
weir_fx_before (const char *name)
{
  while (!enter (&library_point, name))
    if (errno != EINTR)
      return FALSE;
  return TRUE;
}

void
weir_fx_after (const char *name)
{
  leave_at (&library_point, 0, -1, NULL, name);
}

gboolean
weir_fx_negative (const char *control)
{
  read_environment ();
  return fx.negative != NULL && strcmp (fx.negative, control) == 0;
}

guint64
weir_fx_bound (const char *variable,
               guint64     otherwise)
{
  const char *text = g_getenv (variable);

  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : otherwise;
}

void
weir_fx_set_fault (guint64  at,
                   int      code,
                   gboolean persistent)
{
  read_environment ();
  __atomic_store_n (&fx.fault_at, 0, __ATOMIC_RELEASE);
  __atomic_store_n (&fx.fault_code, code, __ATOMIC_RELAXED);
  __atomic_store_n (&fx.fault_persistent, persistent, __ATOMIC_RELAXED);
  __atomic_store_n (&fx.count, 0, __ATOMIC_RELAXED);
  __atomic_store_n (&fx.fault_at, at, __ATOMIC_RELEASE);
}

guint64
weir_fx_count (void)
{
  return __atomic_load_n (&fx.count, __ATOMIC_RELAXED);
}

#endif

gboolean
weir_fx_write_all (int         fd,
                   const void *bytes,
                   gsize       len)
{
  const guint8 *next = bytes;

  while (len > 0)
    {
      gssize n = weir_fx_write (fd, next, len);

      if (n < 0)
        return FALSE;
      next += n;
      len -= (gsize)n;
    }
  return TRUE;
}

gboolean
weir_fx_pwrite_all (int         fd,
                    const void *bytes,
                    gsize       len,
                    off_t       offset)
{
  const guint8 *next = bytes;

  while (len > 0)
    {
      gssize n = weir_fx_pwrite (fd, next, len, offset);

      if (n < 0)
        return FALSE;
      next += n;
      len -= (gsize)n;
      offset += n;
    }
  return TRUE;
}

gboolean
weir_fx_writev_all (int           fd,
                    struct iovec *parts,
                    int           n_parts)
{
  while (n_parts > 0)
    {
      gssize n;

      if (parts[0].iov_len == 0)
        {
          parts++;
          n_parts--;
          continue;
        }
      n = weir_fx_writev (fd, parts, MIN (n_parts, 1024));
      if (n < 0)
        return FALSE;
      for (gsize left = (gsize)n; left > 0 && n_parts > 0;)
        {
          gsize taken = MIN (left, parts[0].iov_len);

          parts[0].iov_base = (guint8 *)parts[0].iov_base + taken;
          parts[0].iov_len -= taken;
          left -= taken;
          if (parts[0].iov_len == 0)
            {
              parts++;
              n_parts--;
            }
        }
    }
  return TRUE;
}
