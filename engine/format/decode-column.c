/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/decoder-private.h"
#include "format/json-fast-private.h"

#include <string.h>

/*
 * from_json() and from_csv(): a column of texts → a column of structs, arrays or maps.
 *
 * Every selected text is one record and one row. The readers want bytes that may be read beyond their end, so the texts are copied
 * side by side into one buffer, which the result keeps.
 */

typedef struct
{
  guint       n;
  const char *texts;
  guint32    *offsets; /* n + 1; text i is [offsets[i], offsets[i + 1] − 1), a line feed follows */
  guint8     *present; /* bits */
  guint8     *bad;     /* bits; malformed as a whole */
} Texts;

static void
texts_clear (Texts *texts)
{
  g_free (texts->offsets);
  g_free (texts->present);
  g_free (texts->bad);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Texts, texts_clear)

static WeirBuffer *
copy_texts (const WeirColumn *column,
            WeirSel           sel,
            Texts            *texts)
{
  const WeirView *views = weir_column_values (column, WeirView);
  WeirBuffer     *buffer;
  gsize           total = 0;

  for (guint i = 0; i < sel.n; i++)
    total += views[weir_sel_row (sel, i)].len + 1;
  buffer = total < G_MAXUINT32 ? weir_buffer_new (total) : NULL;
  if (buffer == NULL)
    return NULL;
  texts->n = sel.n;
  texts->texts = (const char *)buffer->data;
  texts->offsets = g_new (guint32, sel.n + 1);
  texts->present = g_malloc0 (sel.n / 8 + 1);
  texts->bad = g_malloc0 (sel.n / 8 + 1);
  texts->offsets[0] = 0;
  for (guint i = 0; i < sel.n; i++)
    {
      guint row = weir_sel_row (sel, i);
      gsize len = 0;

      if (column->validity == NULL || weir_bit (column->validity, row))
        {
          len = views[row].len;
          memcpy (buffer->data + texts->offsets[i], weir_view_data (&views[row]), len);
          weir_bit_set (texts->present, i, TRUE);
        }
      buffer->data[texts->offsets[i] + len] = '\n';
      texts->offsets[i + 1] = texts->offsets[i] + (guint32)len + 1;
    }
  return buffer;
}

static WeirBuffer *
bits_buffer (const guint8 *bits,
             guint         n)
{
  WeirBuffer *buffer = weir_buffer_new ((n + 7) / 8);

  memcpy (buffer->data, bits, (n + 7) / 8);
  return buffer;
}

/* Reads every text into its row. */
static void
read_structs (WeirDecodeState *state,
              Texts           *texts)
{
  gboolean is_json = state->decoder->options->format == WEIR_FORMAT_JSON;

  for (guint i = 0; i < texts->n; i++)
    {
      const char *text = texts->texts + texts->offsets[i];
      gsize       len = texts->offsets[i + 1] - texts->offsets[i] - 1;
      const char *reason = NULL;

      _weir_rows_begin (state, text, len, NULL);
      if (!weir_bit (texts->present, i))
        ;
      else if (is_json)
        weir_bit_set (texts->present, i, _weir_json_single (state, text, len, &reason) != 0);
      else
        _weir_csv_fields (state, text, len, &reason);
      if (reason != NULL)
        {
          _weir_rows_begin (state, text, len, NULL);
          _weir_rows_mark (state->errors, i, reason);
        }
      _weir_rows_commit (state);
    }
}

static void
count (WeirDecodeState *state,
       WeirDecodeStats *stats,
       guint            n)
{
  if (stats == NULL)
    return;
  stats->rows += n;
  for (guint i = 0; i < state->errors->len; i++)
    {
      const WeirRowError *mark = &g_array_index (state->errors, WeirRowError, i);
      const WeirCell     *record = &state->records[mark->row];

      weir_decode_stats_add_bad (stats, record->data, record->len, G_MAXUINT64, mark->reason);
    }
}

/* FALSE in mode FAILFAST when a row is marked. */
static gboolean
check_mode (WeirDecodeState *state,
            GError         **error)
{
  const WeirCell *record;

  if (state->errors->len == 0 || state->decoder->options->mode != WEIR_DECODE_FAILFAST)
    return TRUE;
  record = &state->records[g_array_index (state->errors, WeirRowError, 0).row];
  return _weir_fail_malformed (record->data, record->len, NULL, error);
}

/* Adds what is not read as NULLs; takes the references in @columns. */
static WeirColumn *
make_struct (WeirDecodeState *state,
             WeirColumn     **columns,
             const Texts     *texts)
{
  WeirDecoder          *decoder = state->decoder;
  WeirType             *type = decoder->root;
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  guint                 next = 0;
  WeirBuffer           *validity = NULL;

  for (guint i = 0; i < type->n_fields; i++)
    if (next < decoder->n_columns && strcmp (decoder->columns[next].name, type->fields[i].name) == 0)
      g_ptr_array_add (children, columns[next++]);
    else
      g_ptr_array_add (children, weir_column_new_nulls (type->fields[i].type, texts->n));
  for (guint i = 0; i < texts->n && validity == NULL; i++)
    if (!weir_bit (texts->present, i))
      validity = bits_buffer (texts->present, texts->n);
  return weir_column_new_struct (type, texts->n, (WeirColumn **)children->pdata, validity);
}

