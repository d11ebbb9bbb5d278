/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/hub.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _WeirQueue WeirQueue;

struct _WeirReaderHub
{
  gatomicrefcount ref_count;
  GMutex          lock;
  GHashTable     *readers; /* Owned keys; WeirLineReader borrowed: they leave when they end */
  GHashTable     *queues;  /* Owned: lower-case table name → WeirQueue */
  GHashTable     *recent;  /* Owned: address of a source → WeirRecent */
  GHashTable     *memory;  /* Owned: lower-case table name → WeirMemoryTable */
  GMainContext   *context; /* Owned: of the thread */
  GMainLoop      *loop;    /* Owned */
  GThread        *thread;  /* Owned; started with the first reader */
};

/* Starts the hub's thread when it does not run yet. Call with the lock held. */
void       _weir_hub_ensure_thread (WeirReaderHub *hub);
WeirQueue *_weir_hub_get_queue (WeirReaderHub *hub, const char *table); /* made when absent; (transfer none) */
void       _weir_queue_free (gpointer queue);

G_END_DECLS
