/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

#include "ui/results/chart-feed.h"
#include "ui/results/results-pane.h"
#include "ui/results/row-details.h"
#include "ui/results/why-panel.h"

G_BEGIN_DECLS

struct _WeirResultsPane
{
  GtkWidget parent_instance;

  /* Owned */
  WeirChartModel     *chart_model;
  WeirKeyColors      *colors;
  WeirResultModel    *model;
  WeirChartFeed      *feed;
  GSimpleActionGroup *actions;
  GMenu              *value_menu;
  GMenu              *series_menu;
  GTimeZone          *zone;
  char               *zone_name;
  WeirQuery          *query;
  WeirRowsView       *shown; /* what the chart shows; the table may show its changes */
  WeirRowsView       *held;  /* newest one while paused */
  WeirResultRow      *detail_row;
  char               *chart_json; /* applied when the columns are known */

  GtkWidget      *flap; /* Owned: the only child */
  GtkPaned       *paned;
  int             fitted; /* where the pane itself has put the line */
  WeirChartCard  *card;
  GtkWidget      *card_box;
  GtkWidget      *bar;
  GtkWidget      *search;
  GtkWidget      *modes;
  GtkLabel       *count;
  GtkWidget      *bin; /* says whether the content is narrow */
  GtkWidget      *columns_button;
  GtkWidget      *export_button;
  GtkStack       *stack;
  WeirResultGrid *table;
  WeirWhyPanel   *why;
  WeirRowDetails *details;

  gint64   wait_us;
  guint64  n_written;
  guint64  n_written_at_pause;
  gboolean paused;
  gboolean has_rows;
  gboolean shows_changes;
  gboolean source_was_lost;
  gboolean watches_map; /* signals that say whether the pane can be seen */
  guint    why_id;
};

/* @n_written: rows the query has put out since its start, for the count of the pill. */
void _weir_results_pane_set_view (WeirResultsPane *self,
                                  WeirRowsView    *view,
                                  guint64          n_written);
void _weir_results_pane_set_why (WeirResultsPane *self,
                                 const WeirWhy   *why);
void _weir_results_pane_set_wait (WeirResultsPane *self,
                                  gint64           wait_us);
void _weir_results_pane_reset (WeirResultsPane *self);
/* The table shows changes of the result instead of its rows. */
void _weir_results_pane_set_shows_changes (WeirResultsPane *self,
                                           gboolean         shows_changes);
/* Tells the query whether anybody looks at what it makes for lookers only; results-pane-query.c. */
void _weir_results_pane_update_wishes (WeirResultsPane *self);

/* results-pane-bar.c */
GtkWidget *_weir_results_pane_bar_new (WeirResultsPane *self);
void       _weir_results_pane_set_bar_narrow (WeirResultsPane *self,
                                              gboolean         narrow);

void _weir_results_pane_add_actions (WeirResultsPane *self);
void _weir_results_pane_add_menus (WeirResultsPane *self);
void _weir_results_pane_update_menu (WeirResultsPane *self);
void _weir_results_pane_show_details (WeirResultsPane *self,
                                      WeirResultRow   *row);
void _weir_results_pane_update_details (WeirResultsPane *self);

G_END_DECLS
