/* SPDX-License-Identifier: Apache-2.0 */
#include "support/json-lines.h"

GPtrArray *
weir_test_read_objects (const char *path)
{
  GPtrArray         *objects = g_ptr_array_new_with_free_func ((GDestroyNotify)json_object_unref);
  g_autofree char   *text = NULL;
  g_auto (GStrv)     lines = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      g_autoptr (JsonNode) node = json_from_string (lines[i], &error);

      g_assert_no_error (error);
      g_ptr_array_add (objects, json_node_dup_object (node));
    }
  return objects;
}
