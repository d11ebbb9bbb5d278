/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/line-reader.h"

G_BEGIN_DECLS

/**
 * WeirStream:
 *
 * A transport of a line reader over a GInputStream: connect, read, and when the peer is away or closes try again after 100 ms, doubling
 * up to 30 s with ± 20 % of chance, so that a thousand clients do not come back at once. Embedded first; all of it runs in the hub's
 * thread. A call that is under way keeps the reader and the stream from being freed: what stops is freed behind it.
 */
typedef struct _WeirStream WeirStream;

typedef struct
{
  void (*connect) (WeirLineReader *reader, WeirStream *self);                                 /* ends in weir_stream_opened() or weir_stream_failed() */
  gboolean (*feed) (WeirLineReader *reader, WeirStream *self, const guint8 *data, gsize len); /* nullable: the reader takes the bytes; FALSE: no room */
  void (*closed) (WeirLineReader *reader, WeirStream *self);                                  /* the peer ended the stream */
  void (*broken) (WeirLineReader *reader, WeirStream *self, const char *cause);               /* reading failed; @cause is a clause */
  void (*free) (WeirStream *self);
} WeirStreamClass;

struct _WeirStream
{
  const WeirStreamClass *klass;
  GInputStream          *input;       /* Owned, nullable */
  GObject               *keeper;      /* Owned, nullable: what @input lives on */
  GCancellable          *cancellable; /* Owned */
  GSource               *timer;       /* Owned, nullable */
  guint8                *chunk;       /* Owned */
  gint64                 backoff_us;
  gint64                 failing_since_us; /* monotonic; 0: not failing */
  gboolean               paused, was_connected;
};

/* Of WeirLineReader. */
extern const WeirTransport weir_stream_transport;

/* What an asynchronous call hands to its callback. */
typedef struct
{
  WeirLineReader *reader; /* Borrowed; gone when the call is stopped */
  WeirStream     *stream; /* Borrowed; same */
  GCancellable   *cancellable;
} WeirStreamCall;

WeirStreamCall *weir_stream_call_new (WeirLineReader *reader, WeirStream *stream);
void            weir_stream_call_free (WeirStreamCall *call);
gboolean        weir_stream_call_is_stopped (const WeirStreamCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirStreamCall, weir_stream_call_free)

void weir_stream_init (WeirStream *self, const WeirStreamClass *klass);
/* The connection stands; reads from now on. @input and @keeper are taken. */
void weir_stream_opened (WeirLineReader *reader, WeirStream *self, GInputStream *input, GObject *keeper);
/* Says @message (taken) and tries again later, or gives up when the consumers do not wait so long. */
void weir_stream_failed (WeirLineReader *reader, WeirStream *self, char *message);
/* Connects again after @delay_us, without a word. */
void weir_stream_reopen (WeirLineReader *reader, WeirStream *self, gint64 delay_us);

G_END_DECLS
