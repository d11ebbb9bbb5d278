/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "output.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * Standard output carries rows and nothing else. Rows come on the queries' threads: one lock keeps batches whole, and a reader that is
 * slow holds the query back. A closed pipe ends the program quietly.
 */

static const Options *options;
static GMutex         lock;
static gboolean       to_terminal;

void
output_init (const Options *given)
{
  options = given;
  to_terminal = isatty (STDOUT_FILENO);
  signal (SIGPIPE, SIG_IGN);
  /* A limit on the size of files is an error of the write (EFBIG), not the end of the program. */
  signal (SIGXFSZ, SIG_IGN);
}

void
output_origin_clear (OutputOrigin *origin)
{
  g_free (origin->schema);
}

static void
write_all (const char *data,
           gsize       len)
{
  while (len > 0)
    {
      gssize n = write (STDOUT_FILENO, data, len);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EAGAIN)
        {
          /* Whoever made the pipe does not wait for it; we do. */
          GPollFD ready = { STDOUT_FILENO, G_IO_OUT, 0 };

          g_poll (&ready, 1, -1);
          continue;
        }
      if (n < 0)
        {
          if (errno != EPIPE)
            {
              fprintf (stderr, "weir-sql: standard output: %s\n", g_strerror (errno));
              _exit (1);
            }
          signal (SIGPIPE, SIG_DFL);
          raise (SIGPIPE);
          _exit (141);
        }
      data += n;
      len -= (gsize)n;
    }
}

static void
append_json_text (GString    *out,
                  const char *text)
{
  if (text == NULL)
    {
      g_string_append (out, "null");
      return;
    }
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    if (*text == '"' || *text == '\\')
      g_string_append_printf (out, "\\%c", *text);
    else if ((guchar)*text < 0x20)
      g_string_append_printf (out, "\\u%04x", *text);
    else
      g_string_append_c (out, *text);
  g_string_append_c (out, '"');
}

static void
append_envelope_head (GString            *out,
                      const char         *type,
                      const OutputOrigin *origin)
{
  g_string_append_printf (out, "{\"type\":\"%s\",\"stmt\":%u,\"query\":", type, origin->stmt);
  append_json_text (out, origin->query);
}

static void
append_schema (GString      *out,
               OutputOrigin *origin,
               const char   *schema)
{
  if (origin->has_schema)
    return;
  origin->has_schema = TRUE;
  append_envelope_head (out, "schema", origin);
  g_string_append (out, ",\"schema\":");
  append_json_text (out, schema);
  g_string_append (out, "}\n");
}

/* Quoted where RFC 4180 asks for it; any byte may occur. */
static void
append_csv_cell (GString    *out,
                 const char *text,
                 gsize       len)
{
  gboolean quoted = FALSE;

  for (gsize i = 0; i < len && !quoted; i++)
    quoted = text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n';
  if (!quoted)
    {
      g_string_append_len (out, text, (gssize)len);
      return;
    }
  g_string_append_c (out, '"');
  for (gsize i = 0; i < len; i++)
    {
      if (text[i] == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, text[i]);
    }
  g_string_append_c (out, '"');
}

static void
append_csv (GString      *out,
            OutputOrigin *origin,
            WeirRows     *rows)
{
  guint               n_columns = weir_rows_get_n_columns (rows);
  g_autoptr (GString) cell = g_string_new (NULL);

  for (guint c = 0; !origin->has_header && c < n_columns; c++)
    {
      const char *name = weir_rows_get_column (rows, c)->name;

      append_csv_cell (out, name, strlen (name));
      g_string_append_c (out, c + 1 < n_columns ? ',' : '\n');
    }
  origin->has_header = TRUE;
  for (guint r = 0; r < weir_rows_get_n_rows (rows); r++)
    for (guint c = 0; c < n_columns; c++)
      {
        if (!weir_rows_is_null (rows, r, c))
          {
            g_string_truncate (cell, 0);
            weir_rows_append_text (rows, r, c, cell);
            append_csv_cell (out, cell->str, cell->len);
          }
        g_string_append_c (out, c + 1 < n_columns ? ',' : '\n');
      }
}

static void
append_tsv (GString  *out,
            WeirRows *rows)
{
  guint n_columns = weir_rows_get_n_columns (rows);

  for (guint r = 0; r < weir_rows_get_n_rows (rows); r++)
    for (guint c = 0; c < n_columns; c++)
      {
        weir_rows_append_hive (rows, r, c, out);
        g_string_append_c (out, c + 1 < n_columns ? '\t' : '\n');
      }
}

/* ---- table ------------------------------------------------------------------------------------------------------ */

static void
append_rule (GString     *out,
             const guint *widths,
             guint        n)
{
  for (guint c = 0; c < n; c++)
    {
      g_string_append_c (out, '+');
      for (guint i = 0; i < widths[c] + 2; i++)
        g_string_append_c (out, '-');
    }
  g_string_append (out, "+\n");
}

static guint
text_width (const char *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      width += g_unichar_iszerowidth (c) ? 0 : (g_unichar_iswide (c) ? 2 : 1);
    }
  return width;
}

static void
append_cell (GString    *out,
             const char *text,
             guint       width,
             gboolean    right)
{
  guint pad = width - MIN (width, text_width (text));

  g_string_append (out, "| ");
  for (guint i = 0; right && i < pad; i++)
    g_string_append_c (out, ' ');
  g_string_append (out, text);
  for (guint i = 0; !right && i < pad; i++)
    g_string_append_c (out, ' ');
  g_string_append_c (out, ' ');
}

