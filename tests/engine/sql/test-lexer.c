/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/lexer.h"

static const char kind_letters[] = {
  [WEIR_SQL_TOKEN_END] = '$',
  [WEIR_SQL_TOKEN_WORD] = 'w',
  [WEIR_SQL_TOKEN_QUOTED] = 'q',
  [WEIR_SQL_TOKEN_STRING] = 's',
  [WEIR_SQL_TOKEN_NUMBER] = 'n',
  [WEIR_SQL_TOKEN_COMMENT] = 'c',
  [WEIR_SQL_TOKEN_UNCLOSED_STRING] = '1',
  [WEIR_SQL_TOKEN_UNCLOSED_QUOTED] = '2',
  [WEIR_SQL_TOKEN_UNCLOSED_COMMENT] = '3',
  [WEIR_SQL_TOKEN_UNKNOWN] = '?',
};

/* Tokens as `w:select n:1`; operators as themselves. */
static char *
describe (const char *text,
          gboolean    with_comments)
{
  GString     *out = g_string_new (NULL);
  gsize        len = strlen (text);
  WeirSqlToken token = _weir_sql_lex_one (text, len, 0, with_comments);

  for (; token.kind != WEIR_SQL_TOKEN_END; token = _weir_sql_lex_one (text, len, token.end, with_comments))
    {
      if (out->len > 0)
        g_string_append_c (out, ' ');
      if (kind_letters[token.kind] != 0)
        g_string_append_printf (out, "%c:", kind_letters[token.kind]);
      g_string_append_len (out, text + token.start, token.end - token.start);
    }
  return g_string_free (out, FALSE);
}

