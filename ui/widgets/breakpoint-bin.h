/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define WEIR_TYPE_BREAKPOINT_BIN (weir_breakpoint_bin_get_type ())
G_DECLARE_FINAL_TYPE (WeirBreakpointBin, weir_breakpoint_bin, WEIR, BREAKPOINT_BIN, GtkWidget)

/**
 * WeirBreakpointBin:
 *
 * Holds one child and asks for `minimum` pixels only, however wide the child would like to be, so that the window can become narrow
 * enough for the child to change its form. `narrow` says on which side of `threshold` the width is.
 *
 * Properties: `child`, `threshold`, `minimum` (pixels), `narrow`.
 */
GtkWidget *weir_breakpoint_bin_new (GtkWidget *child,
                                    int        threshold,
                                    int        minimum);
gboolean   weir_breakpoint_bin_get_narrow (WeirBreakpointBin *self);

G_END_DECLS
