/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/error.h"

static void
test_sqlstate (void)
{
  static const struct
  {
    const char *condition, *sqlstate;
  } cases[] = {
    { "PARSE_SYNTAX_ERROR", "42601" },
    { "AMBIGUOUS_REFERENCE", "42704" },
    { "WRONG_NUM_ARGS.WITH_SUGGESTION", "42605" },
    { "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703" },
    { "INVALID_ARRAY_INDEX", "22003" },
    { "INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "22003" },
    { "CAST_OVERFLOW", "22003" },
    { "CAST_OVERFLOW_IN_TABLE_INSERT", "22003" },
    { "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE", "0A000" },
    { "STREAM_FAILED", "XXKST" },
    { "INTERNAL_ERROR", "XX000" },
    { "NO_SUCH_CONDITION", "XX000" },
    { "CAST", "XX000" },
    { "", "XX000" },
    { ".", "XX000" },
    { NULL, "XX000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (weir_sqlstate_for_condition (cases[i].condition), ==, cases[i].sqlstate);
}

/* The value of a JSON string field of one line; good enough for the flat records read here. */
static char *
dup_field (const char *line,
           const char *name)
{
  g_autofree char *key = g_strdup_printf ("\"%s\": \"", name);
  const char      *start = strstr (line, key);

  if (start == NULL)
    return NULL;
  start += strlen (key);
  return g_strndup (start, strcspn (start, "\""));
}

static void
test_sqlstate_of_spark (void)
{
  static const char *const files[] = { "data/spark-sql/statements.jsonl", "data/streaming/cases.jsonl" };
  const char              *shared = g_getenv ("WEIR_SHARED");
  guint                    n = 0;

  for (guint f = 0; f < G_N_ELEMENTS (files); f++)
    {
      g_autofree char *path = g_build_filename (shared != NULL ? shared : "", files[f], NULL);
      g_autofree char *text = NULL;
      g_auto (GStrv)   lines = NULL;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        {
          g_test_skip ("no reference data");
          return;
        }
      lines = g_strsplit (text, "\n", -1);
      for (guint i = 0; lines[i] != NULL; i++)
        {
          g_autofree char *condition = dup_field (lines[i], "condition");
          g_autofree char *sqlstate = dup_field (lines[i], "sqlState");

          if (condition == NULL || sqlstate == NULL)
            continue;
          if (strcmp (weir_sqlstate_for_condition (condition), sqlstate) != 0)
            g_test_message ("%s should be %s", condition, sqlstate);
          g_assert_cmpstr (weir_sqlstate_for_condition (condition), ==, sqlstate);
          n++;
        }
    }
  g_assert_cmpuint (n, >, 100);
}

static void
test_parts (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) copy = NULL;
  const char        *name, *value;

  g_assert_false (weir_fail (&error, WEIR_ERROR_ANALYZE, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", (WeirSpan){ 3, 5 }, "no %s", "args"));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_ANALYZE);
  weir_error_add_param (error, "functionName", "`f`");
  weir_error_add_param (error, "actualNum", "1");
  weir_error_set_span (error, (WeirSpan){ 7, 8 });
  weir_error_shift_span (error, 10);
  copy = g_error_copy (error);
  g_assert_cmpstr (copy->message, ==, "no args");
  g_assert_cmpstr (weir_error_get_condition (copy), ==, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
  g_assert_cmpstr (weir_error_get_sqlstate (copy), ==, "42605");
  g_assert_cmpuint (weir_error_get_span (copy).start, ==, 13);
  g_assert_cmpuint (weir_error_get_span (copy).end, ==, 15);
  g_assert_cmpuint (weir_error_get_n_params (copy), ==, 2);
  weir_error_get_param (copy, 1, &name, &value);
  g_assert_cmpstr (name, ==, "actualNum");
  g_assert_cmpstr (value, ==, "1");
  g_assert_false (weir_fail (NULL, WEIR_ERROR_RUN, "DIVIDE_BY_ZERO", WEIR_SPAN_NONE, "x"));
}

/* A name of a file that is not UTF-8 stands in a message as text all the same. */
static void
test_not_utf8 (void)
{
  g_autoptr (GError) error = NULL;
  const char        *name, *value;

  g_assert_false (weir_fail (&error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "Cannot write %s.", "/a\xff/b"));
  weir_error_add_param (error, "path", "/a\xff/b");
  g_assert_cmpstr (error->message, ==, "Cannot write /a\357\277\275/b.");
  weir_error_get_param (error, 0, &name, &value);
  g_assert_cmpstr (value, ==, "/a\357\277\275/b");
}

static void
test_missing_file (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "gone");

  g_assert_cmpstr (weir_error_get_condition (error), ==, "PATH_NOT_FOUND");
  g_assert_cmpstr (weir_error_get_sqlstate (error), ==, "42K03");
}

static void
test_foreign (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_CONVERT_ERROR, G_CONVERT_ERROR_FAILED, "gone");
  g_autofree char   *text = NULL;

  weir_error_add_param (error, "a", "b");
  weir_error_set_span (error, (WeirSpan){ 1, 2 });
  weir_error_shift_span (error, 4);
  g_assert_cmpstr (weir_error_get_condition (error), ==, "INTERNAL_ERROR");
  g_assert_cmpstr (weir_error_get_sqlstate (error), ==, "XX000");
  g_assert_cmpuint (weir_error_get_n_params (error), ==, 0);
  text = weir_error_format (error, "SELECT 1");
  g_assert_cmpstr (text, ==, "[INTERNAL_ERROR] gone SQLSTATE: XX000");
}

static void
test_format (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *text = NULL;

  error = weir_error_new (WEIR_ERROR_PARSE, "PARSE_SYNTAX_ERROR", (WeirSpan){ 15, 16 }, "Syntax error\nat 'x'.");
  text = weir_error_format (error, "SELECT\n\tü, 日 x\r\nFROM t");
  g_assert_cmpstr (text, ==,
                   "[PARSE_SYNTAX_ERROR] Syntax error at 'x'. SQLSTATE: 42601 (line 2, column 6)\n"
                   "\tü, 日 x\n"
                   "\t    ^");
}

static void
test_position (void)
{
  static const struct
  {
    const char *text;
    gsize       offset;
    guint       line, column;
  } cases[] = {
    { "", 0, 1, 1 },
    { "abc", 0, 1, 1 },
    { "abc", 2, 1, 3 },
    { "abc", 3, 1, 4 },
    { "abc", 99, 1, 4 },
    { "a\nbc", 2, 2, 1 },
    { "ü€x", 5, 1, 3 },
    { "\n\n", 2, 3, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint line, column;

      weir_text_position (cases[i].text, cases[i].offset, &line, &column);
      g_assert_cmpuint (line, ==, cases[i].line);
      g_assert_cmpuint (column, ==, cases[i].column);
    }
}

static void
test_long_line (void)
{
  g_autofree char   *sql = g_strnfill (5000, 'a');
  g_autoptr (GError) error = weir_error_new (WEIR_ERROR_PARSE, "PARSE_SYNTAX_ERROR", (WeirSpan){ 2500, 2501 }, "x");
  g_autofree char   *text = weir_error_format (error, sql);
  g_auto (GStrv)     lines = g_strsplit (text, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_cmpuint (strlen (lines[1]), ==, 400);
  g_assert_cmpuint (strlen (lines[2]), ==, 201);
}

static void
test_unsupported (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (weir_fail_unsupported (&error, WEIR_ERROR_ANALYZE, WEIR_SPAN_NONE, "MERGE"));
  g_assert_cmpstr (weir_error_get_sqlstate (error), ==, "0A000");
  g_assert_nonnull (strstr (error->message, "MERGE"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/sqlstate", test_sqlstate);
  g_test_add_func ("/base/error/sqlstate-of-spark", test_sqlstate_of_spark);
  g_test_add_func ("/base/error/parts", test_parts);
  g_test_add_func ("/base/error/not-utf8", test_not_utf8);
  g_test_add_func ("/base/error/foreign", test_foreign);
  g_test_add_func ("/base/error/missing-file", test_missing_file);
  g_test_add_func ("/base/error/format", test_format);
  g_test_add_func ("/base/error/position", test_position);
  g_test_add_func ("/base/error/long-line", test_long_line);
  g_test_add_func ("/base/error/unsupported", test_unsupported);
  return g_test_run ();
}
