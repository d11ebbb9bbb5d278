/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/schema-infer-private.h"

#include <string.h>

/*
 * The tightest type that two inferred types fit, as Spark's JsonInferSchema and CSVInferSchema have it.
 */

/* Precision and scale of an integer kind as a decimal; FALSE for others. */
static gboolean
as_decimal (WeirType *type,
            guint    *precision,
            guint    *scale)
{
  *scale = 0;
  switch (type->kind)
    {
    case WEIR_TYPE_INT:
      *precision = 10;
      return TRUE;
    case WEIR_TYPE_BIGINT:
      *precision = 20;
      return TRUE;
    case WEIR_TYPE_DECIMAL:
      *precision = type->precision;
      *scale = type->scale;
      return TRUE;
    default:
      return FALSE;
    }
}

static WeirType *
join_numbers (WeirType *a,
              WeirType *b)
{
  guint precision_a;
  guint precision_b;
  guint scale_a;
  guint scale_b;
  guint scale;
  guint range;

  if (a->kind == WEIR_TYPE_DOUBLE || b->kind == WEIR_TYPE_DOUBLE)
    return WEIR_DOUBLE;
  if (a->kind != WEIR_TYPE_DECIMAL && b->kind != WEIR_TYPE_DECIMAL)
    return WEIR_BIGINT;
  if (!as_decimal (a, &precision_a, &scale_a) || !as_decimal (b, &precision_b, &scale_b))
    return WEIR_STRING;
  scale = MAX (scale_a, scale_b);
  range = MAX (precision_a - scale_a, precision_b - scale_b);
  return range + scale > 38 ? WEIR_DOUBLE : weir_type_new_decimal (range + scale, scale);
}

/* Both are sorted by name. */
static WeirType *
join_structs (WeirType *a,
              WeirType *b)
{
  g_autoptr (GPtrArray) types = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_type_unref);
  g_autofree WeirField *fields = g_new0 (WeirField, a->n_fields + b->n_fields + 1);
  guint                 n = 0;
  guint                 i = 0;
  guint                 j = 0;

  while (i < a->n_fields || j < b->n_fields)
    {
      int       order = i == a->n_fields ? 1 : j == b->n_fields ? -1
                                                                : strcmp (a->fields[i].name, b->fields[j].name);
      WeirType *type = order < 0 ? weir_type_ref (a->fields[i].type) : order > 0 ? weir_type_ref (b->fields[j].type)
                                                                                 : _weir_common_type (a->fields[i].type, b->fields[j].type);

      g_ptr_array_add (types, type);
      fields[n].name = order <= 0 ? a->fields[i].name : b->fields[j].name;
      fields[n].type = type;
      fields[n++].nullable = TRUE;
      i += order <= 0;
      j += order >= 0;
    }
  return weir_type_new_struct (fields, n);
}

WeirType *
_weir_common_type (WeirType *a,
                   WeirType *b)
{
  if (a->kind == WEIR_TYPE_VOID || weir_type_equal (a, b))
    return weir_type_ref (b);
  if (b->kind == WEIR_TYPE_VOID)
    return weir_type_ref (a);
  if (weir_type_is_numeric (a) && weir_type_is_numeric (b))
    return join_numbers (a, b);
  if (a->kind == WEIR_TYPE_STRUCT && b->kind == WEIR_TYPE_STRUCT)
    return join_structs (a, b);
  if (a->kind == WEIR_TYPE_ARRAY && b->kind == WEIR_TYPE_ARRAY)
    {
      g_autoptr (WeirType) element = _weir_common_type (a->fields[0].type, b->fields[0].type);

      return weir_type_new_array (element, TRUE);
    }
  if ((a->kind == WEIR_TYPE_TIMESTAMP && b->kind == WEIR_TYPE_TIMESTAMP_NTZ) || (a->kind == WEIR_TYPE_TIMESTAMP_NTZ && b->kind == WEIR_TYPE_TIMESTAMP))
    return WEIR_TIMESTAMP;
  return WEIR_STRING;
}
