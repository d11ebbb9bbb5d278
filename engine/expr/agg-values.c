/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "expr/agg-values-private.h"

/*
 * The state of aggregates that keep values: value-codec bytes, one behind the other, in the order they came. Sets and mode have an index over
 * them and count how often each came. What a group may keep is bounded, and counted against the budget of the query.
 */

typedef struct
{
  guint32        start, len, number;
  WeirAggValues *values;
} Entry;

static guint
entry_hash (gconstpointer key)
{
  const Entry  *entry = key;
  const guint8 *at = entry->values->bytes->data + entry->start;
  guint32       hash = 2166136261u;

  for (guint32 i = 0; i < entry->len; i++)
    hash = (hash ^ at[i]) * 16777619u;
  return hash;
}

static gboolean
entry_equal (gconstpointer a,
             gconstpointer b)
{
  const Entry *x = a, *y = b;

  return x->len == y->len && memcmp (x->values->bytes->data + x->start, y->values->bytes->data + y->start, x->len) == 0;
}

WeirAggValues *
_weir_agg_values_ensure (WeirAggValuesState *state,
                         gboolean            is_set)
{
  if (state->values != NULL)
    return state->values;
  state->values = g_new0 (WeirAggValues, 1);
  state->values->bytes = g_byte_array_new ();
  if (is_set)
    {
      state->values->index = g_hash_table_new_full (entry_hash, entry_equal, g_free, NULL);
      state->values->counts = g_array_new (FALSE, FALSE, sizeof (guint64));
    }
  return state->values;
}

static void
values_free (WeirAggValues *values)
{
  if (values == NULL)
    return;
  _weir_agg_heap_end (&values->heap);
  g_byte_array_unref (values->bytes);
  if (values->index != NULL)
    {
      g_hash_table_unref (values->index);
      g_array_unref (values->counts);
    }
  g_free (values);
}

/* The bytes from @start on are a new value: kept, or taken back when the set has it. */
void
_weir_agg_values_close (WeirAggValues *values,
                        guint32        start,
                        guint64        count)
{
  Entry  probe = { start, values->bytes->len - start, (guint32)values->n, values };
  Entry *found;

  if (values->index != NULL)
    {
      found = g_hash_table_lookup (values->index, &probe);
      if (found != NULL)
        {
          g_byte_array_set_size (values->bytes, start);
          g_array_index (values->counts, guint64, found->number) += count;
          return;
        }
      g_hash_table_add (values->index, g_memdup2 (&probe, sizeof probe));
      g_array_append_val (values->counts, count);
    }
  values->n++;
}

/* What an entry of the index takes: itself, its block, its places in table and counts. */
#define ENTRY_BYTES 80

/* FALSE: they would grow beyond bounds. Errors go to @eval. */
gboolean
_weir_agg_values_tell_size (const WeirAggCall *call,
                            WeirEval          *eval,
                            WeirAggValues     *values,
                            gsize              more,
                            guint              row)
{
  gsize bytes = values->bytes->len + more;

  if (bytes > WEIR_COLLECTED_BYTES_MAX)
    {
      if (eval != NULL)
        weir_eval_fail (eval, row,
                        weir_error_new (WEIR_ERROR_RUN, "LIMIT_EXCEEDED", call->span,
                                        "%s collects more than the " G_STRINGIFY (WEIR_COLLECTED_MIB_MAX) " MiB that one group may have: group by more, "
                                                                                                          "or filter before.",
                                        call->aggregate->name));
      return FALSE;
    }
  _weir_agg_heap_tell (&values->heap, call, sizeof *values + bytes + (values->index != NULL ? values->n * ENTRY_BYTES : 0));
  return TRUE;
}

gboolean
_weir_agg_values_is_set (const WeirAggCall *call)
{
  return call->is_distinct || call->aggregate->name[0] == 'm' || strcmp (call->aggregate->name, "collect_set") == 0;
}

