/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/type.h"

G_BEGIN_DECLS

/* As WeirSourceKind.resolve. (transfer full) (nullable) */
WeirSchema *_weir_file_schema_text (WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error);
WeirSchema *_weir_file_schema_csv (WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error);
WeirSchema *_weir_file_schema_json (WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error);

/* The setting of this name, in lower case, as an option: FALSE makes columns of folders STRING. */
#define WEIR_PARTITION_INFERENCE_KEY "spark.sql.sources.partitioncolumntypeinference.enabled"

/* What files of @format at the option path hold, folders left aside. (transfer full) (nullable) */
WeirSchema *_weir_file_schema_infer (const char *format, GHashTable *options, const char *base_dir, GError **error);

G_END_DECLS
