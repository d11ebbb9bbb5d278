/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "expr/agg-values-private.h"

/*
 * collect_list, array_agg, collect_set, listagg and mode: what becomes of the values that agg-values.c keeps.
 */

static WeirType *
bind_collect (WeirAggCall *call,
              WeirZone    *zone,
              GError     **error)
{
  if (_weir_agg_values_is_set (call) && call->args[0]->type->kind == WEIR_TYPE_MAP)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE", call->span,
                 "Cannot resolve \"%s\" due to data type mismatch: The input of `collect_set` can't be \"MAP\" type data.", call->name);
      return NULL;
    }
  call->state_size = sizeof (WeirAggValuesState);
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
  gboolean set = _weir_agg_values_is_set (call);

  for (guint i = 0; i < sel.n; i++)
    {
      guint          row = weir_sel_row (sel, i);
      WeirAggValues *values;
      WeirWriter     writer = { 0 };
      guint32        start;

      if (weir_column_is_null (args[0], row))
        continue;
      values = _weir_agg_values_ensure ((void *)weir_agg_state (states, i), set);
      writer.bytes = values->bytes;
      start = values->bytes->len;
      weir_value_write (args[0], row, set, &writer);
      _weir_agg_values_close (values, start, 1);
      if (!_weir_agg_values_tell_size (call, eval, values, 0, row))
        return;
    }
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
      const WeirAggValuesState *state = (const void *)weir_agg_state (states, i);
      guint64                   length = state->values != NULL ? state->values->n : 0;
      WeirReader                reader;

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
  call->state_size = sizeof (WeirAggValuesState);
  return type;
}

static void
append_joined (const WeirAggCall   *call,
               const WeirAggValues *values,
               WeirColumnBuilder   *builder)
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
      const WeirAggValuesState *state = (const void *)weir_agg_state (states, i);

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
  call->state_size = sizeof (WeirAggValuesState);
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
      const WeirAggValuesState *state = (const void *)weir_agg_state (states, i);
      guint64                   best = 0, best_count = 0;
      WeirReader                reader;

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

#define COLLECT(name, min, max, signature, doc, bind, finish)                                                                           \
  {                                                                                                                                     \
    name, signature, doc, "SELECT " name "(name)", min, max, WEIR_AGGREGATE_ORDER_SENSITIVE | WEIR_AGGREGATE_POINTERS,                  \
      bind, NULL, update_collect, _weir_agg_values_merge, finish, _weir_agg_values_clear, _weir_agg_values_write, _weir_agg_values_read \
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
