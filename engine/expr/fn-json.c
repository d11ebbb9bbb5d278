/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/families-private.h"
#include "expr/json-path-private.h"
#include "expr/row-private.h"
#include "format/decoder.h"
#include "format/encoder.h"
#include "format/schema-infer.h"

/*
 * JSON and CSV: from_… and to_… through the decoders and encoders of format/, and looks into single texts.
 *
 * from_json() prepares a decoder when it is bound. The planner's rule that reads only the fields a query needs makes a copy of the
 * call with weir_expr_from_json_prune(); the type stays, fields that are not read are NULL.
 */

static GHashTable *
options_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static char *
text_at (const WeirColumn *column,
         guint             row)
{
  const WeirColumn *flat = weir_column_resolve (column, &row);
  const WeirView   *view;

  if (weir_column_is_null (flat, row))
    return g_strdup ("");
  view = weir_column_values (flat, WeirView) + row;
  return g_strndup (weir_view_data (view), view->len);
}

/* A constant map of strings, names in lower case. FALSE with @error when argument @i is none. */
static gboolean
read_options (WeirBind    *bind,
              guint        i,
              GHashTable **options,
              GError     **error)
{
  g_autoptr (WeirColumn) map = NULL;
  WeirType              *type;
  WeirListView           view;

  *options = options_table ();
  if (i >= bind->n_args)
    return TRUE;
  type = bind->args[i]->type;
  if (type->kind != WEIR_TYPE_MAP)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_OPTIONS.NON_MAP_FUNCTION", bind->span, "Invalid options: Must use the `map()` function for options.");
  if (type->fields[0].type->kind != WEIR_TYPE_STRING || type->fields[1].type->kind != WEIR_TYPE_STRING)
    {
      g_autofree char *sql = weir_type_to_sql (type);

      return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_OPTIONS.NON_STRING_TYPE", bind->span,
                        "Invalid options: A type of keys and values in `map()` must be string, but got \"%s\".", sql);
    }
  map = _weir_bind_constant (bind, i);
  if (map == NULL || weir_column_is_null (map, 0))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_OPTIONS.NON_MAP_FUNCTION", bind->span, "Invalid options: Must use the `map()` function for options.");
  view = weir_column_values (map, WeirListView)[0];
  for (guint32 k = view.offset; k < view.offset + view.length; k++)
    {
      g_autofree char *name = text_at (map->children[0], k);

      g_hash_table_replace (*options, g_ascii_strdown (name, -1), text_at (map->children[1], k));
    }
  return TRUE;
}

static const char *
format_of (const WeirFunction *function)
{
  return strstr (function->name, "csv") != NULL ? "csv" : "json";
}

/* from_json(), from_csv() ------------------------------------------------------------------------------------------- */

typedef struct
{
  WeirDecoder *decoder; /* Owned */
  GHashTable  *options; /* Owned */
  WeirZone    *zone;    /* Owned */
} FromText;

static void
from_text_free (gpointer data)
{
  FromText *from = data;

  g_clear_pointer (&from->decoder, weir_decoder_unref);
  g_clear_pointer (&from->options, g_hash_table_unref);
  g_clear_pointer (&from->zone, weir_zone_unref);
  g_free (from);
}

/* What a reader makes of a schema: everything may be NULL. */
static WeirType *
as_nullable (WeirType *type)
{
  g_autofree WeirField *fields = g_new0 (WeirField, MAX (type->n_fields, 1));
  WeirType             *result;

  if (type->kind != WEIR_TYPE_ARRAY && type->kind != WEIR_TYPE_MAP && type->kind != WEIR_TYPE_STRUCT)
    return weir_type_ref (type);
  for (guint i = 0; i < type->n_fields; i++)
    {
      fields[i] = type->fields[i];
      fields[i].type = as_nullable (type->fields[i].type);
      fields[i].nullable = TRUE;
    }
  if (type->kind == WEIR_TYPE_ARRAY)
    result = weir_type_new_array (fields[0].type, TRUE);
  else if (type->kind == WEIR_TYPE_MAP)
    result = weir_type_new_map (fields[0].type, fields[1].type, TRUE);
  else
    result = weir_type_new_struct (fields, type->n_fields);
  for (guint i = 0; i < type->n_fields; i++)
    weir_type_unref (fields[i].type);
  return result;
}

