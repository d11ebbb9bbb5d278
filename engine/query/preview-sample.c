/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/preview-sample.h"

#include "io/source.h"
#include "query/stream-run.h"

#include <string.h>

/*
 * A table is sampled with all its columns, whatever the first plan needs of it; each scan is given those it needs. Streams of one table with
 * the same options share a sample, as queries share a reader.
 */

typedef struct
{
  WeirTable  *table;   /* Owned */
  GHashTable *options; /* Owned, nullable: of WITH */
  gboolean    is_stream;
  gboolean    is_read;
  GPtrArray  *batches; /* Owned: WeirBatch, all columns of the table */
  guint       n_rows;
} Sample;

/* What one scan reads: a sample with the scan's columns. */
typedef struct
{
  Sample   *sample; /* Borrowed */
  WeirPlan *scan;   /* Owned */
} Reader;

struct _WeirPreviewTables
{
  WeirReaderHub   *hub;   /* Owned */
  WeirZone        *zone;  /* Owned */
  WeirClock       *clock; /* Owned */
  WeirPreviewFlags flags;
  GPtrArray       *samples; /* Owned */
  GPtrArray       *readers; /* Owned */
};

static void
sample_free (gpointer data)
{
  Sample *self = data;

  weir_table_unref (self->table);
  g_clear_pointer (&self->options, g_hash_table_unref);
  g_ptr_array_unref (self->batches);
  g_free (self);
}

static void
reader_free (gpointer data)
{
  Reader *self = data;

  weir_plan_unref (self->scan);
  g_free (self);
}

WeirPreviewTables *
_weir_preview_tables_new (WeirReaderHub   *hub,
                          WeirZone        *zone,
                          WeirClock       *clock,
                          WeirPreviewFlags flags)
{
  WeirPreviewTables *self = g_new0 (WeirPreviewTables, 1);

  self->hub = weir_reader_hub_ref (hub);
  self->zone = weir_zone_ref (zone);
  self->clock = weir_clock_ref (clock);
  self->flags = flags;
  self->samples = g_ptr_array_new_with_free_func (sample_free);
  self->readers = g_ptr_array_new_with_free_func (reader_free);
  return self;
}

void
_weir_preview_tables_free (WeirPreviewTables *tables)
{
  if (tables == NULL)
    return;
  g_ptr_array_unref (tables->readers);
  g_ptr_array_unref (tables->samples);
  weir_clock_unref (tables->clock);
  weir_zone_unref (tables->zone);
  weir_reader_hub_unref (tables->hub);
  g_free (tables);
}

/* ---- taking ------------------------------------------------------------------------------------------------------- */

static gboolean
same_options (GHashTable *a,
              GHashTable *b)
{
  GHashTableIter iter;
  gpointer       key, value;

  if (a == NULL || b == NULL)
    return a == b;
  if (g_hash_table_size (a) != g_hash_table_size (b))
    return FALSE;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_strcmp0 (g_hash_table_lookup (b, key), value) != 0)
      return FALSE;
  return TRUE;
}

static Sample *
find_sample (WeirPreviewTables *self,
             WeirPlan          *scan)
{
  for (guint i = 0; i < self->samples->len; i++)
    {
      Sample *sample = self->samples->pdata[i];

      if (sample->table == scan->scan.table && sample->is_stream == scan->scan.at_rest && same_options (sample->options, scan->scan.options))
        return sample;
    }
  return NULL;
}

/* NULL with or without @error: there are no rows to be had. */
static GPtrArray *
peek (WeirPreviewTables *self,
      WeirPlan          *scan,
      GCancellable      *cancellable,
      GError           **error)
{
  g_autoptr (GHashTable) options = _weir_resolve_options (scan->scan.table, scan->scan.options, NULL);
  WeirTable             *table = scan->scan.table;
  WeirSourceConfig       config = { 0 };
  g_autoptr (WeirSource) source = NULL;

  if ((self->flags & WEIR_PREVIEW_NO_FILES) != 0 && (g_hash_table_contains (options, "path") || g_hash_table_contains (options, "replay")))
    return NULL;
  config.format = table->format->name;
  config.table = table->name;
  config.schema = scan->scan.table_schema;
  config.is_declared = table->declared != NULL;
  config.options = options;
  config.base_dir = table->base_dir;
  config.zone = self->zone;
  config.clock = self->clock;
  config.hub = self->hub;
  source = weir_source_new (&config, error);
  if (source == NULL || source->klass->peek == NULL)
    return NULL;
  return source->klass->peek (source, scan->scan.at_rest ? WEIR_PREVIEW_ROWS : WEIR_PREVIEW_TABLE_ROWS, cancellable, error);
}

