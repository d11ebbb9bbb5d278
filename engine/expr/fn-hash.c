/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/decimal.h"
#include "expr/families-private.h"
#include "expr/murmur-private.h"
#include "expr/row-private.h"

/*
 * SQL's hash functions, bit for bit Spark's: Murmur3 and xxHash64, both with seed 42. A value is hashed with the hash so far as its
 * seed; a NULL leaves it unchanged. (State tables use base/hash.h.)
 */

typedef struct
{
  guint64 (*word32) (guint32 value, guint64 seed);
  guint64 (*word64) (guint64 value, guint64 seed);
  guint64 (*bytes) (const guint8 *data, gsize len, guint64 seed);
} Hasher;

static guint32
rotl32 (guint32 x,
        int     r)
{
  return x << r | x >> (32 - r);
}

static guint64
rotl64 (guint64 x,
        int     r)
{
  return x << r | x >> (64 - r);
}

/* Murmur3 --------------------------------------------------------------------------------------------------------- */

static guint32
murmur_step (guint32 h,
             guint32 k)
{
  k = rotl32 (k * 0xcc9e2d51u, 15) * 0x1b873593u;
  return rotl32 (h ^ k, 13) * 5 + 0xe6546b64u;
}

static guint32
murmur_finish (guint32 h,
               guint32 len)
{
  h ^= len;
  h = (h ^ h >> 16) * 0x85ebca6bu;
  h = (h ^ h >> 13) * 0xc2b2ae35u;
  return h ^ h >> 16;
}

static guint64
murmur_word32 (guint32 value,
               guint64 seed)
{
  return murmur_finish (murmur_step ((guint32)seed, value), 4);
}

static guint64
murmur_word64 (guint64 value,
               guint64 seed)
{
  return murmur_finish (murmur_step (murmur_step ((guint32)seed, (guint32)value), (guint32)(value >> 32)), 8);
}

/* The bytes behind the last whole word are mixed one by one, as signed numbers: that is Spark's, not the standard's. */
static guint64
murmur_bytes (const guint8 *data,
              gsize         len,
              guint64       seed)
{
  guint32 h = (guint32)seed;
  gsize   i = 0;

  for (; i + 4 <= len; i += 4)
    {
      guint32 word;

      memcpy (&word, data + i, 4);
      h = murmur_step (h, GUINT32_FROM_LE (word));
    }
  for (; i < len; i++)
    h = murmur_step (h, (guint32)(gint32)(gint8)data[i]);
  return murmur_finish (h, (guint32)len);
}

guint32
_weir_murmur_bytes (const guint8 *data,
                    gsize         len,
                    guint32       seed)
{
  return (guint32)murmur_bytes (data, len, seed);
}

static const Hasher murmur = { murmur_word32, murmur_word64, murmur_bytes };

/* xxHash64 -------------------------------------------------------------------------------------------------------- */

#define XX1 G_GUINT64_CONSTANT (0x9E3779B185EBCA87)
#define XX2 G_GUINT64_CONSTANT (0xC2B2AE3D27D4EB4F)
#define XX3 G_GUINT64_CONSTANT (0x165667B19E3779F9)
#define XX4 G_GUINT64_CONSTANT (0x85EBCA77C2B2AE63)
#define XX5 G_GUINT64_CONSTANT (0x27D4EB2F165667C5)

static guint64
xx_finish (guint64 h)
{
  h = (h ^ h >> 33) * XX2;
  h = (h ^ h >> 29) * XX3;
  return h ^ h >> 32;
}

static guint64
xx_word32 (guint32 value,
           guint64 seed)
{
  guint64 h = seed + XX5 + 4;

  h ^= value * XX1;
  return xx_finish (rotl64 (h, 23) * XX2 + XX3);
}

static guint64
xx_word64 (guint64 value,
           guint64 seed)
{
  guint64 h = seed + XX5 + 8;

  h ^= rotl64 (value * XX2, 31) * XX1;
  return xx_finish (rotl64 (h, 27) * XX1 + XX4);
}

static guint64
load64 (const guint8 *p)
{
  guint64 v;

  memcpy (&v, p, 8);
  return GUINT64_FROM_LE (v);
}

static guint64
xx_round (guint64 acc,
          guint64 input)
{
  return rotl64 (acc + input * XX2, 31) * XX1;
}

static guint64
xx_stripes (const guint8 **p,
            const guint8  *end,
            guint64        seed)
{
  guint64 v[4] = { seed + XX1 + XX2, seed + XX2, seed, seed - XX1 };
  guint64 h;

  for (; end - *p >= 32; *p += 32)
    for (int i = 0; i < 4; i++)
      v[i] = xx_round (v[i], load64 (*p + 8 * i));
  h = rotl64 (v[0], 1) + rotl64 (v[1], 7) + rotl64 (v[2], 12) + rotl64 (v[3], 18);
  for (int i = 0; i < 4; i++)
    h = (h ^ xx_round (0, v[i])) * XX1 + XX4;
  return h;
}

