/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine-check.h"

#include "expr/aggregate.h"
#include "expr/function.h"
#include "sql/keywords.h"

#include <string.h>

/* Names, signatures and sentences for completion and SHOW FUNCTIONS: scalar functions and aggregates in one sorted list. */

static int
compare_infos (const void *a,
               const void *b)
{
  return strcmp (((const WeirFunctionInfo *)a)->name, ((const WeirFunctionInfo *)b)->name);
}

const WeirFunctionInfo *
weir_list_functions (guint *n)
{
  static GArray *list;
  static gsize   once;

  if (g_once_init_enter (&once))
    {
      guint                       n_functions, n_aggregates;
      const WeirFunction *const  *functions = weir_function_list (&n_functions);
      const WeirAggregate *const *aggregates = weir_aggregate_list (&n_aggregates);

      list = g_array_new (FALSE, FALSE, sizeof (WeirFunctionInfo));
      for (guint i = 0; i < n_functions; i++)
        {
          WeirFunctionInfo info = { functions[i]->name, functions[i]->signature, functions[i]->doc, FALSE };

          if ((functions[i]->flags & WEIR_FUNCTION_OPERATOR) == 0)
            g_array_append_val (list, info);
        }
      for (guint i = 0; i < n_aggregates; i++)
        {
          WeirFunctionInfo info = { aggregates[i]->name, aggregates[i]->signature, aggregates[i]->doc, TRUE };

          g_array_append_val (list, info);
        }
      qsort (list->data, list->len, sizeof (WeirFunctionInfo), compare_infos);
      g_once_init_leave (&once, 1);
    }
  *n = list->len;
  return (const WeirFunctionInfo *)list->data;
}

const char *const *
weir_list_keywords (void)
{
  static const char *words[WEIR_SQL_N_KEYWORDS];
  static gsize       once;

  if (g_once_init_enter (&once))
    {
      for (guint i = 1; i < WEIR_SQL_N_KEYWORDS; i++)
        words[i - 1] = _weir_sql_keyword_name (i);
      g_once_init_leave (&once, 1);
    }
  return words;
}
