/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file sink of Spark has committed to a folder.
 *
 * FOLDER/_spark_metadata has a file for every batch, named by its number; every tenth, NUMBER.compact, stands for all before it too. A file is
 * the line `v1`, then a line of JSON for every data file: its URI as `path`, and as `action` add or delete. Spark reads no other file of
 * such a folder, since those of attempts that failed lie beside the good ones.
 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

#define WEIR_SPARK_LOG_FOLDER "_spark_metadata"

/**
 * weir_spark_log_filter:
 * @folder: absolute
 * @files: (element-type WeirFileEntry): files below it
 *
 * Takes the files that are not committed out of @files; a folder without such a log takes none. The folder may have been moved since it was
 * written. Files of a sink of ours are left to its own log.
 *
 * Returns: FALSE with @error when the log cannot be read or is of another version
 */
gboolean weir_spark_log_filter (const char *folder, GPtrArray *files, GError **error);

G_END_DECLS