/* The schema argument: columns, or one type. */
static WeirType *
read_schema (WeirBind *bind,
             GError  **error)
{
  g_autofree char     *text = bind->args[1]->type->kind == WEIR_TYPE_STRING ? _weir_bind_constant_string (bind, 1) : NULL;
  g_autoptr (WeirType) type = NULL;
  GError              *own = NULL;

  if (text == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_SCHEMA.NON_STRING_LITERAL", bind->span,
                      "The input schema \"%s\" is not a valid schema string. The input expression must be string literal and not null.", _weir_expr_name (bind->args[1])),
           NULL;
  type = weir_type_parse (text, NULL);
  if (type == NULL)
    type = weir_type_parse_ddl (text, &own);
  if (type == NULL)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, weir_error_get_condition (own), bind->span, "%s", own->message);
      g_error_free (own);
      return NULL;
    }
  return as_nullable (type);
}

static WeirType *
bind_from_text (WeirBind *bind,
                GError  **error)
{
  const char          *format = format_of (bind->function);
  g_autoptr (WeirType) type = NULL;
  FromText            *from;

  if (!_weir_bind_coerce (bind, 0, WEIR_STRING, error))
    return NULL;
  type = read_schema (bind, error);
  if (type == NULL)
    return NULL;
  if (type->kind != WEIR_TYPE_STRUCT && (format[0] == 'c' || (type->kind != WEIR_TYPE_ARRAY && type->kind != WEIR_TYPE_MAP)))
    {
      g_autofree char *sql = weir_type_to_sql (type);

      return weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", bind->span,
                        "Cannot resolve \"%s\" due to data type mismatch: Input schema \"%s\" must be a struct, an array, a map or a variant.", bind->function->name, sql),
             NULL;
    }
  bind->data = from = g_new0 (FromText, 1);
  bind->data_free = from_text_free;
  from->zone = weir_zone_ref (bind->zone);
  if (!read_options (bind, 2, &from->options, error))
    return NULL;
  from->decoder = weir_column_decoder_new (format, type, NULL, from->options, bind->zone, error);
  if (from->decoder == NULL)
    return NULL;
  bind->nullable = TRUE;
  bind->can_fail = weir_decoder_get_mode (from->decoder) == WEIR_DECODE_FAILFAST;
  return g_steal_pointer (&type);
}

/* FAILFAST: the row is found by reading one at a time. */
static void
report_row (const WeirExpr *expr,
            WeirEval       *eval,
            WeirColumn     *texts,
            WeirSel         sel)
{
  const FromText             *from = expr->data;
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (from->decoder);

  WEIR_FOREACH_ROW (sel, row)
  {
    GError                *error = NULL;
    g_autoptr (WeirColumn) text = weir_column_slice (texts, row, 1);
    g_autoptr (WeirColumn) value = weir_decoder_decode_column (from->decoder, state, text, weir_sel_all (1), NULL, &error);

    if (value == NULL)
      {
        error->code = WEIR_ERROR_RUN;
        weir_error_set_span (error, expr->span);
        weir_eval_fail (eval, row, error);
        return;
      }
  }
}

static WeirColumn *
eval_from_text (const WeirExpr *expr,
                WeirEval       *eval,
                WeirColumn    **args,
                WeirSel         sel,
                guint           n_rows)
{
  const FromText             *from = expr->data;
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (from->decoder);
  WeirColumn                 *column = weir_decoder_decode_column (from->decoder, state, args[0], sel, eval->decode_stats, NULL);

  if (column != NULL)
    return column;
  report_row (expr, eval, args[0], sel);
  return weir_column_new_nulls (expr->type, n_rows);
}

gboolean
weir_expr_is_from_json (const WeirExpr *expr)
{
  return expr->kind == WEIR_EXPR_CALL && expr->function->bind == bind_from_text;
}

WeirExpr *
weir_expr_from_json_prune (const WeirExpr *expr,
                           const gboolean *needed)
{
  const FromText       *from = expr->data;
  FromText             *own = g_new0 (FromText, 1);
  g_autofree WeirExpr **args = g_new (WeirExpr *, expr->n_args);
  WeirExpr             *copy;

  own->options = g_hash_table_ref (from->options);
  own->zone = weir_zone_ref (from->zone);
  own->decoder = weir_column_decoder_new (format_of (expr->function), expr->type, needed, own->options, own->zone, NULL);
  if (own->decoder == NULL)
    own->decoder = weir_decoder_ref (from->decoder);
  for (guint i = 0; i < expr->n_args; i++)
    args[i] = weir_expr_ref (expr->args[i]);
  copy = _weir_expr_with_args (expr, args);
  g_clear_pointer (&copy->origin, weir_expr_unref);
  copy->data = own;
  copy->data_free = from_text_free;
  return copy;
}

