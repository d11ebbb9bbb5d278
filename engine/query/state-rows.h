/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/catalog.h"
#include "sql/ast.h"

G_BEGIN_DECLS

/**
 * weir_state_rows:
 * @dir: of a checkpoint
 * @operator_id: 0 is the top-most stateful operator
 * @batch: the state behind that batch; −1: behind the last committed one
 *
 * For FROM state(…): reads the checkpoint, beside a run too.
 *
 * Returns: (transfer full) (nullable): all rows, or NULL with @error
 */
WeirBatch *weir_state_rows (const char *dir, guint operator_id, gint64 batch, GError **error);

/* The text up to the end of @statement, literal secrets taken out: what a checkpoint keeps of its query. (transfer full) */
char *weir_kept_script (const char *text, const WeirSqlStatement *statement);

G_END_DECLS
