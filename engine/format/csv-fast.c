/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"
#include "format/csv-fast-private.h"
#include "format/csv-run-private.h"
#include "format/text-index-private.h"

#include <string.h>

/*
 * The fast CSV reader: places of separators and line ends, looked up for a window at once (text-index.c), stand for
 * the cells of as many lines as have the expected number of fields (csv-run.c).
 *
 * A line with a quote, an escape or a carriage return of its own is looked at: when each of its fields is free of quotes or is one simple
 * quoted value, it is taken too. Every other line goes to the strict reader, and the invariant is the same as for JSON: a line
 * that is taken here gives the cells the strict reader would give.
 */

/* Lines of one window make a batch, if they are not too many. */
#define WINDOW_BYTES (256u << 10)

/* Fewer lines than this get cells at once. */
#define SHORT_RUN 16

struct _WeirCsvFast
{
  WeirTextIndex index;
};

typedef struct
{
  WeirDecodeState     *state;
  const char          *base;
  const WeirTextIndex *index;
  gboolean             utf8_ok;
  gsize                null_len;
} Window;

gboolean
_weir_csv_fast_usable (const WeirDecoder *decoder)
{
  const WeirTextOptions *o = decoder->options;

  return o->format == WEIR_FORMAT_CSV && !o->multi_line && o->line_sep == NULL && o->sep_len == 1 && !o->trim_leading && !o->trim_trailing && o->max_chars < 0 &&
         decoder->n_fields > 0 && decoder->n_fields <= o->max_columns;
}

void
_weir_csv_fast_free (WeirCsvFast *fast)
{
  _weir_text_index_clear (&fast->index);
  g_free (fast);
}

static guint8
flags_of (const Window *window,
          gsize         from,
          gsize         to)
{
  guint8 flags = 0;

  for (gsize i = from >> 6; i <= to >> 6; i++)
    flags |= window->index->flags[i];
  return flags;
}

/* The line at @start with its @n fields' ends at @q: exactly the expected separators, and not blank or a comment. */
static inline gboolean
is_regular (const WeirDecoder *decoder,
            const char        *start,
            const guint32     *q)
{
  guint   n = decoder->n_fields;
  guint32 marks = 0;

  for (guint i = 0; i + 1 < n; i++)
    marks |= q[i];
  return (~marks & q[n - 1] & WEIR_INDEX_NEWLINE) != 0 && (guchar)*start > ' ' && (guchar)*start != decoder->options->comment;
}

/* Where the text of a line ends: before its carriage return. */
static inline gsize
text_end (const char *base,
          gsize       start,
          gsize       newline)
{
  return newline - (newline > start && base[newline - 1] == '\r');
}

static inline WeirCell
plain_cell (const Window *window,
            const char   *start,
            gsize         len)
{
  WeirCell cell = { start, (guint32)len, len > 0 ? WEIR_CELL_STRING : WEIR_CELL_NULL };

  if (G_UNLIKELY (window->null_len > 0) && len == window->null_len && memcmp (start, window->state->decoder->options->null_value, len) == 0)
    cell.kind = WEIR_CELL_NULL;
  return cell;
}

/* One field of a line with special bytes. FALSE: not simple. */
static gboolean
special_field (const Window *window,
               const char   *start,
               const char   *end,
               WeirCell     *cell)
{
  const WeirTextOptions *o = window->state->decoder->options;
  gsize                  len = (gsize)(end - start);

  if (o->quote == WEIR_NO_CHAR || memchr (start, o->quote, len) == NULL)
    *cell = plain_cell (window, start, len);
  else
    {
      if (len < 3 || (guchar)*start != o->quote || memchr (start + 1, o->quote, len - 1) != end - 1 || (o->escape != WEIR_NO_CHAR && memchr (start, o->escape, len - 1) > (void *)start))
        return FALSE;
      if (o->escape == o->quote && memchr (start + 1, o->quote, len - 2) != NULL)
        return FALSE;
      *cell = plain_cell (window, start + 1, len - 2);
    }
  return memchr (start, '\r', len) == NULL;
}

/* A regular line with special bytes, into the next row. */
static gboolean
take_special (const Window  *window,
              gsize          start,
              const guint32 *q)
{
  WeirDecodeState   *state = window->state;
  const WeirDecoder *decoder = state->decoder;
  guint              n = decoder->n_fields;
  gsize              from = start;

  for (guint i = 0; i < n; i++)
    {
      gsize    end = i + 1 < n ? q[i] : text_end (window->base, start, q[i] & ~WEIR_INDEX_NEWLINE);
      int      column = decoder->field_to_column[i];
      WeirCell cell;

      if (!special_field (window, window->base + from, window->base + end, &cell))
        return FALSE;
      if (column >= 0)
        state->cells[column][state->n_rows] = cell;
      from = end + 1;
    }
  return TRUE;
}

