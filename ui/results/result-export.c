/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "ui/results/result-export.h"

#define FLUSH_BYTES (64 * 1024)

typedef struct
{
  WeirRowsView    *view;      /* Owned */
  GArray          *rows;      /* Owned */
  char            *zone_name; /* Owned, nullable */
  GFile           *file;      /* Owned */
  WeirExportFormat format;
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  weir_rows_view_unref (export->view);
  g_array_unref (export->rows);
  g_free (export->zone_name);
  g_object_unref (export->file);
  g_free (export);
}

WeirExportFormat
weir_export_format_for_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_str_has_suffix (lower, ".ndjson") || g_str_has_suffix (lower, ".jsonl") || g_str_has_suffix (lower, ".json")
           ? WEIR_EXPORT_NDJSON
           : WEIR_EXPORT_CSV;
}

static void
append_csv_field (GString    *out,
                  const char *text)
{
  if (text == NULL)
    return;
  if (*text != '\0' && strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (out, text);
      return;
    }
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}

static void
append_heading (const Export *export,
                GString *out)
{
  guint n = export->view->klass->get_n_columns (export->view->data);

  for (guint c = 0; c < n; c++)
    {
      if (c > 0)
        g_string_append_c (out, ',');
      append_csv_field (out, export->view->klass->get_column (export->view->data, c)->name);
    }
  g_string_append (out, "\r\n");
}

static void
append_row (const Export *export,
            guint    row,
            GString *out)
{
  WeirRowsView *view = export->view;
  guint         n = view->klass->get_n_columns (view->data);

  if (export->format == WEIR_EXPORT_NDJSON)
    {
      g_autofree char *json = view->klass->dup_row_json (view->data, row);

      g_string_append (out, json);
      g_string_append_c (out, '\n');
      return;
    }
  for (guint c = 0; c < n; c++)
    {
      g_autofree char *text = weir_rows_view_dup_text (view, row, c, export->zone_name);

      if (c > 0)
        g_string_append_c (out, ',');
      append_csv_field (out, text);
    }
  g_string_append (out, "\r\n");
}

static gboolean
write_rows (const Export *export,
            GOutputStream *stream,
            GCancellable  *cancellable,
            GError       **error)
{
  g_autoptr (GString) out = g_string_sized_new (FLUSH_BYTES + 4096);

  if (export->format == WEIR_EXPORT_CSV)
    append_heading (export, out);
  for (guint i = 0; i < export->rows->len; i++)
    {
      append_row (export, g_array_index (export->rows, guint, i), out);
      if (out->len < FLUSH_BYTES)
        continue;
      if (!g_output_stream_write_all (stream, out->str, out->len, NULL, cancellable, error))
        return FALSE;
      g_string_truncate (out, 0);
    }
  return g_output_stream_write_all (stream, out->str, out->len, NULL, cancellable, error);
}

static void
export_thread (GTask        *task,
               gpointer      source,
               gpointer      task_data,
               GCancellable *cancellable)
{
  const Export *export = task_data;
  g_autoptr (GError)            error = NULL;
  g_autoptr (GFileOutputStream) stream = g_file_replace (export->file, NULL, FALSE, G_FILE_CREATE_NONE, cancellable, &error);

  if (stream == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (!write_rows (export, G_OUTPUT_STREAM (stream), cancellable, &error))
    {
      /* Closing under a cancelled cancellable leaves the old file as it was. */
      g_autoptr (GCancellable) leave = g_cancellable_new ();

      g_cancellable_cancel (leave);
      g_output_stream_close (G_OUTPUT_STREAM (stream), leave, NULL);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (!g_output_stream_close (G_OUTPUT_STREAM (stream), cancellable, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_task_return_int (task, export->rows->len);
}

void
weir_result_export_async (WeirRowsView       *view,
                          GArray             *rows,
                          const char         *zone_name,
                          WeirExportFormat    format,
                          GFile              *file,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Export *export = g_new0 (Export, 1);

  export->view = weir_rows_view_ref (view);
  export->rows = g_array_copy (rows);
  export->zone_name = g_strdup (zone_name);
  export->file = g_object_ref (file);
  export->format = format;
  g_task_set_source_tag (task, weir_result_export_async);
  g_task_set_task_data (task, export, export_free);
  g_task_run_in_thread (task, export_thread);
}

gssize
weir_result_export_finish (GAsyncResult *result,
                           GError      **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}
