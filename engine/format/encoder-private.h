/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/timestamp.h"
#include "format/encoder.h"
#include "format/text-options-private.h"

G_BEGIN_DECLS

struct _WeirEncoder
{
  WeirFormat  format;
  WeirSchema *schema; /* Owned: of the rows, or the type of the values */
  WeirZone   *zone;
  char       *line_sep;

  WeirTimePattern *date; /* nullable: ISO */
  WeirTimePattern *timestamp;
  WeirTimePattern *timestamp_ntz;

  gboolean ignore_null_fields;
  gboolean escape_non_ascii;
  gboolean pretty;
  gboolean sort_keys;

  char    *sep;
  gsize    sep_len;
  gboolean header;
  gboolean quote_all;
  gboolean escape_quotes;
  gboolean trim_leading;
  gboolean trim_trailing;
  int      quote;
  int      escape;
  char    *null_value;
  char    *empty_value;
};

/* DATE, TIMESTAMP or TIMESTAMP_NTZ by the encoder's formats, without quotes. */
void _weir_encode_time (const WeirEncoder *encoder, GString *out, const WeirColumn *column, guint row);
/* @n columns as an object. */
void _weir_encode_json_fields (const WeirEncoder *encoder, GString *out, WeirType *type, WeirColumn *const *columns, guint row, guint depth);
void _weir_encode_json_value (const WeirEncoder *encoder, GString *out, const WeirColumn *column, guint row, guint depth);
void _weir_encode_csv_fields (const WeirEncoder *encoder, GString *out, WeirColumn *const *columns, guint n, guint row);
void _weir_encode_csv_text (const WeirEncoder *encoder, GString *out, const char *text, gsize len);

G_END_DECLS
