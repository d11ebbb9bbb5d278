/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/csv-run-private.h"
#include "format/digits-private.h"
#include "format/time-text-private.h"

#include <string.h>

/*
 * Kernels: the cells of one column → a column.
 *
 * Each loop handles one type, with the common form written out and _weir_convert_cell() for the rest. NULLs are found while
 * converting; the bitmap is made afterwards and only when there are any. Bytes that strings point into are kept by the column: the
 * block and the arena.
 */

#define REASON_TYPE "a value is not of its column's type"

/* Rows whose value is NULL: cells without a value, and the rows from @first_error on in run->errors. */
static WeirBuffer *
make_validity (const WeirCell *cells,
               WeirKernelRun  *run,
               guint           first_error)
{
  gsize       size = (run->n + 7) / 8;
  WeirBuffer *buffer = weir_buffer_new (size);

  for (gsize byte = 0; byte < size; byte++)
    {
      guint8 bits = 0;

      for (guint i = 0; i < 8 && byte * 8 + i < run->n; i++)
        bits |= (guint8)((cells[byte * 8 + i].kind != WEIR_CELL_NULL) << i);
      buffer->data[byte] = bits;
    }
  for (guint i = first_error; i < run->errors->len; i++)
    weir_bit_set (buffer->data, g_array_index (run->errors, WeirRowError, i).row, FALSE);
  return buffer;
}

/* As make_validity() when the rows of runs have no cells yet. */
static WeirBuffer *
make_run_validity (const WeirConvert *convert,
                   WeirCell          *cells,
                   WeirKernelRun     *run,
                   guint              first_error)
{
  if (run->n_runs > 0)
    _weir_csv_fill_cells (convert->options, run->runs, run->n_runs, run->field, cells);
  return make_validity (cells, run, first_error);
}

/* Integers, up to 64 rows at a time: short ones by _weir_parse_digits(), the rest one by one. */
#define INTEGER_KERNEL(name, ctype)                                                                                                      \
  static WeirColumn *                                                                                                                    \
  name (const WeirConvert *convert, WeirCell *cells, WeirKernelRun *run)                                                                 \
  {                                                                                                                                      \
    WeirBuffer *buffer = weir_buffer_new (run->n * sizeof (ctype));                                                                      \
    ctype      *values = (ctype *)buffer->data;                                                                                          \
    guint       first_error = run->errors->len;                                                                                          \
    guint32     wanted = convert->is_json ? WEIR_CELL_INT : WEIR_CELL_STRING;                                                            \
    gboolean    any_null = FALSE;                                                                                                        \
    guint       next = 0;                                                                                                                \
    guint       n;                                                                                                                       \
                                                                                                                                         \
    for (guint start = 0; start < run->n; start += n)                                                                                    \
      {                                                                                                                                  \
        const WeirCsvRun *lines = _weir_csv_run_at (run, start, &next, &n);                                                              \
        gint64            wide[64];                                                                                                      \
        guint64           todo;                                                                                                          \
                                                                                                                                         \
        n = MIN (n, 64);                                                                                                                 \
        todo = ~(lines != NULL ? _weir_parse_run_digits (lines, run->field, start - lines->row, n, wide)                                 \
                               : _weir_parse_digits (cells + start, n, wanted, wide));                                                   \
        for (guint i = 0; i < n; i++)                                                                                                    \
          {                                                                                                                              \
            values[start + i] = (ctype)wide[i];                                                                                          \
            if (sizeof (ctype) < 8)                                                                                                      \
              todo |= (guint64)((ctype)wide[i] != wide[i]) << i;                                                                         \
          }                                                                                                                              \
        for (todo &= n == 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << n) - 1; todo != 0; todo &= todo - 1)                             \
          {                                                                                                                              \
            guint    row = start + (guint)__builtin_ctzll (todo);                                                                        \
            WeirCell cell = lines != NULL ? _weir_csv_run_cell (lines, run->field, row - lines->row) : cells[row];                       \
                                                                                                                                         \
            if (cell.kind != WEIR_CELL_NULL && _weir_convert_cell (convert, &cell, &values[row]))                                        \
              continue;                                                                                                                  \
            any_null = TRUE;                                                                                                             \
            values[row] = 0;                                                                                                             \
            if (cell.kind != WEIR_CELL_NULL)                                                                                             \
              _weir_rows_mark (run->errors, row, REASON_TYPE);                                                                           \
          }                                                                                                                              \
      }                                                                                                                                  \
    return weir_column_new_flat (convert->type, run->n, buffer, any_null ? make_run_validity (convert, cells, run, first_error) : NULL); \
  }

INTEGER_KERNEL (kernel_tinyint, gint8)
INTEGER_KERNEL (kernel_smallint, gint16)
INTEGER_KERNEL (kernel_int, gint32)
INTEGER_KERNEL (kernel_bigint, gint64)

