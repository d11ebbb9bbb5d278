/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every bound in one place, with its reason. Crossing one is a named error or back-pressure, never growth.
 */
#pragma once

/* Rows of one vector. Selections are uint16 index arrays, so it can never exceed 65,536; 16 K rows of a few
 * columns stay in the L2 cache. */
#define WEIR_VECTOR_ROWS 16384

/* A line (NDJSON, CSV, text, socket) longer than this is a malformed record: one bad producer must not take the
 * memory of the machine. 64 MiB is above every real record seen. */
#define WEIR_LINE_BYTES_MAX (64u << 20)

/* Nesting of SQL expressions, JSON values and types: recursion stays far from an 8 MiB stack. */
#define WEIR_SQL_DEPTH_MAX  200
#define WEIR_JSON_DEPTH_MAX 512
#define WEIR_TYPE_DEPTH_MAX 100
/* Optional sections `[…]` in each other in a pattern for times: reading them recurses. */
#define WEIR_TIME_PATTERN_DEPTH_MAX 64

/* Nodes of one bound expression, and tables one query reads. A name used twice stands for its expression twice, a view for its tables,
 * so a short text can grow without end; nobody writes this much. */
#define WEIR_SQL_NODES_MAX     200000
#define WEIR_SQL_RELATIONS_MAX 1000

/* A script larger than this is not SQL somebody wrote. */
#define WEIR_SCRIPT_BYTES_MAX (16u << 20)

/* One annotation line of a .weir file (design.md §3.12). */
#define WEIR_ANNOTATION_BYTES_MAX (64u << 10)

/* Bytes of one file chunk, the morsel of file sources. Large enough to amortise, small enough to stop within 100 ms. */
#define WEIR_CHUNK_BYTES (1u << 20)

/* Bytes a socket, queue or HTTP source holds before it stops reading: back-pressure, not growth. */
#define WEIR_SOURCE_BACKLOG_BYTES (64u << 20)

/* Records of a folder of kcat lines that are indexed, 32 bytes each. */
#define WEIR_REPLAY_RECORDS_MAX (16u << 20)

/* What a source that makes its rows from the clock puts into one batch, the larger of both: rows, and seconds. A clock that jumps by years, or a
 * query that is continued after a month, comes in many batches. */
#define WEIR_TICKER_ROWS_MAX    10000000
#define WEIR_TICKER_SECONDS_MAX 3600

/* Result table defaults; settings weir.result.maxRows and weir.result.maxBytes. */
#define WEIR_RESULT_ROWS_MAX  1000000
#define WEIR_RESULT_BYTES_MAX (256u << 20)
#define WEIR_RESULT_PAGE_ROWS 1024

/* Samples kept per query of late and of unreadable rows, and the bytes kept of each. */
#define WEIR_SAMPLE_ROWS_MAX  100
#define WEIR_SAMPLE_BYTES_MAX 4096

/* Rows that are kept of what came lately from a source, for previews, and their bytes. */
#define WEIR_RECENT_ROWS  200
#define WEIR_RECENT_BYTES (1u << 20)

/* Bytes of one value that a function makes in a preview, which runs while a query is being typed. */
#define WEIR_PREVIEW_VALUE_BYTES_MAX (256u << 10)

/* Bytes of a file that has to be read whole for a preview; one with more shows no rows. */
#define WEIR_PREVIEW_FILE_BYTES_MAX (8u << 20)

/* Progress records kept, as spark.sql.streaming.numRecentProgressUpdates. */
#define WEIR_RECENT_PROGRESS_MAX 100

/* Windows that one row falls into: size / slide of a sliding window. A day by seconds has 86,400; each is a row of output. */
#define WEIR_WINDOWS_PER_ROW_MAX 100000

/* Bytes that collect_list() and its kin keep for one group: they end as one value, and are counted in 32 bits. */
#define WEIR_COLLECTED_MIB_MAX   1024
#define WEIR_COLLECTED_BYTES_MAX ((gsize)WEIR_COLLECTED_MIB_MAX << 20)

/* Work of PCRE2 per match; a pathological pattern is an error instead of a hang. */
#define WEIR_REGEX_MATCH_LIMIT 10000000
#define WEIR_REGEX_DEPTH_LIMIT 100000

/* Bytes a string function may build for one row (repeat, lpad, …). */
#define WEIR_STRING_BYTES_MAX (256u << 20)
