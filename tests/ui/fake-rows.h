/* SPDX-License-Identifier: Apache-2.0 */
/* A result table made by hand: window, channel, bids, avg_price, max_price. */
#pragma once

#include "ui/results/rows-view.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 id;
  gint64  start_us;
  gint64  end_us;
  char    channel[24];
  gint64  bids;
  double  avg_price;
  gint64  max_price;
  gint64  updated_us;
} FakeRow;

typedef struct _FakeTable FakeTable;

struct _FakeTable
{
  FakeTable *changes;       /* nullable; marks are in max_price */
  FakeTable *open;          /* windows that are not among the rows; nullable */
  GArray    *rows;          /* of FakeRow */
  GArray    *page_versions; /* of guint64 */
  guint64    version;
  guint64    layout_version;
  gint64     watermark_us;
  gint64     newest_us;
};

FakeTable *fake_table_new (void);
void       fake_table_free (FakeTable *table);

/* Adds the group or finds it; the row may be written to until the next add. Marks its page as changed. */
FakeRow *fake_table_touch (FakeTable  *table,
                           gint64      start_us,
                           gint64      end_us,
                           const char *channel);
void     fake_table_remove_front (FakeTable *table,
                                  guint      n);

/* (transfer full) */
WeirRowsView *fake_table_snapshot (FakeTable *table);

G_END_DECLS
