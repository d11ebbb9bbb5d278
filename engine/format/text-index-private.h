/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/cpu.h"

G_BEGIN_DECLS

/*
 * Positions of structural bytes, found 64 at a time.
 *
 * json: quotes that no backslash escapes, and line feeds. csv: separators outside quotes, and line feeds. All instruction sets give the same
 * positions and flags.
 */

/* Flags of each 64 bytes of the text. */
#define WEIR_INDEX_SPECIAL 1 /* json: backslash or control character; csv: quote, escape, carriage return without line feed */
#define WEIR_INDEX_HIGH    2 /* a byte that is not ASCII */

typedef struct
{
  guint32 *positions; /* behind the last one stand WEIR_INDEX_PAD times `len`; before the first, G_MAXUINT32: a line end at −1 */
  guint32 *storage;   /* Owned */
  guint    n;
  guint8  *flags; /* Owned; one per 64 bytes */
  guint8   any;   /* all flags together */
  gsize    capacity;
} WeirTextIndex;

#define WEIR_INDEX_PAD 16

/* csv: set in the positions of line ends. */
#define WEIR_INDEX_NEWLINE (1u << 31)

/* Byte classes as bit masks of 64 bytes. */
typedef struct
{
  guint64 a; /* json: quotes; csv: separators */
  guint64 newline;
  guint64 special;
  guint64 backslash; /* json */
  guint64 quote;     /* csv */
  guint64 high;
} WeirMasks;

typedef struct
{
  char sep;
  char quote;  /* NUL: none */
  char escape; /* NUL: none */
} WeirCsvBytes;

/* @len below 2 GiB; 64 bytes behind @text + @len can be read. */
void _weir_json_index (WeirTextIndex *index, const char *text, gsize len);
void _weir_csv_index (WeirTextIndex *index, const char *text, gsize len, const WeirCsvBytes *bytes);
void _weir_text_index_clear (WeirTextIndex *index);

/* text-index-x86.c */
void _weir_json_index_avx2 (WeirTextIndex *index, const char *text, gsize len);
void _weir_json_index_avx512 (WeirTextIndex *index, const char *text, gsize len);
void _weir_csv_index_avx2 (WeirTextIndex *index, const char *text, gsize len, const WeirCsvBytes *bytes);
void _weir_csv_index_avx512 (WeirTextIndex *index, const char *text, gsize len, const WeirCsvBytes *bytes);

/* Parts that all instruction sets share. ------------------------------------------------------------------------ */

/* Which of the 64 bytes a backslash before them escapes; @carry: the last of the previous 64 escapes the first. */
static inline guint64
_weir_escaped (guint64  backslash,
               guint64 *carry)
{
  const guint64 even = G_GUINT64_CONSTANT (0x5555555555555555);
  guint64       follows;
  guint64       odd_starts;
  guint64       even_sequences;

  if (backslash == 0)
    {
      guint64 escaped = *carry;

      *carry = 0;
      return escaped;
    }
  backslash &= ~*carry;
  follows = backslash << 1 | *carry;
  odd_starts = backslash & ~even & ~follows;
  *carry = __builtin_add_overflow (odd_starts, backslash, &even_sequences);
  return (even ^ (even_sequences << 1)) & follows;
}

/* A carriage return before a line feed belongs to it and is not special. @next: the byte behind the 64. */
static inline guint64
_weir_lone_cr (guint64 cr,
               guint64 newline,
               char    next)
{
  return cr & ~(newline >> 1 | (guint64)(next == '\n') << 63);
}

/* Inside quotes, the opening one included: the parity of quotes before. */
static inline guint64
_weir_prefix_xor (guint64 bits)
{
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ bits << 32;
}

static inline guint64
_weir_tail_mask (gsize left)
{
  return left >= 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << left) - 1;
}

/* Masks → the json structurals; flags are written. */
static inline guint64
_weir_json_block (const WeirMasks *masks,
                  guint64         *escape_carry,
                  guint8          *flags,
                  guint8          *any)
{
  guint64 quotes = masks->a;

  *flags = (guint8)((masks->special != 0 ? WEIR_INDEX_SPECIAL : 0) | (masks->high != 0 ? WEIR_INDEX_HIGH : 0));
  *any |= *flags;
  if ((masks->backslash | *escape_carry) != 0)
    quotes &= ~_weir_escaped (masks->backslash, escape_carry);
  return quotes | masks->newline;
}

/* The same for csv; @inside: all ones when the 64 bytes begin inside quotes. */
static inline guint64
_weir_csv_block (const WeirMasks *masks,
                 guint64         *inside,
                 guint8          *flags,
                 guint8          *any)
{
  guint64 in = 0;

  *flags = (guint8)(((masks->special | masks->quote) != 0 ? WEIR_INDEX_SPECIAL : 0) | (masks->high != 0 ? WEIR_INDEX_HIGH : 0));
  if ((masks->quote | *inside) != 0)
    {
      in = _weir_prefix_xor (masks->quote) ^ *inside;
      if ((in & masks->newline) != 0)
        {
          /* Lines are records, whatever quotes say: begin anew behind each line end. */
          guint64 left = masks->newline;
          guint64 done = 0;

          in = 0;
          for (guint64 parity = *inside; done != G_MAXUINT64; parity = 0)
            {
              guint64 line = left != 0 ? (left ^ (left - 1)) & ~done : ~done;

              in |= (_weir_prefix_xor (masks->quote & line) ^ parity) & line;
              done |= line;
              left &= left - 1;
            }
        }
      *inside = 0 - (in >> 63 & (masks->newline >> 63 ^ 1));
    }
  *any |= *flags;
  return (masks->a & ~in) | masks->newline;
}

/* Appends the positions of the set bits. Up to 8 slots beyond may be overwritten. */
static inline guint
_weir_flatten (guint32 *out,
               guint    n,
               guint32  base,
               guint64  bits)
{
  guint count = (guint)__builtin_popcountll (bits);

  for (guint i = 0; i < count; i += 4)
    for (guint j = 0; j < 4; j++)
      {
        out[n + i + j] = base + (guint32)(bits != 0 ? __builtin_ctzll (bits) : 0);
        bits &= bits - 1;
      }
  return n + count;
}

/* The same with WEIR_INDEX_NEWLINE set where @newline has a bit. */
static inline guint
_weir_flatten_marked (guint32 *out,
                      guint    n,
                      guint32  base,
                      guint64  bits,
                      guint64  newline)
{
  guint count = (guint)__builtin_popcountll (bits);

  for (guint i = 0; i < count; i++)
    {
      guint at = (guint)__builtin_ctzll (bits);

      out[n + i] = (base + at) | (guint32)(newline >> at & 1) << 31;
      bits &= bits - 1;
    }
  return n + count;
}

G_END_DECLS
