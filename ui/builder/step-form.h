/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define WEIR_TYPE_STEP_FORM (weir_step_form_get_type ())
G_DECLARE_FINAL_TYPE (WeirStepForm, weir_step_form, WEIR, STEP_FORM, GtkPopover)

/* A popover with labelled fields and an Apply button; Enter applies. Signal: `apply` (). */
GtkWidget *weir_step_form_new (const char *title);
/* Field @id with a text. @choices (nullable): proposals in a list beside it. @hint: placeholder. */
void weir_step_form_add (WeirStepForm *self, const char *label, const char *value, const char *hint, const char *const *choices);

typedef struct
{
  const char *text; /* NULL: the last */
  const char *note; /* under it; nullable */
  gboolean    is_refused;
} WeirStepChoice;

/* As weir_step_form_add(); a choice that is refused can be read, with its note for a reason, but not chosen. */
void weir_step_form_add_choices (WeirStepForm *self, const char *label, const char *value, const char *hint, const WeirStepChoice *choices);
/* A sentence under the fields that is no error. (nullable) */
void  weir_step_form_set_note (WeirStepForm *self, const char *note);
guint weir_step_form_get_n (WeirStepForm *self);
/* NULL when empty. (transfer none), valid until the field changes */
const char *weir_step_form_get (WeirStepForm *self, guint i);
/* A sentence under the fields when what was entered is no SQL that fits. */
void weir_step_form_refuse (WeirStepForm *self, const char *sentence);

G_END_DECLS
