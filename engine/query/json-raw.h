/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * WeirJsonRaw:
 *
 * Pieces of JSON text that are to stand in a document as they are: json-glib prints doubles with 17 digits and keeps no decimals. A piece
 * is put into the tree as a string that stands for it and takes its place when the tree is printed.
 */
typedef struct
{
  char      *marker; /* Owned: in no other string */
  GPtrArray *texts;  /* Owned */
} WeirJsonRaw;

void weir_json_raw_init (WeirJsonRaw *self);
void weir_json_raw_clear (WeirJsonRaw *self);
/* The string that stands for @text. (transfer full) */
char *weir_json_raw_add (WeirJsonRaw *self, const char *text);
/* The tree as text. (transfer full) */
char *weir_json_raw_print (WeirJsonRaw *self, JsonNode *root, gboolean pretty);

G_END_DECLS
