/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table of functions a family; function-registry.c joins them.
 */
#pragma once

#include "expr/function.h"

G_BEGIN_DECLS

typedef struct
{
  const WeirFunction *functions;
  guint               n_functions;
} WeirFamily;

extern const WeirFamily _weir_family_arith;
extern const WeirFamily _weir_family_compare;
extern const WeirFamily _weir_family_logic;

G_END_DECLS
