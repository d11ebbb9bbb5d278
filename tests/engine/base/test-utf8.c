/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/cpu.h"
#include "base/utf8.h"

#include <string.h>

/* Runs a check with every kind of vector code this machine has. */
static void
at_every_level (void (*check) (void))
{
  WeirSimd best = weir_simd_level ();

  for (WeirSimd level = WEIR_SIMD_PLAIN; level <= best; level++)
    {
      g_test_message ("level %d", level);
      weir_simd_set_level (level);
      check ();
    }
  weir_simd_set_level (best);
}

static void
check_sequences (void)
{
  static const struct
  {
    const char *text;
    gsize       len, good;
  } cases[] = {
    { "", 0, 0 },
    { "abc", 3, 3 },
    { "\0", 1, 1 },
    { "\x7f", 1, 1 },
    { "\xc2\x80", 2, 2 },
    { "\xdf\xbf", 2, 2 },
    { "\xe0\xa0\x80", 3, 3 },
    { "\xed\x9f\xbf", 3, 3 },
    { "\xee\x80\x80", 3, 3 },
    { "\xef\xbf\xbf", 3, 3 },
    { "\xf0\x90\x80\x80", 4, 4 },
    { "\xf4\x8f\xbf\xbf", 4, 4 },
    { "\x80", 1, 0 },
    { "\xbf", 1, 0 },
    { "\xc0\x80", 2, 0 },
    { "\xc1\xbf", 2, 0 },
    { "\xe0\x9f\xbf", 3, 0 },
    { "\xed\xa0\x80", 3, 0 },
    { "\xf0\x8f\xbf\xbf", 4, 0 },
    { "\xf4\x90\x80\x80", 4, 0 },
    { "\xf5\x80\x80\x80", 4, 0 },
    { "\xff", 1, 0 },
    { "\xc2", 1, 0 },
    { "\xe1\x80", 2, 0 },
    { "\xf1\x80\x80", 3, 0 },
    { "\xc2\x41", 2, 0 },
    { "\xe1\x80\x41", 3, 0 },
  };

  /* Each in every place of a longer text, so that it meets all borders of blocks. */
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize before = 0; before<140; before += before> 70 ? 17 : 1)
      for (gsize after = 0; after < 70; after += 23)
        {
          gsize            len = before + cases[i].len + after;
          g_autofree char *text = g_malloc (MAX (len, 1));
          gboolean         ok = cases[i].good == cases[i].len;

          memset (text, 'x', len);
          memcpy (text + before, cases[i].text, cases[i].len);
          g_assert_true (weir_utf8_valid (text, len) == ok);
          g_assert_cmpuint (weir_utf8_valid_prefix (text, len), ==, ok ? len : before);
        }
}

static void
test_sequences (void)
{
  at_every_level (check_sequences);
}

static gsize
append_random_char (GByteArray *out)
{
  gunichar c;
  char     bytes[6];
  int      n;

  do
    c = (gunichar)g_test_rand_int_range (0, 0x110000) >> g_test_rand_int_range (0, 20);
  while (c >= 0xd800 && c < 0xe000);
  n = g_unichar_to_utf8 (c, bytes);
  g_byte_array_append (out, (guint8 *)bytes, (guint)n);
  return (gsize)n;
}

/* Valid text is valid; with one byte changed, all levels say what the plain one says. */
static void
check_random (void)
{
  WeirSimd level = weir_simd_level ();

  for (guint i = 0; i < 3000; i++)
    {
      g_autoptr (GByteArray) text = g_byte_array_new ();
      guint                  at;
      gsize                  plain;

      while (text->len < 300)
        append_random_char (text);
      g_assert_true (weir_utf8_valid ((char *)text->data, text->len));
      at = (guint)g_test_rand_int_range (0, (gint32)text->len);
      text->data[at] ^= (guint8)(1 << g_test_rand_int_range (0, 8));
      weir_simd_set_level (WEIR_SIMD_PLAIN);
      plain = weir_utf8_valid_prefix ((char *)text->data, text->len);
      weir_simd_set_level (level);
      g_assert_cmpuint (weir_utf8_valid_prefix ((char *)text->data, text->len), ==, plain);
      g_assert_true ((plain == text->len) == g_utf8_validate_len ((char *)text->data, text->len, NULL) ||
                     memchr (text->data, '\0', text->len) != NULL);
    }
}

static void
test_random (void)
{
  at_every_level (check_random);
}

static void
test_repair (void)
{
  static const char *const cases[][2] = {
    { "", "" },
    { "abc", "abc" },
    { "a\xff"
      "b",
      "a\xef\xbf\xbd"
      "b" },
    { "\xc2", "\xef\xbf\xbd" },
    { "\xe1\x80"
      "x",
      "\xef\xbf\xbd\xef\xbf\xbdx" },
    { "\xea\xb0\x80\xed\xa0\x80", "\xea\xb0\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      weir_utf8_append_repaired (out, cases[i][0], strlen (cases[i][0]));
      g_assert_cmpstr (out->str, ==, cases[i][1]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/utf8/sequences", test_sequences);
  g_test_add_func ("/utf8/random", test_random);
  g_test_add_func ("/utf8/repair", test_repair);
  return g_test_run ();
}
