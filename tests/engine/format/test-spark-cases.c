/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "decode-help.h"
#include "support/json-lines.h"
#include "support/shared-data.h"

#include <json-glib/json-glib.h>
#include <string.h>

/*
 * What Spark read from malformed files, batch by batch: the cases of the group `malformed` that only select columns.
 */

typedef struct
{
  char       *ddl;
  char       *format;
  char       *select;
  GHashTable *options;
} Script;

static void
script_clear (Script *script)
{
  g_free (script->ddl);
  g_free (script->format);
  g_free (script->select);
  g_clear_pointer (&script->options, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Script, script_clear)

/* FALSE when the script does more than select columns of one table. */
static gboolean
parse_script (const char *text,
              Script     *script)
{
  g_autoptr (GRegex)     table = g_regex_new ("^CREATE TABLE t \\((.*)\\) USING (\\w+) OPTIONS \\((.*)\\);$", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GRegex)     query = g_regex_new ("AS SELECT ([\\w, *]+) FROM STREAM t;$", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GRegex)     option = g_regex_new ("(\\w+) '([^']*)'", 0, 0, NULL);
  g_autoptr (GMatchInfo) found = NULL;
  g_autoptr (GMatchInfo) selected = NULL;
  g_autoptr (GMatchInfo) pair = NULL;
  g_autofree char       *options = NULL;

  if (!g_regex_match (table, text, 0, &found) || !g_regex_match (query, text, 0, &selected))
    return FALSE;
  script->ddl = g_match_info_fetch (found, 1);
  script->format = g_match_info_fetch (found, 2);
  script->select = g_match_info_fetch (selected, 1);
  script->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  options = g_match_info_fetch (found, 3);
  for (g_regex_match (option, options, 0, &pair); g_match_info_matches (pair); g_match_info_next (pair, NULL))
    {
      g_autofree char *name = g_match_info_fetch (pair, 1);

      g_hash_table_insert (script->options, g_ascii_strdown (name, -1), g_match_info_fetch (pair, 2));
    }
  return TRUE;
}

/* The values of one row as text; @names: members of the object, in the order of the select list. */
static char *
row_text (JsonObject *row,
          char      **names)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *value = json_to_string (json_object_get_member (row, names[i]), FALSE);

      g_string_append_printf (out, "%s|", value);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static char *
sorted (GPtrArray *rows)
{
  g_ptr_array_sort (rows, compare_texts);
  g_ptr_array_add (rows, NULL);
  return g_strjoinv ("\n", (char **)rows->pdata);
}

/* Column names and result names of the select list. */
static void
select_names (const Script *script,
              WeirSchema   *schema,
              GStrv        *columns,
              GStrv        *results)
{
  g_autoptr (GStrvBuilder) column_names = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) result_names = g_strv_builder_new ();
  g_auto (GStrv)           items = g_strsplit (script->select, ", ", -1);

  if (strcmp (script->select, "*") == 0)
    for (guint i = 0; i < schema->n_fields; i++)
      {
        g_strv_builder_add (column_names, schema->fields[i].name);
        g_strv_builder_add (result_names, schema->fields[i].name);
      }
  else
    for (guint i = 0; items[i] != NULL; i++)
      {
        g_auto (GStrv) words = g_strsplit (items[i], " ", 2);

        g_strv_builder_add (column_names, words[0]);
        g_strv_builder_add (result_names, words[1] != NULL ? words[1] : words[0]);
      }
  *columns = g_strv_builder_end (column_names);
  *results = g_strv_builder_end (result_names);
}

static gboolean
collect (gpointer   data,
         WeirBatch *batch,
         GError   **error)
{
  GString *rows = data;

  for (guint i = 0; i < batch->n_rows; i++)
    {
      weir_batch_append_json_row (rows, batch, i, weir_zone_utc ());
      g_string_append_c (rows, '\n');
    }
  return TRUE;
}

