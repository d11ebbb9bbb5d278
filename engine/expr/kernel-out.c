/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/type.h"
#include "expr/kernel-private.h"

/*
 * Results of kernels.
 *
 * Kernels run over selections, so rows are written by number and some never. Views, lists and bits of such rows must still be
 * safe to copy, hence the zeroing; numbers may be anything.
 */

#define OPEN_BYTES 16384

void
_weir_out_init (WeirOut  *out,
                WeirType *type,
                guint     n_rows)
{
  gsize    width = weir_type_width (type);
  gsize    size = type->kind == WEIR_TYPE_BOOLEAN ? (n_rows + 7) / 8 : width * n_rows;
  gboolean zero = type->kind == WEIR_TYPE_BOOLEAN || type->kind == WEIR_TYPE_STRING || type->kind == WEIR_TYPE_BINARY || type->kind == WEIR_TYPE_ARRAY || type->kind == WEIR_TYPE_MAP;

  *out = (WeirOut){ .type = type, .n_rows = n_rows };
  if (type->kind == WEIR_TYPE_STRUCT || type->kind == WEIR_TYPE_VOID)
    return;
  out->values_buffer = weir_buffer_new (MAX (size, 1));
  out->values = out->values_buffer->data;
  if (zero)
    memset (out->values, 0, size);
}

void
_weir_out_null (WeirOut *out,
                guint    row)
{
  if (out->validity == NULL)
    {
      out->validity_buffer = weir_buffer_new (MAX ((out->n_rows + 7) / 8, 1));
      out->validity = out->validity_buffer->data;
      memset (out->validity, 0xff, (out->n_rows + 7) / 8);
    }
  out->validity[row >> 3] &= (guint8) ~(1u << (row & 7));
}

static void
add_bytes (WeirOut    *out,
           WeirBuffer *buffer)
{
  if (out->bytes == NULL)
    out->bytes = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_buffer_unref);
  g_ptr_array_add (out->bytes, buffer);
}

char *
_weir_out_alloc (WeirOut *out,
                 gsize    len)
{
  char *room;

  if (out->open == NULL || out->open->size - out->open_used < len)
    {
      WeirBuffer *buffer = weir_buffer_new (MAX (OPEN_BYTES, len));

      add_bytes (out, buffer);
      if (len > OPEN_BYTES / 2)
        return (char *)buffer->data;
      out->open = buffer;
      out->open_used = 0;
    }
  room = (char *)out->open->data + out->open_used;
  out->open_used += len;
  return room;
}

void
_weir_out_bytes (WeirOut    *out,
                 guint       row,
                 const char *data,
                 gsize       len)
{
  if (len > WEIR_VIEW_INLINE_MAX)
    {
      char *room = _weir_out_alloc (out, len);

      memcpy (room, data, len);
      data = room;
    }
  weir_out_values (out, WeirView)[row] = weir_view_new (data, (guint32)len);
}

void
_weir_out_keep (WeirOut    *out,
                WeirColumn *column)
{
  WeirColumn *flat = column->encoding == WEIR_ENCODING_CONST ? column->dict : column;

  for (guint i = 0; i < flat->n_buffers; i++)
    add_bytes (out, weir_buffer_ref (flat->buffers[i]));
}

WeirColumn *
_weir_out_finish (WeirOut *out)
{
  WeirColumn *column;

  switch ((int)out->type->kind)
    {
    case WEIR_TYPE_VOID:
      g_clear_pointer (&out->validity_buffer, weir_buffer_unref);
      return weir_column_new_nulls (out->type, out->n_rows);
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      column = weir_column_new_views (out->type, out->n_rows, out->values_buffer, out->validity_buffer,
                                      out->bytes != NULL ? (WeirBuffer **)out->bytes->pdata : NULL,
                                      out->bytes != NULL ? out->bytes->len : 0);
      g_clear_pointer (&out->bytes, g_ptr_array_unref);
      return column;
    default:
      return weir_column_new_flat (out->type, out->n_rows, out->values_buffer, out->validity_buffer);
    }
}

