/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

typedef enum
{
  INPUT_TEXT, /* -e: the SQL itself */
  INPUT_FILE, /* a path, or "-" */
} InputKind;

typedef struct
{
  InputKind kind;
  char     *value;
  char     *text;     /* what it holds, once read; nullable */
  char     *base_dir; /* where its relative paths start */
  gboolean  is_init;  /* -i: rows discarded */
} Input;

typedef enum
{
  FORMAT_JSON,
  FORMAT_CSV,
  FORMAT_TSV,
  FORMAT_TABLE,
} OutputFormat;

/* The command line of weir-sql, as cli.md has it. */
typedef struct
{
  GPtrArray     *inputs; /* Input, in the order they are run */
  GPtrArray     *conf;   /* char*: KEY=VALUE */
  OutputFormat   format;
  gboolean       envelope;
  gboolean       bail;
  gboolean       errors_as_json;
  gboolean       check;
  gboolean       interactive; /* no input given and standard input is a terminal */
  char          *progress;    /* nullable */
  char          *inspect;     /* nullable: a checkpoint to print, and nothing else */
  guint          rows;        /* of state to print with it */
  char          *now;         /* nullable */
  guint          threads;
  WeirRunOptions run;
} Options;

/* FALSE with a message for standard error: exit code 2. Sets *done when --help or --version was answered. */
gboolean options_parse (Options *options, int argc, char **argv, gboolean *done, char **message);
void     options_clear (Options *options);

G_END_DECLS
