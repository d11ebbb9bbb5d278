/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "format/decoder-private.h"

G_BEGIN_DECLS

/* A cursor over one JSON text. After a FALSE `reason` says what is wrong. The bytes are valid UTF-8, and 16 behind them
 * can be read. */
typedef struct
{
  const WeirTextOptions *options;
  const char            *p;
  const char            *end;
  const char            *reason;
  WeirArena             *arena; /* for texts with escapes */
} WeirJsonScan;

/* Next byte, NUL at the end; a NUL in the text is no token either. */
static inline char
_weir_json_peek (const WeirJsonScan *scan)
{
  return scan->p < scan->end ? *scan->p : '\0';
}

/* Blanks and, if allowed, comments. */
gboolean _weir_json_skip_space (WeirJsonScan *scan);

static inline gboolean
_weir_json_space (WeirJsonScan *scan)
{
  /* Mostly there is none. */
  if (scan->p < scan->end && (guchar)*scan->p > ' ' && *scan->p != '/')
    return TRUE;
  return _weir_json_skip_space (scan);
}

/* A string at its quote; @cell nullable: skipped. */
gboolean _weir_json_string (WeirJsonScan *scan, WeirCell *cell);
/* A field name and the colon behind it. */
gboolean _weir_json_name (WeirJsonScan *scan, WeirCell *name);
/* Any value at its first byte. Containers are checked and given as source text. @cell nullable. */
gboolean _weir_json_value (WeirJsonScan *scan, WeirCell *cell);
/* After a value in a container that ends with @close: TRUE when there is another one (a comma was read), FALSE with scan->reason
 * NULL when the container was closed. */
gboolean _weir_json_more (WeirJsonScan *scan, char close);

G_END_DECLS
