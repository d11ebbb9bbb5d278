/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fast-number.h"
#include "column/value.h"

#include <string.h>

/*
 * Java's Double.toString and Float.toString: the shortest digits that read back as the same value (of those, the nearest to it; at least
 * two are looked for); plain notation from 10^-3 to below 10^7 with at least one digit behind the point, else d.dddE±n.
 *
 * The digits come from Raffaele Giulietti's "The Schubfach way to render doubles" (2020), as in OpenJDK 19 and later: for a
 * value c·2^q a k is chosen such that at least one, and of a tenth as many digits at most one, multiple of 10^k lies in the interval
 * that rounds to the value. The interval's ends and the value are scaled by a 126-bit power of ten, rounded to odd, so the
 * comparisons are exact.
 */

typedef struct
{
  guint64 digits;
  int     exponent; /* value = digits · 10^exponent */
} Shortest;

/* What a binary format looks like. */
typedef struct
{
  guint64 c_min;  /* least significand of a normal value */
  int     q_min;  /* exponent of subnormals */
  guint64 c_tiny; /* below it a subnormal has only one digit, unless it is scaled by ten */
} Format;

static const Format double_format = { G_GUINT64_CONSTANT (1) << 52, -1074, 3 };
static const Format float_format = { 1u << 23, -149, 8 };

#define MASK_63 G_MAXINT64

static guint64
multiply_high (guint64 a,
               guint64 b)
{
  return (guint64)(((unsigned __int128)a * b) >> 64);
}

/* floor (cp · g · 2^-127), the last bit set when anything was cut. g = g1 · 2^63 + g0. */
static guint64
round_to_odd (guint64 g1,
              guint64 g0,
              guint64 cp)
{
  guint64 x1 = multiply_high (g0, cp);
  guint64 y0 = g1 * cp, y1 = multiply_high (g1, cp);
  guint64 z = (y0 >> 1) + x1;
  guint64 w = y1 + (z >> 63);

  return w | (((z & MASK_63) + MASK_63) >> 63);
}

/* floor of 10^-k in 126 bits, plus one. */
static void
power_of_ten (int      k,
              guint64 *g1,
              guint64 *g0)
{
  const guint64    *row = weir_pow5[-k - WEIR_POW5_MIN];
  unsigned __int128 g = (unsigned __int128)row[0] << 64 | row[1];

  if (-k < 0 && -k >= -27)
    g--; /* the table's entry is one more there */
  g = (g >> 2) + 1;
  *g1 = (guint64)(g >> 63);
  *g0 = (guint64)g & MASK_63;
}

static int
floor_log10_pow2 (int e)
{
  return (int)((e * G_GINT64_CONSTANT (661971961083)) >> 41);
}

static int
floor_log10_three_quarters_pow2 (int e)
{
  return (int)((e * G_GINT64_CONSTANT (661971961083) - G_GINT64_CONSTANT (274743187321)) >> 41);
}

static int
floor_log2_pow10 (int e)
{
  return (int)((e * G_GINT64_CONSTANT (913124641741)) >> 38);
}

static Shortest
shortest (const Format *format,
          int           q,
          guint64       c)
{
  guint64  excluded = c & 1; /* the ends of the interval round to the even neighbour */
  gboolean regular = c != format->c_min || q == format->q_min;
  guint64  cb = c << 2, cbl = regular ? cb - 2 : cb - 1, cbr = cb + 2;
  int      k = regular ? floor_log10_pow2 (q) : floor_log10_three_quarters_pow2 (q);
  int      h = q + floor_log2_pow10 (-k) + 2;
  guint64  g1, g0, vb, vbl, vbr, s, t;
  gboolean s_in, t_in;

  power_of_ten (k, &g1, &g0);
  vb = round_to_odd (g1, g0, cb << h);
  vbl = round_to_odd (g1, g0, cbl << h);
  vbr = round_to_odd (g1, g0, cbr << h);
  s = vb >> 2;
  if (s >= 100)
    {
      guint64  sp10 = s / 10 * 10, tp10 = sp10 + 10;
      gboolean sp_in = vbl + excluded <= sp10 << 2, tp_in = (tp10 << 2) + excluded <= vbr;

      if (sp_in != tp_in)
        return (Shortest){ sp_in ? sp10 : tp10, k };
    }
  t = s + 1;
  s_in = vbl + excluded <= s << 2;
  t_in = (t << 2) + excluded <= vbr;
  if (s_in == t_in)
    {
      gint64 nearer = (gint64)(vb - ((s + t) << 1));

      s_in = nearer < 0 || (nearer == 0 && (s & 1) == 0);
    }
  return (Shortest){ s_in ? s : t, k };
}

