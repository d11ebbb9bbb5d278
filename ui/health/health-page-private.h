/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/health/health-card.h"
#include "ui/health/health-page.h"
#include "ui/health/state-view.h"
#include "ui/widgets/card-grid.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_CARD_INPUT,
  WEIR_CARD_PROCESS,
  WEIR_CARD_LAG,
  WEIR_CARD_DURATION,
  WEIR_CARD_STATE,
  WEIR_CARD_LATE,
  WEIR_N_CARDS,
} WeirHealthCardId;

struct _WeirHealthPage
{
  GtkWidget parent_instance;

  WeirQuery         *query;   /* Owned, nullable */
  WeirHealthHistory *history; /* Owned */
  GPtrArray         *pending; /* Owned: WeirProgress not yet in the list, oldest first */
  GTimeZone         *zone;    /* Owned */
  WeirHealthRange    range;
  gboolean           narrow;

  GtkWidget      *bin; /* Owned: the only child; narrow: the state stands below the batches */
  GtkBox         *head;
  GtkWidget      *glyph;
  GtkLabel       *title;
  GtkLabel       *text;
  GtkWidget      *ranges[WEIR_HEALTH_N_RANGES];
  GtkWidget      *step;
  WeirHealthCard *cards[WEIR_N_CARDS];
  GtkWidget      *late_button;
  GtkWidget      *newest_button;
  GtkBox         *lower;
  GtkLabel       *n_batches;
  WeirBatchList  *batches;
  GtkLabel       *state_caption;
  WeirStateView  *state;
  GtkLabel       *checkpoint;
  GtkLabel       *guarantee;
  GtkWidget      *keep_button;
};

/* The six cards: what they are, and their data brought up to date. */
void _weir_health_page_add_cards (WeirHealthPage *self, WeirCardGrid *grid);
void _weir_health_page_update_cards (WeirHealthPage *self);

G_END_DECLS
