/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/catalog-private.h"
#include "plan/settings-private.h"

/*
 * What a session knows by name. Tables and views share one name space, as in Spark; keys are case-folded without regard to
 * the locale. Formats are borrowed, everything else is owned.
 */

struct _WeirCatalog
{
  GHashTable    *formats;   /* folded name → const WeirFormatInfo */
  GHashTable    *tables;    /* folded name → WeirTable */
  GHashTable    *views;     /* folded name → WeirViewDef */
  GHashTable    *functions; /* folded name → WeirFunctionDef */
  GHashTable    *settings;  /* key → value, only what was set */
  WeirZone      *zone;      /* Owned: spark.sql.session.timeZone */
  gboolean       no_reading, has_unread, has_unlisted;
  gboolean       at_rest;
  WeirOptionFunc option_func; /* nullable: nothing connects */
  gpointer       option_data;
  WeirStateFunc  state_func; /* nullable */
};

#define PARTITION_INFERENCE_KEY    "spark.sql.sources.partitionColumnTypeInference.enabled"
#define PARTITION_INFERENCE_OPTION "spark.sql.sources.partitioncolumntypeinference.enabled"

/* ---- tables ----------------------------------------------------------------------------------------------------- */

WeirTable *
weir_table_new (const char           *name,
                const WeirFormatInfo *format,
                WeirSchema           *declared,
                GHashTable           *options,
                const char           *base_dir)
{
  WeirTable *table = g_new0 (WeirTable, 1);

  g_atomic_ref_count_init (&table->ref_count);
  table->name = g_strdup (name);
  table->format = format;
  table->declared = declared != NULL ? weir_type_ref (declared) : NULL;
  table->options = options != NULL ? g_hash_table_ref (options) : g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  table->base_dir = g_strdup (base_dir);
  return table;
}

WeirTable *
weir_table_ref (WeirTable *table)
{
  g_atomic_ref_count_inc (&table->ref_count);
  return table;
}

void
weir_table_unref (WeirTable *table)
{
  if (!g_atomic_ref_count_dec (&table->ref_count))
    return;
  g_free (table->name);
  g_clear_pointer (&table->declared, weir_type_unref);
  g_hash_table_unref (table->options);
  g_free (table->base_dir);
  g_free (table);
}

GHashTable *
weir_table_merge_options (WeirTable  *table,
                          GHashTable *with)
{
  GHashTable    *merged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTable    *layers[] = { table->options, with };
  GHashTableIter iter;
  gpointer       key, value;

  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      if (layers[i] == NULL)
        continue;
      g_hash_table_iter_init (&iter, layers[i]);
      while (g_hash_table_iter_next (&iter, &key, &value))
        g_hash_table_replace (merged, g_strdup (key), g_strdup (value));
    }
  return merged;
}

static void
view_free (gpointer data)
{
  WeirViewDef *view = data;

  g_free (view->name);
  g_free (view->sql);
  g_strfreev (view->columns);
  g_free (view);
}

static void
function_free (gpointer data)
{
  WeirFunctionDef *function = data;

  for (guint i = 0; i < function->n_params; i++)
    weir_type_unref (function->types[i]);
  g_clear_pointer (&function->returns, weir_type_unref);
  g_free (function->types);
  g_strfreev (function->params);
  g_free (function->name);
  g_free (function->sql);
  g_free (function);
}

/* ---- the catalogue ---------------------------------------------------------------------------------------------- */

WeirCatalog *
weir_catalog_new (void)
{
  WeirCatalog *catalog = g_new0 (WeirCatalog, 1);

  catalog->formats = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  catalog->tables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)weir_table_unref);
  catalog->views = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, view_free);
  catalog->functions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, function_free);
  catalog->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  catalog->zone = weir_zone_system ();
  return catalog;
}

void
weir_catalog_free (WeirCatalog *catalog)
{
  g_hash_table_unref (catalog->formats);
  g_hash_table_unref (catalog->tables);
  g_hash_table_unref (catalog->views);
  g_hash_table_unref (catalog->functions);
  g_hash_table_unref (catalog->settings);
  weir_zone_unref (catalog->zone);
  g_free (catalog);
}

static gpointer
look_up (GHashTable *table,
         const char *name)
{
  g_autofree char *key = g_utf8_casefold (name, -1);

  return g_hash_table_lookup (table, key);
}

