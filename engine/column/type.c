/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/type.h"

#include "column/column.h"

#include <string.h>

typedef struct
{
  const char *name; /* lower case, as Spark prints it */
  gsize       width;
} KindInfo;

static const KindInfo kinds[WEIR_N_TYPE_KINDS] = {
  [WEIR_TYPE_VOID] = { "void", 0 },
  [WEIR_TYPE_BOOLEAN] = { "boolean", 0 },
  [WEIR_TYPE_TINYINT] = { "tinyint", 1 },
  [WEIR_TYPE_SMALLINT] = { "smallint", 2 },
  [WEIR_TYPE_INT] = { "int", 4 },
  [WEIR_TYPE_BIGINT] = { "bigint", 8 },
  [WEIR_TYPE_FLOAT] = { "float", 4 },
  [WEIR_TYPE_DOUBLE] = { "double", 8 },
  [WEIR_TYPE_DECIMAL] = { "decimal", 16 },
  [WEIR_TYPE_STRING] = { "string", 16 },
  [WEIR_TYPE_BINARY] = { "binary", 16 },
  [WEIR_TYPE_DATE] = { "date", 4 },
  [WEIR_TYPE_TIMESTAMP] = { "timestamp", 8 },
  [WEIR_TYPE_TIMESTAMP_NTZ] = { "timestamp_ntz", 8 },
  [WEIR_TYPE_INTERVAL_YM] = { "interval", 4 },
  [WEIR_TYPE_INTERVAL_DT] = { "interval", 8 },
  [WEIR_TYPE_INTERVAL] = { "interval", 16 },
  [WEIR_TYPE_ARRAY] = { "array", 8 },
  [WEIR_TYPE_MAP] = { "map", 8 },
  [WEIR_TYPE_STRUCT] = { "struct", 0 },
};

static const char *const unit_names[] = { "year", "month", "day", "hour", "minute", "second" };

#define SIMPLE(k) [k] = { .kind = (k), .is_static = TRUE }

static WeirType simple_types[WEIR_N_TYPE_KINDS] = {
  SIMPLE (WEIR_TYPE_VOID),
  SIMPLE (WEIR_TYPE_BOOLEAN),
  SIMPLE (WEIR_TYPE_TINYINT),
  SIMPLE (WEIR_TYPE_SMALLINT),
  SIMPLE (WEIR_TYPE_INT),
  SIMPLE (WEIR_TYPE_BIGINT),
  SIMPLE (WEIR_TYPE_FLOAT),
  SIMPLE (WEIR_TYPE_DOUBLE),
  [WEIR_TYPE_DECIMAL] = { .kind = WEIR_TYPE_DECIMAL, .is_static = TRUE, .precision = 10 },
  SIMPLE (WEIR_TYPE_STRING),
  SIMPLE (WEIR_TYPE_BINARY),
  SIMPLE (WEIR_TYPE_DATE),
  SIMPLE (WEIR_TYPE_TIMESTAMP),
  SIMPLE (WEIR_TYPE_TIMESTAMP_NTZ),
  [WEIR_TYPE_INTERVAL_YM] = { .kind = WEIR_TYPE_INTERVAL_YM, .is_static = TRUE, .unit_start = WEIR_UNIT_YEAR, .unit_end = WEIR_UNIT_MONTH },
  [WEIR_TYPE_INTERVAL_DT] = { .kind = WEIR_TYPE_INTERVAL_DT, .is_static = TRUE, .unit_start = WEIR_UNIT_DAY, .unit_end = WEIR_UNIT_SECOND },
  SIMPLE (WEIR_TYPE_INTERVAL),
};

WeirType *
weir_type_simple (WeirTypeKind kind)
{
  g_assert (kind < WEIR_TYPE_ARRAY);
  return &simple_types[kind];
}

WeirType *
weir_type_ref (WeirType *type)
{
  if (!type->is_static)
    g_atomic_ref_count_inc (&type->ref_count);
  return type;
}

void
weir_type_unref (WeirType *type)
{
  if (type == NULL || type->is_static || !g_atomic_ref_count_dec (&type->ref_count))
    return;
  for (guint i = 0; i < type->n_fields; i++)
    {
      g_free (type->fields[i].name);
      g_free (type->fields[i].comment);
      weir_type_unref (type->fields[i].type);
    }
  g_free (type->fields);
  g_free (type);
}

