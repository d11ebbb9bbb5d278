/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state/ frames the bytes of stateful operators: version, kind, length, checksum. It may use base/ and column/. It must not know
 * operators, plans or files of sources.
 */
#pragma once

#include "base/bytes.h"
#include "base/error.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define WEIR_STATE_VERSION 2

typedef enum
{
  WEIR_STATE_SNAPSHOT = 'S', /* everything */
  WEIR_STATE_DELTA = 'D',    /* what one batch changed */
} WeirStateKind;

/**
 * WeirStateWriter:
 *
 * Collects the frames of one pipeline. A state file is
 *
 *   bytes 0…7    "WEIRSTAT"
 *   8            u8 version, 2
 *   9            u8 kind, 'S' or 'D'
 *   10           u16 0
 *   12           u32 number of frames
 *   then per frame, the operator that was planned last first
 *     varint length of the name, name (as EXPLAIN has it: HashAggregate …)
 *     u64 length of the body; body (as the operator writes it)
 *   last         u32 CRC32C of everything before
 *
 * All numbers are little-endian. The bytes come in pieces, cut anywhere, so that they may be as many as memory allows.
 */
typedef struct
{
  WeirWriter     writer;
  GByteArray    *head; /* Borrowed: the first piece */
  guint          n_frames;
  WeirWriterMark length; /* of the frame that is open */
} WeirStateWriter;

void weir_state_writer_init (WeirStateWriter *self, WeirStateKind kind);
/* Where the operator writes its body; until end_frame. */
WeirWriter *weir_state_writer_begin_frame (WeirStateWriter *self, const char *name);
void        weir_state_writer_end_frame (WeirStateWriter *self);
/* (element-type GBytes) (transfer full): the bytes in pieces; the writer is done. */
GPtrArray *weir_state_writer_finish (WeirStateWriter *self);

typedef struct
{
  WeirReader    reader;
  WeirStateKind kind;
  guint         n_frames;
  guint         next;
} WeirStateReader;

/* Checks magic, version and checksum. FALSE with INVALID_LOG_VERSION (KD002) or CANNOT_LOAD_STATE_STORE (58030). Borrows @data. */
gboolean weir_state_reader_init (WeirStateReader *self, const guint8 *data, gsize len, GError **error);
/* The next frame's name and body, borrowed. FALSE with @error, also when there is none left. */
gboolean weir_state_reader_next (WeirStateReader *self, const char **name, gsize *name_len, WeirReader *body, GError **error);

G_END_DECLS