void
weir_catalog_allow_connections (WeirCatalog   *catalog,
                                WeirOptionFunc func,
                                gpointer       data)
{
  catalog->option_func = func;
  catalog->option_data = data;
}

void
weir_catalog_forbid_reading (WeirCatalog *catalog)
{
  catalog->no_reading = TRUE;
}

void
weir_catalog_set_at_rest (WeirCatalog *catalog)
{
  catalog->at_rest = TRUE;
}

gboolean
weir_catalog_get_at_rest (WeirCatalog *catalog)
{
  return catalog->at_rest;
}

void
weir_catalog_set_state_func (WeirCatalog  *catalog,
                             WeirStateFunc func)
{
  catalog->state_func = func;
}

WeirStateFunc
weir_catalog_get_state_func (WeirCatalog *catalog)
{
  if (catalog->no_reading)
    catalog->has_unread = TRUE;
  return catalog->no_reading ? NULL : catalog->state_func;
}

gboolean
weir_catalog_has_unread (WeirCatalog *catalog)
{
  return catalog->has_unread;
}

gboolean
weir_catalog_has_unlisted (WeirCatalog *catalog)
{
  return catalog->has_unlisted;
}

gboolean
weir_catalog_excuses (WeirCatalog  *catalog,
                      const GError *error)
{
  return catalog->has_unread || (catalog->has_unlisted && error != NULL && g_str_has_prefix (weir_error_get_condition (error), "UNRESOLVED_COLUMN"));
}

/* Settings that say how columns are found, as options behind those of the table. (transfer full) */
static GHashTable *
with_settings (WeirCatalog *catalog,
               GHashTable  *options)
{
  GHashTable    *all = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer       key, value;

  g_hash_table_iter_init (&iter, options);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (all, key, value);
  if (!weir_catalog_get_bool (catalog, PARTITION_INFERENCE_KEY))
    g_hash_table_insert (all, (gpointer)PARTITION_INFERENCE_OPTION, (gpointer) "false");
  return all;
}

WeirSchema *
weir_catalog_resolve_schema (WeirCatalog *catalog,
                             WeirTable   *table,
                             GHashTable  *options,
                             GError     **error)
{
  g_autoptr (GHashTable) resolved = NULL, all = NULL;
  GHashTableIter         iter;
  gpointer               key, value;

  if (table->declared != NULL && table->format->has_folders && catalog->no_reading)
    {
      catalog->has_unlisted = TRUE;
      return weir_type_ref (table->declared);
    }
  if (table->declared == NULL && table->format->infers && (catalog->no_reading || (table->format->connects && catalog->option_func == NULL)))
    {
      catalog->has_unread = TRUE;
      weir_fail (error, WEIR_ERROR_ANALYZE, "UNABLE_TO_INFER_SCHEMA", WEIR_SPAN_NONE, "The columns of %s have not been read yet.", table->name);
      return NULL;
    }
  if (table->declared == NULL && table->format->connects)
    {
      resolved = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
      g_hash_table_iter_init (&iter, options);
      while (g_hash_table_iter_next (&iter, &key, &value))
        g_hash_table_insert (resolved, key, catalog->option_func (catalog->option_data, value));
      options = resolved;
    }
  if (table->format->has_folders)
    options = all = with_settings (catalog, options);
  return table->format->resolve_schema (table->name, table->declared, options, table->base_dir, error);
}

void
weir_catalog_add_format (WeirCatalog          *catalog,
                         const WeirFormatInfo *format)
{
  g_hash_table_replace (catalog->formats, g_utf8_casefold (format->name, -1), (gpointer)format);
}

const WeirFormatInfo *
weir_catalog_get_format (WeirCatalog *catalog,
                         const char  *name)
{
  return look_up (catalog->formats, name);
}

static gboolean
make_room (WeirCatalog *catalog,
           const char  *name,
           gboolean     replace,
           GError     **error)
{
  GError *created;

  if (replace)
    {
      weir_catalog_remove (catalog, name);
      return TRUE;
    }
  if (look_up (catalog->tables, name) == NULL && look_up (catalog->views, name) == NULL)
    return TRUE;
  created = weir_error_new (WEIR_ERROR_ANALYZE, "TABLE_OR_VIEW_ALREADY_EXISTS", WEIR_SPAN_NONE,
                            "Cannot create table or view `%s` because it already exists. Choose a different name, drop or "
                            "replace the existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects.",
                            name);
  weir_error_add_param (created, "relationName", name);
  g_propagate_error (error, created);
  return FALSE;
}

