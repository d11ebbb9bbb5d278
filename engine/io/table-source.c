/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/table-source.h"

#include "base/fast-number.h"
#include "base/limits.h"
#include "column/decimal.h"
#include "column/timestamp.h"
#include "column/value.h"
#include "format/decoder.h"

#include <math.h>
#include <string.h>

/*
 * A table of a database is one morsel and has one offset, behind its last row. It is a static table: streams joined with it see it anew in
 * every batch.
 */

#define OFFSET "{\"table\":1}"

/* ---- the source ------------------------------------------------------------------------------------------------- */

gboolean
weir_table_source_open (WeirSource             *source,
                        const WeirSourceConfig *config,
                        GError                **error)
{
  WeirTableSource *self = (WeirTableSource *)source;
  GHashTableIter   iter;
  gpointer         key, value;

  self->schema = _weir_schema_prune (config->schema, config->needed);
  self->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, config->options);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (self->options, g_strdup (key), g_strdup (value));
  self->base_dir = g_strdup (config->base_dir);
  self->name = g_strdup (config->table);
  self->retry_us = config->retry_us;
  source->description = g_strdup_printf ("Table[%s:%s]", source->klass->format, config->table);
  return TRUE;
}

void
weir_table_source_start (WeirSource *source)
{
  weir_source_set_state (source, WEIR_SOURCE_CONNECTED, NULL, 0);
}

char *
weir_table_source_latest (WeirSource *source,
                          const char *from,
                          gboolean    unlimited,
                          GError    **error)
{
  return g_strdup (OFFSET);
}

char *
weir_table_source_freeze (WeirSource *source,
                          GError    **error)
{
  return g_strdup (OFFSET);
}

GPtrArray *
weir_table_source_plan (WeirSource *source,
                        const char *from,
                        const char *to,
                        GError    **error)
{
  GPtrArray *morsels = g_ptr_array_new ();

  g_ptr_array_add (morsels, source);
  return morsels;
}

void
weir_table_source_finalize (WeirSource *source)
{
  WeirTableSource *self = (WeirTableSource *)source;

  g_clear_pointer (&self->schema, weir_type_unref);
  g_clear_pointer (&self->options, g_hash_table_unref);
  g_free (self->base_dir);
  g_free (self->name);
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static gboolean
is_nested (const WeirType *type)
{
  return type->kind == WEIR_TYPE_ARRAY || type->kind == WEIR_TYPE_MAP || type->kind == WEIR_TYPE_STRUCT;
}

static gboolean
make_column (WeirRowBuilder *builder,
             guint           column,
             GError        **error)
{
  WeirType              *type = builder->schema->fields[column].type;
  g_autoptr (GHashTable) options = NULL;

  if (type->kind == WEIR_TYPE_INTERVAL_YM || type->kind == WEIR_TYPE_INTERVAL_DT || type->kind == WEIR_TYPE_INTERVAL)
    return weir_fail (error, WEIR_ERROR_RUN, "UNSUPPORTED_FEATURE", WEIR_SPAN_NONE,
                      "Column %s of %s cannot be read as an interval: declare it STRING and CAST it.", builder->schema->fields[column].name, builder->origin);
  builder->builders[column] = weir_column_builder_new (is_nested (type) ? WEIR_STRING : type, 1024);
  if (!is_nested (type))
    return TRUE;
  options = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (options, (gpointer) "mode", (gpointer) "FAILFAST");
  builder->decoders[column] = weir_column_decoder_new ("json", type, NULL, options, weir_zone_utc (), error);
  return builder->decoders[column] != NULL;
}

gboolean
weir_row_builder_init (WeirRowBuilder  *builder,
                       WeirSchema      *schema,
                       const char      *origin,
                       WeirSourcePush   push,
                       gpointer         data,
                       WeirDecodeStats *stats,
                       GError         **error)
{
  *builder = (WeirRowBuilder){ .schema = schema, .origin = origin, .push = push, .data = data, .stats = stats };
  builder->builders = g_new0 (WeirColumnBuilder *, MAX (schema->n_fields, 1));
  builder->decoders = g_new0 (WeirDecoder *, MAX (schema->n_fields, 1));
  for (guint i = 0; i < schema->n_fields; i++)
    if (!make_column (builder, i, error))
      return FALSE;
  return TRUE;
}

void
weir_row_builder_clear (WeirRowBuilder *builder)
{
  for (guint i = 0; i < builder->schema->n_fields; i++)
    {
      g_clear_pointer (&builder->builders[i], weir_column_builder_free);
      g_clear_pointer (&builder->decoders[i], weir_decoder_unref);
    }
  g_clear_pointer (&builder->builders, g_free);
  g_clear_pointer (&builder->decoders, g_free);
}

static gboolean
fail_value (WeirRowBuilder *builder,
            guint           column,
            const char     *text,
            gsize           len,
            GError        **error)
{
  g_autofree char *type = weir_type_to_sql (builder->schema->fields[column].type);
  g_autofree char *valid = g_utf8_make_valid (text, (gssize)MIN (len, 100));

  return weir_fail (error, WEIR_ERROR_RUN, "CAST_INVALID_INPUT", WEIR_SPAN_NONE,
                    "Column %s of %s has the value '%s', which is no %s. Declare the column STRING to read it.", builder->schema->fields[column].name,
                    builder->origin, valid, type);
}

void
weir_row_builder_null (WeirRowBuilder *builder,
                       guint           column)
{
  weir_column_builder_append_null (builder->builders[column]);
}

static gboolean
fits (const WeirType *type,
      gint64          value)
{
  switch (type->kind)
    {
    case WEIR_TYPE_TINYINT:
      return value >= G_MININT8 && value <= G_MAXINT8;
    case WEIR_TYPE_SMALLINT:
      return value >= G_MININT16 && value <= G_MAXINT16;
    case WEIR_TYPE_INT:
      return value >= G_MININT32 && value <= G_MAXINT32;
    default:
      return TRUE;
    }
}

static gboolean
parse_real (const char *text,
            gsize       len,
            double     *value)
{
  static const struct
  {
    const char *name;
    double      value;
  } words[] = { { "NaN", NAN }, { "Infinity", INFINITY }, { "-Infinity", -INFINITY } };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strlen (words[i].name) == len && memcmp (words[i].name, text, len) == 0)
      {
        *value = words[i].value;
        return TRUE;
      }
  return weir_parse_double (text, len, value);
}

