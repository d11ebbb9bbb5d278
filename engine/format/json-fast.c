/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"
#include "format/json-fast-private.h"
#include "format/json-scan-private.h"
#include "format/json-template-private.h"
#include "format/text-index-private.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * The fast JSON reader: speculation on the shape of records.
 *
 * Producers write the same fields in the same order with the same blanks. So the bytes between the values of one record are expected in the
 * next (json-template.c), and only the places of quotes and line feeds are looked up (text-index.c), for a whole window at
 * once. A string is what lies between two quotes, another scalar what lies before the next expected bytes. Everything is verified:
 * all expected bytes are compared, scalars are checked to be JSON, strings with a backslash or control character go through
 * the strict scanner. A record that differs in any way is read by the strict reader, and its shape remembered. Hence the invariant: a record
 * that is taken here gives the cells the strict reader would give.
 */

#define MAX_TEMPLATES 8
/* A window of lines is indexed at once; index and text stay in the cache. */
#define WINDOW_BYTES (64u << 10)
/* With all places taken, one of so many unknown shapes replaces the least used. */
#define REPLACE_EVERY 64

struct _WeirJsonFast
{
  WeirTextIndex     index;
  guint             n_templates;
  guint             n_unknown;
  WeirJsonTemplate *templates[MAX_TEMPLATES]; /* most recently used first */
};

/* One window. */
typedef struct
{
  WeirDecodeState     *state;
  WeirJsonFast        *fast;
  const char          *base;
  const WeirTextIndex *index;
  gboolean             careful; /* some bytes are special: strings are looked at */
  gboolean             utf8_ok;
} Window;

gboolean
_weir_json_fast_usable (const WeirDecoder *decoder)
{
  return decoder->options->format == WEIR_FORMAT_JSON && !decoder->options->multi_line && decoder->options->line_sep == NULL;
}

void
_weir_json_fast_free (WeirJsonFast *fast)
{
  for (guint i = 0; i < fast->n_templates; i++)
    _weir_json_template_free (fast->templates[i]);
  _weir_text_index_clear (&fast->index);
  g_free (fast);
}

/* The literal stands at @p; at least 16 bytes behind @p can be read. */
static inline gboolean
has_literal (const char            *p,
             const WeirJsonSegment *segment)
{
#ifdef __SSE2__
  __m128i text = _mm_loadu_si128 ((const __m128i *)p);
  __m128i wanted = _mm_loadu_si128 ((const __m128i *)segment->literal);
  guint   equal = (guint)_mm_movemask_epi8 (_mm_cmpeq_epi8 (text, wanted));

  return (equal & segment->live) == segment->live && (G_LIKELY (segment->len <= 16) || memcmp (p + 16, segment->literal + 16, segment->len - 16u) == 0);
#else
  return memcmp (p, segment->literal, segment->len) == 0;
#endif
}

static inline gboolean
is_special (const Window *window,
            gsize         from,
            gsize         to)
{
  guint8 flags = 0;

  for (gsize i = from >> 6; i <= to >> 6; i++)
    flags |= window->index->flags[i];
  return (flags & WEIR_INDEX_SPECIAL) != 0;
}

/* Reads a value with the strict scanner; it must end at @end exactly. */
static gboolean
scan_value (const Window *window,
            const char   *start,
            const char   *end,
            WeirCell     *cell)
{
  WeirJsonScan scan = { window->state->decoder->options, start, end, NULL, &window->state->arena };

  return start < end && _weir_json_value (&scan, cell) && scan.p == end;
}

/* A string between the quotes at start − 1 and end. */
static inline gboolean
take_string (const Window *window,
             const char   *start,
             const char   *end,
             gboolean      careful,
             WeirCell     *cell)
{
  if (careful && G_UNLIKELY (is_special (window, (gsize)(start - window->base), (gsize)(end - window->base))))
    return scan_value (window, start - 1, end + 1, cell);
  if (cell != NULL)
    *cell = (WeirCell){ start, (guint32)(end - start), WEIR_CELL_STRING };
  return TRUE;
}

/* A number without point and exponent, or whatever the strict scanner takes. */
static inline gboolean
take_scalar (const Window *window,
             const char   *start,
             const char   *end,
             WeirCell     *cell)
{
  gsize len = (gsize)(end - start);

#ifdef __SSE2__
  if (G_LIKELY (start < end && len <= 16 && (*start != '0' || len == 1)))
    {
      __m128i text = _mm_loadu_si128 ((const __m128i *)start);
      __m128i digits = _mm_sub_epi8 (text, _mm_set1_epi8 ('0'));
      __m128i good = _mm_cmpeq_epi8 (_mm_min_epu8 (digits, _mm_set1_epi8 (9)), digits);

      if ((~(guint)_mm_movemask_epi8 (good) & ((1u << len) - 1)) == 0)
        {
          if (cell != NULL)
            *cell = (WeirCell){ start, (guint32)len, WEIR_CELL_INT };
          return TRUE;
        }
    }
#endif
  return scan_value (window, start, end, cell);
}

