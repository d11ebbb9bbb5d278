/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/csv-fast-private.h"
#include "format/decoder-private.h"
#include "format/json-fast-private.h"

#include <string.h>

/*
 * Records in a block: lines. Without lineSep a line ends at \n, \r\n or \r, as Hadoop's line reader has it.
 */

gboolean
_weir_line_end (const WeirTextOptions *options,
                const char            *from,
                const char            *end,
                const char           **at,
                gsize                 *sep_len)
{
  const char *newline;
  const char *cr;

  if (options->line_sep != NULL)
    {
      *at = memmem (from, (gsize)(end - from), options->line_sep, options->line_sep_len);
      *sep_len = options->line_sep_len;
      return *at != NULL;
    }
  newline = memchr (from, '\n', (gsize)(end - from));
  cr = memchr (from, '\r', (gsize)((newline != NULL ? newline : end) - from));
  if (cr != NULL)
    {
      *at = cr;
      *sep_len = cr + 1 == newline ? 2 : 1;
      return TRUE;
    }
  *at = newline;
  *sep_len = 1;
  return newline != NULL;
}

gsize
weir_decoder_first_record (WeirDecoder  *decoder,
                           const guint8 *data,
                           gsize         len,
                           gboolean      at_end)
{
  const char *text = (const char *)data;
  const char *at;
  gsize       sep_len;

  if (weir_decoder_needs_whole_file (decoder))
    return at_end ? len : 0;
  if (!_weir_line_end (decoder->options, text, text + len, &at, &sep_len))
    return at_end ? len : 0;
  /* A line feed may follow the carriage return at the end of what is there. */
  if (decoder->options->line_sep == NULL && *at == '\r' && at + 1 == text + len && !at_end)
    return 0;
  return (gsize)(at - text) + sep_len;
}

gsize
weir_decoder_cut (WeirDecoder  *decoder,
                  const guint8 *data,
                  gsize         len,
                  gboolean      at_end)
{
  const char *sep = decoder->options->line_sep;
  gsize       sep_len = decoder->options->line_sep_len;

  if (at_end)
    return len;
  if (weir_decoder_needs_whole_file (decoder) || len == 0)
    return 0;
  if (sep == NULL)
    {
      const guint8 *newline = memrchr (data, '\n', len);
      const guint8 *from = newline != NULL ? newline + 1 : data;
      /* A carriage return at the very end may get a line feed behind it. */
      const guint8 *cr = from < data + len ? memrchr (from, '\r', (gsize)(data + len - 1 - from)) : NULL;

      return (gsize)((cr != NULL ? cr + 1 : from) - data);
    }
  for (gsize i = len; i >= sep_len; i--)
    if (memcmp (data + i - sep_len, sep, sep_len) == 0)
      {
        /* Separators may overlap; only those found from the front count. */
        const char *p = (const char *)data;
        const char *at;
        gsize       n;
        gsize       cut = 0;

        if (sep_len == 1)
          return i;
        while (_weir_line_end (decoder->options, p, (const char *)data + len, &at, &n))
          {
            p = at + n;
            cut = (gsize)(p - (const char *)data);
          }
        return cut;
      }
  return 0;
}

static gboolean
text_record (WeirDecodeState *state,
             const char      *record,
             gsize            len,
             GError         **error)
{
  if (!_weir_rows_begin (state, record, len, error))
    return FALSE;
  for (guint i = 0; i < state->decoder->n_columns; i++)
    state->cells[i][state->n_rows] = _weir_utf8_repair (&state->arena, record, len);
  _weir_rows_commit (state);
  return TRUE;
}

static gboolean
decode_record (WeirDecodeState *state,
               const char      *record,
               gsize            len,
               GError         **error)
{
  switch (state->decoder->options->format)
    {
    case WEIR_FORMAT_JSON:
      return _weir_json_record (state, record, len, error);
    case WEIR_FORMAT_CSV:
      return _weir_csv_record (state, record, len, error);
    default:
      return text_record (state, record, len, error);
    }
}

gboolean
_weir_strict_lines (WeirDecodeState *state,
                    const char      *data,
                    gsize            len,
                    GError         **error)
{
  const WeirTextOptions *options = state->decoder->options;
  const char            *end = data + len;

  while (data < end)
    {
      const char *at;
      gsize       sep_len;

      if (!_weir_line_end (options, data, end, &at, &sep_len))
        {
          at = end;
          sep_len = 0;
        }
      if (at - data > WEIR_LINE_BYTES_MAX ? !_weir_rows_bad (state, data, (gsize)(at - data), "the record is longer than 64 MiB", error)
                                          : !decode_record (state, data, (gsize)(at - data), error))
        return FALSE;
      data = at + sep_len;
    }
  return TRUE;
}

gboolean
_weir_lines_by_window (WeirDecodeState *state,
                       const char      *data,
                       gsize            len,
                       gsize            window_bytes,
                       WeirWindowFunc   read,
                       GError         **error)
{
  const char *end = data + len;

  while (data < end)
    {
      gsize       size = MIN ((gsize)(end - data), window_bytes);
      const char *newline = memrchr (data, '\n', size);

      if (newline == NULL && size < (gsize)(end - data))
        newline = memchr (data + size, '\n', (gsize)(end - data) - size);
      if (newline == NULL)
        return _weir_strict_lines (state, data, (gsize)(end - data), error);
      size = (gsize)(newline + 1 - data);
      if (size > WEIR_LINE_BYTES_MAX ? !_weir_strict_lines (state, data, size, error) : !read (state, data, size, error))
        return FALSE;
      data += size;
    }
  return TRUE;
}

gboolean
_weir_decode_lines (WeirDecodeState *state,
                    const char      *data,
                    gsize            len,
                    GError         **error)
{
  const WeirDecoder *decoder = state->decoder;

  if (weir_decoder_needs_whole_file (state->decoder))
    {
      if (len > G_MAXINT32)
        return _weir_rows_bad (state, data, len, "the file is too large for one record", error);
      if (decoder->options->format == WEIR_FORMAT_CSV)
        return _weir_csv_file (state, data, len, error);
      return decode_record (state, data, len, error);
    }
  if (!decoder->strict && _weir_json_fast_usable (decoder))
    return _weir_json_fast_lines (state, data, len, error);
  if (!decoder->strict && _weir_csv_fast_usable (decoder))
    return _weir_csv_fast_lines (state, data, len, error);
  return _weir_strict_lines (state, data, len, error);
}
