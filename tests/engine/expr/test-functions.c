/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr-test.h"

static void
test_arithmetic (void)
{
  assert_value ("3", "+", I (1), I (2));
  assert_value ("[ARITHMETIC_OVERFLOW]", "+", I (G_MAXINT32), I (1));
  assert_value ("NULL", "try_add", I (G_MAXINT32), I (1));
  assert_value ("1.5", "/", I (3), I (2));
  assert_value ("[DIVIDE_BY_ZERO]", "/", I (3), I (0));
  assert_value ("[REMAINDER_BY_ZERO]", "%", I (3), I (0));
  assert_value ("1", "div", I (3), I (2));
  assert_value ("2", "pmod", I (-10), I (3));
  assert_value ("-1", "%", I (-10), I (3));
  assert_value ("0.2", "%", I (2), lit ("decimal(2,1)", "1.8"));
  assert_value ("2.5", "+", lit ("decimal(2,1)", "1.5"), I (1));
  assert_value ("-1", "-", I (1));
  assert_value ("[BINARY_ARITHMETIC_OVERFLOW]", "+", lit ("tinyint", "127"), lit ("tinyint", "1"));
  assert_value ("NULL", "+", I (1), N);
  assert_value ("6", "+", S ("5"), I (1));
  assert_value ("[DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE]", "+", S ("1"), S ("1"));
  assert_value ("[NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION]", "*", lit ("decimal(38,1)", "12345678901234567890.0"),
                lit ("decimal(38,1)", "123456789012345678900.0"));
}

static void
test_time_arithmetic (void)
{
  assert_value ("2021-01-02", "+", lit ("date", "2021-01-01"), I (1));
  assert_value ("2020-12-31", "-", lit ("date", "2021-01-01"), I (1));
  assert_value ("INTERVAL '31' DAY", "-", lit ("date", "2021-02-01"), lit ("date", "2021-01-01"));
  assert_value ("2021-02-28", "+", lit ("date", "2021-01-31"), lit ("interval month", "1"));
  assert_value ("2021-01-02 00:00:00", "+", lit ("timestamp", "2021-01-01 00:00:00"), lit ("interval day", "1"));
  assert_value ("INTERVAL '3-0' YEAR TO MONTH", "+", lit ("interval year to month", "1-0"), lit ("interval year to month", "2-0"));
  assert_value ("INTERVAL '0-1' YEAR TO MONTH", "/", lit ("interval month", "2"), I (2));
  assert_value ("[INTERVAL_DIVIDED_BY_ZERO]", "/", lit ("interval month", "2"), I (0));
  assert_value ("-13", "div", lit ("interval year to month", "1-1"), lit ("interval month", "-1"));
  assert_value ("[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE]", "+", lit ("date", "2021-01-01"), S ("1"));
  assert_value ("[DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES]", "+", lit ("date", "2021-01-01"), weir_expr_new_bool (TRUE));
  assert_value ("2021-01-02 00:00:00", "+", S ("2021-01-01"), lit ("interval day", "1"));
}

static void
test_comparison (void)
{
  assert_value ("true", "=", I (1), S ("1"));
  assert_value ("true", "<", D ("1"), D ("NaN"));
  assert_value ("true", "=", D ("NaN"), D ("NaN"));
  assert_value ("true", "=", D ("0.0"), D ("-0.0"));
  assert_value ("NULL", "=", I (1), N);
  assert_value ("false", "<=>", I (1), N);
  assert_value ("true", "<=>", N, N);
  assert_value ("true", "<", S ("abc"), S ("abd"));
  assert_value ("true", ">", S ("a string longer than twelve"), S ("a string longer than eleven"));
  assert_value ("true", "=", lit ("decimal(3,2)", "1.50"), lit ("decimal(3,1)", "1.5"));
  assert_value ("[CAST_INVALID_INPUT]", ">", I (2), S ("1.0"));
  assert_value ("true", "in", I (1), I (3), I (2), I (1));
  assert_value ("NULL", "in", I (1), I (3), N);
  assert_value ("NULL", "in", N, I (3), I (1));
  assert_value ("false", "in", S ("x"), S ("a"), S ("b"), S ("c"), S ("d"), S ("e"), S ("f"), S ("g"), S ("h"), S ("i"), S ("j"), S ("k"), S ("l"), S ("m"));
  assert_value ("true", "in", S ("m"), S ("a"), S ("b"), S ("c"), S ("d"), S ("e"), S ("f"), S ("g"), S ("h"), S ("i"), S ("j"), S ("k"), S ("l"), S ("m"));
}