gboolean
weir_catalog_add_table (WeirCatalog *catalog,
                        WeirTable   *table,
                        gboolean     replace,
                        GError     **error)
{
  if (!make_room (catalog, table->name, replace, error))
    return FALSE;
  g_hash_table_replace (catalog->tables, g_utf8_casefold (table->name, -1), weir_table_ref (table));
  return TRUE;
}

WeirTable *
weir_catalog_get_table (WeirCatalog *catalog,
                        const char  *name)
{
  return look_up (catalog->tables, name);
}

gboolean
weir_catalog_add_view (WeirCatalog *catalog,
                       const char  *name,
                       const char  *sql,
                       char       **column_names,
                       gboolean     replace,
                       GError     **error)
{
  WeirViewDef *view;

  if (!make_room (catalog, name, replace, error))
    return FALSE;
  view = g_new0 (WeirViewDef, 1);
  view->name = g_strdup (name);
  view->sql = g_strdup (sql);
  view->columns = g_strdupv (column_names);
  g_hash_table_replace (catalog->views, g_utf8_casefold (name, -1), view);
  return TRUE;
}

const WeirViewDef *
_weir_catalog_get_view (WeirCatalog *catalog,
                        const char  *name)
{
  return look_up (catalog->views, name);
}

gboolean
weir_catalog_add_function (WeirCatalog *catalog,
                           const char  *name,
                           const char  *sql,
                           char       **params,
                           WeirType   **types,
                           WeirType    *returns,
                           gboolean     replace,
                           GError     **error)
{
  WeirFunctionDef *function;
  guint            n = g_strv_length (params);

  if (n > WEIR_SQL_FUNCTION_PARAMS_MAX)
    return weir_fail_unsupported (error, WEIR_ERROR_ANALYZE, WEIR_SPAN_NONE, "functions of more than 8 parameters");
  if (!replace && weir_catalog_has_function (catalog, name))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "ROUTINE_ALREADY_EXISTS", WEIR_SPAN_NONE,
                      "Cannot create the routine `%s` because a routine of that name already exists. Use CREATE OR REPLACE.", name);
  function = g_new0 (WeirFunctionDef, 1);
  function->name = g_strdup (name);
  function->sql = g_strdup (sql);
  function->params = g_strdupv (params);
  function->n_params = n;
  function->types = g_new (WeirType *, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    function->types[i] = weir_type_ref (types[i]);
  function->returns = returns != NULL ? weir_type_ref (returns) : NULL;
  g_hash_table_replace (catalog->functions, g_utf8_casefold (name, -1), function);
  return TRUE;
}

gboolean
weir_catalog_has_function (WeirCatalog *catalog,
                           const char  *name)
{
  return look_up (catalog->functions, name) != NULL;
}

const WeirFunctionDef *
_weir_catalog_get_function (WeirCatalog *catalog,
                            const char  *name)
{
  return look_up (catalog->functions, name);
}

gboolean
weir_catalog_remove_function (WeirCatalog *catalog,
                              const char  *name)
{
  g_autofree char *key = g_utf8_casefold (name, -1);

  return g_hash_table_remove (catalog->functions, key);
}

char *
weir_catalog_describe_function (WeirCatalog *catalog,
                                const char  *name,
                                gboolean     extended)
{
  const WeirFunctionDef *function = _weir_catalog_get_function (catalog, name);
  GString               *out;

  if (function == NULL)
    return NULL;
  out = g_string_new (NULL);
  g_string_printf (out, "Function: %s\nType:     SCALAR", function->name);
  for (guint i = 0; i < function->n_params; i++)
    {
      g_autofree char *type = weir_type_to_sql (function->types[i]);

      g_string_append_printf (out, "\n%s %s %s", i == 0 ? "Input:   " : "         ", function->params[i], type);
    }
  if (function->returns != NULL)
    {
      g_autofree char *type = weir_type_to_sql (function->returns);

      g_string_append_printf (out, "\nReturns:  %s", type);
    }
  if (extended)
    g_string_append_printf (out, "\nBody:     %s", function->sql + strlen ("SELECT "));
  return g_string_free (out, FALSE);
}

