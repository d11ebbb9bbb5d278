/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* CRC32C (Castagnoli, reflected 0x82f63b78) of @len bytes behind those that gave @crc; begin with 0. */
guint32 weir_crc32c (guint32 crc, const void *data, gsize len);

G_END_DECLS
