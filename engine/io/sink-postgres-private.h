/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the sink for PostgreSQL share. What changes something goes through _weir_postgres_sink_run(), which numbers it as an effect. */
#pragma once

#include "io/sink-private.h"

#include "io/db-sink.h"
#include "io/postgres-client.h"

G_BEGIN_DECLS

typedef struct
{
  WeirDbSink    base;
  WeirPostgres *postgres;  /* Owned */
  char         *progress;  /* Owned: name of the table, quoted */
  char         *table;     /* Owned: quoted */
  char         *sink_text; /* Owned: sink_index */
  gint64        retry_us;
} WeirPostgresSink;

/* ---- statements (sink-postgres.c) ---- */

/* A statement that changes something, numbered as one effect. (transfer full) (nullable) */
PGresult *_weir_postgres_sink_run (WeirPostgresSink *self, const char *effect, const char *sql, guint n_params, const char *const *params, GError **error);
gboolean  _weir_postgres_sink_execute (WeirPostgresSink *self, const char *effect, const char *sql, GError **error);
gboolean  _weir_postgres_sink_commit (WeirPostgresSink *self, GError **error);

/* ---- tables (sink-postgres-table.c) ---- */

/* Connects and has all tables there. @data: gint64* for the last batch; −1: none. */
gboolean _weir_postgres_sink_attach (WeirPostgresSink *self, gpointer data, GError **error);
gboolean _weir_postgres_sink_warn_of_settings (WeirPostgresSink *self, const WeirSinkConfig *config, GError **error);
/* Within a transaction; @suffix: behind the SELECT. −1: none. */
gboolean _weir_postgres_sink_read_progress (WeirPostgresSink *self, const char *suffix, gint64 *last, GError **error);
gboolean _weir_postgres_sink_move_progress (WeirPostgresSink *self, gint64 from, guint64 to, GError **error);

/* ---- rows (sink-postgres-rows.c) ---- */

/* What the mode does with the batches that wait. */
gboolean _weir_postgres_sink_write_rows (WeirPostgresSink *self, GError **error);

G_END_DECLS
