/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/batch.h"
#include "column/timezone.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _WeirSink      WeirSink;
typedef struct _WeirSinkClass WeirSinkClass;

typedef struct
{
  const char   *format;
  const char   *table;  /* name of the table */
  WeirSchema   *schema; /* of the query's rows */
  GHashTable   *options;
  const char   *base_dir;
  WeirZone     *zone;
  const char   *mode; /* append, update, complete; NULL: a batch query, whose rows are all there are */
  const char   *query_name;
  const char   *query_id;                         /* UUID kept in the checkpoint, the same after a restart; NULL: the run has no checkpoint */
  guint         sink_index;                       /* of the query's sinks: with query_id it names the sink */
  gint64        retry_us;                         /* how long an absent server is waited for at the start; −1: until stopped. A batch that fails with a path in its error is handed over again */
  gpointer      hub;                              /* nullable: WeirReaderHub of the session; the queue sink pushes into it */
  GCancellable *cancellable;                      /* nullable: a sink that waits for a server gives up when it fires */
  void (*warn) (const char *text, gpointer data); /* nullable: a sentence for the user, though the sink works; while it is opened */
  gpointer warn_data;
} WeirSinkConfig;

/**
 * WeirSinkClass:
 *
 * A batch is begin → write… → commit, or abort. A batch id that was committed before is ignored. Calls come from the query's thread;
 * they may wait for the disk or a server.
 *
 * is_replay: an earlier run began this batch and did not commit it, so that a sink which keeps no record may have shown it already.
 *
 * A strict sink stores the batch id in the same atomic act as the rows and can say which batch it holds (reliability §3.1).
 */
struct _WeirSinkClass
{
  const char *format;
  gboolean (*open) (WeirSink *sink, const WeirSinkConfig *config, GError **error);
  gboolean (*begin) (WeirSink *sink, guint64 batch_id, gboolean is_replay, GError **error);
  gboolean (*write) (WeirSink *sink, WeirBatch *batch, GError **error);
  gboolean (*commit) (WeirSink *sink, guint64 batch_id, GError **error);
  void (*abort) (WeirSink *sink);
  void (*finalize) (WeirSink *sink);

  /* Strict sinks: the last batch they hold for query_id and sink_index, −1 when none; it settles what a crash left in doubt. Asked
   * before the first batch, and again after one that failed. NULL: the sink keeps no record, and a batch that is run again is written again. */
  gboolean (*get_progress) (WeirSink *sink, gint64 *last, GError **error);
  /* The rows of a batch are logged (OUTPUT record) before they are handed over, so that what is in doubt is sent again as it was.
   * FALSE for sinks whose own staged files play that part. */
  gboolean needs_output_record;
};

struct _WeirSink
{
  const WeirSinkClass *klass;
  gatomicrefcount      ref_count;
  char                *description; /* Owned: as Spark's progress prints it */
  guint64              rows_written;
};

/* What is wrong with a table's options or with the rows it is to take, told when the SQL is analysed; nothing is opened. Only format, table,
 * schema, options, base_dir and mode of @config count. */
gboolean weir_sink_check (const WeirSinkConfig *config, GError **error);

WeirSink *weir_sink_new (const WeirSinkConfig *config, GError **error); /* (transfer full) (nullable) */
WeirSink *weir_sink_ref (WeirSink *sink);
void      weir_sink_unref (WeirSink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSink, weir_sink_unref)

G_END_DECLS
