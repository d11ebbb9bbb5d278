/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/decoder-private.h"
#include "format/schema-infer-private.h"

#include <string.h>

/*
 * Schemas from samples, as Spark infers them.
 */

/* Calls @func for every record of the samples; @is_first: of its sample. FALSE from it ends the walk. */
typedef void (*RecordFunc) (gpointer data, const char *record, gsize len, gboolean is_first);

static void
for_each_record (const WeirTextOptions *options,
                 GBytes               **samples,
                 guint                  n_samples,
                 RecordFunc             func,
                 gpointer               data)
{
  for (guint i = 0; i < n_samples; i++)
    {
      gsize       len;
      const char *p = g_bytes_get_data (samples[i], &len);
      const char *end = len > 0 ? p + len : p;
      gboolean    is_first = TRUE;

      if (len >= 3 && memcmp (p, "\xef\xbb\xbf", 3) == 0)
        p += 3;
      while (p < end)
        {
          const char *at = end;
          gsize       sep_len = 0;

          if (options->multi_line || !_weir_line_end (options, p, end, &at, &sep_len))
            at = end;
          if (options->format != WEIR_FORMAT_CSV || !_weir_csv_skip_line (options, p, (gsize)(at - p)))
            {
              func (data, p, (gsize)(at - p), is_first);
              is_first = FALSE;
            }
          p = at == end ? end : at + sep_len;
        }
    }
}

typedef struct
{
  const WeirTextOptions *options;
  WeirType              *type; /* Owned, nullable: joined so far */
  gboolean               any_bad;
  GPtrArray             *names; /* csv, nullable: char* */
  GPtrArray             *types; /* csv: WeirType */
} Inference;

static void
join (Inference *self,
      WeirType  *type)
{
  WeirType *joined = self->type != NULL ? _weir_common_type (self->type, type) : weir_type_ref (type);

  g_clear_pointer (&self->type, weir_type_unref);
  self->type = joined;
}

/* Objects, alone or in an array, count as rows; anything else is a malformed record. */
static void
infer_json_record (gpointer    data,
                   const char *record,
                   gsize       len,
                   gboolean    is_first)
{
  Inference           *self = data;
  g_autoptr (WeirType) type = NULL;
  WeirType            *row;

  if (_weir_csv_skip_line (self->options, record, len))
    return;
  type = _weir_json_infer_value (self->options, record, len);
  row = type != NULL && type->kind == WEIR_TYPE_ARRAY ? type->fields[0].type : type;
  if (row != NULL && row->kind == WEIR_TYPE_STRUCT)
    join (self, row);
  else
    self->any_bad |= row == NULL || row->kind != WEIR_TYPE_VOID;
}

static WeirType *
with_corrupt_field (Inference *self,
                    WeirType  *type)
{
  WeirField            field = { self->options->corrupt_name, WEIR_STRING, TRUE, NULL };
  g_autoptr (WeirType) corrupt = weir_type_new_struct (&field, 1);

  return _weir_common_type (type, corrupt);
}

static WeirSchema *
infer_json (const WeirTextOptions *options,
            GBytes               **samples,
            guint                  n_samples)
{
  Inference            self = { .options = options };
  g_autoptr (WeirType) type = NULL;

  for_each_record (options, samples, n_samples, infer_json_record, &self);
  if (self.type == NULL && !self.any_bad)
    return NULL;
  type = self.type != NULL ? g_steal_pointer (&self.type) : weir_type_new_struct (NULL, 0);
  if (self.any_bad && options->mode == WEIR_DECODE_PERMISSIVE)
    {
      WeirType *joined = with_corrupt_field (&self, type);

      weir_type_unref (type);
      type = joined;
    }
  return _weir_json_canonical (options, type);
}

static void
add_csv_columns (Inference *self,
                 GPtrArray *fields,
                 gboolean   is_header)
{
  for (guint i = 0; i < fields->len; i++)
    {
      const char *name = is_header ? fields->pdata[i] : NULL;

      g_ptr_array_add (self->names, name != NULL ? g_strdup (name) : g_strdup_printf ("_c%u", i));
      g_ptr_array_add (self->types, WEIR_VOID);
    }
  /* Names that only differ in case, or not at all, get their position. */
  for (guint i = 0; i < self->names->len; i++)
    {
      gboolean repeated = FALSE;

      for (guint j = 0; j < self->names->len && !repeated; j++)
        repeated = i != j && g_ascii_strcasecmp (self->names->pdata[i], fields->pdata[j] != NULL ? fields->pdata[j] : "") == 0;
      if (is_header && repeated)
        {
          char *unique = g_strdup_printf ("%s%u", (char *)self->names->pdata[i], i);

          g_free (self->names->pdata[i]);
          self->names->pdata[i] = unique;
        }
    }
}

