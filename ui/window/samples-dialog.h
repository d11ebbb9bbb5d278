/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

#include "engine/engine.h"

G_BEGIN_DECLS

#define WEIR_TYPE_SAMPLES_DIALOG (weir_samples_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WeirSamplesDialog, weir_samples_dialog, WEIR, SAMPLES_DIALOG, AdwWindow)

/* The newest late or unreadable rows of @query, or the one that the watermark follows: what was wrong, where it stood, its bytes. @zone: nullable. */
GtkWidget *weir_samples_dialog_new (GtkWindow     *parent,
                                    WeirQuery     *query,
                                    WeirSampleKind kind,
                                    GTimeZone     *zone);
/* @bytes as 16 a line: offset, hexadecimal, ASCII. (transfer full) */
char *weir_format_hex (GBytes *bytes);

G_END_DECLS
