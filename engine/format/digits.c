/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/cpu.h"
#include "base/fast-number.h"
#include "format/csv-run-private.h"
#include "format/digits-private.h"


#include <string.h>

/*
 * Columns of short unsigned integers, the most common numbers in data. In plain C the digits are read eight at a time.
 */

static inline gboolean
parse_one (const WeirCell *cell,
           gint64         *value)
{
  guint   len = cell->len;
  guint64 head;
  guint64 tail;

  memcpy (&head, cell->data, 8);
  if (len <= 8)
    {
      /* The digits move to the end, zeros fill the front. */
      head = len == 8 ? head : (head << (64 - len * 8)) | (G_GUINT64_CONSTANT (0x3030303030303030) >> (len * 8));
      *value = weir_eight_digits (head);
      return weir_is_eight_digits (head);
    }
  memcpy (&tail, cell->data + 8, 8);
  len -= 8;
  tail = len == 8 ? tail : (tail << (64 - len * 8)) | (head >> (len * 8));
  head = len == 8 ? head : (head << (64 - len * 8)) | (G_GUINT64_CONSTANT (0x3030303030303030) >> (len * 8));
  *value = (gint64)weir_eight_digits (head) * 100000000 + weir_eight_digits (tail);
  return weir_is_eight_digits (head) && weir_is_eight_digits (tail);
}

static guint64
parse_plain (const WeirCell *cells,
             guint           n,
             guint32         kind,
             gint64         *values)
{
  guint64 ok = 0;

  for (guint i = 0; i < n; i++)
    ok |= (guint64)(_weir_digits_fit (&cells[i], kind) && parse_one (&cells[i], &values[i])) << i;
  return ok;
}

guint64
_weir_parse_digits (const WeirCell *cells,
                    guint           n,
                    guint32         kind,
                    gint64         *values)
{
  switch (weir_simd_level ())
    {
    case WEIR_SIMD_AVX512:
      return _weir_parse_digits_avx512 (cells, n, kind, values);
    case WEIR_SIMD_AVX2:
      return _weir_parse_digits_avx2 (cells, n, kind, values);
    default:
      return parse_plain (cells, n, kind, values);
    }
}

guint64
_weir_parse_run_digits (const WeirCsvRun *run,
                        guint             field,
                        guint             i,
                        guint             n,
                        gint64           *values)
{
  WeirCell cells[64];

  if (weir_simd_level () == WEIR_SIMD_AVX512)
    return _weir_parse_run_digits_avx512 (run, field, i, n, values);
  for (guint j = 0; j < n; j++)
    cells[j] = _weir_csv_run_cell (run, field, i + j);
  return _weir_parse_digits (cells, n, WEIR_CELL_STRING, values);
}
