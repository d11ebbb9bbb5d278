/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <librdkafka/rdkafka.h>

G_BEGIN_DECLS

/**
 * weir_kafka_remedy:
 * @code: of an error of the client
 * @reason: its words; nullable
 * @options: of the table: what was tried
 *
 * Returns: (transfer none): what the user can do about it, one sentence, the same text for the same case
 */
const char *weir_kafka_remedy (rd_kafka_resp_err_t code, const char *reason, GHashTable *options);

/* Errors that stay as long as nothing is changed: a wrong password, a certificate nobody knows. */
gboolean weir_kafka_is_refusal (rd_kafka_resp_err_t code, const char *reason);

G_END_DECLS
