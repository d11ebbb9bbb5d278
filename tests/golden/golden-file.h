/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* One command of a golden file: its word, and what follows it on the line; for `query`, the lines up to `end`. */
typedef struct
{
  guint line; /* from 1 */
  char *word; /* Owned */
  char *rest; /* Owned; "" when nothing follows */
} GoldenCommand;

/* (element-type GoldenCommand) (transfer full) (nullable): NULL with a text in @problem for a file that is none. */
GPtrArray *golden_file_parse (const char *text,
                              char      **problem);

/* Rows are words: cut at blanks outside of quotes and brackets; `3..6` is 3 4 5 6. (transfer full) */
GPtrArray *golden_split_words (const char *text);
/* The parts of a word between commas outside of quotes and brackets. (transfer full) */
GPtrArray *golden_split_values (const char *word);
