/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format/ turns bytes into columns and columns into bytes: NDJSON, CSV and text, and the inference of schemas from samples.
 * It may use base/ and column/. It must not know SQL, expressions, files or streams.
 */
#pragma once

#include "column/batch.h"
#include "column/timezone.h"

G_BEGIN_DECLS

/* Malformed records. ------------------------------------------------------------------------------------------- */

typedef struct
{
  GBytes *raw;    /* Owned: the first WEIR_SAMPLE_BYTES_MAX bytes of the record */
  char   *reason; /* Owned: a short sentence */
  guint64 offset; /* byte offset of the record in its file or stream; G_MAXUINT64: unknown */
} WeirDecodeSample;

/**
 * WeirDecodeStats:
 *
 * What a decoder counted. One per thread, merged by the owner. Zero-initialise; clear when done. The samples are a ring of
 * the newest %WEIR_DECODE_SAMPLES malformed records.
 */
#define WEIR_DECODE_SAMPLES 16

typedef struct
{
  guint64          rows;     /* records read: good ones, and malformed ones, kept or not */
  guint64          bad_rows; /* malformed among them */
  guint64          bytes;
  guint            n_samples;
  guint            next_sample; /* ring position */
  WeirDecodeSample samples[WEIR_DECODE_SAMPLES];
} WeirDecodeStats;

void weir_decode_stats_clear (WeirDecodeStats *stats);                              /* frees samples, zeroes */
void weir_decode_stats_merge (WeirDecodeStats *into, const WeirDecodeStats *stats); /* @stats' samples are newer */
/* @reason may be NULL. Counts the malformed record and keeps a sample of it; does not count `rows`. */
void weir_decode_stats_add_bad (WeirDecodeStats *stats, const char *text, gsize len, guint64 offset, const char *reason);

/* Decoders. ---------------------------------------------------------------------------------------------------- */

/**
 * WeirDecoder:
 *
 * How records of one format become rows of one schema. Immutable after creation, refcounted, shared by threads; what changes
 * while decoding lies in a #WeirDecodeState, one per thread.
 */
typedef struct _WeirDecoder     WeirDecoder;
typedef struct _WeirDecodeState WeirDecodeState;

typedef enum
{
  WEIR_DECODE_PERMISSIVE,
  WEIR_DECODE_DROPMALFORMED,
  WEIR_DECODE_FAILFAST,
} WeirDecodeMode;

/**
 * weir_decoder_new:
 * @format: `json`, `csv` or `text`
 * @schema: the declared columns, the corrupt-record column included if there is one
 * @needed: (nullable): per column of @schema, whether it is read; NULL: all are
 * @options: (nullable): lower-cased option name → string
 * @zone: the session time zone
 * @unknown: (inout) (optional): element type char*; names of options that the format does not know are appended for a warning.
 *   Options of file sources (path, maxfilespertrigger, …) are not listed.
 *
 * Result batches have the needed columns only, in the order of the schema. A column that is not needed costs nothing and is
 * not checked.
 *
 * Returns: (transfer full) (nullable): the decoder, or NULL with @error for a wrong option value or a type that the format cannot hold
 */
WeirDecoder *weir_decoder_new (const char     *format,
                               WeirSchema     *schema,
                               const gboolean *needed,
                               GHashTable     *options,
                               WeirZone       *zone,
                               GPtrArray      *unknown,
                               GError        **error);
WeirDecoder *weir_decoder_ref (WeirDecoder *decoder);
void         weir_decoder_unref (WeirDecoder *decoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirDecoder, weir_decoder_unref)

WeirSchema    *weir_decoder_get_schema (WeirDecoder *decoder); /* of the batches; (transfer none) */
WeirDecodeMode weir_decoder_get_mode (WeirDecoder *decoder);
/* multiLine, wholetext: a record may be the whole file, so every block must be one whole file. */
gboolean weir_decoder_needs_whole_file (WeirDecoder *decoder);

/**
 * weir_decoder_cut:
 * @at_end: no byte follows
 *
 * Where the caller cuts a growing buffer so that a block holds whole records.
 *
 * Returns: how many bytes of @data, from its start, are whole records; @len when @at_end
 */
