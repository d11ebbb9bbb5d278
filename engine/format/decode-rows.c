/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/decoder-private.h"

#include <string.h>

/*
 * From cells to batches.
 *
 * Rows wait until there are WEIR_DECODE_ROWS of them or the block is at its end; then each column's kernel runs over its cells. Marks on
 * rows come from readers and kernels alike and decide, by the mode, what becomes of the row. Rows of one record (a JSON array line)
 * share its fate.
 */

char *
_weir_arena_alloc (WeirArena *arena,
                   gsize      len)
{
  WeirBuffer *last;

  if (arena->buffers == NULL)
    arena->buffers = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_buffer_unref);
  last = arena->buffers->len > 0 ? arena->buffers->pdata[arena->buffers->len - 1] : NULL;
  if (last == NULL || last->size - arena->used < len)
    {
      last = weir_buffer_new (MAX (len, 16384));
      g_ptr_array_add (arena->buffers, last);
      arena->used = 0;
    }
  arena->used += len;
  return (char *)last->data + arena->used - len;
}

static void
arena_reset (WeirArena *arena)
{
  if (arena->buffers != NULL)
    g_ptr_array_set_size (arena->buffers, 0);
  arena->used = 0;
}

void
_weir_rows_reserve (WeirDecodeState *state,
                    guint            n)
{
  if (n <= state->capacity)
    return;
  for (guint i = 0; i < state->decoder->n_columns; i++)
    if ((int)i != state->decoder->corrupt)
      state->cells[i] = g_renew (WeirCell, state->cells[i], n);
  state->records = g_renew (WeirCell, state->records, n);
  state->capacity = n;
}

gboolean
_weir_rows_begin (WeirDecodeState *state,
                  const char      *record,
                  gsize            len,
                  GError         **error)
{
  guint row;

  if (state->n_rows == state->capacity && !_weir_rows_flush (state, error))
    return FALSE;
  row = state->n_rows;
  for (guint i = 0; i < state->decoder->n_columns; i++)
    if (state->cells[i] != NULL)
      state->cells[i][row] = (WeirCell){ NULL, 0, WEIR_CELL_NULL };
  state->records[row] = (WeirCell){ record, (guint32)MIN (len, G_MAXUINT32), 0 };
  return TRUE;
}

void
_weir_rows_mark (GArray     *errors,
                 guint       row,
                 const char *reason)
{
  WeirRowError mark = { row, reason };

  g_array_append_val (errors, mark);
}

gboolean
_weir_rows_bad (WeirDecodeState *state,
                const char      *record,
                gsize            len,
                const char      *reason,
                GError         **error)
{
  while (state->errors->len > 0 && g_array_index (state->errors, WeirRowError, state->errors->len - 1).row == state->n_rows)
    g_array_set_size (state->errors, state->errors->len - 1);
  if (!_weir_rows_begin (state, record, len, error))
    return FALSE;
  _weir_rows_mark (state->errors, state->n_rows, reason != NULL ? reason : "malformed record");
  _weir_rows_commit (state);
  return TRUE;
}

static int
compare_marks (gconstpointer a,
               gconstpointer b)
{
  const WeirRowError *left = a;
  const WeirRowError *right = b;

  return left->row < right->row ? -1 : left->row > right->row;
}

/* One mark a row, in order; all rows of a record get the first mark of any of them. */
static void
settle_marks (WeirDecodeState *state)
{
  GArray            *errors = state->errors;
  g_autoptr (GArray) settled = NULL;
  const WeirCell    *records = state->records;

  if (errors->len == 0)
    return;
  g_array_sort (errors, compare_marks);
  settled = g_array_sized_new (FALSE, FALSE, sizeof (WeirRowError), errors->len);
  for (guint i = 0; i < errors->len; i++)
    {
      WeirRowError mark = g_array_index (errors, WeirRowError, i);
      guint        next = settled->len > 0 ? g_array_index (settled, WeirRowError, settled->len - 1).row + 1 : 0;

      if (mark.row < next)
        continue;
      while (mark.row > next && records[mark.row - 1].data == records[mark.row].data)
        mark.row--;
      do
        {
          g_array_append_val (settled, mark);
          mark.row++;
        }
      while (mark.row < state->n_rows && records[mark.row].data == records[mark.row - 1].data && records[mark.row].len > 0);
    }
  g_array_set_size (errors, 0);
  g_array_append_vals (errors, settled->data, settled->len);
}

/* The source text at marked rows, NULL elsewhere. */
static WeirColumn *
corrupt_column (WeirDecodeState *state,
                WeirConvert     *convert,
                WeirKernelRun   *run)
{
  g_autofree WeirCell *cells = NULL;

  if (state->errors->len == 0)
    return weir_column_new_nulls (convert->type, state->n_rows);
  cells = g_new0 (WeirCell, state->n_rows);
  for (guint i = 0; i < state->errors->len; i++)
    {
      guint           row = g_array_index (state->errors, WeirRowError, i).row;
      const WeirCell *record = &state->records[row];

      cells[row] = _weir_utf8_repair (run->arena, record->data, record->len);
    }
  return convert->kernel (convert, cells, run);
}