gboolean
weir_catalog_remove (WeirCatalog *catalog,
                     const char  *name)
{
  g_autofree char *key = g_utf8_casefold (name, -1);
  gboolean         table = g_hash_table_remove (catalog->tables, key);
  gboolean         view = g_hash_table_remove (catalog->views, key);

  return table || view;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

char **
weir_catalog_list (WeirCatalog *catalog,
                   gboolean     views)
{
  GPtrArray     *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, views ? catalog->views : catalog->tables);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (names, g_strdup (views ? ((WeirViewDef *)value)->name : ((WeirTable *)value)->name));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **)g_ptr_array_free (names, FALSE);
}

/* ---- settings --------------------------------------------------------------------------------------------------- */

static WeirZone *
zone_of (const char *value)
{
  WeirZone *zone = value != NULL && g_ascii_strcasecmp (value, "LOCAL") != 0 ? weir_zone_new (value, NULL) : NULL;

  return zone != NULL ? zone : weir_zone_system ();
}

static void
take_setting (WeirCatalog *catalog,
              const char  *key,
              const char  *value)
{
  const WeirSetting *setting = _weir_setting_lookup (key);

  if (value != NULL)
    g_hash_table_replace (catalog->settings, g_strdup (key), g_strdup (value));
  else
    g_hash_table_remove (catalog->settings, key);
  if (setting != NULL && setting->kind == WEIR_SETTING_ZONE)
    {
      weir_zone_unref (catalog->zone);
      catalog->zone = zone_of (value);
    }
}

gboolean
weir_catalog_set (WeirCatalog *catalog,
                  const char  *key,
                  const char  *value,
                  GError     **error)
{
  const WeirSetting *setting = _weir_setting_lookup (key);

  if (setting != NULL ? !_weir_setting_check (setting, value, error) : !_weir_setting_check_unknown (key, error))
    return FALSE;
  take_setting (catalog, key, value);
  return TRUE;
}

const char *
weir_setting_idle_reason (const char *key,
                          const char *value)
{
  const WeirSetting *setting = _weir_setting_lookup (key);

  return setting != NULL && setting->idle != NULL && g_ascii_strcasecmp (value, setting->value) != 0 ? setting->idle : NULL;
}

void
weir_catalog_unset (WeirCatalog *catalog,
                    const char  *key)
{
  take_setting (catalog, key, NULL);
}

const char *
weir_catalog_get (WeirCatalog *catalog,
                  const char  *key)
{
  const WeirSetting *setting = _weir_setting_lookup (key);
  const char        *value = g_hash_table_lookup (catalog->settings, key);

  if (setting == NULL)
    return value;
  if (setting->kind == WEIR_SETTING_ZONE)
    return weir_zone_name (catalog->zone);
  return value != NULL ? value : setting->value;
}

gboolean
weir_catalog_get_bool (WeirCatalog *catalog,
                       const char  *key)
{
  const char *value = weir_catalog_get (catalog, key);

  return value != NULL && g_ascii_strcasecmp (value, "true") == 0;
}

gint64
weir_catalog_get_int (WeirCatalog *catalog,
                      const char  *key)
{
  static const WeirSetting plain = { .kind = WEIR_SETTING_INT };
  const WeirSetting       *setting = _weir_setting_lookup (key);
  const char              *value = weir_catalog_get (catalog, key);
  gint64                   number = 0;

  if (value != NULL && !_weir_setting_number (setting != NULL ? setting : &plain, value, &number))
    return 0;
  return number;
}

WeirZone *
weir_catalog_get_zone (WeirCatalog *catalog)
{
  return catalog->zone;
}

GPtrArray *
weir_catalog_list_settings (WeirCatalog *catalog)
{
  GPtrArray            *list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  guint                 n_known;
  const WeirSetting    *known = _weir_setting_list (&n_known);
  GHashTableIter        iter;
  gpointer              key;

  for (guint i = 0; i < n_known; i++)
    g_ptr_array_add (keys, (gpointer)known[i].key);
  g_hash_table_iter_init (&iter, catalog->settings);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (_weir_setting_lookup (key) == NULL)
      g_ptr_array_add (keys, key);
  g_ptr_array_sort (keys, compare_names);
  for (guint i = 0; i < keys->len; i++)
    {
      const char *value = weir_catalog_get (catalog, keys->pdata[i]);

      if (value == NULL)
        continue;
      g_ptr_array_add (list, g_strdup (keys->pdata[i]));
      g_ptr_array_add (list, g_strdup (value));
    }
  return list;
}
