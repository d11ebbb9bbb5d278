/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/kernel-private.h"

/*
 * Which types meet where: Spark's ANSI rules for common types and implicit casts, and what CAST allows.
 *
 * Precedence: tinyint < smallint < int < bigint < decimal < float < double, but FLOAT never takes in an integer or a
 * decimal: their common type is DOUBLE. A string gives way to the other side.
 */

static gboolean
is_fractional (WeirType *type)
{
  return type->kind == WEIR_TYPE_FLOAT || type->kind == WEIR_TYPE_DOUBLE;
}

static gboolean
is_datetime (WeirType *type)
{
  return type->kind == WEIR_TYPE_DATE || type->kind == WEIR_TYPE_TIMESTAMP || type->kind == WEIR_TYPE_TIMESTAMP_NTZ;
}

static gboolean
is_nested (WeirType *type)
{
  return type->kind == WEIR_TYPE_ARRAY || type->kind == WEIR_TYPE_MAP || type->kind == WEIR_TYPE_STRUCT;
}

/* Digits an integral type needs as a decimal. */
static guint
digits_of (WeirType *type)
{
  switch ((int)type->kind)
    {
    case WEIR_TYPE_TINYINT:
      return 3;
    case WEIR_TYPE_SMALLINT:
      return 5;
    case WEIR_TYPE_INT:
      return 10;
    case WEIR_TYPE_BIGINT:
      return 20;
    default:
      return type->precision;
    }
}

static guint
scale_of (WeirType *type)
{
  return type->kind == WEIR_TYPE_DECIMAL ? type->scale : 0;
}

/* When 38 digits are not enough, integral digits win over the fraction. */
static WeirType *
common_decimal (WeirType *a,
                WeirType *b)
{
  guint scale = MAX (scale_of (a), scale_of (b));
  guint whole = MAX (digits_of (a) - scale_of (a), digits_of (b) - scale_of (b));
  guint precision = whole + scale;

  if (precision > 38)
    {
      guint excess = precision - 38;

      scale = scale > excess ? scale - excess : 0;
      precision = 38;
    }
  return weir_type_new_decimal (precision, scale);
}

static WeirType *
common_numeric (WeirType *a,
                WeirType *b)
{
  if (is_fractional (a) || is_fractional (b))
    return a->kind == WEIR_TYPE_FLOAT && b->kind == WEIR_TYPE_FLOAT ? weir_type_ref (a) : weir_type_ref (WEIR_DOUBLE);
  if (a->kind == WEIR_TYPE_DECIMAL || b->kind == WEIR_TYPE_DECIMAL)
    return common_decimal (a, b);
  return weir_type_ref (a->kind > b->kind ? a : b);
}

static WeirType *
common_with_string (WeirType *other)
{
  if (weir_type_is_integral (other))
    return weir_type_ref (WEIR_BIGINT);
  if (weir_type_is_numeric (other))
    return weir_type_ref (WEIR_DOUBLE);
  return is_nested (other) || other->kind == WEIR_TYPE_INTERVAL ? NULL : weir_type_ref (other);
}

static WeirType *
common_struct (WeirType *a,
               WeirType *b)
{
  g_autofree WeirField *fields = g_new0 (WeirField, MAX (a->n_fields, 1));
  WeirType             *type = NULL;
  guint                 n;

  if (a->n_fields != b->n_fields)
    return NULL;
  for (n = 0; n < a->n_fields; n++)
    {
      if (g_ascii_strcasecmp (a->fields[n].name, b->fields[n].name) != 0)
        break;
      fields[n].name = a->fields[n].name;
      fields[n].nullable = a->fields[n].nullable || b->fields[n].nullable;
      fields[n].type = weir_type_common (a->fields[n].type, b->fields[n].type);
      if (fields[n].type == NULL)
        break;
    }
  if (n == a->n_fields)
    type = weir_type_new_struct (fields, n);
  for (guint i = 0; i < n; i++)
    weir_type_unref (fields[i].type);
  return type;
}

static WeirType *
common_nested (WeirType *a,
               WeirType *b)
{
  g_autoptr (WeirType) first = NULL;
  g_autoptr (WeirType) second = NULL;

  if (a->kind == WEIR_TYPE_STRUCT)
    return common_struct (a, b);
  first = weir_type_common (a->fields[0].type, b->fields[0].type);
  if (first == NULL)
    return NULL;
  if (a->kind == WEIR_TYPE_ARRAY)
    return weir_type_new_array (first, a->fields[0].nullable || b->fields[0].nullable);
  second = weir_type_common (a->fields[1].type, b->fields[1].type);
  if (second == NULL)
    return NULL;
  return weir_type_new_map (first, second, a->fields[1].nullable || b->fields[1].nullable);
}

