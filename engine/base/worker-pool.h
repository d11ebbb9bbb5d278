/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * WeirWorkerPool:
 *
 * The one pool that all queries share. Tasks of a group are started in the order of submission; groups take turns, one task at a
 * time, so no query starves another. With one thread there are never two tasks at once. A task should take at most 5 ms.
 */
typedef struct _WeirWorkerPool WeirWorkerPool;
typedef struct _WeirTaskGroup  WeirTaskGroup;
typedef void (*WeirTaskFunc) (gpointer data, guint worker); /* @worker: 0 … n_threads − 1 */

WeirWorkerPool *weir_worker_pool_new (guint n_threads);       /* 0: one a core */
void            weir_worker_pool_free (WeirWorkerPool *pool); /* waits for running tasks; no group may be left */
guint           weir_worker_pool_get_n_threads (WeirWorkerPool *pool);
/* Nice +5 while a window is mapped, back to 0. Takes effect before the next task. */
void weir_worker_pool_set_polite (WeirWorkerPool *pool, gboolean polite);

WeirTaskGroup *weir_task_group_new (WeirWorkerPool *pool);
void           weir_task_group_free (WeirTaskGroup *group); /* waits */
void           weir_task_group_submit (WeirTaskGroup *group, WeirTaskFunc func, gpointer data);
/* Blocks until every submitted task has returned. */
void weir_task_group_wait (WeirTaskGroup *group);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirWorkerPool, weir_worker_pool_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirTaskGroup, weir_task_group_free)

G_END_DECLS
