/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <gmodule.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

/*
 * librdkafka makes its threads by thrd_create(), of which ThreadSanitizer knows nothing: it ends in the first of them. In a build for it
 * these definitions come before those of the C library.
 */

typedef struct
{
  thrd_start_t func;
  void        *data;
} Start;

static void *
start_thread (void *data)
{
  Start start = *(Start *)data;

  free (data);
  return (void *)(intptr_t)start.func (start.data);
}

G_MODULE_EXPORT int
thrd_create (thrd_t      *thread,
             thrd_start_t func,
             void        *data)
{
  Start    *start = malloc (sizeof *start);
  pthread_t made;

  if (start == NULL)
    return thrd_nomem;
  *start = (Start){ func, data };
  if (pthread_create (&made, NULL, start_thread, start) != 0)
    {
      free (start);
      return thrd_error;
    }
  *thread = made;
  return thrd_success;
}

G_MODULE_EXPORT int
thrd_join (thrd_t thread,
           int   *result)
{
  void *value;

  if (pthread_join (thread, &value) != 0)
    return thrd_error;
  if (result != NULL)
    *result = (int)(intptr_t)value;
  return thrd_success;
}