static void
test_logic (void)
{
  assert_value ("false", "and", weir_expr_new_bool (FALSE), N);
  assert_value ("NULL", "and", weir_expr_new_bool (TRUE), N);
  assert_value ("true", "or", N, weir_expr_new_bool (TRUE));
  assert_value ("NULL", "or", N, weir_expr_new_bool (FALSE));
  assert_value ("NULL", "!", N);
  assert_value ("2.0", "when", call ("<", I (1), I (0), NULL), I (1), call (">", I (2), I (0), NULL), lit ("decimal(2,1)", "2.0"), lit ("decimal(2,1)", "1.2"));
  assert_value ("1.0", "coalesce", N, I (1), call ("/", I (1), I (0), NULL));
  assert_value ("a", "if", weir_expr_new_bool (TRUE), S ("a"), call ("concat", S ("b"), call ("+", I (G_MAXINT32), I (1), NULL), NULL));
  assert_value ("NULL", "nullif", I (2), I (2));
  assert_value ("10", "greatest", I (10), I (9), N);
}

static void
test_casts (void)
{
  assert_value ("1", "+", lit ("int", " 1\t"), I (0));
  assert_value ("[CAST_INVALID_INPUT]", "+", S ("1.23"), I (1));
  assert_value ("1.23", "concat", lit ("decimal(10,2)", "1.234"));
  assert_value ("true", "!", lit ("boolean", "no"));
  assert_value ("1.0E10", "concat", D ("1e10"));
  assert_value ("-Infinity", "concat", D ("-inf"));
  assert_value ("2015-03-05 09:32:05.36", "concat", lit ("timestamp", "2015-03-05 09:32:05.360000"));
}

static void
test_strings (void)
{
  assert_value ("k SQL", "substring", S ("Spark SQL"), I (5));
  assert_value ("SQL", "substring", S ("Spark SQL"), I (-3));
  assert_value ("k", "substr", S ("Spark SQL"), I (5), I (1));
  assert_value ("10", "length", S ("Spark SQL "));
  assert_value ("3", "length", S ("äöü"));
  assert_value ("STRASSE", "upper", S ("straße"));
  assert_value ("parkSQ", "btrim", S ("SSparkSQLS"), S ("SL"));
  assert_value ("parkSQLS", "ltrim", S ("SL"), S ("SSparkSQLS"));
  assert_value ("***hi", "lpad", S ("hi"), I (5), S ("*"));
  assert_value ("h", "rpad", S ("hi"), I (1), S ("*"));
  assert_value ("A1B2C3", "translate", S ("AaBbCc"), S ("abc"), S ("123"));
  assert_value ("www.apache", "substring_index", S ("www.apache.org"), S ("."), I (2));
  assert_value ("apache.org", "substring_index", S ("www.apache.org"), S ("."), I (-2));
  assert_value ("13", "split_part", S ("11.12.13"), S ("."), I (3));
  assert_value ("13", "split_part", S ("11.12.13"), S ("."), I (-1));
  assert_value ("[INVALID_INDEX_OF_ZERO]", "split_part", S ("11.12.13"), S ("."), I (0));
  assert_value ("7", "locate", S ("bar"), S ("foobarbar"), I (5));
  assert_value ("foo/bar", "concat_ws", S ("/"), S ("foo"), N, S ("bar"));
  assert_value ("M460", "soundex", S ("Miller"));
  assert_value ("3", "levenshtein", S ("kitten"), S ("sitting"));
  assert_value ("XxXXnnn-@$#", "mask", S ("AbCD123-@$#"));
  assert_value ("Spark CORE", "overlay", S ("Spark SQL"), S ("CORE"), I (7));
  assert_value ("3", "find_in_set", S ("ab"), S ("abc,b,ab,c,def"));
}