/* The file's lines decoded; NULL with @error. */
static GPtrArray *
decode_file (const Script *script,
             JsonArray    *lines,
             char        **columns,
             GError      **error)
{
  g_autoptr (WeirSchema)      schema = weir_type_parse_ddl (script->ddl, NULL);
  g_autofree gboolean        *needed = g_new0 (gboolean, schema->n_fields);
  g_autoptr (WeirDecoder)     decoder = NULL;
  g_autoptr (WeirDecodeState) state = NULL;
  g_autoptr (GString)         text = g_string_new (NULL);
  g_autoptr (GString)         rows = g_string_new (NULL);
  g_autoptr (WeirBuffer)      buffer = NULL;
  GPtrArray                  *result = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv)              texts = NULL;
  WeirDecodeBlock             block = { .at_start = TRUE, .origin = "file" };

  for (guint i = 0; i < json_array_get_length (lines); i++)
    g_string_append_printf (text, "%s\n", json_array_get_string_element (lines, i));
  for (guint i = 0; i < schema->n_fields; i++)
    needed[i] = g_strv_contains ((const char *const *)columns, schema->fields[i].name);
  decoder = weir_decoder_new (script->format, schema, needed, script->options, weir_zone_utc (), NULL, error);
  g_assert_nonnull (decoder);
  state = weir_decode_state_new (decoder);
  block.buffer = buffer = weir_buffer_new (text->len);
  block.len = text->len;
  memcpy (buffer->data, text->str, text->len);
  if (!weir_decoder_decode (decoder, state, &block, collect, rows, NULL, error))
    {
      g_ptr_array_unref (result);
      return NULL;
    }
  texts = g_strsplit (rows->str, "\n", -1);
  for (guint i = 0; texts[i] != NULL && texts[i][0] != '\0'; i++)
    {
      g_autoptr (JsonNode) node = json_from_string (texts[i], NULL);

      g_ptr_array_add (result, row_text (json_node_get_object (node), columns));
    }
  return result;
}

static void
check_case (JsonObject   *object,
            const Script *script)
{
  g_autoptr (WeirSchema) schema = weir_type_parse_ddl (script->ddl, NULL);
  g_auto (GStrv)         columns = NULL;
  g_auto (GStrv)         results = NULL;
  JsonArray             *files = json_object_get_array_member (json_object_get_object_member (object, "inputs"), "t");
  JsonArray             *batches = json_object_get_array_member (object, "expected");
  JsonNode              *failure = json_object_get_member (object, "error");

  select_names (script, schema, &columns, &results);
  for (guint i = 0; i < json_array_get_length (files); i++)
    {
      g_autoptr (GError)    error = NULL;
      g_autoptr (GPtrArray) rows = decode_file (script, json_array_get_array_element (files, i), columns, &error);
      g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func (g_free);
      g_autofree char      *got_text = NULL;
      g_autofree char      *wanted_text = NULL;
      JsonArray            *batch_rows;

      if (i >= json_array_get_length (batches))
        {
          g_assert_nonnull (error);
          g_assert_cmpstr (weir_error_get_condition (error), ==, json_object_get_string_member (json_node_get_object (failure), "condition"));
          return;
        }
      g_assert_no_error (error);
      batch_rows = json_object_get_array_member (json_array_get_object_element (batches, i), "rows");
      for (guint j = 0; j < json_array_get_length (batch_rows); j++)
        g_ptr_array_add (wanted, row_text (json_array_get_object_element (batch_rows, j), results));
      got_text = sorted (rows);
      wanted_text = sorted (wanted);
      g_assert_cmpstr (got_text, ==, wanted_text);
    }
}

static void
test_cases (void)
{
  g_autofree char      *path = weir_test_shared ("data/streaming/cases.jsonl");
  g_autoptr (GPtrArray) objects = NULL;
  guint                 n_checked = 0;

  if (path == NULL)
    return;
  objects = weir_test_read_objects (path);
  for (guint i = 0; i < objects->len; i++)
    {
      JsonObject     *object = objects->pdata[i];
      g_auto (Script) script = { 0 };

      if (strcmp (json_object_get_string_member (object, "group"), "malformed") != 0 || !parse_script (json_object_get_string_member (object, "script"), &script))
        continue;
      g_test_message ("%s", json_object_get_string_member (object, "id"));
      check_case (object, &script);
      n_checked++;
    }
  g_assert_cmpuint (n_checked, >=, 9);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/spark-cases/malformed", test_cases);
  return g_test_run ();
}
