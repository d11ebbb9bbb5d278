/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/durable-file.h"
#include "base/effects.h"
#include "column/value.h"
#include "io/db-sink.h"
#include "io/postgres-client.h"
#include "io/sink-private.h"
#include "io/source-private.h"

#include <errno.h>
#include <string.h>

/*
 * A table of a PostgreSQL database
 *
 * A batch is one transaction: BEGIN, synchronous_commit at least on → the progress row of this query's sink is locked and read → rows through COPY
 * → the progress row is set to the batch, on the condition that it is what was read → COMMIT.
 *
 * When the answer to COMMIT is lost, nobody here knows what came of it. So the connection is made anew and the progress row locked again:
 * that waits for whatever the old session is still doing, so what it then says is final. It is the batch: done; it is the one before: the batch is sent
 * again. What takes longer than a moment is told, as an error that names where: the query says so and hands the batch over again as long as `--retry`
 * allows.
 *
 * Upsert: rows go into a temporary table, and from there with INSERT … ON CONFLICT; the last row of a key counts. Rows with a NULL in their key,
 * which no unique index holds together, are deleted first.
 *
 *   weir_progress (query text, sink integer, batch bigint, PRIMARY KEY (query, sink))       in the schema of the table
 */

/* COMMIT comes back when the rows are on the server's disk, whatever the session's default; `remote_apply` is more than that. */
#define BEGIN_BATCH                                              \
  "BEGIN; SELECT set_config ('synchronous_commit', 'on', true) " \
  "WHERE current_setting ('synchronous_commit') NOT IN ('on', 'remote_apply')"

#define COPY_BYTES (64u << 10)

/* A batch that cannot be written for so long is told to be; a start waits as long as it may. */
#define BLIP_US G_USEC_PER_SEC

#define BACKOFF_MIN_US (G_USEC_PER_SEC / 10)
#define BACKOFF_MAX_US (5 * G_USEC_PER_SEC)

/* Sessions that make tables at the same time take turns: CREATE TABLE IF NOT EXISTS alone can fail then. */
#define LOCK_TABLES "SELECT pg_advisory_xact_lock (7306086967164957042)"

typedef struct
{
  WeirDbSink    base;
  WeirPostgres *postgres;  /* Owned */
  char         *progress;  /* Owned: name of the table, quoted */
  char         *table;     /* Owned: quoted */
  char         *sink_text; /* Owned: sink_index */
  gint64        retry_us;
} PostgresSink;

typedef gboolean (*Attempt) (PostgresSink *self, gpointer data, GError **error);

/* ---- retry ------------------------------------------------------------------------------------------------------ */

/* A connection that was made earlier may have gone stale, so its loss alone is no failure. */
static gboolean
keep_trying (PostgresSink *self,
             Attempt       attempt,
             gpointer      data,
             gint64        retry_us,
             GError      **error)
{
  gint64 start_us = g_get_monotonic_time ();
  gint64 pause_us = BACKOFF_MIN_US;

  for (;;)
    {
      g_autoptr (GError) local = NULL;
      gboolean           was_connected = weir_postgres_is_connected (self->postgres);
      gboolean           is_over;

      if (attempt (self, data, &local))
        return TRUE;
      weir_postgres_disconnect (self->postgres);
      is_over = retry_us >= 0 && g_get_monotonic_time () - start_us + pause_us > retry_us;
      if (!weir_postgres_is_transient (self->postgres) || (is_over && !was_connected) || g_error_matches (local, WEIR_ERROR, WEIR_ERROR_CANCELLED))
        {
          if (weir_postgres_is_transient (self->postgres))
            weir_error_add_param (local, "path", weir_postgres_get_address (self->postgres));
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (was_connected)
        continue;
      if (!weir_postgres_pause (self->postgres, pause_us, error))
        return FALSE;
      pause_us = MIN (pause_us * 2, BACKOFF_MAX_US);
    }
}

/* A statement that changes something, numbered as one effect. */
static PGresult *
run (PostgresSink      *self,
     const char        *effect,
     const char        *sql,
     guint              n_params,
     const char *const *params,
     GError           **error)
{
  PGresult *result;

  if (!weir_fx_before (effect))
    {
      weir_fail_file (error, "write to PostgreSQL at", weir_postgres_get_address (self->postgres), errno);
      return NULL;
    }
  result = weir_postgres_run (self->postgres, sql, n_params, params, error);
  weir_fx_after (effect);
  return result;
}

static gboolean
execute (PostgresSink *self,
         const char   *effect,
         const char   *sql,
         GError      **error)
{
  g_autoptr (PGresult) result = run (self, effect, sql, 0, NULL, error);

  return result != NULL;
}

/* COMMIT of a transaction that failed before says ROLLBACK. */
static gboolean
commit (PostgresSink *self,
        GError      **error)
{
  g_autoptr (PGresult) result = run (self, "postgres-commit", "COMMIT", 0, NULL, error);

  if (result == NULL)
    return FALSE;
  return strcmp (PQcmdStatus (result), "COMMIT") == 0 ||
         weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "PostgreSQL at %s rolled the batch back.",
                    weir_postgres_get_address (self->postgres));
}

