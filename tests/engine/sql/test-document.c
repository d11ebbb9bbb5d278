/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "sql/parser.h"
#include "sql/sql-document.h"

static const char sample[] = "-- weir: 1\n"
                             "-- A comment.\n"
                             "CREATE TABLE t (a INT) USING rate;\n"
                             "\n"
                             "  -- weir:chart q {\"kind\": \"line\"}\n"
                             "-- weir:alert `a b` {\"over\": 5}\n"
                             "-- weir:unknown-thing q\n"
                             "-- weir:layout {\"x\":1}\n"
                             "CREATE STREAMING QUERY q AS\n"
                             "SELECT ';\n-- weir:chart no {}' /* \n-- weir:chart no {}\n*/ FROM STREAM t;\n"
                             "SELECT 1 -- weir:chart no {}\n"
                             ";\n"
                             "-- weir:chart late {}\n";

static WeirSqlDocument *
document_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  WeirSqlDocument   *document = weir_sql_document_new (text, -1, &error);

  g_assert_no_error (error);
  return document;
}

static void
test_read (void)
{
  static const struct
  {
    const char *kind, *name, *json;
    int         statement;
  } expected[] = {
    { "chart", "q", "{\"kind\": \"line\"}", 1 },
    { "alert", "a b", "{\"over\": 5}", 1 },
    { "unknown-thing", "q", "", 1 },
    { "layout", "", "{\"x\":1}", 1 },
    { "chart", "late", "{}", -1 },
  };
  g_autoptr (WeirSqlDocument) document = document_of (sample);

  g_assert_cmpuint (weir_sql_document_get_version (document), ==, 1);
  g_assert_false (weir_sql_document_is_read_only (document));
  g_assert_cmpuint (weir_sql_document_get_n_statements (document), ==, 3);
  g_assert_cmpuint (weir_sql_document_get_n_annotations (document), ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const WeirSqlAnnotation *annotation = weir_sql_document_get_annotation (document, i);

      g_assert_cmpstr (annotation->kind, ==, expected[i].kind);
      g_assert_cmpstr (annotation->name, ==, expected[i].name);
      g_assert_cmpstr (annotation->json, ==, expected[i].json);
      g_assert_cmpint (annotation->statement, ==, expected[i].statement);
      g_assert_cmpint (strncmp (sample + annotation->span.start, "-- weir:", 8), ==, 0);
    }
  g_assert_true (weir_sql_document_find_annotation (document, "chart", "Q") == weir_sql_document_get_annotation (document, 0));
  g_assert_null (weir_sql_document_find_annotation (document, "chart", "x"));
}

static void
test_header (void)
{
  static const struct
  {
    const char *text;
    guint       version;
  } cases[] = {
    { "", 0 },
    { "SELECT 1", 0 },
    { "-- weir: 1", 1 },
    { "--weir:1\r\n", 1 },
    { "\xef\xbb\xbf-- weir: 1\n", 1 },
    { "-- weir: 2\n", 2 },
    { "-- weir: 99999999999999999999\n", 1000000 },
    { "-- weir: 1 x\n", 0 },
    { "-- weir:\n", 0 },
    { "\n-- weir: 1\n", 0 },
    { "-- weir:chart q {}\n", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WeirSqlDocument) document = document_of (cases[i].text);

      g_assert_cmpuint (weir_sql_document_get_version (document), ==, cases[i].version);
      g_assert_true (weir_sql_document_is_read_only (document) == (cases[i].version > 1));
    }
}

static char *
set (const char *text,
     const char *kind,
     const char *name,
     guint       statement,
     const char *json)
{
  g_autoptr (GError)          error = NULL;
  g_autoptr (WeirSqlDocument) document = document_of (text);
  char                       *edited = weir_sql_document_set_annotation (document, kind, name, statement, json, NULL, &error);

  g_assert_no_error (error);
  return edited;
}

