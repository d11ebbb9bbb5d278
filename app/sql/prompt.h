/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "runner.h"

G_BEGIN_DECLS

/* Reads and runs statements until the end of input. */
void prompt_run (Runner *runner);

G_END_DECLS
