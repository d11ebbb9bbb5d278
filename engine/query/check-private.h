/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "query/session-private.h"

G_BEGIN_DECLS

/**
 * _weir_check_run:
 *
 * Would a session with these settings and options run the query? Trigger, options of sources, and the checkpoint it would go on from.
 * Nothing is started or written.
 */
gboolean _weir_check_run (WeirSession *session, const WeirSqlStatement *statement, const char *text, WeirAnalyzedQuery *analyzed, GError **error);

G_END_DECLS
