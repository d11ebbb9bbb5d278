/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

typedef struct
{
  char   *path; /* Owned */
  gint64  mtime_us;
  guint64 size;
} WeirFileEntry;

void weir_file_entry_free (WeirFileEntry *entry);

/* A path made absolute: relative ones start at @base_dir, `file:` is taken off. (transfer full) */
char    *weir_file_path (const char *path, const char *base_dir);
gboolean weir_path_is_glob (const char *path);

/**
 * weir_file_list:
 * @path: absolute: a file, a directory or a glob
 * @name_filter: (nullable): a glob that file names must match
 * @recursive: go down into folders
 *
 * Regular files in order of modification time, then name. Names starting with `_` or `.` are skipped below @path, and files that a
 * query with a checkpoint has not committed (file-manifest.h).
 *
 * Returns: (transfer full) (nullable) (element-type WeirFileEntry): PATH_NOT_FOUND (42K03) for a path that is no glob and does not exist;
 *   a folder that may not be read is an error that says so
 */
GPtrArray *weir_file_list (const char *path, const char *name_filter, gboolean recursive, GError **error);

G_END_DECLS
