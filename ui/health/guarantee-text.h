/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

/* What the next run of a query does with rows this one has had, in a sentence or two. (transfer full) */
char *weir_guarantee_text (const WeirGuaranteeInfo *info, gboolean has_checkpoint);
/* A folder for the checkpoint of @query that no other query has. (transfer full) */
char *weir_checkpoint_propose (const char *query);

G_END_DECLS
