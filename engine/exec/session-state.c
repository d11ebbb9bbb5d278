/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/session-state.h"

/*
 * Sessions are blocks of memory of their own: a key has few, and they are merged away all the time. Touching sessions merge, although
 * they are half-open; the merged end is the greatest, so a short gap never shortens a session (spark-semantics §1.5.2).
 */

static WeirSession *
session_new (WeirSessionState *self,
             gint64            start,
             gint64            end)
{
  const WeirAggLayout *layout = self->layout;
  WeirSession         *session = g_aligned_alloc0 (1, WEIR_SESSION_HEADER + layout->stride, 16);

  self->n_alive++;

  session->start = start;
  session->end = end;
  for (guint a = 0; a < layout->n_aggs; a++)
    if (layout->ops[a]->init != NULL)
      layout->ops[a]->init (layout->calls[a], weir_session_states (session) + layout->offsets[a]);
  return session;
}

static void
session_free (WeirSessionState *self,
              WeirSession      *session)
{
  const WeirAggLayout *layout = self->layout;

  self->n_alive--;
  for (guint a = 0; layout->owns_memory && a < layout->n_aggs; a++)
    if (layout->calls[a]->owns_memory)
      layout->ops[a]->clear (layout->calls[a], weir_session_states (session) + layout->offsets[a]);
  g_aligned_free (session);
}

static void
list_free (WeirSessionState *self,
           GPtrArray        *sessions)
{
  if (sessions == NULL)
    return;
  for (guint i = 0; i < sessions->len; i++)
    session_free (self, g_ptr_array_index (sessions, i));
  g_ptr_array_unref (sessions);
}

/* @session takes in states that stay as they are. */
static void
merge_states (const WeirAggLayout *layout,
              WeirEval            *eval,
              WeirSession         *session,
              guint8              *states)
{
  for (guint a = 0; a < layout->n_aggs; a++)
    layout->ops[a]->merge (layout->calls[a], eval, (WeirAggStates){ weir_session_states (session) + layout->offsets[a], 0, NULL },
                           (WeirAggStates){ states + layout->offsets[a], 0, NULL }, 1, TRUE);
}

WeirSessionState *
weir_session_state_new (const WeirAggLayout *layout)
{
  WeirSessionState *self = g_new0 (WeirSessionState, 1);

  self->layout = layout;
  self->keys = weir_group_table_new (weir_key_codec_is_view (&layout->codec), sizeof (WeirSessionList));
  self->touched = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->evict_us = G_MININT64;
  return self;
}

void
weir_session_state_free (WeirSessionState *state)
{
  if (state == NULL)
    return;
  for (guint k = 0; k < state->keys->n; k++)
    {
      list_free (state, weir_session_state_list (state, k)->sessions);
      list_free (state, weir_session_state_list (state, k)->before);
    }
  weir_group_table_free (state->keys);
  g_array_unref (state->touched);
  g_free (state);
}

void
weir_session_state_begin (WeirSessionState *state)
{
  g_array_set_size (state->touched, 0);
  state->evict_us = G_MININT64;
  state->n_updated = state->n_removed = 0;
}

/* The list of a key as the batch may change it. */
static GPtrArray *
touch (WeirSessionState   *self,
       WeirEval           *eval,
       const WeirGroupKey *key)
{
  guint64          hash = weir_group_hash (key, self->keys->is_view);
  guint32          group;
  WeirSessionList *list;

  weir_group_table_insert (self->keys, key, &hash, 1, &group);
  list = weir_session_state_list (self, group);
  if (list->before != NULL)
    return list->sessions;
  g_array_append_val (self->touched, group);
  list->before = list->sessions != NULL ? list->sessions : g_ptr_array_new ();
  list->sessions = g_ptr_array_new ();
  for (guint i = 0; i < list->before->len; i++)
    {
      WeirSession *old = g_ptr_array_index (list->before, i);
      WeirSession *copy = session_new (self, old->start, old->end);

      merge_states (self->layout, eval, copy, weir_session_states (old));
      g_ptr_array_add (list->sessions, copy);
    }
  return list->sessions;
}

