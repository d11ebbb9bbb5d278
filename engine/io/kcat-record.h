/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/kafka-rows.h"

G_BEGIN_DECLS

/**
 * weir_kcat_record_parse:
 * @line: one line of `kcat -J`, without its line feed; it is changed, since escapes are decoded in place
 * @headers: (element-type WeirKafkaHeader): emptied, then the record's headers, in their order
 * @row: filled; it points into @line and @headers
 *
 * A line is a JSON object: topic, partition, offset, tstype, ts, key, payload, headers as a list of names and values in turn; other
 * members are skipped. Keys and payloads are bytes, so they need not be UTF-8. A missing or null payload is a tombstone.
 *
 * Returns: (nullable): what is wrong with the line, or %NULL
 */
const char *weir_kcat_record_parse (char *line, gsize len, GArray *headers, WeirKafkaRow *row);

G_END_DECLS
