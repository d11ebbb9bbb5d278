/* SPDX-License-Identifier: Apache-2.0 */
/* The file source in three files; source-file.c says what it does. */
#pragma once

#include "io/file-cleaner.h"
#include "io/file-log.h"
#include "io/file-reader.h"
#include "io/file-seen.h"
#include "io/source-private.h"

G_BEGIN_DECLS

typedef struct
{
  WeirSource         parent;
  WeirFileReader    *reader;      /* Owned */
  WeirFilePartitions partitions;  /* Owned: columns of folders */
  WeirSourceConfig   config;      /* schema, needed, options, base_dir and zone owned: for a reader made when the first file is known */
  char              *path;        /* Owned: absolute */
  char              *name_filter; /* Owned, nullable */
  char              *root;        /* Owned: the folder that names in the log are relative to, with its slash */
  gboolean           is_file;     /* `path` names one file: it may grow behind the part that was planned */
  WeirFileDepth      depth;
  gboolean           latest_first, name_only, ignore_missing, is_streaming;
  gint64             max_files, max_bytes; /* 0: no limit */
  gint64             after_ns, before_ns;  /* of modification times; neither is one that is taken */
  gint64             max_cached;
  double             discard_ratio;
  WeirFileSeen      *seen;        /* Owned: committed */
  GQueue             pending;     /* Owned WeirFileBatch: not committed, in order */
  WeirFileCleaner   *cleaner;     /* Owned, nullable: of committed files */
  GQueue             done;        /* Owned WeirFileBatch: to be cleaned */
  gint64             next_number; /* of the next log entry */
  GPtrArray         *unread;      /* Owned: listed, not taken; NULL: list again */
  guint              unread_at;   /* those before were taken */
  guint              n_aged, n_unfinished;
  gboolean           frozen;
} WeirFileSource;

/* Can this file be read at all? Each must have a codec that is known and lie below folders that make the same columns. The first one says
 * which, and then the reader is made again: nothing has been read by the one before. */
gboolean _weir_file_source_check_name (WeirFileSource *self, const char *path, GError **error);

/* New files into `unread`, in the order they are to be read; nothing while some are there. */
gboolean _weir_file_source_list (WeirFileSource *self, GError **error);
/* Moves files from the front of `unread` into a new log entry, up to the limits; the first one always. */
void _weir_file_source_take (WeirFileSource *self, gboolean unlimited);
/* What `seen` knows a file by. Borrows @path. */
const char *_weir_file_source_seen_name (WeirFileSource *self, const char *path);

/* Number of the entry that an offset stands behind; −1: none. */
gint64 _weir_file_source_parse_offset (const char *offset);
/* Entries up to @number are committed: only their names are kept. */
void _weir_file_source_settle (WeirFileSource *self, gint64 number);
/* Missing files of a batch are left out when that is asked for; TRUE when @local is such a case and was dropped. */
gboolean _weir_file_source_forgive (WeirFileSource *self, GError **local, GError **error);

/* Of WeirSourceClass. */
GBytes  *_weir_file_source_log_range (WeirSource *source, const char *from, const char *to, GError **error);
gboolean _weir_file_source_replay_range (WeirSource *source, const char *from, const char *to, GBytes *range, gboolean committed, GError **error);
GBytes  *_weir_file_source_log_state (WeirSource *source);
gboolean _weir_file_source_restore_state (WeirSource *source, const char *committed, GBytes *state, GError **error);

G_END_DECLS
