/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/builder/step-form.h"
#include "ui/window/document.h"

G_BEGIN_DECLS

/* Forms of the cards Join, Distinct and Session Window; @card: as it is, nullable. */

void weir_join_form_fill (WeirStepForm   *form,
                          WeirDocument   *document,
                          const WeirCard *card);
void weir_distinct_form_fill (WeirStepForm      *form,
                              const char *const *columns,
                              const WeirCard    *card);
void weir_session_form_fill (WeirStepForm      *form,
                             const char *const *time_columns,
                             const WeirCard    *card);

/* The new script; NULL: what was entered does not fit. (transfer full) (nullable) */
char *weir_join_form_apply (WeirStepForm   *form,
                            WeirDocument   *document,
                            WeirCards      *cards,
                            const WeirCard *card);
char *weir_distinct_form_apply (WeirStepForm *form,
                                WeirCards    *cards);
char *weir_session_form_apply (WeirStepForm *form,
                               WeirCards    *cards);

G_END_DECLS
