/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/guarantee.h"

#include "plan/catalog.h"

#include <string.h>

/*
 * What becomes of rows when a query with a checkpoint is killed and goes on: the weaker of what its weakest source and its weakest sink
 * promise. A source that cannot be read again loses what was not committed, unless it is logged; a sink without transactions or
 * names of its own for every batch gets a batch twice.
 */

static WeirGuarantee
source_guarantee (const WeirTable *table)
{
  const char *durable;

  if (strcmp (table->format->name, "socket") != 0 && strcmp (table->format->name, "queue") != 0 && strcmp (table->format->name, "http") != 0)
    return WEIR_GUARANTEE_EXACTLY_ONCE;
  durable = table->options != NULL ? g_hash_table_lookup (table->options, "durable") : NULL;
  return durable != NULL && g_ascii_strcasecmp (durable, "true") == 0 ? WEIR_GUARANTEE_LOGGED : WEIR_GUARANTEE_AT_MOST_ONCE;
}

static WeirGuarantee
sink_guarantee (const WeirTable *table)
{
  static const char *const exact[] = { "json", "csv", "sqlite", "postgresql", "kafka" };

  for (guint i = 0; i < G_N_ELEMENTS (exact); i++)
    if (strcmp (table->format->name, exact[i]) == 0)
      return WEIR_GUARANTEE_EXACTLY_ONCE;
  return WEIR_GUARANTEE_AT_LEAST_ONCE;
}

typedef struct
{
  WeirGuarantee guarantee;
  const char   *source;
} Weakest;

static void
find_weakest (WeirPlan *plan,
              gpointer  data)
{
  Weakest      *weakest = data;
  WeirGuarantee guarantee;

  if (plan->kind != WEIR_PLAN_SCAN || !plan->is_streaming)
    return;
  guarantee = source_guarantee (plan->scan.table);
  if (weakest->source != NULL && guarantee >= weakest->guarantee)
    return;
  weakest->guarantee = guarantee;
  weakest->source = plan->scan.table->name;
}

WeirGuaranteeInfo
_weir_guarantee_of (WeirPlan  *plan,
                    GPtrArray *sinks)
{
  Weakest           source = { WEIR_GUARANTEE_EXACTLY_ONCE, NULL };
  WeirGuaranteeInfo info = { 0 };
  WeirGuarantee     sink = sinks != NULL && sinks->len > 0 ? WEIR_GUARANTEE_EXACTLY_ONCE : WEIR_GUARANTEE_AT_LEAST_ONCE;

  weir_plan_foreach (plan, find_weakest, &source);
  for (guint i = 0; sinks != NULL && i < sinks->len; i++)
    {
      const WeirTable *table = sinks->pdata[i];
      WeirGuarantee    guarantee = sink_guarantee (table);

      if (info.sink != NULL && guarantee >= sink)
        continue;
      sink = guarantee;
      info.sink = table->name;
      info.sink_format = table->format->name;
    }
  info.source = source.source;
  info.guarantee = MIN (source.guarantee, sink);
  return info;
}
