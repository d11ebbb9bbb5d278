/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <json-glib/json-glib.h>

/**
 * weir_test_read_objects:
 * @path: a file of JSON objects, one a line
 *
 * A test fails when it cannot be read. See weir_test_shared() for files that may be absent.
 *
 * Returns: (transfer full) (element-type JsonObject): the objects
 */
GPtrArray *weir_test_read_objects (const char *path);
