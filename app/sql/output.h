/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "options.h"

G_BEGIN_DECLS

/* Where a statement's rows and notices come from: number over all inputs, and the query's name. */
typedef struct
{
  guint       stmt;
  const char *query;      /* nullable */
  gboolean    has_schema; /* was announced */
  gboolean    has_header;
  char       *schema; /* Owned, nullable: for the envelope */
  gint64      batch;  /* that an error belongs to: id + 1, 0 outside a streaming query */
} OutputOrigin;

void output_init (const Options *options);
void output_origin_clear (OutputOrigin *origin);
/* Rows of a statement or of a batch (@batch_id −1: no batch). Thread-safe; flushed. */
void output_rows (OutputOrigin *origin, WeirRows *rows, gint64 batch_id);
/* The envelope's schema record, unless it was written before. */
void output_schema (OutputOrigin *origin);
/* A batch was committed. @is_replay: an earlier run had begun it. */
void output_batch (OutputOrigin *origin, gint64 batch_id, guint n_rows, gboolean is_replay);
/* Standard error, and the envelope. @text: what the error's places refer to. */
void output_error (OutputOrigin *origin, const GError *error, const char *text);
void output_end (int exit_code);
/* A sentence on standard error. */
void output_message (const char *text);

G_END_DECLS
