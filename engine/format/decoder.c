/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/csv-fast-private.h"
#include "format/decoder-private.h"
#include "format/json-fast-private.h"

#include <string.h>

/*
 * Decoders: what is read of which record into which column, decided once.
 */

static gboolean
add_column (WeirDecoder     *decoder,
            const WeirField *field,
            GError         **error)
{
  WeirDecodeColumn *column = &decoder->columns[decoder->n_columns];

  column->is_corrupt = decoder->options->format != WEIR_FORMAT_TEXT && strcmp (field->name, decoder->options->corrupt_name) == 0;
  if (column->is_corrupt && field->type->kind != WEIR_TYPE_STRING)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_CORRUPT_RECORD_TYPE", WEIR_SPAN_NONE,
                      "The column `%s` for corrupt records must have the type STRING.", field->name);
  if (column->is_corrupt)
    decoder->corrupt = (int)decoder->n_columns;
  column->convert = _weir_convert_new (decoder->options, field->name, field->type, error);
  if (column->convert == NULL)
    return FALSE;
  column->name = g_strdup (field->name);
  decoder->n_columns++;
  return TRUE;
}

/* Columns that are read, and where csv fields go. A csv record has no field for the corrupt record. */
static gboolean
plan_columns (WeirDecoder    *decoder,
              WeirSchema     *schema,
              const gboolean *needed,
              GError        **error)
{
  gboolean all_needed = TRUE;

  decoder->corrupt = -1;
  decoder->columns = g_new0 (WeirDecodeColumn, schema->n_fields + 1);
  decoder->field_to_column = g_new (int, schema->n_fields + 1);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      gboolean is_needed = needed == NULL || needed[i];

      if (is_needed && !add_column (decoder, &schema->fields[i], error))
        return FALSE;
      if (is_needed && decoder->columns[decoder->n_columns - 1].is_corrupt)
        continue;
      if (decoder->options->format != WEIR_FORMAT_TEXT && strcmp (schema->fields[i].name, decoder->options->corrupt_name) == 0)
        continue;
      decoder->field_to_column[decoder->n_fields] = is_needed ? (int)decoder->n_columns - 1 : -1;
      if (is_needed)
        decoder->columns[decoder->n_columns - 1].field = decoder->n_fields;
      decoder->n_fields++;
      all_needed &= is_needed;
    }
  /* Spark selects fields instead of counting them when not all are read. */
  decoder->check_length = all_needed || decoder->corrupt >= 0;
  return TRUE;
}

static void
plan_names (WeirDecoder *decoder)
{
  g_autofree const char **names = g_new (const char *, decoder->n_columns + 1);
  g_autofree int         *indices = g_new (int, decoder->n_columns + 1);
  guint                   n = 0;

  for (guint i = 0; i < decoder->n_columns; i++)
    if (!decoder->columns[i].is_corrupt)
      {
        names[n] = decoder->columns[i].name;
        indices[n++] = (int)i;
      }
  decoder->names = _weir_json_names_new (names, indices, n);
}

static void
plan_schema (WeirDecoder    *decoder,
             WeirSchema     *schema,
             const gboolean *needed)
{
  g_autofree WeirField *fields = g_new0 (WeirField, schema->n_fields + 1);
  guint                 n = 0;

  for (guint i = 0; i < schema->n_fields; i++)
    if (needed == NULL || needed[i])
      fields[n++] = schema->fields[i];
  decoder->schema = weir_type_new_struct (fields, n);
}

static WeirDecoder *
decoder_new (const char     *format_name,
             WeirSchema     *schema,
             const gboolean *needed,
             GHashTable     *options,
             WeirZone       *zone,
             GPtrArray      *unknown,
             GError        **error)
{
  g_autoptr (WeirDecoder) decoder = g_new0 (WeirDecoder, 1);
  WeirFormat              format;

  g_atomic_ref_count_init (&decoder->ref_count);
  if (!_weir_format_from_name (format_name, &format, error))
    return NULL;
  decoder->options = _weir_text_options_new (format, options, zone, unknown, error);
  if (decoder->options == NULL || !plan_columns (decoder, schema, needed, error))
    return NULL;
  plan_schema (decoder, schema, needed);
  plan_names (decoder);
  return g_steal_pointer (&decoder);
}

