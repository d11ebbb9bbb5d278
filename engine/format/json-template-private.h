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
  const guint8 *literal; /* in `bytes`, padded with zeros to 16 */
  WeirCell     *cells;   /* of the column that the hole behind it is for; NULL: not read */
  guint16       len;
  guint16       live;     /* which of its first 16 bytes there are, as bits */
  guint16       n_quotes; /* 2, but in the last */
  guint16       back;     /* bytes before its first quote, or before the line end: where the hole before it ends */
  gint32        column;   /* -1: not read */
} WeirJsonSegment;

typedef struct
{
  guint            n_holes;
  WeirJsonSegment *segments; /* n_holes + 1; the last has no hole */
  guint8          *bytes;    /* literals */
  guint            n_absent;
  guint           *absent; /* columns without a hole */
  guint            hits;
} WeirJsonTemplate;

/* From a record that the strict reader took as one object. NULL when it has no template. */
WeirJsonTemplate *_weir_json_template_new (WeirDecodeState *state, const char *record, gsize len);
/* The columns' cells have moved. */
void _weir_json_template_bind (WeirJsonTemplate *template, const WeirDecodeState *state);
void _weir_json_template_free (WeirJsonTemplate *template);

G_END_DECLS
