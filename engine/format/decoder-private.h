/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the decoders are put together.
 *
 *   reader   finds the records of a block and, for every needed column, the bytes of its value: a cell. It knows the syntax and
 *            nothing of types. json: json-reader.c (strict) and json-fast.c; csv: csv-reader.c (strict) and csv-fast.c.
 *   kernel   turns the cells of one column into a WeirColumn; a value of the wrong type is a NULL and a mark on its row.
 *   assembly makes the batch of them, applies the mode and fills the corrupt-record column (decode-rows.c).
 *
 * So a fast reader and its strict twin can differ only in which cells they find, and tests compare just that.
 */
#pragma once

#include "base/limits.h"
#include "column/batch.h"
#include "column/column-builder.h"
#include "format/decoder.h"
#include "format/text-options-private.h"

G_BEGIN_DECLS

/* Rows of one batch of a decoder: cells and values of a few columns stay in the L2 cache. */
#define WEIR_DECODE_ROWS 8192

typedef enum
{
  WEIR_CELL_NULL,   /* absent or null */
  WEIR_CELL_STRING, /* text without quotes, escapes resolved; every csv value */
  WEIR_CELL_INT,    /* json number without point and exponent */
  WEIR_CELL_FLOAT,  /* json number with one */
  WEIR_CELL_WORD,   /* json NaN, Infinity, … */
  WEIR_CELL_TRUE,
  WEIR_CELL_FALSE,
  WEIR_CELL_ARRAY, /* source text of a well-formed json value */
  WEIR_CELL_OBJECT,
} WeirCellKind;

/* 16 bytes from `data` on can always be read, whatever `len` is. */
typedef struct
{
  const char *data;
  guint32     len;
  guint32     kind;
} WeirCell;

/* Bytes that live as long as the columns of the batch. */
typedef struct
{
  GPtrArray *buffers; /* Owned, WeirBuffer */
  gsize      used;    /* of the last */
} WeirArena;

char *_weir_arena_alloc (WeirArena *arena, gsize len); /* 64 bytes behind it can be read */

/* Marks of malformed rows. */
typedef struct
{
  guint32     row;
  const char *reason; /* static */
} WeirRowError;

typedef struct _WeirConvert   WeirConvert;
typedef struct _WeirJsonNames WeirJsonNames;
typedef struct _WeirJsonFast  WeirJsonFast;
typedef struct _WeirCsvFast   WeirCsvFast;

/*
 * Rows of regular csv lines whose cells are not written out: the ends of their fields are in the index of the window. ends[-1] is the line
 * end before the first of them.
 */
typedef struct
{
  guint          row; /* first */
  guint          n;
  guint          stride; /* fields of a line */
  const char    *base;
  const guint32 *ends; /* Borrowed; WEIR_INDEX_NEWLINE is set in the last of a line */
} WeirCsvRun;

typedef struct
{
  guint             n;
  const WeirCsvRun *runs; /* ascending; rows in between have cells */
  guint             n_runs;
  guint             field;
  GArray           *errors; /* WeirRowError; kernels append, in order of row */
  WeirArena        *arena;
  WeirBuffer       *block; /* nullable */
} WeirKernelRun;

typedef WeirColumn *(*WeirKernel) (const WeirConvert *convert, WeirCell *cells, WeirKernelRun *run);

/* What a value becomes. For nested types also how to read the parts. */
struct _WeirConvert
{
  const WeirTextOptions *options;
  WeirType              *type; /* Owned */
  gboolean               is_json;
  WeirKernel             kernel;
  gboolean               takes_runs; /* the kernel reads WeirCsvRun too */
  WeirJsonNames         *names;      /* STRUCT */
  WeirConvert          **children;   /* n_fields */
};

/* The fast readers are left out, for comparison. Before the decoder is shared. */
void _weir_decoder_set_strict (WeirDecoder *decoder, gboolean strict);

/* NULL with UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE. */
WeirConvert *_weir_convert_new (const WeirTextOptions *options, const char *name, WeirType *type, GError **error);
void         _weir_convert_free (WeirConvert *convert);

/* One value. FALSE: not of the type. Fixed-width kinds write theirs as in a column; BOOLEAN a gboolean. Not for strings and nested. */
gboolean _weir_convert_cell (const WeirConvert *convert, const WeirCell *cell, gpointer value);
/* Nested values and everything else, appended to a builder of the type. FALSE: not of the type, nothing or a part was appended. */
gboolean    _weir_json_build (const WeirConvert *convert, const WeirCell *cell, WeirColumnBuilder *builder, WeirArena *arena);
WeirKernel  _weir_kernel_for (WeirType *type);
WeirColumn *_weir_kernel_nested (const WeirConvert *convert, WeirCell *cells, WeirKernelRun *run);
gboolean    _weir_base64_decode (const char *text, gsize len, guint8 *out, gsize *out_len);

/* Names → index, bytewise. */
WeirJsonNames *_weir_json_names_new (const char *const *names, const int *indices, guint n);
void           _weir_json_names_free (WeirJsonNames *names);
int            _weir_json_names_find (const WeirJsonNames *names, const char *name, gsize len); /* -1: none */

typedef struct
{
  char        *name; /* Owned */
  WeirConvert *convert;
  gboolean     is_corrupt;
  guint        field; /* csv: position in a record */
} WeirDecodeColumn;

