/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to PostgreSQL whose every wait ends when the query is stopped; for the sink and for tables that are read. */
#pragma once

#include "base/error.h"

#include <gio/gio.h>
#include <libpq-fe.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)

/**
 * WeirPostgres:
 *
 * One connection and what is needed to make it again. One thread. Errors are TASK_WRITE_FAILED or FAILED_READ_FILE, and CANCELLED when the
 * cancellable fired; the connection is then of no use.
 */
typedef struct _WeirPostgres WeirPostgres;

/**
 * weir_postgres_new:
 * @options: `url` (postgresql://… or key=value pairs), `user`, `password`; secrets already resolved
 * @cancellable: (nullable): fires when the query is stopped
 * @for_writing: which condition errors have
 *
 * Without an sslmode of the user's own the server must prove that it is who it says (verify-full), unless it is on this machine.
 *
 * Returns: (transfer full) (nullable): not connected yet; NULL with @error for options that make no sense
 */
WeirPostgres *weir_postgres_new (GHashTable *options, GCancellable *cancellable, gboolean for_writing, GError **error);
void          weir_postgres_free (WeirPostgres *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPostgres, weir_postgres_free)

const char *weir_postgres_get_address (WeirPostgres *self); /* host:port/database, for people */
gboolean    weir_postgres_is_connected (WeirPostgres *self);
gboolean    weir_postgres_connect (WeirPostgres *self, GError **error);
/* Again while the server is not there, for @retry_us (−1: until stopped) but no longer than a moment: a query tries again, and says so. */
gboolean weir_postgres_connect_retrying (WeirPostgres *self, gint64 retry_us, GError **error);
void     weir_postgres_disconnect (WeirPostgres *self); /* the server rolls back */

/* Whether the last error may go away by itself: the server is not there, shuts down, is full, or chose us to end a deadlock. */
gboolean weir_postgres_is_transient (WeirPostgres *self);
/* Waits, or is stopped: FALSE. */
gboolean weir_postgres_pause (WeirPostgres *self, gint64 us, GError **error);

/* Runs one statement with text parameters, or several without; the last result. COPY … FROM STDIN comes back ready for
 * weir_postgres_put(), COPY … TO STDOUT for weir_postgres_get(). (transfer full) (nullable) */
PGresult *weir_postgres_run (WeirPostgres *self, const char *sql, guint n_params, const char *const *params, GError **error);
/* The same where the result does not matter. */
gboolean weir_postgres_do (WeirPostgres *self, const char *sql, GError **error);

gboolean weir_postgres_put (WeirPostgres *self, const char *data, gsize len, GError **error);
gboolean weir_postgres_end_copy (WeirPostgres *self, GError **error);
/* A row of COPY … TO STDOUT, with its line feed; NULL without @error at the end. PQfreemem() it. */
char *weir_postgres_get (WeirPostgres *self, gsize *len, GError **error);

G_END_DECLS
