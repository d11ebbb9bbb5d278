/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "expr/families-private.h"
#include "expr/list-private.h"

/*
 * Maps. Entries are named by number in a pool of keys and a pool of values; a NULL or repeated key is an error
 * (spark.sql.mapKeyDedupPolicy is EXCEPTION).
 */

typedef struct
{
  WeirRow     row; /* first */
  guint32    *base_keys, *base_values;
  WeirColumn *keys, *values; /* pools */
  GArray     *key_idx, *value_idx;
} MapRow;

typedef gboolean (*MapFunc) (MapRow *map);

static void
add_entry (MapRow *map,
           guint32 key,
           guint32 value)
{
  g_array_append_val (map->key_idx, key);
  g_array_append_val (map->value_idx, value);
}

static gboolean
map_map (MapRow *map)
{
  for (guint i = 0; i + 1 < map->row.n_args; i += 2)
    add_entry (map, map->base_keys[i] + (map->row.row & map->row.args[i].mask), map->base_values[i + 1] + (map->row.row & map->row.args[i + 1].mask));
  return TRUE;
}

static gboolean
map_from_arrays (MapRow *map)
{
  WeirListView keys = weir_row_list (&map->row, 0), values = weir_row_list (&map->row, 1);

  if (keys.length != values.length)
    {
      _weir_kernel_fail_always (map->row.expr, map->row.eval, NULL, map->row.row, "INVALID_PARAMETER_VALUE.LENGTH",
                                "The key array and value array of MapData must have the same length.");
      return FALSE;
    }
  for (guint32 k = 0; k < keys.length; k++)
    add_entry (map, map->base_keys[0] + keys.offset + k, map->base_values[1] + values.offset + k);
  return TRUE;
}

static gboolean
map_concat (MapRow *map)
{
  for (guint i = 0; i < map->row.n_args; i++)
    {
      WeirListView view = weir_row_list (&map->row, i);

      for (guint32 k = view.offset; k < view.offset + view.length; k++)
        add_entry (map, map->base_keys[i] + k, map->base_values[i] + k);
    }
  return TRUE;
}

/* An array of structs of two fields. A NULL entry makes the map NULL. */
static gboolean
map_from_entries (MapRow *map)
{
  WeirListView view = weir_row_list (&map->row, 0);
  WeirColumn  *entries = weir_row_elements (&map->row, 0);

  for (guint32 k = view.offset; k < view.offset + view.length; k++)
    {
      if (weir_column_is_null (entries, k))
        return FALSE;
      add_entry (map, map->base_keys[0] + k, map->base_values[0] + k);
    }
  return TRUE;
}

/* The keys (@which 0) or values an argument brings into the pools; NULL when none. */
static WeirColumn *
part_of (MapRow *map,
         guint   i,
         guint   which,
         MapFunc func)
{
  WeirColumn *column = map->row.args[i].column;

  if (func == map_map)
    return i % 2 == which ? weir_column_ref (column) : NULL;
  if (func == map_from_arrays)
    return i == which ? weir_column_ref (column->children[0]) : NULL;
  if (func == map_from_entries)
    {
      g_autoptr (WeirColumn) structs = weir_column_flatten (column->children[0]);

      return weir_column_ref (structs->children[which]);
    }
  return weir_column_ref (column->children[which]);
}

static WeirColumn *
make_pool (MapRow   *map,
           guint     which,
           guint32  *base,
           WeirType *type,
           MapFunc   func)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  guint32               n = 0;

  for (guint i = 0; i < map->row.n_args; i++)
    {
      g_autoptr (WeirColumn) part = part_of (map, i, which, func);

      base[i] = n;
      if (part == NULL)
        continue;
      n += part->n_rows;
      g_ptr_array_add (parts, weir_type_equal (part->type, type) ? weir_column_ref (part) : weir_column_retype (part, type));
    }
  if (parts->len == 0)
    return weir_column_new_nulls (type, 0);
  return parts->len == 1 ? weir_column_flatten (parts->pdata[0]) : weir_column_concat ((WeirColumn **)parts->pdata, parts->len);
}