static gboolean
parse_bool (const char *text,
            gsize       len,
            gboolean   *value)
{
  *value = (len == 1 && (text[0] == 't' || text[0] == '1')) || (len == 4 && g_ascii_strncasecmp (text, "true", 4) == 0);
  return *value || (len == 1 && (text[0] == 'f' || text[0] == '0')) || (len == 5 && g_ascii_strncasecmp (text, "false", 5) == 0);
}

/* SQLite and others may hold what is no UTF-8. */
static void
append_string (WeirColumnBuilder *builder,
               const char        *text,
               gsize              len)
{
  g_autofree char *valid = NULL;

  if (g_utf8_validate_len (text, len, NULL))
    {
      weir_column_builder_append_bytes (builder, text, len);
      return;
    }
  valid = g_utf8_make_valid (text, (gssize)len);
  weir_column_builder_append_bytes (builder, valid, strlen (valid));
}

gboolean
weir_row_builder_text (WeirRowBuilder *builder,
                       guint           column,
                       const char     *text,
                       gsize           len,
                       GError        **error)
{
  WeirType          *type = builder->schema->fields[column].type;
  WeirColumnBuilder *into = builder->builders[column];
  WeirInt128         decimal;
  gboolean           truth;
  gint64             number;
  gint32             days;
  double             real;

  switch (type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      if (!parse_bool (text, len, &truth))
        return fail_value (builder, column, text, len, error);
      weir_column_builder_append_bool (into, truth);
      return TRUE;
    case WEIR_TYPE_TINYINT:
    case WEIR_TYPE_SMALLINT:
    case WEIR_TYPE_INT:
    case WEIR_TYPE_BIGINT:
      if (!weir_parse_i64 (text, len, &number) || !fits (type, number))
        return fail_value (builder, column, text, len, error);
      weir_column_builder_append_i64 (into, number);
      return TRUE;
    case WEIR_TYPE_FLOAT:
    case WEIR_TYPE_DOUBLE:
      if (!parse_real (text, len, &real))
        return fail_value (builder, column, text, len, error);
      weir_column_builder_append_double (into, real);
      return TRUE;
    case WEIR_TYPE_DECIMAL:
      if (!weir_decimal_parse (text, len, type->precision, type->scale, &decimal))
        return fail_value (builder, column, text, len, error);
      weir_column_builder_append_i128 (into, decimal);
      return TRUE;
    case WEIR_TYPE_DATE:
      if (!weir_date_parse (text, len, &days))
        return fail_value (builder, column, text, len, error);
      weir_column_builder_append_i64 (into, days);
      return TRUE;
    case WEIR_TYPE_TIMESTAMP:
      if (!weir_timestamp_parse (text, len, weir_zone_utc (), &number))
        return fail_value (builder, column, text, len, error);
      weir_column_builder_append_i64 (into, number);
      return TRUE;
    case WEIR_TYPE_TIMESTAMP_NTZ:
      if (!weir_timestamp_ntz_parse (text, len, &number))
        return fail_value (builder, column, text, len, error);
      weir_column_builder_append_i64 (into, number);
      return TRUE;
    case WEIR_TYPE_BINARY:
      weir_column_builder_append_bytes (into, text, len);
      return TRUE;
    case WEIR_TYPE_VOID:
      weir_column_builder_append_null (into);
      return TRUE;
    default:
      append_string (into, text, len);
      return TRUE;
    }
}

