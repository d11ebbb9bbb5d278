/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/catalog.h"

G_BEGIN_DECLS

/* A temporary view. Names of columns are NULL when the query's own hold. */
typedef struct
{
  char  *name;
  char  *sql;
  char **columns;
} WeirViewDef;

/* (transfer none) (nullable) */
const WeirViewDef *_weir_catalog_get_view (WeirCatalog *catalog, const char *name);

G_END_DECLS
