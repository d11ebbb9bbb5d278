/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/window/document.h"

G_BEGIN_DECLS

#define WEIR_TYPE_SQL_COMPLETION (weir_sql_completion_get_type ())
G_DECLARE_FINAL_TYPE (WeirSqlCompletion, weir_sql_completion, WEIR, SQL_COMPLETION, GObject)

/* Columns and tables of the document's check, functions with their signatures, keywords; in this order. */
GtkSourceCompletionProvider *weir_sql_completion_new (WeirDocument *document);

G_END_DECLS
