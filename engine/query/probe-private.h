/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-probe.h"

#include "column/type.h"
#include "format/decoder.h"
#include "io/hub.h"

G_BEGIN_DECLS

#define PROBE_SAMPLES_MAX 100
#define PROBE_STAGES_MAX  8

/* A test's own thread works on this; the object copies from it under the lock. */
typedef struct
{
  gatomicrefcount ref_count;
  /* Fixed from the start */
  char          *name, *format, *columns, *base_dir; /* Owned */
  GHashTable    *options;                            /* Owned: lower-case keys, secrets resolved */
  WeirReaderHub *hub;                                /* Owned: a cancelled test may outlive its session */
  GCancellable  *cancellable;                        /* Owned */
  GMainContext  *context;                            /* Owned: where `changed` is emitted */
  GWeakRef       probe;

  GMutex      lock;
  WeirStage   stages[PROBE_STAGES_MAX];
  gint64      stage_started_us[PROBE_STAGES_MAX];
  guint       n_stages;
  GPtrArray  *samples; /* Owned: GBytes */
  char      **topics;  /* Owned, nullable */
  const char *sample_format;
  const char *forced_format; /* nullable: guess */
  WeirSchema *schema;        /* Owned, nullable */
  int         event_time;
  gint64      wait_us;
  gboolean    running, posted;
} ProbeRun;

ProbeRun *_weir_probe_run_ref (ProbeRun *run);
void      _weir_probe_run_unref (ProbeRun *run);
/* `changed` soon, in the probe's context. */
void _weir_probe_run_post (ProbeRun *run);

/* Stages in order; @title is translated by the window's language. */
void _weir_probe_add_stage (ProbeRun *run, const char *id, const char *title);
void _weir_probe_begin (ProbeRun *run, const char *id);
/* @detail is taken. */
void _weir_probe_ok (ProbeRun *run, const char *id, char *detail);
void _weir_probe_skip (ProbeRun *run, const char *id);
void _weir_probe_fail (ProbeRun *run, const char *id, char *detail, const char *remedy);
void _weir_probe_add_sample (ProbeRun *run, const void *data, gsize len);
/* Rows of (element-type GBytes) @samples to @take; @at_start: the first may be a header. */
void _weir_probe_decode_samples (GPtrArray *samples, WeirDecoder *decoder, gboolean at_start, WeirDecodePush take, gpointer data);
/* After the samples: format, columns, event time, wait. */
void _weir_probe_infer (ProbeRun *run);

/* One a kind, in the test's thread. */
void _weir_probe_lines (ProbeRun *run);
void _weir_probe_files (ProbeRun *run);
void _weir_probe_demo (ProbeRun *run);
void _weir_probe_kafka (ProbeRun *run);

/* Name → address; FALSE when the stage failed. */
gboolean _weir_probe_resolve (ProbeRun *run, const char *host);
/* TCP to a peer within seconds; the error when it failed. (transfer full) (nullable) */
GError *_weir_probe_connect (ProbeRun *run, const char *host, guint16 port);

G_END_DECLS
