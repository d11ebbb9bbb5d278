/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"

/* Order and equality of single values; nested ones by recursion over their elements. */

static int
compare_doubles (double a,
                 double b)
{
  if (a != a || b != b)
    return (a != a) - (b != b);
  return a < b ? -1 : a > b;
}

static int
compare_lists (const WeirColumn *a,
               guint             row_a,
               const WeirColumn *b,
               guint             row_b)
{
  WeirListView x = weir_column_values (a, WeirListView)[row_a], y = weir_column_values (b, WeirListView)[row_b];

  for (guint i = 0; i < MIN (x.length, y.length); i++)
    for (guint c = 0; c < a->n_children; c++)
      {
        int result = weir_value_compare (a->children[c], x.offset + i, b->children[c], y.offset + i);

        if (result != 0)
          return result;
      }
  return x.length < y.length ? -1 : x.length > y.length;
}

static int
compare_structs (const WeirColumn *a,
                 guint             row_a,
                 const WeirColumn *b,
                 guint             row_b)
{
  for (guint c = 0; c < a->n_children; c++)
    {
      int result = weir_value_compare (a->children[c], row_a, b->children[c], row_b);

      if (result != 0)
        return result;
    }
  return 0;
}

static int
compare_intervals (const WeirInterval *a,
                   const WeirInterval *b)
{
  if (a->months != b->months)
    return a->months < b->months ? -1 : 1;
  if (a->days != b->days)
    return a->days < b->days ? -1 : 1;
  return a->us < b->us ? -1 : a->us > b->us;
}

#define COMPARE(ctype) \
  (weir_column_values (a, ctype)[row_a] < weir_column_values (b, ctype)[row_b] ? -1 : weir_column_values (a, ctype)[row_a] > weir_column_values (b, ctype)[row_b])

int
weir_value_compare (const WeirColumn *a,
                    guint             row_a,
                    const WeirColumn *b,
                    guint             row_b)
{
  gboolean null_a = weir_column_is_null (a, row_a), null_b = weir_column_is_null (b, row_b);

  if (null_a || null_b)
    return null_b - null_a;
  a = weir_column_resolve (a, &row_a);
  b = weir_column_resolve (b, &row_b);
  switch (a->type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      return weir_bit (a->values, row_a) - weir_bit (b->values, row_b);
    case WEIR_TYPE_TINYINT:
      return COMPARE (gint8);
    case WEIR_TYPE_SMALLINT:
      return COMPARE (gint16);
    case WEIR_TYPE_INT:
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_INTERVAL_YM:
      return COMPARE (gint32);
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
    case WEIR_TYPE_INTERVAL_DT:
      return COMPARE (gint64);
    case WEIR_TYPE_FLOAT:
      return compare_doubles ((double)weir_column_values (a, float)[row_a], (double)weir_column_values (b, float)[row_b]);
    case WEIR_TYPE_DOUBLE:
      return compare_doubles (weir_column_values (a, double)[row_a], weir_column_values (b, double)[row_b]);
    case WEIR_TYPE_DECIMAL:
      return COMPARE (WeirInt128);
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      return weir_view_compare (&weir_column_values (a, WeirView)[row_a], &weir_column_values (b, WeirView)[row_b]);
    case WEIR_TYPE_INTERVAL:
      return compare_intervals (&weir_column_values (a, WeirInterval)[row_a], &weir_column_values (b, WeirInterval)[row_b]);
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
      return compare_lists (a, row_a, b, row_b);
    case WEIR_TYPE_STRUCT:
      return compare_structs (a, row_a, b, row_b);
    case WEIR_TYPE_VOID:
    default:
      return 0;
    }
}

gboolean
weir_value_equal (const WeirColumn *a,
                  guint             row_a,
                  const WeirColumn *b,
                  guint             row_b)
{
  return weir_value_compare (a, row_a, b, row_b) == 0;
}
