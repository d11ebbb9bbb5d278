/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/catalog.h"

G_BEGIN_DECLS

/* Adds every format of io/ to @catalog. */
void weir_formats_register (WeirCatalog *catalog);

/* What is to be said of an option that has no effect: that nobody knows it, or why Spark's does nothing here. (transfer full) (nullable) */
char *weir_format_option_warning (const WeirFormatInfo *format, const char *name, const char *value);

/* Whether option @key, in any case, has a secret for a value and not the name of one: a password, or an address with a password in it. */
gboolean weir_option_is_literal_secret (const char *key, const char *value);

/* NAME of `${secret:NAME}`; NULL for any other value of an option. (transfer full) (nullable) */
char *weir_option_secret_name (const char *value);

#define WEIR_LITERAL_SECRET_MESSAGE \
  "A secret stands in the text. Write '${secret:NAME}' as the whole value of an option and keep the value in the keyring or in WEIR_SECRET_NAME."

G_END_DECLS