static WeirColumn *
run_kernel (WeirDecodeState *state,
            guint            column,
            WeirKernelRun   *run)
{
  const WeirDecodeColumn *plan = &state->decoder->columns[column];

  run->runs = (WeirCsvRun *)state->runs->data;
  run->n_runs = state->runs->len;
  run->field = plan->field;
  if (run->n_runs > 0 && !plan->convert->takes_runs)
    {
      _weir_csv_fill_cells (state->decoder->options, run->runs, run->n_runs, run->field, state->cells[column]);
      run->n_runs = 0;
    }
  return plan->convert->kernel (plan->convert, state->cells[column], run);
}

WeirColumn **
_weir_rows_columns (WeirDecodeState *state,
                    WeirBuffer      *block)
{
  const WeirDecoder *decoder = state->decoder;
  WeirColumn       **columns = g_new0 (WeirColumn *, decoder->n_columns + 1);
  WeirKernelRun      run = { .n = state->n_rows, .errors = state->errors, .arena = &state->arena, .block = block };

  for (guint i = 0; i < decoder->n_columns; i++)
    if (!decoder->columns[i].is_corrupt)
      columns[i] = run_kernel (state, i, &run);
  run.n_runs = 0;
  if (state->errors->len > 0)
    _weir_csv_fill_records ((WeirCsvRun *)state->runs->data, state->runs->len, state->records);
  settle_marks (state);
  if (decoder->corrupt >= 0)
    columns[decoder->corrupt] = corrupt_column (state, decoder->columns[decoder->corrupt].convert, &run);
  return columns;
}

void
_weir_rows_reset (WeirDecodeState *state)
{
  state->n_rows = 0;
  g_array_set_size (state->errors, 0);
  g_array_set_size (state->runs, 0);
  arena_reset (&state->arena);
}

/* Counts rows and keeps samples; the first mark is the oldest. */
static void
count_rows (WeirDecodeState *state)
{
  WeirDecodeStats       *stats = state->stats;
  const WeirDecodeBlock *block = state->block;

  if (stats == NULL)
    return;
  stats->rows += state->n_rows;
  for (guint i = 0; i < state->errors->len; i++)
    {
      const WeirRowError *mark = &g_array_index (state->errors, WeirRowError, i);
      const WeirCell     *record = &state->records[mark->row];

      if (i + WEIR_DECODE_SAMPLES < state->errors->len)
        stats->bad_rows++;
      else
        weir_decode_stats_add_bad (stats, record->data, record->len,
                                   block->origin_offset + (gsize)(record->data - (const char *)block->buffer->data) - block->offset, mark->reason);
    }
}

gboolean
_weir_fail_malformed (const char *record,
                      gsize       len,
                      const char *origin,
                      GError    **error)
{
  g_autofree char *text = g_utf8_make_valid (record, (gssize)MIN (len, WEIR_SAMPLE_BYTES_MAX));

  if (origin != NULL)
    {
      weir_fail (error, WEIR_ERROR_RUN, "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE,
                 "Encountered error while reading file %s. Malformed records are detected in record parsing: %s. Parse Mode: FAILFAST.", origin, text);
      if (error != NULL)
        weir_error_add_param (*error, "path", origin);
      return FALSE;
    }
  weir_fail (error, WEIR_ERROR_RUN, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", WEIR_SPAN_NONE,
             "Malformed records are detected in record parsing: %s. Parse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'.", text);
  if (error != NULL)
    {
      weir_error_add_param (*error, "badRecord", text);
      weir_error_add_param (*error, "failFastMode", "FAILFAST");
    }
  return FALSE;
}

static WeirBatch *
drop_marked (WeirBatch *batch,
             GArray    *errors)
{
  g_autofree guint16 *good = g_new (guint16, batch->n_rows + 1);
  WeirSel             sel = { good, 0 };
  guint               next = 0;

  for (guint row = 0; row < batch->n_rows; row++)
    if (next < errors->len && g_array_index (errors, WeirRowError, next).row == row)
      next++;
    else
      good[sel.n++] = (guint16)row;
  return weir_batch_gather (batch, sel);
}

static gboolean
push_rows (WeirDecodeState *state,
           WeirColumn     **columns,
           GError         **error)
{
  const WeirDecoder    *decoder = state->decoder;
  g_autoptr (WeirBatch) batch = weir_batch_new (decoder->schema, state->n_rows, columns);

  if (state->errors->len > 0 && decoder->options->mode == WEIR_DECODE_FAILFAST)
    {
      const WeirCell *record = &state->records[g_array_index (state->errors, WeirRowError, 0).row];

      return _weir_fail_malformed (record->data, record->len, state->block->origin, error);
    }
  if (state->errors->len > 0 && decoder->options->mode == WEIR_DECODE_DROPMALFORMED)
    {
      g_autoptr (WeirBatch) all = g_steal_pointer (&batch);

      batch = drop_marked (all, state->errors);
    }
  return batch->n_rows == 0 || state->push (state->push_data, batch, error);
}

gboolean
_weir_rows_flush (WeirDecodeState *state,
                  GError         **error)
{
  g_autofree WeirColumn **columns = NULL;
  gboolean                ok;

  if (state->n_rows == 0)
    return TRUE;
  columns = _weir_rows_columns (state, state->block->buffer);
  count_rows (state);
  ok = push_rows (state, columns, error);
  _weir_rows_reset (state);
  return ok;
}
