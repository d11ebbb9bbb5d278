/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/postgres-client.h"

G_BEGIN_DECLS

struct _WeirPostgres
{
  GPtrArray    *keywords;    /* Owned: char*, NULL-terminated */
  GPtrArray    *values;      /* Owned: char* */
  char         *address;     /* Owned */
  GCancellable *cancellable; /* Owned, nullable */
  PGconn       *connection;  /* Owned, nullable */
  gboolean      for_writing;
  gboolean      is_transient;
};

/* Fills in the parameters and the address. FALSE with @error for options that make no sense. */
gboolean _weir_postgres_read_params (WeirPostgres *self, GHashTable *options, GError **error);

G_END_DECLS
