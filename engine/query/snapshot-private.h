/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "query/rows.h"

G_BEGIN_DECLS

/**
 * WeirResultPage:
 *
 * Up to 1,024 rows of the result table; immutable once it is in a snapshot, shared by snapshots until it changes.
 */
typedef struct
{
  gatomicrefcount ref_count;
  guint64         version;
  guint           n_rows;
  WeirBatch      *batch;      /* Owned */
  guint64        *ids;        /* Owned */
  gint64         *updated_us; /* Owned */
  guint8         *changes;    /* Owned, nullable: WeirChange */
  gsize           bytes;
} WeirResultPage;

WeirResultPage *_weir_result_page_ref (WeirResultPage *page);
void            _weir_result_page_unref (WeirResultPage *page);

struct _WeirSnapshot
{
  gatomicrefcount  ref_count;
  WeirResultShape *shape; /* Owned */
  guint64          version;
  guint64          layout_version;
  guint            n_rows;
  guint64          n_dropped;
  guint            n_pages;
  WeirResultPage **pages; /* Owned; all but the last are full */
  guint64          batch_id;
  gint64           watermark_us;
  gint64           newest_event_us;
  gboolean         is_open; /* its rows are of windows that are not final */
  WeirSnapshot    *open;    /* Owned, nullable */
  WeirSnapshot    *changes; /* Owned, nullable */
};

/* Takes nothing; references the pages. */
WeirSnapshot *_weir_snapshot_new (WeirResultShape *shape, GPtrArray *pages);

G_END_DECLS
