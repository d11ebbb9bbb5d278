/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/json-raw.h"

#include <string.h>

void
weir_json_raw_init (WeirJsonRaw *self)
{
  g_autofree char *uuid = g_uuid_string_random ();

  self->marker = g_strdup_printf ("\"%s:", uuid);
  self->texts = g_ptr_array_new_with_free_func (g_free);
}

void
weir_json_raw_clear (WeirJsonRaw *self)
{
  g_clear_pointer (&self->marker, g_free);
  g_clear_pointer (&self->texts, g_ptr_array_unref);
}

char *
weir_json_raw_add (WeirJsonRaw *self,
                   const char  *text)
{
  g_ptr_array_add (self->texts, g_strdup (text));
  return g_strdup_printf ("%s%u", self->marker + 1, self->texts->len - 1);
}

char *
weir_json_raw_print (WeirJsonRaw *self,
                     JsonNode    *root,
                     gboolean     pretty)
{
  g_autofree char *printed = json_to_string (root, pretty);
  g_autofree char *text = g_utf8_make_valid (printed, -1); /* names of files are any bytes */
  GString         *out = g_string_sized_new (strlen (text));
  const char      *from = text, *at;

  while ((at = strstr (from, self->marker)) != NULL)
    {
      char   *end;
      guint64 number = g_ascii_strtoull (at + strlen (self->marker), &end, 10);

      g_string_append_len (out, from, at - from);
      g_string_append (out, self->texts->pdata[number]);
      from = end + 1;
    }
  g_string_append (out, from);
  return g_string_free (out, FALSE);
}