gboolean
weir_row_builder_i64 (WeirRowBuilder *builder,
                      guint           column,
                      gint64          value,
                      GError        **error)
{
  WeirType          *type = builder->schema->fields[column].type;
  WeirColumnBuilder *into = builder->builders[column];
  char               text[WEIR_I64_TEXT_MAX];
  gint64             us;

  switch (type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      weir_column_builder_append_bool (into, value != 0);
      return TRUE;
    case WEIR_TYPE_FLOAT:
    case WEIR_TYPE_DOUBLE:
      weir_column_builder_append_double (into, (double)value);
      return TRUE;
    case WEIR_TYPE_BIGINT:
      weir_column_builder_append_i64 (into, value);
      return TRUE;
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
      /* Seconds since 1970, as SQLite's own functions have it. */
      if (!__builtin_mul_overflow (value, WEIR_US_PER_SECOND, &us))
        {
          weir_column_builder_append_i64 (into, us);
          return TRUE;
        }
      break;
    default:
      break;
    }
  return weir_row_builder_text (builder, column, text, weir_i64_to_text (text, value), error);
}

gboolean
weir_row_builder_double (WeirRowBuilder *builder,
                         guint           column,
                         double          value,
                         GError        **error)
{
  WeirType           *type = builder->schema->fields[column].type;
  g_autoptr (GString) text = NULL;
  WeirInt128          decimal;

  if (type->kind == WEIR_TYPE_FLOAT || type->kind == WEIR_TYPE_DOUBLE)
    {
      weir_column_builder_append_double (builder->builders[column], value);
      return TRUE;
    }
  if (type->kind == WEIR_TYPE_DECIMAL && weir_decimal_from_double (value, type->precision, type->scale, &decimal))
    {
      weir_column_builder_append_i128 (builder->builders[column], decimal);
      return TRUE;
    }
  text = g_string_new (NULL);
  weir_append_double (text, value);
  if (weir_type_is_integral (type) && g_str_has_suffix (text->str, ".0"))
    g_string_truncate (text, text->len - 2);
  return weir_row_builder_text (builder, column, text->str, text->len, error);
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */

static WeirColumn *
finish_column (WeirRowBuilder *builder,
               guint           column,
               GError        **error)
{
  g_autoptr (WeirColumn)      values = weir_column_builder_finish (builder->builders[column]);
  g_autoptr (WeirDecodeState) state = NULL;

  if (builder->decoders[column] == NULL)
    return g_steal_pointer (&values);
  state = weir_decode_state_new (builder->decoders[column]);
  return weir_decoder_decode_column (builder->decoders[column], state, values, weir_sel_all (builder->n_rows), NULL, error);
}

gboolean
weir_row_builder_flush (WeirRowBuilder *builder,
                        GError        **error)
{
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (builder->schema->n_fields, 1));
  g_autoptr (WeirBatch)   batch = NULL;

  if (builder->n_rows == 0)
    return TRUE;
  for (guint i = 0; i < builder->schema->n_fields; i++)
    {
      columns[i] = finish_column (builder, i, error);
      if (columns[i] == NULL)
        {
          while (i-- > 0)
            weir_column_unref (columns[i]);
          return FALSE;
        }
    }
  batch = weir_batch_new (builder->schema, builder->n_rows, columns);
  builder->stats->rows += builder->n_rows;
  builder->n_rows = 0;
  return builder->push (builder->data, batch, error);
}

gboolean
weir_row_builder_end_row (WeirRowBuilder *builder,
                          GError        **error)
{
  return ++builder->n_rows < WEIR_VECTOR_ROWS || weir_row_builder_flush (builder, error);
}