/* What a terminal would obey is shown instead. (transfer full) */
static char *
visible_text (const GString *text)
{
  static const char letters[] = "abtnvfr"; /* from 0x07 on */
  GString          *out = g_string_sized_new (text->len);

  for (gsize i = 0; i < text->len; i++)
    {
      guchar c = (guchar)text->str[i];

      if (c >= 0x07 && c <= 0x0d)
        g_string_append_printf (out, "\\%c", letters[c - 0x07]);
      else if (c < 0x20 || c == 0x7f)
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_c (out, (char)c);
    }
  return g_string_free (out, FALSE);
}

static void
append_table (GString  *out,
              WeirRows *rows)
{
  guint                 n_columns = weir_rows_get_n_columns (rows), n_rows = weir_rows_get_n_rows (rows);
  g_autofree guint     *widths = g_new0 (guint, MAX (n_columns, 1));
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint c = 0; c < n_columns; c++)
    {
      g_autoptr (GString) name = g_string_new (weir_rows_get_column (rows, c)->name);

      g_ptr_array_add (names, visible_text (name));
      widths[c] = text_width (names->pdata[c]);
    }
  for (guint r = 0; r < n_rows; r++)
    for (guint c = 0; c < n_columns; c++)
      {
        g_autoptr (GString) cell = g_string_new (NULL);
        char               *shown;

        weir_rows_append_text (rows, r, c, cell);
        shown = visible_text (cell);
        widths[c] = MAX (widths[c], text_width (shown));
        g_ptr_array_add (cells, shown);
      }
  append_rule (out, widths, n_columns);
  for (guint c = 0; c < n_columns; c++)
    append_cell (out, names->pdata[c], widths[c], FALSE);
  g_string_append (out, "|\n");
  append_rule (out, widths, n_columns);
  for (guint r = 0; r < n_rows; r++)
    {
      for (guint c = 0; c < n_columns; c++)
        append_cell (out, cells->pdata[r * n_columns + c], widths[c], weir_rows_get_column (rows, c)->shape == WEIR_COLUMN_NUMBER);
      g_string_append (out, "|\n");
    }
  append_rule (out, widths, n_columns);
}

/* ---- entry points ----------------------------------------------------------------------------------------------- */

static void
append_envelope_rows (GString      *out,
                      OutputOrigin *origin,
                      WeirRows     *rows,
                      gint64        batch_id)
{
  g_autofree char *schema = weir_rows_dup_schema (rows);

  append_schema (out, origin, schema);
  for (guint r = 0; r < weir_rows_get_n_rows (rows); r++)
    {
      append_envelope_head (out, "row", origin);
      if (batch_id >= 0)
        g_string_append_printf (out, ",\"batchId\":%" G_GINT64_FORMAT, batch_id);
      g_string_append (out, ",\"row\":");
      weir_rows_append_json (rows, r, out);
      g_string_append (out, "}\n");
    }
}

void
output_rows (OutputOrigin *origin,
             WeirRows     *rows,
             gint64        batch_id)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (options->envelope)
    append_envelope_rows (out, origin, rows, batch_id);
  else if (options->format == FORMAT_CSV)
    append_csv (out, origin, rows);
  else if (options->format == FORMAT_TSV)
    append_tsv (out, rows);
  else if (options->format == FORMAT_TABLE)
    {
      if (batch_id >= 0 && to_terminal)
        g_string_append (out, "\033[H\033[J"); /* a running query's table is refreshed in place */
      append_table (out, rows);
    }
  else
    for (guint r = 0; r < weir_rows_get_n_rows (rows); r++)
      {
        weir_rows_append_json (rows, r, out);
        g_string_append_c (out, '\n');
      }
  g_mutex_lock (&lock);
  write_all (out->str, out->len);
  g_mutex_unlock (&lock);
}

void
output_schema (OutputOrigin *origin)
{
  g_autoptr (GString) out = g_string_new (NULL);

  append_schema (out, origin, origin->schema);
  g_mutex_lock (&lock);
  write_all (out->str, out->len);
  g_mutex_unlock (&lock);
}

void
output_batch (OutputOrigin *origin,
              gint64        batch_id,
              guint         n_rows,
              gboolean      is_replay)
{
  g_autoptr (GString) out = NULL;

  if (!options->envelope)
    return;
  out = g_string_new (NULL);
  append_schema (out, origin, origin->schema);
  append_envelope_head (out, "batch", origin);
  g_string_append_printf (out, ",\"batchId\":%" G_GINT64_FORMAT ",\"rows\":%u%s}\n", batch_id, n_rows, is_replay ? ",\"replayed\":true" : "");
  g_mutex_lock (&lock);
  write_all (out->str, out->len);
  g_mutex_unlock (&lock);
}

void
output_error (OutputOrigin *origin,
              const GError *error,
              const char   *text)
{
  g_autofree char *line = options->errors_as_json ? weir_error_format_json (error, text, origin->batch - 1) : weir_error_format_text (error, text);

  g_mutex_lock (&lock);
  fprintf (stderr, "%s\n", line);
  if (options->envelope)
    {
      g_autofree char    *json = weir_error_format_json (error, text, origin->batch - 1);
      g_autoptr (GString) out = g_string_new (NULL);

      append_envelope_head (out, "error", origin);
      g_string_append_c (out, ',');
      g_string_append (out, json + 1);
      g_string_append_c (out, '\n');
      write_all (out->str, out->len);
    }
  g_mutex_unlock (&lock);
}

void
output_end (int exit_code)
{
  g_autofree char *line = NULL;

  if (!options->envelope)
    return;
  line = g_strdup_printf ("{\"type\":\"end\",\"exit\":%d}\n", exit_code);
  write_all (line, strlen (line));
}

void
output_message (const char *text)
{
  fprintf (stderr, "weir-sql: %s\n", text);
}
