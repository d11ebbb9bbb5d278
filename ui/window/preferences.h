/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define WEIR_TYPE_PREFERENCES (weir_preferences_get_type ())
G_DECLARE_FINAL_TYPE (WeirPreferences, weir_preferences, WEIR, PREFERENCES, AdwPreferencesWindow)

GtkWidget *weir_preferences_new (GtkWindow *parent);

G_END_DECLS
