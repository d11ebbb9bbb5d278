/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/column-builder.h"
#include "exec/key-codec.h"
#include "exec/state-list.h"

/*
 * DROP DUPLICATES: the first row of each key goes on.
 *
 * The keys are the state, each with the time at which it may go: never, when neither the keys hold the event time nor WITHIN WATERMARK
 * asks for it; else the event time, or the event time and the delay. Late rows are dropped whenever the input has an event time.
 * Workers only collect rows; they are told apart in the order of the parts.
 */

typedef struct
{
  WeirOp          op;
  gboolean        is_streaming;
  gboolean        within;
  int             time_column; /* of the input, with an event-time mark; −1 */
  gboolean        key_has_time;
  gint64          delay_us;
  WeirKeyCodec    codec;
  WeirGroupTable *table; /* payload: gint64, the instant that makes the key go; G_MAXINT64: none */
  guint           n_committed;
  gint64          evict_us;
  gint64          min_expiry; /* no key goes earlier */
  GPtrArray      *batches;    /* of the run: what goes on */
  GByteArray     *scratch;
  guint64         n_late, n_dropped, n_removed;
} Dedup;

#define STRIDE sizeof (gint64)
#define BLOCK  1024

static char *
describe_dedup (WeirOp *op)
{
  GString *out = g_string_new ("[");

  for (guint i = 0; i < op->plan->dedup.n_keys; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", op->schema->fields[op->plan->dedup.keys[i]].name);
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

static void
end_dedup (WeirOp *op)
{
  g_clear_pointer (&((Dedup *)op)->batches, g_ptr_array_unref);
}

static void
free_dedup (WeirOp *op)
{
  Dedup *self = (Dedup *)op;

  end_dedup (op);
  weir_group_table_free (self->table);
  weir_key_codec_clear (&self->codec);
  g_byte_array_unref (self->scratch);
}

static gboolean
begin_dedup (WeirOp   *op,
             WeirExec *exec,
             GError  **error)
{
  Dedup *self = (Dedup *)op;

  if (self->is_streaming && self->within && self->time_column < 0)
    return weir_fail (error, WEIR_ERROR_RUN, "UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK", op->plan->span,
                      "append output mode not supported for dropDuplicatesWithinWatermark on streaming relations without watermark.");
  end_dedup (op);
  self->batches = _weir_batches_new ();
  self->n_late = self->n_dropped = self->n_removed = 0;
  self->evict_us = self->is_streaming && self->time_column >= 0 ? _weir_op_evict_us (op, exec) : G_MININT64;
  if (!self->is_streaming)
    weir_group_table_reset (self->table);
  return TRUE;
}

/* The event time of a row, the end of a window; G_MAXINT64 for NULL. */
static gint64
time_of (Dedup     *self,
         WeirBatch *batch,
         guint      row)
{
  const WeirColumn *flat = weir_column_resolve (batch->columns[self->time_column], &row);

  if (weir_column_is_null (flat, row))
    return G_MAXINT64;
  if (flat->type->kind == WEIR_TYPE_STRUCT)
    flat = weir_column_resolve (flat->children[1], &row);
  return weir_column_values (flat, gint64)[row];
}

static gint64
expiry_of (Dedup *self,
           gint64 time)
{
  gint64 expiry;

  if (time == G_MAXINT64 || !(self->within || self->key_has_time))
    return G_MAXINT64;
  if (__builtin_add_overflow (time, self->within ? self->delay_us : 0, &expiry))
    return G_MAXINT64;
  return expiry;
}

static inline void
set_expiry (Dedup *self,
            guint  group,
            gint64 expiry)
{
  *(gint64 *)(void *)weir_group_payload (self->table, group) = expiry;
  self->min_expiry = MIN (self->min_expiry, expiry);
}

/* Rows that are not late, packed with their keys: rows[i] is the number of row i. */
static guint
choose_rows (Dedup        *self,
             WeirExec     *exec,
             WeirBatch    *batch,
             WeirGroupKey *keys,
             gint64       *times,
             guint32      *rows)
{
  gint64 late_us = self->is_streaming ? _weir_op_late_us (&self->op, exec) : G_MININT64;
  guint  n = 0;

  for (guint i = 0; i < batch->n_rows; i++)
    {
      gint64 time = self->time_column >= 0 ? time_of (self, batch, i) : G_MAXINT64;

      if (time != G_MAXINT64 && time <= late_us)
        {
          self->n_late++;
          continue;
        }
      keys[n] = keys[i];
      keys[n].time = 0;
      times[n] = time;
      rows[n++] = i;
    }
  return n;
}

/* Rows whose key is new stay in @rows: their number. A block of lookups at a time, or each waits for its own cache misses. */
static guint
keep_new (Dedup              *self,
          const WeirGroupKey *keys,
          const gint64       *times,
          guint32            *rows,
          guint               n)
{
  guint64 hashes[BLOCK];
  guint32 groups[BLOCK];
  guint   n_new = 0;

  for (guint from = 0; from < n; from += BLOCK)
    {
      guint size = MIN (BLOCK, n - from), known = self->table->n;

      for (guint i = 0; i < size; i++)
        hashes[i] = weir_group_hash (&keys[from + i], self->table->is_view);
      weir_group_table_insert (self->table, keys + from, hashes, size, groups);
      for (guint i = 0; i < size; i++)
        {
          /* New groups are met in the order of their numbers. */
          if (groups[i] != known)
            continue;
          known++;
          set_expiry (self, groups[i], expiry_of (self, times[from + i]));
          rows[n_new++] = rows[from + i];
        }
    }
  self->n_dropped += n - n_new;
  return n_new;
}

static void
filter_batch (Dedup     *self,
              WeirExec  *exec,
              WeirBatch *batch)
{
  g_autofree WeirGroupKey *keys = g_new (WeirGroupKey, batch->n_rows);
  g_autofree gint64       *times = g_new (gint64, batch->n_rows);
  g_autofree guint32      *rows = g_new (guint32, batch->n_rows);
  g_autofree WeirColumn  **columns = g_new (WeirColumn *, MAX (self->codec.n, 1));
  g_autofree WeirColumn  **out = g_new (WeirColumn *, MAX (batch->n_columns, 1));
  guint                    n;

  for (guint k = 0; k < self->codec.n; k++)
    columns[k] = weir_column_flatten (batch->columns[self->op.plan->dedup.keys[k]]);
  g_byte_array_set_size (self->scratch, 0);
  weir_key_codec_encode (&self->codec, columns, weir_sel_all (batch->n_rows), 0, batch->n_rows, self->scratch, keys);
  n = choose_rows (self, exec, batch, keys, times, rows);
  n = keep_new (self, keys, times, rows, n);
  for (guint k = 0; k < self->codec.n; k++)
    weir_column_unref (columns[k]);
  if (n == 0)
    return;
  for (guint c = 0; c < batch->n_columns; c++)
    out[c] = weir_column_gather (batch->columns[c], rows, n);
  g_ptr_array_add (self->batches, weir_batch_new (self->op.schema, n, out));
}

static gboolean
check_dedup_budget (WeirOp  *op,
                    GError **error)
{
  guint64 max = op->options->state_max_bytes;

  if (max == 0 || weir_group_table_bytes (((Dedup *)op)->table) <= max)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "LIMIT_EXCEEDED", op->plan->span, "The state of DROP DUPLICATES takes more than the %" G_GUINT64_FORMAT " bytes of weir.state.maxBytes.", max);
}

static gboolean
merge_dedup (WeirOp   *op,
             WeirExec *exec,
             gpointer  result,
             GError  **error)
{
  g_autoptr (GPtrArray) batches = result;

  for (guint i = 0; i < batches->len; i++)
    filter_batch ((Dedup *)op, exec, g_ptr_array_index (batches, i));
  return check_dedup_budget (op, error);
}

/* Any key may have. */
static gboolean
may_expire (const Dedup *self)
{
  return self->evict_us != G_MININT64 && self->min_expiry <= self->evict_us;
}

static gboolean
is_expired (Dedup *self,
            guint  group)
{
  return *(gint64 *)(void *)weir_group_payload (self->table, group) <= self->evict_us;
}

static gboolean
finish_dedup (WeirOp   *op,
              WeirExec *exec,
              GError  **error)
{
  Dedup *self = (Dedup *)op;

  for (guint g = 0; may_expire (self) && g < self->table->n; g++)
    self->n_removed += is_expired (self, g);
  return TRUE;
}

static guint
count_batches (WeirOp   *op,
               WeirExec *exec)
{
  return ((Dedup *)op)->batches->len;
}

static gboolean
read_batch (WeirOp   *op,
            guint     part,
            WeirLink *out,
            GError  **error)
{
  return _weir_link_push_all (out, g_ptr_array_index (((Dedup *)op)->batches, part), error);
}

static void
commit_dedup (WeirOp *op)
{
  Dedup             *self = (Dedup *)op;
  g_autofree guint8 *keep = NULL;

  if (self->n_removed > 0)
    {
      keep = g_new (guint8, self->table->n);
      self->min_expiry = G_MAXINT64;
      for (guint g = 0; g < self->table->n; g++)
        {
          keep[g] = !is_expired (self, g);
          if (keep[g])
            self->min_expiry = MIN (self->min_expiry, *(gint64 *)(void *)weir_group_payload (self->table, g));
        }
      weir_group_table_compact (self->table, keep);
    }
  self->n_committed = self->table->n;
}

static void
abort_dedup (WeirOp *op)
{
  weir_group_table_truncate (((Dedup *)op)->table, ((Dedup *)op)->n_committed);
}

/* varint number of keys; key, u64 expiry of each. A delta has the eviction watermark in front. */
static void
write_from (Dedup      *self,
            guint       from,
            WeirWriter *writer)
{
  weir_writer_varint (writer, self->table->n - from);
  for (guint g = from; g < self->table->n; g++)
    {
      weir_group_key_write (weir_group_key (self->table, g), self->table->is_view, writer);
      weir_writer_raw (writer, weir_group_payload (self->table, g), sizeof (gint64));
    }
}

static void
snapshot_dedup (WeirOp     *op,
                WeirWriter *writer)
{
  write_from ((Dedup *)op, 0, writer);
}

static void
delta_dedup (WeirOp     *op,
             WeirWriter *writer)
{
  weir_writer_u64 (writer, (guint64)((Dedup *)op)->evict_us);
  write_from ((Dedup *)op, ((Dedup *)op)->n_committed, writer);
}

static gboolean
restore_dedup (WeirOp     *op,
               WeirReader *reader,
               GError    **error)
{
  Dedup  *self = (Dedup *)op;
  guint64 n = weir_reader_varint (reader);

  for (guint64 i = 0; i < n && !reader->failed; i++)
    {
      WeirGroupKey key;
      guint64      hash;
      guint32      group;
      gint64       expiry;

      if (!weir_group_key_read (&key, self->table->is_view, reader))
        break;
      expiry = (gint64)weir_reader_u64 (reader);
      hash = weir_group_hash (&key, self->table->is_view);
      weir_group_table_insert (self->table, &key, &hash, 1, &group);
      set_expiry (self, group, expiry);
    }
  self->n_committed = self->table->n;
  if (!reader->failed)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE, "The state of DROP DUPLICATES is damaged.");
}