/* Keys from @first on: present and different. */
static gboolean
check_keys (MapRow *map,
            guint   first)
{
  const guint32 *keys = (const guint32 *)(void *)map->key_idx->data;
  WeirElementSet seen;
  gboolean       fine = TRUE;

  _weir_element_set_init (&seen, map->keys, map->key_idx->len - first);
  for (guint k = first; fine && k < map->key_idx->len; k++)
    {
      if (weir_column_is_null (map->keys, keys[k]))
        {
          _weir_kernel_fail_always (map->row.expr, map->row.eval, NULL, map->row.row, "NULL_MAP_KEY", "Cannot use null as map key.");
          fine = FALSE;
        }
      else if (!_weir_element_set_add (&seen, keys[k]))
        {
          g_autoptr (GString) text = g_string_new (NULL);

          weir_value_append_text (text, map->keys, keys[k], WEIR_TEXT_CAST, map->row.eval->zone);
          _weir_kernel_fail_always (map->row.expr, map->row.eval, NULL, map->row.row, "DUPLICATED_MAP_KEY",
                                    "Duplicate map key %s was found, please check the input data.", text->str);
          fine = FALSE;
        }
    }
  _weir_element_set_clear (&seen);
  return fine;
}

static WeirColumn *
eval_map (const WeirExpr *expr,
          WeirEval       *eval,
          WeirColumn    **args,
          WeirSel         sel,
          guint           n_rows)
{
  guint               n_args = MAX (expr->n_args, 1);
  g_autofree WeirArg *own = g_new (WeirArg, n_args);
  g_autofree guint32 *base_keys = g_new0 (guint32, n_args);
  g_autofree guint32 *base_values = g_new0 (guint32, n_args);
  MapFunc             func = (MapFunc)expr->function->impl;
  WeirOut             out;
  MapRow              map = { .row = { .expr = expr, .eval = eval, .args = own, .n_args = expr->n_args, .out = &out }, .base_keys = base_keys, .base_values = base_values };
  WeirColumn         *children[2];

  for (guint i = 0; i < expr->n_args; i++)
    own[i] = weir_arg (args[i]);
  map.keys = make_pool (&map, 0, base_keys, expr->type->fields[0].type, func);
  map.values = make_pool (&map, 1, base_values, expr->type->fields[1].type, func);
  map.key_idx = g_array_new (FALSE, FALSE, sizeof (guint32));
  map.value_idx = g_array_new (FALSE, FALSE, sizeof (guint32));
  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, at)
  {
    guint before = map.key_idx->len;

    map.row.row = at;
    if (!func (&map) || !check_keys (&map, before))
      {
        g_array_set_size (map.key_idx, before);
        g_array_set_size (map.value_idx, before);
        _weir_out_null (&out, at);
        continue;
      }
    weir_out_values (&out, WeirListView)[at] = (WeirListView){ before, map.key_idx->len - before };
  }
  children[0] = weir_column_gather_nullable (map.keys, (const guint32 *)(void *)map.key_idx->data, map.key_idx->len);
  children[1] = weir_column_gather_nullable (map.values, (const guint32 *)(void *)map.value_idx->data, map.value_idx->len);
  weir_column_unref (map.keys);
  weir_column_unref (map.values);
  g_array_unref (map.key_idx);
  g_array_unref (map.value_idx);
  return _weir_out_finish_nested (&out, children);
}

/* Common type of every second argument from @first; all are cast to it. */
static WeirType *
common_every_second (WeirBind *bind,
                     guint     first,
                     gboolean *nullable,
                     GError  **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  WeirBind              part = *bind;
  WeirType             *type = NULL;

  *nullable = FALSE;
  for (guint i = first; i < bind->n_args; i += 2)
    {
      *nullable |= bind->args[i]->nullable;
      g_ptr_array_add (list, bind->args[i]);
    }
  part.args = (WeirExpr **)list->pdata;
  part.n_args = list->len;
  if (!_weir_bind_common (&part, 0, &type, error))
    return NULL;
  for (guint i = first, k = 0; i < bind->n_args; i += 2)
    bind->args[i] = part.args[k++];
  return type;
}

static WeirType *
bind_map (WeirBind *bind,
          GError  **error)
{
  g_autoptr (WeirType) key = NULL;
  g_autoptr (WeirType) value = NULL;
  gboolean             nullable = FALSE;

  if (bind->n_args % 2 != 0)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", bind->span,
                      "The `map` requires 2n (n > 0) parameters but the actual number is %u.", bind->n_args),
           NULL;
  key = common_every_second (bind, 0, &nullable, error);
  value = key != NULL ? common_every_second (bind, 1, &nullable, error) : NULL;
  bind->nullable = FALSE;
  return value != NULL ? weir_type_new_map (key, value, nullable) : NULL;
}