/* to_json(), to_csv() ----------------------------------------------------------------------------------------------- */

static WeirType *
bind_to_text (WeirBind *bind,
              GError  **error)
{
  const char            *format = format_of (bind->function);
  WeirType              *type = bind->args[0]->type;
  g_autoptr (GHashTable) options = NULL;
  g_autoptr (WeirType)   schema = NULL;
  WeirField              field = { (char *)"value", type, TRUE, NULL };
  gboolean               allowed = type->kind == WEIR_TYPE_STRUCT || (format[0] == 'j' && (type->kind == WEIR_TYPE_ARRAY || type->kind == WEIR_TYPE_MAP));

  if (!allowed)
    return _weir_bind_mismatch (bind, 0, format[0] == 'j' ? "STRUCT\" or \"ARRAY\" or \"MAP" : "STRUCT", error), NULL;
  if (!read_options (bind, 1, &options, error))
    return NULL;
  schema = type->kind == WEIR_TYPE_STRUCT ? weir_type_ref (type) : weir_type_new_struct (&field, 1);
  bind->data = weir_encoder_new (format, schema, options, bind->zone, NULL, error);
  bind->data_free = (GDestroyNotify)weir_encoder_free;
  return bind->data != NULL ? weir_type_ref (WEIR_STRING) : NULL;
}

static gboolean
row_to_text (WeirRow *row)
{
  weir_encoder_append_value (row->expr->data, row->text, row->args[0].column, row->row & row->args[0].mask);
  return _weir_row_check_len (row, row->text->len);
}

/* schema_of_json(), schema_of_csv() --------------------------------------------------------------------------------- */

static WeirExpr *
rewrite_schema_of (WeirBind *bind,
                   GError  **error)
{
  g_autofree char       *text = bind->args[0]->type->kind == WEIR_TYPE_STRING ? _weir_bind_constant_string (bind, 0) : NULL;
  g_autoptr (GHashTable) options = NULL;
  g_autoptr (WeirType)   type = NULL;
  WeirExpr              *result = NULL;

  if (text == NULL && weir_expr_is_literal (bind->args[0]))
    weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.UNEXPECTED_NULL", bind->span, "Cannot resolve \"%s\" due to data type mismatch: The json must not be null.", bind->function->name);
  else if (text == NULL)
    weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", bind->span,
               "Cannot resolve \"%s\" due to data type mismatch: the input should be a foldable \"STRING\" expression; however, got \"%s\".", bind->function->name, _weir_expr_name (bind->args[0]));
  else if (read_options (bind, 1, &options, error))
    {
      type = weir_type_infer (format_of (bind->function), text, strlen (text), options, bind->zone, error);
      if (type != NULL)
        {
          g_autofree char *sql = weir_type_to_sql (type);

          result = weir_expr_new_string (sql);
        }
    }
  for (guint i = 0; i < bind->n_args; i++)
    weir_expr_unref (bind->args[i]);
  return result;
}

/* Looks into texts -------------------------------------------------------------------------------------------------- */

static gboolean
row_get_json_object (WeirRow *row)
{
  gsize         len, path_len;
  const char   *text = weir_row_text (row, 0, &len);
  WeirJsonPath *path = row->expr->data;
  gboolean      found;

  if (path == NULL)
    {
      const char *path_text = weir_row_text (row, 1, &path_len);

      path = _weir_json_path_new (path_text, path_len);
    }
  found = path != NULL && _weir_json_path_get (path, text, len, row->text);
  if (path != NULL && path != row->expr->data)
    _weir_json_path_free (path);
  return found;
}

static WeirType *
bind_get_json_object (WeirBind *bind,
                      GError  **error)
{
  WeirType        *type = _weir_bind_types (bind, error);
  g_autofree char *path = type != NULL ? _weir_bind_constant_string (bind, 1) : NULL;

  bind->nullable = TRUE;
  if (path != NULL)
    {
      bind->data = _weir_json_path_new (path, strlen (path));
      bind->data_free = _weir_json_path_free;
    }
  return type;
}

/* These take strings only: nothing is cast to one. */
static gboolean
require_text (WeirBind *bind,
              GError  **error)
{
  WeirTypeKind kind = bind->args[0]->type->kind;

  if (kind != WEIR_TYPE_STRING && kind != WEIR_TYPE_VOID)
    return _weir_bind_mismatch (bind, 0, "STRING", error);
  return _weir_bind_coerce (bind, 0, WEIR_STRING, error);
}

