/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/result-table.h"

#include "base/limits.h"
#include "query/snapshot-private.h"

/*
 * The result table
 *
 * Rows lie in pages of WEIR_RESULT_PAGE_ROWS in the order in which they first appeared; all pages but the last are full.
 * A page is never changed: a batch that touches it makes a new page with the next version, once per batch, and snapshots
 * go on showing the old one. So a snapshot costs one array of pointers, and the window redraws only cells of pages whose
 * version moved.
 *
 *   append     rows are added at the end; beyond rows_max or bytes_max whole pages are dropped at the front (a ring)
 *   update     a row replaces the one with the same key, else is added; rows stay after their state was evicted
 *   complete   the batch is the whole table: pages are made anew, equal ones keep their version, rows keep their ids by key
 *
 * While somebody asks, what a batch did to the rows goes into a table of its own as well, a ring as in append mode, each row with its mark.
 *
 * Cells are copied when a page is made, so a page never holds on to the buffers of the batches it came from.
 */

typedef struct
{
  WeirBatch *batch; /* Borrowed: from the batch being applied */
  guint      row;
  WeirChange change; /* for the table of changes */
} NewRow;

/* Changes that are kept: two pages, of which the older one goes when a third begins. */
#define CHANGES_MAX   (2 * WEIR_RESULT_PAGE_ROWS)
#define CHANGES_BYTES (16u << 20)

struct _WeirResultTable
{
  WeirResultShape *shape; /* Owned */
  guint            n_key;
  guint           *key; /* Owned */
  guint            rows_max;
  guint64          bytes_max;
  GPtrArray       *pages;     /* Owned: WeirResultPage */
  GHashTable      *index;     /* Owned: key text (GBytes) → position + rows dropped (guint64*) */
  guint64          n_dropped; /* rows gone at the front: position 0 was the n_dropped-th row */
  guint64          next_id;
  guint64          version;
  guint64          layout_version;
  guint64          bytes;
  guint64          batch_id;
  gint64           watermark_us;
  gint64           newest_event_us;
  WeirSnapshot    *open;    /* Owned, nullable */
  WeirResultTable *changes; /* Owned, nullable */
  gboolean         is_changes;
};

WeirResultTable *
weir_result_table_new (WeirResultShape *shape,
                       const guint     *key,
                       guint            n_key,
                       guint            rows_max,
                       guint64          bytes_max)
{
  WeirResultTable *self = g_new0 (WeirResultTable, 1);

  self->shape = weir_result_shape_ref (shape);
  self->n_key = n_key;
  self->key = g_memdup2 (key, n_key * sizeof *key);
  self->rows_max = MAX (rows_max, WEIR_RESULT_PAGE_ROWS);
  self->bytes_max = bytes_max;
  self->pages = g_ptr_array_new_with_free_func ((GDestroyNotify)_weir_result_page_unref);
  self->index = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
  self->batch_id = G_MAXUINT64;
  self->watermark_us = self->newest_event_us = G_MININT64;
  return self;
}

void
weir_result_table_free (WeirResultTable *table)
{
  if (table == NULL)
    return;
  g_ptr_array_unref (table->pages);
  g_hash_table_unref (table->index);
  weir_snapshot_unref (table->open);
  weir_result_table_free (table->changes);
  weir_result_shape_unref (table->shape);
  g_free (table->key);
  g_free (table);
}

/* The key of a row as bytes; equal keys, equal bytes. (transfer full) */
static GBytes *
row_key (WeirResultTable *self,
         const WeirBatch *batch,
         guint            row)
{
  GString *text = g_string_sized_new (64);

  for (guint i = 0; i < self->n_key; i++)
    {
      const WeirColumn *column = batch->columns[self->key[i]];

      g_string_append_c (text, weir_column_is_null (column, row) ? '0' : '1');
      weir_value_append_text (text, column, row, WEIR_TEXT_JSON, weir_zone_utc ());
      g_string_append_c (text, '\n');
    }
  return g_string_free_to_bytes (text);
}

static guint
count_rows (WeirResultTable *self)
{
  WeirResultPage *last;

  if (self->pages->len == 0)
    return 0;
  last = self->pages->pdata[self->pages->len - 1];
  return (self->pages->len - 1) * WEIR_RESULT_PAGE_ROWS + last->n_rows;
}

