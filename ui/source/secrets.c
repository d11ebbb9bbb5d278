/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-ui"
#include "config.h"

#include "ui/source/secrets.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>
#include <string.h>

#define PREFIX "${secret:"

static const SecretSchema schema = {
  "io.github.weirapp.Weir",
  SECRET_SCHEMA_NONE,
  { { "name", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

/* Main thread only. */
static GHashTable *values; /* name → value */
static GHashTable *asked;  /* names the keyring was asked for */

static void
wipe (gpointer value)
{
  secret_password_free (value);
}

static GHashTable *
get_values (void)
{
  if (values == NULL)
    {
      values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, wipe);
      asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
  return values;
}

void
weir_secrets_keep (const char *name,
                   const char *value)
{
  /* wipe() frees what libsecret allocates and plain memory alike. */
  g_hash_table_replace (get_values (), g_strdup (name), g_strdup (value));
}

char *
weir_secrets_lookup (const char *name)
{
  return g_strdup (g_hash_table_lookup (get_values (), name));
}

static char *
lookup_cb (const char *name,
           gpointer    user_data)
{
  return weir_secrets_lookup (name);
}

void
weir_secrets_attach (WeirSession *session)
{
  weir_session_set_secret_func (session, lookup_cb, NULL, NULL);
}

char *
weir_secrets_dup_name (const char *option)
{
  gsize length = option != NULL ? strlen (option) : 0;

  if (length <= strlen (PREFIX) + 1 || !g_str_has_prefix (option, PREFIX) || option[length - 1] != '}')
    return NULL;
  return g_strndup (option + strlen (PREFIX), length - strlen (PREFIX) - 1);
}

/* ---- the keyring ------------------------------------------------------------------------------------------------- */

static void
preloaded_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autofree char   *name = user_data;
  g_autoptr (GError) error = NULL;
  char              *value = secret_password_lookup_finish (result, &error);

  if (value == NULL)
    {
      if (error != NULL)
        {
          g_debug ("keyring: %s", error->message);
          g_hash_table_remove (asked, name); /* it may be locked: asked again with the next text */
        }
      return;
    }
  if (g_hash_table_contains (get_values (), name))
    secret_password_free (value);
  else
    g_hash_table_insert (get_values (), g_steal_pointer (&name), value);
}

void
weir_secrets_preload (const char *text)
{
  const char *at = text;

  get_values ();
  while ((at = strstr (at, PREFIX)) != NULL)
    {
      const char      *end = strchr (at, '}');
      g_autofree char *name = end != NULL && end - at < 200 ? g_strndup (at + strlen (PREFIX), (gsize)(end - at) - strlen (PREFIX)) : NULL;

      at += strlen (PREFIX);
      if (name == NULL || *name == '\0' || !g_utf8_validate (name, -1, NULL) || g_hash_table_contains (values, name) ||
          !g_hash_table_add (asked, g_strdup (name)))
        continue;
      secret_password_lookup (&schema, NULL, preloaded_cb, g_strdup (name), "name", name, NULL);
    }
}

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask)  task = user_data;
  g_autoptr (GError) error = NULL;

  if (secret_password_store_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
weir_secrets_store_async (const char         *name,
                          const char         *value,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  /* TRANSLATORS: how the keyring lists a password; %s is the name of a source */
  g_autofree char *label = g_strdup_printf (_ ("Weir source “%s”"), name);

  g_task_set_source_tag (task, weir_secrets_store_async);
  weir_secrets_keep (name, value);
  secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, label, value, NULL, stored_cb, task, "name", name, NULL);
}

gboolean
weir_secrets_store_finish (GAsyncResult *result,
                           GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
service_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask)         task = user_data;
  g_autoptr (SecretService) service = secret_service_get_finish (result, NULL);

  g_task_return_boolean (task, service != NULL);
}

void
weir_secrets_probe_async (GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, weir_secrets_probe_async);
  /* The session is what tells a keyring from a mere name on the bus. */
  secret_service_get (SECRET_SERVICE_OPEN_SESSION, cancellable, service_cb, task);
}

gboolean
weir_secrets_probe_finish (GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}