WeirDecoder *
weir_decoder_new (const char     *format,
                  WeirSchema     *schema,
                  const gboolean *needed,
                  GHashTable     *options,
                  WeirZone       *zone,
                  GPtrArray      *unknown,
                  GError        **error)
{
  g_autoptr (WeirDecoder) decoder = decoder_new (format, schema, needed, options, zone, unknown, error);

  if (decoder != NULL && decoder->corrupt == 0 && decoder->n_columns == 1)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN", WEIR_SPAN_NONE,
                 "Queries from raw JSON and CSV files are disallowed when they only read the column of corrupt records, `%s`.", decoder->options->corrupt_name);
      return NULL;
    }
  return g_steal_pointer (&decoder);
}

WeirDecoder *
weir_column_decoder_new (const char     *format,
                         WeirType       *type,
                         const gboolean *needed,
                         GHashTable     *options,
                         WeirZone       *zone,
                         GError        **error)
{
  g_autoptr (WeirDecoder) decoder = NULL;
  g_autoptr (WeirType)    none = weir_type_new_struct (NULL, 0);
  gboolean                is_struct = type->kind == WEIR_TYPE_STRUCT;

  decoder = decoder_new (format, is_struct ? type : none, needed, options, zone, NULL, error);
  if (decoder == NULL)
    return NULL;
  if (decoder->options->mode == WEIR_DECODE_DROPMALFORMED)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "PARSE_MODE_UNSUPPORTED", WEIR_SPAN_NONE,
                 "The function `from_%s` doesn't support the DROPMALFORMED mode. Acceptable modes are PERMISSIVE and FAILFAST.", format);
      return NULL;
    }
  decoder->root = weir_type_ref (type);
  if (!is_struct)
    decoder->root_convert = _weir_convert_new (decoder->options, "value", type, error);
  if (!is_struct && (decoder->root_convert == NULL || (type->kind != WEIR_TYPE_ARRAY && type->kind != WEIR_TYPE_MAP)))
    {
      if (error == NULL || *error == NULL)
        weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", WEIR_SPAN_NONE, "The schema must be a struct, an array or a map.");
      return NULL;
    }
  return g_steal_pointer (&decoder);
}

WeirDecoder *
weir_decoder_ref (WeirDecoder *decoder)
{
  g_atomic_ref_count_inc (&decoder->ref_count);
  return decoder;
}

void
weir_decoder_unref (WeirDecoder *decoder)
{
  if (!g_atomic_ref_count_dec (&decoder->ref_count))
    return;
  for (guint i = 0; i < decoder->n_columns; i++)
    {
      g_free (decoder->columns[i].name);
      _weir_convert_free (decoder->columns[i].convert);
    }
  g_free (decoder->columns);
  g_free (decoder->field_to_column);
  g_clear_pointer (&decoder->names, _weir_json_names_free);
  g_clear_pointer (&decoder->schema, weir_type_unref);
  g_clear_pointer (&decoder->root_convert, _weir_convert_free);
  g_clear_pointer (&decoder->root, weir_type_unref);
  g_clear_pointer (&decoder->options, _weir_text_options_free);
  g_free (decoder);
}

void
_weir_decoder_set_strict (WeirDecoder *decoder,
                          gboolean     strict)
{
  decoder->strict = strict;
}

WeirSchema *
weir_decoder_get_schema (WeirDecoder *decoder)
{
  return decoder->schema;
}

WeirDecodeMode
weir_decoder_get_mode (WeirDecoder *decoder)
{
  return decoder->options->mode;
}

gboolean
weir_decoder_needs_whole_file (WeirDecoder *decoder)
{
  return decoder->options->format == WEIR_FORMAT_TEXT ? decoder->options->whole_text : decoder->options->multi_line;
}

WeirDecodeState *
weir_decode_state_new (WeirDecoder *decoder)
{
  WeirDecodeState *state = g_new0 (WeirDecodeState, 1);

  state->decoder = weir_decoder_ref (decoder);
  state->cells = g_new0 (WeirCell *, decoder->n_columns + 1);
  state->errors = g_array_new (FALSE, FALSE, sizeof (WeirRowError));
  state->runs = g_array_new (FALSE, FALSE, sizeof (WeirCsvRun));
  state->scratch = g_string_new (NULL);
  return state;
}

