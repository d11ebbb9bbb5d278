/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/source/source-draft.h"

#include <math.h>
#include <string.h>

#include "ui/source/secrets.h"

static const char *const formats[WEIR_N_SOURCE_KINDS] = { "demo", "socket", "text", "kafka", "http" };

static void
column_clear (gpointer data)
{
  WeirDraftColumn *column = data;

  g_free (column->name);
  g_free (column->type);
  g_free (column->example);
}

WeirSourceDraft *
weir_source_draft_new (void)
{
  WeirSourceDraft *self = g_new0 (WeirSourceDraft, 1);

  self->options = g_ptr_array_new_with_free_func (g_free);
  self->secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->columns = g_array_new (FALSE, TRUE, sizeof (WeirDraftColumn));
  g_array_set_clear_func (self->columns, column_clear);
  self->event_time = -1;
  self->wait_us = 10 * G_USEC_PER_SEC;
  return self;
}

void
weir_source_draft_free (WeirSourceDraft *self)
{
  g_free (self->name);
  g_free (self->value_format);
  g_ptr_array_unref (self->options);
  g_hash_table_unref (self->secrets);
  g_array_unref (self->columns);
  g_free (self);
}

/* ---- options ----------------------------------------------------------------------------------------------------- */

static guint
find_option (WeirSourceDraft *self,
             const char      *option)
{
  guint i;

  for (i = 0; i < self->options->len; i += 2)
    if (g_ascii_strcasecmp (self->options->pdata[i], option) == 0)
      break;
  return i;
}

const char *
weir_source_draft_get (WeirSourceDraft *self,
                       const char      *option)
{
  guint at = find_option (self, option);

  return at < self->options->len ? self->options->pdata[at + 1] : NULL;
}

void
weir_source_draft_set (WeirSourceDraft *self,
                       const char      *option,
                       const char      *value)
{
  guint at = find_option (self, option);

  if (value == NULL || *value == '\0')
    {
      if (at < self->options->len)
        g_ptr_array_remove_range (self->options, at, 2);
    }
  else if (at < self->options->len)
    {
      g_free (self->options->pdata[at + 1]);
      self->options->pdata[at + 1] = g_strdup (value);
    }
  else
    {
      g_ptr_array_add (self->options, g_strdup (option));
      g_ptr_array_add (self->options, g_strdup (value));
    }
}

void
weir_source_draft_reset (WeirSourceDraft *self,
                         WeirSourceKind   kind)
{
  self->kind = kind;
  g_ptr_array_set_size (self->options, 0);
  g_hash_table_remove_all (self->secrets);
  g_array_set_size (self->columns, 0);
  g_clear_pointer (&self->value_format, g_free);
  self->has_header = FALSE;
  self->event_time = -1;
}

