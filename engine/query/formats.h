/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/catalog.h"

G_BEGIN_DECLS

/* Adds every format of io/ to @catalog. */
void weir_formats_register (WeirCatalog *catalog);

/* Whether option @key, in lower case, means something to @format. */
gboolean weir_format_knows_option (const WeirFormatInfo *format, const char *key);

G_END_DECLS