struct _WeirDecoder
{
  gatomicrefcount   ref_count;
  WeirTextOptions  *options;
  WeirSchema       *schema; /* Owned: of the batches */
  guint             n_columns;
  WeirDecodeColumn *columns;
  int               corrupt; /* column of the corrupt record; -1: not read */

  WeirJsonNames *names; /* json: needed data columns */

  guint    n_fields; /* csv: data columns declared */
  int     *field_to_column;
  gboolean check_length;

  gboolean strict; /* tests compare the readers */

  /* from_json(), from_csv() */
  WeirType    *root; /* nullable, Owned */
  WeirConvert *root_convert;
};

/* One per thread. Rows [0, n_rows) have been read and wait for their batch. */
struct _WeirDecodeState
{
  WeirDecoder *decoder; /* Owned */
  guint        capacity;
  guint        n_rows;
  WeirCell   **cells;   /* per column; NULL for the corrupt record */
  WeirCell    *records; /* the source text of each row; `kind` is 0 */
  GArray      *runs;    /* WeirCsvRun */
  GArray      *errors;  /* WeirRowError, by row */
  WeirArena    arena;

  WeirJsonFast *json_fast; /* nullable until used */
  WeirCsvFast  *csv_fast;
  GString      *scratch;

  /* Of the block at work */
  const WeirDecodeBlock *block;
  WeirDecodePush         push;
  gpointer               push_data;
  WeirDecodeStats       *stats;
};

/* Makes room for one more row and sets its cells to NULL; flushes a full batch. FALSE: flushing failed. */
gboolean _weir_rows_begin (WeirDecodeState *state, const char *record, gsize len, GError **error);
/* The row that was begun counts. */
static inline void
_weir_rows_commit (WeirDecodeState *state)
{
  state->n_rows++;
}
/* A row of NULLs for a malformed record. */
gboolean _weir_rows_bad (WeirDecodeState *state, const char *record, gsize len, const char *reason, GError **error);
void     _weir_rows_mark (GArray *errors, guint row, const char *reason);
/* Pushes what waits. */
gboolean _weir_rows_flush (WeirDecodeState *state, GError **error);
/* Columns of the waiting rows, errors included; the rows are gone afterwards. (transfer full), array of n_columns */
WeirColumn **_weir_rows_columns (WeirDecodeState *state, WeirBuffer *block);
void         _weir_rows_reset (WeirDecodeState *state);
/* MALFORMED_RECORD_IN_PARSING, wrapped in FAILED_READ_FILE when @origin is known. */
gboolean _weir_fail_malformed (const char *record, gsize len, const char *origin, GError **error);
void     _weir_rows_reserve (WeirDecodeState *state, guint n);

/* json-reader.c: one record (line, document, string) into rows. FALSE: a flush failed. Malformed: a bad row. */
gboolean _weir_json_record (WeirDecodeState *state, const char *record, gsize len, GError **error);
/* One record of at most one row, into the row that was begun: 1 row, 0 blank, -1 malformed. */
int      _weir_json_single (WeirDecodeState *state, const char *record, gsize len, const char **reason);
gboolean _weir_json_root_value (WeirDecodeState *state, const char *record, gsize len, WeirCell *cell, const char **reason);

/* csv-run.c: cells of a field of the rows in runs; the lines of those rows. */
void _weir_csv_fill_cells (const WeirTextOptions *options, const WeirCsvRun *runs, guint n_runs, guint field, WeirCell *cells);
void _weir_csv_fill_records (const WeirCsvRun *runs, guint n_runs, WeirCell *records);

/* csv-reader.c */
gboolean _weir_csv_record (WeirDecodeState *state, const char *record, gsize len, GError **error);
void     _weir_csv_fields (WeirDecodeState *state, const char *record, gsize len, const char **reason);
gboolean _weir_csv_file (WeirDecodeState *state, const char *data, gsize len, GError **error);
gboolean _weir_csv_skip_line (const WeirTextOptions *options, const char *record, gsize len);
/* enforceSchema=false: the names of the columns that are read must stand in the header. */
gboolean _weir_csv_check_header (WeirDecoder *decoder, const char *record, gsize len, GError **error);
/* All fields of a line, for headers and inference. (transfer full): char*, element NULL for an empty one */
GPtrArray *_weir_csv_split (const WeirTextOptions *options, const char *record, gsize len);

/* decode-lines.c: next line end at or behind @from: position of the separator and its length; FALSE: none before @end. */
gboolean _weir_line_end (const WeirTextOptions *options, const char *from, const char *end, const char **at, gsize *sep_len);
gboolean _weir_strict_lines (WeirDecodeState *state, const char *data, gsize len, GError **error);
/* Whole lines of a window, the last line feed with them. */
typedef gboolean (*WeirWindowFunc) (WeirDecodeState *state, const char *data, gsize size, GError **error);
/* Windows of about @window_bytes to @read; to the strict reader goes what is behind the last line feed, and a window that one long line makes
 * larger than WEIR_LINE_BYTES_MAX. */
gboolean _weir_lines_by_window (WeirDecodeState *state, const char *data, gsize len, gsize window_bytes, WeirWindowFunc read, GError **error);
gboolean _weir_decode_lines (WeirDecodeState *state, const char *data, gsize len, GError **error);

/* utf8-check.c */
/* A view of @text made valid: itself when it is, else with U+FFFD for what is not, in the arena. */
WeirCell _weir_utf8_repair (WeirArena *arena, const char *text, gsize len);

G_END_DECLS
