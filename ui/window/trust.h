/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which scripts were written, or agreed to, on this machine: digests of their bytes in the user's state folder. A file that is not
 * among them is a stranger's. Any thread may call.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean weir_trust_knows (const char *text,
                           gsize       length);
void     weir_trust_remember (const char *text,
                              gsize       length);

G_END_DECLS