/* @n_rows regular lines without special bytes: their cells stay in the index until the batch is made, unless they are so few that
 * a run costs more. */
static void
take_run (const Window  *window,
          const guint32 *q,
          guint          n_rows)
{
  WeirDecodeState   *state = window->state;
  const WeirDecoder *decoder = state->decoder;
  WeirCsvRun         run = { state->n_rows, n_rows, decoder->n_fields, window->base, q };

  state->n_rows += n_rows;
  if (n_rows >= SHORT_RUN)
    {
      g_array_append_val (state->runs, run);
      return;
    }
  for (guint i = 0; i < decoder->n_fields; i++)
    if (decoder->field_to_column[i] >= 0)
      _weir_csv_fill_cells (decoder->options, &run, 1, i, state->cells[decoder->field_to_column[i]]);
  _weir_csv_fill_records (&run, 1, state->records);
}

/* How many regular lines follow each other from @start, all without special bytes; moves over them. */
static guint
find_run (const Window   *window,
          gsize          *start,
          const guint32 **q,
          const guint32  *last,
          guint           limit)
{
  const WeirDecoder *decoder = window->state->decoder;
  guint              n = decoder->n_fields;
  guint8             wanted = (guint8)(WEIR_INDEX_SPECIAL | (window->utf8_ok ? 0 : WEIR_INDEX_HIGH));
  gboolean           careful = (window->index->any & wanted) != 0;
  guint              count = 0;

  while (count < limit && *q + n <= last && is_regular (decoder, window->base + *start, *q))
    {
      gsize newline = (*q)[n - 1] & ~WEIR_INDEX_NEWLINE;

      if (careful && (flags_of (window, *start, newline) & wanted) != 0)
        break;
      count++;
      *start = newline + 1;
      *q += n;
    }
  return count;
}

/* The line at @start goes to the strict reader, unless it is regular and its quotes are simple. */
static gboolean
take_line (const Window   *window,
           gsize          *start,
           const guint32 **q,
           const guint32  *last,
           GError        **error)
{
  WeirDecodeState *state = window->state;
  guint            n = state->decoder->n_fields;
  const guint32   *end = *q;
  gsize            newline;
  gboolean         ok = TRUE;

  while (end < last && (*end & WEIR_INDEX_NEWLINE) == 0)
    end++;
  newline = *end & ~WEIR_INDEX_NEWLINE;
  if (*q + n <= last && is_regular (state->decoder, window->base + *start, *q) && (window->utf8_ok || (flags_of (window, *start, newline) & WEIR_INDEX_HIGH) == 0) && take_special (window, *start, *q))
    {
      state->records[state->n_rows] = (WeirCell){ window->base + *start, (guint32)(text_end (window->base, *start, newline) - *start), 0 };
      state->n_rows++;
    }
  else
    ok = _weir_strict_lines (state, window->base + *start, newline + 1 - *start, error);
  *start = newline + 1;
  *q = end + 1;
  return ok;
}

/* Whole lines, the last byte being a line feed. */
static gboolean
read_window (WeirDecodeState *state,
             const char      *data,
             gsize            len,
             GError         **error)
{
  const WeirTextOptions *o = state->decoder->options;
  WeirCsvBytes           bytes = { o->sep[0], o->quote == WEIR_NO_CHAR ? '\0' : (char)o->quote, o->escape == WEIR_NO_CHAR ? '\0' : (char)o->escape };
  Window                 window = { state, data, &state->csv_fast->index, TRUE, strlen (o->null_value) };
  const guint32         *q;
  const guint32         *last;
  gsize                  start = 0;

  _weir_csv_index (&state->csv_fast->index, data, len, &bytes);
  if ((window.index->any & WEIR_INDEX_HIGH) != 0)
    window.utf8_ok = weir_utf8_valid (data, len);
  q = window.index->positions;
  last = q + window.index->n;
  while (start < len)
    {
      const guint32 *run = q;
      guint          n_rows;

      if (state->n_rows == state->capacity && !_weir_rows_flush (state, error))
        return FALSE;
      n_rows = find_run (&window, &start, &q, last, state->capacity - state->n_rows);
      if (n_rows > 0)
        take_run (&window, run, n_rows);
      else if (!take_line (&window, &start, &q, last, error))
        return FALSE;
    }
  /* The index is overwritten by the next window. */
  return state->runs->len == 0 || _weir_rows_flush (state, error);
}

gboolean
_weir_csv_fast_lines (WeirDecodeState *state,
                      const char      *data,
                      gsize            len,
                      GError         **error)
{
  if (state->csv_fast == NULL)
    state->csv_fast = g_new0 (WeirCsvFast, 1);
  return _weir_lines_by_window (state, data, len, WINDOW_BYTES, read_window, error);
}
