/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "random-column.h"

#include <math.h>

WeirType *
random_type (guint depth)
{
  int                  kind = g_test_rand_int_range (0, depth > 0 ? WEIR_N_TYPE_KINDS : WEIR_TYPE_ARRAY);
  g_autoptr (WeirType) a = NULL;
  g_autoptr (WeirType) b = NULL;

  if (kind == WEIR_TYPE_DECIMAL)
    return weir_type_new_decimal (38, 4);
  if (kind < WEIR_TYPE_ARRAY)
    return weir_type_ref (weir_type_simple (kind));
  a = random_type (depth - 1);
  b = random_type (depth - 1);
  if (kind == WEIR_TYPE_ARRAY)
    return weir_type_new_array (a, TRUE);
  if (kind == WEIR_TYPE_MAP)
    return weir_type_new_map (a, b, TRUE);
  return weir_type_new_struct ((WeirField[]){ { (char *)"x", a, TRUE, NULL }, { (char *)"y", b, TRUE, NULL } }, 2);
}

static void
append_text (WeirColumnBuilder *builder)
{
  static const char *const texts[] = { "", "a", "twelve bytes", "thirteen byte", "a longer text that does not fit", "a longer text that differs late" };
  const char              *text = texts[g_test_rand_int_range (0, G_N_ELEMENTS (texts))];

  weir_column_builder_append_bytes (builder, text, strlen (text));
}

static void
append_nested (WeirColumnBuilder *builder)
{
  guint length = (guint)g_test_rand_int_range (0, 4);

  if (builder->type->kind == WEIR_TYPE_STRUCT)
    {
      for (guint c = 0; c < builder->n_children; c++)
        random_append (builder->children[c]);
      weir_column_builder_append_struct (builder);
      return;
    }
  for (guint c = 0; c < builder->n_children; c++)
    for (guint i = 0; i < length; i++)
      random_append (builder->children[c]);
  weir_column_builder_append_list (builder, length);
}

void
random_append (WeirColumnBuilder *builder)
{
  static const double doubles[] = { 0.0, -0.0, 1.5, NAN, -INFINITY };
  gint64              value = g_test_rand_int_range (-3, 4);

  if (builder->type->kind == WEIR_TYPE_VOID || g_test_rand_int_range (0, 6) == 0)
    {
      weir_column_builder_append_null (builder);
      return;
    }
  switch ((int)builder->type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      weir_column_builder_append_bool (builder, value > 0);
      break;
    case WEIR_TYPE_FLOAT:
    case WEIR_TYPE_DOUBLE:
      weir_column_builder_append_double (builder, doubles[g_test_rand_int_range (0, G_N_ELEMENTS (doubles))]);
      break;
    case WEIR_TYPE_DECIMAL:
      weir_column_builder_append_i128 (builder, (WeirInt128)value * ((WeirInt128)1 << 70));
      break;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      append_text (builder);
      break;
    case WEIR_TYPE_INTERVAL:
      weir_column_builder_append_interval (builder, (WeirInterval){ (gint32)value, 1, -value });
      break;
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
    case WEIR_TYPE_STRUCT:
      append_nested (builder);
      break;
    default:
      weir_column_builder_append_i64 (builder, value);
      break;
    }
}

static WeirColumn *
random_flat (WeirType *type,
             guint     n)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, (guint)g_test_rand_int_range (0, 10));

  for (guint i = 0; i < n; i++)
    random_append (builder);
  return weir_column_builder_finish (builder);
}

WeirColumn *
random_column (WeirType *type,
               guint     n)
{
  int                    encoding = g_test_rand_int_range (0, 4);
  g_autoptr (WeirColumn) values = random_flat (type, encoding == 0 ? 1 : encoding == 1 ? 5
                                                                                       : n);
  g_autoptr (WeirBuffer) codes = NULL;

  if (encoding == 0)
    return weir_column_new_const (values, n);
  if (encoding > 1)
    return g_steal_pointer (&values);
  codes = weir_buffer_new (n * sizeof (guint32));
  for (guint i = 0; i < n; i++)
    ((guint32 *)(void *)codes->data)[i] = (guint32)g_test_rand_int_range (0, 5);
  return weir_column_new_dict (values, codes, n);
}
