/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/db-target.h"

#include "column/decimal.h"
#include "column/timestamp.h"
#include "column/value.h"
#include "io/source-private.h"

#include <string.h>

/* Options, names, types and texts that both databases share; db-target.h has the table of types. */

/* PostgreSQL cuts longer names off without a word that a program would see. */
#define POSTGRESQL_NAME_MAX 63

/* ---- names ------------------------------------------------------------------------------------------------------ */

/* One part of a dotted name; FALSE: it has no such form. */
static gboolean
parse_part (const char **at,
            GString     *part)
{
  if (**at != '"')
    {
      gsize n = strcspn (*at, ".\"");

      g_string_append_len (part, *at, (gssize)n);
      *at += n;
      return n > 0 && **at != '"';
    }
  for (++*at; **at != '\0'; ++*at)
    {
      if (**at == '"' && (*at)[1] != '"')
        {
          ++*at;
          return part->len > 0;
        }
      if (**at == '"')
        ++*at;
      g_string_append_c (part, **at);
    }
  return FALSE;
}

void
weir_db_parse_name (WeirDbKind  kind,
                    GHashTable *options,
                    const char *fallback,
                    char      **qualifier,
                    char      **table)
{
  const char         *name = _weir_io_option_get (options, "dbtable");
  const char         *at = name != NULL ? name : fallback;
  g_autoptr (GString) first = g_string_new (NULL), second = g_string_new (NULL);

  *qualifier = NULL;
  *table = NULL;
  if (name != NULL && kind == WEIR_DB_POSTGRESQL && parse_part (&at, first))
    {
      if (*at == '\0')
        *table = g_strdup (first->str);
      else if (*at++ == '.' && parse_part (&at, second) && *at == '\0')
        {
          *qualifier = g_strdup (first->str);
          *table = g_strdup (second->str);
        }
    }
  /* Anything else is a name as it stands. */
  if (*table == NULL)
    *table = g_strdup (name != NULL ? name : fallback);
}

void
weir_db_append_name (GString    *out,
                     const char *name)
{
  g_string_append_c (out, '"');
  for (; *name != '\0'; name++)
    {
      if (*name == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *name);
    }
  g_string_append_c (out, '"');
}

void
weir_db_append_qualified (GString    *out,
                          const char *qualifier,
                          const char *name)
{
  if (qualifier != NULL)
    {
      weir_db_append_name (out, qualifier);
      g_string_append_c (out, '.');
    }
  weir_db_append_name (out, name);
}

void
weir_db_append_columns (GString     *out,
                        WeirSchema  *schema,
                        const guint *key,
                        guint        n_key,
                        const char  *prefix)
{
  guint n = key != NULL ? n_key : schema->n_fields;

  for (guint i = 0; i < n; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      g_string_append (out, prefix);
      weir_db_append_name (out, schema->fields[key != NULL ? key[i] : i].name);
    }
}

/* ---- types ------------------------------------------------------------------------------------------------------ */

static const char *const type_names[WEIR_N_TYPE_KINDS][2] = {
  [WEIR_TYPE_VOID] = { "TEXT", "text" },
  [WEIR_TYPE_BOOLEAN] = { "BOOLEAN", "boolean" },
  [WEIR_TYPE_TINYINT] = { "TINYINT", "smallint" },
  [WEIR_TYPE_SMALLINT] = { "SMALLINT", "smallint" },
  [WEIR_TYPE_INT] = { "INT", "integer" },
  [WEIR_TYPE_BIGINT] = { "BIGINT", "bigint" },
  [WEIR_TYPE_FLOAT] = { "FLOAT", "real" },
  [WEIR_TYPE_DOUBLE] = { "DOUBLE", "double precision" },
  [WEIR_TYPE_DECIMAL] = { "DECIMAL_TEXT", "numeric" },
  [WEIR_TYPE_STRING] = { "TEXT", "text" },
  [WEIR_TYPE_BINARY] = { "BLOB", "bytea" },
  [WEIR_TYPE_DATE] = { "DATE", "date" },
  [WEIR_TYPE_TIMESTAMP] = { "TIMESTAMP", "timestamp with time zone" },
  [WEIR_TYPE_TIMESTAMP_NTZ] = { "TIMESTAMP_NTZ", "timestamp without time zone" },
  [WEIR_TYPE_INTERVAL_YM] = { "TEXT", "interval" },
  [WEIR_TYPE_INTERVAL_DT] = { "TEXT", "interval" },
  [WEIR_TYPE_INTERVAL] = { "TEXT", "interval" },
  [WEIR_TYPE_ARRAY] = { "TEXT", "jsonb" },
  [WEIR_TYPE_MAP] = { "TEXT", "jsonb" },
  [WEIR_TYPE_STRUCT] = { "TEXT", "jsonb" },
};