static void
infer_csv_record (gpointer    data,
                  const char *record,
                  gsize       len,
                  gboolean    is_first)
{
  Inference            *self = data;
  g_autoptr (GPtrArray) fields = _weir_csv_split (self->options, record, len);

  if (self->names->len == 0)
    add_csv_columns (self, fields, self->options->header);
  if (is_first && self->options->header)
    return;
  for (guint i = 0; self->options->infer_schema && i < MIN (fields->len, self->types->len); i++)
    self->types->pdata[i] = _weir_csv_infer_field (self->options, self->types->pdata[i], fields->pdata[i]);
}

static WeirSchema *
infer_csv (const WeirTextOptions *options,
           GBytes               **samples,
           guint                  n_samples)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) types = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_type_unref);
  Inference             self = { .options = options, .names = names, .types = types };
  g_autofree WeirField *fields = NULL;

  for_each_record (options, samples, n_samples, infer_csv_record, &self);
  if (names->len == 0)
    return NULL;
  fields = g_new0 (WeirField, names->len);
  for (guint i = 0; i < names->len; i++)
    {
      WeirType *type = types->pdata[i];

      fields[i] = (WeirField){ names->pdata[i], type->kind == WEIR_TYPE_VOID ? WEIR_STRING : type, TRUE, NULL };
    }
  return weir_type_new_struct (fields, names->len);
}

WeirSchema *
weir_schema_infer (const char *format_name,
                   GBytes    **samples,
                   guint       n_samples,
                   GHashTable *options_table,
                   WeirZone   *zone,
                   GError    **error)
{
  g_autoptr (WeirTextOptions) options = NULL;
  WeirFormat                  format;
  WeirSchema                 *schema;

  if (!_weir_format_from_name (format_name, &format, error))
    return NULL;
  options = _weir_text_options_new (format, options_table, zone, NULL, error);
  if (options == NULL)
    return NULL;
  if (format == WEIR_FORMAT_TEXT)
    return weir_type_parse_ddl ("value STRING", error);
  schema = format == WEIR_FORMAT_JSON ? infer_json (options, samples, n_samples) : infer_csv (options, samples, n_samples);
  if (schema == NULL)
    weir_fail (error, WEIR_ERROR_ANALYZE, "UNABLE_TO_INFER_SCHEMA", WEIR_SPAN_NONE, "Unable to infer schema for %s. It must be specified manually.",
               format == WEIR_FORMAT_JSON ? "JSON" : "CSV");
  return schema;
}

static WeirType *
infer_csv_text (WeirTextOptions *options,
                const char      *text,
                gsize            len)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, len);
  GBytes            *samples[] = { bytes };

  options->infer_schema = TRUE;
  return infer_csv (options, samples, 1);
}

WeirType *
weir_type_infer (const char *format_name,
                 const char *text,
                 gsize       len,
                 GHashTable *options_table,
                 WeirZone   *zone,
                 GError    **error)
{
  g_autoptr (WeirTextOptions) options = NULL;
  g_autoptr (WeirType)        type = NULL;
  WeirFormat                  format;
  WeirType                   *result = NULL;

  if (!_weir_format_from_name (format_name, &format, error))
    return NULL;
  options = _weir_text_options_new (format, options_table, zone, NULL, error);
  if (options == NULL)
    return NULL;
  if (format == WEIR_FORMAT_CSV)
    result = infer_csv_text (options, text, len);
  else
    {
      type = _weir_json_infer_value (options, text, len);
      if (type != NULL)
        result = _weir_json_canonical (options, type);
      if (type != NULL && result == NULL)
        result = type->kind == WEIR_TYPE_STRUCT ? weir_type_new_struct (NULL, 0) : WEIR_STRING;
    }
  if (result == NULL)
    _weir_fail_malformed (text, len, NULL, error);
  return result;
}