/* A page of the rows in @rows (NewRow; batch NULL: row of @old at the same place). */
static WeirResultPage *
make_page (WeirResultTable *self,
           WeirResultPage  *old,
           const NewRow    *rows,
           const guint64   *ids,
           guint            n_rows,
           gint64           now_us)
{
  WeirResultPage         *page = g_new0 (WeirResultPage, 1);
  guint                   n_columns = self->shape->schema->n_fields;
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, n_columns);

  g_atomic_ref_count_init (&page->ref_count);
  page->version = ++self->version;
  page->n_rows = n_rows;
  page->ids = g_memdup2 (ids, n_rows * sizeof *ids);
  page->updated_us = g_new (gint64, n_rows);
  for (guint r = 0; r < n_rows; r++)
    page->updated_us[r] = rows[r].batch != NULL ? now_us : old->updated_us[r];
  if (self->is_changes)
    page->changes = g_new (guint8, n_rows);
  for (guint r = 0; self->is_changes && r < n_rows; r++)
    page->changes[r] = rows[r].batch != NULL ? rows[r].change : old->changes[r];
  for (guint c = 0; c < n_columns; c++)
    {
      g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (self->shape->schema->fields[c].type, n_rows);

      for (guint r = 0; r < n_rows; r++)
        if (rows[r].batch != NULL)
          weir_column_builder_append_from (builder, rows[r].batch->columns[c], rows[r].row);
        else
          weir_column_builder_append_from (builder, old->batch->columns[c], r);
      columns[c] = weir_column_builder_finish (builder);
    }
  page->batch = weir_batch_new (self->shape->schema, n_rows, columns);
  page->bytes = weir_batch_bytes (page->batch) + n_rows * (sizeof *page->ids + sizeof *page->updated_us);
  return page;
}

static void
put_page (WeirResultTable *self,
          guint            at,
          WeirResultPage  *page)
{
  self->bytes += page->bytes;
  if (at < self->pages->len)
    {
      self->bytes -= ((WeirResultPage *)self->pages->pdata[at])->bytes;
      _weir_result_page_unref (self->pages->pdata[at]);
      self->pages->pdata[at] = page;
    }
  else
    g_ptr_array_add (self->pages, page);
}

/* Page @at with @rows (positions within the page, NULL batch: unchanged) rewritten and @n_rows in all. */
static void
rewrite_page (WeirResultTable *self,
              guint            at,
              NewRow          *rows,
              guint            n_rows,
              gint64           now_us)
{
  WeirResultPage *old = at < self->pages->len ? self->pages->pdata[at] : NULL;
  guint64         ids[WEIR_RESULT_PAGE_ROWS];

  for (guint r = 0; r < n_rows; r++)
    ids[r] = old != NULL && r < old->n_rows ? old->ids[r] : self->next_id++;
  put_page (self, at, make_page (self, old, rows, ids, n_rows, now_us));
}

static void
forget_keys (WeirResultTable *self,
             WeirResultPage  *page)
{
  for (guint r = 0; self->n_key > 0 && r < page->n_rows; r++)
    {
      g_autoptr (GBytes) key = row_key (self, page->batch, r);

      g_hash_table_remove (self->index, key);
    }
}

/* Whole pages go at the front while there are too many rows or bytes; the newest page always stays. */
static void
enforce_bounds (WeirResultTable *self)
{
  while (self->pages->len > 1 && (count_rows (self) > self->rows_max || self->bytes > self->bytes_max))
    {
      WeirResultPage *page = self->pages->pdata[0];

      forget_keys (self, page);
      self->bytes -= page->bytes;
      self->n_dropped += page->n_rows;
      g_ptr_array_remove_index (self->pages, 0);
      self->layout_version = ++self->version;
    }
}

/* ---- changes ---------------------------------------------------------------------------------------------------- */

static void
log_rows (WeirResultTable *log,
          const NewRow    *rows,
          guint            n,
          gint64           now_us)
{
  guint              i = n > CHANGES_MAX ? n - CHANGES_MAX : 0;
  g_autofree NewRow *page = g_new0 (NewRow, WEIR_RESULT_PAGE_ROWS);

  if (n == 0)
    return;
  log->n_dropped += i;
  while (i < n)
    {
      guint n_old = count_rows (log), slot = n_old % WEIR_RESULT_PAGE_ROWS, take = MIN (n - i, WEIR_RESULT_PAGE_ROWS - slot);

      memset (page, 0, slot * sizeof *page);
      memcpy (page + slot, rows + i, take * sizeof *page);
      rewrite_page (log, n_old / WEIR_RESULT_PAGE_ROWS, page, slot + take, now_us);
      i += take;
    }
  log->layout_version = ++log->version;
  enforce_bounds (log);
}