static WeirType *
bind_from_arrays (WeirBind *bind,
                  GError  **error)
{
  for (guint i = 0; i < 2; i++)
    if (bind->args[i]->type->kind != WEIR_TYPE_ARRAY)
      return _weir_bind_mismatch (bind, i, "ARRAY", error), NULL;
  return weir_type_new_map (bind->args[0]->type->fields[0].type, bind->args[1]->type->fields[0].type, bind->args[1]->type->fields[0].nullable);
}

static WeirType *
bind_from_entries (WeirBind *bind,
                   GError  **error)
{
  WeirType *type = bind->args[0]->type;

  if (type->kind != WEIR_TYPE_ARRAY || type->fields[0].type->kind != WEIR_TYPE_STRUCT || type->fields[0].type->n_fields != 2)
    return _weir_bind_mismatch (bind, 0, "ARRAY\" of pair \"STRUCT", error), NULL;
  bind->nullable |= type->fields[0].nullable;
  type = type->fields[0].type;
  return weir_type_new_map (type->fields[0].type, type->fields[1].type, type->fields[1].nullable);
}

static WeirType *
bind_concat (WeirBind *bind,
             GError  **error)
{
  WeirType *type = NULL;

  if (bind->n_args == 0)
    {
      bind->nullable = FALSE;
      return weir_type_new_map (WEIR_STRING, WEIR_STRING, FALSE);
    }
  for (guint i = 0; i < bind->n_args; i++)
    if (bind->args[i]->type->kind != WEIR_TYPE_MAP)
      return _weir_bind_mismatch (bind, i, "MAP", error), NULL;
  return _weir_bind_common (bind, 0, &type, error) ? type : NULL;
}

/* Parts of a map: its children are shared, nothing is copied. */
static WeirColumn *
eval_part (const WeirExpr *expr,
           WeirEval       *eval,
           WeirColumn    **args,
           WeirSel         sel,
           guint           n_rows)
{
  g_autoptr (WeirColumn) flat = weir_column_flatten (args[0]);
  char                   kind = *(const char *)expr->function->impl;
  WeirOut                out;
  WeirColumn            *child;

  _weir_out_init (&out, expr->type, n_rows);
  if (n_rows > 0)
    memcpy (out.values, flat->values, n_rows * sizeof (WeirListView));
  if (kind == 'e')
    child = weir_column_new_struct (expr->type->fields[0].type, flat->children[0]->n_rows, flat->children, NULL);
  else
    child = weir_column_ref (flat->children[kind == 'k' ? 0 : 1]);
  return _weir_out_finish_nested (&out, &child);
}

static WeirType *
bind_part (WeirBind *bind,
           GError  **error)
{
  WeirType *type = bind->args[0]->type;
  char      kind = *(const char *)bind->function->impl;

  if (type->kind != WEIR_TYPE_MAP)
    return _weir_bind_mismatch (bind, 0, "MAP", error), NULL;
  if (kind == 'e')
    {
      WeirField            fields[] = { { (char *)"key", type->fields[0].type, FALSE, NULL }, { (char *)"value", type->fields[1].type, type->fields[1].nullable, NULL } };
      g_autoptr (WeirType) entry = weir_type_new_struct (fields, 2);

      return weir_type_new_array (entry, FALSE);
    }
  return weir_type_new_array (type->fields[kind == 'k' ? 0 : 1].type, kind == 'v' && type->fields[1].nullable);
}

/* str_to_map(text[, between entries[, between key and value]]); the separators are taken as they are, not as patterns. */
static gboolean
append_entries (WeirRow           *row,
                WeirColumnBuilder *builder,
                guint              n_entries)
{
  gsize       len, entry_len, pair_len, at = 0;
  const char *text = weir_row_text (row, 0, &len);
  const char *entry = weir_row_text (row, 1, &entry_len);
  const char *pair = weir_row_text (row, 2, &pair_len);
  guint       n = 0;

  for (;;)
    {
      const char *end = entry_len > 0 && at < len ? memmem (text + at, len - at, entry, entry_len) : NULL;
      gsize       stop = end != NULL ? (gsize)(end - text) : len;
      const char *middle = pair_len > 0 && stop > at ? memmem (text + at, stop - at, pair, pair_len) : NULL;
      gsize       key_len = middle != NULL ? (gsize)(middle - text) - at : stop - at;

      weir_column_builder_append_bytes (builder->children[0], text + at, key_len);
      if (middle != NULL)
        weir_column_builder_append_bytes (builder->children[1], middle + pair_len, stop - at - key_len - pair_len);
      else
        weir_column_builder_append_null (builder->children[1]);
      n++;
      if (end == NULL)
        break;
      at = stop + entry_len;
    }
  weir_column_builder_append_list (builder, n);
  return TRUE;
}

