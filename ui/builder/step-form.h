/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define WEIR_TYPE_STEP_FORM (weir_step_form_get_type ())
G_DECLARE_FINAL_TYPE (WeirStepForm, weir_step_form, WEIR, STEP_FORM, GtkPopover)

/* A popover with labelled fields and an Apply button; Enter applies. Signal: `apply` (). */
GtkWidget *weir_step_form_new (const char *title);
/* Field @id with a text. @choices (nullable): proposals in a list beside it. @hint: placeholder. */
void  weir_step_form_add (WeirStepForm *self, const char *label, const char *value, const char *hint, const char *const *choices);
guint weir_step_form_get_n (WeirStepForm *self);
/* NULL when empty. (transfer none), valid until the field changes */
const char *weir_step_form_get (WeirStepForm *self, guint i);
/* A sentence under the fields when what was entered is no SQL that fits. */
void weir_step_form_refuse (WeirStepForm *self, const char *sentence);

G_END_DECLS
