/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/catalog.h"

G_BEGIN_DECLS

/* Adds every format of io/ to @catalog. */
void weir_formats_register (WeirCatalog *catalog);

/* Whether option @key, in lower case, means something to @format. */
gboolean weir_format_knows_option (const WeirFormatInfo *format, const char *key);

/* Whether option @key, in any case, has a secret for a value and not the name of one: a password, or an address with a password in it. */
gboolean weir_option_is_literal_secret (const char *key, const char *value);

#define WEIR_LITERAL_SECRET_MESSAGE \
  "A secret stands in the text. Write '${secret:NAME}' as the whole value of an option and keep the value in the keyring or in WEIR_SECRET_NAME."

G_END_DECLS
