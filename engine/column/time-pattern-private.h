/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/timestamp.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_TOKEN_LITERAL,
  WEIR_TOKEN_OPEN,     /* `[`; jump leads to its close */
  WEIR_TOKEN_CLOSE,    /* `]` */
  WEIR_TOKEN_NUMBER,   /* y d D H k K h m s M L Q q F with few letters */
  WEIR_TOKEN_FRACTION, /* S */
  WEIR_TOKEN_TEXT,     /* names of months, weekdays, eras, halves of the day, quarters */
  WEIR_TOKEN_OFFSET,   /* X x Z */
  WEIR_TOKEN_GMT,      /* O, ZZZZ */
  WEIR_TOKEN_ZONE,     /* V z */
} WeirTokenKind;

typedef struct
{
  WeirTokenKind kind;
  char          letter; /* L is M, q is Q */
  guint8        count;  /* letters */
  guint8        min;    /* NUMBER: digits */
  guint8        max;
  gboolean      pads_sign; /* NUMBER: more than min digits have a `+` */
  guint         reserve;   /* NUMBER: digits that belong to the fixed numbers right behind it */
  guint         jump;
  char         *literal; /* Owned */
} WeirToken;

struct _WeirTimePattern
{
  GArray  *tokens; /* WeirToken */
  gboolean has_era;
};

/* How an offset is written, by the number of letters. */
typedef struct
{
  gboolean    colon;
  gboolean    minutes; /* always; else only when there are any */
  gboolean    seconds; /* when there are any */
  const char *zero;
} WeirOffsetStyle;

const WeirOffsetStyle *_weir_offset_style (const WeirToken *token);

/* Names for a TEXT token: how many there are and the list, in the order of the field's values from `first`. */
const char *const *_weir_pattern_names (const WeirToken *token, guint *n, guint *first);

G_END_DECLS
