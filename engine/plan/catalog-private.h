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

/* CREATE TEMPORARY FUNCTION: analysed anew at each call. */
typedef struct
{
  char      *name;
  char      *sql; /* SELECT and the body */
  guint      n_params;
  char     **params;
  WeirType **types;
  WeirType  *returns; /* nullable: the body's */
} WeirFunctionDef;

#define WEIR_SQL_FUNCTION_PARAMS_MAX 8 /* as many as a lambda's */

/* (transfer none) (nullable) */
const WeirFunctionDef *_weir_catalog_get_function (WeirCatalog *catalog, const char *name);
/* (transfer none) (nullable) */
const WeirViewDef *_weir_catalog_get_view (WeirCatalog *catalog, const char *name);

G_END_DECLS
