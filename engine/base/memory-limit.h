/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes this process may use before the machine, or its control group, suffers: what is built in, or the least limit of its groups. 0: not known. */
guint64 weir_memory_limit (void);
/* The least limit of the groups that @groups (the text of /proc/self/cgroup) names, of version 2 and 1, below @root; G_MAXUINT64: none. */
guint64 weir_memory_limit_of_groups (const char *root, const char *groups);

G_END_DECLS
