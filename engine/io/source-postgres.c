/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/db-target.h"
#include "io/postgres-client.h"
#include "io/table-source.h"

#include <string.h>

/*
 * Rows of a table or view of PostgreSQL, through COPY … TO STDOUT: one statement, so one state of the table. Columns declared ARRAY, MAP or STRUCT are
 * asked for as JSON, others as the text of their value.
 */

static char *
quoted_table (GHashTable *options,
              const char *fallback)
{
  g_autofree char *qualifier = NULL, *table = NULL;
  GString         *text = g_string_new (NULL);

  weir_db_parse_name (WEIR_DB_POSTGRESQL, options, fallback, &qualifier, &table);
  weir_db_append_qualified (text, qualifier, table);
  return g_string_free (text, FALSE);
}

static char *
copy_sql (WeirSchema *schema,
          const char *table)
{
  GString *sql = g_string_new ("COPY (SELECT ");

  for (guint i = 0; i < schema->n_fields; i++)
    {
      WeirTypeKind kind = schema->fields[i].type->kind;
      gboolean     is_nested = kind == WEIR_TYPE_ARRAY || kind == WEIR_TYPE_MAP || kind == WEIR_TYPE_STRUCT;

      g_string_append (sql, i > 0 ? ", " : "");
      g_string_append (sql, is_nested ? "to_jsonb (" : "");
      weir_db_append_name (sql, schema->fields[i].name);
      g_string_append (sql, is_nested ? ")" : "");
    }
  if (schema->n_fields == 0)
    g_string_append (sql, "NULL");
  g_string_append_printf (sql, " FROM %s) TO STDOUT", table);
  return g_string_free (sql, FALSE);
}

/* One field of COPY's text form; @at moves behind it and its tab. FALSE: NULL. */
static gboolean
read_field (const char **at,
            const char  *end,
            GString     *text)
{
  const char *start = *at;

  g_string_truncate (text, 0);
  for (; *at < end && **at != '\t' && **at != '\n'; ++*at)
    {
      char byte = **at;

      if (byte == '\\' && *at + 1 < end)
        {
          static const char from[] = "bfnrtv", to[] = "\b\f\n\r\t\v";
          const char       *found;

          byte = *++*at;
          found = strchr (from, byte);
          byte = found != NULL ? to[found - from] : byte;
        }
      g_string_append_c (text, byte);
    }
  if (*at - start == 2 && start[0] == '\\' && start[1] == 'N')
    {
      *at += *at < end;
      return FALSE;
    }
  *at += *at < end;
  return TRUE;
}

/* \x0f… → bytes, in place. */
static void
decode_hex (GString *text)
{
  gsize n = 0;

  if (text->len < 2 || text->str[0] != '\\' || text->str[1] != 'x')
    return;
  for (gsize i = 2; i + 1 < text->len; i += 2)
    text->str[n++] = (char)((g_ascii_xdigit_value (text->str[i]) << 4) | g_ascii_xdigit_value (text->str[i + 1]));
  g_string_truncate (text, n);
}

static gboolean
append_row (WeirRowBuilder *rows,
            const char     *line,
            gsize           len,
            GString        *text,
            GError        **error)
{
  const char *at = line, *end = line + len;

  for (guint i = 0; i < rows->schema->n_fields; i++)
    {
      if (!read_field (&at, end, text))
        {
          weir_row_builder_null (rows, i);
          continue;
        }
      if (rows->schema->fields[i].type->kind == WEIR_TYPE_BINARY)
        decode_hex (text);
      if (!weir_row_builder_text (rows, i, text->str, text->len, error))
        return FALSE;
    }
  return weir_row_builder_end_row (rows, error);
}