void
weir_db_append_type (GString   *out,
                     WeirDbKind kind,
                     WeirType  *type)
{
  g_string_append (out, type_names[type->kind][kind]);
  if (type->kind == WEIR_TYPE_DECIMAL)
    g_string_append_printf (out, "(%u,%u)", type->precision, type->scale);
}

static gboolean
is_key (const WeirDbTarget *target,
        guint               column)
{
  for (guint i = 0; i < target->n_key; i++)
    if (target->key[i] == column)
      return TRUE;
  return FALSE;
}

void
weir_db_append_conflict (GString            *out,
                         const WeirDbTarget *target)
{
  const char *separator = " DO UPDATE SET ";

  g_string_append (out, " ON CONFLICT (");
  weir_db_append_columns (out, target->schema, target->key, target->n_key, "");
  g_string_append_c (out, ')');
  for (guint i = 0; i < target->schema->n_fields; i++)
    if (!is_key (target, i))
      {
        g_string_append (out, separator);
        weir_db_append_name (out, target->schema->fields[i].name);
        g_string_append (out, " = excluded.");
        weir_db_append_name (out, target->schema->fields[i].name);
        separator = ", ";
      }
  if (target->n_key == target->schema->n_fields)
    g_string_append (out, " DO NOTHING");
}

char *
weir_db_create_table (const WeirDbTarget *target)
{
  GString *sql = g_string_new ("CREATE TABLE ");

  weir_db_append_qualified (sql, target->qualifier, target->table);
  g_string_append (sql, " (");
  for (guint i = 0; i < target->schema->n_fields; i++)
    {
      g_string_append (sql, i > 0 ? ", " : "");
      weir_db_append_name (sql, target->schema->fields[i].name);
      g_string_append_c (sql, ' ');
      weir_db_append_type (sql, target->kind, target->schema->fields[i].type);
    }
  if (target->n_key > 0)
    {
      g_string_append (sql, ", UNIQUE (");
      weir_db_append_columns (sql, target->schema, target->key, target->n_key, "");
      g_string_append_c (sql, ')');
    }
  g_string_append_c (sql, ')');
  return g_string_free (sql, FALSE);
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

static void
append_date (GString   *out,
             WeirDbKind kind,
             gint32     days,
             gboolean  *is_bc)
{
  gint64 year;
  guint  month, day;

  weir_civil_from_days (days, &year, &month, &day);
  *is_bc = kind == WEIR_DB_POSTGRESQL && year <= 0;
  if (*is_bc)
    year = 1 - year;
  if (year < 0)
    g_string_append_c (out, '-');
  g_string_append_printf (out, "%04" G_GINT64_FORMAT "-%02u-%02u", ABS (year), month, day);
}

static void
append_timestamp (GString   *out,
                  WeirDbKind kind,
                  gint64     us,
                  gboolean   has_zone)
{
  gint64   of_day = weir_floor_mod (us, WEIR_US_PER_DAY);
  gint64   seconds = of_day / WEIR_US_PER_SECOND;
  gboolean is_bc;

  append_date (out, kind, (gint32)weir_floor_div (us, WEIR_US_PER_DAY), &is_bc);
  g_string_append_printf (out, "%c%02d:%02d:%02d.%06d", kind == WEIR_DB_SQLITE ? 'T' : ' ', (int)(seconds / 3600), (int)(seconds / 60 % 60),
                          (int)(seconds % 60), (int)(of_day % WEIR_US_PER_SECOND));
  if (has_zone)
    g_string_append (out, kind == WEIR_DB_SQLITE ? "Z" : "+00");
  if (is_bc)
    g_string_append (out, " BC");
}

/* PostgreSQL reads these units whatever its settings are. */
static void
append_interval (GString          *out,
                 const WeirColumn *column,
                 guint             row)
{
  WeirInterval value = { 0 };

  if (column->type->kind == WEIR_TYPE_INTERVAL_YM)
    value.months = weir_column_values (column, gint32)[row];
  else if (column->type->kind == WEIR_TYPE_INTERVAL_DT)
    value.us = weir_column_values (column, gint64)[row];
  else
    value = weir_column_values (column, WeirInterval)[row];
  g_string_append_printf (out, "%d months %d days %" G_GINT64_FORMAT " microseconds", value.months, value.days, value.us);
}

void
weir_db_append_value (GString          *out,
                      WeirDbKind        kind,
                      const WeirColumn *column,
                      guint             row)
{
  gboolean is_bc = FALSE;

  switch (column->type->kind)
    {
    case WEIR_TYPE_DATE:
      append_date (out, kind, weir_column_values (column, gint32)[row], &is_bc);
      if (is_bc)
        g_string_append (out, " BC");
      break;
    case WEIR_TYPE_TIMESTAMP:
      append_timestamp (out, kind, weir_column_values (column, gint64)[row], TRUE);
      break;
    case WEIR_TYPE_TIMESTAMP_NTZ:
      append_timestamp (out, kind, weir_column_values (column, gint64)[row], FALSE);
      break;
    case WEIR_TYPE_INTERVAL_YM:
    case WEIR_TYPE_INTERVAL_DT:
    case WEIR_TYPE_INTERVAL:
      if (kind == WEIR_DB_POSTGRESQL)
        append_interval (out, column, row);
      else
        weir_value_append_text (out, column, row, WEIR_TEXT_CAST, weir_zone_utc ());
      break;
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
    case WEIR_TYPE_STRUCT:
      weir_value_append_text (out, column, row, WEIR_TEXT_JSON, weir_zone_utc ());
      break;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      {
        const WeirView *view = &weir_column_values (column, WeirView)[row];

        g_string_append_len (out, weir_view_data (view), view->len);
        break;
      }
    default:
      weir_value_append_text (out, column, row, WEIR_TEXT_CAST, weir_zone_utc ());
      break;
    }
}

/* ---- options ---------------------------------------------------------------------------------------------------- */

static gboolean
fail_mode (GError    **error,
           const char *mode,
           const char *have,
           const char *hint)
{
  return weir_fail (error, WEIR_ERROR_ANALYZE, "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", WEIR_SPAN_NONE,
                    "A table with mode '%s' cannot take the rows of output mode %s. %s", mode, have, hint);
}

/* config->mode is NULL for a batch query, whose rows are all there are. */
static gboolean
check_mode (const WeirDbTarget *target,
            const char         *output_mode,
            GError            **error)
{
  if (output_mode == NULL)
    return TRUE;
  if (target->mode == WEIR_DB_APPEND && strcmp (output_mode, "update") == 0)
    return fail_mode (error, "append", "update", "Give the table mode 'upsert' and a key, as in: OPTIONS (mode 'upsert', key 'id').");
  if (target->mode != WEIR_DB_OVERWRITE && strcmp (output_mode, "complete") == 0)
    return fail_mode (error, target->mode == WEIR_DB_APPEND ? "append" : "upsert", "complete", "Give the table mode 'overwrite'.");
  if (target->mode == WEIR_DB_OVERWRITE && strcmp (output_mode, "complete") != 0)
    return fail_mode (error, "overwrite", output_mode, "Only output mode complete gives the whole result with every batch.");
  return TRUE;
}

static gboolean
parse_mode (GHashTable *options,
            WeirDbMode *mode,
            GError    **error)
{
  static const char *const names[] = { "append", "upsert", "overwrite" };
  const char              *text = _weir_io_option_get (options, "mode");

  *mode = WEIR_DB_APPEND;
  if (text == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (text, names[i]) == 0)
      {
        *mode = (WeirDbMode)i;
        return TRUE;
      }
  return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option mode is '%s'; use append, upsert or overwrite.", text);
}

static gboolean
add_key (WeirDbTarget *target,
         const char   *name,
         GError      **error)
{
  int at = weir_type_field_index (target->schema, name);

  if (at < 0)
    {
      g_autoptr (GString) columns = g_string_new (NULL);

      for (guint i = 0; i < target->schema->n_fields; i++)
        g_string_append_printf (columns, "%s%s", i > 0 ? ", " : "", target->schema->fields[i].name);
      return weir_fail (error, WEIR_ERROR_ANALYZE, "FIELD_NOT_FOUND", WEIR_SPAN_NONE,
                        "Option key names column %s, which the query does not give. It gives: %s.", name, columns->str);
    }
  for (guint i = 0; i < target->n_key; i++)
    if (target->key[i] == (guint)at)
      return TRUE;
  target->key = g_renew (guint, target->key, target->n_key + 1);
  target->key[target->n_key++] = (guint)at;
  return TRUE;
}

/* a, "b, c", d */
static gboolean
parse_key (WeirDbTarget *target,
           GHashTable   *options,
           GError      **error)
{
  const char *at = _weir_io_option_get (options, "key");

  while (at != NULL && *at != '\0')
    {
      g_autoptr (GString) name = g_string_new (NULL);
      const char         *start = at += strspn (at, " ");

      if (*at != '"' || !parse_part (&at, name))
        {
          gsize n = strcspn (start, ",");

          at = start;
          g_string_truncate (name, 0);
          g_string_append_len (name, at, (gssize)n);
          g_strchomp (name->str);
          at += n;
        }
      at += strspn (at, " ");
      if (*at == ',')
        at++;
      if (!add_key (target, name->str, error))
        return FALSE;
    }
  if (target->mode == WEIR_DB_UPSERT && target->n_key == 0)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                      "Mode 'upsert' needs a key, as in: OPTIONS (mode 'upsert', key 'id').");
  return TRUE;
}

