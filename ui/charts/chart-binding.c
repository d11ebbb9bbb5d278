/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "ui/charts/chart-model.h"

static int
first_of (const WeirChartColumn *columns,
          guint                  n_columns,
          WeirChartColumnRole    role)
{
  for (guint i = 0; i < n_columns; i++)
    if (columns[i].role == role)
      return (int)i;
  return -1;
}

/* Numbers that name things rather than count them. */
static gboolean
is_identifier (const WeirChartColumn *column)
{
  g_autofree char *name = g_ascii_strdown (column->name, -1);

  return column->is_key || strcmp (name, "id") == 0 || g_str_has_suffix (name, "_id") || g_str_has_suffix (name, "_key") ||
         strcmp (name, "key") == 0 || strcmp (name, "partition") == 0 || strcmp (name, "offset") == 0;
}

static gboolean
is_end_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return strcmp (lower, "end") == 0 || g_str_has_suffix (lower, "_end") || g_str_has_suffix (lower, ".end");
}

static void
guess_time (WeirChartBinding      *binding,
            const WeirChartColumn *columns,
            guint                  n_columns)
{
  binding->x = first_of (columns, n_columns, WEIR_CHART_COLUMN_WINDOW);
  if (binding->x >= 0)
    return;
  for (guint i = 0; i < n_columns; i++)
    {
      if (columns[i].role != WEIR_CHART_COLUMN_TIME)
        continue;
      if (is_end_name (columns[i].name) && binding->x >= 0 && binding->x_end < 0)
        binding->x_end = (int)i;
      else if (binding->x < 0 && !is_end_name (columns[i].name))
        binding->x = (int)i;
    }
  if (binding->x < 0)
    binding->x = first_of (columns, n_columns, WEIR_CHART_COLUMN_TIME);
}

static void
guess_value (WeirChartBinding      *binding,
             const WeirChartColumn *columns,
             guint                  n_columns)
{
  for (guint i = 0; i < n_columns && binding->value < 0; i++)
    if (columns[i].role == WEIR_CHART_COLUMN_NUMBER && !is_identifier (&columns[i]))
      binding->value = (int)i;
  for (guint i = 0; i < n_columns && binding->value < 0; i++)
    if (columns[i].role == WEIR_CHART_COLUMN_NUMBER && !columns[i].is_key)
      binding->value = (int)i;
}

static void
guess_series (WeirChartBinding      *binding,
              const WeirChartColumn *columns,
              guint                  n_columns)
{
  for (guint i = 0; i < n_columns && binding->series < 0; i++)
    if (columns[i].role == WEIR_CHART_COLUMN_TEXT && columns[i].is_key)
      binding->series = (int)i;
  if (binding->series < 0)
    binding->series = first_of (columns, n_columns, WEIR_CHART_COLUMN_TEXT);
  for (guint i = 0; i < n_columns && binding->series < 0; i++)
    if (columns[i].role == WEIR_CHART_COLUMN_NUMBER && (int)i != binding->value && is_identifier (&columns[i]))
      binding->series = (int)i;
}

gboolean
weir_chart_binding_guess (WeirChartBinding      *binding,
                          const WeirChartColumn *columns,
                          guint                  n_columns)
{
  *binding = (WeirChartBinding){ -1, -1, -1, -1, WEIR_CHART_LINE };

  guess_time (binding, columns, n_columns);
  guess_value (binding, columns, n_columns);
  guess_series (binding, columns, n_columns);
  if (binding->x < 0)
    binding->kind = WEIR_CHART_BAR;
  return binding->value >= 0 && (binding->x >= 0 || binding->series >= 0);
}
