/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine-session.h"

#include "base/error.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Errors as the terminal program prints them; positions count characters, spans bytes. */

char *
weir_error_format_text (const GError *error,
                        const char   *text)
{
  return weir_error_format (error, text);
}

static gint64
char_index (const char *text,
            guint32     byte)
{
  return text != NULL && byte <= strlen (text) ? g_utf8_pointer_to_offset (text, text + byte) : (gint64)byte;
}

static void
add_context (JsonBuilder *builder,
             WeirSpan     span,
             const char  *text)
{
  g_autofree char *fragment = NULL;

  json_builder_set_member_name (builder, "queryContext");
  json_builder_begin_array (builder);
  if (span.end > span.start && text != NULL && span.end <= strlen (text))
    {
      fragment = g_utf8_make_valid (text + span.start, span.end - span.start);
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "startIndex");
      json_builder_add_int_value (builder, char_index (text, span.start));
      json_builder_set_member_name (builder, "stopIndex");
      json_builder_add_int_value (builder, char_index (text, span.end) - 1);
      json_builder_set_member_name (builder, "fragment");
      json_builder_add_string_value (builder, fragment);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

char *
weir_error_format_json (const GError *error,
                        const char   *text,
                        gint64        batch_id)
{
  static const char *const phases[] = { "parse", "analyze", "run", "run" };
  g_autoptr (JsonBuilder)  builder = json_builder_new ();
  g_autoptr (JsonNode)     root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "errorClass");
  json_builder_add_string_value (builder, weir_error_get_condition (error));
  json_builder_set_member_name (builder, "sqlState");
  json_builder_add_string_value (builder, weir_error_get_sqlstate (error));
  json_builder_set_member_name (builder, "messageParameters");
  json_builder_begin_object (builder);
  for (guint i = 0; i < weir_error_get_n_params (error); i++)
    {
      const char *name, *value;

      weir_error_get_param (error, i, &name, &value);
      json_builder_set_member_name (builder, name);
      json_builder_add_string_value (builder, value);
    }
  json_builder_end_object (builder);
  add_context (builder, weir_error_get_span (error), text);
  json_builder_set_member_name (builder, "phase");
  json_builder_add_string_value (builder, error->domain == WEIR_ERROR ? phases[error->code] : "run");
  json_builder_set_member_name (builder, "batchId");
  if (batch_id >= 0)
    json_builder_add_int_value (builder, batch_id);
  else
    json_builder_add_null_value (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
