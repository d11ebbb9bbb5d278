/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"
#include "format/json-scan-private.h"

#include <string.h>

/*
 * The strict JSON reader: one record → the cells of its rows.
 *
 * A record is a line, a whole file (multiLine) or a string of from_json(). An object is a row; an array of objects is a row per element.
 * Text behind the value is ignored, as Spark does. What is malformed anywhere makes one row of NULLs of the whole record. Values
 * of fields that are not read are checked for syntax only.
 */

static void
scan_init (WeirJsonScan    *scan,
           WeirDecodeState *state,
           const char      *text,
           gsize            len)
{
  *scan = (WeirJsonScan){ state->decoder->options, text, text + len, NULL, &state->arena };
}

/* An object at its brace, into the row that was begun. */
static gboolean
read_object (WeirDecodeState *state,
             WeirJsonScan    *scan)
{
  const WeirJsonNames *names = state->decoder->names;
  guint                row = state->n_rows;

  scan->p++;
  if (!_weir_json_space (scan))
    return FALSE;
  if (_weir_json_peek (scan) == '}')
    {
      scan->p++;
      return TRUE;
    }
  do
    {
      WeirCell name;
      int      column;

      if (!_weir_json_name (scan, &name) || !_weir_json_space (scan))
        return FALSE;
      column = _weir_json_names_find (names, name.data, name.len);
      if (!_weir_json_value (scan, column >= 0 ? &state->cells[column][row] : NULL))
        return FALSE;
    }
  while (_weir_json_more (scan, '}'));
  return scan->reason == NULL;
}

/* Every element of the array is an object and the whole is well-formed; @scan is not moved. */
static gboolean
check_array (const WeirJsonScan *scan,
             const char        **reason)
{
  WeirJsonScan probe = *scan;

  *reason = NULL;
  probe.p++;
  if (!_weir_json_space (&probe))
    {
      *reason = probe.reason;
      return FALSE;
    }
  if (_weir_json_peek (&probe) == ']')
    return TRUE;
  do
    {
      WeirCell cell;

      if (!_weir_json_value (&probe, &cell))
        break;
      if (cell.kind != WEIR_CELL_OBJECT)
        probe.reason = "an element of the array is not an object";
    }
  while (probe.reason == NULL && _weir_json_more (&probe, ']'));
  *reason = probe.reason;
  return probe.reason == NULL;
}

static gboolean
read_array (WeirDecodeState *state,
            WeirJsonScan    *scan,
            const char      *record,
            gsize            len,
            GError         **error)
{
  const char *reason;

  if (!check_array (scan, &reason))
    return _weir_rows_bad (state, record, len, reason, error);
  scan->p++;
  _weir_json_space (scan);
  if (_weir_json_peek (scan) == ']')
    return TRUE;
  do
    {
      if (!_weir_rows_begin (state, record, len, error))
        return FALSE;
      read_object (state, scan);
      _weir_rows_commit (state);
    }
  while (_weir_json_more (scan, ']'));
  return TRUE;
}

static gboolean
start (WeirDecodeState *state,
       WeirJsonScan    *scan,
       const char      *record,
       gsize            len,
       const char     **reason)
{
  scan_init (scan, state, record, len);
  if (!weir_utf8_valid (record, len))
    scan->reason = "the text is not UTF-8";
  else
    _weir_json_space (scan);
  *reason = scan->reason;
  return scan->reason == NULL;
}

gboolean
_weir_json_record (WeirDecodeState *state,
                   const char      *record,
                   gsize            len,
                   GError         **error)
{
  WeirJsonScan scan;
  const char  *reason;

  if (!start (state, &scan, record, len, &reason))
    return _weir_rows_bad (state, record, len, reason, error);
  if (scan.p == scan.end)
    return TRUE;
  if (*scan.p == '[')
    return read_array (state, &scan, record, len, error);
  if (*scan.p != '{')
    return _weir_rows_bad (state, record, len, "the record is not an object", error);
  if (!_weir_rows_begin (state, record, len, error))
    return FALSE;
  if (!read_object (state, &scan))
    return _weir_rows_bad (state, record, len, scan.reason, error);
  _weir_rows_commit (state);
  return TRUE;
}

int
_weir_json_single (WeirDecodeState *state,
                   const char      *record,
                   gsize            len,
                   const char     **reason)
{
  WeirJsonScan scan;

  if (!start (state, &scan, record, len, reason))
    return -1;
  if (scan.p == scan.end)
    return 0;
  if (*scan.p != '{')
    *reason = "the text is not an object";
  else if (!read_object (state, &scan))
    *reason = scan.reason;
  return *reason == NULL ? 1 : -1;
}

gboolean
_weir_json_root_value (WeirDecodeState *state,
                       const char      *record,
                       gsize            len,
                       WeirCell        *cell,
                       const char     **reason)
{
  WeirJsonScan scan;

  *cell = (WeirCell){ NULL, 0, WEIR_CELL_NULL };
  if (!start (state, &scan, record, len, reason))
    return FALSE;
  if (scan.p < scan.end && !_weir_json_value (&scan, cell))
    *reason = scan.reason;
  else if (scan.p > record && cell->kind == WEIR_CELL_NULL && cell->len > 0)
    *reason = "the text is null";
  return *reason == NULL;
}
