/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "ui/source/source-dialog-private.h"

/* Fields of a line of CSV, without regard to commas in quotes: enough to tell names from values. (transfer full) */
static char **
split (WeirProbe *probe,
       guint      record)
{
  gsize            len;
  const char      *data = g_bytes_get_data (weir_probe_get_sample (probe, record), &len);
  g_autofree char *line = g_utf8_make_valid (data, (gssize)len);
  char           **fields = g_strsplit (line, ",", -1);

  for (guint i = 0; fields[i] != NULL; i++)
    {
      char *field = g_strstrip (fields[i]);

      gsize length = strlen (field);

      if (length >= 2 && field[0] == '"' && field[length - 1] == '"')
        {
          field[length - 1] = '\0';
          memmove (field, field + 1, length - 1);
        }
    }
  return fields;
}

static gboolean
is_number (const char *field)
{
  return g_ascii_isdigit (field[0]) || ((field[0] == '-' || field[0] == '.') && g_ascii_isdigit (field[1]));
}

gboolean
_weir_guess_header (WeirProbe *probe)
{
  g_auto (GStrv) names = NULL, values = NULL;
  gboolean       has_number = FALSE;

  if (weir_probe_get_n_samples (probe) < 2 || g_strcmp0 (weir_probe_get_format (probe), "csv") != 0)
    return FALSE;
  names = split (probe, 0);
  values = split (probe, 1);
  if (g_strv_length (names) != g_strv_length (values))
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    {
      if (names[i][0] == '\0' || is_number (names[i]))
        return FALSE;
      has_number |= is_number (values[i]);
    }
  return has_number;
}
