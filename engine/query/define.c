/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/session-private.h"

#include <string.h>

/* Statements that change the catalogue and nothing else. */

const char *
_weir_name_last (const WeirSqlName *name)
{
  return name->n_parts > 0 ? name->parts[name->n_parts - 1].name : "";
}

static gboolean
place_error (GError **error,
             WeirSpan span)
{
  if (error != NULL && *error != NULL)
    weir_error_set_span (*error, span);
  return FALSE;
}

/* (transfer full) */
static GHashTable *
options_of (const WeirSqlOption *options,
            guint                n_options)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < n_options; i++)
    g_hash_table_replace (table, g_ascii_strdown (options[i].key, -1), g_strdup (options[i].value));
  return table;
}

/* @names: those so far, in lower case. */
static gboolean
check_new_name (GHashTable         *names,
                const WeirSqlIdent *name,
                GError            **error)
{
  if (g_hash_table_add (names, g_ascii_strdown (name->name, -1)))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ANALYZE, "COLUMN_ALREADY_EXISTS", name->span,
                    "The column `%s` already exists. Choose another name or rename the existing column.", name->name);
}

static WeirSchema *
declared_schema (const WeirSqlCreateTable *create,
                 GError                  **error)
{
  g_autofree WeirField  *fields = g_new0 (WeirField, create->n_columns);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  WeirSchema            *schema = NULL;
  guint                  n = 0;

  for (; n < create->n_columns; n++)
    {
      const WeirSqlColumnDef *column = &create->columns[n];

      if (!check_new_name (names, &column->name, error))
        break;
      fields[n].name = (char *)column->name.name;
      fields[n].nullable = !column->not_null;
      fields[n].comment = (char *)column->comment;
      fields[n].type = weir_type_parse (column->type, error);
      if (fields[n].type == NULL)
        {
          if (error != NULL && *error != NULL)
            weir_error_shift_span (*error, column->type_span.start);
          break;
        }
    }
  if (n == create->n_columns)
    schema = weir_type_new_struct (fields, n);
  for (guint i = 0; i < n; i++)
    weir_type_unref (fields[i].type);
  return schema;
}

static gboolean
create_table (WeirCatalog            *catalog,
              const WeirSqlStatement *statement,
              const char             *base_dir,
              GError                **error)
{
  const WeirSqlCreateTable *create = &statement->create_table;
  const WeirFormatInfo     *format;
  g_autoptr (WeirSchema)    declared = NULL;
  g_autoptr (GHashTable)    options = NULL;
  g_autoptr (WeirTable)     table = NULL;
  const char               *name = _weir_name_last (&create->name);

  if (create->query != NULL)
    return weir_fail_unsupported (error, WEIR_ERROR_ANALYZE, statement->span, "CREATE TABLE … AS SELECT");
  if (create->format.name == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", create->name.span,
                      "CREATE TABLE needs USING and a format, as in: CREATE TABLE %s USING json OPTIONS (path '…').", name);
  if (create->if_not_exists && weir_catalog_get_table (catalog, name) != NULL)
    return TRUE;
  format = weir_catalog_get_format (catalog, create->format.name);
  if (format == NULL)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "DATA_SOURCE_NOT_FOUND", create->format.span,
                 "There is no format \"%s\". Formats: text, csv, json, socket, rate, rate-micro-batch, queue, kafka, http, demo, memory, console, sqlite, postgresql, noop.",
                 create->format.name);
      if (error != NULL)
        weir_error_add_param (*error, "provider", create->format.name);
      return FALSE;
    }
  if (create->n_columns > 0)
    {
      declared = declared_schema (create, error);
      if (declared == NULL)
        return FALSE;
    }
  options = options_of (create->options, create->n_options);
  if (format->needs != NULL && !g_hash_table_contains (options, format->needs))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", create->name.span, "A table of format %s needs option %s, as in: OPTIONS (%s '…').",
                      format->name, format->needs, format->needs);
  table = weir_table_new (name, format, declared, options, base_dir);
  table->span = create->name.span;
  if (!weir_catalog_add_table (catalog, table, create->or_replace, error))
    return place_error (error, create->name.span);
  return TRUE;
}

static gboolean
create_view (WeirCatalog            *catalog,
             const WeirSqlStatement *statement,
             const char             *text,
             GError                **error)
{
  const WeirSqlCreateView *create = &statement->create_view;
  const char              *name = _weir_name_last (&create->name);
  WeirSpan                 span = create->query->span;
  g_autofree char         *sql = g_strndup (text + span.start, span.end - span.start);
  g_auto (GStrv)           names = NULL;
  g_autoptr (WeirPlan)     plan = NULL;

  if (!create->temporary)
    return weir_fail_unsupported (error, WEIR_ERROR_ANALYZE, statement->span, "CREATE VIEW without TEMPORARY (views last as long as the session)");
  /* Analysed once, so that what is wrong in it is said where it is defined. */
  plan = weir_analyze_query (catalog, create->query, text, error);
  if (plan == NULL)
    return FALSE;
  if (create->n_columns > 0)
    {
      if (create->n_columns != plan->schema->n_fields)
        return weir_fail (error, WEIR_ERROR_ANALYZE, "CREATE_VIEW_COLUMN_ARITY_MISMATCH", create->name.span,
                          "View %s lists %u columns, its query has %u.", name, create->n_columns, plan->schema->n_fields);
      names = g_new0 (char *, create->n_columns + 1);
      for (guint i = 0; i < create->n_columns; i++)
        names[i] = g_strdup (create->columns[i].name);
    }
  if (!weir_catalog_add_view (catalog, name, sql, names, create->or_replace, error))
    return place_error (error, create->name.span);
  return TRUE;
}

