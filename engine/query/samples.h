/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-query.h"

G_BEGIN_DECLS

/**
 * WeirSamples:
 *
 * The newest late and unreadable records of a query, at most %WEIR_SAMPLE_ROWS_MAX of each, and the row with the newest event time. Not thread-safe.
 */
typedef struct
{
  GQueue late; /* WeirSample, newest first */
  GQueue bad;
  GQueue newest; /* one at most */
} WeirSamples;

void weir_samples_clear (WeirSamples *samples);
/* Copies @sample. */
void       weir_samples_add (WeirSamples *samples, WeirSampleKind kind, const WeirSample *sample);
GPtrArray *weir_samples_copy (WeirSamples *samples, WeirSampleKind kind);

G_END_DECLS
