/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/decoder-private.h"

#include <string.h>

/*
 * The strict CSV reader: one record → the cells of its row, by the rules of univocity as Spark sets it up.
 *
 * The escape character (a backslash) works inside quotes only; a doubled quote is no escape. A quoted value ends at a quote with a
 * separator, a line end or blanks up to one behind it. Any other quote inside makes the value run, quotes and all, to the next
 * separator (unescapedQuoteHandling=STOP_AT_DELIMITER). In a line, a line end cannot occur; in a multiLine file it belongs to a
 * quoted value. An empty value is NULL; a quoted one is emptyValue, and NULL when that equals nullValue.
 */

#define NONE (-1)

typedef struct
{
  const WeirTextOptions *options;
  const char            *p;
  const char            *end;
  gboolean               lines; /* multiLine: a line end outside quotes ends the record */
  GString               *out;   /* the value when it is not verbatim */
  const char            *reason;
} CsvScan;

static gboolean
at_separator (const CsvScan *scan,
              const char    *p)
{
  const WeirTextOptions *o = scan->options;

  return (gsize)(scan->end - p) >= o->sep_len && *p == o->sep[0] && (o->sep_len == 1 || memcmp (p, o->sep, o->sep_len) == 0);
}

/* Length of the line end at @p; 0: none. */
static gsize
line_end_at (const CsvScan *scan,
             const char    *p)
{
  const WeirTextOptions *o = scan->options;

  if (!scan->lines || p == scan->end)
    return 0;
  if (o->line_sep != NULL)
    return (gsize)(scan->end - p) >= o->line_sep_len && memcmp (p, o->line_sep, o->line_sep_len) == 0 ? o->line_sep_len : 0;
  if (*p == '\r')
    return p + 1 < scan->end && p[1] == '\n' ? 2 : 1;
  return *p == '\n';
}

/* The value is over at @p: end, separator or line end. */
static gboolean
at_stop (const CsvScan *scan,
         const char    *p)
{
  return p == scan->end || at_separator (scan, p) || line_end_at (scan, p) > 0;
}

static gboolean
is_blank (const CsvScan *scan,
          const char    *p)
{
  return p < scan->end && (guchar)*p <= ' ' && !at_stop (scan, p);
}

/* Appends up to the next stop. */
static void
append_rest (CsvScan *scan)
{
  const char *start = scan->p;

  while (!at_stop (scan, scan->p))
    scan->p++;
  g_string_append_len (scan->out, start, scan->p - start);
  if (scan->options->trim_trailing)
    while (scan->out->len > 0 && (guchar)scan->out->str[scan->out->len - 1] <= ' ')
      g_string_truncate (scan->out, scan->out->len - 1);
}

/* A quote that is none was met: `out` has what stands before it, scan->p is at the first byte behind it. */
static void
unescaped_quote (CsvScan *scan)
{
  switch (scan->options->unescaped)
    {
    case WEIR_UNESCAPED_RAISE_ERROR:
      scan->reason = "an unescaped quote in a quoted value";
      break;
    case WEIR_UNESCAPED_SKIP_VALUE:
      while (!at_stop (scan, scan->p))
        scan->p++;
      g_string_truncate (scan->out, 0);
      break;
    default:
      g_string_append_c (scan->out, (char)scan->options->quote);
      if (scan->p < scan->end)
        g_string_append_c (scan->out, *scan->p++);
      g_string_prepend_c (scan->out, (char)scan->options->quote);
      append_rest (scan);
    }
}

/* Blanks behind the closing quote are dropped when nothing else follows them. TRUE: the value is over. */
static gboolean
blanks_after_quote (CsvScan *scan)
{
  const char *p = scan->p;

  while (is_blank (scan, p))
    p++;
  if (!at_stop (scan, p))
    return FALSE;
  scan->p = p;
  return TRUE;
}

static void
text_after_blanks (CsvScan *scan)
{
  const char *start = scan->p;

  if (scan->options->unescaped != WEIR_UNESCAPED_STOP_AT_DELIMITER)
    {
      unescaped_quote (scan);
      return;
    }
  while (is_blank (scan, scan->p))
    scan->p++;
  g_string_append_c (scan->out, (char)scan->options->quote);
  g_string_append_len (scan->out, start, scan->p - start);
  g_string_append_c (scan->out, *scan->p++);
  g_string_prepend_c (scan->out, (char)scan->options->quote);
  append_rest (scan);
}

