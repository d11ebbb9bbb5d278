/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "base/limits.h"
#include "expr/agg-private.h"

/*
 * collect_list, array_agg, collect_set, listagg, mode, and the set in front of a DISTINCT aggregate: values as value-codec bytes, one
 * behind the other, in the order they came. Sets and mode have an index over them.
 */

typedef struct
{
  GByteArray *bytes;
  GArray     *counts; /* mode: how often each value came */
  GHashTable *index;  /* sets and mode: Entry → itself */
  guint64     n;
  WeirAggHeap heap;
} Values;

typedef struct
{
  Values *values;
  guint64 unused; /* keeps the state 16 bytes */
} CollectState;

typedef struct
{
  guint32 start, len, number;
  Values *values;
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

static Values *
ensure_values (CollectState *state,
               gboolean      is_set)
{
  if (state->values != NULL)
    return state->values;
  state->values = g_new0 (Values, 1);
  state->values->bytes = g_byte_array_new ();
  if (is_set)
    {
      state->values->index = g_hash_table_new_full (entry_hash, entry_equal, g_free, NULL);
      state->values->counts = g_array_new (FALSE, FALSE, sizeof (guint64));
    }
  return state->values;
}

static void
values_free (Values *values)
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
static void
values_close (Values *values,
              guint32 start,
              guint64 count)
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
static gboolean
tell_size (const WeirAggCall *call,
           WeirEval          *eval,
           Values            *values,
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

static gboolean
is_set (const WeirAggCall *call)
{
  return call->is_distinct || call->aggregate->name[0] == 'm' || strcmp (call->aggregate->name, "collect_set") == 0;
}

static WeirType *
bind_collect (WeirAggCall *call,
              WeirZone    *zone,
              GError     **error)
{
  if (is_set (call) && call->args[0]->type->kind == WEIR_TYPE_MAP)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE", call->span,
                 "Cannot resolve \"%s\" due to data type mismatch: The input of `collect_set` can't be \"MAP\" type data.", call->name);
      return NULL;
    }
  call->state_size = sizeof (CollectState);
  call->nullable = FALSE;
  return weir_type_new_array (call->args[0]->type, FALSE);
}

static void
update_collect (const WeirAggCall *call,
                WeirEval          *eval,
                WeirAggStates      states,
                WeirColumn       **args,
                WeirSel            sel)
{
  gboolean set = is_set (call);

  for (guint i = 0; i < sel.n; i++)
    {
      guint      row = weir_sel_row (sel, i);
      Values    *values;
      WeirWriter writer = { 0 };
      guint32    start;

      if (weir_column_is_null (args[0], row))
        continue;
      values = ensure_values ((void *)weir_agg_state (states, i), set);
      writer.bytes = values->bytes;
      start = values->bytes->len;
      weir_value_write (args[0], row, set, &writer);
      values_close (values, start, 1);
      if (!tell_size (call, eval, values, 0, row))
        return;
    }
}

/* Value by value into a set; a list is appended whole. @type splits the bytes. */
static void
merge_values (const WeirAggCall *call,
              WeirEval          *eval,
              CollectState      *dst,
              Values            *from,
              WeirType         **types,
              guint              n_types,
              gboolean           set)
{
  Values    *to = ensure_values (dst, set);
  WeirReader reader;

  if (!tell_size (call, eval, to, set ? 0 : from->bytes->len, 0))
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
      values_close (to, start, g_array_index (from->counts, guint64, i));
      if (!tell_size (call, eval, to, 0, 0))
        return;
    }
}

static void
merge_collect (const WeirAggCall *call,
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
  WEIR_AGG_MERGE_LOOP (CollectState, to, from, n, {
    if (src->values == NULL)
      continue;
    if (dst->values == NULL && !keep)
      dst->values = g_steal_pointer (&src->values);
    else
      merge_values (call, eval, dst, src->values, types, n_types, is_set (call));
    if (!keep)
      g_clear_pointer (&src->values, values_free);
  });
}

