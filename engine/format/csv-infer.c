/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/decoder-private.h"
#include "format/schema-infer-private.h"

#include <string.h>

/*
 * Types of CSV values: the narrowest of INT, BIGINT, DECIMAL (whole numbers only), DOUBLE, DATE, TIMESTAMP, BOOLEAN that takes the text; what was seen
 * before narrows the question.
 */

static gboolean
takes (const WeirTextOptions *options,
       WeirType              *type,
       const char            *text)
{
  WeirConvert convert = { .options = options, .type = type, .is_json = FALSE };
  WeirCell    cell = { text, (guint32)strlen (text), WEIR_CELL_STRING };
  WeirInt128  value;

  return _weir_convert_cell (&convert, &cell, &value);
}

/* Whole numbers beyond BIGINT. */
static WeirType *
try_decimal (const char *text)
{
  gsize sign = *text == '-' || *text == '+';
  gsize n = strspn (text + sign, "0123456789");

  return n > 0 && n <= 38 && text[sign + n] == '\0' ? weir_type_new_decimal ((guint)n, 0) : NULL;
}

static WeirType *
infer_text (const WeirTextOptions *options,
            WeirTypeKind           so_far,
            const char            *text)
{
  WeirType *decimal;

  switch (so_far)
    {
    case WEIR_TYPE_VOID:
    case WEIR_TYPE_INT:
      if (takes (options, WEIR_INT, text))
        return WEIR_INT;
      G_GNUC_FALLTHROUGH;
    case WEIR_TYPE_BIGINT:
      if (takes (options, WEIR_BIGINT, text))
        return WEIR_BIGINT;
      G_GNUC_FALLTHROUGH;
    case WEIR_TYPE_DECIMAL:
      decimal = try_decimal (text);
      if (decimal != NULL)
        return decimal;
      G_GNUC_FALLTHROUGH;
    case WEIR_TYPE_DOUBLE:
      if (takes (options, WEIR_DOUBLE, text))
        return WEIR_DOUBLE;
      G_GNUC_FALLTHROUGH;
    case WEIR_TYPE_DATE:
      /* A text with a time of day is no date, though CAST would take its day. */
      if (options->prefers_date && (options->date != NULL || strpbrk (text, "T :") == NULL) && takes (options, WEIR_DATE, text))
        return WEIR_DATE;
      G_GNUC_FALLTHROUGH;
    case WEIR_TYPE_TIMESTAMP:
      if (takes (options, WEIR_TIMESTAMP, text))
        return WEIR_TIMESTAMP;
      G_GNUC_FALLTHROUGH;
    case WEIR_TYPE_BOOLEAN:
      if (takes (options, WEIR_BOOLEAN, text))
        return WEIR_BOOLEAN;
      G_GNUC_FALLTHROUGH;
    default:
      return WEIR_STRING;
    }
}

WeirType *
_weir_csv_infer_field (const WeirTextOptions *options,
                       WeirType              *so_far,
                       const char            *text)
{
  g_autoptr (WeirType) before = so_far;
  g_autoptr (WeirType) type = NULL;

  if (text == NULL || *text == '\0' || strcmp (text, options->null_value) == 0)
    return g_steal_pointer (&before);
  type = infer_text (options, before->kind, text);
  return _weir_common_type (before, type);
}
