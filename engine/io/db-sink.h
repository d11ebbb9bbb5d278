/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/db-target.h"

G_BEGIN_DECLS

/**
 * WeirDbSink:
 *
 * What sinks of SQL databases are alike in; embedded first. Rows wait until the commit, which hands them and the number of the batch over in one
 * transaction.
 */
typedef struct
{
  WeirSink     parent;
  WeirDbTarget target;
  char        *query_id; /* Owned, nullable */
  GPtrArray   *batches;  /* Owned: WeirBatch of the open batch */
  gint64       last;     /* batch that the database holds; −1: none */
} WeirDbSink;

/* The first act of open(). */
gboolean weir_db_sink_init (WeirDbSink *self, WeirDbKind kind, const WeirSinkConfig *config, GError **error);
/* The last of finalize(). */
void weir_db_sink_clear (WeirDbSink *self);
/* Would open() take the options? Opens nothing. */
gboolean weir_db_sink_check (WeirDbKind kind, const WeirSinkConfig *config, const char *option, const char *example, GError **error);

/* Another batch than `last` is the newest in the database: another run writes too, or an older copy took its place. @where: the table,
 * for people. Returns FALSE. */
gboolean weir_db_sink_fail_progress (WeirDbSink *self, const char *where, gint64 found, guint64 batch_id, GError **error);

/* Rows of the open batch. */
guint64 weir_db_sink_count_rows (const WeirDbSink *self);

/* Of WeirSinkClass. */
gboolean weir_db_sink_begin (WeirSink *sink, guint64 batch_id, gboolean is_replay, GError **error);
gboolean weir_db_sink_write (WeirSink *sink, WeirBatch *batch, GError **error);
void     weir_db_sink_abort (WeirSink *sink);
gboolean weir_db_sink_get_progress (WeirSink *sink, gint64 *last, GError **error);

G_END_DECLS