/* Every other fixed-width type: one call a value. */
static WeirColumn *
kernel_fixed (const WeirConvert *convert,
              WeirCell          *cells,
              WeirKernelRun     *run)
{
  gsize       width = weir_type_width (convert->type);
  WeirBuffer *buffer = weir_buffer_new (run->n * width);
  guint       first_error = run->errors->len;
  gboolean    any_null = FALSE;

  for (guint i = 0; i < run->n; i++)
    {
      guint8 *value = buffer->data + i * width;

      if (cells[i].kind == WEIR_CELL_NULL)
        {
          any_null = TRUE;
          memset (value, 0, width);
        }
      else if (!_weir_convert_cell (convert, &cells[i], value))
        {
          memset (value, 0, width);
          _weir_rows_mark (run->errors, i, REASON_TYPE);
        }
    }
  any_null |= run->errors->len > first_error;
  return weir_column_new_flat (convert->type, run->n, buffer, any_null ? make_validity (cells, run, first_error) : NULL);
}

static WeirColumn *
kernel_boolean (const WeirConvert *convert,
                WeirCell          *cells,
                WeirKernelRun     *run)
{
  WeirBuffer *buffer = weir_buffer_new ((run->n + 7) / 8);
  guint       first_error = run->errors->len;
  gboolean    any_null = FALSE;

  memset (buffer->data, 0, (run->n + 7) / 8);
  for (guint i = 0; i < run->n; i++)
    {
      gboolean value = FALSE;

      if (cells[i].kind == WEIR_CELL_NULL)
        any_null = TRUE;
      else if (!_weir_convert_cell (convert, &cells[i], &value))
        {
          value = FALSE;
          _weir_rows_mark (run->errors, i, REASON_TYPE);
        }
      weir_bit_set (buffer->data, i, value);
    }
  any_null |= run->errors->len > first_error;
  return weir_column_new_flat (convert->type, run->n, buffer, any_null ? make_validity (cells, run, first_error) : NULL);
}

static WeirColumn *
new_views (const WeirConvert *convert,
           WeirKernelRun     *run,
           WeirBuffer        *views,
           WeirBuffer        *validity)
{
  g_autoptr (GPtrArray) keep = g_ptr_array_new ();

  if (run->block != NULL)
    g_ptr_array_add (keep, run->block);
  for (guint i = 0; run->arena->buffers != NULL && i < run->arena->buffers->len; i++)
    g_ptr_array_add (keep, run->arena->buffers->pdata[i]);
  return weir_column_new_views (convert->type, run->n, views, validity, (WeirBuffer **)keep->pdata, keep->len);
}

/* The two words of a view. Sixteen bytes are read whatever the length; masks clear what lies behind the text. */
static inline void
store_view (WeirView   *view,
            const char *data,
            guint32     len)
{
  guint32 head;
  guint64 tail;
  guint64 words[2];
  guint   head_bits = MIN (len, 4) * 8;
  guint   tail_bits = len <= 4 ? 0 : (MIN (len, 12) - 4) * 8;

  memcpy (&head, data, 4);
  memcpy (&tail, data + 4, 8);
  words[0] = len | (guint64)(head & (guint32)((G_GUINT64_CONSTANT (1) << head_bits) - 1)) << 32;
  words[1] = tail_bits == 64 ? tail : tail & ((G_GUINT64_CONSTANT (1) << tail_bits) - 1);
  if (len > WEIR_VIEW_INLINE_MAX)
    words[1] = (guintptr)data;
  memcpy (view, words, sizeof *view);
}

/* TRUE when one of them is NULL. */
static gboolean
views_of_run (const WeirCsvRun *run,
              guint             field,
              WeirView         *views)
{
  gboolean any_null = FALSE;

  for (guint i = 0; i < run->n; i++)
    {
      WeirCell cell = _weir_csv_run_cell (run, field, i);

      store_view (&views[i], cell.data, cell.len);
      any_null |= cell.len == 0;
    }
  return any_null;
}

static WeirColumn *
kernel_string (const WeirConvert *convert,
               WeirCell          *cells,
               WeirKernelRun     *run)
{
  WeirBuffer *buffer = weir_buffer_new (run->n * sizeof (WeirView));
  WeirView   *views = (WeirView *)buffer->data;
  gboolean    any_null = FALSE;
  guint       next = 0;
  guint       n;

  for (guint start = 0; start < run->n; start += n)
    {
      const WeirCsvRun *lines = _weir_csv_run_at (run, start, &next, &n);

      if (lines != NULL)
        {
          any_null |= views_of_run (lines, run->field, views + start);
          continue;
        }
      for (guint i = start; i < start + n; i++)
        if (cells[i].kind == WEIR_CELL_NULL)
          {
            any_null = TRUE;
            memset (&views[i], 0, sizeof views[i]);
          }
        else
          store_view (&views[i], cells[i].data, cells[i].len);
    }
  return new_views (convert, run, buffer, any_null ? make_run_validity (convert, cells, run, run->errors->len) : NULL);
}

