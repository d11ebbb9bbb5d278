/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "io/sink-postgres-private.h"

/*
 * Rows of a batch into the table, within its transaction: through COPY in its text form.
 *
 * Upsert: rows go into a temporary table, and from there with INSERT … ON CONFLICT; the last row of a key counts. Rows with a NULL in their key,
 * which no unique index holds together, are deleted first.
 */

#define COPY_BYTES (64u << 10)

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
copy_batch (WeirPostgresSink *self,
            WeirBatch        *batch,
            guint64          *number,
            GError          **error)
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
copy_rows (WeirPostgresSink *self,
           const char       *into,
           const char       *number_column,
           GError          **error)
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
  if (!_weir_postgres_sink_execute (self, "postgres-copy", sql->str, error))
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
has_null_key (WeirPostgresSink *self)
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
delete_null_keys (WeirPostgresSink *self,
                  GError          **error)
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
  return _weir_postgres_sink_execute (self, "postgres-delete", sql->str, error);
}

static char *
merge_sql (WeirPostgresSink *self,
           const char       *number)
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
upsert_rows (WeirPostgresSink *self,
             GError          **error)
{
  g_autofree char    *number = number_name (self->base.target.schema);
  g_autofree char    *merge = merge_sql (self, number);
  g_autoptr (GString) stage = g_string_new ("CREATE TEMPORARY TABLE weir_batch ON COMMIT DROP AS SELECT ");

  weir_db_append_columns (stage, self->base.target.schema, NULL, 0, "");
  g_string_append (stage, ", 0::bigint AS ");
  weir_db_append_name (stage, number);
  g_string_append_printf (stage, " FROM %s WITH NO DATA", self->table);
  return _weir_postgres_sink_execute (self, "postgres-stage", stage->str, error) && copy_rows (self, STAGED, number, error) &&
         (!has_null_key (self) || delete_null_keys (self, error)) && _weir_postgres_sink_execute (self, "postgres-merge", merge, error);
}

gboolean
_weir_postgres_sink_write_rows (WeirPostgresSink *self,
                                GError          **error)
{
  g_autofree char *delete = g_strdup_printf ("DELETE FROM %s", self->table);

  if (self->base.target.mode == WEIR_DB_OVERWRITE && !_weir_postgres_sink_execute (self, "postgres-delete", delete, error))
    return FALSE;
  if (self->base.batches->len == 0)
    return TRUE;
  return self->base.target.mode == WEIR_DB_UPSERT ? upsert_rows (self, error) : copy_rows (self, self->table, NULL, error);
}