static void
test_set (void)
{
  static const struct
  {
    const char *text, *kind, *name, *json, *expected;
    guint       statement;
  } cases[] = {
    /* insert */
    { "-- weir: 1\nSELECT 1;\n", "chart", "q", "{}", "-- weir: 1\n-- weir:chart q {}\nSELECT 1;\n", 0 },
    { "-- weir: 1\nSELECT 1; SELECT 2", "chart", "q", "{}", "-- weir: 1\nSELECT 1; \n-- weir:chart q {}\nSELECT 2", 1 },
    { "-- weir: 1\n  SELECT 1", "chart", "a b`c", "{}", "-- weir: 1\n-- weir:chart `a b``c` {}\n  SELECT 1", 0 },
    { "-- weir: 1\nSELECT 1", "layout", "", "{}", "-- weir: 1\nSELECT 1\n-- weir:layout {}\n", 9 },
    { "-- weir: 1\r\nSELECT 1;\r\n", "x", "q", "", "-- weir: 1\r\n-- weir:x q\r\nSELECT 1;\r\n", 0 },
    /* insert with the header */
    { "SELECT 1;\n", "chart", "q", "{}", "-- weir: 1\n-- weir:chart q {}\nSELECT 1;\n", 0 },
    { "-- c\nSELECT 1;\nSELECT 2", "chart", "q", "{}", "-- weir: 1\n-- c\nSELECT 1;\n-- weir:chart q {}\nSELECT 2", 1 },
    { "", "chart", "q", "{}", "-- weir: 1\n-- weir:chart q {}\n", 0 },
    { "\xef\xbb\xbfSELECT 1", "chart", "q", "{}", "\xef\xbb\xbf-- weir: 1\n-- weir:chart q {}\nSELECT 1", 0 },
    /* replace */
    { "-- weir: 1\n--  weir:chart  q  {\"a\":1}\nSELECT 1", "chart", "Q", "{}", "-- weir: 1\n--  weir:chart  q  {}\nSELECT 1", 0 },
    { "-- weir: 1\n-- weir:chart q\nSELECT 1", "chart", "q", "{}", "-- weir: 1\n-- weir:chart q {}\nSELECT 1", 0 },
    { "-- weir: 1\r\n-- weir:chart q {1}\r\nSELECT 1", "chart", "q", "{}", "-- weir: 1\r\n-- weir:chart q {}\r\nSELECT 1", 0 },
    /* remove */
    { "-- weir: 1\n  -- weir:chart q {}\nSELECT 1", "chart", "q", NULL, "-- weir: 1\nSELECT 1", 0 },
    { "-- weir: 1\r\n-- weir:chart q {}\r\nSELECT 1", "chart", "q", NULL, "-- weir: 1\r\nSELECT 1", 0 },
    { "-- weir: 1\n-- weir:chart q {}", "chart", "q", NULL, "-- weir: 1\n", 0 },
    { "SELECT 1", "chart", "q", NULL, "SELECT 1", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = set (cases[i].text, cases[i].kind, cases[i].name, cases[i].statement, cases[i].json);

      g_assert_cmpstr (got, ==, cases[i].expected);
    }
}

static void
test_refused (void)
{
  g_autofree char            *long_json = g_strnfill (WEIR_ANNOTATION_BYTES_MAX, 'x');
  g_autoptr (WeirSqlDocument) newer = document_of ("-- weir: 2\n-- weir:chart q {}\n");
  g_autoptr (WeirSqlDocument) document = document_of (sample);
  g_autoptr (GError)          error = NULL;

  g_assert_null (weir_sql_document_set_annotation (newer, "chart", "q", 0, "{}", NULL, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "UNSUPPORTED_FEATURE");
  g_clear_error (&error);
  g_assert_null (weir_sql_document_set_annotation (document, "chart", "q", 0, long_json, NULL, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "LIMIT_EXCEEDED");
  g_clear_error (&error);
  g_assert_null (weir_sql_document_set_annotation (document, "chart", "q", 0, "{\n}", NULL, &error));
  g_clear_error (&error);
  g_assert_null (weir_sql_document_set_annotation (document, "chart", "a\nb", 0, "{}", NULL, &error));
  g_clear_error (&error);
  g_assert_null (weir_sql_document_set_annotation (document, "ch art", "q", 0, "{}", NULL, &error));
  g_clear_error (&error);
  g_assert_null (weir_sql_document_new ("\xff", -1, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "INVALID_UTF8_STRING");
}

static void
test_too_long (void)
{
  g_autofree char            *json = g_strnfill (WEIR_ANNOTATION_BYTES_MAX, 'x');
  g_autofree char            *text = g_strconcat ("-- weir: 1\n-- weir:chart q ", json, "\nSELECT 1", NULL);
  g_autoptr (WeirSqlDocument) document = document_of (text);

  g_assert_true (weir_sql_document_get_annotation (document, 0)->too_long);
  g_assert_cmpstr (weir_sql_document_get_annotation (document, 0)->json, ==, "");
  g_assert_cmpstr (weir_sql_document_get_text (document), ==, text);
}

/* Whatever is edited: only the reported bytes change, the statements stay, and the annotation reads back. */
static void
test_random_edits (void)
{
  static const char *const kinds[] = { "chart", "alert", "unknown-thing", "new" };
  static const char *const names[] = { "q", "a b", "late", "x`y", "ü" };
  static const char *const jsons[] = { "{}", "{\"a\": [1, 2]}", "{\"s\": \"; -- /* ' \"}", NULL, NULL };
  g_autofree char         *text = g_strdup (sample);

  for (guint round = 0; round < 2000; round++)
    {
      g_autoptr (WeirSqlDocument) document = document_of (text);
      g_autoptr (WeirSqlDocument) after = NULL;
      const char                 *kind = kinds[g_test_rand_int_range (0, G_N_ELEMENTS (kinds))];
      const char                 *name = names[g_test_rand_int_range (0, G_N_ELEMENTS (names))];
      const char                 *json = jsons[g_test_rand_int_range (0, G_N_ELEMENTS (jsons))];
      guint                       statement = g_test_rand_int_range (0, 5);
      gboolean                    had = weir_sql_document_find_annotation (document, kind, name) != NULL;
      const WeirSqlAnnotation    *annotation;
      WeirSpan                    changed;
      char                       *edited = weir_sql_document_set_annotation (document, kind, name, statement, json, &changed, NULL);
      gsize                       old_len = strlen (text), new_len;

      g_assert_nonnull (edited);
      new_len = strlen (edited);
      g_assert_cmpmem (edited, changed.start, text, changed.start);
      g_assert_cmpmem (edited + changed.end, new_len - changed.end, text + old_len - (new_len - changed.end), new_len - changed.end);
      after = document_of (edited);
      g_assert_cmpuint (weir_sql_document_get_n_statements (after), ==, 3);
      annotation = weir_sql_document_find_annotation (after, kind, name);
      if (json != NULL)
        {
          g_assert_cmpstr (annotation->json, ==, json);
          if (!had)
            g_assert_cmpint (annotation->statement, ==, statement < 3 ? (int)statement : -1);
        }
      else
        g_assert_null (annotation);
      g_free (text);
      text = edited;
    }
}

static void
test_split (void)
{
  static const char text[] = " ; SELECT 1 ;; -- x;\n SELECT ';' ;\nSELECT 2 /* ; */ ";
  gsize             offset = 0;
  WeirSpan          span;
  GString          *got = g_string_new (NULL);

  while (weir_sql_next_statement (text, strlen (text), &offset, &span))
    g_string_append_printf (got, "[%.*s]", (int)(span.end - span.start), text + span.start);
  g_assert_cmpstr (got->str, ==, "[SELECT 1][SELECT ';'][SELECT 2]");
  g_string_free (got, TRUE);
}

static void
test_check_input (void)
{
  static const struct
  {
    const char  *text;
    WeirSqlInput input;
  } cases[] = {
    { "", WEIR_SQL_INPUT_EMPTY },
    { " -- ;\n/* ; */", WEIR_SQL_INPUT_EMPTY },
    { "SELECT 1", WEIR_SQL_INPUT_STATEMENT },
    { "SELECT 1;", WEIR_SQL_INPUT_COMPLETE },
    { "SELECT 1; -- x", WEIR_SQL_INPUT_COMPLETE },
    { "SELECT 1; SELECT", WEIR_SQL_INPUT_STATEMENT },
    { "SELECT ';", WEIR_SQL_INPUT_IN_STRING },
    { "SELECT `;", WEIR_SQL_INPUT_IN_STRING },
    { "SELECT /* /* */ ;", WEIR_SQL_INPUT_IN_COMMENT },
    { ";", WEIR_SQL_INPUT_COMPLETE },
    { "\xff", WEIR_SQL_INPUT_COMPLETE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (weir_sql_check_input (cases[i].text, -1), ==, cases[i].input);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sql/document/read", test_read);
  g_test_add_func ("/sql/document/header", test_header);
  g_test_add_func ("/sql/document/set", test_set);
  g_test_add_func ("/sql/document/refused", test_refused);
  g_test_add_func ("/sql/document/too-long", test_too_long);
  g_test_add_func ("/sql/document/random-edits", test_random_edits);
  g_test_add_func ("/sql/document/split", test_split);
  g_test_add_func ("/sql/document/check-input", test_check_input);
  return g_test_run ();
}