static gboolean
create_function (WeirCatalog            *catalog,
                 const WeirSqlStatement *statement,
                 const char             *text,
                 GError                **error)
{
  const WeirSqlCreateFunction *create = &statement->create_function;
  const char                  *name = _weir_name_last (&create->name);
  WeirSpan                     span = create->body->span;
  g_autofree char             *sql = g_strdup_printf ("SELECT %.*s", (int)(span.end - span.start), text + span.start);
  g_autoptr (GPtrArray)        types = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_type_unref);
  g_auto (GStrv)               params = g_new0 (char *, create->n_params + 1);
  g_autoptr (WeirType)         returns = NULL;

  if (!create->temporary)
    return weir_fail_unsupported (error, WEIR_ERROR_ANALYZE, statement->span, "CREATE FUNCTION without TEMPORARY (functions last as long as the session)");
  if (create->if_not_exists && weir_catalog_has_function (catalog, name))
    return TRUE;
  for (guint i = 0; i < create->n_params; i++)
    {
      WeirType *type = weir_type_parse (create->params[i].type, error);

      if (type == NULL)
        return place_error (error, create->params[i].type_span);
      g_ptr_array_add (types, type);
      params[i] = g_strdup (create->params[i].name.name);
    }
  if (create->returns != NULL && (returns = weir_type_parse (create->returns, error)) == NULL)
    return place_error (error, create->returns_span);
  if (!weir_catalog_add_function (catalog, name, sql, params, (WeirType **)types->pdata, returns, create->or_replace, error))
    return place_error (error, create->name.span);
  return TRUE;
}

static gboolean
set_conf (WeirCatalog            *catalog,
          const WeirSqlStatement *statement,
          GError                **error)
{
  if (!weir_catalog_set (catalog, statement->set.key, statement->set.value, error))
    return place_error (error, statement->span);
  return TRUE;
}

static gboolean
drop (WeirCatalog            *catalog,
      const WeirSqlStatement *statement,
      GError                **error)
{
  const WeirSqlDrop *drop = &statement->drop;

  if (drop->is_function)
    {
      if (weir_catalog_remove_function (catalog, _weir_name_last (&drop->name)) || drop->if_exists)
        return TRUE;
      return weir_fail (error, WEIR_ERROR_ANALYZE, "ROUTINE_NOT_FOUND", drop->name.span, "There is no function \"%s\" of the session to drop.", _weir_name_last (&drop->name));
    }
  if (weir_catalog_remove (catalog, _weir_name_last (&drop->name)) || drop->if_exists)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ANALYZE, "TABLE_OR_VIEW_NOT_FOUND", drop->name.span, "There is no %s \"%s\" to drop.",
                    drop->is_view ? "view" : "table", _weir_name_last (&drop->name));
}

static void
reset (WeirCatalog            *catalog,
       const WeirSqlStatement *statement)
{
  g_autoptr (GPtrArray) settings = NULL;

  if (statement->set.key != NULL)
    {
      weir_catalog_unset (catalog, statement->set.key);
      return;
    }
  settings = weir_catalog_list_settings (catalog);
  for (guint i = 0; i + 1 < settings->len; i += 2)
    weir_catalog_unset (catalog, settings->pdata[i]);
}

gboolean
_weir_define (WeirCatalog            *catalog,
              const WeirSqlStatement *statement,
              const char             *text,
              const char             *base_dir,
              GError                **error)
{
  switch ((int)statement->kind)
    {
    case WEIR_SQL_STATEMENT_CREATE_TABLE:
      create_table (catalog, statement, base_dir, error);
      return TRUE;
    case WEIR_SQL_STATEMENT_CREATE_VIEW:
      create_view (catalog, statement, text, error);
      return TRUE;
    case WEIR_SQL_STATEMENT_CREATE_FUNCTION:
      create_function (catalog, statement, text, error);
      return TRUE;
    case WEIR_SQL_STATEMENT_SET:
      if (statement->set.key == NULL || statement->set.value == NULL)
        return FALSE;
      set_conf (catalog, statement, error);
      return TRUE;
    case WEIR_SQL_STATEMENT_RESET:
      reset (catalog, statement);
      return TRUE;
    case WEIR_SQL_STATEMENT_DROP:
      drop (catalog, statement, error);
      return TRUE;
    default:
      return FALSE;
    }
}