/* An array or object as a value: read by the strict scanner up to where it ends; @q moves behind its quotes. NULL: malformed. */
static const char *
take_container (const Window   *window,
                const char     *start,
                const guint32 **q,
                WeirCell       *cell)
{
  const guint32 *line_end = *q;
  WeirJsonScan   scan = { window->state->decoder->options, start, NULL, NULL, &window->state->arena };

  while (window->base[*line_end] != '\n')
    line_end++;
  scan.end = window->base + *line_end;
  if (!_weir_json_value (&scan, cell))
    return NULL;
  while (window->base + **q < scan.p)
    (*q)++;
  return scan.p;
}

/*
 * The record at @p has the shape of the template: its cells go to row @row, and the result is its line feed in the index. @q: its first
 * position in the index. NULL: it has not; cells may have been written.
 */
static inline __attribute__ ((always_inline)) const guint32 *
match (const Window *window,
       const WeirJsonTemplate *template,
       const char    *p,
       const guint32 *q,
       gboolean       careful,
       guint          row)
{
  const WeirJsonSegment *segment = template->segments;
  const WeirJsonSegment *last = segment + template->n_holes;
  const char            *base = window->base;

  for (; segment < last; segment++)
    {
      WeirCell   *cell = segment->cells != NULL ? segment->cells + row : NULL;
      const char *start = p + segment->len;

      if (G_UNLIKELY (!has_literal (p, segment)))
        return NULL;
      q += 2;
      if (G_LIKELY (*start == '"'))
        {
          const char *end = base + q[1];

          if (G_UNLIKELY (*end != '"') || !take_string (window, start + 1, end, careful, cell))
            return NULL;
          p = end + 1;
          q += 2;
        }
      else if (*start == '{' || *start == '[')
        {
          p = take_container (window, start, &q, cell);
          if (p == NULL)
            return NULL;
        }
      else
        {
          p = base + q[0] - segment[1].back;
          if (segment[1].n_quotes == 0 && base[q[0] - 1] == '\r')
            p--;
          if (p <= start || !take_scalar (window, start, p, cell))
            return NULL;
        }
    }
  if (!has_literal (p, segment))
    return NULL;
  p += segment->len;
  p += *p == '\r';
  if (p != base + q[0] || *p != '\n')
    return NULL;
  for (guint i = 0; i < template->n_absent; i++)
    window->state->cells[template->absent[i]][row] = (WeirCell){ NULL, 0, WEIR_CELL_NULL };
  return q;
}

static const guint32 *
match_plain (const Window *window,
             const WeirJsonTemplate *template,
             const char    *p,
             const guint32 *q)
{
  return match (window, template, p, q, FALSE, window->state->n_rows);
}

static const guint32 *
match_careful (const Window *window,
               const WeirJsonTemplate *template,
               const char    *p,
               const guint32 *q)
{
  return match (window, template, p, q, TRUE, window->state->n_rows);
}

/* Tries the templates, the last used first. */
static const guint32 *
match_any (const Window  *window,
           const char    *p,
           const guint32 *q)
{
  WeirJsonFast *fast = window->fast;

  for (guint i = 0; i < fast->n_templates; i++)
    {
      WeirJsonTemplate *template = fast->templates[i];
      const guint32 *end = window->careful ? match_careful (window, template, p, q) : match_plain (window, template, p, q);

      if (end == NULL)
        continue;
      template->hits++;
      if (i > 0)
        {
          memmove (fast->templates + 1, fast->templates, i * sizeof *fast->templates);
          fast->templates[0] = template;
        }
      return end;
    }
  return NULL;
}

/* Bytes of the record that need the whole text to be valid UTF-8. */
static gboolean
is_high (const Window *window,
         gsize         from,
         gsize         to)
{
  guint8 flags = 0;

  for (gsize i = from >> 6; i <= to >> 6; i++)
    flags |= window->index->flags[i];
  return (flags & WEIR_INDEX_HIGH) != 0;
}

/* Remembers the shape of a record that the strict reader took. */
static void
learn (Window     *window,
       const char *record,
       gsize       len)
{
  WeirJsonFast *fast = window->fast;
  WeirJsonTemplate *template;

  if (len > 0 && record[len - 1] == '\r')
    len--;
  if (fast->n_templates == MAX_TEMPLATES && ++fast->n_unknown % REPLACE_EVERY != 0)
    return;
  template = _weir_json_template_new (window->state, record, len);
  if (template == NULL)
    return;
  if (fast->n_templates == MAX_TEMPLATES)
    {
      guint least = 0;

      for (guint i = 1; i < MAX_TEMPLATES; i++)
        if (fast->templates[i]->hits < fast->templates[least]->hits)
          least = i;
      _weir_json_template_free (fast->templates[least]);
      fast->templates[least] = template;
    }
  else
    fast->templates[fast->n_templates++] = template;
}