static gboolean
kind_of (const char     *format,
         WeirSourceKind *kind)
{
  static const char *const files[] = { "csv", "json", "text", NULL };

  for (guint i = 0; i < WEIR_N_SOURCE_KINDS; i++)
    if (strcmp (formats[i], format) == 0 || (i == WEIR_SOURCE_FILES && g_strv_contains (files, format)))
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

/* `a INT, b STRUCT<c: INT, d: INT>` at its outer commas. */
static void
read_columns (WeirSourceDraft *self,
              const char      *ddl)
{
  int         depth = 0;
  const char *start = ddl;

  for (const char *at = ddl;; at++)
    {
      depth += (*at == '<' || *at == '(') - (*at == '>' || *at == ')');
      if (*at == '`')
        {
          const char *end = strchr (at + 1, '`');

          at = end != NULL ? end : at;
        }
      if ((*at == ',' && depth == 0) || *at == '\0')
        {
          g_autofree char *item = g_strstrip (g_strndup (start, (gsize)(at - start)));
          char            *space = *item == '`' ? strchr (item + 1, '`') : strchr (item, ' ');

          if (space != NULL)
            {
              gboolean        quoted = *item == '`';
              WeirDraftColumn column = { 0 };

              column.name = g_strndup (item + quoted, (gsize)(space - item) - quoted);
              column.type = g_strstrip (g_strdup (space + 1));
              g_array_append_val (self->columns, column);
            }
          start = at + 1;
        }
      if (*at == '\0')
        return;
    }
}

gboolean
weir_source_draft_read (WeirSourceDraft *self,
                        const char      *text,
                        const char      *name)
{
  g_autoptr (WeirTableDef) def = weir_script_get_table (text, name);
  WeirSourceKind           kind;

  if (def == NULL || !kind_of (def->format, &kind))
    return FALSE;
  weir_source_draft_reset (self, kind);
  g_free (self->name);
  self->name = g_strdup (name);
  self->is_edit = TRUE;
  for (guint i = 0; def->options[i] != NULL; i += 2)
    weir_source_draft_set (self, def->options[i], def->options[i + 1]);
  self->value_format = g_strdup (kind == WEIR_SOURCE_FILES ? def->format : def->value_format);
  self->has_header = g_strcmp0 (weir_source_draft_get (self, "header"), "true") == 0;
  if (def->columns != NULL)
    read_columns (self, def->columns);
  return TRUE;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static char *
name_of (const char *text)
{
  g_autofree char *base = g_path_get_basename (text);
  GString         *out = g_string_new (NULL);

  for (const char *at = base; *at != '\0' && *at != '.' && *at != ',' && out->len < 40; at++)
    if (g_ascii_isalnum (*at))
      g_string_append_c (out, g_ascii_tolower (*at));
    else if (out->len > 0 && out->str[out->len - 1] != '_')
      g_string_append_c (out, '_');
  if (out->len > 0 && out->str[out->len - 1] == '_')
    g_string_truncate (out, out->len - 1);
  if (out->len == 0 || g_ascii_isdigit (*out->str))
    g_string_prepend (out, out->len == 0 ? "source" : "t");
  return g_string_free (out, FALSE);
}

static gboolean
is_taken (const char        *name,
          const char *const *taken)
{
  g_autofree char *raw = g_strconcat (name, "_raw", NULL);

  for (guint i = 0; taken != NULL && taken[i] != NULL; i++)
    if (g_ascii_strcasecmp (taken[i], name) == 0 || g_ascii_strcasecmp (taken[i], raw) == 0)
      return TRUE;
  return FALSE;
}

char *
weir_source_draft_propose_name (WeirSourceDraft   *self,
                                const char *const *taken)
{
  static const char *const options[WEIR_N_SOURCE_KINDS] = { "kind", "", "path", "subscribe", "url" };
  const char              *value = weir_source_draft_get (self, options[self->kind]);
  g_autofree char         *base = name_of (value != NULL ? value : (self->kind == WEIR_SOURCE_DEMO ? "orders" : formats[self->kind]));
  char                    *name = g_strdup (base);

  for (guint i = 2; is_taken (name, taken); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s_%u", base, i);
    }
  return name;
}

/* ---- the test ---------------------------------------------------------------------------------------------------- */

WeirProbe *
weir_source_draft_test (WeirSourceDraft *self,
                        WeirSession     *session)
{
  g_autoptr (GPtrArray) options = g_ptr_array_new ();
  WeirTableDef          def = { 0 };

  for (guint i = 0; i < self->options->len; i += 2)
    {
      const char *typed = g_hash_table_lookup (self->secrets, self->options->pdata[i]);

      g_ptr_array_add (options, self->options->pdata[i]);
      g_ptr_array_add (options, typed != NULL ? (char *)typed : self->options->pdata[i + 1]);
    }
  g_ptr_array_add (options, NULL);
  def.name = self->name != NULL ? self->name : "test";
  def.format = formats[self->kind];
  def.options = (const char *const *)options->pdata;
  return weir_probe_new (session, &def);
}

/* The first text of each column among the decoded samples. */
static void
take_examples (WeirSourceDraft *self,
               WeirProbe       *probe)
{
  g_autofree char      *ddl = weir_source_draft_dup_ddl (self);
  g_autoptr (GPtrArray) rows = ddl != NULL ? weir_probe_decode (probe, ddl, NULL) : NULL;

  for (guint r = 0; rows != NULL && r < rows->len; r++)
    for (guint c = 0; c < self->columns->len && ((char **)rows->pdata[r])[c] != NULL; c++)
      {
        WeirDraftColumn *column = &g_array_index (self->columns, WeirDraftColumn, c);
        const char      *cell = ((char **)rows->pdata[r])[c];

        column->n_seen++;
        if (*cell == '\0' || g_ascii_strcasecmp (cell, "null") == 0)
          column->n_empty++;
        else if (column->example == NULL)
          column->example = g_strdup (cell);
      }
}

/* What was chosen for a column of that name; NULL: none was there. */
static char *
dup_earlier_type (GArray     *columns,
                  const char *name)
{
  for (guint i = 0; i < columns->len; i++)
    if (strcmp (g_array_index (columns, WeirDraftColumn, i).name, name) == 0)
      return g_strdup (g_array_index (columns, WeirDraftColumn, i).type);
  return NULL;
}

/* A date at the start of a text, or a number that is a time since 1970 in some unit. */
static gboolean
looks_like_time (const WeirDraftColumn *column)
{
  const char *text = column->example;
  double      number;

  if (g_ascii_strncasecmp (column->type, "TIMESTAMP", 9) == 0 || g_ascii_strcasecmp (column->type, "DATE") == 0)
    return TRUE;
  if (text == NULL)
    return FALSE;
  if (strspn (text, "0123456789") == 4 && text[4] == '-')
    return TRUE;
  number = g_ascii_strtod (text, NULL);
  return strspn (text, "0123456789.E+") == strlen (text) && number >= 5e8 && number < 1e17;
}

void
weir_source_draft_take_columns (WeirSourceDraft *self,
                                WeirProbe       *probe)
{
  g_autoptr (GArray) earlier = g_steal_pointer (&self->columns);

  self->columns = g_array_new (FALSE, TRUE, sizeof (WeirDraftColumn));
  g_array_set_clear_func (self->columns, column_clear);
  self->event_time = -1;
  g_free (self->value_format);
  self->value_format = g_strdup (self->kind == WEIR_SOURCE_HTTP ? "json" : weir_probe_get_format (probe));
  for (guint i = 0; i < weir_probe_get_n_columns (probe); i++)
    {
      const WeirProbeColumn *from = weir_probe_get_column (probe, i);
      WeirDraftColumn        column = { 0 };

      column.name = g_strdup (from->name);
      column.type = self->is_edit ? dup_earlier_type (earlier, from->name) : NULL;
      if (column.type == NULL)
        /* Names of fields keep their case. */
        column.type = strchr (from->type, '<') != NULL ? g_strdup (from->type) : g_ascii_strup (from->type, -1);
      column.can_be_event_time = from->can_be_event_time && g_strcmp0 (self->value_format, "text") != 0;
      g_array_append_val (self->columns, column);
    }
  take_examples (self, probe);
  for (guint i = 0; i < self->columns->len; i++)
    {
      WeirDraftColumn *column = &g_array_index (self->columns, WeirDraftColumn, i);

      column->can_be_event_time = column->can_be_event_time && looks_like_time (column);
    }
  if (self->columns->len > 0)
    {
      int proposed = weir_probe_get_event_time (probe);

      self->event_time = proposed >= 0 && g_array_index (self->columns, WeirDraftColumn, proposed).can_be_event_time ? proposed : -1;
      self->wait_us = weir_probe_get_wait_us (probe);
    }
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

char *
weir_source_draft_dup_ddl (WeirSourceDraft *self)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < self->columns->len; i++)
    {
      const WeirDraftColumn *column = &g_array_index (self->columns, WeirDraftColumn, i);
      g_autofree char       *name = weir_quote_name (column->name);

      g_string_append_printf (out, "%s%s %s", i > 0 ? ", " : "", name, column->type);
    }
  return g_string_free (out, out->len == 0);
}

char *
weir_source_draft_dup_event_time (WeirSourceDraft *self)
{
  const WeirDraftColumn *column = self->event_time >= 0 && (guint)self->event_time < self->columns->len
                                    ? &g_array_index (self->columns, WeirDraftColumn, self->event_time)
                                    : NULL;
  g_autofree char       *name = column != NULL ? weir_quote_name (column->name) : NULL;
  double                 size;

  if (column == NULL)
    return NULL;
  if (g_ascii_strncasecmp (column->type, "TIMESTAMP", 9) == 0)
    return g_steal_pointer (&name);
  if (g_ascii_strcasecmp (column->type, "BIGINT") != 0 && g_ascii_strcasecmp (column->type, "DOUBLE") != 0 &&
      g_ascii_strcasecmp (column->type, "INT") != 0)
    return g_strdup_printf ("CAST(%s AS TIMESTAMP) AS event_time", name);
  /* Seconds since 1970 have ten digits, milliseconds thirteen, microseconds sixteen. */
  size = column->example != NULL ? fabs (g_ascii_strtod (column->example, NULL)) : 0;
  return g_strdup_printf ("%s(%s) AS event_time", size > 1e14 ? "timestamp_micros" : (size > 1e11 ? "timestamp_millis" : "timestamp_seconds"), name);
}

static char *
add_query (WeirSourceDraft *self,
           const char      *text,
           const char      *query)
{
  WeirRange             range = { 0 };
  g_autofree char      *with_query = weir_script_add_query (text, query, self->name, &range);
  g_autofree char      *event_time = weir_source_draft_dup_event_time (self);
  g_autofree char      *delay = g_strdup_printf ("%" G_GINT64_FORMAT " SECONDS", self->wait_us / G_USEC_PER_SEC);
  g_autoptr (WeirCards) cards = event_time != NULL ? weir_cards_new (with_query, range) : NULL;
  char                 *with_time = cards != NULL ? weir_cards_set_event_time (cards, event_time, delay) : NULL;

  return with_time != NULL ? with_time : g_steal_pointer (&with_query);
}

char *
weir_source_draft_write (WeirSourceDraft *self,
                         const char      *text,
                         const char      *query)
{
  gboolean                is_file = self->kind == WEIR_SOURCE_FILES, is_text = g_strcmp0 (self->value_format, "text") == 0;
  g_autofree char        *ddl = self->kind == WEIR_SOURCE_DEMO || is_text ? NULL : weir_source_draft_dup_ddl (self);
  g_autofree char        *with_table = NULL;
  g_autofree const char **options = NULL;
  WeirTableDef            def = { .name = self->name };

  weir_source_draft_set (self, "header", is_file && self->has_header && g_strcmp0 (self->value_format, "csv") == 0 ? "true" : NULL);
  options = g_new0 (const char *, self->options->len + 1);
  for (guint i = 0; i < self->options->len; i++)
    options[i] = self->options->pdata[i];
  def.format = is_file && self->value_format != NULL ? self->value_format : formats[self->kind];
  def.options = options;
  def.columns = ddl;
  def.value_format = self->value_format != NULL ? self->value_format : "text";
  with_table = weir_script_put_table (text, &def);
  return query != NULL ? add_query (self, with_table, query) : g_steal_pointer (&with_table);
}
