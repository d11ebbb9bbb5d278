/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/retry.h"

#include <string.h>

#define FIRST_DELAY_US (100 * G_TIME_SPAN_MILLISECOND)
#define LAST_DELAY_US  (5 * G_TIME_SPAN_SECOND)

static void
set_trouble (WeirQuery  *query,
             const char *message,
             gint64      retry_at_us)
{
  g_mutex_lock (&query->lock);
  g_free (query->trouble);
  query->trouble = g_strdup (message);
  query->trouble_retry_at_us = retry_at_us;
  g_mutex_unlock (&query->lock);
  _weir_query_post (query, WEIR_EVENT_SOURCES);
}

/* Only what passes when somebody makes room, mounts a disk or gives a permission, which names a path, or when a server comes back. A row
 * that a table does not take stays wrong, and a file that is gone or was changed does so by itself. */
static gboolean
may_pass (const GError *error)
{
  const char *condition = weir_error_get_condition (error), *name, *value;

  if (strcmp (condition, "KAFKA_UNREACHABLE") == 0)
    return TRUE;
  if ((strcmp (condition, "TASK_WRITE_FAILED") != 0 && strcmp (condition, "FAILED_READ_FILE.NO_HINT") != 0) || weir_error_get_n_params (error) == 0)
    return FALSE;
  weir_error_get_param (error, 0, &name, &value);
  return strcmp (name, "path") == 0;
}

gboolean
_weir_retry_failed (WeirRetry    *retry,
                    WeirQuery    *query,
                    const GError *error,
                    gint64       *delay_us)
{
  gint64 allowed_us = query->spec.retry_us, now_us = g_get_monotonic_time ();

  if (allowed_us == 0 || !may_pass (error))
    return FALSE;
  if (retry->since_us == 0)
    retry->since_us = now_us;
  if (allowed_us > 0 && now_us - retry->since_us >= allowed_us)
    return FALSE;
  *delay_us = MIN (FIRST_DELAY_US << MIN (retry->n, 10), LAST_DELAY_US);
  if (allowed_us > 0)
    *delay_us = MIN (*delay_us, retry->since_us + allowed_us - now_us);
  retry->n++;
  /* Whoever sees the trouble finds the query waiting. */
  _weir_query_set_state (query, WEIR_QUERY_WAITING, NULL);
  set_trouble (query, error->message, now_us + *delay_us);
  return TRUE;
}

void
_weir_retry_done (WeirRetry *retry,
                  WeirQuery *query)
{
  if (retry->since_us == 0)
    return;
  *retry = (WeirRetry){ 0 };
  set_trouble (query, NULL, 0);
}

char *
weir_query_dup_trouble (WeirQuery *query,
                        gint64    *retry_in_us)
{
  char *message;

  g_mutex_lock (&query->lock);
  *retry_in_us = query->trouble != NULL ? MAX (0, query->trouble_retry_at_us - g_get_monotonic_time ()) : -1;
  message = g_strdup (query->trouble != NULL ? query->trouble : query->notice);
  g_mutex_unlock (&query->lock);
  return message;
}
