/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/watermark-tracker.h"

/*
 * A node is unset until it has seen a row in this run. With the policy `min` an unset node counts as 0 and so holds the
 * global watermark at the epoch until every node has seen a row; with `max` the furthest one leads.
 */
struct _WeirWatermarkTracker
{
  guint    n_nodes;
  gboolean policy_max;
  gint64  *delays_ms;
  gint64  *nodes_ms; /* G_MININT64: unset */
  gint64   global_ms;
};

WeirWatermarkTracker *
weir_watermark_tracker_new (guint         n_nodes,
                            const gint64 *delays_ms,
                            gboolean      policy_max)
{
  WeirWatermarkTracker *self = g_new0 (WeirWatermarkTracker, 1);

  self->n_nodes = n_nodes;
  self->policy_max = policy_max;
  self->delays_ms = g_memdup2 (delays_ms, n_nodes * sizeof *delays_ms);
  self->nodes_ms = g_new (gint64, MAX (n_nodes, 1));
  for (guint i = 0; i < n_nodes; i++)
    self->nodes_ms[i] = G_MININT64;
  return self;
}

void
weir_watermark_tracker_free (WeirWatermarkTracker *tracker)
{
  if (tracker == NULL)
    return;
  g_free (tracker->delays_ms);
  g_free (tracker->nodes_ms);
  g_free (tracker);
}

void
weir_watermark_tracker_update (WeirWatermarkTracker *tracker,
                               const gint64         *max_event_ms)
{
  gint64 chosen = tracker->policy_max ? G_MININT64 : G_MAXINT64;

  if (tracker->n_nodes == 0)
    return;
  for (guint i = 0; i < tracker->n_nodes; i++)
    {
      gint64 value;

      if (max_event_ms[i] != G_MININT64)
        tracker->nodes_ms[i] = MAX (tracker->nodes_ms[i], max_event_ms[i] - tracker->delays_ms[i]);
      value = tracker->nodes_ms[i] == G_MININT64 ? 0 : tracker->nodes_ms[i];
      chosen = tracker->policy_max ? MAX (chosen, value) : MIN (chosen, value);
    }
  tracker->global_ms = MAX (tracker->global_ms, chosen);
}

gint64
weir_watermark_tracker_get_global (WeirWatermarkTracker *tracker)
{
  return tracker->global_ms;
}

gboolean
weir_watermark_tracker_has_nodes (WeirWatermarkTracker *tracker)
{
  return tracker->n_nodes > 0;
}

gint64
weir_watermark_tracker_get_node (WeirWatermarkTracker *tracker,
                                 guint                 node)
{
  return node < tracker->n_nodes ? tracker->nodes_ms[node] : G_MININT64;
}

void
weir_watermark_tracker_write (WeirWatermarkTracker *tracker,
                              WeirWriter           *writer)
{
  weir_writer_u64 (writer, (guint64)tracker->global_ms);
  weir_writer_varint (writer, tracker->n_nodes);
  for (guint i = 0; i < tracker->n_nodes; i++)
    weir_writer_u64 (writer, (guint64)tracker->nodes_ms[i]);
}

gboolean
weir_watermark_tracker_read (WeirWatermarkTracker *tracker,
                             WeirReader           *reader,
                             gboolean              global_only)
{
  gint64  global_ms = (gint64)weir_reader_u64 (reader);
  guint64 n = weir_reader_varint (reader);

  for (guint64 i = 0; i < n && !reader->failed; i++)
    {
      gint64 value = (gint64)weir_reader_u64 (reader);

      if (!global_only && n == tracker->n_nodes && !reader->failed)
        tracker->nodes_ms[i] = value;
    }
  if (!reader->failed)
    tracker->global_ms = global_ms;
  return !reader->failed;
}
