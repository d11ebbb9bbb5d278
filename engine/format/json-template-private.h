/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "format/decoder-private.h"

G_BEGIN_DECLS

/* Literals longer than this and records of more fields make no template. */
#define WEIR_LITERAL_MAX 256
#define WEIR_HOLES_MAX   256

/*
 * The shape of a record: bytes that are always there, and holes between them.
 *
 *   {"id": HOLE, "name": HOLE}      literals `{"id": `, `, "name": ` and `}`
 */
typedef struct
{
  guint32 offset; /* of the literal in `bytes`, a multiple of 16 */
  guint16 len;
  guint16 n_quotes;
  gint32  first_quote; /* offset of its first quote; -1: none */
  gint32  column;      /* of the hole behind it; -1: not read */
} WeirJsonSegment;

typedef struct
{
  guint            n_holes;
  WeirJsonSegment *segments; /* n_holes + 1; the last has no hole */
  guint8          *bytes;    /* literals, each padded with zeros to 16 */
  guint            n_absent;
  guint           *absent; /* columns without a hole */
  guint            hits;
} WeirJsonTemplate;

/* From a record that the strict reader took as one object. NULL when it has no template. */
WeirJsonTemplate *_weir_json_template_new (WeirDecodeState *state, const char *record, gsize len);
void              _weir_json_template_free (WeirJsonTemplate *template);

G_END_DECLS
