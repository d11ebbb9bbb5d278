/* SPDX-License-Identifier: Apache-2.0 */
/* The value behind the `=` of a folder's name. */
#pragma once

#include "column/column.h"
#include "column/timezone.h"

G_BEGIN_DECLS

#define WEIR_PARTITION_NULL "__HIVE_DEFAULT_PARTITION__"

/* What values of a column have in common so far; 0: nothing but NULL. Decimals have digits above. */
typedef enum
{
  WEIR_PARTITION_VOID,
  WEIR_PARTITION_INT,
  WEIR_PARTITION_BIGINT,
  WEIR_PARTITION_DOUBLE,
  WEIR_PARTITION_DATE,
  WEIR_PARTITION_TIMESTAMP,
  WEIR_PARTITION_STRING,
  WEIR_PARTITION_DECIMAL, /* + digits */
} WeirPartitionType;

/* Without %XX, as valid UTF-8. (transfer full) */
char *_weir_partition_unescape (const char *text, gsize len);

/* The narrowest type of one text. Without @infer STRING or VOID. */
WeirPartitionType _weir_partition_type_infer (const char *text, gsize len, gboolean infer);
WeirPartitionType _weir_partition_type_join (WeirPartitionType a, WeirPartitionType b);
/* (transfer full): VOID becomes STRING */
WeirType *_weir_partition_type_get (WeirPartitionType type);

/* One row. (transfer full) (nullable): the text is no @type, or folders cannot hold that */
WeirColumn *_weir_partition_value (const char *text, gsize len, WeirType *type, WeirZone *zone);

G_END_DECLS