void
weir_decode_state_free (WeirDecodeState *state)
{
  for (guint i = 0; i < state->decoder->n_columns; i++)
    g_free (state->cells[i]);
  g_free (state->cells);
  g_free (state->records);
  g_array_unref (state->errors);
  g_array_unref (state->runs);
  g_clear_pointer (&state->json_fast, _weir_json_fast_free);
  g_clear_pointer (&state->csv_fast, _weir_csv_fast_free);
  g_string_free (state->scratch, TRUE);
  g_clear_pointer (&state->arena.buffers, g_ptr_array_unref);
  weir_decoder_unref (state->decoder);
  g_free (state);
}

static void
begin_block (WeirDecodeState       *state,
             const WeirDecodeBlock *block,
             WeirDecodePush         push,
             gpointer               push_data,
             WeirDecodeStats       *stats)
{
  /* A row takes a byte at least. */
  _weir_rows_reserve (state, (guint)MIN (WEIR_DECODE_ROWS, block->len + 1));
  _weir_rows_reset (state);
  state->block = block;
  state->push = push;
  state->push_data = push_data;
  state->stats = stats;
}

/* The csv header of a file: the first line that is no comment and not blank. Moves past it. */
static gboolean
skip_header (WeirDecodeState *state,
             const char     **data,
             gsize           *len,
             GError         **error)
{
  const WeirTextOptions *options = state->decoder->options;
  const char            *end = *data + *len;

  while (*data < end)
    {
      const char *line = *data;
      const char *at = end;
      gsize       sep_len = 0;

      if (!_weir_line_end (options, line, end, &at, &sep_len))
        at = end;
      *data = at == end ? end : at + sep_len;
      *len = (gsize)(end - *data);
      if (_weir_csv_skip_line (options, line, (gsize)(at - line)))
        continue;
      return options->enforce_schema || _weir_csv_check_header (state->decoder, line, (gsize)(at - line), error);
    }
  return TRUE;
}

/* Readers look up to 64 bytes beyond the text. Our own buffers have them; of a foreign one that ends there a copy is made. */
static WeirBuffer *
copy_unpadded (const WeirDecodeBlock *block,
               WeirDecodeBlock       *copy)
{
  WeirBuffer *buffer;

  *copy = *block;
  if (block->buffer->free_func == NULL || block->buffer->size - block->offset - block->len >= 64)
    return NULL;
  buffer = weir_buffer_new (block->len);
  memcpy (buffer->data, block->buffer->data + block->offset, block->len);
  copy->buffer = buffer;
  copy->offset = 0;
  return buffer;
}

gboolean
weir_decoder_decode (WeirDecoder           *decoder,
                     WeirDecodeState       *state,
                     const WeirDecodeBlock *block,
                     WeirDecodePush         push,
                     gpointer               push_data,
                     WeirDecodeStats       *stats,
                     GError               **error)
{
  WeirDecodeBlock        padded;
  g_autoptr (WeirBuffer) copy = copy_unpadded (block, &padded);
  const char            *data = (const char *)padded.buffer->data + padded.offset;
  gsize                  len = padded.len;
  gboolean               ok;

  g_return_val_if_fail (state->decoder == decoder, FALSE);
  begin_block (state, &padded, push, push_data, stats);
  if (stats != NULL)
    stats->bytes += len;
  if (block->at_start && len >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    {
      data += 3;
      len -= 3;
    }
  if (decoder->options->format == WEIR_FORMAT_CSV && decoder->options->header && !decoder->options->multi_line && block->at_start && !skip_header (state, &data, &len, error))
    return FALSE;
  ok = _weir_decode_lines (state, data, len, error) && _weir_rows_flush (state, error);
  _weir_rows_reset (state);
  return ok;
}

gboolean
weir_decoder_decode_oversized (WeirDecoder           *decoder,
                               WeirDecodeState       *state,
                               const WeirDecodeBlock *block,
                               WeirDecodePush         push,
                               gpointer               push_data,
                               WeirDecodeStats       *stats,
                               GError               **error)
{
  const char *data = (const char *)block->buffer->data + block->offset;
  gboolean    ok;

  begin_block (state, block, push, push_data, stats);
  if (stats != NULL)
    stats->bytes += block->len;
  ok = _weir_rows_bad (state, data, block->len, "the record is longer than 64 MiB", error) && _weir_rows_flush (state, error);
  _weir_rows_reset (state);
  return ok;
}
