/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/document.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/source/secrets.h"
#include "ui/window/document-private.h"

/*
 * WeirDocument: one text with its session. The text is the model: what else is known of it comes from the last check (document-check.c), and
 * every edit, of whatever view, is a change of the buffer that can be undone. Runs are in document-run.c, files in document-file.c.
 */

enum
{
  PROP_TITLE = 1,
  PROP_FILE,
  PROP_MODIFIED,
  PROP_READ_ONLY,
  N_PROPS
};
enum
{
  QUERY_CHANGED,
  MESSAGE,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint       signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (WeirDocument, weir_document, G_TYPE_OBJECT)

/* ---- text -------------------------------------------------------------------------------------------------------- */

char *
weir_document_dup_text (WeirDocument *self)
{
  GtkTextIter start, end;

  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self->buffer), &start, &end);
  return gtk_text_buffer_get_text (GTK_TEXT_BUFFER (self->buffer), &start, &end, TRUE);
}

gboolean
weir_document_get_is_empty (WeirDocument *self)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), TRUE);
  return gtk_text_buffer_get_char_count (GTK_TEXT_BUFFER (self->buffer)) == 0;
}

/* Bytes that two texts share at the start (of whole characters). */
static gsize
shared_prefix (const char *a,
               const char *b)
{
  gsize n = 0;

  while (a[n] != '\0' && a[n] == b[n])
    n++;
  while (n > 0 && ((a[n] & 0xC0) == 0x80 || (b[n] & 0xC0) == 0x80))
    n--;
  return n;
}

static gsize
shared_suffix (const char *a,
               gsize       a_len,
               const char *b,
               gsize       b_len)
{
  gsize n = 0;

  while (n < a_len && n < b_len && a[a_len - n - 1] == b[b_len - n - 1])
    n++;
  while (n > 0 && (a[a_len - n] & 0xC0) == 0x80)
    n--;
  return n;
}

void
weir_document_replace_text (WeirDocument *self,
                            const char   *new_text)
{
  GtkTextBuffer   *buffer;
  g_autofree char *old_text = NULL;
  gsize            old_len, new_len, prefix, suffix;
  GtkTextIter      start, end;
  glong            at;

  g_return_if_fail (WEIR_IS_DOCUMENT (self) && new_text != NULL);
  buffer = GTK_TEXT_BUFFER (self->buffer);
  old_text = weir_document_dup_text (self);
  if (g_str_equal (old_text, new_text))
    return;
  old_len = strlen (old_text);
  new_len = strlen (new_text);
  prefix = shared_prefix (old_text, new_text);
  suffix = shared_suffix (old_text + prefix, old_len - prefix, new_text + prefix, new_len - prefix);
  at = g_utf8_strlen (old_text, (gssize)prefix);
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_iter_at_offset (buffer, &start, (int)at);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, (int)(at + g_utf8_strlen (old_text + prefix, (gssize)(old_len - prefix - suffix))));
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, new_text + prefix, (int)(new_len - prefix - suffix));
  gtk_text_buffer_end_user_action (buffer);
}

void
_weir_document_load_text (WeirDocument *self,
                          const char   *text)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  GtkTextIter    start;

  gtk_text_buffer_begin_irreversible_action (buffer);
  gtk_text_buffer_set_text (buffer, text, -1);
  gtk_text_buffer_end_irreversible_action (buffer);
  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_place_cursor (buffer, &start);
  gtk_text_buffer_set_modified (buffer, FALSE);
  weir_document_check_now (self);
}

void
weir_document_set_text (WeirDocument *self,
                        const char   *text,
                        const char   *title)
{
  g_return_if_fail (WEIR_IS_DOCUMENT (self) && text != NULL);
  _weir_document_load_text (self, text);
  g_free (self->title);
  self->title = g_strdup (title);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
}

char *
weir_document_dup_annotation (WeirDocument *self,
                              const char   *kind,
                              const char   *name)
{
  g_autofree char *text = weir_document_dup_text (self);

  return weir_script_get_annotation (text, kind, name);
}

void
weir_document_set_annotation (WeirDocument *self,
                              const char   *kind,
                              const char   *name,
                              const char   *json)
{
  g_autofree char *text = weir_document_dup_text (self);
  g_autofree char *old = weir_script_get_annotation (text, kind, name);
  g_autofree char *new_text = NULL;

  if (self->read_only || g_strcmp0 (old, json) == 0)
    return;
  new_text = weir_script_set_annotation (text, kind, name, json);
  if (new_text != NULL)
    weir_document_replace_text (self, new_text);
}

/* ---- properties -------------------------------------------------------------------------------------------------- */

char *
_weir_document_dup_base_dir (WeirDocument *self)
{
  g_autoptr (GFile) parent = self->file != NULL ? g_file_get_parent (self->file) : NULL;

  return parent != NULL ? g_file_get_path (parent) : NULL;
}

