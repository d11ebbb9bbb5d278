/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Called from the back of the list to its front, so that positions stay good. */
typedef void (*WeirListSplice) (guint    position,
                                guint    n_removed,
                                guint    new_position,
                                guint    n_added,
                                gpointer user_data);

/**
 * _weir_list_diff:
 *
 * Turns the list of ids @before into @after by few splices: one for each place where something came or went as long as what stays
 * keeps its order, and one for the whole changed part when it does not, or when there are more than 16 places.
 */
void _weir_list_diff (const guint64 *before,
                      guint          n_before,
                      const guint64 *after,
                      guint          n_after,
                      WeirListSplice splice,
                      gpointer       user_data);

G_END_DECLS