WeirColumn *
_weir_out_finish_nested (WeirOut     *out,
                         WeirColumn **children)
{
  guint       n_children = out->type->n_fields;
  WeirColumn *column;

  if (out->type->kind == WEIR_TYPE_STRUCT)
    column = weir_column_new_struct (out->type, out->n_rows, children, out->validity_buffer);
  else
    column = weir_column_new_list (out->type, out->n_rows, out->values_buffer, children, out->validity_buffer);
  for (guint i = 0; i < n_children; i++)
    weir_column_unref (children[i]);
  return column;
}

static void
fail_valist (const WeirExpr *expr,
             WeirEval       *eval,
             guint           row,
             const char     *condition,
             const char     *format,
             va_list         args) G_GNUC_PRINTF (5, 0);

static void
fail_valist (const WeirExpr *expr,
             WeirEval       *eval,
             guint           row,
             const char     *condition,
             const char     *format,
             va_list         args)
{
  g_autofree char *message = g_strdup_vprintf (format, args);

  weir_eval_fail (eval, row, weir_error_new (WEIR_ERROR_RUN, condition, expr->span, "%s", message));
}

void
_weir_kernel_fail (const WeirExpr *expr,
                   WeirEval       *eval,
                   WeirOut        *out,
                   guint           row,
                   const char     *condition,
                   const char     *format,
                   ...)
{
  va_list args;

  if (out != NULL)
    _weir_out_null (out, row);
  if (!weir_eval_wants (eval, row))
    return;
  va_start (args, format);
  fail_valist (expr, eval, row, condition, format, args);
  va_end (args);
}

void
_weir_kernel_fail_always (const WeirExpr *expr,
                          WeirEval       *eval,
                          WeirOut        *out,
                          guint           row,
                          const char     *condition,
                          const char     *format,
                          ...)
{
  va_list args;

  if (out != NULL)
    _weir_out_null (out, row);
  if (eval->error != NULL && row >= eval->error_row)
    return;
  va_start (args, format);
  fail_valist (expr, eval, row, condition, format, args);
  va_end (args);
}

guint
_weir_sel_valid (WeirSel       sel,
                 const guint8 *bits,
                 guint16      *idx)
{
  guint n = 0;

  for (guint i = 0; i < sel.n; i++)
    {
      guint row = weir_sel_row (sel, i);

      idx[n] = (guint16)row;
      n += weir_bit (bits, row);
    }
  return n;
}

/* The buffer of @column that @data lies in; a new reference. */
static WeirBuffer *
find_buffer (WeirColumn *column,
             const void *data,
             gsize       size)
{
  const guint8 *start = data;
  WeirBuffer   *copy;

  for (guint i = 0; i < column->n_buffers; i++)
    if (column->buffers[i]->data == start)
      return weir_buffer_ref (column->buffers[i]);
  copy = weir_buffer_new (MAX (size, 1));
  memcpy (copy->data, data, size);
  return copy;
}

static WeirBuffer *
and_bits (const guint8 *other,
          WeirBuffer   *validity,
          guint         n_rows)
{
  WeirBuffer *both;

  if (other == NULL)
    return validity;
  both = weir_buffer_new (MAX ((n_rows + 7) / 8, 1));
  for (guint i = 0; i < (n_rows + 7) / 8; i++)
    both->data[i] = other[i] & validity->data[i];
  weir_buffer_unref (validity);
  return both;
}

WeirColumn *
_weir_column_and_validity (WeirColumn *column,
                           WeirBuffer *validity)
{
  g_autoptr (WeirColumn) flat = weir_column_flatten (column);
  guint                  n = flat->n_rows;
  gsize                  width = weir_type_width (flat->type);
  WeirBuffer            *bits = and_bits (flat->validity, validity, n);

  weir_column_unref (column);
  switch ((int)flat->type->kind)
    {
    case WEIR_TYPE_VOID:
      weir_buffer_unref (bits);
      return g_steal_pointer (&flat);
    case WEIR_TYPE_STRUCT:
      return weir_column_new_struct (flat->type, n, flat->children, bits);
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
      return weir_column_new_list (flat->type, n, find_buffer (flat, flat->values, width * n), flat->children, bits);
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      return weir_column_new_views (flat->type, n, find_buffer (flat, flat->values, width * n), bits, flat->buffers, flat->n_buffers);
    case WEIR_TYPE_BOOLEAN:
      return weir_column_new_flat (flat->type, n, find_buffer (flat, flat->values, (n + 7) / 8), bits);
    default:
      return weir_column_new_flat (flat->type, n, find_buffer (flat, flat->values, width * n), bits);
    }
}

