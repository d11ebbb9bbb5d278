/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

/**
 * WeirFileSeen:
 *
 * Which files a source has taken. A file is known by a 128-bit hash of its name, so that one costs 24 bytes however long its path is.
 * Files much older than the newest one taken are forgotten and never taken again (Spark's maxFileAge): the set cannot grow for ever.
 */
typedef struct _WeirFileSeen WeirFileSeen;

/* @age_ns: how much older than the newest a file may be; G_MAXINT64: any age. */
WeirFileSeen *weir_file_seen_new (gint64 age_ns);
void          weir_file_seen_free (WeirFileSeen *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirFileSeen, weir_file_seen_free)

gboolean weir_file_seen_has (const WeirFileSeen *self, const char *name);
void     weir_file_seen_add (WeirFileSeen *self, const char *name, gint64 mtime_ns);
gint64   weir_file_seen_get_newest (const WeirFileSeen *self); /* ns since 1970; G_MININT64: none */
/* A file this old is left out. Moves only with weir_file_seen_settle(). */
gboolean weir_file_seen_is_aged (const WeirFileSeen *self, gint64 mtime_ns);
/* Ends a batch: from now on age counts from the newest file added. */
void  weir_file_seen_settle (WeirFileSeen *self);
gsize weir_file_seen_get_size (const WeirFileSeen *self);
void  weir_file_seen_clear (WeirFileSeen *self);

/* i64 newest time, varint n, then n times: u64 u64 hash, i64 time. Little-endian. FALSE: broken bytes. */
void     weir_file_seen_save (const WeirFileSeen *self, WeirWriter *writer);
gboolean weir_file_seen_load (WeirFileSeen *self, WeirReader *reader);

G_END_DECLS