static WeirType *
bind_array_length (WeirBind *bind,
                   GError  **error)
{
  bind->nullable = TRUE;
  return require_text (bind, error) ? weir_type_ref (WEIR_INT) : NULL;
}

static gboolean
row_json_array_length (WeirRow *row)
{
  gsize          len;
  const char    *text = weir_row_text (row, 0, &len);
  WeirJsonCursor c = { text, text + len, 0 };

  _weir_json_skip_blanks (&c);
  if (c.p >= c.end || *c.p != '[' || !_weir_json_is_document (text, len))
    return FALSE;
  c.p++;
  _weir_json_skip_blanks (&c);
  for (row->i = 0; c.p < c.end && *c.p != ']'; row->i++)
    {
      _weir_json_skip_value (&c);
      _weir_json_skip_blanks (&c);
      if (c.p < c.end && *c.p == ',')
        c.p++;
    }
  return TRUE;
}

/* Names of the outermost object, appended; FALSE when it is none. */
static gboolean
append_keys (const char        *text,
             gsize              len,
             WeirColumnBuilder *keys,
             guint             *n)
{
  WeirJsonCursor      c = { text, text + len, 0 };
  g_autoptr (GString) name = g_string_new (NULL);

  _weir_json_skip_blanks (&c);
  if (c.p >= c.end || *c.p != '{' || !_weir_json_is_document (text, len))
    return FALSE;
  c.p++;
  for (_weir_json_skip_blanks (&c); c.p < c.end && *c.p != '}'; _weir_json_skip_blanks (&c))
    {
      g_string_truncate (name, 0);
      if (!_weir_json_take_string (&c, name))
        return FALSE;
      weir_column_builder_append_bytes (keys, name->str, name->len);
      (*n)++;
      _weir_json_skip_blanks (&c);
      c.p++; /* the colon: the text is known to be well-formed */
      _weir_json_skip_value (&c);
      _weir_json_skip_blanks (&c);
      if (c.p < c.end && *c.p == ',')
        c.p++;
    }
  return TRUE;
}

static WeirColumn *
eval_object_keys (const WeirExpr *expr,
                  WeirEval       *eval,
                  WeirColumn    **args,
                  WeirSel         sel,
                  guint           n_rows)
{
  g_autoptr (WeirColumnBuilder) keys = weir_column_builder_new (WEIR_STRING, sel.n);
  WeirArg                       arg = weir_arg (args[0]);
  WeirOut                       out;
  WeirColumn                   *child;

  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    gsize       len;
    const char *text = weir_arg_bytes (&arg, row, &len);
    guint       before = keys->n_rows, n = 0;

    if (append_keys (text, len, keys, &n))
      weir_out_values (&out, WeirListView)[row] = (WeirListView){ before, n };
    else
      {
        weir_column_builder_truncate (keys, before);
        _weir_out_null (&out, row);
      }
  }
  child = weir_column_builder_finish (keys);
  return _weir_out_finish_nested (&out, &child);
}

static WeirType *
bind_object_keys (WeirBind *bind,
                  GError  **error)
{
  if (!require_text (bind, error))
    return NULL;
  bind->nullable = TRUE;
  return weir_type_new_array (WEIR_STRING, TRUE);
}

/* json_tuple(): a row of the named members as texts. */
static WeirColumn *
eval_json_tuple (const WeirExpr *expr,
                 WeirEval       *eval,
                 WeirColumn    **args,
                 WeirSel         sel,
                 guint           n_rows)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (expr->type->fields[0].type, n_rows);
  g_autoptr (GString)           value = g_string_new (NULL);
  WeirColumn                   *child;
  WeirOut                       out;

  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    g_autofree char *text = weir_column_is_null (args[0], row) ? NULL : text_at (args[0], row);

    weir_out_values (&out, WeirListView)[row] = (WeirListView){ builder->n_rows, 1 };
    for (guint i = 1; i < expr->n_args; i++)
      {
        g_autofree char *name = weir_column_is_null (args[i], row) ? NULL : text_at (args[i], row);
        g_autofree char *path_text = name != NULL && strchr (name, '\'') == NULL ? g_strdup_printf ("$['%s']", name) : NULL;
        WeirJsonPath    *path = path_text != NULL ? _weir_json_path_new (path_text, strlen (path_text)) : NULL;

        g_string_truncate (value, 0);
        if (text != NULL && path != NULL && _weir_json_path_get (path, text, strlen (text), value))
          weir_column_builder_append_bytes (builder->children[i - 1], value->str, value->len);
        else
          weir_column_builder_append_null (builder->children[i - 1]);
        g_clear_pointer (&path, _weir_json_path_free);
      }
    weir_column_builder_append_struct (builder);
  }
  child = weir_column_builder_finish (builder);
  return _weir_out_finish_nested (&out, &child);
}

