/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/file-list.h"

G_BEGIN_DECLS

/* TRUE when @entry was modified within the last seconds and a process still has it open for writing, as far as the kernel tells. */
gboolean weir_file_has_writer (const WeirFileEntry *entry);

G_END_DECLS
