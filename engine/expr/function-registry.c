/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>

#include "expr/families-private.h"

/*
 * All functions, sorted by name once for the process. Names that begin with an underscore are what rewrites lead to; they sort
 * apart and are not listed.
 */

static const WeirFamily *const families[] = {
  &_weir_family_arith,
  &_weir_family_array,
  &_weir_family_array_value,
  &_weir_family_compare,
  &_weir_family_cond,
  &_weir_family_date,
  &_weir_family_encode,
  &_weir_family_format,
  &_weir_family_hash,
  &_weir_family_in,
  &_weir_family_json,
  &_weir_family_lambda,
  &_weir_family_like,
  &_weir_family_logic,
  &_weir_family_map,
  &_weir_family_math,
  &_weir_family_misc,
  &_weir_family_number,
  &_weir_family_regexp,
  &_weir_family_round,
  &_weir_family_sequence,
  &_weir_family_string,
  &_weir_family_string_build,
  &_weir_family_string_search,
  &_weir_family_struct,
  &_weir_family_time,
  &_weir_family_time_make,
  &_weir_family_time_unit,
  &_weir_family_to_char,
  &_weir_family_vector,
};

static const WeirFunction **sorted;
static guint                n_sorted;
static const WeirFunction **listed;
static guint                n_listed;

static int
compare_functions (const void *a,
                   const void *b)
{
  return strcmp ((*(const WeirFunction *const *)a)->name, (*(const WeirFunction *const *)b)->name);
}

static void
ensure_sorted (void)
{
  static gsize         once = 0;
  const WeirFunction **table;
  guint                n = 0;

  if (!g_once_init_enter (&once))
    return;
  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    n_sorted += families[f]->n_functions;
  table = g_new (const WeirFunction *, MAX (n_sorted, 1));
  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    for (guint i = 0; i < families[f]->n_functions; i++)
      table[n++] = &families[f]->functions[i];
  qsort (table, n, sizeof table[0], compare_functions);
  sorted = table;
  listed = g_new (const WeirFunction *, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    if (table[i]->name[0] != '_')
      listed[n_listed++] = table[i];
  g_once_init_leave (&once, 1);
}

static int
compare_name (const void *name,
              const void *item)
{
  return strcmp (name, (*(const WeirFunction *const *)item)->name);
}

const WeirFunction *
weir_function_lookup (const char *name)
{
  g_autofree char           *lower = g_ascii_strdown (name, -1);
  const WeirFunction *const *found;

  ensure_sorted ();
  found = bsearch (lower, sorted, n_sorted, sizeof sorted[0], compare_name);
  return found != NULL ? *found : NULL;
}

const WeirFunction *const *
weir_function_list (guint *n_functions)
{
  ensure_sorted ();
  *n_functions = n_listed;
  return listed;
}
