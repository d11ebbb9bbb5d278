/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed files as a stream of what they hold. */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_CODEC_NONE,
  WEIR_CODEC_GZIP,    /* .gz */
  WEIR_CODEC_DEFLATE, /* .deflate: zlib's form, as Hadoop writes it */
} WeirFileCodec;

/**
 * weir_file_codec:
 * @path: a file; its name decides, as in Spark
 *
 * Returns: FALSE with CODEC_NOT_AVAILABLE for a compression that is not read here (.bz2, .lz4, .snappy, .xz, .zst)
 */
gboolean weir_file_codec (const char *path, WeirFileCodec *codec, GError **error);

/**
 * WeirFileInflate:
 *
 * What a compressed file holds, from its start on, in bounded memory. Several members one behind the other are one text, zeros behind them
 * padding, as for gunzip. Damage and an end that comes too early are errors, never an end. One thread.
 */
typedef struct _WeirFileInflate WeirFileInflate;

/* @fd: borrowed. @path: borrowed, for errors. @size: bytes of the file that count. */
WeirFileInflate *weir_file_inflate_new (int fd, const char *path, guint64 size, WeirFileCodec codec);
void             weir_file_inflate_free (WeirFileInflate *inflate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirFileInflate, weir_file_inflate_free)

/* The next bytes, @len of them unless the end comes first; −1 with FAILED_READ_FILE.NO_HINT, which names the file. */
gssize weir_file_inflate_read (WeirFileInflate *inflate, guint8 *data, gsize len, GError **error);

/* The first bytes of a file, whatever its codec: how many; −1 with @error, which names the file. */
gssize weir_file_read_start (const char *path, char *data, gsize len, GError **error);

G_END_DECLS
