/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * WeirScratch:
 *
 * An arena: memory that is handed out piece by piece and taken back all at once, at the end of a batch or a morsel. For one
 * thread at a time.
 */
typedef struct _WeirScratch WeirScratch;

WeirScratch *weir_scratch_new (void);
void         weir_scratch_free (WeirScratch *scratch);
/* 16-byte aligned, contents undefined, valid until the next reset. Never NULL. */
gpointer weir_scratch_alloc (WeirScratch *scratch, gsize size);
/* Every piece becomes invalid; the memory is kept for the next round, up to what the last ones needed. */
void weir_scratch_reset (WeirScratch *scratch);

#define weir_scratch_new_array(scratch, ctype, n) ((ctype *)weir_scratch_alloc ((scratch), sizeof (ctype) * (gsize)(n)))

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirScratch, weir_scratch_free)

G_END_DECLS
