/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/catalog.h"

G_BEGIN_DECLS

/* Adds every format of io/ to @catalog. */
void weir_formats_register (WeirCatalog *catalog);

G_END_DECLS