static gboolean
read_rows (WeirPostgres   *postgres,
           WeirRowBuilder *rows,
           GError        **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GError             *local = NULL;
  char               *line;
  gsize               len;

  while ((line = weir_postgres_get (postgres, &len, &local)) != NULL)
    {
      gboolean ok = append_row (rows, line, len, text, error);

      rows->stats->bytes += len;
      PQfreemem (line);
      if (!ok)
        return FALSE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  return weir_row_builder_flush (rows, error);
}

static gboolean
postgres_read (WeirSource      *source,
               gpointer         morsel,
               WeirSourcePush   push,
               gpointer         push_data,
               WeirDecodeStats *stats,
               GCancellable    *cancellable,
               GError         **error)
{
  WeirTableSource         *self = (WeirTableSource *)source;
  g_autoptr (WeirPostgres) postgres = weir_postgres_new (self->options, cancellable, FALSE, error);
  g_autofree char         *table = quoted_table (self->options, self->name);
  g_autofree char         *sql = copy_sql (self->schema, table);
  WeirRowBuilder           rows;
  gboolean                 ok;

  if (postgres == NULL || !weir_postgres_connect_retrying (postgres, self->retry_us, error) || !weir_postgres_do (postgres, sql, error))
    return FALSE;
  ok = weir_row_builder_init (&rows, self->schema, table, push, push_data, stats, error) && read_rows (postgres, &rows, error);
  weir_row_builder_clear (&rows);
  if (!ok && error != NULL && weir_postgres_is_transient (postgres))
    weir_error_add_param (*error, "path", weir_postgres_get_address (postgres));
  return ok;
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

static const struct
{
  const char  *name; /* of format_type(), without what is in parentheses */
  WeirTypeKind kind;
} type_names[] = {
  { "boolean", WEIR_TYPE_BOOLEAN },
  { "smallint", WEIR_TYPE_SMALLINT },
  { "integer", WEIR_TYPE_INT },
  { "bigint", WEIR_TYPE_BIGINT },
  { "oid", WEIR_TYPE_BIGINT },
  { "real", WEIR_TYPE_FLOAT },
  { "double precision", WEIR_TYPE_DOUBLE },
  { "bytea", WEIR_TYPE_BINARY },
  { "date", WEIR_TYPE_DATE },
  { "timestamp with time zone", WEIR_TYPE_TIMESTAMP },
  { "timestamp without time zone", WEIR_TYPE_TIMESTAMP_NTZ },
};

/* numeric without a precision has no bound; Spark reads it so. */
#define NUMERIC_PRECISION 38
#define NUMERIC_SCALE     18

static WeirType *
numeric_type (const char *name)
{
  const char *open = strchr (name, '('), *comma = open != NULL ? strchr (open, ',') : NULL;
  gint64      precision = open != NULL ? g_ascii_strtoll (open + 1, NULL, 10) : NUMERIC_PRECISION;
  gint64      scale = open == NULL ? NUMERIC_SCALE : (comma != NULL ? g_ascii_strtoll (comma + 1, NULL, 10) : 0);

  if (precision < 1 || precision > NUMERIC_PRECISION || scale < 0 || scale > precision)
    return weir_type_ref (WEIR_STRING);
  return weir_type_new_decimal ((guint)precision, (guint)scale);
}

static WeirType *
type_of (const char *name)
{
  g_autoptr (GString) plain = g_string_new (name);
  char               *open = strchr (plain->str, '(');
  char               *close = strchr (plain->str, ')');

  if (strcmp (name, "numeric") == 0 || g_str_has_prefix (name, "numeric("))
    return strchr (name, '[') != NULL ? weir_type_ref (WEIR_STRING) : numeric_type (name);
  if (open != NULL && close != NULL)
    g_string_erase (plain, open - plain->str, close + 1 - open);
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (strcmp (plain->str, type_names[i].name) == 0)
      return weir_type_ref (weir_type_simple (type_names[i].kind));
  return weir_type_ref (WEIR_STRING);
}

static WeirSchema *
read_schema (WeirPostgres *postgres,
             const char   *table,
             GError      **error)
{
  static const char     sql[] = "SELECT attname, format_type (atttypid, atttypmod) FROM pg_attribute WHERE attrelid = to_regclass ($1) AND attnum > 0 AND "
                                "NOT attisdropped ORDER BY attnum";
  g_autoptr (PGresult)  result = weir_postgres_run (postgres, sql, 1, &table, error);
  g_autofree WeirField *fields = NULL;
  WeirSchema           *schema;
  int                   n;

  if (result == NULL)
    return NULL;
  n = PQntuples (result);
  if (n == 0)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "TABLE_OR_VIEW_NOT_FOUND", WEIR_SPAN_NONE, "There is no table %s in PostgreSQL at %s.", table,
                 weir_postgres_get_address (postgres));
      return NULL;
    }
  fields = g_new0 (WeirField, n);
  for (int i = 0; i < n; i++)
    fields[i] = (WeirField){ PQgetvalue (result, i, 0), type_of (PQgetvalue (result, i, 1)), TRUE, NULL };
  schema = weir_type_new_struct (fields, (guint)n);
  for (int i = 0; i < n; i++)
    weir_type_unref (fields[i].type);
  return schema;
}

static WeirSchema *
postgres_resolve (WeirSchema *declared,
                  GHashTable *options,
                  const char *base_dir,
                  GError    **error)
{
  g_autoptr (WeirPostgres) postgres = NULL;
  g_autofree char         *table = NULL;

  if (declared != NULL)
    return weir_type_ref (declared);
  postgres = weir_postgres_new (options, NULL, FALSE, error);
  if (postgres == NULL || !weir_postgres_connect (postgres, error))
    return NULL;
  table = quoted_table (options, "");
  return read_schema (postgres, table, error);
}

static const WeirSourceClass postgres_class = WEIR_TABLE_SOURCE_CLASS ("postgresql", postgres_read, NULL);

const WeirSourceKind _weir_source_postgresql = { &postgres_class, sizeof (WeirTableSource), postgres_resolve };