/* An escape character directly behind a closing quote: the quote was none, and escapes stay at work to the separator. */
static void
escape_after_quote (CsvScan *scan)
{
  const WeirTextOptions *o = scan->options;
  int                    prev = o->escape;

  g_string_append_c (scan->out, (char)o->quote);
  while (!at_stop (scan, scan->p))
    {
      int c = (guchar)*scan->p++;

      if (c == o->escape && prev == o->escape_escape && o->escape_escape != NONE)
        {
          g_string_append_c (scan->out, (char)c);
          c = NONE;
        }
      else if (c == o->quote && prev == o->escape)
        {
          g_string_append_c (scan->out, (char)c);
          c = NONE;
        }
      else if (c != o->quote && c != o->escape)
        g_string_append_c (scan->out, (char)c);
      prev = c;
    }
}

/* A quote or an escape character inside quotes; returns what counts as the byte before the next. */
static int
quote_or_escape (CsvScan *scan,
                 int      c,
                 int      prev)
{
  const WeirTextOptions *o = scan->options;

  if (c == o->escape && prev == o->escape_escape && o->escape_escape != NONE)
    {
      g_string_append_c (scan->out, (char)o->escape);
      return NONE;
    }
  if (prev == o->escape && prev != NONE)
    {
      g_string_append_c (scan->out, (char)(c == o->quote ? c : prev));
      return c == o->quote ? NONE : c;
    }
  if (c == o->quote && prev == o->quote)
    g_string_append_c (scan->out, (char)c);
  return c;
}

/* The general form of a quoted value; scan->p stands behind the opening quote. */
static void
quoted_value (CsvScan *scan)
{
  const WeirTextOptions *o = scan->options;
  int                    prev = NONE;

  g_string_truncate (scan->out, 0);
  for (;;)
    {
      int c;

      if (prev == o->quote && (at_stop (scan, scan->p) || is_blank (scan, scan->p)))
        {
          if (!blanks_after_quote (scan))
            text_after_blanks (scan);
          return;
        }
      if (scan->p == scan->end)
        {
          if (scan->out->len == 0 && scan->p[-1] == o->quote)
            g_string_append_c (scan->out, (char)o->quote);
          return;
        }
      c = (guchar)*scan->p;
      if (c != o->quote && c != o->escape)
        {
          const char *start = scan->p;

          if (prev == o->quote)
            {
              unescaped_quote (scan);
              return;
            }
          if (prev == o->escape && prev != NONE)
            g_string_append_c (scan->out, (char)prev);
          while (scan->p < scan->end && (guchar)*scan->p != o->quote && (guchar)*scan->p != o->escape)
            scan->p++;
          g_string_append_len (scan->out, start, scan->p - start);
          if (scan->p == scan->end)
            return;
          prev = (guchar)*scan->p++;
          continue;
        }
      scan->p++;
      if (prev == o->quote && c == o->escape && c != o->quote)
        {
          escape_after_quote (scan);
          return;
        }
      prev = quote_or_escape (scan, c, prev);
    }
}

/* A quoted value whose bytes stand as they are between two quotes; FALSE: the general form is needed, nothing was read. */
static gboolean
simple_quoted (CsvScan  *scan,
               WeirCell *cell)
{
  const WeirTextOptions *o = scan->options;
  const char            *start = scan->p + 1;

  for (const char *p = start; p < scan->end; p++)
    {
      if ((guchar)*p == o->escape && o->escape != o->quote)
        return FALSE;
      if ((guchar)*p != o->quote)
        continue;
      if (!at_stop (scan, p + 1))
        return FALSE;
      *cell = (WeirCell){ start, (guint32)(p - start), WEIR_CELL_STRING };
      scan->p = p + 1;
      return TRUE;
    }
  return FALSE;
}

