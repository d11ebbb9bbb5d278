/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "golden-query.h"

/* How a file is run. */
typedef struct
{
  const char *name;
  guint       n_threads;
  gboolean    checkpoint; /* restarts go through a checkpoint folder */
  gboolean    reload;     /* take the state out and put it into a fresh run after every batch */
  gboolean    restart;    /* stop and start after every batch */
} GoldenMode;

/* What came of a file: the rows of all batches in the order they came, to compare modes byte by byte. */
typedef struct
{
  GString *transcript; /* Owned */
  char    *problem;    /* Owned, nullable: the first expectation that failed */
  char    *skipped;    /* Owned, nullable: why this mode does not run this file */
} GoldenOutcome;

void golden_outcome_clear (GoldenOutcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GoldenOutcome, golden_outcome_clear)

/* Runs the commands of a file. @source_dir: the top of the tree, for `elsewhere`. */
void golden_run (GPtrArray        *commands,
                 const GoldenMode *mode,
                 const char       *source_dir,
                 GoldenOutcome    *outcome);