/* @places: of the rows of @batches; those before @n_old had a row before. */
static void
log_applied (WeirResultTable *self,
             GPtrArray       *batches,
             const guint     *places,
             guint            n_old,
             guint            n_new,
             gint64           now_us)
{
  g_autofree NewRow *rows = g_new (NewRow, MAX (n_new, 1));
  guint              n = 0;

  for (guint b = 0; b < batches->len; b++)
    for (guint r = 0; r < ((WeirBatch *)batches->pdata[b])->n_rows; r++, n++)
      rows[n] = (NewRow){ batches->pdata[b], r, places[n] < n_old ? WEIR_CHANGE_CHANGED : WEIR_CHANGE_ADDED };
  log_rows (self->changes, rows, n, now_us);
}

static gboolean
row_is_equal (WeirResultTable      *self,
              const WeirResultPage *page,
              guint                 slot,
              const NewRow         *row)
{
  for (guint c = 0; c < self->shape->schema->n_fields; c++)
    if (!weir_value_equal (page->batch->columns[c], slot, row->batch->columns[c], row->row))
      return FALSE;
  return TRUE;
}

/* The whole table before and after: rows are told apart by their ids. */
static void
log_replaced (WeirResultTable *self,
              const NewRow    *rows,
              const guint64   *ids,
              guint            n,
              gint64           now_us)
{
  g_autoptr (GHashTable) before = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (GArray)     changed = g_array_new (FALSE, FALSE, sizeof (NewRow));
  guint                  n_old = count_rows (self);

  for (guint i = 0; i < n_old; i++)
    g_hash_table_insert (before, &((WeirResultPage *)self->pages->pdata[i / WEIR_RESULT_PAGE_ROWS])->ids[i % WEIR_RESULT_PAGE_ROWS], GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < n; i++)
    {
      guint  place = GPOINTER_TO_UINT (g_hash_table_lookup (before, &ids[i]));
      NewRow row = { rows[i].batch, rows[i].row, place > 0 ? WEIR_CHANGE_CHANGED : WEIR_CHANGE_ADDED };

      if (place == 0 || !row_is_equal (self, self->pages->pdata[(place - 1) / WEIR_RESULT_PAGE_ROWS], (place - 1) % WEIR_RESULT_PAGE_ROWS, &row))
        g_array_append_val (changed, row);
      g_hash_table_remove (before, &ids[i]);
    }
  for (guint i = 0; i < n_old; i++)
    {
      const WeirResultPage *page = self->pages->pdata[i / WEIR_RESULT_PAGE_ROWS];
      NewRow                row = { page->batch, i % WEIR_RESULT_PAGE_ROWS, WEIR_CHANGE_REMOVED };

      if (g_hash_table_contains (before, &page->ids[row.row]))
        g_array_append_val (changed, row);
    }
  log_rows (self->changes, (const NewRow *)(const void *)changed->data, changed->len, now_us);
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */

/* Where each new row goes: positions from the table's start, those beyond its end in order. (transfer full) */
static guint *
place_rows (WeirResultTable *self,
            GPtrArray       *batches,
            guint            n_new,
            guint           *n_total)
{
  guint *places = g_new (guint, MAX (n_new, 1));
  guint  i = 0;

  for (guint b = 0; b < batches->len; b++)
    {
      WeirBatch *batch = batches->pdata[b];

      for (guint r = 0; r < batch->n_rows; r++, i++)
        {
          g_autoptr (GBytes) key = NULL;
          guint64           *known = NULL;

          if (self->n_key > 0)
            {
              key = row_key (self, batch, r);
              known = g_hash_table_lookup (self->index, key);
            }
          places[i] = known != NULL ? (guint)(*known - self->n_dropped) : *n_total;
          if (known != NULL)
            continue;
          if (key != NULL)
            {
              guint64 position = self->n_dropped + *n_total;

              g_hash_table_insert (self->index, g_steal_pointer (&key), g_memdup2 (&position, sizeof position));
            }
          (*n_total)++;
        }
    }
  return places;
}

static guint
count_new (GPtrArray *batches)
{
  guint n = 0;

  for (guint b = 0; b < batches->len; b++)
    n += ((WeirBatch *)batches->pdata[b])->n_rows;
  return n;
}

static void
apply_rows (WeirResultTable *self,
            GPtrArray       *batches,
            gint64           now_us)
{
  guint               n_old = count_rows (self), n_total = n_old, n_new = count_new (batches), i = 0;
  g_autofree guint   *places = place_rows (self, batches, n_new, &n_total);
  guint               n_pages = (n_total + WEIR_RESULT_PAGE_ROWS - 1) / WEIR_RESULT_PAGE_ROWS;
  g_autofree NewRow **touched = g_new0 (NewRow *, MAX (n_pages, 1));

  if (self->changes != NULL)
    log_applied (self, batches, places, n_old, n_new, now_us);
  for (guint b = 0; b < batches->len; b++)
    {
      WeirBatch *batch = batches->pdata[b];

      for (guint r = 0; r < batch->n_rows; r++, i++)
        {
          guint at = places[i] / WEIR_RESULT_PAGE_ROWS;

          if (touched[at] == NULL)
            touched[at] = g_new0 (NewRow, WEIR_RESULT_PAGE_ROWS);
          touched[at][places[i] % WEIR_RESULT_PAGE_ROWS] = (NewRow){ batch, r };
        }
    }
  for (guint at = 0; at < n_pages; at++)
    if (touched[at] != NULL)
      {
        rewrite_page (self, at, touched[at], MIN (n_total - at * WEIR_RESULT_PAGE_ROWS, WEIR_RESULT_PAGE_ROWS), now_us);
        g_free (touched[at]);
      }
  if (n_total > n_old)
    self->layout_version = ++self->version;
  enforce_bounds (self);
}

/* TRUE when the page at @at holds just these rows under these ids. */
static gboolean
page_is_equal (WeirResultTable *self,
               guint            at,
               const NewRow    *rows,
               const guint64   *ids,
               guint            n_rows)
{
  WeirResultPage *page = at < self->pages->len ? self->pages->pdata[at] : NULL;

  if (page == NULL || page->n_rows != n_rows || memcmp (page->ids, ids, n_rows * sizeof *ids) != 0)
    return FALSE;
  for (guint c = 0; c < self->shape->schema->n_fields; c++)
    for (guint r = 0; r < n_rows; r++)
      if (!weir_value_equal (page->batch->columns[c], r, rows[r].batch->columns[c], rows[r].row))
        return FALSE;
  return TRUE;
}

/* Ids of known keys stay; the index is made anew: key → id. Returns whether any id moved. */
static gboolean
assign_ids (WeirResultTable *self,
            const NewRow    *rows,
            guint64         *ids,
            guint            n)
{
  GHashTable *fresh = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
  gboolean    moved = n != count_rows (self);

  for (guint i = 0; i < n; i++)
    {
      GBytes         *key = self->n_key > 0 ? row_key (self, rows[i].batch, rows[i].row) : NULL;
      guint64        *known = key != NULL ? g_hash_table_lookup (self->index, key) : NULL;
      WeirResultPage *page = i / WEIR_RESULT_PAGE_ROWS < self->pages->len ? self->pages->pdata[i / WEIR_RESULT_PAGE_ROWS] : NULL;
      guint           slot = i % WEIR_RESULT_PAGE_ROWS;

      if (key == NULL)
        ids[i] = i;
      else
        ids[i] = known != NULL ? *known : self->next_id++;
      moved = moved || page == NULL || slot >= page->n_rows || page->ids[slot] != ids[i];
      if (key != NULL)
        g_hash_table_replace (fresh, key, g_memdup2 (&ids[i], sizeof ids[i]));
    }
  g_hash_table_unref (self->index);
  self->index = fresh;
  return moved;
}

static void
replace_all (WeirResultTable *self,
             GPtrArray       *batches,
             gint64           now_us)
{
  guint               n_all = count_new (batches), n = MIN (n_all, self->rows_max), i = 0, n_pages;
  g_autofree NewRow  *rows = g_new0 (NewRow, MAX (n, 1));
  g_autofree guint64 *ids = g_new0 (guint64, MAX (n, 1));

  for (guint b = 0; b < batches->len; b++)
    for (guint r = 0; r < ((WeirBatch *)batches->pdata[b])->n_rows && i < n; r++)
      rows[i++] = (NewRow){ batches->pdata[b], r };
  self->n_dropped = n_all - n;
  if (assign_ids (self, rows, ids, n))
    self->layout_version = ++self->version;
  if (self->changes != NULL)
    log_replaced (self, rows, ids, n, now_us);
  n_pages = (n + WEIR_RESULT_PAGE_ROWS - 1) / WEIR_RESULT_PAGE_ROWS;
  for (guint at = 0; at < n_pages; at++)
    {
      guint from = at * WEIR_RESULT_PAGE_ROWS, n_rows = MIN (n - from, WEIR_RESULT_PAGE_ROWS);

      if (!page_is_equal (self, at, rows + from, ids + from, n_rows))
        put_page (self, at, make_page (self, NULL, rows + from, ids + from, n_rows, now_us));
    }
  for (guint at = n_pages; at < self->pages->len; at++)
    self->bytes -= ((WeirResultPage *)self->pages->pdata[at])->bytes;
  g_ptr_array_set_size (self->pages, (int)n_pages);
}

void
weir_result_table_apply (WeirResultTable *table,
                         guint64          batch_id,
                         GPtrArray       *batches,
                         gint64           now_us,
                         gint64           watermark_us,
                         gint64           newest_event_us)
{
  table->batch_id = batch_id;
  table->watermark_us = watermark_us;
  table->newest_event_us = MAX (table->newest_event_us, newest_event_us);
  table->version++;
  if (table->shape->mode == WEIR_OUTPUT_COMPLETE)
    replace_all (table, batches, now_us);
  else if (count_new (batches) > 0)
    apply_rows (table, batches, now_us);
}

void
weir_result_table_set_keeps_changes (WeirResultTable *table,
                                     gboolean         keeps)
{
  if (keeps == (table->changes != NULL))
    return;
  if (!keeps)
    {
      g_clear_pointer (&table->changes, weir_result_table_free);
      return;
    }
  table->changes = weir_result_table_new (table->shape, NULL, 0, CHANGES_MAX, CHANGES_BYTES);
  table->changes->is_changes = TRUE;
}

static WeirSnapshot *
snapshot_changes (WeirResultTable *self)
{
  WeirResultTable *changes = self->changes;

  if (changes == NULL)
    return NULL;
  changes->batch_id = self->batch_id;
  changes->watermark_us = self->watermark_us;
  changes->newest_event_us = self->newest_event_us;
  return weir_result_table_snapshot (changes);
}

void
weir_result_table_set_open (WeirResultTable *table,
                            GPtrArray       *batches,
                            guint64          n_left_out)
{
  g_autoptr (GPtrArray) pages = NULL;
  g_autofree NewRow    *rows = NULL;
  g_autofree guint64   *ids = NULL;
  guint                 n = 0;

  table->version++;
  g_clear_pointer (&table->open, weir_snapshot_unref);
  if (batches == NULL)
    return;
  pages = g_ptr_array_new_with_free_func ((GDestroyNotify)_weir_result_page_unref);
  rows = g_new (NewRow, MAX (count_new (batches), 1));
  ids = g_new (guint64, MAX (count_new (batches), 1));
  for (guint b = 0; b < batches->len; b++)
    for (guint r = 0; r < ((WeirBatch *)batches->pdata[b])->n_rows; r++, n++)
      {
        rows[n] = (NewRow){ batches->pdata[b], r };
        ids[n] = n;
      }
  for (guint from = 0; from < n; from += WEIR_RESULT_PAGE_ROWS)
    g_ptr_array_add (pages, make_page (table, NULL, rows + from, ids + from, MIN (n - from, WEIR_RESULT_PAGE_ROWS), 0));
  table->open = _weir_snapshot_new (table->shape, pages);
  table->open->is_open = TRUE;
  table->open->n_rows = n;
  table->open->n_dropped = n_left_out;
  table->open->version = table->version;
  table->open->batch_id = table->batch_id;
  table->open->watermark_us = table->watermark_us;
  table->open->newest_event_us = table->newest_event_us;
}

gboolean
weir_result_table_has_open (WeirResultTable *table)
{
  return table->open != NULL;
}

WeirSnapshot *
weir_result_table_snapshot (WeirResultTable *table)
{
  WeirSnapshot *snapshot = _weir_snapshot_new (table->shape, table->pages);

  snapshot->version = table->version;
  snapshot->layout_version = table->layout_version;
  snapshot->n_rows = count_rows (table);
  snapshot->n_dropped = table->n_dropped;
  snapshot->batch_id = table->batch_id;
  snapshot->watermark_us = table->watermark_us;
  snapshot->newest_event_us = table->newest_event_us;
  snapshot->changes = snapshot_changes (table);
  snapshot->open = table->open != NULL ? weir_snapshot_ref (table->open) : NULL;
  return snapshot;
}
