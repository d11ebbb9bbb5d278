/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Each differs in shape as well as in colour. */
typedef enum
{
  WEIR_GLYPH_NONE,
  WEIR_GLYPH_RUNNING, /* green disc */
  WEIR_GLYPH_PAUSED,  /* two blue bars */
  WEIR_GLYPH_WAITING, /* half ochre disc */
  WEIR_GLYPH_FAILED,  /* red triangle */
  WEIR_GLYPH_STOPPED, /* grey square */
  WEIR_GLYPH_DRAFT,   /* grey dashed ring */
  WEIR_GLYPH_OPEN,    /* blue dashed ring: a window that may still change */
  WEIR_GLYPH_FINAL,   /* grey disc */
  WEIR_GLYPH_DONE,    /* green tick */
} WeirGlyph;

#define WEIR_TYPE_STATE_GLYPH (weir_state_glyph_get_type ())
G_DECLARE_FINAL_TYPE (WeirStateGlyph, weir_state_glyph, WEIR, STATE_GLYPH, GtkWidget)

GtkWidget *weir_state_glyph_new (WeirGlyph glyph);
void       weir_state_glyph_set (WeirStateGlyph *self,
                                 WeirGlyph       glyph);
WeirGlyph  weir_state_glyph_get (WeirStateGlyph *self);

/* "Running", "Waiting", … (transfer none) */
const char *weir_glyph_word (WeirGlyph glyph);

G_END_DECLS