static gboolean
apply_dedup (WeirOp     *op,
             WeirReader *reader,
             GError    **error)
{
  Dedup *self = (Dedup *)op;

  self->evict_us = (gint64)weir_reader_u64 (reader);
  if (!restore_dedup (op, reader, error))
    return FALSE;
  self->n_removed = may_expire (self);
  commit_dedup (op);
  return TRUE;
}

static gboolean
dedup_wants_no_data (WeirOp *op,
                     gint64  watermark_ms,
                     gint64  used_ms)
{
  return watermark_ms > used_ms;
}

static void
dedup_stats (WeirOp            *op,
             WeirStatefulStats *stats)
{
  Dedup *self = (Dedup *)op;

  stats->name = self->within ? "dedupeWithinWatermark" : "dedupe";
  stats->rows_total = self->table->n - self->n_removed;
  stats->rows_updated = self->table->n - self->n_committed;
  stats->rows_removed = self->n_removed;
  stats->rows_dropped_by_watermark = self->n_late;
  stats->late_rows = self->n_late;
  stats->duplicate_rows = self->n_dropped;
  stats->memory_bytes = weir_group_table_bytes (self->table);
  stats->update_ms = op->busy_ns / 1000000;
}

/* Keys @from … and their values: when they expire within the watermark, else nothing, which Spark calls so. */
static void
list_keys (Dedup         *self,
           WeirStateList *list,
           guint          from,
           guint          n)
{
  g_autofree WeirColumn       **keys = g_new (WeirColumn *, MAX (self->codec.n, 1));
  g_autofree guint32           *groups = g_new (guint32, n);
  g_autoptr (WeirColumnBuilder) expiries = weir_column_builder_new (WEIR_BIGINT, n);
  WeirColumn                   *value;

  for (guint i = 0; i < n; i++)
    {
      gint64 expiry = *(gint64 *)(void *)weir_group_payload (self->table, from + i);

      groups[i] = from + i;
      if (expiry == G_MAXINT64)
        weir_column_builder_append_null (expiries);
      else
        weir_column_builder_append_i64 (expiries, expiry);
    }
  for (guint k = 0; k < self->codec.n; k++)
    {
      g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (self->codec.types[k], n);

      weir_key_codec_decode (&self->codec, k, self->table, groups, n, builder);
      keys[k] = weir_column_builder_finish (builder);
    }
  value = self->within ? weir_column_builder_finish (expiries) : weir_column_new_nulls (WEIR_VOID, n);
  _weir_state_list_add (list, n, keys, &value);
}

