/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "io/sink-postgres-private.h"

/*
 * What a PostgreSQL sink needs of the database before rows: its table with the columns of the query, made when it is not there, and the row that
 * says which batch the database holds.
 *
 *   weir_progress (query text, sink integer, batch bigint, PRIMARY KEY (query, sink))       in the schema of the table
 */

/* Sessions that make tables at the same time take turns: CREATE TABLE IF NOT EXISTS alone can fail then. */
#define LOCK_TABLES "SELECT pg_advisory_xact_lock (7306086967164957042)"

static gboolean
exists (WeirPostgresSink *self,
        const char       *quoted,
        gboolean         *found,
        GError          **error)
{
  g_autoptr (PGresult) result = weir_postgres_run (self->postgres, "SELECT to_regclass ($1)::oid", 1, &quoted, error);

  *found = result != NULL && PQntuples (result) == 1 && !PQgetisnull (result, 0, 0);
  return result != NULL;
}

static gboolean
make_table (WeirPostgresSink *self,
            const char       *quoted,
            const char       *create,
            GError          **error)
{
  gboolean found;

  return exists (self, quoted, &found, error) && (found || _weir_postgres_sink_execute (self, "postgres-table", create, error));
}

/* The name that the table has for a column: the very same, or one that differs in case. */
static const char *
find_column (const PGresult *columns,
             const char     *name)
{
  const char *similar = NULL;

  for (int i = 0; i < PQntuples (columns); i++)
    {
      const char *found = PQgetvalue (columns, i, 0);

      if (strcmp (found, name) == 0)
        return found;
      if (g_ascii_strcasecmp (found, name) == 0)
        similar = found;
    }
  return similar;
}

