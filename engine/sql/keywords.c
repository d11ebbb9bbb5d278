/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/keywords.h"
#include "sql/parser.h"

/* Longer than any keyword; longer words are none. */
#define WORD_BYTES_MAX 32

#define KEYWORD_NAME(word) #word,
static const char *const names[] = { "", WEIR_SQL_KEYWORDS (KEYWORD_NAME) };

const char *
_weir_sql_keyword_name (WeirSqlKeyword keyword)
{
  return names[keyword];
}

WeirSqlKeyword
_weir_sql_keyword_lookup (const char *word,
                          gsize       len)
{
  char  upper[WORD_BYTES_MAX];
  guint low = 1, high = WEIR_SQL_N_KEYWORDS;

  if (len >= sizeof upper)
    return WEIR_SQL_NO_KEYWORD;
  for (gsize i = 0; i < len; i++)
    upper[i] = g_ascii_toupper (word[i]);
  upper[len] = '\0';
  while (low < high)
    {
      guint middle = (low + high) / 2;
      int   order = strcmp (upper, names[middle]);

      if (order == 0)
        return middle;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return WEIR_SQL_NO_KEYWORD;
}

gboolean
weir_sql_is_keyword (const char *word)
{
  return _weir_sql_keyword_lookup (word, strlen (word)) != WEIR_SQL_NO_KEYWORD;
}
