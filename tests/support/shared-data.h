/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * weir_test_shared:
 * @path: a path below the shared folder, such as "data/streaming/cases.jsonl"
 *
 * The reference data are not part of the repository. A test that gets %NULL marks itself skipped and returns:
 *
 *   g_autofree char *path = weir_test_shared ("data/streaming/cases.jsonl");
 *   if (path == NULL)
 *     return;
 *
 * Returns: (transfer full) (nullable): the path, or %NULL after g_test_skip() when it is not there
 */
char *weir_test_shared (const char *path);

/**
 * weir_test_service:
 * @variable: where a service of the run is, such as "KAFKA_PLAINTEXT" (tests/services/README.md)
 *
 * Returns: (nullable): its address, or %NULL after g_test_skip() when the service does not run
 */
const char *weir_test_service (const char *variable);
