/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-writer-check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/*
 * Files that are still being written
 *
 * `cp big.csv folder/` lets a file be seen before it is whole. The kernel grants a read lease on a file only while nobody has it open
 * for writing, which is the very question; the lease is given back at once. Who opens the file for writing in between waits those few
 * microseconds, and the kernel tells us by SIGURG, which does nothing (its default, SIGIO, would end the process). Where leases cannot be
 * had (a file of another user, some file systems) the answer is no: a file that changes while it is read is still found out.
 */

/* A file nobody touched for this long is whole even if somebody holds it open: a log of a daemon that is idle. */
#define FRESH_NS G_GINT64_CONSTANT (2000000000)

gboolean
weir_file_has_writer (const WeirFileEntry *entry)
{
  gint64   age_ns = g_get_real_time () * 1000 - entry->mtime_ns;
  gboolean has_writer;
  int      fd;

  if (age_ns > FRESH_NS || age_ns < -FRESH_NS)
    return FALSE;
  fd = open (entry->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return FALSE;
  has_writer = fcntl (fd, F_SETSIG, SIGURG) == 0 && fcntl (fd, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
  if (!has_writer)
    fcntl (fd, F_SETLEASE, F_UNLCK);
  close (fd);
  return has_writer;
}
