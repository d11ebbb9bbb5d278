/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/agg-private.h"

#include "base/hash.h"

/*
 * Values that aggregates keep: minimum, first, last and the like. A string keeps its memory when a shorter one follows, so `last`
 * over strings does not allocate a row.
 */

WeirCellKind
_weir_cell_kind (WeirType *type)
{
  switch (type->kind)
    {
    case WEIR_TYPE_FLOAT:
    case WEIR_TYPE_DOUBLE:
      return WEIR_CELL_DOUBLE;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      return WEIR_CELL_VIEW;
    case WEIR_TYPE_DECIMAL:
      return WEIR_CELL_I128;
    case WEIR_TYPE_INTERVAL:
      return WEIR_CELL_INTERVAL;
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
    case WEIR_TYPE_STRUCT:
    case WEIR_TYPE_VOID:
      return WEIR_CELL_BOX;
    default:
      return WEIR_CELL_I64;
    }
}

gsize
_weir_cell_size (WeirType *type)
{
  switch (_weir_cell_kind (type))
    {
    case WEIR_CELL_I64:
    case WEIR_CELL_DOUBLE:
    case WEIR_CELL_BOX:
      return WEIR_CELL_SMALL;
    default:
      return sizeof (WeirAggCell);
    }
}

gboolean
_weir_cell_owns_memory (WeirType *type)
{
  WeirCellKind kind = _weir_cell_kind (type);

  return kind == WEIR_CELL_VIEW || kind == WEIR_CELL_BOX;
}

gint64
_weir_agg_i64 (const WeirColumn *column,
               guint             row)
{
  if (column->type->kind == WEIR_TYPE_BOOLEAN)
    return weir_bit (column->values, row);
  switch (weir_type_width (column->type))
    {
    case 1:
      return weir_column_values (column, gint8)[row];
    case 2:
      return weir_column_values (column, gint16)[row];
    case 4:
      return weir_column_values (column, gint32)[row];
    default:
      return weir_column_values (column, gint64)[row];
    }
}

double
_weir_agg_double (const WeirColumn *column,
                  guint             row)
{
  if (column->type->kind == WEIR_TYPE_DOUBLE)
    return weir_column_values (column, double)[row];
  if (column->type->kind == WEIR_TYPE_FLOAT)
    return weir_column_values (column, float)[row];
  return (double)_weir_agg_i64 (column, row);
}

static void
free_text (const WeirAggCall *call,
           WeirAggCell       *cell)
{
  if (cell->room == 0)
    return;
  g_free ((char *)cell->view.data);
  _weir_agg_heap_add (call, -(gssize)cell->room);
  cell->room = 0;
}

static void
free_box (const WeirAggCall *call,
          WeirAggCell       *cell)
{
  if (cell->box != NULL)
    _weir_agg_heap_add (call, -(gssize)weir_column_bytes (cell->box));
  g_clear_pointer (&cell->box, weir_column_unref);
}

static void
set_view (const WeirAggCall *call, WeirAggCell *cell, const WeirView *view)
{
  char *own;

  if (view->len <= WEIR_VIEW_INLINE_MAX)
    {
      free_text (call, cell);
      cell->view = *view;
      return;
    }
  own = cell->room > 0 ? (char *)cell->view.data : NULL;
  if (cell->room < view->len)
    {
      free_text (call, cell);
      cell->room = MAX (view->len, 32);
      own = g_malloc (cell->room);
      _weir_agg_heap_add (call, cell->room);
    }
  memcpy (own, view->data, view->len);
  cell->view = weir_view_new (own, view->len);
}

void
_weir_cell_set (const WeirAggCall *call, WeirAggCell *cell, WeirCellKind kind, const WeirColumn *column, guint row)
{
  guint32 one = row;

  cell->is_set = 1;
  cell->is_null = weir_column_is_null (column, row);
  if (cell->is_null)
    return;
  switch (kind)
    {
    case WEIR_CELL_I64:
      cell->i64 = _weir_agg_i64 (column, row);
      break;
    case WEIR_CELL_DOUBLE:
      cell->d = _weir_agg_double (column, row);
      break;
    case WEIR_CELL_VIEW:
      set_view (call, cell, &weir_column_values (column, WeirView)[row]);
      break;
    case WEIR_CELL_I128:
      cell->i128 = weir_column_values (column, WeirInt128)[row];
      break;
    case WEIR_CELL_INTERVAL:
      cell->interval = weir_column_values (column, WeirInterval)[row];
      break;
    case WEIR_CELL_BOX:
      {
        /* A builder copies: gathering would keep the whole input alive. */
        WeirColumnBuilder *builder = weir_column_builder_new (column->type, 1);

        weir_column_builder_append_from (builder, column, one);
        free_box (call, cell);
        cell->box = weir_column_builder_finish (builder);
        _weir_agg_heap_add (call, (gssize)weir_column_bytes (cell->box));
        weir_column_builder_free (builder);
      }
      break;
    }
}

