/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "golden-rows.h"

#include "golden-file.h"

#include "column/value.h"
#include "format/decoder.h"

#include <string.h>

/* Input rows become JSON objects and go through the engine's decoder; output rows are its JSON values. */

static gboolean
is_raw (WeirType   *type,
        const char *value)
{
  if (*value == '"' || *value == '[' || *value == '{' || strcmp (value, "null") == 0)
    return TRUE;
  if (type->kind == WEIR_TYPE_TIMESTAMP)
    return strchr (value, ':') == NULL;
  return type->kind != WEIR_TYPE_STRING && type->kind != WEIR_TYPE_DATE && type->kind != WEIR_TYPE_TIMESTAMP_NTZ;
}

static void
append_object (GString    *out,
               const char *word,
               WeirSchema *schema)
{
  g_autoptr (GPtrArray) values = golden_split_values (word);

  g_string_append_c (out, '{');
  for (guint i = 0; i < MIN (values->len, schema->n_fields); i++)
    {
      const char *value = values->pdata[i];

      g_string_append (out, i > 0 ? "," : "");
      weir_json_append_string (out, schema->fields[i].name, strlen (schema->fields[i].name));
      g_string_append_c (out, ':');
      if (is_raw (schema->fields[i].type, value))
        g_string_append (out, value);
      else
        weir_json_append_string (out, value, strlen (value));
    }
  g_string_append (out, "}\n");
}

static gboolean
collect (gpointer   data,
         WeirBatch *batch,
         GError   **error)
{
  g_ptr_array_add (data, weir_batch_ref (batch));
  return TRUE;
}

WeirBatch *
golden_rows_read (GPtrArray  *words,
                  WeirSchema *schema,
                  GError    **error)
{
  g_autoptr (GString)         text = g_string_new (NULL);
  g_autoptr (GPtrArray)       batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  g_autoptr (GHashTable)      options = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (WeirDecoder)     decoder = NULL;
  g_autoptr (WeirDecodeState) state = NULL;
  WeirDecodeBlock             block = { .at_start = TRUE };
  WeirDecodeStats             stats = { 0 };
  gboolean                    ok;

  g_hash_table_insert (options, (gpointer) "mode", (gpointer) "FAILFAST");
  decoder = weir_decoder_new ("json", schema, NULL, options, weir_zone_utc (), NULL, error);
  if (decoder == NULL)
    return NULL;
  for (guint i = 0; i < words->len; i++)
    append_object (text, words->pdata[i], schema);
  state = weir_decode_state_new (decoder);
  block.len = text->len;
  block.buffer = weir_buffer_new (text->len);
  memcpy (block.buffer->data, text->str, text->len);
  ok = weir_decoder_decode (decoder, state, &block, collect, batches, &stats, error);
  weir_decode_stats_clear (&stats);
  weir_buffer_unref (block.buffer);
  if (!ok)
    return NULL;
  g_assert_cmpuint (batches->len, >, 0);
  return weir_batch_concat ((WeirBatch **)batches->pdata, batches->len);
}

static gboolean
is_bare (const char *text,
         gsize       len)
{
  if (len == 0 || (len == 4 && strncmp (text, "null", 4) == 0))
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("_.:+-/*", text[i]) == NULL)
      return FALSE;
  return TRUE;
}

char *
golden_rows_write (const WeirBatch *batch,
                   guint            row,
                   WeirZone        *zone)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < batch->n_columns; i++)
    {
      g_autoptr (GString) value = g_string_new (NULL);

      weir_value_append_text (value, batch->columns[i], row, WEIR_TEXT_JSON, zone);
      g_string_append (out, i > 0 ? "," : "");
      if (value->len > 2 && value->str[0] == '"' && is_bare (value->str + 1, value->len - 2))
        g_string_append_len (out, value->str + 1, value->len - 2);
      else
        g_string_append (out, value->str);
    }
  return g_string_free (out, FALSE);
}
