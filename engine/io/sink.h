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
  const char *format;
  const char *table;  /* name of the table */
  WeirSchema *schema; /* of the query's rows */
  GHashTable *options;
  const char *base_dir;
  WeirZone   *zone;
  const char *mode; /* append, update, complete */
  const char *query_name;
  gpointer    hub; /* nullable: WeirReaderHub of the session; the queue sink pushes into it */
} WeirSinkConfig;

/**
 * WeirSinkClass:
 *
 * A batch is begin → write… → commit, or abort. A batch id that was committed before is ignored (replay). Calls come from the
 * query's thread; they may wait for the disk.
 */
struct _WeirSinkClass
{
  const char *format;
  gboolean (*open) (WeirSink *sink, const WeirSinkConfig *config, GError **error);
  gboolean (*begin) (WeirSink *sink, guint64 batch_id, GError **error);
  gboolean (*write) (WeirSink *sink, WeirBatch *batch, GError **error);
  gboolean (*commit) (WeirSink *sink, guint64 batch_id, GError **error);
  void (*abort) (WeirSink *sink);
  void (*finalize) (WeirSink *sink);
};

struct _WeirSink
{
  const WeirSinkClass *klass;
  gatomicrefcount      ref_count;
  char                *description; /* Owned: as Spark's progress prints it */
  guint64              rows_written;
};

WeirSink *weir_sink_new (const WeirSinkConfig *config, GError **error); /* (transfer full) (nullable) */
WeirSink *weir_sink_ref (WeirSink *sink);
void      weir_sink_unref (WeirSink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSink, weir_sink_unref)

G_END_DECLS
