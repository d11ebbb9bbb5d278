/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/type.h"

G_BEGIN_DECLS

/* As WeirSourceKind.resolve. (transfer full) (nullable) */
WeirSchema *_weir_file_schema_text (WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error);
WeirSchema *_weir_file_schema_csv (WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error);
WeirSchema *_weir_file_schema_json (WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error);

G_END_DECLS
