/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords of sources. A script says `${secret:NAME}`; the value is in memory for as long as the program runs, and in the keyring when
 * there is one. A query asks for it on the main thread, so the keyring is read ahead, into memory, and never from the callback.
 */
#pragma once

#include <gio/gio.h>

#include "engine/engine.h"

G_BEGIN_DECLS

/* Queries of @session find the values that are in memory. */
void weir_secrets_attach (WeirSession *session);
/* Reads ahead what @text names and memory does not have; once a name. */
void weir_secrets_preload (const char *text);
/* `orders` of `${secret:orders}`; NULL for other values. (transfer full) (nullable) */
char *weir_secrets_dup_name (const char *option);
/* (transfer full) (nullable): not in memory */
char *weir_secrets_lookup (const char *name);

/**
 * weir_secrets_store_async:
 *
 * In memory at once, then in the keyring. FALSE with an error from weir_secrets_store_finish(): no keyring took it, and it stays in
 * memory until the program ends.
 */
void     weir_secrets_store_async (const char *name, const char *value, GAsyncReadyCallback callback, gpointer user_data);
gboolean weir_secrets_store_finish (GAsyncResult *result, GError **error);
/* In memory alone. */
void weir_secrets_keep (const char *name, const char *value);
/* Is there a keyring that answers? FALSE when none does. */
void     weir_secrets_probe_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean weir_secrets_probe_finish (GAsyncResult *result);

G_END_DECLS
