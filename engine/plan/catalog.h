/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/plan.h"

G_BEGIN_DECLS

/**
 * WeirFormatInfo:
 *
 * What the analyser must know of a format (`json`, `kafka`, `memory` …). query/ fills the registry from io/.
 */
typedef struct
{
  const char        *name;
  gboolean           can_stream; /* FROM STREAM t */
  gboolean           can_batch;  /* FROM t */
  gboolean           can_sink;   /* INTO t, INSERT INTO t */
  gboolean           sink_append_only;
  const char *const *options; /* known option names, NULL-terminated, lower case; `kafka.*` style prefixes end in `*` */
  /**
   * Columns of a table of this format. @declared is NULL when the statement had no column list.
   * Returns: (transfer full) (nullable): the schema; UNABLE_TO_INFER_SCHEMA, UNSUPPORTED_… in @error.
   * May read files (inference) when @declared is NULL and it is called for a batch query.
   */
  WeirSchema *(*resolve_schema) (const char *name, WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error);
  gboolean    infers; /* resolve_schema reads data when nothing is declared: not for streams */
  const char *needs;  /* option that CREATE TABLE must give, in lower case; NULL: none, or it is asked for when the table is used */
  /* Columns behind those of resolve_schema() that a query may name and `*` leaves out. Nullable. (transfer full) */
  WeirSchema *(*hidden_schema) (const char *name);
  gboolean has_folders; /* resolve_schema looks for columns in names of folders, also when others are declared */
  gboolean connects;    /* with infers: to a server, which nothing but a run may do */
} WeirFormatInfo;

/**
 * WeirTable:
 *
 * A table of the session: definition only, nothing is open. Refcounted, immutable.
 */
struct _WeirTable
{
  gatomicrefcount       ref_count;
  char                 *name;
  const WeirFormatInfo *format;
  WeirSchema           *declared; /* Owned, nullable */
  GHashTable           *options;  /* Owned: lower-case key → string */
  char                 *base_dir; /* Owned: relative paths start here */
  WeirSpan              span;
};

WeirTable *weir_table_new (const char *name, const WeirFormatInfo *format, WeirSchema *declared, GHashTable *options, const char *base_dir);
WeirTable *weir_table_ref (WeirTable *table);
void       weir_table_unref (WeirTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirTable, weir_table_unref)

/* The options of a table, those of WITH (nullable) over them. (transfer full) */
GHashTable *weir_table_merge_options (WeirTable *table, GHashTable *with);

/**
 * WeirCatalog:
 *
 * Formats, tables, temporary views and settings of one session. Not thread-safe: the session's thread owns it.
 */
typedef struct _WeirCatalog WeirCatalog;

WeirCatalog *weir_catalog_new (void);
void         weir_catalog_free (WeirCatalog *catalog);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirCatalog, weir_catalog_free)

void                  weir_catalog_add_format (WeirCatalog *catalog, const WeirFormatInfo *format); /* borrowed for ever */
const WeirFormatInfo *weir_catalog_get_format (WeirCatalog *catalog, const char *name);

/* Whose rows of a join of two streams. */
typedef enum
{
  WEIR_STATE_SIDE_NONE,
  WEIR_STATE_SIDE_LEFT,
  WEIR_STATE_SIDE_RIGHT,
} WeirStateSide;

/* What FROM state('DIR', operator => …, batch => …, joinSide => …) asks for. */
typedef struct
{
  const char   *dir;
  guint         operator_id; /* 0 is the top-most stateful operator */
  gint64        batch;       /* −1: the last */
  WeirStateSide side;        /* of a join; NONE for all others */
} WeirStateRequest;

/* All rows in one batch. (transfer full) (nullable) */
typedef WeirBatch *(*WeirStateFunc) (const WeirStateRequest *request, GError **error);
void          weir_catalog_set_state_func (WeirCatalog *catalog, WeirStateFunc func);
WeirStateFunc weir_catalog_get_state_func (WeirCatalog *catalog); /* NULL also where nothing may be read */
/* Names are compared without case. FALSE with TABLE_OR_VIEW_ALREADY_EXISTS (42P07) unless @replace. */
gboolean   weir_catalog_add_table (WeirCatalog *catalog, WeirTable *table, gboolean replace, GError **error);
WeirTable *weir_catalog_get_table (WeirCatalog *catalog, const char *name); /* (transfer none) (nullable) */
/* A view keeps its SQL text; it is analysed again at each use, errors point into the view's text. */
gboolean weir_catalog_add_view (WeirCatalog *catalog, const char *name, const char *sql, char **column_names, gboolean replace, GError **error);
/**
 * weir_catalog_add_function:
 * @sql: SELECT and an expression over the parameters
 * @params: (array zero-terminated=1): their names
 * @types: as many
 * @returns: (nullable)
 *
 * A function of SQL. FALSE with ROUTINE_ALREADY_EXISTS (42723) unless @replace, and for more parameters than there may be.
 */