/* The first session that ends at @start or later; their ends ascend as their starts do. */
static guint
first_reaching (const GPtrArray *sessions,
                gint64           start)
{
  guint from = 0, to = sessions->len;

  while (from < to)
    {
      guint middle = from + (to - from) / 2;

      if (((const WeirSession *)g_ptr_array_index (sessions, middle))->end < start)
        from = middle + 1;
      else
        to = middle;
    }
  return from;
}

void
weir_session_state_add (WeirSessionState   *state,
                        WeirEval           *eval,
                        const WeirGroupKey *key,
                        gint64              start,
                        gint64              end,
                        guint8             *states)
{
  WeirGroupKey plain = { 0, key->a, key->b };
  GPtrArray   *sessions = touch (state, eval, &plain);
  WeirSession *into;
  guint        at = first_reaching (sessions, start);

  into = at < sessions->len ? g_ptr_array_index (sessions, at) : NULL;
  if (into == NULL || into->start > end)
    {
      into = session_new (state, start, end);
      g_ptr_array_insert (sessions, (gint)at, into);
    }
  into->start = MIN (into->start, start);
  into->end = MAX (into->end, end);
  merge_states (state->layout, eval, into, states);
  while (at + 1 < sessions->len && ((WeirSession *)g_ptr_array_index (sessions, at + 1))->start <= into->end)
    {
      WeirSession *next = g_ptr_array_index (sessions, at + 1);

      into->end = MAX (into->end, next->end);
      merge_states (state->layout, eval, into, weir_session_states (next));
      session_free (state, next);
      g_ptr_array_remove_index (sessions, at + 1);
    }
}

void
weir_session_state_close (WeirSessionState *state,
                          gint64            evict_us)
{
  state->evict_us = evict_us;
  state->n_total = 0;
  for (guint k = 0; k < state->keys->n; k++)
    {
      WeirSessionList *list = weir_session_state_list (state, k);

      for (guint i = 0; list->sessions != NULL && i < list->sessions->len; i++)
        if (((WeirSession *)g_ptr_array_index (list->sessions, i))->end <= evict_us)
          state->n_removed++;
        else
          state->n_total++;
      if (list->before != NULL)
        state->n_updated += list->sessions->len;
    }
}

/* Keys without sessions go when they are most. */
static void
shrink (WeirSessionState *self)
{
  g_autofree guint8 *keep = g_new0 (guint8, MAX (self->keys->n, 1));
  guint              n = 0;

  for (guint k = 0; k < self->keys->n; k++)
    {
      WeirSessionList *list = weir_session_state_list (self, k);

      keep[k] = list->sessions != NULL && list->sessions->len > 0;
      n += keep[k];
    }
  if (self->keys->n < 1024 || n * 2 > self->keys->n)
    return;
  for (guint k = 0; k < self->keys->n; k++)
    if (!keep[k])
      list_free (self, weir_session_state_list (self, k)->sessions);
  weir_group_table_compact (self->keys, keep);
}

void
weir_session_state_commit (WeirSessionState *state)
{
  for (guint k = 0; k < state->keys->n; k++)
    {
      WeirSessionList *list = weir_session_state_list (state, k);
      guint            gone = 0;

      list_free (state, g_steal_pointer (&list->before));
      while (list->sessions != NULL && gone < list->sessions->len && ((WeirSession *)g_ptr_array_index (list->sessions, gone))->end <= state->evict_us)
        session_free (state, g_ptr_array_index (list->sessions, gone++));
      if (gone > 0)
        g_ptr_array_remove_range (list->sessions, 0, gone);
    }
  shrink (state);
  state->n_committed = state->keys->n;
  g_array_set_size (state->touched, 0);
}

