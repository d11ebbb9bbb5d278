/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-types.h"

G_BEGIN_DECLS

typedef struct
{
  WeirRange     range;     /* where the underline goes */
  const char   *condition; /* UNRESOLVED_COLUMN.WITH_SUGGESTION */
  const char   *sqlstate;
  const char   *message;    /* one sentence, without condition */
  const char   *suggestion; /* replacement for the range (`price`), nullable */
  gboolean      is_warning; /* a literal secret, an unknown option */
  const GError *error;      /* nullable: what it was made of, with phase and message parameters */
} WeirProblem;

typedef enum
{
  WEIR_STATEMENT_QUERY,           /* SELECT over no stream */
  WEIR_STATEMENT_STREAMING_QUERY, /* CREATE STREAMING QUERY, INSERT or SELECT over a stream */
  WEIR_STATEMENT_TABLE,
  WEIR_STATEMENT_VIEW,
  WEIR_STATEMENT_INSERT,
  WEIR_STATEMENT_OTHER, /* SET, SHOW, DESCRIBE, EXPLAIN, STOP, DROP */
} WeirStatementKind;

typedef struct
{
  WeirStatementKind     kind;
  WeirRange             range;       /* without the final `;` */
  const char           *name;        /* of the query, table or view; nullable */
  const char           *format;      /* tables: `kafka`; nullable */
  const char           *output_mode; /* streaming: append, update, complete */
  const char           *trigger;     /* streaming: `PROCESSING TIME '2 seconds'`, `ONCE`, `AVAILABLE NOW` */
  gboolean              has_error;
  guint                 n_columns; /* tables, views, queries that could be analysed */
  const WeirColumnInfo *columns;
  /* streaming: why a mode is not possible for this query; NULL when it is */
  const char *append_reason, *update_reason, *complete_reason;
  /* streaming: the first of its sources that has no end until its peer closes the connection, for which ONCE and AVAILABLE NOW wait; nullable */
  const char *waits_for;
  char      **tables;                          /* names of tables and views it reads, NULL-terminated */
  gint64      window_size_us, window_slide_us; /* 0: none */
  gint64      watermark_delay_us;              /* −1: none */
  const char *checkpoint;                      /* streaming: folder of CHECKPOINT LOCATION; nullable */
  /* streaming: with a checkpoint; strings live as long as the check */
  WeirGuaranteeInfo guarantee;
} WeirStatementInfo;

/**
 * weir_check_script_async:
 * @text: a whole script
 * @base_dir: (nullable): where relative paths start
 *
 * Parses and analyses on a worker; no source is opened. Of tables without declared columns, samples of their files are read; of all tables of
 * files, the names of their folders.
 */
WEIR_API void       weir_check_script_async (const char *text, const char *base_dir, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
WEIR_API WeirCheck *weir_check_script_finish (GAsyncResult *result, GError **error); /* (transfer full) */
WEIR_API WeirCheck *weir_check_script (const char *text, const char *base_dir);      /* the same, blocking; (transfer full) */
/**
 * weir_check_script_unread:
 *
 * The same for a main loop: no file is read. Where columns would have to be found in files, queries are without columns and without
 * problems, and weir_check_get_is_partial() says so; a table of files has the columns that are declared, and one that is missing is no problem,
 * for folders may have it. (transfer full)
 */
WEIR_API WeirCheck *weir_check_script_unread (const char *text, const char *base_dir);
/**
 * weir_session_check_script:
 * @session: its settings, run options and base folder count
 *
 * As weir_check_script(), and more: what a run of this session would refuse when it starts. Output mode and trigger of the run options,
 * options of sources, and the checkpoint that a query would go on from, which is read and not written. Paths and servers need not be
 * there. Tables, views and settings of @text are the session's afterwards, so that texts can be checked one after the other; what is
 * noteworthy and no problem comes as its signal message.
 *
 * Returns: (transfer full): the check
 */
WEIR_API WeirCheck *weir_session_check_script (WeirSession *session, const char *text);
WEIR_API gboolean   weir_check_get_is_partial (WeirCheck *check);
WEIR_API WeirCheck *weir_check_ref (WeirCheck *check);
WEIR_API void       weir_check_unref (WeirCheck *check);

WEIR_API guint                    weir_check_get_n_problems (WeirCheck *check);
WEIR_API const WeirProblem       *weir_check_get_problem (WeirCheck *check, guint i);
WEIR_API guint                    weir_check_get_n_statements (WeirCheck *check);
WEIR_API const WeirStatementInfo *weir_check_get_statement (WeirCheck *check, guint i);

/* A problem as an error, for weir_error_format_text(). (transfer full) */
WEIR_API GError *weir_problem_to_error (const WeirProblem *problem);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirCheck, weir_check_unref)

/* Completion and help. Static for the process. */
typedef struct
{
  const char *name;
  const char *signature;
  const char *doc;
  gboolean    is_aggregate;
} WeirFunctionInfo;

WEIR_API const WeirFunctionInfo *weir_list_functions (guint *n); /* sorted by name */
WEIR_API const char *const      *weir_list_keywords (void);      /* NULL-terminated */

G_END_DECLS
