/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-seen.h"

#include "base/hash.h"

#include <string.h>

/*
 * An open table of 24-byte cells, at most three quarters full. Two independent 64-bit hashes make one 128-bit key: with ten million
 * files the chance that two share a key is below 1e-24. A cell whose hash is zero is free.
 *
 * Cells of aged files go when the table would have to grow: an aged file is left out by its time, whether it has a cell or not.
 */

#define CELLS_MIN 64

typedef struct
{
  guint64 hash[2];
  gint64  mtime_ns;
} Cell;

struct _WeirFileSeen
{
  Cell  *cells; /* Owned */
  gsize  n_cells, n_used;
  gint64 age_ns, newest_ns, limit_ns; /* older than limit_ns: aged */
};

WeirFileSeen *
weir_file_seen_new (gint64 age_ns)
{
  WeirFileSeen *self = g_new0 (WeirFileSeen, 1);

  self->age_ns = age_ns;
  weir_file_seen_clear (self);
  return self;
}

void
weir_file_seen_free (WeirFileSeen *self)
{
  if (self == NULL)
    return;
  g_free (self->cells);
  g_free (self);
}

void
weir_file_seen_clear (WeirFileSeen *self)
{
  g_free (self->cells);
  self->n_cells = CELLS_MIN;
  self->n_used = 0;
  self->cells = g_new0 (Cell, self->n_cells);
  self->newest_ns = self->limit_ns = G_MININT64;
}

static void
hash_name (const char *name,
           guint64     hash[2])
{
  gsize len = strlen (name);

  hash[0] = weir_hash_bytes (name, len);
  /* The bytes once more under another start: collisions of the first do not carry over. */
  hash[1] = WEIR_HASH_K1 ^ len;
  for (gsize i = 0; i < len; i += 8)
    {
      guint64 word = 0;

      memcpy (&word, name + i, MIN (len - i, 8));
      hash[1] = weir_hash_mix (hash[1] ^ GUINT64_FROM_LE (word), WEIR_HASH_K0) + WEIR_HASH_NULL;
    }
  hash[0] |= hash[0] == 0 && hash[1] == 0;
}

/* The cell of @hash, or the free one where it would be. */
static Cell *
find_cell (const WeirFileSeen *self,
           const guint64       hash[2])
{
  gsize mask = self->n_cells - 1, at = hash[0] & mask;

  while ((self->cells[at].hash[0] | self->cells[at].hash[1]) != 0 &&
         (self->cells[at].hash[0] != hash[0] || self->cells[at].hash[1] != hash[1]))
    at = (at + 1) & mask;
  return &self->cells[at];
}

gint64
weir_file_seen_get_newest (const WeirFileSeen *self)
{
  return self->newest_ns;
}

gboolean
weir_file_seen_is_aged (const WeirFileSeen *self,
                        gint64              mtime_ns)
{
  return mtime_ns < self->limit_ns;
}

static gboolean
is_kept (const WeirFileSeen *self,
         const Cell         *cell)
{
  return (cell->hash[0] | cell->hash[1]) != 0 && !weir_file_seen_is_aged (self, cell->mtime_ns);
}

/* Forgets the aged, and grows when that was not enough. */
static void
rebuild (WeirFileSeen *self)
{
  Cell *old = self->cells;
  gsize n_old = self->n_cells, kept = 0;

  for (gsize i = 0; i < n_old; i++)
    kept += is_kept (self, &old[i]);
  while (self->n_cells > CELLS_MIN && kept < self->n_cells / 4)
    self->n_cells /= 2;
  while (kept + 1 > self->n_cells / 2)
    self->n_cells *= 2;
  self->cells = g_new0 (Cell, self->n_cells);
  self->n_used = kept;
  for (gsize i = 0; i < n_old; i++)
    if (is_kept (self, &old[i]))
      *find_cell (self, old[i].hash) = old[i];
  g_free (old);
}

static void
add_cell (WeirFileSeen *self,
          const Cell   *cell)
{
  Cell *place;

  if (self->n_used + 1 > self->n_cells / 4 * 3)
    rebuild (self);
  place = find_cell (self, cell->hash);
  self->n_used += (place->hash[0] | place->hash[1]) == 0;
  *place = *cell;
}

gboolean
weir_file_seen_has (const WeirFileSeen *self,
                    const char         *name)
{
  guint64 hash[2];
  Cell   *cell;

  hash_name (name, hash);
  cell = find_cell (self, hash);
  return (cell->hash[0] | cell->hash[1]) != 0;
}

void
weir_file_seen_add (WeirFileSeen *self,
                    const char   *name,
                    gint64        mtime_ns)
{
  Cell cell = { .mtime_ns = mtime_ns };

  hash_name (name, cell.hash);
  add_cell (self, &cell);
  self->newest_ns = MAX (self->newest_ns, mtime_ns);
}

void
weir_file_seen_settle (WeirFileSeen *self)
{
  if (self->age_ns != G_MAXINT64 && self->newest_ns > G_MININT64 + self->age_ns)
    self->limit_ns = self->newest_ns - self->age_ns;
}

gsize
weir_file_seen_get_size (const WeirFileSeen *self)
{
  return self->n_used;
}

void
weir_file_seen_save (const WeirFileSeen *self,
                     WeirWriter         *writer)
{
  gsize kept = 0;

  for (gsize i = 0; i < self->n_cells; i++)
    kept += is_kept (self, &self->cells[i]);
  weir_writer_u64 (writer, (guint64)self->newest_ns);
  weir_writer_varint (writer, kept);
  for (gsize i = 0; i < self->n_cells; i++)
    {
      const Cell *cell = &self->cells[i];

      if (!is_kept (self, cell))
        continue;
      weir_writer_u64 (writer, cell->hash[0]);
      weir_writer_u64 (writer, cell->hash[1]);
      weir_writer_u64 (writer, (guint64)cell->mtime_ns);
    }
}

gboolean
weir_file_seen_load (WeirFileSeen *self,
                     WeirReader   *reader)
{
  gint64  newest_ns = (gint64)weir_reader_u64 (reader);
  guint64 n = weir_reader_varint (reader);

  weir_file_seen_clear (self);
  for (guint64 i = 0; i < n && !reader->failed; i++)
    {
      Cell cell;

      cell.hash[0] = weir_reader_u64 (reader);
      cell.hash[1] = weir_reader_u64 (reader);
      cell.mtime_ns = (gint64)weir_reader_u64 (reader);
      if (!reader->failed && (cell.hash[0] | cell.hash[1]) != 0)
        add_cell (self, &cell);
    }
  self->newest_ns = newest_ns;
  weir_file_seen_settle (self);
  return !reader->failed;
}
