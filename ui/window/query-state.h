/* SPDX-License-Identifier: Apache-2.0 */
/* How a query's state is shown. Needs no display. */
#pragma once

#include "ui/widgets/state-glyph.h"
#include "ui/window/document.h"

G_BEGIN_DECLS

/* Is it starting, running, waiting or stopping? */
gboolean  weir_query_state_is_active (WeirQuery *query);
WeirGlyph weir_query_state_glyph (WeirDocument *document,
                                  const char   *name);
/* "Running · 4 min 24 s". (transfer full) */
char *weir_query_state_caption (WeirDocument *document,
                                const char   *name);
/* How far the newest event is ahead of the clock, µs; 0 when it is so little that clocks may differ by as much. */
gint64 weir_query_state_ahead_us (WeirQuery *query);
/* "12.5 k/s", or a word when there is no rate to show. (transfer full) */
char *weir_rate_text (double rate);

G_END_DECLS