static gboolean
list_dedup (WeirOp        *op,
            WeirStateList *list,
            GError       **error)
{
  Dedup                *self = (Dedup *)op;
  WeirField             expiry = { (char *)"expiresAtMicros", WEIR_BIGINT, TRUE, NULL };
  WeirField             nothing = { (char *)"__dummy__", WEIR_VOID, TRUE, NULL };
  g_autofree WeirField *fields = g_new (WeirField, MAX (self->codec.n, 1));

  for (guint k = 0; k < self->codec.n; k++)
    fields[k] = op->schema->fields[op->plan->dedup.keys[k]];
  _weir_state_list_set_fields (list, fields, self->codec.n, self->within ? &expiry : &nothing, 1);
  for (guint from = 0; from < self->table->n; from += WEIR_VECTOR_ROWS)
    list_keys (self, list, from, MIN (self->table->n - from, WEIR_VECTOR_ROWS));
  return TRUE;
}

#define DEDUP_CLASS                      \
  .link_size = sizeof (WeirCollectLink), \
  .free = free_dedup,                    \
  .describe = describe_dedup,            \
  .begin = begin_dedup,                  \
  .push = _weir_collect_push,            \
  .take = _weir_collect_take,            \
  .drop = _weir_collect_drop,            \
  .merge = merge_dedup,                  \
  .finish = finish_dedup,                \
  .n_parts = count_batches,              \
  .read = read_batch,                    \
  .end = end_dedup

