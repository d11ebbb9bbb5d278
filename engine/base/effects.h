/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every act of the engine on disk or network that outlives the process goes through here, with the semantics of the call it is
 * named after (-1 and errno), but that interruptions are waited out (never EINTR). In builds with WEIR_EFFECTS (all but release) each act is numbered from 1 and can be made to kill
 * the process or to fail; effects.c says how. In a release build these are the calls themselves.
 */
#pragma once

#include <glib.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifndef WEIR_EFFECTS
#define WEIR_EFFECTS 0
#endif

G_BEGIN_DECLS

#define WEIR_FX_SHORT (-1) /* in place of an errno: writes write half of what they are given */
#define WEIR_FX_LIE   (-2) /* in place of an errno: renames report success and do nothing */

#if WEIR_EFFECTS

int    weir_fx_open (const char *path, int flags, mode_t mode);
int    weir_fx_openat (int dir, const char *name, int flags, mode_t mode);
gssize weir_fx_write (int fd, const void *bytes, gsize len);
gssize weir_fx_pwrite (int fd, const void *bytes, gsize len, off_t offset);
gssize weir_fx_writev (int fd, const struct iovec *parts, int n_parts);
int    weir_fx_fsync (int fd);
int    weir_fx_fdatasync (int fd);
int    weir_fx_ftruncate (int fd, off_t len);
int    weir_fx_rename (const char *from, const char *to);
int    weir_fx_renameat2 (int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
int    weir_fx_unlink (const char *path);
int    weir_fx_unlinkat (int dir, const char *name, int flags);
int    weir_fx_mkdir (const char *path, mode_t mode);
int    weir_fx_mkdirat (int dir, const char *name, mode_t mode);
int    weir_fx_close (int fd); /* closes @fd also when it is made to fail */

/**
 * weir_fx_before:
 * @name: what is about to happen inside a library, as "sqlite-commit"
 *
 * Opens an effect that is no call of ours. To be followed by weir_fx_after() in the same thread when the library has come back,
 * whatever it said.
 *
 * Returns: FALSE, with errno set, when the effect has to be taken as failed without having been tried; there is no after then
 */
gboolean weir_fx_before (const char *name);
void     weir_fx_after (const char *name);

/* Whether WEIR_NEGATIVE names @control: a mistake made on purpose, to show that the harness finds it. */
gboolean weir_fx_negative (const char *control);
/* A bound that tests make small by an environment variable, so that what happens once in a hundred batches happens at once. */
guint64 weir_fx_bound (const char *variable, guint64 otherwise);

/**
 * weir_fx_set_fault:
 * @at: number of the effect, counted from this call on; 0 for none
 * @code: an errno, %WEIR_FX_SHORT or %WEIR_FX_LIE
 * @persistent: later effects fail too. EINTR then comes every second time, or nothing would ever end
 *
 * The in-process form of `WEIR_FAULT`, for tests. Starts counting anew.
 */
void    weir_fx_set_fault (guint64 at, int code, gboolean persistent);
guint64 weir_fx_count (void); /* effects since the start or the last weir_fx_set_fault() */

#else

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static inline int
weir_fx_open (const char *path, int flags, mode_t mode)
{
  return (int)TEMP_FAILURE_RETRY (open (path, flags, mode));
}

static inline int
weir_fx_openat (int dir, const char *name, int flags, mode_t mode)
{
  return (int)TEMP_FAILURE_RETRY (openat (dir, name, flags, mode));
}

static inline int
weir_fx_mkdir (const char *path, mode_t mode)
{
  return (int)TEMP_FAILURE_RETRY (mkdir (path, mode));
}

static inline int
weir_fx_mkdirat (int dir, const char *name, mode_t mode)
{
  return (int)TEMP_FAILURE_RETRY (mkdirat (dir, name, mode));
}

static inline gboolean
weir_fx_before (const char *name)
{
  (void)name;
  return TRUE;
}

static inline void
weir_fx_after (const char *name)
{
  (void)name;
}

static inline gboolean
weir_fx_negative (const char *control)
{
  (void)control;
  return FALSE;
}

static inline guint64
weir_fx_bound (const char *variable, guint64 otherwise)
{
  (void)variable;
  return otherwise;
}

#define weir_fx_write(fd, bytes, len)                        TEMP_FAILURE_RETRY (write ((fd), (bytes), (len)))
#define weir_fx_pwrite(fd, bytes, len, offset)               TEMP_FAILURE_RETRY (pwrite ((fd), (bytes), (len), (offset)))
#define weir_fx_writev(fd, parts, n_parts)                   TEMP_FAILURE_RETRY (writev ((fd), (parts), (n_parts)))
#define weir_fx_fsync(fd)                                    TEMP_FAILURE_RETRY (fsync (fd))
#define weir_fx_fdatasync(fd)                                TEMP_FAILURE_RETRY (fdatasync (fd))
#define weir_fx_ftruncate(fd, len)                           TEMP_FAILURE_RETRY (ftruncate ((fd), (len)))
#define weir_fx_rename(from, to)                             TEMP_FAILURE_RETRY (rename ((from), (to)))
#define weir_fx_renameat2(from_dir, from, to_dir, to, flags) TEMP_FAILURE_RETRY (renameat2 ((from_dir), (from), (to_dir), (to), (flags)))
#define weir_fx_unlink(path)                                 TEMP_FAILURE_RETRY (unlink (path))
#define weir_fx_unlinkat(dir, name, flags)                   TEMP_FAILURE_RETRY (unlinkat ((dir), (name), (flags)))

static inline int
weir_fx_close (int fd)
{
  int result = close (fd);

  return result != 0 && errno == EINTR ? 0 : result;
}

#endif

/* Writes all of it: goes on after short writes. FALSE with errno. */
gboolean weir_fx_write_all (int fd, const void *bytes, gsize len);
gboolean weir_fx_pwrite_all (int fd, const void *bytes, gsize len, off_t offset);
/* As above for several pieces; @parts is consumed. One call where the kernel takes all. */
gboolean weir_fx_writev_all (int fd, struct iovec *parts, int n_parts);

G_END_DECLS