static WeirType *
type_new (WeirTypeKind kind,
          guint        n_fields)
{
  WeirType *self = g_new0 (WeirType, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->n_fields = n_fields;
  self->fields = g_new0 (WeirField, MAX (n_fields, 1));
  return self;
}

static void
set_field (WeirType   *self,
           guint       i,
           const char *name,
           WeirType   *type,
           gboolean    nullable)
{
  self->fields[i].name = g_strdup (name);
  self->fields[i].type = weir_type_ref (type);
  self->fields[i].nullable = nullable;
}

WeirType *
weir_type_new_decimal (guint precision,
                       guint scale)
{
  WeirType *self = type_new (WEIR_TYPE_DECIMAL, 0);

  self->precision = (guint8)precision;
  self->scale = (guint8)scale;
  return self;
}

WeirType *
weir_type_new_interval (WeirTypeKind     kind,
                        WeirIntervalUnit start,
                        WeirIntervalUnit end)
{
  WeirType *self = type_new (kind, 0);

  self->unit_start = start;
  self->unit_end = end;
  return self;
}

WeirType *
weir_type_new_array (WeirType *element,
                     gboolean  contains_null)
{
  WeirType *self = type_new (WEIR_TYPE_ARRAY, 1);

  set_field (self, 0, "element", element, contains_null);
  return self;
}

WeirType *
weir_type_new_map (WeirType *key,
                   WeirType *value,
                   gboolean  value_contains_null)
{
  WeirType *self = type_new (WEIR_TYPE_MAP, 2);

  set_field (self, 0, "key", key, FALSE);
  set_field (self, 1, "value", value, value_contains_null);
  return self;
}

WeirType *
weir_type_new_struct (const WeirField *fields,
                      guint            n_fields)
{
  WeirType *self = type_new (WEIR_TYPE_STRUCT, n_fields);

  for (guint i = 0; i < n_fields; i++)
    {
      set_field (self, i, fields[i].name, fields[i].type, fields[i].nullable);
      self->fields[i].comment = g_strdup (fields[i].comment);
    }
  return self;
}

gboolean
weir_type_equal (WeirType *a,
                 WeirType *b)
{
  if (a == b)
    return TRUE;
  if (a->kind != b->kind || a->n_fields != b->n_fields)
    return FALSE;
  if (a->kind == WEIR_TYPE_DECIMAL)
    return a->precision == b->precision && a->scale == b->scale;
  if (a->kind == WEIR_TYPE_INTERVAL_YM || a->kind == WEIR_TYPE_INTERVAL_DT)
    return a->unit_start == b->unit_start && a->unit_end == b->unit_end;
  for (guint i = 0; i < a->n_fields; i++)
    {
      if (!weir_type_equal (a->fields[i].type, b->fields[i].type))
        return FALSE;
      if (a->kind == WEIR_TYPE_STRUCT && g_ascii_strcasecmp (a->fields[i].name, b->fields[i].name) != 0)
        return FALSE;
    }
  return TRUE;
}

gsize
weir_type_width (WeirType *type)
{
  return kinds[type->kind].width;
}

gboolean
weir_type_is_numeric (WeirType *type)
{
  return type->kind >= WEIR_TYPE_TINYINT && type->kind <= WEIR_TYPE_DECIMAL;
}

gboolean
weir_type_is_integral (WeirType *type)
{
  return type->kind >= WEIR_TYPE_TINYINT && type->kind <= WEIR_TYPE_BIGINT;
}

gboolean
weir_type_is_orderable (WeirType *type)
{
  if (type->kind == WEIR_TYPE_MAP || type->kind == WEIR_TYPE_INTERVAL)
    return FALSE;
  for (guint i = 0; i < type->n_fields; i++)
    if (!weir_type_is_orderable (type->fields[i].type))
      return FALSE;
  return TRUE;
}

int
weir_type_field_index (WeirType   *type,
                       const char *name)
{
  for (guint i = 0; i < type->n_fields; i++)
    if (g_ascii_strcasecmp (type->fields[i].name, name) == 0)
      return (int)i;
  return -1;
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

static gboolean
is_plain_identifier (const char *name)
{
  if (!(g_ascii_isalpha (*name) || *name == '_'))
    return FALSE;
  for (; *name != '\0'; name++)
    if (!(g_ascii_isalnum (*name) || *name == '_'))
      return FALSE;
  return TRUE;
}

static void
append_upper (GString    *out,
              const char *text,
              gboolean    upper)
{
  for (; *text != '\0'; text++)
    g_string_append_c (out, upper ? g_ascii_toupper (*text) : *text);
}

static void
append_fields (GString  *out,
               WeirType *type,
               gboolean  sql);

static void
append_type (GString  *out,
             WeirType *type,
             gboolean  sql)
{
  append_upper (out, kinds[type->kind].name, sql);
  if (type->kind == WEIR_TYPE_DECIMAL)
    g_string_append_printf (out, "(%u,%u)", type->precision, type->scale);
  else if (type->kind == WEIR_TYPE_INTERVAL_YM || type->kind == WEIR_TYPE_INTERVAL_DT)
    {
      g_string_append_c (out, ' ');
      append_upper (out, unit_names[type->unit_start], sql);
      if (type->unit_end != type->unit_start)
        {
          append_upper (out, " to ", sql);
          append_upper (out, unit_names[type->unit_end], sql);
        }
    }
  else if (type->kind >= WEIR_TYPE_ARRAY)
    append_fields (out, type, sql);
}

static void
append_fields (GString  *out,
               WeirType *type,
               gboolean  sql)
{
  g_string_append_c (out, '<');
  for (guint i = 0; i < type->n_fields; i++)
    {
      if (i > 0)
        g_string_append (out, sql ? ", " : ",");
      if (type->kind == WEIR_TYPE_STRUCT)
        {
          gboolean quote = sql && !is_plain_identifier (type->fields[i].name);

          g_string_append_printf (out, "%s%s%s%s", quote ? "`" : "", type->fields[i].name, quote ? "`" : "", sql ? ": " : ":");
        }
      append_type (out, type->fields[i].type, sql);
      if (sql && type->kind == WEIR_TYPE_STRUCT && !type->fields[i].nullable)
        g_string_append (out, " NOT NULL");
    }
  g_string_append_c (out, '>');
}

char *
weir_type_to_string (WeirType *type)
{
  GString *out = g_string_new (NULL);

  append_type (out, type, FALSE);
  return g_string_free (out, FALSE);
}

char *
weir_type_to_sql (WeirType *type)
{
  GString *out = g_string_new (NULL);

  append_type (out, type, TRUE);
  return g_string_free (out, FALSE);
}
