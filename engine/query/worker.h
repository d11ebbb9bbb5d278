/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/worker-pool.h"

G_BEGIN_DECLS

/* The pool of the process, made on first use with the threads of weir_set_threads(). (transfer none) */
WeirWorkerPool *weir_worker_pool_shared (void);

G_END_DECLS
