/* SPDX-License-Identifier: Apache-2.0 */
/* Spark's cleanSource: what becomes of files whose batch is committed. */
#pragma once

#include "io/file-list.h"

G_BEGIN_DECLS

typedef struct _WeirFileCleaner WeirFileCleaner;

/**
 * weir_file_cleaner_new:
 * @options: cleanSource: off (default), delete or archive; with archive sourceArchiveDir
 * @path: absolute path of the source
 * @base_dir: where a relative sourceArchiveDir starts
 * @cleaner: (out) (transfer full) (nullable): NULL when nothing is to be done
 *
 * Returns: FALSE with @error: a wrong value, an archive that the source would read, a folder whose files belong to a sink
 */
gboolean weir_file_cleaner_new (GHashTable *options, const char *path, const char *base_dir, WeirFileCleaner **cleaner, GError **error);
void     weir_file_cleaner_free (WeirFileCleaner *cleaner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirFileCleaner, weir_file_cleaner_free)

/* Deletes the file of @entry, or moves it below the archive under its whole path. Only that very file: one that took its name later, and was not
 * read, stays. NULL, or what went wrong: a sentence for the user. (transfer full) (nullable) */
char *weir_file_cleaner_clean (WeirFileCleaner *cleaner, const WeirFileEntry *entry);

G_END_DECLS
