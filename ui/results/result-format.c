/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "ui/results/result-format.h"

gboolean
weir_result_column_is_numeric (const WeirColumnInfo *column)
{
  return column->shape == WEIR_COLUMN_NUMBER;
}

static char *
time_text (gint64               time_us,
           const WeirCellStyle *style)
{
  g_autofree char *today = weir_format_timestamp (style->now_us, style->zone);
  g_autofree char *text = weir_format_timestamp (time_us, style->zone);

  /* The date takes ten characters. */
  if (strlen (text) > 10 && strncmp (today, text, 10) == 0)
    return weir_format_clock (time_us, style->zone);
  return g_steal_pointer (&text);
}

static char *
number_text (WeirRowsView *view,
             guint         row,
             guint         column)
{
  const WeirColumnInfo *info = view->klass->get_column (view->data, column);
  g_autofree char      *text = NULL;

  if (strcmp (info->type, "double") == 0 || strcmp (info->type, "float") == 0)
    return weir_format_measure (view->klass->get_number (view->data, row, column));
  text = view->klass->dup_text (view->data, row, column, NULL);
  return text != NULL ? weir_format_grouped (text) : NULL;
}

static char *
plain_text (WeirRowsView        *view,
            guint                row,
            guint                column,
            const WeirCellStyle *style)
{
  char *text = weir_rows_view_dup_text (view, row, column, style->zone_name);

  if (text == NULL)
    return NULL;
  if (strlen (text) > WEIR_CELL_MAX_BYTES)
    {
      const char *end = g_utf8_find_prev_char (text, text + WEIR_CELL_MAX_BYTES);

      text[end != NULL ? end - text : 0] = '\0';
    }
  for (char *p = text; *p != '\0'; p++)
    if (*p == '\n' || *p == '\r' || *p == '\t')
      *p = ' ';
  return text;
}

char *
weir_result_cell_text (WeirRowsView        *view,
                       guint                row,
                       guint                column,
                       const WeirCellStyle *style)
{
  const WeirColumnInfo *info = view->klass->get_column (view->data, column);
  gint64                start_us;
  gint64                end_us;

  if (view->klass->is_null (view->data, row, column))
    return NULL;
  switch (info->shape)
    {
    case WEIR_COLUMN_WINDOW:
      if (!view->klass->get_window (view->data, row, &start_us, &end_us))
        return plain_text (view, row, column, style);
      return style->short_windows ? time_text (start_us, style) : weir_format_window (start_us, end_us, style->now_us, style->zone);
    case WEIR_COLUMN_TIME:
      if (strcmp (info->type, "timestamp") != 0)
        return plain_text (view, row, column, style);
      return time_text (view->klass->get_time_us (view->data, row, column), style);
    case WEIR_COLUMN_NUMBER:
      return number_text (view, row, column);
    case WEIR_COLUMN_TEXT:
    case WEIR_COLUMN_BOOLEAN:
    case WEIR_COLUMN_OTHER:
    default:
      return plain_text (view, row, column, style);
    }
}