static gboolean
check_columns (const WeirDbTarget *target,
               GError            **error)
{
  for (guint i = 0; i < target->schema->n_fields; i++)
    {
      const char *name = target->schema->fields[i].name;

      if (name[0] == '\0' || (target->kind == WEIR_DB_POSTGRESQL && strlen (name) > POSTGRESQL_NAME_MAX))
        return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_IDENTIFIER", WEIR_SPAN_NONE,
                          "Column \"%s\" cannot be a column of a database: names have 1 to %d bytes. Rename it with AS.", name, POSTGRESQL_NAME_MAX);
      if (weir_type_field_index (target->schema, name) != (int)i)
        return weir_fail (error, WEIR_ERROR_ANALYZE, "COLUMN_ALREADY_EXISTS", WEIR_SPAN_NONE,
                          "The query gives column %s twice; the columns of a database table have different names. Rename one with AS.", name);
    }
  return TRUE;
}

gboolean
weir_db_target_init (WeirDbTarget         *target,
                     WeirDbKind            kind,
                     const WeirSinkConfig *config,
                     GError              **error)
{
  memset (target, 0, sizeof *target);
  target->kind = kind;
  target->schema = weir_type_ref (config->schema);
  weir_db_parse_name (kind, config->options, config->table, &target->qualifier, &target->table);
  if (strcmp (target->table, WEIR_DB_PROGRESS_TABLE) == 0)
    weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Table " WEIR_DB_PROGRESS_TABLE " holds the progress of queries; give another name as dbtable.");
  else if (parse_mode (config->options, &target->mode, error) && check_columns (target, error) && parse_key (target, config->options, error) &&
           check_mode (target, config->mode, error))
    return TRUE;
  weir_db_target_clear (target);
  return FALSE;
}

void
weir_db_target_clear (WeirDbTarget *target)
{
  g_clear_pointer (&target->qualifier, g_free);
  g_clear_pointer (&target->table, g_free);
  g_clear_pointer (&target->schema, weir_type_unref);
  g_clear_pointer (&target->key, g_free);
  target->n_key = 0;
}
