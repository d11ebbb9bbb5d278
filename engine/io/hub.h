/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/batch.h"

G_BEGIN_DECLS

/**
 * WeirReaderHub:
 *
 * What sources of one session share: one reader per address for sockets and HTTP, fanned out to queries, previews and the connection
 * test (an `nc -lk` serves one client), and the queues that the program or INSERT pushes into. Thread-safe.
 */
typedef struct _WeirReaderHub WeirReaderHub;

WeirReaderHub *weir_reader_hub_new (void);
WeirReaderHub *weir_reader_hub_ref (WeirReaderHub *hub);
void           weir_reader_hub_unref (WeirReaderHub *hub); /* at the last one no source that uses it may be left */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirReaderHub, weir_reader_hub_unref)

/**
 * weir_reader_hub_push:
 * @queue: name of a table of format `queue`, any case
 * @batch: one queued batch, with the table's full schema
 *
 * Queued batches wait for the table's queries; each query sees all of them. A queue that nobody reads keeps its batches up to
 * %WEIR_SOURCE_BACKLOG_BYTES.
 *
 * Returns: FALSE with @error when the backlog is full
 */
gboolean weir_reader_hub_push (WeirReaderHub *hub, const char *queue, WeirBatch *batch, GError **error);

G_END_DECLS