static void
test_dates (void)
{
  assert_value ("2016-07-31", "date_add", S ("2016-07-30"), I (1));
  assert_value ("2016-07-29", "date_sub", S ("2016-07-30"), I (1));
  assert_value ("1", "datediff", S ("2009-07-31"), S ("2009-07-30"));
  assert_value ("2016-09-30", "add_months", S ("2016-08-31"), I (1));
  assert_value ("2009-01-31", "last_day", S ("2009-01-12"));
  assert_value ("2015-01-20", "next_day", S ("2015-01-14"), S ("TU"));
  assert_value ("[ILLEGAL_DAY_OF_WEEK]", "next_day", S ("2015-01-14"), S ("xx"));
  assert_value ("2019-07-29", "trunc", S ("2019-08-04"), S ("week"));
  assert_value ("2019-07-01", "trunc", S ("2019-08-04"), S ("quarter"));
  assert_value ("2015-03-05 09:00:00", "date_trunc", S ("HOUR"), S ("2015-03-05T09:32:05.359"));
  assert_value ("3.94959677", "months_between", S ("1997-02-28 10:30:00"), S ("1996-10-30"));
  assert_value ("8", "weekofyear", S ("2008-02-20"));
  assert_value ("5", "dayofweek", S ("2009-07-30"));
  assert_value ("3", "weekday", S ("2009-07-30"));
  assert_value ("100", "dayofyear", S ("2016-04-09"));
  assert_value ("58", "minute", S ("2009-07-30 12:58:59"));
  assert_value ("1.000001", "date_part", S ("SECONDS"), lit ("timestamp", "2019-10-01 00:00:01.000001"));
  assert_value ("11", "extract", S ("MONTH"), lit ("interval year to month", "2021-11"));
  assert_value ("[INVALID_EXTRACT_FIELD]", "extract", S ("nothing"), lit ("date", "2021-11-01"));
  assert_value ("2022-01-14 01:02:03", "timestampadd", S ("MONTH"), I (-1), lit ("timestamp", "2022-02-14 01:02:03"));
  assert_value ("10", "timestampdiff", S ("HOUR"), lit ("timestamp", "2022-02-14 01:02:03"), lit ("timestamp", "2022-02-14 12:00:03"));
  assert_value ("2014-12-28 06:30:45.887", "make_timestamp", I (2014), I (12), I (28), I (6), I (30), lit ("decimal(5,3)", "45.887"));
  assert_value ("[DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION]", "make_date", I (2019), I (13), I (1));
  assert_value ("2016-08-31 09:00:00", "from_utc_timestamp", S ("2016-08-31"), S ("Asia/Seoul"));
  assert_value ("2021-12-05 15:00:00", "convert_timezone", S ("Europe/Brussels"), S ("America/Los_Angeles"), lit ("timestamp_ntz", "2021-12-06 00:00:00"));
  assert_value ("2008-12-25 15:30:00.123", "timestamp_millis", L (1230219000123));
}

static void
test_patterns (void)
{
  assert_value ("true", "like", S ("Spark"), S ("_park"));
  assert_value ("true", "like", S ("abcxyzabc"), S ("%xyz%"));
  assert_value ("true", "like", S ("aXbXc"), S ("a%b%c"));
  assert_value ("false", "like", S ("aXbX"), S ("a%b%c"));
  assert_value ("true", "ilike", S ("SPARK"), S ("%park"));
  assert_value ("[INVALID_FORMAT.ESC_IN_THE_MIDDLE]", "like", S ("maca"), S ("m%aca"), S ("%"));
  assert_value ("100", "regexp_extract", S ("100-200"), S ("(\\d+)-(\\d+)"));
  assert_value ("num-num", "regexp_replace", S ("100-200"), S ("(\\d+)"), S ("num"));
  assert_value ("200-100", "regexp_replace", S ("100-200"), S ("(\\d+)-(\\d+)"), S ("$2-$1"));
  assert_value ("[one, two, three, ]", "split", S ("oneAtwoBthreeC"), S ("[ABC]"));
  assert_value ("[one, twoBthreeC]", "split", S ("oneAtwoBthreeC"), S ("[ABC]"), I (2));
  assert_value ("[100, 300]", "regexp_extract_all", S ("100-200, 300-400"), S ("(\\d+)-(\\d+)"), I (1));
  assert_value ("[INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX]", "regexp_extract", S ("1a 2b"), S ("\\d+"));
  assert_value ("[INVALID_PARAMETER_VALUE.PATTERN]", "rlike", S ("a"), S ("("));
  assert_value ("[LIMIT_EXCEEDED]", "rlike", S ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), S ("^(a+)+$"));
}