/* @c · 2^@q, not zero. */
static Shortest
shortest_of (const Format *format,
             int           q,
             guint64       c)
{
  Shortest result;

  if (q < 0 && q > -53 && (c & ((G_GUINT64_CONSTANT (1) << -q) - 1)) == 0)
    return (Shortest){ c >> -q, 0 }; /* a whole number */
  if (c >= format->c_tiny)
    return shortest (format, q, c);
  result = shortest (format, q, c * 10);
  result.exponent--;
  return result;
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

/* The longest: -2.2250738585072014E-308, 24 bytes. */
#define TEXT_MAX 32

static char *
put_plain (char       *out,
           const char *digits,
           int         n,
           int         exponent) /* of the first digit */
{
  if (exponent < 0)
    {
      memcpy (out, "0.000", 5);
      out += 1 - exponent;
      memcpy (out, digits, (gsize)n);
      return out + n;
    }
  for (int i = 0; i <= exponent; i++)
    *out++ = i < n ? digits[i] : '0';
  *out++ = '.';
  if (n <= exponent + 1)
    {
      *out++ = '0';
      return out;
    }
  memcpy (out, digits + exponent + 1, (gsize)(n - exponent - 1));
  return out + n - exponent - 1;
}

static char *
put_scientific (char       *out,
                const char *digits,
                int         n,
                int         exponent)
{
  *out++ = digits[0];
  *out++ = '.';
  if (n == 1)
    *out++ = '0';
  memcpy (out, digits + 1, (gsize)n - 1);
  out += n - 1;
  *out++ = 'E';
  return out + weir_i64_to_text (out, exponent);
}

static void
append_shortest (GString *out,
                 gboolean negative,
                 Shortest value)
{
  char text[TEXT_MAX], *end = text, digits[WEIR_I64_TEXT_MAX];
  int  n = (int)weir_i64_to_text (digits, (gint64)value.digits);
  int  exponent = value.exponent + n - 1;

  while (n > 1 && digits[n - 1] == '0')
    n--;
  if (negative)
    *end++ = '-';
  end = exponent >= -3 && exponent < 7 ? put_plain (end, digits, n, exponent) : put_scientific (end, digits, n, exponent);
  g_string_append_len (out, text, end - text);
}

/* NaN, infinities and zeros. */
static void
append_special (GString *out,
                gboolean negative,
                gboolean is_nan,
                gboolean is_zero)
{
  if (is_nan)
    g_string_append (out, "NaN");
  else
    {
      if (negative)
        g_string_append_c (out, '-');
      g_string_append (out, is_zero ? "0.0" : "Infinity");
    }
}

void
weir_append_double (GString *out,
                    double   value)
{
  guint64  bits, c;
  int      q;
  gboolean negative;

  memcpy (&bits, &value, sizeof bits);
  negative = (bits >> 63) != 0;
  q = (int)(bits >> 52) & 0x7ff;
  c = bits & (double_format.c_min - 1);
  if (q == 0x7ff || (q == 0 && c == 0))
    append_special (out, negative, q != 0 && c != 0, q == 0);
  else if (q == 0)
    append_shortest (out, negative, shortest_of (&double_format, double_format.q_min, c));
  else
    append_shortest (out, negative, shortest_of (&double_format, q + double_format.q_min - 1, c | double_format.c_min));
}

void
weir_append_float (GString *out,
                   float    value)
{
  guint32  bits, c;
  int      q;
  gboolean negative;

  memcpy (&bits, &value, sizeof bits);
  negative = (bits >> 31) != 0;
  q = (int)(bits >> 23) & 0xff;
  c = bits & (guint32)(float_format.c_min - 1);
  if (q == 0xff || (q == 0 && c == 0))
    append_special (out, negative, q != 0 && c != 0, q == 0);
  else if (q == 0)
    append_shortest (out, negative, shortest_of (&float_format, float_format.q_min, c));
  else
    append_shortest (out, negative, shortest_of (&float_format, q + float_format.q_min - 1, c | (guint32)float_format.c_min));
}
