/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-types.h"

G_BEGIN_DECLS

/* Statements of a script: text between `;` outside quotes and comments, blanks and comments around trimmed; empty ones left out.
 * (transfer full) (element-type WeirRange) */
WEIR_API GArray *weir_script_split (const char *text);
/* For a prompt: does @text end with a complete statement (`;` outside quotes)? */
WEIR_API gboolean weir_script_is_complete (const char *text);
/* @name as SQL takes it: in backticks unless it is a plain word that is no keyword. (transfer full) */
WEIR_API char *weir_quote_name (const char *name);

/**
 * weir_script_read:
 * @version: (out): of the first line `-- weir: N`; 0 without one
 *
 * What opening a file needs to know: not UTF-8, too long a line and the like are errors that name the place.
 *
 * Returns: FALSE with @error when the text cannot be shown at all; a higher @version than ours opens read-only
 */
WEIR_API gboolean weir_script_inspect (const char *text, gsize len, guint *version, GError **error);
#define WEIR_SCRIPT_VERSION 1

/* Annotations: `-- weir:chart q {json}` lines. Kind, name, JSON. NULL when there is none. (transfer full) */
WEIR_API char *weir_script_get_annotation (const char *text, const char *kind, const char *name);
/* A new text with that line set (before the statement called @name), replaced, or removed (@json NULL). (transfer full) */
WEIR_API char *weir_script_set_annotation (const char *text, const char *kind, const char *name, const char *json);
/* Hosts, paths and sinks a script names, for the question before a stranger's first Run. (transfer full), NULL-terminated */
WEIR_API char **weir_script_list_effects (const char *text);

/**
 * WeirCard:
 *
 * The builder's view of one query: step cards over its text. An edit is a text splice; untouched text stays byte-identical.
 */
typedef enum
{
  WEIR_CARD_FROM,
  WEIR_CARD_JOIN, /* a second table */
  WEIR_CARD_FILTER,
  WEIR_CARD_EVENT_TIME,
  WEIR_CARD_DISTINCT,
  WEIR_CARD_WINDOW,
  WEIR_CARD_SESSION, /* a session window */
  WEIR_CARD_GROUP_BY,
  WEIR_CARD_AGGREGATE,
  WEIR_CARD_OUTPUT,
  WEIR_CARD_SQL, /* what the cards cannot show, as it stands */
} WeirCardKind;

typedef struct
{
  const char *function; /* count, sum, …; NULL when the item is no plain call */
  const char *argument; /* `*`, `price`; nullable */
  const char *alias;    /* nullable */
  const char *sql;      /* the whole item */
} WeirCardAggregate;

typedef struct
{
  WeirCardKind             kind;
  WeirRange                range;  /* in the script */
  const char              *sql;    /* text of that range */
  const char              *source; /* FROM, JOIN: table name */
  gboolean                 is_stream;
  const char              *join_type; /* JOIN: inner, left, right, full, cross, left semi, left anti */
  const char              *condition; /* FILTER; JOIN: behind ON, or USING and its list; nullable */
  const char              *column;    /* EVENT_TIME, WINDOW, SESSION */
  const char              *delay;     /* EVENT_TIME: `10 SECONDS` */
  const char              *size;      /* WINDOW: `10 seconds`; SESSION: the gap */
  const char              *slide;     /* nullable: tumbling */
  const char *const       *keys;      /* GROUP_BY: SQL of each, without the window; DISTINCT: columns, none for all; NULL-terminated */
  gboolean                 within;    /* DISTINCT: within the watermark */
  guint                    n_aggregates;
  const WeirCardAggregate *aggregates;
  const char              *mode;       /* OUTPUT: append, update, complete; NULL when not said */
  const char              *trigger;    /* OUTPUT: `2 seconds`, `once`, `available now`; nullable */
  const char              *sink;       /* OUTPUT: table name; nullable */
  const char              *checkpoint; /* OUTPUT: folder of CHECKPOINT LOCATION; nullable */
} WeirCard;

typedef struct _WeirCards WeirCards;

WEIR_API WeirCards *weir_cards_new (const char *text, WeirRange statement); /* (transfer full): never NULL; one SQL card at worst */
WEIR_API void       weir_cards_free (WeirCards *cards);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirCards, weir_cards_free)
WEIR_API guint           weir_cards_get_n (WeirCards *cards);
WEIR_API const WeirCard *weir_cards_get (WeirCards *cards, guint i);

/* Edits: a new script text (transfer full) (nullable: the shape does not allow it). */
WEIR_API char *weir_cards_set_source (WeirCards *cards, const char *table);
WEIR_API char *weir_cards_set_filter (WeirCards *cards, const char *condition);                                   /* NULL removes */
WEIR_API char *weir_cards_set_event_time (WeirCards *cards, const char *column, const char *delay);               /* column NULL removes */
WEIR_API char *weir_cards_set_window (WeirCards *cards, const char *column, const char *size, const char *slide); /* size NULL removes */
/* @gap: a duration or an expression; NULL removes. A window of the other kind makes room. */
WEIR_API char *weir_cards_set_session (WeirCards *cards, const char *column, const char *gap);
/* @type NULL removes; @condition: an expression, or USING and its list. */
WEIR_API char *weir_cards_set_join (WeirCards *cards, const char *type, const char *table, gboolean is_stream, const char *condition);
/* @columns: names, none for all; NULL removes. */
WEIR_API char *weir_cards_set_distinct (WeirCards *cards, const char *const *columns, gboolean within);
WEIR_API char *weir_cards_set_group_keys (WeirCards *cards, const char *const *keys);
WEIR_API char *weir_cards_set_aggregate (WeirCards *cards, guint i, const char *function, const char *argument, const char *alias); /* i = n: appends; function NULL removes */
WEIR_API char *weir_cards_set_output (WeirCards *cards, const char *mode, const char *trigger, const char *sink);
WEIR_API char *weir_cards_set_checkpoint (WeirCards *cards, const char *location); /* NULL removes */
/* A new statement `CREATE STREAMING QUERY name AS SELECT …` over a table, at the end of the script. (transfer full) */
WEIR_API char *weir_script_add_query (const char *text, const char *name, const char *table, WeirRange *range);

/* Appends a table (and for kafka and socket a view that decodes it), replaces or removes the statement that makes @name. (transfer full) */
typedef struct
{
  const char        *name;
  const char        *format;       /* socket, kafka, json … */
  const char *const *options;      /* key, value, key, value, …, NULL */
  const char        *columns;      /* DDL `ts TIMESTAMP, k STRING`; nullable */
  const char        *value_format; /* kafka, socket: json and csv make the decoding view; `text`: none */
} WeirTableDef;

WEIR_API char *weir_script_put_table (const char *text, const WeirTableDef *def);
WEIR_API char *weir_script_remove_table (const char *text, const char *name);

/* What the statements that make @name say; a view counts when it decodes a raw table as weir_script_put_table() writes it.
 * (transfer full) (nullable): there is no such table, or it is none of that shape */
WEIR_API WeirTableDef *weir_script_get_table (const char *text, const char *name);
WEIR_API void          weir_table_def_free (WeirTableDef *def); /* of weir_script_get_table() */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirTableDef, weir_table_def_free)

G_END_DECLS
