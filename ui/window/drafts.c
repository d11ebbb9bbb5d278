/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/drafts.h"

#include <glib/gstdio.h>

#define DELAY_MS 2000
#define GROUP    "draft"

struct _WeirDraft
{
  GObject parent_instance;

  WeirDocument *document;
  char         *path;
  guint         timer;
};

G_DEFINE_FINAL_TYPE (WeirDraft, weir_draft, G_TYPE_OBJECT)

static char *
dup_folder (void)
{
  return g_build_filename (g_get_user_state_dir (), "weir", "drafts", NULL);
}

char **
weir_drafts_list (void)
{
  g_autofree char         *folder = dup_folder ();
  g_autoptr (GDir)         dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char              *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".draft"))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        g_strv_builder_add (builder, path);
      }
  return g_strv_builder_end (builder);
}

gboolean
weir_drafts_read (const char *path,
                  char      **text,
                  GFile     **file,
                  gboolean   *needs_trust)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char     *uri = NULL;

  if (!g_key_file_load_from_file (keys, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  *text = g_key_file_get_string (keys, GROUP, "text", NULL);
  if (*text == NULL)
    return FALSE;
  uri = g_key_file_get_string (keys, GROUP, "file", NULL);
  *file = uri != NULL ? g_file_new_for_uri (uri) : NULL;
  *needs_trust = g_key_file_get_boolean (keys, GROUP, "stranger", NULL);
  return TRUE;
}

void
weir_draft_flush (WeirDraft *self)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GError)   error = NULL;
  g_autofree char     *folder = dup_folder ();
  g_autofree char     *text = NULL;
  g_autofree char     *content = NULL;
  gsize                length;
  GFile               *file;

  g_return_if_fail (WEIR_IS_DRAFT (self));
  g_clear_handle_id (&self->timer, g_source_remove);
  if (!weir_document_get_modified (self->document))
    {
      weir_draft_drop (self);
      return;
    }
  text = weir_document_dup_text (self->document);
  file = weir_document_get_file (self->document);
  g_key_file_set_string (keys, GROUP, "text", text);
  g_key_file_set_boolean (keys, GROUP, "stranger", weir_document_get_needs_trust (self->document));
  if (file != NULL)
    {
      g_autofree char *uri = g_file_get_uri (file);

      g_key_file_set_string (keys, GROUP, "file", uri);
    }
  content = g_key_file_to_data (keys, &length, NULL);
  g_mkdir_with_parents (folder, 0700);
  if (!g_file_set_contents_full (self->path, content, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_warning ("%s", error->message);
}

void
weir_draft_drop (WeirDraft *self)
{
  g_return_if_fail (WEIR_IS_DRAFT (self));
  g_clear_handle_id (&self->timer, g_source_remove);
  g_unlink (self->path);
}

static gboolean
timer_cb (gpointer data)
{
  WeirDraft *self = data;

  self->timer = 0;
  weir_draft_flush (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (WeirDraft *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add (DELAY_MS, timer_cb, self);
}

static void
dispose (GObject *object)
{
  WeirDraft *self = WEIR_DRAFT (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (weir_draft_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  g_free (WEIR_DRAFT (object)->path);
  G_OBJECT_CLASS (weir_draft_parent_class)->finalize (object);
}

static void
weir_draft_class_init (WeirDraftClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dispose;
  G_OBJECT_CLASS (class)->finalize = finalize;
}

static void
weir_draft_init (WeirDraft *self)
{
}

WeirDraft *
weir_draft_new (WeirDocument *document,
                const char   *path)
{
  WeirDraft       *self = g_object_new (WEIR_TYPE_DRAFT, NULL);
  g_autofree char *folder = dup_folder ();
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *name = g_strconcat (uuid, ".draft", NULL);

  self->document = g_object_ref (document);
  self->path = path != NULL ? g_strdup (path) : g_build_filename (folder, name, NULL);
  g_signal_connect_object (weir_document_get_buffer (document), "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "notify::modified", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}