static WeirColumn *
eval_str_to_map (const WeirExpr *expr,
                 WeirEval       *eval,
                 WeirColumn    **args,
                 WeirSel         sel,
                 guint           n_rows)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (expr->type, n_rows);
  WeirArg                       own[3];
  WeirRow                       row = { .expr = expr, .eval = eval, .args = own, .n_args = 3 };
  guint                         next = 0;

  for (guint i = 0; i < 3; i++)
    own[i] = weir_arg (args[i]);
  WEIR_FOREACH_ROW (sel, at)
  {
    for (; next < at; next++)
      weir_column_builder_append_null (builder);
    row.row = at;
    append_entries (&row, builder, 0);
    next++;
  }
  for (; next < n_rows; next++)
    weir_column_builder_append_null (builder);
  return weir_column_builder_finish (builder);
}

static WeirType *
bind_str_to_map (WeirBind *bind,
                 GError  **error)
{
  g_autoptr (WeirType) text = _weir_bind_types (bind, error);

  return text != NULL ? weir_type_new_map (WEIR_STRING, WEIR_STRING, TRUE) : NULL;
}

#define GROUP  "map"
#define STRICT WEIR_FUNCTION_STRICT
#define FAILS  (WEIR_FUNCTION_STRICT | WEIR_FUNCTION_CAN_FAIL)
#define MAP(name_, signature_, doc_, example_, min_, max_, flags_, bind_, func_)                                                                                                                                     \
  {                                                                                                                                                                                                                  \
    .name = name_, .group = GROUP, .signature = signature_, .doc = doc_, .example = example_, .n_args_min = min_, .n_args_max = max_, .flags = flags_, .bind = bind_, .eval = eval_map, .impl = (gconstpointer)func_ \
  }
#define PART(name_, doc_, kind_)                                                                                                                                                                                                       \
  {                                                                                                                                                                                                                                    \
    .name = name_, .group = GROUP, .signature = name_ "(map)", .doc = doc_, .example = "SELECT " name_ "(map(1, 'a', 2, 'b'))", .n_args_min = 1, .n_args_max = 1, .flags = STRICT, .bind = bind_part, .eval = eval_part, .impl = kind_ \
  }

static const WeirFunction functions[] = {
  MAP ("map", "map(key, value, …)", "A map of keys to values.", "SELECT map(1.0, '2', 3.0, '4')", 0, -1, WEIR_FUNCTION_CAN_FAIL, bind_map, map_map),
  MAP ("map_from_arrays", "map_from_arrays(keys, values)", "A map of two arrays of one length.", "SELECT map_from_arrays(array(1.0, 3.0), array('2', '4'))", 2, 2, FAILS, bind_from_arrays, map_from_arrays),
  MAP ("map_from_entries", "map_from_entries(entries)", "A map of an array of pairs.", "SELECT map_from_entries(array(struct(1, 'a'), struct(2, 'b')))", 1, 1, FAILS, bind_from_entries, map_from_entries),
  MAP ("map_concat", "map_concat(a, b, …)", "The entries of all maps.", "SELECT map_concat(map(1, 'a'), map(3, 'c'))", 0, -1, FAILS, bind_concat, map_concat),
  PART ("map_keys", "The keys.", "k"),
  PART ("map_values", "The values.", "v"),
  PART ("map_entries", "The entries as structs.", "e"),
  { .name = "str_to_map", .group = GROUP, .signature = "str_to_map(text[, entry_separator[, pair_separator]])", .doc = "A map read from a text.", .example = "SELECT str_to_map('a:1,b:2,c:3', ',', ':')", .n_args_min = 1, .n_args_max = 3, .flags = STRICT, .bind = bind_str_to_map, .types = "sss>s", .defaults = "s,|s:", .eval = eval_str_to_map },
};

const WeirFamily _weir_family_map = { functions, G_N_ELEMENTS (functions) };
