/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/key-codec.h"

#include "column/value-codec.h"

/*
 * Encoding is a loop a column and width; the class was chosen from the types once, so nothing is asked per row.
 */

#define AHEAD 64

static gboolean
is_fixed (WeirType *type)
{
  gsize width = weir_type_width (type);

  return type->kind == WEIR_TYPE_BOOLEAN || (width > 0 && width <= 8 && type->n_fields == 0);
}

static guint
packed_width (WeirType *type)
{
  return type->kind == WEIR_TYPE_BOOLEAN ? 1 : (guint)weir_type_width (type);
}

void
weir_key_codec_init (WeirKeyCodec    *codec,
                     WeirType *const *types,
                     guint            n)
{
  guint    width = (n + 7) / 8;
  gboolean fixed = TRUE;

  codec->n = n;
  codec->types = g_new (WeirType *, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      codec->types[i] = weir_type_ref (types[i]);
      fixed = fixed && is_fixed (types[i]);
      width += packed_width (types[i]);
    }
  if (n == 0)
    codec->klass = WEIR_KEY_NONE;
  else if (fixed && n == 1)
    codec->klass = WEIR_KEY_INT;
  else if (fixed && width <= 16)
    codec->klass = WEIR_KEY_PACKED;
  else if (n == 1 && (types[0]->kind == WEIR_TYPE_STRING || types[0]->kind == WEIR_TYPE_BINARY))
    codec->klass = WEIR_KEY_STRING;
  else
    codec->klass = WEIR_KEY_BYTES;
}

void
weir_key_codec_clear (WeirKeyCodec *codec)
{
  for (guint i = 0; i < codec->n; i++)
    weir_type_unref (codec->types[i]);
  g_clear_pointer (&codec->types, g_free);
  codec->n = 0;
}

