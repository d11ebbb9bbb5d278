/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/source/source-dialog-private.h"

G_BEGIN_DECLS

struct _WeirSchemaPage
{
  WeirSourceDraft *draft;
  WeirPageFunc     changed;
  gpointer         user_data;
  WeirProbe       *probe; /* Owned, nullable */

  GtkWidget *widget, *problem, *summary, *name, *format, *header, *columns, *columns_title, *hint, *samples, *samples_title;
  GtkWidget *wait, *amount, *unit, *query;
  gboolean   filling;
};

/* ---- columns and records (schema-columns.c) ---- */

/* Makes the rows anew from the draft. */
void _weir_schema_page_fill_columns (WeirSchemaPage *page);
/* Makes the records anew, as the draft's columns have them. */
void _weir_schema_page_fill_samples (WeirSchemaPage *page);

G_END_DECLS
