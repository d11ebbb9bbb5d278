/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/results/result-format.h"
#include "ui/results/result-grid.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_GRID_COLUMN_DATA,
  WEIR_GRID_COLUMN_STATE,
  WEIR_GRID_COLUMN_UPDATED,
} WeirGridColumnKind;

typedef struct
{
  WeirResultGrid      *table; /* Borrowed */
  WeirGridColumnKind   kind;
  guint                data_column;
  gboolean             numeric;
  gboolean             wanted; /* by the user */
  gboolean             kept;   /* switched on by the user: stays where it does not fit */
  gboolean             in_narrow;
  int                  width;
  int                  narrow_width;
  GtkColumnViewColumn *column; /* Owned */
} WeirGridColumn;

struct _WeirResultGrid
{
  GtkWidget parent_instance;

  WeirResultModel   *model;  /* Owned */
  WeirKeyColors     *colors; /* Owned */
  GTimeZone         *zone;   /* Owned */
  char              *zone_name;
  GtkWidget         *scroller; /* Owned: the only child */
  GtkColumnView     *view;
  GtkSelectionModel *selection; /* Owned */
  GPtrArray         *columns;   /* Owned: of WeirGridColumn */
  GHashTable        *bound;     /* Owned: set of the cells that show a row */
  WeirGridColumn    *probed;    /* which column a sorter was asked about */
  int                series_column;
  gboolean           narrow;
  gboolean           syncing_sort;
  gboolean           shows_changes;
  gboolean           plain;
  guint              ago_id;
  guint              fit_id;
  gboolean           crowded; /* not all columns fit, so "updated" gives way */
};

void _weir_grid_column_free (gpointer column);

/* Cells: result-grid-cells.c. The factory writes the cells of @column, which has to outlive it. (transfer full) */
GtkListItemFactory *_weir_grid_column_new_factory (WeirGridColumn *column);
WeirCellStyle       _weir_result_grid_get_cell_style (WeirResultGrid *self);
/* @all: also where no value changed */
void _weir_result_grid_fill_all (WeirResultGrid *self,
                                 gboolean        all);
/* How long ago rows were updated. */
void _weir_result_grid_fill_updated (WeirResultGrid *self);

/* Columns: result-grid-columns.c. As the model's view has them now, sorted by time. */
void _weir_result_grid_update_columns (WeirResultGrid *self);
void _weir_result_grid_clear_columns (WeirResultGrid *self);
/* Which are shown, and how wide. */
void _weir_result_grid_show_columns (WeirResultGrid *self);
/* Soon: does "updated" fit? */
void _weir_result_grid_fit (WeirResultGrid *self);
/* The user chose another order. */
void _weir_result_grid_read_sort (WeirResultGrid *self);

G_END_DECLS
