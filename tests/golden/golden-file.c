/* SPDX-License-Identifier: Apache-2.0 */
#include "golden-file.h"

#include <string.h>

/* The format is in README.md. */

static void
command_free (gpointer data)
{
  GoldenCommand *command = data;

  g_free (command->word);
  g_free (command->rest);
  g_free (command);
}

static GoldenCommand *
command_new (const char *line,
             guint       number)
{
  GoldenCommand *command = g_new0 (GoldenCommand, 1);
  gsize          len = strcspn (line, " \t");

  command->line = number;
  command->word = g_strndup (line, len);
  command->rest = g_strstrip (g_strdup (line + len));
  return command;
}

GPtrArray *
golden_file_parse (const char *text,
                   char      **problem)
{
  g_autoptr (GPtrArray) commands = g_ptr_array_new_with_free_func (command_free);
  g_auto (GStrv)        lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString)   block = NULL;
  guint                 first = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (block != NULL && strcmp (lines[i], "end") == 0)
        {
          GoldenCommand *command = command_new ("query", first);

          g_free (command->rest);
          command->rest = g_string_free (g_steal_pointer (&block), FALSE);
          g_ptr_array_add (commands, command);
        }
      else if (block != NULL)
        g_string_append_printf (block, "%s\n", lines[i]);
      else if (strcmp (lines[i], "query") == 0)
        {
          block = g_string_new (NULL);
          first = i + 1;
        }
      else if (*g_strchug (lines[i]) != '\0' && lines[i][0] != '#')
        g_ptr_array_add (commands, command_new (lines[i], i + 1));
    }
  if (block == NULL && commands->len > 0)
    return g_steal_pointer (&commands);
  *problem = block != NULL ? g_strdup_printf ("line %u: query without end", first) : g_strdup ("no command");
  return NULL;
}

static GPtrArray *
split (const char *text,
       const char *separators)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func (g_free);
  gboolean   quoted = FALSE;
  int        depth = 0;
  gsize      start = 0, i = 0;

  for (;; i++)
    {
      char c = text[i];

      if (c == '\0' || (!quoted && depth == 0 && strchr (separators, c) != NULL))
        {
          if (i > start || *separators == ',')
            g_ptr_array_add (parts, g_strndup (text + start, i - start));
          start = i + 1;
          if (c == '\0')
            return parts;
        }
      else if (c == '\\' && quoted && text[i + 1] != '\0')
        i++;
      else if (c == '"')
        quoted = !quoted;
      else if (!quoted && strchr ("[{(", c) != NULL)
        depth++;
      else if (!quoted && strchr ("]})", c) != NULL)
        depth--;
    }
}

GPtrArray *
golden_split_values (const char *word)
{
  return split (word, ",");
}

GPtrArray *
golden_split_words (const char *text)
{
  g_autoptr (GPtrArray) parts = split (text, " \t");
  GPtrArray            *words = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < parts->len; i++)
    {
      const char *part = parts->pdata[i];
      const char *dots = strstr (part, "..");
      gint64      last;

      if (dots == NULL || *part == '"' || strchr (part, ',') != NULL)
        {
          g_ptr_array_add (words, g_strdup (part));
          continue;
        }
      last = g_ascii_strtoll (dots + 2, NULL, 10);
      for (gint64 n = g_ascii_strtoll (part, NULL, 10); n <= last; n++)
        g_ptr_array_add (words, g_strdup_printf ("%" G_GINT64_FORMAT, n));
    }
  return words;
}