static guint64
xx_bytes (const guint8 *data,
          gsize         len,
          guint64       seed)
{
  const guint8 *p = data, *end = data + len;
  guint64       h = len >= 32 ? xx_stripes (&p, end, seed) : seed + XX5;

  h += len;
  for (; end - p >= 8; p += 8)
    h = rotl64 (h ^ xx_round (0, load64 (p)), 27) * XX1 + XX4;
  if (end - p >= 4)
    {
      guint32 word;

      memcpy (&word, p, 4);
      h = rotl64 (h ^ GUINT32_FROM_LE (word) * XX1, 23) * XX2 + XX3;
      p += 4;
    }
  for (; p < end; p++)
    h = rotl64 (h ^ *p * XX5, 11) * XX1;
  return xx_finish (h);
}

static const Hasher xx = { xx_word32, xx_word64, xx_bytes };

/* Values ---------------------------------------------------------------------------------------------------------- */

/* Big-endian two's complement in as few bytes as do: Java's BigInteger. */
static guint64
hash_wide (const Hasher *hasher,
           WeirInt128    value,
           guint64       seed)
{
  guint8 bytes[16];
  guint  first = 0;

  for (guint i = 0; i < 16; i++)
    bytes[i] = (guint8)(value >> (8 * (15 - i)));
  while (first < 15 && ((bytes[first] == 0 && !(bytes[first + 1] & 0x80)) || (bytes[first] == 0xff && (bytes[first + 1] & 0x80))))
    first++;
  return hasher->bytes (bytes + first, 16 - first, seed);
}

static guint64
hash_double (const Hasher *hasher,
             double        value,
             guint64       seed)
{
  guint64 bits;

  value = value == 0 ? 0.0 : value;
  memcpy (&bits, &value, 8);
  return hasher->word64 (value != value ? G_GUINT64_CONSTANT (0x7ff8000000000000) : bits, seed);
}

static guint64
hash_float (const Hasher *hasher,
            float         value,
            guint64       seed)
{
  guint32 bits;

  value = value == 0 ? 0.0f : value;
  memcpy (&bits, &value, 4);
  return hasher->word32 (value != value ? 0x7fc00000u : bits, seed);
}

static guint64
hash_interval (const Hasher *hasher,
               WeirInterval  value,
               guint64       seed)
{
  return hasher->word32 ((guint32)value.months, hasher->word32 ((guint32)value.days, hasher->word64 ((guint64)value.us, seed)));
}

static guint64
hash_value (const Hasher     *hasher,
            const WeirColumn *any,
            guint             any_row,
            guint64           seed)
{
  guint             row = any_row;
  const WeirColumn *column = weir_column_resolve (any, &row);
  const WeirView   *view;

  if (weir_column_is_null (column, row))
    return seed;
  switch (column->type->kind)
    {
    case WEIR_TYPE_VOID:
      return seed;
    case WEIR_TYPE_BOOLEAN:
      return hasher->word32 (weir_bit (column->values, row), seed);
    case WEIR_TYPE_TINYINT:
      return hasher->word32 ((guint32)(gint32)weir_column_values (column, gint8)[row], seed);
    case WEIR_TYPE_SMALLINT:
      return hasher->word32 ((guint32)(gint32)weir_column_values (column, gint16)[row], seed);
    case WEIR_TYPE_INT:
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_INTERVAL_YM:
      return hasher->word32 (weir_column_values (column, guint32)[row], seed);
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
    case WEIR_TYPE_INTERVAL_DT:
      return hasher->word64 (weir_column_values (column, guint64)[row], seed);
    case WEIR_TYPE_FLOAT:
      return hash_float (hasher, weir_column_values (column, float)[row], seed);
    case WEIR_TYPE_DOUBLE:
      return hash_double (hasher, weir_column_values (column, double)[row], seed);
    case WEIR_TYPE_DECIMAL:
      if (column->type->precision <= 18)
        return hasher->word64 ((guint64)weir_column_values (column, WeirInt128)[row], seed);
      return hash_wide (hasher, weir_column_values (column, WeirInt128)[row], seed);
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      view = weir_column_values (column, WeirView) + row;
      return hasher->bytes ((const guint8 *)weir_view_data (view), view->len, seed);
    case WEIR_TYPE_INTERVAL:
      return hash_interval (hasher, weir_column_values (column, WeirInterval)[row], seed);
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
      for (guint32 k = 0; k < weir_column_values (column, WeirListView)[row].length; k++)
        for (guint c = 0; c < column->n_children; c++)
          seed = hash_value (hasher, column->children[c], weir_column_values (column, WeirListView)[row].offset + k, seed);
      return seed;
    case WEIR_TYPE_STRUCT:
      for (guint c = 0; c < column->n_children; c++)
        seed = hash_value (hasher, column->children[c], row, seed);
      return seed;
    }
  return seed;
}

