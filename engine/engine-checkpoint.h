/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-types.h"

G_BEGIN_DECLS

/**
 * weir_inspect_checkpoint:
 * @dir: folder of a checkpoint
 * @n_rows: so many rows of the state of every operator are shown too
 *
 * What a checkpoint holds, as JSON: query, settings, shape of the plan, batches with offsets and watermarks, state of every operator,
 * files. Reads only, beside a run too. Damage does not end it: it stands under `problems` with file and cause, and what could be read
 * is there.
 *
 * Returns: (transfer full) (nullable): the text, or NULL with PATH_NOT_FOUND when @dir is no checkpoint
 */
WEIR_API char *weir_inspect_checkpoint (const char *dir, guint n_rows, GError **error);

G_END_DECLS