WeirType *
weir_type_common (WeirType *a,
                  WeirType *b)
{
  if (!is_nested (a) && weir_type_equal (a, b))
    return weir_type_ref (a);
  if (a->kind == WEIR_TYPE_VOID)
    return weir_type_ref (b);
  if (b->kind == WEIR_TYPE_VOID)
    return weir_type_ref (a);
  if (weir_type_is_numeric (a) && weir_type_is_numeric (b))
    return common_numeric (a, b);
  if (is_datetime (a) && is_datetime (b))
    {
      if (a->kind == WEIR_TYPE_TIMESTAMP || b->kind == WEIR_TYPE_TIMESTAMP)
        return weir_type_ref (WEIR_TIMESTAMP);
      return weir_type_ref (WEIR_TIMESTAMP_NTZ);
    }
  if (a->kind == b->kind && is_nested (a))
    return common_nested (a, b);
  if (a->kind == b->kind && (a->kind == WEIR_TYPE_INTERVAL_YM || a->kind == WEIR_TYPE_INTERVAL_DT))
    return weir_type_new_interval (a->kind, MIN (a->unit_start, b->unit_start), MAX (a->unit_end, b->unit_end));
  if (a->kind == WEIR_TYPE_STRING)
    return common_with_string (b);
  if (b->kind == WEIR_TYPE_STRING)
    return common_with_string (a);
  return NULL;
}

static gboolean
is_single_unit (WeirType *type)
{
  return (type->kind == WEIR_TYPE_INTERVAL_YM || type->kind == WEIR_TYPE_INTERVAL_DT) && type->unit_start == type->unit_end;
}

static gboolean
pairwise (WeirType *from,
          WeirType *to,
          gboolean  store)
{
  if (from->kind != to->kind || from->n_fields != to->n_fields)
    return FALSE;
  for (guint i = 0; i < from->n_fields; i++)
    if (!weir_cast_is_allowed (from->fields[i].type, to->fields[i].type, store))
      return FALSE;
  return TRUE;
}

static gboolean
store_allowed (WeirType *from,
               WeirType *to)
{
  if (weir_type_is_numeric (from) && weir_type_is_numeric (to))
    return TRUE;
  if (to->kind == WEIR_TYPE_STRING)
    return !is_nested (from);
  if (is_datetime (from) && is_datetime (to))
    return TRUE;
  return from->kind == to->kind && (from->kind == WEIR_TYPE_INTERVAL_YM || from->kind == WEIR_TYPE_INTERVAL_DT);
}

gboolean
weir_cast_is_allowed (WeirType *from,
                      WeirType *to,
                      gboolean  store)
{
  if (weir_type_equal (from, to) || from->kind == WEIR_TYPE_VOID)
    return TRUE;
  if (is_nested (from) && is_nested (to))
    return pairwise (from, to, store);
  if (store)
    return store_allowed (from, to);
  if (to->kind == WEIR_TYPE_STRING)
    return TRUE;
  if (from->kind == WEIR_TYPE_STRING)
    return !is_nested (to) && to->kind != WEIR_TYPE_VOID;
  if (weir_type_is_numeric (from))
    return weir_type_is_numeric (to) || to->kind == WEIR_TYPE_BOOLEAN || to->kind == WEIR_TYPE_TIMESTAMP || is_single_unit (to);
  if (from->kind == WEIR_TYPE_BOOLEAN)
    return weir_type_is_numeric (to);
  if (is_datetime (from))
    return is_datetime (to) || (from->kind == WEIR_TYPE_TIMESTAMP && weir_type_is_numeric (to));
  if (from->kind == to->kind)
    return from->kind == WEIR_TYPE_INTERVAL_YM || from->kind == WEIR_TYPE_INTERVAL_DT;
  return is_single_unit (from) && weir_type_is_numeric (to);
}

static gboolean
numeric_can_fail (WeirType *from,
                  WeirType *to)
{
  if (is_fractional (to))
    return FALSE;
  if (is_fractional (from))
    return TRUE;
  if (to->kind == WEIR_TYPE_DECIMAL)
    return digits_of (from) - scale_of (from) + (scale_of (from) > to->scale) > (guint)(to->precision - to->scale);
  return from->kind == WEIR_TYPE_DECIMAL || from->kind > to->kind;
}

gboolean
weir_cast_can_fail (WeirType *from,
                    WeirType *to)
{
  if (weir_type_equal (from, to) || from->kind == WEIR_TYPE_VOID || to->kind == WEIR_TYPE_STRING)
    return FALSE;
  if (is_nested (from) && is_nested (to))
    {
      for (guint i = 0; i < MIN (from->n_fields, to->n_fields); i++)
        if (weir_cast_can_fail (from->fields[i].type, to->fields[i].type))
          return TRUE;
      return FALSE;
    }
  if (from->kind == WEIR_TYPE_STRING)
    return to->kind != WEIR_TYPE_BINARY;
  if (weir_type_is_numeric (from) && weir_type_is_numeric (to))
    return numeric_can_fail (from, to);
  if (from->kind == WEIR_TYPE_BOOLEAN)
    return to->kind == WEIR_TYPE_DECIMAL && to->precision == to->scale;
  if (from->kind == WEIR_TYPE_TIMESTAMP && weir_type_is_numeric (to))
    return !is_fractional (to) && to->kind != WEIR_TYPE_BIGINT;
  if (is_datetime (from) || from->kind == to->kind)
    return FALSE;
  return to->kind != WEIR_TYPE_BOOLEAN;
}

WeirExpr *
weir_expr_coerce (WeirExpr *arg,
                  WeirType *type)
{
  WeirType *from = arg->type;

  if (weir_type_equal (from, type))
    return arg;
  if (from->kind == WEIR_TYPE_VOID || weir_cast_is_allowed (from, type, TRUE) || (from->kind == WEIR_TYPE_STRING && weir_cast_is_allowed (from, type, FALSE)))
    return _weir_expr_cast (arg, type, FALSE);
  weir_expr_unref (arg);
  return NULL;
}
