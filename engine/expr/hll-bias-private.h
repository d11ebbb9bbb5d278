/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Raw estimates for @precision (4 to 18), about ascending, and beside them their biases. (transfer none) */
const double *_weir_hll_bias (guint precision, const double **bias, guint *n);