static void
test_tokens (void)
{
  static const struct
  {
    const char *text, *expected;
  } cases[] = {
    { "", "" },
    { "  \t\r\n\xef\xbb\xbf\xc2\xa0", "" },
    { "select a1,_b", "w:select w:a1 , w:_b" },
    { "größe", "w:größe" },
    { "1 1L 1Y 1S 1F 1D 1BD 1l", "n:1 n:1L n:1Y n:1S n:1F n:1D n:1BD n:1l" },
    { "1.5 .5 5. 1e3 1E-3 1.e+3D .5e1BD", "n:1.5 n:.5 n:5. n:1e3 n:1E-3 n:1.e+3D n:.5e1BD" },
    { "1a 1e 1Lx 12_3", "w:1a w:1e w:1Lx w:12_3" },
    { "1.a t.1", "n:1 . w:a w:t n:.1" },
    { "1.5L", "n:1 . n:5L" },
    { "'it''s' \"a\"\"b\" 'a\\'b'", "s:'it''s' s:\"a\"\"b\" s:'a\\'b'" },
    { "r'\\' R\"\\n\" x'AB'", "s:r'\\' s:R\"\\n\" w:x s:'AB'" },
    { "`a``b` `", "q:`a``b` 2:`" },
    { "'abc", "1:'abc" },
    { "'abc\\'", "1:'abc\\'" },
    { "a -- b\nc --", "w:a w:c" },
    { "a/* x /* y */ z */b /*+ hint */ c", "w:a w:b w:c" },
    { "a /* x", "w:a 3:/* x" },
    { "a /*/", "w:a 3:/*/" },
    { "<=> <= <> << >= >> == => != !< !> -> || |> :: ; ! < > = | ^ & ~ % / * + - ( ) [ ] , . : ?",
      "<=> <= <> << >= > > == => != !< !> -> || |> :: ; ! < > = | ^ & ~ % / * + - ( ) [ ] , . : ?" },
    { "a@#", "w:a ?:@ ?:#" },
    { "日本 😀", "w:日本 ?:😀" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = describe (cases[i].text, FALSE);

      g_assert_cmpstr (got, ==, cases[i].expected);
    }
}

static void
test_comments (void)
{
  g_autofree char *got = describe ("-- weir: 1\nselect /* x */ 1", TRUE);

  g_assert_cmpstr (got, ==, "c:-- weir: 1 w:select c:/* x */ n:1");
}

static void
test_keywords (void)
{
  for (guint i = WEIR_SQL_NO_KEYWORD + 1; i < WEIR_SQL_N_KEYWORDS; i++)
    {
      const char      *name = _weir_sql_keyword_name (i);
      g_autofree char *lower = g_ascii_strdown (name, -1);

      g_assert_cmpuint (_weir_sql_keyword_lookup (lower, strlen (lower)), ==, i);
      g_assert_cmpuint (_weir_sql_keyword_lookup (name, strlen (name)), ==, i);
    }
  g_assert_cmpuint (_weir_sql_keyword_lookup ("selec", 5), ==, WEIR_SQL_NO_KEYWORD);
  g_assert_cmpuint (_weir_sql_keyword_lookup ("", 0), ==, WEIR_SQL_NO_KEYWORD);
  g_assert_cmpuint (_weir_sql_keyword_lookup ("a_very_long_word_that_is_no_keyword_at_all", 42), ==, WEIR_SQL_NO_KEYWORD);
}

static void
test_parens (void)
{
  static const char  text[] = "f((a)b);)(c)";
  gboolean           too_many;
  g_autoptr (GArray) tokens = _weir_sql_lex (text, strlen (text), 100, &too_many);
  WeirSqlToken      *t = (WeirSqlToken *)(void *)tokens->data;

  g_assert_false (too_many);
  g_assert_cmpuint (tokens->len, ==, 13);
  g_assert_cmpuint (t[1].match, ==, 6);
  g_assert_cmpuint (t[2].match, ==, 4);
  g_assert_cmpuint (t[4].match, ==, 2);
  g_assert_cmpuint (t[8].match, ==, 0);
  g_assert_cmpuint (t[9].match, ==, 11);
}

static void
test_too_many (void)
{
  gboolean           too_many;
  g_autoptr (GArray) tokens = _weir_sql_lex ("a b c d", 7, 3, &too_many);
  g_autoptr (GArray) fits = NULL;

  g_assert_true (too_many);
  g_assert_cmpuint (tokens->len, ==, 4);
  fits = _weir_sql_lex ("a b c", 5, 3, &too_many);
  g_assert_false (too_many);
}

/* From any offset that starts a character the lexer goes on, makes progress and ends. */
static void
test_any_start (void)
{
  static const char text[] = "select 'a\\'b' /* c /* d */ */ from `x``y` -- é 😀\n where a >= 1.5e3BD;";
  gsize             len = strlen (text);

  for (gsize start = 0; start <= len; start++)
    {
      gsize pos = start;

      if (((guchar)text[start] & 0xc0) == 0x80)
        continue;
      for (;;)
        {
          WeirSqlToken token = _weir_sql_lex_one (text, len, pos, TRUE);

          g_assert_cmpuint (token.start, >=, pos);
          g_assert_cmpuint (token.end, <=, len);
          if (token.kind == WEIR_SQL_TOKEN_END)
            break;
          g_assert_cmpuint (token.end, >, token.start);
          pos = token.end;
        }
    }
}

/* The editor's words are words of the grammar; those of constants and units too. */
static void
test_language_spec (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "gtksourceview-5", "language-specs", "weir-sql.lang", NULL);
  g_autofree char *text = NULL;
  const char      *word;
  guint            n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (word = strstr (text, "<keyword>"); word != NULL; word = strstr (word, "<keyword>"), n++)
    {
      gsize len;

      word += strlen ("<keyword>");
      len = strcspn (word, "<");
      if (_weir_sql_keyword_lookup (word, len) == WEIR_SQL_NO_KEYWORD)
        g_error ("%.*s is no keyword", (int)len, word);
    }
  g_assert_cmpuint (n, >, 200);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sql/lexer/tokens", test_tokens);
  g_test_add_func ("/sql/lexer/comments", test_comments);
  g_test_add_func ("/sql/lexer/keywords", test_keywords);
  g_test_add_func ("/sql/lexer/parens", test_parens);
  g_test_add_func ("/sql/lexer/too-many", test_too_many);
  g_test_add_func ("/sql/lexer/any-start", test_any_start);
  g_test_add_func ("/sql/lexer/language-spec", test_language_spec);
  return g_test_run ();
}