static const WeirOpClass batch_class = {
  .name = "Deduplicate",
  DEDUP_CLASS,
};

static const WeirOpClass stream_class = {
  .name = "StreamingDeduplicate",
  DEDUP_CLASS,
  .commit = commit_dedup,
  .abort = abort_dedup,
  .snapshot = snapshot_dedup,
  .delta = delta_dedup,
  .restore = restore_dedup,
  .apply = apply_dedup,
  .check_budget = check_dedup_budget,
  .wants_no_data = dedup_wants_no_data,
  .list_state = list_dedup,
  .get_stats = dedup_stats,
};

WeirOp *
_weir_op_dedup_new (WeirPlan                  *plan,
                    const WeirPipelineOptions *options)
{
  gboolean              is_streaming = options->is_streaming && plan->is_streaming;
  Dedup                *self = _weir_op_new (sizeof (Dedup), is_streaming ? &stream_class : &batch_class, plan, NULL, options);
  g_autofree WeirType **types = g_new (WeirType *, MAX (plan->dedup.n_keys, 1));
  WeirPlan             *child = plan->children[0];

  self->is_streaming = is_streaming;
  self->within = plan->dedup.within_watermark;
  self->time_column = -1;
  for (guint c = 0; is_streaming && c < child->schema->n_fields; c++)
    if (child->event_time_delay_us != NULL && child->event_time_delay_us[c] >= 0 && self->time_column < 0)
      {
        self->time_column = (int)c;
        self->delay_us = child->event_time_delay_us[c];
      }
  for (guint k = 0; k < plan->dedup.n_keys; k++)
    {
      types[k] = child->schema->fields[plan->dedup.keys[k]].type;
      self->key_has_time = self->key_has_time || (int)plan->dedup.keys[k] == self->time_column;
    }
  weir_key_codec_init (&self->codec, types, plan->dedup.n_keys);
  self->table = weir_group_table_new (weir_key_codec_is_view (&self->codec), STRIDE);
  self->min_expiry = G_MAXINT64;
  self->scratch = g_byte_array_new ();
  return &self->op;
}