void
_weir_cell_clear (const WeirAggCall *call, WeirAggCell *cell, WeirCellKind kind)
{
  if (kind == WEIR_CELL_VIEW)
    free_text (call, cell);
  if (kind == WEIR_CELL_BOX)
    free_box (call, cell);
  memset (cell, 0, kind == WEIR_CELL_I64 || kind == WEIR_CELL_DOUBLE || kind == WEIR_CELL_BOX ? WEIR_CELL_SMALL : sizeof *cell);
}

static gsize
cell_bytes (WeirCellKind kind)
{
  return kind == WEIR_CELL_I64 || kind == WEIR_CELL_DOUBLE || kind == WEIR_CELL_BOX ? WEIR_CELL_SMALL : sizeof (WeirAggCell);
}

void
_weir_cell_take (const WeirAggCall *call, WeirAggCell *dst, WeirAggCell *src, WeirCellKind kind, gboolean keep)
{
  if (keep && kind == WEIR_CELL_VIEW)
    {
      dst->is_set = src->is_set;
      dst->is_null = src->is_null;
      if (!src->is_null)
        set_view (call, dst, &src->view);
      return;
    }
  _weir_cell_clear (call, dst, kind);
  memcpy (dst, src, cell_bytes (kind));
  if (keep && kind == WEIR_CELL_BOX && dst->box != NULL)
    {
      weir_column_ref (dst->box);
      _weir_agg_heap_add (call, (gssize)weir_column_bytes (dst->box));
    }
  if (!keep)
    memset (src, 0, cell_bytes (kind));
}

static int
compare_double (double a,
                double b)
{
  if (a < b)
    return -1;
  if (a > b)
    return 1;
  /* NaN is the greatest and equal to itself. */
  return (a != a) - (b != b);
}

int
_weir_cell_compare (const WeirAggCell *cell,
                    WeirCellKind       kind,
                    const WeirColumn  *column,
                    guint              row)
{
  gint64     i64;
  WeirInt128 i128;

  switch (kind)
    {
    case WEIR_CELL_I64:
      i64 = _weir_agg_i64 (column, row);
      return cell->i64 < i64 ? -1 : cell->i64 > i64;
    case WEIR_CELL_DOUBLE:
      return compare_double (cell->d, _weir_agg_double (column, row));
    case WEIR_CELL_VIEW:
      return weir_view_compare (&cell->view, &weir_column_values (column, WeirView)[row]);
    case WEIR_CELL_I128:
      i128 = weir_column_values (column, WeirInt128)[row];
      return cell->i128 < i128 ? -1 : cell->i128 > i128;
    case WEIR_CELL_INTERVAL:
      return memcmp (&cell->interval, &weir_column_values (column, WeirInterval)[row], sizeof (WeirInterval));
    case WEIR_CELL_BOX:
      break;
    }
  return weir_value_compare (cell->box, 0, column, row);
}

int
_weir_cell_compare_cells (const WeirAggCell *a,
                          const WeirAggCell *b,
                          WeirCellKind       kind)
{
  switch (kind)
    {
    case WEIR_CELL_I64:
      return a->i64 < b->i64 ? -1 : a->i64 > b->i64;
    case WEIR_CELL_DOUBLE:
      return compare_double (a->d, b->d);
    case WEIR_CELL_VIEW:
      return weir_view_compare (&a->view, &b->view);
    case WEIR_CELL_I128:
      return a->i128 < b->i128 ? -1 : a->i128 > b->i128;
    case WEIR_CELL_INTERVAL:
      return memcmp (&a->interval, &b->interval, sizeof (WeirInterval));
    case WEIR_CELL_BOX:
      break;
    }
  return weir_value_compare (a->box, 0, b->box, 0);
}

void
_weir_cell_append (const WeirAggCell *cell,
                   WeirCellKind       kind,
                   WeirColumnBuilder *builder)
{
  if (!cell->is_set || cell->is_null)
    {
      weir_column_builder_append_null (builder);
      return;
    }
  switch (kind)
    {
    case WEIR_CELL_I64:
      if (builder->type->kind == WEIR_TYPE_BOOLEAN)
        weir_column_builder_append_bool (builder, cell->i64 != 0);
      else
        weir_column_builder_append_i64 (builder, cell->i64);
      break;
    case WEIR_CELL_DOUBLE:
      weir_column_builder_append_double (builder, cell->d);
      break;
    case WEIR_CELL_VIEW:
      weir_column_builder_append_bytes (builder, weir_view_data (&cell->view), cell->view.len);
      break;
    case WEIR_CELL_I128:
      weir_column_builder_append_i128 (builder, cell->i128);
      break;
    case WEIR_CELL_INTERVAL:
      weir_column_builder_append_interval (builder, cell->interval);
      break;
    case WEIR_CELL_BOX:
      weir_column_builder_append_from (builder, cell->box, 0);
      break;
    }
}