static void
open_window (Window          *window,
             WeirDecodeState *state,
             const char      *data,
             gsize            len)
{
  if (state->json_fast == NULL)
    state->json_fast = g_new0 (WeirJsonFast, 1);
  for (guint i = 0; i < state->json_fast->n_templates; i++)
    _weir_json_template_bind (state->json_fast->templates[i], state);
  _weir_json_index (&state->json_fast->index, data, len);
  *window = (Window){ state, state->json_fast, data, &state->json_fast->index, FALSE, TRUE };
  window->careful = (window->index->any & WEIR_INDEX_SPECIAL) != 0;
  if ((window->index->any & WEIR_INDEX_HIGH) != 0)
    window->utf8_ok = weir_utf8_valid (data, len);
}

/* The lines from @start to a line end go to the strict reader. */
static gboolean
strict_lines (Window     *window,
              const char *start,
              gsize       len,
              GError    **error)
{
  WeirDecodeState *state = window->state;
  guint            errors = state->errors->len;
  guint            rows = state->n_rows;

  if (!_weir_strict_lines (state, start, len + 1, error))
    return FALSE;
  if (state->n_rows == rows + 1 && state->errors->len == errors)
    learn (window, start, len);
  return TRUE;
}

/* Whole lines, the last byte being a line feed. */
static gboolean
read_window (WeirDecodeState *state,
             const char      *data,
             gsize            len,
             GError         **error)
{
  Window         window;
  const guint32 *q;
  const guint32 *last;
  gsize          start = 0;

  open_window (&window, state, data, len);
  q = window.index->positions;
  last = q + window.index->n;
  while (start < len)
    {
      const guint32 *end;

      if (state->n_rows == state->capacity && !_weir_rows_flush (state, error))
        return FALSE;
      end = match_any (&window, data + start, q);
      if (G_LIKELY (end != NULL && (window.utf8_ok || !is_high (&window, start, *end))))
        {
          state->records[state->n_rows++] = (WeirCell){ data + start, (guint32)(*end - start - (data[*end - 1] == '\r')), 0 };
        }
      else
        {
          for (end = q; end < last && data[*end] != '\n'; end++)
            ;
          if (!strict_lines (&window, data + start, *end - start, error))
            return FALSE;
        }
      start = *end + 1;
      q = end + 1;
    }
  return TRUE;
}

gboolean
_weir_json_fast_lines (WeirDecodeState *state,
                       const char      *data,
                       gsize            len,
                       GError         **error)
{
  return _weir_lines_by_window (state, data, len, WINDOW_BYTES, read_window, error);
}

/* A text of from_json() that is no template's. */
static void
strict_text (Window     *window,
             const char *text,
             gsize       len,
             guint       row,
             guint8     *present)
{
  WeirDecodeState *state = window->state;
  const char      *reason = NULL;
  int              result;

  _weir_rows_begin (state, text, len, NULL);
  result = _weir_json_single (state, text, len, &reason);
  if (result < 0)
    {
      _weir_rows_begin (state, text, len, NULL);
      _weir_rows_mark (state->errors, row, reason);
    }
  else if (result == 0)
    weir_bit_set (present, row, FALSE);
  else
    learn (window, text, len);
}

void
_weir_json_fast_texts (WeirDecodeState *state,
                       const char      *data,
                       const guint32   *offsets,
                       guint            n,
                       guint8          *present)
{
  Window         window;
  const guint32 *q = NULL;
  const guint32 *last = NULL;
  gsize          window_end = 0;

  for (guint i = 0; i < n; i++)
    {
      const guint32 *end = NULL;
      gsize          start = offsets[i];
      gsize          len = offsets[i + 1] - 1 - start;

      if (start >= window_end)
        {
          guint stop = i + 1;

          while (stop < n && offsets[stop + 1] - start <= WINDOW_BYTES)
            stop++;
          window_end = offsets[stop];
          open_window (&window, state, data + start, window_end - start);
          q = window.index->positions;
          last = q + window.index->n;
        }
      if (weir_bit (present, i))
        {
          end = match_any (&window, data + start, q);
          if (end != NULL && (window.base + *end != data + start + len || (!window.utf8_ok && is_high (&window, (gsize)(data + start - window.base), *end))))
            end = NULL;
          if (end != NULL)
            state->records[state->n_rows] = (WeirCell){ data + start, (guint32)len, 0 };
          else
            strict_text (&window, data + start, len, i, present);
        }
      else
        _weir_rows_begin (state, data + start, len, NULL);
      state->n_rows++;
      if (end != NULL)
        q = end + 1;
      while (q < last && window.base + *q <= data + start + len)
        q++;
    }
}