static WeirType *
bind_json_tuple (WeirBind *bind,
                 GError  **error)
{
  g_autofree WeirField *fields = g_new0 (WeirField, bind->n_args);
  g_autoptr (WeirType)  row = NULL;
  gboolean              fine = TRUE;

  for (guint i = 0; i < bind->n_args; i++)
    if (bind->args[i]->type->kind != WEIR_TYPE_STRING)
      fine = fine && weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.NON_STRING_TYPE", bind->span,
                                "Cannot resolve \"json_tuple\" due to data type mismatch: all arguments of the function `json_tuple` must be strings.");
  if (!fine)
    return NULL;
  for (guint i = 1; i < bind->n_args; i++)
    fields[i - 1] = (WeirField){ g_strdup_printf ("c%u", i - 1), WEIR_STRING, TRUE, NULL };
  row = weir_type_new_struct (fields, bind->n_args - 1);
  for (guint i = 1; i < bind->n_args; i++)
    g_free (fields[i - 1].name);
  return weir_type_new_array (row, FALSE);
}

static const WeirFunction functions[] = {
  { .name = "from_json", .group = "json", .signature = "from_json(text, schema[, options])", .doc = "The value a JSON text says.", .example = "SELECT from_json('{\"a\":1, \"b\":0.8}', 'a INT, b DOUBLE')", .n_args_min = 2, .n_args_max = 3, .bind = bind_from_text, .eval = eval_from_text, .print = "from_json($1)" },
  { .name = "from_csv", .group = "csv", .signature = "from_csv(text, schema[, options])", .doc = "The struct a CSV line says.", .example = "SELECT from_csv('1, 0.8', 'a INT, b DOUBLE')", .n_args_min = 2, .n_args_max = 3, .bind = bind_from_text, .eval = eval_from_text, .print = "from_csv($1)" },
  { WEIR_ROW_FAILS ("to_json", "json", "to_json(value[, options])", "The JSON text of a struct, array or map.", "SELECT to_json(named_struct('a', 1, 'b', 2))", 1, 2, NULL, row_to_text), .bind = bind_to_text, .print = "to_json($1)" },
  { WEIR_ROW_FAILS ("to_csv", "csv", "to_csv(struct[, options])", "The CSV line of a struct.", "SELECT to_csv(named_struct('a', 1, 'b', 2))", 1, 2, NULL, row_to_text), .bind = bind_to_text, .print = "to_csv($1)" },
  { WEIR_REWRITE ("schema_of_json", "json", "schema_of_json(text[, options])", "The type of a JSON text, as DDL.", "SELECT schema_of_json('[{\"col\":0}]')", 1, 2, rewrite_schema_of), .print = "schema_of_json($1)" },
  { WEIR_REWRITE ("schema_of_csv", "csv", "schema_of_csv(text[, options])", "The type of a CSV line, as DDL.", "SELECT schema_of_csv('1,abc')", 1, 2, rewrite_schema_of), .print = "schema_of_csv($1)" },
  { WEIR_ROW ("get_json_object", "json", "get_json_object(text, path)", "What is at a path of a JSON text.", "SELECT get_json_object('{\"a\":\"b\"}', '$.a')", 2, 2, "ss>s", row_get_json_object), .bind = bind_get_json_object },
  { WEIR_ROW ("json_array_length", "json", "json_array_length(text)", "The number of elements of the outermost array.", "SELECT json_array_length('[1,2,3,4]')", 1, 1, NULL, row_json_array_length), .bind = bind_array_length },
  { .name = "json_object_keys", .group = "json", .signature = "json_object_keys(text)", .doc = "The names of the outermost object.", .example = "SELECT json_object_keys('{\"key\": \"value\"}')", .n_args_min = 1, .n_args_max = 1, .flags = WEIR_FUNCTION_STRICT, .bind = bind_object_keys, .eval = eval_object_keys },
  { .name = "json_tuple", .group = "json", .signature = "json_tuple(text, a, b, …)", .doc = "A row of the named members.", .example = "SELECT json_tuple('{\"a\":1, \"b\":2}', 'a', 'b')", .n_args_min = 2, .n_args_max = -1, .flags = WEIR_FUNCTION_GENERATOR, .bind = bind_json_tuple, .eval = eval_json_tuple },
};

const WeirFamily _weir_family_json = { functions, G_N_ELEMENTS (functions) };
