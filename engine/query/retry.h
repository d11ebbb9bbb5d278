/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "query/query-private.h"

G_BEGIN_DECLS

/**
 * WeirRetry:
 *
 * A batch that could not be written: a disk that is full, read-only or away. It stays the next batch and is tried again, after 100 ms at
 * first and every five seconds at last, for as long as the query's `retry_us` says.
 */
typedef struct
{
  gint64 since_us; /* monotonic: when it first failed; 0: it does not */
  guint  n;        /* tries since then */
} WeirRetry;

/**
 * _weir_retry_failed:
 * @delay_us: (out): until the next try
 *
 * Returns: TRUE: to be tried again, and the query says so; FALSE: @error is final
 */
gboolean _weir_retry_failed (WeirRetry *retry, WeirQuery *query, const GError *error, gint64 *delay_us);
/* A batch came through. */
void _weir_retry_done (WeirRetry *retry, WeirQuery *query);

G_END_DECLS
