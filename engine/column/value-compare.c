/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"

#include "base/hash.h"

/* Order, equality and hash of single values; nested ones by recursion over their elements. */

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

/* ---- hash ------------------------------------------------------------------------------------------------------- */

static guint64
hash_double (double value)
{
  guint64 bits;

  value = weir_normalize_double (value);
  memcpy (&bits, &value, sizeof bits);
  return weir_hash_u64 (bits);
}

static guint64
hash_nested (const WeirColumn *column,
             guint             row)
{
  guint64      hash = WEIR_HASH_K0;
  WeirListView list = { row, 1 };

  if (column->type->kind != WEIR_TYPE_STRUCT)
    list = weir_column_values (column, WeirListView)[row];
  for (guint i = 0; i < list.length; i++)
    for (guint c = 0; c < column->n_children; c++)
      hash = weir_hash_combine (hash, weir_value_hash (column->children[c], list.offset + i));
  return weir_hash_combine (hash, list.length);
}

guint64
weir_value_hash (const WeirColumn *column,
                 guint             row)
{
  if (weir_column_is_null (column, row))
    return WEIR_HASH_NULL;
  column = weir_column_resolve (column, &row);
  switch (column->type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      return weir_hash_u64 (weir_bit (column->values, row));
    case WEIR_TYPE_TINYINT:
      return weir_hash_u64 ((guint64)weir_column_values (column, gint8)[row]);
    case WEIR_TYPE_SMALLINT:
      return weir_hash_u64 ((guint64)weir_column_values (column, gint16)[row]);
    case WEIR_TYPE_INT:
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_INTERVAL_YM:
      return weir_hash_u64 ((guint64)weir_column_values (column, gint32)[row]);
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
    case WEIR_TYPE_INTERVAL_DT:
      return weir_hash_u64 ((guint64)weir_column_values (column, gint64)[row]);
    case WEIR_TYPE_FLOAT:
      return hash_double ((double)weir_column_values (column, float)[row]);
    case WEIR_TYPE_DOUBLE:
      return hash_double (weir_column_values (column, double)[row]);
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      {
        const WeirView *view = &weir_column_values (column, WeirView)[row];

        return weir_hash_bytes (weir_view_data (view), view->len);
      }
    case WEIR_TYPE_DECIMAL:
      return weir_hash_bytes (&weir_column_values (column, WeirInt128)[row], sizeof (WeirInt128));
    case WEIR_TYPE_INTERVAL:
      return weir_hash_bytes (&weir_column_values (column, WeirInterval)[row], sizeof (WeirInterval));
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
    case WEIR_TYPE_STRUCT:
      return hash_nested (column, row);
    case WEIR_TYPE_VOID:
    default:
      return WEIR_HASH_NULL;
    }
}

/* One loop a storage width; NULL rows are patched afterwards. */
#define HASH_INTS(ctype)            \
  for (guint i = 0; i < sel.n; i++) \
  out[i] = weir_hash_u64 ((guint64)(gint64)weir_column_values (column, ctype)[weir_sel_row (sel, i)])

static gboolean
hash_flat (const WeirColumn *column,
           WeirSel           sel,
           guint64          *out)
{
  switch ((int)column->type->kind)
    {
    case WEIR_TYPE_INT:
    case WEIR_TYPE_DATE:
      HASH_INTS (gint32);
      break;
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
      HASH_INTS (gint64);
      break;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      for (guint i = 0; i < sel.n; i++)
        {
          const WeirView *view = &weir_column_values (column, WeirView)[weir_sel_row (sel, i)];

          out[i] = weir_hash_bytes (weir_view_data (view), view->len);
        }
      break;
    default:
      return FALSE;
    }
  for (guint i = 0; column->validity != NULL && i < sel.n; i++)
    if (!weir_bit (column->validity, weir_sel_row (sel, i)))
      out[i] = WEIR_HASH_NULL;
  return TRUE;
}

void
weir_column_hash (WeirColumn *column,
                  WeirSel     sel,
                  guint64    *hashes,
                  gboolean    first)
{
  g_autofree guint64 *fresh = first ? NULL : g_new (guint64, MAX (sel.n, 1));
  guint64            *out = first ? hashes : fresh;

  if (column->encoding == WEIR_ENCODING_DICT && column->dict->n_rows <= sel.n)
    {
      g_autofree guint64 *words = g_new (guint64, MAX (column->dict->n_rows, 1));

      weir_column_hash (column->dict, weir_sel_all (column->dict->n_rows), words, TRUE);
      for (guint i = 0; i < sel.n; i++)
        out[i] = words[column->codes[weir_sel_row (sel, i)]];
    }
  else if (column->encoding != WEIR_ENCODING_FLAT || !hash_flat (column, sel, out))
    for (guint i = 0; i < sel.n; i++)
      out[i] = weir_value_hash (column, weir_sel_row (sel, i));
  for (guint i = 0; !first && i < sel.n; i++)
    hashes[i] = weir_hash_combine (hashes[i], fresh[i]);
}