gsize weir_decoder_cut (WeirDecoder *decoder, const guint8 *data, gsize len, gboolean at_end);
/* The same from the front: length of the first record, separator included; 0 when none is complete. */
gsize weir_decoder_first_record (WeirDecoder *decoder, const guint8 *data, gsize len, gboolean at_end);

WeirDecodeState *weir_decode_state_new (WeirDecoder *decoder);
void             weir_decode_state_free (WeirDecodeState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirDecodeState, weir_decode_state_free)

/* Gets a reference of its own if it keeps @batch. FALSE with @error ends decoding. Same as io's WeirSourcePush. */
typedef gboolean (*WeirDecodePush) (gpointer data, WeirBatch *batch, GError **error);

/**
 * WeirDecodeBlock:
 * @buffer: kept alive by the columns, whose strings point into it; it must not change afterwards
 * @offset: first byte of the records in @buffer
 * @len: their length; cut by weir_decoder_cut(); the last record may lack its line end
 * @at_start: the block is the start of a file (byte order mark, csv header)
 * @origin_offset: position of the first byte in its file or stream, for samples
 * @origin: (nullable): what FAILED_READ_FILE names: the path
 */
typedef struct
{
  WeirBuffer *buffer;
  gsize       offset;
  gsize       len;
  gboolean    at_start;
  guint64     origin_offset;
  const char *origin;
} WeirDecodeBlock;

/**
 * weir_decoder_decode:
 *
 * Decodes all records of @block in order and pushes batches of at most %WEIR_VECTOR_ROWS rows; none when there is no row.
 *
 * Returns: FALSE with @error when @push failed or, in mode FAILFAST, at the first malformed record: FAILED_READ_FILE.NO_HINT with an
 *   origin, MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION without. Batches before it have been pushed.
 */
gboolean weir_decoder_decode (WeirDecoder           *decoder,
                              WeirDecodeState       *state,
                              const WeirDecodeBlock *block,
                              WeirDecodePush         push,
                              gpointer               push_data,
                              WeirDecodeStats       *stats,
                              GError               **error);

/* A record longer than WEIR_LINE_BYTES_MAX, of which the caller has the start only: one malformed row by the decoder's mode. */
gboolean weir_decoder_decode_oversized (WeirDecoder           *decoder,
                                        WeirDecodeState       *state,
                                        const WeirDecodeBlock *block,
                                        WeirDecodePush         push,
                                        gpointer               push_data,
                                        WeirDecodeStats       *stats,
                                        GError               **error);

/* from_json() and from_csv(). ---------------------------------------------------------------------------------- */

/**
 * weir_column_decoder_new:
 * @format: `json` or `csv`
 * @type: what one text becomes: STRUCT, and for json ARRAY or MAP too
 * @needed: (nullable): per field of a STRUCT, whether it is read; a field that is not is all NULL in the result, whose type is
 *   @type in any case
 *
 * Modes are PERMISSIVE (default) and FAILFAST; DROPMALFORMED is PARSE_MODE_UNSUPPORTED.
 */
WeirDecoder *weir_column_decoder_new (const char     *format,
                                      WeirType       *type,
                                      const gboolean *needed,
                                      GHashTable     *options,
                                      WeirZone       *zone,
                                      GError        **error);

/**
 * weir_decoder_decode_column:
 * @decoder: from weir_column_decoder_new()
 * @texts: STRING column, any encoding
 * @sel: rows to decode; the others are unspecified in the result
 * @stats: (nullable): counts rows and malformed texts
 *
 * NULL and blank texts give NULL. A malformed text gives a STRUCT of NULLs (with the text in the corrupt-record field, if there is
 * one), or a NULL array or map.
 *
 * Returns: (transfer full) (nullable): a column of @texts' length, or NULL with @error (FAILFAST:
 *   MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION at the first malformed selected row)
 */
WeirColumn *weir_decoder_decode_column (WeirDecoder     *decoder,
                                        WeirDecodeState *state,
                                        WeirColumn      *texts,
                                        WeirSel          sel,
                                        WeirDecodeStats *stats,
                                        GError         **error);

G_END_DECLS
