/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/hub-private.h"

#include "io/memory-table.h"
#include "io/recent.h"

/* One thread with a main context of its own drives all shared readers of a session; it starts with the first of them. */

static gpointer
hub_thread (gpointer data)
{
  WeirReaderHub *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  /* Connections that were given up have callbacks on their way. */
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

void
_weir_hub_ensure_thread (WeirReaderHub *hub)
{
  if (hub->thread == NULL)
    hub->thread = g_thread_new ("weir-readers", hub_thread, hub);
}

WeirReaderHub *
weir_reader_hub_new (void)
{
  WeirReaderHub *self = g_new0 (WeirReaderHub, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->readers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->queues = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, _weir_queue_free);
  self->recent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)weir_recent_unref);
  self->memory = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, _weir_memory_table_free);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  return self;
}

static gboolean
quit_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

WeirReaderHub *
weir_reader_hub_ref (WeirReaderHub *hub)
{
  g_atomic_ref_count_inc (&hub->ref_count);
  return hub;
}

void
weir_reader_hub_unref (WeirReaderHub *hub)
{
  if (hub == NULL || !g_atomic_ref_count_dec (&hub->ref_count))
    return;
  if (hub->thread != NULL)
    {
      GSource *source = g_idle_source_new ();

      g_source_set_priority (source, G_PRIORITY_LOW);
      g_source_set_callback (source, quit_cb, hub->loop, NULL);
      g_source_attach (source, hub->context);
      g_source_unref (source);
      g_thread_join (hub->thread);
    }
  g_hash_table_unref (hub->readers);
  g_hash_table_unref (hub->queues);
  g_hash_table_unref (hub->recent);
  g_hash_table_unref (hub->memory);
  g_main_loop_unref (hub->loop);
  g_main_context_unref (hub->context);
  g_mutex_clear (&hub->lock);
  g_free (hub);
}