static WeirColumn *
finish_collect (const WeirAggCall *call,
                WeirEval          *eval,
                WeirAggStates      states,
                guint              n)
{
  WeirColumnBuilder *builder = weir_column_builder_new (call->type, n);
  WeirColumn        *column;

  for (guint i = 0; i < n; i++)
    {
      const CollectState *state = (const void *)weir_agg_state (states, i);
      guint64             length = state->values != NULL ? state->values->n : 0;
      WeirReader          reader;

      if (length > 0)
        weir_reader_init (&reader, state->values->bytes->data, state->values->bytes->len);
      for (guint64 k = 0; k < length; k++)
        weir_value_read (builder->children[0], &reader);
      weir_column_builder_append_list (builder, (guint)length);
    }
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

static void
clear_collect (const WeirAggCall *call,
               guint8            *state)
{
  g_clear_pointer (&((CollectState *)(void *)state)->values, values_free);
}

/* varint number, bytes, for sets the count of each. */
static void
write_collect (const WeirAggCall *call,
               const guint8      *state,
               WeirWriter        *writer)
{
  const Values *values = ((const CollectState *)(const void *)state)->values;

  weir_writer_varint (writer, values != NULL ? values->n : 0);
  if (values == NULL)
    return;
  weir_writer_bytes (writer, values->bytes->data, values->bytes->len);
  for (guint64 i = 0; values->index != NULL && i < values->n; i++)
    weir_writer_varint (writer, g_array_index (values->counts, guint64, i));
}

static gboolean
read_collect (const WeirAggCall *call,
              guint8            *state,
              WeirReader        *reader)
{
  g_autofree WeirType **types = g_new (WeirType *, MAX (call->n_args, 1));
  guint64               n = weir_reader_varint (reader);
  gboolean              set = is_set (call);
  Values                from = { .n = n };
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

/* ---- listagg ---------------------------------------------------------------------------------------------------- */

static WeirType *
bind_listagg (WeirAggCall *call,
              WeirZone    *zone,
              GError     **error)
{
  WeirType *type = call->args[0]->type->kind == WEIR_TYPE_BINARY ? WEIR_BINARY : WEIR_STRING;

  if (!_weir_agg_coerce (call, 0, type, error))
    return NULL;
  if (call->n_args == 1)
    {
      char *name = g_strdup_printf ("%.*s, NULL)", (int)strlen (call->name) - 1, call->name);

      g_free (call->name);
      call->name = name;
    }
  else
    {
      g_autoptr (WeirColumn) value = NULL;

      if (!_weir_agg_coerce (call, 1, type, error) || !_weir_agg_constant (call, 1, &value, error))
        return NULL;
      call->data = weir_column_flatten (value);
      call->data_free = (GDestroyNotify)weir_column_unref;
      _weir_agg_drop_args (call, 1);
    }
  call->state_size = sizeof (CollectState);
  return type;
}

static void
append_joined (const WeirAggCall *call,
               const Values      *values,
               WeirColumnBuilder *builder)
{
  WeirColumn *separator = call->data;
  WeirReader  reader;
  GByteArray *joined = g_byte_array_new ();

  weir_reader_init (&reader, values->bytes->data, values->bytes->len);
  for (guint64 i = 0; i < values->n; i++)
    {
      gsize         len;
      const guint8 *bytes;

      weir_reader_u8 (&reader);
      bytes = weir_reader_bytes (&reader, &len);
      if (i > 0 && separator != NULL && !weir_column_is_null (separator, 0))
        {
          const WeirView *view = &weir_column_values (separator, WeirView)[0];

          g_byte_array_append (joined, (const guint8 *)weir_view_data (view), view->len);
        }
      if (bytes != NULL)
        g_byte_array_append (joined, bytes, (guint)len);
    }
  weir_column_builder_append_bytes (builder, (const char *)joined->data, joined->len);
  g_byte_array_unref (joined);
}

static WeirColumn *
finish_listagg (const WeirAggCall *call,
                WeirEval          *eval,
                WeirAggStates      states,
                guint              n)
{
  WeirColumnBuilder *builder = weir_column_builder_new (call->type, n);
  WeirColumn        *column;

  for (guint i = 0; i < n; i++)
    {
      const CollectState *state = (const void *)weir_agg_state (states, i);

      if (state->values == NULL)
        weir_column_builder_append_null (builder);
      else
        append_joined (call, state->values, builder);
    }
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

/* ---- mode ------------------------------------------------------------------------------------------------------- */

static WeirType *
bind_mode (WeirAggCall *call,
           WeirZone    *zone,
           GError     **error)
{
  call->state_size = sizeof (CollectState);
  return weir_type_ref (call->args[0]->type);
}

static WeirColumn *
finish_mode (const WeirAggCall *call,
             WeirEval          *eval,
             WeirAggStates      states,
             guint              n)
{
  WeirColumnBuilder *builder = weir_column_builder_new (call->type, n);
  WeirColumn        *column;

  for (guint i = 0; i < n; i++)
    {
      const CollectState *state = (const void *)weir_agg_state (states, i);
      guint64             best = 0, best_count = 0;
      WeirReader          reader;

      if (state->values == NULL)
        {
          weir_column_builder_append_null (builder);
          continue;
        }
      for (guint64 k = 0; k < state->values->n; k++)
        if (g_array_index (state->values->counts, guint64, k) > best_count)
          {
            best = k;
            best_count = g_array_index (state->values->counts, guint64, k);
          }
      weir_reader_init (&reader, state->values->bytes->data, state->values->bytes->len);
      for (guint64 k = 0; k <= best; k++)
        {
          if (k > 0)
            weir_column_builder_truncate (builder, i);
          weir_value_read (builder, &reader);
        }
    }
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

/* ---- DISTINCT --------------------------------------------------------------------------------------------------- */

static void
update_distinct (const WeirAggCall *call,
                 WeirEval          *eval,
                 WeirAggStates      states,
                 WeirColumn       **args,
                 WeirSel            sel)
{
  for (guint i = 0; i < sel.n; i++)
    {
      guint      row = weir_sel_row (sel, i);
      Values    *values = ensure_values ((void *)weir_agg_state (states, i), TRUE);
      WeirWriter writer = { values->bytes };
      guint32    start = values->bytes->len;

      for (guint a = 0; a < call->n_args; a++)
        weir_value_write (args[a], row, TRUE, &writer);
      values_close (values, start, 1);
      if (!tell_size (call, eval, values, 0, row))
        return;
    }
}

/* Runs the aggregate behind the set over its values into @state. */
static void
run_inner (const WeirAggCall *call,
           WeirEval          *eval,
           const Values      *values,
           guint8            *state)
{
  g_autofree WeirColumnBuilder **builders = g_new0 (WeirColumnBuilder *, call->n_args);
  g_autofree WeirColumn        **args = g_new0 (WeirColumn *, call->n_args);
  WeirReader                     reader;

  for (guint a = 0; a < call->n_args; a++)
    builders[a] = weir_column_builder_new (call->args[a]->type, 0);
  weir_reader_init (&reader, values->bytes->data, values->bytes->len);
  for (guint64 done = 0; done < values->n;)
    {
      guint n = (guint)MIN (values->n - done, 8192);

      for (guint i = 0; i < n; i++)
        for (guint a = 0; a < call->n_args; a++)
          weir_value_read (builders[a], &reader);
      for (guint a = 0; a < call->n_args; a++)
        args[a] = weir_column_builder_finish (builders[a]);
      call->aggregate->update (call, eval, (WeirAggStates){ state, 0, NULL }, args, weir_sel_all (n));
      for (guint a = 0; a < call->n_args; a++)
        weir_column_unref (args[a]);
      done += n;
    }
  for (guint a = 0; a < call->n_args; a++)
    weir_column_builder_free (builders[a]);
}

static WeirColumn *
finish_distinct (const WeirAggCall *call,
                 WeirEval          *eval,
                 WeirAggStates      states,
                 guint              n)
{
  WeirAggCall inner = *call;
  guint8     *base;
  WeirColumn *column;

  inner.is_distinct = FALSE;
  inner.state_size = call->distinct_inner_size;
  base = g_aligned_alloc0 (MAX (n, 1), inner.state_size, 16);
  for (guint i = 0; i < n; i++)
    {
      const CollectState *state = (const void *)weir_agg_state (states, i);

      if (call->aggregate->init != NULL)
        call->aggregate->init (&inner, base + i * inner.state_size);
      if (state->values != NULL)
        run_inner (&inner, eval, state->values, base + i * inner.state_size);
    }
  column = call->aggregate->finish (&inner, eval, (WeirAggStates){ base, inner.state_size, NULL }, n);
  if (call->aggregate->clear != NULL)
    for (guint i = 0; i < n; i++)
      call->aggregate->clear (&inner, base + i * inner.state_size);
  g_aligned_free (base);
  return column;
}

const WeirAggregate _weir_agg_distinct = {
  .name = "distinct",
  .flags = WEIR_AGGREGATE_ORDER_SENSITIVE | WEIR_AGGREGATE_POINTERS,
  .update = update_distinct,
  .merge = merge_collect,
  .finish = finish_distinct,
  .clear = clear_collect,
  .write = write_collect,
  .read = read_collect,
};

#define COLLECT(name, min, max, signature, doc, bind, finish)                                                          \
  {                                                                                                                    \
    name, signature, doc, "SELECT " name "(name)", min, max, WEIR_AGGREGATE_ORDER_SENSITIVE | WEIR_AGGREGATE_POINTERS, \
      bind, NULL, update_collect, merge_collect, finish, clear_collect, write_collect, read_collect                    \
  }

static const WeirAggregate aggregates[] = {
  COLLECT ("array_agg", 1, 1, "array_agg(expr)", N_ ("Array of the values that are not NULL, in the order of the rows."), bind_collect, finish_collect),
  COLLECT ("collect_list", 1, 1, "collect_list(expr)", N_ ("Array of the values that are not NULL, in the order of the rows."), bind_collect, finish_collect),
  COLLECT ("collect_set", 1, 1, "collect_set(expr)", N_ ("Array of the different values that are not NULL."), bind_collect, finish_collect),
  COLLECT ("listagg", 1, 2, "listagg(expr[, delimiter])", N_ ("The values that are not NULL as one text."), bind_listagg, finish_listagg),
  COLLECT ("mode", 1, 1, "mode(expr)", N_ ("The most frequent value that is not NULL."), bind_mode, finish_mode),
  COLLECT ("string_agg", 1, 2, "string_agg(expr[, delimiter])", N_ ("The values that are not NULL as one text."), bind_listagg, finish_listagg),
};

const WeirAggFamily _weir_agg_family_collect = { aggregates, G_N_ELEMENTS (aggregates) };
