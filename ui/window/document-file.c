/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/window/document-private.h"
#include "ui/window/trust.h"

/*
 * Reading and writing. A file is read on a worker: at most WEIR_DOCUMENT_MAX_BYTES, and nothing of it reaches the buffer before all of
 * it was found to be a script, so what cannot be shown leaves the document as it was. Lines keep their ends and the file its last byte.
 */

typedef struct
{
  char    *text;
  char    *etag;
  guint    version;
  gboolean is_known;
} Loaded;

static void
loaded_free (gpointer data)
{
  Loaded *loaded = data;

  g_free (loaded->text);
  g_free (loaded->etag);
  g_free (loaded);
}

static gboolean
check_kind (GFileInfo *info,
            GError   **error)
{
  if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, _ ("This is a folder, not a file."));
  else if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _ ("This is not a regular file."));
  else if (g_file_info_get_size (info) > WEIR_DOCUMENT_MAX_BYTES)
    {
      g_autofree char *size = g_format_size ((guint64)g_file_info_get_size (info));
      g_autofree char *limit = g_format_size_full (WEIR_DOCUMENT_MAX_BYTES, G_FORMAT_SIZE_IEC_UNITS);

      /* TRANSLATORS: sizes, as "104.9 MB" and "16.0 MiB" */
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, _ ("The file has %s; a script has at most %s. Is it a file of data? Then add it as a source."),
                   size, limit);
    }
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_text (const char *text,
            gsize       length,
            Loaded     *loaded,
            GError    **error)
{
  const char *nul = memchr (text, '\0', length), *invalid;

  if (nul != NULL)
    {
      /* TRANSLATORS: a count of bytes */
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("Byte %zu is NUL: this is not a text file."), (gsize)(nul - text) + 1);
      return FALSE;
    }
  if (!g_utf8_validate (text, (gssize)length, &invalid))
    {
      if (g_utf8_get_char_validated (invalid, (gssize)(length - (gsize)(invalid - text))) == (gunichar)-2)
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, _ ("The file ends in the middle of a character: it was cut off."));
      else
        /* TRANSLATORS: a count of bytes */
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("The text is not UTF-8 from byte %zu on. Convert it, for example with iconv."),
                     (gsize)(invalid - text) + 1);
      return FALSE;
    }
  return weir_script_inspect (text, length, &loaded->version, error);
}

static void
open_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GFile                       *file = task_data;
  g_autoptr (GError)           error = NULL;
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GFileInfo)        info = NULL;
  Loaded                      *loaded = g_new0 (Loaded, 1);
  gsize                        length = 0;

  info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_ETAG_VALUE, 0,
                            cancellable, &error);
  if (info == NULL || !check_kind (info, &error) || (stream = g_file_read (file, cancellable, &error)) == NULL)
    goto out;
  loaded->text = g_malloc (WEIR_DOCUMENT_MAX_BYTES + 2);
  if (!g_input_stream_read_all (G_INPUT_STREAM (stream), loaded->text, WEIR_DOCUMENT_MAX_BYTES + 1, &length, cancellable, &error))
    goto out;
  loaded->text[length] = '\0';
  loaded->text = g_realloc (loaded->text, length + 1);
  g_file_info_set_size (info, (goffset)length);
  if (!check_kind (info, &error) || !check_text (loaded->text, length, loaded, &error))
    goto out;
  loaded->etag = g_strdup (g_file_info_get_etag (info));
  loaded->is_known = weir_trust_knows (loaded->text, length);
out:
  if (error != NULL)
    {
      loaded_free (loaded);
      g_task_return_error (task, g_steal_pointer (&error));
    }
  else
    g_task_return_pointer (task, loaded, loaded_free);
}

void
weir_document_open_async (WeirDocument       *self,
                          GFile              *file,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (WEIR_IS_DOCUMENT (self) && G_IS_FILE (file));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, weir_document_open_async);
  g_task_set_task_data (task, g_object_ref (file), g_object_unref);
  g_task_run_in_thread (task, open_thread);
}

gboolean
weir_document_open_finish (WeirDocument *self,
                           GAsyncResult *result,
                           GError      **error)
{
  Loaded *loaded;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  loaded = g_task_propagate_pointer (G_TASK (result), error);
  if (loaded == NULL)
    {
      g_autofree char *name = g_file_get_basename (g_task_get_task_data (G_TASK (result)));
      g_autofree char *shown = g_filename_display_name (name);

      g_prefix_error (error, "%s: ", shown);
      return FALSE;
    }
  _weir_document_set_file (self, g_task_get_task_data (G_TASK (result)));
  g_free (self->etag);
  self->etag = g_steal_pointer (&loaded->etag);
  self->needs_trust = !loaded->is_known;
  self->read_only = loaded->version > WEIR_SCRIPT_VERSION;
  g_object_notify (G_OBJECT (self), "read-only");
  _weir_document_load_text (self, loaded->text);
  loaded_free (loaded);
  return TRUE;
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  WeirDocument     *self = g_task_get_source_object (task);
  GFile            *file = G_FILE (source);
  GBytes           *bytes = g_task_get_task_data (task);
  GError           *error = NULL;
  g_autofree char  *etag = NULL;
  g_autofree char  *now = NULL;

  if (!g_file_replace_contents_finish (file, result, &etag, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (!self->needs_trust)
    weir_trust_remember (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  _weir_document_set_file (self, file);
  g_free (self->etag);
  self->etag = g_steal_pointer (&etag);
  /* What was typed while the file was written is not in it. */
  now = weir_document_dup_text (self);
  if (strlen (now) == g_bytes_get_size (bytes) && memcmp (now, g_bytes_get_data (bytes, NULL), strlen (now)) == 0)
    gtk_text_buffer_set_modified (GTK_TEXT_BUFFER (self->buffer), FALSE);
  g_task_return_boolean (task, TRUE);
}

void
weir_document_save_async (WeirDocument       *self,
                          GFile              *file,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask  *task;
  char   *text;
  GBytes *bytes;

  g_return_if_fail (WEIR_IS_DOCUMENT (self) && G_IS_FILE (file));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, weir_document_save_async);
  text = weir_document_dup_text (self);
  bytes = g_bytes_new_take (text, strlen (text));
  g_task_set_task_data (task, bytes, (GDestroyNotify)g_bytes_unref);
  g_file_replace_contents_bytes_async (file, bytes, self->file != NULL && g_file_equal (file, self->file) ? self->etag : NULL, FALSE,
                                       G_FILE_CREATE_NONE, cancellable, saved_cb, task);
}

gboolean
weir_document_save_finish (WeirDocument *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
weir_document_get_needs_trust (WeirDocument *self)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), FALSE);
  return self->needs_trust;
}

void
weir_document_trust (WeirDocument *self)
{
  g_autofree char *text = NULL;

  g_return_if_fail (WEIR_IS_DOCUMENT (self));
  self->needs_trust = FALSE;
  text = weir_document_dup_text (self);
  weir_trust_remember (text, strlen (text));
}

void
weir_document_forget_etag (WeirDocument *self)
{
  g_return_if_fail (WEIR_IS_DOCUMENT (self));
  g_clear_pointer (&self->etag, g_free);
}

void
weir_document_restore (WeirDocument *self,
                       const char   *text,
                       GFile        *file,
                       gboolean      needs_trust)
{
  g_return_if_fail (WEIR_IS_DOCUMENT (self) && text != NULL);
  _weir_document_set_file (self, file);
  self->needs_trust = needs_trust;
  _weir_document_load_text (self, text);
  gtk_text_buffer_set_modified (GTK_TEXT_BUFFER (self->buffer), TRUE);
}
