/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/catalog.h"
#include "sql/ast.h"

G_BEGIN_DECLS

/**
 * weir_state_rows:
 * @request: which checkpoint, operator and batch; the state behind that batch
 *
 * For FROM state(…): reads the checkpoint, beside a run too.
 *
 * Returns: (transfer full) (nullable): all rows, or NULL with @error
 */
WeirBatch *weir_state_rows (const WeirStateRequest *request, GError **error);

/* The text up to the end of @statement, literal secrets taken out: what a checkpoint keeps of its query. (transfer full) */
char *weir_kept_script (const char *text, const WeirSqlStatement *statement);

G_END_DECLS
