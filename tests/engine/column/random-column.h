/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/column-builder.h"

/* A type of any kind, nested at most @depth deep. (transfer full) */
WeirType *random_type (guint depth);
/* Appends a value, NULL now and then, from a small set so that equal ones meet. */
void random_append (WeirColumnBuilder *builder);
/* @n rows; flat, constant or dictionary. (transfer full) */
WeirColumn *random_column (WeirType *type, guint n);