static WeirColumn *
eval_hash (const WeirExpr *expr,
           WeirEval       *eval,
           WeirColumn    **args,
           WeirSel         sel,
           guint           n_rows)
{
  gboolean wide = expr->type->kind == WEIR_TYPE_BIGINT;
  WeirOut  out;

  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    guint64 hash = 42;

    for (guint i = 0; i < expr->n_args; i++)
      hash = hash_value (wide ? &xx : &murmur, args[i], row, hash);
    if (wide)
      weir_out_values (&out, guint64)[row] = hash;
    else
      weir_out_values (&out, guint32)[row] = (guint32)hash;
  }
  return _weir_out_finish (&out);
}

static WeirType *
bind_hash (WeirBind *bind,
           GError  **error)
{
  bind->nullable = FALSE;
  return weir_type_ref (bind->function->name[0] == 'x' ? WEIR_BIGINT : WEIR_INT);
}

/* Digests --------------------------------------------------------------------------------------------------------- */

static gboolean
row_digest (WeirRow *row)
{
  gsize            len;
  const char      *data = weir_row_text (row, 0, &len);
  g_autofree char *hex = g_compute_checksum_for_data ((GChecksumType)GPOINTER_TO_INT (row->expr->function->impl), (const guchar *)data, len);

  g_string_append (row->text, hex);
  return TRUE;
}

static gboolean
row_sha2 (WeirRow *row)
{
  gsize            len;
  const char      *data = weir_row_text (row, 0, &len);
  gint32           bits = weir_row_i32 (row, 1);
  g_autofree char *hex = NULL;

  if (bits != 0 && bits != 256 && bits != 384 && bits != 512)
    return FALSE;
  hex = g_compute_checksum_for_data (bits == 384 ? G_CHECKSUM_SHA384 : bits == 512 ? G_CHECKSUM_SHA512
                                                                                   : G_CHECKSUM_SHA256,
                                     (const guchar *)data, len);
  g_string_append (row->text, hex);
  return TRUE;
}

static gboolean
row_crc32 (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);
  guint32     crc = 0xffffffffu;

  for (gsize i = 0; i < len; i++)
    {
      crc ^= (guchar)data[i];
      for (int k = 0; k < 8; k++)
        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
  row->i = crc ^ 0xffffffffu;
  return TRUE;
}

#define GROUP "hash"
#define HASH(name_, doc_)                                                                                                                                                                                      \
  {                                                                                                                                                                                                            \
    .name = name_, .group = GROUP, .signature = name_ "(a, b, …)", .doc = doc_, .example = "SELECT " name_ "('Spark', array(123), 2)", .n_args_min = 1, .n_args_max = -1, .bind = bind_hash, .eval = eval_hash \
  }
#define DIGEST(name_, doc_, kind_)                                                                                                        \
  {                                                                                                                                       \
    WEIR_ROW (name_, GROUP, name_ "(bytes)", doc_, "SELECT " name_ "('Spark')", 1, 1, "t>s", row_digest), .impl = GINT_TO_POINTER (kind_) \
  }

static const WeirFunction functions[] = {
  HASH ("hash", "The Murmur3 hash of the values."),
  HASH ("xxhash64", "The 64-bit xxHash of the values."),
  DIGEST ("md5", "The MD5 digest in hexadecimal.", G_CHECKSUM_MD5),
  DIGEST ("sha", "The SHA-1 digest in hexadecimal.", G_CHECKSUM_SHA1),
  DIGEST ("sha1", "The SHA-1 digest in hexadecimal.", G_CHECKSUM_SHA1),
  { WEIR_ROW ("sha2", GROUP, "sha2(bytes, bits)", "The SHA-2 digest of 256, 384 or 512 bits in hexadecimal.", "SELECT sha2('Spark', 256)", 2, 2, "ti>s", row_sha2) },
  { WEIR_ROW ("crc32", GROUP, "crc32(bytes)", "The CRC-32 of the bytes.", "SELECT crc32('Spark')", 1, 1, "t>l", row_crc32) },
};

const WeirFamily _weir_family_hash = { functions, G_N_ELEMENTS (functions) };