static inline guint64
double_bits (double value)
{
  guint64 bits;

  value = weir_normalize_double (value);
  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static inline guint64
float_bits (float value)
{
  float   plain = (float)weir_normalize_double (value);
  guint32 bits;

  memcpy (&bits, &plain, sizeof bits);
  return bits;
}

/* The fixed-width value of row @row as 64 bits. */
static inline guint64
fixed_value (const WeirColumn *flat,
             guint             row)
{
  switch (flat->type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      return weir_bit (flat->values, row);
    case WEIR_TYPE_FLOAT:
      return float_bits (weir_column_values (flat, float)[row]);
    case WEIR_TYPE_DOUBLE:
      return double_bits (weir_column_values (flat, double)[row]);
    default:
      break;
    }
  switch (weir_type_width (flat->type))
    {
    case 1:
      return (guint64)(gint64)weir_column_values (flat, gint8)[row];
    case 2:
      return (guint64)(gint64)weir_column_values (flat, gint16)[row];
    case 4:
      return (guint64)(gint64)weir_column_values (flat, gint32)[row];
    default:
      return (guint64)weir_column_values (flat, gint64)[row];
    }
}

#define ENCODE_LOOP(expression)                   \
  for (guint i = 0; i < n; i++)                   \
    {                                             \
      guint row = weir_sel_row (sel, offset + i); \
                                                  \
      keys[i].a = (guint64)(expression);          \
      keys[i].b = 0;                              \
    }

static void
encode_int (const WeirColumn *flat,
            WeirSel           sel,
            guint             offset,
            guint             n,
            WeirGroupKey     *keys)
{
  switch (flat->type->kind)
    {
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
      ENCODE_LOOP (weir_column_values (flat, gint64)[row]);
      break;
    case WEIR_TYPE_INT:
    case WEIR_TYPE_DATE:
      ENCODE_LOOP ((gint64)weir_column_values (flat, gint32)[row]);
      break;
    default:
      ENCODE_LOOP (fixed_value (flat, row));
      break;
    }
  if (flat->validity == NULL && flat->type->kind != WEIR_TYPE_VOID)
    return;
  for (guint i = 0; i < n; i++)
    if (weir_column_is_null (flat, weir_sel_row (sel, offset + i)))
      {
        keys[i].a = 0;
        keys[i].b = 1;
      }
}

static void
encode_packed (const WeirKeyCodec *codec,
               WeirColumn *const  *columns,
               WeirSel             sel,
               guint               offset,
               guint               n,
               WeirGroupKey       *keys)
{
  guint at = (codec->n + 7) / 8;

  for (guint i = 0; i < n; i++)
    keys[i].a = keys[i].b = 0;
  for (guint c = 0; c < codec->n; c++)
    {
      guint width = packed_width (codec->types[c]);

      for (guint i = 0; i < n; i++)
        {
          guint   row = weir_sel_row (sel, offset + i);
          guint8 *words = (guint8 *)&keys[i].a;
          guint64 value;

          if (columns[c]->validity != NULL && !weir_bit (columns[c]->validity, row))
            {
              words[c / 8] |= (guint8)(1u << (c % 8));
              continue;
            }
          value = fixed_value (columns[c], row);
          memcpy (words + at, &value, width);
        }
      at += width;
    }
}

static inline void
encode_view (WeirGroupKey     *key,
             const WeirColumn *flat,
             guint             row)
{
  if (G_UNLIKELY (flat->validity != NULL && !weir_bit (flat->validity, row)))
    {
      key->a = G_MAXUINT32;
      key->b = 0;
      return;
    }
  memcpy (&key->a, &weir_column_values (flat, WeirView)[row], sizeof (WeirView));
}

static void
encode_string (const WeirColumn *column,
               WeirSel           sel,
               guint             offset,
               guint             n,
               WeirGroupKey     *keys)
{
  for (guint i = 0; i < n; i++)
    {
      guint             row = weir_sel_row (sel, offset + i);
      const WeirColumn *flat = column->encoding == WEIR_ENCODING_FLAT ? column : weir_column_resolve (column, &row);

      encode_view (&keys[i], flat, row);
    }
}

/* Views are made when all bytes are there, since the array moves. */
static void
encode_bytes (const WeirKeyCodec *codec,
              WeirColumn *const  *columns,
              WeirSel             sel,
              guint               offset,
              guint               n,
              GByteArray         *scratch,
              WeirGroupKey       *keys)
{
  WeirWriter writer = { scratch };

  for (guint i = 0; i < n; i++)
    {
      guint row = weir_sel_row (sel, offset + i);

      keys[i].a = scratch->len;
      for (guint c = 0; c < codec->n; c++)
        weir_value_write (columns[c], row, TRUE, &writer);
      keys[i].b = scratch->len - keys[i].a;
    }
  for (guint i = 0; i < n; i++)
    {
      WeirView view = weir_view_new ((const char *)scratch->data + keys[i].a, (guint32)keys[i].b);

      memcpy (&keys[i].a, &view, sizeof view);
    }
}

void
weir_key_codec_encode (const WeirKeyCodec *codec,
                       WeirColumn *const  *columns,
                       WeirSel             sel,
                       guint               offset,
                       guint               n,
                       GByteArray         *scratch,
                       WeirGroupKey       *keys)
{
  switch (codec->klass)
    {
    case WEIR_KEY_NONE:
      for (guint i = 0; i < n; i++)
        keys[i].a = keys[i].b = 0;
      break;
    case WEIR_KEY_INT:
      encode_int (columns[0], sel, offset, n, keys);
      break;
    case WEIR_KEY_PACKED:
      encode_packed (codec, columns, sel, offset, n, keys);
      break;
    case WEIR_KEY_STRING:
      encode_string (columns[0], sel, offset, n, keys);
      break;
    case WEIR_KEY_BYTES:
      encode_bytes (codec, columns, sel, offset, n, scratch, keys);
      break;
    }
}

static void
append_fixed (WeirColumnBuilder *builder,
              const void        *at)
{
  gint64 value = 0;
  guint  width = packed_width (builder->type);

  memcpy (&value, at, width);
  if (builder->type->kind == WEIR_TYPE_BOOLEAN)
    {
      weir_column_builder_append_bool (builder, (gboolean)value);
      return;
    }
  weir_column_builder_append_i64 (builder, 0);
  memcpy ((guint8 *)builder->values + (gsize)(builder->n_rows - 1) * width, at, width);
}

static void
append_view (WeirColumnBuilder  *builder,
             const WeirGroupKey *key)
{
  WeirView view;

  memcpy (&view, &key->a, sizeof view);
  if (view.len == G_MAXUINT32)
    weir_column_builder_append_null (builder);
  else if (view.len <= WEIR_VIEW_INLINE_MAX)
    weir_column_builder_append_view (builder, view);
  else
    weir_column_builder_append_bytes (builder, view.data, view.len);
}

static gboolean
append_bytes (const WeirKeyCodec *codec,
              guint               column,
              const WeirGroupKey *key,
              WeirColumnBuilder  *builder)
{
  WeirView   view;
  WeirReader reader;

  memcpy (&view, &key->a, sizeof view);
  weir_reader_init (&reader, weir_view_data (&view), view.len);
  for (guint c = 0; c < column; c++)
    {
      WeirColumnBuilder *skip = weir_column_builder_new (codec->types[c], 1);
      gboolean           ok = weir_value_read (skip, &reader);

      weir_column_builder_free (skip);
      if (!ok)
        return FALSE;
    }
  return weir_value_read (builder, &reader);
}

static void
append_packed (const WeirKeyCodec *codec,
               guint               column,
               const WeirGroupKey *key,
               WeirColumnBuilder  *builder)
{
  const guint8 *words = (const guint8 *)&key->a;
  guint         at = (codec->n + 7) / 8;

  for (guint c = 0; c < column; c++)
    at += packed_width (codec->types[c]);
  if ((words[column / 8] >> (column % 8)) & 1)
    weir_column_builder_append_null (builder);
  else
    append_fixed (builder, words + at);
}

/* Keys lie anywhere in a large table: the next block of them is on its way while this one is read. */
static inline void
prefetch_next (const WeirGroupTable *table,
               const guint32        *groups,
               guint                 n,
               guint                 i)
{
  if (i % AHEAD == 0 && i + AHEAD < n)
    weir_group_table_prefetch (table, groups + i + AHEAD, MIN (AHEAD, n - i - AHEAD));
}

static void
decode_int (const WeirGroupTable *table,
            const guint32        *groups,
            guint                 n,
            WeirColumnBuilder    *builder)
{
  gboolean is_word = weir_type_width (builder->type) == sizeof (gint64);

  for (guint i = 0; i < n; i++)
    {
      const WeirGroupKey *key = weir_group_key (table, groups[i]);

      prefetch_next (table, groups, n, i);
      if (G_UNLIKELY (key->b != 0))
        weir_column_builder_append_null (builder);
      else if (is_word && builder->validity == NULL)
        ((guint64 *)builder->values)[builder->n_rows++] = key->a;
      else
        append_fixed (builder, &key->a);
    }
}

gboolean
weir_key_codec_decode (const WeirKeyCodec   *codec,
                       guint                 column,
                       const WeirGroupTable *table,
                       const guint32        *groups,
                       guint                 n,
                       WeirColumnBuilder    *builder)
{
  weir_column_builder_reserve (builder, n);
  weir_group_table_prefetch (table, groups, MIN (AHEAD, n));
  if (codec->klass == WEIR_KEY_INT)
    {
      decode_int (table, groups, n, builder);
      return TRUE;
    }
  for (guint i = 0; i < n; i++)
    {
      const WeirGroupKey *key = weir_group_key (table, groups[i]);

      prefetch_next (table, groups, n, i);
      switch (codec->klass)
        {
        case WEIR_KEY_NONE:
        case WEIR_KEY_INT:
          break;
        case WEIR_KEY_PACKED:
          append_packed (codec, column, key, builder);
          break;
        case WEIR_KEY_STRING:
          append_view (builder, key);
          break;
        case WEIR_KEY_BYTES:
          if (!append_bytes (codec, column, key, builder))
            return FALSE;
          break;
        }
    }
  return TRUE;
}
