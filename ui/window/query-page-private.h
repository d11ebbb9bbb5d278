/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/widgets/status-line.h"
#include "ui/window/failure-panel.h"
#include "ui/window/query-bar.h"
#include "ui/window/query-page.h"

G_BEGIN_DECLS

struct _WeirQueryPage
{
  GtkWidget parent_instance;

  WeirDocument *document;
  char         *name;
  GTimeZone    *zone;
  guint         timer;

  GtkWidget        *bin;
  AdwHeaderBar     *header;
  GtkWidget        *back;
  GtkWidget        *name_button;
  GtkWidget        *glyph;
  GtkLabel         *title;
  GtkLabel         *caption;
  GtkWidget        *switcher;
  GtkWidget        *switcher_bar;
  GtkWidget        *pause;
  GtkWidget        *step;
  GtkWidget        *run;
  GtkWidget        *stop;
  GtkWidget        *small_run;
  GtkWidget        *small_stop;
  GtkWidget        *notice;
  GtkLabel         *notice_text;
  GtkButton        *notice_button;
  AdwViewStack     *views;
  GtkBox           *design;
  GtkWidget        *steps;
  GtkWidget        *editor;
  GtkWidget        *preview;
  GtkWidget        *side_paned; /* preview over editor */
  GtkWidget        *design_paned;
  GtkStack         *design_stack;
  GtkWidget        *design_switcher;
  GtkWidget        *design_hint;
  GtkBox           *results_box;
  WeirQueryBar     *bar;
  WeirFailurePanel *failure;
  WeirResultsPane  *results;
  WeirHealthPage   *health;
  WeirStatusLine   *status;

  WeirQuery *shown;          /* whose result the pane shows */
  char      *chart_baseline; /* what the chart was like before the user changed it */
};

/* What follows the state of the query: glyph, captions, buttons, rates, status, error. */
void _weir_query_page_update (WeirQueryPage *self);
void _weir_query_page_why_action (WeirQueryPage *self,
                                  const char    *action);

G_END_DECLS
