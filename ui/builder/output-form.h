/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine/engine.h"
#include "ui/builder/step-form.h"

G_BEGIN_DECLS

/* Fields of the Output card: mode, trigger, sink, checkpoint; choices that the query forbids say why. @card, @info: nullable */
void weir_output_form_fill (WeirStepForm *form, const WeirCard *card, const WeirStatementInfo *info);
/* What is to be known of a trigger, or why it is not possible. @trigger: as weir_cards_set_output() takes it, or `continuous`, which is not; @waits_for:
 * see #WeirStatementInfo. (transfer full) (nullable) */
char *weir_trigger_note (const char *trigger, const char *waits_for);
/* The script with what the form says of the statement at @range of @text. (transfer full) (nullable): it does not fit */
char *weir_output_form_apply (WeirStepForm *form, const char *text, WeirRange range);

G_END_DECLS
