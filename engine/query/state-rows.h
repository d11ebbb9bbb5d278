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

/* Appends @statement of @text, literal secrets taken out, when it is one that changes the catalogue and nothing else. */
void weir_keep_definition (GString *kept, const char *text, const WeirSqlStatement *statement);
/**
 * weir_kept_script:
 * @definitions: of the session before, by weir_keep_definition(); empty: those of @text
 * @plan: of @statement, for the columns of tables that declare none
 *
 * What a checkpoint keeps of its query, to be read by itself anywhere.
 *
 * Returns: (transfer full)
 */
char *weir_kept_script (const char *definitions, const char *text, const WeirSqlStatement *statement, WeirPlan *plan);

G_END_DECLS
