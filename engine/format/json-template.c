/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/json-scan-private.h"
#include "format/json-template-private.h"

#include <string.h>

/*
 * Templates are made from records that the strict reader has accepted: the text between two top-level values is a literal.
 *
 * A record that repeats a field which is read, or has escapes between its values, gives none: there the last value wins, or names need
 * decoding, and the strict reader does that.
 */

typedef struct
{
  GArray     *segments;
  GByteArray *bytes;
} Builder;

static gboolean
add_literal (Builder    *builder,
             const char *text,
             gsize       len,
             int         column)
{
  static const guint8 zeros[16] = { 0 };
  WeirJsonSegment     segment = { NULL, NULL, (guint16)len, (guint16)(len >= 16 ? 0xffff : (1u << len) - 1), 0, (guint16)len, column };

  if (len > WEIR_LITERAL_MAX || builder->segments->len > WEIR_HOLES_MAX || memchr (text, '\\', len) != NULL || memchr (text, '\'', len) != NULL ||
      memchr (text, '\n', len) != NULL || memchr (text, '\r', len) != NULL)
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (text[i] == '"' && segment.n_quotes++ == 0)
      segment.back = (guint16)i;
  /* The end of a hole that is no string is found by the next quote or line feed; without a name in quotes it cannot be. */
  if (column != G_MAXINT && segment.n_quotes != 2)
    return FALSE;
  g_array_append_val (builder->segments, segment);
  g_byte_array_append (builder->bytes, (const guint8 *)text, (guint)len);
  if (len % 16 != 0)
    g_byte_array_append (builder->bytes, zeros, (guint)(16 - len % 16));
  return TRUE;
}

static gboolean
is_repeated (const GArray *segments,
             int           column)
{
  for (guint i = 0; i < segments->len; i++)
    if (g_array_index (segments, WeirJsonSegment, i).column == column)
      return TRUE;
  return FALSE;
}

/* Walks the fields of the object at scan->p. */
static gboolean
add_fields (Builder             *builder,
            WeirJsonScan        *scan,
            const WeirJsonNames *names)
{
  const char *literal = scan->p;

  scan->p++;
  _weir_json_space (scan);
  if (_weir_json_peek (scan) == '}')
    scan->p++;
  else
    do
      {
        WeirCell name;
        int      column;

        if (!_weir_json_name (scan, &name) || !_weir_json_space (scan))
          return FALSE;
        column = _weir_json_names_find (names, name.data, name.len);
        if ((column >= 0 && is_repeated (builder->segments, column)) || !add_literal (builder, literal, (gsize)(scan->p - literal), column))
          return FALSE;
        if (!_weir_json_value (scan, NULL))
          return FALSE;
        literal = scan->p;
      }
    while (_weir_json_more (scan, '}'));
  if (scan->reason != NULL)
    return FALSE;
  return add_literal (builder, literal, (gsize)(scan->p - literal), G_MAXINT);
}

static void
add_absent (WeirJsonTemplate *template,
            WeirDecodeState *state,
            const GArray    *segments)
{
  template->absent = g_new (guint, state->decoder->n_columns + 1);
  for (guint i = 0; i < state->decoder->n_columns; i++)
    if (state->cells[i] != NULL && !is_repeated (segments, (int)i))
      template->absent[template->n_absent++] = i;
}

void
_weir_json_template_bind (WeirJsonTemplate *template,
                          const WeirDecodeState *state)
{
  const guint8 *literal = template->bytes;

  for (guint i = 0; i <= template->n_holes; i++)
    {
      WeirJsonSegment *segment = &template->segments[i];

      segment->literal = literal;
      segment->cells = i < template->n_holes && segment->column >= 0 ? state->cells[segment->column] : NULL;
      literal += (segment->len + 15u) / 16 * 16;
    }
}

WeirJsonTemplate *
_weir_json_template_new (WeirDecodeState *state,
                         const char      *record,
                         gsize            len)
{
  WeirJsonScan scan = { state->decoder->options, record, record + len, NULL, &state->arena };
  Builder      builder = { g_array_new (FALSE, FALSE, sizeof (WeirJsonSegment)), g_byte_array_new () };
  WeirJsonTemplate *template = NULL;

  if (len > 0 && *record == '{' && add_fields (&builder, &scan, state->decoder->names) && scan.p == scan.end)
    {
      template = g_new0 (WeirJsonTemplate, 1);
      template->n_holes = builder.segments->len - 1;
      add_absent (template, state, builder.segments);
      template->segments = (WeirJsonSegment *)g_array_free (g_steal_pointer (&builder.segments), FALSE);
      template->bytes = g_byte_array_free (g_steal_pointer (&builder.bytes), FALSE);
      _weir_json_template_bind (template, state);
    }
  g_clear_pointer (&builder.segments, g_array_unref);
  g_clear_pointer (&builder.bytes, g_byte_array_unref);
  return template;
}

void
_weir_json_template_free (WeirJsonTemplate *template)
{
  g_free (template->segments);
  g_free (template->bytes);
  g_free (template->absent);
  g_free (template);
}