static void
test_math (void)
{
  assert_value ("3", "round", lit ("decimal(2,1)", "2.5"), I (0));
  assert_value ("2", "bround", lit ("decimal(2,1)", "2.5"), I (0));
  assert_value ("20", "bround", I (25), I (-1));
  assert_value ("2.68", "round", D ("2.675"), I (2));
  assert_value ("0", "ceil", lit ("decimal(1,1)", "-0.1"));
  assert_value ("1000", "ceil", lit ("decimal(5,4)", "3.1411"), I (-3));
  assert_value ("3.142", "ceil", lit ("decimal(5,4)", "3.1411"), I (3));
  assert_value ("-1", "floor", lit ("decimal(1,1)", "-0.1"));
  assert_value ("NULL", "ln", I (0));
  assert_value ("120", "factorial", I (5));
  assert_value ("-16", "conv", S ("-10"), I (16), I (-10));
  assert_value ("537061726B2053514C", "hex", S ("Spark SQL"));
  assert_value ("1111111111111111111111111111111111111111111111111111111111110011", "bin", I (-13));
  assert_value ("3", "width_bucket", D ("5.3"), D ("0.2"), D ("10.6"), I (5));
  assert_value ("[ARITHMETIC_OVERFLOW]", "abs", I (G_MININT32));
}

static void
test_formats (void)
{
  assert_value ("Hello World 100 days", "format_string", S ("Hello World %d %s"), I (100), S ("days"));
  assert_value (">>     Hello<<", "format_string", S (">>%10s<<"), S ("Hello"));
  assert_value (">>null      <<", "format_string", S (">>%-10s<<"), N);
  assert_value ("Hello World World Hello again", "format_string", S ("Hello %s %1$s %s"), S ("World"), S ("Hello again"));
  assert_value ("Hello 14 3.15 007", "printf", S ("Hello %x %.2f %03d"), I (20), D ("3.145"), I (7));
  assert_value ("[INVALID_PARAMETER_VALUE.FORMAT]", "format_string", S ("Hello %s"));
  assert_value ("[INVALID_PARAMETER_VALUE.ZERO_INDEX]", "format_string", S ("%0$s"), S ("Hello"));
  assert_value ("12,332.1235", "format_number", D ("12332.123456"), I (4));
  assert_value ("12332.123", "format_number", D ("12332.123456"), S ("##################.###"));
  assert_value ("12,454.8-", "to_char", lit ("decimal(6,1)", "-12454.8"), S ("99G999D9S"));
  assert_value ("12,454", "to_char", I (12454), S ("99G999"));
  assert_value ("454.00", "to_char", lit ("decimal(5,2)", "454.00"), S ("000D00"));
  assert_value ("$78.12", "to_char", lit ("decimal(4,2)", "78.12"), S ("$99.99"));
  assert_value ("                  123", "to_char", L (123), S ("9G999G999G999G999G999"));
  assert_value ("             <123>", "to_char", L (-123), S ("9999999999999999PR"));
  assert_value ("             123-", "to_char", L (-123), S ("9999999999999999S"));
  assert_value ("-4567890123456789", "to_char", L (-4567890123456789), S ("S9999999999999999"));
  assert_value ("              123", "to_char", L (123), S ("MI9999999999999999"));
  assert_value ("+0000000000000123", "to_char", L (123), S ("S0999999999999999"));
  assert_value ("-12454.8", "to_number", S ("12,454.8-"), S ("99,999.9S"));
  assert_value ("0.00", "to_number", S ("0"), S ("99.99"));
  assert_value ("-0.01", "to_number", S (".01-"), S ("99.99S"));
  assert_value ("[INVALID_FORMAT.MISMATCH_INPUT]", "to_number", S ("123456"), S ("999G999"));
  assert_value ("[INVALID_FORMAT.CONT_THOUSANDS_SEPS]", "to_number", S ("123,000"), S ("999G"));
  assert_value ("FECA", "hex", call ("reverse", call ("unhex", S ("CAFE"), NULL), NULL));
}

static void
test_hashes (void)
{
  assert_value ("-1321691492", "hash", S ("Spark"), call ("array", I (123), NULL), I (2));
  assert_value ("5602566077635097486", "xxhash64", S ("Spark"), call ("array", I (123), NULL), I (2));
  assert_value ("1557323817", "crc32", S ("Spark"));
  assert_value ("8cde774d6f7333752ed72cacddb05126", "md5", S ("Spark"));
  assert_value ("529bc3b07127ecb7e53a4dcf1991d9152c24537d919178022b2c42657f79a26b", "sha2", S ("Spark"), I (256));
  assert_value ("0.7604953758285915", "rand", I (0));
  assert_value ("1.6034991609278433", "randn", I (0));
}

#define HEX(text) call ("unhex", S (text), NULL)

