/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-check.h"
#include "engine-session.h"

#include "io/hub.h"
#include "plan/analyzer.h"
#include "query/query-private.h"
#include "sql/parser.h"

G_BEGIN_DECLS

struct _WeirSession
{
  GObject        parent_instance;
  GMainContext  *context;     /* Owned */
  WeirCatalog   *catalog;     /* Owned */
  WeirClock     *clock;       /* Owned */
  WeirReaderHub *hub;         /* Owned */
  char          *base_dir;    /* Owned */
  GPtrArray     *queries;     /* Owned: WeirQuery */
  GHashTable    *conf;        /* Owned: settings given by set_conf; they survive load() */
  WeirSqlScript *script;      /* Owned, nullable: the text parsed last */
  GString       *definitions; /* Owned: statements of execute() that changed the catalogue, for checkpoints */

  WeirSecretFunc secret_func;
  gpointer       secret_data;
  GDestroyNotify secret_destroy;

  WeirRunOptions options;     /* strings Owned */
  GHashTable    *checkpoints; /* Owned, nullable: folder → name of the query of the script that has it */
  guint          n_unnamed;   /* streaming queries without a name that took a checkpoint by name */
};

/* The statement at @range of a parsed script. (transfer none) (nullable) */
const WeirSqlStatement *_weir_find_statement (WeirSqlScript *script, WeirRange range, GError **error);
/* The statement at @range of @text; parses the text unless it is the one parsed last. (transfer none) (nullable) */
const WeirSqlStatement *_weir_session_find_statement (WeirSession *self, const char *text, WeirRange range, GError **error);

/* A streaming query under the session's name for it: in the list, its signals passed on. */
void _weir_session_add_query (WeirSession *self, WeirQuery *query);

/* The session's catalogue may ask servers for columns, with the secrets of the session. */
void _weir_session_allow_connections (WeirSession *self);

/**
 * _weir_define:
 *
 * Statements that only change the catalogue: CREATE TABLE, CREATE VIEW, SET, RESET, DROP. The check of a script and a session do the same.
 *
 * Returns: whether @statement was one of these; @error says whether it worked
 */
gboolean _weir_define (WeirCatalog *catalog, const WeirSqlStatement *statement, const char *text, const char *base_dir, GError **error);

/* What the statements of a document define, for workers: @conf as _weir_session_copy_conf() gives it. Statements that fail are left out. */
void        _weir_fill_catalog (WeirCatalog *catalog, WeirSqlScript *script, const char *base_dir, GHashTable *conf, GCancellable *cancellable);
GHashTable *_weir_session_copy_conf (WeirSession *session); /* (transfer full) */

/* A query's plan with its streaming rules checked, and its sinks. */
typedef struct
{
  const WeirSqlQuery *query; /* Borrowed from the script */
  const char         *name;  /* Borrowed, nullable */
  const WeirSqlName  *into;  /* Borrowed */
  guint               n_into;
  WeirPlan           *plan; /* Owned */
  WeirOutputMode      mode;
  WeirTrigger         trigger;
  gboolean            has_trigger;
  gboolean            is_streaming;
  GPtrArray          *sinks; /* Owned: WeirTable */
} WeirAnalyzedQuery;

void _weir_analyzed_query_clear (WeirAnalyzedQuery *analyzed);
/* QUERY, CREATE STREAMING QUERY or INSERT. @mode_override: nullable. FALSE with @error; @analyzed may hold a plan even then. */
gboolean _weir_analyze_statement (WeirCatalog *catalog, const WeirSqlStatement *statement, const char *text, const char *mode_override, WeirAnalyzedQuery *analyzed, GError **error);

/* The query of an analysed statement, unstarted; a streaming one is registered under its name. In the session's context. (transfer full) (nullable) */
WeirQuery *_weir_session_make_query (WeirSession *self, const WeirSqlStatement *statement, const char *text, WeirAnalyzedQuery *analyzed, GError **error);

/* The command line wins over the clause. */
gboolean _weir_session_choose_trigger (WeirSession *self, const WeirAnalyzedQuery *analyzed, WeirTrigger *trigger, GError **error);

/* SHOW, DESCRIBE, EXPLAIN, SET key. (transfer full) (nullable): NULL with or without @error: not such a statement */
WeirRows *_weir_session_show (WeirSession *self, const WeirSqlStatement *statement, const char *text, GError **error);

/**
 * _weir_session_choose_checkpoint:
 * @replaced: (out) (transfer full) (nullable): settings of the session, for _weir_session_restore_settings()
 *
 * Finds the checkpoint of a streaming query. One that was begun with other settings keeps them: they are set in the session for as long as
 * the query is prepared, it is analysed again, and the session's message signal tells.
 */
gboolean _weir_session_choose_checkpoint (WeirSession *self, const WeirSqlStatement *statement, const char *text, WeirAnalyzedQuery *analyzed, WeirQuerySpec *spec, GPtrArray **replaced, GError **error);
void     _weir_session_restore_settings (WeirSession *self, GPtrArray *replaced); /* takes @replaced, nullable */
void     _weir_session_message (WeirSession *self, const char *text);
/* Says that a setting has no effect, when it has none. */
void _weir_session_warn_of_setting (WeirSession *self, const char *key, const char *value);

/* Fills in the secrets that tables and sinks of the query name; FALSE: one is missing. */
gboolean _weir_session_collect_secrets (WeirSession *self, const WeirAnalyzedQuery *analyzed, WeirQuerySpec *spec, GError **error);
/* `${secret:NAME}` becomes its value; other texts stay. (transfer full) */
char *_weir_session_resolve_secret (WeirSession *self, const char *value);
/* Of an option, any case: its value is nothing to be kept or shown. */
gboolean _weir_option_is_secret (const char *name);
/* Last part of a name. */
const char *_weir_name_last (const WeirSqlName *name);

G_END_DECLS
