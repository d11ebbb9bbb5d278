/* SPDX-License-Identifier: Apache-2.0 */
/* What the cards say. Needs no display. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

const char *weir_step_title (WeirCardKind kind); /* (transfer none) */
const char *weir_step_icon (WeirCardKind kind);
/* One line: `price >= 100`, `10 seconds tumbling on ts`. (transfer full) */
char *weir_step_summary (const WeirCard *card);
/* `a, f(b, c)` at its outer commas. (transfer full), NULL-terminated */
char **weir_step_split_list (const char *text);

G_END_DECLS