static WeirColumn *
kernel_binary (const WeirConvert *convert,
               WeirCell          *cells,
               WeirKernelRun     *run)
{
  WeirBuffer *buffer = weir_buffer_new (run->n * sizeof (WeirView));
  WeirView   *views = (WeirView *)buffer->data;
  guint       first_error = run->errors->len;
  gboolean    any_null = FALSE;

  for (guint i = 0; i < run->n; i++)
    {
      const WeirCell *cell = &cells[i];
      char           *bytes;
      gsize           len = 0;

      memset (&views[i], 0, sizeof views[i]);
      if (cell->kind == WEIR_CELL_NULL)
        any_null = TRUE;
      else if (!convert->is_json)
        views[i] = weir_view_new (cell->data, cell->len);
      else
        {
          bytes = _weir_arena_alloc (run->arena, cell->len);
          if (cell->kind == WEIR_CELL_STRING && _weir_base64_decode (cell->data, cell->len, (guint8 *)bytes, &len))
            views[i] = weir_view_new (bytes, (guint32)len);
          else
            _weir_rows_mark (run->errors, i, REASON_TYPE);
        }
    }
  any_null |= run->errors->len > first_error;
  return new_views (convert, run, buffer, any_null ? make_validity (cells, run, first_error) : NULL);
}

static inline gboolean
plain_timestamp (const WeirTextOptions *options,
                 const WeirCell        *cell,
                 gint64                *us)
{
  return cell->kind == WEIR_CELL_STRING && options->timestamp == NULL && _weir_parse_timestamp (cell->data, cell->len, options->zone, us);
}

static WeirColumn *
kernel_timestamp (const WeirConvert *convert,
                  WeirCell          *cells,
                  WeirKernelRun     *run)
{
  WeirBuffer *buffer = weir_buffer_new (run->n * sizeof (gint64));
  gint64     *values = (gint64 *)buffer->data;
  guint       first_error = run->errors->len;
  gboolean    any_null = FALSE;

  for (guint i = 0; i < run->n; i++)
    {
      if (plain_timestamp (convert->options, &cells[i], &values[i]))
        continue;
      if (cells[i].kind == WEIR_CELL_NULL)
        any_null = TRUE;
      else if (_weir_convert_cell (convert, &cells[i], &values[i]))
        continue;
      else
        _weir_rows_mark (run->errors, i, REASON_TYPE);
      values[i] = 0;
    }
  any_null |= run->errors->len > first_error;
  return weir_column_new_flat (convert->type, run->n, buffer, any_null ? make_validity (cells, run, first_error) : NULL);
}

static WeirColumn *
kernel_void (const WeirConvert *convert,
             WeirCell          *cells,
             WeirKernelRun     *run)
{
  return weir_column_new_nulls (convert->type, run->n);
}

/* Nested json values are built value by value. */
WeirColumn *
_weir_kernel_nested (const WeirConvert *convert,
                     WeirCell          *cells,
                     WeirKernelRun     *run)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (convert->type, run->n);

  if (run->block != NULL)
    weir_column_builder_keep (builder, run->block);
  for (guint i = 0; i < run->n; i++)
    {
      if (cells[i].kind == WEIR_CELL_NULL)
        weir_column_builder_append_null (builder);
      else if (!_weir_json_build (convert, &cells[i], builder, run->arena))
        {
          if (builder->n_rows == i)
            weir_column_builder_append_null (builder);
          _weir_rows_mark (run->errors, i, REASON_TYPE);
        }
    }
  for (guint i = 0; run->arena->buffers != NULL && i < run->arena->buffers->len; i++)
    weir_column_builder_keep (builder, run->arena->buffers->pdata[i]);
  return weir_column_builder_finish (builder);
}

WeirKernel
_weir_kernel_for (WeirType *type)
{
  switch (type->kind)
    {
    case WEIR_TYPE_VOID:
      return kernel_void;
    case WEIR_TYPE_BOOLEAN:
      return kernel_boolean;
    case WEIR_TYPE_TINYINT:
      return kernel_tinyint;
    case WEIR_TYPE_SMALLINT:
      return kernel_smallint;
    case WEIR_TYPE_INT:
      return kernel_int;
    case WEIR_TYPE_BIGINT:
      return kernel_bigint;
    case WEIR_TYPE_STRING:
      return kernel_string;
    case WEIR_TYPE_BINARY:
      return kernel_binary;
    case WEIR_TYPE_TIMESTAMP:
      return kernel_timestamp;
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
    case WEIR_TYPE_STRUCT:
      return _weir_kernel_nested;
    default:
      return kernel_fixed;
    }
}
