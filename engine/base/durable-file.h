/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are whole or not there, whatever happens. GLib's calls are no help: g_file_set_contents() syncs nothing when the
 * file is new, and its durable form does not report a failed sync of the folder.
 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_DURABLE_REPLACE,    /* an older file of the name is replaced, in one step */
  WEIR_DURABLE_NO_REPLACE, /* a file of the name with the same bytes is success, with other bytes an error */
} WeirDurableMode;

/**
 * weir_durable_write:
 * @dir: a folder that is there
 * @name: the file's name in it
 * @bytes: (array length=len): its contents
 * @mode: what to do with a file that has the name already
 *
 * When TRUE is returned, the file and its name outlive a power cut. When not, the name stands for what it stood for before; a
 * temporary file (`.NAME.tmp-…`, mode 0600) may stay only if the process or its disk died. Never called again for the same
 * attempt: after a failed sync nobody knows what the disk holds, so the caller gives up the batch.
 */
gboolean weir_durable_write (const char     *dir,
                             const char     *name,
                             const void     *bytes,
                             gsize           len,
                             WeirDurableMode mode,
                             GError        **error);

/* Makes the folder (mode 0700) and syncs its parent. A folder that is there is success. Parents have to be there. */
gboolean weir_durable_mkdir (const char *path, GError **error);
/* The same for all missing parents, from the top down. */
gboolean weir_durable_mkdir_with_parents (const char *path, GError **error);

/* Makes names in @path that were created, renamed or removed last. */
gboolean weir_durable_sync_dir (const char *path, GError **error);

/**
 * weir_durable_rename:
 * @flags: of renameat2()
 *
 * For files of our own, whose old name nobody makes anew: a rename that reports success and leaves the old name, as some file systems
 * over a network do, is a failure (EIO). What was renamed is durable when its folder is synced.
 *
 * Returns: 0, or -1 and errno
 */
int weir_durable_rename (int from_dir, const char *from, int to_dir, const char *to, unsigned flags);

/* g_file_get_contents(), but a pipe, a socket or a device in the place of the file is an error (G_FILE_ERROR_INVAL) and not a wait for good. */
gboolean weir_durable_read (const char *path, char **contents, gsize *len, GError **error);

/* Whether @path still names the file that is open as @fd. A call through @path that fails for another reason counts as yes: what is open may be good. */
gboolean weir_durable_is_at (int fd, const char *path);

/* Removes the file and syncs its folder. A file that is not there is success. */
gboolean weir_durable_unlink (const char *path, GError **error);

/* Removes temporary files of weir_durable_write() that a dead process left in @dir. Only for who alone writes there. */
void weir_durable_remove_temporaries (const char *dir);

/**
 * weir_fail_file:
 * @what: "write", "sync", …: `Cannot WHAT PATH: CAUSE.`
 * @code: the errno
 *
 * TASK_WRITE_FAILED (58030) in the run phase, with the remedy and, for a full disk, the free space of @path's file system.
 *
 * Returns: FALSE
 */
gboolean weir_fail_file (GError    **error,
                         const char *what,
                         const char *path,
                         int         code);

G_END_DECLS