static void
unquoted_value (CsvScan  *scan,
                WeirCell *cell)
{
  const char *start = scan->p;
  const char *stop;

  while (!at_stop (scan, scan->p))
    scan->p++;
  stop = scan->p;
  if (scan->options->trim_trailing)
    while (stop > start && (guchar)stop[-1] <= ' ')
      stop--;
  *cell = (WeirCell){ start, (guint32)(stop - start), stop > start ? WEIR_CELL_STRING : WEIR_CELL_NULL };
}

/* The value at scan->p, up to its stop. TRUE in @verbatim when the cell points into the record. */
static void
next_value (CsvScan  *scan,
            WeirCell *cell,
            gboolean *is_copy)
{
  const WeirTextOptions *o = scan->options;

  *is_copy = FALSE;
  if (o->trim_leading)
    while (is_blank (scan, scan->p) && (guchar)*scan->p != o->quote)
      scan->p++;
  if (scan->p == scan->end || (guchar)*scan->p != o->quote)
    {
      unquoted_value (scan, cell);
      return;
    }
  if (!simple_quoted (scan, cell))
    {
      scan->p++;
      quoted_value (scan);
      *cell = (WeirCell){ scan->out->str, (guint32)scan->out->len, scan->out->len > 0 ? WEIR_CELL_STRING : WEIR_CELL_NULL };
      *is_copy = TRUE;
    }
  else if (cell->len == 0)
    {
      *cell = (WeirCell){ o->empty_value, (guint32)strlen (o->empty_value), WEIR_CELL_STRING };
      *is_copy = TRUE;
    }
}

/* Keeps the value for the batch: its bytes in the arena if they are not in the block, valid UTF-8, NULL if it is the null value. */
static WeirCell
keep_value (WeirDecodeState *state,
            const WeirCell  *cell,
            gboolean         is_copy)
{
  const WeirTextOptions *o = state->decoder->options;
  WeirCell               kept = *cell;

  if (kept.kind != WEIR_CELL_NULL && kept.len == strlen (o->null_value) && memcmp (kept.data, o->null_value, kept.len) == 0)
    kept.kind = WEIR_CELL_NULL;
  if (kept.kind == WEIR_CELL_NULL)
    return (WeirCell){ NULL, 0, WEIR_CELL_NULL };
  if (is_copy)
    {
      char *bytes = _weir_arena_alloc (&state->arena, kept.len);

      memcpy (bytes, kept.data, kept.len);
      kept.data = bytes;
    }
  return _weir_utf8_repair (&state->arena, kept.data, kept.len);
}

/* Reads the record at scan->p into the row that was begun; leaves scan->p at its line end or the end. */
static void
read_record (WeirDecodeState *state,
             CsvScan         *scan)
{
  const WeirDecoder     *decoder = state->decoder;
  const WeirTextOptions *o = scan->options;
  guint                  field = 0;

  for (;; field++)
    {
      WeirCell cell;
      gboolean is_copy;
      int      column;

      next_value (scan, &cell, &is_copy);
      if (o->max_chars >= 0 && cell.len > o->max_chars)
        scan->reason = "a value is longer than maxCharsPerColumn";
      column = field < decoder->n_fields ? decoder->field_to_column[field] : -1;
      if (column >= 0)
        state->cells[column][state->n_rows] = keep_value (state, &cell, is_copy);
      if (field >= o->max_columns)
        scan->reason = "a record has more values than maxColumns";
      if (scan->reason != NULL || scan->p == scan->end || !at_separator (scan, scan->p))
        break;
      scan->p += o->sep_len;
    }
  if (scan->reason == NULL && decoder->check_length && field + 1 != decoder->n_fields)
    _weir_rows_mark (state->errors, state->n_rows, "the number of values is not that of the columns");
}

gboolean
_weir_csv_skip_line (const WeirTextOptions *options,
                     const char            *record,
                     gsize                  len)
{
  if (len > 0 && options->comment != NONE && (guchar)record[0] == options->comment)
    return TRUE;
  for (gsize i = 0; i < len; i++)
    if ((guchar)record[i] > ' ')
      return FALSE;
  return TRUE;
}

