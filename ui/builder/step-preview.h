/* SPDX-License-Identifier: Apache-2.0 */
/* Rows after each card of a query, kept new, and which card is looked at. Needs no display. */
#pragma once

#include "ui/results/rows-view.h"
#include "ui/window/document.h"

G_BEGIN_DECLS

#define WEIR_TYPE_STEP_PREVIEW (weir_step_preview_get_type ())
G_DECLARE_FINAL_TYPE (WeirStepPreview, weir_step_preview, WEIR, STEP_PREVIEW, GObject)

/* A card, whatever its place: the first filter, the second SQL card. */
typedef struct
{
  WeirCardKind kind;
  guint        nth;
} WeirStepKey;

/**
 * WeirStepPreview:
 *
 * Asks the engine for rows with every check of the text, and once a second while it is active; one request at a time, and not more than a fifth
 * of the time. A text with an error leaves the rows of the last valid one.
 *
 * Signals: `changed` () when there are other rows, or they are of an older text now; `selected` () when another card is looked at.
 */
WeirStepPreview *weir_step_preview_new (WeirDocument *document,
                                        const char   *query_name);
void             weir_step_preview_set_query (WeirStepPreview *self,
                                              const char      *query_name);
WeirDocument    *weir_step_preview_get_document (WeirStepPreview *self); /* (transfer none) */

/* Whose clock times rows are shown on; the machine's at first. */
void       weir_step_preview_set_zone (WeirStepPreview *self,
                                       GTimeZone       *zone);
GTimeZone *weir_step_preview_get_zone (WeirStepPreview *self); /* (transfer none) */

/* Somebody can see it. Not at first. */
void weir_step_preview_set_active (WeirStepPreview *self,
                                   gboolean         active);
/* The rows stand still until the text changes. */
void     weir_step_preview_set_paused (WeirStepPreview *self,
                                       gboolean         paused);
gboolean weir_step_preview_get_paused (WeirStepPreview *self);

/* (transfer none) (nullable): none yet */
WeirPreview *weir_step_preview_get (WeirStepPreview *self);
/* Are the rows of the present text? */
gboolean weir_step_preview_get_is_current (WeirStepPreview *self);
/* Step of the preview that @key was; −1: it has none. */
int weir_step_preview_find (WeirStepPreview   *self,
                            const WeirStepKey *key);
/* Rows that come into it; −1: not known. */
gint64 weir_step_preview_get_n_before (WeirStepPreview   *self,
                                       const WeirStepKey *key);
/* A sentence where rows would be; NULL: there are rows, or nothing is to be said. (transfer full) (nullable) */
char *weir_step_preview_dup_sentence (WeirStepPreview   *self,
                                      const WeirStepKey *key);
/* SQL of the query that the preview is of. (transfer none) (nullable) */
const char *weir_step_preview_get_text (WeirStepPreview *self);
/* Why there has never been one: the text has had an error. */
gboolean weir_step_preview_get_has_failed (WeirStepPreview *self);

/* The last card before Output, until another one is chosen. */
void        weir_step_preview_select (WeirStepPreview   *self,
                                      const WeirStepKey *key);
WeirStepKey weir_step_preview_get_selected (WeirStepPreview *self);

G_END_DECLS