static gboolean
take_names (WeirPostgresSink *self,
            GError          **error)
{
  static const char     sql[] = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass ($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
  const char           *param = self->table;
  g_autoptr (PGresult)  columns = weir_postgres_run (self->postgres, sql, 1, &param, error);
  WeirSchema           *schema = self->base.target.schema;
  g_autofree WeirField *fields = g_memdup2 (schema->fields, sizeof (WeirField) * schema->n_fields);

  if (columns == NULL)
    return FALSE;
  for (guint i = 0; i < schema->n_fields; i++)
    {
      fields[i].name = (char *)find_column (columns, schema->fields[i].name);
      if (fields[i].name == NULL)
        return weir_fail (error, WEIR_ERROR_RUN, "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS", WEIR_SPAN_NONE,
                          "Table %s at %s has no column %s, which the query gives.", self->table, weir_postgres_get_address (self->postgres),
                          schema->fields[i].name);
    }
  self->base.target.schema = weir_type_new_struct (fields, schema->n_fields);
  weir_type_unref (schema);
  return TRUE;
}

/* ON CONFLICT needs it, and a message of ours is clearer. */
static gboolean
check_unique (WeirPostgresSink *self,
              GError          **error)
{
  g_autoptr (GString)  sql = g_string_new ("EXPLAIN INSERT INTO ");
  g_autoptr (PGresult) result = NULL;

  if (self->base.target.mode != WEIR_DB_UPSERT)
    return TRUE;
  g_string_append_printf (sql, "%s (", self->table);
  weir_db_append_columns (sql, self->base.target.schema, NULL, 0, "");
  g_string_append (sql, ") SELECT ");
  weir_db_append_columns (sql, self->base.target.schema, NULL, 0, "");
  g_string_append_printf (sql, " FROM %s ON CONFLICT (", self->table);
  weir_db_append_columns (sql, self->base.target.schema, self->base.target.key, self->base.target.n_key, "");
  g_string_append (sql, ") DO NOTHING");
  result = weir_postgres_run (self->postgres, sql->str, 0, NULL, error);
  if (result == NULL && error != NULL && !weir_postgres_is_transient (self->postgres))
    g_prefix_error (error, "Mode 'upsert' needs a UNIQUE constraint on exactly the columns of the key. ");
  return result != NULL;
}

/* Within a transaction. −1: none */
gboolean
_weir_postgres_sink_read_progress (WeirPostgresSink *self,
                                   const char       *suffix,
                                   gint64           *last,
                                   GError          **error)
{
  g_autofree char     *sql = g_strdup_printf ("SELECT batch FROM %s WHERE query = $1 AND sink = $2%s", self->progress, suffix);
  const char          *params[] = { self->base.query_id, self->sink_text };
  g_autoptr (PGresult) result = _weir_postgres_sink_run (self, "postgres-progress", sql, 2, params, error);

  if (result == NULL)
    return FALSE;
  *last = PQntuples (result) == 1 ? g_ascii_strtoll (PQgetvalue (result, 0, 0), NULL, 10) : -1;
  return TRUE;
}

static gboolean
make_progress (WeirPostgresSink *self,
               gint64           *last,
               GError          **error)
{
  g_autofree char     *create = g_strdup_printf ("CREATE TABLE %s (query text NOT NULL, sink integer NOT NULL, batch bigint NOT NULL, PRIMARY KEY (query, sink))",
                                                 self->progress);
  g_autofree char     *insert = g_strdup_printf ("INSERT INTO %s (query, sink, batch) VALUES ($1, $2, -1) ON CONFLICT DO NOTHING", self->progress);
  const char          *params[] = { self->base.query_id, self->sink_text };
  g_autoptr (PGresult) result = NULL;

  if (!make_table (self, self->progress, create, error))
    return FALSE;
  result = _weir_postgres_sink_run (self, "postgres-progress-row", insert, 2, params, error);
  return result != NULL && _weir_postgres_sink_read_progress (self, "", last, error);
}

/* @data: gint64* for the last batch. */
gboolean
_weir_postgres_sink_attach (WeirPostgresSink *self,
                            gpointer          data,
                            GError          **error)
{
  g_autofree char *create = weir_db_create_table (&self->base.target);
  gint64          *last = data;

  *last = -1;
  return weir_postgres_connect (self->postgres, error) && _weir_postgres_sink_execute (self, "postgres-begin", "BEGIN", error) &&
         weir_postgres_do (self->postgres, LOCK_TABLES, error) && make_table (self, self->table, create, error) &&
         (self->base.query_id == NULL || make_progress (self, last, error)) && _weir_postgres_sink_commit (self, error) && take_names (self, error) &&
         check_unique (self, error);
}

/* A server that does not write through keeps no promise of ours when its machine stops. */
gboolean
_weir_postgres_sink_warn_of_settings (WeirPostgresSink     *self,
                                      const WeirSinkConfig *config,
                                      GError              **error)
{
  static const char    sql[] = "SELECT string_agg (name || '=off', ' and ' ORDER BY name), string_agg (name || '=on', ' ' ORDER BY name) FROM pg_settings "
                               "WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'";
  g_autoptr (PGresult) result = NULL;
  g_autofree char     *text = NULL;

  if (config->warn == NULL || self->base.query_id == NULL)
    return TRUE;
  result = weir_postgres_run (self->postgres, sql, 0, NULL, error);
  if (result == NULL)
    return FALSE;
  if (PQntuples (result) != 1 || PQgetisnull (result, 0, 0))
    return TRUE;
  text = g_strdup_printf ("PostgreSQL at %s runs with %s: when its machine loses power, rows of %s that were committed can be lost or damaged. "
                          "Set %s in postgresql.conf.",
                          weir_postgres_get_address (self->postgres), PQgetvalue (result, 0, 0), self->table, PQgetvalue (result, 0, 1));
  config->warn (text, config->warn_data);
  return TRUE;
}

gboolean
_weir_postgres_sink_move_progress (WeirPostgresSink *self,
                                   gint64            from,
                                   guint64           to,
                                   GError          **error)
{
  g_autofree char     *sql = g_strdup_printf ("UPDATE %s SET batch = $3 WHERE query = $1 AND sink = $2 AND batch = $4", self->progress);
  g_autofree char     *from_text = g_strdup_printf ("%" G_GINT64_FORMAT, from);
  g_autofree char     *to_text = g_strdup_printf ("%" G_GUINT64_FORMAT, to);
  const char          *params[] = { self->base.query_id, self->sink_text, to_text, from_text };
  g_autoptr (PGresult) result = _weir_postgres_sink_run (self, "postgres-progress-move", sql, G_N_ELEMENTS (params), params, error);

  if (result == NULL)
    return FALSE;
  return strcmp (PQcmdTuples (result), "1") == 0 ||
         weir_fail (error, WEIR_ERROR_RUN, "CONCURRENT_STREAM_LOG_UPDATE", WEIR_SPAN_NONE, "Another run of this query writes to %s at %s.", self->table,
                    weir_postgres_get_address (self->postgres));
}
