/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the list of step cards share. */
#pragma once

#include "ui/builder/step-preview.h"
#include "ui/builder/steps-view.h"

G_BEGIN_DECLS

struct _WeirStepsView
{
  GtkWidget     parent_instance;
  WeirDocument *document; /* Owned */
  char         *query;    /* Owned */
  GtkWidget    *scroller, *list;

  WeirStepPreview *preview; /* Owned */
};

/* ---- edits (steps-view-edit.c) ---- */

/* Cards of the text as it is now; NULL when the last check is older. (transfer full) (nullable) */
WeirCards *_weir_steps_view_present_cards (WeirStepsView *self);
/* The first of a kind. (transfer none) (nullable) */
const WeirCard *_weir_cards_find (WeirCards *cards, WeirCardKind kind);
/* The popover for a card, or for one that is to be added: @card is nullable. @item: of an AGGREGATE card. */
GtkWidget *_weir_steps_view_make_form (WeirStepsView *self, WeirCardKind kind, const WeirCard *card, guint item);
/* @button takes the card, or the item of an AGGREGATE card, out of the text. */
void _weir_steps_view_connect_remove (WeirStepsView *self, GtkWidget *button, WeirCardKind kind, guint item);

/* ---- cards (steps-view-card.c) ---- */

/* @problem, nullable: what is wrong with its text. */
GtkWidget *_weir_steps_view_make_card (WeirStepsView *self, const WeirCard *card, const WeirProblem *problem);
/* What comes out of it, but for the last: that is the page of results. */
void _weir_steps_view_add_rows (WeirStepsView *self, GtkWidget *box, const WeirStepKey *key, const char *sql);
/* Between a card and the next one. */
GtkWidget *_weir_steps_view_make_arrow (WeirStepsView *self, const WeirStepKey *before);

G_END_DECLS