gboolean weir_catalog_add_function (WeirCatalog *catalog, const char *name, const char *sql, char **params, WeirType **types, WeirType *returns, gboolean replace, GError **error);
gboolean weir_catalog_has_function (WeirCatalog *catalog, const char *name);
gboolean weir_catalog_remove_function (WeirCatalog *catalog, const char *name);
/* `Function: …` and so on, a line each, as DESCRIBE FUNCTION says them; @extended: with the body. (transfer full) (nullable) */
char    *weir_catalog_describe_function (WeirCatalog *catalog, const char *name, gboolean extended);
gboolean weir_catalog_remove (WeirCatalog *catalog, const char *name); /* table or view */
char   **weir_catalog_list (WeirCatalog *catalog, gboolean views);     /* sorted names; (transfer full) */

/**
 * weir_catalog_forbid_reading:
 *
 * From now on the columns of a table are taken from its declaration only: where files would have to be read for them, the analysis fails
 * with UNABLE_TO_INFER_SCHEMA and weir_catalog_has_unread() says so. For main loops, which do not wait for files.
 */
void     weir_catalog_forbid_reading (WeirCatalog *catalog);
gboolean weir_catalog_has_unread (WeirCatalog *catalog);
/* A table was taken as declared whose folders may add columns. */
gboolean weir_catalog_has_unlisted (WeirCatalog *catalog);
/* May the query that failed with @error (nullable) be right, because of what was not read? */
gboolean weir_catalog_excuses (WeirCatalog *catalog, const GError *error);

/**
 * weir_catalog_set_at_rest:
 *
 * From now on a stream is read as a table that holds what it held: plans are batch plans, whose scans of streams say so (`at_rest`).
 */
void     weir_catalog_set_at_rest (WeirCatalog *catalog);
gboolean weir_catalog_get_at_rest (WeirCatalog *catalog);

/* The value of a table's option that may name a secret. (transfer full) */
typedef char *(*WeirOptionFunc) (gpointer data, const char *value);

/* Allows connections to servers where the columns of a table are asked for; @func gives options their secrets. Without it such columns count as
 * unread: the analysis of a text that is only looked at goes nowhere. */
void weir_catalog_allow_connections (WeirCatalog *catalog, WeirOptionFunc func, gpointer data);
/* Columns of @table; @options are its own unless a query adds some. (transfer full) (nullable) */
WeirSchema *weir_catalog_resolve_schema (WeirCatalog *catalog, WeirTable *table, GHashTable *options, GError **error);

/* Settings: `spark.sql.…` and `weir.…`; lower-case keys are not folded. Unknown ones are kept, but for `weir.…` and `compat.…`. */
gboolean weir_catalog_set (WeirCatalog *catalog, const char *key, const char *value, GError **error);
/* Why Spark's setting @key has no effect with @value: a sentence for the user, NULL when it has one or is not known. */
const char *weir_setting_idle_reason (const char *key, const char *value);
void        weir_catalog_unset (WeirCatalog *catalog, const char *key);
const char *weir_catalog_get (WeirCatalog *catalog, const char *key); /* the default when known and not set; else NULL */
gboolean    weir_catalog_get_bool (WeirCatalog *catalog, const char *key);
gint64      weir_catalog_get_int (WeirCatalog *catalog, const char *key);
WeirZone   *weir_catalog_get_zone (WeirCatalog *catalog); /* (transfer none): spark.sql.session.timeZone */
/* name → value, sorted; (transfer full) GPtrArray of char*[2] style pairs flattened: name, value, name, value … */
GPtrArray *weir_catalog_list_settings (WeirCatalog *catalog);

G_END_DECLS