/* ---- tables ----------------------------------------------------------------------------------------------------- */

static gboolean
exists (PostgresSink *self,
        const char   *quoted,
        gboolean     *found,
        GError      **error)
{
  g_autoptr (PGresult) result = weir_postgres_run (self->postgres, "SELECT to_regclass ($1)::oid", 1, &quoted, error);

  *found = result != NULL && PQntuples (result) == 1 && !PQgetisnull (result, 0, 0);
  return result != NULL;
}

static gboolean
make_table (PostgresSink *self,
            const char   *quoted,
            const char   *create,
            GError      **error)
{
  gboolean found;

  return exists (self, quoted, &found, error) && (found || execute (self, "postgres-table", create, error));
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
take_names (PostgresSink *self,
            GError      **error)
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
check_unique (PostgresSink *self,
              GError      **error)
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
static gboolean
read_progress (PostgresSink *self,
               const char   *suffix,
               gint64       *last,
               GError      **error)
{
  g_autofree char     *sql = g_strdup_printf ("SELECT batch FROM %s WHERE query = $1 AND sink = $2%s", self->progress, suffix);
  const char          *params[] = { self->base.query_id, self->sink_text };
  g_autoptr (PGresult) result = run (self, "postgres-progress", sql, 2, params, error);

  if (result == NULL)
    return FALSE;
  *last = PQntuples (result) == 1 ? g_ascii_strtoll (PQgetvalue (result, 0, 0), NULL, 10) : -1;
  return TRUE;
}

static gboolean
make_progress (PostgresSink *self,
               gint64       *last,
               GError      **error)
{
  g_autofree char     *create = g_strdup_printf ("CREATE TABLE %s (query text NOT NULL, sink integer NOT NULL, batch bigint NOT NULL, PRIMARY KEY (query, sink))",
                                                 self->progress);
  g_autofree char     *insert = g_strdup_printf ("INSERT INTO %s (query, sink, batch) VALUES ($1, $2, -1) ON CONFLICT DO NOTHING", self->progress);
  const char          *params[] = { self->base.query_id, self->sink_text };
  g_autoptr (PGresult) result = NULL;

  if (!make_table (self, self->progress, create, error))
    return FALSE;
  result = run (self, "postgres-progress-row", insert, 2, params, error);
  return result != NULL && read_progress (self, "", last, error);
}

/* @data: gint64* for the last batch. */
static gboolean
attach (PostgresSink *self,
        gpointer      data,
        GError      **error)
{
  g_autofree char *create = weir_db_create_table (&self->base.target);
  gint64          *last = data;

  *last = -1;
  return weir_postgres_connect (self->postgres, error) && execute (self, "postgres-begin", "BEGIN", error) &&
         weir_postgres_do (self->postgres, LOCK_TABLES, error) && make_table (self, self->table, create, error) &&
         (self->base.query_id == NULL || make_progress (self, last, error)) && commit (self, error) && take_names (self, error) &&
         check_unique (self, error);
}

/* A server that does not write through keeps no promise of ours when its machine stops. */
static gboolean
warn_of_settings (PostgresSink         *self,
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

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static void
append_escaped (GString    *out,
                const char *text,
                gsize       len)
{
  for (gsize i = 0; i < len; i++)
    switch (text[i])
      {
      case '\\':
        g_string_append (out, "\\\\");
        break;
      case '\n':
        g_string_append (out, "\\n");
        break;
      case '\r':
        g_string_append (out, "\\r");
        break;
      case '\t':
        g_string_append (out, "\\t");
        break;
      default:
        g_string_append_c (out, text[i]);
        break;
      }
}

static void
append_binary (GString        *out,
               const WeirView *view)
{
  static const char digits[] = "0123456789abcdef";
  const guint8     *data = (const guint8 *)weir_view_data (view);

  g_string_append (out, "\\\\x");
  for (guint32 i = 0; i < view->len; i++)
    {
      g_string_append_c (out, digits[data[i] >> 4]);
      g_string_append_c (out, digits[data[i] & 15]);
    }
}

static void
append_field (GString          *out,
              GString          *scratch,
              const WeirColumn *column,
              guint             row)
{
  if (weir_column_is_null (column, row))
    {
      g_string_append (out, "\\N");
      return;
    }
  if (column->type->kind == WEIR_TYPE_BINARY)
    {
      append_binary (out, &weir_column_values (column, WeirView)[row]);
      return;
    }
  g_string_truncate (scratch, 0);
  weir_db_append_value (scratch, WEIR_DB_POSTGRESQL, column, row);
  append_escaped (out, scratch->str, scratch->len);
}

/* Rows of the batch in COPY's text form, with a running number behind them when @number is there. */
static gboolean
copy_batch (PostgresSink *self,
            WeirBatch    *batch,
            guint64      *number,
            GError      **error)
{
  g_autofree WeirColumn **columns = g_new (WeirColumn *, MAX (batch->n_columns, 1));
  g_autoptr (GString)     out = g_string_sized_new (COPY_BYTES + 1024), scratch = g_string_new (NULL);
  gboolean                ok = TRUE;

  for (guint i = 0; i < batch->n_columns; i++)
    columns[i] = weir_column_flatten (batch->columns[i]);
  for (guint row = 0; ok && row < batch->n_rows; row++)
    {
      for (guint i = 0; i < batch->n_columns; i++)
        {
          g_string_append (out, i > 0 ? "\t" : "");
          append_field (out, scratch, columns[i], row);
        }
      if (number != NULL)
        g_string_append_printf (out, "\t%" G_GUINT64_FORMAT, (*number)++);
      g_string_append_c (out, '\n');
      if (out->len >= COPY_BYTES || row + 1 == batch->n_rows)
        {
          ok = weir_postgres_put (self->postgres, out->str, out->len, error);
          g_string_truncate (out, 0);
        }
    }
  for (guint i = 0; i < batch->n_columns; i++)
    weir_column_unref (columns[i]);
  return ok;
}

static gboolean
copy_rows (PostgresSink *self,
           const char   *into,
           const char   *number_column,
           GError      **error)
{
  g_autoptr (GString) sql = g_string_new ("COPY ");
  guint64             number = 0;

  g_string_append_printf (sql, "%s (", into);
  weir_db_append_columns (sql, self->base.target.schema, NULL, 0, "");
  if (number_column != NULL)
    {
      g_string_append (sql, ", ");
      weir_db_append_name (sql, number_column);
    }
  g_string_append (sql, ") FROM STDIN");
  if (!execute (self, "postgres-copy", sql->str, error))
    return FALSE;
  for (guint i = 0; i < self->base.batches->len; i++)
    if (!copy_batch (self, self->base.batches->pdata[i], number_column != NULL ? &number : NULL, error))
      return FALSE;
  return weir_postgres_end_copy (self->postgres, error);
}

/* ---- upsert ----------------------------------------------------------------------------------------------------- */

#define STAGED "pg_temp.weir_batch"

/* A column name that the query does not use. */
static char *
number_name (const WeirSchema *schema)
{
  GString *name = g_string_new ("weir_row");

  while (weir_type_field_index ((WeirSchema *)schema, name->str) >= 0)
    g_string_append_c (name, '_');
  return g_string_free (name, FALSE);
}

static gboolean
has_null_key (PostgresSink *self)
{
  for (guint b = 0; b < self->base.batches->len; b++)
    {
      WeirBatch *batch = self->base.batches->pdata[b];

      for (guint i = 0; i < self->base.target.n_key; i++)
        for (guint row = 0; row < batch->n_rows; row++)
          if (weir_column_is_null (batch->columns[self->base.target.key[i]], row))
            return TRUE;
    }
  return FALSE;
}

static gboolean
delete_null_keys (PostgresSink *self,
                  GError      **error)
{
  const WeirDbTarget *target = &self->base.target;
  g_autoptr (GString) sql = g_string_new ("DELETE FROM ");

  g_string_append_printf (sql, "%s AS t USING " STAGED " AS b WHERE (", self->table);
  for (guint i = 0; i < target->n_key; i++)
    {
      g_string_append (sql, i > 0 ? " OR b." : "b.");
      weir_db_append_name (sql, target->schema->fields[target->key[i]].name);
      g_string_append (sql, " IS NULL");
    }
  g_string_append_c (sql, ')');
  for (guint i = 0; i < target->n_key; i++)
    {
      const char *name = target->schema->fields[target->key[i]].name;

      g_string_append (sql, " AND t.");
      weir_db_append_name (sql, name);
      g_string_append (sql, " IS NOT DISTINCT FROM b.");
      weir_db_append_name (sql, name);
    }
  return execute (self, "postgres-delete", sql->str, error);
}

static char *
merge_sql (PostgresSink *self,
           const char   *number)
{
  const WeirDbTarget *target = &self->base.target;
  GString            *sql = g_string_new ("INSERT INTO ");

  g_string_append_printf (sql, "%s (", self->table);
  weir_db_append_columns (sql, target->schema, NULL, 0, "");
  g_string_append (sql, ") SELECT DISTINCT ON (");
  weir_db_append_columns (sql, target->schema, target->key, target->n_key, "");
  g_string_append (sql, ") ");
  weir_db_append_columns (sql, target->schema, NULL, 0, "");
  g_string_append (sql, " FROM " STAGED " ORDER BY ");
  weir_db_append_columns (sql, target->schema, target->key, target->n_key, "");
  g_string_append (sql, ", ");
  weir_db_append_name (sql, number);
  g_string_append (sql, " DESC");
  weir_db_append_conflict (sql, target);
  return g_string_free (sql, FALSE);
}

static gboolean
upsert_rows (PostgresSink *self,
             GError      **error)
{
  g_autofree char    *number = number_name (self->base.target.schema);
  g_autofree char    *merge = merge_sql (self, number);
  g_autoptr (GString) stage = g_string_new ("CREATE TEMPORARY TABLE weir_batch ON COMMIT DROP AS SELECT ");

  weir_db_append_columns (stage, self->base.target.schema, NULL, 0, "");
  g_string_append (stage, ", 0::bigint AS ");
  weir_db_append_name (stage, number);
  g_string_append_printf (stage, " FROM %s WITH NO DATA", self->table);
  return execute (self, "postgres-stage", stage->str, error) && copy_rows (self, STAGED, number, error) &&
         (!has_null_key (self) || delete_null_keys (self, error)) && execute (self, "postgres-merge", merge, error);
}

static gboolean
write_rows (PostgresSink *self,
            GError      **error)
{
  g_autofree char *delete = g_strdup_printf ("DELETE FROM %s", self->table);

  if (self->base.target.mode == WEIR_DB_OVERWRITE && !execute (self, "postgres-delete", delete, error))
    return FALSE;
  if (self->base.batches->len == 0)
    return TRUE;
  return self->base.target.mode == WEIR_DB_UPSERT ? upsert_rows (self, error) : copy_rows (self, self->table, NULL, error);
}

/* ---- a batch ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  guint64  batch_id;
  gboolean done; /* the database holds the batch already */
} BatchTry;

static gboolean
move_progress (PostgresSink *self,
               gint64        from,
               guint64       to,
               GError      **error)
{
  g_autofree char     *sql = g_strdup_printf ("UPDATE %s SET batch = $3 WHERE query = $1 AND sink = $2 AND batch = $4", self->progress);
  g_autofree char     *from_text = g_strdup_printf ("%" G_GINT64_FORMAT, from);
  g_autofree char     *to_text = g_strdup_printf ("%" G_GUINT64_FORMAT, to);
  const char          *params[] = { self->base.query_id, self->sink_text, to_text, from_text };
  g_autoptr (PGresult) result = run (self, "postgres-progress-move", sql, G_N_ELEMENTS (params), params, error);

  if (result == NULL)
    return FALSE;
  return strcmp (PQcmdTuples (result), "1") == 0 ||
         weir_fail (error, WEIR_ERROR_RUN, "CONCURRENT_STREAM_LOG_UPDATE", WEIR_SPAN_NONE, "Another run of this query writes to %s at %s.", self->table,
                    weir_postgres_get_address (self->postgres));
}

static gboolean
try_batch (PostgresSink *self,
           gpointer      data,
           GError      **error)
{
  BatchTry *batch = data;
  gint64    found = -1;

  if (!weir_postgres_is_connected (self->postgres) && !attach (self, &found, error))
    return FALSE;
  if (!execute (self, "postgres-begin", BEGIN_BATCH, error))
    return FALSE;
  if (self->base.query_id != NULL)
    {
      if (!read_progress (self, " FOR UPDATE", &found, error))
        return FALSE;
      batch->done = found == (gint64)batch->batch_id;
      if (batch->done)
        return execute (self, "postgres-rollback", "ROLLBACK", error);
      if (found != self->base.last)
        {
          g_autofree char *where = g_strdup_printf ("%s at %s", self->table, weir_postgres_get_address (self->postgres));

          return weir_db_sink_fail_progress (&self->base, where, found, batch->batch_id, error);
        }
    }
  return write_rows (self, error) && (self->base.query_id == NULL || move_progress (self, found, batch->batch_id, error)) && commit (self, error);
}

static guint64
count_rows (GPtrArray *batches)
{
  guint64 n = 0;

  for (guint i = 0; i < batches->len; i++)
    n += ((WeirBatch *)batches->pdata[i])->n_rows;
  return n;
}

/* ---- the sink --------------------------------------------------------------------------------------------------- */

static gboolean
postgres_check (const WeirSinkConfig *config,
                GError              **error)
{
  return weir_db_sink_check (WEIR_DB_POSTGRESQL, config, "url", "url 'postgresql://localhost/sales'", error);
}

static char *
quoted (const char *qualifier,
        const char *name)
{
  GString *text = g_string_new (NULL);

  weir_db_append_qualified (text, qualifier, name);
  return g_string_free (text, FALSE);
}

static gboolean
postgres_open (WeirSink             *sink,
               const WeirSinkConfig *config,
               GError              **error)
{
  PostgresSink *self = (PostgresSink *)sink;

  if (!weir_db_sink_init (&self->base, WEIR_DB_POSTGRESQL, config, error))
    return FALSE;
  self->postgres = weir_postgres_new (config->options, config->cancellable, TRUE, error);
  if (self->postgres == NULL)
    return FALSE;
  self->table = quoted (self->base.target.qualifier, self->base.target.table);
  self->progress = quoted (self->base.target.qualifier, WEIR_DB_PROGRESS_TABLE);
  self->sink_text = g_strdup_printf ("%u", config->sink_index);
  self->retry_us = config->retry_us;
  sink->description = g_strdup_printf ("PostgreSQLSink[%s:%s]", weir_postgres_get_address (self->postgres), self->table);
  return keep_trying (self, attach, &self->base.last, self->retry_us, error) && warn_of_settings (self, config, error);
}

static gboolean
postgres_commit (WeirSink *sink,
                 guint64   batch_id,
                 GError  **error)
{
  PostgresSink *self = (PostgresSink *)sink;
  BatchTry      batch = { batch_id, FALSE };

  if (self->base.last >= 0 && batch_id <= (guint64)self->base.last)
    return TRUE;
  if (self->base.query_id == NULL && self->base.batches->len == 0 && self->base.target.mode != WEIR_DB_OVERWRITE)
    return TRUE;
  if (!keep_trying (self, try_batch, &batch, self->retry_us < 0 ? BLIP_US : MIN (self->retry_us, BLIP_US), error))
    return FALSE;
  sink->rows_written += count_rows (self->base.batches);
  if (self->base.query_id != NULL)
    self->base.last = (gint64)batch_id;
  g_ptr_array_set_size (self->base.batches, 0);
  return TRUE;
}

static void
postgres_finalize (WeirSink *sink)
{
  PostgresSink *self = (PostgresSink *)sink;

  g_clear_pointer (&self->postgres, weir_postgres_free);
  g_free (self->progress);
  g_free (self->table);
  g_free (self->sink_text);
  weir_db_sink_clear (&self->base);
}

static const WeirSinkClass postgres_class = {
  .format = "postgresql",
  .open = postgres_open,
  .begin = weir_db_sink_begin,
  .write = weir_db_sink_write,
  .commit = postgres_commit,
  .abort = weir_db_sink_abort,
  .finalize = postgres_finalize,
  .get_progress = weir_db_sink_get_progress,
  .needs_output_record = TRUE,
};

const WeirSinkKind _weir_sink_postgresql = { &postgres_class, sizeof (PostgresSink), postgres_check };
