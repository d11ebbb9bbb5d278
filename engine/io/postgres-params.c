/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "io/postgres-client-private.h"
#include "io/source-private.h"

/*
 * Parameters of a connection, in the order in which they count: user and password of their own options, then the url, then what is safe. A
 * server that is not on this machine has to prove who it is unless the user says otherwise.
 */

static void
set_param (WeirPostgres *self,
           const char   *keyword,
           const char   *value)
{
  for (guint i = 0; i < self->keywords->len; i++)
    if (strcmp (self->keywords->pdata[i], keyword) == 0)
      {
        g_free (self->values->pdata[i]);
        self->values->pdata[i] = g_strdup (value);
        return;
      }
  g_ptr_array_add (self->keywords, g_strdup (keyword));
  g_ptr_array_add (self->values, g_strdup (value));
}

static const char *
get_param (WeirPostgres *self,
           const char   *keyword)
{
  for (guint i = 0; i < self->keywords->len; i++)
    if (strcmp (self->keywords->pdata[i], keyword) == 0)
      return self->values->pdata[i];
  return NULL;
}

static void
set_default (WeirPostgres *self,
             const char   *keyword,
             const char   *value)
{
  if (get_param (self, keyword) == NULL)
    set_param (self, keyword, value);
}

static gboolean
is_local (const char *hosts)
{
  g_auto (GStrv) list = g_strsplit (hosts, ",", -1);

  for (guint i = 0; list[i] != NULL; i++)
    if (list[i][0] != '\0' && list[i][0] != '/' && list[i][0] != '@' && g_ascii_strcasecmp (list[i], "localhost") != 0 &&
        !g_str_has_prefix (list[i], "127.") && strcmp (list[i], "::1") != 0)
      return FALSE;
  return TRUE;
}

static void
set_security (WeirPostgres *self)
{
  const char *host = get_param (self, "host");
  const char *address = get_param (self, "hostaddr");

  if (host == NULL)
    host = address != NULL ? address : g_getenv ("PGHOST");
  if (host == NULL)
    host = "";
  set_default (self, "gssencmode", "disable");
  if (get_param (self, "sslmode") != NULL || g_getenv ("PGSSLMODE") != NULL || (is_local (host) && (address == NULL || is_local (address))))
    return;
  set_param (self, "sslmode", "verify-full");
  if (PQlibVersion () >= 160000 && g_getenv ("PGSSLROOTCERT") == NULL)
    set_default (self, "sslrootcert", "system");
}

static void
set_address (WeirPostgres *self)
{
  const char *host = get_param (self, "host"), *port = get_param (self, "port"), *database = get_param (self, "dbname");

  self->address = g_strdup_printf ("%s%s%s/%s", host != NULL ? host : "local socket", port != NULL ? ":" : "", port != NULL ? port : "",
                                   database != NULL ? database : "");
}

static gboolean
read_url (WeirPostgres *self,
          const char   *url,
          GError      **error)
{
  char             *message = NULL;
  PQconninfoOption *parsed = PQconninfoParse (url, &message);

  if (parsed == NULL)
    {
      g_strchomp (message != NULL ? message : (char[]){ "" });
      weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                 "Option url is no address of PostgreSQL (%s). Write postgresql://host:5432/database, or host=… dbname=….",
                 message != NULL ? message : "out of memory");
      PQfreemem (message);
      return FALSE;
    }
  for (PQconninfoOption *option = parsed; option->keyword != NULL; option++)
    if (option->val != NULL)
      set_param (self, option->keyword, option->val);
  PQconninfoFree (parsed);
  return TRUE;
}

gboolean
_weir_postgres_read_params (WeirPostgres *self,
                            GHashTable   *options,
                            GError      **error)
{
  const char *url, *user = _weir_io_option_get (options, "user"), *password = _weir_io_option_get (options, "password");

  if (!_weir_io_option_required (options, "url", "url 'postgresql://localhost/sales'", &url, error) || !read_url (self, url, error))
    return FALSE;
  if (user != NULL)
    set_param (self, "user", user);
  if (password != NULL)
    set_param (self, "password", password);
  set_security (self);
  set_address (self);
  set_default (self, "application_name", "weir");
  set_param (self, "client_encoding", "UTF8");
  return TRUE;
}
