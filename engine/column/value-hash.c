/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/hash.h"
#include "column/value.h"

/*
 * Hashes for grouping, of single values and of columns. Both are one function of the value: a column's kernel is a loop over the
 * same inline functions, chosen once, then NULL rows are patched. Values that are equal hash equally in every encoding; floats hash as
 * doubles, integers as 64-bit ones.
 */

static inline guint64
hash_double (double value)
{
  guint64 bits;

  value = weir_normalize_double (value);
  memcpy (&bits, &value, sizeof bits);
  return weir_hash_u64 (bits);
}

static inline guint64
hash_integer (gint64 value)
{
  return weir_hash_u64 ((guint64)value);
}

/* weir_hash_bytes() of a view: the bytes behind a short one are zeros, so it is one or two words. */
static inline guint64
hash_view (const WeirView *view)
{
  guint64 first, hash;
  guint32 second;

  if (view->len > WEIR_VIEW_INLINE_MAX || view->len == 0)
    return weir_hash_bytes (weir_view_data (view), view->len);
  memcpy (&first, view->inlined, sizeof first);
  memcpy (&second, view->inlined + 8, sizeof second);
  hash = weir_hash_mix (GUINT64_FROM_LE (first) ^ WEIR_HASH_K1, WEIR_HASH_K0);
  if (view->len > 8)
    hash = weir_hash_mix (GUINT32_FROM_LE (second) ^ WEIR_HASH_K1, hash);
  return weir_hash_mix (hash ^ view->len, WEIR_HASH_K1);
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

#define VALUE(ctype) (weir_column_values (column, ctype)[row])

/* A flat value that is not NULL. With a constant @kind only one case remains. */
G_ALWAYS_INLINE static inline guint64
hash_at (const WeirColumn *column,
         guint             row,
         WeirTypeKind      kind)
{
  switch (kind)
    {
    case WEIR_TYPE_BOOLEAN:
      return hash_integer (weir_bit (column->values, row));
    case WEIR_TYPE_TINYINT:
      return hash_integer (VALUE (gint8));
    case WEIR_TYPE_SMALLINT:
      return hash_integer (VALUE (gint16));
    case WEIR_TYPE_INT:
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_INTERVAL_YM:
      return hash_integer (VALUE (gint32));
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
    case WEIR_TYPE_INTERVAL_DT:
      return hash_integer (VALUE (gint64));
    case WEIR_TYPE_FLOAT:
      return hash_double ((double)VALUE (float));
    case WEIR_TYPE_DOUBLE:
      return hash_double (VALUE (double));
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      return hash_view (&VALUE (WeirView));
    case WEIR_TYPE_DECIMAL:
      return weir_hash_bytes (&VALUE (WeirInt128), sizeof (WeirInt128));
    case WEIR_TYPE_INTERVAL:
      return weir_hash_bytes (&VALUE (WeirInterval), sizeof (WeirInterval));
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
    case WEIR_TYPE_STRUCT:
      return hash_nested (column, row);
    case WEIR_TYPE_VOID:
    default:
      return WEIR_HASH_NULL;
    }
}

guint64
weir_value_hash (const WeirColumn *column,
                 guint             row)
{
  if (weir_column_is_null (column, row))
    return WEIR_HASH_NULL;
  column = weir_column_resolve (column, &row);
  return hash_at (column, row, column->type->kind);
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

/* Rows hashed at a time, on the stack, when they are combined with hashes that are there. */
#define CHUNK_ROWS 1024

#define LOOP(kind)                                            \
  case kind:                                                  \
    for (guint i = 0; i < sel.n; i++)                         \
      out[i] = hash_at (column, weir_sel_row (sel, i), kind); \
    break

/* Without regard to NULL; so not for lists and structs, whose parts are then unspecified. */
static void
hash_values (const WeirColumn *column,
             WeirSel           sel,
             guint64          *out)
{
  switch ((int)column->type->kind)
    {
      LOOP (WEIR_TYPE_BOOLEAN);
      LOOP (WEIR_TYPE_TINYINT);
      LOOP (WEIR_TYPE_SMALLINT);
      LOOP (WEIR_TYPE_INT);
      LOOP (WEIR_TYPE_DATE);
      LOOP (WEIR_TYPE_INTERVAL_YM);
      LOOP (WEIR_TYPE_BIGINT);
      LOOP (WEIR_TYPE_TIMESTAMP);
      LOOP (WEIR_TYPE_TIMESTAMP_NTZ);
      LOOP (WEIR_TYPE_INTERVAL_DT);
      LOOP (WEIR_TYPE_FLOAT);
      LOOP (WEIR_TYPE_DOUBLE);
      LOOP (WEIR_TYPE_STRING);
      LOOP (WEIR_TYPE_BINARY);
      LOOP (WEIR_TYPE_DECIMAL);
      LOOP (WEIR_TYPE_INTERVAL);
    default:
      for (guint i = 0; i < sel.n; i++)
        out[i] = weir_value_hash (column, weir_sel_row (sel, i));
      break;
    }
}

static void
patch_nulls (const guint8 *validity,
             WeirSel       sel,
             guint64      *out)
{
  if (sel.idx != NULL)
    for (guint i = 0; i < sel.n; i++)
      out[i] = weir_bit (validity, sel.idx[i]) ? out[i] : WEIR_HASH_NULL;
  else
    for (guint i = 0; i < sel.n; i += 8)
      for (guint nulls = validity[i / 8] ^ 0xff; nulls != 0; nulls &= nulls - 1)
        if (i + (guint)__builtin_ctz (nulls) < sel.n)
          out[i + (guint)__builtin_ctz (nulls)] = WEIR_HASH_NULL;
}

static void
hash_flat (const WeirColumn *column,
           WeirSel           sel,
           guint64          *out)
{
  hash_values (column, sel, out);
  if (column->validity != NULL)
    patch_nulls (column->validity, sel, out);
}

/* hashes[i] with value i; FIRST: the value alone. */
static inline void
put_hash (guint64 *hashes,
          guint    i,
          guint64  hash,
          gboolean first)
{
  hashes[i] = first ? hash : weir_hash_combine (hashes[i], hash);
}

static void
hash_dict (const WeirColumn *column,
           WeirSel           sel,
           guint64          *hashes,
           gboolean          first)
{
  guint               n = column->dict->n_rows;
  g_autofree guint64 *of_code = g_new (guint64, MAX (n, 1));

  hash_flat (column->dict, weir_sel_all (n), of_code);
  for (guint i = 0; i < sel.n; i++)
    put_hash (hashes, i, of_code[column->codes[weir_sel_row (sel, i)]], first);
}

/* Without a list of rows a column may be longer than such a list can say; it is then taken in one go. */
static void
combine_flat (const WeirColumn *column,
              WeirSel           sel,
              guint64          *hashes)
{
  guint64 fresh[CHUNK_ROWS];
  guint16 rows[CHUNK_ROWS];

  if (sel.idx == NULL && sel.n > G_MAXUINT16)
    {
      g_autofree guint64 *all = g_new (guint64, sel.n);

      hash_flat (column, sel, all);
      for (guint i = 0; i < sel.n; i++)
        hashes[i] = weir_hash_combine (hashes[i], all[i]);
      return;
    }
  for (guint done = 0; done < sel.n; done += CHUNK_ROWS)
    {
      guint          n = MIN (sel.n - done, CHUNK_ROWS);
      const guint16 *idx = sel.idx != NULL ? sel.idx + done : rows;

      for (guint i = 0; sel.idx == NULL && i < n; i++)
        rows[i] = (guint16)(done + i);
      hash_flat (column, (WeirSel){ idx, n }, fresh);
      for (guint i = 0; i < n; i++)
        hashes[done + i] = weir_hash_combine (hashes[done + i], fresh[i]);
    }
}

void
weir_column_hash (WeirColumn *column,
                  WeirSel     sel,
                  guint64    *hashes,
                  gboolean    first)
{
  if (column->encoding == WEIR_ENCODING_CONST)
    {
      guint64 hash = sel.n > 0 ? weir_value_hash (column, 0) : 0;

      for (guint i = 0; i < sel.n; i++)
        put_hash (hashes, i, hash, first);
    }
  else if (column->encoding == WEIR_ENCODING_DICT && column->dict->n_rows <= MAX (sel.n, 256))
    hash_dict (column, sel, hashes, first);
  else if (column->encoding == WEIR_ENCODING_DICT)
    for (guint i = 0; i < sel.n; i++)
      put_hash (hashes, i, weir_value_hash (column, weir_sel_row (sel, i)), first);
  else if (first)
    hash_flat (column, sel, hashes);
  else
    combine_flat (column, sel, hashes);
}
