/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ui/ shows what the engine does. It may include GTK, libadwaita and "engine/engine.h"; nothing else of the engine.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * weir_ui_init:
 *
 * Registers the resources of ui/ and loads its style sheet for the default display, when there is one. The style
 * follows light, dark and high contrast as #AdwStyleManager says. To be called once, after adw_init(); further calls do nothing.
 */
void weir_ui_init (void);

G_END_DECLS
