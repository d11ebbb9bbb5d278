/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/recent.h"

#include "base/limits.h"
#include "io/hub-private.h"
#include "io/line-reader.h"

typedef struct
{
  gpointer data; /* Owned */
  guint    n_rows;
  gsize    bytes;
} Piece;

struct _WeirRecent
{
  gatomicrefcount         ref_count;
  const WeirRecentPieces *pieces;
  GMutex                  lock;
  GQueue                  queue; /* Piece, oldest first */
  guint64                 n_rows;
  gsize                   bytes;
};

const WeirRecentPieces weir_recent_blocks = { (gpointer (*) (gpointer))weir_line_block_ref, (void (*) (gpointer))weir_line_block_unref };
const WeirRecentPieces weir_recent_batches = { (gpointer (*) (gpointer))weir_batch_ref, (void (*) (gpointer))weir_batch_unref };

WeirRecent *
weir_recent_new (const WeirRecentPieces *pieces)
{
  WeirRecent *self = g_new0 (WeirRecent, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->pieces = pieces;
  return self;
}

WeirRecent *
weir_recent_find (WeirReaderHub *hub,
                  const char    *key)
{
  WeirRecent *self;

  g_mutex_lock (&hub->lock);
  self = g_hash_table_lookup (hub->recent, key);
  if (self != NULL)
    weir_recent_ref (self);
  g_mutex_unlock (&hub->lock);
  return self;
}

WeirRecent *
weir_recent_get (WeirReaderHub          *hub,
                 const char             *key,
                 const WeirRecentPieces *pieces)
{
  WeirRecent *self;

  g_mutex_lock (&hub->lock);
  self = g_hash_table_lookup (hub->recent, key);
  if (self == NULL)
    {
      self = weir_recent_new (pieces);
      g_hash_table_insert (hub->recent, g_strdup (key), self);
    }
  weir_recent_ref (self);
  g_mutex_unlock (&hub->lock);
  return self;
}

WeirRecent *
weir_recent_ref (WeirRecent *recent)
{
  g_atomic_ref_count_inc (&recent->ref_count);
  return recent;
}

static void
drop_oldest (WeirRecent *self)
{
  Piece *piece = g_queue_pop_head (&self->queue);

  self->n_rows -= piece->n_rows;
  self->bytes -= piece->bytes;
  self->pieces->unref (piece->data);
  g_free (piece);
}

void
weir_recent_unref (WeirRecent *recent)
{
  if (recent == NULL || !g_atomic_ref_count_dec (&recent->ref_count))
    return;
  while (recent->queue.length > 0)
    drop_oldest (recent);
  g_mutex_clear (&recent->lock);
  g_free (recent);
}

void
weir_recent_add (WeirRecent *recent,
                 gpointer    piece,
                 guint       n_rows,
                 gsize       bytes)
{
  Piece *added;

  if (n_rows == 0 || bytes > WEIR_RECENT_BYTES)
    return;
  added = g_new (Piece, 1);
  *added = (Piece){ recent->pieces->ref (piece), n_rows, bytes };
  g_mutex_lock (&recent->lock);
  g_queue_push_tail (&recent->queue, added);
  recent->n_rows += n_rows;
  recent->bytes += bytes;
  while (recent->bytes > WEIR_RECENT_BYTES || recent->n_rows - ((Piece *)recent->queue.head->data)->n_rows >= WEIR_RECENT_ROWS)
    drop_oldest (recent);
  g_mutex_unlock (&recent->lock);
}

GPtrArray *
weir_recent_list (WeirRecent *recent)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (recent->pieces->unref);

  g_mutex_lock (&recent->lock);
  for (GList *link = recent->queue.head; link != NULL; link = link->next)
    g_ptr_array_add (list, recent->pieces->ref (((Piece *)link->data)->data));
  g_mutex_unlock (&recent->lock);
  return list;
}

/* ---- looking ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  GPtrArray *batches; /* WeirBatch */
  guint      n_rows, max;
  gboolean   is_full;
} Look;

/* A vector may be larger than what is wanted: the reader is stopped by an error of which nobody hears. */
static gboolean
look (gpointer   data,
      WeirBatch *batch,
      GError   **error)
{
  Look *self = data;

  if (batch->n_rows > 0)
    g_ptr_array_add (self->batches, weir_batch_ref (batch));
  self->n_rows += batch->n_rows;
  self->is_full = self->n_rows >= self->max;
  if (!self->is_full)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "enough");
  return FALSE;
}

static gboolean
look_at (WeirSource   *source,
         gpointer      morsel,
         Look         *into,
         GCancellable *cancellable,
         GError      **error)
{
  WeirDecodeStats stats = { 0 };
  GError         *local = NULL;
  gboolean        ok = source->klass->read (source, morsel, look, into, &stats, cancellable, &local);

  weir_decode_stats_clear (&stats);
  if (ok || into->is_full)
    {
      g_clear_error (&local);
      return !g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  g_propagate_error (error, local);
  return FALSE;
}

/* The last @max rows of @batches, by taking the others away from the front. */
static void
keep_last (GPtrArray *batches,
           guint      n_rows,
           guint      max)
{
  while (n_rows > max)
    {
      WeirBatch *first = batches->pdata[0];
      guint      drop = MIN (n_rows - max, first->n_rows);

      n_rows -= drop;
      if (drop == first->n_rows)
        {
          g_ptr_array_remove_index (batches, 0);
          continue;
        }
      batches->pdata[0] = weir_batch_slice (first, drop, first->n_rows - drop);
      weir_batch_unref (first);
    }
}

GPtrArray *
weir_source_peek_morsels (WeirSource   *source,
                          GPtrArray    *morsels,
                          guint         max,
                          GCancellable *cancellable,
                          GError      **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  guint                 n_rows = 0;

  for (guint i = morsels->len; i-- > 0 && n_rows < max;)
    {
      g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
      Look                  into = { batches, 0, MAX (max - n_rows, WEIR_RECENT_ROWS), FALSE };

      if (!look_at (source, morsels->pdata[i], &into, cancellable, error))
        return NULL;
      keep_last (batches, into.n_rows, max - n_rows);
      n_rows += MIN (into.n_rows, max - n_rows);
      for (guint b = 0; b < batches->len; b++)
        g_ptr_array_insert (found, (gint)b, weir_batch_ref (batches->pdata[b]));
    }
  return g_steal_pointer (&found);
}

GPtrArray *
weir_source_peek_all (WeirSource   *source,
                      guint         max,
                      GCancellable *cancellable,
                      GError      **error)
{
  g_autofree char      *end = source->klass->latest (source, "", TRUE, error);
  g_autoptr (GPtrArray) morsels = NULL;

  if (end == NULL)
    return NULL;
  if (*end == '\0')
    return g_ptr_array_new ();
  morsels = source->klass->plan (source, "", end, error);
  return morsels != NULL ? weir_source_peek_morsels (source, morsels, max, cancellable, error) : NULL;
}