/* u8: 0 empty, 1 NULL, 2 value; then the value. */
void
_weir_cell_write (const WeirAggCell *cell,
                  WeirCellKind       kind,
                  WeirWriter        *writer)
{
  weir_writer_u8 (writer, !cell->is_set ? 0 : cell->is_null ? 1
                                                            : 2);
  if (!cell->is_set || cell->is_null)
    return;
  switch (kind)
    {
    case WEIR_CELL_I64:
    case WEIR_CELL_DOUBLE:
      weir_writer_u64 (writer, (guint64)cell->i64);
      break;
    case WEIR_CELL_VIEW:
      weir_writer_bytes (writer, weir_view_data (&cell->view), cell->view.len);
      break;
    case WEIR_CELL_I128:
    case WEIR_CELL_INTERVAL:
      weir_writer_raw (writer, &cell->i128, sizeof cell->i128);
      break;
    case WEIR_CELL_BOX:
      weir_value_write (cell->box, 0, FALSE, writer);
      break;
    }
}

static gboolean
read_box (const WeirAggCall *call, WeirAggCell *cell, WeirType *type, WeirReader *reader)
{
  WeirColumnBuilder *builder = weir_column_builder_new (type, 1);
  gboolean           ok = weir_value_read (builder, reader);

  if (ok)
    {
      cell->box = weir_column_builder_finish (builder);
      _weir_agg_heap_add (call, (gssize)weir_column_bytes (cell->box));
    }
  weir_column_builder_free (builder);
  return ok;
}

gboolean
_weir_cell_read (const WeirAggCall *call, WeirAggCell *cell, WeirType *type, WeirReader *reader)
{
  WeirCellKind  kind = _weir_cell_kind (type);
  guint8        mark = weir_reader_u8 (reader);
  const guint8 *bytes;
  gsize         len;
  WeirView      view;

  if (mark > 2)
    return FALSE;
  cell->is_set = mark > 0;
  cell->is_null = mark == 1;
  if (mark < 2)
    return !reader->failed;
  switch (kind)
    {
    case WEIR_CELL_I64:
    case WEIR_CELL_DOUBLE:
      cell->i64 = (gint64)weir_reader_u64 (reader);
      return !reader->failed;
    case WEIR_CELL_VIEW:
      bytes = weir_reader_bytes (reader, &len);
      if (bytes == NULL)
        return FALSE;
      view = weir_view_new ((const char *)bytes, (guint32)len);
      set_view (call, cell, &view);
      return TRUE;
    case WEIR_CELL_I128:
    case WEIR_CELL_INTERVAL:
      bytes = weir_reader_raw (reader, sizeof cell->i128);
      if (bytes != NULL)
        memcpy (&cell->i128, bytes, sizeof cell->i128);
      return bytes != NULL;
    case WEIR_CELL_BOX:
      break;
    }
  return read_box (call, cell, type, reader);
}

/* ---- aggregates whose state is one cell -------------------------------------------------------------------------- */

WeirColumn *
_weir_agg_cell_finish (const WeirAggCall *call,
                       WeirEval          *eval,
                       WeirAggStates      states,
                       guint              n)
{
  WeirColumnBuilder *builder = weir_column_builder_new (call->type, n);
  WeirCellKind       kind = _weir_cell_kind (call->type);
  WeirColumn        *column;

  for (guint i = 0; i < n; i++)
    _weir_cell_append ((const void *)weir_agg_state (states, i), kind, builder);
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

void
_weir_agg_cell_clear (const WeirAggCall *call,
                      guint8            *state)
{
  _weir_cell_clear (call, (void *)state, _weir_cell_kind (call->type));
}

void
_weir_agg_cell_write (const WeirAggCall *call,
                      const guint8      *state,
                      WeirWriter        *writer)
{
  _weir_cell_write ((const void *)state, _weir_cell_kind (call->type), writer);
}

gboolean
_weir_agg_cell_read (const WeirAggCall *call,
                     guint8            *state,
                     WeirReader        *reader)
{
  return _weir_cell_read (call, (void *)state, call->type, reader);
}
