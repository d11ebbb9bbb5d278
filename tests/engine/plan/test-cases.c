/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <json-glib/json-glib.h>

#include "plan-fixture.h"
#include "support/json-lines.h"
#include "support/shared-data.h"

/*
 * Real Spark's answers about streaming queries: the schema of the result and the errors of parsing and analysis must be the same.
 * Cases that need what is not there yet are told by their UNSUPPORTED_FEATURE and counted apart.
 */

typedef struct
{
  guint agree;
  guint unsupported;
  guint differ;
} Tally;

static gboolean
is_public (const char *condition)
{
  return condition != NULL && !g_str_has_prefix (condition, "_LEGACY");
}

/* A query that Spark refuses when it plans the first batch may be refused when it is analysed. */
static gboolean
is_told_earlier (JsonObject *error,
                 const char *condition)
{
  return g_strcmp0 (condition, "UNSUPPORTED_FEATURE.STREAMING_OPERATION") == 0 && json_object_get_int_member_with_default (error, "batchId", -1) == 0 &&
         !is_public (json_object_get_string_member_with_default (error, "condition", NULL));
}

/* What Spark said while parsing or analysing; NULL when the query ran. */
static const char *
expected_error (JsonObject *test_case,
                const char *condition)
{
  JsonObject *error = json_object_get_null_member (test_case, "error") ? NULL : json_object_get_object_member (test_case, "error");

  if (error == NULL || (g_str_equal (json_object_get_string_member (error, "phase"), "run") && !is_told_earlier (error, condition)))
    return NULL;
  return json_object_get_string_member_with_default (error, "condition", "none");
}

static void
set_conf (WeirCatalog *catalog,
          JsonObject  *test_case)
{
  JsonObject       *conf = json_object_get_object_member (test_case, "conf");
  g_autoptr (GList) keys = json_object_get_members (conf);

  for (GList *key = keys; key != NULL; key = key->next)
    weir_catalog_set (catalog, key->data, json_object_get_string_member (conf, key->data), NULL);
}

static void
judge (JsonObject *test_case,
       WeirPlan   *plan,
       GError     *error,
       Tally      *tally)
{
  const char      *id = json_object_get_string_member (test_case, "id");
  const char      *condition = error != NULL ? weir_error_get_condition (error) : NULL;
  const char      *wanted_error = expected_error (test_case, condition);
  const char      *wanted_schema = json_object_get_null_member (test_case, "schema") ? NULL : json_object_get_string_member (test_case, "schema");
  g_autofree char *schema = plan != NULL ? weir_type_to_string (plan->schema) : NULL;
  gboolean         same;

  if (wanted_error != NULL)
    same = error != NULL && (!is_public (wanted_error) || g_strcmp0 (wanted_error, condition) == 0);
  else
    same = error == NULL && (wanted_schema == NULL || g_strcmp0 (schema, wanted_schema) == 0);
  if (same)
    tally->agree++;
  else if (error != NULL && (g_str_equal (condition, "UNSUPPORTED_FEATURE") || g_str_equal (condition, "UNRESOLVED_ROUTINE")))
    {
      tally->unsupported++;
      g_test_message ("not there yet: %s: %s", id, error->message);
    }
  else
    {
      tally->differ++;
      g_test_message ("differs: %s: wanted %s %s, got %s %s %s", id, wanted_error != NULL ? wanted_error : "", wanted_schema,
                      condition != NULL ? condition : "", schema != NULL ? schema : "", error != NULL ? error->message : "");
    }
}

static WeirSchema *
hidden_schema (const char *name)
{
  return weir_type_parse_ddl ("_metadata STRUCT<file_path: STRING, file_name: STRING, file_size: BIGINT>", NULL);
}

static const WeirFormatInfo json_files = { "json", TRUE, TRUE, TRUE, TRUE, no_options, fixture_schema, TRUE, .hidden_schema = hidden_schema };

static void
run_case (JsonObject *test_case,
          Tally      *tally)
{
  g_autoptr (WeirCatalog)   catalog = fixture_catalog_new ();
  g_autoptr (WeirSqlScript) script = weir_sql_parse (json_object_get_string_member (test_case, "script"), -1);
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirPlan)      plan = NULL;

  weir_catalog_add_format (catalog, &json_files);
  set_conf (catalog, test_case);
  plan = fixture_run (catalog, script, &error);
  judge (test_case, plan, error, tally);
}

static void
test_streaming_cases (void)
{
  g_autofree char      *path = weir_test_shared ("data/streaming/cases.jsonl");
  g_autoptr (GPtrArray) objects = NULL;
  Tally                 tally = { 0 };

  if (path == NULL)
    return;
  objects = weir_test_read_objects (path);
  for (guint i = 0; i < objects->len; i++)
    run_case (objects->pdata[i], &tally);
  g_test_message ("%u agree, %u need what is not there yet, %u differ", tally.agree, tally.unsupported, tally.differ);
  g_assert_cmpuint (tally.differ, ==, 0);
  g_assert_cmpuint (tally.agree, >=, 190);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/cases/streaming", test_streaming_cases);
  return g_test_run ();
}
