/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table of functions a family; function-registry.c joins them.
 */
#pragma once

#include "expr/function.h"

G_BEGIN_DECLS

/* An entry with a row function: name, group, signature, sentence, example, fewest and most arguments, types, row. NULL in, NULL out. */
#define WEIR_ROW(name_, group_, signature_, doc_, example_, min_, max_, types_, row_)                                                \
  .name = name_, .group = group_, .signature = signature_, .doc = doc_, .example = example_, .n_args_min = min_, .n_args_max = max_, \
  .flags = WEIR_FUNCTION_STRICT, .types = types_, .row = row_
/* The same, but its row may raise errors. */
#define WEIR_ROW_FAILS(name_, group_, signature_, doc_, example_, min_, max_, types_, row_)                                          \
  .name = name_, .group = group_, .signature = signature_, .doc = doc_, .example = example_, .n_args_min = min_, .n_args_max = max_, \
  .flags = WEIR_FUNCTION_STRICT | WEIR_FUNCTION_CAN_FAIL, .types = types_, .row = row_
/* The same as WEIR_ROW, but its row is asked about NULL arguments too, and answers by the settings. */
#define WEIR_ROW_SEES_NULL(name_, group_, signature_, doc_, example_, min_, max_, types_, row_)                                      \
  .name = name_, .group = group_, .signature = signature_, .doc = doc_, .example = example_, .n_args_min = min_, .n_args_max = max_, \
  .flags = WEIR_FUNCTION_BY_SETTING, .types = types_, .row = row_
/* A call that stands for another expression. */
#define WEIR_REWRITE(name_, group_, signature_, doc_, example_, min_, max_, rewrite_)                                                \
  .name = name_, .group = group_, .signature = signature_, .doc = doc_, .example = example_, .n_args_min = min_, .n_args_max = max_, \
  .rewrite = rewrite_

typedef struct
{
  const WeirFunction *functions;
  guint               n_functions;
} WeirFamily;

extern const WeirFamily _weir_family_arith;
extern const WeirFamily _weir_family_array;
extern const WeirFamily _weir_family_array_value;
extern const WeirFamily _weir_family_compare;
extern const WeirFamily _weir_family_cond;
extern const WeirFamily _weir_family_date;
extern const WeirFamily _weir_family_encode;
extern const WeirFamily _weir_family_format;
extern const WeirFamily _weir_family_hash;
extern const WeirFamily _weir_family_in;
extern const WeirFamily _weir_family_json;
extern const WeirFamily _weir_family_lambda;
extern const WeirFamily _weir_family_like;
extern const WeirFamily _weir_family_logic;
extern const WeirFamily _weir_family_map;
extern const WeirFamily _weir_family_math;
extern const WeirFamily _weir_family_misc;
extern const WeirFamily _weir_family_number;
extern const WeirFamily _weir_family_regexp;
extern const WeirFamily _weir_family_round;
extern const WeirFamily _weir_family_sequence;
extern const WeirFamily _weir_family_string;
extern const WeirFamily _weir_family_string_build;
extern const WeirFamily _weir_family_string_search;
extern const WeirFamily _weir_family_struct;
extern const WeirFamily _weir_family_time;
extern const WeirFamily _weir_family_time_make;
extern const WeirFamily _weir_family_time_unit;
extern const WeirFamily _weir_family_to_char;
extern const WeirFamily _weir_family_vector;

/* decode() with searches and results; takes the arguments. */
WeirExpr *_weir_rewrite_decode (WeirBind *bind, GError **error);

G_END_DECLS