/* There and back, in every character set that Spark names; what a set cannot say is an error, not a question mark. */
static void
test_charsets (void)
{
  static const struct
  {
    const char *name, *hex;
  } sets[] = {
    { "UTF-8", "41F09F9880" },
    { "utf-16", "FEFF0041D83DDE00" },
    { "UTF-16BE", "0041D83DDE00" },
    { "UTF-16LE", "41003DD800DE" },
    { "UTF-32", "000000410001F600" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      assert_value (sets[i].hex, "hex", call ("encode", S ("A\U0001F600"), S (sets[i].name), NULL));
      assert_value ("A\U0001F600", "_decode", HEX (sets[i].hex), S (sets[i].name));
    }
  assert_value ("E9", "hex", call ("encode", S ("\u00e9"), S ("iso-8859-1"), NULL));
  assert_value ("\u00e9", "_decode", HEX ("E9"), S ("ISO-8859-1"));
  assert_value ("[MALFORMED_CHARACTER_CODING]", "encode", S ("\u20ac"), S ("iso-8859-1"));
  assert_value ("[MALFORMED_CHARACTER_CODING]", "encode", S ("\u00e9"), S ("us-ascii"));
  assert_value ("[MALFORMED_CHARACTER_CODING]", "_decode", HEX ("E9"), S ("us-ascii"));
  assert_value ("[MALFORMED_CHARACTER_CODING]", "_decode", HEX ("E9"), S ("utf-8"));
  assert_value ("[INVALID_PARAMETER_VALUE.CHARSET]", "encode", S ("a"), S ("ebcdic"));
  /* Halves of pairs, values beyond Unicode, and what ends in the middle of a character. */
  assert_value ("[MALFORMED_CHARACTER_CODING]", "_decode", HEX ("D83D0041"), S ("utf-16be"));
  assert_value ("[MALFORMED_CHARACTER_CODING]", "_decode", HEX ("DE00"), S ("utf-16be"));
  assert_value ("[MALFORMED_CHARACTER_CODING]", "_decode", HEX ("004100"), S ("utf-16be"));
  assert_value ("[MALFORMED_CHARACTER_CODING]", "_decode", HEX ("00110000"), S ("utf-32"));
  assert_value ("[MALFORMED_CHARACTER_CODING]", "_decode", HEX ("0000D800"), S ("utf-32"));
  assert_value ("[MALFORMED_CHARACTER_CODING]", "_decode", HEX ("0000004100"), S ("utf-32"));
  /* A byte order mark says the order and is no character. */
  assert_value ("A", "_decode", HEX ("FFFE4100"), S ("utf-16"));
  assert_value ("A", "_decode", HEX ("0000FEFF00000041"), S ("utf-32"));
  assert_value ("A", "_decode", HEX ("FFFE000041000000"), S ("utf-32"));
}

static void
test_binary (void)
{
  assert_value ("abc", "to_binary", S ("abc"), S ("utf-8"));
  assert_value ("abc", "to_binary", S ("616263"), S ("HEX"));
  assert_value ("01", "hex", call ("to_binary", S ("1"), S ("hex"), NULL));
  assert_value ("abc", "to_binary", S ("YWJj"), S ("base64"));
  assert_value ("ab", "unbase64", S ("YWI="));
  assert_value ("[CONVERSION_INVALID_INPUT]", "to_binary", S ("6g"), S ("hex"));
  assert_value ("[CONVERSION_INVALID_INPUT]", "unbase64", S ("Y"));
  assert_value ("NULL", "try_to_binary", S ("6g"), S ("hex"));
  assert_value ("[INVALID_PARAMETER_VALUE.BINARY_FORMAT]", "to_binary", S ("a"), S ("rot13"));
}

static void
test_urls (void)
{
  assert_value ("a+b%26c%3D%C3%A9.-*_", "url_encode", S ("a b&c=\u00e9.-*_"));
  assert_value ("a b&c=\u00e9", "url_decode", S ("a+b%26c%3d%C3%A9"));
  assert_value ("[CANNOT_DECODE_URL]", "url_decode", S ("100%"));
  assert_value ("[CANNOT_DECODE_URL]", "url_decode", S ("%4"));
  assert_value ("[CANNOT_DECODE_URL]", "url_decode", S ("%zz"));
  assert_value ("NULL", "try_url_decode", S ("%zz"));
}

static void
test_encodings (void)
{
  assert_value ("U3BhcmsgU1FM", "base64", S ("Spark SQL"));
  assert_value ("Spark SQL", "_decode", call ("unbase64", S ("U3BhcmsgU1FM"), NULL), S ("utf-8"));
  assert_value ("[CONVERSION_INVALID_INPUT]", "unbase64", S ("a!"));
  assert_value ("0061", "hex", call ("encode", S ("a"), S ("utf-16be"), NULL));
  assert_value ("false", "is_valid_utf8", call ("unhex", S ("61C262"), NULL));
  assert_value ("https%3A%2F%2Fspark.apache.org", "url_encode", S ("https://spark.apache.org"));
  assert_value ("https://spark.apache.org", "url_decode", S ("https%3A%2F%2Fspark.apache.org"));
  assert_value ("spark.apache.org", "parse_url", S ("http://spark.apache.org/path?query=1"), S ("HOST"));
  assert_value ("1", "parse_url", S ("http://spark.apache.org/path?query=1"), S ("QUERY"), S ("query"));
  assert_value ("[INVALID_URL]", "parse_url", S ("inva lid://spark.apache.org/path?query=1"), S ("QUERY"));
  assert_value ("Southlake", "decode", I (1), I (1), S ("Southlake"), I (2), S ("San Francisco"));
  assert_value ("SQL", "decode", N, I (6), S ("Spark"), N, S ("SQL"), I (4), S ("rocks"));
}

static void
test_misc (void)
{
  assert_value ("array<int>", "typeof", call ("array", I (1), NULL));
  assert_value ("[USER_RAISED_EXCEPTION]", "raise_error", S ("x"));
  assert_value ("NULL", "assert_true", weir_expr_new_bool (TRUE));
  assert_value ("12", "int", S ("12"));
  assert_value ("[5, 4, 3, 2, 1]", "sequence", I (5), I (1));
  assert_value ("[2018-01-01, 2018-02-01, 2018-03-01]", "sequence", lit ("date", "2018-01-01"), lit ("date", "2018-03-01"), lit ("interval month", "1"));
  assert_value ("[INVALID_PARAMETER_VALUE.BOUNDARY]", "sequence", I (1), I (5), I (-1));
}

static void
assert_name (const char *expected,
             WeirExpr   *expr)
{
  g_assert_cmpstr (expr->name, ==, expected);
  weir_expr_unref (expr);
}

static void
test_names (void)
{
  assert_name ("(1 + 2)", call ("+", I (1), I (2), NULL));
  assert_name ("(1 = 1)", call ("=", I (1), S ("1"), NULL));
  assert_name ("(1 IS NULL)", call ("isnull", I (1), NULL));
  assert_name ("substring(Spark SQL, 5, 2147483647)", call ("substring", S ("Spark SQL"), I (5), NULL));
  assert_name ("(IF((1 < 2), a, b))", call ("if", call ("<", I (1), I (2), NULL), S ("a"), S ("b"), NULL));
  assert_name ("CEIL(5)", call ("ceil", I (5), NULL));
  assert_name ("nvl(NULL, 1)", call ("nvl", N, I (1), NULL));
  assert_name ("CAST(1 AS INT)", weir_expr_new_cast (S ("1"), WEIR_INT, FALSE));
  assert_name ("TRIM(BOTH SL FROM SSparkSQLS)", call ("trim", S ("SL"), S ("SSparkSQLS"), NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/expr/functions/arithmetic", test_arithmetic);
  g_test_add_func ("/expr/functions/time-arithmetic", test_time_arithmetic);
  g_test_add_func ("/expr/functions/comparison", test_comparison);
  g_test_add_func ("/expr/functions/logic", test_logic);
  g_test_add_func ("/expr/functions/casts", test_casts);
  g_test_add_func ("/expr/functions/strings", test_strings);
  g_test_add_func ("/expr/functions/dates", test_dates);
  g_test_add_func ("/expr/functions/patterns", test_patterns);
  g_test_add_func ("/expr/functions/math", test_math);
  g_test_add_func ("/expr/functions/formats", test_formats);
  g_test_add_func ("/expr/functions/hashes", test_hashes);
  g_test_add_func ("/expr/functions/encodings", test_encodings);
  g_test_add_func ("/expr/functions/charsets", test_charsets);
  g_test_add_func ("/expr/functions/binary", test_binary);
  g_test_add_func ("/expr/functions/urls", test_urls);
  g_test_add_func ("/expr/functions/misc", test_misc);
  g_test_add_func ("/expr/functions/names", test_names);
  return g_test_run ();
}
