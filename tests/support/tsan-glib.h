/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What GLib orders between threads, told to ThreadSanitizer. GLib's locks are futexes and its reference counts atomics of a library that
 * is not instrumented: the sanitizer sees neither and would call every correct use a race. Included in front of every file of a build with
 * -Db_sanitize=thread; each wrapper says "released" before an object is handed over and "acquired" behind the taking of it.
 */
#pragma once

#include <gio/gio.h>
#include <sanitizer/tsan_interface.h>

static inline void
weir_tsan_mutex_lock (GMutex *mutex)
{
  g_mutex_lock (mutex);
  __tsan_acquire (mutex);
}

static inline void
weir_tsan_mutex_unlock (GMutex *mutex)
{
  __tsan_release (mutex);
  g_mutex_unlock (mutex);
}

static inline void
weir_tsan_mutex_clear (GMutex *mutex)
{
  __tsan_acquire (mutex);
  g_mutex_clear (mutex);
}

static inline void
weir_tsan_cond_wait (GCond  *cond,
                     GMutex *mutex)
{
  __tsan_release (mutex);
  g_cond_wait (cond, mutex);
  __tsan_acquire (mutex);
}

static inline gboolean
weir_tsan_cond_wait_until (GCond  *cond,
                           GMutex *mutex,
                           gint64  end_time)
{
  gboolean signalled;

  __tsan_release (mutex);
  signalled = g_cond_wait_until (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return signalled;
}

#define g_mutex_lock      weir_tsan_mutex_lock
#define g_mutex_unlock    weir_tsan_mutex_unlock
#define g_mutex_clear     weir_tsan_mutex_clear
#define g_cond_wait       weir_tsan_cond_wait
#define g_cond_wait_until weir_tsan_cond_wait_until

/* ---- counts and queues ------------------------------------------------------------------------------------------ */

static inline gboolean
weir_tsan_atomic_ref_count_dec (gatomicrefcount *count)
{
  gboolean last;

  __tsan_release (count);
  last = g_atomic_ref_count_dec (count);
  if (last)
    __tsan_acquire (count);
  return last;
}

static inline void
weir_tsan_bytes_unref (GBytes *bytes)
{
  if (bytes != NULL)
    {
      __tsan_acquire (bytes);
      __tsan_release (bytes);
    }
  g_bytes_unref (bytes);
}

static inline void
weir_tsan_object_unref (gpointer object)
{
  __tsan_acquire (object);
  __tsan_release (object);
  g_object_unref (object);
}

static inline void
weir_tsan_source_unref (GSource *source)
{
  __tsan_acquire (source);
  __tsan_release (source);
  g_source_unref (source);
}

static inline void
weir_tsan_main_context_unref (GMainContext *context)
{
  __tsan_acquire (context);
  __tsan_release (context);
  g_main_context_unref (context);
}

static inline void
weir_tsan_async_queue_push (GAsyncQueue *queue,
                            gpointer     item)
{
  __tsan_release (item);
  g_async_queue_push (queue, item);
}

static inline gpointer
weir_tsan_async_queue_pop (GAsyncQueue *queue)
{
  gpointer item = g_async_queue_pop (queue);

  __tsan_acquire (item);
  return item;
}

static inline gpointer
weir_tsan_async_queue_try_pop (GAsyncQueue *queue)
{
  gpointer item = g_async_queue_try_pop (queue);

  if (item != NULL)
    __tsan_acquire (item);
  return item;
}

static inline void
weir_tsan_cancellable_cancel (GCancellable *cancellable)
{
  __tsan_release (cancellable);
  g_cancellable_cancel (cancellable);
}

static inline gboolean
weir_tsan_cancellable_is_cancelled (GCancellable *cancellable)
{
  gboolean cancelled = g_cancellable_is_cancelled (cancellable);

  if (cancelled)
    __tsan_acquire (cancellable);
  return cancelled;
}

#undef g_object_unref
#define g_atomic_ref_count_dec     weir_tsan_atomic_ref_count_dec
#define g_bytes_unref              weir_tsan_bytes_unref
#define g_object_unref             weir_tsan_object_unref
#define g_source_unref             weir_tsan_source_unref
#define g_main_context_unref       weir_tsan_main_context_unref
#define g_async_queue_push         weir_tsan_async_queue_push
#define g_async_queue_pop          weir_tsan_async_queue_pop
#define g_async_queue_try_pop      weir_tsan_async_queue_try_pop
#define g_cancellable_cancel       weir_tsan_cancellable_cancel
#define g_cancellable_is_cancelled weir_tsan_cancellable_is_cancelled

/* ---- what happens once ------------------------------------------------------------------------------------------ */

static inline gboolean
weir_tsan_once_init_enter (void *location)
{
  gboolean first = (g_once_init_enter)(location);

  if (!first)
    __tsan_acquire (location);
  return first;
}

static inline void
weir_tsan_once_init_leave (void *location,
                           gsize result)
{
  __tsan_release (location);
  (g_once_init_leave) (location, result);
}

#undef g_once_init_enter
#undef g_once_init_leave
#define g_once_init_enter(location)         weir_tsan_once_init_enter ((void *)(location))
#define g_once_init_leave(location, result) weir_tsan_once_init_leave ((void *)(location), (gsize)(result))

/* ---- calls in another thread ------------------------------------------------------------------------------------ */

typedef struct
{
  gpointer       func;
  gpointer       data;
  GDestroyNotify notify;
} WeirTsanCall;

static inline WeirTsanCall *
weir_tsan_call_new (gpointer       func,
                    gpointer       data,
                    GDestroyNotify notify)
{
  WeirTsanCall *call = g_new (WeirTsanCall, 1);

  *call = (WeirTsanCall){ func, data, notify };
  __tsan_release (call);
  return call;
}

static inline void
weir_tsan_call_free (gpointer data)
{
  WeirTsanCall *call = (WeirTsanCall *)data;

  __tsan_acquire (call);
  if (call->notify != NULL)
    call->notify (call->data);
  g_free (call);
}

static inline gpointer
weir_tsan_thread (gpointer data)
{
  WeirTsanCall call = *(WeirTsanCall *)data;
  gpointer     result;

  __tsan_acquire (data);
  g_free (data);
  result = ((GThreadFunc)call.func) (call.data);
  __tsan_release (g_thread_self ());
  return result;
}

static inline GThread *
weir_tsan_thread_new (const char *name,
                      GThreadFunc func,
                      gpointer    data)
{
  return g_thread_new (name, weir_tsan_thread, weir_tsan_call_new ((gpointer)func, data, NULL));
}

static inline gpointer
weir_tsan_thread_join (GThread *thread)
{
  gpointer result = g_thread_join (thread);

  __tsan_acquire (thread);
  return result;
}

static inline void
weir_tsan_pool_item (gpointer item,
                     gpointer data)
{
  WeirTsanCall *call = (WeirTsanCall *)data;

  __tsan_acquire (item);
  ((GFunc)call->func) (item, call->data);
}

/* The call stays as long as the process, as pools do. */
static inline GThreadPool *
weir_tsan_thread_pool_new (GFunc    func,
                           gpointer data,
                           int      n_threads_max,
                           gboolean is_exclusive,
                           GError **error)
{
  return g_thread_pool_new (weir_tsan_pool_item, weir_tsan_call_new ((gpointer)func, data, NULL), n_threads_max, is_exclusive, error);
}

static inline gboolean
weir_tsan_thread_pool_push (GThreadPool *pool,
                            gpointer     item,
                            GError     **error)
{
  __tsan_release (item);
  return g_thread_pool_push (pool, item, error);
}

static inline gboolean
weir_tsan_source_cb (gpointer data)
{
  WeirTsanCall *call = (WeirTsanCall *)data;
  GSource      *source = g_main_current_source ();

  __tsan_acquire (call);
  if (source != NULL)
    __tsan_acquire (source);
  return ((GSourceFunc)call->func) (call->data);
}

static inline void
weir_tsan_source_set_callback (GSource       *source,
                               GSourceFunc    func,
                               gpointer       data,
                               GDestroyNotify notify)
{
  g_source_set_callback (source, weir_tsan_source_cb, weir_tsan_call_new ((gpointer)func, data, notify), weir_tsan_call_free);
}

static inline guint
weir_tsan_source_attach (GSource      *source,
                         GMainContext *context)
{
  __tsan_release (source);
  return g_source_attach (source, context);
}

static inline void
weir_tsan_source_set_ready_time (GSource *source,
                                 gint64   ready_time)
{
  __tsan_release (source);
  g_source_set_ready_time (source, ready_time);
}

static inline void
weir_tsan_main_context_invoke_full (GMainContext  *context,
                                    gint           priority,
                                    GSourceFunc    func,
                                    gpointer       data,
                                    GDestroyNotify notify)
{
  g_main_context_invoke_full (context, priority, weir_tsan_source_cb, weir_tsan_call_new ((gpointer)func, data, notify), weir_tsan_call_free);
}

static inline void
weir_tsan_main_context_invoke (GMainContext *context,
                               GSourceFunc   func,
                               gpointer      data)
{
  weir_tsan_main_context_invoke_full (context, G_PRIORITY_DEFAULT, func, data, NULL);
}

static inline void
weir_tsan_task_thread (GTask        *task,
                       gpointer      object,
                       gpointer      data,
                       GCancellable *cancellable)
{
  GTaskThreadFunc func;

  __tsan_acquire (task);
  func = (GTaskThreadFunc)g_object_get_data (G_OBJECT (task), "weir-tsan-func");
  func (task, object, data, cancellable);
}

static inline void
weir_tsan_task_run_in_thread (GTask          *task,
                              GTaskThreadFunc func)
{
  g_object_set_data (G_OBJECT (task), "weir-tsan-func", (gpointer)func);
  __tsan_release (task);
  g_task_run_in_thread (task, weir_tsan_task_thread);
}

static inline void
weir_tsan_task_return_pointer (GTask         *task,
                               gpointer       result,
                               GDestroyNotify destroy)
{
  __tsan_release (task);
  g_task_return_pointer (task, result, destroy);
}

static inline void
weir_tsan_task_return_error (GTask  *task,
                             GError *error)
{
  __tsan_release (task);
  g_task_return_error (task, error);
}

static inline gpointer
weir_tsan_task_propagate_pointer (GTask   *task,
                                  GError **error)
{
  __tsan_acquire (task);
  return g_task_propagate_pointer (task, error);
}

#define g_thread_new               weir_tsan_thread_new
#define g_thread_join              weir_tsan_thread_join
#define g_thread_pool_new          weir_tsan_thread_pool_new
#define g_thread_pool_push         weir_tsan_thread_pool_push
#define g_source_set_callback      weir_tsan_source_set_callback
#define g_source_attach            weir_tsan_source_attach
#define g_source_set_ready_time    weir_tsan_source_set_ready_time
#define g_main_context_invoke_full weir_tsan_main_context_invoke_full
#define g_main_context_invoke      weir_tsan_main_context_invoke
#define g_task_run_in_thread       weir_tsan_task_run_in_thread
#define g_task_return_pointer      weir_tsan_task_return_pointer
#define g_task_return_error        weir_tsan_task_return_error
#define g_task_propagate_pointer   weir_tsan_task_propagate_pointer