void
weir_session_state_abort (WeirSessionState *state)
{
  for (guint i = 0; i < state->touched->len; i++)
    {
      WeirSessionList *list = weir_session_state_list (state, g_array_index (state->touched, guint32, i));

      list_free (state, list->sessions);
      list->sessions = g_steal_pointer (&list->before);
    }
  for (guint k = state->n_committed; k < state->keys->n; k++)
    list_free (state, weir_session_state_list (state, k)->sessions);
  weir_group_table_truncate (state->keys, state->n_committed);
  g_array_set_size (state->touched, 0);
}

gsize
weir_session_state_bytes (const WeirSessionState *state)
{
  return weir_group_table_bytes (state->keys) + weir_agg_layout_heap_bytes (state->layout) + state->n_alive * (WEIR_SESSION_HEADER + state->layout->stride + 16);
}

/* varint number of keys; per key its words, varint number of sessions; per session u64 start, u64 end, the states. */
void
weir_session_state_write (const WeirSessionState *state,
                          gboolean                with_running,
                          WeirWriter             *writer)
{
  const WeirAggLayout *layout = state->layout;
  guint                n = with_running ? state->keys->n : state->n_committed;

  weir_writer_varint (writer, n);
  for (guint k = 0; k < n; k++)
    {
      const WeirSessionList *list = weir_session_state_list (state, k);
      GPtrArray             *sessions = list->before != NULL && !with_running ? list->before : list->sessions;
      guint                  first = 0, n_sessions = sessions != NULL ? sessions->len : 0;

      while (with_running && first < n_sessions && ((WeirSession *)g_ptr_array_index (sessions, first))->end <= state->evict_us)
        first++;
      weir_group_key_write (weir_group_key (state->keys, k), state->keys->is_view, writer);
      weir_writer_varint (writer, n_sessions - first);
      for (guint i = first; i < n_sessions; i++)
        {
          WeirSession *session = g_ptr_array_index (sessions, i);

          weir_writer_u64 (writer, (guint64)session->start);
          weir_writer_u64 (writer, (guint64)session->end);
          for (guint a = 0; a < layout->n_aggs; a++)
            layout->ops[a]->write (layout->calls[a], weir_session_states (session) + layout->offsets[a], writer);
        }
    }
}

static gboolean
read_session (WeirSessionState *self,
              GPtrArray        *sessions,
              WeirReader       *reader)
{
  const WeirAggLayout *layout = self->layout;
  gint64               start = (gint64)weir_reader_u64 (reader), end = (gint64)weir_reader_u64 (reader);
  WeirSession         *session;

  if (reader->failed)
    return FALSE;
  session = session_new (self, start, end);
  g_ptr_array_add (sessions, session);
  for (guint a = 0; a < layout->n_aggs; a++)
    if (!layout->ops[a]->read (layout->calls[a], weir_session_states (session) + layout->offsets[a], reader))
      return FALSE;
  return TRUE;
}

gboolean
weir_session_state_read (WeirSessionState *state,
                         WeirReader       *reader)
{
  guint64 n = weir_reader_varint (reader);

  for (guint k = 0; k < state->keys->n; k++)
    list_free (state, weir_session_state_list (state, k)->sessions);
  weir_group_table_reset (state->keys);
  for (guint64 k = 0; k < n; k++)
    {
      WeirGroupKey     key;
      WeirSessionList *list;
      guint64          n_sessions, hash;
      guint32          group;

      if (!weir_group_key_read (&key, state->keys->is_view, reader))
        return FALSE;
      hash = weir_group_hash (&key, state->keys->is_view);
      weir_group_table_insert (state->keys, &key, &hash, 1, &group);
      list = weir_session_state_list (state, group);
      if (group != k)
        return FALSE;
      list->sessions = g_ptr_array_new ();
      n_sessions = weir_reader_varint (reader);
      for (guint64 i = 0; i < n_sessions; i++)
        if (!read_session (state, list->sessions, reader))
          return FALSE;
    }
  state->n_committed = state->keys->n;
  return !reader->failed;
}