static WeirColumn *
decode_structs (WeirDecodeState *state,
                Texts           *texts,
                WeirBuffer      *block,
                WeirDecodeStats *stats,
                GError         **error)
{
  g_autofree WeirColumn **columns = NULL;

  if (!state->decoder->strict && _weir_json_fast_usable (state->decoder))
    _weir_json_fast_texts (state, texts->texts, texts->offsets, texts->n, texts->present);
  else
    read_structs (state, texts);
  columns = _weir_rows_columns (state, block);
  count (state, stats, texts->n);
  if (check_mode (state, error))
    return make_struct (state, columns, texts);
  for (guint i = 0; i < state->decoder->n_columns; i++)
    weir_column_unref (columns[i]);
  return NULL;
}

/* An object for an array of structs counts as its only element. */
static void
wrap_object (WeirDecodeState *state,
             WeirCell        *cell)
{
  const WeirType *root = state->decoder->root;
  char           *bytes;

  if (cell->kind != WEIR_CELL_OBJECT || root->kind != WEIR_TYPE_ARRAY || root->fields[0].type->kind != WEIR_TYPE_STRUCT)
    return;
  bytes = _weir_arena_alloc (&state->arena, (gsize)cell->len + 2);
  bytes[0] = '[';
  memcpy (bytes + 1, cell->data, cell->len);
  bytes[cell->len + 1] = ']';
  *cell = (WeirCell){ bytes, cell->len + 2, WEIR_CELL_ARRAY };
}

static WeirColumn *
decode_roots (WeirDecodeState *state,
              Texts           *texts,
              WeirBuffer      *block,
              WeirDecodeStats *stats,
              GError         **error)
{
  g_autofree WeirCell   *cells = g_new0 (WeirCell, texts->n + 1);
  g_autoptr (WeirColumn) column = NULL;
  WeirKernelRun          run = { .n = texts->n, .errors = state->errors, .arena = &state->arena, .block = block };

  for (guint i = 0; i < texts->n; i++)
    {
      const char *text = texts->texts + texts->offsets[i];
      gsize       len = texts->offsets[i + 1] - texts->offsets[i] - 1;
      const char *reason = NULL;

      _weir_rows_begin (state, text, len, NULL);
      if (weir_bit (texts->present, i) && !_weir_json_root_value (state, text, len, &cells[i], &reason))
        {
          cells[i].kind = WEIR_CELL_NULL;
          _weir_rows_mark (state->errors, i, reason);
        }
      wrap_object (state, &cells[i]);
      _weir_rows_commit (state);
    }
  column = _weir_kernel_nested (state->decoder->root_convert, cells, &run);
  count (state, stats, texts->n);
  return check_mode (state, error) ? g_steal_pointer (&column) : NULL;
}

/* Puts the rows of @column at their places. */
static WeirColumn *
spread (WeirColumn *column,
        WeirSel     sel,
        guint       n_rows)
{
  g_autofree guint32 *idx = NULL;
  WeirColumn         *result;

  if (sel.idx == NULL && sel.n == n_rows)
    return column;
  idx = g_new (guint32, n_rows + 1);
  memset (idx, 0xff, n_rows * sizeof (guint32));
  for (guint i = 0; i < sel.n; i++)
    idx[weir_sel_row (sel, i)] = i;
  result = weir_column_gather_nullable (column, idx, n_rows);
  weir_column_unref (column);
  return result;
}

WeirColumn *
weir_decoder_decode_column (WeirDecoder     *decoder,
                            WeirDecodeState *state,
                            WeirColumn      *texts,
                            WeirSel          sel,
                            WeirDecodeStats *stats,
                            GError         **error)
{
  g_autoptr (WeirColumn) flat = weir_column_flatten (texts);
  g_autoptr (WeirBuffer) block = NULL;
  g_auto (Texts)         copies = { 0 };
  WeirColumn            *column;

  g_return_val_if_fail (state->decoder == decoder && decoder->root != NULL, NULL);
  block = copy_texts (flat, sel, &copies);
  if (block == NULL)
    {
      weir_fail (error, WEIR_ERROR_RUN, "COLLECTION_SIZE_LIMIT_EXCEEDED", WEIR_SPAN_NONE, "The texts of one batch exceed 4 GiB.");
      return NULL;
    }
  _weir_rows_reset (state);
  _weir_rows_reserve (state, sel.n + 1);
  if (decoder->root_convert == NULL)
    column = decode_structs (state, &copies, block, stats, error);
  else
    column = decode_roots (state, &copies, block, stats, error);
  _weir_rows_reset (state);
  return column != NULL ? spread (column, sel, flat->n_rows) : NULL;
}