void
_weir_csv_fields (WeirDecodeState *state,
                  const char      *record,
                  gsize            len,
                  const char     **reason)
{
  CsvScan scan = { state->decoder->options, record, record + len, FALSE, state->scratch, NULL };

  read_record (state, &scan);
  *reason = scan.reason;
}

gboolean
_weir_csv_record (WeirDecodeState *state,
                  const char      *record,
                  gsize            len,
                  GError         **error)
{
  const char *reason;

  if (_weir_csv_skip_line (state->decoder->options, record, len))
    return TRUE;
  if (!_weir_rows_begin (state, record, len, error))
    return FALSE;
  _weir_csv_fields (state, record, len, &reason);
  if (reason != NULL)
    return _weir_rows_bad (state, record, len, reason, error);
  _weir_rows_commit (state);
  return TRUE;
}

/* multiLine. Skips empty lines and comments; @is_first: the header. */
static gboolean
file_record (WeirDecodeState *state,
             CsvScan         *scan,
             gboolean         is_header,
             GError         **error)
{
  const char *start = scan->p;

  if (!_weir_rows_begin (state, start, 0, error))
    return FALSE;
  read_record (state, scan);
  state->records[state->n_rows].len = (guint32)(scan->p - start);
  if (is_header)
    g_array_set_size (state->errors, 0);
  else if (scan->reason != NULL)
    return _weir_rows_bad (state, start, (gsize)(scan->p - start), scan->reason, error);
  else
    _weir_rows_commit (state);
  return TRUE;
}

gboolean
_weir_csv_file (WeirDecodeState *state,
                const char      *data,
                gsize            len,
                GError         **error)
{
  CsvScan  scan = { state->decoder->options, data, data + len, TRUE, state->scratch, NULL };
  gboolean header = scan.options->header;

  while (scan.p < scan.end)
    {
      gsize line_end = line_end_at (&scan, scan.p);

      if (line_end == 0 && scan.options->comment != NONE && (guchar)*scan.p == scan.options->comment)
        {
          while (scan.p < scan.end && line_end_at (&scan, scan.p) == 0)
            scan.p++;
          line_end = line_end_at (&scan, scan.p);
        }
      else if (line_end == 0)
        {
          scan.reason = NULL;
          if (!file_record (state, &scan, header, error))
            return FALSE;
          header = FALSE;
          while (scan.reason != NULL && scan.p < scan.end && line_end_at (&scan, scan.p) == 0)
            scan.p++;
          line_end = line_end_at (&scan, scan.p);
        }
      scan.p += line_end;
    }
  return TRUE;
}

GPtrArray *
_weir_csv_split (const WeirTextOptions *options,
                 const char            *record,
                 gsize                  len)
{
  g_autoptr (GString) out = g_string_new (NULL);
  GPtrArray          *fields = g_ptr_array_new_with_free_func (g_free);
  CsvScan             scan = { options, record, record + len, FALSE, out, NULL };

  for (;;)
    {
      WeirCell cell;
      gboolean is_copy;

      next_value (&scan, &cell, &is_copy);
      g_ptr_array_add (fields, cell.kind == WEIR_CELL_NULL ? NULL : g_utf8_make_valid (cell.data, cell.len));
      if (scan.reason != NULL || scan.p == scan.end || !at_separator (&scan, scan.p) || fields->len >= options->max_columns)
        return fields;
      scan.p += options->sep_len;
    }
}

gboolean
_weir_csv_check_header (WeirDecoder *decoder,
                        const char  *record,
                        gsize        len,
                        GError     **error)
{
  g_autoptr (GPtrArray) names = _weir_csv_split (decoder->options, record, len);

  for (guint i = 0; i < decoder->n_fields; i++)
    {
      int         column = decoder->field_to_column[i];
      const char *name = i < names->len ? names->pdata[i] : NULL;

      if (column < 0 || (name != NULL && g_ascii_strcasecmp (name, decoder->columns[column].name) == 0))
        continue;
      return weir_fail (error, WEIR_ERROR_RUN, "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE,
                        "CSV header does not conform to the schema: field %u is named '%s' and the column '%s'.", i + 1, name != NULL ? name : "", decoder->columns[column].name);
    }
  return TRUE;
}