/* Value by value into a set; a list is appended whole. @type splits the bytes. */
static void
merge_values (const WeirAggCall  *call,
              WeirEval           *eval,
              WeirAggValuesState *dst,
              WeirAggValues      *from,
              WeirType          **types,
              guint               n_types,
              gboolean            set)
{
  WeirAggValues *to = _weir_agg_values_ensure (dst, set);
  WeirReader     reader;

  if (!_weir_agg_values_tell_size (call, eval, to, set ? 0 : from->bytes->len, 0))
    return;
  if (!set)
    {
      g_byte_array_append (to->bytes, from->bytes->data, from->bytes->len);
      to->n += from->n;
      return;
    }
  weir_reader_init (&reader, from->bytes->data, from->bytes->len);
  for (guint64 i = 0; i < from->n; i++)
    {
      gsize   begin = reader.pos;
      guint32 start = to->bytes->len;

      for (guint t = 0; t < n_types; t++)
        {
          WeirColumnBuilder *skip = weir_column_builder_new (types[t], 1);

          weir_value_read (skip, &reader);
          weir_column_builder_free (skip);
        }
      g_byte_array_append (to->bytes, from->bytes->data + begin, (guint)(reader.pos - begin));
      _weir_agg_values_close (to, start, g_array_index (from->counts, guint64, i));
      if (!_weir_agg_values_tell_size (call, eval, to, 0, 0))
        return;
    }
}

void
_weir_agg_values_merge (const WeirAggCall *call,
                        WeirEval          *eval,
                        WeirAggStates      to,
                        WeirAggStates      from,
                        guint              n,
                        gboolean           keep)
{
  g_autofree WeirType **types = g_new (WeirType *, MAX (call->n_args, 1));
  guint                 n_types = call->is_distinct ? call->n_args : 1;

  for (guint i = 0; i < call->n_args; i++)
    types[i] = call->args[i]->type;
  WEIR_AGG_MERGE_LOOP (WeirAggValuesState, to, from, n, {
    if (src->values == NULL)
      continue;
    if (dst->values == NULL && !keep)
      dst->values = g_steal_pointer (&src->values);
    else
      merge_values (call, eval, dst, src->values, types, n_types, _weir_agg_values_is_set (call));
    if (!keep)
      g_clear_pointer (&src->values, values_free);
  });
}

void
_weir_agg_values_clear (const WeirAggCall *call,
                        guint8            *state)
{
  g_clear_pointer (&((WeirAggValuesState *)(void *)state)->values, values_free);
}

/* varint number, bytes, for sets the count of each. */
void
_weir_agg_values_write (const WeirAggCall *call,
                        const guint8      *state,
                        WeirWriter        *writer)
{
  const WeirAggValues *values = ((const WeirAggValuesState *)(const void *)state)->values;

  weir_writer_varint (writer, values != NULL ? values->n : 0);
  if (values == NULL)
    return;
  weir_writer_bytes (writer, values->bytes->data, values->bytes->len);
  for (guint64 i = 0; values->index != NULL && i < values->n; i++)
    weir_writer_varint (writer, g_array_index (values->counts, guint64, i));
}

gboolean
_weir_agg_values_read (const WeirAggCall *call,
                       guint8            *state,
                       WeirReader        *reader)
{
  g_autofree WeirType **types = g_new (WeirType *, MAX (call->n_args, 1));
  guint64               n = weir_reader_varint (reader);
  gboolean              set = _weir_agg_values_is_set (call);
  WeirAggValues         from = { .n = n };
  const guint8         *bytes;
  gsize                 len;

  if (n == 0)
    return !reader->failed;
  bytes = weir_reader_bytes (reader, &len);
  if (bytes == NULL || n > len)
    return FALSE;
  for (guint i = 0; i < call->n_args; i++)
    types[i] = call->args[i]->type;
  from.bytes = g_byte_array_new ();
  g_byte_array_append (from.bytes, bytes, (guint)len);
  from.counts = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint64 i = 0; set && i < n; i++)
    {
      guint64 count = weir_reader_varint (reader);

      g_array_append_val (from.counts, count);
    }
  merge_values (call, NULL, (void *)state, &from, types, call->is_distinct ? call->n_args : 1, set);
  g_byte_array_unref (from.bytes);
  g_array_unref (from.counts);
  return !reader->failed;
}
