/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <json-glib/json-glib.h>

#include "plan-fixture.h"
#include "support/json-lines.h"
#include "support/shared-data.h"

/*
 * The SELECT statements of Spark's own test files: how many get the schema, automatic column names included, that Spark gives them.
 * Statements that need a missing function or feature are left out of the judgement. WEIR_SHOW=1 lists the others that differ.
 */

typedef struct
{
  WeirCatalog *catalog;
  char        *file;
  guint        agree;
  guint        unsupported;
  guint        differ;
  guint        errors_agree;
  guint        errors_differ;
} Run;

static gboolean
is_missing (const GError *error)
{
  static const char *const missing[] = { "UNSUPPORTED_FEATURE", "UNRESOLVED_ROUTINE", "TABLE_OR_VIEW_NOT_FOUND", "UNRESOLVABLE_TABLE_VALUED_FUNCTION",
                                         "PARSE_SYNTAX_ERROR", "UNSUPPORTED_DATATYPE", "INVALID_SQL_SYNTAX" };
  const char              *condition = weir_error_get_condition (error);

  for (guint i = 0; i < G_N_ELEMENTS (missing); i++)
    if (g_str_has_prefix (condition, missing[i]))
      return TRUE;
  return error->code == WEIR_ERROR_PARSE;
}

static void
start_file (Run        *run,
            const char *file)
{
  if (g_strcmp0 (run->file, file) == 0)
    return;
  g_clear_pointer (&run->catalog, weir_catalog_free);
  g_free (run->file);
  run->file = g_strdup (file);
  run->catalog = fixture_catalog_new ();
  weir_catalog_set (run->catalog, "spark.sql.session.timeZone", "America/Los_Angeles", NULL);
}

static void
judge (Run        *run,
       const char *sql,
       const char *wanted,
       WeirPlan   *plan,
       GError     *error)
{
  g_autofree char *schema = plan != NULL ? weir_type_to_string (plan->schema) : NULL;

  if (plan != NULL && g_strcmp0 (schema, wanted) == 0)
    run->agree++;
  else if (plan == NULL && (error == NULL || is_missing (error)))
    {
      run->unsupported++;
      if (g_getenv ("WEIR_SHOW") != NULL)
        g_print ("# missing: %s: %s\n", error != NULL ? error->message : "no plan", sql);
    }
  else
    {
      run->differ++;
      if (g_getenv ("WEIR_SHOW") != NULL)
        g_print ("# %s: %s\n#   wanted %s\n#   got    %s\n", run->file, sql, wanted, schema != NULL ? schema : error->message);
    }
}

/* Only what Spark itself finds before it runs. */
static void
judge_error (Run        *run,
             const char *sql,
             JsonObject *wanted,
             GError     *error)
{
  const char *exception = json_object_get_string_member_with_default (wanted, "exception", "");
  const char *condition = json_object_get_string_member_with_default (wanted, "condition", "");
  const char *got = error != NULL ? weir_error_get_condition (error) : "nothing";

  if (!g_str_has_suffix (exception, "AnalysisException") || g_str_has_prefix (condition, "_LEGACY"))
    return;
  if (g_strcmp0 (condition, got) == 0)
    run->errors_agree++;
  else if (error == NULL || !is_missing (error))
    {
      run->errors_differ++;
      if (g_getenv ("WEIR_SHOW") != NULL)
        g_print ("# error: %s: %s\n#   wanted %s\n#   got    %s\n", run->file, sql, condition, got);
    }
}

static void
run_statement (Run        *run,
               JsonObject *object)
{
  const char               *sql = json_object_get_string_member (object, "sql");
  const char               *kind = json_object_get_string_member (object, "kind");
  g_autoptr (WeirSqlScript) script = weir_sql_parse (sql, -1);
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirPlan)      plan = NULL;

  start_file (run, json_object_get_string_member (object, "file"));
  plan = fixture_run (run->catalog, script, &error);
  if (g_str_equal (kind, "rows"))
    judge (run, sql, json_object_get_string_member_with_default (object, "schema", NULL), plan, error);
  else if (g_str_equal (kind, "error"))
    judge_error (run, sql, json_object_get_object_member (object, "error"), error);
}

static void
test_schemas (void)
{
  g_autofree char      *path = weir_test_shared ("data/spark-sql/statements.jsonl");
  g_autoptr (GPtrArray) objects = NULL;
  Run                   run = { 0 };

  if (path == NULL)
    return;
  objects = weir_test_read_objects (path);
  for (guint i = 0; i < objects->len; i++)
    run_statement (&run, objects->pdata[i]);
  g_test_message ("%u agree, %u need what is not there, %u differ", run.agree, run.unsupported, run.differ);
  g_test_message ("of errors of analysis %u agree, %u differ", run.errors_agree, run.errors_differ);
  g_assert_cmpuint (run.agree, >, 2000);
  g_assert_cmpuint (run.differ * 10, <, run.agree);
  g_assert_cmpuint (run.errors_differ, <, run.errors_agree);
  weir_catalog_free (run.catalog);
  g_free (run.file);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/statements/schemas", test_schemas);
  return g_test_run ();
}
