/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/builder/step-preview.h"

G_BEGIN_DECLS

#define WEIR_TYPE_PREVIEW_PANE (weir_preview_pane_get_type ())
G_DECLARE_FINAL_TYPE (WeirPreviewPane, weir_preview_pane, WEIR, PREVIEW_PANE, GtkWidget)

/**
 * WeirPreviewPane:
 *
 * All rows of the preview of the card that is looked at, with its name, how many rows were sampled, and a button that lets them stand still.
 */
GtkWidget *weir_preview_pane_new (WeirStepPreview *preview);

G_END_DECLS