void
_weir_document_set_file (WeirDocument *self,
                         GFile        *file)
{
  g_autofree char *base_dir = NULL;

  if (g_set_object (&self->file, file))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FILE]);
  g_free (self->title);
  self->title = file != NULL ? g_file_get_basename (file) : NULL;
  if (self->title != NULL && !g_utf8_validate (self->title, -1, NULL))
    {
      g_autofree char *name = g_steal_pointer (&self->title);

      self->title = g_filename_display_name (name);
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
  base_dir = _weir_document_dup_base_dir (self);
  weir_session_set_base_dir (self->session, base_dir);
}

const char *
weir_document_get_title (WeirDocument *self)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  return self->title != NULL ? self->title : _ ("Untitled");
}

GFile *
weir_document_get_file (WeirDocument *self)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  return self->file;
}

gboolean
weir_document_get_modified (WeirDocument *self)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), FALSE);
  return gtk_text_buffer_get_modified (GTK_TEXT_BUFFER (self->buffer));
}

gboolean
weir_document_get_read_only (WeirDocument *self)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), FALSE);
  return self->read_only;
}

GtkSourceBuffer *
weir_document_get_buffer (WeirDocument *self)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  return self->buffer;
}

WeirSession *
weir_document_get_session (WeirDocument *self)
{
  g_return_val_if_fail (WEIR_IS_DOCUMENT (self), NULL);
  return self->session;
}

void
_weir_document_emit_query_changed (WeirDocument *self,
                                   const char   *name)
{
  g_signal_emit (self, signals[QUERY_CHANGED], 0, name);
}

void
_weir_document_emit_message (WeirDocument *self,
                             const char   *text)
{
  g_signal_emit (self, signals[MESSAGE], 0, text);
}

static void
modified_cb (WeirDocument *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODIFIED]);
}

static void
get_property (GObject    *object,
              guint       id,
              GValue     *value,
              GParamSpec *pspec)
{
  WeirDocument *self = WEIR_DOCUMENT (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, weir_document_get_title (self));
      break;
    case PROP_FILE:
      g_value_set_object (value, self->file);
      break;
    case PROP_MODIFIED:
      g_value_set_boolean (value, weir_document_get_modified (self));
      break;
    case PROP_READ_ONLY:
      g_value_set_boolean (value, self->read_only);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
dispose (GObject *object)
{
  WeirDocument *self = WEIR_DOCUMENT (object);

  g_clear_handle_id (&self->check_source, g_source_remove);
  g_hash_table_remove_all (self->runs);
  G_OBJECT_CLASS (weir_document_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  WeirDocument *self = WEIR_DOCUMENT (object);

  g_clear_pointer (&self->runs, g_hash_table_unref);
  g_clear_pointer (&self->queries, g_ptr_array_unref);
  g_clear_object (&self->buffer);
  g_clear_object (&self->session);
  g_clear_object (&self->file);
  g_clear_pointer (&self->check, weir_check_unref);
  g_free (self->checked_text);
  g_free (self->structure);
  g_free (self->title);
  g_free (self->etag);
  G_OBJECT_CLASS (weir_document_parent_class)->finalize (object);
}

static void
weir_document_class_init (WeirDocumentClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = get_property;
  object_class->dispose = dispose;
  object_class->finalize = finalize;
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_FILE] = g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_MODIFIED] = g_param_spec_boolean ("modified", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_READ_ONLY] = g_param_spec_boolean ("read-only", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  g_signal_new ("checked", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("queries-changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[QUERY_CHANGED] = g_signal_new ("query-changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("query-renamed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_STRING, G_TYPE_STRING);
  signals[MESSAGE] = g_signal_new ("message", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
weir_document_init (WeirDocument *self)
{
  /* Somebody is watching: what is away may come back. */
  static const WeirRunOptions options = { .retry_us = -1 };

  self->buffer = gtk_source_buffer_new (NULL);
  gtk_source_buffer_set_implicit_trailing_newline (self->buffer, FALSE);
  gtk_text_buffer_set_enable_undo (GTK_TEXT_BUFFER (self->buffer), TRUE);
  self->session = weir_session_new ();
  weir_session_set_run_options (self->session, &options);
  weir_secrets_attach (self->session);
  self->queries = g_ptr_array_new_with_free_func (_weir_document_entry_free);
  self->runs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, _weir_document_run_free);
  g_signal_connect_object (self->buffer, "changed", G_CALLBACK (_weir_document_buffer_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->buffer, "modified-changed", G_CALLBACK (modified_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "message", G_CALLBACK (_weir_document_emit_message), self, G_CONNECT_SWAPPED);
  weir_document_check_now (self);
}

WeirDocument *
weir_document_new (void)
{
  return g_object_new (WEIR_TYPE_DOCUMENT, NULL);
}
