/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The log of a checkpoint: segment files `<first batch id, 20 digits>.log`, only ever appended to. All numbers little-endian.
 *
 * A segment begins with 48 bytes
 *
 *   0    "WEIRCLOG"
 *   8    u8 version, 1
 *   9    7 bytes 0
 *   16   16 bytes: the query's UUID
 *   32   u64 id of the first batch; the file's name says the same
 *   40   u32 0
 *   44   u32 CRC32C of bytes 0…43
 *
 * and goes on with records
 *
 *   0    u32 0x43455257, "WREC"
 *   4    u8 kind
 *   5    u8 version of the payload
 *   6    u16 flags: 1 = first record of an append, 2 = last record of an append
 *   8    u64 batch id
 *   16   u64 length of the payload
 *   24   payload
 *   …    u32 CRC32C of everything of the record before
 *
 * Records that were made durable by one write and sync form an append. It counts as a whole or not at all: at the end of the last
 * segment an append that is cut off, or whose bytes did not all reach the disk, is one that was never acknowledged; it is left out
 * and cut off at the next open for writing. Anything else that is not as written is damage and an error that names file and byte.
 * A bad record with a good append behind it is damage, wherever it stands.
 */
#define WEIR_LOG_VERSION      1
#define WEIR_LOG_HEADER_SIZE  48
#define WEIR_LOG_RECORD_MAGIC 0x43455257u
#define WEIR_LOG_APPEND_MAX   8 /* records */
#define WEIR_LOG_FIRST        1 /* flags */
#define WEIR_LOG_LAST         2

typedef enum
{
  WEIR_RECORD_OFFSETS = 'O', /* what fixes the batch; query/checkpoint-records.h */
  WEIR_RECORD_DELTA = 'D',   /* what the batch changes in the state: state/state-frame.h */
  WEIR_RECORD_OUTPUT = 'R',  /* the batch's rows: column/batch-codec.h */
  WEIR_RECORD_COMMIT = 'C',  /* the batch is done; query/checkpoint-records.h */
  /* In snapshots, `<batch id, 20 digits>.snap`: a file of the same form with one append of these two, its first batch the one the
   * state is after. */
  WEIR_RECORD_POSITION = 'P', /* where sources and watermarks are; query/checkpoint-records.h */
  WEIR_RECORD_STATE = 'S',    /* everything: state/state-frame.h */
} WeirRecordKind;

typedef struct
{
  guint8 bytes[16];
} WeirLogId;

/* `xxxxxxxx-xxxx-…` and back; FALSE for anything else. */
gboolean weir_log_id_parse (const char *text, WeirLogId *id);
char    *weir_log_id_to_string (const WeirLogId *id);

/**
 * WeirRecordLog:
 *
 * One segment opened for writing. Records are queued and made durable together.
 */
typedef struct _WeirRecordLog WeirRecordLog;

/* A new segment in @dir, durable with its name; one of that name that was never begun is written over. (transfer full) (nullable) */
WeirRecordLog *weir_record_log_create (const char *dir, const WeirLogId *id, guint64 first_batch, GError **error);
/* The same as a file of any name, whose name is not yet durable. (transfer full) (nullable) */
WeirRecordLog *weir_record_log_create_at (const char *path, const WeirLogId *id, guint64 first_batch, GError **error);
/* Goes on behind byte @size; what lies behind it is cut off. (transfer full) (nullable) */
WeirRecordLog *weir_record_log_open (const char *path, guint64 size, GError **error);
void           weir_record_log_free (WeirRecordLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirRecordLog, weir_record_log_free)

/* References @payload. @is_last: of its append. Returns the record's CRC32C. */
guint32 weir_record_log_add (WeirRecordLog *log, WeirRecordKind kind, guint64 batch_id, GBytes *payload, gboolean is_last);
/* The same for a payload in pieces (element-type GBytes), which is written as it lies there. */
guint32 weir_record_log_add_pieces (WeirRecordLog *log, WeirRecordKind kind, guint64 batch_id, GPtrArray *payload, gboolean is_last);
/* What is queued goes behind the end, as the beginning of an append that the next sync ends and makes durable. On failure as sync. */
gboolean weir_record_log_write (WeirRecordLog *log, GError **error);
/* Forgets an append that was begun so. */
void weir_record_log_drop (WeirRecordLog *log);
/* One write, one fdatasync. On failure the queue is empty, the segment as before, and the next try begins with a clean end. */
gboolean weir_record_log_sync (WeirRecordLog *log, GError **error);
guint64  weir_record_log_get_size (WeirRecordLog *log);
/* FALSE: its file was removed, moved or replaced meanwhile, and nobody will find what is appended. */
gboolean    weir_record_log_is_in_place (WeirRecordLog *log);
const char *weir_record_log_get_path (WeirRecordLog *log);

typedef struct
{
  WeirRecordKind kind;
  guint8         version;
  guint64        batch_id;
  guint64        offset;  /* of the record in its file */
  guint32        crc;     /* of the record */
  GBytes        *payload; /* Owned by the reader until the next call; take a reference to keep it */
} WeirRecord;

/**
 * WeirLogReader:
 *
 * Reads a segment append by append. `is_last`: an unacknowledged end is allowed.
 */
typedef struct
{
  int        fd;
  char      *path; /* Owned */
  gboolean   is_last;
  WeirLogId  id;
  guint64    first_batch;
  guint64    size;
  guint64    pos;  /* end of the last whole append */
  gboolean   torn; /* bytes lie behind `pos` that belong to no append */
  guint      n_records;
  WeirRecord records[WEIR_LOG_APPEND_MAX];
} WeirLogReader;

/**
 * weir_log_reader_open:
 *
 * @is_last with a header that is cut off, empty or wrong, and nothing behind it, is a segment that was never begun: the reader has `size` 0 and no records.
 *
 * Returns: (transfer full) (nullable): the reader, or NULL with CANNOT_LOAD_STATE_STORE.UNCATEGORIZED
 */
WeirLogReader *weir_log_reader_open (const char *path, gboolean is_last, GError **error);
void           weir_log_reader_free (WeirLogReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirLogReader, weir_log_reader_free)
/* The next append. FALSE at the end, or with @error. */
gboolean weir_log_reader_next (WeirLogReader *reader, GError **error);

/* Batch ids of the files `<20 digits>SUFFIX` in @dir, ascending; empty when there is no such directory. (element-type guint64) (transfer full) */
GArray *weir_record_log_list (const char *dir, const char *suffix, GError **error);
char   *weir_record_log_path (const char *dir, guint64 first_batch);

/* CANNOT_LOAD_STATE_STORE.UNCATEGORIZED (58030) with file, byte and cause. Always FALSE. */
gboolean weir_log_fail (GError **error, const char *path, guint64 offset, const char *what);

G_END_DECLS