static gboolean
take (WeirPreviewTables *self,
      WeirPlan          *scan,
      GCancellable      *cancellable,
      GError           **error)
{
  g_autoptr (GError)    local = NULL;
  g_autoptr (GPtrArray) batches = peek (self, scan, cancellable, &local);
  Sample               *sample;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  sample = g_new0 (Sample, 1);
  sample->table = weir_table_ref (scan->scan.table);
  sample->options = scan->scan.options != NULL ? g_hash_table_ref (scan->scan.options) : NULL;
  sample->is_stream = scan->scan.at_rest;
  /* A file that is not there yet, a folder without rights: a run says so. */
  sample->is_read = batches != NULL || local != NULL;
  sample->batches = batches != NULL ? g_steal_pointer (&batches) : g_ptr_array_new ();
  for (guint i = 0; i < sample->batches->len; i++)
    sample->n_rows += ((WeirBatch *)sample->batches->pdata[i])->n_rows;
  g_ptr_array_add (self->samples, sample);
  return TRUE;
}

static void
collect_scan (WeirPlan *plan,
              gpointer  scans)
{
  if (plan->kind == WEIR_PLAN_SCAN)
    g_ptr_array_add (scans, plan);
}

gboolean
_weir_preview_tables_take (WeirPreviewTables *tables,
                           WeirPlan          *plan,
                           GCancellable      *cancellable,
                           GError           **error)
{
  g_autoptr (GPtrArray) scans = g_ptr_array_new ();

  weir_plan_foreach (plan, collect_scan, scans);
  for (guint i = 0; i < scans->len; i++)
    if (find_sample (tables, scans->pdata[i]) == NULL && !take (tables, scans->pdata[i], cancellable, error))
      return FALSE;
  return TRUE;
}

/* ---- giving ------------------------------------------------------------------------------------------------------- */

static gboolean
read_sample (gpointer      data,
             gpointer      morsel,
             WeirPushFunc  push,
             gpointer      push_data,
             GCancellable *cancellable,
             GError      **error)
{
  Reader                 *self = data;
  WeirBatch              *batch = morsel;
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (batch->n_columns, 1));
  g_autoptr (WeirBatch)   part = NULL;
  guint                   n = 0;

  for (guint i = 0; i < batch->n_columns; i++)
    if (self->scan->scan.needed[i])
      columns[n++] = weir_column_ref (batch->columns[i]);
  part = weir_batch_new (self->scan->schema, batch->n_rows, columns);
  return push (push_data, part, error) && !g_cancellable_set_error_if_cancelled (cancellable, error);
}

WeirScanInput
_weir_preview_tables_input (WeirPreviewTables *tables,
                            WeirPlan          *scan)
{
  Sample *sample = find_sample (tables, scan);
  Reader *reader;

  if (sample == NULL)
    return (WeirScanInput){ .read = read_sample };
  reader = g_new0 (Reader, 1);
  reader->sample = sample;
  reader->scan = weir_plan_ref (scan);
  g_ptr_array_add (tables->readers, reader);
  return (WeirScanInput){ reader, read_sample, sample->batches->len, sample->batches->pdata };
}

static gboolean
has_streams (WeirPreviewTables *self)
{
  for (guint i = 0; i < self->samples->len; i++)
    if (((Sample *)self->samples->pdata[i])->is_stream)
      return TRUE;
  return FALSE;
}

guint
_weir_preview_tables_get_n_rows (WeirPreviewTables *tables)
{
  gboolean streams = has_streams (tables);
  guint    n = 0;

  for (guint i = 0; i < tables->samples->len; i++)
    {
      const Sample *sample = tables->samples->pdata[i];

      if (sample->is_stream || !streams)
        n += sample->n_rows;
    }
  return n;
}

gboolean
_weir_preview_tables_is_empty (WeirPreviewTables *tables)
{
  return tables->samples->len > 0 && _weir_preview_tables_get_n_rows (tables) == 0;
}

char **
_weir_preview_tables_list_unread (WeirPreviewTables *tables)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < tables->samples->len; i++)
    {
      const Sample *sample = tables->samples->pdata[i];

      if (!sample->is_read)
        g_strv_builder_add (names, sample->table->name);
    }
  return g_strv_builder_end (names);
}
