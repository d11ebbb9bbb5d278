/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-script.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_STAGE_PENDING,
  WEIR_STAGE_RUNNING,
  WEIR_STAGE_OK,
  WEIR_STAGE_FAILED,
  WEIR_STAGE_SKIPPED,
} WeirStageState;

typedef struct
{
  const char    *id;    /* name, connect, tls, sign-in, metadata, brokers, record; files: path, read */
  const char    *title; /* translated: `Name found` */
  WeirStageState state;
  gint64         us;     /* how long it took */
  const char    *detail; /* `TLS 1.3, certificate valid until 2027-03-01`; cause when FAILED; nullable */
  const char    *remedy; /* what the user can do; nullable */
} WeirStage;

/**
 * WeirProbe:
 *
 * Tests a source in stages and samples its records, before it is added. The test, the samples and a query started later share the
 * source's one reader. Signal: `changed` () when a stage, the samples or the schema changed.
 */
WEIR_API WeirProbe       *weir_probe_new (WeirSession *session, const WeirTableDef *def); /* copied; (transfer full) */
WEIR_API void             weir_probe_start (WeirProbe *probe);
WEIR_API void             weir_probe_cancel (WeirProbe *probe);
WEIR_API gboolean         weir_probe_get_is_running (WeirProbe *probe);
WEIR_API guint            weir_probe_get_n_stages (WeirProbe *probe);
WEIR_API const WeirStage *weir_probe_get_stage (WeirProbe *probe, guint i); /* valid until the next `changed` */

/* Records seen so far, at most 100. */
WEIR_API guint       weir_probe_get_n_samples (WeirProbe *probe);
WEIR_API GBytes     *weir_probe_get_sample (WeirProbe *probe, guint i); /* raw; (transfer none) */
WEIR_API const char *weir_probe_get_format (WeirProbe *probe);          /* json, csv, text: guessed from the samples */

/* Reads the samples as json, csv or text instead of the guess, csv with or without a line of names first; the columns follow. When it
 * no longer runs. */
WEIR_API void weir_probe_set_format (WeirProbe *probe, const char *format, gboolean has_header);

typedef struct
{
  const char *name;
  const char *type;    /* `bigint` */
  const char *example; /* nullable */
  gboolean    can_be_event_time;
} WeirProbeColumn;

WEIR_API guint                  weir_probe_get_n_columns (WeirProbe *probe);
WEIR_API const WeirProbeColumn *weir_probe_get_column (WeirProbe *probe, guint i);
WEIR_API int                    weir_probe_get_event_time (WeirProbe *probe); /* proposed column; −1: none */
WEIR_API gint64                 weir_probe_get_wait_us (WeirProbe *probe);    /* proposed delay, from the samples' disorder */
/* The samples decoded under a schema (DDL): rows of text, `columns` wide; NULL cells are NULL. (transfer full) */
WEIR_API GPtrArray *weir_probe_decode (WeirProbe *probe, const char *ddl, GError **error); /* (element-type GStrv) */

/* kafka: topics of the cluster, once metadata was read. (transfer none), NULL-terminated, nullable */
WEIR_API const char *const *weir_probe_get_topics (WeirProbe *probe);

G_END_DECLS
