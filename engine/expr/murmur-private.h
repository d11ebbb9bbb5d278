/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Murmur3 over bytes as Spark has it: the bytes behind the last whole word are mixed one by one. */
guint32 _weir_murmur_bytes (const guint8 *data, gsize len, guint32 seed);
