/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "io/sink-private.h"
#include "io/source-private.h"

#include <stdio.h>
#include <string.h>

/*
 * Spark's console sink: a line of 43 dashes, `Batch: N`, 43 dashes, then the rows as show() prints them: right-aligned and cut at 20
 * characters, or left-aligned and whole when truncate is false, at most numRows. A batch that an earlier run may have shown is
 * `Batch: N (replayed)`. It writes to standard error in the terminal program's terms: standard output is for rows.
 */

typedef struct
{
  WeirSink    parent;
  WeirZone   *zone;   /* Owned */
  WeirSchema *schema; /* Owned */
  GPtrArray  *cells;  /* Owned: char*, row by row */
  gint64      rows_max;
  guint64     n_rows;
  gboolean    is_replay;
  gboolean    truncate;
} ConsoleSink;

#define CELL_MAX 20

static gboolean
console_check (const WeirSinkConfig *config,
               GError              **error)
{
  gint64   rows_max;
  gboolean truncate;

  return _weir_io_option_int (config->options, "numRows", 1, G_MAXINT32, 20, &rows_max, error) &&
         _weir_io_option_bool (config->options, "truncate", TRUE, &truncate, error);
}

static gboolean
console_open (WeirSink             *sink,
              const WeirSinkConfig *config,
              GError              **error)
{
  ConsoleSink *self = (ConsoleSink *)sink;

  self->zone = weir_zone_ref (config->zone);
  self->schema = weir_type_ref (config->schema);
  self->cells = g_ptr_array_new_with_free_func (g_free);
  sink->description = g_strdup ("ConsoleTable");
  return _weir_io_option_int (config->options, "numRows", 1, G_MAXINT32, 20, &self->rows_max, error) &&
         _weir_io_option_bool (config->options, "truncate", TRUE, &self->truncate, error);
}

static gboolean
console_begin (WeirSink *sink,
               guint64   batch_id,
               gboolean  is_replay,
               GError  **error)
{
  ConsoleSink *self = (ConsoleSink *)sink;

  g_ptr_array_set_size (self->cells, 0);
  self->n_rows = 0;
  self->is_replay = is_replay;
  return TRUE;
}

/* Control characters as Spark's show() writes them; a line of the table stays one. */
static void
append_escaped (GString    *out,
                const char *text)
{
  static const char controls[] = "\n\r\t\f\b\v\a", letters[] = "nrtfbva";

  for (const char *p = text; *p != '\0'; p++)
    {
      const char *at = strchr (controls, *p);

      if (at != NULL)
        g_string_append_printf (out, "\\%c", letters[at - controls]);
      else
        g_string_append_c (out, *p);
    }
}

/* Columns of a terminal that @text takes. */
static glong
width_of (const char *text)
{
  glong width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += g_unichar_iswide (g_utf8_get_char (p)) ? 2 : 1;
  return width;
}

static char *
make_cell (ConsoleSink      *self,
           const WeirColumn *column,
           guint             row)
{
  g_autoptr (GString) plain = g_string_new (NULL);
  GString            *text = g_string_new (NULL);

  weir_value_append_text (plain, column, row, WEIR_TEXT_SHOW, self->zone);
  append_escaped (text, plain->str);
  if (self->truncate && g_utf8_strlen (text->str, -1) > CELL_MAX)
    {
      g_string_truncate (text, (gsize)(g_utf8_offset_to_pointer (text->str, CELL_MAX - 3) - text->str));
      g_string_append (text, "...");
    }
  return g_string_free (text, FALSE);
}

static gboolean
console_write (WeirSink  *sink,
               WeirBatch *batch,
               GError   **error)
{
  ConsoleSink *self = (ConsoleSink *)sink;

  for (guint r = 0; r < batch->n_rows; r++, self->n_rows++)
    for (guint c = 0; self->n_rows < (guint64)self->rows_max && c < batch->n_columns; c++)
      g_ptr_array_add (self->cells, make_cell (self, batch->columns[c], r));
  sink->rows_written += batch->n_rows;
  return TRUE;
}

static void
append_rule (GString     *out,
             const glong *widths,
             guint        n)
{
  for (guint c = 0; c < n; c++)
    {
      g_string_append_c (out, '+');
      for (glong i = 0; i < widths[c]; i++)
        g_string_append_c (out, '-');
    }
  g_string_append (out, "+\n");
}

/* To the right, or to the left when cells are as long as they are: as show() does. */
static void
append_cell (GString    *out,
             const char *text,
             glong       width,
             gboolean    to_left)
{
  g_string_append_c (out, '|');
  if (to_left)
    g_string_append (out, text);
  for (glong i = width_of (text); i < width; i++)
    g_string_append_c (out, ' ');
  if (!to_left)
    g_string_append (out, text);
}

static gboolean
console_commit (WeirSink *sink,
                guint64   batch_id,
                GError  **error)
{
  static const char   dashes[] = "-------------------------------------------";
  ConsoleSink        *self = (ConsoleSink *)sink;
  guint               n = self->schema->n_fields;
  g_autofree glong   *widths = g_new0 (glong, MAX (n, 1));
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint c = 0; c < n; c++)
    widths[c] = MAX (3, width_of (self->schema->fields[c].name));
  for (guint i = 0; i < self->cells->len; i++)
    widths[i % n] = MAX (widths[i % n], width_of (self->cells->pdata[i]));
  g_string_append_printf (out, "%s\nBatch: %" G_GUINT64_FORMAT "%s\n%s\n", dashes, batch_id, self->is_replay ? " (replayed)" : "", dashes);
  append_rule (out, widths, n);
  for (guint c = 0; c < n; c++)
    append_cell (out, self->schema->fields[c].name, widths[c], !self->truncate);
  g_string_append (out, "|\n");
  append_rule (out, widths, n);
  for (guint i = 0; i < self->cells->len; i++)
    {
      append_cell (out, self->cells->pdata[i], widths[i % n], !self->truncate);
      if (i % n == n - 1)
        g_string_append (out, "|\n");
    }
  append_rule (out, widths, n);
  if (self->n_rows > (guint64)self->rows_max)
    g_string_append_printf (out, "only showing top %" G_GINT64_FORMAT " rows\n", self->rows_max);
  g_string_append_c (out, '\n');
  fwrite (out->str, 1, out->len, stderr);
  return TRUE;
}

static void
console_abort (WeirSink *sink)
{
}

static void
console_finalize (WeirSink *sink)
{
  ConsoleSink *self = (ConsoleSink *)sink;

  g_clear_pointer (&self->cells, g_ptr_array_unref);
  g_clear_pointer (&self->schema, weir_type_unref);
  g_clear_pointer (&self->zone, weir_zone_unref);
}

static const WeirSinkClass console_class = { "console", console_open, console_begin, console_write, console_commit, console_abort, console_finalize };

const WeirSinkKind _weir_sink_console = { &console_class, sizeof (ConsoleSink), console_check };
