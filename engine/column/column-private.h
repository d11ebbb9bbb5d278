/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/column.h"

G_BEGIN_DECLS

/* Room for @n_buffers, none set; children not set. (transfer full) */
WeirColumn *_weir_column_alloc (WeirType *type, guint n_rows, guint n_children, guint n_buffers);

G_END_DECLS