#define MERGE_FIXED(ctype)                                                               \
  for (guint row = 0; row < n_rows; row++)                                               \
    {                                                                                    \
      if (which[row] == WEIR_WHICH_NULL || weir_arg_is_null (&args[which[row]], row))    \
        _weir_out_null (&out, row);                                                      \
      else                                                                               \
        weir_out_values (&out, ctype)[row] = weir_arg_at (args[which[row]], ctype, row); \
    }

static WeirColumn *
merge_flat (WeirType      *type,
            WeirColumn   **columns,
            guint          n_columns,
            const guint16 *which,
            guint          n_rows)
{
  g_autofree WeirArg *args = g_new (WeirArg, MAX (n_columns, 1));
  WeirOut             out;

  _weir_out_init (&out, type, n_rows);
  for (guint i = 0; i < n_columns; i++)
    {
      args[i] = weir_arg (columns[i]);
      if (type->kind == WEIR_TYPE_STRING || type->kind == WEIR_TYPE_BINARY)
        _weir_out_keep (&out, columns[i]);
    }
  switch (weir_type_width (type))
    {
    case 0:
      for (guint row = 0; row < n_rows; row++)
        {
          if (which[row] == WEIR_WHICH_NULL || weir_arg_is_null (&args[which[row]], row))
            _weir_out_null (&out, row);
          else
            weir_out_bool (&out, row, weir_arg_bool (args[which[row]], row));
        }
      break;
    case 1:
      MERGE_FIXED (gint8)
      break;
    case 2:
      MERGE_FIXED (gint16)
      break;
    case 4:
      MERGE_FIXED (gint32)
      break;
    case 8:
      MERGE_FIXED (gint64)
      break;
    default:
      MERGE_FIXED (WeirInt128)
      break;
    }
  return _weir_out_finish (&out);
}

WeirColumn *
_weir_column_merge (WeirType      *type,
                    WeirColumn   **columns,
                    guint          n_columns,
                    const guint16 *which,
                    guint          n_rows)
{
  g_autofree WeirColumn **flat = g_new0 (WeirColumn *, MAX (n_columns, 1));
  g_autoptr (WeirColumn)  all = NULL;
  g_autofree guint32     *idx = NULL;
  WeirColumn             *merged;
  gboolean                nested = type->kind == WEIR_TYPE_ARRAY || type->kind == WEIR_TYPE_MAP || type->kind == WEIR_TYPE_STRUCT;

  if (type->kind == WEIR_TYPE_VOID || n_columns == 0)
    return weir_column_new_nulls (type, n_rows);
  for (guint i = 0; i < n_columns; i++)
    flat[i] = columns[i]->encoding == WEIR_ENCODING_DICT || (nested && columns[i]->encoding != WEIR_ENCODING_FLAT)
                ? weir_column_flatten (columns[i])
                : weir_column_ref (columns[i]);
  if (!nested)
    merged = merge_flat (type, flat, n_columns, which, n_rows);
  else
    {
      idx = g_new (guint32, MAX (n_rows, 1));
      for (guint row = 0; row < n_rows; row++)
        idx[row] = which[row] == WEIR_WHICH_NULL ? G_MAXUINT32 : which[row] * n_rows + row;
      for (guint i = 0; i < n_columns; i++)
        if (!weir_type_equal (flat[i]->type, type))
          {
            WeirColumn *typed = weir_column_retype (flat[i], type);

            weir_column_unref (flat[i]);
            flat[i] = typed;
          }
      all = weir_column_concat (flat, n_columns);
      merged = weir_column_gather_nullable (all, idx, n_rows);
    }
  for (guint i = 0; i < n_columns; i++)
    weir_column_unref (flat[i]);
  return merged;
}
