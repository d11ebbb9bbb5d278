/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/type.h"

#include <string.h>

static void
test_parse (void)
{
  static const char *const cases[][3] = {
    /* text, as DESCRIBE prints it, as SQL */
    { "int", "int", "INT" },
    { " Integer ", "int", "INT" },
    { "LONG", "bigint", "BIGINT" },
    { "byte", "tinyint", "TINYINT" },
    { "short", "smallint", "SMALLINT" },
    { "real", "float", "FLOAT" },
    { "string", "string", "STRING" },
    { "varchar(10)", "string", "STRING" },
    { "char(3)", "string", "STRING" },
    { "timestamp_ltz", "timestamp", "TIMESTAMP" },
    { "timestamp_ntz", "timestamp_ntz", "TIMESTAMP_NTZ" },
    { "decimal", "decimal(10,0)", "DECIMAL(10,0)" },
    { "DEC(5)", "decimal(5,0)", "DECIMAL(5,0)" },
    { "numeric ( 38 , 38 )", "decimal(38,38)", "DECIMAL(38,38)" },
    { "interval", "interval", "INTERVAL" },
    { "interval year to month", "interval year to month", "INTERVAL YEAR TO MONTH" },
    { "interval day", "interval day", "INTERVAL DAY" },
    { "interval hour to second", "interval hour to second", "INTERVAL HOUR TO SECOND" },
    { "array<int>", "array<int>", "ARRAY<INT>" },
    { "map<string, array<bigint>>", "map<string,array<bigint>>", "MAP<STRING, ARRAY<BIGINT>>" },
    { "struct<>", "struct<>", "STRUCT<>" },
    { "struct<a: int, b string not null comment 'it\\'s'>", "struct<a:int,b:string>", "STRUCT<a: INT, b: STRING NOT NULL>" },
    { "STRUCT<`a b`:INT,`c``d`:DATE>", "struct<a b:int,c`d:date>", NULL },
    { "void", "void", "VOID" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autoptr (WeirType) type = weir_type_parse (cases[i][0], &error);
      g_autofree char     *plain = NULL, *sql = NULL;

      g_test_message ("%s", cases[i][0]);
      g_assert_no_error (error);
      plain = weir_type_to_string (type);
      sql = weir_type_to_sql (type);
      g_assert_cmpstr (plain, ==, cases[i][1]);
      if (cases[i][2] != NULL)
        g_assert_cmpstr (sql, ==, cases[i][2]);
    }
}

static void
test_errors (void)
{
  static const struct
  {
    const char *text, *condition;
  } cases[] = {
    { "", "PARSE_SYNTAX_ERROR" },
    { "int int", "PARSE_SYNTAX_ERROR" },
    { "array", "PARSE_SYNTAX_ERROR" },
    { "array<int", "PARSE_SYNTAX_ERROR" },
    { "array<>", "PARSE_SYNTAX_ERROR" },
    { "map<int>", "PARSE_SYNTAX_ERROR" },
    { "struct<a>", "PARSE_SYNTAX_ERROR" },
    { "struct<a:int,>", "PARSE_SYNTAX_ERROR" },
    { "decimal(", "PARSE_SYNTAX_ERROR" },
    { "decimal(a)", "PARSE_SYNTAX_ERROR" },
    { "interval second to day", "PARSE_SYNTAX_ERROR" },
    { "interval year to day", "PARSE_SYNTAX_ERROR" },
    { "struct<`a:int>", "PARSE_SYNTAX_ERROR" },
    { "struct<a:int comment>", "PARSE_SYNTAX_ERROR" },
    { "struct<a:int comment 'x>", "PARSE_SYNTAX_ERROR" },
    { "struct<a:int not>", "PARSE_SYNTAX_ERROR" },
    { "decimal(39)", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION" },
    { "decimal(99999999999999999999)", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION" },
    { "foo", "UNSUPPORTED_DATATYPE" },
    { "array<foo>", "UNSUPPORTED_DATATYPE" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("'%s'", cases[i].text);
      g_assert_null (weir_type_parse (cases[i].text, &error));
      g_assert_cmpstr (weir_error_get_condition (error), ==, cases[i].condition);
      g_assert_null (weir_type_parse (cases[i].text, NULL));
    }
}

static void
test_ddl (void)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (WeirSchema) schema = weir_type_parse_ddl ("a INT NOT NULL COMMENT 'x', b STRUCT<c: ARRAY<STRING>, d: MAP<STRING, DOUBLE>>, ts TIMESTAMP", &error);
  g_autoptr (WeirSchema) same = weir_type_parse_ddl ("STRUCT<a INT, b: STRUCT<c: ARRAY<STRING>, d: MAP<STRING, DOUBLE>>, ts: TIMESTAMP>", NULL);
  g_autofree char       *text = NULL;

  g_assert_no_error (error);
  text = weir_type_to_string (schema);
  g_assert_cmpstr (text, ==, "struct<a:int,b:struct<c:array<string>,d:map<string,double>>,ts:timestamp>");
  g_assert_false (schema->fields[0].nullable);
  g_assert_true (schema->fields[1].nullable);
  g_assert_cmpstr (schema->fields[0].comment, ==, "x");
  g_assert_true (weir_type_equal (schema, same));
  g_assert_cmpint (weir_type_field_index (schema, "TS"), ==, 2);
  g_assert_cmpint (weir_type_field_index (schema, "x"), ==, -1);
  g_assert_null (weir_type_parse_ddl ("a", NULL));
  g_assert_null (weir_type_parse_ddl ("a int b int", NULL));
}

static void
test_depth (void)
{
  g_autoptr (GString)  text = g_string_new (NULL);
  g_autoptr (GString)  deep = g_string_new (NULL);
  g_autoptr (WeirType) type = NULL;
  g_autoptr (GError)   error = NULL;

  for (guint i = 0; i < WEIR_TYPE_DEPTH_MAX - 1; i++)
    g_string_append (text, "array<");
  g_string_append (text, "int");
  for (guint i = 0; i < WEIR_TYPE_DEPTH_MAX - 1; i++)
    g_string_append_c (text, '>');
  type = weir_type_parse (text->str, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 100000; i++)
    g_string_append (deep, "array<");
  g_assert_null (weir_type_parse (deep->str, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "PARSE_SYNTAX_ERROR");
}

/* A random type, as DDL and back. */
static WeirType *
random_type (guint depth)
{
  int                  kind = g_test_rand_int_range (1, depth > 0 ? WEIR_N_TYPE_KINDS : WEIR_TYPE_ARRAY);
  g_autoptr (WeirType) a = NULL;
  g_autoptr (WeirType) b = NULL;

  if (kind == WEIR_TYPE_DECIMAL)
    {
      guint precision = (guint)g_test_rand_int_range (1, 39);

      return weir_type_new_decimal (precision, (guint)g_test_rand_int_range (0, (gint32)precision + 1));
    }
  if (kind == WEIR_TYPE_INTERVAL_DT)
    {
      guint start = (guint)g_test_rand_int_range (WEIR_UNIT_DAY, WEIR_UNIT_SECOND + 1);

      return weir_type_new_interval (WEIR_TYPE_INTERVAL_DT, start, (guint)g_test_rand_int_range ((gint32)start, WEIR_UNIT_SECOND + 1));
    }
  if (kind < WEIR_TYPE_ARRAY)
    return weir_type_ref (weir_type_simple (kind));
  a = random_type (depth - 1);
  b = random_type (depth - 1);
  if (kind == WEIR_TYPE_ARRAY)
    return weir_type_new_array (a, TRUE);
  if (kind == WEIR_TYPE_MAP)
    return weir_type_new_map (a, b, TRUE);
  return weir_type_new_struct ((WeirField[]){ { (char *)"x", a, TRUE, NULL }, { (char *)"y z", b, g_test_rand_bit (), NULL } }, 2);
}

static void
test_round_trip (void)
{
  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autoptr (WeirType) type = random_type (4);
      g_autofree char     *text = weir_type_to_sql (type);
      g_autoptr (WeirType) back = weir_type_parse (text, &error);
      g_autofree char     *again = NULL;

      g_assert_no_error (error);
      g_assert_true (weir_type_equal (type, back));
      again = weir_type_to_sql (back);
      g_assert_cmpstr (text, ==, again);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/type/parse", test_parse);
  g_test_add_func ("/type/errors", test_errors);
  g_test_add_func ("/type/ddl", test_ddl);
  g_test_add_func ("/type/depth", test_depth);
  g_test_add_func ("/type/round-trip", test_round_trip);
  return g_test_run ();
}
