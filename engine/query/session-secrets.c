/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <unistd.h>

#include "query/formats.h"
#include "query/session-private.h"

/*
 * Secrets of a session. An option's value `${secret:NAME}` stands for one; documents hold nothing else. Its value comes from a descriptor that
 * was handed down, from the environment, or from the function the program has set (the keyring), in this order.
 */

static char *
drain_secret_descriptor (const char *number)
{
  GString *value;
  char     chunk[512];
  gssize   n;
  int      fd;

  fd = (int)g_ascii_strtoll (number, NULL, 10);
  value = g_string_new (NULL);
  while (value->len < 65536 && (n = read (fd, chunk, sizeof chunk)) > 0)
    g_string_append_len (value, chunk, n);
  while (value->len > 0 && value->str[value->len - 1] == '\n')
    g_string_truncate (value, value->len - 1);
  return g_string_free (value, FALSE);
}

/* WEIR_SECRET_NAME_FD: an inherited descriptor. It can be read once, the secret may be asked for with every query. */
static char *
read_secret_descriptor (const char *name)
{
  static GMutex      lock;
  static GHashTable *values;
  g_autofree char   *variable = g_strdup_printf ("WEIR_SECRET_%s_FD", name);
  const char        *number = g_getenv (variable);
  const char        *value;

  if (number == NULL)
    return NULL;
  g_mutex_lock (&lock);
  if (values == NULL)
    values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  value = g_hash_table_lookup (values, variable);
  if (value == NULL)
    {
      g_hash_table_insert (values, g_strdup (variable), drain_secret_descriptor (number));
      value = g_hash_table_lookup (values, variable);
    }
  g_mutex_unlock (&lock);
  return g_strdup (value);
}

static char *
find_secret (WeirSession *self,
             const char  *name)
{
  g_autofree char *variable = g_strdup_printf ("WEIR_SECRET_%s", name);
  char            *value = read_secret_descriptor (name);

  if (value == NULL)
    value = g_strdup (g_getenv (variable));
  if (value == NULL && self->secret_func != NULL)
    value = self->secret_func (name, self->secret_data);
  return value;
}

char *
_weir_session_resolve_secret (WeirSession *self,
                              const char  *value)
{
  g_autofree char *name = weir_option_secret_name (value);
  char            *secret = name != NULL ? find_secret (self, name) : NULL;

  return secret != NULL ? secret : g_strdup (value);
}

static char *
option_cb (gpointer    data,
           const char *value)
{
  return _weir_session_resolve_secret (data, value);
}

void
_weir_session_allow_connections (WeirSession *self)
{
  weir_catalog_allow_connections (self->catalog, option_cb, self);
}

typedef struct
{
  WeirSession *session;
  GHashTable  *secrets;
  GError      *error;
} SecretWalk;

static void
collect_secrets_of (SecretWalk *walk,
                    GHashTable *options,
                    WeirSpan    span)
{
  GHashTableIter iter;
  gpointer       key, option;

  if (options == NULL)
    return;
  g_hash_table_iter_init (&iter, options);
  while (g_hash_table_iter_next (&iter, &key, &option))
    {
      g_autofree char *name = weir_option_secret_name (option);
      char            *secret;

      if (name == NULL || g_hash_table_contains (walk->secrets, name))
        continue;
      secret = find_secret (walk->session, name);
      if (secret != NULL)
        g_hash_table_insert (walk->secrets, g_steal_pointer (&name), secret);
      else if (walk->error == NULL)
        walk->error = weir_error_new (WEIR_ERROR_ANALYZE, "MISSING_SECRET", span,
                                      "There is no secret \"%s\" for option %s. Set WEIR_SECRET_%s, or store it in the keyring.",
                                      name, (const char *)key, name);
    }
}

static void
collect_secrets_cb (WeirPlan *plan,
                    gpointer  data)
{
  if (plan->kind != WEIR_PLAN_SCAN)
    return;
  collect_secrets_of (data, plan->scan.table->options, plan->span);
  collect_secrets_of (data, plan->scan.options, plan->span);
}

gboolean
_weir_session_collect_secrets (WeirSession             *self,
                               const WeirAnalyzedQuery *analyzed,
                               WeirQuerySpec           *spec,
                               GError                 **error)
{
  SecretWalk walk = { self, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free), NULL };

  weir_plan_foreach (analyzed->plan, collect_secrets_cb, &walk);
  for (guint i = 0; i < analyzed->sinks->len; i++)
    {
      WeirTable *table = analyzed->sinks->pdata[i];

      collect_secrets_of (&walk, table->options, table->span);
    }
  spec->secrets = walk.secrets;
  if (walk.error == NULL)
    return TRUE;
  g_propagate_error (error, walk.error);
  return FALSE;
}
