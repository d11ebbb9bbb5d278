/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/source-private.h"

G_BEGIN_DECLS

/**
 * WeirLineReader:
 *
 * The one reader behind an address: bytes come in, whole lines stand in blocks until everyone who reads here has committed them. It
 * lives in the hub's thread; consumers are sources of queries, previews and the connection test. Lines that came before the first
 * consumer are kept for it. Above %WEIR_SOURCE_BACKLOG_BYTES the transport is asked to stop reading: back-pressure, not growth.
 *
 * Offsets count lines since the reader was made.
 */
typedef struct _WeirLineReader WeirLineReader;

typedef struct
{
  gatomicrefcount ref_count;
  WeirBuffer     *buffer; /* Owned */
  gsize           len;    /* whole lines */
  guint64         first;  /* number of its first line */
  guint           n_lines;
  gint64          arrived_us; /* clock */
} WeirLineBlock;

WeirLineBlock *weir_line_block_ref (WeirLineBlock *block);
void           weir_line_block_unref (WeirLineBlock *block);

/* What moves bytes: socket, HTTP. All run in the hub's context. */
typedef struct
{
  void (*start) (WeirLineReader *reader, gpointer transport);
  void (*resume) (WeirLineReader *reader, gpointer transport); /* there is room again */
  void (*stop) (WeirLineReader *reader, gpointer transport);   /* frees @transport */
} WeirTransport;

/* The reader of @key in the hub, made with @make when there is none. What came lately is kept under the first line of @key; a secret may
 * stand in the others. (transfer full) */
WeirLineReader *weir_line_reader_get (WeirReaderHub *hub, const char *key, const WeirTransport *transport, gpointer (*make) (gpointer data), gpointer make_data);
WeirLineReader *weir_line_reader_ref (WeirLineReader *reader);
void            weir_line_reader_unref (WeirLineReader *reader); /* the last one stops the transport */
GMainContext   *weir_line_reader_get_context (WeirLineReader *reader);

/* From the transport: bytes as they came; FALSE: the backlog is full, wait for resume. */
gboolean weir_line_reader_feed (WeirLineReader *reader, const guint8 *data, gsize len);
/* The peer closed: what is left without a line end is a line. */
void weir_line_reader_flush (WeirLineReader *reader);
/* The connection broke: a line under way is dropped. Its bytes. */
gsize weir_line_reader_drop_rest (WeirLineReader *reader);
/* State for all consumers; @message is taken. */
void weir_line_reader_set_state (WeirLineReader *reader, WeirSourceState state, char *message, gint64 retry_at_us);
/* Some consumer reads to the end (once, available-now): the transport must not connect again after the peer closed. */
gboolean weir_line_reader_is_bounded (WeirLineReader *reader);
/* How long an unreachable peer is retried: the longest of the consumers. */
gint64 weir_line_reader_get_retry_us (WeirLineReader *reader);

/* A consumer: @source is woken in @context. Its position is the oldest line kept. */
void weir_line_reader_attach (WeirLineReader *reader, WeirSource *source, GMainContext *context, gint64 retry_us);
void weir_line_reader_detach (WeirLineReader *reader, WeirSource *source);
/* Lines before @number are in the write-ahead log @dir: who reads that log again is not given them once more. */
void    weir_line_reader_set_logged (WeirLineReader *reader, const char *dir, guint64 number);
guint64 weir_line_reader_get_logged (WeirLineReader *reader, const char *dir);
void    weir_line_reader_set_bounded (WeirLineReader *reader);
guint64 weir_line_reader_get_first (WeirLineReader *reader, WeirSource *source); /* line the consumer starts at */
guint64 weir_line_reader_get_end (WeirLineReader *reader);
/* Blocks with lines of [from, to). (transfer full) (element-type WeirLineBlock) */
GPtrArray *weir_line_reader_get_blocks (WeirLineReader *reader, guint64 from, guint64 to);
void       weir_line_reader_commit (WeirLineReader *reader, WeirSource *source, guint64 to);

/* Lines that are kept, oldest first; they stay. (transfer full) (element-type GBytes) */
GPtrArray *weir_line_reader_sample (WeirLineReader *reader, guint max);

G_END_DECLS
